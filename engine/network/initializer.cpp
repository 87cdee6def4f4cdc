#include "network/initializer.hpp"

#include "core/streams.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

// U(−bound, bound): −bound + 2·bound·u
void fill_uniform(PhiloxStream stream, double bound, std::span<float> out) {
  for (float& value : out) value = static_cast<float>(-bound + 2.0 * bound * stream.next_uniform());
}

void fill_normal_scaled(PhiloxStream stream, double deviation, std::span<float> out) {
  std::vector<double> normals(out.size());
  fill_normal(stream, normals);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(deviation * normals[i]);
}

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
         fill_uniform(weight_stream(s), bound, weight);
         fill_uniform(bias_stream(s), bound, bias);
       }},
      // weight U(±gain·√(3/in)), bias 0 (He et al. 2015; nn.init.kaiming_uniform_, mode fan_in)
      {"kaiming_uniform",
       "nn.init.kaiming_uniform_",
       {{"a", 0.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         fill_uniform(weight_stream(s), kaiming_gain(p[0]) * std::sqrt(3.0 / static_cast<double>(s.inputs)), weight);
         std::fill(bias.begin(), bias.end(), 0.0F);
       }},
      // weight N(0, gain²/in), bias 0 (nn.init.kaiming_normal_, mode fan_in)
      {"kaiming_normal",
       "nn.init.kaiming_normal_",
       {{"a", 0.0, 0.0, 10.0}},
       [](const LayerStart& s, P p, Out weight, Out bias) {
         fill_normal_scaled(weight_stream(s), kaiming_gain(p[0]) / std::sqrt(static_cast<double>(s.inputs)), weight);
         std::fill(bias.begin(), bias.end(), 0.0F);
       }},
  };
  return table;
}

} // namespace downhill
