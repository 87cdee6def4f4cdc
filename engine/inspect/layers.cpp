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

// One hidden layer over the examples looked at.
struct Looked {
  Matrix outputs;                 // N×given
  std::vector<double> input_sums; // of what it is given
  std::vector<bool> moves;        // units whose f′ was not 0 for some example
  std::int64_t saturated = 0;
};

// Takes a block in that has just been through the network: `in` is what the layer was given, `begin` its first example's number.
void look_at(const Network& network, Index l, const Matrix& in, Index begin, Index rows, Looked& looked) {
  const auto shape = network.shape(l);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < shape.inputs; ++c) looked.input_sums[static_cast<std::size_t>(c)] += static_cast<double>(in(r, c));
  looked.outputs.middleRows(begin, rows) = network.output(l).topRows(rows);
  const auto units = static_cast<std::size_t>(shape.outputs), width = static_cast<std::size_t>(shape.activation->width);
  const Vector ones(units * width, 1.0F);
  Vector slope(units);
  const Matrix& seen = network.seen(l);
  for (Index r = 0; r < rows; ++r) {
    shape.activation->backward({seen.data() + r * seen.cols(), static_cast<std::size_t>(seen.cols())}, ones, slope, network.activation_values(l));
    for (std::size_t o = 0; o < units; ++o) {
      if (slope[o] != 0.0F) looked.moves[o] = true;
      looked.saturated += std::fabs(slope[o]) < kSaturatedSlope;
    }
  }
}

} // namespace

std::int64_t examples_to_look_at(const Trainer& trainer) {
  constexpr double kFlops = 2.5e9, kValues = 4e6;
  const Network& network = trainer.network();
  double values = 1;
  for (Index l = 0; l + 1 < network.layer_count(); ++l) values += static_cast<double>(network.shape(l).given);
  const auto affordable = static_cast<std::int64_t>(std::min(kFlops / network.flops_per_row(), kValues / values));
  return std::min(trainer.data().test.size(), std::max<std::int64_t>(100, affordable));
}

std::vector<LayerView> layer_views(const Trainer& trainer, std::size_t bins, std::int64_t most) {
  Network network = trainer.network();
  const auto count = static_cast<Index>(std::min(most, trainer.data().test.size()));
  std::vector<Looked> looked;
  for (Index l = 0; l + 1 < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    looked.push_back(
        {Matrix(count, shape.given), std::vector<double>(static_cast<std::size_t>(shape.inputs)), std::vector<bool>(static_cast<std::size_t>(shape.outputs))});
  }
  Matrix block(kBlock, trainer.data().features());
  Gathered gathered;
  for (Index begin = 0; begin < count; begin += kBlock) {
    const Index rows = std::min(kBlock, count - begin);
    std::vector<std::uint32_t> which(static_cast<std::size_t>(rows));
    std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(begin));
    gather(trainer.data(), false, which, block, gathered);
    network.evaluate(block, rows);
    for (std::size_t l = 0; l < looked.size(); ++l)
      look_at(network, static_cast<Index>(l), l == 0 ? block : network.output(static_cast<Index>(l) - 1), begin, rows, looked[l]);
  }

  std::vector<LayerView> views;
  for (std::size_t l = 0; l < looked.size(); ++l) {
    const Matrix& y = looked[l].outputs;
    const auto shape = network.shape(static_cast<Index>(l));
    LayerView view;
    // the mean of z is linear in the mean of what comes in
    for (Index o = 0; o < shape.outputs; ++o) {
      double z = static_cast<double>(network.parameters()[shape.bias + static_cast<std::size_t>(o)]);
      for (Index i = 0; i < shape.inputs; ++i)
        z += looked[l].input_sums[static_cast<std::size_t>(i)] / static_cast<double>(count) *
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
    const auto values = static_cast<double>(y.size());
    view.mean = sum / values;
    view.deviation = std::sqrt(std::max(0.0, squares / values - view.mean * view.mean));
    view.zero_share = static_cast<double>(zeros) / values;
    view.low = static_cast<double>(y.minCoeff());
    view.high = static_cast<double>(y.maxCoeff());
    view.histogram.resize(bins);
    const double scale = view.high > view.low ? static_cast<double>(bins) / (view.high - view.low) : 0;
    for (Index i = 0; i < y.size(); ++i) {
      const double at = (static_cast<double>(y.data()[i]) - view.low) * scale;
      if (at == at) ++view.histogram[std::min(bins - 1, static_cast<std::size_t>(at))];
    }
    view.saturated_share = static_cast<double>(looked[l].saturated) / static_cast<double>(count * shape.outputs);
    view.dead_share = static_cast<double>(std::count(looked[l].moves.begin(), looked[l].moves.end(), false)) / static_cast<double>(shape.outputs);
    views.push_back(std::move(view));
  }
  return views;
}

NextStep next_step(const Trainer& trainer, bool with_weights) {
  NextStep view;
  if (trainer.verdict() != Verdict::running) return view;
  Trainer copy = trainer;
  copy.keep_gradient();
  while (!copy.between_steps() && copy.verdict() == Verdict::running) copy.advance(); // an evaluation may stand before it
  if (copy.verdict() != Verdict::running) return view;
  Vector update(copy.network().parameters().begin(), copy.network().parameters().end()); // the weights before, at first
  const double lr = copy.lr();
  for (auto piece = Trainer::Piece::part; piece != Trainer::Piece::step; piece = copy.advance())
    if (copy.verdict() != Verdict::running) return view;
  const Network& network = copy.network();
  view.batch_loss = copy.batch_loss();
  for (Index l = 0; l < network.layer_count(); ++l)
    view.layers.push_back({norm(of_layer(network, l, network.gradient())), 0, norm(of_layer(network, l, update))});
  for (std::size_t i = 0; i < update.size(); ++i) update[i] = network.parameters()[i] - update[i];
  for (Index l = 0; l < network.layer_count(); ++l) view.layers[static_cast<std::size_t>(l)].update_norm = norm(of_layer(network, l, update));
  if (!with_weights) return view;
  view.gradient.assign(network.gradient().begin(), network.gradient().end());
  view.update = std::move(update);
  view.state0.assign(copy.state0().begin(), copy.state0().end());
  view.state1.assign(copy.state1().begin(), copy.state1().end());
  view.effective_rate.assign(view.gradient.size(), static_cast<float>(lr));
  if (const auto rate = copy.optimizer().effective_rate) {
    Vector s0 = view.state0, s1 = view.state1;
    rate({copy.network().parameters(), view.gradient, s0, s1, copy.step(), lr}, copy.settings().optimizer.values, view.effective_rate);
  }
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
  add_decay(trainer.settings(), network.parameters(), network.gradient()); // as next_step has them
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
