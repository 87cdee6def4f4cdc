// Zip files by minizip (zlib's contrib/minizip): what they hold, and entry after entry. Nothing is ever written to a path of theirs.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace downhill {

/// Bytes that are read where they are wanted: a file, a browser's Blob, memory.
struct ByteSource {
  std::uint64_t size = 0;
  std::function<bool(std::uint64_t at, std::span<std::uint8_t> into)> read; ///< all of `into`, or false
};
ByteSource in_memory(std::span<const std::uint8_t> bytes);

inline constexpr std::uint64_t kZipEntriesMost = 200'000;
inline constexpr std::uint64_t kZipContentMost = std::uint64_t{2} << 30; ///< bytes of all entries that were read, packed or unpacked, whichever is more

/// Reads the entries in the directory's order.
class ZipFile {
public:
  /// Errors: own_zip_damaged, own_zip_entries.
  static Result<ZipFile> open(ByteSource source);
  ~ZipFile();
  ZipFile(ZipFile&&) noexcept;
  ZipFile& operator=(ZipFile&&) noexcept;

  std::uint64_t count() const;
  /// To the next entry, at first to the first one; false after the last. Error: own_zip_damaged.
  Result<bool> next();
  const std::string& name() const; ///< in UTF-8, as it stands there: it may say ../x
  bool is_folder() const;
  std::uint64_t size() const; ///< unpacked, as the directory has it
  /// The entry's content: no more than it declares, no more than `most`, and not when all entries would come to more than kZipContentMost.
  /// Errors: too_large, own_zip_bomb, own_zip_locked, own_zip_method, own_zip_damaged.
  Result<std::vector<std::uint8_t>> read(std::size_t most);

private:
  struct Parts;
  explicit ZipFile(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

} // namespace downhill
