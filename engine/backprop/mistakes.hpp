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
/// left_out (an addend of a sum: an input's product, a path, an example) · mean_for_sum · slope_place (f′ at a instead of z, or with z
/// in the place of a) · no_slope · new_weights (what comes back through the next layer's updated weights) · term_dropped (an output's
/// term of the loss) · sign (t − a for a − t; w + η·g) · no_bias · half (the ½ or the 2 of a squared error) · no_rate (η) · not_cleared
/// (a gradient as large left in from before) · no_bias_correction (Adam's, AdamW's).
const std::vector<MistakeEntry>& known_mistakes();

/// Mistakes that can be planted: each changes its number in the digits that answers are compared in, no two at one number give the
/// same, and recognised() tells each from its number; others may explain it, too (explanations()). In the order of the table and the steps.
std::vector<Mistake> possible_mistakes(const BackpropSettings& settings);

inline constexpr int kAnswerDigits = 3;
/// Whether an answer is right to kAnswerDigits significant digits: not further from the number than half a unit of the third, or
/// equal to the number cut off there. Where the number is 0, only 0 is.
bool is_right(double answer, double number);
/// The known mistakes that come to an answer, made at this number or on the way to it: at one that students work out without writing it
/// down (a path, a share, a term, ∂L/∂a, f′). In the order of the table; none where it is right.
std::vector<std::string_view> explanations(const BackpropNumbers& numbers, const Quantity& at, double answer);
/// The first of them.
std::optional<std::string_view> recognised(const BackpropNumbers& numbers, const Quantity& at, double answer);

/// A number as it is typed: 0.0088, 0,0088, −1/3, 0.1385*0.4 − 0.0381*0.5, 2^-3, exp(-0.3775), tanh(1); full-width forms and commas as
/// typed numbers have them. Errors as formula_value.
Result<double> answer_from(std::string_view text);

} // namespace downhill
