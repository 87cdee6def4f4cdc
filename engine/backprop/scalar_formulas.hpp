// Activations, losses and update rules in float64, a number at a time, for passes that are checked by hand. The tables have the
// ids and parameters of network/activation.hpp and optimizers/list.hpp, whose formulas are float32's and stand in the training
// path; a test holds each row against its namesake. Nothing counts as 0 here but what is 0.
#pragma once
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

/// f and f′ of an activation that gives one number a unit; `p` are the parameters of activations().
struct ScalarActivation {
  std::string_view id;
  double (*value)(double z, const ParameterValues& p);
  /// f′(z), with a = f(z) at hand. At a kink the value taken is PyTorch's.
  double (*slope)(double z, double a, const ParameterValues& p);
};
/// One for each entry of activations() whose width is 1.
const std::vector<ScalarActivation>& scalar_activations();

/// SELU's α and λ (Klambauer et al. 2017), nn.SELU's digits.
inline constexpr double kSeluAlpha = 1.6732632423543772848170429916717, kSeluScale = 1.0507009873554804934193349852946;

/// The loss of one example.
struct RowLoss {
  double value = 0;
  std::vector<double> terms;         ///< what each output brings to the value; they come to it but for rounding
  std::vector<double> slopes;        ///< ∂value/∂a of each output
  std::vector<double> probabilities; ///< of cross_entropy the softmax, of bce each output's sigmoid; empty for mse
};
struct ScalarLoss {
  std::string_view id;
  std::string_view torch; ///< what it equals
  bool of_logits;         ///< targets are from 0 to 1
  bool one_of_many;       ///< targets come to 1, over two outputs or more
  RowLoss (*of)(std::span<const double> outputs, std::span<const double> targets);
};
/// mse, cross_entropy and bce, over all outputs of an example: the mean of (a − t)²; −Σ t·log softmax(a); the mean of
/// −t·log σ(a) − (1 − t)·log(1 − σ(a)). The loss of several examples is the mean of theirs, as PyTorch's `reduction="mean"`.
const std::vector<ScalarLoss>& scalar_losses();

/// An update rule for one number.
struct ScalarRule {
  std::string_view id;
  /// Moves `w` by its gradient; `state` are the rule's two numbers for it, 0 at the start; `step` is 1 at the first update.
  void (*move)(double& w, double gradient, double (&state)[2], const ParameterValues& p, std::int64_t step);
};
/// One for each entry of optimizers().
const std::vector<ScalarRule>& scalar_rules();

} // namespace downhill
