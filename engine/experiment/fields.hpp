// The table of an experiment's fields. Reading, ranges, defaults, the controls of the page and the
// difference table all go by it: a new field is a row here and a line in settings_from_json.
#pragma once
#include "core/parameters.hpp"

#include <nlohmann/json.hpp>

namespace downhill {

using Json = nlohmann::json;

enum class FieldKind {
  integer,  ///< a whole number from least to most
  number,   ///< a number from least to most
  choice,   ///< one of `ids`
  named,    ///< {"name": one of `ids`, its parameters…} or the bare name
  classes,  ///< kept labels, each once
  layers,   ///< hidden layers
  batch,    ///< a whole number from 1 or "full"
  interval, ///< "epoch", a number of steps, or "<n> examples"
  hash,     ///< 16 hex digits or ""
};

struct Field {
  std::string_view pointer; ///< JSON pointer; also the string key of the control: /optimizer → field.optimizer
  FieldKind kind;
  Json standard; ///< value where the file says nothing; of some fields it hangs on data.source (standard_for)
  double least = 0, most = 0;
  bool lanes_may = true; ///< whether a lane may differ in it
  std::vector<std::string_view> (*ids)() = nullptr;
  const std::vector<ParameterSpec>* (*parameters)(std::string_view id) = nullptr; ///< of `named`
};

const std::vector<Field>& fields();
/// The value of a field that an experiment with this data.source does not give.
Json standard_for(const Field& field, std::string_view source);

inline constexpr std::int64_t kFormatVersion = 1;
inline constexpr std::size_t kLanesMost = 24;
inline constexpr std::size_t kHiddenLayersMost = 8;
inline constexpr std::size_t kNameMost = 200; ///< characters of a title or label, in each language
inline constexpr double kUnitsMost = 1024;
inline constexpr double kDropoutMost = 0.95;

/// Names and parameters of activations, which appear inside `layers`.
const Field& activation_field();

} // namespace downhill
