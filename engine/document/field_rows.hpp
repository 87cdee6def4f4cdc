// Rows of a table of fields, for documents without lanes: what most of their fields are.
#pragma once
#include "document/field.hpp"

#include <algorithm>
#include <iterator>

namespace downhill::row {

/// The ids of an array, for a choice.
template <const auto& list> std::vector<std::string_view> named() { return {std::begin(list), std::end(list)}; }

inline Field number(std::string_view pointer, double standard, double least, double most) {
  const Json value = standard == static_cast<int>(standard) ? Json(static_cast<int>(standard)) : Json(standard); // 1, not 1.0
  return {.pointer = pointer, .kind = FieldKind::number, .standard = value, .least = least, .most = most, .lanes_may = false};
}
inline Field whole(std::string_view pointer, std::int64_t standard, double least, double most) {
  return {.pointer = pointer, .kind = FieldKind::integer, .standard = standard, .least = least, .most = most, .lanes_may = false};
}
inline Field choice(std::string_view pointer, const char* standard, std::vector<std::string_view> (*ids)()) {
  return {.pointer = pointer, .kind = FieldKind::choice, .standard = standard, .lanes_may = false, .ids = ids};
}
inline Field flag(std::string_view pointer, bool standard) { return {.pointer = pointer, .kind = FieldKind::flag, .standard = standard, .lanes_may = false}; }
/// `check`: Field::check.
inline Field own(std::string_view pointer, const Json& standard, Failure (*check)(Json&, const Field&, const std::string&)) {
  return {.pointer = pointer, .kind = FieldKind::own, .standard = standard, .lanes_may = false, .check = check};
}

/// Which of `list` a choice of this document is, as the enum whose values stand in that order.
template <class Enum, std::size_t count> Enum enum_of(const Json& value, const std::string_view (&list)[count]) {
  return static_cast<Enum>(std::find(std::begin(list), std::end(list), value.get_ref<const std::string&>()) - std::begin(list));
}

} // namespace downhill::row
