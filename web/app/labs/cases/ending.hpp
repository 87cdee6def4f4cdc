// What the last stations share: how the run did on the test part, the way into the Race, and what the model says of single pictures.
#pragma once
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {

/// How it did on the test part, in a sentence; of a run that has diverged, that. Empty: it has not ended, or that is being worked out.
std::string verdict_text(const CasesLab& lab);
void verdict(CasesLab& lab, Column& column);

/// The same training as a lane of the Race, where it has such a one: a button, a row of the form view, and its press.
void race_button(CasesLab& lab, Column& column);
void add_race_field(const CasesLab& lab, Json& out);
bool press_race(CasesLab& lab, const std::string& id);

/// As `downhill cases` prints it; before the end what there is of it, without the test part.
std::string training_csv(const CaseRun& run);
/// How a measure is written: points, or percent.
std::string metric_text(const CaseSettings& settings, double metric);
/// The class in a place among the case's.
std::string kind_name(const CasesLab& lab, int place);
/// Where it is not trained, or not to its end yet, that; empty: it is.
std::string untrained_words(const CasesLab& lab);

/// Pictures of the test part, 28×28 each, in a texture of their own.
class TestSheet {
public:
  ImageSheet& sheet(const CaseData& data);

private:
  std::shared_ptr<const Subset> of_;
  std::uint64_t version_ = 0;
  std::vector<std::uint8_t> pixels_;
  ImageSheet sheet_;
};

/// What of the last station is looked at.
inline constexpr std::string_view kSaidViews[] = {"picture", "all", "weights", "draw"};

/// What is kept of the prediction's drawing.
struct PredictionKept {
  TestSheet pictures;
  ImageSheet weights;
};

/// Weights of the outputs, or of hidden units, as images: blue positive, orange negative.
void weights_view(CasesLab& lab, Column& column, const CaseRun& run, PredictionKept& kept);
/// What an output comes to: logits, probabilities; a score on its scale. `truth`: as CaseAnswer has it, or none.
void said_view(CasesLab& lab, Column& column, const CaseRun& run, const SaidOfPicture& said, std::optional<double> truth, PredictionKept& kept);
/// All test pictures: scores given and said; thresholds; the worst mistakes. Which picture was pressed.
std::optional<std::int64_t> all_view(CasesLab& lab, Column& column, const CaseRun& run, PredictionKept& kept);

} // namespace downhill::walk
