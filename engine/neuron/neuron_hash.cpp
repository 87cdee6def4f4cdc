#include "neuron/neuron_hash.hpp"

#include "core/hash.hpp"
#include "neuron/neuron_csv.hpp"

namespace downhill {

std::uint64_t neuron_hash(const NeuronDocument& document) {
  Hash hash;
  if (document.part == NeuronPart::logic) {
    const std::string table = truth_table_csv(document.logic);
    hash.add_bytes({reinterpret_cast<const std::uint8_t*>(table.data()), table.size()});
  } else if (document.part == NeuronPart::soft) {
    for (const SoftStand& stand : soft_path(document.soft)) {
      const double numbers[] = {stand.weight, stand.loss, stand.slope};
      hash.add_doubles(numbers);
    }
  }
  return hash.value();
}

} // namespace downhill
