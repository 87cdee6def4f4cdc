// The verbs on documents of the lab Backprop.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Prints every number of the passes and updates as JSON (backprop/trace_text.hpp); to --out where it is given.
int trace(const Arguments& arguments);
int check_backprop(const Arguments& arguments, const Json& json);
int hash_backprop(const Arguments& arguments, const Json& json);
int export_backprop(const Arguments& arguments, const Json& json);

} // namespace downhill
