#include "inspect/principal.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace downhill {

namespace {

constexpr int kRoundsMost = 200;
constexpr double kStill = 1e-11; // what a vector moves in a round when it has arrived
constexpr double kNothing = 1e-10;

using Pair = std::array<std::vector<double>, 2>;

double dot(std::span<const double> a, std::span<const double> b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// Of norm 1, or 0 where there is next to nothing of it.
void normalise(std::vector<double>& v, double least) {
  const double length = std::sqrt(dot(v, v));
  for (double& x : v) x = length > least ? x / length : 0;
}

Pair times(std::span<const double> products, const Pair& v) {
  const std::size_t n = v[0].size();
  Pair out;
  for (std::size_t d = 0; d < 2; ++d) {
    out[d].resize(n);
    for (std::size_t i = 0; i < n; ++i) out[d][i] = dot(products.subspan(i * n, n), v[d]);
  }
  return out;
}

// Turns the two so that each is the best that their plane holds (a Jacobi rotation of their 2×2 products), the larger first.
void turn(Pair& v, const Pair& image, double values[2]) {
  double a = dot(v[0], image[0]), b = dot(v[0], image[1]), c = dot(v[1], image[1]);
  if (b != 0) {
    const double tau = (c - a) / (2 * b), t = (tau < 0 ? -1 : 1) / (std::fabs(tau) + std::sqrt(1 + tau * tau)), cosine = 1 / std::sqrt(1 + t * t),
                 sine = t * cosine;
    for (std::size_t i = 0; i < v[0].size(); ++i) {
      const double x = v[0][i], y = v[1][i];
      v[0][i] = cosine * x - sine * y, v[1][i] = sine * x + cosine * y;
    }
    a -= t * b, c += t * b;
  }
  if (c > a) std::swap(a, c), std::swap(v[0], v[1]);
  values[0] = a, values[1] = c;
}

} // namespace

// Simultaneous iteration: both vectors are multiplied by the matrix and made upright on each other, round after round. Of directions
// that hold equally much it finds some.
Principal principal_of(std::span<const double> products) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(products.size()))));
  Principal out;
  for (std::size_t i = 0; i < n; ++i) out.all += products[i * n + i];
  Pair v{std::vector<double>(n), std::vector<double>(n)};
  for (std::size_t i = 0; i < n; ++i) // neither even nor odd, so that no direction is missed by being upright on them
    v[0][i] = 1 / (1.0 + static_cast<double>(i)), v[1][i] = (i % 3 == 0 ? 1.0 : -0.7) + 0.01 * static_cast<double>(i);
  double values[2] = {0, 0};
  for (int round = 0; round < kRoundsMost; ++round) {
    const Pair before = v;
    v = times(products, v);
    normalise(v[0], kNothing * out.all);
    const double along = dot(v[0], v[1]);
    for (std::size_t i = 0; i < n; ++i) v[1][i] -= along * v[0][i];
    normalise(v[1], kNothing * out.all);
    turn(v, times(products, v), values);
    double moved = 0; // signs and all: the matrix has no negative values
    for (std::size_t d = 0; d < 2; ++d)
      for (std::size_t i = 0; i < n; ++i) moved += (v[d][i] - before[d][i]) * (v[d][i] - before[d][i]);
    if (moved < kStill * kStill) break;
  }
  for (std::size_t d = 0; d < 2; ++d) {
    out.vectors[d].assign(n, 0.0);
    if (values[d] > kNothing * out.all) out.vectors[d] = std::move(v[d]), out.values[d] = values[d];
  }
  return out;
}

} // namespace downhill
