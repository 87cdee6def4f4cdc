#include "optimizers/list.hpp"
#include "optimizers/rule.hpp"

namespace downhill {
namespace {

struct Rmsprop {
  static constexpr bool kSquares = true;
  float lr, keep, take, eps;
  Rmsprop(const Update& u, const ParameterValues& p)
      : lr(static_cast<float>(u.lr)), keep(static_cast<float>(p[1])), take(static_cast<float>(1.0 - p[1])), eps(static_cast<float>(p[2])) {}
  float rate(float s) const { return lr / (std::sqrt(s) + eps); }
  template <class N> void operator()(N& w, N g, N& s) const {
    s = keep * s + take * (g * g);
    w -= lr * (g / (root(s) + eps));
  }
  bool rests() const { return eps > 0 && keep > 0; } // else 0/0, or 0·∞ once s is beyond floats
  void rest(float& s) const { s = keep * s; }
};

} // namespace

// RMSprop: s ← α·s + (1 − α)·g², θ ← θ − η·g/(√s + ε) (Hinton, lecture 6e, 2012). ε stands outside the root.
// https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html (momentum 0, not centered)
OptimizerEntry rmsprop() {
  return rule<Rmsprop>({.id = "rmsprop",
                        .torch = "RMSprop",
                        .parameters = {{"lr", 0.01, 0.0, 100.0}, {"alpha", 0.99, 0.0, 1.0}, {"eps", 1e-8, 0.0, 1.0}},
                        .state = {"square_avg"},
                        .effective_rate = [](const Update& u, const ParameterValues& p, std::span<float> rates) {
                          const Rmsprop formula(u, p);
                          for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = formula.rate(u.state0[i]);
                        }});
}

} // namespace downhill
