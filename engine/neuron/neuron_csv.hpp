// What the lab's parts come to, as CSV: the command line prints it, the page hands it out.
#pragma once
#include "neuron/neuron_document.hpp"

namespace downhill {

/// "x1,x2,h1,h2,sum,fires,wanted", a line for each row.
std::string truth_table_csv(const LogicSettings& settings);
/// "step,weight,loss,slope".
std::string soft_path_csv(const SoftSettings& settings);

} // namespace downhill
