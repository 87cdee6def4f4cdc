#include "optimizers/list.hpp"

namespace downhill {

// Momentum: v ← μ·v + g, θ ← θ − η·v (Polyak 1964). As in PyTorch the rate stands outside the
// velocity; Sutskever et al. put it inside, v ← μ·v + η·g, which differs once the rate changes.
// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html (momentum, dampening 0)
OptimizerEntry momentum() {
  return {"momentum", "SGD", {{"lr", 0.001, 0.0, 100.0}, {"momentum", 0.9, 0.0, 1.0}}, {"momentum_buffer"}, [](const Update& u, const ParameterValues& p) {
            const auto lr = static_cast<float>(u.lr), mu = static_cast<float>(p[1]);
            for (std::size_t i = 0; i < u.weights.size(); ++i) {
              const float v = mu * u.state0[i] + u.gradient[i];
              u.state0[i] = v;
              u.weights[i] -= lr * v;
            }
          }};
}

} // namespace downhill
