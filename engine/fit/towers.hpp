// Functions built by hand, as the universal approximation theorem is shown: a sigmoid unit with a large weight is a step, two of them
// make a tower, and a sum of towers comes close to any continuous function on an interval.
#pragma once
#include "fit/target.hpp"

namespace downhill {

inline constexpr std::size_t kTowersMost = 40;

/// h·(σ(w(x − from)) − σ(w(x − to))) with w = steepness/(high − low): two hidden units with weight w and biases −w·from and −w·to, whose
/// output weights are h and −h.
double tower_at(const FitSettings& settings, const Tower& tower, double x);
/// The sum of all towers, in their order.
double towers_at(const FitSettings& settings, double x);
/// The mean of |f − ŷ| over the middles of kFitFine equal parts of the interval; `predictions` are at middles(settings, kFitFine).
double mean_deviation(const FitSettings& settings, const Target& target, std::span<const double> predictions);
/// Of the towers.
double tower_deviation(const FitSettings& settings, const Target& target);
/// `count` towers side by side over the whole interval, each as high as f in its middle.
std::vector<Tower> even_towers(const FitSettings& settings, const Target& target, std::size_t count);

} // namespace downhill
