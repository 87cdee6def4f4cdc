#include "optimizers/list.hpp"
#include "optimizers/rule.hpp"

namespace downhill {
namespace {

struct Adagrad {
  static constexpr bool kSquares = true;
  float lr, eps;
  Adagrad(const Update& u, const ParameterValues& p) : lr(static_cast<float>(u.lr)), eps(static_cast<float>(p[1])) {}
  float rate(float s) const { return lr / (std::sqrt(s) + eps); }
  template <class N> void operator()(N& w, N g, N& s) const {
    s = s + g * g;
    w -= lr * (g / (root(s) + eps));
  }
  bool rests() const { return eps > 0; } // else 0/0
};

} // namespace

// AdaGrad: s ← s + g², θ ← θ − η·g/(√s + ε) (Duchi et al. 2011). s only grows, so the rate only falls.
// https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html (lr_decay 0)
OptimizerEntry adagrad() {
  return rule<Adagrad>({.id = "adagrad",
                        .torch = "Adagrad",
                        .parameters = {{"lr", 0.01, 0.0, 100.0}, {"eps", 1e-10, 0.0, 1.0}},
                        .state = {"sum"},
                        .effective_rate = [](const Update& u, const ParameterValues& p, std::span<float> rates) {
                          const Adagrad formula(u, p);
                          for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = formula.rate(u.state0[i]);
                        }});
}

} // namespace downhill
