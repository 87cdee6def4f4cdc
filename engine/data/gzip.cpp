#include "data/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cassert>

namespace downhill {
namespace {
constexpr int kGzipWindow = 15 + 16; // zlib's way to say: gzip, not zlib framing
} // namespace

Result<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t> packed, std::size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return UserError{"memory", "", {}};
  std::vector<std::uint8_t> out(std::min<std::size_t>(most + 1, 1U << 16));
  std::size_t size = 0;
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  int status = Z_OK;
  while (status == Z_OK && size <= most) {
    if (size == out.size()) out.resize(std::min(most + 1, size * 2));
    stream.next_out = out.data() + size;
    stream.avail_out = static_cast<uInt>(out.size() - size);
    status = inflate(&stream, Z_NO_FLUSH);
    size = out.size() - stream.avail_out;
    if (status == Z_STREAM_END && is_gzip({stream.next_in, stream.avail_in})) status = inflateReset(&stream); // another member
    if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && stream.avail_out != 0)) break;
  }
  out.resize(size);
  inflateEnd(&stream);
  if (status == Z_MEM_ERROR) return UserError{"memory", "", {}};
  if (out.size() > most) return UserError{"too_large", "", {std::to_string(most)}};
  if (status != Z_STREAM_END) return UserError{"gzip_damaged", "", {}};
  return out;
}

std::vector<std::uint8_t> gzip(std::span<const std::uint8_t> content) {
  z_stream stream{};
  const int started = deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY);
  assert(started == Z_OK);
  static_cast<void>(started);
  std::vector<std::uint8_t> out(deflateBound(&stream, static_cast<uLong>(content.size())));
  stream.next_in = const_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  assert(status == Z_STREAM_END);
  static_cast<void>(status);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::uint32_t crc32_of(std::span<const std::uint8_t> bytes) { return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size()))); }

} // namespace downhill
