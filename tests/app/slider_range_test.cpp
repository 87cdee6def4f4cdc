#include "app/core/slider_range.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>

using namespace downhill;

TEST_CASE("a slider goes evenly, or by the logarithm where values span decades") {
  const SliderRange even{-1, 3}, decades{1e-4, 1, true};
  CHECK(even.value(0) == -1);
  CHECK(even.value(0.25F) == 0);
  CHECK(even.value(1) == 3);
  CHECK(even.share(1) == 0.5F);
  CHECK(decades.value(0.5F) == doctest::Approx(0.01));
  CHECK(decades.share(1e-3) == doctest::Approx(0.25));
  for (const SliderRange& range : {even, decades}) {
    CHECK(range.share(range.least) == 0);
    CHECK(range.share(range.most) == 1);
    CHECK(range.share(range.most * 10) == 1);
    CHECK(range.share(even.least) == 0); // a logarithm of nothing
    for (int i = 0; i <= 20; ++i) CHECK(range.share(range.value(static_cast<float>(i) / 20)) == doctest::Approx(i / 20.0));
  }
}

TEST_CASE("what comes of a drag is a round number, and within the range") {
  const SliderRange rate{.least = 0, .most = 0.95, .parts = 20}, masks{.least = 1, .most = 200, .parts = 1}, slope{.least = 0, .most = 1, .digits = 2},
      alpha{.least = 0.001, .most = 10, .logarithmic = true, .digits = 2};
  for (int i = 0; i <= 1000; ++i) {
    const float share = static_cast<float>(i) / 1000;
    CHECK(rate.value(share) == std::round(0.95 * static_cast<double>(share) * 20) / 20);
    CHECK(masks.value(share) == std::lround(1 + static_cast<double>(share) * 199));
    for (const SliderRange& range : {rate, masks, slope, alpha}) {
      const double value = range.value(share);
      CHECK(value >= range.least);
      CHECK(value <= range.most);
      CHECK(range.value(range.share(value)) == value); // a slider that is let go stays where it is
    }
  }
  CHECK(slope.value(0.12345F) == 0.12);
  CHECK(slope.value(0.3F) == 0.3);
  CHECK(slope.value(0.012345F) == 0.012);
  CHECK(slope.value(0.999F) == 1);
  CHECK(alpha.value(0.4F) == 0.04); // 0.0398…
}
