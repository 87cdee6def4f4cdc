// Everything a pass and the updates come to, as `downhill trace` prints it.
#pragma once
#include "backprop/passes.hpp"

namespace downhill {

struct BackpropTrace {
  BackpropPass pass;    ///< with the settings' own numbers
  BackpropLayers after; ///< after all steps
  double after_loss = 0;
};
BackpropTrace backprop_trace(const BackpropSettings& settings);

/// {"examples": [{"layers": [{"z", "a", "delta"}, …], "loss"}, …], "loss", "gradients": [{"weight": O×I, "bias"}, …],
/// "after": {"layers": [{"weight", "bias"}, …], "loss"}}. Each number is a text that reads back as the same float64, −0 as 0; null
/// where it is none (what has run away).
std::string trace_json(const BackpropTrace& trace);
/// Over the same numbers in the same order.
std::uint64_t hash_of(const BackpropTrace& trace);

} // namespace downhill
