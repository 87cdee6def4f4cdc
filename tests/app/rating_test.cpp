// "Rate it yourself" of the lab Cases: what comes when, what is taken back, kept and handed on, and that a hidden rule is found.
#include "app/core/rating.hpp"
#include "cases/case_run.hpp"
#include "cases/raters_file.hpp"
#include "core/philox.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace downhill;

namespace {

LabDocument of(const std::string& more = "") {
  const auto json = read_json(R"({"downhill": 1, "lab": "cases", "case": "scores")" + more + "}");
  REQUIRE(json);
  return LabDocument(kCasesFormat, *json);
}
// `scores` as JSON: [[place, score], …]
Json rater(const std::string& name, const char* scores, int seed = 1) {
  Json out = Json::object();
  out["name"] = name, out["seed"] = seed, out["classes"] = *read_json("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"), out["scores"] = *read_json(scores);
  return out;
}
std::string file_text(const Json& rater) { return raters_file(Json::array({rater})); }
NamedText file_of(const std::string& name, const Json& rater) { return {name, file_text(rater)}; }

// Grey pictures of ten classes, each of its own brightness, in noise.
std::shared_ptr<const Source> greys() {
  auto source = std::make_shared<Source>();
  source->classes = 10;
  PhiloxStream stream({5, 6});
  for (Examples* part : {&source->train, &source->test}) {
    part->features = static_cast<int>(kCasePixels);
    for (int i = 0; i < 400; ++i) {
      const double level = 120 * stream.next_uniform();
      for (std::size_t p = 0; p < kCasePixels; ++p) part->pixels.push_back(static_cast<std::uint8_t>(level + 60 * stream.next_uniform()));
      part->labels.push_back(static_cast<std::uint8_t>(i % 10));
    }
  }
  return source;
}

} // namespace

TEST_CASE("Pictures are rated in one order everywhere, a tenth of them a second time, later") {
  const auto order = rating_order(1, 300);
  CHECK(order.size() == 330);
  std::map<std::uint32_t, std::vector<std::size_t>> at;
  for (std::size_t i = 0; i < order.size(); ++i) at[order[i]].push_back(i);
  CHECK(at.size() == 300);
  CHECK(at.rbegin()->first == 299);
  std::size_t twice = 0;
  for (const auto& [place, showings] : at) {
    REQUIRE(showings.size() <= 2);
    if (showings.size() < 2) continue;
    ++twice;
    CHECK(showings[1] - showings[0] > 8);
  }
  CHECK(twice == 30);
  const auto fewer = rating_order(1, 40);
  CHECK(fewer.size() == 44);
  CHECK(std::equal(fewer.begin(), fewer.end(), order.begin())); // asking for more goes on
  CHECK(rating_order(2, 40) != fewer);
  // pinned: what was rated elsewhere is of these pictures
  std::string said;
  for (const std::uint32_t place : fewer) said += std::to_string(place) + " ";
  CHECK(said == "0 1 2 3 4 5 6 7 8 9 1 10 11 12 13 14 15 16 17 18 19 3 20 21 22 23 24 25 26 27 28 29 2 30 31 32 33 34 35 36 37 38 39 20 ");
}

TEST_CASE("A session is rated, taken back, and goes on from its document") {
  LabDocument document = of(R"(, "rating": {"items": 40})");
  RatingModel model(document);
  CHECK(model.total() == 44);
  CHECK(model.now() == 0U);
  CHECK(model.upcoming().size() == RatingModel::kAhead);
  CHECK(model.own() == nullptr);
  CHECK(!model.take_back());
  for (int i = 0; i < 11; ++i) CHECK(!model.rate(1 + i % 5, "me"));
  CHECK(model.given() == 11);
  CHECK(model.own()->name == "me");
  CHECK(model.last()->score == 1);
  CHECK(model.histogram() == std::array<std::int64_t, 5>{3, 2, 2, 2, 2});
  CHECK(model.agreement().pairs == 1); // the eleventh showing, given a 1; before, place 0 was given a 1 and place 1 a 2
  CHECK(model.agreement().mean_difference == rating_order(1, 40)[10]);
  CHECK(model.now() == 10U);

  // as many as there are
  for (int i = 0; i < 11; ++i) CHECK(!model.take_back());
  CHECK(model.given() == 0);
  CHECK(model.now() == 0U);
  CHECK(!model.take_back());
  CHECK(model.own()->name == "me");

  for (int i = 0; i < 20; ++i) CHECK(!model.rate(4, "other name"));
  LabDocument linked = of();
  CHECK(!linked.open(Json::parse(document.json().dump())));
  RatingModel later(linked);
  CHECK(later.given() == 20);
  CHECK(later.now() == model.now());
  CHECK(later.items() == 40);
  CHECK(later.own()->name == "me");
  while (later.now()) CHECK(!later.rate(2, "me"));
  CHECK(later.given() == 44);
  CHECK(later.agreement().pairs == 4);
  CHECK(!later.rate(2, "me")); // nothing more
  CHECK(later.own()->ratings.size() == 44);
  CHECK(!later.set_items(60));
  CHECK(later.now() == 40U);
  CHECK(later.total() == 66);

  // undo of the document is the same
  CHECK(linked.undo());
  CHECK(linked.undo());
  later.follow();
  CHECK(later.given() == 43);
}

TEST_CASE("What is out of range is no score, and the ninth rater is refused") {
  LabDocument document = of();
  RatingModel model(document);
  CHECK(!model.rate(0, "me"));
  CHECK(!model.rate(6, "me"));
  CHECK(model.given() == 0);
  for (std::size_t i = 0; i < kRatersMost; ++i) {
    CHECK(!model.choose(i));
    CHECK(!model.rate(3, "me"));
  }
  CHECK(model.raters().size() == kRatersMost);
  CHECK(model.raters()[1].name == "me (2)");
  CHECK(!model.choose(kRatersMost));
  const auto refused = model.rate(3, "me");
  REQUIRE(refused);
  CHECK(refused->code == "out_of_range");
  CHECK(refused->place == "/raters");
  CHECK(model.raters().size() == kRatersMost);
}

TEST_CASE("Raters' files are added, file by file, and averaged") {
  LabDocument document = of();
  RatingModel model(document);
  CHECK(!model.rate(5, "me"));
  const Json a = rater("A", "[[0, 1], [1, 2], [2, 3]]"), b = rater("B", "[[0, 3], [2, 2.5]]");
  const std::uint64_t version = document.version();
  const OpenedRaters opened = model.open({file_of("a.json", a),
                                          {"cut.json", "{\"downhill_raters\": 1, \"raters\": ["},
                                          {"score.json", file_text(rater("C", "[[0, 6]]"))},
                                          {"doc.json", "{\"downhill\": 1}"},
                                          file_of("other.json", rater("D", "[[0, 1]]", 2)),
                                          file_of("b.json", b),
                                          {"new.json", "{\"downhill_raters\": 2}"},
                                          {"none.json", raters_file(Json::array())},
                                          {"more.json", "{\"downhill_raters\": 1, \"rates\": []}"}});
  CHECK(opened.added == 2);
  REQUIRE(opened.refused.size() == 7);
  const auto said = [&](std::size_t i) { return opened.refused[i].sentence(Language::en); };
  CHECK(said(0).starts_with("cut.json"));
  CHECK(said(1) == "score.json /raters/0/scores/0/1: 6 is out of range; allowed is 1 to 5");
  CHECK(said(2).starts_with("doc.json: this is no file of ratings"));
  CHECK(opened.refused[3].code == "other_draw");
  CHECK(opened.refused[3].place == "other.json /raters/0");
  CHECK(opened.refused[4].code == "version");
  CHECK(opened.refused[5].place == "none.json /raters");
  CHECK(opened.refused[6].place.starts_with("more.json"));
  CHECK(document.version() == version + 1); // one step of undo
  REQUIRE(model.raters().size() == 3);
  CHECK(model.who() == 0);
  CHECK(model.rated() == 3);
  CHECK(model.mean_of(1) == 2);
  const auto means = mean_scores(model.raters());
  CHECK(means.at(0) == 3);
  CHECK(means.at(2) == 2.75);
  CHECK(agreement_of(model.raters()[1], model.raters()[2]).pairs == 2);
  CHECK(agreement_of(model.raters()[1], model.raters()[2]).mean_difference == 1.25);

  // once more: it is here already; a namesake with other scores is told apart
  const OpenedRaters again = model.open({file_of("a.json", a), file_of("a2.json", rater("A", "[[0, 2]]"))});
  CHECK(again.had == 1);
  CHECK(again.added == 1);
  CHECK(model.raters()[3].name == "A (2)");

  CHECK(!model.rename(3, "Anna"));
  CHECK(model.raters()[3].name == "Anna");
  CHECK(model.rename(3, std::string(300, 'x')));
  CHECK(model.raters()[3].name == "Anna");
  CHECK(!model.remove(1));
  CHECK(model.raters()[1].name == "B");
  CHECK(model.who() == 0);
  CHECK(!model.remove(0)); // one's own: somebody new may begin
  CHECK(model.own() == nullptr);
  CHECK(model.who() == 2);

  const auto back = raters_from_file(model.file(0));
  REQUIRE(back);
  CHECK((*back)[0] == document.at("/raters")[0]);

  // where nobody has rated, files may be of any draw, and all that is shown is of theirs
  LabDocument fresh = of();
  RatingModel other(fresh);
  CHECK(other.open({file_of("d.json", rater("D", "[[0, 1]]", 2))}).added == 1);
  CHECK(other.draw_seed() == 2);
  CHECK(fresh.at("/data/seed") == 2);
  CHECK(other.own() == nullptr); // D's scores stay D's
  CHECK(!other.rate(4, "me"));
  CHECK(other.raters()[1].seed == 2);
}

TEST_CASE("A document's raters are not taken for whoever opens it") {
  LabDocument document = of(", \"raters\": [" + rater("A", "[[0, 1]]").dump() + "]");
  CHECK(RatingModel(document).own() == nullptr);
}

TEST_CASE("The browser keeps what was rated here, and goes on with it") {
  std::string kept;
  {
    LabDocument document = of(R"(, "rating": {"items": 60})");
    RatingModel model(document);
    CHECK(model.kept_text().empty());
    for (int i = 0; i < 12; ++i) CHECK(!model.rate(3, "me"));
    CHECK(model.open({file_of("a.json", rater("A", "[[0, 1]]"))}).added == 1);
    CHECK(document.undo()); // no scores of one's own
    CHECK(document.undo());
    model.follow();
    CHECK(model.given() == 11);
    CHECK(model.kept().size() == 1);
    CHECK(model.kept()[0].rater["scores"].size() == 11); // undo is kept, too
    CHECK(model.waiting().empty());
    CHECK(!model.rename(0, "myself"));
    CHECK(model.kept().size() == 1);
    kept = model.kept_text();
  }
  LabDocument document = of();
  RatingModel model(document);
  model.take_kept(kept);
  REQUIRE(model.waiting() == std::vector<std::size_t>{0});
  // a new one begins: the other is not lost
  CHECK(!model.rate(1, "me"));
  CHECK(model.kept().size() == 2);
  REQUIRE(model.waiting() == std::vector<std::size_t>{0});
  CHECK(!model.go_on(0));
  CHECK(model.raters().size() == 2);
  CHECK(model.own()->name == "myself");
  CHECK(model.given() == 11);
  CHECK(model.items() == 60);
  CHECK(model.waiting().empty());
  CHECK(!model.rate(5, "me"));
  CHECK(model.kept().size() == 2);

  // the page was closed before the last score reached the link
  Json early = document.json();
  early["raters"][1]["scores"].erase(early["raters"][1]["scores"].size() - 1);
  kept = model.kept_text();
  LabDocument linked(kCasesFormat, early);
  RatingModel later(linked);
  later.take_kept(kept);
  REQUIRE(later.waiting().size() == 1);
  CHECK(!later.go_on(later.waiting()[0]));
  CHECK(later.raters().size() == 2);
  CHECK(later.given() == 12);
  CHECK(later.waiting().empty());

  // another window has gone on with one of them, and one of its own is not there yet
  LabDocument other_window = of();
  RatingModel beside(other_window);
  CHECK(!beside.rate(3, "she"));
  const std::string hers = beside.kept_text();
  beside.take_kept(later.kept_text());
  CHECK(beside.kept().size() == 3);
  beside.take_kept(hers); // what it has already changes nothing
  CHECK(beside.kept().size() == 3);
  const std::string all = beside.kept_text();
  CHECK(!beside.rate(4, "she"));
  beside.take_kept(all); // an older one of hers takes nothing back
  REQUIRE(beside.kept().size() == 3);
  CHECK(beside.kept().back().rater["scores"].size() == 2);

  later.forget_kept();
  CHECK(later.kept().empty());
  CHECK(later.kept_text().find("scores") == std::string::npos);
  CHECK(later.given() == 12); // what is on the screen stays

  // of another draw, or damaged
  LabDocument seven = of(R"(, "data": {"seed": 7})");
  RatingModel elsewhere(seven);
  CHECK(!elsewhere.rate(2, "me"));
  elsewhere.take_kept(kept);
  REQUIRE(elsewhere.waiting().size() == 2);
  CHECK(elsewhere.go_on(0)->code == "other_draw");
  for (const char* damaged :
       {"", "{", "[]", "{\"items\":[1],\"raters\":[]}", "{\"items\":{},\"raters\":7}", "{\"items\":[60],\"raters\":[{\"name\":\"A\"}]}"}) {
    RatingModel bare(seven);
    bare.take_kept(damaged);
    CHECK(bare.kept().empty());
  }
}

TEST_CASE("Forgetting holds: no undo, and no window that had them, has the browser keep those scores again") {
  LabDocument here = of(), there = of();
  RatingModel model(here), beside(there);
  for (int i = 0; i < 5; ++i) CHECK(!model.rate(3, "me"));
  CHECK(!model.remove(0));
  CHECK(here.undo());
  model.follow();
  REQUIRE(model.kept().size() == 1);
  model.forget_kept();
  model.follow();
  CHECK(model.kept().empty()); // though they are on the screen, and were removed and brought back here

  CHECK(!model.rate(4, "me"));
  CHECK(!model.remove(0));
  CHECK(here.undo());
  model.follow();
  beside.take_kept(model.kept_text());
  REQUIRE(beside.kept().size() == 1);
  beside.forget_kept();
  model.take_kept(beside.kept_text());
  model.follow();
  CHECK(model.kept().empty());
}

TEST_CASE("Who is removed is forgotten with the scores that another window has given since, and undo brings those back") {
  LabDocument here = of(), there = of();
  RatingModel model(here), beside(there);
  for (int i = 0; i < 5; ++i) CHECK(!model.rate(3, "me"));
  beside.take_kept(model.kept_text());
  CHECK(!beside.go_on(0));
  for (int i = 0; i < 4; ++i) CHECK(!beside.rate(1, "me"));
  model.take_kept(beside.kept_text());
  REQUIRE(model.kept().size() == 1);
  CHECK(model.kept()[0].rater["scores"].size() == 9);
  CHECK(!model.remove(0));
  CHECK(model.kept().empty());
  CHECK(model.waiting().empty());
  CHECK(here.undo());
  model.follow();
  REQUIRE(model.kept().size() == 1);
  CHECK(model.kept()[0].rater["scores"].size() == 9);
  // somebody without any score takes nobody's along
  LabDocument other = of();
  RatingModel begun(other);
  CHECK(!begun.rate(3, "me"));
  CHECK(!begun.take_back());
  begun.take_kept(model.kept_text());
  CHECK(!begun.remove(0));
  CHECK(begun.kept().size() == 1);
}

TEST_CASE("A window that had not heard yet what another one forgot is told so, once") {
  LabDocument here = of(), there = of();
  RatingModel model(here), beside(there);
  for (int i = 0; i < 3; ++i) CHECK(!model.rate(3, "me"));
  CHECK_FALSE(beside.take_kept(model.kept_text()));
  CHECK(!model.remove(0));
  CHECK(!beside.rate(2, "you")); // the news is still on its way
  const std::string late = beside.kept_text();
  REQUIRE(late.find("\"me\"") != std::string::npos);
  CHECK(model.take_kept(late));
  REQUIRE(model.kept().size() == 1);
  CHECK(model.kept()[0].rater["name"] == "you");
  CHECK_FALSE(beside.take_kept(model.kept_text()));
  CHECK(beside.kept_text() == model.kept_text());
  CHECK_FALSE(model.take_kept(beside.kept_text()));
  // undo brings back what was removed here, though a text that still had it came meanwhile
  CHECK(here.undo());
  model.follow();
  CHECK(model.kept().size() == 2);
}

TEST_CASE("A browser that has forgotten hundreds of raters still forgets the next one, in every window") {
  LabDocument there = of();
  RatingModel beside(there);
  for (int n = 0; n < 200; ++n) {
    LabDocument here = of();
    RatingModel model(here);
    model.take_kept(beside.kept_text());
    for (int i = 0; i < 8; ++i) CHECK(!model.rate(1 + (n >> (2 * (i % 4)) & 3), "me"));
    beside.take_kept(model.kept_text());
    REQUIRE(beside.kept().size() == 1);
    CHECK(!model.remove(0));
    beside.take_kept(model.kept_text());
    CHECK(beside.kept().empty());
  }
}

TEST_CASE("Who was removed is forgotten by the browser, in every window, until undo or new scores bring them back") {
  LabDocument here = of(), there = of(), fresh = of();
  RatingModel model(here);
  for (int i = 0; i < 5; ++i) CHECK(!model.rate(3, "me"));
  RatingModel beside(there);
  beside.take_kept(model.kept_text());
  CHECK(!beside.go_on(0));
  CHECK(!model.choose(1));
  CHECK(!model.rate(5, "she"));
  CHECK(model.kept().size() == 2);
  CHECK(!model.remove(0));
  REQUIRE(model.kept().size() == 1);
  CHECK(model.kept()[0].rater["name"] == "she");
  const std::string removed = model.kept_text();
  CHECK(removed.find("\"me\"") == std::string::npos);
  beside.take_kept(removed); // it had them, and has them on its screen
  beside.follow();
  REQUIRE(beside.kept().size() == 1);
  CHECK(beside.kept_text() == removed);
  model.take_kept(beside.kept_text());
  CHECK(model.kept().size() == 1);
  RatingModel later(fresh); // a later visit
  later.take_kept(removed);
  CHECK(later.waiting().size() == 1);

  CHECK(here.undo());
  model.follow();
  CHECK(model.kept().size() == 2);
  CHECK(here.redo());
  model.follow();
  CHECK(model.kept().size() == 1);
  CHECK(here.undo());
  model.follow();
  CHECK(model.kept().size() == 2);
  beside.take_kept(model.kept_text());
  CHECK(beside.kept().size() == 2);

  // whoever goes on in the other window is kept there anew
  CHECK(!model.remove(0));
  beside.take_kept(model.kept_text());
  CHECK(beside.kept().size() == 1);
  CHECK(!beside.rate(2, "me"));
  CHECK(beside.kept().size() == 2);
  model.take_kept(beside.kept_text());
  CHECK(model.kept().size() == 2);
  // and so is who was forgotten and begins again in the same way
  beside.forget_kept();
  model.take_kept(beside.kept_text());
  CHECK(model.kept().empty());
  LabDocument anew = of();
  RatingModel again(anew);
  again.take_kept(beside.kept_text());
  CHECK(!again.rate(5, "she"));
  CHECK(again.kept().size() == 1);
  model.take_kept(again.kept_text());
  CHECK(model.kept().size() == 1);
}

TEST_CASE("Of more raters than there is room for the first are taken, and a sentence names the others; no more are kept than can be read again") {
  LabDocument document = of();
  RatingModel model(document);
  CHECK(!model.rate(5, "me"));
  Json six = Json::array(), four = Json::array();
  for (int i = 0; i < 10; ++i) (i < 6 ? six : four).push_back(rater("R" + std::to_string(i), ("[[" + std::to_string(i) + ", 3]]").c_str()));
  const OpenedRaters opened = model.open({{"six.json", raters_file(six)}, {"four.json", raters_file(four)}});
  CHECK(opened.added == 7);
  CHECK(model.raters().size() == kRatersMost);
  REQUIRE(opened.refused.size() == 1);
  CHECK(opened.refused[0].sentence(Language::en) == "four.json: at most 8 raters; kept are: me, R0, R1, R2, R3, R4, R5, R6; not added: R7, R8, R9");

  RatingModel mine(document);
  std::string kept;
  for (int window = 0; window < 3; ++window) {
    LabDocument fresh = of();
    RatingModel one(fresh);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(!one.choose(i));
      CHECK(!one.rate(1 + window, "w" + std::to_string(window) + std::to_string(i)));
    }
    one.take_kept(kept);
    CHECK(one.kept().size() <= kRatersMost);
    kept = one.kept_text();
  }
  mine.take_kept(kept);
  CHECK(mine.kept().size() == kRatersMost);
}

TEST_CASE("What was rated is trained on, and a hidden rule is found") {
  LabDocument document = of(R"(, "data": {"train": 300, "validation": 50, "test": 50})");
  RatingModel model(document);
  const auto source = greys();
  const auto pictures = case_data(source, cases_settings(document.now()).settings);
  REQUIRE(pictures);
  CHECK(model.train()->code == "too_few_rated");
  while (const auto place = model.now()) { // what is light is liked
    const double ink = scores()[1].of(pictures->picture(CasePart::train, *place));
    CHECK(!model.rate(std::clamp(static_cast<int>(0.5 + 1.1 * (ink - 1)), 1, 5), "me"));
  }
  CHECK(model.given() == 110);
  CHECK(model.agreement().equal == 10);
  REQUIRE(!model.train());
  const CaseSettings settings = cases_settings(document.now()).settings;
  CHECK(settings.rated());
  CHECK(settings.station == CaseStation::training);
  CHECK(settings.count(CasePart::train) == 60);
  auto data = case_data(source, settings);
  REQUIRE(data);
  const double baseline = case_baseline(*data, CasePart::test);
  CaseRun run(settings, std::move(*data));
  while (run.advance()) {
  }
  const double found = run.measure(CasePart::test).metric;
  MESSAGE("found ", found, " baseline ", baseline);
  CHECK(found < 0.8 * baseline);
}
