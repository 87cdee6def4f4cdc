// What one lane is to do, as plain data: the end product of reading an experiment. The format itself
// (JSON, ranges, defaults) is experiment/fields.hpp's.
#pragma once
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

/// A name out of a table with its parameters' values in the table's order.
struct Choice {
  std::string name;
  ParameterValues values;
};

struct DataSettings {
  std::string source;
  std::uint64_t seed = 1; ///< which examples; apart from the run's seed, so that a new start keeps its images
  std::int64_t train = 0, test = 0;
  std::vector<int> classes;
  double label_noise = 0;
};

struct HiddenLayer {
  std::int64_t units = 0;
  Choice activation;
  double dropout = 0;
};

struct NetworkSettings {
  std::vector<HiddenLayer> hidden;
  Choice init;
};

/// When to evaluate: every `count` epochs (always 1), steps or examples.
struct Interval {
  enum class Unit { epochs, steps, examples } unit = Unit::epochs;
  std::int64_t count = 1;
};

struct LaneSettings {
  DataSettings data;
  NetworkSettings network;
  std::string loss;
  Choice optimizer; ///< values[0] is lr
  Choice schedule;
  double l1 = 0, l2 = 0;
  std::int64_t batch = 0; ///< 0: all training examples at once
  std::int64_t epochs = 0;
  std::uint64_t seed = 1;
  Interval evaluate;
};

} // namespace downhill
