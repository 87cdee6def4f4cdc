// Polynomials by least squares.
#pragma once
#include "fit/fit_settings.hpp"

namespace downhill {

inline constexpr int kDegreeMost = 14;

/// a₀ + a₁u + … + a_d·u^d with u = (2x − low − high)/(high − low): x scaled to [−1, 1] over the interval.
struct Polynomial {
  double low = -1, high = 1;
  std::vector<double> coefficients; ///< a₀ first
  double at(double x) const;        ///< by Horner's rule
};

/// The polynomial of `degree` (0 to kDegreeMost) with the least mean of (y − ŷ)² + λ·Σ a_k² over the points, k from 1: a₀ is free. With
/// fewer points (or places) than coefficients and no λ there are many; then the one whose coefficients have the least Σ a_k². In
/// float64, by Eigen's complete orthogonal decomposition of the rows u^k, below them √(λN) for each a_k. At least one point.
Polynomial fit_polynomial(std::span<const FitPoint> points, double low, double high, int degree, double weight_decay);

} // namespace downhill
