#include "optimizers/list.hpp"

#include <cmath>

namespace downhill {
namespace {

// β^t by squaring: no pow, whose last bit is libm's
double power(double base, std::int64_t exponent) {
  double result = 1.0;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

} // namespace

// Adam: m ← β1·m + (1 − β1)·g, v ← β2·v + (1 − β2)·g², θ ← θ − η/(1 − β1^t) · m / (√v/√(1 − β2^t) + ε)
// (Kingma & Ba 2015): momentum and RMSprop in one, with the bias of their zero start corrected.
// https://pytorch.org/docs/stable/generated/torch.optim.Adam.html (amsgrad off). In JSON β1 and β2 are `betas`.
OptimizerEntry adam() {
  return {"adam",
          "optim.Adam",
          {{"lr", 0.001, 0.0, 100.0}, {"betas/0", 0.9, 0.0, 0.999999}, {"betas/1", 0.999, 0.0, 0.9999999}, {"eps", 1e-8, 0.0, 1.0}},
          2,
          [](const Update& u, const ParameterValues& p) {
            const auto keep1 = static_cast<float>(p[1]), take1 = static_cast<float>(1.0 - p[1]);
            const auto keep2 = static_cast<float>(p[2]), take2 = static_cast<float>(1.0 - p[2]);
            const auto rate = static_cast<float>(u.lr / (1.0 - power(p[1], u.step)));
            const auto root2 = static_cast<float>(std::sqrt(1.0 - power(p[2], u.step))), eps = static_cast<float>(p[3]);
            for (std::size_t i = 0; i < u.weights.size(); ++i) {
              const float g = u.gradient[i];
              const float m = keep1 * u.state0[i] + take1 * g, v = keep2 * u.state1[i] + take2 * (g * g);
              u.state0[i] = m;
              u.state1[i] = v;
              u.weights[i] -= rate * (m / (std::sqrt(v) / root2 + eps));
            }
          }};
}

} // namespace downhill
