#include "network/loss.hpp"

#include "core/elementary.hpp"

#include <cmath>
#include <limits>

namespace downhill {
namespace {

Index largest(const float* row, Index count) {
  Index best = 0;
  for (Index i = 1; i < count; ++i)
    if (row[i] > row[best]) best = i;
  return best;
}

// −log softmax(row)[label] = log Σ e^(row[i] − m) − (row[label] − m), m the largest, all in float64
// and i ascending. `probabilities`, if given, receives the e^(row[i] − m) and their sum is returned.
struct SoftmaxRow {
  double loss, sum;
};
SoftmaxRow softmax_row(const float* row, Index count, Index label, double* exponentials) {
  const double top = static_cast<double>(row[largest(row, count)]);
  double sum = 0;
  for (Index i = 0; i < count; ++i) {
    const double e = exact::exp(static_cast<double>(row[i]) - top);
    if (exponentials) exponentials[i] = e;
    sum += e;
  }
  return {exact::log(sum) - (static_cast<double>(row[label]) - top), sum};
}

void cross_entropy_evaluate(const Matrix& output, std::span<const std::uint8_t> labels, double& sum, std::int64_t& correct) {
  for (std::size_t r = 0; r < labels.size(); ++r) {
    const float* row = output.data() + static_cast<Index>(r) * output.cols();
    sum += softmax_row(row, output.cols(), labels[r], nullptr).loss;
    correct += largest(row, output.cols()) == labels[r];
  }
}

// d loss / d row[i] = softmax(row)[i] − [i = label]
void cross_entropy_differentiate(Matrix& output, std::span<const std::uint8_t> labels, float scale, double& sum, std::int64_t& correct) {
  std::vector<double> exponentials(static_cast<std::size_t>(output.cols()));
  for (std::size_t r = 0; r < labels.size(); ++r) {
    float* row = output.data() + static_cast<Index>(r) * output.cols();
    correct += largest(row, output.cols()) == labels[r];
    const SoftmaxRow softmax = softmax_row(row, output.cols(), labels[r], exponentials.data());
    sum += softmax.loss;
    for (Index i = 0; i < output.cols(); ++i) {
      const double probability = exponentials[static_cast<std::size_t>(i)] / softmax.sum;
      row[i] = static_cast<float>(probability - (i == labels[r] ? 1.0 : 0.0)) * scale;
    }
  }
}

} // namespace

const std::vector<LossEntry>& losses() {
  static const std::vector<LossEntry> table{
      {"cross_entropy", "nn.CrossEntropyLoss", cross_entropy_evaluate, cross_entropy_differentiate},
  };
  return table;
}

} // namespace downhill
