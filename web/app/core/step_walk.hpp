// A way of so many steps that is gone by itself, a step after the other at an even pace: what a lab's model runs that has no race. No ImGui.
#pragma once
#include "app/core/race.hpp"

#include <algorithm>
#include <cstdint>

namespace downhill {

class StepWalk {
public:
  virtual ~StepWalk() = default;
  /// How long the way is; 0: there is none.
  virtual int steps() const = 0;
  /// How many of them have been gone.
  int step() const { return step_; }
  Transport transport() const {
    if (running_) return Transport::running;
    return step_ == 0 ? Transport::ready : step_ < steps() ? Transport::paused : Transport::finished;
  }
  /// From the beginning, where it has ended.
  void start() {
    if (steps() == 0) return;
    if (step_ >= steps()) step_ = 0;
    running_ = true, moved_s_ = -1, ++news_;
  }
  void pause() { running_ = false, ++news_; }
  void reset() { running_ = false, step_ = 0, ++news_; }
  /// So many steps on, or back; it stays where it comes to.
  void go(int steps) {
    running_ = false, ++news_;
    step_ = std::clamp(step_ + steps, 0, this->steps());
  }
  /// To be called before each frame: whether anything moved, or will.
  bool tick(double now_s) {
    if (!running_) return false;
    const double each_s = step_s();
    if (moved_s_ < 0 || now_s < moved_s_) moved_s_ = now_s;
    for (; running_ && now_s - moved_s_ >= each_s; moved_s_ += each_s)
      if (++news_, ++step_ >= steps()) running_ = false;
    return true;
  }
  /// Grows with every change of these.
  std::uint64_t news() const { return news_; }

protected:
  /// Time for a step, in seconds.
  virtual double step_s() const = 0;
  /// The way is another one: it stands at its end, or at its beginning.
  void renew(bool at_end) { running_ = false, step_ = at_end ? steps() : 0; }

private:
  std::uint64_t news_ = 0;
  int step_ = 0;
  bool running_ = false;
  double moved_s_ = -1; // when it went its last step
};

} // namespace downhill
