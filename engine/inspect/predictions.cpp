#include "inspect/predictions.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace downhill {

std::vector<Prediction> predict(const Trainer& trainer, bool train, std::span<const std::uint32_t> which) {
  return predict(trainer, trainer.data(), train, which);
}

std::vector<Prediction> predict(const Trainer& trainer, const Subset& data, bool train, std::span<const std::uint32_t> which) {
  constexpr std::size_t kBlock = 64;
  Network network = trainer.network();
  Matrix block(static_cast<Index>(kBlock), data.features());
  Gathered gathered;
  std::vector<Prediction> out;
  for (std::size_t begin = 0; begin < which.size(); begin += kBlock) {
    const auto rows = which.subspan(begin, std::min(kBlock, which.size() - begin));
    gather(data, train, rows, block, gathered);
    const Matrix& output = network.evaluate(block, static_cast<Index>(rows.size()));
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const float* row = output.data() + static_cast<Index>(r) * output.cols();
      Prediction p{rows[r], -1, -1, 0, {row, row + output.cols()}, {}};
      const Answers answer =
          gathered.labels.empty() ? Answers{{}, std::span(gathered.targets).subspan(r, 1)} : Answers{std::span(gathered.labels).subspan(r, 1), {}};
      if (!gathered.labels.empty()) {
        p.label = gathered.labels[r];
        p.predicted = predicted_class(trainer.loss(), row, output.cols());
        p.probabilities = probabilities(trainer.loss(), row, output.cols());
      }
      LossSum sum;
      trainer.loss().evaluate(output.middleRows(static_cast<Index>(r), 1), answer, trainer.settings().loss.values, sum);
      p.loss = sum.loss;
      out.push_back(std::move(p));
    }
  }
  return out;
}

std::vector<double> predict_pixels(const Trainer& trainer, std::span<const std::uint8_t> pixels) {
  assert(static_cast<std::int64_t>(pixels.size()) == trainer.data().features());
  Network network = trainer.network();
  Matrix row(1, static_cast<Index>(pixels.size()));
  for (std::size_t i = 0; i < pixels.size(); ++i) row.data()[i] = static_cast<float>(pixels[i]) / 255.0F;
  const Matrix& output = network.evaluate(row, 1);
  return probabilities(trainer.loss(), output.data(), output.cols());
}

Matrix outputs_for_values(const Trainer& trainer, const Matrix& values) {
  assert(values.cols() == trainer.data().features());
  constexpr Index kBlock = 64;
  Network network = trainer.network();
  Matrix out(values.rows(), outputs_for(trainer.loss(), trainer.data().classes));
  for (Index begin = 0; begin < values.rows(); begin += kBlock) {
    const Index rows = std::min(kBlock, values.rows() - begin);
    const Matrix block = values.middleRows(begin, rows);
    const Matrix& output = network.evaluate(block, rows);
    for (Index r = 0; r < rows; ++r)
      for (Index o = 0; o < out.cols(); ++o) out(begin + r, o) = output(r, o);
  }
  return out;
}

Matrix predict_values(const Trainer& trainer, const Matrix& values) {
  const Matrix given = outputs_for_values(trainer, values);
  Matrix out(values.rows(), static_cast<Index>(trainer.data().classes));
  for (Index r = 0; r < given.rows(); ++r) {
    const auto p = probabilities(trainer.loss(), given.data() + r * given.cols(), given.cols());
    for (Index c = 0; c < out.cols(); ++c) out(r, c) = static_cast<float>(p[static_cast<std::size_t>(c)]);
  }
  return out;
}

MaskEnsemble::MaskEnsemble(const Trainer& trainer, bool train, std::uint32_t place, std::int64_t count)
    : network_(trainer.network()), loss_(trainer.loss()), x_(1, trainer.data().features()),
      mask_place_(trainer.dropout_place(std::min(trainer.step(), trainer.steps() - 1))) {
  mask_place_.position = 0;
  Gathered gathered;
  gather(trainer.data(), train, {&place, 1}, x_, gathered);
  if (!gathered.labels.empty()) out_.label = gathered.labels[0];
  const Matrix& whole = network_.evaluate(x_, 1);
  out_.eval = probabilities(loss_, whole.data(), whole.cols());
  for (Index l = 0; l + 1 < network_.layer_count(); ++l) {
    const Matrix& y = network_.output(l);
    out_.eval_units.emplace_back(y.data(), y.data() + y.cols());
    sums_.emplace_back(static_cast<std::size_t>(y.cols()), 0.0);
  }
  out_.probabilities.resize(static_cast<Index>(count), static_cast<Index>(out_.eval.size()));
}

void MaskEnsemble::advance() {
  assert(done_ < count());
  const Matrix& output = network_.forward(x_, 1, mask_place_);
  const auto p = probabilities(loss_, output.data(), output.cols());
  for (std::size_t c = 0; c < p.size(); ++c) out_.probabilities(static_cast<Index>(done_), static_cast<Index>(c)) = static_cast<float>(p[c]);
  for (std::size_t l = 0; l < sums_.size(); ++l) {
    const auto shape = network_.shape(static_cast<Index>(l));
    Vector mask(static_cast<std::size_t>(shape.given), 1.0F);
    if (shape.dropout > 0) fill_mask(mask_place_, static_cast<std::uint32_t>(l), shape.dropout, mask);
    const float* y = network_.output(static_cast<Index>(l)).data();
    for (std::size_t i = 0; i < mask.size(); ++i) sums_[l][i] += static_cast<double>(y[i] * mask[i]);
  }
  ++mask_place_.position;
  ++done_;
}

Ensemble MaskEnsemble::take() {
  assert(done_ == count());
  for (const auto& sum : sums_) {
    Vector& mean = out_.mean_units.emplace_back();
    for (const double s : sum) mean.push_back(static_cast<float>(s / static_cast<double>(count())));
  }
  return std::move(out_);
}

Ensemble mask_ensemble(const Trainer& trainer, bool train, std::uint32_t place, std::int64_t count) {
  MaskEnsemble ensemble(trainer, train, place, count);
  while (ensemble.done() < count) ensemble.advance();
  return ensemble.take();
}

std::vector<Prediction> predict_first(const Trainer& trainer, bool train, std::int64_t count) {
  std::vector<std::uint32_t> which(static_cast<std::size_t>(std::min(count, trainer.data().part(train).size())));
  std::iota(which.begin(), which.end(), 0U);
  return predict(trainer, train, which);
}

double Confusion::accuracy(std::int64_t label) const {
  std::int64_t all = 0;
  for (std::int64_t c = 0; c < classes; ++c) all += at(label, c);
  return all == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(at(label, label)) / static_cast<double>(all);
}

Confusion confusion_of(std::span<const Prediction> predictions, std::int64_t classes) {
  Confusion c{classes, std::vector<std::int64_t>(static_cast<std::size_t>(classes * classes))};
  for (const Prediction& p : predictions) ++c.counts[static_cast<std::size_t>(p.label * classes + p.predicted)];
  return c;
}

std::vector<Prediction> most_wrong(std::vector<Prediction> predictions, std::size_t count) {
  std::erase_if(predictions, [](const Prediction& p) { return p.label >= 0 && p.label == p.predicted; });
  std::stable_sort(predictions.begin(), predictions.end(), [](const Prediction& a, const Prediction& b) { return a.loss > b.loss; });
  if (predictions.size() > count) predictions.resize(count);
  return predictions;
}

} // namespace downhill
