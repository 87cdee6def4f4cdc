// One number that names what the part of a document comes to: the command line prints it, the page shows it.
#pragma once
#include "neuron/neuron_document.hpp"

#include <cstdint>

namespace downhill {

/// Of the truth table, or of the way from hard to soft with every bit of its numbers. Images are taught first: theirs is
/// ImageLearning::hash, of what was learned; what was painted stands in the document.
std::uint64_t neuron_hash(const NeuronDocument& document);

} // namespace downhill
