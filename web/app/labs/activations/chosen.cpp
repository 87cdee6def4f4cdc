// The functions that are chosen, and the race that they make.
#include "app/labs/activations/parts.hpp"

#include <algorithm>

namespace downhill::act {

const Choice& activation_of(const Lane& lane) {
  static const Choice identity{"identity", {}};
  return lane.settings.network.hidden.empty() ? identity : lane.settings.network.hidden.front().activation;
}
std::string name_of(const Ui& ui, const Choice& choice) { return std::string(ui.by_id("activation." + choice.name)); }
std::string key_of(const Choice& choice) {
  std::string key = choice.name;
  for (const double v : choice.values) key += " " + setting(v);
  return key;
}

const ActivationCurve& curve_of(ActivationsView& own, const Choice& choice, double reach) {
  const std::string key = key_of(choice) + " " + setting(reach); // small pictures and the large one may differ in reach
  const auto it = own.curves.find(key);
  return it != own.curves.end() ? it->second : own.curves.emplace(key, ActivationProbe(choice).curve(reach)).first->second;
}
const PassedNormal& passed_of(ActivationsView& own, const Choice& choice) {
  const std::string key = key_of(choice);
  const auto it = own.passed.find(key);
  return it != own.passed.end() ? it->second : own.passed.emplace(key, ActivationProbe(choice).pass_normal()).first->second;
}

std::size_t depth_of(const Race& race) { return std::max<std::size_t>(1, race.experiment().lanes.front().settings.network.hidden.size()); }
std::int64_t units_of(const Race& race) {
  const auto& hidden = race.experiment().lanes.front().settings.network.hidden;
  return hidden.empty() ? 64 : hidden.front().units;
}

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
Json label_of(const Choice& choice) {
  return {{"zh", name_in("activation." + choice.name, Language::zh)}, {"en", name_in("activation." + choice.name, Language::en)}};
}

std::vector<Choice> chosen_of(const Race& race) {
  std::vector<Choice> out;
  for (const Lane& lane : race.experiment().lanes) out.push_back(activation_of(lane));
  return out;
}

// A lane by its function; by its own name where another lane has the same one.
std::string called(const Ui& ui, const Race& race, std::size_t i) {
  const auto chosen = chosen_of(race);
  const auto same = std::count_if(chosen.begin(), chosen.end(), [&](const Choice& c) { return c.name == chosen[i].name; });
  return same > 1 ? lane_name(race.experiment(), i, ui.language) : name_of(ui, chosen[i]);
}
// Whether an earlier lane draws the same curve.
bool drawn_before(const std::vector<Choice>& chosen, std::size_t i) {
  return std::any_of(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i), [&](const Choice& c) { return key_of(c) == key_of(chosen[i]); });
}

// The race with these functions, and so many layers of so many units.
std::optional<UserError> set_lanes(Race& race, const std::vector<Choice>& chosen, std::size_t depth, std::int64_t units) {
  Json json = race.experiment().json();
  const Json old = json["lanes"];
  Json lanes = Json::array();
  std::vector<bool> gone_on(race.experiment().lanes.size(), false);
  for (const Choice& choice : chosen) {
    // a lane that goes on keeps what else it differs in; lanes of one function keep their order
    Json lane = Json::object();
    bool kept = false;
    for (std::size_t i = 0; i < race.experiment().lanes.size() && !kept; ++i)
      if (!gone_on[i] && activation_of(race.experiment().lanes[i]).name == choice.name) lane = old[i], kept = gone_on[i] = true;
    if (!kept) lane["label"] = label_of(choice);
    lane["network"]["hidden"] = layers(depth, units, as_json(choice));
    lanes.push_back(std::move(lane));
  }
  json["network"]["hidden"] = layers(depth, units, as_json(chosen.front()));
  json["lanes"] = std::move(lanes);
  return race.change_to(json);
}

} // namespace downhill::act
