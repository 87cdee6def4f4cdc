#include "data/csv.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "data/toys.hpp"
#include "engine/fixtures.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace downhill;
using namespace downhill::fixtures;

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

TEST_CASE("gzip of several members is their contents one after the other; what follows them is left, as gzip does") {
  const Bytes one(70000, 1), two{2, 3}, both = joined({one, two});
  const Bytes packed = joined({gzip(one), gzip({}), gzip(two)});
  CHECK(*gunzip(packed, both.size()) == both);
  CHECK(gunzip(packed, both.size() - 1).error().code == "too_large");
  for (const Bytes& rest : {Bytes(512, 0), Bytes{'x'}, Bytes{0x1f}, Bytes{0, 0x1f, 0x8b}}) CHECK(*gunzip(joined({packed, rest}), both.size()) == both);
  const Bytes last = gzip(two);
  for (std::size_t n = 2; n < last.size(); ++n) // a further member that is cut is damage, no rest
    CHECK(gunzip(joined({gzip(one), Bytes(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(n))}), both.size()).error().code == "gzip_damaged");
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
  DataSettings data = data_settings(14, 9, {1, 2});
  data.seed = 4;
  data.label_noise = 0.5;
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
  DataSettings data = data_settings(30000, 3, {0, 1, 2});
  data.label_noise = 0.2;
  const Subset subset = *draw_subset(source, data);
  int wrong = 0;
  for (std::size_t i = 0; i < 30000; ++i) wrong += subset.train.labels[i] != subset.train.true_labels[i];
  CHECK(wrong > 5700);
  CHECK(wrong < 6300);
}

TEST_CASE("toys: two balanced classes or numbers, where their formulas put them; smaller draws begin larger ones") {
  for (const ToyEntry& toy : toys()) {
    CAPTURE(std::string(toy.id));
    DataSettings data;
    data.source = toy.id;
    data.train = 200;
    data.test = 50;
    const Subset subset = *draw_subset(nullptr, data);
    CHECK(subset.features() == toy.features);
    CHECK(subset.classes == toy.classes);
    CHECK(subset.train.size() == 200);
    CHECK(subset.test.size() == 50);
    CHECK(subset.train.targets.size() == (toy.classes == 0 ? 200 : 0));
    if (toy.classes == 2) CHECK(std::count(subset.train.labels.begin(), subset.train.labels.end(), 1) == 100);
    CHECK(subset.source->train.values != subset.source->test.values);
    for (const float v : subset.source->train.values) CHECK(std::fabs(v) <= 1.5F);
    data.train = 20;
    const Subset fewer = *draw_subset(nullptr, data);
    for (std::size_t i = 0; i < 20 * static_cast<std::size_t>(toy.features); ++i) CHECK(fewer.source->train.values[i] == subset.source->train.values[i]);
    data.seed = 2;
    data.noise = 0.1;
    const Subset other = *draw_subset(nullptr, data);
    CHECK(other.source->train.values != fewer.source->train.values);
    data.seed = 1;
    const Subset again = *draw_subset(nullptr, data);
    CHECK(again.source->train.values.size() == fewer.source->train.values.size());
    CHECK(again.source->train.values == (*draw_subset(nullptr, data)).source->train.values);
    CHECK(again.source->train.values != other.source->train.values);
    if (toy.classes == 2) {
      data.classes = {1};
      CHECK(draw_subset(nullptr, data).error().code == "one_class");
    }
  }
  DataSettings rings;
  rings.source = "circles";
  rings.train = 100;
  rings.test = 2;
  const Subset subset = *draw_subset(nullptr, rings);
  for (std::size_t i = 0; i < 100; ++i) {
    const float x = subset.source->train.values[2 * i], y = subset.source->train.values[2 * i + 1];
    CHECK(x * x + y * y == doctest::Approx(subset.train.labels[i] == 0 ? 1.0 : 0.25).epsilon(1e-5));
  }
}

TEST_CASE("a user's CSV: classes by label, numbers by target, parts, and what is refused") {
  const auto read = [](std::string_view text) { return read_csv({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}); };
  const auto code = [&](std::string_view text) {
    const auto source = read(text);
    return source ? std::string("none") : source.error().code;
  };
  const auto source = read("\xef\xbb\xbfx,label,\"the, y\"\r\n1,cat,2\r\n3,10,4\n5,9,6\n-1e-2,cat,.5\n\n7,\"a \"\"dog\"\"\",8");
  REQUIRE(source.ok());
  CHECK(source->classes == 4); // 9, 10, a "dog", cat
  CHECK(source->train.values == Vector{1, 2, 3, 4, 5, 6, -0.01F, 0.5F});
  CHECK(source->train.labels == Bytes{3, 1, 0, 3});
  CHECK(source->test.values == Vector{7, 8});
  CHECK(source->test.labels == Bytes{2});
  const std::string_view lf = "x,label\n1,a\n2,b\n3,a\n4,b\n5,a\n";
  std::string cr(lf);
  std::replace(cr.begin(), cr.end(), '\n', '\r'); // as spreadsheets on old Macs wrote
  REQUIRE(read(cr).ok());
  CHECK(read(cr)->train.values == read(lf)->train.values);
  CHECK(read(cr)->train.labels == read(lf)->train.labels);
  const auto numbers = read("part,x,target\ntest,1,2.5\ntrain,2,3.5\n");
  REQUIRE(numbers.ok());
  CHECK(numbers->classes == 0);
  CHECK(numbers->test.targets == Vector{2.5F});
  CHECK(numbers->train.targets == Vector{3.5F});
  for (const char* bad : {"", "a,b\n1,2\n", "label,target,x\n1,2,3\n"}) CHECK(code(bad) == "csv_header");
  CHECK(code("\"label,x\n1,2\n") == "csv_damaged"); // the quote is what is wrong, not the names
  CHECK(code("x,label\n1,a\n") == "csv_empty");
  for (const char* bad : {"x,x,label\n1,2,a\n", "x,label,label\n1,a,b\n", "x,,y,,label\n1,2,3,4,a\n", "x,part,label,part\n1,test,a,train\n"})
    CHECK(code(bad) == "csv_columns");
  for (const char* bad : {"label\na\n", "x,label\n1\n", "x,label\n1,2,3\n", "x,label\nabc,1\n", "x,label\n1e400,1\n", "x,label\nnan,1\n", "x,label\n0x10,1\n",
                          "x,label\n,1\n", "x,label,part\n1,2,maybe\n", "x,label\n\"1,2\n", "x,label\n\"1\"x,2\n"})
    CHECK(code(bad) == "csv_damaged");
  CHECK(read("x,label\n1,a\nb,c\n").error().sentence(Language::en).find("line 3") != std::string::npos);
  // what was read can be drawn from, and only by the experiment that was made with this file
  DataSettings data;
  data.source = "own";
  data.train = data.test = 1;
  data.classes = {0, 3};
  CHECK(draw_subset(nullptr, data).error().code == "needs_file");
  data.file = "0000000000000000";
  CHECK(draw_subset(std::make_shared<Source>(*source), data).error().code == "other_file");
  data.file = "";
  CHECK(draw_subset(std::make_shared<Source>(*source), data).error().code == "no_test_examples"); // class 0, "9", is not in the test part
  data.classes = {9, 0};
  CHECK(draw_subset(std::make_shared<Source>(*source), data).error().code == "no_such_class");
  // numbers have no classes: neither to choose, nor to make wrong
  data.classes = {0};
  CHECK(draw_subset(std::make_shared<Source>(*numbers), data).error().code == "no_classes");
  data.classes = {};
  CHECK(draw_subset(std::make_shared<Source>(*numbers), data).ok());
  data.label_noise = 0.1;
  CHECK(draw_subset(std::make_shared<Source>(*numbers), data).error().code == "no_classes");
  CHECK(draw_subset(std::make_shared<Source>(*read("x,label\n1,a\n2,a\n3,a\n4,a\n5,a\n")), data).error().code == "one_class");
}

TEST_CASE("own labels with gaps: the classes are those that occur; one that a part lacks is named") {
  const auto source_of = [](const Bytes& train, const Bytes& test) {
    const auto n = [](const Bytes& labels) { return static_cast<std::uint32_t>(labels.size()); };
    const Bytes files[] = {idx_images(n(train), 2, 2), idx_labels(train), idx_images(n(test), 2, 2), idx_labels(test)};
    return std::make_shared<Source>(*read_idx_files({files[0], files[1], files[2], files[3]}, 256));
  };
  DataSettings data;
  data.source = "own";
  data.train = 6;
  data.test = 3;
  const auto source = source_of({26, 1, 7, 1, 26, 7}, {7, 26, 1});
  const Subset all = *draw_subset(source, data);
  CHECK(all.classes == 3);
  for (std::size_t i = 0; i < 6; ++i) CHECK(source->train.labels[all.train.rows[i]] == Bytes{1, 7, 26}[all.train.labels[i]]);
  CHECK(class_names(*source, data) == std::vector<std::string>{"1", "7", "26"});
  // the file's own numbers are what `classes` names
  data.classes = {26, 1};
  data.train = 4;
  data.test = 2;
  const Subset two = *draw_subset(source, data);
  for (std::size_t i = 0; i < 4; ++i) CHECK(source->train.labels[two.train.rows[i]] == data.classes[two.train.labels[i]]);
  data.classes = {26, 2};
  CHECK(draw_subset(source, data).error().sentence(Language::en) == "/data/classes: the training set has no examples of class 2; leave it out of data.classes");
  data.classes = {};
  data.train = 3;
  CHECK(draw_subset(source_of({1, 2, 4}, {1, 2, 2}), data).error().sentence(Language::en) ==
        "/data/classes: the test set has no examples of class 4; leave it out of data.classes");
}
