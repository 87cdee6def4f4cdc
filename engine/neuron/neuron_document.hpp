// The document of the lab Neuron: a unit with a threshold on zeros and ones (logic), one that looks at images (image), and one whose
// step is softened (soft). All three parts stand in it; `part` says which is shown. It has no lanes.
#pragma once
#include "document/document.hpp"
#include "neuron/image_neuron.hpp"
#include "neuron/logic.hpp"
#include "neuron/soft_neuron.hpp"

namespace downhill {

enum class NeuronPart : std::uint8_t { logic, image, soft };

/// Its fields, and what they ask of each other.
extern const DocumentFormat kNeuronFormat;

struct NeuronDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< with every field
  NeuronPart part = NeuronPart::logic;
  LogicSettings logic;
  ImageSettings image;
  SoftSettings soft;

  /// The whole document as JSON that neuron_document_from_json takes back unchanged.
  Json json() const { return Document{title, complete, {}}.json(kNeuronFormat); }
};

inline constexpr double kLogicWeightMost = 4, kLogicThresholdMost = 16, kImageThresholdMost = 1000;
inline constexpr double kSoftWeightMost = 4, kSteepnessMost = 1000;

/// Errors: those of document_from_json, not_a_painting, duplicate_class.
Result<NeuronDocument> neuron_document_from_json(const Json& json);
/// What a document says that was read already.
NeuronDocument neuron_settings(const Document& document);

} // namespace downhill
