#include "app/core/activation_probe.hpp"

#include "inspect/layers.hpp"

#include "core/streams.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

namespace {
constexpr double kJump = 0.02; // between two floats that nearly touch, a smooth f′ changes far less
} // namespace

ActivationProbe::ActivationProbe(const Choice& choice) : entry_(&entry_of(activations(), choice.name)), values_(choice.values) {}

ActivationPoint ActivationProbe::at(float x) const {
  ActivationPoint out;
  const auto width = static_cast<std::size_t>(entry_->width);
  entry_->forward({&x, 1}, std::span(out.f).first(width), values_);
  for (std::size_t k = 0; k < width; ++k) {
    std::array<float, 2> dy{};
    dy[k] = 1;
    const std::span<const float> seen = entry_->from_input ? std::span<const float>(&x, 1) : std::span<const float>(out.f).first(width);
    entry_->backward(seen, std::span(dy).first(width), {&out.d[k], 1}, values_);
  }
  return out;
}

ActivationCurve ActivationProbe::curve(double reach) const {
  ActivationCurve out;
  const int steps = static_cast<int>(std::lround(reach * 100));
  const auto width = static_cast<std::size_t>(entry_->width);
  const auto slope = [&](double x) { return static_cast<double>(at(static_cast<float>(x)).d[0]); };
  bool flat = false;
  out.least = 1e300, out.most = -1e300;
  for (int i = -steps; i <= steps; ++i) {
    const double x = i / 100.0;
    const ActivationPoint p = at(static_cast<float>(x));
    out.x.push_back(x);
    bool all_flat = true;
    for (std::size_t k = 0; k < width; ++k) {
      out.f[k].push_back(static_cast<double>(p.f[k]));
      out.d[k].push_back(static_cast<double>(p.d[k]));
      out.least = std::min(out.least, out.f[k].back()), out.most = std::max(out.most, out.f[k].back());
      out.steepest = std::max(out.steepest, std::fabs(out.d[k].back()));
      all_flat = all_flat && std::fabs(out.d[k].back()) < kSaturatedSlope;
    }
    if (all_flat && !flat) out.saturated.push_back({x, x});
    if (all_flat) out.saturated.back()[1] = x;
    flat = all_flat;
    if (i == -steps) continue;
    // a jump between the last two points is closed in on; a change that goes away was none
    double low = x - 0.01, high = x;
    if (std::fabs(slope(high) - slope(low)) < kJump) continue;
    while (high - low > 1e-7) {
      const double middle = (low + high) / 2;
      (std::fabs(slope(middle) - slope(low)) >= std::fabs(slope(high) - slope(middle)) ? high : low) = middle;
    }
    if (std::fabs(slope(high) - slope(low)) < kJump) continue;
    const double place = std::round((low + high) * 50) / 100;
    const double here = std::fabs(place - low) < 1e-5 ? place : (low + high) / 2;
    if (!out.kinks.empty() && std::fabs(out.kinks.back().x - here) < 1e-4) continue;
    out.kinks.push_back({here, slope(here - 1e-4), slope(here + 1e-4), slope(here)});
  }
  std::erase_if(out.saturated, [](const std::array<double, 2>& zone) { return zone[1] - zone[0] < 0.05; });
  return out;
}

PassedNormal ActivationProbe::pass_normal() const {
  constexpr std::size_t kDraws = 20000, kBins = 40;
  std::vector<float> z(kDraws), y;
  PhiloxStream stream(stream_key(1, Purpose::probe));
  std::vector<double> normals(kDraws);
  fill_normal(stream, normals);
  for (std::size_t i = 0; i < kDraws; ++i) z[i] = static_cast<float>(normals[i]);
  for (const float x : z) {
    const ActivationPoint p = at(x);
    y.insert(y.end(), p.f.begin(), p.f.begin() + entry_->width);
  }
  PassedNormal out;
  const auto n = static_cast<double>(y.size());
  double sum = 0, squares = 0;
  out.low = out.high = static_cast<double>(y[0]);
  for (const float v : y) {
    const auto value = static_cast<double>(v);
    sum += value, squares += value * value;
    out.low = std::min(out.low, value), out.high = std::max(out.high, value);
    (v > 0 ? out.positive : v < 0 ? out.negative : out.zero) += 1 / n;
  }
  out.mean = sum / n;
  out.deviation = std::sqrt(std::max(0.0, squares / n - out.mean * out.mean));
  out.bins.resize(kBins);
  const double scale = out.high > out.low ? kBins / (out.high - out.low) : 0;
  for (const float v : y) ++out.bins[std::min(kBins - 1, static_cast<std::size_t>((static_cast<double>(v) - out.low) * scale))];
  return out;
}

std::vector<double> ActivationProbe::slopes_along(double x, int layers) const {
  std::vector<double> out;
  auto z = static_cast<float>(x);
  double product = 1;
  for (int l = 0; l < layers; ++l) {
    const ActivationPoint p = at(z);
    product *= static_cast<double>(p.d[0] + p.d[1]);
    out.push_back(product);
    z = p.f[0] + p.f[1];
  }
  return out;
}

std::vector<std::array<double, 2>> zeros_of(const ActivationCurve& curve) {
  std::vector<std::array<double, 2>> out;
  bool inside = false;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    const bool zero = curve.f[0][i] == 0;
    if (zero && !inside) out.push_back({curve.x[i], curve.x[i]});
    if (zero) out.back()[1] = curve.x[i];
    inside = zero;
  }
  return out;
}

std::size_t steepest_of(const ActivationCurve& curve) {
  const auto& d = curve.d[0];
  return static_cast<std::size_t>(std::max_element(d.begin(), d.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }) - d.begin());
}

std::vector<double> largest_slopes_along(const ActivationCurve& curve, int layers) {
  std::vector<double> out;
  double product = 1;
  for (int l = 0; l < layers; ++l) out.push_back(product *= curve.steepest);
  return out;
}

} // namespace downhill
