// What raters hand on: a file of their ratings.
#pragma once
#include "cases/scores.hpp"
#include "document/json_text.hpp"

namespace downhill {

inline constexpr int kRatersFormat = 1;

/// `raters` as a document of Cases has them: {"downhill_raters": 1, "raters": [{"name": …, "seed": …, "classes": …, "scores": [[place, score], …]}]}.
std::string raters_file(const Json& raters);
/// The same back, at least one. Errors: those of read_json; not_raters, version; what a document of Cases says of its raters.
Result<Json> raters_from_file(std::string_view text);

} // namespace downhill
