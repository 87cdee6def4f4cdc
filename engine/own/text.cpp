#include "own/text.hpp"

#include "core/printable.hpp"
#include "data/own_file.hpp"
#include "own/sentences.hpp"

#include <iconv.h>

namespace downhill {
namespace {

// glibc natively, musl in WebAssembly; both know these encodings.
Result<std::string> converted(std::string_view text, const char* from) {
  const iconv_t converter = iconv_open("UTF-8", from);
  if (converter == reinterpret_cast<iconv_t>(-1)) return UserError{"own_encoding", "", {}};
  std::string out(text.size() * 2 + 16, '\0'); // of two bytes at most three come, of four at most four
  char* in_at = const_cast<char*>(text.data());
  char* out_at = out.data();
  std::size_t in_left = text.size(), out_left = out.size();
  const bool done = iconv(converter, &in_at, &in_left, &out_at, &out_left) != static_cast<std::size_t>(-1) && in_left == 0;
  iconv_close(converter);
  if (!done) return UserError{"own_encoding", "", {}};
  out.resize(out.size() - out_left);
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

Result<std::string> utf8_text(std::span<const std::uint8_t> bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xff\xfe")) return converted(text.substr(2), "UTF-16LE");
  if (text.starts_with("\xfe\xff")) return converted(text.substr(2), "UTF-16BE");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (is_utf8(text)) return std::string(text);
  return converted(text, "GB18030");
}

std::string utf8_name(std::string_view name) {
  if (is_utf8(name)) return std::string(name);
  auto text = converted(name, "GB18030");
  return text ? *text : printable(name);
}

std::string tidy_name(std::string_view name) {
  constexpr std::string_view kSpaces = " \t\r\n";
  std::string line = printable(name);
  const std::size_t begin = line.find_first_not_of(kSpaces);
  if (begin == std::string::npos) return "";
  line = line.substr(begin, line.find_last_not_of(kSpaces) + 1 - begin);
  return line.size() <= kOwnNameMost ? line : shortened(line, kOwnNameMost);
}

} // namespace downhill
