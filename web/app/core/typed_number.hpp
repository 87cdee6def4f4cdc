// Numbers as people type them, with whatever keyboard: every field of the page reads them here.
#pragma once
#include "core/typed_text.hpp"
#include "core/user_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace downhill {

struct TypedNumber {
  double value;     ///< may be infinite, or none: "1e999", "nan"
  std::string rest; ///< what follows it, as plain_typed has it: a unit, or nothing
};
/// The number that what was typed begins with; nullopt: it begins with none. A comma between groups of three digits is left
/// out ("10,000"), one alone anywhere else is a point ("0,5").
std::optional<TypedNumber> read_number(std::string_view text);

/// The same where it lies between `least` and `most`, whatever follows it; else out_of_range.
Result<double> number_between(std::string_view text, double least, double most);
UserError not_a_number();
UserError out_of_range(std::string_view text, double least, double most);

/// The number near it that a person would write: of so many significant digits, 1 to 17.
double rounded_to(double value, int digits);

/// Of a control whose id counts, "drop.p.2" or "lane:3:label": the number behind `prefix`. nullopt: it is none of these.
std::optional<std::size_t> place_in(std::string_view id, std::string_view prefix);

} // namespace downhill
