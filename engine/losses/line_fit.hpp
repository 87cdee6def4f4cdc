// A line, or a constant, through points: the best under squared, absolute and Huber loss. Each is found exactly, but for rounding, not
// by descent.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

inline constexpr std::size_t kLinePointsLeast = 2, kLinePointsMost = 60;
inline constexpr double kSameX = 1e-9; ///< points whose x differ by less are above each other
/// What is fitted under, in this order everywhere; ids of losses().
inline constexpr std::array<std::string_view, 3> kLineLosses{"mse", "mae", "huber"};

struct LinePoint {
  double x = 0, y = 0;
  bool operator==(const LinePoint&) const = default;
};
struct LineSettings {
  std::vector<LinePoint> points; ///< kLinePointsLeast to kLinePointsMost
  double delta = 1;              ///< of Huber's loss
  bool constant = false;         ///< a = 0: mean, median and what Huber has between them
  std::string residuals = "mse"; ///< whose residuals are looked at: one of kLineLosses, or none
};

/// y = a·x + b.
struct FittedLine {
  double a = 0, b = 0;
  bool only = true;               ///< whether no other line does as well; which is given then: fit_line
  std::array<double, 3> losses{}; ///< its mean loss over the points, under each of kLineLosses
};
/// The best line (or constant) under one loss, a number of kLineLosses. mse: the closed form; a constant is the mean. mae: through two of
/// the points, found by trying all; a constant is the median. huber: the minimum for its own set of points beyond δ, which is found by
/// bisection; a constant lies between mean and median.
/// Where several do as well (`only` is false) it is the one with the middle of their slopes, and of those the one with the middle b, so
/// that a median is the usual one. Where all x are equal the slope is 0.
FittedLine fit_line(const LineSettings& settings, std::size_t loss);
/// Under each of kLineLosses.
std::array<FittedLine, 3> fit_lines(const LineSettings& settings);
/// y − (a·x + b) of each point.
std::vector<double> residuals_of(const std::vector<LinePoint>& points, const FittedLine& line);

} // namespace downhill
