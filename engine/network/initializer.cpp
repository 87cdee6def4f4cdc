#include "network/initializer.hpp"

#include "core/streams.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

PhiloxStream weight_stream(const LayerStart& s) { return PhiloxStream(stream_key(s.seed, Purpose::weight_init, s.layer)); }
PhiloxStream bias_stream(const LayerStart& s) { return PhiloxStream(stream_key(s.seed, Purpose::bias_init, s.layer)); }

// U(least, most): least + (most − least)·u
void draw_uniform(PhiloxStream stream, double least, double most, std::span<float> out) {
  for (float& value : out) value = static_cast<float>(least + (most - least) * stream.next_uniform());
}

void draw_normal(PhiloxStream stream, double mean, double deviation, std::span<float> out) {
  std::vector<double> normals(out.size());
  fill_normal(stream, normals);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(mean + deviation * normals[i]);
}

double inputs(const LayerStart& s) { return static_cast<double>(s.inputs); }
double inputs_and_outputs(const LayerStart& s) { return static_cast<double>(s.inputs + s.outputs); }
// gain of a leaky rectifier with slope a, as nn.init.calculate_gain
double kaiming_gain(double a) { return std::sqrt(2.0 / (1.0 + a * a)); }

using Out = std::span<float>;
using P = const ParameterValues&;

// Weights U(±bound) or N(0, deviation²), biases 0; `size` is that bound or deviation.
template <double (*size)(const LayerStart&, P)> void symmetric_uniform(const LayerStart& s, P p, Out weight, Out) {
  draw_uniform(weight_stream(s), -size(s, p), size(s, p), weight);
}
template <double (*size)(const LayerStart&, P)> void centred_normal(const LayerStart& s, P p, Out weight, Out) {
  draw_normal(weight_stream(s), 0, size(s, p), weight);
}
double xavier_bound(const LayerStart& s, P p) { return p[0] * std::sqrt(6.0 / inputs_and_outputs(s)); }
double xavier_deviation(const LayerStart& s, P p) { return p[0] * std::sqrt(2.0 / inputs_and_outputs(s)); }
double kaiming_bound(const LayerStart& s, P p) { return kaiming_gain(p[0]) * std::sqrt(3.0 / inputs(s)); }
double kaiming_deviation(const LayerStart& s, P p) { return kaiming_gain(p[0]) / std::sqrt(inputs(s)); }

constexpr ParameterSpec kGain{"gain", 1.0, 0.0, 10.0}, kSlope{"a", 0.0, 0.0, 10.0};

} // namespace

const std::vector<InitializerEntry>& initializers() {
  static const std::vector<InitializerEntry> table{
      // weight and bias U(±1/√in), as nn.Linear.reset_parameters
      {"pytorch",
       "nn.Linear",
       {},
       [](const LayerStart& s, P, Out weight, Out bias) {
         const double bound = 1.0 / std::sqrt(inputs(s));
         draw_uniform(weight_stream(s), -bound, bound, weight);
         draw_uniform(bias_stream(s), -bound, bound, bias);
       }},
      // every weight val: all units of a layer then stay equal, which is the lesson
      {"constant",
       "nn.init.constant_",
       {{"val", 0.0, -10.0, 10.0}},
       [](const LayerStart&, P p, Out weight, Out) { std::fill(weight.begin(), weight.end(), static_cast<float>(p[0])); }},
      // N(mean, std²)
      {"normal",
       "nn.init.normal_",
       {{"mean", 0.0, -10.0, 10.0}, {"std", 1.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out) { draw_normal(weight_stream(s), p[0], p[1], weight); }},
      // U(a, b)
      {"uniform",
       "nn.init.uniform_",
       {{"a", 0.0, -10.0, 10.0}, {"b", 1.0, -10.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out) { draw_uniform(weight_stream(s), p[0], p[1], weight); }},
      // Glorot & Bengio 2010: U(±gain·√(6/(in + out))), N(0, gain²·2/(in + out))
      {"xavier_uniform", "nn.init.xavier_uniform_", {kGain}, symmetric_uniform<xavier_bound>},
      {"xavier_normal", "nn.init.xavier_normal_", {kGain}, centred_normal<xavier_deviation>},
      // He et al. 2015, mode fan_in: U(±gain·√(3/in)), N(0, gain²/in), gain of a leaky rectifier with slope a
      {"kaiming_uniform", "nn.init.kaiming_uniform_", {kSlope}, symmetric_uniform<kaiming_bound>},
      {"kaiming_normal", "nn.init.kaiming_normal_", {kSlope}, centred_normal<kaiming_deviation>},
  };
  return table;
}

} // namespace downhill
