// JSON as people write it: read with the place of a mistake, merged by patches, names in one or both languages.
#pragma once
#include "core/user_error.hpp"

#include <nlohmann/json.hpp>

namespace downhill {

using Json = nlohmann::json;

inline constexpr std::size_t kTextMost = 1U << 20; ///< bytes of a document
inline constexpr std::size_t kNameMost = 200;      ///< characters of a title or label, in each language

/// Any JSON, at most a few levels deep: what others wrote can't exhaust the stack. Errors: json_syntax (with line and
/// column), json_too_deep, duplicate_key.
Result<Json> read_json(std::string_view text);
/// Of UTF-8.
std::size_t characters(std::string_view text);

/// RFC 7396, but that an object with a `name` is replaced whole when the patch gives another name.
void merge_patch(Json& target, const Json& patch);

/// A label in a language: the string itself, the language's entry, else the first one there is; `otherwise` where there is no label.
std::string label_text(const Json& label, Language language, std::string otherwise);

/// The shortest decimal that reads back as the same number; whole numbers without a point.
std::string shortest_text(double value);

/// A value as a sentence quotes it.
std::string brief(const Json& value);

} // namespace downhill
