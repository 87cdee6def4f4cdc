// Inside one step of a walk: what the rule makes of the gradient, in PyTorch's order, with the step's numbers filled in so that
// each line can be checked by hand.
#pragma once
#include "surfaces/walk.hpp"

#include <optional>

namespace downhill {

/// One coordinate's numbers in a line of formulas. Evaluated as it is written, `formula` gives `result` in all digits shown.
struct Filled {
  std::string formula; ///< "0.85·(−11.5358) + 9.3765"
  std::string result;  ///< "−0.42893"
  double value = 0;    ///< what `result` says
  /// Significant digits of `result`, zeros at its end not written: those in which the engine's own number agrees with what the
  /// written formula gives. 0: they share none, since numbers cancelled each other or the engine takes for 0 what is as small
  /// (core/flush.hpp); the result is "0" then. What is beyond float32 in the engine is "∞" or "NaN" here.
  int digits = 0;
};

/// "v ← μ·v + g", once for both coordinates and once for each with its numbers.
struct WorkingLine {
  std::string id;      ///< string key: `gradient`, PyTorch's name of a state, `first_unbiased`, …, `place` for the last
  std::string target;  ///< what the line works out: "v", "θ"
  std::string formula; ///< what it is: "μ·v + g"
  std::array<Filled, 2> filled;

  std::string symbolic() const { return target + " ← " + formula; }
};

/// A state that the rule keeps, by PyTorch's name; the line of that id works out `after`.
struct Accumulator {
  std::string name;   ///< "exp_avg_sq"
  std::string symbol; ///< "v"
  std::array<float, 2> before{}, after{};
};

/// One step of a lane, by x and y.
struct Working {
  std::int64_t step = 0; ///< t, 1 for the first
  double lr = 0;         ///< the schedule's, for this step
  std::vector<WorkingLine> lines;

  std::array<float, 2> place{}, next{};         ///< θ before and after, to the bit as Walk::advance() gives it
  std::array<float, 2> gradient{};              ///< g, of the step's batch
  std::optional<std::array<float, 2>> velocity; ///< the running sum or mean of gradients after the step, where the rule keeps one
  std::array<double, 2> direction{};            ///< what the rule makes of g, before the rate: θ − η·direction, AdamW's decay aside
  std::array<double, 2> step_taken{};           ///< next − place
  std::vector<Accumulator> accumulators;        ///< in the order of OptimizerEntry::state; AdaDelta's stage 1 has no second
  std::optional<std::array<float, 2>> rates;    ///< OptimizerEntry::effective_rate; none where it is lr for all
};

inline constexpr int kWorkingDigits = 6, kWorkingDigitsLeast = 3, kWorkingDigitsMost = 9; ///< a float32 is told by nine

/// The step between two stands of a walk that follow each other; `step` is its number, 1 for the first.
/// Each coordinate's numbers have `digits` significant digits, or as many more, up to kWorkingDigitsMost, as it takes for the last
/// line to give the next place in `digits` digits and the others their results in one less; where no number of digits does, since
/// float32's rounding shows or numbers cancel, the one that gives most. A result is written in as many of these digits as hold,
/// and stands so in the lines after it.
/// Parameters and t are written exactly. What is too small to count as anything but 0 (core/flush.hpp) is 0 here, too.
Working working_between(const Stand& before, const Stand& after, std::int64_t step, const Choice& optimizer, int digits = kWorkingDigits);
/// The next step of a walk; none where it has ended.
std::optional<Working> next_working(Walk walk, int digits = kWorkingDigits);

/// Whether working.cpp knows the rule, as a test asks of all optimizers().
bool has_working(std::string_view rule);

} // namespace downhill
