#include "own/gb18030.hpp"

#include "own/text.hpp"

#include <algorithm>

namespace downhill {
namespace {

constexpr std::uint32_t kBelow10000 = 39420, kFrom10000 = 189000; // places of four bytes: how many there are below U+10000, and U+10000's own

bool within(std::uint8_t byte, std::uint8_t low, std::uint8_t high) { return byte >= low && byte <= high; }

// The character of four bytes; 0 for none.
std::uint32_t of_four(const std::uint8_t* b) {
  if (!within(b[0], 0x81, 0xfe) || !within(b[1], 0x30, 0x39) || !within(b[2], 0x81, 0xfe) || !within(b[3], 0x30, 0x39)) return 0;
  const std::uint32_t place = ((b[0] - 0x81U) * 10 + (b[1] - 0x30U)) * 1260 + (b[2] - 0x81U) * 10 + (b[3] - 0x30U);
  if (place >= kFrom10000) return place - kFrom10000 <= 0xfffff ? place - kFrom10000 + 0x10000 : 0;
  if (place >= kBelow10000) return 0;
  const GbRun* after = std::upper_bound(kGbRuns, kGbRuns + kGbRunCount, place, [](std::uint32_t at, const GbRun& run) { return at < run.place; });
  return after[-1].point + place - after[-1].place;
}

} // namespace

std::optional<std::string> from_gb18030(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2); // of two bytes at most three come, of four at most four
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t left = text.size() - i;
    const std::uint8_t lead = bytes[i];
    if (lead < 0x80) {
      out += static_cast<char>(lead);
      ++i;
    } else if (!within(lead, 0x81, 0xfe) || left < 2) {
      return {};
    } else if (const std::uint8_t trail = bytes[i + 1]; within(trail, 0x40, 0xfe) && trail != 0x7f) {
      append_utf8(out, kGbTwoBytes[(lead - 0x81U) * 190 + trail - (trail < 0x7f ? 0x40U : 0x41U)]);
      i += 2;
    } else {
      const std::uint32_t point = left < 4 ? 0 : of_four(bytes + i);
      if (point == 0) return {};
      append_utf8(out, point);
      i += 4;
    }
  }
  return out;
}

} // namespace downhill
