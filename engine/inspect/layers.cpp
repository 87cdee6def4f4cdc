#include "inspect/layers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {
namespace {

constexpr Index kBlock = 64;

std::span<const float> of_layer(const Network& network, Index l, std::span<const float> all) {
  const auto shape = network.shape(l);
  return all.subspan(shape.weight, static_cast<std::size_t>((shape.inputs + 1) * shape.outputs));
}

// Outputs of a hidden layer for the whole test part, N×given.
std::vector<Matrix> test_outputs(const Trainer& trainer, Network& network) {
  const std::int64_t count = trainer.data().test.size();
  std::vector<Matrix> outputs;
  for (Index l = 0; l + 1 < network.layer_count(); ++l) outputs.emplace_back(static_cast<Index>(count), network.shape(l).given);
  Matrix block(kBlock, trainer.data().features());
  Gathered gathered;
  for (std::int64_t begin = 0; begin < count; begin += kBlock) {
    std::vector<std::uint32_t> which(static_cast<std::size_t>(std::min<std::int64_t>(kBlock, count - begin)));
    std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(begin));
    gather(trainer.data(), false, which, block, gathered);
    network.evaluate(block, static_cast<Index>(which.size()));
    for (std::size_t l = 0; l < outputs.size(); ++l)
      outputs[l].middleRows(static_cast<Index>(begin), static_cast<Index>(which.size())) =
          network.output(static_cast<Index>(l)).topRows(static_cast<Index>(which.size()));
  }
  return outputs;
}

// Means over the test part of what a layer gets.
std::vector<double> mean_columns(const Matrix& m) {
  std::vector<double> means(static_cast<std::size_t>(m.cols()));
  for (Index r = 0; r < m.rows(); ++r)
    for (Index c = 0; c < m.cols(); ++c) means[static_cast<std::size_t>(c)] += static_cast<double>(m(r, c));
  for (double& mean : means) mean /= static_cast<double>(m.rows());
  return means;
}

Matrix test_inputs(const Trainer& trainer) {
  std::vector<std::uint32_t> which(static_cast<std::size_t>(trainer.data().test.size()));
  std::iota(which.begin(), which.end(), 0U);
  Matrix inputs(static_cast<Index>(which.size()), trainer.data().features());
  Gathered gathered;
  gather(trainer.data(), false, which, inputs, gathered);
  return inputs;
}

// f′ at every z of one block of outputs. z itself is worked out again, since most layers don't keep it.
Matrix derivatives(const Network& network, Index l, const Matrix& in) {
  const auto shape = network.shape(l);
  Matrix z = in * Eigen::Map<const Matrix>(network.parameters().data() + shape.weight, shape.inputs, shape.outputs);
  z.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(network.parameters().data() + shape.bias, shape.outputs);
  const auto units = static_cast<std::size_t>(shape.outputs), width = static_cast<std::size_t>(shape.activation->width);
  Matrix slope(z.rows(), shape.outputs);
  Vector y(units * width);
  const Vector ones(units * width, 1.0F);
  for (Index r = 0; r < z.rows(); ++r) {
    const std::span<const float> row(z.data() + r * shape.outputs, units);
    shape.activation->forward(row, y, network.activation_values(l));
    shape.activation->backward(shape.activation->from_input ? row : std::span<const float>(y), ones, {slope.data() + r * shape.outputs, units},
                               network.activation_values(l));
  }
  return slope;
}

} // namespace

std::vector<LayerView> layer_views(const Trainer& trainer, std::size_t bins) {
  Network network = trainer.network();
  const std::vector<Matrix> outputs = test_outputs(trainer, network);
  std::vector<LayerView> views;
  Matrix in = test_inputs(trainer);
  for (std::size_t l = 0; l < outputs.size(); ++l) {
    const Matrix& y = outputs[l];
    const auto shape = network.shape(static_cast<Index>(l));
    LayerView view;
    // the mean of z is linear in the mean of what comes in
    const std::vector<double> mean_of_inputs = mean_columns(in);
    for (Index o = 0; o < shape.outputs; ++o) {
      double z = static_cast<double>(network.parameters()[shape.bias + static_cast<std::size_t>(o)]);
      for (Index i = 0; i < shape.inputs; ++i)
        z += mean_of_inputs[static_cast<std::size_t>(i)] *
             static_cast<double>(network.parameters()[shape.weight + static_cast<std::size_t>(i * shape.outputs + o)]);
      view.mean_in += z / static_cast<double>(shape.outputs);
    }
    double sum = 0, squares = 0;
    std::int64_t zeros = 0;
    for (Index i = 0; i < y.size(); ++i) {
      const auto v = static_cast<double>(y.data()[i]);
      sum += v;
      squares += v * v;
      zeros += y.data()[i] == 0.0F;
    }
    const auto count = static_cast<double>(y.size());
    view.mean = sum / count;
    view.deviation = std::sqrt(std::max(0.0, squares / count - view.mean * view.mean));
    view.zero_share = static_cast<double>(zeros) / count;
    view.low = static_cast<double>(y.minCoeff());
    view.high = static_cast<double>(y.maxCoeff());
    view.histogram.resize(bins);
    const double scale = view.high > view.low ? static_cast<double>(bins) / (view.high - view.low) : 0;
    for (Index i = 0; i < y.size(); ++i) {
      const double at = (static_cast<double>(y.data()[i]) - view.low) * scale;
      if (at == at) ++view.histogram[std::min(bins - 1, static_cast<std::size_t>(at))];
    }
    const Matrix slope = derivatives(network, static_cast<Index>(l), in);
    std::int64_t saturated = 0, dead = 0;
    for (Index o = 0; o < slope.cols(); ++o) {
      bool moves = false;
      for (Index r = 0; r < slope.rows(); ++r) {
        moves |= slope(r, o) != 0.0F;
        saturated += std::fabs(slope(r, o)) < 0.01F;
      }
      dead += !moves;
    }
    view.saturated_share = static_cast<double>(saturated) / static_cast<double>(slope.size());
    view.dead_share = static_cast<double>(dead) / static_cast<double>(slope.cols());
    views.push_back(std::move(view));
    in = y;
  }
  return views;
}

NextStep next_step(const Trainer& trainer) {
  NextStep view;
  if (trainer.verdict() != Verdict::running) return view;
  Trainer copy = trainer;
  while (!copy.between_steps() && copy.verdict() == Verdict::running) copy.advance(); // an evaluation may stand before it
  if (copy.verdict() != Verdict::running) return view;
  const Vector before(copy.network().parameters().begin(), copy.network().parameters().end());
  const double lr = copy.lr();
  for (auto piece = Trainer::Piece::part; piece != Trainer::Piece::step; piece = copy.advance())
    if (copy.verdict() != Verdict::running) return view;
  const Network& network = copy.network();
  view.batch_loss = copy.batch_loss();
  view.gradient.assign(network.gradient().begin(), network.gradient().end());
  for (std::size_t i = 0; i < before.size(); ++i) view.update.push_back(network.parameters()[i] - before[i]);
  view.state0.assign(copy.state0().begin(), copy.state0().end());
  view.state1.assign(copy.state1().begin(), copy.state1().end());
  view.effective_rate.assign(before.size(), static_cast<float>(lr));
  if (const auto rate = copy.optimizer().effective_rate) {
    Vector s0 = view.state0, s1 = view.state1, weights = before;
    rate({weights, view.gradient, s0, s1, copy.step(), lr}, copy.settings().optimizer.values, view.effective_rate);
  }
  for (Index l = 0; l < network.layer_count(); ++l)
    view.layers.push_back({norm(of_layer(network, l, view.gradient)), norm(of_layer(network, l, view.update)), norm(of_layer(network, l, before))});
  return view;
}

namespace {
// Leaves in network.gradient() the loss's gradient over a step's batch, with its masks. Returns the batch's size.
std::size_t batch_gradient(Network& network, const Trainer& trainer, std::int64_t step, Matrix& block, Gathered& gathered) {
  const auto which = trainer.batch_of(step);
  const auto rows = static_cast<std::int64_t>(which.size());
  DropoutPlace place = trainer.dropout_place(step);
  for (std::int64_t begin = 0; begin < rows; begin += kBlock) {
    const auto here = std::span(which).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(std::min<std::int64_t>(kBlock, rows - begin)));
    gather(trainer.data(), true, here, block, gathered);
    Matrix& output = network.forward(block, static_cast<Index>(here.size()), place);
    LossSum sum;
    trainer.loss().differentiate(output, gathered.answers(), static_cast<float>(1.0 / static_cast<double>(rows)), trainer.settings().loss.values, sum);
    network.backward(block, static_cast<Index>(here.size()), begin == 0);
    place.position += static_cast<std::int64_t>(here.size());
  }
  return which.size();
}
} // namespace

std::vector<double> gradient_norms(const Trainer& trainer) {
  Network network = trainer.network();
  Matrix block(kBlock, trainer.data().features());
  Gathered gathered;
  batch_gradient(network, trainer, std::min(trainer.step(), trainer.steps() - 1), block, gathered);
  std::vector<double> norms;
  for (Index l = 0; l < network.layer_count(); ++l) norms.push_back(norm(of_layer(network, l, network.gradient())));
  return norms;
}

GradientNoise gradient_noise(const Trainer& trainer, std::int64_t batches) {
  Network network = trainer.network();
  const std::int64_t train = trainer.data().train.size(), batch = trainer.batch_size(), whole = std::max<std::int64_t>(1, train / batch);
  const std::int64_t first = trainer.step() - trainer.step() % trainer.steps_per_epoch();
  const std::int64_t epoch_start = first == trainer.steps() ? first - trainer.steps_per_epoch() : first; // at the end: of the last epoch
  const std::int64_t counted = std::min({batches, whole, trainer.steps_per_epoch()});
  const std::size_t size = network.parameters().size();
  std::vector<double> full(size);
  std::vector<Vector> gradients;
  Matrix block(kBlock, trainer.data().features());
  Gathered gathered;
  for (std::int64_t step = epoch_start; step < epoch_start + trainer.steps_per_epoch(); ++step) {
    const auto rows = static_cast<std::int64_t>(batch_gradient(network, trainer, step, block, gathered));
    for (std::size_t i = 0; i < size; ++i) full[i] += static_cast<double>(network.gradient()[i]) * static_cast<double>(rows) / static_cast<double>(train);
    if (step - epoch_start < counted) gradients.emplace_back(network.gradient().begin(), network.gradient().end());
  }
  GradientNoise noise;
  double full_squares = 0, distances = 0;
  for (const double g : full) full_squares += g * g;
  noise.full_norm = std::sqrt(full_squares);
  for (const Vector& g : gradients) {
    double dot = 0, distance = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double v = static_cast<double>(g[i]);
      dot += v * full[i];
      distance += (v - full[i]) * (v - full[i]);
    }
    distances += distance;
    noise.norms.push_back(norm(g));
    noise.cosines.push_back(dot / (noise.norms.back() * noise.full_norm));
  }
  noise.spread = std::sqrt(distances / static_cast<double>(gradients.size()));
  return noise;
}

Matrix masks_of(const Trainer& trainer, std::int64_t step, Index layer) {
  const auto shape = trainer.network().shape(layer);
  DropoutPlace place = trainer.dropout_place(step);
  Matrix masks(static_cast<Index>(trainer.batch_of(step).size()), shape.given);
  for (Index r = 0; r < masks.rows(); ++r, ++place.position)
    fill_mask(place, static_cast<std::uint32_t>(layer), shape.dropout, {masks.data() + r * shape.given, static_cast<std::size_t>(shape.given)});
  return masks;
}

} // namespace downhill
