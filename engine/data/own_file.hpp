// A user's own examples in one file, .downhill-data, whatever they were made from; the format stands in engine/README.md, "Own data".
#pragma once
#include "data/source.hpp"

#include <algorithm>

namespace downhill {

// What there can be of it, wherever it is read, drawn or sent. Bytes are bounded, not only rows and columns: each of six workers holds all
// of it, the lab Cases what it draws, and on its way there are two or three copies in a module that has 2 GB at most.
inline constexpr std::int64_t kOwnExamplesMost = 70000;         ///< as many as runs can use
inline constexpr std::size_t kOwnFeatureBytesMost = 128U << 20; ///< of all examples: a byte a pixel, four a number
inline constexpr std::size_t kOwnClassesMost = 256;
inline constexpr std::size_t kOwnNameMost = 100;                                  ///< bytes of the name of a class or a column
inline constexpr std::size_t kOwnContentMost = kOwnFeatureBytesMost + (2U << 20); ///< bytes of a file, unpacked: with header and answers
/// How many rows of so many numbers there can be.
constexpr std::int64_t own_rows_most(std::size_t columns, std::size_t bytes_most = kOwnFeatureBytesMost) {
  return std::min(kOwnExamplesMost, static_cast<std::int64_t>(bytes_most / (sizeof(float) * std::max<std::size_t>(1, columns))));
}

/// Pictures or a table, with a class or a number each.
struct OwnData {
  std::vector<std::int64_t> shape;  ///< of an example: {height, width} of a picture, {columns} of a table
  std::vector<std::string> columns; ///< what a table calls its features; empty: pictures
  std::string answer;               ///< what a table calls the column of answers; may be empty
  std::vector<std::string> classes; ///< their names, by label; empty: the answers are numbers
  Examples train, validation, test; ///< alike in features and kind; only `validation` may be empty
};

/// The bytes that are packed and hashed: equal data, equal bytes. Names must be UTF-8 of one line (`printable`).
std::vector<std::uint8_t> own_content(const OwnData& data);
/// What `data.file` calls it: the FNV-1a of that content, which is not put together for it; and how many bytes that has.
std::uint64_t own_hash(const OwnData& data);
std::size_t own_content_size(const OwnData& data);
/// A .downhill-data file's bytes, and back. Errors: own_damaged, too_large, and gunzip's.
std::vector<std::uint8_t> write_own_file(const OwnData& data);
Result<OwnData> read_own_file(std::span<const std::uint8_t> file);
/// The same as a source of runs, with its hash.
Result<Source> own_source(std::span<const std::uint8_t> file);

} // namespace downhill
