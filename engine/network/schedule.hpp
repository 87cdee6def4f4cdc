// The table of learning-rate schedules: how the rate of a step follows from the rate that was set.
// As in PyTorch's examples a schedule moves once an epoch; only the warm-up, which PyTorch leaves to
// LinearLR, moves with every step.
#pragma once
#include "core/elementary.hpp"
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

/// Where in a run a step is taken; 0 is the first step, 0 the first epoch.
struct ScheduleStep {
  std::int64_t step, epoch, epochs;
};

struct ScheduleEntry {
  std::string_view id;
  std::string_view torch;                ///< class in torch.optim.lr_scheduler
  std::vector<ParameterSpec> parameters; ///< the first is always warmup: steps over which the rate rises from 1/warmup of itself
  double (*rate)(double lr, const ScheduleStep& at, const ParameterValues& p);

  /// Rate of a step, warm-up included: the first `warmup` steps take (step + 1)/warmup of it.
  double rate_at(double lr, const ScheduleStep& at, const ParameterValues& p) const {
    const double rated = rate(lr, at, p);
    return static_cast<double>(at.step) < p[0] ? rated * (static_cast<double>(at.step + 1) / p[0]) : rated;
  }
};

inline const std::vector<ScheduleEntry>& schedules() {
  static constexpr ParameterSpec kWarmup{"warmup", 0, 0, 1e6, true};
  static const std::vector<ScheduleEntry> table{
      {"constant", "ConstantLR", {kWarmup}, [](double lr, const ScheduleStep&, const ParameterValues&) { return lr; }},
      // lr·gamma^⌊epoch/step_size⌋
      {"step",
       "StepLR",
       {kWarmup, {"step_size", 2, 1, 1e4, true}, {"gamma", 0.1, 0, 1}},
       [](double lr, const ScheduleStep& at, const ParameterValues& p) { return lr * exact::power(p[2], at.epoch / static_cast<std::int64_t>(p[1])); }},
      // lr·gamma^epoch
      {"exponential",
       "ExponentialLR",
       {kWarmup, {"gamma", 0.9, 0, 1}},
       [](double lr, const ScheduleStep& at, const ParameterValues& p) { return lr * exact::power(p[1], at.epoch); }},
      // eta_min + (lr − eta_min)·(1 + cos(π·epoch/T_max))/2; T_max 0 stands for all epochs of the run
      {"cosine",
       "CosineAnnealingLR",
       {kWarmup, {"T_max", 0, 0, 1e4, true}, {"eta_min", 0, 0, 100}},
       [](double lr, const ScheduleStep& at, const ParameterValues& p) {
         const auto period = p[1] > 0 ? static_cast<std::int64_t>(p[1]) : at.epochs;
         const double turns = static_cast<double>(at.epoch % (2 * period)) / (2.0 * static_cast<double>(period));
         return p[2] + (lr - p[2]) * (1.0 + exact::cos_turns(turns)) / 2.0;
       }},
  };
  return table;
}

} // namespace downhill
