// How lanes stand against each other: what they are measured by, who is in front, who is still on the way, and what tells
// the last from the first. Numbers only; explain.hpp has the words.
#pragma once
#include "app/core/race.hpp"

#include <array>
#include <string_view>

namespace downhill {

enum class Metric { test_loss, train_loss, test_accuracy, train_accuracy, lr, gradient_norm, update_ratio, count };
enum class Axis { examples, epochs, steps, seconds };
inline constexpr std::string_view kMetricIds[] = {"test_loss", "train_loss", "test_accuracy", "train_accuracy", "lr", "gradient_norm", "update_ratio"};
inline constexpr std::string_view kAxisIds[] = {"examples", "epochs", "steps", "seconds"};

/// Accuracies in percent; NaN where the metric is not known at that point.
double metric_value(const Evaluation& e, Metric metric);
double axis_value(const Evaluation& e, Axis axis);
inline bool is_loss(Metric m) { return m == Metric::test_loss || m == Metric::train_loss; }
inline bool is_accuracy(Metric m) { return m == Metric::test_accuracy || m == Metric::train_accuracy; }

/// The metrics that there are of a race: without classes no accuracies.
std::vector<Metric> metrics_of(const Race& race);
/// The chosen one, or, where there is no such, the loss in its place: in a second chart (`number` 1) that of the training part.
Metric plotted(const Race& race, const std::array<int, 2>& chosen, std::size_t number = 0);
/// Whether all lanes have one loss. Where they have not, no lane's can be held against another's.
bool one_loss(const Race& race);

/// What lanes are ranked by while `plotted` is: the same, where it says how good a lane is; else the test loss; and where losses
/// can't be compared, the accuracy of the same part. `count`: by nothing, since there is none.
Metric ranked_by(const Race& race, Metric plotted);
/// Places of the lanes, best first. Those that are catching up come after all that can be compared, diverged ones last; in
/// their own order before the race.
std::vector<std::size_t> ranking(const Race& race, Metric by);
/// Whether first and last can be told: the race has begun, nobody is catching up, and at rest everybody was measured where
/// they stand.
bool comparable(const Race& race);

/// The highest training loss that was seen of a lane, in evaluations and in batches.
double highest_loss(const LaneState& lane);
inline constexpr double kHardlyMoved = 0.97; ///< of the first training loss: a lane that ends above it has not learnt
/// Whether it lies above twice the first: the lane was thrown up, and what it does since (small steps, no progress) comes of that.
bool thrown_up(const LaneState& lane);

/// The place of a curve's least point, once it has risen clearly above it.
std::optional<std::size_t> turned_at(const std::vector<double>& curve);

/// What tells the last lane from the first, where something plainly does.
struct Cause {
  enum class Kind { fewer_updates, smaller_steps, larger_steps } kind;
  std::size_t first = 0, last = 0;
  double of_first = 0, of_last = 0; ///< updates made, or the last update's share of the weights (norms)
};
std::optional<Cause> why_last(const Race& race, Metric by);

} // namespace downhill
