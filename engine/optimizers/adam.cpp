#include "optimizers/adam.hpp"

#include "optimizers/list.hpp"

#include <cmath>

namespace downhill {

void adam_step(const Update& u, const AdamParameters& p) {
  const auto keep1 = static_cast<float>(p.beta1), take1 = static_cast<float>(1.0 - p.beta1);
  const auto keep2 = static_cast<float>(p.beta2), take2 = static_cast<float>(1.0 - p.beta2);
  const auto rate = static_cast<float>(u.lr / (1.0 - exact::power(p.beta1, u.step)));
  const auto root2 = static_cast<float>(std::sqrt(1.0 - exact::power(p.beta2, u.step))), eps = static_cast<float>(p.eps);
  for (std::size_t i = 0; i < u.weights.size(); ++i) {
    const float g = flush(u.gradient[i]);
    const float m = keep1 * u.state0[i] + take1 * g, v = keep2 * u.state1[i] + take2 * (g * g);
    u.state0[i] = m;
    u.state1[i] = v;
    u.weights[i] -= rate * (m / (std::sqrt(v) / root2 + eps));
  }
}

void adam_rate(const Update& u, const AdamParameters& p, std::span<float> rates) {
  const auto rate = static_cast<float>(u.lr / (1.0 - exact::power(p.beta1, u.step)));
  const auto root2 = static_cast<float>(std::sqrt(1.0 - exact::power(p.beta2, u.step))), eps = static_cast<float>(p.eps);
  for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = rate / (std::sqrt(u.state1[i]) / root2 + eps);
}

// Adam: m ← β1·m + (1 − β1)·g, v ← β2·v + (1 − β2)·g², θ ← θ − η/(1 − β1^t) · m / (√v/√(1 − β2^t) + ε)
// (Kingma & Ba 2015): momentum and RMSprop in one, with the bias of their zero start corrected.
// https://pytorch.org/docs/stable/generated/torch.optim.Adam.html (amsgrad off). In JSON β1 and β2 are `betas`.
OptimizerEntry adam() {
  return {.id = "adam",
          .torch = "Adam",
          .parameters = {{"lr", 0.001, 0.0, 100.0}, {"betas/0", 0.9, 0.0, 0.999999}, {"betas/1", 0.999, 0.0, 0.9999999}, {"eps", 1e-8, 0.0, 1.0}},
          .state = {"exp_avg", "exp_avg_sq"},
          .update = [](const Update& u, const ParameterValues& p) { adam_step(u, {p[1], p[2], p[3]}); },
          .effective_rate = [](const Update& u, const ParameterValues& p, std::span<float> rates) { adam_rate(u, {p[1], p[2], p[3]}, rates); }};
}

} // namespace downhill
