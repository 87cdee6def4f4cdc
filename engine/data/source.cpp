#include "data/source.hpp"

#include "core/hash.hpp"
#include "core/printable.hpp"
#include "data/toys.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace downhill {

const std::vector<SourceEntry>& sources() {
  static const std::vector<SourceEntry> table = [] {
    std::vector<SourceEntry> all{{"fashion-mnist", 10, 784, false}};
    for (const ToyEntry& toy : toys()) all.push_back({toy.id, toy.classes, toy.features, true});
    all.push_back({"own", -1, -1, false});
    return all;
  }();
  return table;
}

std::vector<std::uint32_t> random_order(PhiloxStream stream, std::size_t n) {
  std::vector<std::uint64_t> words(n);
  for (std::uint64_t& word : words) word = stream.next_word();
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return words[a] != words[b] ? words[a] < words[b] : a < b; });
  return order;
}

namespace {
std::string name_of(const Source& source, int label) {
  const std::string number = std::to_string(label);
  return source.names.empty() ? number : number + " (" + shortened(source.names[static_cast<std::size_t>(label)], 40) + ")";
}
} // namespace

std::vector<int> kept_classes(const Source& source, const std::vector<int>& named) {
  if (!named.empty()) return named;
  std::vector<bool> occurs(static_cast<std::size_t>(source.classes));
  for (const Examples* part : {&source.train, &source.test})
    for (const std::uint8_t label : part->labels) occurs[label] = true;
  std::vector<int> classes;
  for (std::size_t label = 0; label < occurs.size(); ++label)
    if (occurs[label]) classes.push_back(static_cast<int>(label));
  return classes;
}

std::vector<std::uint32_t> label_counts(const Examples& part, std::int64_t classes) {
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(classes));
  for (const std::uint8_t label : part.labels) ++counts[label];
  return counts;
}

std::vector<int> usable_classes(std::span<const std::uint32_t> train, std::span<const std::uint32_t> test, std::span<const std::uint32_t> validation) {
  const bool validates = std::any_of(validation.begin(), validation.end(), [](std::uint32_t count) { return count > 0; });
  std::vector<int> classes;
  for (std::size_t label = 0; label < train.size(); ++label)
    if (train[label] > 0 && test[label] > 0 && (!validates || validation[label] > 0)) classes.push_back(static_cast<int>(label));
  return classes;
}

std::vector<std::string> class_names(const Source& source, const DataSettings& data) {
  std::vector<std::string> names;
  for (const int label : kept_classes(source, data.classes))
    names.push_back(source.names.empty() ? std::to_string(label) : source.names[static_cast<std::size_t>(label)]);
  return names;
}

namespace {
// What differs between the parts of a source: where they are told, what their streams serve, and how it is said that a class has none.
struct DrawOf {
  const Examples& examples;
  const char *place, *none;
  Purpose purpose;
};
Result<Part> draw_of(const Source& source, const DrawOf& of, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count, std::int64_t before) {
  if (source.drawn_seed && *source.drawn_seed != data_seed) return UserError{"needs_larger_pack", "/data/seed", {}};
  const Examples& examples = of.examples;
  const bool regression = source.classes == 0 && examples.labels.empty();
  static constexpr int kAll[] = {0};
  if (regression) classes = kAll;
  std::vector<std::vector<std::uint32_t>> drawn(classes.size());
  auto least = static_cast<std::size_t>(examples.size());
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < static_cast<std::size_t>(examples.size()); ++i)
      if (regression || examples.labels[i] == classes[k]) members.push_back(static_cast<std::uint32_t>(i));
    if (members.empty() && !source.drawn_seed && !regression) return UserError{of.none, "/data/classes", {name_of(source, classes[k])}};
    least = std::min(least, members.size());
    if (source.drawn_seed) {
      drawn[k] = std::move(members); // already in the draw's order
      continue;
    }
    for (const std::uint32_t rank : random_order(PhiloxStream(stream_key(data_seed, of.purpose, static_cast<std::uint32_t>(classes[k]))), members.size()))
      drawn[k].push_back(members[rank]);
  }
  const std::size_t most = least * classes.size();
  if (static_cast<std::size_t>(before + count) > most) {
    if (source.drawn_seed) return UserError{"needs_larger_pack", of.place, {}};
    return UserError{"too_many_examples", of.place, {std::to_string(before + count), std::to_string(most)}};
  }
  Part part;
  for (auto i = static_cast<std::size_t>(before); i < static_cast<std::size_t>(before + count); ++i) {
    part.rows.push_back(drawn[i % classes.size()][i / classes.size()]);
    if (regression)
      part.targets.push_back(examples.targets[part.rows.back()]);
    else
      part.labels.push_back(static_cast<std::uint8_t>(i % classes.size()));
  }
  part.true_labels = part.labels;
  return part;
}
} // namespace

Result<Part> draw_part(const Source& source, bool train, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count, std::int64_t before) {
  return train ? draw_of(source, {source.train, "/data/train", "no_train_examples", Purpose::train_subset}, data_seed, classes, count, before)
               : draw_of(source, {source.test, "/data/test", "no_test_examples", Purpose::test_subset}, data_seed, classes, count, before);
}

Result<Part> draw_validation(const Source& source, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count) {
  return draw_of(source, {source.validation, "/data/validation", "no_validation_examples", Purpose::test_subset}, data_seed, classes, count, 0);
}

Result<Subset> draw_subset(std::shared_ptr<const Source> source, const DataSettings& data) {
  if (entry_of(sources(), data.source).generated)
    source = std::make_shared<Source>(toy_source(entry_of(toys(), data.source), data));
  else if (!source)
    return UserError{"needs_file", "/data/source", {}};
  if (!data.file.empty() && data.file != hex16(source->file_hash)) return UserError{"other_file", "/data/file", {hex16(source->file_hash), data.file}};
  if (source->classes == 0 && !data.classes.empty()) return UserError{"no_classes", "/data/classes", {}};
  if (source->classes == 0 && data.label_noise > 0) return UserError{"no_classes", "/data/label_noise", {}};
  const std::vector<int> classes = kept_classes(*source, data.classes);
  if (classes.size() == 1) return UserError{"one_class", "/data/classes", {}};
  for (const int label : classes)
    if (label >= source->classes) return UserError{"no_such_class", "/data/classes", {std::to_string(label), std::to_string(source->classes)}};
  const std::int64_t before = data.draw * data.train;
  auto train = draw_part(*source, true, data.seed, classes, data.train, before);
  if (!train) return train.error();
  auto test = draw_part(*source, false, data.seed, classes, data.test);
  if (!test) return test.error();
  const auto count = static_cast<std::uint64_t>(classes.size());
  if (data.label_noise > 0) {
    // two words an example: whether, and which other class
    PhiloxStream stream(stream_key(data.seed, Purpose::label_noise));
    for (std::int64_t word = 0; word < 2 * before; ++word) stream.next_word();
    for (std::uint8_t& label : train->labels) {
      const bool wrong = stream.next_uniform() < data.label_noise;
      const std::uint64_t shift = 1 + stream.next_word() % (count - 1);
      if (wrong) label = static_cast<std::uint8_t>((label + shift) % count);
    }
  }
  return Subset{std::move(source), std::move(*train), std::move(*test), static_cast<std::int64_t>(count)};
}

namespace {
// v / 255, as ToTensor() divides
const std::array<float, 256>& byte_floats() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i) / 255.0F;
    return t;
  }();
  return table;
}
} // namespace

void gather(const Subset& subset, bool train, std::span<const std::uint32_t> which, Matrix& block, Gathered& gathered) {
  const Examples& examples = train ? subset.source->train : subset.source->test;
  const Part& part = subset.part(train);
  const auto features = static_cast<std::size_t>(examples.features);
  const auto& floats = byte_floats();
  gathered.labels.resize(part.labels.empty() ? 0 : which.size());
  gathered.targets.resize(part.targets.empty() ? 0 : which.size());
  for (std::size_t i = 0; i < which.size(); ++i) {
    float* to = block.data() + i * features;
    const std::size_t from = part.rows[which[i]] * features;
    if (examples.pixels.empty())
      std::copy_n(examples.values.begin() + static_cast<std::ptrdiff_t>(from), features, to);
    else {
      const std::uint8_t* pixels = examples.pixels.data() + from;
      std::size_t f = 0;
      for (std::uint64_t eight = 0; f + 8 <= features; f += 8) {
        std::memcpy(&eight, pixels + f, sizeof eight);
        if (eight == 0) // dark, as most of an image's border
          std::fill_n(to + f, 8, 0.0F);
        else
          for (std::size_t at = f; at < f + 8; ++at) to[at] = floats[pixels[at]];
      }
      for (; f < features; ++f) to[f] = floats[pixels[f]];
    }
    if (!gathered.labels.empty()) gathered.labels[i] = part.labels[which[i]];
    if (!gathered.targets.empty()) gathered.targets[i] = part.targets[which[i]];
  }
}

} // namespace downhill
