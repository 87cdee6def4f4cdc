// gzip in and out by zlib: the one place of the engine that knows zlib.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

struct z_stream_s;

namespace downhill {

/// Unpacks a gzip file a piece at a time: its members one after the other; what follows them and is no member is left out, as gzip does.
class Gunzip {
public:
  explicit Gunzip(std::span<const std::uint8_t> packed);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  /// Fills `into` as far as there is content; how much of it. Less only at the end, or where something is wrong.
  std::size_t read(std::span<std::uint8_t> into);
  /// Of what was read: gzip_damaged where that is no whole file, memory. A file's checksum is looked at where its end is reached.
  std::optional<UserError> error() const;

private:
  std::unique_ptr<z_stream_s> stream_;
  int status_ = 0;
};

/// Unpacks a gzip file, at most `most` bytes of content. Errors: gzip_damaged, too_large, memory.
Result<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t> packed, std::size_t most);
/// Packs at the best level, without a time stamp, so that equal content gives equal bytes.
std::vector<std::uint8_t> gzip(std::span<const std::uint8_t> content);
/// The same of content that lies in pieces.
std::vector<std::uint8_t> gzip_pieces(std::span<const std::span<const std::uint8_t>> pieces);
/// The checksum of gzip, PNG and zip.
std::uint32_t crc32_of(std::span<const std::uint8_t> bytes);
/// Whether the bytes begin as gzip does.
inline bool is_gzip(std::span<const std::uint8_t> bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

} // namespace downhill
