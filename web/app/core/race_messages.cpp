// What a Race asks of the workers for the views, and what it does with their messages.
#include "app/core/race.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace downhill {

using namespace protocol;

void Race::take(std::size_t worker, const ToApp& message) {
  if (worker < packs_.worker_count()) std::visit([&](const auto& m) { on(worker, m); }, message);
}

bool Race::ask_looks(double now_s) { return pack_ready() && (due_ || looks_.send(now_s)); } // nobody could answer for a lane that is not begun

std::function<void(const ToTrainer&)> Race::to_worker(std::size_t worker) {
  return [this, worker](const ToTrainer& m) { post_(worker, m); };
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
  if (packs_.refused()) {
    if (packs_.own_failed() == is_own()) pack_failed(*packs_.refused());
    return;
  }
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
  draws_.resume(post_);
}

void Race::on(std::size_t, const Snapshot& m) {
  if (sweep_.take(m, post_)) {
    ++news_;
    return take_rates();
  }
  if (draws_.take(m, post_)) {
    ++news_;
    return;
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
  if (draws_.take(m, post_)) problem_ = UserError{m.code, m.place, m.with}, ++news_;
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
  if (draws_.worker_hopeless(worker)) problem_ = UserError{"worker_dead", "", {}}, ++news_;
}

void Race::on(std::size_t, const PredictionsLook& m) { news_ += draws_.take(m, post_) || looks_.take(m); }
void Race::on(std::size_t, const LookProblem& m) { news_ += draws_.take(m, post_) || looks_.take(m); }

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
