#include "surfaces/map.hpp"

#include "core/elementary.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

double squared_distance(Place a, Place b) { return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y); }

} // namespace

Arriving::Arriving(Walk walk, std::span<const Place> minima, double reach) : walk_(std::move(walk)), minima_(minima), reach_(reach) { look(); }

void Arriving::look() {
  const Place here{walk_.here().place[0], walk_.here().place[1]};
  const auto stays = [&](std::size_t i) { return squared_distance(here, minima_[i]) <= reach_ * reach_; };
  if (arrival_.minimum >= 0 && stays(static_cast<std::size_t>(arrival_.minimum))) return;
  arrival_.minimum = arrival_.steps = -1;
  for (std::size_t i = 0; i < minima_.size() && arrival_.minimum < 0; ++i)
    if (stays(i)) {
      arrival_.minimum = static_cast<std::int32_t>(i);
      arrival_.steps = static_cast<std::int32_t>(walk_.step());
    }
}

bool Arriving::advance(std::int64_t steps_most) {
  for (std::int64_t i = 0; i < steps_most; ++i) {
    if (!walk_.advance()) return false;
    look();
  }
  return true;
}

Arrival Arriving::now() const {
  Arrival arrival = arrival_;
  arrival.diverged = walk_.diverged();
  if (arrival.diverged) arrival.minimum = arrival.steps = -1;
  arrival.f = walk_.here().f;
  return arrival;
}

Arrival arrival_of(Walk walk, std::span<const Place> minima, double reach) {
  Arriving arriving(std::move(walk), minima, reach);
  while (arriving.advance(std::numeric_limits<std::int64_t>::max())) {
  }
  return arriving.now();
}

double reach_in(const Extent& view) { return 0.01 * std::min(view.width(), view.height()); }

MinimaSearch::MinimaSearch(const SurfaceSettings& settings, const Extent& view) : view_(view), size_(std::min(view.width(), view.height())) {
  const SurfaceEntry& entry = entry_of(surfaces(), settings.surface.name);
  if (!entry.at) surface_ = make_surface(settings);
  for (const Place at : entry.minima) found_.emplace_back(0, at); // in the table's order
}

Place MinimaSearch::place(int column, int row) const {
  return {view_.x_least + view_.width() * column / (kGrid - 1), view_.y_least + view_.height() * row / (kGrid - 1)};
}

bool MinimaSearch::lowest(int column, int row) const {
  bool lowest = std::isfinite(height(column, row));
  for (const int down : {-1, 0, 1})
    for (const int right : {-1, 0, 1}) lowest = lowest && height(column, row) <= height(column + right, row + down);
  return lowest;
}

bool MinimaSearch::advance() {
  if (!surface_) return false;
  if (const int row = static_cast<int>(heights_.size()) / kGrid; row < kGrid) {
    for (int column = 0; column < kGrid; ++column) heights_.push_back(surface_->at(place(column, row).x, place(column, row).y).f);
    return true;
  }
  if (descent_) {
    if (step_down(*descent_)) {
      add(descent_->at);
      descent_.reset();
    } else if (++descent_->steps == kStepsMost) // still downhill: along a valley that goes on and on
      descent_.reset();
    return true;
  }
  for (; row_ + 1 < kGrid; ++row_, column_ = 1)
    for (; column_ + 1 < kGrid && found_.size() < kMost; ++column_)
      if (lowest(column_, row_)) {
        descent_ = Descent{place(column_++, row_)};
        return true;
      }
  return false;
}

// By Newton's steps where the surface is a bowl and by the gradient elsewhere, each halved until it leads down.
bool MinimaSearch::step_down(Descent& descent) const {
  const Surface& surface = *surface_;
  Place& at = descent.at;
  const double h = 1e-4 * size_;
  const Slope here = surface.at(at.x, at.y);
  const Slope right = surface.at(at.x + h, at.y), left = surface.at(at.x - h, at.y), above = surface.at(at.x, at.y + h), below = surface.at(at.x, at.y - h);
  const double xx = (right.dx - left.dx) / (2 * h), yy = (above.dy - below.dy) / (2 * h), xy = (right.dy - left.dy + above.dx - below.dx) / (4 * h);
  const double determinant = xx * yy - xy * xy, steepness = std::sqrt(here.dx * here.dx + here.dy * here.dy);
  if (!(steepness > 0)) return true;
  Place step{-0.01 * size_ * here.dx / steepness, -0.01 * size_ * here.dy / steepness};
  if (xx > 0 && determinant > 0) step = {(xy * here.dy - yy * here.dx) / determinant, (xy * here.dx - xx * here.dy) / determinant};
  double share = 1;
  while (share > 1e-6 && !(surface.at(at.x + share * step.x, at.y + share * step.y).f < here.f)) share /= 2;
  if (share <= 1e-6) return true;
  at = {at.x + share * step.x, at.y + share * step.y};
  return false;
}

void MinimaSearch::add(Place at) {
  const bool inside = at.x >= view_.x_least && at.x <= view_.x_most && at.y >= view_.y_least && at.y <= view_.y_most;
  const bool known =
      std::any_of(found_.begin(), found_.end(), [&](const auto& f) { return squared_distance(f.second, at) < reach_in(view_) * reach_in(view_); });
  if (!inside || known) return;
  // in order from the first on; of equal heights (a symmetric formula's) the first found comes first, in every build
  const double f = surface_->at(at.x, at.y).f;
  found_.emplace(std::upper_bound(found_.begin(), found_.end(), f, [](double height, const auto& other) { return height < other.first; }), f, at);
}

std::vector<Place> MinimaSearch::take() {
  std::vector<Place> minima;
  for (const auto& [f, at] : found_) minima.push_back(at);
  return minima;
}

std::vector<Place> minima_of(const SurfaceSettings& settings, const Extent& view) {
  MinimaSearch search(settings, view);
  while (search.advance()) {
  }
  return search.take();
}

double MapAxis::value(double share) const {
  const auto between = [&](double a, double b) { return exact::exp(exact::log(a) + share * (exact::log(b) - exact::log(a))); };
  if (scale == Scale::log) return between(least, most);
  if (scale == Scale::towards_one) return 1 - between(1 - least, 1 - most);
  return least + share * (most - least);
}

MapAxis rate_axis(const WalkSettings& lane) {
  const double rate = lane.optimizer.values[0] > 0 ? std::max(lane.optimizer.values[0], 1e-30) : 0.1; // a hundredth of it has a logarithm
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

MapAxes map_axes(MapKind kind, const WalkSettings& lane, const Extent& view) {
  if (kind == MapKind::starts) return {{"x", view.x_least, view.x_most}, {"y", view.y_least, view.y_most}};
  const ParameterSpec* second = second_parameter(entry_of(optimizers(), lane.optimizer.name));
  return {rate_axis(lane), second ? parameter_axis(*second) : MapAxis{.name = ""}};
}

Map::Map(std::shared_ptr<const Surface> surface, const WalkSettings& lane, MapAxis across, MapAxis up, int columns, int rows, std::vector<Place> minima,
         double reach)
    : surface_(std::move(surface)), lane_(lane), across_(across), up_(up), minima_(std::move(minima)), reach_(reach), cells_(columns, rows) {}

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

bool Map::advance(std::int64_t steps_most) {
  if (done() == total()) return false;
  if (!arriving_) {
    const auto [column, row] = cells_.next();
    WalkSettings lane = lane_;
    set(lane, across_, across_.at(column, cells_.columns()));
    set(lane, up_, up_.at(row, cells_.rows()));
    arriving_.emplace(Walk(surface_, lane), minima_, reach_);
  }
  if (arriving_->advance(steps_most)) return true;
  cells_.add(arriving_->now());
  arriving_.reset();
  return true;
}

} // namespace downhill
