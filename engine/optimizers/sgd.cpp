#include "optimizers/list.hpp"
#include "optimizers/rule.hpp"

namespace downhill {
namespace {

struct Sgd {
  float lr;
  Sgd(const Update& u, const ParameterValues&) : lr(static_cast<float>(u.lr)) {}
  template <class N> void operator()(N& w, N g) const { w -= lr * g; }
  static bool rests() { return true; }
};

} // namespace

// Gradient descent: θ ← θ − η·g. Full batch, batch 1 and mini-batches differ in g, not in the rule.
// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
OptimizerEntry sgd() { return rule<Sgd>({.id = "sgd", .torch = "SGD", .parameters = {{"lr", 0.001, 0.0, 100.0}}}); }

} // namespace downhill
