// How each number of a pass comes about, as a student writes it: the formula in symbols, the same with its numbers, the result.
#pragma once
#include "backprop/quantity.hpp"

namespace downhill {

/// "0.15·0.05 + 0.2·0.1 + 0.35 = 0.3775". Evaluated as it is written, `filled` gives `result` in all digits shown.
struct WorkedLine {
  std::string symbol;  ///< what the line works out: "z(h₁)"
  std::string formula; ///< "w₁·x₁ + w₂·x₂ + b₁"; where f goes by cases, with the one it is: "0, z(h₁) ≤ 0". Of a product its symbol
  std::string filled;
  std::string result;
  double value = 0; ///< the number itself, to the bit
  /// Significant digits of `result`, zeros at its end not written. 0: the text holds none of the number's, and the result is "0".
  int digits = 0;
};

struct BackpropWorking {
  Quantity of;
  /// The last gives the number; more than one only in updates by rules that keep something. Empty where it is given.
  std::vector<WorkedLine> lines;
  /// The addends, where it is a sum over paths, inputs or examples: each by itself, in the order of the formula.
  std::vector<WorkedLine> parts;
  /// The numbers that stand in the formula, each once.
  std::vector<Quantity> uses;
};

inline constexpr int kBackpropDigits = 9, kBackpropDigitsMost = 15;

/// With the numbers as they are, mistakes and all. Numbers are shown in `digits` significant digits, or in as many more as it takes for
/// the result to be right in all of those it is shown in; where none does, since numbers cancel, in as many digits of the result as hold.
/// Given numbers and parameters are written exactly.
/// Reads with + − · / √ ² ^ ( ), e^, ln, max, min, tanh, |…|, and Φ for the normal distribution function.
BackpropWorking working_of(const BackpropNumbers& numbers, const Quantity& quantity, int digits = kBackpropDigits);

/// A number as formulas have it: "−0.0380982365".
std::string written(double value, int digits = kBackpropDigits);

} // namespace downhill
