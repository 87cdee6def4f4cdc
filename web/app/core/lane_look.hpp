// How a lane looks and is called: colour and dash by the book's three classes of methods, so that colour is
// never the only difference; the name by method and batch size.
#pragma once
#include "experiment/settings.hpp"
#include "tokens.hpp"

#include <string_view>

namespace downhill {

enum class Dash { solid, dashed, dotted, dash_dot };

struct LaneLook {
  std::string_view id; ///< string key behind "lane."
  std::uint32_t Tokens::* color;
  Dash dash;
  double good_lr; ///< a sensible rate on the default race, offered when the method is chosen
};

const LaneLook& lane_look(const LaneSettings& settings);

} // namespace downhill
