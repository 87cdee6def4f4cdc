// The verbs on documents of the lab Neuron.
#pragma once
#include "cli/command.hpp"

namespace downhill {

/// Prints, as CSV, the truth table, or how many images the painted and the learned weights get right, or the weight's way; with
/// --weights FILE the weights of images, painted and learned, pixel by pixel.
int neuron(const Arguments& arguments);
int check_neuron(const Arguments& arguments, const Json& json);
int hash_neuron(const Arguments& arguments, const Json& json);
int export_neuron(const Arguments& arguments, const Json& json);

} // namespace downhill
