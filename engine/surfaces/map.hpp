// Many walks at once, as a picture: how soon a rule arrives, by its rate and a second parameter, or by where it starts.
#pragma once
#include "core/coarse_first.hpp"
#include "surfaces/walk.hpp"

#include <limits>
#include <optional>
#include <utility>

namespace downhill {

/// Where a walk came to.
struct Arrival {
  std::int32_t steps = -1;   ///< after which it stays within reach of one minimum to its end; −1: it does not, or has diverged
  std::int32_t minimum = -1; ///< which one, of those it was given
  bool diverged = false;
  float f = 0; ///< the height where it ends
};
/// A walk on its way to where it arrives; `minima` may be in any order and outlive this, arriving means a distance of at most `reach`.
class Arriving {
public:
  Arriving(Walk walk, std::span<const Place> minima, double reach);
  /// Takes at most so many steps; false where the walk has ended.
  bool advance(std::int64_t steps_most);
  /// As it would be if the walk ended here.
  Arrival now() const;

private:
  void look();

  Walk walk_;
  std::span<const Place> minima_;
  double reach_;
  Arrival arrival_;
};
/// Takes all steps.
Arrival arrival_of(Walk walk, std::span<const Place> minima, double reach);

/// The minima that a view of a surface shows: those of the table, or, of formulas and points, those that a search from a grid of
/// 65 × 65 places comes to (Newton's steps on differences of the gradient); the lowest first, at most 200. In pieces, since a long
/// formula, or many points, take a tenth of a second.
class MinimaSearch {
public:
  static constexpr std::size_t kMost = 200;
  MinimaSearch(const SurfaceSettings& settings, const Extent& view);
  /// A row of the grid's heights, or a step down from one of its places; false when all are known.
  bool advance();
  /// Once, at the end.
  std::vector<Place> take();

private:
  struct Descent {
    Place at;
    int steps = 0;
  };
  static constexpr int kGrid = 65, kStepsMost = 100;
  double height(int column, int row) const { return heights_[static_cast<std::size_t>(row) * kGrid + static_cast<std::size_t>(column)]; }
  Place place(int column, int row) const;
  bool lowest(int column, int row) const;
  /// Whether it is at the bottom.
  bool step_down(Descent& descent) const;
  void add(Place at);

  std::shared_ptr<const Surface> surface_; // null: the table says it
  Extent view_;
  double size_;
  std::vector<double> heights_;
  int column_ = 1, row_ = 1; // of the grid's place that is next
  std::optional<Descent> descent_;
  std::vector<std::pair<double, Place>> found_;
};
/// All of the search.
std::vector<Place> minima_of(const SurfaceSettings& settings, const Extent& view);
/// How near a minimum counts as there: a hundredth of the view's shorter side.
double reach_in(const Extent& view);

/// One side of a map.
struct MapAxis {
  enum class Scale : std::uint8_t { linear, log, towards_one, last = towards_one }; ///< log: least > 0; towards_one: log of 1 − value
  std::string_view name;                                                            ///< x, y, or the rule's parameter
  double least = 0, most = 1;
  Scale scale = Scale::linear;

  /// The value at a share of the way from `least` to `most`, 0 to 1.
  double value(double share) const;
  /// The value of a column or row out of `count`, in the middle of its share.
  double at(int number, int count) const { return value((number + 0.5) / count); }
};
/// lr from a hundredth to a hundred times the lane's, at most what the rule takes.
MapAxis rate_axis(const WalkSettings& lane);
/// Another parameter of the rule: near 1 what is kept of means and velocities, in powers of ten ε, else evenly.
MapAxis parameter_axis(const ParameterSpec& spec);
/// What is drawn against the rate unless somebody asks for another: momentum, ρ, α, β₂ or ε; null: the rule has none.
const ParameterSpec* second_parameter(const OptimizerEntry& rule);

/// What a map is over.
enum class MapKind : std::uint8_t { rates, starts, last = starts };
struct MapAxes {
  MapAxis across, up; ///< up without name: the rule has no second parameter, a map of its rates has one row
};
/// Of rates: lr and the rule's second parameter; of starts: the view's x and y.
MapAxes map_axes(MapKind kind, const WalkSettings& lane, const Extent& view);

using MapCells = CoarseFirst<Arrival>;

/// A job: a map's cells, one after the other.
class Map {
public:
  /// Axes named x and y vary the start, others the rule's parameter of that name.
  Map(std::shared_ptr<const Surface> surface, const WalkSettings& lane, MapAxis across, MapAxis up, int columns, int rows, std::vector<Place> minima,
      double reach);
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;

  /// Works out the next cell, or at most so many steps of it; false where there is none.
  bool advance(std::int64_t steps_most = std::numeric_limits<std::int64_t>::max());
  std::int64_t done() const { return cells_.done(); }
  std::int64_t total() const { return cells_.total(); }
  const Arrival* at(int column, int row) const { return cells_.at(column, row); }

  const MapCells& cells() const { return cells_; }
  const MapAxis& across() const { return across_; }
  const MapAxis& up() const { return up_; }
  std::span<const Place> minima() const { return minima_; }

private:
  void set(WalkSettings& lane, const MapAxis& axis, double value) const;

  std::shared_ptr<const Surface> surface_;
  WalkSettings lane_;
  MapAxis across_, up_;
  std::vector<Place> minima_;
  double reach_;
  MapCells cells_;
  std::optional<Arriving> arriving_; // of the next cell, once it is begun
};

} // namespace downhill
