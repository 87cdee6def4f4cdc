// How the lanes of a race stand, as the page, a link and an embedding page are told.
#pragma once
#include "app/core/race.hpp"

#include <string_view>

namespace downhill {

/// An evaluation by the names of its columns.
Json point_of(const Evaluation& e);
/// "ready", "running", "paused", "stopped" (by a rule), "finished", "diverged", "error".
std::string_view status_of(const Race& race, const LaneState& lane);
/// A row a lane, in lane order: its name, where it is, its status, its hash where one is known, its numbers (null before any
/// are known); `curves`: and every evaluation. `names`: one a lane.
Json race_results(const Race& race, const std::vector<std::string>& names, bool curves);

} // namespace downhill
