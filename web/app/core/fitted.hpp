// What is read off a look at a regression: whether it is whole, what its picture spans, how far the network is from the target.
#pragma once
#include "protocol/messages.hpp"

namespace downhill {

/// Whether its lists belong together, so that it can be drawn.
bool is_whole(const protocol::FittedLook& look);

struct Span {
  double least = 0, most = 0;
};
/// What the picture spans upwards: targets and points, and a quarter of that above and below. Networks may lie outside.
Span fitted_span(const protocol::FittedLook& look);

/// Mean over the interval of the squared distance between what the network gives and the target without noise.
double distance_from_target(const protocol::FittedLook& look);

} // namespace downhill
