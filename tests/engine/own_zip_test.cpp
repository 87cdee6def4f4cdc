#include "engine/own_fixtures.hpp"
#include "own/paths.hpp"
#include "own/zip.hpp"

using namespace downhill;
using namespace downhill::fixtures;

namespace {

std::string refusal(const Entry& entry, std::size_t most = 1U << 20) {
  const OwnBytes bytes = zip({entry});
  auto file = ZipFile::open(in_memory(bytes));
  REQUIRE(file.ok());
  const auto more = file->next();
  REQUIRE(more.ok());
  const auto content = file->read(most);
  return content ? "read" : content.error().code;
}

} // namespace

TEST_CASE("own zip: entries come with their names and contents, folders are told apart") {
  const OwnBytes bytes = zip({{"a/", {}}, {"a/猫.png", {1, 2, 3}}, {"\xc3\xa8.png", {}}, {"\xc3\xa8\xd6\xd0.png", {4}}});
  auto file = ZipFile::open(in_memory(bytes));
  REQUIRE(file.ok());
  CHECK(file->count() == 4);
  REQUIRE(*file->next());
  CHECK(file->is_folder());
  REQUIRE(*file->next());
  CHECK(file->name() == "a/猫.png");
  CHECK(file->size() == 3);
  CHECK(*file->read(3) == OwnBytes{1, 2, 3});
  REQUIRE(*file->next());
  CHECK(file->name() == "è.png");
  REQUIRE(*file->next());
  CHECK(file->name() == "猫中.png"); // GBK, as Chinese Windows writes names
  CHECK(!*file->next());
}

TEST_CASE("own zip: what an entry declares untruly, or can't be read, is refused with its reason") {
  CHECK(refusal({"a", {1, 2, 3}}) == "read");
  CHECK(refusal({"a", {1, 2, 3}, 0, 0, 3, true}) == "own_zip_damaged");
  CHECK(refusal({"a", {1, 2, 3}, 0, 0, 4}) == "own_zip_damaged");
  CHECK(refusal({"a", {1, 2, 3}, 0, 8, 3}) == "own_zip_damaged");
  CHECK(refusal({"a", {1, 2, 3}, 1}) == "own_zip_locked");
  CHECK(refusal({"a", {1, 2, 3}, 0, 12}) == "own_zip_method");
  CHECK(refusal({"a", OwnBytes(100, 7)}, 99) == "too_large");
  CHECK(refusal({"a", {1, 2, 3}, 0, 0, 0xf0000000U}) == "too_large");
}

TEST_CASE("own zip: what no packing can come to is refused before anything is read") {
  const OwnBytes bytes = zip({{"a", {1, 2, 3}, 0, 8, 64U << 20}});
  ByteSource source = in_memory(bytes);
  int reads = 0;
  auto counted = [&reads, read = source.read](std::uint64_t at, std::span<std::uint8_t> into) {
    ++reads;
    return read(at, into);
  };
  auto file = ZipFile::open({source.size, counted});
  REQUIRE(file.ok());
  REQUIRE(file->next().ok());
  const int before = reads;
  CHECK(file->read(64U << 20).error().code == "own_zip_damaged");
  CHECK(reads == before);
}

TEST_CASE("own zip: entries that share their bytes can't come to more than the bound") {
  // thousands of entries at one place: the directory of a zip bomb, each of 64 MB of zeros, packed
  const auto packed = gzip(OwnBytes(64U << 20, 0));
  Entry one{"bomb.png", OwnBytes(packed.begin() + 10, packed.end() - 8), 0, 8, 64U << 20};
  OwnBytes bytes = zip({one});
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t directory = text.rfind("PK\1\2"), end = text.rfind("PK\5\6");
  const std::uint32_t sum = crc32_of(OwnBytes(64U << 20, 0)); // the fixture's is of the packed bytes
  for (int i = 0; i < 4; ++i) bytes[directory + 16 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum >> (8 * i));
  const OwnBytes row(bytes.begin() + static_cast<std::ptrdiff_t>(directory), bytes.begin() + static_cast<std::ptrdiff_t>(end));
  OwnBytes bomb(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(directory));
  for (int i = 0; i < 14; ++i) bytes[14 + static_cast<std::size_t>(i % 4)] = static_cast<std::uint8_t>(sum >> (8 * (i % 4)));
  for (int i = 0; i < 4; ++i) bomb[14 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum >> (8 * i));
  constexpr int kEntries = 40;
  for (int i = 0; i < kEntries; ++i) bomb.insert(bomb.end(), row.begin(), row.end());
  append(bomb, std::string_view("PK\5\6\0\0\0\0", 8));
  append(bomb, kEntries, 2, true);
  append(bomb, kEntries, 2, true);
  append(bomb, row.size() * kEntries, 4, true);
  append(bomb, directory, 4, true);
  append(bomb, 0, 2, true);
  auto file = ZipFile::open(in_memory(bomb));
  REQUIRE(file.ok());
  std::uint64_t unpacked = 0;
  std::string why;
  while (why.empty() && *file->next()) {
    const auto content = file->read(64U << 20);
    if (content)
      unpacked += content->size();
    else
      why = content.error().code;
  }
  CHECK(why == "own_zip_bomb");
  CHECK(unpacked == kZipContentMost);
}

TEST_CASE("own zip: a cut or changed file ends with a sentence or with what is whole") {
  const OwnBytes whole = zip({{"a/1.png", plain_png(1)}, {"b/2.png", plain_png(2)}});
  int opened = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    auto file = ZipFile::open(in_memory(std::span(whole).first(size)));
    if (!file) {
      CHECK(file.error().code == "own_zip_damaged");
      continue;
    }
    ++opened;
    while (file->next().ok() && file->count() < 10) {
      if (!file->read(1U << 20)) break;
      if (file->name() == "b/2.png") break;
    }
  }
  CHECK(opened >= 1);
}

TEST_CASE("own paths: what leads out of a folder, is hidden or a system's is told apart") {
  const auto kind = [](std::string_view name) { return own_path(name).kind; };
  CHECK(own_path("a\\b/./c//猫.PNG").text() == "a/b/c/猫.PNG");
  CHECK(kind("a\\b/./c//猫.PNG") == PathKind::picture);
  for (const char* name : {"../x.png", "a/../../x.png", "/etc/x.png", "\\x.png", "C:\\x.png", "..", "", "/", "./"}) CHECK(kind(name) == PathKind::unsafe);
  for (const char* name : {"__MACOSX/a/._1.png", "a/.DS_Store", ".hidden/1.png", "a/Thumbs.db", "a/DESKTOP.INI"}) CHECK(kind(name) == PathKind::system);
  for (const char* name : {"a/1.gif", "readme", "x.png.txt", "a/1.heic"}) CHECK(kind(name) == PathKind::other);
  for (const char* name : {"scores.CSV", "a/b.tsv"}) CHECK(kind(name) == PathKind::table);
  for (const char* name : {"..a/1.png"}) CHECK(kind(name) == PathKind::system);
  CHECK(kind("a..b/1.jpeg") == PathKind::picture);
  CHECK(kind(std::string(996, 'a') + ".png") == PathKind::picture);
  CHECK(kind(std::string(997, 'a') + ".png") == PathKind::long_name);
  std::string deep;
  for (int i = 0; i < 32; ++i) deep += "a/";
  CHECK(kind(deep + "1.png") == PathKind::picture);
  CHECK(kind("a/" + deep + "1.png") == PathKind::long_name);
}
