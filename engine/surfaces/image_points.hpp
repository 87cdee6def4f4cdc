// Images of two classes as points of the plane: each by its coordinates along two chosen directions in the space of pixels.
#pragma once
#include "data/source.hpp"
#include "surfaces/surface.hpp"

namespace downhill {

/// A direction that images can be measured along. `scores` gives a number for each image.
struct DirectionEntry {
  std::string_view id;
  bool standardised; ///< scores are shifted and stretched to mean 0 and deviation 1
};
/// `means`: from the mean image of the first class to that of the second. `principal`, `principal_2`: along which the images differ
/// most, and most but for that; turned so that the second class has the larger mean. `brightness`: the mean of all pixels. `bias`: the
/// constant 1, the same for every image.
const std::vector<DirectionEntry>& directions();

/// The points of settings whose images are to be drawn: the first `count` of the two classes in the draw of data.seed 1 of the
/// training part, alternately one of each class, t 0 for the first class and 1 for the second. All sums in float64 and in order:
/// images as drawn, pixels row by row; rounded to float32 once, at the end. Where all images score the same along a direction, its
/// coordinate is 0.
/// Errors: those of draw_part (another pack, a file without these classes), needs_images where there is no source.
Result<std::vector<Point>> image_points(const std::shared_ptr<const Source>& source, const SurfaceSettings& settings);

} // namespace downhill
