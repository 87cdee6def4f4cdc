#include "app/core/verbs.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

// A sentence is to be read: of very many the first are named.
constexpr std::size_t kNamedMost = 40;
std::string listed(const std::vector<std::string_view>& ids) {
  std::string out;
  for (std::size_t i = 0; i < ids.size() && i < kNamedMost; ++i) out += (out.empty() ? "" : ", ") + std::string(ids[i]);
  return ids.size() > kNamedMost ? out + "…" : out;
}

std::string number_text(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.16g", x);
  return text;
}

std::optional<UserError> check_one(const Argument& argument, const std::string& place, Json& value) {
  const auto wrong_type = [&](std::string what) { return UserError{"wrong_type", place, {std::move(what)}}; };
  switch (argument.kind) {
  case ArgumentKind::whole:
  case ArgumentKind::number: {
    const bool whole = argument.kind == ArgumentKind::whole;
    const double x = value.is_number() ? value.get<double>() : std::nan("");
    if (std::isnan(x) || (whole && x != std::floor(x))) return wrong_type(whole ? "1, 2, 3, …" : "0.1, 1e-3, …");
    if (!(x >= argument.least && x <= argument.most))
      return UserError{"out_of_range", place, {number_text(x), number_text(argument.least), number_text(argument.most)}};
    if (whole) value = static_cast<std::int64_t>(x);
    return {};
  }
  case ArgumentKind::flag:
    if (value == 0 || value == 1) value = value == 1;
    if (!value.is_boolean()) return wrong_type("true, false");
    return {};
  case ArgumentKind::text: {
    if (!value.is_string()) return wrong_type("\"…\"");
    const std::size_t length = characters(value.get_ref<const std::string&>());
    if (static_cast<double>(length) > argument.most) return UserError{"too_long", place, {std::to_string(length), number_text(argument.most)}};
    return {};
  }
  case ArgumentKind::choice: {
    const auto ids = argument.ids ? argument.ids() : std::vector(argument.listed.begin(), argument.listed.end());
    if (!value.is_string()) return wrong_type(listed(ids));
    const auto& text = value.get_ref<const std::string&>();
    if (std::find(ids.begin(), ids.end(), text) == ids.end()) return UserError{"not_a_choice", place, {shortened(text, 40), listed(ids)}};
    return {};
  }
  case ArgumentKind::any: return {};
  }
  return {};
}

} // namespace

Result<Json> by_name(std::string_view verb, std::span<const Argument> arguments, const Json& in_order) {
  if (!in_order.is_array()) return UserError{"wrong_type", std::string(verb), {"[…]"}};
  if (in_order.size() > arguments.size())
    return UserError{"too_many_arguments", std::string(verb), {std::to_string(in_order.size()), std::to_string(arguments.size())}};
  Json out = Json::object();
  for (std::size_t i = 0; i < in_order.size(); ++i) out[std::string(arguments[i].name)] = in_order[i];
  return out;
}

std::optional<UserError> check_arguments(std::string_view verb, std::span<const Argument> arguments, Json& given) {
  for (const auto& [key, unused] : given.items())
    if (std::none_of(arguments.begin(), arguments.end(), [&](const Argument& a) { return a.name == key; })) {
      std::vector<std::string_view> names;
      for (const Argument& a : arguments)
        if (std::find(names.begin(), names.end(), a.name) == names.end()) names.push_back(a.name);
      return UserError{"unknown_key", std::string(verb), {shortened(key, 40), listed(names)}};
    }
  for (const Argument& argument : arguments) {
    const std::string name(argument.name), place = std::string(verb) + "(" + name + ")";
    if (!given.contains(name)) {
      if (argument.must) return UserError{"missing", std::string(verb), {name}};
      if (argument.standard) given[name] = Json::parse(argument.standard);
      continue;
    }
    Json& value = given[name];
    if (argument.entries == 0) {
      const auto suits = [&](const Argument& other) { return other.name == argument.name && other.entries == 0 && !check_one(other, place, value); };
      if (std::any_of(arguments.begin(), arguments.end(), suits)) continue;
      if (auto error = check_one(argument, place, value)) return error;
      continue;
    }
    if (!value.is_array()) return UserError{"wrong_type", place, {"[…]"}};
    if (value.size() > argument.entries) return UserError{"out_of_range", place, {std::to_string(value.size()), "0", std::to_string(argument.entries)}};
    for (Json& entry : value)
      if (auto error = check_one(argument, place, entry)) return error;
  }
  return {};
}

} // namespace downhill
