#include "app/core/draws.hpp"

#include "data/source.hpp"

#include <algorithm>

namespace downhill {

using namespace protocol;

std::optional<Disagreement> Draws::Result::of_runs() const {
  std::vector<std::vector<std::uint8_t>> said;
  for (const Run& run : runs)
    if (!run.said.empty()) said.push_back(run.said);
  if (said.size() < 2) return {};
  return disagreement_of(labels, said, classes);
}

std::size_t Draws::Result::given_up() const {
  return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.given_up; }));
}

std::size_t Draws::most(const DataSettings& data) {
  const SourceEntry& source = entry_of(sources(), data.source);
  if (source.classes == 0 || data.source == "own") return 0; // how much more there is, the file says, not the document
  if (source.generated) return kDrawsMost;
  constexpr std::int64_t kOfClass = 6000; // training images of each class
  return std::min<std::size_t>(kDrawsMost, static_cast<std::size_t>(kOfClass * static_cast<std::int64_t>(data.classes.size()) / data.train));
}

void Draws::start(const Experiment& experiment, std::size_t lane, std::size_t count, std::size_t workers, std::uint32_t run, const Post& post) {
  const Lane& chosen = experiment.lanes[lane];
  std::erase_if(results_, [&](const Result& result) { return result.lane == chosen.complete; });
  const LaneSettings& s = chosen.settings;
  const std::int64_t batch = s.batch == 0 ? s.data.train : s.batch, steps = (s.data.train + batch - 1) / batch * s.epochs;
  Result& result = results_.emplace_back(Result{chosen.complete, static_cast<std::int64_t>(s.data.classes.size()), {}, {}, {}});
  for (std::size_t k = 0; k < count; ++k) result.runs.push_back({.step = 0, .steps = steps, .hash = 0, .said = {}});
  seats_.assign(workers, {});
  run_ = run;
  running_ = true;
  resume(post);
}

void Draws::cancel(const Post& post) {
  for (std::size_t w = 0; w < seats_.size(); ++w)
    if (seats_[w]) post(w, DropLane{seats_[w]->key});
  seats_.clear();
  running_ = false;
}

std::optional<std::size_t> Draws::worker_of(const LaneKey& key) const {
  for (std::size_t w = 0; w < seats_.size(); ++w)
    if (seats_[w] && seats_[w]->key == key) return w;
  return {};
}

// The next draw that is neither done nor under way; with none left the worker rests, and when all do, it is over.
void Draws::begin_next(std::size_t worker, const Post& post) {
  seats_[worker].reset();
  Result& result = results_.back();
  for (std::size_t draw = 0; draw < result.runs.size(); ++draw) {
    const auto has_it = [&](const std::optional<Seat>& seat) { return seat && seat->draw == draw; };
    if (result.runs[draw].done() || std::any_of(seats_.begin(), seats_.end(), has_it)) continue;
    const Seat& seat = *(seats_[worker] = Seat{{next_lane_++, 0, run_}, draw});
    Json single = result.lane;
    single["downhill"] = kFormatVersion;
    single["lanes"] = Json::array({Json::object()});
    single["repeats"] = 1;
    single["evaluate"] = {{"every", 1000000000}}; // the first and the last only
    run(seat).step = 0;
    StartLane begin{.key = seat.key, .experiment = single.dump()};
    begin.draw = static_cast<std::uint32_t>(draw);
    post(worker, begin);
    post(worker, Grant{seat.key, run(seat).steps, false});
    return;
  }
  running_ = std::any_of(seats_.begin(), seats_.end(), [](const std::optional<Seat>& seat) { return seat.has_value(); });
}

void Draws::leave(std::size_t worker, const Post& post) {
  post(worker, DropLane{seats_[worker]->key});
  begin_next(worker, post);
}

bool Draws::take(const Snapshot& m, const Post& post) {
  const auto worker = worker_of(m.key);
  if (!worker) return false;
  Run& it = run(*seats_[*worker]);
  it.step = m.step;
  if (m.status == LaneStatus::diverged) return give_up(m.key, post);
  if (m.status != LaneStatus::finished) return true;
  it.hash = m.hash;
  post(*worker, AskLook{first_slot_ + static_cast<std::uint32_t>(*worker), m.key, ask::Predictions{}});
  return true;
}

bool Draws::take(const PredictionsLook& m, const Post& post) {
  const auto worker = worker_of(m.head.key);
  if (!worker) return false;
  Result& result = results_.back();
  const auto known = [&](std::uint8_t label) { return label < result.classes; };
  const bool well = !m.labels.empty() && m.predicted.size() == m.labels.size() && (result.labels.empty() || result.labels == m.labels) &&
                    std::all_of(m.predicted.begin(), m.predicted.end(), known) && std::all_of(m.labels.begin(), m.labels.end(), known);
  if (!well) return give_up(m.head.key, post);
  result.labels = m.labels;
  run(*seats_[*worker]).said = m.predicted;
  result.disagreement = result.of_runs();
  leave(*worker, post);
  return true;
}

bool Draws::give_up(const LaneKey& key, const Post& post) {
  const auto worker = worker_of(key);
  if (!worker) return false;
  run(*seats_[*worker]).given_up = true;
  leave(*worker, post);
  return true;
}

bool Draws::take(const LaneProblem& m, const Post& post) { return give_up(m.key, post); }
bool Draws::take(const LookProblem& m, const Post& post) { return give_up(m.head.key, post); }

void Draws::worker_lost(std::size_t worker) {
  if (worker < seats_.size()) seats_[worker].reset();
}

bool Draws::worker_hopeless(std::size_t worker) {
  if (worker >= seats_.size() || !seats_[worker]) return false;
  run(*seats_[worker]).given_up = true;
  seats_[worker].reset();
  if (std::any_of(seats_.begin(), seats_.end(), [](const std::optional<Seat>& seat) { return seat.has_value(); })) return true;
  for (Run& it : results_.back().runs) it.given_up = it.said.empty();
  running_ = false;
  return true;
}

void Draws::resume(const Post& post) {
  if (!running_) return;
  for (std::size_t w = 0; w < seats_.size(); ++w)
    if (!seats_[w]) begin_next(w, post);
}

void Draws::follow(const Experiment& experiment) {
  std::erase_if(results_, [&](const Result& result) {
    return std::none_of(experiment.lanes.begin(), experiment.lanes.end(), [&](const Lane& lane) { return lane.complete == result.lane; });
  });
}

double Draws::progress() const {
  if (!running_) return 0;
  double done = 0;
  const Result& result = results_.back();
  for (const Run& it : result.runs) done += it.done() ? 1 : static_cast<double>(it.step) / static_cast<double>(std::max<std::int64_t>(1, it.steps));
  return done / static_cast<double>(result.runs.size());
}

const Draws::Result* Draws::of(const Json& lane) const {
  const auto found = std::find_if(results_.begin(), results_.end(), [&](const Result& result) { return result.lane == lane; });
  return found == results_.end() ? nullptr : &*found;
}

} // namespace downhill
