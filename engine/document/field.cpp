#include "document/field.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>

namespace downhill {
namespace {

std::string number_text(double x) {
  if (x == std::floor(x) && std::fabs(x) < 1e15) return std::to_string(static_cast<std::int64_t>(x));
  char text[32];
  std::snprintf(text, sizeof text, "%g", x);
  return text;
}

template <class Items> std::string listed(const Items& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + std::string(item);
  return out;
}

} // namespace

UserError wrong_type(const std::string& place, std::string what) { return {"wrong_type", place, {std::move(what)}}; }

Failure check_number(const Json& value, const std::string& place, double least, double most, bool whole) {
  if (!value.is_number()) return wrong_type(place, whole ? "1, 2, 3, …" : "0.1, 1e-3, …");
  const double x = value.get<double>();
  if (whole && x != std::floor(x)) return wrong_type(place, "1, 2, 3, …");
  if (!(x >= least && x <= most)) return UserError{"out_of_range", place, {number_text(x), number_text(least), number_text(most)}};
  return {};
}

Failure check_choice(const Json& value, const std::string& place, const std::vector<std::string_view>& ids) {
  if (!value.is_string()) return wrong_type(place, listed(ids));
  if (std::find(ids.begin(), ids.end(), value.get<std::string>()) == ids.end()) return UserError{"not_a_choice", place, {brief(value), listed(ids)}};
  return {};
}

Json::json_pointer parameter_pointer(std::string_view name) { return Json::json_pointer("/" + std::string(name)); }

Choice choice_of(const Json& value, const Field& field) {
  Choice choice{value["name"].get<std::string>(), {}};
  for (const ParameterSpec& spec : *field.parameters(choice.name)) choice.values.push_back(value[parameter_pointer(spec.name)].get<double>());
  return choice;
}

std::vector<std::string> keys_of_named(const Field& field, const std::string& name) {
  std::vector<std::string> keys{"name"};
  for (const ParameterSpec& spec : *field.parameters(name)) {
    const std::string top(spec.name.substr(0, spec.name.find('/')));
    if (keys.back() != top) keys.push_back(top);
  }
  return keys;
}

Failure check_known(const Json& object, const std::vector<std::string>& known, const std::string& place) {
  for (const auto& [key, unused] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) return UserError{"unknown_key", place, {brief(key), listed(known)}};
  return {};
}

Failure complete_named(Json& value, const std::string& place, const Field& field) {
  if (value.is_string()) value = Json{{"name", value}};
  if (!value.is_object()) return wrong_type(place, "{\"name\": …}");
  if (!value.contains("name")) return UserError{"missing", place, {"name"}};
  if (auto failure = check_choice(value["name"], place + "/name", field.ids())) return failure;
  const auto& parameters = *field.parameters(value["name"].get<std::string>());
  if (auto failure = check_known(value, keys_of_named(field, value["name"].get<std::string>()), place)) return failure;
  const Json given = value; // an array of parameters is given whole or not at all
  for (const ParameterSpec& spec : parameters) {
    const std::string name(spec.name), top = name.substr(0, name.find('/'));
    if (!given.contains(top)) {
      if (top == name)
        value[name] = spec.standard;
      else
        value[top].push_back(spec.standard);
    } else if (top != name) {
      const auto length = static_cast<std::size_t>(
          std::count_if(parameters.begin(), parameters.end(), [&](const ParameterSpec& s) { return s.name.substr(0, top.size() + 1) == top + "/"; }));
      if (!given[top].is_array() || given[top].size() != length) return wrong_type(place + "/" + top, "[… × " + std::to_string(length) + "]");
    }
    if (auto failure = check_number(value[parameter_pointer(name)], place + "/" + name, spec.least, spec.most, spec.whole)) return failure;
  }
  return {};
}

Failure check_line(const Json& text, const std::string& place, std::size_t most) {
  if (!text.is_string()) return wrong_type(place, "\"…\"");
  const auto& line = text.get_ref<const std::string&>();
  if (const std::size_t length = characters(line); length > most) return UserError{"too_long", place, {std::to_string(length), std::to_string(most)}};
  if (printable(line) != line) return UserError{"not_a_line", place, {}};
  return {};
}

Failure complete_field(Json& value, const Field& field, const std::string& place) {
  if (field.check) return field.check(value, field, place);
  switch (field.kind) {
  case FieldKind::integer: return check_number(value, place, field.least, field.most, true);
  case FieldKind::number: return check_number(value, place, field.least, field.most, false);
  case FieldKind::flag: return value.is_boolean() ? Failure() : wrong_type(place, "true, false");
  case FieldKind::text: return check_line(value, place, static_cast<std::size_t>(field.most));
  case FieldKind::numbers:
    if (!value.is_array() || value.size() != field.entries) return wrong_type(place, "[… × " + std::to_string(field.entries) + "]");
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto failure = check_number(value[i], place + "/" + std::to_string(i), field.least, field.most, false)) return failure;
    return {};
  case FieldKind::batch:
    return value == "full" ? Failure() : value.is_number() ? check_number(value, place, field.least, field.most, true) : wrong_type(place, "64, \"full\"");
  case FieldKind::choice: return check_choice(value, place, field.ids());
  case FieldKind::named: return complete_named(value, place, field);
  default: break;
  }
  assert(false && "a row of another kind has a check of its own");
  return {};
}

} // namespace downhill
