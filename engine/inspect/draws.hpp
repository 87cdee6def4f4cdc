// How far runs differ that were trained on other draws of the training examples: what variance means where classes are told apart.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace downhill {

/// Most draws that one lane is trained on.
inline constexpr std::size_t kDrawsMost = 20;

/// Of K runs and what they say of the same N test examples.
struct Disagreement {
  std::vector<double> errors;      ///< K: the share of examples that a run gets wrong
  double mean_error = 0;           ///< over the runs
  double deviation = 0;            ///< of the runs' errors, ÷(K − 1); 0 of one run
  double disagreement = 0;         ///< the share of examples on which two runs say different classes, mean over all pairs; 0 of one run
  double majority_error = 0;       ///< of the class that most runs say, the first of equals
  std::vector<std::uint8_t> said;  ///< N: that class
  std::vector<std::uint8_t> votes; ///< N: how many runs say it
  std::vector<std::uint8_t> wrong; ///< N: how many runs are wrong
};
/// `said` has, of each run, the class of each example, below `classes`; K is 1 to kDrawsMost, N at least 1.
Disagreement disagreement_of(std::span<const std::uint8_t> labels, std::span<const std::vector<std::uint8_t>> said, std::int64_t classes);

} // namespace downhill
