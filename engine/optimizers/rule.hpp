// From a rule's formula, stated once and for one weight, to the passes over all of them.
#pragma once
#include "optimizers/optimizer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>

namespace downhill {
namespace detail {

template <class Formula> inline constexpr int kStates = std::is_invocable_v<const Formula&, float&, float>           ? 0
                                                        : std::is_invocable_v<const Formula&, float&, float, float&> ? 1
                                                                                                                     : 2;

// The formula over n weights, weight i with gradient(i, weight). A loop without branches and aliases, which compilers turn into vectors.
template <class Formula, class Gradient>
void move_weights(const Formula& formula, std::size_t n, float* __restrict weights, float* __restrict state0, float* __restrict state1, Gradient gradient) {
  for (std::size_t i = 0; i < n; ++i) {
    const float g = gradient(i, weights[i]);
    if constexpr (kStates<Formula> == 0) formula(weights[i], g);
    if constexpr (kStates<Formula> == 1) formula(weights[i], g, state0[i]);
    if constexpr (kStates<Formula> == 2) formula(weights[i], g, state0[i], state1[i]);
  }
}

template <class Formula> void update_all(const Update& u, const ParameterValues& p) {
  move_weights(Formula(u, p), u.weights.size(), u.weights.data(), u.state0.data(), u.state1.data(),
               [g = u.gradient.data()](std::size_t i, float) { return g[i]; });
}

template <class Formula> bool update_by_one(const Update& u, const OneExample& example, const ParameterValues& p) {
  const Formula formula(u, p);
  const std::size_t inputs = example.given.size(), outputs = example.d.size();
  // 0·d is 0 unless d is infinite or NaN
  const bool finite = std::all_of(example.d.begin(), example.d.end(), [](float d) { return d * 0.0F == 0.0F; });
  const bool rests = [&] {
    if constexpr (requires { formula.rests(); }) return finite && example.decay.none() && formula.rests();
    return false;
  }();
  std::uint32_t exponents = 0;                      // plus one, which carries into the sign if all bits are set: infinite or NaN
  for (std::size_t row = 0; row <= inputs; ++row) { // the last is the biases', whose input is 1
    const float x = row < inputs ? example.given[row] : 1.0F;
    const std::size_t at = row * outputs;
    float* weights = u.weights.data() + at;
    float* state0 = kStates<Formula> > 0 ? u.state0.data() + at : nullptr;
    float* state1 = kStates<Formula> > 1 ? u.state1.data() + at : nullptr;
    if (x == 0 && rests) {
      if constexpr (requires(float s) { formula.rest(s); })
        for (std::size_t o = 0; o < outputs; ++o) formula.rest(state0[o]);
      continue;
    }
    // 0 + x·d, as the sum over a batch begins at 0: it turns −0 into +0
    const float* d = example.d.data();
    if (example.decay.none())
      move_weights(formula, outputs, weights, state0, state1, [x, d](std::size_t o, float) { return 0.0F + x * d[o]; });
    else
      move_weights(formula, outputs, weights, state0, state1,
                   [x, d, decay = example.decay](std::size_t o, float w) { return decay.added_to(0.0F + x * d[o], w); });
    for (std::size_t o = 0; o < outputs; ++o) exponents |= (std::bit_cast<std::uint32_t>(weights[o]) & 0x7f800000U) + 0x00800000U;
  }
  return (exponents & 0x80000000U) == 0;
}

} // namespace detail

/// The table's entry of a rule whose step for one weight is `Formula`:
/// Formula(const Update&, const ParameterValues&) reads what is equal for all weights;
/// operator()(float& w, float g, float& state…) const is the step, with as many states as are kept;
/// rests() const, if there is one, tells that a gradient of 0 leaves a weight as it is, to the bit, and rest(float& state0) const
/// what then becomes of its state, if anything does.
template <class Formula> OptimizerEntry rule(OptimizerEntry entry) {
  assert(entry.state.size() == detail::kStates<Formula>);
  entry.update = detail::update_all<Formula>;
  entry.update_by_one = detail::update_by_one<Formula>;
  return entry;
}

} // namespace downhill
