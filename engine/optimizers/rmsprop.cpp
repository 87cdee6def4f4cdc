#include "optimizers/list.hpp"

#include <cmath>

namespace downhill {

// RMSprop: s ← α·s + (1 − α)·g², θ ← θ − η·g/(√s + ε) (Hinton, lecture 6e, 2012). ε stands outside the root.
// https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html (momentum 0, not centered)
OptimizerEntry rmsprop() {
  return {"rmsprop",
          "RMSprop",
          {{"lr", 0.01, 0.0, 100.0}, {"alpha", 0.99, 0.0, 1.0}, {"eps", 1e-8, 0.0, 1.0}},
          {"square_avg"},
          [](const Update& u, const ParameterValues& p) {
            const auto lr = static_cast<float>(u.lr), eps = static_cast<float>(p[2]);
            const auto keep = static_cast<float>(p[1]), take = static_cast<float>(1.0 - p[1]);
            for (std::size_t i = 0; i < u.weights.size(); ++i) {
              const float g = flush(u.gradient[i]), s = keep * u.state0[i] + take * (g * g);
              u.state0[i] = s;
              u.weights[i] -= lr * (g / (std::sqrt(s) + eps));
            }
          },
          [](const Update& u, const ParameterValues& p, std::span<float> rates) {
            const auto lr = static_cast<float>(u.lr), eps = static_cast<float>(p[2]);
            for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = lr / (std::sqrt(u.state0[i]) + eps);
          }};
}

} // namespace downhill
