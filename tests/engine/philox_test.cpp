#include "core/elementary.hpp"
#include "core/philox.hpp"
#include "core/streams.hpp"

#include <doctest/doctest.h>

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
  double worst_exp = 0, worst_log = 0, worst_cos = 0, worst_sin = 0, worst_tanh = 0;
  for (int i = 0; i < 200000; ++i) {
    const double u = stream.next_uniform();
    const double x = 1400 * u - 700;
    worst_exp = std::max(worst_exp, ulps(exact::exp(x), std::exp(static_cast<long double>(x))));
    const double positive = i % 2 ? std::exp(x) : u * 2 + 1e-300;
    worst_log = std::max(worst_log, ulps(exact::log(positive), std::log(static_cast<long double>(positive))));
    worst_cos = std::max(worst_cos, ulps(exact::cos_turns(u), long_cos_turns(u)));
    worst_sin = std::max(worst_sin, ulps(exact::sin_turns(u), long_cos_turns(std::fabs(u - 0.25))));
    const double z = 30 * u - 15;
    const auto as_float = static_cast<float>(exact::tanh(z));
    const long double tanh_exact = std::tanh(static_cast<long double>(z));
    const float tanh_rounded = static_cast<float>(tanh_exact);
    const float step = std::nextafterf(std::fabs(tanh_rounded), INFINITY) - std::fabs(tanh_rounded);
    worst_tanh = std::max(worst_tanh, static_cast<double>(std::fabs(static_cast<long double>(as_float) - tanh_exact) / static_cast<long double>(step)));
  }
  CHECK(worst_exp <= 2);
  CHECK(worst_log <= 2);
  CHECK(worst_cos <= 2);
  CHECK(worst_sin <= 2);
  CHECK(worst_tanh <= 2);
}

TEST_CASE("elementary functions at their ends") {
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
