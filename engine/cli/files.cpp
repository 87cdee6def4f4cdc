#include "cli/files.hpp"

#include "data/csv.hpp"
#include "data/idx.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sys/stat.h>

namespace downhill {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

constexpr std::size_t kIdxMost = 256U << 20;

} // namespace

Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t most) {
  const File file(std::fopen(path.c_str(), "rb"));
  struct stat info;
  if (!file || stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return UserError{"file_unreadable", path, {}};
  if (static_cast<std::size_t>(info.st_size) > most) return UserError{"too_large", path, {std::to_string(most)}};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.st_size));
  if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) return UserError{"file_unreadable", path, {}};
  return bytes;
}

Result<bool> write_file(const std::string& path, std::string_view content) {
  const std::string beside = path + ".partial";
  bool good = false;
  if (const File file(std::fopen(beside.c_str(), "wb")); file)
    good = std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() && std::fflush(file.get()) == 0;
  if (good && std::rename(beside.c_str(), path.c_str()) == 0) return true;
  std::remove(beside.c_str());
  return UserError{"file_unwritable", path, {}};
}

namespace {
Result<Source> read_idx_folder(const std::string& folder, std::int64_t classes) {
  std::vector<std::uint8_t> files[4];
  const char* const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
  for (std::size_t i = 0; i < 4; ++i) {
    struct stat unused;
    const std::string path = folder + "/" + names[i];
    const bool packed = stat((path + ".gz").c_str(), &unused) == 0;
    auto bytes = read_file(packed ? path + ".gz" : path, kIdxMost);
    if (!bytes) return bytes.error();
    files[i] = std::move(*bytes);
  }
  auto source = read_idx_files({files[0], files[1], files[2], files[3]}, classes);
  if (!source) return UserError{source.error().code, source.error().place.empty() ? folder : folder + "/" + source.error().place, source.error().with};
  return source;
}
} // namespace

Result<Source> read_fashion_mnist(const std::string& folder) {
  auto source = read_idx_folder(folder, 10);
  if (source) source->classes = 10;
  return source;
}

Result<Source> read_own(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return read_idx_folder(path, 256);
  const auto bytes = read_file(path, kIdxMost);
  if (!bytes) return bytes.error();
  auto source = read_csv(*bytes);
  if (!source) return UserError{source.error().code, path, source.error().with};
  return source;
}

} // namespace downhill
