#include "own/paths.hpp"

#include <algorithm>

namespace downhill {
namespace {

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return low;
}

bool is_system(const std::string& part) {
  if (part.starts_with('.')) return true; // .DS_Store, ._picture.png, .git
  for (const std::string_view name : {"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "@eadir"})
    if (lower(part) == name) return true;
  return false;
}

PathKind kind_of(const std::string& file) {
  for (const std::string_view each : {"idx3-ubyte", "idx1-ubyte", "idx3-ubyte.gz", "idx1-ubyte.gz"})
    if (file.ends_with(each)) return PathKind::idx;
  const std::size_t dot = file.rfind('.');
  const std::string ending = dot == std::string::npos ? "" : lower(std::string_view(file).substr(dot + 1));
  for (const std::string_view each : {"png", "jpg", "jpeg", "jpe", "jfif", "webp"})
    if (ending == each) return PathKind::picture;
  return ending == "csv" || ending == "tsv" ? PathKind::table : PathKind::other;
}

} // namespace

std::string OwnPath::text() const {
  std::string all;
  for (const std::string& folder : folders) all += folder + "/";
  return all + file;
}

OwnPath own_path(std::string_view name) {
  OwnPath path;
  if (name.size() > kPathBytesMost) return {PathKind::long_name, {}, {}};
  bool unsafe = name.empty() || name.front() == '/' || name.front() == '\\' || (name.size() > 1 && name[1] == ':');
  bool system = false;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("/\\"), name.size());
    const std::string part(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
    if (part.empty() || part == ".") continue;
    unsafe = unsafe || part == "..";
    system = system || is_system(part);
    path.folders.push_back(part);
  }
  if (!path.folders.empty()) {
    path.file = std::move(path.folders.back());
    path.folders.pop_back();
  }
  if (path.folders.size() > kPathFoldersMost) return {PathKind::long_name, {}, {}};
  if (unsafe || path.file.empty())
    path.kind = PathKind::unsafe;
  else
    path.kind = system ? PathKind::system : kind_of(path.file);
  return path;
}

} // namespace downhill
