#include "app/core/surface_model.hpp"

#include "app/core/number_text.hpp"
#include "optimizers/list.hpp"
#include "surfaces/map.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace downhill {
namespace {

constexpr double kStepsAFrame = 10, kFramesToTheEnd = 100; // at full speed: so many steps, or more where there are many to take
constexpr double kTrials = 4000;                           // steps of a walk, by what one costs, that are enough to compare rates

bool same(const SurfaceSettings& a, const SurfaceSettings& b) {
  return a.surface.name == b.surface.name && a.surface.values == b.surface.values && a.formula == b.formula && a.loss == b.loss && a.along == b.along &&
         a.points == b.points;
}

// Instead of points of images that are not there yet: so many, spread as they are (mean 0, deviation 1). The two coordinates say nearly the
// same and hardly tell the classes apart, which makes the surface about as steep as it can be: rates that suit these throw nobody out of
// those.
constexpr std::size_t kStandInCycle = 32;
std::shared_ptr<const Surface> stand_in_for(SurfaceSettings settings, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t k = i % kStandInCycle;
    const float side = k % 2 == 0 ? 1.0F : -1.0F;
    const bool across = k >= 28, second = across ? k < 30 : k / 2 < (k % 2 == 0 ? 8U : 6U);
    settings.points.push_back({side, second ? 1.0F : 0.0F, across ? -side : side});
  }
  return make_surface(settings);
}

SurfaceDocument read_document(const LabDocument& document) {
  auto read = surface_document_from_json(document.json());
  assert(read && "what the format takes can be walked on");
  return std::move(*read);
}

double height_at_end(Walk walk) {
  while (walk.advance()) {
  }
  return walk.diverged() ? INFINITY : static_cast<double>(walk.here().f);
}

} // namespace

SurfaceModel::SurfaceModel(LabDocument& document, const SurfacePoints* points) : document_(document), points_(points) { read(); }

const SurfaceEntry& SurfaceModel::entry() const { return entry_of(surfaces(), surface_settings_.surface.name); }

void SurfaceModel::read() {
  if (read_version_ == document_.version() && !(waiting_ && points_ && points_->of(surface_settings_))) return;
  read_version_ = document_.version();
  ++news_;
  SurfaceDocument now = read_document(document_);
  if (needs_images(now.surface) && points_)
    if (const auto* points = points_->of(now.surface)) now.surface.points = *points;
  const bool other = !surface_ || !same(now.surface, surface_settings_);
  if (other) {
    surface_settings_ = now.surface;
    waiting_ = needs_images(now.surface);
    surface_ = waiting_ ? stand_in_for(now.surface, point_count(now.surface)) : make_surface(now.surface);
    working_of_ = {};
    minima_.clear();
    search_.reset();
    if (!waiting_) search_.emplace(now.surface, entry().view);
    if (entry().at) look_for_minima([] { return false; }); // the table says them
    ++surface_version_;
  }
  std::vector<Lane> old = std::exchange(lanes_, {});
  steps_ = document_.at("/steps").get<std::int64_t>();
  for (SurfaceLane& lane : now.lanes) {
    const auto kept = std::find_if(old.begin(), old.end(), [&](const Lane& each) { return !each.stands.empty() && each.given.complete == lane.complete; });
    if (!other && kept != old.end()) {
      lanes_.push_back(std::move(*kept));
      kept->stands.clear(); // taken
      lanes_.back().given = std::move(lane);
      continue;
    }
    Walk walk(surface_, lane.settings);
    std::vector<Stand> stands = {walk.here()};
    lanes_.push_back({std::move(lane), std::move(walk), std::move(stands)});
    lanes_.back().ended = lanes_.back().walk.diverged();
  }
  position_ = std::min(position_, static_cast<double>(steps_));
}

std::size_t SurfaceModel::reached(std::size_t lane) const { return std::min(static_cast<std::size_t>(step()), lanes_[lane].stands.size() - 1); }
bool SurfaceModel::diverged(std::size_t lane) const { return lanes_[lane].walk.diverged() && reached(lane) + 1 == lanes_[lane].stands.size(); }

double SurfaceModel::distance(Place at) const {
  double least = -1;
  for (const Place& minimum : minima_) {
    const double dx = at.x - minimum.x, dy = at.y - minimum.y, squared = dx * dx + dy * dy;
    if (least < 0 || squared < least) least = squared;
  }
  return least < 0 ? least : std::sqrt(least);
}

const Working* SurfaceModel::working(std::size_t lane) {
  if (waiting_) return nullptr;
  const std::size_t at = reached(lane);
  const std::array<std::uint64_t, 3> of{lane + 1, at, read_version_};
  if (working_of_ != of) {
    working_of_ = of;
    const Lane& it = lanes_[lane];
    if (at + 1 < it.stands.size())
      working_ = working_between(it.stands[at], it.stands[at + 1], static_cast<std::int64_t>(at) + 1, it.given.settings.optimizer);
    else
      working_ = it.ended ? std::nullopt : next_working(it.walk);
  }
  return working_ ? &*working_ : nullptr;
}

// ---- transport ----

Transport SurfaceModel::transport() const {
  if (running_) return Transport::running;
  if (waiting()) return position_ > 0 ? Transport::paused : Transport::ready; // nobody is on the way to anywhere
  const auto there = [&](const Lane& lane) { return lane.ended || static_cast<std::int64_t>(lane.stands.size()) > steps_; };
  if (step() >= steps_) return std::all_of(lanes_.begin(), lanes_.end(), there) ? Transport::finished : Transport::running; // they are on their way
  return position_ > 0 ? Transport::paused : Transport::ready;
}

void SurfaceModel::start() {
  if (step() >= steps_) position_ = 0;
  running_ = true, ticked_s_ = -1, ++news_;
}

void SurfaceModel::pause() {
  running_ = false;
  position_ = static_cast<double>(step());
  ++news_;
}

void SurfaceModel::seek(std::int64_t step) {
  running_ = false;
  position_ = static_cast<double>(std::clamp<std::int64_t>(step, 0, steps_));
  ++news_;
}

// Whether it has got there, or can't.
bool SurfaceModel::walk_on(Lane& lane, std::size_t to, const std::function<bool()>& over) {
  while (!lane.ended && lane.stands.size() <= to) {
    if (over()) return false;
    lane.ended = !lane.walk.advance();
    if (!lane.ended) lane.stands.push_back(lane.walk.here());
    ++news_;
  }
  return true;
}

bool SurfaceModel::tick(double now_s, const std::function<double()>& clock_s, double budget_s) {
  read();
  if (waiting_) return ticked_s_ = -1, false;
  if (running_) {
    const double before = position_;
    const double moved = steps_per_s > 0 ? (ticked_s_ < 0 ? 0 : std::min(now_s - ticked_s_, 0.25) * steps_per_s)
                                         : std::max(kStepsAFrame, static_cast<double>(steps_) / kFramesToTheEnd);
    position_ = std::min(position_ + std::max(moved, 0.0), static_cast<double>(steps_));
    ticked_s_ = now_s;
    if (static_cast<std::int64_t>(before) != step()) ++news_;
    if (step() >= steps_) running_ = false, ++news_;
  }
  const double until_s = clock_s() + budget_s;
  int taken = 0;
  const auto over = [&] { return ++taken % 16 == 0 && clock_s() > until_s; }; // a clock is dearer than a step
  bool more = false;
  for (Lane& lane : lanes_) more = !walk_on(lane, static_cast<std::size_t>(step()), over) || more;
  return look_for_minima([&] { return clock_s() > until_s; }) || more;
}

// Whether it goes on. A piece at least is done, however little time there is.
bool SurfaceModel::look_for_minima(const std::function<bool()>& over) {
  if (!search_) return false;
  while (search_->advance())
    if (over()) return true;
  minima_ = search_->take();
  search_.reset();
  ++news_;
  return false;
}

// ---- edits ----

std::optional<UserError> SurfaceModel::edit(const std::function<void(Json&)>& change) {
  Json json = document_.json();
  change(json);
  auto error = document_.change_to(json);
  read();
  return error;
}

std::optional<UserError> SurfaceModel::choose(std::string_view surface) {
  if (!find_entry(surfaces(), surface)) return UserError{"no_field", "", {std::string(surface)}};
  return edit([&](Json& json) {
    const SurfaceEntry& wanted = entry_of(surfaces(), surface);
    Json next = Json::object();
    for (const char* kept : {"downhill", "lab", "steps", "seed", "schedule"})
      if (json.contains(kept)) next[kept] = json[kept];
    next["surface"] = {{"name", surface}};
    const auto alone =
        surface_document_from_json({{"downhill", kFormatVersion}, {"lab", "surface"}, {"surface", next["surface"]}, {"lanes", Json::array({Json::object()})}});
    const std::size_t points = alone ? point_count(alone->surface) : 0;
    for (const Json& lane : json["lanes"]) {
      Json fresh = lane;
      fresh.erase("start");
      if (!wanted.over_points() || (fresh.contains("batch") && fresh["batch"].is_number() && fresh["batch"].get<double>() > static_cast<double>(points)))
        fresh.erase("batch");
      next["lanes"].push_back(fresh);
    }
    json = std::move(next);
    auto made = surface_document_from_json(json);
    if (!made) return; // it is refused again, with its place
    // rates that suit one surface throw lanes out of the next: each takes its best there; of images always the best on what stands in
    // for them, so that it does not hang on whether they are there already
    const auto down = needs_images(made->surface) ? stand_in_for(made->surface, kStandInCycle) : make_surface(made->surface);
    for (std::size_t i = 0; i < made->lanes.size(); ++i) {
      json["lanes"][i]["optimizer"] = made->lanes[i].complete["optimizer"];
      json["lanes"][i]["optimizer"]["lr"] = best_rate(down, made->lanes[i].settings);
    }
  });
}

std::optional<UserError> SurfaceModel::set_formula(const std::string& text) {
  return edit([&](Json& json) { json["surface"] = {{"name", "formula"}, {"formula", text}}; });
}

std::optional<UserError> SurfaceModel::set_loss(std::string_view loss) {
  return edit([&](Json& json) { json["surface"]["loss"] = loss; });
}

std::optional<UserError> SurfaceModel::set_one_of_two(const char* key, std::size_t place, const Json& value) {
  return edit([&](Json& json) {
    if (!json["surface"].contains(key) || place > 1) return; // points that are given have none
    Json& two = json["surface"][key];
    if (two[1 - place] == value) two[1 - place] = two[place];
    two[place] = value;
  });
}

std::optional<UserError> SurfaceModel::move_start(std::optional<std::size_t> of, Place to, bool held, double grain) {
  const auto rounded = [&](double value) { return rounded_to(std::round(value / grain) * grain, 12); };
  const auto error = document_.set({of, "/start"}, Json{rounded(to.x), rounded(to.y)}, held);
  read();
  return error;
}

std::optional<UserError> SurfaceModel::own_start(std::size_t lane, bool own) {
  if (lane >= lanes_.size()) return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(lanes_.size())}};
  return edit([&](Json& json) {
    Json& patch = json["lanes"][lane];
    if (!own) {
      patch.erase("start");
      return;
    }
    // beside the others', so that it can be taken hold of
    const Extent& view = entry().view;
    const WalkSettings& settings = lanes_[lane].given.settings;
    const double x = settings.start.x + 0.08 * view.width();
    patch["start"] = {rounded_to(x <= view.x_most ? x : settings.start.x - 0.08 * view.width(), 4), rounded_to(settings.start.y, 4)};
  });
}

std::optional<UserError> SurfaceModel::change_lane(std::size_t lane, const Json& patch) {
  if (lane >= lanes_.size()) return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(lanes_.size())}};
  return edit([&](Json& json) {
    for (const auto& [key, value] : patch.items()) {
      Json whole = lanes_[lane].given.complete[key];
      merge_patch(whole, value);
      json["lanes"][lane][key] = whole;
    }
  });
}

std::optional<UserError> SurfaceModel::add_lane(std::string_view rule) {
  return edit([&](Json& json) {
    Json lane = {{"optimizer", rule}};
    json["lanes"].push_back(lane);
    const auto made = surface_document_from_json(json);
    if (!made) return;
    json["lanes"].back()["optimizer"] = {{"name", rule}, {"lr", best_rate(surface_, made->lanes.back().settings)}};
  });
}

std::optional<UserError> SurfaceModel::remove_lane(std::size_t lane) {
  if (lane >= lanes_.size()) return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(lanes_.size())}};
  return edit([&](Json& json) { json["lanes"].erase(lane); });
}

std::optional<UserError> SurfaceModel::set_rates(double lr) {
  return edit([&](Json& json) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      json["lanes"][i]["optimizer"] = lanes_[i].given.complete["optimizer"];
      json["lanes"][i]["optimizer"]["lr"] = lr;
    }
  });
}

std::optional<UserError> SurfaceModel::best_rates() {
  return edit([&](Json& json) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      json["lanes"][i]["optimizer"] = lanes_[i].given.complete["optimizer"];
      json["lanes"][i]["optimizer"]["lr"] = best_rate(surface_, lanes_[i].given.settings);
    }
  });
}

double best_rate(const std::shared_ptr<const Surface>& surface, WalkSettings lane) {
  const ParameterSpec& spec = entry_of(optimizers(), lane.optimizer.name).parameters[0];
  // a long walk, and one over many points or by a long formula, takes long: what is best after fewer steps is near enough
  lane.steps = std::min<std::int64_t>(lane.steps, std::clamp<std::int64_t>(static_cast<std::int64_t>(kTrials / std::max(1.0, surface->cost())), 20, 400));
  double best = lane.optimizer.values[0], lowest = INFINITY;
  for (const double power : {1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0})
    for (const double times : {1.0, 2.0, 5.0}) {
      const double rate = rounded_to(times * power, 1);
      if (rate < spec.least || rate > spec.most) continue;
      lane.optimizer.values[0] = rate;
      if (const double height = height_at_end(Walk(surface, lane)); height < lowest) lowest = height, best = rate;
    }
  return best;
}

std::string paths_csv(const SurfaceModel& model, const std::vector<std::string>& names) {
  std::string out = "lane,step,x,y,f,distance\n";
  for (std::size_t lane = 0; lane < model.lanes().size() && !model.waiting(); ++lane) {
    const auto path = model.path(lane);
    for (std::size_t step = 0; step < path.size(); ++step) {
      const double x = static_cast<double>(path[step].place[0]), y = static_cast<double>(path[step].place[1]);
      const double distance = model.distance({x, y});
      out += csv_text(names[lane]) + "," + std::to_string(step) + "," + csv_number(x) + "," + csv_number(y) + "," +
             csv_number(static_cast<double>(path[step].f)) + "," + (distance < 0 ? "" : csv_number(distance)) + "\n";
    }
  }
  return out;
}

} // namespace downhill
