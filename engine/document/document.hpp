// A document: what a lab shows, as JSON. Its format is a table of fields; what is unknown or out of range is refused with its
// JSON pointer, never guessed. The experiment is one (experiment/experiment.hpp); a lab without lanes has a smaller one.
#pragma once
#include "document/field.hpp"

namespace downhill {

inline constexpr std::int64_t kFormatVersion = 1;

/// What a kind of document consists of.
struct DocumentFormat {
  std::string_view lab; ///< value of "lab"; the experiment needs none
  const std::vector<Field>& (*fields)();
  std::size_t lanes_most = 0; ///< lanes are merge patches of the rest; 0: it has none
  /// The value of a field that the document, as far as it goes, does not give; null: the row's own.
  Json (*standard)(const Field& field, const Json& given) = nullptr;
  /// What fields ask of each other, each of them being well by itself.
  Failure (*together)(const Json& complete, const std::string& place) = nullptr;
  bool lab_may_miss = false;

  /// Null: there is none.
  const Field* field_at(std::string_view pointer) const;
};

struct DocumentLane {
  Json patch;    ///< as the document has it, without label
  Json label;    ///< string, {"zh","en"}, or null
  Json complete; ///< base and patch merged, defaults filled in
};

struct Document {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< the base with every field
  std::vector<DocumentLane> lanes;

  /// The whole document as JSON that document_from_json takes back unchanged.
  Json json(const DocumentFormat& format) const;
};

/// Errors: wrong_type, unknown_key, out_of_range, not_a_choice, missing, version, lane_may_not, too_many_lanes, no_lanes,
/// too_long, not_a_line, other_lab, and those of the format's own checks.
Result<Document> document_from_json(const DocumentFormat& format, const Json& json);

/// Names of lanes in lane order, of which some may be equal: equal ones get their lane's number, as in "Adam (2)".
std::vector<std::string> told_apart(std::vector<std::string> names);

} // namespace downhill
