#include "optimizers/list.hpp"

namespace downhill {

// Nesterov's acceleration: v ← μ·v + g, θ ← θ − η·(g + μ·v) (Nesterov 1983, in the form of
// Sutskever et al. 2013 with the gradient taken at θ, as PyTorch has it).
// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html (nesterov=True)
OptimizerEntry nesterov() {
  return {"nesterov", "SGD", {{"lr", 0.001, 0.0, 100.0}, {"momentum", 0.9, 0.0, 1.0}}, {"momentum_buffer"}, [](const Update& u, const ParameterValues& p) {
            const auto lr = static_cast<float>(u.lr), mu = static_cast<float>(p[1]);
            for (std::size_t i = 0; i < u.weights.size(); ++i) {
              const float v = mu * u.state0[i] + u.gradient[i];
              u.state0[i] = v;
              u.weights[i] -= lr * (u.gradient[i] + mu * v);
            }
          }};
}

} // namespace downhill
