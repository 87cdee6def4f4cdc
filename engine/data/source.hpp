// Images and labels as they came, and the subsets that runs draw from them.
#pragma once
#include "core/streams.hpp"
#include "core/user_error.hpp"
#include "experiment/settings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace downhill {

/// N examples of D bytes each, and their labels.
struct Examples {
  std::int64_t features = 0;
  std::vector<std::uint8_t> pixels; ///< N×D
  std::vector<std::uint8_t> labels; ///< N
  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
};

/// A data set with its official parts. A *drawn* source holds only the beginning of the draw of one
/// data.seed, in its order (see draw_part): enough for smaller draws of that seed, a fraction of the size.
struct Source {
  std::int64_t classes = 0;
  Examples train, test;
  std::optional<std::uint64_t> drawn_seed;
};

/// One part of a run's data: rows of the source and the labels trained on. Pixels are not copied.
struct Part {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint8_t> labels; ///< renumbered by data.classes, with label noise
  std::vector<std::uint8_t> true_labels;
};

struct Subset {
  std::shared_ptr<const Source> source;
  Part train, test;
  std::int64_t classes = 0;
  std::int64_t features() const { return source->train.features; }
};

/// Draws `count` examples of `classes`, equally many of each (the first classes get the remainder), as rows of
/// `examples`: example i is the ⌊i/C⌋-th of class i mod C, in the order of sorted random words, one word a member of
/// the class in official order, from stream (data.seed, purpose, class). So smaller draws are beginnings of larger.
Result<Part> draw_part(const Source& source, bool train, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count);

/// Both parts as `data` asks, with label noise in the training part. Errors: too_many_examples, needs_larger_pack.
Result<Subset> draw_subset(std::shared_ptr<const Source> source, const DataSettings& data);

/// 0 … n−1 sorted by random words (ties in order): `numpy.argsort(stream.random_raw(n), kind='stable')`.
std::vector<std::uint32_t> random_order(PhiloxStream stream, std::size_t n);

} // namespace downhill
