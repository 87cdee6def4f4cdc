#include "inspect/trace.hpp"

namespace downhill {
namespace {

Vector sums(const LayerTrace& t) {
  Vector z(t.bias.size());
  Matrix row(1, static_cast<Index>(z.size()));
  const Index inputs = static_cast<Index>(t.input.size());
  // as the network sums: inputs ascending, the bias last
  product_reference({t.input.data(), 1, inputs, inputs, 1}, ConstMatrixView{t.weight.data(), t.weight.rows(), inputs, inputs, 1}.transposed(), to_write(row, 1),
                    false);
  for (std::size_t o = 0; o < z.size(); ++o) z[o] = row(0, static_cast<Index>(o)) + t.bias[o];
  return z;
}

} // namespace

Trace trace_example(const Trainer& trainer, std::uint32_t place, std::optional<std::int64_t> step, bool to_input) {
  const Network& network = trainer.network();
  Matrix x(1, trainer.data().features());
  Gathered gathered;
  gather(trainer.data(), true, {&place, 1}, x, gathered);
  Trace trace;
  Vector in(x.data(), x.data() + x.size());
  for (Index l = 0; l < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    LayerTrace t;
    const Vector parameters = network.torch_parameters(l);
    t.weight = Eigen::Map<const Matrix>(parameters.data(), shape.outputs, shape.inputs);
    t.bias.assign(parameters.end() - shape.outputs, parameters.end());
    t.input = in;
    t.z = sums(t);
    t.y.resize(static_cast<std::size_t>(shape.given));
    shape.activation->forward(t.z, t.y, network.activation_values(l));
    t.given = t.y;
    if (step && shape.dropout > 0) {
      t.mask.resize(t.y.size());
      fill_mask(trainer.dropout_place(*step), static_cast<std::uint32_t>(l), shape.dropout, t.mask);
      for (std::size_t i = 0; i < t.y.size(); ++i) t.given[i] = t.y[i] * t.mask[i];
    }
    in = t.given;
    trace.layers.push_back(std::move(t));
  }
  trace.output = in;
  if (!gathered.labels.empty()) trace.probabilities = probabilities(trainer.loss(), in.data(), static_cast<Index>(in.size()));
  Matrix d = Eigen::Map<const Matrix>(in.data(), 1, static_cast<Index>(in.size()));
  LossSum sum;
  trainer.loss().differentiate(d, gathered.answers(), 1.0F, trainer.settings().loss.values, sum);
  trace.loss = sum.loss;

  Vector d_given(d.data(), d.data() + d.size());
  for (Index l = network.layer_count() - 1; l >= 0; --l) {
    LayerTrace& t = trace.layers[static_cast<std::size_t>(l)];
    const auto shape = network.shape(l);
    for (std::size_t i = 0; i < t.mask.size(); ++i) d_given[i] *= t.mask[i];
    t.d_z.resize(t.z.size());
    shape.activation->backward(shape.activation->from_input ? t.z : t.y, d_given, t.d_z, network.activation_values(l));
    t.d_bias = t.d_z;
    t.d_weight.resize(shape.outputs, shape.inputs);
    for (Index o = 0; o < shape.outputs; ++o)
      for (Index i = 0; i < shape.inputs; ++i) t.d_weight(o, i) = t.d_z[static_cast<std::size_t>(o)] * t.input[static_cast<std::size_t>(i)];
    if (l == 0 && !to_input) break;
    t.d_input.assign(t.input.size(), 0.0F);
    for (Index i = 0; i < shape.inputs; ++i)
      for (Index o = 0; o < shape.outputs; ++o) t.d_input[static_cast<std::size_t>(i)] += t.d_z[static_cast<std::size_t>(o)] * t.weight(o, i);
    d_given = t.d_input;
  }
  return trace;
}

LinearMap collapsed(const Network& network) {
  LinearMap map;
  for (Index l = 0; l < network.layer_count(); ++l) {
    const auto shape = network.shape(l);
    assert(shape.given == shape.outputs);
    const Vector w = network.torch_parameters(l);
    const auto outputs = static_cast<std::size_t>(shape.outputs), inner = static_cast<std::size_t>(shape.inputs);
    const auto number = [](float v) { return static_cast<double>(v); };
    LinearMap next;
    for (std::size_t o = 0; o < outputs; ++o) next.bias.push_back(number(w[outputs * inner + o]));
    if (l == 0) {
      for (std::size_t i = 0; i < outputs * inner; ++i) next.weight.push_back(number(w[i]));
      map = std::move(next);
      continue;
    }
    const std::size_t inputs = map.weight.size() / inner;
    next.weight.assign(outputs * inputs, 0.0);
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t k = 0; k < inner; ++k) {
        const double v = number(w[o * inner + k]);
        next.bias[o] += v * map.bias[k];
        for (std::size_t i = 0; i < inputs; ++i) next.weight[o * inputs + i] += v * map.weight[k * inputs + i];
      }
    map = std::move(next);
  }
  return map;
}

} // namespace downhill
