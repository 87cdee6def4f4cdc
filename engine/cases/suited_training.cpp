#include "cases/suited_training.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace downhill {
namespace {

constexpr double kSteps = 400, kFar = 8, kMeanFeature = 0.4; // of pictures 0.28 or so, of a table's columns about a half
constexpr double kRates[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};
constexpr std::int64_t kLeastEpochs = 10, kMostEpochs = 200;

} // namespace

SuitedTraining suited_training(std::int64_t train, std::int64_t batch, std::int64_t features, double largest) {
  const std::int64_t size = batch == 0 ? train : std::min(batch, train), iterations = (train + size - 1) / size;
  SuitedTraining suited;
  suited.epochs = std::clamp((static_cast<std::int64_t>(kSteps) + iterations - 1) / iterations, kLeastEpochs, kMostEpochs);
  const double steps = static_cast<double>(suited.epochs * iterations);
  const double least = kFar * std::max(1.0, std::fabs(largest)) / (steps * (1 + kMeanFeature * static_cast<double>(features)));
  const auto* rate = std::lower_bound(std::begin(kRates), std::end(kRates), least);
  suited.far = rate == std::end(kRates);
  suited.lr = suited.far ? kRates[std::size(kRates) - 1] : *rate;
  return suited;
}

double largest_answer(const Examples& examples) {
  float largest = 0;
  for (const float answer : examples.targets) largest = std::max(largest, std::fabs(answer));
  return static_cast<double>(largest);
}

} // namespace downhill
