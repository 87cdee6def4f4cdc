#include "own/text.hpp"

#include "core/printable.hpp"
#include "data/own_file.hpp"
#include "own/gb18030.hpp"
#include "own/sentences.hpp"

#include <map>

namespace downhill {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
std::string_view without_mark(std::string_view text) { return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text; }

std::optional<std::string> from_utf16(std::string_view text, bool little) {
  if (text.size() % 2 != 0) return {};
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<std::uint8_t>(text[i]), second = static_cast<std::uint8_t>(text[i + 1]);
    return static_cast<std::uint32_t>(little ? second << 8 | first : first << 8 | second);
  };
  std::string out;
  out.reserve(text.size() + text.size() / 2); // of two bytes at most three come, of four four
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::uint32_t point = unit(i);
    if (point >= 0xd800 && point < 0xe000) { // one of two halves
      const std::uint32_t low = i + 2 < text.size() ? unit(i + 2) : 0;
      if (point >= 0xdc00 || low < 0xdc00 || low >= 0xe000) return {};
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    }
    append_utf8(out, point);
  }
  return out;
}

} // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 9;
    if (more == 9 || i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k)
      if ((static_cast<std::uint8_t>(text[i + k]) & 0xc0U) != 0x80) return false;
    const auto second = more > 0 ? static_cast<std::uint8_t>(text[i + 1]) : std::uint8_t{0x80};
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return false;
    i += more + 1;
  }
  return true;
}

void append_utf8(std::string& text, std::uint32_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  text += static_cast<char>(kLead[more] | (point >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | ((point >> (6 * i)) & 0x3f));
}

TextEncoding text_encoding(std::span<const std::uint8_t> bytes) {
  const std::string_view text = text_of(bytes);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return TextEncoding::utf16;
  return is_utf8(without_mark(text)) ? TextEncoding::utf8 : TextEncoding::gb18030;
}

std::string_view encoding_name(TextEncoding encoding) {
  return encoding == TextEncoding::utf8 ? "UTF-8" : encoding == TextEncoding::utf16 ? "UTF-16" : "GB18030";
}

Result<std::string> utf8_text(std::span<const std::uint8_t> bytes) {
  const std::string_view text = text_of(bytes);
  const TextEncoding encoding = text_encoding(bytes);
  if (encoding == TextEncoding::utf8) return std::string(without_mark(text));
  auto read = encoding == TextEncoding::utf16 ? from_utf16(text.substr(2), text.front() == '\xff') : from_gb18030(without_mark(text));
  if (!read) return UserError{"own_encoding", "", {}};
  return std::move(*read);
}

std::string utf8_name(std::string_view name) {
  if (is_utf8(name)) return std::string(name);
  auto text = from_gb18030(name);
  return text ? *text : printable(name);
}

std::string line_of(std::string_view name) {
  constexpr std::string_view kSpaces = " \t\r\n";
  std::string line = printable(name);
  const std::size_t begin = line.find_first_not_of(kSpaces);
  return begin == std::string::npos ? "" : line.substr(begin, line.find_last_not_of(kSpaces) + 1 - begin);
}

std::string quoted_name(std::string_view name) { return shortened(line_of(name), kOwnNameMost); }

std::vector<std::string> file_names(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back(shortened(name, kOwnNameMost));
  for (bool again = true; again;) { // a name with its place may equal another
    again = false;
    std::map<std::string, int> times;
    for (const std::string& name : out) ++times[name];
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (times[out[i]] == 1) continue;
      const std::string place = " (" + std::to_string(i + 1) + ")";
      const std::string placed = shortened(names[i], kOwnNameMost - place.size()) + place;
      again = again || placed != out[i];
      out[i] = placed;
    }
  }
  return out;
}

} // namespace downhill
