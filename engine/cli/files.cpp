#include "cli/files.hpp"

#include "data/csv.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "data/own_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace downhill {
namespace {

constexpr std::size_t kIdxMost = 256U << 20;

UserError unwritable_because(const std::string& path, int reason) { return {"file_unwritable", path, {std::strerror(reason)}}; }

// Where the links of a path lead, also if nothing is there.
std::string end_of_links(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path at = path;
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(at, error)); ++links) at = at.parent_path() / fs::read_symlink(at, error);
  return at.string();
}

// Writes to an open file and closes it; 0 or the reason why not.
int write_to(File file, std::string_view content) {
  if (!file) return errno;
  if (std::fwrite(content.data(), 1, content.size(), file.get()) != content.size() || std::fflush(file.get()) != 0) return errno;
  return std::fclose(file.release()) == 0 ? 0 : errno;
}

} // namespace

Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t most) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return UserError{"file_unreadable", path, {}};
  if (static_cast<std::uint64_t>(info.st_size) > most) return UserError{"too_large", path, {std::to_string(most)}};
  const File file(std::fopen(path.c_str(), "rb"));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.st_size));
  if (!file || std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) return UserError{"file_unreadable", path, {}};
  return bytes;
}

std::optional<UserError> unwritable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return unwritable_because(path, errno);
    std::string folder = std::filesystem::path(end_of_links(path)).parent_path().string();
    if (folder.empty()) folder = ".";
    if (stat(folder.c_str(), &info) != 0 || access(folder.c_str(), W_OK | X_OK) != 0) return unwritable_because(path, errno);
    return {};
  }
  if (S_ISDIR(info.st_mode)) return unwritable_because(path, EISDIR);
  if (S_ISREG(info.st_mode) && !File(std::fopen(path.c_str(), "r+b"))) return unwritable_because(path, errno);
  return {};
}

Result<bool> write_file(const std::string& path, std::string_view content) {
  if (auto error = unwritable(path)) return *error;
  struct stat old, end;
  const std::string target = end_of_links(path);
  const bool there = stat(path.c_str(), &old) == 0;
  // a link below /proc leads to a name that need not be the file's
  const bool same = there && stat(target.c_str(), &end) == 0 && old.st_dev == end.st_dev && old.st_ino == end.st_ino;
  if (!there || (same && S_ISREG(old.st_mode) && old.st_nlink == 1)) {
    std::string beside = target + ".partial";
    File file(std::fopen(beside.c_str(), "wbx"));
    for (int i = 2; !file && errno == EEXIST && i < 100; ++i) {
      beside = target + ".partial" + std::to_string(i);
      file.reset(std::fopen(beside.c_str(), "wbx"));
    }
    // only where a folder's rules or a name's length forbid it: a disk that is full would take the old file, too
    if (const int why = errno; !file && why != EACCES && why != EPERM && why != EROFS && why != ENAMETOOLONG) return unwritable_because(path, why);
    if (file) {
      int reason = write_to(std::move(file), content);
      if (there) chmod(beside.c_str(), old.st_mode & 07777);
      const bool whole = reason == 0;
      if (whole && std::rename(beside.c_str(), target.c_str()) != 0) reason = errno;
      if (reason == 0) return true;
      std::remove(beside.c_str());
      // a file that is mounted, or is another's in a folder for all, can't be replaced, but written
      if (!whole || !there || (reason != EBUSY && reason != EPERM && reason != EACCES && reason != EXDEV)) return unwritable_because(path, reason);
    }
  }
  if (const int reason = write_to(File(std::fopen(path.c_str(), "wb")), content); reason != 0) return unwritable_because(path, reason);
  return true;
}

Result<Stream> Stream::open(const std::string& path) {
  Stream stream;
  stream.path_ = path;
  stream.file_.reset(std::fopen(path.c_str(), "wb"));
  if (!stream.file_) return unwritable_because(path, errno);
  return stream;
}

void Stream::write(std::string_view content) {
  if (std::fwrite(content.data(), 1, content.size(), file_.get()) != content.size() && reason_ == 0) reason_ = errno;
}

Result<bool> Stream::flush() {
  if (reason_ == 0 && std::fflush(file_.get()) != 0) reason_ = errno;
  if (reason_ != 0) return unwritable_because(path_, reason_);
  return true;
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
  auto source = is_gzip(*bytes) ? own_source(*bytes) : read_csv(*bytes);
  if (!source) return UserError{source.error().code, path, source.error().with};
  return source;
}

} // namespace downhill
