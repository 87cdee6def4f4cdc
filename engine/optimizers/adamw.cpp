#include "optimizers/adam.hpp"
#include "optimizers/list.hpp"

namespace downhill {
namespace {

struct Adamw {
  static constexpr bool kSquares = true;
  Adam adam;
  float keep;
  Adamw(const Update& u, const ParameterValues& p) : adam(u, p), keep(static_cast<float>(1.0 - u.lr * p[4])) {}
  template <class N> void operator()(N& w, N g, N& m, N& v) const {
    w *= keep;
    adam(w, g, m, v);
  }
};

} // namespace

// AdamW: θ ← θ·(1 − η·λ), then Adam's step (Loshchilov & Hutter 2019): the decay is kept out of the running means,
// other than l2, which joins the gradient first.
// https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html (amsgrad off)
OptimizerEntry adamw() {
  return rule<Adamw>({.id = "adamw",
                      .torch = "AdamW",
                      .parameters = {{"lr", 0.001, 0.0, 100.0},
                                     {"betas/0", 0.9, 0.0, 0.999999},
                                     {"betas/1", 0.999, 0.0, 0.9999999},
                                     {"eps", 1e-8, 0.0, 1.0},
                                     {"weight_decay", 0.01, 0.0, 1.0}},
                      .state = {"exp_avg", "exp_avg_sq"},
                      .effective_rate = Adam::effective_rate});
}

} // namespace downhill
