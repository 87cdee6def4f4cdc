#include "app/core/pad.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace downhill;

TEST_CASE("the pad: a stroke leaves a line two pixels wide, a picture replaces it, cleared it is as new") {
  Pad pad;
  const auto ink = [&](int x, int y) { return int{pad.pixels()[static_cast<std::size_t>(y * Pad::kSide + x)]}; };
  CHECK(!pad.used());
  const auto first = pad.version();
  pad.stroke({5, 10.5F}, {20, 10.5F});
  CHECK(pad.used());
  CHECK(pad.version() > first);
  for (int x = 5; x < 20; ++x) {
    CHECK(ink(x, 10) == 255);
    CHECK((ink(x, 11) > 100 && ink(x, 11) < 255));
    CHECK(ink(x, 13) == 0);
  }
  CHECK(ink(25, 10) == 0);
  pad.stroke({-50, -50}, {90, 90}); // a pen that leaves the pad and comes back
  CHECK(ink(14, 14) == 255);
  const std::vector<std::uint8_t> some{9, 8, 7};
  pad.put(some);
  CHECK((ink(0, 0) == 9 && ink(2, 0) == 7 && ink(5, 10) == 0 && pad.used()));
  pad.put(std::vector<std::uint8_t>(5000, 3)); // more than it holds
  CHECK(ink(27, 27) == 3);
  pad.clear();
  CHECK(std::accumulate(pad.pixels().begin(), pad.pixels().end(), 0) == 0);
  CHECK(!pad.used());
}
