#pragma once
#include "experiment/experiment.hpp"

#include <optional>

namespace downhill {

/// The rates that lanes had, for when their own are wanted again: kept with the rest of a lane's settings, since lanes come,
/// go and move in between.
class OwnRates {
public:
  void keep(const std::vector<Lane>& lanes);
  /// One a lane, in order: the kept one of a lane with the same other settings (each serves once), else none.
  std::vector<std::optional<double>> of(const std::vector<Lane>& lanes) const;

private:
  std::vector<std::pair<Json, double>> kept_;
};

} // namespace downhill
