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

/// {"examples": [{"layers": [{"z", "a", "delta"}, …], "d_input", "loss"}, …], "loss", "gradients": [{"weight": O×I, "bias"}, …],
/// "after": {"layers": [{"weight", "bias"}, …], "loss"}}. Each number is a text that reads back as the same float64, −0 as 0; null
/// where it is none (what has run away).
std::string trace_json(const BackpropTrace& trace);
/// The same with "steps": all of backprop_steps() with the settings' own numbers, in order: [{"name", "symbol", "formula", "filled",
/// "result", "value"}, …], as working_of() has them in so many digits; "lines" (of all but "name") where there are several, the last being
/// the step's own.
std::string trace_json_with_steps(const BackpropTrace& trace, const BackpropSettings& settings, int digits);
/// Over the same numbers in the same order, d_input aside.
std::uint64_t hash_of(const BackpropTrace& trace);

} // namespace downhill
