// What a document of the lab Fit is about, as plain data: a known function, noisy points of it, and a model that is fitted to them.
#pragma once
#include "experiment/settings.hpp"

namespace downhill {

enum class FitPart : std::uint8_t { approximate, capacity, sets };

struct FitPoint {
  double x = 0, y = 0;
  bool operator==(const FitPoint&) const = default;
};

/// A step up at `from` and down again at `to`, `height` high.
struct Tower {
  double from = 0, to = 0, height = 0;
};

/// The known function f: a formula of x, or heights at equal distances over the interval, linear between.
struct TargetSettings {
  std::string formula;         ///< of a row of fit_targets(), or typed; empty: heights
  std::vector<double> heights; ///< at least 2, the first at the interval's low end, the last at its high one
};

struct FitModel {
  bool network = false;
  double weight_decay = 0; ///< of a polynomial: see fit_polynomial(); of a network: the Race's L2
  int degree = 5;          ///< of a polynomial
  // of a network
  std::vector<HiddenLayer> hidden;
  Choice optimizer;
  std::int64_t epochs = 0;
  std::int64_t batch = 0; ///< 0: all points at once
};

struct FitSettings {
  TargetSettings target;
  double low = 0, high = 1;  ///< the interval
  std::int64_t points = 50;  ///< of a training set
  bool random_x = false;     ///< else the middles of so many equal parts of the interval
  double noise = 0;          ///< σ
  std::vector<FitPoint> own; ///< where there are any, they are the one training set of the parts approximate and capacity
  std::int64_t sets = 50;
  std::uint64_t seed = 1;
  std::int64_t at = 201; ///< places at equal distances over the interval, its ends among them
  double place = 0;      ///< x that is looked at
  FitModel model;
  std::vector<Tower> towers;
  double steepness = 1000; ///< of the towers' steps: the weight of their sigmoid units, times the interval's width
  double goal = 0.1;       ///< mean deviation to be reached with towers
};

} // namespace downhill
