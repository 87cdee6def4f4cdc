// A row of a document's table of fields. Reading, ranges, defaults and the controls of the page go by it.
#pragma once
#include "core/parameters.hpp"
#include "document/json_text.hpp"

#include <optional>

namespace downhill {

using Failure = std::optional<UserError>;

enum class FieldKind {
  integer,  ///< a whole number from least to most
  number,   ///< a number from least to most
  flag,     ///< true or false
  text,     ///< a line of at most `most` characters
  numbers,  ///< a list of exactly `entries` numbers from least to most
  choice,   ///< one of `ids`
  named,    ///< {"name": one of `ids`, its parameters…} or the bare name
  batch,    ///< a whole number from least to most, or "full"
  classes,  ///< kept labels, each once; this and the next are checked by the row's own `check`
  layers,   ///< hidden layers
  interval, ///< "epoch", a number of steps, or "<n> examples"
  hash,     ///< 16 hex digits or ""
  own,      ///< something of this document alone
};

struct Field {
  std::string_view pointer; ///< JSON pointer; also the string key of the control: /optimizer → field.optimizer
  FieldKind kind;
  Json standard; ///< value where the document says nothing; of some fields it hangs on others (DocumentFormat::standard)
  double least = 0, most = 0;
  bool lanes_may = true; ///< whether a lane may differ in it
  std::vector<std::string_view> (*ids)() = nullptr;
  const std::vector<ParameterSpec>* (*parameters)(std::string_view id) = nullptr; ///< of `named`
  /// Of `named`: what an object of this name has besides its parameters and is no number, as the form and the controls need it; `pointer`
  /// is within the object. What it may be is checked by the row's own `check`.
  const std::vector<Field>* (*within)(std::string_view id) = nullptr;
  /// Checks the value and fills in what it leaves out, where the kind alone doesn't say how.
  Failure (*check)(Json& value, const Field& field, const std::string& place) = nullptr;
  std::size_t entries = 0; ///< of `numbers`
  bool must = false;       ///< there is no default: the document says it
};

/// The ids and the parameters of a table whose entries have them, for a field's row.
template <const auto& table> std::vector<std::string_view> ids_of() {
  std::vector<std::string_view> ids;
  for (const auto& entry : table()) ids.push_back(entry.id);
  return ids;
}
template <const auto& table> const std::vector<ParameterSpec>* parameters_of(std::string_view id) {
  const auto* entry = find_entry(table(), id);
  return entry ? &entry->parameters : nullptr;
}

inline constexpr double kSeedMost = 9007199254740991.0; ///< 2^53 − 1: exact in every JSON reader

// ---- what the checks of a row are made of; all refuse with `place` ----

UserError wrong_type(const std::string& place, std::string what);
Failure check_number(const Json& value, const std::string& place, double least, double most, bool whole);
/// One of these ids.
Failure check_choice(const Json& value, const std::string& place, const std::vector<std::string_view>& ids);
/// An object with no other keys than these.
Failure check_known(const Json& object, const std::vector<std::string>& known, const std::string& place);
/// One line of at most `most` characters.
Failure check_line(const Json& text, const std::string& place, std::size_t most);
/// {"name": …, parameters…} or the bare name; fills in defaults.
Failure complete_named(Json& value, const std::string& place, const Field& field);
/// By the field's own check, or by its kind.
Failure complete_field(Json& value, const Field& field, const std::string& place);

/// The keys that a choice of this name may have: "betas/0" and "betas/1" are elements of the array "betas".
std::vector<std::string> keys_of_named(const Field& field, const std::string& name);
/// Where a parameter's value sits in its object.
Json::json_pointer parameter_pointer(std::string_view name);
/// A complete value of a `named` field as plain data.
Choice choice_of(const Json& value, const Field& field);

} // namespace downhill
