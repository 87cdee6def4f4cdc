// What becomes of yes and no when yes is said from a certain probability on.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace downhill {

/// Of pictures whose answer is yes (1) or no (0): how often which was said.
struct YesNoCounts {
  std::int64_t true_yes = 0, false_yes = 0, false_no = 0, true_no = 0;
  double accuracy() const;  ///< of all the share that is right
  double precision() const; ///< of those that are said to be yes; NaN where none is
  double recall() const;    ///< of those that are yes the share that is found; NaN where none is
  bool operator==(const YesNoCounts&) const = default;
};
/// Yes is said where the probability is at least the threshold; never where it is NaN (of a run that has diverged). `yes` and `labels` are as long.
YesNoCounts counts_at(std::span<const double> yes, std::span<const std::uint8_t> labels, double threshold);

struct ThresholdCounts {
  double threshold;
  YesNoCounts counts;
};
/// At every threshold that makes a difference: each probability that occurs, ascending. At the first all are said to be yes (but NaN), at the
/// last the surest alone.
std::vector<ThresholdCounts> counts_at_all(std::span<const double> yes, std::span<const std::uint8_t> labels);

} // namespace downhill
