#include "data/source.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {

std::vector<std::uint32_t> random_order(PhiloxStream stream, std::size_t n) {
  std::vector<std::uint64_t> words(n);
  for (std::uint64_t& word : words) word = stream.next_word();
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return words[a] != words[b] ? words[a] < words[b] : a < b; });
  return order;
}

Result<Part> draw_part(const Source& source, bool train, std::uint64_t data_seed, std::span<const int> classes, std::int64_t count) {
  if (source.drawn_seed && *source.drawn_seed != data_seed) return UserError{"needs_larger_pack", "/data/seed", {}};
  const Examples& examples = train ? source.train : source.test;
  std::vector<std::vector<std::uint32_t>> drawn(classes.size());
  std::size_t least = examples.labels.size();
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < examples.labels.size(); ++i)
      if (examples.labels[i] == classes[k]) members.push_back(static_cast<std::uint32_t>(i));
    least = std::min(least, members.size());
    if (source.drawn_seed) {
      drawn[k] = std::move(members); // already in the draw's order
      continue;
    }
    const Purpose purpose = train ? Purpose::train_subset : Purpose::test_subset;
    for (const std::uint32_t rank : random_order(PhiloxStream(stream_key(data_seed, purpose, static_cast<std::uint32_t>(classes[k]))), members.size()))
      drawn[k].push_back(members[rank]);
  }
  const std::size_t most = least * classes.size();
  if (static_cast<std::size_t>(count) > most) {
    const char* place = train ? "/data/train" : "/data/test";
    if (source.drawn_seed) return UserError{"needs_larger_pack", place, {}};
    return UserError{"too_many_examples", place, {std::to_string(count), std::to_string(most)}};
  }
  Part part;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    part.rows.push_back(drawn[i % classes.size()][i / classes.size()]);
    part.labels.push_back(static_cast<std::uint8_t>(i % classes.size()));
  }
  part.true_labels = part.labels;
  return part;
}

Result<Subset> draw_subset(std::shared_ptr<const Source> source, const DataSettings& data) {
  auto train = draw_part(*source, true, data.seed, data.classes, data.train);
  if (!train) return train.error();
  auto test = draw_part(*source, false, data.seed, data.classes, data.test);
  if (!test) return test.error();
  const auto classes = static_cast<std::uint64_t>(data.classes.size());
  if (data.label_noise > 0 && classes > 1) {
    // two words an example: whether, and which other class
    PhiloxStream stream(stream_key(data.seed, Purpose::label_noise));
    for (std::uint8_t& label : train->labels) {
      const bool wrong = stream.next_uniform() < data.label_noise;
      const std::uint64_t shift = 1 + stream.next_word() % (classes - 1);
      if (wrong) label = static_cast<std::uint8_t>((label + shift) % classes);
    }
  }
  return Subset{std::move(source), std::move(*train), std::move(*test), static_cast<std::int64_t>(classes)};
}

} // namespace downhill
