// What can be seen of an activation function by itself. Every number is the engine's: f and f′ are asked of its table.
#pragma once
#include "experiment/settings.hpp"
#include "network/activation.hpp"

#include <array>

namespace downhill {

/// The values handed on for input x, and their derivatives: one, or two where a unit has two outputs (crelu).
struct ActivationPoint {
  std::array<float, 2> f{}, d{};
};

/// A jump of f′: its values on either side, and the one that is taken there.
struct Kink {
  double x = 0, below = 0, above = 0, taken = 0;
};

struct ActivationCurve {
  std::vector<double> x;
  std::array<std::vector<double>, 2> f, d;      ///< of either output; the second is empty for most
  std::vector<Kink> kinks;                      ///< of the first output
  std::vector<std::array<double, 2>> saturated; ///< where |f′| of all outputs is below kSaturatedSlope
  double least = 0, most = 0;                   ///< of f over the range
  double steepest = 0;                          ///< largest |f′|
};

/// What becomes of an input from N(0, 1).
struct PassedNormal {
  double mean = 0, deviation = 0, positive = 0, zero = 0, negative = 0; ///< the last three are shares
  double low = 0, high = 0;
  std::vector<std::uint32_t> bins;
};

class ActivationProbe {
public:
  explicit ActivationProbe(const Choice& choice);
  const ActivationEntry& entry() const { return *entry_; }
  ActivationPoint at(float x) const;
  /// Over [−reach, reach], a point every hundredth.
  ActivationCurve curve(double reach) const;
  PassedNormal pass_normal() const;
  /// A chain of `layers` units, each with weight 1: the product of f′ after each of them. Two outputs are taken together.
  std::vector<double> slopes_along(double x, int layers) const;

private:
  const ActivationEntry* entry_;
  ParameterValues values_;
};

/// The same with the curve's largest |f′| in each layer: the most that can be left.
std::vector<double> largest_slopes_along(const ActivationCurve& curve, int layers);
/// Where f of the first output is 0, from and to.
std::vector<std::array<double, 2>> zeros_of(const ActivationCurve& curve);
/// The point of the curve where |f′| of the first output is largest.
std::size_t steepest_of(const ActivationCurve& curve);

} // namespace downhill
