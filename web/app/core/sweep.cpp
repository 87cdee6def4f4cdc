#include "app/core/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {

using namespace protocol;

std::optional<double> Sweep::Curve::best() const {
  std::optional<double> lr;
  double least = std::numeric_limits<double>::infinity();
  for (const Point& point : points) {
    if (!point.loss) return {};
    if (*point.loss < least) least = *point.loss, lr = point.lr;
  }
  return lr;
}

void Sweep::start(const Experiment& experiment, std::size_t workers, std::uint32_t run, const Post& post) {
  curves_.clear();
  keys_.clear();
  workers_.clear();
  running_ = true;
  epochs_ = 1;
  for (const Lane& lane : experiment.lanes)
    epochs_ = std::max(epochs_, std::min(lane.settings.epochs, std::max<std::int64_t>(1, kBudgetExamples / lane.settings.data.train)));
  for (const Lane& lane : experiment.lanes) {
    Curve curve{lane.complete, {}};
    Json single = lane.complete;
    single["downhill"] = kFormatVersion;
    single["lanes"] = Json::array({Json::object()});
    single["epochs"] = epochs_;
    single["repeats"] = 1;
    single["evaluate"] = {{"every", 1000000000}}; // the first and the last only
    const std::int64_t batch = lane.settings.batch == 0 ? lane.settings.data.train : lane.settings.batch;
    const std::int64_t steps = (lane.settings.data.train + batch - 1) / batch * epochs_;
    for (const double lr : kRates) {
      single["optimizer"]["lr"] = lr;
      const LaneKey key{kFirstLane + static_cast<std::uint32_t>(keys_.size()), 0, run};
      const std::size_t worker = keys_.size() % std::max<std::size_t>(1, workers);
      keys_.push_back(key);
      workers_.push_back(worker);
      curve.points.push_back({lr, {}, 0, steps});
      post(worker, StartLane{key, single.dump(), 0});
      post(worker, Grant{key, steps, false});
    }
    curves_.push_back(std::move(curve));
  }
}

void Sweep::cancel(const Post& post) {
  if (!running_) return;
  running_ = false;
  for (std::size_t i = 0; i < keys_.size(); ++i) post(workers_[i], DropLane{keys_[i]});
}

bool Sweep::take(const Snapshot& m) {
  if (m.key.lane < kFirstLane) return false;
  const auto at = std::find(keys_.begin(), keys_.end(), m.key);
  if (at == keys_.end() || !running_) return true;
  const auto index = static_cast<std::size_t>(at - keys_.begin());
  Point& point = curves_[index / std::size(kRates)].points[index % std::size(kRates)];
  point.step = m.step;
  if (m.status == LaneStatus::diverged) point.loss = std::numeric_limits<double>::infinity();
  if (m.status == LaneStatus::finished && !m.evaluations.empty()) point.loss = m.evaluations.back().train_loss;
  running_ = std::any_of(curves_.begin(), curves_.end(),
                         [](const Curve& curve) { return std::any_of(curve.points.begin(), curve.points.end(), [](const Point& p) { return !p.loss; }); });
  return true;
}

double Sweep::progress() const {
  double done = 0, all = 0;
  for (const Curve& curve : curves_)
    for (const Point& point : curve.points) {
      done += point.loss ? 1 : static_cast<double>(point.step) / static_cast<double>(point.steps);
      all += 1;
    }
  return all > 0 ? done / all : 0;
}

} // namespace downhill
