// Numbers of CSV files of labs whose document is in float64.
#pragma once
#include <cstdio>
#include <string>

namespace downhill {

/// A number in nine digits, without a −0.
inline std::string nine_digits(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value + 0.0);
  return text;
}

} // namespace downhill
