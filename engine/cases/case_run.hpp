// A case in training, in pieces, by the engine's own trainer; and what it says of pictures afterwards.
#pragma once
#include "cases/case_data.hpp"
#include "cases/thresholds.hpp"
#include "inspect/predictions.hpp"

namespace downhill {

/// How it stands after so many epochs: losses are of eval mode, and so is what is measured beside (CaseSettings::metric()); of the
/// first 2,000 training pictures at most (kEvaluateTrainMost), and of all validation pictures. Where a loss is no finite number, which
/// ends the run as diverged, what is measured beside it is NaN.
struct CaseStand {
  std::int64_t epoch = 0;
  double train_loss = 0, train_metric = 0, validation_loss = 0, validation_metric = 0;
};

/// Of all pictures of a part; the metric is NaN where the loss is no finite number.
struct CaseMeasure {
  double loss = 0, metric = 0;
};

class CaseRun {
public:
  /// `data` is what case_data gave for these settings, those of own data being settings_with's.
  CaseRun(CaseSettings settings, CaseData data);

  /// A piece of work, at most some ms; whether there is more.
  bool advance();
  bool ended() const { return !measuring_ && trainer_.verdict() != Verdict::running; }
  /// Outputs of a batch or of an evaluation were no finite numbers: there it ended, and what it says is worth nothing.
  bool diverged() const { return trainer_.verdict() == Verdict::diverged; }
  double progress() const { return static_cast<double>(trainer_.step()) / static_cast<double>(trainer_.steps()); }
  /// What is looked at once it has learned; changes nothing of the run.
  void look_at(double threshold, std::int64_t picture) { settings_.threshold = threshold, settings_.picture = picture; }
  /// Whether a step is about to begin: no batch and no measuring is half done, nor has it ended.
  bool between_steps() const { return !measuring_ && trainer_.between_steps(); }
  /// As far as it has got; the first is of the start weights.
  const std::vector<CaseStand>& stands() const { return stands_; }
  const CaseSettings& settings() const { return settings_; }
  const CaseData& data() const { return data_; }
  const Trainer& trainer() const { return trainer_; }

  /// What it says, as it stands now, of the first `most` pictures of a part; of scores the only output is the score.
  std::vector<Prediction> say(CasePart part, std::int64_t most = INT64_MAX) const;
  CaseMeasure measure(CasePart part) const { return measure(part, say(part)); }
  /// The same where it has said it already, of all pictures of the part.
  CaseMeasure measure(CasePart part, std::span<const Prediction> said) const;
  /// The probability of yes for each picture of a part; of yes or no alone.
  std::vector<double> yes(CasePart part) const;
  /// 28×28 weights (or as many as an example has numbers) of an output, or of a hidden unit where there is a hidden layer.
  std::vector<float> weights(std::int64_t unit) const;

private:
  // a stand whose points are being counted, piece by piece: sums so far, over so many training, then validation pictures
  struct Measuring {
    CaseStand stand;
    std::int64_t done = 0;
    double train = 0, validation = 0;
  };
  std::vector<Prediction> say(CasePart part, std::int64_t from, std::int64_t count) const;
  double points_off(const Prediction& said, CasePart part) const; // of scores
  void measure_more();
  CaseSettings settings_;
  CaseData data_;
  Trainer trainer_;
  std::vector<CaseStand> stands_;
  std::optional<Measuring> measuring_; // of scores alone, whose trainer measures no metric
};

/// A picture whose given score is far from what the model says.
struct Surprise {
  std::uint32_t place = 0; ///< in the part
  double given = 0, said = 0;
};
/// The `most` furthest off, furthest first; of scores alone.
std::vector<Surprise> surprises(const CaseRun& run, CasePart part, std::size_t most);
/// The same where it has said it already, of all pictures of the part.
std::vector<Surprise> surprises(const CaseRun& run, CasePart part, std::span<const Prediction> said, std::size_t most);

} // namespace downhill
