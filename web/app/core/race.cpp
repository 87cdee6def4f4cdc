#include "app/core/race.hpp"

#include "optimizers/list.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace downhill {

using namespace protocol;

namespace {

// Lanes may be this many examples apart; a message from a worker comes 30 times a second, so it also bounds the speed.
constexpr double kLockstepExamples = 1000;

constexpr std::size_t kUndoMost = 100;
// Runs that edits have ended, kept for undo.
constexpr std::size_t kKeptCheckpoint_bytes = 2U << 20;
// Below so many updates a second the way to the next one is worth showing.
constexpr double kWatchableSteps = 4;

// What a run takes, about, in passes over its weights: one for an example and, measured at 784-128-10, two for an update.
double cost_of(const LaneSettings& settings, std::int64_t steps) {
  double weights = 0, inputs = std::max(1, entry_of(sources(), settings.data.source).features);
  for (const HiddenLayer& layer : settings.network.hidden) {
    weights += inputs * static_cast<double>(layer.units);
    inputs = static_cast<double>(layer.units);
  }
  weights += inputs * std::max(1, entry_of(sources(), settings.data.source).classes);
  return weights * static_cast<double>(settings.epochs * settings.data.train + 2 * steps);
}

} // namespace

std::string single_lane(const Experiment& experiment, std::size_t lane) {
  Json json = experiment.lanes[lane].complete;
  json["downhill"] = kFormatVersion;
  json["lanes"] = Json::array({Json::object()});
  return json.dump();
}

const Evaluation* LaneState::evaluation() const {
  if (here && here->step == step) return &*here;
  const auto after = std::upper_bound(evaluations.begin(), evaluations.end(), step, [](std::int64_t s, const Evaluation& e) { return s < e.step; });
  return after == evaluations.begin() ? nullptr : &*std::prev(after);
}

Race::Race(Post post, Packs& packs, std::uint32_t number) : post_(std::move(post)), packs_(packs), run_(number << 24), looks_(number << 16) {}

// ---- the experiment ----

std::optional<UserError> Race::set_experiment(const Json& json, Runs runs) { return put(json, runs, true); }
std::optional<UserError> Race::change_to(const Json& json) { return put(json, Runs::kept, false); }

std::optional<UserError> Race::put(const Json& json, Runs runs, bool opening) {
  const Past before = experiment_.lanes.empty() ? Past{} : past();
  const bool ran = std::any_of(lanes_.begin(), lanes_.end(), [](const LaneState& lane) { return lane.step > 0; });
  if (auto error = replace(json, runs)) return error;
  const bool changed = before.experiment != experiment_.json() || (runs == Runs::anew && ran);
  if (before.experiment.is_null() || !changed) return {};
  undo_.push_back(before);
  undo_.back().opening = opening;
  if (undo_.size() > kUndoMost) undo_.erase(undo_.begin());
  redo_.clear();
  return {};
}

Race::Past Race::past() const { return {experiment_.json(), company ? company() : Json(), false}; }

std::optional<UserError> Race::replace(const Json& json, Runs runs) {
  auto experiment = experiment_from_json(json);
  if (!experiment) return experiment.error();
  // the page shows images and points of two classes; the command line runs everything
  const std::string& source = experiment->lanes.front().settings.data.source;
  if (entry_of(sources(), source).classes < 2) return UserError{"page_source", "/data/source", {source}};
  cancel_sweep();
  sweep_.follow(*experiment);
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
    // fewer training examples than a batch: the batch follows, as the user would have to do next
    if (pointer == "/data/train" && value.is_number()) {
      const auto shrink = [&](Json& batch) {
        if (batch.is_number() && batch.get<double>() > value.get<double>()) batch = value;
      };
      shrink(json["batch"]);
      for (Json& lane : json["lanes"])
        if (lane.contains("batch")) shrink(lane["batch"]);
    }
  });
}

std::optional<UserError> Race::set_source(const std::string& source) {
  return edit_json([&](Json& json) {
    const bool toy = entry_of(sources(), source).generated;
    const Json label_noise = json["data"].value("label_noise", Json(0)), seed = json["data"].value("seed", Json(1));
    json["data"] = {{"source", source}, {"train", toy ? 200 : 2000}, {"test", 1000}, {"label_noise", label_noise}, {"seed", seed}};
    const auto shrink = [&](Json& owner) {
      if (owner.contains("batch") && owner["batch"].is_number() && owner["batch"] > json["data"]["train"]) owner["batch"] = json["data"]["train"];
    };
    shrink(json);
    for (Json& lane : json["lanes"]) shrink(lane);
  });
}

std::optional<UserError> Race::edit_lane(std::size_t lane, const std::string& pointer, const Json& value) {
  if (auto error = missing(lane)) return error;
  const Json::json_pointer at(pointer);
  if (experiment_.complete.contains(at) && experiment_.complete[at] == value) return clear_lane_field(lane, pointer);
  return edit_json([&](Json& json) {
    Json& patch = json["lanes"][lane];
    Json as_patch;
    as_patch[at] = value;
    merge_patch(patch, as_patch);
    if (pointer == "/optimizer" || pointer == "/batch") patch.erase("label");
  });
}

std::optional<UserError> Race::clear_lane_field(std::size_t lane, const std::string& pointer) {
  if (auto error = missing(lane)) return error;
  return edit_json([&](Json& json) {
    Json& patch = json["lanes"][lane];
    Json::json_pointer at(pointer);
    if (patch.contains(at)) {
      patch[at.parent_pointer()].erase(at.back());
      at = at.parent_pointer();
      if (!at.empty() && patch[at].empty()) patch[at.parent_pointer()].erase(at.back());
    }
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

bool Race::go_to(std::vector<Past>& from, std::vector<Past>& to) {
  if (from.empty()) return false;
  Past now = past();
  const Past wanted = from.back();
  from.pop_back();
  now.opening = wanted.opening;
  const auto error = replace(wanted.experiment, Runs::brought_back);
  assert(!error && "it was valid before");
  static_cast<void>(error);
  to.push_back(now);
  if (on_company && wanted.opening) on_company(wanted.company); // any other change took nothing along
  return true;
}
bool Race::undo() { return go_to(undo_, redo_); }
bool Race::redo() { return go_to(redo_, undo_); }

// ---- runs ----

std::vector<LaneState> Race::new_lanes() {
  ++run_;
  std::vector<LaneState> lanes;
  for (std::size_t i = 0; i < experiment_.lanes.size(); ++i) {
    LaneState lane;
    const std::uint32_t id = next_lane_++;
    const auto prepare = [&](RunState& run, std::uint32_t repeat) {
      run.key = {id, repeat, run_};
      run.steps = steps_per_epoch(i) * experiment_.lanes[i].settings.epochs;
    };
    prepare(lane, 0);
    lane.repeats.resize(static_cast<std::size_t>(experiment_.lanes[i].settings.repeats - 1));
    for (std::size_t r = 0; r < lane.repeats.size(); ++r) prepare(lane.repeats[r], static_cast<std::uint32_t>(r) + 1);
    lanes.push_back(std::move(lane));
  }
  return lanes;
}

// Runs that keep their worker stay there; of the others the dearest first, each to the worker that has least to do: so that
// all workers end together.
void Race::share_out() {
  struct Share {
    double cost;
    std::size_t order; // equal ones as they stand
    RunState* run;
  };
  std::vector<Share> shares;
  std::vector<double> busy(std::max<std::size_t>(1, packs_.worker_count()));
  each_run([&](std::size_t i, RunState& run) {
    const double cost = cost_of(experiment_.lanes[i].settings, run.steps);
    if (run.key.run == run_)
      shares.push_back({cost, shares.size(), &run});
    else if (!run.ended())
      busy[run.worker % busy.size()] += cost;
  });
  std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) { return a.cost != b.cost ? a.cost > b.cost : a.order < b.order; });
  for (const Share& share : shares) {
    const auto least = std::min_element(busy.begin(), busy.end());
    share.run->worker = static_cast<std::size_t>(least - busy.begin());
    *least += share.cost;
  }
}

void Race::each_run(const std::function<void(std::size_t, RunState&)>& act) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    act(i, lanes_[i]);
    for (RunState& run : lanes_[i].repeats) act(i, run);
  }
}

bool Race::all_ended() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const LaneState& lane) {
    return lane.ended() && std::all_of(lane.repeats.begin(), lane.repeats.end(), [](const RunState& run) { return run.ended(); });
  });
}

RunState* Race::find(const LaneKey& key) {
  for (LaneState& lane : lanes_) {
    if (lane.key == key) return &lane;
    for (RunState& run : lane.repeats)
      if (run.key == key) return &run;
  }
  return nullptr;
}

void Race::reset() {
  each_run([&](std::size_t, RunState& run) {
    if (run.started) post_(run.worker, DropLane{run.key});
  });
  cancel_sweep();
  looks_.forget();
  // whoever resets wants to see it run
  std::erase_if(kept_, [&](const KeptRun& kept) {
    return std::any_of(experiment_.lanes.begin(), experiment_.lanes.end(), [&](const Lane& lane) { return lane.complete == kept.complete; });
  });
  std::vector<LaneState> old = std::exchange(lanes_, new_lanes());
  share_out();
  for (std::size_t i = 0; i < std::min(old.size(), lanes_.size()); ++i) lanes_[i].hidden = old[i].hidden;
  transport_ = Transport::ready;
  wanted_.reset();
  targets_.clear();
  allowance_ = 0;
  problem_.reset();
  ++news_;
  due_ = true;
}

void Race::begin_with_workers() {
  reset();
  // the quick pack is fetched at once, so that the page has images to show
  if (!packs_.infos().empty() && pack_needed().id == packs_.infos().front().id) packs_.request(data());
}

void Race::pack_failed(const UserError& error) {
  wanted_.reset();
  problem_ = error;
  ++news_;
}

// Before anyone presses start, so that their first evaluation shows.
void Race::begin_lanes() {
  if (experiment_.lanes.empty() || !pack_ready()) return;
  each_run([&](std::size_t lane, RunState& run) {
    if (!run.started) begin_run(lane, run);
  });
}

void Race::begin_run(std::size_t lane, RunState& run) {
  run.started = true;
  const bool from_checkpoint = run.lost && run.checkpoint_step <= run.step;
  // repeats after the first are seen as bands only: they go back by starting anew
  post_(run.worker, StartLane{run.key, single_lane(experiment_, lane), run.key.repeat == 0, from_checkpoint ? run.checkpoint : archive::Bytes()});
}

void Race::worker_restarted(std::size_t worker) {
  looks_.forget();
  const auto renew = [&](RunState& run) {
    if (run.worker != worker || run.problem) return;
    // a new number, so that what the dead worker still said is not taken for the new one's; an ended lane is brought
    // back to where it was, so that views and the timeline still have it
    const LaneKey former = run.key;
    run.key.run = ++run_;
    looks_.renumber(former, run.key);
    run.started = false;
    run.lost = true;
    run.granted = 0;
    run.turn = 0;
  };
  each_run([&](std::size_t, RunState& run) { renew(run); });
  sweep_.worker_lost(worker);
  ++news_;
  due_ = true;
  if (pack_ready()) sweep_.resume(post_); // toys need no pack
}

// ---- transport ----

void Race::start() {
  if (transport_ == Transport::running) return;
  if (transport_ == Transport::finished) reset();
  wanted_ = Wanted{};
  act_on_wish();
}

void Race::step(std::int64_t n) { move({.steps = n}); }
void Race::step_epoch() { move({.epochs = 1}); }

// From where each lane stands, or will stand once it has done what it was told: presses may come faster than lanes, or the
// data, get there, and each counts. Where data are missing, lanes may come and go before it is acted on.
void Race::move(Move by) {
  if (transport_ == Transport::running) pause();
  if (!wanted_ || wanted_->kind != Wanted::Kind::to)
    wanted_ = Wanted{Wanted::Kind::to, [this, under_way = pack_ready() ? targets_ : std::vector<std::int64_t>()](std::size_t i) {
                       return i < under_way.size() && !lanes_[i].ended() ? under_way[i] : lanes_[i].step;
                     }};
  wanted_->moves.push_back(by);
  act_on_wish();
}

void Race::seek_examples(double examples) {
  seek([this, examples](std::size_t i) { return steps_begun_before(i, std::max(0.0, examples)); });
}

void Race::seek_step(std::int64_t step) {
  seek([step](std::size_t) { return step; });
}

void Race::seek(std::function<std::int64_t(std::size_t lane)> target) {
  if (transport_ == Transport::running) pause();
  wanted_ = Wanted{Wanted::Kind::to, std::move(target)};
  act_on_wish();
}

void Race::act_on_wish() {
  if (!wanted_ || experiment_.lanes.empty()) return;
  ++news_;
  if (!pack_ready()) return problem_.reset(), packs_.request(data());
  const Wanted wish = *std::exchange(wanted_, std::nullopt);
  begin_lanes();
  if (wish.kind == Wanted::Kind::sweep) return pause(), cancel_sweep(), sweep_.start(experiment_, packs_.worker_count(), ++run_, post_);
  targets_.clear();
  if (wish.kind == Wanted::Kind::to) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const auto in_run = [&](std::int64_t step) { return std::clamp<std::int64_t>(step, 0, lanes_[i].steps); };
      std::int64_t target = in_run(wish.target(i));
      for (const Move& by : wish.moves) target = in_run(by.epochs > 0 ? (target / steps_per_epoch(i) + by.epochs) * steps_per_epoch(i) : target + by.steps);
      targets_.push_back(target);
    }
    each_run([&](std::size_t i, RunState& run) {
      const std::int64_t target = std::min(targets_[i], run.steps);
      const bool back = target < run.step;
      if (run.ended() && !back) return; // it can't go on
      if (run.granted == target && run.turn > 0 && !back) return;
      run.status = LaneStatus::running;
      run.stop = Stop::none;
      run.returning = false;
      run.granted = target;
      run.hash = 0;
      post_(run.worker, Seek{run.key, target, ++run.turn});
    });
    transport_ = Transport::paused;
    settle();
  } else {
    transport_ = Transport::running;
    allowance_ = 0;
    for (const LaneState& lane : lanes_) allowance_ = std::max(allowance_, lane.ended() ? 0.0 : static_cast<double>(lane.examples));
    ticked_s_ = -1;
    grant_running();
  }
}

void Race::pause() {
  wanted_.reset();
  if (transport_ != Transport::running) return;
  transport_ = Transport::paused;
  targets_.clear();
  each_run([&](std::size_t, RunState& run) {
    if (!run.ended()) grant(run, 0, true);
  });
  ++news_;
}

void Race::tick(double now_s) {
  if (due_ && pack_ready()) resume();
  if (transport_ != Transport::running) return;
  const double passed_s = ticked_s_ < 0 ? 0 : std::clamp(now_s - ticked_s_, 0.0, 0.1);
  ticked_s_ = now_s;
  allowance_ += speed_ * passed_s;
  grant_running();
}

double Race::step_phase(std::size_t lane) const {
  const auto batch = static_cast<double>(batch_size(lane));
  if (transport_ != Transport::running || speed_ == 0 || speed_ / batch > kWatchableSteps || lanes_[lane].ended()) return 0;
  return std::clamp((allowance_ - static_cast<double>(lanes_[lane].examples) + batch) / batch, 0.0, 1.0);
}

std::int64_t Race::batch_size(std::size_t lane) const {
  const LaneSettings& s = experiment_.lanes[lane].settings;
  return s.batch == 0 ? s.data.train : s.batch;
}
std::int64_t Race::steps_per_epoch(std::size_t lane) const { return (experiment_.lanes[lane].settings.data.train + batch_size(lane) - 1) / batch_size(lane); }
std::int64_t Race::examples_at_end() const {
  std::int64_t most = 1;
  for (const Lane& lane : experiment_.lanes) most = std::max(most, lane.settings.data.train * lane.settings.epochs);
  return most;
}

// How many steps of the lane begin while it has seen fewer than `examples`.
std::int64_t Race::steps_begun_before(std::size_t lane, double examples) const {
  const auto train = static_cast<double>(experiment_.lanes[lane].settings.data.train);
  const double epochs = std::floor(examples / train), rest = examples - epochs * train;
  return static_cast<std::int64_t>(epochs) * steps_per_epoch(lane) + static_cast<std::int64_t>(std::ceil(rest / static_cast<double>(batch_size(lane))));
}

void Race::grant_running() {
  double last = -1, window = kLockstepExamples;
  each_run([&](std::size_t i, RunState& run) {
    if (run.ended()) return;
    const auto examples = static_cast<double>(run.examples);
    last = last < 0 ? examples : std::min(last, examples);
    window = std::max(window, static_cast<double>(experiment_.lanes[i].settings.data.train) / 10);
  });
  double limit = last + window;
  if (speed_ > 0) {
    limit = std::min(limit, allowance_);
    allowance_ = std::min(allowance_, last + window + speed_); // waiting for a slow lane saves up no sprint
  }
  each_run([&](std::size_t i, RunState& run) {
    if (!run.ended()) grant(run, std::min(run.steps, steps_begun_before(i, limit)), false);
  });
}

void Race::grant(RunState& run, std::int64_t steps, bool hash_at_rest) {
  if (!run.started || (run.granted == steps && !hash_at_rest)) return;
  run.granted = steps;
  post_(run.worker, Grant{run.key, steps, hash_at_rest});
}

// ---- the sweep ----

void Race::start_sweep() {
  pause();
  wanted_ = Wanted{Wanted::Kind::sweep};
  act_on_wish();
}

void Race::cancel_sweep() {
  sweep_.cancel(post_);
  ++news_;
}

// ---- the world ----

void Race::take(std::size_t worker, const ToApp& message) {
  if (worker < packs_.worker_count()) std::visit([&](const auto& m) { on(worker, m); }, message);
}

bool Race::ask_looks(double now_s) { return pack_ready() && (due_ || looks_.send(now_s)); } // nobody could answer for a lane that is not begun

void Race::want_look(std::uint32_t slot, std::size_t lane, LookKind kind, std::uint32_t from, std::uint32_t count, std::vector<std::uint8_t> image) {
  const LaneState& state = lanes_[lane];
  looks_.want(slot, {slot, state.key, kind, from, count, std::move(image)}, state.step,
              [this, worker = state.worker](const ToTrainer& m) { post_(worker, m); });
}
void Race::want_images(std::uint32_t request, bool train, std::vector<std::uint32_t> places) {
  if (pack_ready()) looks_.want_images(request, data_text_, train, std::move(places), [this](const ToTrainer& m) { post_(0, m); });
}

void Race::ask_weights(std::size_t lane) { post_(lanes_[lane].worker, AskWeights{lanes_[lane].key}); }

void Race::return_lost() {
  if (!pack_ready()) return;
  each_run([&](std::size_t i, RunState& run) {
    if (!std::exchange(run.lost, false) || (transport_ == Transport::running && !run.ended())) return;
    // a lane that diverged does so on the way to its next step
    run.granted = targets_.empty() || run.ended() ? run.step + (run.status == LaneStatus::diverged) : targets_[i];
    post_(run.worker, Seek{run.key, run.granted, ++run.turn});
  });
}

// With data there, or there again: lanes are prepared, runs of a worker that was lost go back to where they were.
void Race::resume() {
  due_ = false;
  begin_lanes();
  return_lost();
  if (transport_ == Transport::running) grant_running();
  act_on_wish();
}

void Race::on(std::size_t, const PackOpened& m) {
  if (packs_.refused()) return pack_failed(*packs_.refused());
  if (!m.error_code.empty()) return; // others have not answered yet
  ++news_;
  if (!pack_ready()) return;
  problem_.reset();
  each_run([&](std::size_t, RunState& run) {
    if (run.problem) problem_ = run.problem;
  });
  looks_.forget();
  due_ = true;
  sweep_.resume(post_);
}

void Race::on(std::size_t, const Snapshot& m) {
  if (sweep_.take(m, post_)) {
    ++news_;
    return take_rates();
  }
  RunState* run = find(m.key);
  if (!run) return;
  ++news_;
  // numbers are the same whenever they were found: those of a replay are known already
  const std::size_t known = run->evaluations.size();
  for (const Evaluation& e : m.evaluations)
    if (run->evaluations.empty() || e.step > run->evaluations.back().step) run->evaluations.push_back(e);
  if (!m.here.empty()) run->here = m.here.back();
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, m.losses_from));
  if (from <= run->losses.size() && run->key.repeat == 0) {
    run->losses.resize(std::max(run->losses.size(), from + m.losses.size()));
    std::copy(m.losses.begin(), m.losses.end(), run->losses.begin() + static_cast<std::ptrdiff_t>(from));
  }
  if (m.turn != run->turn) return;                                                     // said before the lane turned round
  if (run->returning && (m.step < run->step || (run->ended() && m.hash == 0))) return; // still on its way to where it is shown
  run->returning = false;
  run->status = m.status;
  run->step = m.step;
  run->steps = m.steps;
  run->examples = m.examples;
  run->epoch = m.epoch;
  run->seconds = m.seconds;
  run->batch_loss = m.batch_loss;
  run->hash = m.hash;
  apply_stop_rules(*run, known);
  for (LaneState& lane : lanes_) lane.catching_up = lane.catching_up && !lane.ended() && behind(lane);
  settle();
  if (transport_ == Transport::running) grant_running();
}

// A sweep that has come to its end gives each lane its best rate.
void Race::take_rates() {
  if (sweep_.running()) return;
  const std::optional<UserError> problem = problem_; // this edit mends none
  const auto error = edit_json([&](Json& json) {
    for (std::size_t i = 0; i < sweep_.curves().size(); ++i) {
      const auto best = sweep_.curves()[i].best();
      if (!best) continue;
      Json optimizer = experiment_.lanes[i].complete["optimizer"];
      optimizer["lr"] = *best;
      json["lanes"][i]["optimizer"] = optimizer;
    }
  });
  assert(!error);
  static_cast<void>(error);
  problem_ = problem;
}

// Whether the lanes that are not catching up are all well ahead.
bool Race::behind(const LaneState& lane) const {
  std::int64_t least = -1;
  for (const LaneState& other : lanes_)
    if (!other.catching_up && !other.problem && other.status != LaneStatus::diverged) least = least < 0 ? other.examples : std::min(least, other.examples);
  return 10 * lane.examples < 9 * least;
}

// The lane rests at the very evaluation that fulfilled the rule, wherever the worker has got to meanwhile.
void Race::apply_stop_rules(RunState& run, std::size_t from) {
  if (transport_ != Transport::running) return;
  if (stop_rules_.divergence && run.status == LaneStatus::diverged) return pause();
  for (std::size_t i = std::max<std::size_t>(from, 1); i < run.evaluations.size() && run.stop == Stop::none; ++i) {
    const auto begin = run.evaluations.begin(), here = begin + static_cast<std::ptrdiff_t>(i);
    if (stop_rules_.accuracy > 0 && here->test_accuracy >= stop_rules_.accuracy) run.stop = Stop::accuracy;
    const auto least = std::min_element(begin, here + 1, [](const Evaluation& a, const Evaluation& b) { return a.test_loss < b.test_loss; });
    if (stop_rules_.no_improvement > 0 && here - least >= stop_rules_.no_improvement) run.stop = Stop::no_improvement;
    if (run.stop == Stop::none) continue;
    run.granted = here->step;
    run.status = LaneStatus::running;
    post_(run.worker, Seek{run.key, here->step, ++run.turn});
  }
}

void Race::on(std::size_t, const LaneProblem& m) {
  give_up_point(sweep_.take(m, post_), {m.code, m.place, m.with});
  if (RunState* run = find(m.key)) give_up(*run, {m.code, m.place, m.with});
}

// One run of the sweep is left out; it goes on without.
void Race::give_up_point(std::optional<std::size_t> lane, UserError error) {
  if (!lane) return;
  ++news_;
  if (error.place.empty()) error.place = "/lanes/" + std::to_string(*lane);
  problem_ = std::move(error);
  take_rates();
}

// The others go on.
void Race::give_up(RunState& run, UserError error) {
  for (const LaneState& lane : lanes_)
    if (error.place.empty() && lane.key.lane == run.key.lane) error.place = "/lanes/" + std::to_string(&lane - lanes_.data());
  ++news_;
  run.problem = std::move(error);
  problem_ = run.problem;
  settle();
}

void Race::worker_hopeless(std::size_t worker) {
  each_run([&](std::size_t, RunState& run) {
    if (run.worker == worker && !run.ended()) give_up(run, {"worker_dead", "", {}});
  });
  give_up_point(sweep_.worker_hopeless(worker), {"worker_dead", "", {}});
}

void Race::on(std::size_t, const Checkpoint& m) {
  RunState* run = find(m.key);
  if (!run || m.step != run->step) return; // the lane has turned round meanwhile
  run->checkpoint = m.bytes;
  run->checkpoint_step = m.step;
}

void Race::on(std::size_t, const Weights& m) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].key == m.key && on_weights) on_weights(i, m.file);
}

void Race::on(std::size_t, const BenchReport& m) { bench_lines_ = m.lines, ++news_; }

void Race::settle() {
  if (!lanes_.empty() && all_ended()) transport_ = Transport::finished;
}

} // namespace downhill
