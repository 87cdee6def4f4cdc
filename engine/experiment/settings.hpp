// What one lane is to do, as plain data: the end product of reading an experiment. The format itself
// (JSON, ranges, defaults) is experiment/fields.hpp's.
#pragma once
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

struct DataSettings {
  std::string source;
  std::string file;       ///< hash of the user's own file, 16 hex digits; empty: any
  std::uint64_t seed = 1; ///< which examples; apart from the run's seed, so that a new start keeps its images
  std::int64_t train = 0, test = 0;
  std::vector<int> classes; ///< empty: all that there are (none, for regression)
  double label_noise = 0;
  double noise = 0; ///< spread of generated data
  /// Which `train` examples of the draw: 0 the first, 1 those after them, and so on; the test examples are the same. No field of a
  /// document: runs on other draws of one experiment have it.
  std::int64_t draw = 0;
  void fields(auto& a) { a(source, file, seed, train, test, classes, label_noise, noise, draw); }
  bool operator==(const DataSettings&) const = default;
};

struct HiddenLayer {
  std::int64_t units = 0;
  Choice activation;
  double dropout = 0;
  void fields(auto& a) { a(units, activation, dropout); }
};

struct NetworkSettings {
  std::vector<HiddenLayer> hidden;
  Choice init;
  void fields(auto& a) { a(hidden, init); }
};

/// When to evaluate: every `count` epochs (always 1), steps or examples.
struct Interval {
  enum class Unit : std::uint8_t { epochs, steps, examples, last = examples } unit = Unit::epochs;
  std::int64_t count = 1;
  void fields(auto& a) { a(unit, count); }
};

struct LaneSettings {
  DataSettings data;
  NetworkSettings network;
  Choice loss;
  Choice optimizer; ///< values[0] is lr
  Choice schedule;
  double l1 = 0, l2 = 0;
  std::int64_t batch = 0; ///< 0: all training examples at once
  std::int64_t epochs = 0;
  std::uint64_t seed = 1;
  std::int64_t repeats = 1;
  Interval evaluate;
  /// Whether an epoch leaves out what is left over when whole batches are taken; whether each epoch has an order of its own. The lab Cases
  /// has them; runs of an experiment never do the one and always the other, so fields() leaves them out: an archive does not carry them.
  bool drop_last = false, shuffle = true;

  /// The same lane with the seed of its `repeat`-th run, 0 being the first.
  LaneSettings repeat(std::int64_t index) const {
    LaneSettings s = *this;
    s.seed += static_cast<std::uint64_t>(index);
    return s;
  }
  /// All that decides the numbers of an experiment's run; `repeats` does not.
  void fields(auto& a) { a(data, network, loss, optimizer, schedule, l1, l2, batch, epochs, seed, evaluate); }
};

} // namespace downhill
