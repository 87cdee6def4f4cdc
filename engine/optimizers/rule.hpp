// From a rule's formula, stated once and for one weight, to the passes over all of them.
#pragma once
#include "kernels/float4.hpp"
#include "kernels/product.hpp"
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
template <class Formula> inline constexpr bool kSquares = requires { requires Formula::kSquares; };

// The formula for one weight, or for four beside each other, with gradient(weight); what the weight then is.
template <class N, class Formula, class Gradient> N move_at(const Formula& formula, float* weight, float* state0, float* state1, const Gradient& gradient) {
  N w = load<N>(weight);
  const N g = gradient(w);
  if constexpr (kStates<Formula> == 0)
    formula(w, g);
  else {
    N s = load<N>(state0);
    if constexpr (kStates<Formula> == 1)
      formula(w, g, s);
    else {
      N t = load<N>(state1);
      formula(w, g, s, t);
      store(state1, t);
    }
    store(state0, s);
  }
  store(weight, w);
  return w;
}

// The formula over n weights, `d` floats beside them making their gradients: gradient(d[i], weights[i]), i ascending. The bits of the
// weights it leaves are or-ed to `bits`. Places are pointers and constants, which V8 makes one address of. `kOften`: 16 in a row, which is
// quicker, and more code, which the page fetches.
template <bool kOften, class Formula, class Gradient>
void move_weights(const Formula& shared, std::size_t n, float* weights, float* state0, float* state1, const float* d, Gradient gradient, Int4& bits) {
  std::size_t i = 0;
  const Formula formula = shared; // a copy that no weight can alias: its numbers stay in registers, as do the bits
  Int4 seen = bits;
  const auto four = [&](std::size_t k) {
    const float* from = d + i + k;
    seen |= bits4(move_at<Float4>(formula, weights + i + k, state0 + i + k, state1 + i + k, [&](Float4 w) { return gradient(load<Float4>(from), w); }));
  };
  if constexpr (kFourAtOnce) {
    if constexpr (kOften)
      for (; i + 16 <= n; i += 16) {
        four(0);
        four(4);
        four(8);
        four(12);
      }
    for (; i + 4 <= n; i += 4) four(0);
  }
  for (; i < n; ++i) {
    const float w = move_at<float>(formula, weights + i, state0 + i, state1 + i, [&](float before) { return gradient(d[i], before); });
    seen[0] |= std::bit_cast<std::int32_t>(w);
  }
  bits = seen;
}

template <class Formula, class N> N flushed(N gradient) {
  if constexpr (kSquares<Formula>) return flush(gradient);
  return gradient;
}

// Where the states of weight i begin; where there is no such state, its weight, which is not read as one.
template <class Formula, int number> float* first_of(const Update& u, std::size_t i) {
  if constexpr (kStates<Formula> < number) return u.weights.data() + i;
  return (number == 1 ? u.state0 : u.state1).data() + i;
}

template <class Formula> void update_all(const Update& u, const ParameterValues& p) {
  Int4 bits{};
  move_weights<false>(
      Formula(u, p), u.weights.size(), u.weights.data(), first_of<Formula, 1>(u, 0), first_of<Formula, 2>(u, 0), u.gradient.data(),
      []<class N>(N g, N) { return flushed<Formula>(g); }, bits);
}

// The smallest size that is not 0; 0 if there is none. As whole numbers sizes keep their order; a 0 is made the largest.
inline float smallest_size(std::span<const float> values) {
  std::uint32_t least = 0xffffffffU;
  for (const float v : values) least = std::min(least, (std::bit_cast<std::uint32_t>(v) & 0x7fffffffU) - 1);
  return std::bit_cast<float>(least + 1);
}

template <class Formula> bool update_by_one(const Update& u, const OneExample& example, const ParameterValues& p) {
  const Formula formula(u, p);
  const std::size_t inputs = example.given.size(), outputs = example.d.size();
  // 0·d is 0 unless d is infinite or NaN
  const bool finite = std::all_of(example.d.begin(), example.d.end(), [](float v) { return v * 0.0F == 0.0F; });
  const bool plain = example.decay.none(), settling = OptimizerEntry::settles_at(u.step);
  const bool rests = [&] {
    if constexpr (requires { formula.rests(); }) return finite && plain && formula.rests();
    return false;
  }();
  const float smallest = smallest_size(example.d);
  Int4 bits{};
  for (std::size_t row = 0; row <= inputs; ++row) { // the last is the biases', whose input is 1
    const float x = row < inputs ? example.given[row] : 1.0F;
    const std::size_t at = row * outputs;
    float* weights = u.weights.data() + at;
    float *state0 = first_of<Formula, 1>(u, at), *state1 = first_of<Formula, 2>(u, at);
    const auto move = [&]<bool kOften>(auto gradient, std::bool_constant<kOften>) {
      move_weights<kOften>(formula, outputs, weights, state0, state1, example.d.data(), gradient, bits);
    };
    constexpr std::true_type often{};
    constexpr std::false_type seldom{};
    // 0 + x·d, as the sum over a batch begins at 0: it turns −0 into +0
    if (x == 0 && rests) {
      if constexpr (requires(float s) { formula.rest(s); })
        for (std::size_t o = 0; o < outputs; ++o) formula.rest(state0[o]);
    } else if (x == 0 && finite && plain)
      move([]<class N>(N, N) { return N{}; }, often);
    else if (!plain)
      move([x, decay = example.decay]<class N>(N d, N w) { return flushed<Formula>(decay.added_to(N{} + x * d, w)); }, seldom);
    else if (kSquares<Formula> && !(std::fabs(x) * smallest >= kTiny)) // some may be flushed: rounding keeps the order of products
      move([x]<class N>(N d, N) { return flushed<Formula>(N{} + x * d); }, seldom);
    else
      move([x]<class N>(N d, N) { return N{} + x * d; }, often);
    if (settling) { // here rather than in a pass of its own, since the row is at hand
      const auto row_of = [&](float* of, int states) { return kStates<Formula> >= states ? std::span(of, outputs) : std::span<float>(); };
      OptimizerEntry::settle({row_of(weights, 0), {}, row_of(state0, 1), row_of(state1, 2), u.step, u.lr});
    }
  }
  // A weight that is infinite or NaN has all bits of its exponent set, and so have all of them together; the other way round it
  // may be that of two finite ones.
  constexpr std::int32_t kExponent = 0x7f800000;
  return ((bits[0] | bits[1] | bits[2] | bits[3]) & kExponent) != kExponent || all_finite(u.weights);
}

} // namespace detail

/// The table's entry of a rule whose step for one weight is `Formula`:
/// Formula(const Update&, const ParameterValues&) reads what is equal for all weights;
/// operator()(float& w, float g, float& state…) const is the step, with as many states as are kept;
/// kSquares, where it squares gradients: they come flushed then;
/// rests() const, if there is one, tells that a gradient of 0 leaves a weight as it is, to the bit, and rest(float& state0) const
/// what then becomes of its state, if anything does.
template <class Formula> OptimizerEntry rule(OptimizerEntry entry) {
  assert(entry.state.size() == detail::kStates<Formula>);
  entry.update = detail::update_all<Formula>;
  entry.update_by_one = detail::update_by_one<Formula>;
  return entry;
}

} // namespace downhill
