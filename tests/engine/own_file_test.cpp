#include "core/hash.hpp"
#include "data/gzip.hpp"
#include "data/own_file.hpp"

#include <doctest/doctest.h>

using namespace downhill;

namespace {

OwnData pictures() {
  OwnData data;
  data.shape = {2, 3};
  data.classes = {"猫", "dog"};
  std::uint8_t pixel = 0;
  for (auto [part, count] : {std::pair{&data.train, 4}, std::pair{&data.validation, 1}, std::pair{&data.test, 2}}) {
    part->features = 6;
    for (int i = 0; i < count; ++i) part->labels.push_back(static_cast<std::uint8_t>(i % 2));
    for (int i = 0; i < 6 * count; ++i) part->pixels.push_back(pixel++);
  }
  return data;
}
OwnData table() {
  OwnData data;
  data.shape = {2};
  data.columns = {"rooms", "m²"};
  data.answer = "price";
  for (Examples* part : {&data.train, &data.test}) {
    part->features = 2;
    part->values = {1, 2.5F, -3, 1e-30F};
    part->targets = {0.5F, -7};
  }
  data.validation.features = 2;
  return data;
}
std::string text_of(const OwnData& data) {
  const auto content = own_content(data);
  return {content.begin(), content.end()};
}
Result<OwnData> reread(std::string text) { return read_own_file(gzip({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})); }

} // namespace

TEST_CASE("own file: what is written is read again, and named by its content") {
  for (const OwnData& data : {pictures(), table()}) {
    const auto file = write_own_file(data);
    const auto read = read_own_file(file);
    REQUIRE(read.ok());
    CHECK(text_of(*read) == text_of(data));
    Hash hash;
    hash.add_bytes(own_content(data));
    CHECK(own_hash(data) == hash.value());
    CHECK(own_content_size(data) == text_of(data).size());
    const auto source = own_source(file);
    REQUIRE(source.ok());
    CHECK(source->file_hash == own_hash(data));
    CHECK(source->classes == static_cast<std::int64_t>(data.classes.size()));
    CHECK(source->names == data.classes);
    CHECK(source->train.pixels == data.train.pixels);
    CHECK(source->test.targets == data.test.targets);
  }
}

TEST_CASE("own file: one that would come to more than there is room for is refused by its first line, whatever follows") {
  OwnData wide = table();
  wide.columns.clear();
  for (int i = 0; i < 4096; ++i) wide.columns.push_back("c" + std::to_string(i));
  wide.shape = {4096};
  for (const auto& [rows, code] : {std::pair{8192, "own_damaged"}, std::pair{20000, "too_large"}}) {
    std::string text = text_of(wide);
    text = text.substr(0, text.find('\n') + 1);
    const std::string train = "\"train\":2", more = "\"train\":" + std::to_string(rows - 2);
    text.replace(text.find(train), train.size(), more);
    CHECK(reread(text + "1234").error().code == code);
  }
}

TEST_CASE("own file: the header and the order of the bytes are as engine/README.md has them") {
  const std::string text = text_of(table());
  CHECK(text.starts_with(
      R"({"answer":"price","answers":"numbers","columns":["rooms","m²"],"downhill_data":1,"features":"numbers","parts":{"test":2,"train":2,"validation":0},"shape":[2]})"
      "\n"));
  CHECK(text.size() == text.find('\n') + 1 + 2 * (2 * 2 + 2) * 4);
  const std::string bytes = text_of(pictures()).substr(text_of(pictures()).find('\n') + 1);
  CHECK(bytes.size() == 7 * 7);
  CHECK(bytes[23] == 23);
  CHECK(bytes.substr(24, 4) == std::string("\0\1\0\1", 4)); // the labels of training stand after its pixels
  CHECK(bytes[28] == 24);
}

TEST_CASE("own file: whatever is not as it was written is refused") {
  const auto refused = [](const std::string& text) {
    const auto read = reread(text);
    REQUIRE(!read.ok());
    CHECK(read.error().code == "own_damaged");
    CHECK(!read.error().sentence(Language::zh).empty());
  };
  const auto with = [](std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string p = text_of(pictures()), t = text_of(table());
  REQUIRE(reread(p).ok());
  refused("");
  refused("{}\n");
  refused("[]\n");
  refused(p + "x");
  refused(p.substr(0, p.size() - 1));
  refused(with(p, "\"downhill_data\":1", "\"downhill_data\":2"));
  refused(with(p, "\"shape\":[2,3]", "\"shape\":[3,2]}"));
  refused(with(p, "\"shape\":[2,3]", "\"shape\":[6]"));
  refused(with(p, "\"shape\":[2,3]", "\"shape\":[0,3]"));
  refused(with(p, "\"shape\":[2,3]", "\"shape\":[4097,4097]"));
  refused(with(p, "\"shape\":[2,3]", "\"shape\": [2,3]")); // nothing but the one way to write it
  refused(with(p, "{\"answers\"", "{\"a\":1,\"answers\""));
  refused(with(p, "\"train\":4", "\"train\":-4"));
  refused(with(p, "\"train\":4", "\"train\":4000000000"));
  refused(with(p, "\"test\":2", "\"test\":0"));
  refused(with(p, "[\"猫\",\"dog\"]", "[\"dog\",\"dog\"]"));
  refused(with(p, "[\"猫\",\"dog\"]", "[\"猫\"]")); // a label without a class
  refused(with(p, "[\"猫\",\"dog\"]", "[\"猫\\n\",\"dog\"]"));
  refused(with(p, "[\"猫\",\"dog\"]", "[\"猫\",\"" + std::string(101, 'd') + "\"]"));
  refused(with(t, "\"shape\":[2]", "\"shape\":[3]"));
  refused(t.substr(0, t.size() - 4) + std::string("\0\0\xc0\x7f", 4)); // NaN
  CHECK(read_own_file(std::vector<std::uint8_t>{1, 2, 3}).error().code == "gzip_damaged");
  auto cut = write_own_file(pictures());
  cut.pop_back();
  CHECK(read_own_file(cut).error().code == "gzip_damaged");
  cut = write_own_file(pictures());
  cut[cut.size() - 6] ^= 1; // the checksum
  CHECK(read_own_file(cut).error().code == "gzip_damaged");
}

TEST_CASE("own file: runs draw from it, and only from the one they name") {
  const auto source = own_source(write_own_file(pictures()));
  REQUIRE(source.ok());
  DataSettings settings;
  settings.source = "own";
  settings.train = 4;
  settings.test = 2;
  const auto shared = std::make_shared<const Source>(*source);
  const auto subset = draw_subset(shared, settings);
  REQUIRE(subset.ok());
  CHECK(subset->classes == 2);
  CHECK(class_names(*shared, settings) == std::vector<std::string>{"猫", "dog"});
  settings.file = "0123456789abcdef";
  CHECK(draw_subset(shared, settings).error().code == "other_file");
}
