// The table of an experiment's fields. Reading, ranges, defaults, the controls of the page and the
// difference table all go by it: a new field is a row here and a line in settings_from_json.
#pragma once
#include "document/field.hpp"
#include "experiment/settings.hpp"

namespace downhill {

const std::vector<Field>& fields();
/// The value of a field that an experiment with this data.source does not give.
Json standard_for(const Field& field, std::string_view source);

inline constexpr std::size_t kLanesMost = 24;
inline constexpr std::size_t kHiddenLayersMost = 8;
inline constexpr double kUnitsMost = 1024;
inline constexpr double kDropoutMost = 0.95;

/// Names and parameters of activations, which appear inside `layers`.
const Field& activation_field();

/// When to evaluate, as the field /evaluate/every says it: "epoch", 100 (steps), "500 examples". Empty: none of these.
std::optional<Interval> interval_of(const Json& value);

} // namespace downhill
