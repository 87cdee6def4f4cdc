// gzip in and out by zlib: the one place of the engine that knows zlib.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>
#include <span>

namespace downhill {

/// Unpacks a gzip file, at most `most` bytes of content: its members one after the other; what follows them and is no member
/// is left out, as gzip does. Errors: gzip_damaged, too_large, memory.
Result<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t> packed, std::size_t most);
/// Packs at the best level, without a time stamp, so that equal content gives equal bytes.
std::vector<std::uint8_t> gzip(std::span<const std::uint8_t> content);
/// The checksum of gzip, PNG and zip.
std::uint32_t crc32_of(std::span<const std::uint8_t> bytes);
/// Whether the bytes begin as gzip does.
inline bool is_gzip(std::span<const std::uint8_t> bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

} // namespace downhill
