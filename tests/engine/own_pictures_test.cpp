#include "core/streams.hpp"
#include "engine/own_fixtures.hpp"
#include "own/pictures.hpp"

using namespace downhill;
using namespace downhill::fixtures;

namespace {

using Files = std::vector<std::pair<std::string, OwnBytes>>;

OwnPictures taken(const Files& files, SquareLook look = {}) {
  OwnPictures pictures(look);
  for (const auto& [name, bytes] : files)
    if (pictures.wants(name, bytes.size())) pictures.add(name, bytes);
  return pictures;
}
// Ten pictures of each of two classes; the first pixel says which one it is.
Files two_classes(const std::string& before = "", const std::string& a = "cats", const std::string& b = "dogs") {
  Files files;
  for (int i = 0; i < 10; ++i) {
    files.push_back({before + a + "/" + std::to_string(i) + ".png", plain_png(static_cast<std::uint8_t>(i))});
    files.push_back({before + b + "/" + std::to_string(i) + ".png", plain_png(static_cast<std::uint8_t>(100 + i))});
  }
  return files;
}
OwnBytes text(std::string_view text) { return {text.begin(), text.end()}; }
std::vector<int> firsts(const Examples& part) {
  std::vector<int> out;
  for (std::size_t i = 0; i < part.pixels.size(); i += static_cast<std::size_t>(part.features)) out.push_back(part.pixels[i]);
  return out;
}

} // namespace

TEST_CASE("own pictures: the first folder below what all share is the class; order and outer folders change nothing") {
  auto pictures = taken(two_classes());
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(pictures.told().count() == 0);
  CHECK(data->classes == std::vector<std::string>{"cats", "dogs"});
  CHECK(data->shape == std::vector<std::int64_t>{28, 28});
  CHECK(data->train.size() == 16);
  CHECK(data->test.size() == 4);
  for (const Examples* part : {&data->train, &data->test}) {
    const auto pixels = firsts(*part);
    for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(part->labels[i] == (pixels[i] >= 100 ? 1 : 0));
  }
  Files other = two_classes("my data/v2/");
  std::reverse(other.begin(), other.end());
  const auto same = taken(other).finish({}, {});
  REQUIRE(same.ok());
  CHECK(own_content(*same) == own_content(*data));
  const auto seeded = taken(other).finish({}, {2, 20, 0});
  CHECK(own_content(*seeded) != own_content(*data));
  const auto zipped = [&] {
    std::vector<Entry> entries;
    for (const auto& [name, bytes] : two_classes("zip/")) entries.push_back({name, bytes});
    return zip(entries);
  }();
  auto file = ZipFile::open(in_memory(zipped));
  REQUIRE(file.ok());
  OwnPictures from_zip({});
  while (*file->next())
    if (from_zip.wants(file->name(), file->size())) from_zip.add(file->name(), *file->read(1U << 20));
  CHECK(own_content(*from_zip.finish({}, {})) == own_content(*data));
}

TEST_CASE("own pictures: the split is the stream's, by class, as engine/README.md has it") {
  OwnSplit split{7, 30, 20};
  const auto data = taken(two_classes()).finish({}, split);
  REQUIRE(data.ok());
  for (const std::uint32_t label : {0U, 1U}) {
    const auto order = random_order(PhiloxStream(stream_key(7, Purpose::split, label)), 10);
    std::vector<int> test, validation;
    for (std::size_t i = 0; i < 3; ++i) test.push_back(static_cast<int>(100 * label + order[i]));
    for (std::size_t i = 3; i < 5; ++i) validation.push_back(static_cast<int>(100 * label + order[i]));
    std::sort(test.begin(), test.end());
    std::sort(validation.begin(), validation.end());
    const auto of_label = [&](const Examples& part) {
      std::vector<int> out;
      for (const int v : firsts(part))
        if ((v >= 100) == (label == 1)) out.push_back(v);
      return out;
    };
    CHECK(of_label(data->test) == test);
    CHECK(of_label(data->validation) == validation);
    CHECK(of_label(data->train).size() == 5);
  }
}

TEST_CASE("own pictures: folders called train and test are the parts") {
  Files files = two_classes("x/train/");
  for (const auto& each : two_classes("x/测试/")) files.push_back(each);
  files.push_back({"x/val/cats/1.png", plain_png(50)});
  const auto data = taken(files).finish({}, {});
  REQUIRE(data.ok());
  CHECK(data->train.size() == 20);
  CHECK(data->validation.size() == 1);
  CHECK(data->test.size() == 20);
  CHECK(data->classes == std::vector<std::string>{"cats", "dogs"});
}

TEST_CASE("own pictures: what lies beside train and test is left out, and validation tests where nothing else does") {
  Files files = two_classes("train/");
  for (const auto& each : two_classes("test/")) files.push_back(each);
  const auto clean = taken(files).finish({}, {});
  REQUIRE(clean.ok());
  files.push_back({"logo.png", plain_png(1)});
  files.push_back({"extra/cats/1.png", plain_png(1)});
  files.push_back({"train/loose.png", plain_png(1)});
  auto pictures = taken(files);
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(own_content(*data) == own_content(*clean));
  CHECK(times(pictures.told(), "own_no_class") == 3);

  Files outer = two_classes("x/train/");
  for (const auto& each : two_classes("x/test/")) outer.push_back(each);
  outer.push_back({"logo.png", plain_png(1)});
  auto above = taken(outer);
  CHECK(own_content(*above.finish({}, {})) == own_content(*clean));
  CHECK(times(above.told(), "own_no_class") == 1);

  Files two = two_classes("train/");
  for (const auto& each : two_classes("val/")) two.push_back(each);
  auto validated = taken(two);
  const auto tested = validated.finish({}, {});
  REQUIRE(tested.ok());
  CHECK(own_content(*tested) == own_content(*clean));
  CHECK(times(validated.told(), "own_validation_tests") == 1);
  // a class may be called train
  CHECK(taken(two_classes("", "train", "bus")).finish({}, {})->classes == std::vector<std::string>{"bus", "train"});
}

TEST_CASE("own pictures: two folders may hold files of one name, and finishing again changes nothing") {
  OwnPictures pictures({});
  for (int root = 0; root < 2; ++root) {
    pictures.next_root();
    for (const auto& [name, bytes] : two_classes()) pictures.add(name, bytes);
  }
  pictures.add("lonely/1.png", plain_png(1));
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(data->train.size() + data->test.size() == 40);
  CHECK(pictures.told().count() == 1); // the lonely one
  CHECK(own_content(*pictures.finish({}, {7, 50, 0})) != own_content(*data));
  CHECK(own_content(*pictures.finish({}, {})) == own_content(*data));
  CHECK(pictures.told().count() == 1);
}

TEST_CASE("own pictures: long names of classes stay apart, long names of files are left out") {
  std::string animals;
  for (int i = 0; i < 8; ++i) animals += "喜欢的动物";
  Files files = two_classes("", animals + "A", animals + "B");
  files.push_back({std::string(1001, 'a') + ".png", plain_png(1)});
  auto pictures = taken(files);
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  REQUIRE(data->classes.size() == 2);
  CHECK(data->classes[0].size() <= kOwnNameMost);
  CHECK(data->classes[0] != data->classes[1]);
  CHECK(read_own_file(write_own_file(*data)).ok());
  CHECK(times(pictures.told(), "own_long_name") == 1);
  CHECK(pictures.told().list().front().place.size() <= kPathBytesMost);
}

TEST_CASE("own pictures: more than can be used are refused, whichever came first") {
  OwnPictures pictures({});
  const OwnBytes dot = plain_png(1, 1);
  for (std::int64_t i = 0; i <= kOwnExamplesMost; ++i) {
    const std::string name = std::to_string(i % 2) + "/" + std::to_string(i) + ".png";
    if (pictures.wants(name, dot.size())) pictures.add(name, dot);
  }
  CHECK(pictures.full());
  CHECK(pictures.finish({}, {}).error().code == "own_many_pictures");
}

TEST_CASE("own pictures: what can't be used is told by name, and the rest is used") {
  Files files = two_classes();
  OwnBytes cut = plain_png(3);
  cut.resize(cut.size() - 3);
  files.push_back({"cats/cut.png", cut});
  files.push_back({"cats/words.jpg", text("not a picture")});
  files.push_back({"cats/moving.webp", stored_picture("webp_moving")});
  files.push_back({"cats/0.png", plain_png(9)});
  files.push_back({"dogs/old.gif", text("GIF89a")});
  files.push_back({"../x.png", plain_png(1)});
  files.push_back({"cover.png", plain_png(1)});
  files.push_back({"lonely/1.png", plain_png(1)});
  for (const char* name : {"__MACOSX/cats/._0.png", "cats/.DS_Store", "cats/Thumbs.db"}) files.push_back({name, text("x")});
  auto pictures = taken(files);
  CHECK(!pictures.wants("cats/huge.png", kPictureBytesMost + 1));
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(own_content(*data) == own_content(*taken(two_classes()).finish({}, {})));
  const Told& told = pictures.told();
  CHECK(told.count() == 10);
  const auto tells = [&](std::string_view code, std::string_view place) {
    return std::any_of(told.list().begin(), told.list().end(), [&](const UserError& e) { return e.code == code && e.place == place; });
  };
  CHECK(tells("own_picture_cut", "cats/cut.png"));
  CHECK(tells("own_not_picture", "cats/words.jpg"));
  CHECK(tells("own_picture_moving", "cats/moving.webp"));
  CHECK(tells("own_twice", "cats/0.png"));
  CHECK(tells("own_not_picture", "dogs/old.gif"));
  CHECK(tells("own_unsafe_name", "../x.png"));
  CHECK(tells("own_no_class", "cover.png"));
  CHECK(tells("too_large", "cats/huge.png"));
  CHECK(tells("own_few_in_class", ""));
  CHECK(tells("own_system_files", ""));
  for (const UserError& each : told.list()) CHECK(each.sentence(Language::zh) != each.sentence(Language::en));
}

TEST_CASE("own pictures: one class, or none, is a sentence") {
  const auto why = [](const Files& files) {
    const auto data = taken(files).finish({}, {});
    return data ? UserError{"fine", "", {}} : data.error();
  };
  CHECK(why({}).code == "own_no_pictures");
  CHECK(why({{"1.png", plain_png(1)}, {"2.png", plain_png(2)}}).code == "own_no_pictures"); // loose files, told
  const UserError one = why({{"x/cats/1.png", plain_png(1)}, {"x/cats/2.png", plain_png(2)}});
  CHECK(one.code == "own_one_class");
  CHECK(one.with.front() == "cats");
  CHECK(why({{"a/1.png", plain_png(1)}, {"b/2.png", plain_png(2)}}).code == "own_few");
}

TEST_CASE("own pictures: a table beside them gives scores or classes") {
  Files files;
  for (int i = 0; i < 20; ++i) files.push_back({"faces/" + std::to_string(i) + ".png", plain_png(static_cast<std::uint8_t>(i))});
  std::string scores = "file;score\n", classes = "picture,rater,label\n";
  for (int i = 0; i < 18; ++i) {
    scores += std::to_string(i) + ".png;" + std::to_string(i / 4) + "," + std::to_string(i % 4) + "\n";
    classes += "faces/" + std::to_string(i) + ",x," + (i % 2 ? "好" : "坏") + "\n";
  }
  Files rated = files;
  rated.push_back({"faces/scores.csv", text(scores + "nobody.png;3\n3.png;1\n18.png;\n")});
  rated.push_back({"notes.csv", text("a,b\nx,y\n")});
  auto pictures = taken(rated);
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(data->classes.empty());
  CHECK(data->answer == "score");
  CHECK(data->train.size() + data->test.size() == 18);
  const auto pixels = firsts(data->train);
  for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(data->train.targets[i] == static_cast<float>(pixels[i] / 4 + 0.1 * (pixels[i] % 4)));
  CHECK(times(pictures.told(), "own_no_such_picture") == 1);
  CHECK(times(pictures.told(), "own_listed_twice") == 1);
  CHECK(times(pictures.told(), "own_missing") == 1);
  CHECK(times(pictures.told(), "own_not_listed") == 2);
  CHECK(times(pictures.told(), "own_table_unused") == 1);

  files.push_back({"labels.csv", text(classes)});
  const auto named = taken(files).finish({}, {});
  REQUIRE(named.ok());
  CHECK(named->classes == std::vector<std::string>{"坏", "好"});
  CHECK(taken(files).finish({"nobody", {}, AnswerKind::guess}, {}).error().code == "own_no_column");
  CHECK(taken(files).finish({"rater", {}, AnswerKind::guess}, {}).error().code == "own_one_value");
}

TEST_CASE("own pictures: a table may lack names of columns, and there may be many tables") {
  Files files;
  std::string rows;
  for (int i = 0; i < 20; ++i) {
    files.push_back({"faces/" + std::to_string(i) + ".png", plain_png(static_cast<std::uint8_t>(i))});
    rows += std::to_string(i) + ".png," + (i % 2 ? "good" : "bad") + "\n";
  }
  files.push_back({"a/0.png", plain_png(1)}); // the table's 0.png may be either
  files.push_back({"ratings.csv", text(rows)});
  files.push_back({"second.csv", text(rows)});
  for (std::size_t i = 2; i < kPictureTablesMost + 1; ++i) files.push_back({"tables/" + std::to_string(i) + ".csv", text("a,b\nx,y\n")});
  auto pictures = taken(files);
  while (pictures.advance()) {
  }
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(data->classes == std::vector<std::string>{"bad", "good"});
  CHECK(data->train.size() + data->test.size() == 19);
  CHECK(times(pictures.told(), "own_two_of_name") == 1);
  CHECK(times(pictures.told(), "own_table_second") == 1);
  CHECK(times(pictures.told(), "own_many_tables") == 1);
  CHECK(times(pictures.told(), "own_table_unused") == kPictureTablesMost - 2);
}

TEST_CASE("own pictures: bare numbers in a table name pictures only where it says so") {
  Files files = two_classes();
  std::string numbers = "a,b,c\n", names = "id,score\n", bare;
  for (int i = 0; i < 10; ++i) {
    files.push_back({"cats/" + std::to_string(20 + i) + ".png", plain_png(static_cast<std::uint8_t>(20 + i))});
    numbers += std::to_string(20 + i) + "," + std::to_string(i) + ",1\n";
    names += std::to_string(20 + i) + "," + std::to_string(i) + ".5\n";
    bare += std::to_string(20 + i) + "," + std::to_string(20 + i % 2) + "\n";
  }
  const auto with = [&](const std::string& table) {
    Files all = files;
    all.push_back({"table.csv", text(table)});
    return taken(all).finish({}, {});
  };
  CHECK(own_content(*with(numbers)) == own_content(*taken(files).finish({}, {})));
  const auto scored = with(names);
  REQUIRE(scored.ok());
  CHECK(scored->answer == "score");
  CHECK(scored->train.size() + scored->test.size() == 10);
  CHECK(with(bare)->train.size() + with(bare)->test.size() == 10); // no names of columns: the first one, each picture once
  std::string again;
  for (int i = 0; i < 40; ++i) again += std::to_string(20 + i % 4) + "," + std::to_string(i % 3) + "\n";
  CHECK(own_content(*with(again)) == own_content(*taken(files).finish({}, {})));
}

TEST_CASE("own pictures: IDX files are pictures by their labels, in pairs, packed or not, in any order") {
  const auto idx = [](const char* part, int count, std::uint8_t first) {
    OwnBytes images, labels;
    for (const int value : {0x803, count, 5, 3}) append(images, static_cast<std::uint64_t>(value), 4, false);
    for (const int value : {0x801, count}) append(labels, static_cast<std::uint64_t>(value), 4, false);
    for (int i = 0; i < count; ++i) {
      images.insert(images.end(), 15, static_cast<std::uint8_t>(first + i));
      labels.push_back(static_cast<std::uint8_t>(i % 2 == 0 ? 3 : 12));
    }
    return Files{{std::string(part) + "images-idx3-ubyte", images}, {std::string(part) + "labels-idx1-ubyte.gz", gzip(labels)}};
  };
  Files files = idx("raw/train-", 8, 0);
  for (const auto& each : idx("raw/t10k-", 4, 100)) files.push_back(each);
  auto pictures = taken(files);
  const auto data = pictures.finish({}, {});
  REQUIRE(data.ok());
  CHECK(pictures.told().count() == 0);
  CHECK(data->classes == std::vector<std::string>{"3", "12"});
  CHECK(data->shape == std::vector<std::int64_t>{28, 28});
  CHECK(firsts(data->test) == std::vector<int>{101, 103, 100, 102}); // in the order of their paths: 12 before 3
  CHECK(data->test.labels == std::vector<std::uint8_t>{1, 1, 0, 0});
  CHECK(data->train.size() == 8);
  std::reverse(files.begin(), files.end());
  CHECK(own_content(*taken(files).finish({}, {})) == own_content(*data));
  const auto alone = taken(idx("set-", 10, 0)).finish({}, {});
  REQUIRE(alone.ok());
  CHECK(alone->train.size() == 8);
  CHECK(taken(idx("", 10, 0), {28, false, true}).finish({}, {})->train.pixels[0] == 255 - alone->train.pixels[0]);

  Files odd = two_classes();
  odd.push_back(idx("x-", 4, 0)[0]);
  Files cut = idx("y-", 4, 0);
  cut[0].second.pop_back();
  odd.insert(odd.end(), cut.begin(), cut.end());
  odd.push_back({"z-idx3-ubyte.gz", text("\x1f\x8b no")});
  for (const auto& each : {idx("w-", 4, 0)[0], idx("w-", 4, 0)[0]}) odd.push_back(each);
  auto told = taken(odd);
  REQUIRE(told.finish({}, {}).ok());
  CHECK(own_content(*told.finish({}, {})) == own_content(*taken(two_classes()).finish({}, {})));
  CHECK(times(told.told(), "own_idx_alone") == 2);
  CHECK(times(told.told(), "idx_damaged") == 1);
  CHECK(times(told.told(), "own_twice") == 1);
  CHECK(told.told().count() == 5);
}

TEST_CASE("own pictures: 32 pixels, fit and invert reach the squares") {
  const auto data =
      taken({{"a/1.png", png(2, 1, 1, {0, 0})}, {"a/2.png", png(2, 1, 1, {0, 0})}, {"b/1.png", plain_png(7)}, {"b/2.png", plain_png(7)}}, {32, true, true})
          .finish({}, {});
  REQUIRE(data.ok());
  CHECK(data->shape == std::vector<std::int64_t>{32, 32});
  CHECK(data->train.pixels[0] == 255);
  CHECK(data->train.pixels[16 * 32] == 0);
  CHECK(data->train.pixels[1024] == 248);
}
