// The verbs on documents of the lab Surface.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Prints lane,step,x,y,f, with --map what each cell of a map comes to, or with --working the formulas of one step with their
/// numbers; to --out where it is given. A surface over images draws its points from the folder --data, or where Debian has them.
int surface(const Arguments& arguments);
int check_surface(const Arguments& arguments, const Json& json);
int hash_surface(const Arguments& arguments, const Json& json);
int export_surface(const Arguments& arguments, const Json& json);

} // namespace downhill
