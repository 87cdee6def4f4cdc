#include "app/presets.hpp"

#include "embedded.hpp"

namespace downhill {

const Json& presets() {
  static const Json all = Json::parse(kPresets);
  return all;
}

const Json& preset_of(std::string_view id) {
  static const Json none;
  for (const Json& one : presets())
    if (one["id"] == id) return one;
  return none;
}

} // namespace downhill
