// The single paths over which an example's loss comes back to its input: ∂L/∂x is their sum.
#pragma once
#include "inspect/trace.hpp"

namespace downhill {

/// One path: an output, one unit of each hidden layer from the last to the first, an input.
struct Path {
  /// Those by number, the loss's end first. A unit by what it hands on: units + u is the second half of crelu's unit u.
  std::vector<std::uint32_t> places;
  /// δ of the output; for each hidden layer the weight that leads to it and its f′ (times its mask); the weight of the input.
  std::vector<double> factors;
  double product = 0; ///< of the factors, from the first on, in float64
};
struct Paths {
  std::vector<Path> largest; ///< by size, the largest first
  double count = 0;          ///< of all paths without a factor of 0
  double size = 0;           ///< what the absolute values of all add up to
};
/// The `count` largest paths of all, or of those that end at `input`. Paths of 0, or of no finite number, are none.
Paths largest_paths(const Trace& trace, const Network& network, std::size_t count, std::optional<std::uint32_t> input = {});

} // namespace downhill
