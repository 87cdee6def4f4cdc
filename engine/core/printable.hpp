// Foreign text made fit to be shown.
#pragma once
#include <string>
#include <string_view>

namespace downhill {

/// One line for a terminal, a script's heading or a message: control characters (C0, DEL, C1, U+2028, U+2029) and those that
/// turn the direction of writing (U+202A … U+202E, U+2066 … U+2069) become spaces, bytes that are no UTF-8 become U+FFFD.
std::string printable(std::string_view text);
/// The beginning of a UTF-8 text in at most `most` bytes, cut between characters, with "..." where something is left out.
std::string shortened(std::string_view text, std::size_t most);

} // namespace downhill
