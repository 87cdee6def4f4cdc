// The PyTorch script of the lab Neuron's part that a document shows.
#pragma once
#include "export/script.hpp"
#include "neuron/neuron_document.hpp"

namespace downhill {

/// Python source that needs torch alone, for images also numpy and --data DIR, and prints what `downhill neuron` prints.
std::string neuron_script(const NeuronDocument& document, const ScriptOptions& options);

} // namespace downhill
