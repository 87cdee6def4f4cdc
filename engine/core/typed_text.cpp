#include "core/typed_text.hpp"

namespace downhill {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

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

} // namespace downhill
