// Height over steps, and the distance from the nearest minimum.
#include "app/labs/surface/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::hills {
namespace {

// Every step up to some thousands, then as many as a screen can tell apart.
std::size_t stride_of(std::size_t steps) { return std::max<std::size_t>(1, steps / 2000); }

template <class Value> std::vector<Series> series_of(const Scene& s, const Value& value) {
  std::vector<Series> all;
  for (std::size_t lane = 0; lane < s.model.lanes().size(); ++lane) {
    Series one;
    one.label = s.names[lane], one.color = s.color(lane), one.dash = s.lane_looks[lane].dash, one.marker = s.lane_looks[lane].marker;
    const auto path = s.model.path(lane);
    const std::size_t stride = stride_of(path.size());
    for (std::size_t step = 0; step < path.size(); ++step)
      if (step % stride == 0 || step + 1 == path.size()) one.x.push_back(static_cast<double>(step)), one.y.push_back(value(path[step]));
    if (s.model.diverged(lane)) {
      one.ended = s.ui("lanes.diverged"), one.ended_x = one.x.back();
      one.ended_y = one.y.size() > 1 ? one.y[one.y.size() - 2] : one.y.back();
    }
    all.push_back(std::move(one));
  }
  return all;
}

PlotSpec spec_of(const Scene& s, const char* id, std::string_view y_title, bool log) {
  PlotSpec spec;
  spec.id = id;
  spec.x_title = s.ui("surface.steps");
  spec.y_title = y_title;
  spec.log_y = log;
  spec.x_most = static_cast<double>(s.model.steps());
  spec.y_decimals = -1;
  spec.cursor = static_cast<double>(s.model.step());
  spec.x_text = [words = std::string(s.ui("surface.step_at"))](double x) { return fill(words, {grouped(x)}); };
  return spec;
}

} // namespace

void curves(const Scene& s, Rect box) {
  const Ui& ui = s.ui;
  // where the lowest height is known, what is above it: only that can be drawn by its logarithm
  const auto& minima = s.model.minima();
  const double low = minima.empty() ? 0 : s.model.surface().at(minima[0].x, minima[0].y).f;
  const bool log = s.looks.log != 0;
  const bool above = log && !minima.empty() && low != 0;
  const bool both = box.w >= 520 && !minima.empty();
  Rect left = both ? box.cut_left((box.w - kGrid) / 2) : box;
  if (both) box.cut_left(kGrid);
  const std::string title = above ? fill(ui("surface.f_above"), {short_number(low)}) : std::string(ui("surface.f"));
  plot(s.ui, left, spec_of(s, "surface.f", title, log), series_of(s, [&](const Stand& stand) { return static_cast<double>(stand.f) - (above ? low : 0); }),
       &s.kept.heights);
  if (both)
    plot(s.ui, box, spec_of(s, "surface.distance", ui("surface.distance"), log),
         series_of(s, [&](const Stand& stand) { return s.model.distance({static_cast<double>(stand.place[0]), static_cast<double>(stand.place[1])}); }),
         &s.kept.distances);
}

} // namespace downhill::hills
