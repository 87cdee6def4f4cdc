#include "app/core/standing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace downhill {

using protocol::LaneStatus;

double axis_value(const Evaluation& e, Axis axis) {
  switch (axis) {
  case Axis::examples: return static_cast<double>(e.examples);
  case Axis::epochs: return e.epoch;
  case Axis::steps: return static_cast<double>(e.step);
  case Axis::seconds: return e.seconds;
  }
  return 0;
}

double metric_value(const Evaluation& e, Metric metric) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  switch (metric) {
  case Metric::test_loss: return e.test_loss;
  case Metric::train_loss: return e.train_loss;
  case Metric::test_accuracy: return 100 * e.test_accuracy;
  case Metric::train_accuracy: return 100 * e.train_accuracy;
  case Metric::lr: return e.lr;
  case Metric::gradient_norm: return e.step > 0 ? e.gradient_norm : kNone;
  case Metric::update_ratio: return e.step > 0 && e.weight_norm > 0 ? e.update_norm / e.weight_norm : kNone;
  case Metric::count: break;
  }
  return kNone;
}

std::vector<Metric> metrics_of(const Race& race) {
  std::vector<Metric> all;
  for (int i = 0; i < static_cast<int>(Metric::count); ++i)
    if (race.has_classes() || !is_accuracy(static_cast<Metric>(i))) all.push_back(static_cast<Metric>(i));
  return all;
}

Metric plotted(const Race& race, const std::array<int, 2>& chosen, std::size_t number) {
  const auto metric = static_cast<Metric>(chosen[number]);
  if (race.has_classes() || !is_accuracy(metric)) return metric;
  if (number == 0) return metric == Metric::test_accuracy ? Metric::test_loss : Metric::train_loss;
  return plotted(race, chosen) == Metric::train_loss ? Metric::test_loss : Metric::train_loss;
}

bool one_loss(const Race& race) {
  const auto& lanes = race.experiment().lanes;
  const auto& first = lanes.front().settings.loss;
  return std::all_of(lanes.begin(), lanes.end(),
                     [&](const Lane& lane) { return lane.settings.loss.name == first.name && lane.settings.loss.values == first.values; });
}

Metric ranked_by(const Race& race, Metric plotted) {
  const Metric by = is_loss(plotted) || is_accuracy(plotted) ? plotted : Metric::test_loss;
  if (!is_loss(by) || one_loss(race)) return by;
  return !race.has_classes() ? Metric::count : by == Metric::test_loss ? Metric::test_accuracy : Metric::train_accuracy;
}

std::vector<std::size_t> ranking(const Race& race, Metric by) {
  std::vector<std::size_t> order(race.lanes().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) -> std::pair<int, double> {
    const LaneState& lane = race.lanes()[i];
    const Evaluation* last = lane.evaluation();
    const double value = last ? metric_value(*last, by) : 0;
    if (!last || std::isnan(value) || lane.status == LaneStatus::diverged) return {2, 0};
    if (lane.catching_up) return {1, 0};
    return {0, is_accuracy(by) ? -value : value};
  };
  if (race.transport() == Transport::ready) return order;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return std::pair(key(a), a) < std::pair(key(b), b); });
  return order;
}

bool comparable(const Race& race) {
  if (race.transport() == Transport::ready) return false;
  return std::all_of(race.lanes().begin(), race.lanes().end(), [&](const LaneState& lane) {
    if (lane.problem || lane.status == LaneStatus::diverged) return true;
    const Evaluation* e = lane.evaluation();
    return !lane.catching_up && e && e->step > 0 && (race.transport() == Transport::running || e->step == lane.step);
  });
}

double highest_loss(const LaneState& lane) {
  double highest = 0;
  for (const Evaluation& row : lane.evaluations) highest = std::max(highest, row.train_loss);
  for (const float loss : lane.losses) highest = std::max(highest, static_cast<double>(loss));
  return highest;
}

bool thrown_up(const LaneState& lane) { return !lane.evaluations.empty() && highest_loss(lane) > 2 * lane.evaluations.front().train_loss; }

std::optional<std::size_t> turned_at(const std::vector<double>& curve) {
  constexpr std::size_t kPointsLeast = 5;
  if (curve.size() < kPointsLeast) return {};
  const auto least = std::min_element(curve.begin(), curve.end());
  if (least + 2 >= curve.end() || !(curve.back() > 1.05 * *least)) return {};
  return static_cast<std::size_t>(least - curve.begin());
}

std::optional<Cause> why_last(const Race& race, Metric by) {
  if (!comparable(race) || by == Metric::count) return {};
  constexpr double kFewer = 5, kOtherSteps = 3, kWorse = 1.1, kWorse_points = 2, kUpwards = 1.05;
  const auto& lanes = race.lanes();
  std::vector<std::size_t> order = ranking(race, by);
  std::erase_if(order, [&](std::size_t i) { return lanes[i].problem || lanes[i].status == LaneStatus::diverged; });
  if (order.size() < 2) return {};
  const std::size_t first = order.front(), last = order.back();
  const double best = metric_value(*lanes[first].evaluation(), by), worst = metric_value(*lanes[last].evaluation(), by);
  if (is_accuracy(by) ? best - worst < kWorse_points : worst < kWorse * best) return {};
  const auto updates = [&](std::size_t i) { return static_cast<double>(lanes[i].step); };
  if (updates(last) * kFewer <= updates(first)) return Cause{Cause::Kind::fewer_updates, first, last, updates(first), updates(last)};
  if (updates(last) > 1.5 * updates(first) || updates(first) > 1.5 * updates(last)) return {}; // steps of other batches are no measure
  const auto& seen = lanes[last].evaluations;
  if (thrown_up(lanes[last]) && seen.back().train_loss >= kHardlyMoved * seen.front().train_loss) return {}; // its rate is the cause, which is told apart
  const auto share = [&](std::size_t i) { return lanes[i].evaluations.empty() ? 0.0 : metric_value(lanes[i].evaluations.back(), Metric::update_ratio); };
  const double a = share(first), b = share(last);
  if (!(a > 0 && b > 0)) return {};
  if (b * kOtherSteps <= a) return Cause{Cause::Kind::smaller_steps, first, last, a, b};
  // large steps are a cause where they have led upwards; small weights alone make any step large for them
  if (b >= kOtherSteps * a && std::any_of(seen.begin(), seen.end(), [&](const Evaluation& e) { return e.train_loss > kUpwards * seen.front().train_loss; }))
    return Cause{Cause::Kind::larger_steps, first, last, a, b};
  return {};
}

} // namespace downhill
