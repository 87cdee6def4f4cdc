#include "app/core/typed_number.hpp"

#include "app/core/number_text.hpp"
#include "core/printable.hpp"
#include "core/typed_text.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace downhill {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

std::optional<TypedNumber> read_number(std::string_view text) {
  std::string plain = plain_typed(text);
  settle_commas(plain);
  char* end = nullptr;
  const double value = std::strtod(plain.c_str(), &end); // correctly rounded in every C library here
  if (end == plain.c_str()) return {};
  return TypedNumber{value, end};
}

Result<double> number_between(std::string_view text, double least, double most) {
  const auto number = read_number(text);
  if (!number || !(number->value >= least && number->value <= most)) return out_of_range(text, least, most);
  return number->value;
}

UserError not_a_number() { return {"wrong_type", "", {"0.1, 1e-3, 64"}}; }

UserError out_of_range(std::string_view text, double least, double most) { return {"out_of_range", "", {shortened(text, 40), setting(least), setting(most)}}; }

std::optional<std::size_t> place_in(std::string_view id, std::string_view prefix) {
  if (!id.starts_with(prefix)) return {};
  id.remove_prefix(prefix.size());
  std::size_t place = 0, digits = 0;
  for (; digits < id.size() && is_digit(id[digits]); ++digits) {
    if (digits == 9) return {}; // beyond counting
    place = 10 * place + static_cast<std::size_t>(id[digits] - '0');
  }
  return digits > 0 ? std::optional(place) : std::nullopt;
}

double rounded_to(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  char text[40];
  std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
  return std::strtod(text, nullptr);
}

} // namespace downhill
