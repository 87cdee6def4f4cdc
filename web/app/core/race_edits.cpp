// The experiment of a Race: what may be changed in it, undo, and which runs a change keeps.
#include "app/core/field_info.hpp"
#include "app/core/race.hpp"

#include "network/loss.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace downhill {

using namespace protocol;

namespace {

// Runs that edits have ended, kept for undo.
constexpr std::size_t kKeptCheckpoint_bytes = 2U << 20;

} // namespace

std::optional<UserError> Race::set_experiment(const Json& json, Runs runs) { return put(json, runs, true); }
std::optional<UserError> Race::change_to(const Json& json) { return put(json, Runs::kept, false); }

std::optional<UserError> Race::put(const Json& json, Runs runs, bool opening) {
  const Undo::Past before = experiment_.lanes.empty() ? Undo::Past() : undo_.past(experiment_.json());
  const bool ran = std::any_of(lanes_.begin(), lanes_.end(), [](const LaneState& lane) { return lane.step > 0; });
  if (auto experiment = experiment_from_json(json))
    if (auto error = too_many(experiment->lanes.front().settings.data)) return error;
  if (auto error = replace(json, runs)) return error;
  const bool changed = before.document != experiment_.json() || (runs == Runs::anew && ran);
  if (!before.document.is_null() && changed) undo_.add(before, opening);
  return {};
}

std::optional<UserError> Race::replace(const Json& json, Runs runs) {
  auto experiment = experiment_from_json(json);
  if (!experiment) return experiment.error();
  const std::string& source = experiment->lanes.front().settings.data.source;
  if (entry_of(sources(), source).classes == 0 && !takes_numbers) return UserError{"race_source", "/data/source", {source}};
  cancel_sweep();
  sweep_.follow(*experiment);
  cancel_draws();
  draws_.follow(*experiment);
  const Experiment before = std::exchange(experiment_, std::move(*experiment));
  ++version_;
  ++news_;
  problem_.reset();
  std::vector<LaneState> old = std::exchange(lanes_, new_lanes());
  // a lane of the same settings keeps its run; each old one serves once. One that has not begun is no reason to leave aside
  // what undo could bring back.
  const auto is_kept = [&](const Json& complete) {
    return std::any_of(kept_.begin(), kept_.end(), [&](const KeptRun& kept) { return kept.complete == complete; });
  };
  bool any_kept = false;
  for (std::size_t i = 0; runs != Runs::anew && i < lanes_.size(); ++i)
    for (std::size_t j = 0; j < old.size(); ++j)
      if (old[j].steps >= 0 && !old[j].problem && before.lanes[j].complete == experiment_.lanes[i].complete) {
        if (runs == Runs::brought_back && old[j].step == 0 && is_kept(experiment_.lanes[i].complete)) continue;
        lanes_[i] = std::move(old[j]);
        old[j].steps = -1; // taken
        any_kept = any_kept || lanes_[i].step > 0;
        break;
      }
  share_out();
  for (std::size_t i = 0; runs == Runs::brought_back && i < lanes_.size(); ++i)
    if (lanes_[i].key.run == run_ && find_again(lanes_[i], experiment_.lanes[i].complete)) any_kept = true;
  for (std::size_t j = 0; j < old.size(); ++j) {
    if (old[j].steps < 0 || old[j].step == 0 || old[j].problem) continue;
    keep(before.lanes[j].complete, old[j]);
  }
  if (old.size() == lanes_.size())
    for (std::size_t i = 0; i < old.size(); ++i)
      if (lanes_[i].key.run == run_) lanes_[i].hidden = old[i].hidden;
  data_text_ = Json{{"downhill", kFormatVersion}, {"data", experiment_.complete["data"]}, {"batch", 1}, {"lanes", Json::array({Json::object()})}}.dump();
  const auto drop = [&](const RunState& run) {
    if (run.started) post_(run.worker, DropLane{run.key}); // else no worker knows of it, or there is none yet
  };
  for (const LaneState& lane : old) {
    if (lane.steps < 0) continue;
    drop(lane);
    for (const RunState& run : lane.repeats) drop(run);
  }
  for (LaneState& lane : lanes_)
    if (lane.key.run == run_ && !lane.returning) lane.catching_up = any_kept;
  targets_.clear();
  if (!any_kept) {
    transport_ = Transport::ready;
    wanted_.reset();
    allowance_ = 0;
  } else if (all_ended()) {
    transport_ = Transport::finished;
  } else if (transport_ != Transport::running) {
    transport_ = Transport::paused;
  }
  due_ = true;
  return {};
}

std::optional<UserError> Race::missing(std::size_t lane) const {
  if (lane < lanes_.size()) return {};
  return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(lanes_.size())}};
}

// For undo. Where they are too many, those that took the fewest updates go first: they are the soonest made again.
void Race::keep(const Json& complete, const LaneState& lane) {
  KeptRun run{complete, lane};
  if (run.lane.checkpoint.size() > kKeptCheckpoint_bytes) run.lane.checkpoint = Bytes(); // replayed instead
  kept_.push_back(std::move(run));
  const auto size = [](const KeptRun& kept) {
    std::size_t bytes = 4096 + kept.lane.checkpoint.size(); // settings, names
    const auto add = [&](const RunState& one) { bytes += one.losses.size() * sizeof one.losses[0] + one.evaluations.size() * sizeof one.evaluations[0]; };
    add(kept.lane);
    for (const RunState& repeat : kept.lane.repeats) add(repeat);
    return bytes;
  };
  std::size_t all = 0;
  for (const KeptRun& kept : kept_) all += size(kept);
  while (all > undo_bytes && kept_.size() > 1) {
    const auto least = std::min_element(kept_.begin(), kept_.end(), [](const KeptRun& a, const KeptRun& b) { return a.lane.step < b.lane.step; });
    all -= size(*least);
    kept_.erase(least);
  }
}

// A run of the same settings that an edit had ended: its curve is there at once, a worker brings it back to where it was.
bool Race::find_again(LaneState& lane, const Json& complete) {
  const auto found = std::find_if(kept_.rbegin(), kept_.rend(), [&](const KeptRun& kept) { return kept.complete == complete; });
  if (found == kept_.rend()) return false;
  LaneState again = std::move(found->lane);
  kept_.erase(std::next(found).base());
  again.catching_up = false;
  const auto place = [](RunState& run, const RunState& fresh) {
    run.key = fresh.key;
    run.worker = fresh.worker;
    run.started = false;
    run.lost = run.returning = true;
    run.granted = 0;
    run.turn = 0;
  };
  place(again, lane);
  for (std::size_t r = 0; r < again.repeats.size(); ++r) place(again.repeats[r], lane.repeats[r]);
  lane = std::move(again);
  return true;
}

std::optional<UserError> Race::edit_json(const std::function<void(Json&)>& change) {
  Json json = experiment_.json();
  change(json);
  return change_to(json);
}

std::optional<UserError> Race::edit(const std::string& pointer, const Json& value) {
  return edit_json([&](Json& json) {
    json[Json::json_pointer(pointer)] = value;
    // Fewer training examples than a batch: the batch follows, as the user would have to do next. So do the examples of a user's own
    // file where fewer classes have fewer.
    const auto shrink = [](Json& number, double most) {
      if (number.is_number() && number.get<double>() > most) number = static_cast<std::int64_t>(most);
    };
    if (pointer == "/data/classes")
      for (const bool train : {true, false})
        if (const std::int64_t most = own_most(train, value); most > 0) shrink(json["data"][train ? "train" : "test"], static_cast<double>(most));
    const Json train = json["data"].value("train", Json());
    if ((pointer != "/data/train" && pointer != "/data/classes") || !train.is_number()) return;
    shrink(json["batch"], train.get<double>());
    for (Json& lane : json["lanes"])
      if (lane.contains("batch")) shrink(lane["batch"], train.get<double>());
  });
}

std::optional<UserError> Race::set_source(const std::string& source) {
  const SourceEntry& entry = entry_of(sources(), source);
  return set_data([&](Json& data) { data["source"] = source, data["train"] = entry.generated ? 200 : 2000, data["test"] = 1000; }, entry.classes != 0,
                  static_cast<std::size_t>(std::max(0, entry.classes)));
}

std::optional<UserError> Race::set_data(const std::function<void(Json& data)>& change, bool with_classes, std::size_t class_count) {
  return edit_json([&](Json& json) {
    const bool classes = with_classes;
    const Json label_noise = classes ? json["data"].value("label_noise", Json(0)) : Json(0), seed = json["data"].value("seed", Json(1));
    json["data"] = {{"label_noise", label_noise}, {"seed", seed}};
    change(json["data"]);
    const auto two_alone = [&](const Json& complete) { return class_count != 2 && entry_of(losses(), complete["loss"]["name"].get<std::string>()).one_logit; };
    if (classes && json["data"]["source"] == "own") { // one output tells two classes apart, no more
      if (two_alone(experiment_.complete)) json.erase("loss");
      for (std::size_t i = 0; i < experiment_.lanes.size(); ++i)
        if (two_alone(experiment_.lanes[i].complete)) json["lanes"][i].erase("loss");
    }
    if (classes != has_classes()) {
      // the loss that is usual there, but where a lane has one of its own that fits, too
      json.erase("loss");
      if (!classes && json["data"]["source"] == "own") json["loss"] = "mse"; // a document's own file tells no standard
      for (std::size_t i = 0; i < experiment_.lanes.size(); ++i) {
        Json& patch = json["lanes"][i];
        if (!classes && !entry_of(losses(), experiment_.lanes[i].settings.loss.name).for_numbers)
          patch.erase("loss");
        else if (patch.contains("loss"))
          patch["loss"] = experiment_.lanes[i].complete["loss"]; // whole: a parameter alone would be one of the base's new loss
      }
    }
    const auto shrink = [&](Json& owner) {
      if (owner.contains("batch") && owner["batch"].is_number() && owner["batch"] > json["data"]["train"]) owner["batch"] = json["data"]["train"];
    };
    shrink(json);
    for (Json& lane : json["lanes"]) shrink(lane);
  });
}

std::optional<UserError> Race::edit_lane(std::size_t lane, const std::string& pointer, const Json& value) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) {
    Json& patch = json["lanes"][lane];
    put_in(patch, experiment_.complete, pointer, value);
    if (pointer == "/optimizer" || pointer == "/batch") patch.erase("label");
  });
}

std::optional<UserError> Race::clear_lane_field(std::size_t lane, const std::string& pointer) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) {
    Json& patch = json["lanes"][lane];
    take_out(patch, pointer);
    if (pointer == "/optimizer" || pointer == "/batch") patch.erase("label");
  });
}

std::optional<UserError> Race::add_lane(const std::string& rule, double lr, std::optional<std::int64_t> batch) {
  return edit_json([&](Json& json) {
    Json lane = {{"optimizer", {{"name", rule}, {"lr", lr}}}};
    const Json& base = experiment_.complete["batch"];
    const std::int64_t train = data().train;
    if (batch)
      lane["batch"] = *batch == 0 ? Json("full") : Json(*batch);
    else if (!base.is_number() || base.get<std::int64_t>() <= 1 || base.get<std::int64_t>() >= train)
      lane["batch"] = std::min<std::int64_t>(64, std::max<std::int64_t>(2, train / 2)); // the base's would make another method of it
    json["lanes"].push_back(lane);
  });
}

std::optional<UserError> Race::duplicate_lane(std::size_t lane) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) {
    Json& lanes = json["lanes"];
    lanes.insert(lanes.begin() + static_cast<std::ptrdiff_t>(lane) + 1, Json(lanes[lane]));
  });
}

std::optional<UserError> Race::remove_lane(std::size_t lane) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) { json["lanes"].erase(lane); });
}

std::optional<UserError> Race::move_lane(std::size_t lane, std::size_t to) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) {
    Json& lanes = json["lanes"];
    const Json moved = lanes[lane];
    lanes.erase(lane);
    lanes.insert(lanes.begin() + static_cast<std::ptrdiff_t>(std::min(to, lanes.size())), moved);
  });
}

std::optional<UserError> Race::rename_lane(std::size_t lane, const std::string& name) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) {
    if (name.empty())
      json["lanes"][lane].erase("label");
    else
      json["lanes"][lane]["label"] = name;
  });
}

std::optional<UserError> Race::set_rates(std::optional<double> lr) {
  std::vector<double> rates;
  for (const Lane& lane : experiment_.lanes) rates.push_back(lr ? *lr : entry_of(optimizers(), lane.settings.optimizer.name).parameters[0].standard);
  return set_each_rate(rates);
}

std::optional<UserError> Race::set_each_rate(const std::vector<double>& rates) {
  assert(rates.size() == experiment_.lanes.size());
  return edit_json([&](Json& json) {
    for (std::size_t i = 0; i < rates.size(); ++i) {
      Json optimizer = experiment_.lanes[i].complete["optimizer"];
      optimizer["lr"] = rates[i];
      json["lanes"][i]["optimizer"] = optimizer;
    }
  });
}

void Race::hide_lane(std::size_t lane, bool hidden) {
  lanes_[lane].hidden = hidden;
  ++news_;
}

void Race::solo_lane(std::size_t lane) {
  bool alone = !lanes_[lane].hidden;
  for (std::size_t i = 0; i < lanes_.size(); ++i) alone = alone && (i == lane || lanes_[i].hidden);
  for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i].hidden = !alone && i != lane;
  ++news_;
}

void Race::bring_back(const Json& json) {
  const auto error = replace(json, Runs::brought_back);
  assert(!error && "it was valid before");
  static_cast<void>(error);
}
bool Race::undo() {
  return undo_.undo(experiment_.json(), [this](const Json& json) { bring_back(json); });
}
bool Race::redo() {
  return undo_.redo(experiment_.json(), [this](const Json& json) { bring_back(json); });
}

} // namespace downhill
