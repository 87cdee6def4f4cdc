#include "network/loss.hpp"

#include "core/elementary.hpp"
#include "core/flush.hpp"

namespace downhill {
namespace {

using P = const ParameterValues&;

template <class Number> Index largest(const Number* row, Index count) {
  Index best = 0;
  for (Index i = 1; i < count; ++i)
    if (row[i] > row[best]) best = i;
  return best;
}

// −log softmax(row)[label] = log Σ e^(row[i] − m) − (row[label] − m), m the largest, all in float64
// and i ascending. `exponentials`, if given, receives the e^(row[i] − m).
struct SoftmaxRow {
  double loss, sum;
};
template <class Number> SoftmaxRow softmax_row(const Number* row, Index count, Index label, double* exponentials) {
  const double top = static_cast<double>(row[largest(row, count)]);
  double sum = 0;
  for (Index i = 0; i < count; ++i) {
    const double e = exact::exp(static_cast<double>(row[i]) - top);
    if (exponentials) exponentials[i] = e;
    sum += e;
  }
  return {exact::log(sum) - (static_cast<double>(row[label]) - top), sum};
}

void cross_entropy_evaluate(const Matrix& output, const Answers& answers, P, LossSum& sum) {
  for (std::size_t r = 0; r < answers.labels.size(); ++r) {
    const float* row = output.data() + static_cast<Index>(r) * output.cols();
    sum.loss += softmax_row(row, output.cols(), answers.labels[r], nullptr).loss;
    sum.correct += largest(row, output.cols()) == answers.labels[r];
  }
}

// d loss / d row[i] = softmax(row)[i] − [i = label]
void cross_entropy_differentiate(Matrix& output, const Answers& answers, float scale, P, LossSum& sum) {
  std::vector<double> exponentials(static_cast<std::size_t>(output.cols()));
  for (std::size_t r = 0; r < answers.labels.size(); ++r) {
    float* row = output.data() + static_cast<Index>(r) * output.cols();
    const Index label = answers.labels[r];
    sum.correct += largest(row, output.cols()) == label;
    const SoftmaxRow softmax = softmax_row(row, output.cols(), label, exponentials.data());
    sum.loss += softmax.loss;
    for (Index i = 0; i < output.cols(); ++i) {
      const double probability = exponentials[static_cast<std::size_t>(i)] / softmax.sum;
      row[i] = static_cast<float>(flush(probability - (i == label ? 1.0 : 0.0))) * scale;
    }
  }
}

// Losses that take each output z and its target t apart: a value and its derivative by z beside each other.

// −t·log σ(z) − (1 − t)·log(1 − σ(z)) = max(z, 0) − t·z + log(1 + e^−|z|); slope σ(z) − t
LossAt bce(double z, double t, P) {
  const double magnitude = z < 0 ? -z : z, small = exact::exp(-magnitude);
  const double sigmoid = z < 0 ? small / (1.0 + small) : 1.0 / (1.0 + small);
  return {(z > 0 ? z : z < 0 ? 0.0 : z) - t * z + exact::log1p(small), sigmoid - t};
}
// (z − t)²
LossAt mse(double z, double t, P) { return {(z - t) * (z - t), 2.0 * (z - t)}; }
// |z − t|; slope 0 at 0
LossAt mae(double z, double t, P) {
  const double d = z - t;
  return {d < 0 ? -d : d, d > 0 ? 1.0 : d < 0 ? -1.0 : d};
}
// ½·d² for |d| < δ, else δ·(|d| − ½·δ) (Huber 1964)
LossAt huber(double z, double t, P p) {
  const double d = z - t, magnitude = d < 0 ? -d : d, delta = p[0];
  return magnitude < delta ? LossAt{0.5 * d * d, d} : LossAt{delta * (magnitude - 0.5 * delta), d > 0 ? delta : d < 0 ? -delta : d};
}

// The mean over a row's outputs; the target of output o is the number itself, or 1 where o is the label.
template <LossAt (*loss)(double, double, P), bool one_logit> struct Each {
  template <class Visit> static void rows(const Matrix& output, const Answers& answers, LossSum& sum, P p, Visit visit) {
    const Index outputs = output.cols();
    for (std::size_t r = 0; r < answers.size(); ++r) {
      const float* row = output.data() + static_cast<Index>(r) * outputs;
      if (!answers.labels.empty()) sum.correct += (one_logit ? Index{row[0] > 0.0F} : largest(row, outputs)) == answers.labels[r];
      double total = 0;
      for (Index o = 0; o < outputs; ++o) {
        const double target = answers.labels.empty() ? static_cast<double>(answers.targets[r])
                              : one_logit            ? static_cast<double>(answers.labels[r])
                                                     : (o == answers.labels[r] ? 1.0 : 0.0);
        const LossAt at = loss(static_cast<double>(row[o]), target, p);
        total += at.value;
        visit(static_cast<Index>(r) * outputs + o, at.slope);
      }
      sum.loss += total / static_cast<double>(outputs);
    }
  }
  static void evaluate(const Matrix& output, const Answers& answers, P p, LossSum& sum) {
    rows(output, answers, sum, p, [](Index, double) {});
  }
  static void differentiate(Matrix& output, const Answers& answers, float scale, P p, LossSum& sum) {
    const double share = static_cast<double>(scale) / static_cast<double>(output.cols());
    // each output is replaced once it has been read, and its row's prediction was told before
    rows(output, answers, sum, p, [&](Index i, double slope) { output.data()[i] = static_cast<float>(flush(slope) * share); });
  }
};

} // namespace

const std::vector<LossEntry>& losses() {
  static const std::vector<LossEntry> table{
      {"cross_entropy", "nn.CrossEntropyLoss", {}, false, false, nullptr, cross_entropy_evaluate, cross_entropy_differentiate},
      {"bce", "nn.BCEWithLogitsLoss", {}, false, true, bce, Each<bce, true>::evaluate, Each<bce, true>::differentiate},
      {"mse", "nn.MSELoss", {}, true, false, mse, Each<mse, false>::evaluate, Each<mse, false>::differentiate},
      {"mae", "nn.L1Loss", {}, true, false, mae, Each<mae, false>::evaluate, Each<mae, false>::differentiate},
      {"huber", "nn.HuberLoss", {{"delta", 1.0, 1e-6, 1e6}}, true, false, huber, Each<huber, false>::evaluate, Each<huber, false>::differentiate},
  };
  return table;
}

int predicted_class(const LossEntry& loss, const float* row, Index outputs) {
  return loss.one_logit ? static_cast<int>(row[0] > 0.0F) : static_cast<int>(largest(row, outputs));
}

SoftmaxLoss softmax_loss(std::span<const double> logits, std::size_t label) {
  SoftmaxLoss out{0, std::vector<double>(logits.size())};
  const SoftmaxRow row = softmax_row(logits.data(), static_cast<Index>(logits.size()), static_cast<Index>(label), out.probabilities.data());
  out.value = row.loss;
  for (double& p : out.probabilities) p /= row.sum;
  return out;
}

std::vector<double> probabilities(const LossEntry& loss, const float* row, Index outputs) {
  if (loss.one_logit) {
    const double one = 1.0 / (1.0 + exact::exp(-static_cast<double>(row[0])));
    return {1.0 - one, one};
  }
  std::vector<double> p(static_cast<std::size_t>(outputs));
  const double sum = softmax_row(row, outputs, 0, p.data()).sum;
  for (double& value : p) value /= sum;
  return p;
}

} // namespace downhill
