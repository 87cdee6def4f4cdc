#include "core/printable.hpp"

#include <cstdint>

namespace downhill {
namespace {

struct Character {
  std::size_t size;
  std::uint32_t point;
};

// The character a text begins with; of size 1 and U+FFFD where it is no UTF-8 (overlong forms and surrogates are none).
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  std::uint32_t point = lead & (0x7fU >> size);
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {1, 0xfffd};
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {1, 0xfffd};
    point = (point << 6) | (byte(i) & 0x3f);
  }
  constexpr std::uint32_t kLeast[] = {0x80, 0x800, 0x10000};
  if (point < kLeast[size - 2] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return {1, 0xfffd};
  return {size, point};
}

} // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [size, point] = first_character(text);
    const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    if (control)
      out += ' ';
    else if (point == 0xfffd)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

} // namespace downhill
