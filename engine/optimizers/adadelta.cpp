#include "optimizers/list.hpp"
#include "optimizers/rule.hpp"

namespace downhill {
namespace {

struct Adadelta {
  static constexpr bool kSquares = true;
  float lr, keep, take, eps;
  bool first_stage;
  Adadelta(const Update& u, const ParameterValues& p)
      : lr(static_cast<float>(u.lr)), keep(static_cast<float>(p[1])), take(static_cast<float>(1.0 - p[1])), eps(static_cast<float>(p[2])),
        first_stage(p[3] < 1.5) {}
  float first_rate(float s) const { return lr / (std::sqrt(s) + eps); }
  template <class N> void operator()(N& w, N g, N& s, N& d) const {
    s = keep * s + take * (g * g);
    if (first_stage) {
      w -= lr * (g / (root(s) + eps));
      return;
    }
    const N delta = flush(root(d + eps) / root(s + eps) * g);
    d = keep * d + take * (delta * delta);
    w -= lr * delta;
  }
};

// In stage 2 it is √(d + ε) with d as it was before it took this step in, which d's own rule, solved for it, gives back.
void effective_rate(const Update& u, const ParameterValues& p, std::span<float> rates) {
  const Adadelta formula(u, p);
  const double keep = p[1], take = 1.0 - p[1], epsilon = p[2];
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const float s = u.state0[i];
    if (formula.first_stage) {
      rates[i] = formula.first_rate(s);
      continue;
    }
    const double g = u.gradient[i], ratio = g * g / (static_cast<double>(s) + epsilon), share = keep + take * ratio;
    const double d = share > 0 ? std::max(0.0, (static_cast<double>(u.state1[i]) - take * epsilon * ratio) / share) : 0;
    rates[i] = static_cast<float>(u.lr * std::sqrt((d + epsilon) / (static_cast<double>(s) + epsilon)));
  }
}

} // namespace

// AdaDelta (Zeiler 2012): s ← ρ·s + (1 − ρ)·g², Δ = g·√(d + ε)/√(s + ε), d ← ρ·d + (1 − ρ)·Δ²,
// θ ← θ − η·Δ. Here ε stands inside both roots, as in PyTorch.
// `stage` 2 is that. Stage 1 is the book's first step towards it, before units are made
// consistent: θ ← θ − η·g/(√s + ε), the very formula of rmsprop with α = ρ; PyTorch has no such switch.
// https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
OptimizerEntry adadelta() {
  return rule<Adadelta>({.id = "adadelta",
                         .torch = "Adadelta",
                         .parameters = {{"lr", 1.0, 0.0, 100.0}, {"rho", 0.9, 0.0, 1.0}, {"eps", 1e-6, 0.0, 1.0}, {"stage", 2, 1, 2, true}},
                         .state = {"square_avg", "acc_delta"},
                         .effective_rate = effective_rate});
}

} // namespace downhill
