#include "losses/loss_curve.hpp"

#include "core/elementary.hpp"
#include "document/json_text.hpp"

#include <cassert>
#include <cmath>

namespace downhill {
namespace {

using Maybe = std::optional<LossAt>;
using S = const CurveSettings&;

ParameterValues values_of(const LossEntry& loss, S s) { return loss.parameters.empty() ? ParameterValues() : ParameterValues{s.delta}; }
bool probability(double x) { return x >= 0 && x <= 1; }

// The table's own, of an output and its target.
Maybe entry_at(const LossCurve& curve, double x, S s) {
  const LossEntry& loss = entry_of(losses(), curve.id);
  return loss.at(x, s.target, values_of(loss, s));
}
Maybe logit_with_target(const LossCurve& curve, double z, S s) { return probability(s.target) ? entry_at(curve, z, s) : Maybe(); }

// Of σ(z): the slope by z has σ′(z) = σ(z)·σ(−z), in which neither tail is rounded away.
Maybe of_sigmoid(const LossCurve& curve, double z, S s) {
  const double small = exact::exp(-std::fabs(z)), share = 1 / (1 + small);
  const auto at = entry_at(curve, z < 0 ? small * share : share, s);
  return LossAt{at->value, at->slope * (small * share * share)};
}

// −ln p, slope −1/p
Maybe of_right_probability(const LossCurve&, double p, S) { return p > 0 && p <= 1 ? Maybe({-exact::log(p), -1 / p}) : Maybe(); }

// −t·ln p − (1 − t)·ln(1 − p), slope (p − t)/(p(1 − p))
Maybe of_probability(const LossCurve&, double p, S s) {
  const double t = s.target;
  if (!(p > 0 && p < 1) || !probability(t)) return {};
  return LossAt{-t * exact::log(p) - (1 - t) * exact::log(1 - p), (p - t) / (p * (1 - p))};
}

// ln(e^z + C − 1) − z, slope e^z/(e^z + C − 1) − 1: C − 1 logits of 0 weigh as much as one of ln(C − 1).
Maybe of_right_logit(const LossCurve&, double z, S s) {
  const double logits[] = {z, exact::log(s.classes - 1.0)};
  const SoftmaxLoss loss = softmax_loss(logits, 0);
  return LossAt{loss.value, -loss.probabilities[1]};
}

} // namespace

const std::vector<LossCurve>& loss_curves() {
  constexpr auto kPrediction = LossAxis::prediction, kLogit = LossAxis::logit;
  static const std::vector<LossCurve> table{
      {"cross_entropy", kPrediction, "nn.NLLLoss()(torch.log(y_hat), label)", "0 < x <= 1", of_right_probability},
      {"bce", kPrediction, "nn.BCELoss()(y_hat, t)", "0 < x < 1 and 0 <= T <= 1", of_probability},
      {"mse", kPrediction, "nn.MSELoss()(y_hat, t)", "True", entry_at},
      {"mae", kPrediction, "nn.L1Loss()(y_hat, t)", "True", entry_at},
      {"huber", kPrediction, "nn.HuberLoss(delta={delta})(y_hat, t)", "True", entry_at},
      {"cross_entropy", kLogit, "nn.CrossEntropyLoss()(torch.cat([z, torch.zeros({C} - 1)]), label)", "True", of_right_logit},
      {"bce", kLogit, "nn.BCEWithLogitsLoss()(z, t)", "0 <= T <= 1", logit_with_target},
      {"mse", kLogit, "nn.MSELoss()(torch.sigmoid(z), t)", "True", of_sigmoid},
      {"mae", kLogit, "nn.L1Loss()(torch.sigmoid(z), t)", "True", of_sigmoid},
      {"huber", kLogit, "nn.HuberLoss(delta={delta})(torch.sigmoid(z), t)", "True", of_sigmoid},
  };
  return table;
}

const LossCurve& loss_curve(std::string_view id, LossAxis axis) {
  for (const LossCurve& curve : loss_curves())
    if (curve.id == id && curve.axis == axis) return curve;
  assert(false && "every loss has a curve on either axis");
  return loss_curves().front();
}

std::string torch_of(const LossCurve& curve, const CurveSettings& settings) {
  std::string text(curve.torch);
  const std::pair<std::string_view, std::string> gaps[] = {{"{delta}", shortest_text(settings.delta)}, {"{C}", std::to_string(settings.classes)}};
  for (const auto& [gap, value] : gaps)
    if (const std::size_t at = text.find(gap); at != std::string::npos) text.replace(at, gap.size(), value);
  return text;
}

} // namespace downhill
