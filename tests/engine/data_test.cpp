#include "data/gzip.hpp"
#include "data/idx.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace downhill;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes word(std::uint32_t v) {
  return {static_cast<std::uint8_t>(v >> 24), static_cast<std::uint8_t>(v >> 16), static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v)};
}
Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
Bytes idx_images(std::uint32_t n, std::uint32_t h, std::uint32_t w) {
  Bytes pixels(std::size_t{n} * h * w);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  return joined({word(0x803), word(n), word(h), word(w), pixels});
}
Bytes idx_labels(const Bytes& labels) { return joined({word(0x801), word(static_cast<std::uint32_t>(labels.size())), labels}); }

std::shared_ptr<const Source> small_source() {
  auto source = std::make_shared<Source>();
  source->classes = 3;
  for (Examples* part : {&source->train, &source->test}) {
    part->features = 1;
    for (int i = 0; i < 60; ++i) {
      part->labels.push_back(static_cast<std::uint8_t>(i % 3));
      part->pixels.push_back(static_cast<std::uint8_t>(i));
    }
  }
  return source;
}

} // namespace

TEST_CASE("IDX files are read, and bad ones refused") {
  const auto good = read_idx(idx_images(3, 2, 2), idx_labels({0, 1, 2}), 3);
  REQUIRE(good.ok());
  CHECK(good->size() == 3);
  CHECK(good->features == 4);
  CHECK(good->pixels[5] == 5);
  const auto code = [](const Bytes& images, const Bytes& labels) {
    const auto result = read_idx(images, labels, 3);
    return result ? std::string("none") : result.error().code;
  };
  CHECK(code({}, {}) == "idx_damaged");
  CHECK(code(idx_images(3, 2, 2), idx_labels({0, 1})) == "idx_counts");
  CHECK(code(idx_images(3, 2, 2), idx_labels({0, 1, 3})) == "idx_label");
  CHECK(code(idx_labels({0, 1, 2}), idx_images(3, 2, 2)) == "idx_damaged");
  CHECK(code(idx_images(3, 0, 2), idx_labels({0, 1, 2})) == "idx_damaged");
  Bytes huge = idx_images(3, 2, 2);
  for (std::size_t i = 4; i < 16; ++i) huge[i] = 0xff;
  Bytes huge_labels = idx_labels({0, 1, 2});
  for (std::size_t i = 4; i < 8; ++i) huge_labels[i] = 0xff;
  CHECK(code(huge, huge_labels) == "idx_damaged");
  const Bytes images = idx_images(3, 2, 2), labels = idx_labels({0, 1, 2});
  for (std::size_t n = 0; n < images.size(); ++n) CHECK(code(Bytes(images.begin(), images.begin() + static_cast<std::ptrdiff_t>(n)), labels) != "none");
}

TEST_CASE("gzip there and back; cut, damaged and oversized content is refused") {
  Bytes content(100000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * i >> 3);
  const Bytes packed = gzip(content);
  CHECK(packed == gzip(content));
  CHECK(is_gzip(packed));
  CHECK(*gunzip(packed, 100000) == content);
  CHECK(gunzip(packed, 99999).error().code == "too_large");
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{10}, packed.size() / 2, packed.size() - 1})
    CHECK(gunzip(std::span(packed).first(n), 200000).error().code == "gzip_damaged");
  Bytes damaged = packed;
  damaged[packed.size() / 2] ^= 1;
  CHECK(!gunzip(damaged, 200000).ok());
  CHECK(gzip({}).size() > 10);
  CHECK(gunzip(gzip({}), 10)->empty());
}

TEST_CASE("draws are balanced, nested, seeded, without repetition, and within the classes asked for") {
  const auto source = small_source();
  const int classes[] = {2, 0};
  const auto draw = [&](std::uint64_t seed, std::int64_t count) { return *draw_part(*source, true, seed, classes, count); };
  const Part part = draw(1, 11);
  int of_first = 0;
  for (std::size_t i = 0; i < part.rows.size(); ++i) {
    CHECK(source->train.labels[part.rows[i]] == classes[part.labels[i]]);
    of_first += part.labels[i] == 0;
  }
  CHECK(of_first == 6);
  CHECK(std::set<std::uint32_t>(part.rows.begin(), part.rows.end()).size() == 11);
  const Part larger = draw(1, 40);
  CHECK(std::equal(part.rows.begin(), part.rows.end(), larger.rows.begin()));
  CHECK(draw(2, 11).rows != part.rows);
  CHECK(draw_part(*source, true, 1, classes, 41).error().code == "too_many_examples");
}

TEST_CASE("a drawn source gives the same examples as the whole one") {
  const auto source = small_source();
  const int all[] = {0, 1, 2};
  auto drawn = std::make_shared<Source>();
  drawn->classes = 3;
  drawn->drawn_seed = 4;
  for (const bool train : {true, false}) {
    const Part part = *draw_part(*source, train, 4, all, 30);
    Examples& into = train ? drawn->train : drawn->test;
    into.features = 1;
    for (const std::uint32_t row : part.rows) {
      into.pixels.push_back((train ? source->train : source->test).pixels[row]);
      into.labels.push_back((train ? source->train : source->test).labels[row]);
    }
  }
  const int some[] = {1, 2};
  DataSettings data{"fashion-mnist", 4, 14, 9, {1, 2}, 0.5};
  const Subset from_whole = *draw_subset(source, data), from_drawn = *draw_subset(drawn, data);
  for (std::size_t i = 0; i < 14; ++i) CHECK(source->train.pixels[from_whole.train.rows[i]] == drawn->train.pixels[from_drawn.train.rows[i]]);
  CHECK(from_whole.train.labels == from_drawn.train.labels);
  CHECK(from_whole.train.labels != from_whole.train.true_labels);
  CHECK(from_whole.test.labels == from_whole.test.true_labels);
  CHECK(draw_part(*drawn, true, 5, some, 4).error().code == "needs_larger_pack");
  CHECK(draw_part(*drawn, true, 4, some, 21).error().code == "needs_larger_pack");
}

TEST_CASE("label noise changes the stated share, always to another class") {
  auto source = std::make_shared<Source>(*small_source());
  source->train.labels.clear();
  source->train.pixels.clear();
  for (int i = 0; i < 30000; ++i) {
    source->train.labels.push_back(static_cast<std::uint8_t>(i % 3));
    source->train.pixels.push_back(0);
  }
  const Subset subset = *draw_subset(source, {"fashion-mnist", 1, 30000, 3, {0, 1, 2}, 0.2});
  int wrong = 0;
  for (std::size_t i = 0; i < 30000; ++i) wrong += subset.train.labels[i] != subset.train.true_labels[i];
  CHECK(wrong > 5700);
  CHECK(wrong < 6300);
}
