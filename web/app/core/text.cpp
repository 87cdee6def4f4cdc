#include "app/core/text.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <vector>

namespace downhill {

namespace {

// Of each language that came: views of earlier ones may still be held by what was laid out.
std::deque<std::string> kept;
std::vector<std::string_view> shown;

} // namespace

void set_words(std::string_view words) {
  auto known = std::find(kept.begin(), kept.end(), words);
  if (known == kept.end()) known = kept.emplace(kept.end(), words);
  std::vector<std::string_view> all;
  for (std::string_view rest = *known; !rest.empty();) {
    const std::size_t end = rest.find('\0');
    all.push_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (all.size() == std::size(kKeys)) shown = std::move(all);
}

std::string_view tr(StringKey key) { return key.index < shown.size() ? shown[key.index] : kKeys[key.index]; }

std::string_view tr_id(std::string_view key) {
  static const auto index = [] {
    std::unordered_map<std::string_view, std::size_t> map;
    for (const std::string_view each : kKeys) map.emplace(each, map.size());
    return map;
  }();
  const auto it = index.find(key);
  return it == index.end() || it->second >= shown.size() ? key : shown[it->second];
}

std::string_view name_in(std::string_view key, Language language) {
  for (const NameRow& row : kNames)
    if (row.key == key) return language == Language::zh ? row.zh : row.en;
  return key;
}

} // namespace downhill
