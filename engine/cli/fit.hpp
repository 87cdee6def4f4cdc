// The verbs on documents of the lab Fit.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Prints, as CSV, what the document's part comes to: bias and variance at every place, errors over capacity, or an approximation; with
/// --fits FILE every fit at every place, with --points FILE what it was fitted to.
int fit(const Arguments& arguments);
int check_fit(const Arguments& arguments, const Json& json);
int hash_fit(const Arguments& arguments, const Json& json);
int export_fit(const Arguments& arguments, const Json& json);

} // namespace downhill
