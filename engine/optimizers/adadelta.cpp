#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

// AdaDelta (Zeiler 2012): s ← ρ·s + (1 − ρ)·g², Δ = g·√(d + ε)/√(s + ε), d ← ρ·d + (1 − ρ)·Δ²,
// θ ← θ − η·Δ. Here ε stands inside both roots, as in PyTorch.
// `stage` 2 is that. Stage 1 is the book's first step towards it, before units are made
// consistent: θ ← θ − η·g/(√s + ε), the very formula of rmsprop with α = ρ; PyTorch has no such switch.
// https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
OptimizerEntry adadelta() {
  return {"adadelta",
          "Adadelta",
          {{"lr", 1.0, 0.0, 100.0}, {"rho", 0.9, 0.0, 1.0}, {"eps", 1e-6, 0.0, 1.0}, {"stage", 2, 1, 2, true}},
          {"square_avg", "acc_delta"},
          [](const Update& u, const ParameterValues& p) {
            const auto lr = static_cast<float>(u.lr), eps = static_cast<float>(p[2]);
            const auto keep = static_cast<float>(p[1]), take = static_cast<float>(1.0 - p[1]);
            const bool first_stage = p[3] < 1.5;
            for (std::size_t i = 0; i < u.weights.size(); ++i) {
              const float g = flush(u.gradient[i]), s = keep * u.state0[i] + take * (g * g);
              u.state0[i] = s;
              if (first_stage) {
                u.weights[i] -= lr * (g / (std::sqrt(s) + eps));
                continue;
              }
              const float delta = flush(std::sqrt(u.state1[i] + eps) / std::sqrt(s + eps) * g);
              u.state1[i] = keep * u.state1[i] + take * (delta * delta);
              u.weights[i] -= lr * delta;
            }
          },
          // stage 2: √(d + ε) with d as it was before it took this step in, which d's own rule, solved for it, gives back
          [](const Update& u, const ParameterValues& p, std::span<float> rates) {
            const auto lr = static_cast<float>(u.lr), eps = static_cast<float>(p[2]);
            const bool first_stage = p[3] < 1.5;
            const double keep = p[1], take = 1.0 - p[1], epsilon = p[2];
            for (std::size_t i = 0; i < rates.size(); ++i) {
              const float s = u.state0[i];
              if (first_stage) {
                rates[i] = lr / (std::sqrt(s) + eps);
                continue;
              }
              const double g = u.gradient[i], ratio = g * g / (static_cast<double>(s) + epsilon), share = keep + take * ratio;
              const double d = share > 0 ? std::max(0.0, (static_cast<double>(u.state1[i]) - take * epsilon * ratio) / share) : 0;
              rates[i] = static_cast<float>(u.lr * std::sqrt((d + epsilon) / (static_cast<double>(s) + epsilon)));
            }
          }};
}

} // namespace downhill
