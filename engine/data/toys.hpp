// Toy data made from formulas: points in the plane with two classes, and numbers to be fitted over an interval.
#pragma once
#include "data/source.hpp"

namespace downhill {

/// What one example is made from: two uniforms in [0, 1) and two standard normals, and its class.
struct ToyDraw {
  double u, v, n1, n2;
  int label;
  double noise; ///< data.noise
};
struct ToyPoint {
  double x, y; ///< the two features; for regression the feature and the target
};

struct ToyEntry {
  std::string_view id;
  int classes;  ///< 2, or 0 for regression
  int features; ///< 2, or 1
  ToyPoint (*make)(const ToyDraw& draw);
  /// The same in NumPy for the exported script, over arrays u, v, n1, n2, label and the number noise: lines that set x and y.
  std::string_view numpy;
};
const std::vector<ToyEntry>& toys();

/// What the targets of a regression toy are without noise, −1 ≤ x < 1.
double toy_target(const ToyEntry& toy, double x);

/// Enough examples of a toy for `data`, in the order drawn: example i has class i mod 2 and is made from block i of stream
/// (data.seed, toy, part): words 0 and 1 give u and v, words 2 and 3 the two normals (as fill_normal does).
/// In NumPy: `Philox(key=…).random_raw(4*n).reshape(n, 4)`. float64, rounded to float32 once.
Source toy_source(const ToyEntry& toy, const DataSettings& data);

} // namespace downhill
