// What stands at the axes and on the lines of any picture with numbers: ticks, short numbers, markers.
#include "app/ui/plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace downhill::ui {

void draw_marker(ImDrawList* list, ImVec2 p, Marker marker, std::uint32_t color, float r) {
  switch (marker) {
  case Marker::none: break;
  case Marker::circle: list->AddCircleFilled(p, r, color, 14); break;
  case Marker::square: list->AddRectFilled({p.x - r + 0.5F, p.y - r + 0.5F}, {p.x + r - 0.5F, p.y + r - 0.5F}, color); break;
  case Marker::triangle: list->AddTriangleFilled({p.x - r, p.y + r - 0.8F}, {p.x, p.y - r}, {p.x + r, p.y + r - 0.8F}, color); break;
  case Marker::diamond: list->AddQuadFilled({p.x - r - 0.4F, p.y}, {p.x, p.y - r - 0.4F}, {p.x + r + 0.4F, p.y}, {p.x, p.y + r + 0.4F}, color); break;
  case Marker::cross:
    list->AddLine({p.x - r, p.y - r}, {p.x + r, p.y + r}, color, 1.8F);
    list->AddLine({p.x - r, p.y + r}, {p.x + r, p.y - r}, color, 1.8F);
    break;
  }
}

std::vector<double> axis_ticks(double least, double most, int count) {
  const double raw = (most - least) / std::max(1, count), power = std::pow(10, std::floor(std::log10(raw)));
  double step = power;
  for (const double m : {1.0, 2.0, 5.0, 10.0})
    if (power * m >= raw * 0.999) {
      step = power * m;
      break;
    }
  // one or two numbers say nothing of a scale
  if (const int places = static_cast<int>(std::floor(most / step + 1e-9) - std::ceil(least / step - 1e-9)) + 1; places < 3 && count < 8)
    return axis_ticks(least, most, count + 1);
  std::vector<double> out;
  for (double k = std::ceil(least / step - 1e-9); k * step <= most + step * 1e-9 && k + 1 > k; ++k) out.push_back(k == 0 ? 0.0 : k * step); // no −0
  return out;
}

std::string short_number(double value) {
  if (!std::isfinite(value)) return value > 0 ? "∞" : "–";
  const double magnitude = std::fabs(value);
  if (magnitude >= 100) return grouped(value);
  if (magnitude >= 1) return grouped(value, 2);
  if (magnitude == 0) return "0";
  if (magnitude >= 0.001) return grouped(value, magnitude >= 0.1 ? 3 : 4);
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  std::string out = text; // 1.2e-05 → 1.2e−5
  if (const std::size_t at = out.find("e-0"); at != std::string::npos) out.erase(at + 2, 1);
  return out;
}

} // namespace downhill::ui
