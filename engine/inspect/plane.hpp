// A plane of weight space through the ways of several runs, where those ways lie by it, and the loss over it. Of one kind of
// network: N points in all, P parameters each, in the order of Network::parameters().
#pragma once
#include "core/coarse_first.hpp"
#include "surfaces/surface.hpp"
#include "trainer/trainer.hpp"

#include <array>
#include <optional>

namespace downhill {

/// The weights of one run along its way.
struct Course {
  std::vector<std::int64_t> steps; ///< ascending
  Vector weights;                  ///< P floats for each of the steps
  void fields(auto& a) { a(steps, weights); }
  std::size_t size() const { return steps.size(); }
  std::span<const float> at(std::size_t point) const {
    const std::size_t parameters = weights.size() / steps.size();
    return std::span(weights).subspan(point * parameters, parameters);
  }
};

/// Whether lanes of these settings have one weight space, and weights mean the same in it.
bool same_network(const LaneSettings& a, const LaneSettings& b);

enum class PlaneKind : std::uint8_t {
  principal, ///< the two principal directions of all points about their mean: the plane that is nearest to them all
  ends,      ///< through the ends of three courses
  random,    ///< random_direction() 0 and 1 about the end of a course (Li et al. 2018)
  line,      ///< from the end of one course, x = 0, to that of another, x = 1 (Goodfellow et al. 2015)
  last = line
};
/// Their ids, in this order.
inline constexpr std::string_view kPlaneKinds[] = {"principal", "ends", "random", "line"};
/// How many ends such a plane is given by.
constexpr std::size_t corners_of(PlaneKind kind) {
  switch (kind) {
  case PlaneKind::principal: return 0;
  case PlaneKind::ends: return 3;
  case PlaneKind::random: return 1;
  case PlaneKind::line: return 2;
  }
  return 0;
}

/// Where a point of weight space lies by a plane: its nearest place there, and how far away that is.
struct PlanePlace {
  double x = 0, y = 0, distance = 0;
  void fields(auto& a) { a(x, y, distance); }
};

/// The points centre + x·first + y·second. `first` and `second` have norm 1 and stand upright on each other, so that x, y and
/// distances are Euclidean; but random ones have the norms of the units' weights, and a line's `first` leads from one end to the
/// other. A direction in which there is nothing is 0.
struct Plane {
  Vector centre, first, second;
  double first_share = 0, second_share = 0;    ///< what the plane shows in each direction, of all points' squared distances from the centre
  Extent view;                                 ///< holds all points, with a margin; of random directions −1 to 1, of a line −0.5 to 1.5
  std::vector<std::vector<PlanePlace>> places; ///< of the courses' points
};

/// Finds a plane, a piece at a time.
class PlaneSearch {
public:
  /// `courses` outlive this, have one point at least and P parameters each; `corners` as many of them, by number, as the kind wants,
  /// each another one. `seed` is of random directions, `network` says how their units lie. `aspect`: the view's width over its height.
  PlaneSearch(PlaneKind kind, std::span<const Course> courses, std::vector<std::size_t> corners, const Network& network, std::uint64_t seed, double aspect);
  /// False when it is found.
  bool advance();
  Plane take() { return std::move(plane_); }

private:
  enum class Phase { products, directions, places, done };
  std::size_t size() const { return plane_.centre.size(); }
  std::size_t piece_end() const { return std::min(size(), next_ + piece_); }
  void add_products();
  void weigh();
  void direct();
  void direct_to_ends();
  void direct_at_random();
  void place();
  void view();

  PlaneKind kind_;
  std::vector<std::span<const float>> points_; // of all courses
  std::vector<std::size_t> counts_;            // of each course
  std::vector<std::size_t> corners_;           // as points
  Network network_;
  std::uint64_t seed_;
  double aspect_;
  Phase phase_ = Phase::products;
  std::size_t piece_;                        // parameters at a time
  std::size_t next_ = 0;                     // parameter
  std::vector<double> products_;             // N×N, of the points about their mean
  std::vector<double> along_[2];             // N each: what each point adds to a direction
  double norm_[2] = {0, 0}, norm_cross_ = 0; // of the directions: squares, and their product
  std::vector<std::array<double, 3>> dots_;  // of each point about the centre: with first, with second, with itself
  ProductScratch scratch_;
  Plane plane_;
};

/// Walks from one place in as many directions as you like, every step of length 1 and random, seen after these numbers of steps, one walk
/// for each course: how their principal plane would look. A measure for what is no finding (one walk, seen after each of many steps, has
/// 6/π² and 3/(2π²) of itself in its two directions).
struct RandomWalks {
  double first_share = 0, second_share = 0;
  std::vector<std::vector<Place>> places;
};
RandomWalks random_walks(std::span<const std::vector<std::int64_t>> steps);

/// A network of these settings' shape without the trouble of drawing its weights: all are 0.
Network blank_network(const LaneSettings& settings, const Subset& data);

/// The mean loss (eval mode, no penalty) over a plane, coarse first, and at the courses' points where they truly are, a piece at a time.
/// What the first layer gives is linear in its weights, so it is worked out for the centre and both directions once a block of examples.
class LossPlane {
public:
  /// On the first `examples` of the training or the test part, all of them if there are fewer. `courses` are those that the plane was
  /// found by. A plane of one row is a line.
  LossPlane(const LaneSettings& settings, std::shared_ptr<const Subset> data, const Plane& plane, std::vector<Course> courses, bool train,
            std::int64_t examples, int columns, int rows);
  /// False when all is known.
  bool advance();
  const CoarseFirst<float>& cells() const { return cells_; }
  /// Losses at the points of the courses, one course after the other, as far as they are known; after the coarsest picture.
  std::span<const float> course_losses() const { return course_losses_; }
  /// Share of the cells' work that is done, 0 to 1; it grows while a picture twice as fine is under way, too.
  double share() const;
  std::int64_t done() const { return cells_.done() + static_cast<std::int64_t>(course_losses_.size()); }
  std::int64_t total() const { return cells_.total() + static_cast<std::int64_t>(points_); }
  std::int64_t examples() const { return examples_; }
  /// Place of a column or row; of one alone the middle.
  static double at(double least, double most, int number, int count) { return count < 2 ? (least + most) / 2 : least + (most - least) * number / (count - 1); }

private:
  void next_block();
  void add_cells();
  void add_point();
  void set_rest(double x, double y);

  std::shared_ptr<const Subset> data_;
  const LossEntry& loss_;
  ParameterValues loss_values_;
  bool train_;
  std::int64_t examples_;
  Extent view_;
  Network whole_;                                  // a course's point
  std::optional<Network> rest_;                    // all layers but the first, at a cell; none: there is one layer
  std::vector<float> first_layer_[3], rest_of_[3]; // of the centre and both directions
  std::vector<Course> courses_;                    // until their losses are known
  std::size_t points_ = 0, course_ = 0, point_ = 0;
  std::vector<float> course_losses_;

  CoarseFirst<float> cells_, level_; // level_ is ahead: up to where sums are under way
  std::vector<std::pair<int, int>> of_level_;
  std::vector<LossSum> sums_; // of the level's cells
  std::size_t cell_ = 0, cells_a_piece_ = 1;
  std::int64_t block_ = 0; // its first example
  Matrix input_, given_[3], z_, y_;
  Gathered gathered_;
  LossSum sum_; // of a point
  std::int64_t block_rows_ = 0;
  bool block_ready_ = false;
  ProductScratch scratch_;
};

} // namespace downhill
