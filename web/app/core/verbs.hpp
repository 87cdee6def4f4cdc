// Verbs: what can be asked of the app or of a lab. What each takes are arguments with a kind and a range, and there is one check
// that every call passes, from the page itself or from outside: no verb sees a value of another kind. The verbs of the app are in
// app/commands.cpp, those of a lab with the lab.
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
  choice, ///< one of `listed`, or of `ids`
  any,    ///< any JSON: the verb itself refuses what it can't take
};

struct Argument {
  std::string_view name;
  ArgumentKind kind;
  bool must = false;              ///< else it may be left out
  const char* standard = nullptr; ///< what it then is, as JSON; null: absent
  double least = 0, most = 0;
  std::span<const std::string_view> listed = {};
  std::vector<std::string_view> (*ids)() = nullptr; ///< of a table of the app's; a lab's are `listed`, which are there before its functions
  std::size_t entries = 0;                          ///< above 0: a list of at most so many
};

/// How the rows of a table of verbs say what they take.
namespace takes {
inline constexpr double kWholeMost = 9007199254740991.0; // 2^53 − 1
inline constexpr double kIdMost = 200, kTypedMost = 1000;

constexpr Argument must(Argument argument) { return argument.must = true, argument; }
constexpr Argument whole(std::string_view name, double least, double most, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::whole, .standard = standard, .least = least, .most = most};
}
constexpr Argument number(std::string_view name, double least, double most, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::number, .standard = standard, .least = least, .most = most};
}
constexpr Argument flag(std::string_view name, const char* standard = nullptr) { return {.name = name, .kind = ArgumentKind::flag, .standard = standard}; }
constexpr Argument text(std::string_view name, double most = kIdMost, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::text, .standard = standard, .most = most};
}
constexpr Argument choice(std::string_view name, std::span<const std::string_view> listed, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::choice, .standard = standard, .listed = listed};
}
constexpr Argument choice(std::string_view name, std::vector<std::string_view> (*ids)(), const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::choice, .standard = standard, .ids = ids};
}
constexpr Argument any(std::string_view name) { return must({.name = name, .kind = ArgumentKind::any}); }
constexpr Argument list(std::size_t entries, Argument argument) { return argument.entries = entries, must(argument); }
} // namespace takes

using Answer = Result<Json>;
inline Answer ok() { return Json(true); }
inline Answer done(const std::optional<UserError>& error) { return error ? Answer(*error) : ok(); }

/// Whom a verb answers.
enum class Reach {
  page,     ///< this page alone
  asks,     ///< anyone: it changes nothing
  acts,     ///< anyone
  promises, ///< anyone, and its answer takes a while
};

/// A row of a table of verbs of a `Self`.
template <class Self> struct Verb {
  std::string_view name;
  Reach reach;
  std::initializer_list<Argument> arguments; ///< from outside in this order
  Answer (*act)(Self& self, const Json& a);  ///< `a`: checked, by name
  bool one_object = false;                   ///< from outside they come by name, in one object
  bool leads_here = false;                   ///< a lab's: asked for in another one, it leads to this
};

/// Arguments given in order, as an object by name.
Result<Json> by_name(std::string_view verb, std::span<const Argument> arguments, const Json& in_order);
/// Refuses what is missing, unknown, of another kind or out of range, with its place; fills in standards, and makes whole
/// numbers integers and flags booleans. `given` is an object. Of several arguments with one name a value has to suit one.
std::optional<UserError> check_arguments(std::string_view verb, std::span<const Argument> arguments, Json& given);

} // namespace downhill
