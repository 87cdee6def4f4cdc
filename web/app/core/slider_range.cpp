#include "app/core/slider_range.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

float SliderRange::share(double value) const {
  const double share = logarithmic ? std::log(value / least) / std::log(most / least) : (value - least) / (most - least);
  return share > 0 ? std::min(1.0F, static_cast<float>(share)) : 0; // no logarithm: 0
}

double SliderRange::value(float share) const {
  const auto part = static_cast<double>(share);
  double value = logarithmic ? least * std::pow(most / least, part) : least + (most - least) * part;
  if (parts > 0) value = std::round(value * parts) / parts;
  if (digits > 0) {
    const double unit = std::pow(10, std::floor(std::log10(std::max(1e-9, std::fabs(value)))) - (digits - 1));
    value = std::clamp(std::round(value / unit) * unit, least, most);
    value = std::round(value * 1e9) / 1e9; // 0.3, not three times 0.1
  }
  return std::clamp(value, least, most);
}

} // namespace downhill
