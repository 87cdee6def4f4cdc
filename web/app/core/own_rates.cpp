#include "app/core/own_rates.hpp"

#include <algorithm>

namespace downhill {

namespace {
Json without_rate(const Lane& lane) {
  Json rest = lane.complete;
  rest["optimizer"].erase("lr");
  return rest;
}
} // namespace

void OwnRates::keep(const std::vector<Lane>& lanes) {
  kept_.clear();
  for (const Lane& lane : lanes) kept_.emplace_back(without_rate(lane), lane.settings.optimizer.values[0]);
}

std::vector<std::optional<double>> OwnRates::of(const std::vector<Lane>& lanes) const {
  auto left = kept_;
  std::vector<std::optional<double>> rates;
  for (const Lane& lane : lanes) {
    const auto own = std::find_if(left.begin(), left.end(), [rest = without_rate(lane)](const auto& kept) { return kept.first == rest; });
    rates.push_back(own == left.end() ? std::nullopt : std::optional(own->second));
    if (own != left.end()) left.erase(own);
  }
  return rates;
}

} // namespace downhill
