// Pictures of a draw, for a page that holds none.
#pragma once
#include "data/source.hpp"
#include "protocol/messages.hpp"

namespace downhill {

/// `source` is the one that is asked for. Errors: needs_images, needs_larger_pack and the others of draw_part; of own files needs_file, other_file,
/// no_classes, no_such_class and those of draw_validation.
Result<protocol::DrawnPictures> drawn_pictures(const protocol::AskDrawn& ask, const std::shared_ptr<const Source>& source);

} // namespace downhill
