#include "app/core/number_text.hpp"

#include <cmath>
#include <cstdio>

namespace downhill {

std::string fill(std::string_view text, std::initializer_list<std::string_view> values) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '1' && text[i + 1] <= '9') {
      const auto n = static_cast<std::size_t>(text[i + 1] - '1');
      if (n < values.size()) out += values.begin()[n];
      i += 2;
    } else
      out += text[i];
  }
  return out;
}

std::string grouped(double value, int decimals) {
  if (!std::isfinite(value)) return value > 0 ? "∞" : "–";
  char digits[64];
  std::snprintf(digits, sizeof digits, "%.*f", decimals, std::fabs(value));
  const std::string text = digits;
  const std::size_t whole = text.find('.') == std::string::npos ? text.size() : text.find('.');
  std::string out = value < 0 ? "−" : "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0 && whole > 3) out += "\u202f";
    out += text[i];
  }
  return out;
}

std::string setting(double value) {
  char text[32];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    double back = 0;
    std::sscanf(text, "%lf", &back);
    if (back == value) break;
  }
  // 2e+03 is correct and unfriendly
  if (std::fabs(value) >= 1 && std::fabs(value) < 1e15 && value == std::floor(value)) std::snprintf(text, sizeof text, "%.0f", value);
  return text;
}

std::string percent(double share) { return grouped(100 * share, 1) + " %"; }

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string csv_number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

} // namespace downhill
