// Files in and out for the command line: the only part of the engine that touches them.
#pragma once
#include "data/source.hpp"

namespace downhill {

/// Content of a file, at most `most` bytes. Errors: file_unreadable, too_large.
Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t most);
/// Writes all or nothing: to a file beside it, then renamed. Error: file_unwritable.
Result<bool> write_file(const std::string& path, std::string_view content);
/// A user's own data: a .csv file (data/csv.hpp), or a folder with four IDX files as MNIST's are named, .gz or plain; up to
/// 256 classes and any size of image. Errors: those of reading, gzip, IDX and CSV.
Result<Source> read_own(const std::string& path);
/// Fashion-MNIST from the four official files in `folder`, .gz or plain. Errors: those of reading, gzip and IDX.
Result<Source> read_fashion_mnist(const std::string& folder);

inline constexpr const char* kDataFolder = "/usr/share/datasets/fashion-mnist";

} // namespace downhill
