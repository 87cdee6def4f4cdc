#include "neuron/soft_neuron.hpp"

#include "core/elementary.hpp"

#include <cmath>

namespace downhill {
namespace {

double sigmoid(double x) { return 1 / (1 + exact::exp(-x)); }

} // namespace

double soft_output(const SoftSettings& s, double z) { return s.hard ? (z >= s.threshold ? 1 : 0) : sigmoid(s.steepness * (z - s.threshold)); }

SoftStand soft_at(const SoftSettings& s, double weight) {
  SoftStand out{weight, 0, 0};
  constexpr double kCount = kSoftExamples.size();
  for (const SoftExample& e : kSoftExamples) {
    const double a = soft_output(s, weight * e.x), miss = a - e.target;
    out.loss += miss * miss / kCount;
    if (!s.hard) out.slope += 2 * miss / kCount * (a * (1 - a)) * s.steepness * e.x;
  }
  return out;
}

std::vector<SoftStand> soft_path(const SoftSettings& s) {
  std::vector<SoftStand> path{soft_at(s, s.weight)};
  while (static_cast<std::int64_t>(path.size()) <= s.steps) {
    const double next = path.back().weight - s.rate * path.back().slope;
    if (!std::isfinite(next)) break;
    path.push_back(soft_at(s, next));
  }
  return path;
}

int soft_right(const SoftSettings& s, double weight) {
  int right = 0;
  for (const SoftExample& e : kSoftExamples) right += (weight * e.x >= s.threshold) == (e.target > 0.5);
  return right;
}

} // namespace downhill
