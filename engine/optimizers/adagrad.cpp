#include "optimizers/list.hpp"

#include <cmath>

namespace downhill {

// AdaGrad: s ← s + g², θ ← θ − η·g/(√s + ε) (Duchi et al. 2011). s only grows, so the rate only falls.
// https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html (lr_decay 0)
OptimizerEntry adagrad() {
  return {.id = "adagrad",
          .torch = "Adagrad",
          .parameters = {{"lr", 0.01, 0.0, 100.0}, {"eps", 1e-10, 0.0, 1.0}},
          .state = {"sum"},
          .update =
              [](const Update& u, const ParameterValues& p) {
                const auto lr = static_cast<float>(u.lr), eps = static_cast<float>(p[1]);
                for (std::size_t i = 0; i < u.weights.size(); ++i) {
                  const float g = flush(u.gradient[i]), s = u.state0[i] + g * g;
                  u.state0[i] = s;
                  u.weights[i] -= lr * (g / (std::sqrt(s) + eps));
                }
              },
          .effective_rate =
              [](const Update& u, const ParameterValues& p, std::span<float> rates) {
                const auto lr = static_cast<float>(u.lr), eps = static_cast<float>(p[1]);
                for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = lr / (std::sqrt(u.state0[i]) + eps);
              }};
}

} // namespace downhill
