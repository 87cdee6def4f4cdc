// The loss around the present weights: along a line and over a plane in weight space.
#pragma once
#include "trainer/trainer.hpp"

#include <array>

namespace downhill {

/// A direction of filter-normalised random numbers (Li et al. 2018, "Visualizing the loss landscape of neural nets"): each
/// unit's incoming weights get normals, scaled to the norm of that unit's weights; biases 0. P floats in the order of
/// Network::parameters(). `number` tells directions apart; they hang on nothing else but the run's seed.
Vector random_direction(const Trainer& trainer, std::uint32_t number);

/// The two principal directions of a path of weights, of norm 1, about its last point; largest first.
struct PathPlane {
  Vector first, second;
  double first_share = 0, second_share = 0;       ///< of the path's squared distances from its last point
  std::vector<std::array<double, 2>> coordinates; ///< of the path's points in the plane; the last is (0, 0)
};
/// `path` has at least three points of P floats. A direction the path has no extent in is 0.
PathPlane principal_plane(std::span<const Vector> path);

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
