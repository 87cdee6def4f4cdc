// The table of activation functions. One entry gives the JSON name, the parameters with their
// ranges, f and f′; the control in the page, the validation and the gradient checks follow from it.
#pragma once
#include "core/parameters.hpp"

namespace downhill {

/// f and f′ of one activation. Sizes of the arrays are equal; `p` are its parameters in the table's order.
struct ActivationEntry {
  std::string_view id;    ///< JSON value, string key
  std::string_view torch; ///< PyTorch's name
  std::vector<ParameterSpec> parameters;
  /// y[i] = f(z[i]); z and y may be the same memory.
  void (*forward)(std::span<const float> z, std::span<float> y, const ParameterValues& p);
  /// dz[i] = dy[i]·f′(z[i]), from the output y = f(z) alone, as far as it determines f′; dz and dy may be the same
  /// memory. At a kink the value taken is PyTorch's, e.g. relu′(0) = 0.
  void (*backward)(std::span<const float> y, std::span<const float> dy, std::span<float> dz, const ParameterValues& p);
};

/// All entries; the order is the page's.
const std::vector<ActivationEntry>& activations();

} // namespace downhill
