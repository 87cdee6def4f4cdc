// The experiment format: one base and lanes that are merge patches (RFC 7396) of it, read from JSON: a document whose lanes can
// be trained. On top of RFC 7396, an object with a `name` is replaced whole when the patch gives another name.
#pragma once
#include "document/document.hpp"
#include "experiment/fields.hpp"
#include "experiment/settings.hpp"

namespace downhill {

struct Lane : DocumentLane {
  LaneSettings settings; ///< what it comes to, as plain data
};

struct Experiment {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< the base with every field
  std::vector<Lane> lanes;

  /// The whole experiment as JSON that read_experiment takes back unchanged.
  Json json() const;
};

/// Its fields, and what they ask of each other.
extern const DocumentFormat kExperimentFormat;

/// From text. Errors: those of read_json, json_too_large, and those of experiment_from_json.
Result<Experiment> read_experiment(std::string_view text);
/// From JSON. Errors: wrong_type, unknown_key, out_of_range, not_a_choice, missing, version, lane_may_not,
/// too_many_lanes, no_lanes, other_lab, batch_above_train, duplicate_class, one_class, too_long,
/// not_a_line, and more that fields ask of each other.
Result<Experiment> experiment_from_json(const Json& json);

/// A field as the experiment has it, at a place of another document that has no lanes.
Field field_of_race(std::string_view race_pointer, std::string_view pointer, const Json& standard);

/// Whether all lanes start from the same weights: the same initialisation, layers and outputs.
bool same_start(const Experiment& experiment);

} // namespace downhill
