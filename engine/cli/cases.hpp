// The verbs on documents of the lab Cases.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Trains the case and prints its curves and what it predicts, as CSV; or, with --stations all|ID, what is to be seen at the stations,
/// as JSON.
int cases(const Arguments& arguments);
int check_cases(const Arguments& arguments, const Json& json);
/// Of the weights: that of the Race's run where there is one.
int hash_cases(const Arguments& arguments, const Json& json);
int export_cases(const Arguments& arguments, const Json& json);

} // namespace downhill
