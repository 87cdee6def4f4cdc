#include "fit/towers.hpp"

#include "core/elementary.hpp"

#include <cmath>

namespace downhill {
namespace {
double sigmoid(double z) {
  const double small = exact::exp(z < 0 ? z : -z); // of −|z|
  return z < 0 ? small / (1 + small) : 1 / (1 + small);
}
} // namespace

double tower_at(const FitSettings& settings, const Tower& tower, double x) {
  const double w = settings.steepness / (settings.high - settings.low);
  return tower.height * (sigmoid(w * (x - tower.from)) - sigmoid(w * (x - tower.to)));
}

double towers_at(const FitSettings& settings, double x) {
  double sum = 0;
  for (const Tower& tower : settings.towers) sum += tower_at(settings, tower, x);
  return sum;
}

double mean_deviation(const FitSettings& settings, const Target& target, std::span<const double> predictions) {
  const std::vector<double> places = middles(settings, kFitFine);
  double sum = 0;
  for (std::size_t i = 0; i < places.size(); ++i) sum += std::fabs(target.at(places[i]) - predictions[i]);
  return sum / static_cast<double>(places.size());
}

double tower_deviation(const FitSettings& settings, const Target& target) {
  std::vector<double> heights;
  for (const double x : middles(settings, kFitFine)) heights.push_back(towers_at(settings, x));
  return mean_deviation(settings, target, heights);
}

std::vector<Tower> even_towers(const FitSettings& settings, const Target& target, std::size_t count) {
  std::vector<Tower> towers;
  const double width = settings.high - settings.low, parts = static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<double>(i);
    towers.push_back({settings.low + width * at / parts, settings.low + width * (at + 1) / parts, target.at(settings.low + width * (at + 0.5) / parts)});
  }
  return towers;
}

} // namespace downhill
