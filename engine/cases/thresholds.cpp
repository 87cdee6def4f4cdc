#include "cases/thresholds.hpp"

#include <algorithm>
#include <limits>

namespace downhill {
namespace {

double share(std::int64_t of, std::int64_t all) {
  return all == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(of) / static_cast<double>(all);
}

} // namespace

double YesNoCounts::accuracy() const { return share(true_yes + true_no, true_yes + false_yes + false_no + true_no); }
double YesNoCounts::precision() const { return share(true_yes, true_yes + false_yes); }
double YesNoCounts::recall() const { return share(true_yes, true_yes + false_no); }

YesNoCounts counts_at(std::span<const double> yes, std::span<const std::uint8_t> labels, double threshold) {
  YesNoCounts counts;
  for (std::size_t i = 0; i < yes.size(); ++i) {
    const bool said = yes[i] >= threshold;
    ++(labels[i] == 1 ? said ? counts.true_yes : counts.false_no : said ? counts.false_yes : counts.true_no);
  }
  return counts;
}

std::vector<ThresholdCounts> counts_at_all(std::span<const double> yes, std::span<const std::uint8_t> labels) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < yes.size(); ++i)
    if (yes[i] == yes[i]) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return yes[a] != yes[b] ? yes[a] < yes[b] : a < b; });
  YesNoCounts counts = counts_at(yes, labels, -std::numeric_limits<double>::infinity()); // all that are numbers are said to be yes
  std::vector<ThresholdCounts> out;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double at = yes[order[k]];
    if (k == 0 || at != yes[order[k - 1]]) out.push_back({at, counts});
    if (labels[order[k]] == 1) // for whatever threshold comes next it is said to be no
      --counts.true_yes, ++counts.false_no;
    else
      --counts.false_yes, ++counts.true_no;
  }
  return out;
}

} // namespace downhill
