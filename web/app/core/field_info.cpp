#include "app/core/field_info.hpp"

#include "app/core/typed_number.hpp"
#include "core/printable.hpp"
#include "network/activation.hpp"
#include "network/initializer.hpp"
#include "network/loss.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

constexpr std::string_view kHidden = "/network/hidden/";

// What the names of a field's choices begin with, in the strings.
std::string prefix_of(std::string_view pointer) {
  if (pointer == "/optimizer" || pointer == "/model/optimizer") return "method.";
  if (pointer == "/network/init") return "init.";
  if (pointer == "/loss" || pointer == "/surface/loss") return "loss.";
  if (pointer.starts_with("/surface/classes/") || pointer == "/image/quiet" || pointer == "/image/fires") return "class.";
  if (pointer.starts_with("/surface/along/")) return "choice./surface/along.";
  if (pointer == "/schedule") return "schedule.";
  if (pointer == "/data/source") return "source.";
  if (pointer == activation_field().pointer) return "activation.";
  return "choice." + std::string(pointer) + ".";
}

std::vector<std::string_view> truths() { return {"false", "true"}; }

void describe(FieldInfo& info, const Field& field, std::string key) {
  info.kind = field.kind;
  info.least = field.least;
  info.most = field.most;
  info.standard = field.standard;
  info.lanes_may = field.lanes_may;
  if (field.ids) info.ids = field.ids();
  if (field.ids) info.choices = prefix_of(field.pointer);
  if (field.kind == FieldKind::flag) info.ids = truths(), info.choices = "flag.";
  info.key = std::move(key);
}

// A parameter of a named choice, `rest` being what follows the choice's pointer.
bool describe_parameter(FieldInfo& info, const Field& field, const Json& choice, std::string_view rest) {
  const auto* specs = field.parameters(choice["name"].get<std::string>());
  if (!specs) return false;
  for (const ParameterSpec& spec : *specs)
    if (spec.name == rest) {
      info.kind = spec.whole ? FieldKind::integer : FieldKind::number;
      info.least = spec.least;
      info.most = spec.most;
      info.standard = spec.standard;
      info.lanes_may = field.lanes_may;
      info.key = std::string(field.pointer) + "/" + (rest == "lr" ? "lr" : "parameter");
      return true;
    }
  return false;
}

// What of a named choice is no parameter, `rest` being what follows the choice's pointer. An element goes by its list's name.
bool describe_within(FieldInfo& info, const Field& field, const Json& choice, std::string_view rest) {
  const auto* all = field.within && choice.is_object() ? field.within(choice["name"].get<std::string>()) : nullptr;
  if (!all) return false;
  for (const Field& each : *all)
    if (each.pointer == rest) {
      describe(info, each, std::string(field.pointer) + std::string(rest));
      if (each.ids) info.choices = prefix_of(info.key);
      return true;
    }
  return false;
}

// Whether it is a JSON pointer of the kind that fields have: nlohmann's would end the program at a stray ~ or an index beyond counting.
bool is_pointer(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (c == '~' || digits > 9) return false;
  }
  return text.starts_with('/');
}

} // namespace

std::optional<FieldId> FieldId::parse(const std::string& id) {
  if (const std::size_t slash = id.find('/'); slash == std::string::npos || !is_pointer(std::string_view(id).substr(slash))) return {};
  if (id.starts_with("field:/")) return FieldId{{}, id.substr(6)};
  const auto lane = place_in(id, "lane:");
  if (!lane) return {};
  const std::size_t end = id.find_first_not_of("0123456789", 5);
  if (id.compare(end, 2, ":/") != 0) return {};
  return FieldId{lane, id.substr(end + 1)};
}

FieldInfo field_info(const FieldValues& values, const std::string& pointer) {
  FieldInfo info;
  const Json& own = values.own();
  const Json::json_pointer at(pointer);
  if (!own.contains(at)) return info;
  bool known = false;
  if (pointer.starts_with(kHidden)) {
    const std::string_view rest = std::string_view(pointer).substr(kHidden.size());
    const std::string part(rest.substr(std::min(rest.size(), rest.find('/') + 1)));
    if (part == "units") info.kind = FieldKind::integer, info.least = 1, info.most = kUnitsMost, info.standard = 128, known = true;
    if (part == "dropout") info.kind = FieldKind::number, info.most = kDropoutMost, info.standard = 0, known = true;
    if (known) info.key = "/network/hidden/" + part;
    if (part == "activation") describe(info, activation_field(), "/network/hidden/activation"), known = true;
    if (part.starts_with("activation/")) {
      known = describe_parameter(info, activation_field(), own[at.parent_pointer()], part.substr(11));
      info.key = "/network/hidden/activation/parameter";
    }
  }
  for (const Field& field : values.format.fields()) {
    if (field.pointer == pointer) {
      describe(info, field, pointer), known = true;
      if (values.format.standard) info.standard = values.format.standard(field, own);
      if (field.kind == FieldKind::named && !info.standard.is_null()) static_cast<void>(complete_field(info.standard, field, "")); // with its parameters
    }
    if (field.kind == FieldKind::named && pointer.starts_with(std::string(field.pointer) + "/")) {
      const Json& choice = own[Json::json_pointer(std::string(field.pointer))];
      known = describe_within(info, field, choice, pointer.substr(field.pointer.size())) ||
              describe_parameter(info, field, choice, pointer.substr(field.pointer.size() + 1));
    }
  }
  if (!known) return {};
  info.value = own[at];
  info.differs = values.lane && (!values.base.contains(at) || values.base[at] != info.value);
  return info;
}

std::pair<std::string, Json> whole_array(const Json& values, const std::string& pointer, Json value) {
  for (std::size_t slash = pointer.find('/', 1); slash != std::string::npos; slash = pointer.find('/', slash + 1)) {
    const std::string outer = pointer.substr(0, slash);
    const Json& found = values[Json::json_pointer(outer)];
    if (!found.is_array()) continue;
    Json whole = found;
    whole[Json::json_pointer(pointer.substr(slash))] = std::move(value);
    return {outer, std::move(whole)};
  }
  return {pointer, std::move(value)};
}

void take_out(Json& patch, const std::string& pointer) {
  Json::json_pointer at(pointer);
  if (!patch.contains(at)) return;
  patch[at.parent_pointer()].erase(at.back());
  at = at.parent_pointer();
  if (!at.empty() && patch[at].empty()) patch[at.parent_pointer()].erase(at.back());
}

void put_in(Json& patch, const Json& base, const std::string& pointer, const Json& value) {
  const Json::json_pointer at(pointer);
  const auto lane_of = [&](const Json& of) {
    Json lane = base;
    merge_patch(lane, of);
    return lane;
  };
  Json without = patch;
  take_out(without, pointer);
  if (const Json lane = lane_of(without); lane.contains(at) && lane[at] == value) {
    patch = std::move(without);
    return;
  }
  const auto name_of = [](const Json& named) { return named.is_object() && named.contains("name") ? named["name"] : named; };
  const Json lane = lane_of(patch);
  if (value.is_object() && lane.contains(at) && name_of(lane[at]) != name_of(value)) take_out(patch, pointer);
  Json more;
  more[at] = value;
  merge_patch(patch, more);
}

std::vector<std::string> form_fields(const FieldValues& values) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& pointer) {
    const FieldInfo info = field_info(values, pointer);
    const bool simple = info.kind != FieldKind::layers && info.kind != FieldKind::hash && info.kind != FieldKind::classes && info.kind != FieldKind::own;
    if (!info.value.is_null() && simple) out.push_back(pointer);
  };
  for (const Field& each : values.format.fields()) {
    const std::string pointer(each.pointer);
    add(pointer);
    if (each.kind != FieldKind::named) continue;
    const Json& chosen = values.own()[Json::json_pointer(pointer)];
    if (!chosen.is_object()) continue; // a bare name has no parameters
    if (const auto* within = each.within ? each.within(chosen["name"].get<std::string>()) : nullptr)
      for (const Field& one : *within) add(pointer + std::string(one.pointer));
    for (const auto& [name, value] : chosen.items())
      if (name != "name" && value.is_number()) add(pointer + "/" + name);
  }
  return out;
}

// ---- of a race ----

namespace {

std::optional<FieldValues> values_of(const Race& race, const FieldId& id) {
  const Experiment& experiment = race.experiment();
  if (id.lane && *id.lane >= experiment.lanes.size()) return {};
  return FieldValues{kExperimentFormat, experiment.complete, id.lane ? &experiment.lanes[*id.lane].complete : nullptr};
}

} // namespace

FieldInfo field_info(const Race& race, const FieldId& id) {
  const auto values = values_of(race, id);
  return values ? field_info(*values, id.pointer) : FieldInfo();
}

std::optional<UserError> set_field(Race& race, const FieldId& id, const Json& value) {
  if (field_info(race, id).value.is_null()) return UserError{"no_field", "", {shortened(id.text(), 40)}};
  const auto [pointer, whole] = whole_array(values_of(race, id)->own(), id.pointer, value);
  return id.lane ? race.edit_lane(*id.lane, pointer, whole) : race.edit(pointer, whole);
}

std::optional<UserError> reset_field(Race& race, const FieldId& id) {
  const FieldInfo info = field_info(race, id);
  if (info.value.is_null()) return UserError{"no_field", "", {shortened(id.text(), 40)}};
  if (id.lane) {
    const Json& base = race.experiment().complete;
    const Json::json_pointer at(id.pointer);
    if (base.contains(at)) return set_field(race, id, base[at]);
    if (whole_array(values_of(race, id)->own(), id.pointer, {}).first == id.pointer) return race.clear_lane_field(*id.lane, id.pointer);
  }
  if (info.standard.is_null()) return {};
  return set_field(race, id, info.standard);
}

std::vector<std::string> form_fields(const Race& race) {
  std::vector<std::string> all = form_fields(FieldValues{kExperimentFormat, race.experiment().complete});
  std::erase_if(all, [](const std::string& pointer) { return pointer == "/data/source" || pointer == "/data/noise"; });
  return all;
}

// ---- what is typed ----

namespace {

// Numbers with spaces or commas between them, of whatever keyboard.
Result<Json> typed_list(std::string typed) {
  for (const std::string_view comma : {"，", "、", "；", ";", ",", "\t", "\u3000", "\u00a0", "\u2009", "\u202f"})
    for (std::size_t at = typed.find(comma); at != std::string::npos; at = typed.find(comma, at)) typed.replace(at, comma.size(), " ");
  Json list = Json::array();
  for (std::size_t from = 0; from < typed.size();) {
    const std::size_t end = std::min(typed.size(), typed.find(' ', from));
    if (end > from) {
      const auto number = read_number(std::string_view(typed).substr(from, end - from));
      if (!number || !number->rest.empty() || !std::isfinite(number->value)) return not_a_number();
      list.push_back(number->value);
    }
    from = end + 1;
  }
  return list;
}

} // namespace

Result<Json> typed_value(const FieldInfo& info, const std::string& typed, const FieldWords& words) {
  if (info.kind == FieldKind::flag) return typed == "true" || typed == "false" ? Json(typed == "true") : Json(typed);
  if (info.kind == FieldKind::text || !info.ids.empty()) return Json(typed); // one of its names, or refused
  if (info.kind == FieldKind::numbers) return typed_list(typed);
  std::string text = plain_typed(typed);
  if (info.kind == FieldKind::batch && (text == "full" || text == words.full)) return Json("full");
  if (info.kind == FieldKind::interval) {
    if (text == "epoch" || text == words.epoch) return Json("epoch");
    for (const std::string unit : {"examples", "样本"})
      if (text.size() > unit.size() && text.ends_with(unit)) return Json(text.substr(0, text.size() - unit.size()) + " examples");
    for (const std::string unit : {"steps", "步"})
      if (text.ends_with(unit)) text.erase(text.size() - unit.size());
  }
  const bool percents = info.key == "/data/label_noise";
  if (percents && !text.empty() && text.back() == '%') text.pop_back();
  const auto number = read_number(text);
  if (!number || !number->rest.empty() || !std::isfinite(number->value)) return not_a_number();
  const double value = number->value;
  if (value == std::floor(value) && std::fabs(value) < 9e15 && !percents) return Json(static_cast<std::int64_t>(value));
  return Json(percents ? value / 100 : value);
}

std::optional<UserError> set_stop_rule(Race& race, std::string_view id, const std::string& typed) {
  StopRules rules = race.stop_rules();
  const bool accuracy = id == "stop:accuracy";
  const auto number = read_number(typed);
  const double value = number ? number->value : 0, most = accuracy ? 100 : 10000;
  if (!(value >= 0 && value <= most)) return out_of_range(typed, 0, most);
  if (accuracy)
    rules.accuracy = value / 100;
  else
    rules.no_improvement = static_cast<std::int64_t>(value);
  race.set_stop_rules(rules);
  return {};
}

} // namespace downhill
