// Heights of a surface over a part of the plane, as a picture needs them: on a grid, coarse first; levels that are round numbers;
// the lines of equal height.
#pragma once
#include "surfaces/surface.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace downhill {

/// A job: rows of the grid, every 8th first, then those between them.
class HeightMap {
public:
  /// Begins anew.
  void begin(std::shared_ptr<const Surface> surface, const Extent& view, int columns, int rows);
  /// Goes on until `over`, which is asked after each row. Whether anything is left.
  bool advance(const std::function<bool()>& over);
  bool begun() const { return surface_ != nullptr; }
  bool whole() const { return begun() && stride_ == 0; }
  const Extent& view() const { return view_; }
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  /// Of a crossing of the grid; as long as it has not been worked out, of the nearest that has.
  double at(int column, int row) const { return heights_[index(column, source_[static_cast<std::size_t>(row)])]; }
  Place place(int column, int row) const;
  /// Between crossings, evenly; outside the grid as at its edge.
  double between(double x, double y) const;
  double lowest() const { return lowest_; }   ///< of the finite ones
  double highest() const { return highest_; } ///< of the finite ones
  /// Grows with every row.
  std::uint64_t version() const { return version_; }

private:
  std::size_t index(int column, int row) const { return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column); }
  std::shared_ptr<const Surface> surface_;
  Extent view_;
  int columns_ = 0, rows_ = 0, stride_ = 0, next_ = 0;
  std::vector<double> heights_;
  std::vector<int> source_; // by row: the one that stands for it
  double lowest_ = 0, highest_ = 0;
  std::uint64_t version_ = 0;
};

/// How heights become levels and colours: evenly, or by the logarithm of what they are above `ground`.
struct HeightScale {
  bool log = false;
  double ground = 0;
  double low = 0, high = 1; ///< what the picture shows

  /// 0 at `low` or below, 1 at `high` or above.
  double share(double height) const;
};
/// `ground`: the lowest known height, a minimum's; the lowest of the map may lie above it.
HeightScale scale_of(const HeightMap& map, bool log, double ground);
/// Round heights, about so many, ascending; logarithmic: ground + round numbers of every power of ten, or powers alone. None where heights
/// are all but equal, or too far apart for a number.
std::vector<double> levels_of(const HeightScale& scale, int count);

/// A line of equal height.
struct Contour {
  double level;
  std::vector<Place> points; ///< a closed one ends where it begins
};
/// All of these levels, by marching squares. Where heights are not finite there is no line.
std::vector<Contour> contours_of(const HeightMap& map, const std::vector<double>& levels);

} // namespace downhill
