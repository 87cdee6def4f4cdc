#include "network/activation.hpp"

#include "core/elementary.hpp"

namespace downhill {
namespace {

// Each entry is one formula for f(z) and one for f′ as a function of y = f(z), beside each other.
template <class F> void map(std::span<const float> z, std::span<float> y, F f) {
  for (std::size_t i = 0; i < z.size(); ++i) y[i] = f(z[i]);
}
template <class D> void chain(std::span<const float> y, std::span<const float> dy, std::span<float> dz, D derivative) {
  for (std::size_t i = 0; i < y.size(); ++i) dz[i] = dy[i] * derivative(y[i]);
}

using In = std::span<const float>;
using Out = std::span<float>;
using P = const ParameterValues&;

} // namespace

const std::vector<ActivationEntry>& activations() {
  static const std::vector<ActivationEntry> table{
      // f(z) = z
      {"identity",
       "nn.Identity",
       {},
       [](In z, Out y, P) { map(z, y, [](float x) { return x; }); },
       [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float) { return 1.0F; }); }},
      // f(z) = 1/(1 + e^−z), f′ = y·(1 − y)
      {"sigmoid",
       "nn.Sigmoid",
       {},
       [](In z, Out y, P) { map(z, y, [](float x) { return static_cast<float>(1.0 / (1.0 + exact::exp(-static_cast<double>(x)))); }); },
       [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return v * (1.0F - v); }); }},
      // f(z) = (e^z − e^−z)/(e^z + e^−z), f′ = 1 − y²
      {"tanh",
       "nn.Tanh",
       {},
       [](In z, Out y, P) { map(z, y, [](float x) { return static_cast<float>(exact::tanh(static_cast<double>(x))); }); },
       [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return 1.0F - v * v; }); }},
      // f(z) = max(0, z), f′(0) = 0; NaN goes through, so that a diverged lane is noticed
      {"relu",
       "nn.ReLU",
       {},
       [](In z, Out y, P) { map(z, y, [](float x) { return x <= 0.0F ? 0.0F : x; }); },
       [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return v > 0.0F ? 1.0F : 0.0F; }); }},
      // f(z) = z for z > 0, else slope·z; f′(0) = slope. PyTorch calls the slope negative_slope
      {"leaky_relu",
       "nn.LeakyReLU",
       {{"slope", 0.01, 1e-6, 1.0}},
       [](In z, Out y, P p) {
         const auto slope = static_cast<float>(p[0]);
         map(z, y, [slope](float x) { return x > 0.0F ? x : slope * x; });
       },
       [](In y, In dy, Out dz, P p) {
         const auto slope = static_cast<float>(p[0]);
         chain(y, dy, dz, [slope](float v) { return v > 0.0F ? 1.0F : slope; });
       }},
  };
  return table;
}

} // namespace downhill
