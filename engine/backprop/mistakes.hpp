// The mistakes that students are known to make by hand: planted into a pass to be found, and recognised in answers. And when an answer is right.
#pragma once
#include "backprop/quantity.hpp"
#include "core/user_error.hpp"

namespace downhill {

struct MistakeEntry {
  std::string_view id;
  /// What comes of it at this number, which is not asked of `numbers`, nor are those after it. More than one where it can be made in
  /// several ways; the first is what is planted. None where it can't be made there.
  std::vector<double> (*made)(const BackpropNumbers& numbers, const Quantity& at);
};
/// Those of shared/labs.md ("Facts for Backprop") and sign, slope and bias mistakes.
const std::vector<MistakeEntry>& known_mistakes();

/// Mistakes that can be planted: each changes its number in the digits that answers are compared in, and no two at one number give the
/// same. In the order of the table and the steps.
std::vector<Mistake> possible_mistakes(const BackpropSettings& settings);

inline constexpr int kAnswerDigits = 3;
/// Whether an answer is right to kAnswerDigits significant digits: not further from the number than half a unit of the third, or
/// equal to the number cut off there. Where the number is 0, only 0 is.
bool is_right(double answer, double number);
/// Which known mistake an answer is; none where it is right, or none of them.
std::optional<std::string_view> recognised(const BackpropNumbers& numbers, const Quantity& at, double answer);

/// A number as it is typed: 0.0088, −1/3, 0.1385*0.4 − 0.0381*0.5, 2^-3, exp(-0.3775), tanh(1). Errors as Formula::read, without x and y.
Result<double> answer_from(std::string_view text);

} // namespace downhill
