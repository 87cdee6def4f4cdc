// The verb data: a user's own pictures or table, to one file that runs take.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Reads Arguments::files, prints what was read and what was left out; --out writes a .downhill-data file.
int own_data(const Arguments& arguments);

} // namespace downhill
