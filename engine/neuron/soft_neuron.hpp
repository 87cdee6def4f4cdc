// From step to sigmoid: one input, one weight that is to be learned, the output σ(k(wx − θ)) or the step that it becomes for k → ∞, and
// gradient descent by the mean squared error.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace downhill {

struct SoftSettings {
  double steepness = 4; ///< k
  bool hard = false;    ///< a step instead: fires at wx ≥ θ
  double weight = 0;    ///< that it starts with
  double threshold = 1; ///< θ, which stays
  double rate = 1;
  std::int64_t steps = 20;
};

struct SoftExample {
  double x, target;
};
/// What the weight is learned from; with a step and θ = 1 every weight from 2/3 to below 1 is right.
inline constexpr std::array<SoftExample, 4> kSoftExamples{{{0.5, 0}, {1, 0}, {1.5, 1}, {2, 1}}};

struct SoftStand {
  double weight, loss, slope; ///< slope: ∂loss/∂weight; of a step 0, also where it jumps
};
/// Of a weighted sum z = wx.
double soft_output(const SoftSettings& settings, double z);
SoftStand soft_at(const SoftSettings& settings, double weight);
/// w ← w − rate·slope, from the start on: steps + 1 stands. One whose weight is no longer finite is the last.
std::vector<SoftStand> soft_path(const SoftSettings& settings);
/// How many of the examples the unit with a true step and this weight tells right.
int soft_right(const SoftSettings& settings, double weight);

} // namespace downhill
