// exp, log, tanh, cos, sin and powers of our own, in float64, from additions, products and divisions
// alone: libm and the browsers' Math differ from machine to machine, these do not. exp, log, cos and sin
// are within 2 ulp (of radians 3) of the exact value in float64 over the stated range, so that their float32 rounding
// is nearly always the correct one; tanh and pow are within 2e-13 of it, relatively; the others are within
// 2 ulp of float32, which is all they are used for. Tested against long double.
#pragma once
#include <bit>
#include <cstdint>
#include <limits>

namespace downhill::exact {

/// e^x. Overflows to ∞ above 709.78, is 0 below −708 (no subnormal results); NaN stays NaN.
constexpr double exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -708.0) return 0.0;
  // x = k·ln2 + r with |r| ≤ ln2/2; ln2 in two parts so that k·ln2 is exact enough
  const double scaled = x * 1.4426950408889634;
  const auto k = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const auto kd = static_cast<double>(k);
  const double r = (x - kd * 6.93147180369123816490e-01) - kd * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800.0; // 1/13!
  constexpr double inverse_factorials[] = {
      1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5};
  for (const double c : inverse_factorials) p = p * r + c;
  const double value = 1.0 + (r + r * r * p);
  // two factors, since 2^1024 is no float64
  const auto power = [](std::int64_t e) { return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52); };
  return value * power(k / 2) * power(k - k / 2);
}

/// Natural logarithm. −∞ at 0, NaN below; subnormal arguments count as 0.
constexpr double log(double x) {
  if (x != x || x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x < std::numeric_limits<double>::min()) return -std::numeric_limits<double>::infinity();
  if (x == std::numeric_limits<double>::infinity()) return x;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto e = static_cast<std::int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffU) | 0x3ff0000000000000U);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++e;
  }
  // log m = f − s·(f − R) with f = m − 1, s = f/(2+f), R = 2·(s²/3 + s⁴/5 + …): small terms are added to a leading exact one
  const double f = m - 1.0, s = f / (2.0 + f), z = s * s;
  double series = 2.0 / 23.0;
  for (int n = 21; n >= 3; n -= 2) series = series * z + 2.0 / n;
  const double r = series * z;
  const auto ed = static_cast<double>(e);
  return ed * 6.93147180369123816490e-01 - ((s * (f - r) - ed * 1.90821492927058770002e-10) - f);
}

/// Hyperbolic tangent, within 2e-13 of the exact value, relatively; exact sign symmetry.
constexpr double tanh(double x) {
  const double a = x < 0 ? -x : x;
  if (a < 1e-3) return x - x * x * x / 3.0;
  if (a > 20.0) return x < 0 ? -1.0 : 1.0;
  const double e = exp(2.0 * a);
  const double t = (e - 1.0) / (e + 1.0);
  return x < 0 ? -t : (x != x ? x : t);
}

/// e^x − 1 without the loss of digits near 0, accurate to 2 ulp of float32.
constexpr double expm1(double x) { return x > -1e-5 && x < 1e-5 ? x + x * x / 2 : exp(x) - 1.0; }

/// log(1 + x) for x ≥ 0, without the loss of digits near 0, accurate to 2 ulp of float32: what rounding made of 1 + x is divided out again.
constexpr double log1p(double x) {
  const double w = 1.0 + x;
  return w == 1.0 || x == std::numeric_limits<double>::infinity() ? x : log(w) * (x / (w - 1.0));
}

/// base^exponent by squaring, exponent ≥ 0: no pow, whose last bit is libm's.
constexpr double power(double base, std::int64_t exponent) {
  double result = 1.0;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

namespace detail {
// erf about c = k/8: erf(c + h) = erf(c) + 2/√π·e^(−c²)·Σ g[n]·h^(n+1)/(n+1), where Σ g[n]·h^n = e^(−2ch − h²) and so
// (n+1)·g[n+1] = −2c·g[n] − 2·g[n−1]. With |h| ≤ 1/16 eighteen terms suffice; computed when this is compiled.
inline constexpr int kErfCentres = 49, kErfTerms = 18;
struct ErfTable {
  double at[kErfCentres] = {};
  double terms[kErfCentres][kErfTerms] = {};
};
constexpr ErfTable erf_table() {
  ErfTable table;
  for (int k = 0; k < kErfCentres; ++k) {
    const double c = k / 8.0, slope = 1.1283791670955126 * exp(-c * c);
    double term = c, sum = 0; // erf(c) = 2/√π·e^(−c²)·Σ 2^n·c^(2n+1)/(1·3·5…(2n+1)): no term is negative
    for (int n = 1; n < 400; ++n) {
      sum += term;
      term *= 2.0 * c * c / (2.0 * n + 1.0);
    }
    table.at[k] = slope * sum;
    double before = 0, g = 1;
    for (int n = 0; n < kErfTerms; ++n) {
      table.terms[k][n] = slope * g / (n + 1.0);
      const double next = (-2.0 * c * g - 2.0 * before) / (n + 1.0);
      before = g;
      g = next;
    }
  }
  return table;
}
inline constexpr ErfTable kErf = erf_table();
} // namespace detail

/// The error function 2/√π·∫₀ˣ e^(−t²) dt, accurate to 2 ulp of float32 (its only use); exact sign symmetry.
constexpr double erf(double x) {
  if (x < 0) return -erf(-x);
  if (!(x < 6.0)) return x != x ? x : 1.0;
  const int k = static_cast<int>(x * 8.0 + 0.5); // NOLINT(bugprone-incorrect-roundings): the nearest of two is as good; no libm here
  const double h = x - k / 8.0;
  double p = 0;
  for (int n = detail::kErfTerms - 1; n >= 0; --n) p = p * h + detail::kErf.terms[k][n];
  return detail::kErf.at[k] + p * h;
}

namespace detail {
// Taylor for |x| ≤ π/4
constexpr double sin_small(double x) {
  const double z = x * x;
  double p = 0;
  for (int n = 17; n >= 3; n -= 2) p = (1.0 + p) * (-z / (n * (n - 1.0)));
  return x + x * p;
}
constexpr double cos_small(double x) {
  const double z = x * x;
  double p = 0;
  for (int n = 18; n >= 4; n -= 2) p = (1.0 + p) * (-z / (n * (n - 1.0)));
  return 1.0 - (0.5 * z + 0.5 * z * p);
}
// The argument in turns makes the reduction exact: eighths of a turn are exact in binary.
constexpr double kTwoPi = 6.283185307179586;
} // namespace detail

/// cos(2π·t) for 0 ≤ t ≤ 1.
constexpr double cos_turns(double t) {
  if (t > 0.5) t = 1.0 - t;
  if (t > 0.375) return -detail::cos_small(detail::kTwoPi * (0.5 - t));
  if (t > 0.125) return detail::sin_small(detail::kTwoPi * (0.25 - t));
  return detail::cos_small(detail::kTwoPi * t);
}

/// sin(2π·t) for 0 ≤ t ≤ 1.
constexpr double sin_turns(double t) {
  if (t > 0.5) return -sin_turns(1.0 - t);
  if (t > 0.375) return detail::sin_small(detail::kTwoPi * (0.5 - t));
  if (t > 0.125) return detail::cos_small(detail::kTwoPi * (0.25 - t));
  return detail::sin_small(detail::kTwoPi * t);
}

namespace detail {
// Beyond this a float32's neighbours are several turns away: no angle is meant by it.
inline constexpr double kAngleMost = 0x1p30;
struct Angle {
  double rest;          // −π/4 … π/4
  std::int64_t quarter; // turns / 4
};
// π/2 in parts of 23 bits: their products with the number of quarter turns, below 2^30, are exact.
constexpr Angle reduced(double x) {
  const double scaled = x * 0x1.45f306dc9c883p-1;
  const auto k = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const auto kd = static_cast<double>(k);
  return {(((x - kd * 0x1.921fb4p+0) - kd * 0x1.4442dp-24) - kd * 0x1.8469880p-48) - kd * 0x1.8cc51701b839ap-72, k & 3};
}
} // namespace detail

/// sin x, x in radians; NaN beyond ±2^30.
constexpr double sin(double x) {
  if (!(x >= -detail::kAngleMost && x <= detail::kAngleMost)) return std::numeric_limits<double>::quiet_NaN();
  const auto [rest, quarter] = detail::reduced(x);
  const double size = quarter % 2 == 0 ? detail::sin_small(rest) : detail::cos_small(rest);
  return quarter < 2 ? size : -size;
}

/// cos x, x in radians; NaN beyond ±2^30.
constexpr double cos(double x) {
  if (!(x >= -detail::kAngleMost && x <= detail::kAngleMost)) return std::numeric_limits<double>::quiet_NaN();
  const auto [rest, quarter] = detail::reduced(x);
  const double size = quarter % 2 == 0 ? detail::cos_small(rest) : detail::sin_small(rest);
  return quarter == 0 || quarter == 3 ? size : -size;
}

/// x^y as IEEE 754 has it, but that −0 counts as 0 and anything to the power of NaN is NaN: NaN where x < 0 and y is no whole
/// number. Whole exponents up to 64 are products.
constexpr double pow(double x, double y) {
  if (y == 0) return 1.0; // NaN^0, too
  if (x != x || y != y) return std::numeric_limits<double>::quiet_NaN();
  const double size = x < 0 ? -x : x, turns = y < 0 ? -y : y;
  const bool whole = turns >= 0x1p52 || turns == static_cast<double>(static_cast<std::int64_t>(turns));
  const bool odd = whole && turns < 0x1p53 && (static_cast<std::int64_t>(turns) & 1) != 0;
  if (whole && turns <= 64) {
    const double product = power(x, static_cast<std::int64_t>(turns));
    return y < 0 ? 1.0 / product : product;
  }
  if (x < 0 && !whole) return std::numeric_limits<double>::quiet_NaN();
  const double value = size == 1 ? 1.0 : exp(y * log(size)); // log 1 times ∞ would be NaN
  return x < 0 && odd ? -value : value;
}

} // namespace downhill::exact
