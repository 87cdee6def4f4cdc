// The table of learning-rate schedules: how the rate of a step follows from the rate that was set.
#pragma once
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

struct ScheduleEntry {
  std::string_view id;
  std::string_view torch;
  std::vector<ParameterSpec> parameters;
  /// Factor on the rate for a step (0 is the first) of `steps` in all.
  double (*factor)(std::int64_t step, std::int64_t steps, const ParameterValues& p);
};

inline const std::vector<ScheduleEntry>& schedules() {
  static const std::vector<ScheduleEntry> table{
      {"constant", "lr_scheduler.ConstantLR", {}, [](std::int64_t, std::int64_t, const ParameterValues&) { return 1.0; }},
  };
  return table;
}

} // namespace downhill
