#include "cli/files.hpp"

#include "core/hash.hpp"
#include "data/csv.hpp"
#include "data/gzip.hpp"
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

Result<std::vector<std::uint8_t>> read_maybe_packed(const std::string& path) {
  struct stat unused;
  const std::string found = stat((path + ".gz").c_str(), &unused) == 0 ? path + ".gz" : path;
  auto bytes = read_file(found, kIdxMost);
  if (!bytes || !is_gzip(*bytes)) return bytes;
  auto content = gunzip(*bytes, kIdxMost);
  if (!content) return UserError{content.error().code, found, content.error().with};
  return content;
}

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
  Source source;
  Hash hash;
  const auto part = [&](const std::string& prefix, Examples& into) -> Result<bool> {
    auto images = read_maybe_packed(folder + "/" + prefix + "-images-idx3-ubyte");
    if (!images) return images.error();
    auto labels = read_maybe_packed(folder + "/" + prefix + "-labels-idx1-ubyte");
    if (!labels) return labels.error();
    auto examples = read_idx(*images, *labels, classes);
    if (!examples) return UserError{examples.error().code, folder + "/" + prefix, examples.error().with};
    hash.add_bytes(*images);
    hash.add_bytes(*labels);
    into = std::move(*examples);
    return true;
  };
  if (auto done = part("train", source.train); !done) return done.error();
  if (auto done = part("t10k", source.test); !done) return done.error();
  if (source.train.features != source.test.features) return UserError{"idx_damaged", folder, {"train ≠ t10k"}};
  for (const Examples* examples : {&source.train, &source.test})
    for (const std::uint8_t label : examples->labels) source.classes = std::max<std::int64_t>(source.classes, label + 1);
  source.file_hash = hash.value();
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
