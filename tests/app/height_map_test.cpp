#include "app/core/height_map.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace downhill;

namespace {

SurfaceSettings of(std::string_view name) { return {{std::string(name), standard_values(entry_of(surfaces(), name))}, "x^2+y^2", {}, ""}; }
HeightMap whole_map(std::string_view name, const Extent& view, int columns, int rows) {
  HeightMap map;
  map.begin(make_surface(of(name)), view, columns, rows);
  while (map.advance([] { return false; })) {
  }
  return map;
}
constexpr Extent kSquare{-2, 2, -2, 2};

} // namespace

TEST_CASE("heights come coarse first, each row once, and are the surface's") {
  for (const SurfaceEntry& entry : surfaces()) {
    if (entry.over_points()) continue;
    CAPTURE(entry.id);
    const auto surface = make_surface(of(entry.id));
    HeightMap map;
    CHECK(!map.begun());
    map.begin(surface, entry.view, 21, 35);
    int pieces = 0;
    while (map.advance([] { return true; })) {
      ++pieces;
      // what there is stands for what there is not yet
      CHECK(map.at(3, 34) == map.at(3, 32));
      if (pieces == 8) CHECK(!map.whole());
      if (pieces > 4) break;
    }
    CHECK(map.version() > 4);
    while (map.advance([] { return true; })) ++pieces;
    CHECK(map.whole());
    CHECK(pieces == 34); // and the last one
    for (const int row : {0, 1, 17, 34})
      for (const int column : {0, 10, 20}) {
        const Place at = map.place(column, row);
        CHECK(map.at(column, row) == surface->at(at.x, at.y).f);
        CHECK(map.between(at.x, at.y) == doctest::Approx(map.at(column, row)).epsilon(1e-9));
      }
    CHECK(map.lowest() < map.highest());
  }
}

TEST_CASE("levels are round, ascending, within what is shown, and about as many as were asked for") {
  for (const SurfaceEntry& entry : surfaces()) {
    if (entry.over_points()) continue;
    CAPTURE(entry.id);
    const HeightMap map = whole_map(entry.id, entry.view, 41, 41);
    const double ground = entry.minima.empty() ? map.lowest() : make_surface(of(entry.id))->at(entry.minima[0].x, entry.minima[0].y).f;
    for (const bool log : {false, true}) {
      const HeightScale scale = scale_of(map, log, ground);
      const auto levels = levels_of(scale, 12);
      CHECK(levels.size() >= (log ? 3 : 5));
      CHECK(levels.size() <= (log ? 24 : 13));
      CHECK(std::is_sorted(levels.begin(), levels.end()));
      for (const double level : levels) {
        CHECK((level > scale.ground && level < map.highest()));
        CHECK((scale.share(level) >= 0 && scale.share(level) <= 1));
      }
      CHECK(scale.share(map.highest()) == 1);
      CHECK(scale.share(NAN) == 1);
      CHECK(scale.share(scale.low) == 0);
      CHECK(scale.share(INFINITY) == 1);
    }
  }
}

TEST_CASE("heights that hardly vary, or beyond all measure, have few levels or none, soon") {
  for (const char* formula :
       {"10^14+x", "0*x+10^13+y", "10000+x^2+y^2", "0*x+5*10^15", "10^16+x", "1e308*x", "x*1e308*1e308", "1e-300*x", "exp(exp(exp(x)))*y", "log(0*x)+y"}) {
    CAPTURE(std::string(formula));
    SurfaceSettings settings = of("formula");
    if (!Formula::read(formula)) continue;
    settings.formula = formula;
    for (const Extent& view : {Extent{-2, 2, -2, 2}, Extent{-1e-6, 1e-6, -1e-6, 1e-6}}) {
      HeightMap map;
      map.begin(make_surface(settings), view, 30, 30);
      while (map.advance([] { return false; })) {
      }
      for (const bool log : {false, true}) {
        const auto levels = levels_of(scale_of(map, log, map.lowest()), 11);
        CHECK(levels.size() < 60);
        CHECK(contours_of(map, levels).size() < 10000);
      }
    }
  }
}

TEST_CASE("a contour of a bowl is one closed line at its height; one of a saddle runs from edge to edge") {
  const HeightMap bowl = whole_map("formula", kSquare, 81, 81); // x² + y²
  const auto rings = contours_of(bowl, {1.0, 2.25});
  REQUIRE(rings.size() == 2);
  for (const Contour& ring : rings) {
    CHECK(ring.points.front().x == ring.points.back().x);
    CHECK(ring.points.front().y == ring.points.back().y);
    for (const Place& p : ring.points) CHECK(std::hypot(p.x, p.y) == doctest::Approx(std::sqrt(ring.level)).epsilon(2e-3));
    for (std::size_t i = 1; i < ring.points.size(); ++i)
      CHECK(std::hypot(ring.points[i].x - ring.points[i - 1].x, ring.points[i].y - ring.points[i - 1].y) < 0.08);
  }
  CHECK(contours_of(bowl, {9.0}).empty());
  CHECK(contours_of(bowl, {7.0}).size() == 4); // the corners
  const HeightMap saddle = whole_map("saddle", kSquare, 80, 80);
  for (const Contour& line : contours_of(saddle, {0.5, -0.5})) {
    const auto on_edge = [](const Place& p) { return std::max(std::fabs(p.x), std::fabs(p.y)) > 2 - 1e-9; };
    const bool closed = line.points.front().x == line.points.back().x && line.points.front().y == line.points.back().y;
    CHECK((closed || (on_edge(line.points.front()) && on_edge(line.points.back()))));
  }
}

TEST_CASE("two lines that meet in one cell of the grid go on beyond it, each by itself") {
  SurfaceSettings settings = of("formula");
  settings.formula = "x*y";
  HeightMap map;
  map.begin(make_surface(settings), kSquare, 40, 40); // the origin is the middle of a cell
  while (map.advance([] { return false; })) {
  }
  for (const double level : {1e-6, -1e-6}) {
    const auto lines = contours_of(map, {level});
    CHECK(lines.size() == 2);
    for (const Contour& line : lines)
      for (const Place& end : {line.points.front(), line.points.back()}) CHECK(std::max(std::fabs(end.x), std::fabs(end.y)) > 2 - 1e-9);
  }
}

TEST_CASE("where a formula has no value there is no line, and the picture goes on") {
  SurfaceSettings settings = of("formula");
  settings.formula = "log(x) + y^2";
  HeightMap map;
  map.begin(make_surface(settings), kSquare, 40, 40);
  while (map.advance([] { return false; })) {
  }
  CHECK(std::isfinite(map.lowest()));
  CHECK(std::isfinite(map.highest()));
  const auto lines = contours_of(map, {0.5, 1});
  CHECK(!lines.empty());
  for (const Contour& line : lines)
    for (const Place& p : line.points) CHECK(p.x > 0);
}
