#include "app/core/fitted.hpp"

#include <algorithm>

namespace downhill {

bool is_whole(const protocol::FittedLook& look) {
  return !look.x.empty() && look.given.size() == look.x.size() && look.target.size() == look.x.size() && look.points.size() % 2 == 0 && look.low < look.high;
}

Span fitted_span(const protocol::FittedLook& look) {
  Span y{static_cast<double>(look.target.front()), static_cast<double>(look.target.front())};
  const auto take = [&](float v) { y.least = std::min(y.least, static_cast<double>(v)), y.most = std::max(y.most, static_cast<double>(v)); };
  for (const float v : look.target) take(v);
  for (std::size_t i = 1; i < look.points.size(); i += 2) take(look.points[i]);
  const double margin = std::max(1e-3, (y.most - y.least) / 4);
  return {y.least - margin, y.most + margin};
}

double distance_from_target(const protocol::FittedLook& look) {
  double sum = 0;
  for (std::size_t i = 0; i < look.x.size(); ++i) {
    const double away = static_cast<double>(look.given[i]) - static_cast<double>(look.target[i]);
    sum += away * away;
  }
  return sum / static_cast<double>(look.x.size());
}

} // namespace downhill
