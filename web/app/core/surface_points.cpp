#include "app/core/surface_points.hpp"

#include "app/core/fresh_number.hpp"

#include "surfaces/surface_document.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

std::string document_of(const SurfaceSettings& s) {
  Json surface = {{"name", s.surface.name}, {"along", s.along}};
  const auto& specs = entry_of(surfaces(), s.surface.name).parameters;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const std::string_view name = specs[i].name;
    if (const std::size_t slash = name.find('/'); slash == std::string_view::npos)
      surface[std::string(name)] = s.surface.values[i];
    else
      surface[std::string(name.substr(0, slash))].push_back(s.surface.values[i]);
  }
  return Json{{"downhill", kFormatVersion}, {"lab", kSurfaceFormat.lab}, {"surface", std::move(surface)}, {"lanes", Json::array({Json::object()})}}.dump();
}

} // namespace

const std::vector<Point>* SurfacePoints::of(const SurfaceSettings& settings) const {
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const Known& each) { return each.is_of(settings); });
  return found == known_.end() ? nullptr : &found->points;
}

void SurfacePoints::want(const SurfaceSettings& settings) {
  // one question at a time: a number that is dragged would ask for each of its values
  if (of(settings) || waiting_ || (asked_.is_of(settings) && problem_)) return;
  asked_ = {settings.surface, settings.along, {}};
  problem_.reset();
  waiting_ = true;
  request_ = fresh_request();
  post_(AskPoints{request_, document_of(settings)});
}

bool SurfacePoints::take(const ToApp& message) {
  const auto* answer = std::get_if<Points>(&message);
  if (!answer || !waiting_ || answer->request != request_) return false;
  if (!answer->code.empty()) {
    waiting_ = false;
    problem_ = UserError{answer->code, answer->place, answer->with};
    return true;
  }
  if (answer->numbers.size() != 3 * static_cast<std::size_t>(asked_.surface.values.back())) return false;
  std::vector<Point> points;
  for (std::size_t i = 0; i < answer->numbers.size(); i += 3) points.push_back({answer->numbers[i], answer->numbers[i + 2], answer->numbers[i + 1]});
  const auto number = [](float value) { return std::fabs(value) <= static_cast<float>(kPlaceMost); }; // false for NaN
  if (!std::all_of(points.begin(), points.end(), [&](const Point& p) { return number(p.x) && number(p.y) && p.t >= 0 && p.t <= 1; })) return false;
  waiting_ = false;
  if (known_.size() == kKnownMost) known_.erase(known_.begin());
  known_.push_back({asked_.surface, asked_.along, std::move(points)});
  return true;
}

} // namespace downhill
