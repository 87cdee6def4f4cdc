// Numbers of which no two are the same, for as long as the page is open: versions of pictures, questions to workers.
#pragma once
#include <cstdint>

namespace downhill {

/// Above 0.
inline std::uint64_t fresh_number() {
  static std::uint64_t last = 0;
  return ++last;
}
/// The same, as messages carry it; never 0.
inline std::uint32_t fresh_request() {
  for (;;)
    if (const auto number = static_cast<std::uint32_t>(fresh_number())) return number;
}

} // namespace downhill
