// The presets that the page carries: of assets/presets.json what is not words, each with its document. The words come to the
// page with its language.
#pragma once
#include "experiment/fields.hpp"

#include <string_view>

namespace downhill {

/// All of them, in the order of the menu.
const Json& presets();
/// Null: there is none of that id.
const Json& preset_of(std::string_view id);

} // namespace downhill
