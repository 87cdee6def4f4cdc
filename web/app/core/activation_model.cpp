#include "app/core/activation_model.hpp"

#include "app/core/number_text.hpp"
#include "app/core/typed_number.hpp"
#include "core/streams.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace downhill {

namespace {

constexpr std::size_t kCurvesMost = 100;
constexpr std::int64_t kToyUnits = 8;

Json layers(std::size_t depth, std::int64_t units, const Json& activation) {
  Json out = Json::array();
  for (std::size_t l = 0; l < depth; ++l) out.push_back({{"units", units}, {"activation", activation}, {"dropout", 0}});
  return out;
}

Json as_json(const Choice& choice) {
  Json out = {{"name", choice.name}};
  const auto& specs = entry_of(activations(), choice.name).parameters;
  for (std::size_t i = 0; i < specs.size(); ++i) out[std::string(specs[i].name)] = choice.values[i];
  return out;
}

double in_hundredths(double x) { return std::round(x * 100) / 100; }

} // namespace

const Choice& activation_of(const Lane& lane) {
  static const Choice identity{"identity", {}};
  return lane.settings.network.hidden.empty() ? identity : lane.settings.network.hidden.front().activation;
}

std::string curve_key(const Choice& choice) {
  std::string key = choice.name;
  for (const double v : choice.values) key += " " + setting(v);
  return key;
}

SliderRange range_of(const ParameterSpec& spec) {
  return {.least = spec.least, .most = spec.most, .logarithmic = spec.least > 0 && spec.most / spec.least >= 1000, .digits = 2};
}

std::vector<double> measured(const protocol::UnitsLook& look, LayerMeasure measure) {
  std::vector<double> out;
  for (const protocol::UnitsRow& row : look.layers)
    out.push_back(measure == LayerMeasure::gradient ? row.gradient_norm : measure == LayerMeasure::dead ? row.dead_share : row.saturated_share);
  if (measure != LayerMeasure::gradient && !out.empty()) out.pop_back();
  return out;
}

ActivationModel::ActivationModel(Race& race, Race& toy, Label label)
    : race_(race), own_toy_(toy), toy_(toy), label_(std::move(label)), drawn_(stream_key(2, Purpose::probe)) {}

std::vector<Choice> ActivationModel::chosen() const {
  std::vector<Choice> out;
  for (const Lane& lane : race_.experiment().lanes) out.push_back(activation_of(lane));
  return out;
}

bool ActivationModel::sole(std::size_t lane) const {
  const auto all = chosen();
  return std::count_if(all.begin(), all.end(), [&](const Choice& c) { return c.name == all[lane].name; }) == 1;
}

bool ActivationModel::drawn_before(std::size_t lane) const {
  const auto all = chosen();
  const std::string key = curve_key(all[lane]);
  return std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(lane), [&](const Choice& c) { return curve_key(c) == key; });
}

Choice ActivationModel::choice_of(const ActivationEntry& entry) const {
  for (const Lane& lane : race_.experiment().lanes)
    if (activation_of(lane).name == entry.id) return activation_of(lane);
  return {std::string(entry.id), standard_values(entry)};
}

std::optional<UserError> ActivationModel::press(const ActivationEntry& entry, std::size_t& lane) {
  auto all = chosen();
  const auto place = [&] { return std::find_if(all.begin(), all.end(), [&](const Choice& c) { return c.name == entry.id; }); };
  const auto here = place();
  if (here != all.end() && all.size() > 1)
    all.erase(here);
  else if (here == all.end() && all.size() < kChosenMost)
    all.push_back(choice_of(entry));
  else if (here == all.end())
    all.back() = choice_of(entry);
  const auto now = place();
  lane = now == all.end() ? 0 : static_cast<std::size_t>(now - all.begin());
  return set_lanes(all, depth(), units());
}

std::optional<UserError> ActivationModel::set_parameter(std::size_t lane, std::size_t parameter, double value) {
  auto all = chosen();
  all[lane].values[parameter] = value;
  return set_lanes(all, depth(), units());
}

std::size_t ActivationModel::depth() const { return std::max<std::size_t>(1, race_.experiment().lanes.front().settings.network.hidden.size()); }

std::int64_t ActivationModel::units() const {
  const auto& hidden = race_.experiment().lanes.front().settings.network.hidden;
  return hidden.empty() ? 64 : hidden.front().units;
}

std::optional<UserError> ActivationModel::set_layers(std::size_t depth, std::int64_t units) { return set_lanes(chosen(), depth, units); }

std::optional<UserError> ActivationModel::set_lanes(const std::vector<Choice>& chosen, std::size_t depth, std::int64_t units) {
  const auto& before = race_.experiment().lanes;
  Json json = race_.experiment().json();
  const Json old = json["lanes"];
  Json lanes = Json::array();
  std::vector<bool> gone_on(before.size(), false);
  for (const Choice& choice : chosen) {
    // a lane that goes on keeps what else it differs in; lanes of one function keep their order
    Json lane = Json::object();
    bool kept = false;
    for (std::size_t i = 0; i < before.size() && !kept; ++i)
      if (!gone_on[i] && activation_of(before[i]).name == choice.name) lane = old[i], kept = gone_on[i] = true;
    if (!kept) lane["label"] = label_(choice.name);
    lane["network"]["hidden"] = layers(depth, units, as_json(choice));
    lanes.push_back(std::move(lane));
  }
  json["network"]["hidden"] = layers(depth, units, as_json(chosen.front()));
  json["lanes"] = std::move(lanes);
  return race_.change_to(json);
}

std::optional<UserError> ActivationModel::type(std::string_view id, const std::string& text, std::size_t lane) {
  const auto within = [&](double least, double most, const std::function<std::optional<UserError>(double)>& set) {
    const auto number = number_between(text, least, most);
    return number ? set(*number) : std::optional(number.error());
  };
  if (id == "act.x")
    return within(-kReaches[1], kReaches[1], [&](double v) {
      x_ = v;
      if (std::fabs(v) > kReaches[0]) far = 1;
      return std::nullopt;
    });
  if (id == "act.layers") return within(1, kHiddenLayersMost, [&](double v) { return set_layers(static_cast<std::size_t>(std::lround(v)), units()); });
  if (id == "act.units") return within(1, kUnitsMost, [&](double v) { return set_layers(depth(), std::lround(v)); });
  constexpr std::string_view kParameter = "act.parameter.";
  if (!id.starts_with(kParameter)) return {};
  const auto all = chosen();
  lane = std::min(lane, all.size() - 1);
  const auto& specs = entry_of(activations(), all[lane].name).parameters;
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (id.substr(kParameter.size()) == specs[i].name) return within(specs[i].least, specs[i].most, [&](double v) { return set_parameter(lane, i, v); });
  return {};
}

void ActivationModel::read_at(double x) {
  if (std::fabs(x) <= kReaches[1]) x_ = x;
}
void ActivationModel::move_to(double x) { x_ = in_hundredths(x); }
void ActivationModel::draw_x() {
  double two[2];
  fill_normal(drawn_, two);
  x_ = in_hundredths(two[0]);
}

const ActivationCurve& ActivationModel::curve(const Choice& choice, double reach) {
  const std::string key = curve_key(choice) + " " + setting(reach); // small pictures and the large one may differ in reach
  const auto it = curves_.find(key);
  return it != curves_.end() ? it->second : curves_.emplace(key, ActivationProbe(choice).curve(reach)).first->second;
}

const PassedNormal& ActivationModel::passed(const Choice& choice) {
  const std::string key = curve_key(choice);
  const auto it = passed_.find(key);
  return it != passed_.end() ? it->second : passed_.emplace(key, ActivationProbe(choice).pass_normal()).first->second;
}

std::vector<double> ActivationModel::slopes(std::size_t lane, bool most) {
  const Choice choice = activation_of(race_.experiment().lanes[lane]);
  const int depth = static_cast<int>(this->depth());
  std::vector<double> products = most ? largest_slopes_along(curve(choice, kReaches[1]), depth) : ActivationProbe(choice).slopes_along(x_, depth);
  for (double& v : products) v = std::fabs(v);
  return products;
}

std::string ActivationModel::csv() const {
  std::string out = "x";
  std::vector<ActivationCurve> curves;
  for (const Choice& c : chosen()) {
    curves.push_back(ActivationProbe(c).curve(kReaches[far]));
    out += "," + c.name + "_f," + c.name + "_slope";
    if (!curves.back().f[1].empty()) out += "," + c.name + "_f2," + c.name + "_slope2";
  }
  out += "\n";
  for (std::size_t i = 0; i < curves[0].x.size(); ++i) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f", curves[0].x[i]);
    out += text;
    for (const ActivationCurve& curve : curves)
      for (std::size_t k = 0; k < 2 && !curve.f[k].empty(); ++k) out += "," + csv_number(curve.f[k][i]) + "," + csv_number(curve.d[k][i]);
    out += "\n";
  }
  return out;
}

void ActivationModel::begin_frame() {
  // a slider of a parameter goes through many curves
  if (curves_.size() > kCurvesMost) curves_.clear(), passed_.clear();
  toy_.begin_frame();
}

void ActivationModel::show_plane() {
  if (!race_.has_plane()) toy_.show(); // else its Start is the lab's
}

std::optional<UserError> ActivationModel::follow() {
  if (!toy_.shown()) return {};
  const auto all = chosen();
  std::string of;
  for (const Choice& c : all) of += curve_key(c) + ";";
  return toy_.follow(of, [&](Json& json) {
    json["network"]["hidden"] = layers(1, kToyUnits, "identity");
    json["lanes"] = Json::array({{{"label", label_("identity")}}});
    for (const Choice& c : all)
      if (c.name != "identity") json["lanes"].push_back({{"label", label_(c.name)}, {"network", {{"hidden", layers(1, kToyUnits, as_json(c))}}}});
  });
}

} // namespace downhill
