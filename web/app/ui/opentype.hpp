// A font from letters, in as much of OpenType as Dear ImGui reads.
#pragma once
#include "data/letters.hpp"

namespace downhill::ui {

/// An OpenType font with outlines in CFF, of height one em, so that a size in px means the same in every face.
std::vector<std::uint8_t> opentype(const LetterFace& face);

} // namespace downhill::ui
