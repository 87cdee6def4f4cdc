#include "data/pack.hpp"

#include "data/gzip.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace downhill {
namespace {

constexpr std::string_view kMagic{"DHPACK1\0", 8};
constexpr std::uint64_t kWhole = ~std::uint64_t{0};
constexpr std::size_t kHeader = 8 + 8 + 4 * 4, kContentMost = 256U << 20;

void put(std::vector<std::uint8_t>& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
std::uint64_t get(std::span<const std::uint8_t> in, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = (value << 8) | in[at + i];
  return value;
}

} // namespace

std::vector<std::uint8_t> write_pack(const Source& source) {
  std::vector<std::uint8_t> out(kMagic.begin(), kMagic.end());
  put(out, source.drawn_seed.value_or(kWhole), 8);
  for (const std::int64_t n : {source.classes, source.train.features, source.train.size(), source.test.size()}) put(out, static_cast<std::uint64_t>(n), 4);
  for (const Examples* part : {&source.train, &source.test}) {
    out.insert(out.end(), part->pixels.begin(), part->pixels.end());
    out.insert(out.end(), part->labels.begin(), part->labels.end());
  }
  return gzip(out);
}

Result<Source> read_pack(std::span<const std::uint8_t> packed) {
  const auto content = gunzip(packed, kContentMost);
  if (!content) return content.error();
  const std::span<const std::uint8_t> bytes(*content);
  const UserError damaged{"pack_damaged", "", {}};
  if (bytes.size() < kHeader ||
      !std::equal(kMagic.begin(), kMagic.end(), bytes.begin(), [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
    return damaged;
  Source source;
  const std::uint64_t seed = get(bytes, 8, 8);
  if (seed != kWhole) source.drawn_seed = seed;
  source.classes = static_cast<std::int64_t>(get(bytes, 16, 4));
  const std::uint64_t features = get(bytes, 20, 4), train = get(bytes, 24, 4), test = get(bytes, 28, 4);
  if (source.classes < 1 || source.classes > 256 || features == 0 || features > (1U << 24) || (features + 1) * (train + test) != bytes.size() - kHeader)
    return damaged;
  std::size_t at = kHeader;
  const auto part = [&](Examples& into, std::size_t count) {
    into.features = static_cast<std::int64_t>(features);
    const auto pixels = bytes.subspan(at, count * features), labels = bytes.subspan(at + count * features, count);
    into.pixels.assign(pixels.begin(), pixels.end());
    into.labels.assign(labels.begin(), labels.end());
    at += count * (features + 1);
    return std::all_of(labels.begin(), labels.end(), [&](std::uint8_t label) { return label < source.classes; });
  };
  if (!part(source.train, train) || !part(source.test, test)) return damaged;
  return source;
}

Result<Source> drawn_source(const std::shared_ptr<const Source>& whole, std::uint64_t seed, std::int64_t train, std::int64_t test) {
  std::vector<int> classes(static_cast<std::size_t>(whole->classes));
  std::iota(classes.begin(), classes.end(), 0);
  Source out;
  out.classes = whole->classes;
  out.drawn_seed = seed;
  for (const bool is_train : {true, false}) {
    const Examples& from = is_train ? whole->train : whole->test;
    Examples& into = is_train ? out.train : out.test;
    auto part = draw_part(*whole, is_train, seed, classes, is_train ? train : test);
    if (!part) return part.error();
    into.features = from.features;
    for (const std::uint32_t row : part->rows) {
      const auto begin = from.pixels.begin() + static_cast<std::ptrdiff_t>(row) * from.features;
      into.pixels.insert(into.pixels.end(), begin, begin + from.features);
      into.labels.push_back(from.labels[row]);
    }
  }
  return out;
}

} // namespace downhill
