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
// What a worker may keep in checkpoints, for going back.
constexpr std::size_t kHistoryBytes = 64U << 20;
// Below so many updates a second the way to the next one is worth showing.
constexpr double kWatchableSteps = 4;

} // namespace

std::string single_lane(const Experiment& experiment, std::size_t lane) {
  Json json = experiment.lanes[lane].complete;
  json["downhill"] = kFormatVersion;
  json["lanes"] = Json::array({Json::object()});
  return json.dump();
}

const EvaluationRow* LaneState::evaluation() const {
  const auto after = std::upper_bound(evaluations.begin(), evaluations.end(), step, [](std::int64_t s, const EvaluationRow& e) { return s < e.step; });
  return after == evaluations.begin() ? nullptr : &*std::prev(after);
}

Race::Race(Post post, Packs& packs, std::uint32_t number) : post_(std::move(post)), packs_(packs), run_(number << 24), looks_(number << 16) {}

// ---- the experiment ----

std::optional<UserError> Race::set_experiment(const Json& json) {
  const Json before = experiment_.lanes.empty() ? Json() : experiment_.json();
  if (auto error = replace(json)) return error;
  if (before.is_null() || before == experiment_.json()) return {};
  undo_.push_back(before);
  if (undo_.size() > kUndoMost) undo_.erase(undo_.begin());
  redo_.clear();
  return {};
}

std::optional<UserError> Race::replace(const Json& json) {
  auto experiment = experiment_from_json(json);
  if (!experiment) return experiment.error();
  // the page shows images and points of two classes; the command line runs everything
  const std::string& source = experiment->lanes.front().settings.data.source;
  if (entry_of(sources(), source).classes < 2) return UserError{"page_source", "/data/source", {source}};
  cancel_sweep();
  const Experiment before = std::exchange(experiment_, std::move(*experiment));
  ++version_;
  ++news_;
  problem_.reset();
  std::vector<LaneState> old = std::exchange(lanes_, new_lanes());
  // a lane of the same settings keeps its run; each old one serves once
  bool any_kept = false;
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    for (std::size_t j = 0; j < old.size(); ++j)
      if (old[j].steps >= 0 && !old[j].problem && before.lanes[j].complete == experiment_.lanes[i].complete) {
        lanes_[i] = std::move(old[j]);
        old[j].steps = -1; // taken
        any_kept = any_kept || lanes_[i].step > 0;
        break;
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
  begin_lanes();
  return {};
}

std::optional<UserError> Race::edit_json(const std::function<void(Json&)>& change) {
  Json json = experiment_.json();
  change(json);
  return set_experiment(json);
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

std::optional<UserError> Race::duplicate_lane(std::size_t lane) {
  return edit_json([&](Json& json) {
    Json& lanes = json["lanes"];
    lanes.insert(lanes.begin() + static_cast<std::ptrdiff_t>(lane) + 1, Json(lanes[lane]));
  });
}

std::optional<UserError> Race::remove_lane(std::size_t lane) {
  return edit_json([&](Json& json) { json["lanes"].erase(lane); });
}

std::optional<UserError> Race::move_lane(std::size_t lane, std::size_t to) {
  return edit_json([&](Json& json) {
    Json& lanes = json["lanes"];
    const Json moved = lanes[lane];
    lanes.erase(lane);
    lanes.insert(lanes.begin() + static_cast<std::ptrdiff_t>(std::min(to, lanes.size())), moved);
  });
}

std::optional<UserError> Race::rename_lane(std::size_t lane, const std::string& name) {
  return edit_json([&](Json& json) {
    if (name.empty())
      json["lanes"][lane].erase("label");
    else
      json["lanes"][lane]["label"] = name;
  });
}

std::optional<UserError> Race::set_rates(std::optional<double> lr) {
  return edit_json([&](Json& json) {
    for (std::size_t i = 0; i < experiment_.lanes.size(); ++i) {
      const std::string& rule = experiment_.lanes[i].settings.optimizer.name;
      Json optimizer = experiment_.lanes[i].complete["optimizer"];
      optimizer["lr"] = lr ? *lr : entry_of(optimizers(), rule).parameters[0].standard;
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

bool Race::undo() {
  if (undo_.empty()) return false;
  const Json now = experiment_.json(), before = undo_.back();
  undo_.pop_back();
  const auto error = replace(before);
  assert(!error && "it was valid before");
  static_cast<void>(error);
  redo_.push_back(now);
  return true;
}

bool Race::redo() {
  if (redo_.empty()) return false;
  const Json now = experiment_.json(), after = redo_.back();
  redo_.pop_back();
  const auto error = replace(after);
  assert(!error && "it was valid before");
  static_cast<void>(error);
  undo_.push_back(now);
  return true;
}

// ---- runs ----

std::vector<LaneState> Race::new_lanes() {
  ++run_;
  std::vector<LaneState> lanes;
  const std::size_t workers = std::max<std::size_t>(1, packs_.worker_count());
  for (std::size_t i = 0; i < experiment_.lanes.size(); ++i) {
    LaneState lane;
    const std::uint32_t id = next_lane_++;
    const auto prepare = [&](RunState& run, std::uint32_t repeat) {
      run.key = {id, repeat, run_};
      run.worker = (i + repeat) % workers;
      run.steps = steps_per_epoch(i) * experiment_.lanes[i].settings.epochs;
    };
    prepare(lane, 0);
    lane.repeats.resize(static_cast<std::size_t>(experiment_.lanes[i].settings.repeats - 1));
    for (std::size_t r = 0; r < lane.repeats.size(); ++r) prepare(lane.repeats[r], static_cast<std::uint32_t>(r) + 1);
    lanes.push_back(std::move(lane));
  }
  return lanes;
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
  std::vector<LaneState> old = std::exchange(lanes_, new_lanes());
  for (std::size_t i = 0; i < std::min(old.size(), lanes_.size()); ++i) lanes_[i].hidden = old[i].hidden;
  transport_ = Transport::ready;
  wanted_.reset();
  targets_.clear();
  allowance_ = 0;
  problem_.reset();
  ++news_;
  begin_lanes();
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

// Lanes are prepared as soon as data is there: their first evaluation shows before anyone presses start.
void Race::begin_lanes() {
  if (experiment_.lanes.empty() || !pack_ready()) return;
  each_run([&](std::size_t lane, RunState& run) {
    if (!run.started) begin_run(lane, run);
  });
}

void Race::begin_run(std::size_t lane, RunState& run) {
  run.started = true;
  // repeats after the first are seen as bands only: they go back by starting anew
  const std::size_t share = kHistoryBytes * packs_.worker_count() / std::max<std::size_t>(1, lanes_.size());
  const bool from_checkpoint = run.lost && run.checkpoint_step <= run.step;
  post_(run.worker, StartLane{run.key, single_lane(experiment_, lane), run.key.repeat == 0 ? static_cast<std::uint32_t>(std::min(share, kHistoryBytes)) : 0,
                              from_checkpoint ? run.checkpoint : archive::Bytes()});
}

void Race::worker_restarted(std::size_t worker) {
  looks_.forget();
  const auto renew = [&](RunState& run) {
    if (run.worker != worker || run.problem) return;
    // a new number, so that what the dead worker still said is not taken for the new one's; an ended lane is brought
    // back to where it was, so that views and the timeline still have it
    run.key.run = ++run_;
    run.started = false;
    run.lost = true;
    run.granted = 0;
    run.turn = 0;
  };
  each_run([&](std::size_t, RunState& run) { renew(run); });
  ++news_;
  if (pack_ready()) resume(); // toys need no pack
}

// ---- transport ----

void Race::start() {
  if (transport_ == Transport::running) return;
  if (transport_ == Transport::finished) reset();
  wanted_ = Wanted{};
  act_on_wish();
}

void Race::step(std::int64_t n) {
  std::vector<std::int64_t> targets;
  for (const LaneState& lane : lanes_) targets.push_back(std::clamp<std::int64_t>(lane.step + n, 0, lane.steps));
  seek(std::move(targets));
}

void Race::step_epoch() {
  std::vector<std::int64_t> targets;
  for (std::size_t i = 0; i < lanes_.size(); ++i) targets.push_back(std::min(lanes_[i].steps, (lanes_[i].step / steps_per_epoch(i) + 1) * steps_per_epoch(i)));
  seek(std::move(targets));
}

void Race::seek_examples(double examples) {
  std::vector<std::int64_t> targets;
  for (std::size_t i = 0; i < lanes_.size(); ++i) targets.push_back(std::min(lanes_[i].steps, steps_begun_before(i, std::max(0.0, examples))));
  seek(std::move(targets));
}

void Race::seek_step(std::int64_t step) {
  std::vector<std::int64_t> targets;
  for (const LaneState& lane : lanes_) targets.push_back(std::clamp<std::int64_t>(step, 0, lane.steps));
  seek(std::move(targets));
}

void Race::seek(std::vector<std::int64_t> targets) {
  wanted_ = Wanted{Wanted::Kind::to, std::move(targets)};
  act_on_wish();
}

void Race::act_on_wish() {
  if (!wanted_ || experiment_.lanes.empty()) return;
  ++news_;
  if (!pack_ready()) return problem_.reset(), packs_.request(data());
  begin_lanes();
  targets_.clear();
  if (wanted_->kind == Wanted::Kind::to) {
    targets_ = wanted_->targets;
    each_run([&](std::size_t i, RunState& run) {
      const std::int64_t target = std::min(targets_[i], run.steps);
      const bool back = target < run.step;
      if (run.ended() && !back) return; // it can't go on
      if (run.granted == target && run.turn > 0 && !back) return;
      run.status = LaneStatus::running;
      run.stop = Stop::none;
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
  wanted_.reset();
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
  if (!pack_ready()) return problem_.reset(), packs_.request(data());
  pause();
  cancel_sweep();
  sweep_.start(experiment_, packs_.worker_count(), ++run_, post_);
  ++news_;
}

void Race::cancel_sweep() {
  sweep_.cancel(post_);
  ++news_;
}

// ---- the world ----

void Race::take(std::size_t worker, const ToApp& message) {
  if (worker < packs_.worker_count()) std::visit([&](const auto& m) { on(worker, m); }, message);
}

bool Race::ask_looks(double now_s) { return pack_ready() && looks_.send(now_s); }

void Race::want_look(std::uint32_t slot, std::size_t lane, LookKind kind, std::uint32_t from, std::uint32_t count, std::vector<std::uint8_t> image) {
  const LaneState& state = lanes_[lane];
  looks_.want(slot, {slot, state.key, kind, from, count, std::move(image)}, state.step,
              [this, worker = state.worker](const ToTrainer& m) { post_(worker, m); });
}
void Race::want_images(std::uint32_t request, bool train, std::vector<std::uint32_t> places) {
  if (pack_ready()) looks_.want_images(request, data_text_, train, std::move(places), [this](const ToTrainer& m) { post_(0, m); });
}

void Race::ask_weights(std::size_t lane) { post_(lanes_[lane].worker, AskWeights{lanes_[lane].key}); }

// With data there, or there again: lanes are prepared, runs of a worker that was lost go back to where they were.
void Race::resume() {
  looks_.forget();
  begin_lanes();
  each_run([&](std::size_t i, RunState& run) {
    if (!std::exchange(run.lost, false) || (transport_ == Transport::running && !run.ended())) return;
    run.granted = targets_.empty() || run.ended() ? run.step : targets_[i];
    post_(run.worker, Seek{run.key, run.granted, ++run.turn});
  });
  if (transport_ == Transport::running) grant_running();
  act_on_wish();
}

void Race::on(std::size_t, const PackOpened& m) {
  if (!m.error_code.empty()) return pack_failed({m.error_code, "", m.error_with});
  ++news_;
  if (!pack_ready()) return;
  problem_.reset();
  each_run([&](std::size_t, RunState& run) {
    if (run.problem) problem_ = run.problem;
  });
  resume();
}

void Race::on(std::size_t worker, const Snapshot& m) {
  if (sweep_.take(m)) {
    ++news_;
    if (m.status != LaneStatus::running) post_(worker, DropLane{m.key});
    if (!sweep_.running() && m.status != LaneStatus::running) {
      // done: each lane gets its best rate, in one edit
      const auto error = edit_json([&](Json& json) {
        for (std::size_t i = 0; i < std::min(sweep_.curves().size(), experiment_.lanes.size()); ++i) {
          const auto best = sweep_.curves()[i].best();
          if (!best) continue;
          Json optimizer = experiment_.lanes[i].complete["optimizer"];
          optimizer["lr"] = *best;
          json["lanes"][i]["optimizer"] = optimizer;
        }
      });
      assert(!error);
      static_cast<void>(error);
    }
    return;
  }
  RunState* run = find(m.key);
  if (!run) return;
  ++news_;
  // numbers are the same whenever they were found: those of a replay are known already
  const std::size_t known = run->evaluations.size();
  for (const EvaluationRow& e : m.evaluations)
    if (run->evaluations.empty() || e.step > run->evaluations.back().step) run->evaluations.push_back(e);
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, m.losses_from));
  if (from <= run->losses.size() && run->key.repeat == 0) {
    run->losses.resize(std::max(run->losses.size(), from + m.losses.size()));
    std::copy(m.losses.begin(), m.losses.end(), run->losses.begin() + static_cast<std::ptrdiff_t>(from));
  }
  if (m.turn != run->turn) return; // said before the lane turned round
  run->status = m.status;
  run->step = m.step;
  run->steps = m.steps;
  run->examples = m.examples;
  run->epoch = m.epoch;
  run->seconds = m.seconds;
  run->batch_loss = m.batch_loss;
  run->hash = m.hash;
  apply_stop_rules(*run, known);
  settle();
  if (transport_ == Transport::running) grant_running();
}

// The lane rests at the very evaluation that fulfilled the rule, wherever the worker has got to meanwhile.
void Race::apply_stop_rules(RunState& run, std::size_t from) {
  if (transport_ != Transport::running) return;
  if (stop_rules_.divergence && run.status == LaneStatus::diverged) return pause();
  for (std::size_t i = std::max<std::size_t>(from, 1); i < run.evaluations.size() && run.stop == Stop::none; ++i) {
    const auto begin = run.evaluations.begin(), here = begin + static_cast<std::ptrdiff_t>(i);
    if (stop_rules_.accuracy > 0 && here->test_accuracy >= stop_rules_.accuracy) run.stop = Stop::accuracy;
    const auto least = std::min_element(begin, here + 1, [](const EvaluationRow& a, const EvaluationRow& b) { return a.test_loss < b.test_loss; });
    if (stop_rules_.no_improvement > 0 && here - least >= stop_rules_.no_improvement) run.stop = Stop::no_improvement;
    if (run.stop == Stop::none) continue;
    run.granted = here->step;
    run.status = LaneStatus::running;
    post_(run.worker, Seek{run.key, here->step, ++run.turn});
  }
}

void Race::on(std::size_t, const LaneProblem& m) {
  if (RunState* run = find(m.key)) give_up(*run, {m.code, m.place, m.with});
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
