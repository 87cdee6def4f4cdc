// How a lane looks and is called: colour and dash by the book's three classes of methods, so that colour is
// never the only difference; the name by method and batch size.
#pragma once
#include "experiment/experiment.hpp"
#include "tokens.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace downhill {

enum class Dash { solid, dashed, dotted, dash_dot };
enum class Marker { none, circle, square, triangle, diamond, cross };

struct LaneLook {
  std::string_view id; ///< string key behind "lane."
  std::uint32_t Tokens::* color;
  Dash dash;
  Marker marker;
  int group;                           ///< the book's class of methods: 0 plain, 1 gradient estimate, 2 rate, 3 both
  double good_lr;                      ///< a sensible rate on the default race, offered when the method is chosen
  std::string_view rule;               ///< id of the update rule
  std::optional<std::int64_t> batch{}; ///< where the batch makes the method: 0 is the full one
};

/// All of them, in the book's order: the methods a lane may be of.
std::span<const LaneLook> lane_looks();
/// By method and batch size alone.
const LaneLook& lane_look(const LaneSettings& settings);
/// The look of lane `i` among others: where methods repeat, looks don't. A race of one method tells its lanes apart by place.
LaneLook lane_look(const std::vector<Lane>& lanes, std::size_t i);

} // namespace downhill
