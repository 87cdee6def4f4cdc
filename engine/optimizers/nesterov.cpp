#include "optimizers/list.hpp"
#include "optimizers/rule.hpp"

namespace downhill {
namespace {

struct Nesterov {
  float lr, mu;
  Nesterov(const Update& u, const ParameterValues& p) : lr(static_cast<float>(u.lr)), mu(static_cast<float>(p[1])) {}
  template <class N> void operator()(N& w, N g, N& v) const {
    v = mu * v + g;
    w -= lr * (g + mu * v);
  }
};

} // namespace

// Nesterov's acceleration: v ← μ·v + g, θ ← θ − η·(g + μ·v) (Nesterov 1983, in the form of
// Sutskever et al. 2013 with the gradient taken at θ, as PyTorch has it).
// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html (nesterov=True)
OptimizerEntry nesterov() {
  return rule<Nesterov>(
      {.id = "nesterov", .torch = "SGD", .parameters = {{"lr", 0.001, 0.0, 100.0}, {"momentum", 0.9, 0.0, 1.0}}, .state = {"momentum_buffer"}});
}

} // namespace downhill
