// What a network says about examples: classes with probabilities, who is taken for whom, and where it is most wrong.
// Like all of engine/inspect it works on a copy of the network, so that looking changes no run.
#pragma once
#include "trainer/trainer.hpp"

namespace downhill {

struct Prediction {
  std::uint32_t place; ///< in the part
  int label;           ///< of the run's numbering; −1 for regression
  int predicted;       ///< −1 for regression
  double loss;
  std::vector<float> output;         ///< of the last layer, before any softmax
  std::vector<double> probabilities; ///< of the classes (see probabilities()); empty for regression
};

/// Predictions for places `which` of the training or the test part, in eval mode, in that order.
std::vector<Prediction> predict(const Trainer& trainer, bool train, std::span<const std::uint32_t> which);
/// The same of examples that are not the run's, but have its features and its kind of answers.
std::vector<Prediction> predict(const Trainer& trainer, const Subset& data, bool train, std::span<const std::uint32_t> which);
/// The same for the first `count` places; all, if there are fewer.
std::vector<Prediction> predict_first(const Trainer& trainer, bool train, std::int64_t count);

/// Probabilities of the classes for an image that is no example: one byte a feature, given to the network as v/255. Eval mode.
std::vector<double> predict_pixels(const Trainer& trainer, std::span<const std::uint8_t> pixels);

/// What the last layer gives for N examples of features as the data have them: `values` is N×D, the answer N×O. Eval mode.
Matrix outputs_for_values(const Trainer& trainer, const Matrix& values);
/// Probabilities of the classes for N examples of features as the data have them (bytes of images as v/255): `values` is N×D, the answer N×C.
Matrix predict_values(const Trainer& trainer, const Matrix& values);

/// One example through `count` networks that differ by their dropout masks, and through the whole one in eval mode.
struct Ensemble {
  Matrix probabilities;           ///< count×C, one row a mask
  std::vector<double> eval;       ///< C
  std::vector<Vector> eval_units; ///< of each hidden layer: what it hands on in eval mode
  std::vector<Vector> mean_units; ///< and, after masking and scaling, on average over the masks
  int label = -1;
};
/// The masks are those of the first `count` places in the present epoch's order. `place` is in the training or the test part.
Ensemble mask_ensemble(const Trainer& trainer, bool train, std::uint32_t place, std::int64_t count);

/// The same mask by mask, of the network as it stood when this was made.
class MaskEnsemble {
public:
  MaskEnsemble(const Trainer& trainer, bool train, std::uint32_t place, std::int64_t count);
  std::int64_t done() const { return done_; }
  std::int64_t count() const { return out_.probabilities.rows(); }
  /// One more mask; to be called `count` times.
  void advance();
  /// What mask_ensemble gives; once, when all masks are done.
  Ensemble take();

private:
  Network network_;
  const LossEntry& loss_;
  Matrix x_;
  DropoutPlace mask_place_;
  std::vector<std::vector<double>> sums_; // of each hidden layer, over the masks
  Ensemble out_;
  std::int64_t done_ = 0;
};

/// C×C counts: row the label, column the prediction.
struct Confusion {
  std::int64_t classes = 0;
  std::vector<std::int64_t> counts;
  std::int64_t at(std::int64_t label, std::int64_t predicted) const { return counts[static_cast<std::size_t>(label * classes + predicted)]; }
  /// Share of a class that is predicted rightly; NaN if there is none of it.
  double accuracy(std::int64_t label) const;
};
Confusion confusion_of(std::span<const Prediction> predictions, std::int64_t classes);

/// The `count` predictions of a wrong class (of any, for regression) with the largest loss, largest first.
std::vector<Prediction> most_wrong(std::vector<Prediction> predictions, std::size_t count);

} // namespace downhill
