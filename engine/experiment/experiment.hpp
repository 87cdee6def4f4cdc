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

/// Any JSON, at most a few levels deep: what others wrote can't exhaust the stack. Errors: json_syntax (with line and
/// column), json_too_deep, duplicate_key.
Result<Json> read_json(std::string_view text);
/// Of UTF-8.
std::size_t characters(std::string_view text);
/// From text. Errors: those of read_json, json_too_large, and those of experiment_from_json.
Result<Experiment> read_experiment(std::string_view text);
/// From JSON. Errors: wrong_type, unknown_key, out_of_range, not_a_choice, missing, version, lane_may_not,
/// too_many_lanes, no_lanes, batch_above_train, duplicate_class, one_class, too_long,
/// not_a_line, and more that fields ask of each other.
Result<Experiment> experiment_from_json(const Json& json);

/// RFC 7396 with the rule on `name`.
void merge_patch(Json& target, const Json& patch);

/// A label in a language: the string itself, the language's entry, else the first one there is; `otherwise` where there is no label.
std::string label_text(const Json& label, Language language, std::string otherwise);

/// Whether all lanes start from the same weights: the same initialisation, layers and outputs.
bool same_start(const Experiment& experiment);

/// Names of lanes in lane order, of which some may be equal: equal ones get their lane's number, as in "Adam (2)".
std::vector<std::string> told_apart(std::vector<std::string> names);

} // namespace downhill
