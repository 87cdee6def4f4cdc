// The PyTorch script of a small network's passes.
#pragma once
#include "backprop/passes.hpp"
#include "export/script.hpp"

namespace downhill {

/// Python source that needs torch alone and prints the JSON that `downhill trace` prints, worked out by autograd in float64.
std::string backprop_script(const BackpropSettings& settings, const ScriptOptions& options);

} // namespace downhill
