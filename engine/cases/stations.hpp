// What there is to be seen at each of a case's seven stations, as plain data: the command line prints it, a page draws it.
#pragma once
#include "cases/case_run.hpp"

namespace downhill {

/// What a tensor looks like.
struct TensorLook {
  std::vector<std::int64_t> shape;
  std::string_view dtype; ///< as PyTorch calls it
};
/// The textbook's picture, 1×28×28 float32 from 0 to 1, or a table's row, as long as it has columns; with `batch` > 0 that many of them.
TensorLook picture_tensor(const CaseSettings& settings, std::int64_t batch = 0);
/// What is learned of one picture: a class (int64, no dimension), or one number (float32, [1]) for a score and for the logit of yes.
TensorLook answer_tensor(const CaseSettings& settings, std::int64_t batch = 0);

/// 1. How many pictures are in each part, of which classes, with which scores.
struct PartCounts {
  std::vector<std::int64_t> by_class; ///< in the order of CaseSettings::classes
  std::vector<std::int64_t> by_score; ///< of scores: in kScoreBins equal parts of score_range (of 1 … 1.5, to 2, …, to 5, which counts in the last); else empty
};
inline constexpr std::size_t kScoreBins = 8;
/// Between which scores axes and counts go: 1 … 5, or, of an own file's numbers, from the least to the most in all three parts (where all are
/// one number, half a point to either side).
struct ScoreRange {
  double least = kScoreLeast, most = kScoreMost;
};
ScoreRange score_range(const CaseSettings& settings, const CaseData& data);
PartCounts counts_of(const CaseSettings& settings, const CaseData& data, CasePart part);

/// 2. What __getitem__(i) of the training set gives; __len__ is CaseData::size.
struct CaseItem {
  CaseExample example;
  double least = 0, most = 0, mean = 0; ///< of the 784 numbers of x, or of a table's row
  double answer = 0;                    ///< y
};
CaseItem item_of(const CaseData& data, CasePart part, std::size_t i);

/// 3. How an epoch is cut into batches.
struct LoaderLook {
  std::int64_t pictures = 0, batch = 0, iterations = 0;
  std::int64_t last = 0; ///< pictures of the last batch
  std::int64_t left = 0; ///< that no batch has, since the last one was dropped
  std::string formula;   ///< "⌈2,000/64⌉ = 32"
};
LoaderLook loader_look(const CaseSettings& settings);

/// 5. A row of the model's summary.
struct SummaryRow {
  std::string layer;                ///< PyTorch's module: Flatten (which leaves a table's row as it is), Linear, ReLU
  std::string_view mark;            ///< its line in the script: of kScriptMarks
  std::vector<std::int64_t> output; ///< B×…
  std::int64_t parameters = 0;
  std::string by_hand; ///< "784·10 + 10 = 7,850", empty where there are none
};
std::vector<SummaryRow> model_summary(const CaseSettings& settings);
std::int64_t parameters_of_model(const CaseSettings& settings);

/// 7. What the trained model says of one picture.
struct CaseAnswer {
  CaseExample example;
  std::vector<float> output;         ///< logits, or the score
  std::vector<double> probabilities; ///< of the classes; empty of scores
  double truth = 0, said = 0;        ///< the official class, or the score; `said` is NaN of a run that has diverged
};
/// A picture of the test part. Of yes or no, yes is said from the threshold on.
CaseAnswer answer_of(const CaseRun& run, std::int64_t picture);

/// A whole number with commas between thousands.
std::string with_commas(std::int64_t value);

/// Station by station, by its name: {"data": …, …, "prediction": …}, or one alone. The Dataset's item and the batch are the first.
/// Numbers read back as the same; null where there is none, as in much of what a run says that has diverged. `run` has ended.
std::string stations_json(const CaseRun& run, std::optional<CaseStation> one);

} // namespace downhill
