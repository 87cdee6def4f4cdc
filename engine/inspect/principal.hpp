// The two principal directions of some points, by the products of what they are away from their mean.
#pragma once
#include <span>
#include <vector>

namespace downhill {

/// Number 0 and 1 are the largest eigenvalues with their vectors (N each, of norm 1), 0 where there is nothing left.
struct Principal {
  std::vector<double> vectors[2];
  double values[2] = {0, 0};
  double all = 0; ///< the sum of all eigenvalues: of the squared distances from the mean
};
/// `products` is N×N and symmetric, N ≥ 1.
Principal principal_of(std::span<const double> products);

} // namespace downhill
