// What the page's verbs take: arguments with a kind and a range, and the one check that every call passes, from the page
// itself or from outside. No verb sees a value of another kind. The verbs are in app/commands.cpp.
#pragma once
#include "core/user_error.hpp"
#include "experiment/experiment.hpp"

#include <optional>
#include <span>

namespace downhill {

enum class ArgumentKind {
  whole,  ///< a whole number from least to most
  number, ///< a number from least to most
  flag,   ///< true or false; 1 and 0 too, since a link has only numbers
  text,   ///< at most `most` characters
  choice, ///< one of `ids`
  any,    ///< any JSON: the verb itself refuses what it can't take
};

struct Argument {
  std::string_view name;
  ArgumentKind kind;
  bool must = false;              ///< else it may be left out
  const char* standard = nullptr; ///< what it then is, as JSON; null: absent
  double least = 0, most = 0;
  std::vector<std::string_view> (*ids)() = nullptr;
  std::size_t entries = 0; ///< above 0: a list of at most so many
};

/// Arguments given in order, as an object by name.
Result<Json> by_name(std::string_view verb, std::span<const Argument> arguments, const Json& in_order);
/// Refuses what is missing, unknown, of another kind or out of range, with its place; fills in standards, and makes whole
/// numbers integers and flags booleans. `given` is an object.
std::optional<UserError> check_arguments(std::string_view verb, std::span<const Argument> arguments, Json& given);

} // namespace downhill
