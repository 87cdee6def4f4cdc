#include "app/core/sweep.hpp"

#include <algorithm>
#include <limits>

namespace downhill {

using namespace protocol;

namespace {

std::int64_t steps_of(const LaneSettings& s, std::int64_t epochs) {
  const std::int64_t batch = s.batch == 0 ? s.data.train : s.batch;
  return (s.data.train + batch - 1) / batch * epochs;
}

Json without_rate(Json lane) {
  lane["optimizer"].erase("lr");
  return lane;
}

} // namespace

std::optional<double> Sweep::Curve::best() const {
  std::optional<double> lr;
  double least = std::numeric_limits<double>::infinity();
  for (const Point& point : points) {
    if (!point.done()) return {};
    if (point.loss && *point.loss < least) least = *point.loss, lr = point.lr;
  }
  return lr;
}

void Sweep::start(const Experiment& experiment, std::size_t workers, std::uint32_t run, const Post& post) {
  curves_.clear();
  seats_.assign(workers, {});
  run_ = run;
  running_ = true;
  epochs_ = 1;
  for (const Lane& lane : experiment.lanes)
    epochs_ = std::max(epochs_, std::min(lane.settings.epochs, std::max<std::int64_t>(1, kBudgetExamples / lane.settings.data.train)));
  for (const Lane& lane : experiment.lanes) {
    Curve& curve = curves_.emplace_back(Curve{lane.complete, {}});
    for (const double lr : kRates) curve.points.push_back({lr, {}, false, 0, steps_of(lane.settings, epochs_), 0});
  }
  resume(post);
}

void Sweep::cancel(const Post& post) {
  for (std::size_t w = 0; w < seats_.size(); ++w)
    if (seats_[w]) post(w, DropLane{seats_[w]->key});
  seats_.clear();
  running_ = false;
}

std::optional<std::size_t> Sweep::worker_of(const LaneKey& key) const {
  for (std::size_t w = 0; w < seats_.size(); ++w)
    if (seats_[w] && seats_[w]->key == key) return w;
  return {};
}

// The next point that is neither done nor under way; with none left the worker rests, and when all do, the sweep is over.
void Sweep::begin_next(std::size_t worker, const Post& post) {
  seats_[worker].reset();
  for (std::size_t lane = 0; lane < curves_.size(); ++lane)
    for (std::size_t rate = 0; rate < curves_[lane].points.size(); ++rate) {
      const auto has_it = [&](const std::optional<Seat>& seat) { return seat && seat->lane == lane && seat->rate == rate; };
      if (curves_[lane].points[rate].done() || std::any_of(seats_.begin(), seats_.end(), has_it)) continue;
      const Seat& seat = *(seats_[worker] = Seat{{next_lane_++, 0, run_}, lane, rate});
      Json single = curves_[lane].lane;
      single["downhill"] = kFormatVersion;
      single["lanes"] = Json::array({Json::object()});
      single["epochs"] = epochs_;
      single["repeats"] = 1;
      single["evaluate"] = {{"every", 1000000000}}; // the first and the last only
      single["optimizer"]["lr"] = point(seat).lr;
      point(seat).step = 0;
      post(worker, StartLane{seat.key, single.dump(), false});
      post(worker, Grant{seat.key, point(seat).steps, false});
      return;
    }
  running_ = std::any_of(seats_.begin(), seats_.end(), [](const std::optional<Seat>& seat) { return seat.has_value(); });
}

void Sweep::leave(std::size_t worker, const Post& post) {
  post(worker, DropLane{seats_[worker]->key});
  begin_next(worker, post);
}

bool Sweep::take(const Snapshot& m, const Post& post) {
  const auto worker = worker_of(m.key);
  if (!worker) return false;
  Point& p = point(*seats_[*worker]);
  p.step = m.step;
  if (!m.evaluations.empty()) p.last_loss = m.evaluations.back().train_loss;
  if (m.status == LaneStatus::diverged) p.loss = std::numeric_limits<double>::infinity();
  if (m.status == LaneStatus::finished) p.loss = p.last_loss;
  if (p.done()) leave(*worker, post);
  return true;
}

std::optional<std::size_t> Sweep::take(const LaneProblem& m, const Post& post) {
  const auto worker = worker_of(m.key);
  if (!worker) return {};
  const std::size_t lane = seats_[*worker]->lane;
  point(*seats_[*worker]).given_up = true;
  leave(*worker, post);
  return lane;
}

void Sweep::worker_lost(std::size_t worker) {
  if (worker < seats_.size()) seats_[worker].reset();
}

std::optional<std::size_t> Sweep::worker_hopeless(std::size_t worker) {
  if (worker >= seats_.size() || !seats_[worker]) return {};
  const std::size_t lane = seats_[worker]->lane;
  point(*seats_[worker]).given_up = true;
  seats_[worker].reset();
  if (std::any_of(seats_.begin(), seats_.end(), [](const std::optional<Seat>& seat) { return seat.has_value(); })) return lane;
  for (Curve& curve : curves_)
    for (Point& p : curve.points) p.given_up = !p.loss;
  running_ = false;
  return lane;
}

void Sweep::resume(const Post& post) {
  if (!running_) return;
  for (std::size_t w = 0; w < seats_.size(); ++w)
    if (!seats_[w]) begin_next(w, post);
}

void Sweep::follow(const Experiment& experiment) {
  std::vector<Curve> old = std::exchange(curves_, {});
  bool any = false;
  for (const Lane& lane : experiment.lanes) {
    Curve& curve = curves_.emplace_back();
    for (const Curve& one : old)
      if (!one.points.empty() && without_rate(one.lane) == without_rate(lane.complete)) curve = one, any = true;
  }
  if (!any) curves_.clear();
}

double Sweep::progress() const {
  double done = 0, all = 0;
  for (const Curve& curve : curves_)
    for (const Point& point : curve.points) {
      done += point.done() ? 1 : static_cast<double>(point.step) / static_cast<double>(point.steps);
      all += 1;
    }
  return all > 0 ? done / all : 0;
}

} // namespace downhill
