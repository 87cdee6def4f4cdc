#include "app/core/race.hpp"

#include "app/core/own_classes.hpp"
#include "data/own_file.hpp"
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

// Below so many updates a second the way to the next one is worth showing.
constexpr double kWatchableSteps = 4;

// What a run takes, about, in passes over its weights: one for an example and, measured at 784-128-10, two for an update.
double cost_of(const LaneSettings& settings, std::int64_t steps, std::int64_t features, std::int64_t outputs) {
  double weights = 0, inputs = static_cast<double>(std::max<std::int64_t>(1, features));
  for (const HiddenLayer& layer : settings.network.hidden) {
    weights += inputs * static_cast<double>(layer.units);
    inputs = static_cast<double>(layer.units);
  }
  weights += inputs * static_cast<double>(std::max<std::int64_t>(1, outputs));
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

Race::Race(Post post, Packs& packs, std::uint32_t number)
    : post_(std::move(post)), packs_(packs), run_(number << 24), looks_(number << 24), draws_((number << 24) + Draws::kFirstSlot) {}

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
    const double cost = cost_of(experiment_.lanes[i].settings, run.steps, inputs(), outputs(i));
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
  cancel_draws();
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
  draws_.worker_lost(worker);
  ++news_;
  due_ = true;
  if (pack_ready()) sweep_.resume(post_), draws_.resume(post_); // toys need no pack
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

// As many draws need as many times the training examples.
DataSettings Race::wished_data() const { return draws_data(wanted_ ? wanted_->draws : 1); }

DataSettings Race::draws_data(std::size_t count) const {
  DataSettings needed = data();
  needed.train *= static_cast<std::int64_t>(count);
  return needed;
}

std::size_t Race::draws_most() const {
  if (!is_own() || data().classes.empty()) return Draws::most(data());
  return static_cast<std::size_t>(std::min<std::int64_t>(kDrawsMost, own_most(true) / data().train));
}

const PackInfo* Race::draws_pack(std::size_t count) const {
  const DataSettings needed = draws_data(count);
  return packs_.ready(needed) ? nullptr : &packs_.needed(needed);
}

void Race::act_on_wish() {
  if (!wanted_ || experiment_.lanes.empty()) return;
  left_running_ = false;
  ++news_;
  if (const DataSettings needed = wished_data(); !packs_.ready(needed)) return problem_.reset(), packs_.request(needed);
  const Wanted wish = *std::exchange(wanted_, std::nullopt);
  begin_lanes();
  if (wish.kind == Wanted::Kind::sweep) return pause(), cancel_draws(), cancel_sweep(), sweep_.start(experiment_, packs_.worker_count(), ++run_, post_);
  if (wish.kind == Wanted::Kind::draws) {
    const auto& all = experiment_.lanes;
    const auto lane = std::find_if(all.begin(), all.end(), [&](const Lane& each) { return each.complete == wish.complete; });
    if (lane == all.end()) return; // taken out or changed meanwhile
    return pause(), cancel_sweep(), cancel_draws(),
           draws_.start(experiment_, static_cast<std::size_t>(lane - all.begin()), wish.draws, packs_.worker_count(), ++run_, post_);
  }
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

void Race::leave() {
  const bool ran = transport_ == Transport::running || left_running();
  pause();
  left_running_ = ran;
  looks_.cancel();
  cancel_sweep();
  cancel_draws();
  due_ = true; // when one comes back, the data may be others: then these are asked for
}

void Race::pause() {
  wanted_.reset();
  left_running_ = false;
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
  // a user's own file is looked for as soon as it is wanted, once: where it is not kept here, that is told at once
  if (due_ && is_own() && packs_.worker_count() > 0 && !pack_ready() && !packs_.failure(data())) packs_.request(data());
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
std::int64_t Race::outputs(std::size_t lane) const {
  const LaneSettings& s = experiment_.lanes[lane].settings;
  return outputs_for(entry_of(losses(), s.loss.name), static_cast<std::int64_t>(classes().size()));
}

bool Race::has_images() const {
  if (!is_own()) return !is_toy();
  const OwnFacts* facts = own();
  return facts && facts->pictures && facts->shape.size() == 2 && facts->shape[0] == facts->shape[1];
}

bool Race::has_plane() const {
  if (inputs() != 2 || (is_own() ? own()->pictures : !is_toy())) return false; // a file that is not here has none
  return has_classes() && classes().size() <= kPlaneClassesMost;
}

bool Race::has_classes() const {
  if (!is_own()) return entry_of(sources(), data().source).classes != 0;
  if (const OwnFacts* facts = own()) return !facts->classes.empty();
  return !data().classes.empty() || !entry_of(losses(), experiment_.lanes.front().settings.loss.name).for_numbers;
}

std::int64_t Race::inputs() const {
  if (!is_own()) return entry_of(sources(), data().source).features;
  const OwnFacts* facts = own();
  return facts ? static_cast<std::int64_t>(facts->features) : 0;
}

namespace {
std::vector<int> occurring(const OwnFacts& facts) {
  std::vector<int> all;
  for (std::size_t label = 0; label < facts.classes.size(); ++label)
    if (facts.train[label] + facts.test[label] > 0) all.push_back(static_cast<int>(label));
  return all;
}

std::int64_t most_of(const OwnFacts& facts, const std::vector<int>& classes, bool train) {
  const auto& counts = train ? facts.train : facts.test;
  if (facts.classes.empty()) return static_cast<std::int64_t>(counts[0]);
  std::int64_t least = kOwnExamplesMost;
  for (const int label : classes) {
    const auto at = static_cast<std::size_t>(label);
    least = std::min<std::int64_t>(least, at < counts.size() ? counts[at] : 0);
  }
  return least * static_cast<std::int64_t>(classes.size());
}
} // namespace

std::vector<int> Race::classes() const {
  if (const OwnFacts* facts = own(); facts && data().classes.empty()) return occurring(*facts);
  return data().classes;
}

std::int64_t Race::own_most(bool train) const {
  const OwnFacts* facts = own();
  return facts ? most_of(*facts, classes(), train) : 0;
}

std::int64_t Race::own_most(bool train, const Json& classes) const {
  const OwnFacts* facts = own();
  if (!facts || !classes.is_array()) return 0;
  std::vector<int> those;
  for (const Json& each : classes) {
    if (!each.is_number_integer() || each < 0 || each > 255) return 0;
    those.push_back(each.get<int>());
  }
  return most_of(*facts, those, train);
}

// What a document asks of a file that is known: refused now rather than when a worker draws.
std::optional<UserError> Race::too_many(const DataSettings& data) const {
  const OwnFacts* facts = packs_.own(data);
  if (!facts) return {};
  if (facts->classes.empty() && !takes_numbers) return UserError{"race_source", "/data/source", {data.source}};
  for (const bool train : {true, false}) {
    const std::int64_t asked = train ? data.train : data.test, most = most_of(*facts, data.classes.empty() ? occurring(*facts) : data.classes, train);
    if (asked > most) return UserError{"too_many_examples", train ? "/data/train" : "/data/test", {std::to_string(asked), std::to_string(most)}};
  }
  return {};
}

std::optional<UserError> Race::set_own(const std::string& hash) {
  const OwnFacts* facts = packs_.own(hash);
  if (!facts) return UserError{"needs_file", "/data/source", {}};
  if (facts->classes.empty() && !takes_numbers) return UserError{"race_source", "/data/source", {"own"}};
  const std::vector<int> all = usable_classes(*facts, false);
  if (!facts->classes.empty() && all.size() < 2) return UserError{"own_few_usable", "/data/classes", {}};
  return set_data(
      [&](Json& data) {
        data["source"] = "own";
        data["file"] = hash;
        data["train"] = std::min<std::int64_t>(2000, most_of(*facts, all, true));
        data["test"] = std::min<std::int64_t>(1000, most_of(*facts, all, false));
        data["classes"] = all;
      },
      !facts->classes.empty(), all.size());
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

// ---- other training examples ----

void Race::start_draws(std::size_t lane, std::size_t count) {
  pause();
  wanted_ = Wanted{.kind = Wanted::Kind::draws, .complete = experiment_.lanes[lane].complete, .draws = count};
  act_on_wish();
}

void Race::cancel_draws() {
  draws_.cancel(post_);
  ++news_;
}

} // namespace downhill
