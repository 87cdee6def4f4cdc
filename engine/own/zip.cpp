#include "own/zip.hpp"

#include "own/sentences.hpp"
#include "own/text.hpp"

#include <algorithm>
#include <cstring>
#include <unzip.h>

namespace downhill {

ByteSource in_memory(std::span<const std::uint8_t> bytes) {
  return {bytes.size(), [bytes](std::uint64_t at, std::span<std::uint8_t> into) {
            if (at > bytes.size() || into.size() > bytes.size() - at) return false;
            if (!into.empty()) std::memcpy(into.data(), bytes.data() + at, into.size());
            return true;
          }};
}

namespace {

// minizip asks for a byte at a time where it reads the directory: a window of the source stands between.
struct Stream {
  ByteSource source;
  std::uint64_t at = 0, begin = 0;
  std::vector<std::uint8_t> window;
  bool failed = false;

  std::size_t take(std::span<std::uint8_t> into) {
    std::size_t taken = 0;
    while (taken < into.size() && at < source.size) {
      if (at < begin || at >= begin + window.size()) {
        begin = at;
        window.resize(static_cast<std::size_t>(std::min<std::uint64_t>(1U << 16, source.size - at)));
        if (!source.read(begin, window)) {
          window.clear();
          failed = true;
          break;
        }
      }
      const auto from = static_cast<std::size_t>(at - begin);
      const std::size_t size = std::min(into.size() - taken, window.size() - from);
      std::memcpy(into.data() + taken, window.data() + from, size);
      taken += size;
      at += size;
    }
    return taken;
  }
};

Stream& of(void* stream) { return *static_cast<Stream*>(stream); }

zlib_filefunc64_def functions_for(Stream& stream) {
  zlib_filefunc64_def functions{};
  functions.opaque = &stream;
  functions.zopen64_file = [](void* opaque, const void*, int) { return opaque; };
  functions.zread_file = [](void*, void* opened, void* into, uLong size) {
    return static_cast<uLong>(of(opened).take({static_cast<std::uint8_t*>(into), static_cast<std::size_t>(size)}));
  };
  functions.zwrite_file = [](void*, void*, const void*, uLong) { return uLong{0}; };
  functions.ztell64_file = [](void*, void* opened) { return static_cast<ZPOS64_T>(of(opened).at); };
  functions.zseek64_file = [](void*, void* opened, ZPOS64_T offset, int origin) -> long {
    Stream& s = of(opened);
    const std::uint64_t from = origin == ZLIB_FILEFUNC_SEEK_CUR ? s.at : origin == ZLIB_FILEFUNC_SEEK_END ? s.source.size : 0;
    if (offset > s.source.size || from > s.source.size - offset) return -1;
    s.at = from + offset;
    return 0;
  };
  functions.zclose_file = [](void*, void*) { return 0; };
  functions.zerror_file = [](void*, void* opened) { return of(opened).failed ? 1 : 0; };
  return functions;
}

constexpr std::size_t kAtOnce = 1U << 20;
constexpr std::uint64_t kDeflateMost = 1032; // no byte of deflate comes to more

UserError damaged() { return {"own_zip_damaged", "", {}}; }

} // namespace

struct ZipFile::Parts {
  Stream stream;
  unzFile file = nullptr;
  unz_file_info64 info{};
  std::string name;
  std::uint64_t count = 0, seen = 0, unpacked = 0;
  bool folder = false;
  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    if (file) unzClose(file);
  }
};

ZipFile::ZipFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ZipFile::~ZipFile() = default;
ZipFile::ZipFile(ZipFile&&) noexcept = default;
ZipFile& ZipFile::operator=(ZipFile&&) noexcept = default;

Result<ZipFile> ZipFile::open(ByteSource source) {
  auto parts = std::make_unique<Parts>();
  parts->stream.source = std::move(source);
  zlib_filefunc64_def functions = functions_for(parts->stream);
  parts->file = unzOpen2_64("", &functions);
  unz_global_info64 info{};
  if (!parts->file || unzGetGlobalInfo64(parts->file, &info) != UNZ_OK) return damaged();
  if (info.number_entry > kZipEntriesMost) return UserError{"own_zip_entries", "", {std::to_string(info.number_entry), std::to_string(kZipEntriesMost)}};
  parts->count = info.number_entry;
  return ZipFile(std::move(parts));
}

std::uint64_t ZipFile::count() const { return parts_->count; }
const std::string& ZipFile::name() const { return parts_->name; }
bool ZipFile::is_folder() const { return parts_->folder; }
std::uint64_t ZipFile::size() const { return parts_->info.uncompressed_size; }

Result<bool> ZipFile::next() {
  Parts& p = *parts_;
  if (p.seen == p.count) return false;
  if ((p.seen++ == 0 ? unzGoToFirstFile(p.file) : unzGoToNextFile(p.file)) != UNZ_OK) return damaged();
  if (unzGetCurrentFileInfo64(p.file, &p.info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK) return damaged();
  std::string name(p.info.size_filename, '\0'); // its length has 16 bits
  if (unzGetCurrentFileInfo64(p.file, &p.info, name.data(), static_cast<uLong>(name.size()), nullptr, 0, nullptr, 0) != UNZ_OK) return damaged();
  p.name = utf8_name(name); // whether or not its flag says UTF-8, which many programs forget
  p.folder = p.name.ends_with('/') || p.name.ends_with('\\');
  return true;
}

Result<std::vector<std::uint8_t>> ZipFile::read(std::size_t most) {
  Parts& p = *parts_;
  const std::uint64_t declared = p.info.uncompressed_size;
  if (declared > most) return UserError{"too_large", "", {std::to_string(most)}};
  if (declared > kZipContentMost - p.unpacked) return UserError{"own_zip_bomb", "", {std::to_string(kZipContentMost)}};
  if ((p.info.flag & 1U) != 0) return UserError{"own_zip_locked", "", {}};
  if (p.info.compression_method != 0 && p.info.compression_method != Z_DEFLATED)
    return UserError{"own_zip_method", "", {std::to_string(p.info.compression_method)}};
  const std::uint64_t packed = std::min<std::uint64_t>(p.info.compressed_size, p.stream.source.size);
  if (declared > packed * kDeflateMost + 64) return damaged();
  if (unzOpenCurrentFile(p.file) != UNZ_OK) return damaged();
  std::vector<std::uint8_t> content; // what is declared is believed when it is there
  std::size_t size = 0;
  int got = 1;
  while (size < declared && got > 0) {
    content.resize(size + static_cast<std::size_t>(std::min<std::uint64_t>(declared - size, kAtOnce)));
    got = unzReadCurrentFile(p.file, content.data() + size, static_cast<unsigned>(content.size() - size));
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  p.unpacked = std::min(kZipContentMost, p.unpacked + std::max<std::uint64_t>(size, packed)); // what comes to nothing was work, too
  const bool sound = unzCloseCurrentFile(p.file) == UNZ_OK; // the checksum, so an entry that holds other than it declares is found out
  if (got < 0 || size < declared || !sound) return damaged();
  return content;
}

} // namespace downhill
