#pragma once

namespace downhill {

/// The values that a slider goes through on its way from 0 to 1, evenly or, where they span decades, by their logarithm.
/// What comes of a drag is rounded: the same value is met again, and a drag is not a hundred experiments.
struct SliderRange {
  double least = 0, most = 1; ///< logarithmic: least > 0
  bool logarithmic = false;
  double parts = 0; ///< values are whole multiples of 1/parts; 0: of anything
  int digits = 0;   ///< values have so many significant digits; 0: all

  /// Where a value stands: 0 to 1, also for one outside the range.
  float share(double value) const;
  /// The value there, rounded, within the range.
  double value(float share) const;
};

} // namespace downhill
