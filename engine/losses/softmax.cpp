#include "losses/softmax.hpp"

#include "core/elementary.hpp"
#include "network/loss.hpp"

#include <cmath>

namespace downhill {

std::vector<double> softmax_of(const std::vector<double>& logits, double temperature) {
  std::vector<double> scaled = logits;
  for (double& z : scaled) z /= temperature;
  return softmax_loss(scaled, 0).probabilities;
}

std::vector<double> log_softmax_of(const std::vector<double>& logits) {
  std::vector<double> out(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) out[i] = -softmax_loss(logits, i).value;
  return out;
}

double least_twice(std::size_t classes) { return exact::log(1 + static_cast<double>(classes - 1) * exact::exp(-1)); }

SoftmaxStand softmax_stand(const SoftmaxSettings& s) {
  const auto less_label = [&](std::vector<double> probabilities) { // p − y
    probabilities[s.label] -= 1;
    return probabilities;
  };
  std::vector<double> scaled = s.logits;
  for (double& z : scaled) z /= s.temperature;
  SoftmaxLoss first = softmax_loss(scaled, s.label);
  SoftmaxStand out;
  out.probabilities = first.probabilities;
  if (s.twice) {
    SoftmaxLoss second = softmax_loss(first.probabilities, s.label);
    out.loss = second.value, out.again = second.probabilities, out.floor = least_twice(s.logits.size());
    // by p it is g = q − y; back through p = softmax(z): p·(g − Σ g·p)
    out.gradient = less_label(std::move(second.probabilities));
    double mean = 0;
    for (std::size_t i = 0; i < out.gradient.size(); ++i) mean += out.gradient[i] * first.probabilities[i];
    for (std::size_t i = 0; i < out.gradient.size(); ++i) out.gradient[i] = first.probabilities[i] * (out.gradient[i] - mean);
  } else {
    out.loss = first.value;
    out.gradient = less_label(std::move(first.probabilities));
  }
  double squares = 0;
  for (double& slope : out.gradient) {
    slope /= s.temperature;
    squares += slope * slope;
  }
  out.steepness = std::sqrt(squares);
  return out;
}

} // namespace downhill
