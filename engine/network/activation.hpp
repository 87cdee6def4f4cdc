// The table of activation functions. One entry gives the JSON name, the parameters with their
// ranges, f and f′; the control in the page, the validation and the gradient checks follow from it.
#pragma once
#include "core/parameters.hpp"

namespace downhill {

/// f and f′ of one activation; `p` are its parameters in the table's order.
struct ActivationEntry {
  std::string_view id;    ///< JSON value, string key
  std::string_view torch; ///< PyTorch's name; empty where PyTorch has none
  std::vector<ParameterSpec> parameters;
  /// y = f(z) of O units: y[i] = f(z[i]), and z and y may be the same memory. With `width` 2 (crelu) y has 2·O
  /// values, z may not be y, and one row is given at a time.
  void (*forward)(std::span<const float> z, std::span<float> y, const ParameterValues& p);
  /// dz[i] = dy[i]·f′(z[i]) from `seen`: the output y, or the input z where `from_input`. dz and dy may be the same
  /// memory (with `width` 2, dz is half of dy). At a kink the value taken is PyTorch's, e.g. relu′(0) = 0.
  void (*backward)(std::span<const float> seen, std::span<const float> dy, std::span<float> dz, const ParameterValues& p);
  bool from_input = false;  ///< f′ can't be told from y alone, so the network keeps z as well
  int width = 1;            ///< values each unit hands on
  bool gives_zeros = false; ///< many outputs are exactly 0, which products may skip
};

/// All entries; the order is the page's.
const std::vector<ActivationEntry>& activations();

} // namespace downhill
