#include "engine/own_fixtures.hpp"
#include "own/table.hpp"
#include "own/text.hpp"

#include <algorithm>

using namespace downhill;
using namespace downhill::fixtures;

namespace {

struct Read {
  Result<OwnData> data;
  Told told;
};
Read read(std::string_view text, const OwnChoice& choice = {}, const OwnSplit& split = {}, std::size_t bytes_most = kOwnFeatureBytesMost) {
  auto table = OwnTable::open(bytes_of(text), bytes_most);
  if (!table) return {table.error(), {}};
  double before = -1;
  while (table->advance()) {
    CHECK(table->progress() >= before);
    before = table->progress();
  }
  if (const auto chosen = table->choose(choice); !chosen) return {chosen.error(), table->told()};
  while (table->advance()) {
  }
  auto data = table->finish(split);
  return {std::move(data), table->told()};
}
std::string why(std::string_view text, const OwnChoice& choice = {}) {
  const auto out = read(text, choice);
  return out.data ? "fine" : out.data.error().code;
}
// All values of both parts, row by row, sorted: the split is no matter here.
std::vector<std::vector<float>> rows_of(const OwnData& data) {
  std::vector<std::vector<float>> rows;
  for (const Examples* part : {&data.train, &data.validation, &data.test})
    for (std::int64_t i = 0; i < part->size(); ++i) {
      const auto at = static_cast<std::size_t>(i), d = static_cast<std::size_t>(part->features);
      std::vector<float> row(part->values.begin() + static_cast<std::ptrdiff_t>(at * d), part->values.begin() + static_cast<std::ptrdiff_t>((at + 1) * d));
      row.push_back(part->labels.empty() ? part->targets[at] : part->labels[at]);
      rows.push_back(row);
    }
  std::sort(rows.begin(), rows.end());
  return rows;
}
using Rows = std::vector<std::vector<float>>;

} // namespace

TEST_CASE("own table: separators, quotes, decimal commas and thousands come to the same numbers") {
  const Rows expected{{1, 1000.5F, 0}, {2, 2.25F, 1}, {3, -7, 0}, {4, 1234567, 1}};
  for (const char* text : {"a,b,label\n1,1000.5,x\n2,2.25,y\n3,-7,x\n4,1234567,y\n", "a;b;label\r\n1;1000,5;x\r\n2;2,25;y\r\n3;-7;x\r\n4;1234567;y\r\n",
                           "a\tb\tlabel\r1\t1.000,5\tx\r2\t2,25\ty\r3\t-7\tx\r4\t1.234.567\ty\r",
                           "\"a\",\"b\",\"label\"\n1,\"1,000.5\",\"x\"\n2,\"2.25\",y\n\n3,-7,x\n4,\"1,234,567\",y",
                           "\xef\xbb\xbf a , b , label \n 1 , 1000.5 , x \n2,2.25,y\n３,−7,x\n4,1234567,y\n\n\n"}) {
    CAPTURE(text);
    const auto out = read(text);
    REQUIRE(out.data.ok());
    CHECK(out.told.count() == 0);
    CHECK(out.data->columns == std::vector<std::string>{"a", "b"});
    CHECK(out.data->classes == std::vector<std::string>{"x", "y"});
    CHECK(rows_of(*out.data) == expected);
  }
}

TEST_CASE("own table: UTF-8, UTF-16 and GB18030 are read, other bytes are refused") {
  const auto ok = [](std::string_view bytes, std::string_view text) { CHECK(*utf8_text(bytes_of(bytes)) == text); };
  ok("猫", "猫");
  ok("\xef\xbb\xbf猫", "猫");
  ok(std::string_view("\xff\xfe\x2b\x73\x3d\xd8\x08\xde", 8), "猫😈");
  ok(std::string_view("\xfe\xff\x73\x2b", 4), "猫");
  ok("\xc3\xa8\xd6\xd0,1", "猫中,1");
  ok("\x81\x30\x81\x30\x95\x32\x82\x36", "\xc2\x80\xf0\xa0\x80\x80"); // four bytes: U+0080, U+20000
  // musl has these wrong, or before its buffer
  ok("\x94\x39\xfc\x36\xa8\xbc\x83\x36\xc8\x30", "😀ḿ\xee\x9f\x88");
  ok("\x84\x31\xa4\x39\x90\x30\x81\x30\xe3\x32\x9a\x35", "\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"); // U+FFFF, U+10000, U+10FFFF
  ok("\xa6\xd9\x81\x35\xf4\x37\xa6\xfe", "\xef\xb8\x90\xee\x9f\x87\xee\x9e\x9f");
  for (const std::string_view none : {"\xfe\x39\xfe\x39", "\xe3\x32\x9a\x36", "\x84\x31\xa5\x30", "\x90\x30\x81", "\x81\x30\x81\x2f", "\x81\x7f"})
    CHECK(utf8_text(bytes_of(none)).error().code == "own_encoding");
  for (const std::string_view bad : {std::string_view("\xff"), std::string_view("\x80"), std::string_view("\xc3"), std::string_view("\xd6\xd0\xff\xff"),
                                     std::string_view("\xff\xfe\x00\xd8\x41", 5)})
    CHECK(utf8_text(bytes_of(bad)).error().code == "own_encoding");
  CHECK(!is_utf8("\xc0\x80"));
  CHECK(!is_utf8("\xed\xa0\x80"));
  CHECK(!is_utf8("\xf4\x90\x80\x80"));
  const auto out = read("\xb3\xa4\xb6\xc8;\xc0\xe0\xb1\xf0\r\n1,5;\xba\xec\r\n2,5;\xc2\xcc\r\n3;\xba\xec\r\n4;\xc2\xcc\r\n"); // 长度;类别, 红 and 绿
  REQUIRE(out.data.ok());
  CHECK(out.data->columns == std::vector<std::string>{"长度"});
  CHECK(out.data->classes == std::vector<std::string>{"红", "绿"});
  CHECK(rows_of(*out.data).front().front() == 1.5F);
}

TEST_CASE("own table: rows and columns that can't be used are told, the others are used") {
  std::string text = "id,name,size,empty,price\n";
  for (int i = 0; i < 40; ++i) text += std::to_string(i) + ",n" + std::to_string(i) + "," + std::to_string(i) + ".5,," + std::to_string(i * 1.25) + "\n";
  text += "40,n,,,1\n41,n,many,,2\n42,n,1\n43,n,1,,NA\n\"44,n";
  const auto out = read(text);
  REQUIRE(out.data.ok());
  CHECK(out.data->columns == std::vector<std::string>{"id", "size"});
  CHECK(out.data->answer == "price");
  CHECK(out.data->classes.empty());
  CHECK(rows_of(*out.data).size() == 40);
  CHECK(times(out.told, "own_column") == 2); // name, empty
  CHECK(times(out.told, "own_missing") == 2);
  CHECK(times(out.told, "own_cell") == 1);
  CHECK(times(out.told, "own_ragged") == 1);
  CHECK(times(out.told, "own_quote") == 1);
  CHECK(out.told.count() == 7);
  for (const UserError& each : out.told.list()) {
    if (each.code == "own_cell") CHECK(each.with == std::vector<std::string>{"43", "size", "many"});
    if (each.code == "own_quote") CHECK(each.with == std::vector<std::string>{"46"});
    CHECK(each.sentence(Language::zh) != each.sentence(Language::en));
  }
}

TEST_CASE("own table: answer and features are as chosen, else by their names") {
  const char* text = "score,a,b\n1,10,0.5\n2,20,0.25\n3,30,1.5\n4,40,1\n5,50,2\n";
  CHECK(read(text).data->answer == "score");
  CHECK(read(text).data->classes.empty());
  CHECK(read(text, {"", {}, AnswerKind::classes}).data.error().code == "own_few"); // five classes of one example
  CHECK(read(text, {"b", {"a"}, AnswerKind::guess}).data->columns == std::vector<std::string>{"a"});
  CHECK(why(text, {"c", {}, AnswerKind::guess}) == "own_no_column");
  CHECK(why(text, {"", {"c"}, AnswerKind::guess}) == "own_no_column");
  CHECK(why(text, {"a", {"a"}, AnswerKind::guess}) == "own_no_features");
  // no names: all cells of the first line are numbers; few whole numbers are classes
  const auto bare = read("1,2.5,0\n2,3.5,1\n3,1.5,0\n4,2,1\n");
  REQUIRE(bare.data.ok());
  CHECK(bare.data->columns == std::vector<std::string>{"#1", "#2"});
  CHECK(bare.data->classes == std::vector<std::string>{"0", "1"});
  CHECK(rows_of(*bare.data).size() == 4);
  // names that are one: told apart
  CHECK(read("a,a,label\n1,2,x\n2,3,y\n3,4,x\n4,5,y\n").data->columns == std::vector<std::string>{"a (1)", "a (2)"});
}

TEST_CASE("own table: fields beyond what is asked for are counted, not kept") {
  CsvRecords records("a,\"b\n\",c,d\n1\n", ',', 2);
  std::vector<std::string> fields;
  REQUIRE(records.next(fields));
  CHECK(fields == std::vector<std::string>{"a", "b\n"});
  CHECK(records.count() == 4);
  REQUIRE(records.next(fields));
  CHECK(records.count() == 1);
  CHECK(records.line() == 3);
}

TEST_CASE("own table: a decimal comma is one behind 0, too") {
  const auto out = read("a\tb\tlabel\n0,512\t-0,012\tx\n0,100\t-0,011\ty\n0,300\t-0,010\tx\n0,400\t-0,013\ty\n");
  REQUIRE(out.data.ok());
  CHECK(rows_of(*out.data) == Rows{{0.1F, -0.011F, 1}, {0.3F, -0.01F, 0}, {0.4F, -0.013F, 1}, {0.512F, -0.012F, 0}});
}

TEST_CASE("own table: Excel's line with the separator is read as Excel reads it, and no comma in a sentence separates") {
  const auto out = read("sep=;\r\na;label\r\n\"1,5\";x\r\n2,5;y\r\n3;x\r\n4;y\r\n5;x;y\r\n");
  REQUIRE(out.data.ok());
  CHECK(rows_of(*out.data) == Rows{{1.5F, 0}, {2.5F, 1}, {3, 0}, {4, 1}});
  CHECK(out.told.list().front().with.front() == "7"); // lines are counted as an editor counts them
  CHECK(read("sep=|\na|label\n1|x\n2|y\n3|x\n4|y\n").data.ok());
  CHECK(read("sep=,x\n1,2\n3,4\n5,2\n7,4\n").data->columns.front() == "sep="); // a column's name
  CHECK(why("words, some of them\none\ntwo\nthree\n") == "own_one_column");
}

TEST_CASE("own table: long names stay apart") {
  const std::string c(120, 'c');
  const auto out = read(c + "1," + c + "2,label\n1,2," + c + "x\n2,3," + c + "y\n3,4," + c + "x\n4,5," + c + "y\n");
  REQUIRE(out.data.ok());
  CHECK(out.data->columns == std::vector<std::string>{std::string(93, 'c') + "... (1)", std::string(93, 'c') + "... (2)"});
  CHECK(out.data->classes == out.data->columns);
  CHECK(read_own_file(write_own_file(*out.data)).ok());
  CHECK(file_names({"a", "a", "a (1)"}) == std::vector<std::string>{"a (1)", "a (2)", "a (1) (3)"});
}

TEST_CASE("own table: whether an answer is a class or a number") {
  const auto classes = [](const std::string& name, const std::vector<const char*>& cells, bool told = false) {
    std::string text = "a," + name + "\n";
    for (int i = 0; i < 40; ++i) text += std::to_string(i) + "," + cells[static_cast<std::size_t>(i) % cells.size()] + "\n";
    const auto out = read(text);
    REQUIRE(out.data.ok());
    CHECK((times(out.told, "own_as_classes") == 1) == told);
    return !out.data->classes.empty();
  };
  CHECK(classes("target", {"0", "1"}, true));
  CHECK(!classes("target", {"0", "1", "2"}));
  CHECK(!classes("target", {"0", "0.5"}));
  CHECK(classes("x", {"3", "4", "5"}, true));
  CHECK(!classes("x", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}));
  CHECK(classes("x", {"cat", "dog"}));
  CHECK(classes("label", {"0.5", "1.5"}));
}

TEST_CASE("own table: another choice begins anew") {
  const char* text =
      "id,part,score,b\n1,train,1,0.5\n2,train,2,0.25\nx,test,3,1.5\n4,test,4,1\n5,validation,5,2\n6,train,1,u\n7,train,2,3\n8,train,1,3\n9,test,1,3\n"
      "10,train,2,1\n11,train,1,2\n12,test,2,2\n";
  auto table = OwnTable::open(bytes_of(text));
  REQUIRE(table.ok());
  while (table->advance()) {
  }
  for (const OwnChoice& choice : {OwnChoice{"b", {}, AnswerKind::guess}, OwnChoice{"part", {"b"}, AnswerKind::guess},
                                  OwnChoice{"score", {"b"}, AnswerKind::guess}, OwnChoice{"part", {"score"}, AnswerKind::classes}, OwnChoice{}}) {
    REQUIRE(table->choose(choice).ok());
    while (table->advance()) {
    }
    const auto data = table->finish({});
    const auto fresh = read(text, choice);
    REQUIRE(data.ok() == fresh.data.ok());
    if (data) CHECK(own_content(*data) == own_content(*fresh.data));
    CHECK(table->told().count() == fresh.told.count());
    CHECK(table->finish({}).ok() == data.ok());
    CHECK(table->told().count() == fresh.told.count());
  }
}

TEST_CASE("own table: parts that lack testing are completed, and that is told") {
  const auto out = read("x,part,label\n1,train,0\n2,train,1\n3,val,0\n4,val,1\n");
  REQUIRE(out.data.ok());
  CHECK(out.data->train.values == Vector{1, 2});
  CHECK(out.data->test.values == Vector{3, 4});
  CHECK(times(out.told, "own_validation_tests") == 1);
  const auto alone = read("x,part,label\n1,train,0\n2,train,1\n3,train,0\n4,train,1\n");
  REQUIRE(alone.data.ok());
  CHECK(alone.data->test.size() == 2);
  CHECK(times(alone.told, "own_parts_unused") == 1);
}

TEST_CASE("own table: shares of the split are rounded, half up; something is left for each part") {
  for (const std::size_t n : {2U, 3U, 5U, 7U, 12U, 33U})
    for (const int test : {1, 20, 30, 90})
      for (const int validation : {0, 10, 50}) {
        CAPTURE(n);
        CAPTURE(test);
        CAPTURE(validation);
        std::string rows = "a,score\n";
        for (std::size_t i = 0; i < n; ++i) rows += std::to_string(i) + "," + std::to_string(i) + ".5\n";
        const auto out = read(rows, {}, {.seed = 3, .test_percent = test, .validation_percent = validation});
        REQUIRE(out.data.ok());
        const auto rounded = [&](int percent) { return static_cast<std::size_t>(static_cast<double>(n) * percent / 100 + 0.5); };
        const std::size_t tests = std::min(std::max<std::size_t>(1, rounded(test)), n - 1);
        const std::size_t checks = validation == 0 ? 0 : std::min(std::max<std::size_t>(n >= 3 ? 1 : 0, rounded(validation)), n - 1 - tests);
        CHECK(out.data->test.size() == static_cast<std::int64_t>(tests));
        CHECK(out.data->validation.size() == static_cast<std::int64_t>(checks));
        CHECK(out.data->train.size() == static_cast<std::int64_t>(n - tests - checks));
      }
}

TEST_CASE("own table: a column called part gives the parts") {
  const auto out = read("x,part,label\n1,train,0\n2,train,1\n3,test,0\n4,test,1\n5,validation,1\n");
  REQUIRE(out.data.ok());
  CHECK(out.data->train.values == Vector{1, 2});
  CHECK(out.data->validation.values == Vector{5});
  CHECK(out.data->test.values == Vector{3, 4});
  CHECK(read("x,part,label\n1,left,0\n2,right,1\n3,left,0\n4,right,1\n").told.count() == 1); // a column of words
}

TEST_CASE("own table: of more rows than there is room for as many are drawn, of every class, also where they are sorted") {
  std::string rows = "a,label\n", wide = "a,b,c,label\n";
  for (std::int64_t i = 0; i < kOwnExamplesMost + 1000; ++i) rows += "1," + std::string(i < 60000 ? "x" : "y") + "\n";
  const auto out = read(rows);
  REQUIRE(out.data.ok());
  CHECK(out.data->train.size() + out.data->test.size() == kOwnExamplesMost);
  CHECK(times(out.told, "own_many") == 1);
  CHECK(std::count(out.data->train.labels.begin(), out.data->train.labels.end(), 1) > 8000);

  // by bytes: there is room for 100 numbers, so for 33 rows of three columns, and for 50 of two
  for (int i = 0; i < 90; ++i) wide += std::to_string(i) + "," + (i == 0 ? "" : "2") + ",3," + (i < 45 ? "x" : "y") + "\n,\n";
  const auto fits = read(wide, {}, {}, 400);
  REQUIRE(fits.data.ok());
  const auto taken = rows_of(*fits.data);
  CHECK(taken.size() >= 32); // the row without a b may have been drawn
  CHECK(taken.size() <= 33);
  CHECK(times(fits.told, "own_wide") == 1);
  CHECK(fits.told.list()[0].sentence(Language::en).find("90 rows, and with 3 columns as features there is room for 33") != std::string::npos);
  for (const float label : {0.0F, 1.0F}) CHECK(std::count_if(taken.begin(), taken.end(), [&](const auto& row) { return row.back() == label; }) > 8);
  CHECK(rows_of(*read(wide, {}, {}, 400).data) == taken); // whoever reads it
  OwnChoice fewer;
  fewer.features = {"a", "c"};
  CHECK(rows_of(*read(wide, fewer, {}, 400).data).size() == 50);
  CHECK(read(wide, {}, {}, 90 * 12).told.count() == read(wide).told.count()); // all fit
  CHECK(own_rows_most(4096) == 8192);
  CHECK(own_rows_most(1) == kOwnExamplesMost);
}

TEST_CASE("own table: what is too much or too little is a sentence") {
  std::string wide, values;
  for (int i = 0; i < 100000; ++i) wide += "c" + std::to_string(i) + ",", values += "1,";
  CHECK(why(wide + "label\n" + values + "x\n") == "own_columns");
  CHECK(why("") == "own_no_rows");
  CHECK(why("\n\n\n") == "own_no_rows");
  CHECK(why("a,label\n") == "own_no_rows");
  CHECK(read("a,b,label\n").told.count() == 0);
  CHECK(why("a,b,label\n,,\n") == "own_no_rows");
  CHECK(why("a\n1\n2\n") == "own_one_column");
  CHECK(why("\"a,label\n1,2\n") == "own_no_rows");
  CHECK(why("a,label\n1,x\n2,x\n") == "own_one_value");
  CHECK(why("a,target\n1,5\n2,5\n") == "own_one_value");
  CHECK(why("a,target\n1,5\n") == "own_few");
  CHECK(why("a,label\nu,x\nv,y\n") == "own_no_features");
  std::string many = "a,label\n";
  for (int i = 0; i < 600; ++i) many += "1,w" + std::to_string(i % 300) + "\n";
  CHECK(why(many) == "own_many_classes");
  std::vector<std::uint8_t> large(kTableBytesMost + 1);
  CHECK(OwnTable::open(large).error().code == "too_large");
}
