// What the trained model of a case says of its validation and test pictures, worked out in pieces, and what follows from it: how well it
// does on the test part, thresholds, what surprises, which pictures it is most wrong about, what its scores go along with. No ImGui, no
// words.
#pragma once
#include "cases/case_run.hpp"
#include "cases/stations.hpp"
#include "inspect/layers.hpp"

#include <array>
#include <functional>

namespace downhill {

/// Accuracy, precision and recall of a part over the threshold, from 0 to 1: they change at probabilities that occur, and are told just at
/// and just after each, so that a line through them is a staircase.
struct ThresholdCurves {
  std::vector<double> thresholds, accuracy, precision, recall; ///< as many of each; precision is NaN where nothing is said to be yes
};
ThresholdCurves threshold_curves(std::span<const ThresholdCounts> counts);

/// The threshold at which most are right, in hundredths from 0 to 1, and of several the one nearest to 0.5 (of two such the lower).
double best_threshold_of(std::span<const double> yes, std::span<const std::uint8_t> labels);

/// Pearson's correlation; NaN where one of them never changes, or there are fewer than two.
double correlation_of(std::span<const double> a, std::span<const double> b);

/// What scores go along with: a row of scores(), with the correlation of what is said, and of what was given, over the test pictures.
struct GoesAlong {
  std::string_view rule;
  double said = 0, given = 0;
};

class CaseSaid {
public:
  /// To be called while it is wanted of a run that has ended: works off some pictures until `enough` says so, at least a few. Whether there
  /// is more to do. What was known of another run, or of this one as it stood before, is forgotten.
  bool work(const CaseRun& run, const std::function<bool()>& enough);
  void forget();
  /// Everything below is of the run that was worked off; before that nothing may be asked.
  bool complete() const { return complete_; }
  /// Grows with every change.
  std::uint64_t version() const { return version_; }

  /// Of each picture of the part, in its order; validation or test.
  const std::vector<Prediction>& of(CasePart part) const { return parts_[part == CasePart::test ? 1 : 0]; }
  /// Of the test part, as CaseRun::measure has it.
  const CaseMeasure& test() const { return test_; }
  double test_baseline() const { return baseline_; }

  // ---- of yes or no ----
  /// The probability of yes for each picture.
  const std::vector<double>& yes(CasePart part) const { return yes_[part == CasePart::test ? 1 : 0]; }
  YesNoCounts counts(CasePart part, double threshold) const;
  const ThresholdCurves& curves(CasePart part) const { return curves_[part == CasePart::test ? 1 : 0]; }
  /// Of the validation part.
  double best_threshold() const { return best_; }

  // ---- of scores ----
  /// Test pictures whose given score is furthest from what is said, furthest first.
  const std::vector<Surprise>& surprising() const { return surprises_; }
  const std::vector<GoesAlong>& goes_along() const { return along_; }

  // ---- of classes ----
  /// Test pictures of a wrong class, those first of which it was surest: their places.
  const std::vector<std::uint32_t>& mistakes() const { return mistakes_; }
  /// Two classes between which most mistakes are made, by their places among the case's, the smaller first; `count` 0: there is none.
  struct MixedUp {
    int one = 0, other = 0;
    std::int64_t count = 0;
  };
  const MixedUp& mixed_up() const { return mixed_up_; }

  static constexpr std::size_t kMost = 24; ///< surprises and mistakes

private:
  void conclude(const CaseRun& run);
  void conclude_scores(const CaseRun& run);
  void conclude_classes();

  std::uint64_t version_ = 1;
  std::shared_ptr<const Subset> data_; // with the weights, what is known is of
  std::uint64_t weights_ = 0;
  bool complete_ = false;
  std::array<std::vector<Prediction>, 2> parts_; // validation, test
  CaseMeasure test_;
  double baseline_ = 0, best_ = 0.5;
  std::array<std::vector<double>, 2> yes_;
  std::array<std::vector<std::uint8_t>, 2> labels_;
  std::array<ThresholdCurves, 2> curves_;
  std::vector<Surprise> surprises_;
  std::vector<GoesAlong> along_;
  std::vector<std::uint32_t> mistakes_;
  MixedUp mixed_up_;
};

/// What the model says of any picture of 28×28 bytes, one that was drawn, say.
struct SaidOfPicture {
  std::vector<float> output;         ///< logits, or the score
  std::vector<double> probabilities; ///< of the classes; empty of scores
  int said = -1;                     ///< the class's place among the case's; of yes or no by the threshold; −1 of scores, and where there is no finite number
};
SaidOfPicture said_of(const CaseRun& run, std::span<const std::uint8_t> picture);

/// The training step that comes next, or, of a run that has ended, the last one: what is in its batch, and what it comes to, found on a copy.
struct CaseStep {
  std::int64_t epoch = 0, iteration = 0; ///< from 0, in the epoch
  std::vector<std::uint32_t> batch;      ///< places in the training part
  std::optional<double> loss;            ///< of the batch before the update; not where working it out would take long, nor at the end
  std::vector<StepView> layers;          ///< of each Linear; empty where `loss` is none
};
CaseStep case_step(const CaseRun& run);
/// A step that takes more multiplications than this is not worked out beside the run.
inline constexpr double kStepFlopsMost = 2e8;

} // namespace downhill
