#include "app/core/draw_pace.hpp"

#include <algorithm>

namespace downhill {

bool DrawPace::allows(double now_ms, std::ptrdiff_t running) {
  const double gap_ms = now_ms - drawn_ms_;
  if (follows_ && gap_ms < kLongest_ms)
    cost_ms_ += (std::max(took_ms_, gap_ms - frame_ms_) - cost_ms_) / 4; // a longer gap was a pause
  else if (!follows_ && now_ms - asked_ms_ < kSlowest_ms)
    frame_ms_ = std::max(kFrame_ms, now_ms - asked_ms_);
  follows_ = false;
  asked_ms_ = now_ms;
  return running == 0 || running != running_ || gap_ms >= std::min(cost_ms_ / kShare, kLongest_ms);
}

void DrawPace::drew(double now_ms, double took_ms, std::ptrdiff_t running, bool next_at_once) {
  drawn_ms_ = now_ms;
  took_ms_ = took_ms;
  running_ = running;
  follows_ = next_at_once;
}

} // namespace downhill
