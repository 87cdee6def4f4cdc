#include "app/labs/list.hpp"

#include "core/printable.hpp"
#include "labs.hpp"

#include <algorithm>

namespace downhill {

#define DOWNHILL_ROOM(name, room, preset, toy) extern const LabRoom room;
DOWNHILL_LABS(DOWNHILL_ROOM)
#undef DOWNHILL_ROOM

std::span<const LabRow> labs() {
  static std::uint32_t number = 0;
#define DOWNHILL_ROW(name, room, preset, toy) LabRow{#name, preset, toy, room, number++},
  static const LabRow table[] = {DOWNHILL_LABS(DOWNHILL_ROW)};
#undef DOWNHILL_ROW
  return table;
}

const LabRow& first_lab() { return *lab_of(DOWNHILL_FIRST_LAB); }

const LabRow* lab_of(std::string_view id) {
  const auto found = std::find_if(labs().begin(), labs().end(), [&](const LabRow& row) { return row.id == id; });
  return found == labs().end() ? nullptr : &*found;
}

const std::optional<UserError>& Lab::problem() const {
  static const std::optional<UserError> none;
  return none;
}
std::optional<UserError> Lab::open_text(const std::string& text) {
  if (text.size() > kTextMost) return UserError{"json_too_large", "", {std::to_string(kTextMost)}};
  const auto read = read_json(text);
  return read ? open(*read) : std::optional(read.error());
}
std::optional<UserError> Lab::set_field(const std::string& id, const Json&) { return no_field(id); }
std::optional<UserError> Lab::reset_field(const std::string& id) { return no_field(id); }
std::optional<UserError> Lab::type_cell(const std::string& table, std::size_t, std::size_t, const std::string&) { return no_field(table); }
std::optional<UserError> Lab::add_row(const std::string& table) { return no_field(table); }
std::optional<UserError> Lab::remove_row(const std::string& table, std::size_t) { return no_field(table); }
UserError no_field(const std::string& id) { return {"no_field", "", {shortened(id, 40)}}; }

} // namespace downhill
