// The document of the lab Fit. `part` says what is shown: a function approximated (approximate), one set under- and overfitted
// (capacity), many sets (sets). It has no lanes.
#pragma once
#include "document/document.hpp"
#include "fit/fit_settings.hpp"

namespace downhill {

/// Its fields, and what they ask of each other. /target/name is a row of fit_targets(), "formula" or "drawn"; left out beside
/// /target/formula it is "formula", beside /target/values "drawn". /interval hangs on it where it is left out, and /place on that.
extern const DocumentFormat kFitFormat;

struct FitDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< with every field
  FitPart part = FitPart::capacity;
  FitSettings settings;

  /// The whole document as JSON that fit_document_from_json takes back unchanged.
  Json json() const { return Document{title, complete, {}}.json(kFitFormat); }
};

inline constexpr double kFitPlaceMost = 1000, kFitHeightMost = 1e6, kNoiseMost = 100;
inline constexpr std::int64_t kFitPointsMost = 1000, kSetsMost = 200;
inline constexpr std::size_t kOwnPointsMost = 200, kHeightsMost = 200;

/// Errors: those of document_from_json and of read_target, target_value (f is no number of ordinary size somewhere in the interval).
Result<FitDocument> fit_document_from_json(const Json& json);
/// What a document says that was read already.
FitDocument fit_settings(const Document& document);

} // namespace downhill
