// The lab Cases of the user's own data, as the page has it: what is known of a file, what it makes of the document, the same run as the engine's.
#include "app/core/cases_model.hpp"
#include "app/core/own_classes.hpp"
#include "core/hash.hpp"
#include "data/own_file.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <deque>
#include <map>

using namespace downhill;
using namespace downhill::protocol;

namespace {

// Pictures of a side, or rows of two columns where it is 0; numbers for answers where there are no classes.
OwnData data_of(std::int64_t side, std::size_t classes, int train, int validation, int test) {
  OwnData data;
  const auto features = static_cast<std::size_t>(side > 0 ? side * side : 2);
  side > 0 ? data.shape = {side, side} : data.shape = {2};
  if (side == 0) data.columns = {"a", "b"};
  for (std::size_t c = 0; c < classes; ++c) data.classes.push_back("class " + std::to_string(c));
  PhiloxStream stream({7, features});
  for (auto [part, count] : {std::pair{&data.train, train}, std::pair{&data.validation, validation}, std::pair{&data.test, test}}) {
    part->features = static_cast<std::int64_t>(features);
    for (int i = 0; i < count; ++i) {
      const std::size_t label = classes == 0 ? 0 : static_cast<std::size_t>(i) % classes;
      for (std::size_t f = 0; f < features; ++f) {
        const double u = stream.next_uniform() + (f == label ? 1 : 0);
        side > 0 ? part->pixels.push_back(static_cast<std::uint8_t>(100 * u)) : part->values.push_back(static_cast<float>(u));
      }
      classes == 0 ? part->targets.push_back(static_cast<float>(i % 7)) : part->labels.push_back(static_cast<std::uint8_t>(label));
    }
  }
  return data;
}
std::string hash_of(const OwnData& data) { return hex16(own_hash(data)); }

struct OwnRoom {
  explicit OwnRoom(Json more = Json::object()) : document(kCasesFormat, first(std::move(more))) {
    model.own_facts = [this](const std::string& hash) -> const OwnFacts* {
      const auto found = facts.find(hash.empty() ? latest : hash);
      return found == facts.end() ? nullptr : &found->second;
    };
    model.follow();
  }
  static Json first(Json more) {
    more["downhill"] = kFormatVersion, more["lab"] = "cases";
    return more;
  }
  // the page opens a file: the worker has it, and its facts are known
  std::string open(const OwnData& data) {
    host.open_own("", write_own_file(data));
    for (const Bytes& bytes : std::exchange(mail, {}))
      if (const auto message = decode<ToApp>(bytes); std::holds_alternative<PackOpened>(*message))
        for (const OwnFacts& each : std::get<PackOpened>(*message).own) facts[latest = each.hash] = each;
    model.follow();
    return latest;
  }
  int deliver() {
    model.follow();
    model.want();
    int taken = 0;
    for (const Bytes& bytes : std::exchange(mail, {})) taken += model.take(*decode<ToApp>(bytes)) ? 1 : 0;
    return taken;
  }
  std::uint64_t run_on() {
    model.start();
    for (int frames = 0; model.tick(frame_s += 0.016) && frames < 100000; ++frames) {
    }
    return model.hash();
  }
  double frame_s = 0, clock_s = 0;
  std::map<std::string, OwnFacts> facts;
  std::string latest;
  std::deque<Bytes> mail;
  TrainerHost host{[] { return 0.0; }, [this](const ToApp& m) { mail.push_back(encode(m)); }};
  LabDocument document;
  CasesModel model{document, [this](const ToTrainer& m) { host.receive(encode(m)); }, [this] { return clock_s += 0.001; }};
};

// What the command line makes of the document and the file.
std::uint64_t hash_of_engine(const Json& document, const OwnData& data) {
  const auto source = own_source(write_own_file(data));
  REQUIRE(source.ok());
  const auto shared = std::make_shared<const Source>(*source);
  const auto read = cases_document_from_json(document);
  REQUIRE(read.ok());
  const auto settings = settings_with(read->settings, shared);
  REQUIRE(settings.ok());
  auto cased = case_data(shared, *settings);
  if (!cased) MESSAGE(cased.error().sentence(Language::en));
  REQUIRE(cased.ok());
  CaseRun run(*settings, std::move(*cased));
  while (run.advance()) {
  }
  return run.trainer().hash();
}

} // namespace

TEST_CASE("own cases, page: a file of each kind becomes the case that its answers fit, and runs to the command line's weights") {
  struct Row {
    std::int64_t side;
    std::size_t classes;
    int train, validation, test;
    const char* kind;
    Json counts;
  };
  const Row rows[] = {{0, 0, 50, 12, 10, "scores", {50, 12, 10}},      {0, 2, 60, 20, 21, "yes_no", {60, 20, 20}},
                      {0, 5, 60, 0, 11, "one_of_ten", {50, 10, 10}},   {28, 0, 50, 0, 10, "scores", {40, 10, 10}},
                      {28, 2, 40, 8, 8, "yes_no", {40, 8, 8}},         {32, 3, 60, 9, 9, "one_of_ten", {60, 9, 9}},
                      {32, 12, 120, 0, 12, "one_of_ten", {96, 24, 12}}};
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.side);
    const OwnData data = data_of(row.side, row.classes, row.train, row.validation, row.test);
    OwnRoom room;
    const std::string hash = room.open(data);
    CHECK(hash == hash_of(data));
    REQUIRE_FALSE(room.model.set_own(hash));
    const CaseSettings& s = room.model.settings();
    const Json& complete = room.model.document().complete;
    CHECK(complete["case"] == row.kind);
    CHECK(complete["data"]["source"] == "own");
    CHECK(complete["data"]["file"] == hash);
    CHECK(Json({s.counts[0], s.counts[1], s.counts[2]}) == row.counts);
    CHECK(s.shape == data.shape);
    CHECK_FALSE(room.model.data());
    CHECK(room.model.packs_needed().source == "own");
    CHECK(room.deliver() == 1);
    REQUIRE(room.model.data());
    CHECK(room.model.data()->source().names == data.classes);
    CHECK(room.model.data()->source().columns == data.columns);
    CHECK(room.model.drawn_count() == 0); // nobody rates it
    REQUIRE_FALSE(room.document.set({{}, "/epochs"}, 3));
    room.model.follow();
    CHECK(room.model.data()); // the same examples
    CHECK(room.run_on() == hash_of_engine(room.model.document().json(), data));
    // the script is that of the document alone, whatever is known of the file
    CHECK(cases_script(room.model.document(), {"", Language::en}) == cases_script(*cases_document_from_json(room.model.document().json()), {"", Language::en}));
  }
}

TEST_CASE("own cases, page: a document whose file is still to come waits for it, and takes no other") {
  const OwnData data = data_of(0, 3, 60, 9, 9), other = data_of(28, 3, 60, 9, 9);
  const Json document = {{"data", {{"source", "own"}, {"file", hash_of(data)}, {"train", 30}, {"validation", 9}, {"test", 9}}}, {"batch", 8}, {"epochs", 2}};
  OwnRoom room(document);
  CHECK(room.deliver() == 0);
  CHECK_FALSE(room.model.data());
  CHECK_FALSE(room.model.problem());
  CHECK(room.model.settings().classes.empty());
  CHECK(room.model.packs_needed().file == hash_of(data));
  room.model.start(); // it waits
  CHECK_FALSE(room.model.tick(1));
  room.open(other);
  CHECK(room.deliver() == 0);
  CHECK_FALSE(room.model.data());
  room.open(data);
  CHECK(room.deliver() == 1);
  REQUIRE(room.model.data());
  CHECK(room.model.settings().classes == std::vector<int>{0, 1, 2});
  CHECK(room.run_on() == hash_of_engine(OwnRoom::first(document), data));
  // a document that names no file takes the latest
  Json any = document;
  any["data"].erase("file");
  OwnRoom second(any);
  second.open(data);
  CHECK(second.deliver() == 1);
  REQUIRE(second.model.data());
  second.open(other);
  CHECK_FALSE(second.model.data());
  CHECK(second.deliver() == 1);
  REQUIRE(second.model.data());
  CHECK(second.model.settings().shape == std::vector<std::int64_t>{28, 28});
}

TEST_CASE("own cases, page: what does not fit is refused, and told with its place where a document has it") {
  const OwnData numbers = data_of(0, 0, 50, 12, 10), three = data_of(28, 3, 60, 9, 9);
  OwnRoom room;
  CHECK(room.model.set_own("0123456789abcdef")->code == "needs_file");
  const std::string hash = room.open(numbers);
  REQUIRE_FALSE(room.model.set_own(hash));
  const Json before = room.model.document().json();
  CHECK(room.model.set_case("yes_no")->code == "case_needs_classes");
  CHECK(room.model.set_case("one_of_ten")->code == "case_needs_classes");
  CHECK(room.model.document().json() == before);
  const std::string other = room.open(three);
  REQUIRE_FALSE(room.model.set_own(other)); // one of three, since yes or no wasn't shown
  CHECK(room.model.settings().kind == CaseKind::one_of_ten);
  CHECK(room.model.set_case("scores")->code == "case_needs_numbers");
  REQUIRE_FALSE(room.model.set_case("yes_no"));
  CHECK(room.model.settings().classes == std::vector<int>{0, 1});
  CHECK(room.model.settings().count(CasePart::test) == 6);
  CHECK(room.deliver() == 1);
  CHECK(room.model.data());
  // other classes take their examples along
  for (const auto& [pointer, value] : room.model.with_others("/data/classes", {2, 1})) REQUIRE_FALSE(room.document.set({{}, pointer}, value));
  room.model.follow();
  CHECK(room.deliver() == 1);
  REQUIRE(room.model.data());
  CHECK(room.model.data()->examples[0][0].kind == 2);

  const auto problem = [](const Json& document, const OwnData& data, const char* code, const char* place) {
    OwnRoom shown(document);
    shown.open(data);
    shown.deliver();
    CHECK_FALSE(shown.model.data());
    REQUIRE(shown.model.problem());
    CHECK(shown.model.problem()->code == code);
    CHECK(shown.model.problem()->place == place);
    shown.model.start();
    CHECK(shown.model.transport() != Transport::running);
  };
  const auto own = [](const char* kind, int train, int validation, int test) {
    return Json{{"case", kind}, {"batch", "full"}, {"data", {{"source", "own"}, {"train", train}, {"validation", validation}, {"test", test}}}};
  };
  problem(own("scores", 30, 9, 9), three, "case_needs_numbers", "/case");
  problem(own("one_of_ten", 30, 9, 9), numbers, "case_needs_classes", "/case");
  problem(own("yes_no", 30, 9, 9), three, "own_needs_two", "/data/classes");
  problem(own("one_of_ten", 61, 9, 9), three, "too_many_examples", "/data/train");
  problem(own("one_of_ten", 30, 10, 9), three, "too_many_examples", "/data/validation");
  problem(own("scores", 45, 6, 9), data_of(0, 0, 50, 0, 10), "own_to_validate", "/data/validation");
}

TEST_CASE("own cases, page: a class that lacks examples in a part is left out, and a file of one usable class is refused") {
  OwnData data = data_of(28, 4, 80, 16, 16);
  std::replace(data.validation.labels.begin(), data.validation.labels.end(), std::uint8_t{1}, std::uint8_t{0});
  std::replace(data.train.labels.begin(), data.train.labels.end(), std::uint8_t{3}, std::uint8_t{0});
  OwnRoom room;
  const std::string hash = room.open(data);
  REQUIRE_FALSE(room.model.set_own(hash));
  CHECK(room.model.settings().kind == CaseKind::yes_no); // two are left
  CHECK(room.model.settings().classes == std::vector<int>{0, 2});
  CHECK(room.model.settings().count(CasePart::train) == 40);
  CHECK(left_out_classes(room.facts.at(hash), true) == std::vector<std::string>{"class 1", "class 3"});
  CHECK(left_out_classes(room.facts.at(hash), false) == std::vector<std::string>{"class 3"}); // a run asks for no validation
  CHECK(room.deliver() == 1);
  CHECK(room.model.data());
  REQUIRE_FALSE(room.model.set_case("one_of_ten"));
  CHECK(room.model.settings().classes == std::vector<int>{0, 2});
  std::replace(data.test.labels.begin(), data.test.labels.end(), std::uint8_t{2}, std::uint8_t{0});
  CHECK(room.model.set_own(room.open(data))->code == "own_few_usable");
}

TEST_CASE("own cases, page: from Fashion-MNIST with somebody's scores and back") {
  const OwnData data = data_of(28, 0, 50, 12, 10);
  Json raters = Json::array();
  raters.push_back({{"name", "A"}, {"seed", 1}, {"classes", {0, 1}}, {"scores", {{0, 3}, {1, 4}, {2, 5}, {3, 1}}}});
  OwnRoom room({{"case", "scores"}, {"raters", raters}});
  const std::string hash = room.open(data);
  REQUIRE_FALSE(room.model.set_own(hash));
  CHECK(room.model.document().complete["score"] == "file");
  CHECK(room.model.document().complete["raters"].empty());
  CHECK(room.deliver() == 1);
  REQUIRE(room.model.data());
  REQUIRE_FALSE(room.model.set_fashion());
  CHECK_FALSE(room.model.settings().own);
  CHECK(room.model.settings().score == "height_to_width");
  CHECK(room.model.packs_needed().source == "fashion-mnist");
  CHECK_FALSE(room.model.data());
}

TEST_CASE("own cases, page: scores of whatever range are learned by the training that comes with the file, and Fashion-MNIST has its own again") {
  for (const double scale : {1.0, 60.0, 3000.0, -500.0})
    for (const std::size_t columns : {std::size_t{1}, std::size_t{3}, std::size_t{30}}) {
      CAPTURE(scale);
      CAPTURE(columns);
      OwnData data;
      data.shape = {static_cast<std::int64_t>(columns)};
      for (std::size_t c = 0; c < columns; ++c) data.columns.push_back("c" + std::to_string(c));
      PhiloxStream stream({11, columns});
      for (auto [part, count] : {std::pair{&data.train, 120}, std::pair{&data.validation, 20}, std::pair{&data.test, 40}}) {
        part->features = static_cast<std::int64_t>(columns);
        for (int i = 0; i < count; ++i) {
          double sum = 1;
          for (std::size_t c = 0; c < columns; ++c) {
            part->values.push_back(static_cast<float>(stream.next_uniform()));
            sum += static_cast<double>(part->values.back()) / std::sqrt(static_cast<double>(columns)); // as far apart whatever there is
          }
          part->targets.push_back(static_cast<float>(scale * sum));
        }
      }
      OwnRoom room;
      const std::string hash = room.open(data);
      REQUIRE_FALSE(room.model.set_own(hash));
      room.deliver();
      REQUIRE(room.model.run());
      room.run_on();
      const CaseRun& run = *room.model.run();
      CHECK(run.measure(CasePart::test).metric < 0.5 * case_baseline(run.data(), CasePart::test));
      REQUIRE_FALSE(room.model.set_fashion());
      const Json& now = room.model.document().complete;
      CHECK(now["epochs"] == kCasesFormat.field_at("/epochs")->standard);
      CHECK(now["optimizer"]["lr"] == 0.001);
    }
}
