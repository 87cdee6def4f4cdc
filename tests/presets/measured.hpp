// What presets claim is measured on: the lanes of a document, walked or trained to their end, five times, each time a little
// otherwise. A lab whose documents have other lanes adds a function like those below and its row in presets_main.cpp.
#pragma once
#include "document/json_text.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace downhill {

struct Source;

class MeasuredLane {
public:
  virtual ~MeasuredLane() = default;
  /// What the claim names, at a moment of the run (nullopt: its end); NaN: there is no such value.
  virtual double value(const Json& claim, std::optional<double> at) const = 0;
  /// Of all that happened: equal to the bit.
  virtual std::uint64_t hash() const = 0;
};

/// A lane, and the patch that changes it.
using ChangedLane = std::pair<std::size_t, std::string>;

struct Course {
  std::vector<std::unique_ptr<MeasuredLane>> lanes;
  std::map<ChangedLane, std::unique_ptr<MeasuredLane>> changed; ///< runs that a preset does not show but speaks of
};

std::vector<std::size_t> lanes_of(const Json& lane);
/// Those that the claims ask for, each once.
std::vector<ChangedLane> changed_lanes(const Json& claims);

inline constexpr std::uint64_t kSamples = 5;

Result<Course> train_lanes(Json json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source);
Result<Course> work_out_networks(const Json& json, const Json& claims, std::uint64_t sample);
/// Of the lab Neuron: one lane, the document itself.
Result<Course> measured_units(const Json& json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source);
/// Of the lab Losses: one lane, the document itself.
Result<Course> measured_losses(const Json& json, const Json& claims, std::uint64_t sample);
/// Of the lab Fit: one lane, the document itself.
Result<Course> measured_fits(const Json& json, const Json& claims, std::uint64_t sample);
/// Of the lab Cases: one lane, the document itself.
Result<Course> measured_cases(const Json& json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source);
Result<Course> walk_lanes(Json json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source);

} // namespace downhill
