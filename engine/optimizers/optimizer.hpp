// What an update rule is: settings, state, and one function that moves the weights.
// One file a rule, one line in list.hpp.
#pragma once
#include "core/flush.hpp"
#include "core/parameters.hpp"

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

struct OptimizerEntry {
  std::string_view id;                                       ///< JSON value, string key
  std::string_view torch;                                    ///< PyTorch's class in torch.optim
  std::vector<ParameterSpec> parameters;                     ///< the first is always lr
  std::vector<std::string_view> state;                       ///< PyTorch's names of state0 and state1, as many as are kept
  void (*update)(const Update& u, const ParameterValues& p); ///< gradients are flushed before they are squared
  /// The factor on each gradient (or on its running mean, where the rule keeps one) in the last update, from the state
  /// after it; null where that is lr for every weight. P floats to `rates`; `u` as it was for that update.
  void (*effective_rate)(const Update& u, const ParameterValues& p, std::span<float> rates) = nullptr;

  /// update(), and at every kFlushEvery-th step of a run the weights and states that count as 0 are made so: often enough that
  /// none has time to become subnormal, which takes running means dozens of steps, and seldom enough to cost nothing.
  void take_step(const Update& u, const ParameterValues& p) const {
    update(u, p);
    if (u.step % kFlushEvery != 0) return;
    for (float& w : u.weights) w = flush(w);
    for (const std::span<float> values : {u.state0, u.state1})
      for (float& s : values) s = flush_product(s);
  }
  static constexpr std::int64_t kFlushEvery = 16;
};

} // namespace downhill
