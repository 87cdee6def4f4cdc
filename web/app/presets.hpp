// The presets: of assets/presets.json what is not words, each with its document. The words come to the page with its language.
#pragma once
#include "experiment/fields.hpp"

#include <string_view>

namespace downhill {

/// All of them, in the order of the menu: id and lab; show, answers and experiment only of those whose lab is there.
const Json& presets();
/// Null: there is none of that id.
const Json& preset_of(std::string_view id);
/// A list of presets of a lab, which have come with it.
void take_presets(const Json& whole);

} // namespace downhill
