// The verbs on documents of the lab Losses.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Prints, as CSV, the part that is shown: curves, a softmax, lines through points, or a sigmoid unit's steps.
int losses_shown(const Arguments& arguments);
int check_losses(const Arguments& arguments, const Json& json);
int hash_losses(const Arguments& arguments, const Json& json);
int export_losses(const Arguments& arguments, const Json& json);

} // namespace downhill
