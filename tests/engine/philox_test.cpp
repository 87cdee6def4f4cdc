#include "core/elementary.hpp"
#include "core/philox.hpp"
#include "core/streams.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

using namespace downhill;

// Recorded from NumPy: numpy.random.Philox(key=[k0, k1], counter=[b, c1, c2, 0]).random_raw(6)
TEST_CASE("philox words are NumPy's") {
  struct Recorded {
    PhiloxKey key;
    PhiloxCounter counter;
    std::uint64_t words[6];
  };
  static const Recorded kRecorded[] = {
#include "engine/philox_numpy.inc"
  };
  for (const Recorded& r : kRecorded) {
    PhiloxStream stream(r.key, r.counter);
    for (const std::uint64_t word : r.words) CHECK(stream.next_word() == word);
  }
}

TEST_CASE("a block can be had without those before it") {
  PhiloxStream from_start({5, 6});
  for (int i = 0; i < 4 * 9; ++i) from_start.next_word();
  PhiloxStream later({5, 6}, {9, 0, 0});
  for (int i = 0; i < 8; ++i) CHECK(from_start.next_word() == later.next_word());
}

TEST_CASE("purposes, layers and seeds have streams of their own") {
  CHECK(PhiloxStream(stream_key(1, Purpose::order)).next_word() != PhiloxStream(stream_key(1, Purpose::dropout)).next_word());
  CHECK(PhiloxStream(stream_key(1, Purpose::weight_init, 0)).next_word() != PhiloxStream(stream_key(1, Purpose::weight_init, 1)).next_word());
  CHECK(PhiloxStream(stream_key(1, Purpose::order)).next_word() != PhiloxStream(stream_key(2, Purpose::order)).next_word());
}

TEST_CASE("normals have mean 0, deviation 1 and normal tails") {
  PhiloxStream stream({7, 8});
  std::vector<double> x(200001);
  fill_normal(stream, x);
  double sum = 0, squares = 0;
  int beyond_two = 0;
  for (const double v : x) {
    sum += v;
    squares += v * v;
    beyond_two += std::fabs(v) > 2;
  }
  const auto n = static_cast<double>(x.size());
  CHECK(std::fabs(sum / n) < 0.01);
  CHECK(std::fabs(squares / n - 1) < 0.02);
  CHECK(std::fabs(beyond_two / n - 0.0455) < 0.002);
}

namespace {
// distance in units of the last place of the exact value rounded to float64
double ulps(double got, long double exact) {
  const double rounded = static_cast<double>(exact);
  const double step = std::nextafter(std::fabs(rounded), INFINITY) - std::fabs(rounded);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / static_cast<long double>(step));
}

// cos(2πt) with the argument reduced to an eighth of a turn first, exactly, so that the reference holds near its zeros
long double long_cos_turns(double t) {
  constexpr long double kTwoPi = 6.283185307179586476925286766559L;
  if (t > 0.5) t = 1 - t;
  if (t > 0.375) return -std::cos(kTwoPi * static_cast<long double>(0.5 - t));
  if (t > 0.125) return std::sin(kTwoPi * static_cast<long double>(0.25 - t));
  return std::cos(kTwoPi * static_cast<long double>(t));
}
} // namespace

// Only where long double is wider than double is there something to compare with.
TEST_CASE("own elementary functions are within 2 ulp") {
  if (sizeof(long double) <= sizeof(double)) return;
  PhiloxStream stream({1, 1});
  double worst_exp = 0, worst_log = 0, worst_cos = 0, worst_sin = 0;
  for (int i = 0; i < 200000; ++i) {
    const double u = stream.next_uniform();
    const double x = 1400 * u - 700;
    worst_exp = std::max(worst_exp, ulps(exact::exp(x), std::exp(static_cast<long double>(x))));
    const double positive = i % 2 ? std::exp(x) : u * 2 + 1e-300;
    worst_log = std::max(worst_log, ulps(exact::log(positive), std::log(static_cast<long double>(positive))));
    worst_cos = std::max(worst_cos, ulps(exact::cos_turns(u), long_cos_turns(u)));
    worst_sin = std::max(worst_sin, ulps(exact::sin_turns(u), long_cos_turns(std::fabs(u - 0.25))));
  }
  CHECK(worst_exp <= 2);
  CHECK(worst_log <= 2);
  CHECK(worst_cos <= 2);
  CHECK(worst_sin <= 2);
}

TEST_CASE("sine and cosine of any angle, powers and tanh are near the exact value") {
  if (sizeof(long double) <= sizeof(double)) return;
  PhiloxStream stream({2, 1});
  double worst_sin = 0, worst_cos = 0, worst_pow = 0, worst_tanh = 0;
  const auto apart = [](double own, long double exact) { return static_cast<double>(std::fabs((own - exact) / exact)); };
  for (int i = 0; i < 100000; ++i) {
    const double u = stream.next_uniform(), v = stream.next_uniform();
    // small angles, some turns, and up to the end of what is taken; also next to multiples of π/2, where digits cancel
    double x = i % 3 == 0 ? 20 * u - 10 : i % 3 == 1 ? std::ldexp(2 * u - 1, static_cast<int>(30 * v)) : std::ldexp(2 * u - 1, -static_cast<int>(60 * v));
    if (i % 10 == 0) x = std::floor(x) * 1.5707963267948966;
    if (std::fabs(x) > 0x1p30) continue;
    worst_sin = std::max(worst_sin, ulps(exact::sin(x), std::sin(static_cast<long double>(x))));
    worst_cos = std::max(worst_cos, ulps(exact::cos(x), std::cos(static_cast<long double>(x))));
    const double base = std::exp(20 * u - 10), exponent = i % 2 ? 40 * v - 20 : std::floor(200 * v - 100);
    const long double power = std::pow(static_cast<long double>(base), static_cast<long double>(exponent));
    if (power > 1e-300L && power < 1e300L) worst_pow = std::max(worst_pow, apart(exact::pow(base, exponent), power));
    const double t = i % 2 ? 40 * u - 20 : std::ldexp(u, -static_cast<int>(50 * v));
    if (t != 0) worst_tanh = std::max(worst_tanh, apart(exact::tanh(t), std::tanh(static_cast<long double>(t))));
  }
  CHECK(worst_sin <= 3);
  CHECK(worst_cos <= 3);
  CHECK(worst_pow < 2e-13);
  CHECK(worst_tanh < 2e-13);
}

TEST_CASE("powers are IEEE's, with signs, zero, infinity and NaN") {
  const double values[] = {0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 64, 65, -65, 1.5, 1e300, -1e300, 1e-300, 0x1p52, 0x1p53, 0x1p60, INFINITY, NAN};
  for (const double x : values)
    for (const double y : values) {
      CAPTURE(x);
      CAPTURE(y);
      const double expected = std::pow(x, y), found = exact::pow(x, y);
      if (std::isnan(expected))
        CHECK(std::isnan(found));
      else if (!std::isnan(y)) // std has 1 to the power of NaN as 1
        CHECK((found == expected || std::fabs(found / expected - 1) < 2e-13));
    }
  CHECK(std::isnan(exact::sin(INFINITY)));
  CHECK(std::isnan(exact::cos(NAN)));
  CHECK(std::isnan(exact::sin(0x1p31)));
  CHECK(exact::sin(-0x1p30) == -exact::sin(0x1p30));
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DOWNHILL_SANITIZED
#endif
#endif

// The reference is slow under sanitizers and in WebAssembly, where long double is worked out by software.
TEST_CASE("what activations and losses take is within 2 ulp of float32: every float of a few exponents, and of both signs") {
#if defined(DOWNHILL_SANITIZED) || defined(__EMSCRIPTEN__)
  constexpr std::uint32_t kStride = 997;
#else
  constexpr std::uint32_t kStride = 1;
#endif
  struct Checked {
    const char* name;
    double (*own)(double);
    long double (*exact)(long double);
    bool negative;
    std::vector<std::uint32_t> exponents; // biased: 127 is [1, 2)
  };
  const Checked checked[] = {{"tanh", exact::tanh, std::tanh, true, {110, 117, 127, 129}},
                             {"erf", exact::erf, std::erf, true, {110, 123, 127, 128}},
                             {"expm1", exact::expm1, std::expm1, true, {100, 109, 110, 127}},
                             {"log1p", exact::log1p, std::log1p, false, {80, 103, 127, 140}},
                             {"exp", exact::exp, std::exp, true, {110, 127, 132}},
                             {"log", exact::log, std::log, false, {90, 126, 127, 150}}};
  for (const Checked& c : checked)
    for (const std::uint32_t exponent : c.exponents)
      for (const std::uint32_t sign : {0U, 1U}) {
        if (sign == 1 && !c.negative) continue;
        CAPTURE(c.name);
        CAPTURE(exponent);
        CAPTURE(sign);
        double worst = 0;
        for (std::uint32_t mantissa = 0; mantissa < 1U << 23; mantissa += kStride) {
          const auto x = std::bit_cast<float>((sign << 31) | (exponent << 23) | mantissa);
          const auto own = static_cast<float>(c.own(static_cast<double>(x)));
          const long double reference = c.exact(static_cast<long double>(x));
          const float rounded = static_cast<float>(reference);
          if (own == rounded) continue; // nearly always
          const float step = std::nextafterf(std::fabs(rounded), INFINITY) - std::fabs(rounded);
          worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(own) - reference) / static_cast<long double>(step)));
        }
        CHECK(worst <= 2);
      }
}

TEST_CASE("elementary functions at their ends") {
  CHECK(exact::erf(0) == 0);
  CHECK(exact::erf(7) == 1);
  CHECK(exact::erf(-INFINITY) == -1);
  CHECK(std::isnan(exact::erf(NAN)));
  CHECK(exact::expm1(-1000) == -1);
  CHECK(exact::log1p(0) == 0);
  CHECK(exact::log1p(INFINITY) == INFINITY);
  CHECK(exact::power(2, 10) == 1024);
  CHECK(exact::power(0.5, 0) == 1);
  CHECK(exact::exp(0) == 1);
  CHECK(exact::exp(1000) == INFINITY);
  CHECK(exact::exp(-1000) == 0);
  CHECK(std::isnan(exact::exp(NAN)));
  CHECK(exact::log(1) == 0);
  CHECK(exact::log(0) == -INFINITY);
  CHECK(std::isnan(exact::log(-1)));
  CHECK(exact::log(INFINITY) == INFINITY);
  CHECK(exact::tanh(100) == 1);
  CHECK(exact::tanh(-100) == -1);
  CHECK(std::isnan(exact::tanh(NAN)));
  CHECK(exact::cos_turns(0) == 1);
  CHECK(exact::cos_turns(0.25) == 0);
  CHECK(exact::cos_turns(0.5) == -1);
  CHECK(exact::sin_turns(0.5) == 0);
  CHECK(exact::sin_turns(0.75) == -1);
}
