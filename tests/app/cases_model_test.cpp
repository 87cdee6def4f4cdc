// The lab Cases as the page has it: pictures asked of a worker, what an edit keeps, the run in slices, lines at work, the script.
#include "app/core/cases_model.hpp"
#include "core/hash.hpp"
#include "core/philox.hpp"
#include "data/pack.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <set>

using namespace downhill;
using namespace downhill::protocol;

namespace {

// 28×28 pictures in noise, as many of each class: class c is a bright bar in rows of its own.
std::shared_ptr<const Source> bars() {
  static const std::shared_ptr<const Source> made = [] {
    auto source = std::make_shared<Source>();
    source->classes = 10;
    PhiloxStream stream({8, 3});
    for (const auto& [part, count] : {std::pair{&source->train, 900}, {&source->test, 300}}) {
      part->features = static_cast<std::int64_t>(kCasePixels);
      for (int i = 0; i < count; ++i) {
        const int c = i % 10;
        part->labels.push_back(static_cast<std::uint8_t>(c));
        for (int p = 0; p < 784; ++p)
          part->pixels.push_back(static_cast<std::uint8_t>(static_cast<int>(stream.next_word() % 60) + (p / 28 / 3 == c && p % 28 > c ? 150 : 0)));
      }
    }
    return source;
  }();
  return made;
}

struct CaseRoom {
  explicit CaseRoom(Json more = Json::object()) : document(kCasesFormat, first(std::move(more))) {
    const auto packed = write_pack(*bars());
    Hash hash;
    hash.add_bytes(packed);
    host.open_pack("full", packed, hex16(hash.value()));
    mail.clear();
  }
  static Json first(Json more) {
    more["downhill"] = kFormatVersion, more["lab"] = "cases";
    return more;
  }
  // asks, and hands on what the worker says
  int deliver() {
    model.want();
    int taken = 0;
    for (const Bytes& bytes : std::exchange(mail, {})) taken += model.take(*decode<ToApp>(bytes)) ? 1 : 0;
    return taken;
  }
  void set(const char* pointer, const Json& value) {
    REQUIRE_FALSE(document.set({{}, pointer}, value));
    model.follow();
  }
  // frame after frame until it rests; how many there were
  int run_on() {
    int frames = 0;
    for (; model.tick(frame_s += 0.016) && frames < 100000; ++frames) {
    }
    return frames;
  }
  double frame_s = 0, clock_s = 0;
  int asked = 0;
  std::deque<Bytes> mail;
  TrainerHost host{[] { return 0.0; }, [this](const ToApp& m) { mail.push_back(encode(m)); }};
  LabDocument document;
  // a millisecond passes whenever somebody looks at the clock
  CasesModel model{document, [this](const ToTrainer& m) { ++asked, host.receive(encode(m)); }, [this] { return clock_s += 0.001; }};
};

const Json kLittle = {{"data", {{"train", 200}, {"validation", 60}, {"test", 40}}}, {"epochs", 3}, {"batch", 32}};

std::uint64_t hash_of_engine(const CasesModel& model) {
  auto data = case_data(bars(), model.settings());
  REQUIRE(data.ok());
  CaseRun run(model.settings(), std::move(*data));
  while (run.advance()) {
  }
  return run.trainer().hash();
}

} // namespace

TEST_CASE("cases page: a worker gives the pictures once; they are those of the engine, picture by picture") {
  CaseRoom room(kLittle);
  CHECK(room.model.data() == nullptr);
  CHECK(room.model.run() == nullptr);
  CHECK(room.deliver() == 1);
  REQUIRE(room.model.data() != nullptr);
  const auto direct = case_data(bars(), room.model.settings());
  REQUIRE(direct.ok());
  for (const CasePart part : {CasePart::train, CasePart::validation, CasePart::test}) {
    REQUIRE(room.model.data()->size(part) == direct->size(part));
    for (std::size_t i = 0; i < static_cast<std::size_t>(direct->size(part)); ++i) {
      const auto one = room.model.data()->picture(part, i), other = direct->picture(part, i);
      CHECK(std::equal(one.begin(), one.end(), other.begin(), other.end()));
      CHECK(room.model.data()->examples[static_cast<std::size_t>(part)][i].kind == direct->examples[static_cast<std::size_t>(part)][i].kind);
    }
  }
  room.set("/epochs", 5);
  room.set("/data/train", 150); // fewer are here, too
  CHECK(room.model.data() != nullptr);
  CHECK(room.deliver() == 0);
  CHECK(room.asked == 1);
  room.set("/data/train", 250);
  CHECK(room.model.data() == nullptr);
  CHECK(room.deliver() == 1);
  CHECK(room.model.data() != nullptr);
  room.set("/data/classes", {3, 5}); // other pictures
  CHECK(room.model.data() == nullptr);
  CHECK(room.model.drawn(0).empty());
}

TEST_CASE("cases page: what there is not is refused at the field that asks for it, and asked for no second time") {
  CaseRoom room(kLittle);
  room.set("/data/train", 901);
  room.deliver();
  REQUIRE(room.model.problem());
  CHECK(room.model.problem()->code == "too_many_examples");
  CHECK(room.model.problem()->place == "/data/train");
  CHECK(room.model.problem()->with == std::vector<std::string>{"901", "900"});
  room.deliver();
  CHECK(room.asked == 1);
  room.model.start();
  CHECK(room.model.transport() == Transport::ready);
  room.set("/data/train", 880);
  room.deliver();
  REQUIRE(room.model.problem());
  CHECK(room.model.problem()->code == "too_many_to_validate");
  CHECK(room.model.problem()->place == "/data/validation");
  CHECK(room.model.problem()->with == std::vector<std::string>{"940", "900"});
  room.set("/data/train", 200);
  CHECK_FALSE(room.model.problem());
  room.set("/data/test", 301);
  room.deliver();
  REQUIRE(room.model.problem());
  CHECK(room.model.problem()->place == "/data/test");
  // the same as the engine says of all pictures
  const auto direct = case_data(bars(), room.model.settings());
  REQUIRE_FALSE(direct.ok());
  CHECK(direct.error().code == room.model.problem()->code);
  CHECK(direct.error().with == room.model.problem()->with);
}

TEST_CASE("cases page: pictures are here before they are rated, and too few ratings are told") {
  Json json = {{"case", "scores"}, {"score", "raters"}};
  json["raters"] = Json::array();
  CaseRoom room(json);
  REQUIRE(room.model.problem());
  CHECK(room.model.problem()->code == "too_few_rated");
  CHECK(room.deliver() == 1);
  CHECK(room.model.data() == nullptr);
  CHECK(room.model.drawn_count() >= kRatingsMost);
  CHECK(room.model.drawn(299).size() == kCasePixels);
  const auto drawn = draw_part(*bars(), true, 1, room.model.settings().classes, 300);
  REQUIRE(drawn.ok());
  for (const std::uint32_t place : {0U, 17U, 299U}) {
    const auto here = room.model.drawn(place);
    CHECK(std::equal(here.begin(), here.end(), bars()->train.pixels.begin() + static_cast<std::ptrdiff_t>(drawn->rows[place] * kCasePixels)));
    CHECK(room.model.drawn_class(place) == bars()->train.labels[drawn->rows[place]]);
  }
}

TEST_CASE("cases page: the run comes to the weights of the command line, in slices, whatever was pressed on the way") {
  for (const char* kind : {"scores", "yes_no", "one_of_ten"}) {
    Json json = kLittle;
    json["case"] = kind;
    if (json["case"] == "yes_no") json["data"]["train"] = 100, json["data"]["validation"] = 30;
    CaseRoom room(json);
    room.deliver();
    REQUIRE(room.model.data() != nullptr);
    CHECK(room.model.transport() == Transport::ready);
    room.model.start();
    CHECK(room.model.transport() == Transport::running);
    CHECK(room.run_on() > 1); // several frames: the clock goes on while it works
    CHECK(room.model.transport() == Transport::finished);
    CHECK(room.model.step() == room.model.steps());
    CHECK(room.model.run()->stands().size() == 4);
    const std::uint64_t expected = hash_of_engine(room.model);
    CHECK(room.model.hash() == expected);

    room.model.reset();
    CHECK(room.model.transport() == Transport::ready);
    for (int i = 0; i < 23; ++i) {
      room.model.next_line();
      room.run_on();
    }
    room.model.go(4);
    room.run_on();
    room.model.go(-2);
    room.run_on();
    const std::int64_t there = room.model.step();
    room.model.go(1);
    room.run_on();
    CHECK(room.model.step() == there + 1);
    CHECK(room.model.transport() == Transport::paused);
    room.set("/station", "model"); // looking elsewhere changes nothing
    room.set("/workers", 3);
    CHECK(room.model.step() == there + 1);
    room.model.start();
    room.run_on();
    CHECK(room.model.hash() == expected);
    room.set("/seed", 2); // this does
    CHECK(room.model.transport() == Transport::ready);
    CHECK(room.model.step() == 0);
  }
}

TEST_CASE("cases page: lines are gone one by one, and a step is taken with its last") {
  CaseRoom room(kLittle);
  room.set("/station", "training");
  room.deliver();
  CHECK(room.model.at_work().empty());
  std::vector<std::string> lines;
  const auto next = [&] {
    room.model.next_line();
    room.run_on();
    lines.emplace_back(room.model.at_work());
  };
  next(); // the start weights are measured, before the loop
  CHECK(room.model.run()->stands().size() == 1);
  for (int i = 0; i < 11; ++i) next();
  CHECK(lines == std::vector<std::string>{"", "epoch", "step_batch", "zero_grad", "step_forward", "step_backward", "step_update", "step_batch", "zero_grad",
                                          "step_forward", "step_backward", "step_update"});
  CHECK(room.model.step() == 2);
  CHECK(room.model.lit("step_update"));
  CHECK_FALSE(room.model.lit("zero_grad"));
  room.model.go(room.model.settings().iterations() - 3);
  room.run_on();
  lines.clear();
  for (int i = 0; i < 7; ++i) next();
  CHECK(lines == std::vector<std::string>{"step_batch", "zero_grad", "step_forward", "step_backward", "step_update", "validation", "epoch"});
  CHECK(room.model.run()->stands().size() == 2);
  room.set("/station", "dataset");
  CHECK(room.model.lit("getitem"));
  room.model.work("len");
  CHECK(room.model.lit("len"));
  room.model.work("nothing");
  CHECK(room.model.lit("len"));
}

TEST_CASE("cases page: at a pace, five lines make a step, and it comes to the same") {
  CaseRoom room(kLittle);
  room.deliver();
  room.model.steps_per_s = 2; // a line every tenth of a second
  room.model.start();
  for (int i = 0; i < 25; ++i) room.model.tick(room.frame_s += 0.1);
  CHECK(room.model.transport() == Transport::running);
  CHECK(room.model.step() >= 2);
  CHECK(room.model.step() <= 5);
  room.model.steps_per_s = 0;
  room.run_on();
  CHECK(room.model.hash() == hash_of_engine(room.model));
}

TEST_CASE("cases page: the batches that are looked at are those that the run takes") {
  CaseRoom room(kLittle);
  room.deliver();
  const std::int64_t iterations = room.model.settings().iterations();
  CHECK(iterations == 7);
  room.model.set_epoch(1);
  room.model.set_batch(100);
  CHECK(room.model.batch() == 6);
  CHECK(room.model.batches()[6].size() == 200 - 6 * 32);
  CHECK(room.model.batches()[6] == room.model.run()->trainer().batch_of(iterations + 6));
  room.model.next_batch();
  CHECK(room.model.epoch() == 2);
  CHECK(room.model.batch() == 0);
  std::set<std::uint32_t> all;
  for (const auto& batch : room.model.batches()) all.insert(batch.begin(), batch.end());
  CHECK(all.size() == 200);
  room.model.set_batch(6);
  room.model.next_batch(); // the run's last
  CHECK(room.model.batch() == 6);
  room.model.set_item(1000);
  CHECK(room.model.item() == 199);
  room.set("/data/train", 50);
  CHECK(room.model.item() == 49);
  CHECK(room.model.batch() == 1);
}

TEST_CASE("cases page: the script's pieces put together are the script, and every line at work is in its station's") {
  CaseRoom room(kLittle);
  const ScriptOptions options{"A case", Language::en};
  std::string all;
  for (const ScriptPiece& piece : room.model.script(options))
    for (const std::string& line : piece.lines) all += line + "\n";
  CHECK(all == cases_script(room.model.document(), options));
  const auto* before = &room.model.script(options);
  CHECK(before == &room.model.script(options));
  room.set("/batch", 16);
  bool changed = false;
  for (const ScriptPiece& piece : room.model.script(options))
    for (const std::string& line : piece.lines) changed = changed || line == "BATCH = 16";
  CHECK(changed);
  for (const std::string_view station : kCaseStations) {
    room.set("/station", std::string(station));
    const auto pieces = room.model.pieces(options);
    CHECK(pieces.back().id == station);
    CHECK(pieces.size() == (station == "data" ? 2 : 1));
    CHECK(pieces.front().id == (station == "data" ? "settings" : station));
    if (const std::string_view mark = room.model.at_work(); station != "training") {
      const auto& marks = pieces.back().marks;
      CHECK(std::any_of(marks.begin(), marks.end(), [&](const ScriptMark& each) { return each.id == mark; }));
    }
  }
}

TEST_CASE("cases page: another case takes its own defaults; fields take along what must fit them") {
  CaseRoom room(kLittle);
  room.set("/station", "loader");
  room.set("/seed", 5);
  room.set("/drop_last", true);
  REQUIRE_FALSE(room.model.set_case("yes_no"));
  const CaseSettings& s = room.model.settings();
  CHECK(s.kind == CaseKind::yes_no);
  CHECK(s.classes == std::vector<int>{0, 6});
  CHECK(s.station == CaseStation::loader);
  CHECK(s.seed == 5);
  CHECK(s.drop_last);
  CHECK(s.epochs == 3);
  REQUIRE_FALSE(room.model.set_case("scores"));
  CHECK(room.model.settings().optimizer.name == "adam");
  CHECK(room.model.settings().score == "height_to_width");
  REQUIRE_FALSE(room.model.set_case("one_of_ten"));
  CHECK(room.model.settings().classes.size() == 10);
  CHECK(room.document.undo()); // each was one step
  room.model.follow();
  CHECK(room.model.settings().kind == CaseKind::scores);
  CHECK(room.model.set_case("two_of_ten"));
  CHECK(room.model.settings().kind == CaseKind::scores);

  room.set("/batch", 300);
  room.set("/picture", 40);
  CHECK(room.document.set({{}, "/data/train"}, 100)); // is refused by itself
  REQUIRE_FALSE(room.document.set_all(room.model.with_others("/data/train", 100)));
  REQUIRE_FALSE(room.document.set_all(room.model.with_others("/data/test", 30)));
  room.model.follow();
  CHECK(room.model.settings().batch == 100);
  CHECK(room.model.settings().picture == 29);
}
