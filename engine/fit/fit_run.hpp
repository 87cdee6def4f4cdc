// One model fitted to one set of points, in pieces: a polynomial at once, a network by the engine's own trainer.
#pragma once
#include "fit/polynomial.hpp"
#include "fit/target.hpp"
#include "trainer/trainer.hpp"

namespace downhill {

/// How a fit stands after some epochs (a polynomial's after its only step).
struct FitStand {
  double epoch = 0;
  double train_error = 0;    ///< mean of (y − ŷ)² over the training points
  double expected_error = 0; ///< of new points: σ² + mean of (f − ŷ)² over the interval (kFitFine), worked out since f is known
  void fields(auto& a) { a(epoch, train_error, expected_error); }
};

/// What the hidden units of a network with one hidden layer add to its output: row j is a_j·φ(w_j·u + b_j) at the places. With the
/// output's bias they add up to the prediction, but for float32's rounding.
struct Contributions {
  std::vector<std::vector<double>> units;
  double bias = 0;

  /// The `count` units that add most (by the mean size of what they add at the places; what is no finite number is most), in their order;
  /// all, if there are no more.
  std::vector<std::size_t> largest(std::size_t count) const;
};

/// A network gets x scaled to ±this over the interval. PyTorch draws the weights and biases of a unit with one input from [−1, 1], so
/// that most units bend within it.
inline constexpr double kInputMost = 3;

/// The trainer's settings for a fit to `points` points: mean squared error, weights as PyTorch begins them, drawn by the document's
/// seed (the same for all sets: they differ in their points alone). `evaluations`: how often it stands still to be measured, at least
/// 1 (the end).
LaneSettings lane_of_fit(const FitSettings& settings, std::size_t points, std::int64_t evaluations);

class FitRun {
public:
  /// `evaluations`: of a network, stands besides the beginning's; 1: the end's alone. A network gets x scaled to ±kInputMost over
  /// the interval, y as it is, both rounded to float32; dropout is off whenever it is asked.
  FitRun(const FitSettings& settings, std::shared_ptr<const Target> target, std::vector<FitPoint> points, std::int64_t evaluations = 1);
  FitRun(FitRun&&) = default;

  /// A piece of work, at most some ms; whether there is more.
  bool advance();
  bool ended() const { return ended_; }
  bool diverged() const { return diverged_; }
  double progress() const; ///< 0 … 1
  const std::vector<FitPoint>& points() const { return points_; }
  /// As far as it has got; of a network the first is of its untrained weights.
  const std::vector<FitStand>& stands() const { return stands_; }
  /// At any x; of a network as it stands now. NaN as long as a polynomial is not fitted.
  std::vector<double> predict(std::span<const double> x) const;
  /// Mean of (y − ŷ)² over points.
  double error_on(std::span<const FitPoint> points) const;
  /// nullopt: it is no network of one hidden layer.
  std::optional<Contributions> contributions(std::span<const double> x) const;
  const Polynomial* polynomial() const { return polynomial_ ? &*polynomial_ : nullptr; }
  const Trainer* trainer() const { return trainer_.get(); }

private:
  FitStand stand_of_polynomial() const;
  FitSettings settings_;
  std::shared_ptr<const Target> target_;
  std::vector<FitPoint> points_;
  std::unique_ptr<Trainer> trainer_; // null: a polynomial
  std::optional<Polynomial> polynomial_;
  std::vector<FitStand> stands_;
  bool ended_ = false, diverged_ = false;
};

} // namespace downhill
