// Pictures of a draw, for a page that holds none.
#pragma once
#include "data/source.hpp"
#include "protocol/messages.hpp"

namespace downhill {

/// Errors: needs_images, needs_larger_pack and the others of draw_part.
Result<protocol::DrawnPictures> drawn_pictures(const protocol::AskDrawn& ask, const std::shared_ptr<const Source>& source);

} // namespace downhill
