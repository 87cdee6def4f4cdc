#include "optimizers/adam.hpp"
#include "optimizers/list.hpp"

namespace downhill {

// AdamW: θ ← θ·(1 − η·λ), then Adam's step (Loshchilov & Hutter 2019): the decay is kept out of the running means,
// other than l2, which joins the gradient first.
// https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html (amsgrad off)
OptimizerEntry adamw() {
  return {.id = "adamw",
          .torch = "AdamW",
          .parameters = {{"lr", 0.001, 0.0, 100.0},
                         {"betas/0", 0.9, 0.0, 0.999999},
                         {"betas/1", 0.999, 0.0, 0.9999999},
                         {"eps", 1e-8, 0.0, 1.0},
                         {"weight_decay", 0.01, 0.0, 1.0}},
          .state = {"exp_avg", "exp_avg_sq"},
          .update =
              [](const Update& u, const ParameterValues& p) {
                const auto keep = static_cast<float>(1.0 - u.lr * p[4]);
                for (float& w : u.weights) w *= keep;
                adam_step(u, {p[1], p[2], p[3]});
              },
          .effective_rate = [](const Update& u, const ParameterValues& p, std::span<float> rates) { adam_rate(u, {p[1], p[2], p[3]}, rates); }};
}

} // namespace downhill
