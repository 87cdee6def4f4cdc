#include "network/network.hpp"

#include "core/streams.hpp"
#include "network/initializer.hpp"

#include <algorithm>

namespace downhill {

Network::Network(const NetworkSettings& settings, Index inputs, Index outputs, std::uint64_t seed) {
  std::size_t size = 0;
  const auto add = [&](Index width, const Choice& activation, double dropout) {
    const std::size_t weight = size, bias = weight + static_cast<std::size_t>(inputs * width);
    size = bias + static_cast<std::size_t>(width);
    layers_.push_back({inputs, width, weight, bias, &entry_of(activations(), activation.name), activation.values, dropout, {}, {}, {}, {}});
    inputs = width;
  };
  for (const HiddenLayer& hidden : settings.hidden) add(hidden.units, hidden.activation, hidden.dropout);
  add(outputs, {"identity", {}}, 0.0); // never dropout on the output: a dropped class could not be predicted

  parameters_.resize(size);
  gradient_.resize(size);
  const InitializerEntry& init = entry_of(initializers(), settings.init.name);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    Vector drawn(static_cast<std::size_t>(layer.inputs * layer.outputs)); // O×I, as PyTorch draws
    init.fill({seed, static_cast<std::uint32_t>(l), layer.inputs, layer.outputs}, settings.init.values, drawn,
              std::span(parameters_).subspan(layer.bias, static_cast<std::size_t>(layer.outputs)));
    Eigen::Map<Matrix>(parameters_.data() + layer.weight, layer.inputs, layer.outputs) =
        Eigen::Map<const Matrix>(drawn.data(), layer.outputs, layer.inputs).transpose();
  }
}

Matrix& Network::evaluate(const Matrix& input, Index rows) { return run(input, rows, nullptr); }
Matrix& Network::forward(const Matrix& input, Index rows, const DropoutPlace& place) { return run(input, rows, &place); }

Matrix& Network::run(const Matrix& input, Index rows, const DropoutPlace* place) {
  const Matrix* in = &input;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    if (layer.output.rows() < rows) layer.output.resize(rows, layer.outputs);
    const ConstMatrixView weight{parameters_.data() + layer.weight, layer.inputs, layer.outputs, layer.outputs, 1};
    product(to_read(*in, rows), weight, to_write(layer.output, rows), false, scratch_);
    const float* bias = parameters_.data() + layer.bias;
    for (Index r = 0; r < rows; ++r) {
      float* z = layer.output.data() + r * layer.outputs;
      for (Index o = 0; o < layer.outputs; ++o) z[o] += bias[o];
    }
    const auto count = static_cast<std::size_t>(rows * layer.outputs);
    if (l + 1 < layers_.size()) layer.activation->forward({layer.output.data(), count}, {layer.output.data(), count}, layer.values);
    in = &layer.output;
    if (place && layer.dropout > 0) {
      drop(layer, static_cast<std::uint32_t>(l), rows, *place);
      in = &layer.kept;
    }
  }
  return layers_.back().output;
}

void Network::drop(Layer& layer, std::uint32_t index, Index rows, const DropoutPlace& place) {
  if (layer.kept.rows() < rows) {
    layer.kept.resize(rows, layer.outputs);
    layer.scale.resize(rows, layer.outputs);
  }
  for (Index r = 0; r < rows; ++r) {
    float* scale = layer.scale.data() + r * layer.outputs;
    fill_mask({place.seed, place.epoch, place.position + r}, index, layer.dropout, {scale, static_cast<std::size_t>(layer.outputs)});
    const float* from = layer.output.data() + r * layer.outputs;
    float* to = layer.kept.data() + r * layer.outputs;
    for (Index o = 0; o < layer.outputs; ++o) to[o] = from[o] * scale[o];
  }
}

void fill_mask(const DropoutPlace& place, std::uint32_t layer, double p, std::span<float> mask) {
  const auto threshold = static_cast<std::uint64_t>(p * 0x1p32);
  const auto scale = static_cast<float>(1.0 / (1.0 - p));
  PhiloxStream stream(stream_key(place.seed, Purpose::dropout, layer),
                      {0, static_cast<std::uint64_t>(place.position), static_cast<std::uint64_t>(place.epoch)});
  for (std::size_t u = 0; u < mask.size(); u += 2) {
    const std::uint64_t word = stream.next_word();
    mask[u] = (word & 0xffffffffU) < threshold ? 0.0F : scale;
    if (u + 1 < mask.size()) mask[u + 1] = (word >> 32) < threshold ? 0.0F : scale;
  }
}

void Network::backward(const Matrix& input, Index rows, bool first_block) {
  Matrix* d = &layers_.back().output; // R×O: the trainer left the output's gradient here
  for (std::size_t l = layers_.size(); l-- > 0;) {
    Layer& layer = layers_[l];
    const Matrix& in = l == 0 ? input : given_to_next(layers_[l - 1]);
    // dW (I×O) = inᵀ·d, db = Σ rows of d
    product(to_read(in, rows).transposed(), to_read(*d, rows), {gradient_.data() + layer.weight, layer.inputs, layer.outputs, layer.outputs}, !first_block,
            scratch_);
    float* d_bias = gradient_.data() + layer.bias;
    if (first_block) std::fill(d_bias, d_bias + layer.outputs, 0.0F);
    for (Index r = 0; r < rows; ++r)
      for (Index o = 0; o < layer.outputs; ++o) d_bias[o] += d->data()[r * layer.outputs + o];
    if (l == 0) break;

    // back through W, the mask and the activation of the layer below
    Layer& below = layers_[l - 1];
    if (below.d_output.rows() < rows) below.d_output.resize(rows, below.outputs);
    const ConstMatrixView weight{parameters_.data() + layer.weight, layer.inputs, layer.outputs, layer.outputs, 1};
    product(to_read(*d, rows), weight.transposed(), to_write(below.d_output, rows), false, scratch_);
    const auto count = static_cast<std::size_t>(rows * below.outputs);
    float* dy = below.d_output.data();
    if (below.dropout > 0)
      for (std::size_t i = 0; i < count; ++i) dy[i] *= below.scale.data()[i];
    below.activation->backward({below.output.data(), count}, {dy, count}, {dy, count}, below.values);
    d = &below.d_output;
  }
}

Index Network::largest_width() const {
  Index most = layers_.front().inputs;
  for (const Layer& layer : layers_) most = std::max(most, layer.outputs);
  return most;
}

double Network::flops_per_row() const {
  double flops = 0;
  for (const Layer& layer : layers_) flops += product_flops(1, layer.inputs, layer.outputs);
  return flops;
}

std::vector<float> Network::torch_parameters(Index l) const {
  const Layer& layer = layers_[static_cast<std::size_t>(l)];
  const std::size_t count = static_cast<std::size_t>(layer.inputs * layer.outputs);
  std::vector<float> out(count + static_cast<std::size_t>(layer.outputs));
  Eigen::Map<Matrix>(out.data(), layer.outputs, layer.inputs) =
      Eigen::Map<const Matrix>(parameters_.data() + layer.weight, layer.inputs, layer.outputs).transpose();
  std::copy_n(parameters_.begin() + static_cast<std::ptrdiff_t>(layer.bias), layer.outputs, out.begin() + static_cast<std::ptrdiff_t>(count));
  return out;
}

Network::LayerShape Network::shape(Index l) const {
  const Layer& layer = layers_[static_cast<std::size_t>(l)];
  return {layer.inputs, layer.outputs};
}

} // namespace downhill
