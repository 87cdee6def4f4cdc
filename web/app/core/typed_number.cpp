#include "app/core/typed_number.hpp"

#include "app/core/number_text.hpp"
#include "core/printable.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace downhill {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Commas of a text without spaces: of thousands, or one that is a point.
void settle_commas(std::string& text) {
  const std::size_t first = text.find(',');
  if (first == std::string::npos) return;
  const std::size_t begin = text.find_first_of("0123456789");
  const auto digits_from = [&](std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - at;
  };
  bool thousands = begin < first && begin + digits_from(begin) == first && first - begin <= 3 && text[begin] != '0';
  std::size_t end = first;
  for (; thousands && end < text.size() && text[end] == ','; end += 4) thousands = digits_from(end + 1) == 3;
  if (thousands)
    std::erase(text, ',');
  else if (text.find('.') == std::string::npos && text.find(',', first + 1) == std::string::npos)
    text[first] = '.';
}

} // namespace

std::string plain_typed(std::string_view text) {
  struct Form {
    std::string_view typed, plain;
  };
  static constexpr Form kForms[] = {{"\u00a0", ""}, {"\u2009", ""}, {"\u202f", ""}, {"\u3000", ""}, {"\u2212", "-"}, {"\u3002", "."}};
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 0;
    for (const Form& form : kForms)
      if (text.starts_with(form.typed)) out += form.plain, taken = form.typed.size();
    // U+FF01 to U+FF5E are ! to ~
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    if (const unsigned low = byte(2); byte(0) == 0xef && (byte(1) == 0xbc || byte(1) == 0xbd) && low >= 0x80 && low < 0xc0) {
      const unsigned place = (byte(1) - 0xbc) * 64 + low - 0x80;
      if (place >= 1 && place <= 0x5e) out += static_cast<char>(place + 0x20), taken = 3;
    }
    if (taken == 0) {
      if (text[0] != ' ' && (text[0] < '\t' || text[0] > '\r')) out += text[0];
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return out;
}

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
