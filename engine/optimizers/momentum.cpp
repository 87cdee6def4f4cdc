#include "optimizers/list.hpp"
#include "optimizers/rule.hpp"

namespace downhill {
namespace {

struct Momentum {
  float lr, mu;
  Momentum(const Update& u, const ParameterValues& p) : lr(static_cast<float>(u.lr)), mu(static_cast<float>(p[1])) {}
  template <class N> void operator()(N& w, N g, N& v) const {
    v = mu * v + g;
    w -= lr * v;
  }
};

} // namespace

// Momentum: v ← μ·v + g, θ ← θ − η·v (Polyak 1964). As in PyTorch the rate stands outside the
// velocity; Sutskever et al. put it inside, v ← μ·v + η·g, which differs once the rate changes.
// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html (momentum, dampening 0)
OptimizerEntry momentum() {
  return rule<Momentum>(
      {.id = "momentum", .torch = "SGD", .parameters = {{"lr", 0.001, 0.0, 100.0}, {"momentum", 0.9, 0.0, 1.0}}, .state = {"momentum_buffer"}});
}

} // namespace downhill
