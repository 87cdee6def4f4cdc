// The lanes of the lab Surface, as claims measure them: `at` is a step. Where batches are drawn, the five samples are seeds of their
// order; where nothing is drawn, they are the preset's start and four around it, so that no claim is true of one point by accident.
#include "measured.hpp"

#include "surfaces/image_points.hpp"
#include "surfaces/map.hpp"
#include "surfaces/surface_document.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

// How far the other starts are from the preset's, as a share of the view's sides: a hand that drags it misses by no more.
constexpr double kMissed = 0.01;

// By name: a number of each place on the way, and a number of the way from its start to there.
struct PlaceValue {
  std::string_view id;
  double (*of)(const Stand& stand, std::span<const Place> minima);
};
struct WayValue {
  std::string_view id;
  double (*of)(std::span<const Stand> way, std::span<const Place> minima, const Json& claim);
};

Place place_of(const Stand& stand) { return {static_cast<double>(stand.place[0]), static_cast<double>(stand.place[1])}; }
double between(Place a, Place b) { return std::hypot(a.x - b.x, a.y - b.y); }
double between(const Stand& a, const Stand& b) { return between(place_of(a), place_of(b)); }
// The number of the nearest minimum, as the table counts them; −1: none is known.
std::ptrdiff_t nearest(const Stand& stand, std::span<const Place> minima) {
  const auto nearer = [at = place_of(stand)](Place a, Place b) { return between(at, a) < between(at, b); };
  return minima.empty() ? -1 : std::min_element(minima.begin(), minima.end(), nearer) - minima.begin();
}
double distance(const Stand& stand, std::span<const Place> minima) {
  const std::ptrdiff_t number = nearest(stand, minima);
  return number < 0 ? std::numeric_limits<double>::quiet_NaN() : between(place_of(stand), minima[static_cast<std::size_t>(number)]);
}

// How often the steps in one direction change their sign.
template <std::size_t coordinate> double turns(std::span<const Stand> way, std::span<const Place>, const Json&) {
  double count = 0;
  float before = 0;
  for (std::size_t i = 1; i < way.size(); ++i) {
    const float step = way[i].place[coordinate] - way[i - 1].place[coordinate];
    if (step == 0) continue;
    count += step * before < 0;
    before = step;
  }
  return count;
}

constexpr PlaceValue kPlaceValues[] = {
    // with most_ or least_ before it: the most or the least of all places up to there
    {"x", [](const Stand& s, auto) { return static_cast<double>(s.place[0]); }},
    {"y", [](const Stand& s, auto) { return static_cast<double>(s.place[1]); }},
    {"f", [](const Stand& s, auto) { return std::isfinite(s.f) ? static_cast<double>(s.f) : std::numeric_limits<double>::infinity(); }},
    {"distance", distance}, // from the nearest minimum
    {"minimum", [](const Stand& s, auto minima) { return static_cast<double>(nearest(s, minima)); }},
};
constexpr WayValue kWayValues[] = {
    {"turns_x", turns<0>},
    {"turns_y", turns<1>},
    // of the way, and of the step that led to its end
    {"length",
     [](auto way, auto, const Json&) {
       double sum = 0;
       for (std::size_t i = 1; i < way.size(); ++i) sum += between(way[i - 1], way[i]);
       return sum;
     }},
    {"stride", [](auto way, auto, const Json&) { return way.size() < 2 ? 0 : between(way[way.size() - 2], way.back()); }},
    // root mean square distance from the nearest minimum over the last quarter
    {"radius",
     [](auto way, auto minima, const Json&) {
       const auto last = way.last((way.size() + 3) / 4);
       double sum = 0;
       for (const Stand& stand : last) sum += distance(stand, minima) * distance(stand, minima);
       return std::sqrt(sum / static_cast<double>(last.size()));
     }},
    // the first step with f below "below"; infinite: none
    {"steps_to",
     [](auto way, auto, const Json& claim) {
       for (std::size_t i = 0; i < way.size(); ++i)
         if (static_cast<double>(way[i].f) < claim["below"].get<double>()) return static_cast<double>(i);
       return std::numeric_limits<double>::infinity();
     }},
};

class WalkedLane : public MeasuredLane {
public:
  WalkedLane(std::vector<Stand> path, std::vector<Place> minima) : path_(std::move(path)), minima_(std::move(minima)) {}

  double value(const Json& claim, std::optional<double> at) const override {
    const std::string name = claim["value"].get<std::string>();
    const auto end = std::min(path_.size(), static_cast<std::size_t>(at.value_or(1e9)) + 1); // one that diverged before: where it did
    const auto way = std::span(path_).first(end);
    for (const WayValue& each : kWayValues)
      if (name == each.id) return each.of(way, minima_, claim);
    for (const PlaceValue& each : kPlaceValues) {
      const auto less = [&](const Stand& a, const Stand& b) { return each.of(a, minima_) < each.of(b, minima_); };
      if (name == each.id) return each.of(way.back(), minima_);
      if (name == "most_" + std::string(each.id)) return each.of(*std::max_element(way.begin(), way.end(), less), minima_);
      if (name == "least_" + std::string(each.id)) return each.of(*std::min_element(way.begin(), way.end(), less), minima_);
    }
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::uint64_t hash() const override { return hash_of(path_); }

private:
  std::vector<Stand> path_;
  std::vector<Place> minima_;
};

std::unique_ptr<MeasuredLane> walk(const SurfaceDocument& document, const SurfaceLane& lane, bool drawn, std::uint64_t sample) {
  const Extent view = entry_of(surfaces(), document.surface.surface.name).view;
  WalkSettings settings = lane.settings;
  if (!drawn && sample > 0) {
    settings.start.x += kMissed * view.width() * (sample % 2 == 0 ? 1 : -1);
    settings.start.y += kMissed * view.height() * (sample > 2 ? 1 : -1);
  }
  return std::make_unique<WalkedLane>(whole_path(Walk(make_surface(document.surface), settings)), minima_of(document.surface, view));
}

// With its points, where these are images.
Result<SurfaceDocument> read(const Json& json, const std::shared_ptr<const Source>& source) {
  auto document = surface_document_from_json(json);
  if (!document || !needs_images(document->surface)) return document;
  auto points = image_points(source, document->surface);
  if (!points) return points.error();
  document->surface.points = std::move(*points);
  return document;
}

} // namespace

Result<Course> walk_lanes(Json json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  auto document = read(json, source);
  if (!document) return document.error();
  const bool drawn = std::any_of(document->lanes.begin(), document->lanes.end(), [](const SurfaceLane& lane) { return lane.settings.batch > 0; });
  if (drawn) {
    json["seed"] = document->complete["seed"].get<std::uint64_t>() + sample;
    document = read(json, source);
  }
  Course course;
  for (const SurfaceLane& lane : document->lanes) course.lanes.push_back(walk(*document, lane, drawn, sample));
  for (ChangedLane& each : changed_lanes(claims)) { // what no lane may differ in, such as the surface, may be changed, too
    Json changed = document->lanes[each.first].complete;
    merge_patch(changed, Json::parse(each.second));
    changed.update({{"downhill", kFormatVersion}, {"lab", "surface"}, {"lanes", {Json::object()}}});
    const auto other = read(changed, source);
    if (!other) return other.error();
    course.changed.emplace(std::move(each), walk(*other, other->lanes[0], drawn, sample));
  }
  return course;
}

} // namespace downhill
