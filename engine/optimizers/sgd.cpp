#include "optimizers/list.hpp"

namespace downhill {

// Gradient descent: θ ← θ − η·g. Full batch, batch 1 and mini-batches differ in g, not in the rule.
// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
OptimizerEntry sgd() {
  return {"sgd", "SGD", {{"lr", 0.001, 0.0, 100.0}}, {}, [](const Update& u, const ParameterValues&) {
            const auto lr = static_cast<float>(u.lr);
            for (std::size_t i = 0; i < u.weights.size(); ++i) u.weights[i] -= lr * u.gradient[i];
          }};
}

} // namespace downhill
