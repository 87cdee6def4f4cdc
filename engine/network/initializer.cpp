#include "network/initializer.hpp"

#include "core/streams.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

// U(least, most): least + (most − least)·u
void fill_uniform(PhiloxStream stream, double least, double most, std::span<float> out) {
  for (float& value : out) value = static_cast<float>(least + (most - least) * stream.next_uniform());
}

void fill_normal(PhiloxStream stream, double mean, double deviation, std::span<float> out) {
  std::vector<double> normals(out.size());
  downhill::fill_normal(stream, normals);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(mean + deviation * normals[i]);
}

void clear(std::span<float> bias) { std::fill(bias.begin(), bias.end(), 0.0F); }

PhiloxStream weight_stream(const LayerStart& s) { return PhiloxStream(stream_key(s.seed, Purpose::weight_init, s.layer)); }
PhiloxStream bias_stream(const LayerStart& s) { return PhiloxStream(stream_key(s.seed, Purpose::bias_init, s.layer)); }

// gain of a leaky rectifier with slope a, as nn.init.calculate_gain
double kaiming_gain(double a) { return std::sqrt(2.0 / (1.0 + a * a)); }

using Out = std::span<float>;
using P = const ParameterValues&;

} // namespace

const std::vector<InitializerEntry>& initializers() {
  static const std::vector<InitializerEntry> table{
      // weight and bias U(±1/√in), as nn.Linear.reset_parameters
      {"pytorch",
       "nn.Linear",
       {},
       [](const LayerStart& s, P, Out weight, Out bias) {
         const double bound = 1.0 / std::sqrt(static_cast<double>(s.inputs));
         fill_uniform(weight_stream(s), -bound, bound, weight);
         fill_uniform(bias_stream(s), -bound, bound, bias);
       }},
      // Below, biases are 0.
      // every weight val: all units of a layer then stay equal, which is the lesson
      {"constant",
       "nn.init.constant_",
       {{"val", 0.0, -10.0, 10.0}},
       [](const LayerStart&, P p, Out weight, Out bias) {
         std::fill(weight.begin(), weight.end(), static_cast<float>(p[0]));
         clear(bias);
       }},
      // N(mean, std²)
      {"normal",
       "nn.init.normal_",
       {{"mean", 0.0, -10.0, 10.0}, {"std", 1.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         fill_normal(weight_stream(s), p[0], p[1], weight);
         clear(bias);
       }},
      // U(a, b)
      {"uniform",
       "nn.init.uniform_",
       {{"a", 0.0, -10.0, 10.0}, {"b", 1.0, -10.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         fill_uniform(weight_stream(s), p[0], p[1], weight);
         clear(bias);
       }},
      // U(±gain·√(6/(in + out))) (Glorot & Bengio 2010)
      {"xavier_uniform",
       "nn.init.xavier_uniform_",
       {{"gain", 1.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         const double bound = p[0] * std::sqrt(6.0 / static_cast<double>(s.inputs + s.outputs));
         fill_uniform(weight_stream(s), -bound, bound, weight);
         clear(bias);
       }},
      // N(0, gain²·2/(in + out))
      {"xavier_normal",
       "nn.init.xavier_normal_",
       {{"gain", 1.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         fill_normal(weight_stream(s), 0, p[0] * std::sqrt(2.0 / static_cast<double>(s.inputs + s.outputs)), weight);
         clear(bias);
       }},
      // U(±gain·√(3/in)), gain of a leaky rectifier with slope a (He et al. 2015; mode fan_in)
      {"kaiming_uniform",
       "nn.init.kaiming_uniform_",
       {{"a", 0.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         const double bound = kaiming_gain(p[0]) * std::sqrt(3.0 / static_cast<double>(s.inputs));
         fill_uniform(weight_stream(s), -bound, bound, weight);
         clear(bias);
       }},
      // N(0, gain²/in) (mode fan_in)
      {"kaiming_normal",
       "nn.init.kaiming_normal_",
       {{"a", 0.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         fill_normal(weight_stream(s), 0, kaiming_gain(p[0]) / std::sqrt(static_cast<double>(s.inputs)), weight);
         clear(bias);
       }},
  };
  return table;
}

} // namespace downhill
