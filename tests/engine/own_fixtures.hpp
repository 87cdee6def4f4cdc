// Pictures and zips made on the spot, and those that lie in the fuzzers' corpus.
#pragma once
#include "cli/files.hpp"
#include "data/gzip.hpp"
#include "own/pictures.hpp"
#include "own/zip.hpp"

#include <doctest/doctest.h>

namespace downhill::fixtures {

using OwnBytes = std::vector<std::uint8_t>;

inline std::span<const std::uint8_t> bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline void append(OwnBytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }
inline void append(OwnBytes& out, std::uint64_t value, int bytes, bool little) {
  for (int i = 0; i < bytes; ++i) {
    const int place = little ? i : bytes - 1 - i;
    out.push_back(place < 8 ? static_cast<std::uint8_t>(value >> (8 * place)) : std::uint8_t{0}); // zeros beyond a number's own bytes
  }
}

inline void png_chunk(OwnBytes& out, std::string_view name, const OwnBytes& content) {
  append(out, content.size(), 4, false);
  OwnBytes named(name.begin(), name.end());
  named.insert(named.end(), content.begin(), content.end());
  out.insert(out.end(), named.begin(), named.end());
  append(out, crc32_of(named), 4, false);
}
/// A PNG of 8 bits: `channels` 1 grey, 3 RGB, 4 RGBA; stored, not packed. `orientation` as Exif notes it, 0: none.
inline OwnBytes png(std::uint32_t width, std::uint32_t height, std::uint32_t channels, const OwnBytes& pixels, int orientation = 0) {
  OwnBytes out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, head, raw, packed{0x78, 1};
  append(head, width, 4, false);
  append(head, height, 4, false);
  for (const std::uint8_t byte : {std::uint8_t{8},
                                  static_cast<std::uint8_t>(channels == 1   ? 0
                                                            : channels == 3 ? 2
                                                                            : 6),
                                  std::uint8_t{0}, std::uint8_t{0}, std::uint8_t{0}})
    head.push_back(byte);
  png_chunk(out, "IHDR", head);
  if (orientation > 0) {
    OwnBytes exif;
    append(exif, std::string_view("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19));
    exif.push_back(static_cast<std::uint8_t>(orientation));
    append(exif, 0, 6, false);
    png_chunk(out, "eXIf", exif);
  }
  const std::size_t row = std::size_t{width} * channels;
  for (std::size_t y = 0; y < height && (y + 1) * row <= pixels.size(); ++y) {
    raw.push_back(0);
    raw.insert(raw.end(), pixels.begin() + static_cast<std::ptrdiff_t>(y * row), pixels.begin() + static_cast<std::ptrdiff_t>((y + 1) * row));
  }
  std::uint32_t a = 1, b = 0;
  for (const std::uint8_t byte : raw) a = (a + byte) % 65521, b = (b + a) % 65521;
  for (std::size_t at = 0; at < raw.size() || at == 0; at += 65535) {
    const std::size_t size = std::min<std::size_t>(65535, raw.size() - at);
    packed.push_back(at + size == raw.size() ? 1 : 0);
    append(packed, size, 2, true);
    append(packed, size ^ 0xffffU, 2, true);
    packed.insert(packed.end(), raw.begin() + static_cast<std::ptrdiff_t>(at), raw.begin() + static_cast<std::ptrdiff_t>(at + size));
  }
  append(packed, (b << 16) | a, 4, false);
  png_chunk(out, "IDAT", packed);
  png_chunk(out, "IEND", {});
  return out;
}
/// One grey all over.
inline OwnBytes plain_png(std::uint8_t grey, std::uint32_t side = 4) { return png(side, side, 1, OwnBytes(std::size_t{side} * side, grey)); }

/// A file of a zip, stored; what is declared may be untrue.
struct Entry {
  std::string name;
  OwnBytes content;
  std::uint32_t flags = 0, method = 0;
  std::optional<std::uint64_t> declared = {};
  bool wrong_sum = false;
};
inline OwnBytes zip(const std::vector<Entry>& entries) {
  OwnBytes out, directory;
  for (const Entry& e : entries) {
    const std::uint64_t at = out.size(), size = e.content.size();
    const auto common = [&](OwnBytes& to) {
      append(to, e.flags, 2, true);
      append(to, e.method, 2, true);
      append(to, 0, 4, true);
      append(to, crc32_of(e.content) ^ (e.wrong_sum ? 1U : 0U), 4, true);
      append(to, size, 4, true);
      append(to, e.declared.value_or(size), 4, true);
      append(to, e.name.size(), 2, true);
      append(to, 0, 2, true);
    };
    append(out, std::string_view("PK\3\4\x14\0", 6));
    common(out);
    append(out, e.name);
    out.insert(out.end(), e.content.begin(), e.content.end());
    append(directory, std::string_view("PK\1\2\x14\0\x14\0", 8));
    common(directory);
    append(directory, 0, 10, true);
    append(directory, at, 4, true);
    append(directory, e.name);
  }
  const std::size_t at = out.size();
  out.insert(out.end(), directory.begin(), directory.end());
  append(out, std::string_view("PK\5\6\0\0\0\0", 8));
  append(out, entries.size(), 2, true);
  append(out, entries.size(), 2, true);
  append(out, directory.size(), 4, true);
  append(out, at, 4, true);
  append(out, 0, 2, true);
  return out;
}

/// A picture of the corpus.
inline OwnBytes stored_picture(const std::string& name) {
  auto bytes = read_file(std::string(DOWNHILL_TESTS_DIR) + "/fuzz/corpus/own_picture/" + name, 1U << 20);
  REQUIRE(bytes.ok());
  return *bytes;
}

/// How often something was told.
inline std::size_t times(const Told& told, std::string_view code) {
  return static_cast<std::size_t>(std::count_if(told.list().begin(), told.list().end(), [&](const UserError& e) { return e.code == code; }));
}

} // namespace downhill::fixtures
