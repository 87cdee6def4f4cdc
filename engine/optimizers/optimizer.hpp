// What an update rule is: settings, state, and one function that moves the weights.
// One file a rule, one line in list.hpp.
#pragma once
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

/// One update of all parameters of a network, seen as one flat array of P floats.
/// The rules work element by element, so any split of the array gives the same bits.
struct Update {
  std::span<float> weights;        ///< θ, changed in place
  std::span<const float> gradient; ///< g, with weight decay already added
  std::span<float> state0, state1; ///< P floats each, 0 at the start; empty beyond `slots`
  std::int64_t step;               ///< 1 at the first update
  double lr;                       ///< the rate of this step, as the schedule gives it
};

struct OptimizerEntry {
  std::string_view id;                   ///< JSON value, string key
  std::string_view torch;                ///< PyTorch's class in torch.optim
  std::vector<ParameterSpec> parameters; ///< the first is always lr
  std::vector<std::string_view> state;   ///< PyTorch's names of state0 and state1, as many as are kept
  void (*update)(const Update& u, const ParameterValues& p);
  /// The factor on each gradient (or on its running mean, where the rule keeps one) in the last update, from the state
  /// after it; null where that is lr for every weight. P floats to `rates`; `u` as it was for that update.
  void (*effective_rate)(const Update& u, const ParameterValues& p, std::span<float> rates) = nullptr;
};

} // namespace downhill
