// The IDX files of MNIST and its kin: four big-endian header words and bytes behind them.
// http://yann.lecun.com/exdb/mnist/ ; only unsigned bytes, one or three dimensions.
#pragma once
#include "data/source.hpp"

namespace downhill {

/// Images (magic 0x803, N×height×width) and labels (magic 0x801, N) as one. Errors: idx_damaged, idx_counts, idx_label.
Result<Examples> read_idx(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels, std::int64_t classes);

/// The four files of a data set, each as it is or in gzip.
struct IdxFiles {
  std::span<const std::uint8_t> train_images, train_labels, test_images, test_labels;
};
/// Both parts; `classes`: labels are below it, and Source::classes is the largest label + 1 (some below may not occur). Source::file_hash is the
/// FNV-1a of the four contents, in the order above. Errors as read_idx's and gunzip's; place is "train" or "t10k", as the files' names begin.
Result<Source> read_idx_files(const IdxFiles& files, std::int64_t classes);

} // namespace downhill
