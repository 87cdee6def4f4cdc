#include "network/activation.hpp"

#include "core/elementary.hpp"
#include "core/flush.hpp"

namespace downhill {
namespace {

// Each entry is one formula for f(z) and one for f′, beside each other; f′ as a function of y = f(z) where PyTorch has it so (sigmoid and tanh lose its digits
// where they saturate, there as here) or where y tells it in all its digits, else of z (`from_input`).
// Most layers are worked in place. A loop over one array has no branch and no alias, so compilers make one over vectors of it.
template <class F> void map(std::span<const float> z, std::span<float> y, F f) {
  if (z.data() == y.data())
    for (float& v : y) v = flush(f(v));
  else
    for (std::size_t i = 0; i < z.size(); ++i) y[i] = flush(f(z[i]));
}
template <class D> void chain(std::span<const float> seen, std::span<const float> dy, std::span<float> dz, D derivative) {
  const auto by_z = [&](float by_y, std::size_t i) { return flush_product(by_y * flush(derivative(seen[i]))); };
  if (dy.data() == dz.data())
    for (std::size_t i = 0; i < seen.size(); ++i) dz[i] = by_z(dz[i], i);
  else
    for (std::size_t i = 0; i < seen.size(); ++i) dz[i] = by_z(dy[i], i);
}
// The same for formulas worked in float64 and rounded once.
template <class F> void map_exactly(std::span<const float> z, std::span<float> y, F f) {
  for (std::size_t i = 0; i < z.size(); ++i) y[i] = flush(static_cast<float>(flush(f(static_cast<double>(z[i])))));
}
template <class D> void chain_exactly(std::span<const float> seen, std::span<const float> dy, std::span<float> dz, D derivative) {
  for (std::size_t i = 0; i < seen.size(); ++i) dz[i] = flush_product(dy[i] * flush(static_cast<float>(flush(derivative(static_cast<double>(seen[i]))))));
}

constexpr double sigmoid(double z) { return 1.0 / (1.0 + exact::exp(-z)); }
// Klambauer et al. 2017; nn.SELU's digits
constexpr double kSeluAlpha = 1.6732632423543772848170429916717, kSeluScale = 1.0507009873554804934193349852946;
// Φ and φ of the standard normal distribution
constexpr double normal_below(double z) { return 0.5 * (1.0 + exact::erf(z * 0.7071067811865476)); }
constexpr double normal_density(double z) { return 0.3989422804014327 * exact::exp(-0.5 * z * z); }

using In = std::span<const float>;
using Out = std::span<float>;
using P = const ParameterValues&;

} // namespace

const std::vector<ActivationEntry>& activations() {
  static const std::vector<ActivationEntry> table{
      // f(z) = z
      {.id = "identity",
       .torch = "nn.Identity",
       .parameters = {},
       .forward = [](In z, Out y, P) { map(z, y, [](float x) { return x; }); },
       .backward = [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float) { return 1.0F; }); }},
      // f(z) = 1/(1 + e^−z), f′ = y·(1 − y)
      {.id = "sigmoid",
       .torch = "nn.Sigmoid",
       .parameters = {},
       .forward = [](In z, Out y, P) { map_exactly(z, y, sigmoid); },
       .backward = [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return v * (1.0F - v); }); }},
      // f(z) = (e^z − e^−z)/(e^z + e^−z), f′ = 1 − y²
      {.id = "tanh",
       .torch = "nn.Tanh",
       .parameters = {},
       .forward = [](In z, Out y, P) { map_exactly(z, y, exact::tanh); },
       .backward = [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return 1.0F - v * v; }); }},
      // f(z) = max(0, z), f′(0) = 0; NaN goes through, so that a diverged lane is noticed
      {.id = "relu",
       .torch = "nn.ReLU",
       .parameters = {},
       .forward = [](In z, Out y, P) { map(z, y, [](float x) { return x <= 0.0F ? 0.0F : x; }); },
       .backward = [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return v > 0.0F ? 1.0F : 0.0F; }); },
       .gives_zeros = true},
      // f(z) = z for z > 0, else slope·z; f′(0) = slope. PyTorch calls the slope negative_slope
      {.id = "leaky_relu",
       .torch = "nn.LeakyReLU",
       .parameters = {{"slope", 0.01, 1e-6, 1.0}},
       .forward =
           [](In z, Out y, P p) {
             const auto slope = static_cast<float>(p[0]);
             map(z, y, [slope](float x) { return x > 0.0F ? x : slope * x; });
           },
       .backward =
           [](In y, In dy, Out dz, P p) {
             const auto slope = static_cast<float>(p[0]);
             chain(y, dy, dz, [slope](float v) { return v > 0.0F ? 1.0F : slope; });
           }},
      // f(z) = z for z > 0, else α·(e^z − 1); f′ = 1 or α·e^z, whose digits y + α has lost where y is near −α (Clevert et al. 2016)
      {.id = "elu",
       .torch = "nn.ELU",
       .parameters = {{"alpha", 1.0, 0.0, 10.0}},
       .forward = [](In z, Out y, P p) { map_exactly(z, y, [alpha = p[0]](double x) { return x > 0.0 ? x : alpha * exact::expm1(x); }); },
       .backward = [](In z, In dy, Out dz, P p) { chain_exactly(z, dy, dz, [alpha = p[0]](double x) { return x > 0.0 ? 1.0 : alpha * exact::exp(x); }); },
       .from_input = true},
      // f(z) = (max(0, z), max(0, −z)): twice as many outputs, so the next layer is twice as wide (Shang et al. 2016).
      // PyTorch has no such module: torch.cat([relu(z), relu(-z)], 1)
      {.id = "crelu",
       .torch = "",
       .parameters = {},
       .forward =
           [](In z, Out y, P) {
             map(z, y.first(z.size()), [](float x) { return x <= 0.0F ? 0.0F : x; });
             map(z, y.subspan(z.size()), [](float x) { return x >= 0.0F ? 0.0F : -x; });
           },
       .backward =
           [](In y, In dy, Out dz, P) {
             const std::size_t units = y.size() / 2;
             for (std::size_t i = 0; i < units; ++i) dz[i] = flush_product(y[i] > 0.0F ? dy[i] : y[units + i] > 0.0F ? -dy[units + i] : 0.0F);
           },
       .width = 2,
       .gives_zeros = true},
      // f(z) = λ·z for z > 0, else λ·α·(e^z − 1); f′ = λ or λα·e^z
      {.id = "selu",
       .torch = "nn.SELU",
       .parameters = {},
       .forward = [](In z, Out y, P) { map_exactly(z, y, [](double x) { return x > 0.0 ? kSeluScale * x : kSeluScale * (kSeluAlpha * exact::expm1(x)); }); },
       .backward = [](In z, In dy, Out dz,
                      P) { chain_exactly(z, dy, dz, [](double x) { return x > 0.0 ? kSeluScale : kSeluScale * kSeluAlpha * exact::exp(x); }); },
       .from_input = true},
      // f(z) = min(max(0, z), 6); f′ = 0 at both kinks
      {.id = "relu6",
       .torch = "nn.ReLU6",
       .parameters = {},
       .forward =
           [](In z, Out y, P) {
             map(z, y, [](float x) {
               if (x <= 0.0F) return 0.0F;
               return x >= 6.0F ? 6.0F : x;
             });
           },
       .backward = [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float v) { return v > 0.0F && v < 6.0F ? 1.0F : 0.0F; }); },
       .gives_zeros = true},
      // f(z) = log(1 + e^βz)/β, the line z where βz > threshold; f′ = sigmoid(βz), 1 on the line
      {.id = "softplus",
       .torch = "nn.Softplus",
       .parameters = {{"beta", 1.0, 0.01, 100.0}, {"threshold", 20.0, 1.0, 100.0}},
       .forward =
           [](In z, Out y, P p) {
             map_exactly(z, y, [beta = p[0], threshold = p[1]](double x) { return beta * x > threshold ? x : exact::log1p(exact::exp(beta * x)) / beta; });
           },
       .backward = [](In z, In dy, Out dz,
                      P p) { chain_exactly(z, dy, dz, [beta = p[0], threshold = p[1]](double x) { return beta * x > threshold ? 1.0 : sigmoid(beta * x); }); },
       .from_input = true},
      // f(z) = z/(1 + |z|), f′ = 1/(1 + |z|)²
      {.id = "softsign",
       .torch = "nn.Softsign",
       .parameters = {},
       .forward = [](In z, Out y, P) { map(z, y, [](float x) { return x / (1.0F + (x < 0.0F ? -x : x)); }); },
       .backward =
           [](In z, In dy, Out dz, P) {
             chain(z, dy, dz, [](float x) {
               const float share = 1.0F / (1.0F + (x < 0.0F ? -x : x));
               return share * share;
             });
           },
       .from_input = true},
      // f(z) = z·Φ(z), f′ = Φ(z) + z·φ(z) (Hendrycks & Gimpel 2016; nn.GELU's exact form)
      {.id = "gelu",
       .torch = "nn.GELU",
       .parameters = {},
       .forward = [](In z, Out y, P) { map_exactly(z, y, [](double x) { return x * normal_below(x); }); },
       .backward = [](In z, In dy, Out dz, P) { chain_exactly(z, dy, dz, [](double x) { return normal_below(x) + x * normal_density(x); }); },
       .from_input = true},
      // f(z) = z·σ(z), f′ = σ·(1 + z·(1 − σ)), σ = sigmoid(z) (Elfwing et al. 2017)
      {.id = "silu",
       .torch = "nn.SiLU",
       .parameters = {},
       .forward = [](In z, Out y, P) { map_exactly(z, y, [](double x) { return x * sigmoid(x); }); },
       .backward =
           [](In z, In dy, Out dz, P) {
             chain_exactly(z, dy, dz, [](double x) {
               const double s = sigmoid(x);
               return s * (1.0 + x * (1.0 - s));
             });
           },
       .from_input = true},
      // f(z) = 1 for z ≥ 0, else 0: the M-P neuron's. f′ = 0 everywhere, so nothing below it can learn
      {.id = "step",
       .torch = "",
       .parameters = {},
       .forward = [](In z, Out y, P) { map(z, y, [](float x) { return x >= 0.0F  ? 1.0F
                                                                      : x < 0.0F ? 0.0F
                                                                                 : x; }); },
       .backward = [](In y, In dy, Out dz, P) { chain(y, dy, dz, [](float) { return 0.0F; }); },
       .gives_zeros = true},
  };
  return table;
}

} // namespace downhill
