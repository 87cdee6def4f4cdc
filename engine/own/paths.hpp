// Names of files as folders and zips give them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace downhill {

enum class PathKind {
  picture, ///< by its ending; what it is its first bytes say
  table,   ///< .csv or .tsv
  idx,     ///< …idx3-ubyte or …idx1-ubyte, as it is or .gz
  other,
  system,    ///< hidden, or a file that systems leave about
  unsafe,    ///< leads out of its folder, or is no path within one
  long_name, ///< longer than kPathBytesMost or deeper than kPathFoldersMost; its parts are not told
};
inline constexpr std::size_t kPathBytesMost = 1000, kPathFoldersMost = 32;

/// `folders` and `file` of a name; \ counts as /, and empty parts and . as nothing.
struct OwnPath {
  PathKind kind = PathKind::other;
  std::vector<std::string> folders;
  std::string file;
  std::string text() const;
};
OwnPath own_path(std::string_view name);

} // namespace downhill
