// The table of losses.
#pragma once
#include "core/matrix.hpp"
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

/// What the rows of a block should give: a class each, or a number each (regression); one of the two is empty.
struct Answers {
  std::span<const std::uint8_t> labels;
  std::span<const float> targets;

  std::size_t size() const { return labels.empty() ? targets.size() : labels.size(); }
};

/// Sums over rows, in ascending order, in float64.
struct LossSum {
  double loss = 0;
  std::int64_t correct = 0; ///< rows whose class is predicted: the largest output (the first of equals), or the sign of a single logit
};

/// A loss in float64 and its derivative.
struct LossAt {
  double value, slope;
};

/// A loss over a block of R rows of network outputs (R×O) and their answers.
struct LossEntry {
  std::string_view id;
  std::string_view torch;
  std::vector<ParameterSpec> parameters;
  bool for_numbers; ///< whether it fits regression, O = 1. Classes are then one-hot numbers to it, and a row's loss the mean over O
  bool one_logit;   ///< O = 1 for two classes: the logit of class 1
  /// Of one output and its target, and by the output. Null: the loss takes a row's outputs together (softmax_loss).
  LossAt (*at)(double output, double target, const ParameterValues& p);
  /// Adds each row's loss to `sum`.
  void (*evaluate)(const Matrix& output, const Answers& answers, const ParameterValues& p, LossSum& sum);
  /// The same, and turns `output` into the gradient of the batch's mean loss: each row's gradient times `scale`, which is
  /// 1 / (rows of the whole batch).
  void (*differentiate)(Matrix& output, const Answers& answers, float scale, const ParameterValues& p, LossSum& sum);
};

const std::vector<LossEntry>& losses();

/// −log softmax(logits)[label], in float64, logits ascending: what cross_entropy is of a row.
struct SoftmaxLoss {
  double value = 0;
  std::vector<double> probabilities; ///< its gradient by the logits is these, less 1 at the label
};
SoftmaxLoss softmax_loss(std::span<const double> logits, std::size_t label);

/// Outputs a network needs for this loss; `classes` is 0 for regression.
inline Index outputs_for(const LossEntry& loss, std::int64_t classes) { return classes == 0 || loss.one_logit ? 1 : static_cast<Index>(classes); }

/// The class a row of outputs stands for.
int predicted_class(const LossEntry& loss, const float* row, Index outputs);
/// Probabilities of the classes: softmax, or sigmoid of the single logit for two classes. In float64, outputs ascending.
/// For losses on one-hot numbers softmax is only a way to show them; says so where it is shown.
std::vector<double> probabilities(const LossEntry& loss, const float* row, Index outputs);

} // namespace downhill
