// GB18030, and so GBK and GB2312, by tables of our own: the C libraries' differ, and musl's reads wrongly.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace downhill {

/// The text as UTF-8, as encoding.spec.whatwg.org has it but for the byte 0x80; none where a byte belongs to no character.
std::optional<std::string> from_gb18030(std::string_view text);

// What make_gb18030.py writes when the library is built.
/// Characters of two bytes: 126 first ones of 190 second ones each, all below U+10000.
extern const std::uint16_t kGbTwoBytes[126 * 190];
/// From this place among the codes of four bytes on, characters ascend from `point`.
struct GbRun {
  std::uint16_t place, point;
};
extern const GbRun kGbRuns[]; ///< ascending, the first one of place 0
extern const std::size_t kGbRunCount;

} // namespace downhill
