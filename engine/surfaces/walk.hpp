// One lane's way down a surface: the rules, their parameters and schedules are the Race's, and so is the code.
#pragma once
#include "core/hash.hpp"
#include "network/schedule.hpp"
#include "optimizers/optimizer.hpp"
#include "surfaces/surface.hpp"

#include <array>

namespace downhill {

/// What one lane is to do, as plain data.
struct WalkSettings {
  Choice optimizer; ///< values[0] is lr
  Choice schedule;
  Place start;
  std::int64_t batch = 0; ///< points a step looks at; 0: all
  std::int64_t steps = 0;
  std::uint64_t seed = 1; ///< of the order of points
};

/// Where a lane stands, and what its next step goes by.
struct Stand {
  std::array<float, 2> place{};            ///< x and y
  float f = 0;                             ///< the height there, over all points
  std::array<float, 2> gradient{};         ///< of the batch that the next step looks at
  std::array<float, 2> state0{}, state1{}; ///< the rule's, as the last step left them; 0 where it keeps none
  double lr = 0;                           ///< of the next step
};

/// A run that can be stopped between any two steps. A data surface has epochs of ⌈N/batch⌉ steps, as training has, each with
/// its own order of the points (of all at once: their own); of a function every step is an epoch, so that schedules move with
/// every step.
class Walk {
public:
  Walk(std::shared_ptr<const Surface> surface, const WalkSettings& settings);

  const Stand& here() const { return here_; }
  std::int64_t step() const { return step_; } ///< steps taken
  /// Takes the next step; false where there is none: all are taken, or the lane has diverged.
  bool advance();
  /// Whether place, height or gradient here is no finite float32.
  bool diverged() const { return diverged_; }

  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t epochs() const { return (settings_.steps + steps_per_epoch_ - 1) / steps_per_epoch_; }
  const Surface& surface() const { return *surface_; }
  const WalkSettings& settings() const { return settings_; }

private:
  void look();

  std::shared_ptr<const Surface> surface_;
  WalkSettings settings_;
  const OptimizerEntry* optimizer_;
  const ScheduleEntry* schedule_;
  std::int64_t batch_, steps_per_epoch_ = 1, step_ = 0, order_epoch_ = -1;
  std::vector<std::uint32_t> order_; // of that epoch
  Stand here_;
  bool diverged_ = false;
};

/// All stands of a walk, the start first; a diverged one ends where it diverged.
std::vector<Stand> whole_path(Walk walk);
/// Places and heights, step by step.
std::uint64_t hash_of(const std::vector<Stand>& path);

} // namespace downhill
