// Surfaces to walk down: functions of two parameters, and losses of two parameters on real points.
#pragma once
#include "core/parameters.hpp"
#include "surfaces/formula.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace downhill {

struct Place {
  double x = 0, y = 0;
  void fields(auto& a) { a(x, y); }
};
/// An example: what the first and the second parameter are multiplied by, and the target. Where the second is a bias, y is 1. As
/// floats, not as doubles that were rounded to float: GCC 12 at -O2 leaves such a rounding out where it makes two at once.
struct Point {
  float x = 0, t = 0, y = 1;
  bool operator==(const Point&) const = default;
};
struct Extent {
  double x_least = -5, x_most = 5, y_least = -5, y_most = 5;
  double width() const { return x_most - x_least; }
  double height() const { return y_most - y_least; }
  void fields(auto& a) { a(x_least, x_most, y_least, y_most); }
  bool operator==(const Extent&) const = default;
};

/// What is to be walked on, as plain data.
struct SurfaceSettings {
  Choice surface;
  std::string formula;                 ///< of `formula`
  std::vector<Point> points;           ///< of data surfaces; none as long as they are to be drawn from data (needs_images)
  std::string loss;                    ///< of data surfaces
  std::vector<std::string> along = {}; ///< of surfaces over images, whose points were not given: two of directions()
};

/// One surface. All is worked out in float64 at the float32 place where a lane stands, and rounded to float32 once.
class Surface {
public:
  virtual ~Surface() = default;
  /// Height and gradient; of a data surface over all its points, in their order.
  virtual Slope at(double x, double y) const = 0;
  /// How many times as long one height takes as that of a short formula, about.
  virtual double cost() const { return 1; }
  /// The points it is the mean loss over; 0: a function, which has none.
  virtual std::int64_t size() const { return 0; }
  /// The same over some of the points, in this order.
  virtual Slope at(double x, double y, std::span<const std::uint32_t>) const { return at(x, y); }
};

/// A point, as it is reckoned with.
struct Sample {
  double x, y, t;
};
/// The loss of one point by the two parameters of a data surface, and its gradient.
struct PointLoss {
  std::string_view id;
  std::string_view torch; ///< the mean over points in PyTorch, of w, b and tensors x and t, of images also y
  Slope (*at)(double w, double b, Sample point);
  double target_least, target_most; ///< what t may be
  double cost = 1;                  ///< how many times as long one takes as that of a line
};

/// A row of the table. What kind of surface it is follows from what it has; `formula` has neither function nor losses.
struct SurfaceEntry {
  std::string_view id;
  std::vector<ParameterSpec> parameters;
  Extent view;
  Place start;
  double rate; ///< a learning rate with which gradient descent gets on
  /// Functions: height and gradient, forward beside backward, and the same as a formula (surfaces/formula.hpp).
  Slope (*at)(double x, double y, const ParameterValues& p) = nullptr;
  std::string (*formula)(const ParameterValues& p) = nullptr;
  std::vector<Place> minima = {}, saddles = {}; ///< as far as they are known; the lowest first
  /// Data surfaces: the losses there are, the usual one first; the points where none are given, by the parameters.
  std::vector<PointLoss> losses = {};
  std::vector<Point> (*points)(const ParameterValues& p) = nullptr;
  /// Their points are images, each by two numbers: [x, y, t] in documents. Where none are given they are drawn from data, classes
  /// and count by the parameters (surfaces/image_points.hpp).
  bool images = false;

  bool typed() const { return !at && losses.empty(); }
  bool over_points() const { return !losses.empty(); }
};

const std::vector<SurfaceEntry>& surfaces();

/// Whether points are still to be drawn from data: without them there is nothing to walk on.
inline bool needs_images(const SurfaceSettings& settings) { return settings.points.empty() && !settings.along.empty(); }
/// How many points it is over, drawn or not; 0: a function.
std::size_t point_count(const SurfaceSettings& settings);

/// The formula of a function, with its parameters as numbers; empty for data surfaces.
std::string formula_of(const SurfaceSettings& settings);
/// Ready to be walked on. The formula must have been read before without a mistake, points must be there.
std::shared_ptr<const Surface> make_surface(const SurfaceSettings& settings);

} // namespace downhill
