#include "app/core/race.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

// Lanes may be this many examples apart; a message from a worker comes 30 times a second, so it also bounds the speed.
constexpr double kLockstepExamples = 1000;

// The experiment with one of its lanes only, as a trainer takes it.
std::string single_lane(const Experiment& experiment, std::size_t lane) {
  Json json = experiment.lanes[lane].complete;
  json["downhill"] = kFormatVersion;
  json["lanes"] = Json::array({Json::object()});
  return json.dump();
}

} // namespace

Race::Race(Host host, std::vector<PackInfo> packs) : host_(std::move(host)), packs_(std::move(packs)) {
  std::sort(packs_.begin(), packs_.end(), [](const PackInfo& a, const PackInfo& b) { return a.bytes < b.bytes; });
}

std::optional<UserError> Race::set_experiment(const Json& json) {
  auto experiment = experiment_from_json(json);
  if (!experiment) return experiment.error();
  // the lab shows images and one run of each lane so far; the command line runs everything
  const LaneSettings& settings = experiment->lanes.front().settings;
  if (settings.data.source != "fashion-mnist") return UserError{"page_source", "/data/source", {settings.data.source}};
  if (settings.repeats > 1) return UserError{"page_repeats", "/repeats", {}};
  experiment_ = std::move(*experiment);
  ++version_;
  reset();
  return {};
}

std::optional<UserError> Race::edit(const std::string& pointer, const Json& value) {
  Json json = experiment_.json();
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
  return set_experiment(json);
}

std::optional<UserError> Race::edit_lane(std::size_t lane, const std::string& pointer, const Json& value) {
  Json json = experiment_.json();
  Json& patch = json["lanes"][lane];
  const Json::json_pointer at(pointer);
  Json as_patch;
  as_patch[at] = value;
  merge_patch(patch, as_patch);
  const bool as_base = experiment_.complete.contains(at) && experiment_.complete[at] == value;
  if (as_base && patch.contains(at)) {
    patch[at.parent_pointer()].erase(at.back());
    if (!at.parent_pointer().empty() && patch[at.parent_pointer()].empty()) patch[at.parent_pointer().parent_pointer()].erase(at.parent_pointer().back());
  }
  if (pointer == "/optimizer" || pointer == "/batch") patch.erase("label");
  return set_experiment(json);
}

void Race::reset() {
  for (std::size_t w = 0; w < opened_.size(); ++w) host_.post(w, DropLanes{});
  ++run_;
  lanes_.clear();
  for (std::size_t i = 0; i < experiment_.lanes.size(); ++i) {
    LaneState lane;
    lane.key = {static_cast<std::uint32_t>(i), run_};
    lane.worker = opened_.empty() ? 0 : i % opened_.size();
    lane.steps = steps_per_epoch(i) * experiment_.lanes[i].settings.epochs;
    lanes_.push_back(std::move(lane));
  }
  transport_ = Transport::ready;
  wanted_.reset();
  step_targets_.clear();
  allowance_ = 0;
  problem_.reset();
  ++news_;
  begin_lanes();
}

void Race::set_worker_count(std::size_t count) {
  opened_.assign(count, "");
  reset();
  // the quick pack is fetched at once, so that the page has images to show
  if (!packs_.empty() && pack_needed().id == packs_.front().id) request_pack();
}

const PackInfo& Race::pack_needed() const {
  const DataSettings& data = experiment_.lanes.front().settings.data;
  const auto per_class = [&](std::int64_t n) {
    return (n + static_cast<std::int64_t>(data.classes.size()) - 1) / static_cast<std::int64_t>(data.classes.size());
  };
  for (const PackInfo& pack : packs_)
    if (!pack.seed || (*pack.seed == data.seed && per_class(data.train) * 10 <= pack.train && per_class(data.test) * 10 <= pack.test)) return pack;
  return packs_.back();
}

bool Race::pack_ready() const {
  if (opened_.empty()) return false;
  const PackInfo& needed = pack_needed();
  return std::all_of(opened_.begin(), opened_.end(), [&](const std::string& id) {
    // a larger pack that is open already will do, too
    return std::any_of(packs_.begin(), packs_.end(),
                       [&](const PackInfo& p) { return p.id == id && (p.id == needed.id || !p.seed || (p.seed == needed.seed && p.train >= needed.train)); });
  });
}

void Race::request_pack() {
  const std::string& id = pack_needed().id;
  if (loading_ == id) return;
  loading_ = id;
  problem_.reset();
  host_.load_pack(id, load_failed_);
}

void Race::pack_failed(const UserError& error) {
  load_failed_ = true;
  loading_.clear();
  wanted_.reset();
  problem_ = error;
  ++news_;
}

// Lanes are prepared as soon as data is there: their first evaluation shows before anyone presses start.
void Race::begin_lanes() {
  if (experiment_.lanes.empty() || !pack_ready()) return;
  host_.post(0, AskImages{single_lane(experiment_, 0), kCardImages});
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (!lanes_[i].started) begin_lane(i);
}

void Race::begin_lane(std::size_t lane) {
  lanes_[lane].started = true;
  host_.post(lanes_[lane].worker, StartLane{lanes_[lane].key, single_lane(experiment_, lane)});
}

void Race::worker_restarted(std::size_t worker) {
  opened_[worker].clear();
  for (LaneState& lane : lanes_) {
    if (lane.worker != worker || lane.ended()) continue;
    // a new number, so that what the dead worker still said is not taken for the new one's
    const LaneKey key{lane.key.lane, ++run_};
    const std::int64_t steps = lane.steps;
    lane = {};
    lane.key = key;
    lane.worker = worker;
    lane.steps = steps;
  }
  ++news_;
}

void Race::start() {
  if (transport_ == Transport::running) return;
  if (transport_ == Transport::finished) reset();
  wanted_ = Wanted{0};
  act_on_wish();
}

void Race::step(std::int64_t n) {
  if (transport_ == Transport::finished || n < 1) return;
  wanted_ = Wanted{n};
  act_on_wish();
}

void Race::act_on_wish() {
  if (!wanted_ || experiment_.lanes.empty()) return;
  ++news_;
  if (!pack_ready()) return request_pack();
  begin_lanes();
  step_targets_.clear();
  if (wanted_->steps > 0) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      step_targets_.push_back(std::min(lanes_[i].steps, lanes_[i].step + wanted_->steps));
      if (!lanes_[i].ended()) grant(i, step_targets_.back(), true);
    }
    transport_ = Transport::paused;
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
  step_targets_.clear();
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (!lanes_[i].ended()) grant(i, 0, true);
  ++news_;
}

void Race::tick(double now_s) {
  if (transport_ != Transport::running) return;
  const double passed_s = ticked_s_ < 0 ? 0 : std::clamp(now_s - ticked_s_, 0.0, 0.1);
  ticked_s_ = now_s;
  allowance_ += speed_ * passed_s;
  grant_running();
}

std::int64_t Race::batch_size(std::size_t lane) const {
  const LaneSettings& s = experiment_.lanes[lane].settings;
  return s.batch == 0 ? s.data.train : s.batch;
}
std::int64_t Race::steps_per_epoch(std::size_t lane) const { return (experiment_.lanes[lane].settings.data.train + batch_size(lane) - 1) / batch_size(lane); }

// How many steps of the lane begin while it has seen fewer than `examples`.
std::int64_t Race::steps_begun_before(std::size_t lane, double examples) const {
  const auto train = static_cast<double>(experiment_.lanes[lane].settings.data.train);
  const double epochs = std::floor(examples / train), rest = examples - epochs * train;
  return static_cast<std::int64_t>(epochs) * steps_per_epoch(lane) + static_cast<std::int64_t>(std::ceil(rest / static_cast<double>(batch_size(lane))));
}

void Race::grant_running() {
  double last = -1, window = kLockstepExamples;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].ended()) continue;
    const auto examples = static_cast<double>(lanes_[i].examples);
    last = last < 0 ? examples : std::min(last, examples);
    window = std::max(window, static_cast<double>(experiment_.lanes[i].settings.data.train) / 10);
  }
  double limit = last + window;
  if (speed_ > 0) {
    limit = std::min(limit, allowance_);
    allowance_ = std::min(allowance_, last + window + speed_); // waiting for a slow lane saves up no sprint
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (!lanes_[i].ended()) grant(i, std::min(lanes_[i].steps, steps_begun_before(i, limit)), false);
}

void Race::grant(std::size_t lane, std::int64_t steps, bool hash_at_rest) {
  LaneState& state = lanes_[lane];
  if (!state.started || (state.granted == steps && !hash_at_rest)) return;
  state.granted = steps;
  host_.post(state.worker, Grant{state.key, steps, hash_at_rest});
}

void Race::deliver(std::size_t worker, std::span<const std::uint8_t> bytes) {
  const auto message = decode<ToApp>(bytes);
  if (!message || worker >= opened_.size()) return;
  std::visit([&](const auto& m) { on(worker, m); }, *message);
  ++news_;
}

void Race::on(std::size_t worker, const PackOpened& m) {
  if (!m.error_code.empty()) return pack_failed({m.error_code, "", m.error_with});
  opened_[worker] = m.pack;
  if (!pack_ready()) return;
  loading_.clear();
  load_failed_ = false;
  problem_.reset();
  begin_lanes();
  if (transport_ == Transport::running)
    grant_running();
  else if (!step_targets_.empty())
    for (std::size_t i = 0; i < lanes_.size(); ++i) grant(i, step_targets_[i], true);
  act_on_wish();
}

void Race::on(std::size_t, const Snapshot& m) {
  if (m.key.lane >= lanes_.size() || lanes_[m.key.lane].key != m.key) return;
  LaneState& lane = lanes_[m.key.lane];
  lane.status = m.status;
  lane.step = m.step;
  lane.steps = m.steps;
  lane.examples = m.examples;
  lane.epoch = m.epoch;
  lane.seconds = m.seconds;
  lane.batch_loss = m.batch_loss;
  lane.hash = m.hash;
  lane.evaluations.insert(lane.evaluations.end(), m.evaluations.begin(), m.evaluations.end());
  settle();
  if (transport_ == Transport::running) grant_running();
}

void Race::on(std::size_t, const LaneProblem& m) {
  if (m.key.lane >= lanes_.size() || lanes_[m.key.lane].key != m.key) return;
  lanes_[m.key.lane].problem = UserError{m.code, m.place, m.with};
  problem_ = lanes_[m.key.lane].problem;
  settle();
}

void Race::on(std::size_t, const Images& m) {
  if (m.width == 0 || m.height == 0 || m.pixels.size() != static_cast<std::size_t>(m.width) * m.height * m.labels.size()) return;
  images_ = m;
  ++images_version_;
}

void Race::on(std::size_t, const BenchReport& m) { bench_lines_ = m.lines; }

void Race::settle() {
  if (!lanes_.empty() && std::all_of(lanes_.begin(), lanes_.end(), [](const LaneState& lane) { return lane.ended(); })) transport_ = Transport::finished;
}

} // namespace downhill
