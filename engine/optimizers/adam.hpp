// What adam and adamw have in common: the step, without any decay of the weights.
#pragma once
#include "core/elementary.hpp"
#include "optimizers/rule.hpp"

namespace downhill {

/// Adam's step of one weight; parameters 1 to 3 are β1, β2 and ε.
struct Adam {
  static constexpr bool kSquares = true;
  float keep1, take1, keep2, take2, rate, root2, eps;
  bool late; // root2 is 1: from β2 = 0.999's 17,000th step or so there is nothing to divide by
  Adam(const Update& u, const ParameterValues& p)
      : keep1(static_cast<float>(p[1])), take1(static_cast<float>(1.0 - p[1])), keep2(static_cast<float>(p[2])), take2(static_cast<float>(1.0 - p[2])),
        rate(static_cast<float>(u.lr / (1.0 - exact::power(p[1], u.step)))), root2(static_cast<float>(std::sqrt(1.0 - exact::power(p[2], u.step)))),
        eps(static_cast<float>(p[3])), late(root2 == 1.0F) {}
  template <class N> void operator()(N& w, N g, N& m, N& v) const {
    m = keep1 * m + take1 * g;
    v = keep2 * v + take2 * (g * g);
    const N size = late ? root(v) : root(v) / root2;
    w -= rate * (m / (size + eps));
  }
  /// OptimizerEntry::effective_rate: of m.
  static void effective_rate(const Update& u, const ParameterValues& p, std::span<float> rates) {
    const Adam formula(u, p);
    for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = formula.rate / (std::sqrt(u.state1[i]) / formula.root2 + formula.eps);
  }
};

} // namespace downhill
