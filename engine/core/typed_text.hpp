// Texts as people type them, with whatever keyboard.
#pragma once
#include <string>
#include <string_view>

namespace downhill {

/// What was typed, as the rest of the program writes it: without spaces (narrow, no-break and Chinese ones too), fullwidth forms
/// as ASCII, − as a minus, 。 as a point.
std::string plain_typed(std::string_view text);
/// A number's commas, in a text of plain_typed(): between groups of three digits they are left out ("10,000"), one alone anywhere else is
/// a point ("0,5").
void settle_commas(std::string& text);

} // namespace downhill
