#include "data/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cassert>

namespace downhill {
namespace {
constexpr int kGzipWindow = 15 + 16; // zlib's way to say: gzip, not zlib framing
} // namespace

Gunzip::Gunzip(std::span<const std::uint8_t> packed) : stream_(std::make_unique<z_stream>()) {
  stream_->next_in = const_cast<Bytef*>(packed.data());
  stream_->avail_in = static_cast<uInt>(packed.size());
  status_ = inflateInit2(stream_.get(), kGzipWindow);
}
Gunzip::~Gunzip() { inflateEnd(stream_.get()); }

std::size_t Gunzip::read(std::span<std::uint8_t> into) {
  z_stream& stream = *stream_;
  stream.next_out = into.data();
  stream.avail_out = static_cast<uInt>(into.size());
  while (status_ == Z_OK && stream.avail_out > 0) {
    status_ = inflate(&stream, Z_NO_FLUSH);
    if (status_ == Z_STREAM_END && is_gzip({stream.next_in, stream.avail_in})) status_ = inflateReset(&stream); // another member
    if (status_ == Z_OK && stream.avail_in == 0 && stream.avail_out != 0) status_ = Z_BUF_ERROR;                // it is cut
  }
  return into.size() - stream.avail_out;
}

std::optional<UserError> Gunzip::error() const {
  if (status_ == Z_OK || status_ == Z_STREAM_END) return {};
  return UserError{status_ == Z_MEM_ERROR ? "memory" : "gzip_damaged", "", {}};
}

Result<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t> packed, std::size_t most) {
  Gunzip file(packed);
  std::vector<std::uint8_t> out(std::min<std::size_t>(most + 1, 1U << 16));
  std::size_t size = file.read(out);
  while (size == out.size() && size <= most) {
    out.resize(std::min(most + 1, size * 2));
    size += file.read(std::span(out).subspan(size));
  }
  out.resize(size);
  if (const auto error = file.error(); error && (error->code == "memory" || size <= most)) return *error;
  if (size > most) return UserError{"too_large", "", {std::to_string(most)}};
  return out;
}

std::vector<std::uint8_t> gzip(std::span<const std::uint8_t> content) { return gzip_pieces({&content, 1}); }

std::vector<std::uint8_t> gzip_pieces(std::span<const std::span<const std::uint8_t>> pieces) {
  z_stream stream{};
  const int started = deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY);
  assert(started == Z_OK);
  static_cast<void>(started);
  uLong content = 0;
  for (const auto& piece : pieces) content += static_cast<uLong>(piece.size());
  std::vector<std::uint8_t> out(deflateBound(&stream, content));
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  int status = Z_OK;
  for (const auto& piece : pieces) {
    stream.next_in = const_cast<Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    while (stream.avail_in > 0 && status == Z_OK) status = deflate(&stream, Z_NO_FLUSH);
  }
  if (status == Z_OK) status = deflate(&stream, Z_FINISH);
  assert(status == Z_STREAM_END);
  static_cast<void>(status);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::uint32_t crc32_of(std::span<const std::uint8_t> bytes) { return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size()))); }

} // namespace downhill
