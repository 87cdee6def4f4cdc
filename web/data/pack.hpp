// Data packs: Fashion-MNIST, whole or the beginning of a draw, as one gzip file whose name carries its hash.
// Content, little-endian: "DHPACK1\0", seed of the draw (u64) or all ones for a whole source, classes (u32),
// features (u32), training and test counts (u32 each), then pixels and labels of training, pixels and labels of test.
#pragma once
#include "data/source.hpp"

namespace downhill {

std::vector<std::uint8_t> write_pack(const Source& source);
/// Errors: gzip_damaged, too_large, pack_damaged.
Result<Source> read_pack(std::span<const std::uint8_t> packed);
/// The beginning of the draw of `seed` in all classes.
Result<Source> drawn_source(const std::shared_ptr<const Source>& whole, std::uint64_t seed, std::int64_t train, std::int64_t test);

} // namespace downhill
