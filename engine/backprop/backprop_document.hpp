// The document of the lab Backprop: a small network with all its numbers, examples, a loss and a rule. It has no lanes.
#pragma once
#include "backprop/passes.hpp"
#include "document/document.hpp"

namespace downhill {

struct BackpropDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< with every field
  BackpropSettings settings;

  /// The whole document as JSON that backprop_document_from_json takes back unchanged.
  Json json() const;
};

inline constexpr std::size_t kBackpropLayersMost = 4, kBackpropUnitsMost = 6, kBackpropExamplesMost = 8;
inline constexpr std::size_t kHiddenMost = 200; ///< numbers that are asked of the student
inline constexpr int kMistakesMost = 1000;
inline constexpr double kBackpropNumberMost = 1e6, kBackpropStepsMost = 10000;

/// Its fields, and what they ask of each other. /layers: [{"activation", "weight": O×I as in PyTorch, "bias"}, …], where
/// activation may be left out (identity) and so may bias (zeros); /examples: [{"input": I numbers, "target": O numbers}, …].
/// Without both there is the 2-2-2 network that is computed by hand everywhere.
/// What is asked of the student, and enters no number: /hidden, names of the numbers (quantity.hpp) that are to be worked out; /solved,
/// those of them that were; /mistake, which of possible_mistakes() is planted, scattered over them, 0 for none; /found, those that were found,
/// each "ID:NUMBER". Names of numbers that a smaller network has no longer stand there and mean nothing.
extern const DocumentFormat kBackpropFormat;

/// The names of activations that give one number a unit, and their parameters.
const Field& narrow_activation_field();

/// Errors: those of document_from_json, ragged_rows, layer_misfit, bias_misfit, input_misfit, target_misfit, target_sum,
/// one_output.
Result<BackpropDocument> backprop_document_from_json(const Json& json);

} // namespace downhill
