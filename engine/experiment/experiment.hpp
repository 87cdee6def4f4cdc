// The experiment format: one base and lanes that are merge patches (RFC 7396) of it, read from JSON.
// Reading never guesses: what is unknown or out of range is refused with its JSON pointer.
// Two rules on top of RFC 7396: an object with a `name` is replaced whole when the patch gives
// another name; arrays are replaced whole (which RFC 7396 does anyway).
#pragma once
#include "core/user_error.hpp"
#include "experiment/fields.hpp"
#include "experiment/settings.hpp"

namespace downhill {

struct Lane {
  Json patch;            ///< as the file has it, without label
  Json label;            ///< string, {"zh","en"}, or null
  Json complete;         ///< base and patch merged, defaults filled in
  LaneSettings settings; ///< the same as plain data
};

struct Experiment {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< the base with every field
  std::vector<Lane> lanes;

  /// The whole experiment as JSON that read_experiment takes back unchanged.
  Json json() const;
};

inline constexpr std::size_t kTextMost = 1U << 20;

/// From text. Errors: json_syntax (with line and column), json_too_large, and those of experiment_from_json.
Result<Experiment> read_experiment(std::string_view text);
/// From JSON. Errors: wrong_type, unknown_key, out_of_range, not_a_choice, missing, version, lane_may_not,
/// too_many_lanes, no_lanes, batch_above_train, duplicate_class.
Result<Experiment> experiment_from_json(const Json& json);

/// RFC 7396 with the rule on `name`.
void merge_patch(Json& target, const Json& patch);

/// A label in a language: the string itself, the language's entry, or `otherwise`.
std::string label_text(const Json& label, Language language, std::string otherwise);

} // namespace downhill
