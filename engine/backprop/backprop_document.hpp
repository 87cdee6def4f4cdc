// The document of the lab Backprop: a small network with all its numbers, examples, a loss and a rule. It has no lanes.
#pragma once
#include "backprop/quantity.hpp"
#include "document/document.hpp"

namespace downhill {

struct BackpropDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< with every field
  BackpropSettings settings;
  std::vector<Quantity> hidden; ///< asked for
  std::vector<Quantity> solved; ///< answered rightly
  std::vector<Mistake> found;   ///< planted ones that were found

  /// The whole document as JSON that backprop_document_from_json takes back unchanged.
  Json json() const;
};

inline constexpr std::size_t kBackpropLayersMost = 4, kBackpropUnitsMost = 6, kBackpropExamplesMost = 8;
inline constexpr std::size_t kBackpropAskedMost = 200; ///< names in a list
inline constexpr int kMistakesMost = 1000;
inline constexpr double kBackpropNumberMost = 1e6, kBackpropStepsMost = 10000;

/// Its fields, and what they ask of each other. /layers: [{"activation", "weight": O×I as in PyTorch, "bias"}, …], where
/// activation may be left out (identity) and so may bias (zeros); /examples: [{"input": I numbers, "target": O numbers}, …].
/// Without both there is the 2-2-2 network that is computed by hand everywhere. /hidden, /solved: names of steps, "delta/1/2/1" (name_of());
/// /found: "sign:delta/1/2/1". What names no step of any network is refused; what is none of this one's, or stands there twice, is left out
/// of `complete`: an edit may make the network smaller. /mistake: which of possible_mistakes() is planted, by a number that is scattered over them;
/// 0: none. None of the four enters a hash.
extern const DocumentFormat kBackpropFormat;

/// The names of activations that give one number a unit, and their parameters.
const Field& narrow_activation_field();

/// Errors: those of document_from_json, ragged_rows, layer_misfit, bias_misfit, input_misfit, target_misfit, target_sum,
/// one_output, no_quantity.
Result<BackpropDocument> backprop_document_from_json(const Json& json);

} // namespace downhill
