// Which random stream serves what. Purposes never share a stream, so that changing one thing
// (a batch size, a layer's dropout) leaves every other draw as it was.
#pragma once
#include "core/philox.hpp"

namespace downhill {

enum class Purpose : std::uint32_t {
  train_subset = 1, // index: class; key word 0: data.seed
  test_subset = 2,  // index: class; key word 0: data.seed
  label_noise = 3,  // index: 0; key word 0: data.seed
  weight_init = 4,  // index: layer
  bias_init = 5,    // index: layer
  order = 6,        // index: 0; counter c1: epoch
  dropout = 7,      // index: layer; counter c1: position in the epoch's order, c2: epoch
  toy = 8,          // index: 0 train, 1 test; counter block: example; key word 0: data.seed
  probe = 9,        // index: what a view draws (engine/inspect); never touches a run
  surface = 10,     // index: 0; counter block: point; key word 0: the surface's own seed
  fit = 11,         // index: 0 training, 1 test; counter block: point, c1: set; key word 0: the document's seed
  split = 12,       // index: class; key word 0: the seed of the split (engine/own/deal.hpp); never part of a run
  rating = 13,      // index: 0; key word 0: data.seed; which pictures are shown a second time to whoever rates them (engine/cases/scores.hpp)
  rows = 14,        // index: 0; key word 0: 1; which rows of a table that is too large are taken (engine/own/table.hpp); never part of a run
};

/// `numpy.random.Philox(key=[seed, purpose * 2**32 + index])`.
constexpr PhiloxKey stream_key(std::uint64_t seed, Purpose purpose, std::uint32_t index = 0) {
  return {seed, (static_cast<std::uint64_t>(purpose) << 32) | index};
}

} // namespace downhill
