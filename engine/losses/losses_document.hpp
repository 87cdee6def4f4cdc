// The document of the lab Losses: curves of losses, softmax with cross-entropy, lines through points under three losses, and one
// sigmoid unit taught under two. All four parts stand in it; `part` says which is shown. It has no lanes.
#pragma once
#include "document/document.hpp"
#include "losses/line_fit.hpp"
#include "losses/loss_curve.hpp"
#include "losses/sigmoid_neuron.hpp"
#include "losses/softmax.hpp"

namespace downhill {

enum class LossesPart : std::uint8_t { curves, softmax, line, neuron };

/// Its fields, and what they ask of each other.
extern const DocumentFormat kLossesFormat;

struct LossesDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< with every field
  LossesPart part = LossesPart::curves;
  CurveSettings curves;
  SoftmaxSettings softmax;
  LineSettings line;
  SigmoidSettings neuron;

  /// The whole document as JSON that losses_document_from_json takes back unchanged.
  Json json() const { return Document{title, complete, {}}.json(kLossesFormat); }
};

inline constexpr double kCurveMost = 100, kCurveTargetMost = 10; ///< of |x|, |t|
inline constexpr double kDeltaLeast = 0.01, kDeltaMost = 100;
inline constexpr double kLogitMost = 100; ///< of |logit|
inline constexpr double kTemperatureLeast = 0.05, kTemperatureMost = 100;
inline constexpr double kLinePlaceMost = 1000;                           ///< of a point's |x| and |y|
inline constexpr double kSigmoidWeightMost = 10, kSigmoidInputMost = 10; ///< of |w| and |b|, |x|
inline constexpr double kSigmoidStepsMost = 2000;

/// Errors: those of document_from_json, no_such_class.
Result<LossesDocument> losses_document_from_json(const Json& json);
/// What a document says that was read already.
LossesDocument losses_settings(const Document& document);

} // namespace downhill
