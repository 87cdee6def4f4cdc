// How often what running races report is drawn while nobody acts: lanes and drawing share the cores, and where cores are few
// or graphics are done in software, the lanes would pay for a picture that hardly differs from the one before it.
#pragma once

#include <cstddef>

namespace downhill {

/// Keeps drawing to an eighth of the time while races run and nobody acts, yet draws four times a second, and at once when one
/// starts or ends.
class DrawPace {
public:
  static constexpr double kShare = 0.125, kLongest_ms = 250, kFrame_ms = 1000.0 / 60, kSlowest_ms = 50;

  /// The browser asks for a frame at `now_ms`: whether news of `running` races may be drawn. What the last drawing cost is told
  /// by the time it took and by how late this call is: the browser's own work on it is seen only there.
  bool allows(double now_ms, std::ptrdiff_t running);
  /// A frame was drawn at `now_ms` and took `took_ms` here. `next_at_once`: the browser was asked for the next one, too.
  void drew(double now_ms, double took_ms, std::ptrdiff_t running, bool next_at_once);

private:
  double drawn_ms_ = 0, took_ms_ = 0, cost_ms_ = 0; ///< cost_ms_: on the average of the last few
  double asked_ms_ = 0, frame_ms_ = kFrame_ms;      ///< frame_ms_: from one call to the next where nothing was drawn; embeds and saving modes have 30 a second
  std::ptrdiff_t running_ = 0;
  bool follows_ = false;
};

} // namespace downhill
