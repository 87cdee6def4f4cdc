#include "optimizers/adam.hpp"

#include "optimizers/list.hpp"

namespace downhill {

// Adam: m ← β1·m + (1 − β1)·g, v ← β2·v + (1 − β2)·g², θ ← θ − η/(1 − β1^t) · m / (√v/√(1 − β2^t) + ε)
// (Kingma & Ba 2015): momentum and RMSprop in one, with the bias of their zero start corrected.
// https://pytorch.org/docs/stable/generated/torch.optim.Adam.html (amsgrad off). In JSON β1 and β2 are `betas`.
OptimizerEntry adam() {
  return rule<Adam>({.id = "adam",
                     .torch = "Adam",
                     .parameters = {{"lr", 0.001, 0.0, 100.0}, {"betas/0", 0.9, 0.0, 0.999999}, {"betas/1", 0.999, 0.0, 0.9999999}, {"eps", 1e-8, 0.0, 1.0}},
                     .state = {"exp_avg", "exp_avg_sq"},
                     .effective_rate = Adam::effective_rate});
}

} // namespace downhill
