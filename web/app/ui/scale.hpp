// What plots and bars have in common: the room of their axes, and from values to px.
#pragma once
#include "app/ui/ui.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace downhill::ui {

inline constexpr float kAxisLeft = 52, kAxisBottom = 44, kTop = 10, kRight = 14;

struct Scale {
  double least, most;
  float from, to;
  bool log;
  float at(double v) const {
    const double t = log ? (std::log(v) - std::log(least)) / (std::log(most) - std::log(least)) : (v - least) / (most - least);
    return from + (to - from) * static_cast<float>(t);
  }
  double back(float p) const {
    const double t = static_cast<double>((p - from) / (to - from));
    return log ? least * std::pow(most / least, t) : least + (most - least) * t;
  }
};

inline std::vector<double> log_ticks(double least, double most) {
  std::vector<double> out;
  for (int power = static_cast<int>(std::floor(std::log10(least))); power <= static_cast<int>(std::ceil(std::log10(most))); ++power)
    for (const double m : {1.0, 2.0, 5.0}) // each power by itself: by multiplying, 1e-5 would come out as 9.99e-6
      if (const double tick = m * std::pow(10, power); tick >= least * 0.999 && tick <= most * 1.001) out.push_back(tick);
  return out;
}

// Leaves powers of ten alone, every one or, where there are more than `most` of them, every second, third …
inline void keep_decades(std::vector<double>& ticks, float most) {
  const auto decade = [](double v) { return std::log10(v); };
  std::erase_if(ticks, [&](double v) { return std::fabs(decade(v) - std::round(decade(v))) > 1e-6; });
  const int every = std::max(1, static_cast<int>(std::ceil(static_cast<float>(ticks.size()) / most)));
  std::erase_if(ticks, [&](double v) { return static_cast<int>(std::lround(decade(v))) % every != 0; });
}

} // namespace downhill::ui
