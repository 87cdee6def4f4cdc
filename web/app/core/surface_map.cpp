#include "app/core/surface_map.hpp"

#include "app/core/fresh_number.hpp"
#include "app/core/typed_number.hpp"
#include "optimizers/list.hpp"
#include "surfaces/surface_document.hpp"

#include <cmath>
#include <utility>

namespace downhill {

using namespace protocol;

namespace {

const OptimizerEntry* rule_of(const Json& lane) { return find_entry(optimizers(), lane.at("optimizer").at("name").get_ref<const std::string&>()); }
double rate_of(const Json& lane) { return lane.at("optimizer").at("lr").get<double>(); }

// The lane without what the axes vary.
Json decisive(Json lane, MapKind kind) {
  if (kind == MapKind::starts) {
    lane.erase("start");
    return lane;
  }
  Json& optimizer = lane["optimizer"];
  const ParameterSpec* second = second_parameter(*rule_of(lane));
  optimizer["lr"] = nullptr;
  if (second) optimizer[parameter_pointer(second->name)] = nullptr;
  return lane;
}

// The middle of a cell with few digits, but within the cell.
double readable(const MapAxis& axis, int number, int count) {
  const double middle = axis.at(number, count), low = axis.value(static_cast<double>(number) / count), high = axis.value((number + 1.0) / count);
  if (low < 0 && high > 0) return 0;
  for (int digits = 3; digits < 17; ++digits)
    if (const double value = rounded_to(middle, digits); low <= value && value < high) return value;
  return middle;
}

} // namespace

SurfaceMap::Slot& SurfaceMap::Slot::operator=(Slot&& other) noexcept {
  if (this == &other) return *this;
  drop();
  number = other.number;
  post = std::move(other.post);
  waiting = std::exchange(other.waiting, false);
  return *this;
}

void SurfaceMap::Slot::drop() {
  if (std::exchange(waiting, false)) post(DropMap{number});
}

SurfaceMap::SurfaceMap(std::uint32_t slot, Post post, int columns, int rows)
    : slot_(slot, std::move(post)), columns_(static_cast<std::uint32_t>(columns)), rows_(static_cast<std::uint32_t>(rows)) {}

bool SurfaceMap::same_rate(const Json& lane) const {
  const double rate = rate_of(lane);
  return rate == asked_rate_ || (current() && picture_->across.least <= rate && rate <= picture_->across.most);
}

void SurfaceMap::want(const DocumentLane& lane, MapKind kind, const Extent& view, std::span<const Point> points) {
  const bool settled = slot_.waiting || complete() || problem_;
  bool same = question_ > 0 && ask_.kind == kind && ask_.view == view;
  if (same && settled && wanted_ == lane.complete) return;
  wanted_ = lane.complete;
  Json deciding = decisive(lane.complete, kind);
  same = same && asked_ == deciding && (kind == MapKind::starts || same_rate(lane.complete));
  if (same && settled) return;
  if (!same) {
    if (question_ > 0 && (ask_.kind != kind || asked_.at("surface") != deciding.at("surface"))) picture_.reset(), version_ = fresh_number();
    Json document = lane.complete;
    document["downhill"] = kFormatVersion;
    document["lab"] = kSurfaceFormat.lab;
    document["lanes"] = Json::array({Json::object()});
    if (!points.empty()) document["surface"] = with_points(document["surface"], points);
    ask_ = {slot_.number, 0, document.dump(-1, ' ', false, Json::error_handler_t::replace), kind, columns_, rows_, view};
    asked_ = std::move(deciding);
    asked_rate_ = rate_of(lane.complete);
    question_ = fresh_number();
    problem_.reset();
  }
  // a question that is asked again finds its cells, and the axes of then
  ask_.request = fresh_request();
  slot_.waiting = true;
  slot_.post(ask_);
}

bool SurfaceMap::take(const ToApp& message) {
  const auto its_own = [&](const auto& m) { return m.slot == slot_.number && m.request == ask_.request && slot_.waiting; };
  if (const auto* begun = std::get_if<MapBegun>(&message)) return its_own(*begun) && begin(*begun);
  if (const auto* piece = std::get_if<MapPiece>(&message)) return its_own(*piece) && add(*piece);
  const auto* problem = std::get_if<MapProblem>(&message);
  if (!problem || !its_own(*problem)) return false;
  problem_ = UserError{problem->code, problem->place, problem->with};
  slot_.waiting = false;
  picture_.reset();
  version_ = fresh_number();
  return true;
}

// Nothing where such an axis can't be.
std::optional<MapAxis> SurfaceMap::axis(const MapSide& side) const {
  MapAxis axis{"", side.least, side.most, side.scale};
  if (ask_.kind == MapKind::starts)
    axis.name = side.name == "x" ? "x" : side.name == "y" ? "y" : "";
  else
    for (const ParameterSpec& spec : rule_of(asked_)->parameters)
      if (spec.name == side.name) axis.name = spec.name;
  if (axis.name != side.name || !(axis.least < axis.most) || !std::isfinite(axis.value(0)) || !std::isfinite(axis.value(1))) return {};
  return axis;
}

bool SurfaceMap::begin(const MapBegun& m) {
  const auto across = axis(m.across), up = axis(m.up);
  const std::uint32_t rows = m.up.name.empty() ? 1 : rows_;
  if (!across || !up || across->name.empty() || m.columns != columns_ || m.rows != rows || m.minima.size() > MinimaSearch::kMost) return false;
  if (ask_.kind == MapKind::starts && up->name.empty()) return false;
  if (current()) return true; // it was asked for again
  picture_.emplace(Picture{question_, *across, *up, m.minima, MapCells(static_cast<int>(m.columns), static_cast<int>(m.rows))});
  version_ = fresh_number();
  return true;
}

bool SurfaceMap::add(const MapPiece& m) {
  if (!current() || m.steps.size() != m.ends.size() || m.f.size() != m.ends.size()) return false;
  MapCells& cells = picture_->cells;
  const auto done = static_cast<std::uint64_t>(cells.done()), end = std::uint64_t{m.from} + m.ends.size();
  if (m.from > done || end > static_cast<std::uint64_t>(cells.total())) return false;
  for (std::size_t i = 0; i < m.ends.size(); ++i)
    if ((m.ends[i] < MapPiece::kNowhere && m.ends[i] >= picture_->minima.size()) || m.steps[i] > static_cast<std::uint32_t>(kStepsMost)) return false;
  for (std::uint64_t number = done; number < end; ++number) {
    const auto i = static_cast<std::size_t>(number - m.from);
    const bool arrived = m.ends[i] < MapPiece::kNowhere;
    cells.add({arrived ? static_cast<std::int32_t>(m.steps[i]) : -1, arrived ? m.ends[i] : -1, m.ends[i] == MapPiece::kDiverged, m.f[i]});
  }
  if (complete()) slot_.waiting = false;
  version_ = fresh_number();
  return true;
}

const Arrival* SurfaceMap::at(int column, int row) const {
  return column >= 0 && column < columns() && row >= 0 && row < rows() ? picture_->cells.at(column, row) : nullptr;
}

double SurfaceMap::progress() const {
  if (!slot_.waiting) return -1;
  return current() ? static_cast<double>(picture_->cells.done()) / static_cast<double>(picture_->cells.total()) : 0;
}

Json SurfaceMap::cell_settings(int column, int row) const {
  if (!current() || column < 0 || column >= columns() || row < 0 || row >= rows()) return nullptr;
  const double x = readable(picture_->across, column, columns());
  if (ask_.kind == MapKind::starts) return {{"start", {x, readable(picture_->up, row, rows())}}};
  Json optimizer = {{"lr", x}};
  if (const std::string_view name = picture_->up.name; !name.empty()) {
    const std::string list(name.substr(0, name.find('/')));
    optimizer[list] = wanted_.at("optimizer").at(list); // of betas both: a patch replaces lists whole
    optimizer[parameter_pointer(name)] = readable(picture_->up, row, rows());
  }
  return {{"optimizer", std::move(optimizer)}};
}

} // namespace downhill
