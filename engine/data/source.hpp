// Examples as they came, and the subsets that runs draw from them.
#pragma once
#include "core/matrix.hpp"
#include "core/streams.hpp"
#include "core/user_error.hpp"
#include "experiment/settings.hpp"
#include "kernels/product.hpp"
#include "network/loss.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace downhill {

/// Most features of an example, whatever the user's own file holds.
inline constexpr std::int64_t kFeaturesMost = 4096;

/// N examples of D numbers each: bytes (images, given to networks as v/255) or floats; a class each, or a number each.
struct Examples {
  std::int64_t features = 0;
  std::vector<std::uint8_t> pixels; ///< N×D, or empty
  Vector values;                    ///< N×D, or empty
  std::vector<std::uint8_t> labels; ///< N, or empty
  Vector targets;                   ///< N, or empty
  std::int64_t size() const { return static_cast<std::int64_t>(labels.empty() ? targets.size() : labels.size()); }
};

/// A data set with its official parts. A *drawn* source holds only the beginning of the draw of one
/// data.seed, in its order (see draw_part): enough for smaller draws of that seed, a fraction of the size.
struct Source {
  std::int64_t classes = 0;       ///< above every label; 0: regression
  std::vector<std::string> names; ///< what a user's table calls its classes; empty: their numbers
  /// Of a user's own file: {height, width} of its pictures, or {columns} of its table; what these and the answers are called.
  std::vector<std::int64_t> shape;
  std::vector<std::string> columns;
  std::string answer;
  Examples train, test;
  Examples validation; ///< of a user's own file, which may have none; only the lab Cases draws of it
  std::optional<std::uint64_t> drawn_seed;
  std::uint64_t file_hash = 0; ///< of a user's own file
};

/// One part of a run's data: rows of the source and what is to be learned. Features are not copied.
struct Part {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint8_t> labels; ///< renumbered by data.classes, with label noise
  std::vector<std::uint8_t> true_labels;
  Vector targets; ///< regression
  std::int64_t size() const { return static_cast<std::int64_t>(rows.size()); }
};

struct Subset {
  std::shared_ptr<const Source> source;
  Part train, test;
  std::int64_t classes = 0; ///< 0: regression
  std::int64_t features() const { return source->train.features; }
  /// Images are dark: about half of Fashion-MNIST's pixels are 0.
  Zeros zeros() const { return source->train.pixels.empty() ? Zeros::few : Zeros::many; }
  const Part& part(bool of_train) const { return of_train ? train : test; }
};

/// One kind of source an experiment can name.
struct SourceEntry {
  std::string_view id;
  int classes;    ///< 0: regression; −1: as the user's file says
  int features;   ///< −1: as the user's file says
  bool generated; ///< drawn from a formula (data/toys.cpp) instead of files
};
const std::vector<SourceEntry>& sources();

/// Draws `count` examples of `classes`, equally many of each (the first classes get the remainder), as rows of
/// `examples`: example i is the ⌊i/C⌋-th of class i mod C, in the order of sorted random words, one word a member of
/// the class in official order, from stream (data.seed, purpose, class). So smaller draws are beginnings of larger.
/// For regression (`classes` empty and none in the source) all examples count as one class 0. The first `before` are left out.
Result<Part> draw_part(const Source& source, bool train, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count, std::int64_t before = 0);
/// The same of the validation part, by the streams of the test part. Errors are draw_part's, with a place and a sentence of their own.
Result<Part> draw_validation(const Source& source, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count);

/// Both parts as `data` asks, with label noise in the training part. `files` is what was read for the sources that come
/// from files; null for generated ones. No `classes` stand for all that occur. Errors: too_many_examples, needs_larger_pack, needs_file,
/// other_file, no_such_class, no_train_examples, no_test_examples, one_class, no_classes.
Result<Subset> draw_subset(std::shared_ptr<const Source> files, const DataSettings& data);
/// The labels a run takes: those it names, or, where it names none, all that occur in training or testing; empty for regression.
std::vector<int> kept_classes(const Source& source, const std::vector<int>& named);
/// How many examples there are of each label below `classes`.
std::vector<std::uint32_t> label_counts(const Examples& part, std::int64_t classes);
/// By the counts of each label in the parts of a user's own file: the classes that a run can take, which have examples for training, for
/// testing and, where there are any for validation and those are wanted (else `validation` is empty), for that. Whoever makes a document for a
/// file names these; a document that names others is refused.
std::vector<int> usable_classes(std::span<const std::uint32_t> train, std::span<const std::uint32_t> test, std::span<const std::uint32_t> validation);
/// What the file calls the classes of a run that draw_subset took, in the order of the network's outputs; empty for regression.
std::vector<std::string> class_names(const Source& source, const DataSettings& data);

/// 0 … n−1 sorted by random words (ties in order): `numpy.argsort(stream.random_raw(n), kind='stable')`.
std::vector<std::uint32_t> random_order(PhiloxStream stream, std::size_t n);

/// Rows of a block as floats; `which` are places in the part. Bytes become v/255, as ToTensor() does.
/// `block` has room for them; `labels` and `targets` are filled by what the data has.
struct Gathered {
  std::vector<std::uint8_t> labels;
  Vector targets;
  Answers answers() const { return {labels, targets}; }
};
void gather(const Subset& subset, bool train, std::span<const std::uint32_t> which, Matrix& block, Gathered& gathered);

} // namespace downhill
