// Weights as a .safetensors file (https://huggingface.co/docs/safetensors): an 8-byte little-endian
// length, a JSON header, the floats. Names are those of an nn.Sequential of Linear layers.
#pragma once
#include "network/network.hpp"

namespace downhill {

/// The file's bytes; `metadata` goes into the header as __metadata__.
std::string safetensors(const Network& network, const std::vector<std::pair<std::string, std::string>>& metadata);

} // namespace downhill
