// The table of weight initialisers.
#pragma once
#include "core/matrix.hpp"
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

/// One layer to be initialised.
struct LayerStart {
  std::uint64_t seed;
  std::uint32_t layer; ///< 0 is the first
  Index inputs, outputs;
};

/// Fills `weight` (O×I, row-major, PyTorch's order) and `bias` (O), which come as 0. Values are drawn in float64 in that order, each
/// parameter tensor from its own stream, and rounded to float32 once.
struct InitializerEntry {
  std::string_view id;
  std::string_view torch;
  std::vector<ParameterSpec> parameters;
  void (*fill)(const LayerStart& start, const ParameterValues& p, std::span<float> weight, std::span<float> bias);
};

const std::vector<InitializerEntry>& initializers();

} // namespace downhill
