#include "app/core/draw_pace.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>

using namespace downhill;

namespace {

/// Frames drawn in two seconds, after one in which the pace is found. A frame takes `here_ms` in the page and makes the next one
/// `late_ms` later than that or than the browser's time for a frame.
int drawn(double here_ms, double late_ms, double frame_ms = DrawPace::kFrame_ms) {
  DrawPace pace;
  int frames = 0;
  for (double now_ms = 0; now_ms < 3000;) {
    double gap_ms = frame_ms;
    if (pace.allows(now_ms, 1)) {
      pace.drew(now_ms, here_ms, 1, true);
      gap_ms = std::max(frame_ms, here_ms) + late_ms;
      if (now_ms >= 1000) ++frames;
    }
    now_ms += gap_ms;
  }
  return frames;
}

} // namespace

TEST_CASE("drawing beside running races: every frame where it is cheap, an eighth of the time where it is not, four times a second at least") {
  CHECK(drawn(1, 0) >= 119);
  for (const double cost_ms : {5.0, 10.0, 20.0, 30.0}) {
    CHECK(drawn(cost_ms, 0) * cost_ms <= DrawPace::kShare * 2000 + cost_ms);
    CHECK(drawn(cost_ms, 0) * cost_ms >= DrawPace::kShare * 2000 * 0.6);
    CHECK(drawn(2, cost_ms) * cost_ms <= DrawPace::kShare * 2000 + cost_ms);
  }
  CHECK(drawn(200, 0) >= 7);
  CHECK(drawn(1, 0, 1000.0 / 30) >= 50); // a browser that gives thirty a second
}

TEST_CASE("drawing does not wait when nothing runs, or when a race starts or ends; a pause is no cost") {
  DrawPace pace;
  double now_ms = 0;
  for (int i = 0; i < 20; ++i, now_ms += 300) {
    REQUIRE(pace.allows(now_ms, 1));
    pace.drew(now_ms, 100, 1, true);
    now_ms += 100;
    pace.allows(now_ms, 1);
  }
  pace.allows(now_ms, 1);
  pace.drew(now_ms, 100, 1, true);
  CHECK_FALSE(pace.allows(now_ms + 101, 1));
  CHECK(pace.allows(now_ms + 101, 0)); // it has ended
  CHECK(pace.allows(now_ms + 101, 2)); // another has started
  DrawPace idle;
  idle.drew(0, 1, 1, false);
  CHECK(idle.allows(200, 1)); // nothing was asked for in between
  idle.drew(200, 1, 1, true);
  CHECK(idle.allows(200 + DrawPace::kFrame_ms, 1));
}
