#include "app/core/fit_model.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

constexpr std::int64_t kShown = 481;
constexpr double kBeyond = 0.2; // of the interval's width, to each side
constexpr double kRoom = 0.12;  // of the heights that are shown, above and below
constexpr double kAsGood = 1.1; // times the least expected error: what differs by less is no worse to speak of

double grain_of(double width) { return width > 0 && std::isfinite(width) ? std::pow(10, std::floor(std::log10(width))) / 100 : 0.01; }
// By division: multiples of 0.01 are then those that people write.
double to_grain(double value, double grain) {
  const double parts = std::round(1 / grain);
  return parts >= 1 ? std::round(value * parts) / parts : std::round(value / grain) * grain;
}
Json number(double value) {
  return value == std::floor(value) && std::fabs(value) < 1e15 ? Json(static_cast<std::int64_t>(value)) : Json(value); // 1, not 1.0
}
Json json_of(std::span<const Tower> towers) {
  Json all = Json::array();
  for (const Tower& t : towers) all.push_back(Json::array({number(t.from), number(t.to), number(t.height)}));
  return all;
}

} // namespace

void FitLabModel::follow() {
  if (followed_ == document_.version()) return;
  followed_ = document_.version();
  const FitDocument now = fit_settings(document_.now());
  settings_ = now.settings;
  part_ = now.part;
  const Json& target = now.complete["target"];
  target_name_ = target["name"].get<std::string>();
  target_ = std::make_shared<const Target>(settings_);
  const double width = settings_.high - settings_.low, beyond = part_ == FitPart::approximate ? kBeyond * width : 0;
  places_.clear(), f_.clear(), towers_curve_.clear();
  for (std::int64_t i = 0; i < kShown; ++i) {
    const double x = settings_.low - beyond + (width + 2 * beyond) * static_cast<double>(i) / static_cast<double>(kShown - 1);
    places_.push_back(x);
    f_.push_back(target_->at(x));
    towers_curve_.push_back(towers_at(settings_, x));
  }
  points_ = first_points(settings_, *target_);
  deviation_ = tower_deviation(settings_, *target_);
}

std::array<double, 2> FitLabModel::heights_shown() const {
  double low = 1e300, high = -1e300;
  const auto stretch = [&](double y) {
    if (std::isfinite(y)) low = std::min(low, y), high = std::max(high, y);
  };
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (places_[i] >= settings_.low && places_[i] <= settings_.high) stretch(f_[i]);
  if (part_ == FitPart::approximate) {
    stretch(0);
    for (const Tower& t : towers()) stretch(t.height);
  } else {
    for (const FitPoint& p : points_) stretch(p.y);
  }
  const double room = std::max(kRoom * (high - low), 0.05);
  return {low - room, high + room};
}

std::optional<UserError> FitLabModel::put(const Values& values, bool held) {
  auto error = document_.set_all(values, held);
  follow();
  return error;
}
std::optional<UserError> FitLabModel::change(Json json) {
  auto error = document_.change_to(json);
  follow();
  return error;
}

// ---- the target ----

std::optional<UserError> FitLabModel::choose_target(std::string_view id) {
  Json json = document_.json();
  const double low = settings_.low, width = settings_.high - settings_.low;
  if (const FitTargetEntry* entry = find_entry(fit_targets(), id)) {
    json["target"] = {{"name", id}};
    json["interval"] = {number(entry->low), number(entry->high)};
    const double to_width = entry->high - entry->low, grain = grain_of(to_width);
    std::vector<Tower> towers = settings_.towers;
    for (Tower& t : towers)
      for (double* edge : {&t.from, &t.to}) *edge = to_grain(entry->low + (*edge - low) / width * to_width, grain);
    std::erase_if(towers, [](const Tower& t) { return !(t.from < t.to); });
    json["towers"] = json_of(towers);
    json["place"] = number(to_grain((entry->low + entry->high) / 2, grain));
    return change(std::move(json));
  }
  if (id == "formula") {
    json["target"] = {{"name", id}, {"formula", settings_.target.formula.empty() ? std::string("x") : settings_.target.formula}};
    return change(std::move(json));
  }
  json["target"] = {{"name", id}, {"values", shown_heights()}};
  return change(std::move(json));
}

std::vector<double> FitLabModel::shown_heights() const {
  std::vector<double> heights;
  for (std::size_t i = 0; i < kHeights; ++i)
    heights.push_back(to_grain(target_->at(settings_.low + (settings_.high - settings_.low) * static_cast<double>(i) / (kHeights - 1)), grain_y()));
  return heights;
}

std::optional<UserError> FitLabModel::type_formula(const std::string& text) { return put({{"/target", {{"name", "formula"}, {"formula", text}}}}); }

double FitLabModel::height_place(std::size_t which) const {
  const std::size_t count = settings_.target.heights.size();
  if (count < 2) return settings_.low;
  return settings_.low + (settings_.high - settings_.low) * static_cast<double>(which) / static_cast<double>(count - 1);
}

std::optional<UserError> FitLabModel::stroke(FitPoint from, FitPoint to, bool held) {
  std::vector<double> heights = settings_.target.heights.empty() ? shown_heights() : settings_.target.heights;
  if (from.x > to.x) std::swap(from, to);
  const double last = static_cast<double>(heights.size() - 1), width = settings_.high - settings_.low;
  const auto place = [&](double x) { return std::clamp(std::round((x - settings_.low) / width * last), 0.0, last); };
  const auto first = static_cast<std::size_t>(place(from.x)), end = static_cast<std::size_t>(place(to.x));
  for (std::size_t i = first; i <= end; ++i) { // the nearest of each end, and all between
    const double x = settings_.low + width * static_cast<double>(i) / last;
    const double share = to.x > from.x ? std::clamp((x - from.x) / (to.x - from.x), 0.0, 1.0) : 1;
    heights[i] = std::clamp(to_grain(from.y + share * (to.y - from.y), grain_y()), -kFitHeightMost, kFitHeightMost);
  }
  return put_heights(heights, held);
}

std::optional<UserError> FitLabModel::put_heights(std::span<const double> heights, bool held) {
  Json values = Json::array();
  for (const double y : heights) values.push_back(number(y));
  return put({{"/target", {{"name", "drawn"}, {"values", std::move(values)}}}}, held);
}

std::optional<UserError> FitLabModel::set_height(std::size_t which, double y, bool held) {
  if (which >= settings_.target.heights.size()) return {};
  const double x = height_place(which);
  return stroke({x, y}, {x, y}, held);
}

std::optional<UserError> FitLabModel::set_interval(double low, double high) { return put({{"/interval", {number(low), number(high)}}}); }

// ---- towers ----

std::optional<UserError> FitLabModel::put_towers(const std::vector<Tower>& towers, bool held) { return put({{"/towers", json_of(towers)}}, held); }

std::optional<UserError> FitLabModel::add_tower() {
  if (!can_add_tower()) return {};
  // the widest stretch without a tower, or a fifth of it all
  std::vector<Tower> all = towers(), sorted = all;
  std::sort(sorted.begin(), sorted.end(), [](const Tower& a, const Tower& b) { return a.from < b.from; });
  const double low = settings_.low, high = settings_.high, grain = grain_x(), fifth = (high - low) / 5;
  double covered = low, from = low, gap = 0;
  for (const Tower& t : sorted) {
    if (t.from - covered > gap + grain / 2) gap = t.from - covered, from = covered;
    covered = std::max(covered, t.to);
  }
  if (high - covered > gap + grain / 2) gap = high - covered, from = covered;
  if (gap < 2 * grain) from = low + 2 * fifth, gap = fifth;
  double lowest = 1e300, highest = -1e300; // beyond the interval f may have no values
  for (std::size_t i = 0; i < f_.size(); ++i)
    if (places_[i] >= low && places_[i] <= high && std::isfinite(f_[i])) lowest = std::min(lowest, f_[i]), highest = std::max(highest, f_[i]);
  const double left = to_grain(from, grain), right = std::min(high, to_grain(from + std::min(gap, fifth), grain));
  all.push_back({left, right, to_grain((lowest + highest) / 2, grain_y())});
  if (all.back().height == 0) all.back().height = to_grain(std::max(highest, grain_y()), grain_y()); // one that can be seen
  return put_towers(all, false);
}

std::optional<UserError> FitLabModel::remove_tower(std::size_t which) {
  if (which >= towers().size()) return {};
  std::vector<Tower> all = towers();
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
  return put_towers(all, false);
}

std::optional<UserError> FitLabModel::move_tower(std::size_t which, Edge edge, double to, bool held) {
  if (which >= towers().size()) return {};
  std::vector<Tower> all = towers();
  Tower& t = all[which];
  const double grain = grain_x();
  switch (edge) {
  case Edge::left: t.from = std::clamp(to_grain(to, grain), settings_.low, std::max(settings_.low, t.to - grain)); break;
  case Edge::right: t.to = std::clamp(to_grain(to, grain), std::min(settings_.high, t.from + grain), settings_.high); break;
  case Edge::top: t.height = std::clamp(to_grain(to, grain_y()), -kFitHeightMost, kFitHeightMost); break;
  }
  return put_towers(all, held);
}

std::optional<UserError> FitLabModel::spread_towers(std::size_t count) {
  std::vector<Tower> all = even_towers(settings_, *target_, std::clamp<std::size_t>(count, 1, kTowersMost));
  for (Tower& t : all) t.height = to_grain(t.height, grain_y() / 10);
  return put_towers(all, false);
}

// ---- points ----

double FitLabModel::grain_x() const { return grain_of(settings_.high - settings_.low); }
double FitLabModel::grain_y() const {
  const auto [low, high] = heights_shown();
  return grain_of(high - low);
}

FitPoint FitLabModel::kept_within(FitPoint at) const {
  return {std::clamp(to_grain(at.x, grain_x()), settings_.low, settings_.high), std::clamp(to_grain(at.y, grain_y()), -kFitHeightMost, kFitHeightMost)};
}

std::optional<UserError> FitLabModel::put_points(std::span<const FitPoint> points, bool held) {
  Json own = Json::array();
  for (const FitPoint& p : points.first(std::min(points.size(), kOwnPointsMost))) own.push_back(Json::array({number(p.x), number(p.y)}));
  return put({{"/own", std::move(own)}}, held);
}

std::optional<UserError> FitLabModel::add_point(FitPoint at) {
  if (!can_add_point()) return {};
  std::vector<FitPoint> all = points_;
  all.push_back(kept_within(at));
  return put_points(all, false);
}

std::optional<UserError> FitLabModel::add_middle_point() {
  const double middle = (settings_.low + settings_.high) / 2;
  return add_point({middle, target_->at(middle)});
}

std::optional<UserError> FitLabModel::move_point(std::size_t which, FitPoint to, bool held) {
  if (which >= points_.size() || points_.size() > kOwnPointsMost) return {};
  std::vector<FitPoint> all = points_;
  all[which] = kept_within(to);
  return put_points(all, held);
}

std::optional<UserError> FitLabModel::remove_point(std::size_t which) {
  if (which >= points_.size() || points_.size() < 2 || points_.size() > kOwnPointsMost + 1) return {};
  std::vector<FitPoint> all = points_;
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
  return put_points(all, false);
}

std::optional<UserError> FitLabModel::draw_points() { return put({{"/own", Json::array()}}); }

std::optional<UserError> FitLabModel::draw_anew() {
  const double next = settings_.seed < static_cast<std::uint64_t>(kSeedMost) ? static_cast<double>(settings_.seed) + 1 : 0;
  return put({{"/seed", number(next)}, {"/own", Json::array()}});
}

// ---- the fit ----

std::optional<UserError> FitLabModel::choose_model(bool network) { return put({{"/model/name", network ? "network" : "polynomial"}}); }

std::optional<UserError> FitLabModel::set_hidden(const Json& hidden, bool held) { return put({{"/model/hidden", hidden}}, held); }

std::optional<UserError> FitLabModel::set_capacity(std::int64_t capacity, bool held) {
  return network() ? set_width(capacity, held) : put({{"/model/degree", std::clamp<std::int64_t>(capacity, 0, kDegreeMost)}}, held);
}

std::optional<UserError> FitLabModel::set_width(std::int64_t width, bool held) {
  Json hidden = some_hidden();
  for (Json& layer : hidden) layer["units"] = std::clamp<std::int64_t>(width, 1, kWidthMost);
  return set_hidden(hidden, held);
}

Json FitLabModel::some_hidden() const {
  const Json& hidden = document_.at("/model/hidden");
  return hidden.empty() ? kFitFormat.field_at("/model/hidden")->standard : hidden;
}

std::optional<UserError> FitLabModel::set_layers(std::size_t layers) {
  Json hidden = some_hidden();
  while (hidden.size() > layers) hidden.erase(hidden.size() - 1);
  while (hidden.size() < layers) hidden.push_back(hidden.back());
  return set_hidden(hidden, false);
}

std::optional<UserError> FitLabModel::set_activation(std::string_view id) {
  Json hidden = document_.at("/model/hidden");
  for (Json& layer : hidden) layer["activation"] = {{"name", id}};
  return set_hidden(hidden, false);
}

std::optional<UserError> FitLabModel::set_dropout(double p, bool held) {
  Json hidden = document_.at("/model/hidden");
  for (Json& layer : hidden) layer["dropout"] = number(p);
  return set_hidden(hidden, held);
}

const FitOutcome* FitLabModel::polynomial() const {
  if (network()) return nullptr;
  if (fitted_ != followed_) {
    FitRun run(settings_, target_, points_);
    while (run.advance()) {
    }
    polynomial_ = {run.predict(places_), run.stands().back().train_error, run.stands().back().expected_error};
    fitted_ = followed_;
  }
  return &polynomial_;
}

// What the sweep over degrees hangs on.
Json FitLabModel::sweep_key() const {
  Json key = document_.now().complete;
  for (const char* other : {"place", "at", "sets", "towers", "steepness", "goal", "part"}) key.erase(other);
  if (!network()) key["model"].erase("degree");
  return key;
}

const std::vector<CapacityFit>& FitLabModel::degrees() const {
  if (swept_ == followed_) return degrees_;
  swept_ = followed_;
  if (Json key = sweep_key(); key != swept_key_) {
    swept_key_ = std::move(key);
    degrees_.clear();
    FitSettings settings = settings_;
    settings.model.network = false;
    for (int degree = 0; degree <= kDegreeMost; ++degree) {
      FitRun run(with_capacity(settings, degree), target_, points_); // CapacityRun's numbers; f and the points are here already
      while (run.advance()) {
      }
      CapacityFit& fit = degrees_.emplace_back();
      fit.capacity = degree, fit.diverged = run.diverged();
      fit.train_error = run.stands().back().train_error, fit.expected_error = run.stands().back().expected_error;
      fit.mean_train_error = fit.mean_expected_error = fit.bias2 = fit.variance = std::nan("");
    }
  }
  return degrees_;
}

// ---- under, just, over ----

std::optional<Fitness> fitness_of(std::span<const CapacityFit> fits, std::int64_t capacity, double expected_error) {
  const auto least = least_error(fits, false);
  if (!least || !std::isfinite(expected_error)) return {};
  Fitness out{Fitness::Side::just, fits[*least].capacity, fits[*least].expected_error};
  if (expected_error < out.least) out.best = capacity, out.least = expected_error; // of widths only some are known
  if (expected_error > kAsGood * out.least) out.side = capacity < out.best ? Fitness::Side::under : Fitness::Side::over;
  return out;
}

std::optional<std::array<std::int64_t, 2>> just_fitting(std::span<const CapacityFit> fits) {
  const auto least = least_error(fits, false);
  if (!least) return {};
  std::array<std::int64_t, 2> ends{fits[*least].capacity, fits[*least].capacity};
  for (const CapacityFit& fit : fits)
    if (!fit.diverged && fit.expected_error <= kAsGood * fits[*least].expected_error) ends = {std::min(ends[0], fit.capacity), std::max(ends[1], fit.capacity)};
  return ends;
}

// ---- in two dimensions ----

std::int64_t FitLabModel::points_in_plane() const { return std::max<std::int64_t>(std::ssize(points_), 2); }

Json FitLabModel::in_plane(const Json& experiment, const Json& label) const {
  Json out = experiment;
  out["data"]["train"] = points_in_plane();
  if (out.contains("batch") && out["batch"].is_number() && out["batch"].get<std::int64_t>() > points_in_plane()) out["batch"] = "full";
  out["data"]["seed"] = out["seed"] = settings_.seed;
  out.erase("title"); // it is another experiment
  if (!network() || out["lanes"].size() >= kLanesMost) return out;
  const Json& model = document_.now().complete["model"];
  out["lanes"].push_back({{"label", label}, {"network", {{"hidden", model["hidden"]}}}, {"regularization", {{"l2", model["weight_decay"]}}}});
  return out;
}

// ---- remedies ----

std::vector<RemedyOffer> FitLabModel::remedies(std::optional<std::int64_t> best_capacity, std::optional<std::int64_t> best_epoch) const {
  constexpr double kFirstDecay = 0.001, kDecayMost = 0.1, kFirstDropout = 0.2, kMore = 4;
  std::vector<RemedyOffer> all;
  if (best_capacity && *best_capacity != capacity()) all.push_back({FitRemedy::capacity, static_cast<double>(capacity()), static_cast<double>(*best_capacity)});
  const double decay = settings_.model.weight_decay;
  if (decay < kDecayMost) all.push_back({FitRemedy::weight_decay, decay, decay > 0 ? std::min(kDecayMost, 10 * decay) : kFirstDecay});
  if (network() && !settings_.model.hidden.empty() && dropout() == 0) all.push_back({FitRemedy::dropout, 0, kFirstDropout});
  const auto points = static_cast<double>(settings_.points);
  if (!own_points() && points < static_cast<double>(kFitPointsMost))
    all.push_back({FitRemedy::data, points, std::min(static_cast<double>(kFitPointsMost), kMore * points)});
  if (network() && best_epoch && *best_epoch > 0 && *best_epoch < settings_.model.epochs)
    all.push_back({FitRemedy::early_stop, static_cast<double>(settings_.model.epochs), static_cast<double>(*best_epoch)});
  return all;
}

std::optional<UserError> FitLabModel::apply(const RemedyOffer& offer, const FitOutcome& now) {
  std::optional<UserError> error;
  const FitOutcome outcome = now; // it may be this model's own
  switch (offer.kind) {
  case FitRemedy::capacity: error = set_capacity(static_cast<std::int64_t>(offer.to), false); break;
  case FitRemedy::weight_decay: error = put({{"/model/weight_decay", number(offer.to)}}); break;
  case FitRemedy::dropout: error = set_dropout(offer.to, false); break;
  case FitRemedy::data: error = put({{"/points", number(offer.to)}}); break;
  case FitRemedy::early_stop: error = put({{"/model/epochs", number(offer.to)}}); break;
  }
  if (!error) before_ = Before{offer, outcome, document_.version()};
  return error;
}

} // namespace downhill
