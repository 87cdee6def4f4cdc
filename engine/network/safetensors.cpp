#include "network/safetensors.hpp"

#include <nlohmann/json.hpp>

#include <bit>

namespace downhill {

std::string safetensors(const Network& network, const std::vector<std::pair<std::string, std::string>>& metadata) {
  nlohmann::ordered_json header;
  for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
  std::string data;
  for (Index l = 0; l < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    const Index inputs = shape.inputs, outputs = shape.outputs;
    const std::string name = "layers." + std::to_string(l);
    const std::size_t begin = data.size();
    for (const float value : network.torch_parameters(l)) {
      const auto bits = std::bit_cast<std::uint32_t>(value);
      for (int shift = 0; shift < 32; shift += 8) data.push_back(static_cast<char>((bits >> shift) & 0xffU));
    }
    const std::size_t middle = begin + static_cast<std::size_t>(inputs * outputs) * 4;
    header[name + ".weight"] = {{"dtype", "F32"}, {"shape", {outputs, inputs}}, {"data_offsets", {begin, middle}}};
    header[name + ".bias"] = {{"dtype", "F32"}, {"shape", {outputs}}, {"data_offsets", {middle, data.size()}}};
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string out;
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>((static_cast<std::uint64_t>(text.size()) >> shift) & 0xffU));
  return out + text + data;
}

} // namespace downhill
