// What an update rule is: settings, state, and one function that moves the weights.
// One file a rule, one line in list.hpp.
#pragma once
#include "core/flush.hpp"
#include "core/parameters.hpp"
#include "kernels/float4.hpp"

#include <cstdint>

namespace downhill {

/// One update of all parameters of a network, seen as one flat array of P floats.
/// The rules work element by element, so any split of the array gives the same bits.
struct Update {
  std::span<float> weights;        ///< θ, changed in place
  std::span<const float> gradient; ///< g, with weight decay already added
  std::span<float> state0, state1; ///< P floats each, 0 at the start; empty where the rule keeps none
  std::int64_t step;               ///< 1 at the first update
  double lr;                       ///< the rate of this step, as the schedule gives it
};

/// Weight decay joins the gradient before the rule, over weights and biases, as PyTorch's weight_decay: l2·w + l1·sign(w).
struct Decay {
  float l1 = 0, l2 = 0;

  bool none() const { return l1 == 0 && l2 == 0; }
  /// The gradient with the decay of its weight.
  float added_to(float gradient, float weight) const {
    if (l2 != 0) gradient += l2 * weight;
    if (l1 != 0) gradient += weight > 0 ? l1 : weight < 0 ? -l1 : 0.0F;
    return gradient;
  }
  Float4 added_to(Float4 gradient, Float4 weight) const {
    for (int i = 0; i < 4; ++i) gradient[i] = added_to(gradient[i], weight[i]);
    return gradient;
  }
};

/// The gradient of one layer over a batch of one example, as what it is the product of: of the weight from input i to output o
/// it is given[i]·d[o], of the bias d[o].
struct OneExample {
  std::span<const float> given; ///< I floats
  std::span<const float> d;     ///< O floats, the gradient by z
  Decay decay;                  ///< joins it
};

struct OptimizerEntry {
  std::string_view id;                      ///< JSON value, string key
  std::string_view torch;                   ///< PyTorch's class in torch.optim
  std::vector<ParameterSpec> parameters;    ///< the first is always lr
  std::vector<std::string_view> state = {}; ///< PyTorch's names of state0 and state1, as many as are kept
  /// What a rule's file states is its formula; rule() makes the two passes over the weights of it (rule.hpp).
  /// Gradients are flushed before they are squared.
  void (*update)(const Update& u, const ParameterValues& p) = nullptr;
  /// The same for one layer, I×O weights and O biases, whose gradient is made on the way and written nowhere: `u.gradient` is
  /// empty. The weights and states are those of update() and settle(), to the bit. True only if all weights that were changed are finite.
  bool (*update_by_one)(const Update& u, const OneExample& example, const ParameterValues& p) = nullptr;
  /// The factor on each gradient (or on its running mean, where the rule keeps one) in the last update, from the state
  /// after it; null where that is lr for every weight. P floats to `rates`; `u` as it was for that update.
  void (*effective_rate)(const Update& u, const ParameterValues& p, std::span<float> rates) = nullptr;

  /// At every kFlushEvery-th step of a run the weights and states that count as 0 are made so, after the update: often enough
  /// that none has time to become subnormal, which takes running means dozens of steps, and seldom enough to cost nothing.
  static bool settles_at(std::int64_t step) { return step % kFlushEvery == 0; }
  static void settle(const Update& u) {
    if (!settles_at(u.step)) return;
    for (float& w : u.weights) w = flush(w);
    for (const std::span<float> values : {u.state0, u.state1})
      for (float& s : values) s = flush_product(s);
  }
  static constexpr std::int64_t kFlushEvery = 16;
};

} // namespace downhill
