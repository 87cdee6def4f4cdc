#include "app/core/text.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

namespace downhill {

namespace {

// As they came: views of earlier languages may still be held by what was laid out.
std::deque<std::string> kept;
std::vector<std::string_view> shown;                       // by the key's number; empty: not here
std::unordered_map<std::string_view, std::size_t> numbers; // of the keys that are here
bool lack = false;

} // namespace

void set_words(std::size_t first, std::string_view words) {
  auto known = std::find(kept.begin(), kept.end(), words);
  if (known == kept.end()) known = kept.emplace(kept.end(), words);
  std::string_view rest = *known;
  const auto next = [&rest] {
    const std::string_view piece = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
    return piece;
  };
  shown.resize(std::size(kKeys));
  for (std::size_t number = first; number < shown.size() && !rest.empty(); ++number) {
    numbers[next()] = number;
    shown[number] = next();
  }
}

std::string_view tr(StringKey key) {
  if (shown.empty()) return {};
  if (shown[key.index].empty()) lack = true;
  return shown[key.index];
}

bool words_lack() { return std::exchange(lack, false); }

std::string_view tr_id(std::string_view key) {
  const auto it = numbers.find(key);
  return it == numbers.end() ? key : shown[it->second];
}

std::string_view name_in(std::string_view key, Language language) {
  for (const NameRow& row : kNames)
    if (row.key == key) return language == Language::zh ? row.zh : row.en;
  return key;
}

} // namespace downhill
