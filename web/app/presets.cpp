#include "app/presets.hpp"

#include "embedded.hpp"

namespace downhill {

namespace {
Json& all() {
  static Json rows = Json::parse(kPresets);
  return rows;
}
} // namespace

const Json& presets() { return all(); }

void take_presets(const Json& whole) {
  for (Json& row : all())
    for (const Json& each : whole)
      if (row["id"] == each["id"]) row = each;
}

const Json& preset_of(std::string_view id) {
  static const Json none;
  for (const Json& one : presets())
    if (one["id"] == id) return one;
  return none;
}

} // namespace downhill
