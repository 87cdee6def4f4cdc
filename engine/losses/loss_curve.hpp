// The losses of the table (network/loss.hpp) as curves of one number: of what is predicted, or of the logit that a sigmoid or a
// softmax turns into it. Values and derivatives are the table's own, in float64.
#pragma once
#include "network/loss.hpp"

#include <optional>

namespace downhill {

/// prediction: x is ŷ itself; to cross_entropy the probability of the right class, to bce that of class 1.
/// logit: x is z; to cross_entropy the right class's, all others being 0; to bce its one logit; the others see σ(z).
enum class LossAxis : std::uint8_t { prediction, logit };

struct CurveSettings {
  LossAxis axis = LossAxis::prediction;
  double target = 1;                   ///< t; cross_entropy has a right class instead
  double delta = 1;                    ///< of huber
  int classes = 10;                    ///< of cross_entropy over the logit
  double from = -3, to = 3;            ///< what is shown of x
  double at = -1;                      ///< the x that is looked at
  std::vector<std::string_view> shown; ///< ids, in the table's order
};

/// A loss on an axis.
struct LossCurve {
  std::string_view id; ///< as in losses()
  LossAxis axis;
  /// How PyTorch says it, of tensors `y_hat` or `z`, and `t` or `label`; with {delta} and {C}.
  std::string_view torch;
  std::string_view where; ///< Python of x and T: whether there is a value
  std::optional<LossAt> (*of)(const LossCurve& curve, double x, const CurveSettings& settings);

  /// Value and derivative. Nullopt: it has none there: beyond the probabilities (bce: and at 0 and 1), or, for bce, with a target that is no
  /// probability. At the kink of mae it is PyTorch's slope, 0.
  std::optional<LossAt> at(double x, const CurveSettings& settings) const { return of(*this, x, settings); }
};
/// One for each loss and axis: losses in the order of losses(), those of the prediction first.
const std::vector<LossCurve>& loss_curves();
const LossCurve& loss_curve(std::string_view id, LossAxis axis);
/// With numbers for δ and C: "nn.HuberLoss(delta=0.5)(y_hat, t)".
std::string torch_of(const LossCurve& curve, const CurveSettings& settings);

} // namespace downhill
