// The IDX files of MNIST and its kin: four big-endian header words and bytes behind them.
// http://yann.lecun.com/exdb/mnist/ ; only unsigned bytes, one or three dimensions.
#pragma once
#include "data/source.hpp"

namespace downhill {

/// Images (magic 0x803, N×height×width) and labels (magic 0x801, N) as one. Errors: idx_damaged, idx_counts, idx_label.
Result<Examples> read_idx(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels, std::int64_t classes);

} // namespace downhill
