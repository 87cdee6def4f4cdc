// Many walks at once, as a picture: how soon a rule arrives, by its rate and a second parameter, or by where it starts.
#pragma once
#include "surfaces/walk.hpp"

namespace downhill {

/// Where a walk came to.
struct Arrival {
  std::int32_t steps = -1;   ///< after which it stays within reach of one minimum to its end; −1: it does not, or has diverged
  std::int32_t minimum = -1; ///< which one, of those it was given
  bool diverged = false;
  float f = 0; ///< the height where it ends
};
/// Takes all steps; `minima` may be in any order, and arriving means a distance of at most `reach`.
Arrival arrival_of(Walk walk, std::span<const Place> minima, double reach);

/// The minima that a view of a surface shows: those of the table, or, of formulas and points, those that a search from a grid of
/// 65 × 65 places comes to (Newton's steps on differences of the gradient); the lowest first, at most 200.
std::vector<Place> minima_of(const SurfaceSettings& settings, const View& view);
/// How near a minimum counts as there: a hundredth of the view's shorter side.
double reach_in(const View& view);

/// One side of a map.
struct MapAxis {
  enum class Scale : std::uint8_t { linear, log, towards_one }; ///< log: least > 0; towards_one: log of 1 − value
  std::string_view name;                                        ///< x, y, or the rule's parameter
  double least = 0, most = 1;
  Scale scale = Scale::linear;

  /// The value of a column or row out of `count`, in the middle of its share.
  double at(int number, int count) const;
};
/// lr from a hundredth to a hundred times the lane's, at most what the rule takes.
MapAxis rate_axis(const WalkSettings& lane);
/// Another parameter of the rule: near 1 what is kept of means and velocities, in powers of ten ε, else evenly.
MapAxis parameter_axis(const ParameterSpec& spec);
/// What is drawn against the rate unless somebody asks for another: momentum, ρ, α, β₂ or ε; null: the rule has none.
const ParameterSpec* second_parameter(const OptimizerEntry& rule);

/// A job: cell after cell, first few and then the rest between them, so that it can be shown, and given up, at any time.
class Map {
public:
  /// Axes named x and y vary the start, others the rule's parameter of that name.
  Map(std::shared_ptr<const Surface> surface, const WalkSettings& lane, MapAxis across, MapAxis up, int columns, int rows, std::vector<Place> minima,
      double reach);

  /// Works out the next cell; false where there is none.
  bool advance();
  std::int64_t done() const { return done_; }
  std::int64_t total() const { return static_cast<std::int64_t>(columns_) * rows_; }
  /// The cell, or, as long as it has not been worked out, the nearest coarser one to its left and below; null: none yet.
  const Arrival* at(int column, int row) const;

  const MapAxis& across() const { return across_; }
  const MapAxis& up() const { return up_; }
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  std::span<const Place> minima() const { return minima_; }

private:
  static constexpr int kCoarsest = 16;
  void set(WalkSettings& lane, const MapAxis& axis, double value) const;
  std::size_t index(int column, int row) const { return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column); }

  std::shared_ptr<const Surface> surface_;
  WalkSettings lane_;
  MapAxis across_, up_;
  int columns_, rows_;
  std::vector<Place> minima_;
  double reach_;
  std::vector<Arrival> cells_;
  std::vector<std::uint8_t> known_;
  int stride_ = kCoarsest, column_ = 0, row_ = 0; // what is next
  std::int64_t done_ = 0;
};

} // namespace downhill
