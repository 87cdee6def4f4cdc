// The presets that the page carries: assets/presets.json, each with its experiment.
#pragma once
#include "experiment/fields.hpp"

#include <string_view>

namespace downhill {

/// All of them, in the order of the menu.
const Json& presets();
/// Null: there is none of that id.
const Json& preset_of(std::string_view id);

} // namespace downhill
