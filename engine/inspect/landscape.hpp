// The loss around the present weights: along a line and over a plane in weight space. For planes through the ways of several runs,
// and faster, inspect/plane.hpp.
#pragma once
#include "trainer/trainer.hpp"

namespace downhill {

/// A direction of filter-normalised random numbers (Li et al. 2018, "Visualizing the loss landscape of neural nets"): each
/// unit's incoming weights get normals, scaled to the norm of that unit's weights; biases 0. P floats in the order of
/// Network::parameters(). `number` tells directions apart; they hang on nothing else but `seed`.
Vector random_direction(const Network& network, std::uint64_t seed, std::uint32_t number);

/// Mean loss (eval mode, no penalty) on the first `examples` training examples at chosen points of weight space.
class LossProbe {
public:
  LossProbe(const Trainer& trainer, std::int64_t examples);
  /// At centre + Σ of (step, direction); the centre is the trainer's weights when the probe was made.
  double at(std::initializer_list<std::pair<double, const Vector*>> moves);
  std::vector<double> line(const Vector& direction, std::span<const double> steps);
  /// Row after row: at[y·xs + x] is at steps (xs[x], ys[y]) along the two directions.
  std::vector<double> plane(const Vector& first, const Vector& second, std::span<const double> xs, std::span<const double> ys);

private:
  Network network_;
  Vector centre_;
  const LossEntry& loss_;
  ParameterValues loss_values_;
  std::vector<Matrix> blocks_;
  std::vector<Gathered> gathered_;
  std::int64_t examples_;
};

} // namespace downhill
