#include "backprop/scalar_formulas.hpp"

#include "core/elementary.hpp"

#include <cmath>

namespace downhill {
namespace {

using P = const ParameterValues&;

// Those of core/elementary.hpp hold float32's digits near 0; these hold float64's.
// e^x − 1: what rounding made of e^x is divided out again (Kahan)
double expm1(double x) {
  if (std::fabs(x) > 1) return exact::exp(x) - 1.0;
  const double e = exact::exp(x), less = e - 1.0;
  return less == 0 ? x : less * (x / exact::log(e));
}
// (e^2|z| − 1)/(e^2|z| + 1)
double tanh(double z) {
  if (!(std::fabs(z) < 20.0)) return z < 0 ? -1.0 : z > 0 ? 1.0 : z;
  const double less = expm1(2.0 * std::fabs(z)), t = less / (less + 2.0);
  return z < 0 ? -t : t;
}
double sigmoid(double z) { return 1.0 / (1.0 + exact::exp(-z)); }
// Φ and φ of the standard normal distribution
double normal_below(double z) { return 0.5 * (1.0 + exact::erf(z * 0.7071067811865476)); }
double normal_density(double z) { return 0.3989422804014327 * exact::exp(-0.5 * z * z); }

// The mean over outputs of a loss that takes each apart.
struct Each {
  double value, slope;
};
template <Each (*loss)(double a, double t)> RowLoss mean_of(std::span<const double> outputs, std::span<const double> targets) {
  RowLoss row;
  const auto count = static_cast<double>(outputs.size());
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const Each each = loss(outputs[o], targets[o]);
    row.value += each.value;
    row.terms.push_back(each.value / count);
    row.slopes.push_back(each.slope / count);
  }
  row.value /= count;
  return row;
}
Each squared(double a, double t) { return {(a - t) * (a - t), 2.0 * (a - t)}; }
// max(a, 0) − t·a + log(1 + e^−|a|); slope σ(a) − t
Each logistic(double a, double t) { return {(a > 0 ? a : a < 0 ? 0.0 : a) - t * a + exact::log1p(exact::exp(-std::fabs(a))), sigmoid(a) - t}; }
RowLoss bce(std::span<const double> outputs, std::span<const double> targets) {
  RowLoss row = mean_of<logistic>(outputs, targets);
  for (const double a : outputs) row.probabilities.push_back(sigmoid(a));
  return row;
}

// −Σ t·log p with log p = a − m − log Σ e^(a − m), m the largest; slope p·Σt − t
RowLoss cross_entropy(std::span<const double> outputs, std::span<const double> targets) {
  RowLoss row;
  double top = outputs[0], sum = 0, targets_sum = 0;
  for (const double a : outputs) top = a > top ? a : top;
  for (const double a : outputs) {
    row.probabilities.push_back(exact::exp(a - top));
    sum += row.probabilities.back();
  }
  const double log_sum = exact::log(sum);
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    row.probabilities[o] /= sum;
    targets_sum += targets[o];
    row.terms.push_back(targets[o] * (log_sum - (outputs[o] - top)));
    row.value += row.terms.back();
  }
  for (std::size_t o = 0; o < outputs.size(); ++o) row.slopes.push_back(row.probabilities[o] * targets_sum - targets[o]);
  return row;
}

void adam(double& w, double g, double (&state)[2], P p, std::int64_t step) {
  auto& [m, v] = state;
  m = p[1] * m + (1.0 - p[1]) * g;
  v = p[2] * v + (1.0 - p[2]) * (g * g);
  const double rate = p[0] / (1.0 - exact::power(p[1], step)), root = std::sqrt(1.0 - exact::power(p[2], step));
  w -= rate * (m / (std::sqrt(v) / root + p[3]));
}

} // namespace

const std::vector<ScalarActivation>& scalar_activations() {
  static const std::vector<ScalarActivation> table{
      {"identity", [](double z, P) { return z; }, [](double, double, P) { return 1.0; }},
      {"sigmoid", [](double z, P) { return sigmoid(z); }, [](double, double a, P) { return a * (1.0 - a); }},
      {"tanh", [](double z, P) { return tanh(z); }, [](double, double a, P) { return 1.0 - a * a; }},
      {"relu", [](double z, P) { return z <= 0 ? 0.0 : z; }, [](double z, double, P) { return z > 0 ? 1.0 : 0.0; }},
      {"leaky_relu", [](double z, P p) { return z > 0 ? z : p[0] * z; }, [](double z, double, P p) { return z > 0 ? 1.0 : p[0]; }},
      {"elu", [](double z, P p) { return z > 0 ? z : p[0] * expm1(z); }, [](double z, double, P p) { return z > 0 ? 1.0 : p[0] * exact::exp(z); }},
      {"selu", [](double z, P) { return z > 0 ? kSeluScale * z : kSeluScale * (kSeluAlpha * expm1(z)); },
       [](double z, double, P) { return z > 0 ? kSeluScale : kSeluScale * kSeluAlpha * exact::exp(z); }},
      {"relu6", [](double z, P) { return z <= 0   ? 0.0
                                         : z >= 6 ? 6.0
                                                  : z; }, [](double z, double, P) { return z > 0 && z < 6 ? 1.0 : 0.0; }},
      {"softplus", [](double z, P p) { return p[0] * z > p[1] ? z : exact::log1p(exact::exp(p[0] * z)) / p[0]; },
       [](double z, double, P p) { return p[0] * z > p[1] ? 1.0 : sigmoid(p[0] * z); }},
      {"softsign", [](double z, P) { return z / (1.0 + std::fabs(z)); },
       [](double z, double, P) {
         const double share = 1.0 / (1.0 + std::fabs(z));
         return share * share;
       }},
      {"gelu", [](double z, P) { return z * normal_below(z); }, [](double z, double, P) { return normal_below(z) + z * normal_density(z); }},
      {"silu", [](double z, P) { return z * sigmoid(z); },
       [](double z, double, P) {
         const double s = sigmoid(z);
         return s * (1.0 + z * (1.0 - s));
       }},
      {"step", [](double z, P) { return z >= 0  ? 1.0
                                        : z < 0 ? 0.0
                                                : z; }, [](double, double, P) { return 0.0; }},
  };
  return table;
}

const std::vector<ScalarLoss>& scalar_losses() {
  static const std::vector<ScalarLoss> table{
      {"mse", "nn.MSELoss", false, false, mean_of<squared>},
      {"cross_entropy", "nn.CrossEntropyLoss", true, true, cross_entropy}, // with targets as probabilities
      {"bce", "nn.BCEWithLogitsLoss", true, false, bce},
  };
  return table;
}

// In the order of optimizers/, whose files name papers and PyTorch's pages.
const std::vector<ScalarRule>& scalar_rules() {
  static const std::vector<ScalarRule> table{
      {"sgd", [](double& w, double g, double(&)[2], P p, std::int64_t) { w -= p[0] * g; }},
      {"momentum",
       [](double& w, double g, double(&state)[2], P p, std::int64_t) {
         state[0] = p[1] * state[0] + g;
         w -= p[0] * state[0];
       }},
      {"nesterov",
       [](double& w, double g, double(&state)[2], P p, std::int64_t) {
         state[0] = p[1] * state[0] + g;
         w -= p[0] * (g + p[1] * state[0]);
       }},
      {"adagrad",
       [](double& w, double g, double(&state)[2], P p, std::int64_t) {
         state[0] += g * g;
         w -= p[0] * (g / (std::sqrt(state[0]) + p[1]));
       }},
      {"adadelta",
       [](double& w, double g, double(&state)[2], P p, std::int64_t) {
         auto& [s, d] = state;
         s = p[1] * s + (1.0 - p[1]) * (g * g);
         if (p[3] < 1.5) {
           w -= p[0] * (g / (std::sqrt(s) + p[2]));
           return;
         }
         const double delta = std::sqrt(d + p[2]) / std::sqrt(s + p[2]) * g;
         d = p[1] * d + (1.0 - p[1]) * (delta * delta);
         w -= p[0] * delta;
       }},
      {"rmsprop",
       [](double& w, double g, double(&state)[2], P p, std::int64_t) {
         state[0] = p[1] * state[0] + (1.0 - p[1]) * (g * g);
         w -= p[0] * (g / (std::sqrt(state[0]) + p[2]));
       }},
      {"adam", adam},
      {"adamw",
       [](double& w, double g, double(&state)[2], P p, std::int64_t step) {
         w *= 1.0 - p[0] * p[4];
         adam(w, g, state, p, step);
       }},
  };
  return table;
}

} // namespace downhill
