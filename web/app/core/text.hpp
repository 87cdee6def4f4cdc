// Words for the page: strings by key in the chosen language.
#pragma once
#include "app/core/number_text.hpp"
#include "core/user_error.hpp"
#include "strings.hpp"

#include <iterator>
#include <string>

namespace downhill {

inline void no_such_key_in_assets_strings() {} // not constexpr: reaching it stops the compiler

/// A key of assets/strings/; one that is not there does not compile.
class StringKey {
public:
  consteval StringKey(const char* key) {
    std::size_t first = 0, end = std::size(kKeys);
    while (end - first > 1) {
      const std::size_t middle = (first + end) / 2;
      (kKeys[middle].key <= key ? first : end) = middle;
    }
    if (kKeys[first].key != key) no_such_key_in_assets_strings();
    index = kKeys[first].place;
  }
  std::size_t index = 0;
};

/// From now on these are the words of the key whose place is `first` and of those behind it: key and word in turn, each ended by a zero byte. The page
/// brings them: what all labs share, then, before a lab is shown, what that alone says. What was handed out before stays good for as
/// long as the program runs.
void set_words(std::size_t first, std::string_view words);
std::string_view tr(StringKey key);
/// Whether a word was asked for that has not come: told once.
bool words_lack();
/// For keys put together at run time from table ids; the key itself if there is none.
std::string_view tr_id(std::string_view key);
/// The name of a choice in one language, whichever is shown: labels hold it in both.
std::string_view name_in(std::string_view key, Language language);

} // namespace downhill
