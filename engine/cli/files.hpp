// Files in and out for the command line: the only part of the engine that touches them.
#pragma once
#include "data/source.hpp"

#include <cstdio>

namespace downhill {

/// Content of a regular file, at most `most` bytes; nothing else is opened, a pipe could wait for ever.
/// Errors: file_unreadable, too_large.
Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t most);
/// Writes all or nothing where it can: a new file, or a regular one at the end of its links, is written beside and renamed, with
/// the permissions it had. Devices, pipes, files with other names too, and those that nothing may be put beside are written
/// through. Error: file_unwritable.
Result<bool> write_file(const std::string& path, std::string_view content);
/// Why write_file can't write there, as far as can be told beforehand; asked before long work, changes nothing.
std::optional<UserError> unwritable(const std::string& path);

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// A file that grows while a run goes on, begun anew when opened; what stands in it stays whatever comes after.
class Stream {
public:
  /// Error: file_unwritable.
  static Result<Stream> open(const std::string& path);
  void write(std::string_view content);
  /// Hands on what was written. Error, also of earlier writes: file_unwritable.
  Result<bool> flush();

private:
  std::string path_;
  File file_;
  int reason_ = 0; // why the first write failed
};

/// A user's own data: a .downhill-data file (data/own_file.hpp), a .csv file (data/csv.hpp), or a folder with four IDX files as MNIST's are named, .gz or
/// plain; up to 256 classes and any size of image. Errors: those of reading, gzip, IDX, CSV and own files.
Result<Source> read_own(const std::string& path);
/// Fashion-MNIST from the four official files in `folder`, .gz or plain. Errors: those of reading, gzip and IDX.
Result<Source> read_fashion_mnist(const std::string& folder);

inline constexpr const char* kDataFolder = "/usr/share/datasets/fashion-mnist";

} // namespace downhill
