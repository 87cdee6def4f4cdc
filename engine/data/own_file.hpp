// A user's own examples in one file, .downhill-data, whatever they were made from; the format stands in engine/README.md, "Own data".
#pragma once
#include "data/source.hpp"

namespace downhill {

inline constexpr std::int64_t kOwnExamplesMost = 70000; ///< as many as runs can use
inline constexpr std::size_t kOwnClassesMost = 256;
inline constexpr std::size_t kOwnNameMost = 100;           ///< bytes of the name of a class or a column
inline constexpr std::size_t kOwnContentMost = 512U << 20; ///< bytes of a file, unpacked

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
/// What `data.file` calls such content: its FNV-1a.
std::uint64_t own_hash(std::span<const std::uint8_t> content);
/// A .downhill-data file's bytes, and back. Errors: own_damaged and gunzip's.
std::vector<std::uint8_t> write_own_file(const OwnData& data);
Result<OwnData> read_own_file(std::span<const std::uint8_t> file);
/// The same as a source of runs, with its hash.
Result<Source> own_source(std::span<const std::uint8_t> file);

} // namespace downhill
