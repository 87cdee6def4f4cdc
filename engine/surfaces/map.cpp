#include "surfaces/map.hpp"

#include "core/elementary.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace downhill {
namespace {

double squared_distance(Place a, Place b) { return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y); }

// From a place down to the minimum below it, by Newton's steps where the surface is a bowl and by the gradient elsewhere, each
// halved until it leads down. Nothing where it still does after 100 of them: along a valley that goes on and on.
std::optional<Place> refined(const Surface& surface, Place at, double size) {
  const double h = 1e-4 * size;
  for (int i = 0; i < 100; ++i) {
    const Slope here = surface.at(at.x, at.y);
    const Slope right = surface.at(at.x + h, at.y), left = surface.at(at.x - h, at.y), above = surface.at(at.x, at.y + h), below = surface.at(at.x, at.y - h);
    const double xx = (right.dx - left.dx) / (2 * h), yy = (above.dy - below.dy) / (2 * h), xy = (right.dy - left.dy + above.dx - below.dx) / (4 * h);
    const double determinant = xx * yy - xy * xy, steepness = std::sqrt(here.dx * here.dx + here.dy * here.dy);
    if (!(steepness > 0)) return at;
    Place step{-0.01 * size * here.dx / steepness, -0.01 * size * here.dy / steepness};
    if (xx > 0 && determinant > 0) step = {(xy * here.dy - yy * here.dx) / determinant, (xy * here.dx - xx * here.dy) / determinant};
    double share = 1;
    while (share > 1e-6 && !(surface.at(at.x + share * step.x, at.y + share * step.y).f < here.f)) share /= 2;
    if (share <= 1e-6) return at;
    at = {at.x + share * step.x, at.y + share * step.y};
  }
  return {};
}

} // namespace

Arrival arrival_of(Walk walk, std::span<const Place> minima, double reach) {
  Arrival arrival;
  do {
    const Place here{walk.here().place[0], walk.here().place[1]};
    const auto stays = [&](std::size_t i) { return squared_distance(here, minima[i]) <= reach * reach; };
    if (arrival.minimum >= 0 && stays(static_cast<std::size_t>(arrival.minimum))) continue;
    arrival.minimum = arrival.steps = -1;
    for (std::size_t i = 0; i < minima.size() && arrival.minimum < 0; ++i)
      if (stays(i)) {
        arrival.minimum = static_cast<std::int32_t>(i);
        arrival.steps = static_cast<std::int32_t>(walk.step());
      }
  } while (walk.advance());
  arrival.diverged = walk.diverged();
  if (arrival.diverged) arrival.minimum = arrival.steps = -1;
  arrival.f = walk.here().f;
  return arrival;
}

double reach_in(const View& view) { return 0.01 * std::min(view.width(), view.height()); }

std::vector<Place> minima_of(const SurfaceSettings& settings, const View& view) {
  const SurfaceEntry& entry = entry_of(surfaces(), settings.surface.name);
  if (entry.at) return entry.minima;
  constexpr int kGrid = 65;
  constexpr std::size_t kMost = 200;
  const auto surface = make_surface(settings);
  const double size = std::min(view.width(), view.height());
  const auto place = [&](int i, int j) { return Place{view.x_least + view.width() * i / (kGrid - 1), view.y_least + view.height() * j / (kGrid - 1)}; };
  std::vector<double> heights;
  for (int j = 0; j < kGrid; ++j)
    for (int i = 0; i < kGrid; ++i) heights.push_back(surface->at(place(i, j).x, place(i, j).y).f);
  const auto height = [&](int i, int j) { return heights[static_cast<std::size_t>(j * kGrid + i)]; };
  std::vector<std::pair<double, Place>> found;
  for (int j = 1; j + 1 < kGrid && found.size() < kMost; ++j)
    for (int i = 1; i + 1 < kGrid && found.size() < kMost; ++i) {
      bool lowest = std::isfinite(height(i, j));
      for (const int down : {-1, 0, 1})
        for (const int right : {-1, 0, 1}) lowest = lowest && height(i, j) <= height(i + right, j + down);
      if (!lowest) continue;
      const auto end = refined(*surface, place(i, j), size);
      if (!end) continue;
      const Place at = *end;
      const bool inside = at.x >= view.x_least && at.x <= view.x_most && at.y >= view.y_least && at.y <= view.y_most;
      const bool known =
          std::any_of(found.begin(), found.end(), [&](const auto& f) { return squared_distance(f.second, at) < reach_in(view) * reach_in(view); });
      if (inside && !known) found.emplace_back(surface->at(at.x, at.y).f, at);
    }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Place> minima;
  for (const auto& [f, at] : found) minima.push_back(at);
  return minima;
}

double MapAxis::at(int number, int count) const {
  const double share = (number + 0.5) / count;
  const auto between = [&](double a, double b) { return exact::exp(exact::log(a) + share * (exact::log(b) - exact::log(a))); };
  if (scale == Scale::log) return between(least, most);
  if (scale == Scale::towards_one) return 1 - between(1 - least, 1 - most);
  return least + share * (most - least);
}

MapAxis rate_axis(const WalkSettings& lane) {
  const double rate = lane.optimizer.values[0] > 0 ? lane.optimizer.values[0] : 0.1;
  return {"lr", rate / 100, std::min(rate * 100, entry_of(optimizers(), lane.optimizer.name).parameters[0].most), MapAxis::Scale::log};
}

MapAxis parameter_axis(const ParameterSpec& spec) {
  if (spec.name == "eps") return {spec.name, 1e-10, spec.most, MapAxis::Scale::log};
  if (spec.standard >= 0.5 && spec.standard < 1) return {spec.name, spec.least, std::min(spec.most, 0.9999), MapAxis::Scale::towards_one};
  return {spec.name, spec.least, spec.most, MapAxis::Scale::linear};
}

const ParameterSpec* second_parameter(const OptimizerEntry& rule) {
  const ParameterSpec* second = rule.parameters.size() > 1 ? &rule.parameters[1] : nullptr;
  for (const ParameterSpec& spec : rule.parameters)
    if (spec.name == "betas/1") second = &spec;
  return second;
}

Map::Map(std::shared_ptr<const Surface> surface, const WalkSettings& lane, MapAxis across, MapAxis up, int columns, int rows, std::vector<Place> minima,
         double reach)
    : surface_(std::move(surface)), lane_(lane), across_(across), up_(up), columns_(columns), rows_(rows), minima_(std::move(minima)), reach_(reach),
      cells_(static_cast<std::size_t>(total())), known_(cells_.size()) {}

void Map::set(WalkSettings& lane, const MapAxis& axis, double value) const {
  if (axis.name == "x")
    lane.start.x = value;
  else if (axis.name == "y")
    lane.start.y = value;
  else {
    const auto& parameters = entry_of(optimizers(), lane.optimizer.name).parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].name == axis.name) lane.optimizer.values[i] = value;
  }
}

bool Map::advance() {
  while (stride_ > 0) {
    const int column = column_, row = row_;
    if (column >= columns_) {
      column_ = 0;
      row_ += stride_;
      continue;
    }
    if (row >= rows_) {
      row_ = column_ = 0;
      stride_ /= 2;
      continue;
    }
    column_ += stride_;
    if (known_[index(column, row)]) continue;
    WalkSettings lane = lane_;
    set(lane, across_, across_.at(column, columns_));
    set(lane, up_, up_.at(row, rows_));
    cells_[index(column, row)] = arrival_of(Walk(surface_, lane), minima_, reach_);
    known_[index(column, row)] = 1;
    ++done_;
    return true;
  }
  return false;
}

const Arrival* Map::at(int column, int row) const {
  for (int stride = 1; stride <= kCoarsest; stride *= 2)
    if (const std::size_t i = index(column - column % stride, row - row % stride); known_[i]) return &cells_[i];
  return nullptr;
}

} // namespace downhill
