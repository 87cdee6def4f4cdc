#include "network/network.hpp"

#include "core/streams.hpp"
#include "network/initializer.hpp"

#include <algorithm>

namespace downhill {

Network::Network(const NetworkSettings& settings, Index inputs, Index outputs, std::uint64_t seed, Zeros zeros_in_input) : zeros_in_input_(zeros_in_input) {
  std::size_t size = 0;
  const auto add = [&](Index width, const Choice& activation, double dropout) {
    const std::size_t weight = size, bias = weight + static_cast<std::size_t>(inputs * width);
    size = bias + static_cast<std::size_t>(width);
    const ActivationEntry& entry = entry_of(activations(), activation.name);
    layers_.push_back({inputs, width, weight, bias, &entry, activation.values, dropout, width * entry.width, {}, {}, {}, {}, {}, {}});
    inputs = layers_.back().given;
  };
  for (const HiddenLayer& hidden : settings.hidden) add(hidden.units, hidden.activation, hidden.dropout);
  add(outputs, {"identity", {}}, 0.0); // never dropout on the output: a dropped class could not be predicted

  parameters_.resize(size);
  gradient_.resize(size);
  const InitializerEntry& init = entry_of(initializers(), settings.init.name);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const auto count = static_cast<std::size_t>(layer.inputs * layer.outputs);
    Vector drawn(count + static_cast<std::size_t>(layer.outputs)); // O×I and O, as PyTorch draws
    init.fill({seed, static_cast<std::uint32_t>(l), layer.inputs, layer.outputs}, settings.init.values, std::span(drawn).first(count),
              std::span(drawn).subspan(count));
    set_torch_parameters(static_cast<Index>(l), drawn);
  }
}

Matrix& Network::evaluate(const Matrix& input, Index rows) { return run(input, rows, nullptr); }
Matrix& Network::forward(const Matrix& input, Index rows, const DropoutPlace& place) { return run(input, rows, &place); }

Matrix& Network::run(const Matrix& input, Index rows, const DropoutPlace* place) {
  const Matrix* in = &input;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    if (layer.output.rows() < rows) layer.output.resize(rows, layer.given);
    if (layer.apart() && layer.input.rows() < rows) layer.input.resize(rows, layer.outputs);
    Matrix& sums = layer.apart() ? layer.input : layer.output;
    const ConstMatrixView weight{parameters_.data() + layer.weight, layer.inputs, layer.outputs, layer.outputs, 1};
    Zeros zeros = zeros_in(l);
    if (zeros == Zeros::many && rows == 1) {
      if (!known_finite_) known_finite_ = all_finite(parameters_);
      if (known_finite_) zeros = Zeros::many_by_finite;
    }
    product(to_read(*in, rows), weight, to_write(sums, rows), false, scratch_, zeros);
    const float* bias = parameters_.data() + layer.bias;
    for (Index r = 0; r < rows; ++r) {
      float* z = sums.data() + r * layer.outputs;
      for (Index o = 0; o < layer.outputs; ++o) z[o] += bias[o];
    }
    if (l + 1 < layers_.size()) activate(layer, rows);
    in = &layer.output;
    if (place && layer.dropout > 0) {
      drop(layer, static_cast<std::uint32_t>(l), rows, *place);
      in = &layer.kept;
    }
  }
  return layers_.back().output;
}

Zeros Network::zeros_in(std::size_t l) const {
  if (l == 0) return zeros_in_input_;
  return layers_[l - 1].activation->gives_zeros || layers_[l - 1].dropout > 0 ? Zeros::many : Zeros::few;
}

void Network::activate(Layer& layer, Index rows) {
  const auto count = static_cast<std::size_t>(rows * layer.outputs), width = static_cast<std::size_t>(layer.activation->width);
  if (width == 1) {
    const Matrix& z = layer.apart() ? layer.input : layer.output;
    layer.activation->forward({z.data(), count}, {layer.output.data(), count}, layer.values);
    return;
  }
  const auto units = static_cast<std::size_t>(layer.outputs);
  for (std::size_t i = 0; i < count; i += units)
    layer.activation->forward({layer.input.data() + i, units}, {layer.output.data() + i * width, units * width}, layer.values);
}

void Network::drop(Layer& layer, std::uint32_t index, Index rows, const DropoutPlace& place) {
  if (layer.kept.rows() < rows) {
    layer.kept.resize(rows, layer.given);
    layer.scale.resize(rows, layer.given);
  }
  for (Index r = 0; r < rows; ++r) {
    float* scale = layer.scale.data() + r * layer.given;
    fill_mask({place.seed, place.epoch, place.position + r}, index, layer.dropout, {scale, static_cast<std::size_t>(layer.given)});
    const float* from = layer.output.data() + r * layer.given;
    float* to = layer.kept.data() + r * layer.given;
    for (Index o = 0; o < layer.given; ++o) to[o] = from[o] * scale[o];
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

// From the last layer to the first: take(l, in, d) with what the layer was given, R×I, and the gradient by its z, R×O.
template <class Take> void Network::walk_back(const Matrix& input, Index rows, Take take) {
  Matrix* d = &layers_.back().output; // the trainer left the output's gradient here
  for (std::size_t l = layers_.size(); l-- > 1;) {
    // back through W, the mask and the activation of the layer below
    Layer &layer = layers_[l], &below = layers_[l - 1];
    if (below.d_output.rows() < rows) {
      below.d_output.resize(rows, below.outputs);
      if (below.activation->width > 1) below.d_given.resize(rows, below.given);
    }
    Matrix& dy = below.activation->width > 1 ? below.d_given : below.d_output;
    const ConstMatrixView weight{parameters_.data() + layer.weight, layer.inputs, layer.outputs, layer.outputs, 1};
    // what comes back through a layer with zeros has them in the same places
    const Zeros zeros_in_d = layer.activation->gives_zeros ? Zeros::many : Zeros::few;
    product(to_read(*d, rows), weight.transposed(), to_write(dy, rows), false, scratch_, zeros_in_d);
    const auto count = static_cast<std::size_t>(rows * below.given);
    if (below.dropout > 0)
      for (std::size_t i = 0; i < count; ++i) dy.data()[i] *= below.scale.data()[i];
    differentiate_activation(below, rows, dy);
    take(l, given_to_next(below), *d);
    d = &below.d_output;
  }
  take(0, input, *d);
}

void Network::backward(const Matrix& input, Index rows, bool first_block) {
  walk_back(input, rows, [&](std::size_t l, const Matrix& in, const Matrix& d) {
    const Layer& layer = layers_[l];
    // dW (I×O) = inᵀ·d, db = Σ rows of d
    const MatrixView d_weight{gradient_.data() + layer.weight, layer.inputs, layer.outputs, layer.outputs};
    product(to_read(in, rows).transposed(), to_read(d, rows), d_weight, !first_block, scratch_, zeros_in(l));
    float* d_bias = gradient_.data() + layer.bias;
    if (first_block) std::fill(d_bias, d_bias + layer.outputs, 0.0F);
    for (Index r = 0; r < rows; ++r)
      for (Index o = 0; o < layer.outputs; ++o) d_bias[o] += d.data()[r * layer.outputs + o];
  });
}

void Network::backward_of_one(const Matrix& input, const std::function<bool(const OneLayer&)>& change) {
  walk_back(input, 1, [&](std::size_t l, const Matrix& in, const Matrix& d) {
    const Layer& layer = layers_[l];
    const auto inputs = static_cast<std::size_t>(layer.inputs), outputs = static_cast<std::size_t>(layer.outputs);
    if (!change({layer.weight, std::span(parameters_).subspan(layer.weight, (inputs + 1) * outputs), {in.data(), inputs}, {d.data(), outputs}}))
      known_finite_ = false;
  });
}

void Network::differentiate_activation(Layer& layer, Index rows, const Matrix& dy) {
  const Matrix& seen = layer.activation->from_input ? layer.input : layer.output;
  const auto units = static_cast<std::size_t>(layer.outputs), width = static_cast<std::size_t>(layer.activation->width);
  const std::size_t all = static_cast<std::size_t>(rows) * units, stride = width == 1 ? all : units;
  for (std::size_t i = 0; i < all; i += stride)
    layer.activation->backward({seen.data() + i * width, stride * width}, {dy.data() + i * width, stride * width}, {layer.d_output.data() + i, stride},
                               layer.values);
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

void Network::set_torch_parameters(Index l, std::span<const float> values) {
  known_finite_ = false;
  const Layer& layer = layers_[static_cast<std::size_t>(l)];
  Eigen::Map<Matrix>(parameters_.data() + layer.weight, layer.inputs, layer.outputs) =
      Eigen::Map<const Matrix>(values.data(), layer.outputs, layer.inputs).transpose();
  std::copy_n(values.begin() + layer.inputs * layer.outputs, layer.outputs, parameters_.begin() + static_cast<std::ptrdiff_t>(layer.bias));
}

Network::LayerShape Network::shape(Index l) const {
  const Layer& layer = layers_[static_cast<std::size_t>(l)];
  return {layer.inputs, layer.outputs, layer.given, layer.weight, layer.bias, layer.dropout, layer.activation};
}

} // namespace downhill
