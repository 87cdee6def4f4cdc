// The lab Cases in the engine: the document, scores, the three parts, batches, training, thresholds, what stations show, the script.
#include "cases/cases_csv.hpp"
#include "cases/stations.hpp"
#include "cases/suited_training.hpp"
#include "engine/fixtures.hpp"
#include "export/cases_script.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

using namespace downhill;

namespace {

Result<CasesDocument> read_case(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "cases"}};
  if (more.is_object()) merge_patch(json, more);
  return cases_document_from_json(json);
}
CasesDocument case_of(const Json& more) {
  auto document = read_case(more);
  if (!document) MESSAGE(document.error().sentence(Language::en));
  REQUIRE(document.ok());
  return *document;
}
UserError refusal_of(const Json& more) {
  const auto document = read_case(more);
  REQUIRE_FALSE(document.ok());
  return document.error();
}

// One hidden layer, as the document has it.
Json one_layer(int units, const char* activation = "relu") {
  Json layer = {{"units", units}, {"activation", activation}};
  return Json::array({std::move(layer)});
}
// One rater, or several, by their [place, score] pairs in the draw of seed 1 from all classes.
Json raters_of(const std::vector<Json>& scores) {
  Json raters = Json::array();
  for (const Json& pairs : scores) {
    Json rater = {{"seed", 1}, {"classes", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
    rater["scores"] = pairs;
    raters.push_back(std::move(rater));
  }
  return raters;
}

// 28×28 pictures in noise, as many of each class: class c is a bright box, c of ten in shape and place.
std::shared_ptr<const Source> boxes() {
  static const std::shared_ptr<const Source> made = [] {
    auto source = std::make_shared<Source>();
    source->classes = 10;
    PhiloxStream stream({5, 5});
    for (const auto& [part, count] : {std::pair{&source->train, 1200}, {&source->test, 400}}) {
      part->features = static_cast<std::int64_t>(kCasePixels);
      for (int i = 0; i < count; ++i) {
        const int c = i % 10, height = 4 + 2 * c + static_cast<int>(stream.next_word() % 4), width = 24 - 2 * c + static_cast<int>(stream.next_word() % 4);
        const int left = static_cast<int>(stream.next_word() % static_cast<std::uint64_t>(28 - std::min(width, 27)));
        const int light = 80 + static_cast<int>(stream.next_word() % 150);
        part->labels.push_back(static_cast<std::uint8_t>(c));
        for (int y = 0; y < 28; ++y)
          for (int x = 0; x < 28; ++x)
            part->pixels.push_back(
                static_cast<std::uint8_t>(static_cast<int>(stream.next_word() % 20) + (y < height && x >= left && x < left + width ? light : 0)));
      }
    }
    return source;
  }();
  return made;
}
const Json kSmall = {{"data", {{"train", 300}, {"validation", 80}, {"test", 60}}}, {"epochs", 4}};

CaseRun trained(const CasesDocument& document) {
  auto data = case_data(boxes(), document.settings);
  if (!data) MESSAGE(data.error().sentence(Language::en));
  REQUIRE(data.ok());
  CaseRun run(document.settings, std::move(*data));
  while (run.advance()) {
  }
  return run;
}
Json with(Json json, const Json& more) {
  if (more.is_object()) merge_patch(json, more);
  return json;
}

using Picture = std::array<std::uint8_t, kCasePixels>;
// Lit from row `top` to before `bottom`, from column `left` to before `right`.
Picture box(std::size_t top, std::size_t bottom, std::size_t left, std::size_t right, std::uint8_t light = 255) {
  Picture out{};
  for (std::size_t p = 0; p < kCasePixels; ++p)
    if (p / kCaseSide >= top && p / kCaseSide < bottom && p % kCaseSide >= left && p % kCaseSide < right) out[p] = light;
  return out;
}
double score(std::string_view id, const Picture& picture) { return entry_of(scores(), id).of(picture); }

constexpr CasePart kAllParts[] = {CasePart::train, CasePart::validation, CasePart::test};

} // namespace

TEST_CASE("cases: documents, what hangs on the case, and what is refused with its place") {
  const CasesDocument ten = case_of({});
  CHECK(ten.settings.kind == CaseKind::one_of_ten);
  CHECK(ten.settings.loss() == "cross_entropy");
  CHECK(ten.settings.outputs() == 10);
  const CasesDocument scored = case_of({{"case", "scores"}});
  CHECK(scored.settings.loss() == "mse");
  CHECK(scored.settings.optimizer.name == "adam");
  CHECK(scored.settings.metric() == "mae");
  const CasesDocument yes = case_of({{"case", "yes_no"}});
  CHECK(yes.settings.loss() == "bce");
  CHECK(yes.settings.classes == std::vector<int>{0, 6});
  CHECK(case_of({{"case", "yes_no"}, {"output", "two"}}).settings.loss() == "cross_entropy");
  const CasesDocument rated = case_of({{"case", "scores"}, {"raters", raters_of({{{0, 3}, {2, 4}, {5, 1}, {6, 2}, {7, 2}, {2, 5}}})}});
  CHECK(rated.settings.rated());
  CHECK(rated.settings.raters[0].name == "1");
  CHECK(rated.settings.counts[0] == 3); // five are rated, one of them twice
  CHECK(rated.settings.counts[1] == 1);
  CHECK(rated.settings.batch_size() == 3);
  for (const CasesDocument& document : {ten, scored, yes, rated}) {
    const auto again = cases_document_from_json(document.json());
    REQUIRE(again.ok());
    CHECK(again->json() == document.json());
  }

  const auto refused = [](const Json& more, const char* code, const char* place) {
    const UserError error = refusal_of(more);
    CHECK(error.code == code);
    CHECK(error.place == place);
    CHECK_FALSE(error.sentence(Language::zh).empty());
    CHECK_FALSE(error.sentence(Language::en).empty());
  };
  refused({{"case", "maybe"}}, "not_a_choice", "/case");
  refused({{"case", "yes_no"}, {"data", {{"classes", {1, 2, 3}}}}}, "case_needs_two", "/data/classes");
  refused({{"data", {{"classes", Json::array({1})}}}}, "one_class", "/data/classes");
  refused({{"data", {{"classes", {1, 10}}}}}, "no_such_class", "/data/classes/1");
  refused({{"data", {{"classes", {1, 1}}}}}, "duplicate_class", "/data/classes");
  refused({{"data", {{"classes", Json::array()}}}}, "wrong_type", "/data/classes");
  refused({{"hidden", Json::array({one_layer(4)[0], one_layer(4)[0]})}}, "out_of_range", "/hidden");
  refused({{"hidden", Json::array({Json{{"units", 4}, {"dropout", 0.5}}})}}, "out_of_range", "/hidden/0/dropout");
  refused({{"case", "scores"}, {"hidden", one_layer(4)}}, "case_takes_no_hidden", "/hidden");
  refused({{"case", "yes_no"}, {"hidden", one_layer(4)}}, "case_takes_no_hidden", "/hidden");
  refused({{"batch", 65}, {"data", {{"train", 64}}}}, "batch_above_train", "/batch");
  refused({{"picture", 500}}, "out_of_range", "/picture");
  refused({{"threshold", 1.5}}, "out_of_range", "/threshold");
  refused({{"raters", raters_of({Json::array({Json::array({0, 6})})})}}, "out_of_range", "/raters/0/scores/0/1");
  refused({{"raters", raters_of({Json::array({Json::array({0.5, 3})})})}}, "wrong_type", "/raters/0/scores/0/0");
  refused({{"raters", Json::array({Json::object()})}}, "missing", "/raters/0");
  refused({{"raters", raters_of({Json::array({0, 3})})}}, "wrong_type", "/raters/0/scores/0");
  refused({{"lanes", Json::array()}}, "unknown_key", "");
  CHECK(refusal_of({{"case", "yes_no"}, {"data", {{"classes", Json::array({1})}}}}).sentence(Language::en) ==
        "/data/classes: yes or no takes just two classes, not 1");
}

TEST_CASE("cases: scores are tied to the draw whose pictures they were given to") {
  Json raters = raters_of({{{0, 3}, {2, 4}, {5, 1}}, {{0, 2}, {2, 5}, {7, 1}}});
  for (Json& rater : raters) rater["seed"] = 7, rater["classes"] = {3, 1};
  const CasesDocument document = case_of({{"case", "scores"}, {"raters", raters}});
  CHECK(document.settings.data_seed == 7); // where the document says nothing it is the raters' draw
  CHECK(document.settings.classes == std::vector<int>{3, 1});
  CHECK(document.settings.raters[1].seed == 7);
  CHECK(document.settings.raters[1].classes == std::vector<int>{3, 1});

  const UserError other = refusal_of({{"case", "scores"}, {"raters", raters}, {"data", {{"seed", 8}}}});
  CHECK(other.place == "/raters/0");
  CHECK(other.sentence(Language::en) == "/raters/0: these scores are of pictures drawn with seed 7 from the classes [3,1], here they are drawn with 8 from "
                                        "[3,1]; take those, or leave this rater out");
  CHECK(refusal_of({{"case", "scores"}, {"raters", raters}, {"data", {{"classes", {1, 3}}}}}).code == "other_draw");
  Json mixed = raters;
  mixed[1]["seed"] = 8;
  CHECK(refusal_of({{"case", "scores"}, {"raters", mixed}}).place == "/raters/1");
  // where nobody's scores are learned the draw may be another one
  CHECK(read_case({{"case", "scores"}, {"score", "ink"}, {"raters", mixed}}).ok());
  CHECK(read_case({{"raters", mixed}}).ok());

  for (const char* key : {"seed", "classes", "scores"}) {
    Json lacking = raters;
    lacking[1].erase(key);
    const UserError error = refusal_of({{"case", "scores"}, {"raters", lacking}});
    CHECK(error.code == "missing");
    CHECK(error.place == "/raters/1");
    CHECK(error.with == std::vector<std::string>{key});
  }
  raters[0]["classes"] = {1, 1};
  CHECK(refusal_of({{"raters", raters}}).place == "/raters/0/classes");
  raters[0]["classes"] = {1, 3};
  raters[0]["seed"] = -1;
  CHECK(refusal_of({{"raters", raters}}).place == "/raters/0/seed");
}

TEST_CASE("cases: scores measured from pictures drawn by hand") {
  CHECK(score("height_to_width", box(4, 24, 9, 19)) == 5);  // 20 high, 10 wide
  CHECK(score("height_to_width", box(10, 15, 4, 14)) == 1); // 5 high, 10 wide
  CHECK(score("height_to_width", box(3, 10, 20, 27)) == 3); // 7 by 7
  CHECK(score("height_to_width", box(0, 28, 0, 20)) == 3 + 6 * 8.0 / 48);
  CHECK(score("height_to_width", box(0, 28, 13, 14)) == 5); // kept within
  CHECK(score("height_to_width", Picture{}) == 3);
  Picture speck = box(3, 10, 20, 27);
  speck[0] = kInked - 1; // too faint to count
  CHECK(score("height_to_width", speck) == 3);
  speck[5 * kCaseSide + 15] = kInked;
  CHECK(score("height_to_width", speck) == 3 + 6 * (7.0 - 12.0) / 19.0);

  CHECK(score("ink", Picture{}) == 1);
  CHECK(score("ink", box(0, 14, 0, 14)) == 1 + 8 * 0.25); // a quarter is white
  CHECK(score("ink", box(0, 28, 0, 28)) == 5);
  CHECK(score("ink", box(0, 28, 0, 28, 51)) == 1 + 8 * 0.2);

  CHECK(score("symmetry", Picture{}) == 5);
  CHECK(score("symmetry", box(2, 9, 4, 24)) == 5);
  CHECK(score("symmetry", box(2, 9, 0, 14)) == 1);
  CHECK(score("symmetry", box(2, 9, 7, 17)) == 5 - 4 * 4 / 10.0); // columns 7 … 16 and, mirrored, 11 … 20: 4 of 10 miss
  for (const ScoreEntry& entry : scores())
    for (std::size_t i = 0; i < 50; ++i) {
      const double value = entry.of(std::span(boxes()->train.pixels).subspan(i * kCasePixels, kCasePixels));
      CAPTURE(entry.id);
      CHECK(value >= kScoreLeast);
      CHECK(value <= kScoreMost);
    }
}

TEST_CASE("cases: raters' scores are averaged, and compared with themselves and with each other") {
  const std::vector<Rater> raters{{"A", {{3, 4}, {1, 2}, {3, 5}, {3, 5}}}, {"B", {{3, 1}, {8, 3}}}};
  const auto means = mean_scores(raters);
  REQUIRE(means.size() == 3);
  CHECK(means.at(3) == ((4.0 + 5.0 + 5.0) / 3 + 1) / 2); // each rater counts once, however often they rated
  CHECK(means.at(1) == 2);
  CHECK(means.at(8) == 3);
  const Agreement own = agreement_with_oneself(raters[0]);
  CHECK(own.pairs == 2);
  CHECK(own.equal == 1);
  CHECK(own.mean_difference == 0.5);
  CHECK(std::isnan(agreement_with_oneself(raters[1]).mean_difference));
  const Agreement both = agreement_of(raters[0], raters[1]);
  CHECK(both.pairs == 1);
  CHECK(both.mean_difference == doctest::Approx(11.0 / 3));
}

TEST_CASE("cases: the three parts have no picture in common and are what the documents say") {
  for (const Json& more :
       {Json{{"case", "one_of_ten"}}, Json{{"case", "yes_no"}, {"data", {{"classes", {7, 2}}}}}, Json{{"case", "scores"}, {"score", "ink"}}}) {
    Json json = kSmall;
    merge_patch(json, more);
    if (more["case"] == "yes_no") merge_patch(json, Json{{"data", {{"train", 100}, {"validation", 30}, {"test", 30}}}});
    const CasesDocument document = case_of(json);
    const CaseSettings& s = document.settings;
    const auto data = case_data(boxes(), s);
    REQUIRE(data.ok());
    std::set<std::pair<bool, std::uint32_t>> seen;
    std::int64_t all = 0;
    for (const CasePart part : kAllParts) {
      CHECK(data->size(part) == s.count(part));
      all += s.count(part);
      for (std::size_t i = 0; i < static_cast<std::size_t>(s.count(part)); ++i) {
        const CaseExample& example = data->examples[static_cast<std::size_t>(part)][i];
        const bool from_train = example.from == CasePart::train;
        seen.insert({from_train, example.row});
        CHECK(from_train == (part != CasePart::test));
        const Examples& official = from_train ? boxes()->train : boxes()->test;
        CHECK(official.labels[example.row] == example.kind);
        const auto picture = data->picture(part, i);
        CHECK(std::equal(picture.begin(), picture.end(), official.pixels.begin() + static_cast<std::ptrdiff_t>(example.row * kCasePixels)));
        if (s.kind == CaseKind::scores)
          CHECK(data->answers(part).targets[i] == static_cast<float>(entry_of(scores(), s.score).of(picture)));
        else
          CHECK(s.classes[data->answers(part).labels[i]] == example.kind);
      }
      const PartCounts counts = counts_of(s, *data, part);
      CHECK(std::accumulate(counts.by_class.begin(), counts.by_class.end(), std::int64_t{0}) == s.count(part));
      CHECK(*std::max_element(counts.by_class.begin(), counts.by_class.end()) - *std::min_element(counts.by_class.begin(), counts.by_class.end()) <= 1);
      CHECK(std::accumulate(counts.by_score.begin(), counts.by_score.end(), std::int64_t{0}) == (s.kind == CaseKind::scores ? s.count(part) : 0));
    }
    CHECK(static_cast<std::int64_t>(seen.size()) == all);
  }
  // what is asked for beyond what there is, told where it is asked
  const auto most = case_data(boxes(), case_of(with(kSmall, {{"data", {{"train", 1100}, {"validation", 101}}}})).settings);
  REQUIRE_FALSE(most.ok());
  CHECK(most.error().place == "/data/validation");
  CHECK(most.error().sentence(Language::en) ==
        "/data/validation: training and validation together ask for 1201 pictures, these classes have 1200; ask for fewer");
  const auto too_many = case_data(boxes(), case_of(with(kSmall, {{"data", {{"train", 1201}}}})).settings);
  REQUIRE_FALSE(too_many.ok());
  CHECK(too_many.error().sentence(Language::en) == "/data/train: 1201 examples were asked for, these classes have 1200; ask for fewer");
  const auto without = case_data(nullptr, case_of({}).settings);
  REQUIRE_FALSE(without.ok());
  CHECK(without.error().code == "needs_images");
}

TEST_CASE("cases: rated pictures alone are taken where there are raters") {
  Json ratings = Json::array();
  for (int i = 0; i < 30; ++i) ratings.push_back({(i * 37) % 100, 1 + i % 5});
  const CasesDocument document = case_of({{"case", "scores"}, {"raters", raters_of({ratings})}});
  const auto data = case_data(boxes(), document.settings);
  REQUIRE(data.ok());
  std::vector<std::uint32_t> places;
  const auto means = mean_scores(document.settings.raters);
  for (const CasePart part : kAllParts)
    for (std::size_t i = 0; i < static_cast<std::size_t>(data->size(part)); ++i) {
      places.push_back(data->examples[static_cast<std::size_t>(part)][i].place);
      CHECK(data->answers(part).targets[i] == static_cast<float>(means.at(places.back())));
    }
  CHECK(places.size() == 30);
  CHECK(std::is_sorted(places.begin(), places.end()));
  // the picture at a place is that of a draw without raters
  const auto measured = case_data(boxes(), case_of({{"case", "scores"}, {"data", {{"train", 100}, {"validation", 10}, {"test", 10}}}}).settings);
  REQUIRE(measured.ok());
  CHECK(data->examples[0][1].row == measured->examples[0][data->examples[0][1].place].row);
  const CasesDocument few = case_of({{"case", "scores"}, {"data", {{"train", 29}}}, {"raters", raters_of({ratings})}, {"batch", 8}});
  const auto error = too_few_rated(few.settings);
  REQUIRE(error);
  CHECK(error->sentence(Language::en) == "/raters: rated pictures asked for: 41, rated: 30; rate more, or ask for fewer to train, validate and test with");
  CHECK_FALSE(case_data(boxes(), few.settings).ok());

  // pictures that there are not: only where they are taken
  const Json far = raters_of({{{0, 3}, {1, 4}, {2, 5}}, {{3, 2}, {1200, 1}, {1201, 1}}});
  const Json three = {{"train", 2}, {"validation", 1}, {"test", 1}}, four = {{"train", 2}, {"validation", 1}, {"test", 2}};
  CHECK(case_data(boxes(), case_of({{"case", "scores"}, {"raters", far}, {"data", three}}).settings).ok());
  const auto beyond = case_data(boxes(), case_of({{"case", "scores"}, {"raters", far}, {"data", four}}).settings);
  REQUIRE_FALSE(beyond.ok());
  CHECK(beyond.error().sentence(Language::en) ==
        "/raters/1/scores/1/0: place 1200 is not among the 1200 pictures of these classes, counted from 0; leave this score out");
}

TEST_CASE("cases: batches are as many as the formula says, and those that the trainer takes") {
  struct Row {
    Json patch;
    std::int64_t iterations, last, left;
    const char* formula;
  };
  const Row rows[] = {{{{"batch", 64}}, 5, 44, 0, "⌈300/64⌉ = 5"},
                      {{{"batch", 64}, {"drop_last", true}}, 4, 64, 44, "⌊300/64⌋ = 4"},
                      {{{"batch", 60}, {"drop_last", true}, {"shuffle", false}}, 5, 60, 0, "⌊300/60⌋ = 5"},
                      {{{"batch", 1}, {"epochs", 1}}, 300, 1, 0, "⌈300/1⌉ = 300"},
                      {{{"batch", "full"}}, 1, 300, 0, "⌈300/300⌉ = 1"},
                      {{{"batch", 299}, {"shuffle", false}}, 2, 1, 0, "⌈300/299⌉ = 2"}};
  for (const Row& row : rows) {
    const CasesDocument document = case_of(with(kSmall, row.patch));
    const LoaderLook look = loader_look(document.settings);
    CAPTURE(row.formula);
    CHECK(look.formula == row.formula);
    CHECK(look.iterations == row.iterations);
    CHECK(look.last == row.last);
    CHECK(look.left == row.left);
    const auto data = case_data(boxes(), document.settings);
    REQUIRE(data.ok());
    CaseRun run(document.settings, *data);
    CHECK(run.trainer().steps() == row.iterations * document.settings.epochs);
    for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
      const auto batches = case_batches(document.settings, epoch);
      REQUIRE(static_cast<std::int64_t>(batches.size()) == row.iterations);
      std::set<std::uint32_t> seen;
      for (std::size_t i = 0; i < batches.size(); ++i) {
        CHECK(batches[i] == run.trainer().batch_of(epoch * row.iterations + static_cast<std::int64_t>(i)));
        seen.insert(batches[i].begin(), batches[i].end());
      }
      CHECK(static_cast<std::int64_t>(batches.back().size()) == row.last);
      CHECK(static_cast<std::int64_t>(seen.size()) == 300 - row.left);
    }
    CHECK((case_batches(document.settings, 0) == case_batches(document.settings, 1)) == !document.settings.shuffle);
    while (run.advance()) {
    }
    REQUIRE(static_cast<std::int64_t>(run.stands().size()) == document.settings.epochs + 1);
    CHECK(run.stands().back().epoch == document.settings.epochs);
    CHECK(run.trainer().examples() == (300 - row.left) * document.settings.epochs);
    CHECK(run.trainer().epoch() == static_cast<double>(document.settings.epochs));
  }
  CHECK(with_commas(7850) == "7,850");
  CHECK(with_commas(1234567) == "1,234,567");
  CHECK(with_commas(100) == "100");
  CHECK(with_commas(-1000) == "-1,000");
}

TEST_CASE("cases: a run with dropped or unshuffled batches has checkpoints of its own") {
  const CasesDocument whole = case_of(with(kSmall, {{"batch", 64}}));
  const auto data = case_data(boxes(), whole.settings);
  REQUIRE(data.ok());
  Trainer trainer(lane_of_case(whole.settings), data->learned);
  for (const Json& patch : {Json{{"batch", 64}, {"drop_last", true}}, Json{{"batch", 64}, {"shuffle", false}}}) {
    Trainer other(lane_of_case(case_of(with(kSmall, patch)).settings), data->learned);
    for (int i = 0; i < 9; ++i) other.advance();
    const auto bytes = other.save();
    CHECK_FALSE(trainer.restore(bytes).ok());
    fixtures::finish(other);
    Trainer again(other.settings(), data->learned);
    REQUIRE(again.restore(bytes).ok());
    fixtures::finish(again);
    CHECK(again.hash() == other.hash());
  }
}

TEST_CASE("cases: checkpoints are those of a run on the same pictures and answers") {
  const Json ratings = raters_of({{{0, 1}, {1, 2}, {2, 5}, {3, 4}, {4, 3}, {5, 2}}}), others = raters_of({{{0, 1}, {1, 2}, {2, 5}, {3, 4}, {4, 3}, {5, 1}}});
  const Json scored = {{"case", "scores"}, {"epochs", 2}}, rated = {{"case", "scores"}, {"raters", ratings}};
  struct Pair {
    Json one, other;
  };
  for (const Pair& pair :
       {Pair{with(kSmall, scored), with(with(kSmall, scored), {{"score", "ink"}})}, Pair{kSmall, with(kSmall, {{"data", {{"seed", 2}}}})},
        Pair{with(kSmall, {{"data", {{"classes", {0, 1, 2}}, {"train", 200}}}}), with(kSmall, {{"data", {{"classes", {0, 2, 1}}, {"train", 200}}}})},
        Pair{rated, with(rated, {{"raters", others}})}, Pair{kSmall, with(kSmall, {{"data", {{"validation", 79}}}})},
        Pair{with(rated, {{"data", {{"validation", 2}, {"test", 1}, {"train", 3}}}}),
             with(rated, {{"data", {{"validation", 1}, {"test", 2}, {"train", 3}}}})}}) {
    const CasesDocument document = case_of(pair.one);
    const auto data = case_data(boxes(), document.settings), again = case_data(boxes(), document.settings),
               other = case_data(boxes(), case_of(pair.other).settings);
    REQUIRE(data.ok());
    REQUIRE(again.ok());
    REQUIRE(other.ok());
    Trainer trainer(lane_of_case(document.settings), data->learned), same(lane_of_case(document.settings), again->learned),
        on_others(lane_of_case(document.settings), other->learned);
    for (int i = 0; i < 9; ++i) trainer.advance();
    CHECK(same.restore(trainer.save()).ok());
    const auto refused = on_others.restore(trainer.save());
    CAPTURE(pair.other);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == "checkpoint_other");
  }
}

TEST_CASE("cases: the points that a run is off by are counted in pieces") {
  const CasesDocument document = case_of({{"case", "scores"}, {"data", {{"train", 1000}, {"validation", 200}, {"test", 60}}}, {"epochs", 2}});
  const auto data = case_data(boxes(), document.settings);
  REQUIRE(data.ok());
  CaseRun run(document.settings, *data);
  int pieces = 0;
  while (run.advance()) pieces += run.trainer().verdict() == Verdict::finished;
  CHECK(pieces == 3); // two of training pictures, one of validation pictures
  REQUIRE(run.stands().size() == 3);
  CHECK(run.stands().back().validation_metric == run.measure(CasePart::validation).metric);
  CHECK(run.stands().back().train_metric == run.measure(CasePart::train).metric);
  CHECK(run.stands()[0].train_metric > run.stands()[2].train_metric);
}

TEST_CASE("cases: the Race trains to the same weights, bit for bit") {
  for (const Json& patch :
       {Json{{"hidden", one_layer(7, "tanh")}}, Json{{"batch", "full"}}, Json{{"case", "yes_no"}, {"data", {{"train", 90}, {"validation", 40}}}, {"batch", 16}},
        Json{{"case", "yes_no"}, {"output", "two"}, {"data", {{"train", 90}, {"validation", 40}, {"classes", {3, 8}}}}, {"seed", 5}}}) {
    const CasesDocument document = case_of(with(kSmall, patch));
    const CaseRun run = trained(document);
    const auto race = experiment_from_json(race_of_case(document));
    REQUIRE(race.ok());
    const LaneSettings& lane = race->lanes[0].settings;
    auto subset = draw_subset(boxes(), lane.data);
    REQUIRE(subset.ok());
    const Trainer trainer = fixtures::finished(lane, std::make_shared<Subset>(std::move(*subset)));
    CHECK(trainer.hash() == run.trainer().hash());
    // its test images are the case's: what is said of them is measured alike
    const CaseMeasure test = run.measure(CasePart::test);
    CHECK(test.loss == doctest::Approx(trainer.last_evaluation().test_loss).epsilon(1e-12));
    CHECK(test.metric == trainer.last_evaluation().test_accuracy);
    const CaseMeasure validation = run.measure(CasePart::validation);
    CHECK(validation.loss == doctest::Approx(run.stands().back().validation_loss).epsilon(1e-12));
    CHECK(validation.metric == run.stands().back().validation_metric);
    CHECK(run.stands().back().train_loss < run.stands().front().train_loss);
  }
  CHECK(race_of_case(case_of({{"case", "scores"}})).is_null());
  CHECK(race_of_case(case_of({{"drop_last", true}})).is_null());
  CHECK(race_of_case(case_of({{"shuffle", false}})).is_null());
}

TEST_CASE("cases: a linear model finds the rule that scores follow") {
  const CaseRun run = trained(case_of(with(kSmall, {{"case", "scores"}, {"score", "ink"}, {"data", {{"train", 800}}}, {"epochs", 60}})));
  CHECK(run.stands().back().validation_metric < 0.3 * case_baseline(run.data(), CasePart::validation));
  CHECK(run.measure(CasePart::test).metric < 0.3 * case_baseline(run.data(), CasePart::test));

  // a rater who looks at the left half alone, at how bright it is, and gives half points
  Json ratings = Json::array();
  const auto plain = case_data(boxes(), case_of({{"case", "scores"}, {"data", {{"train", 300}, {"validation", 1}, {"test", 1}}}}).settings);
  REQUIRE(plain.ok());
  for (std::size_t i = 0; i < 300; ++i) {
    const auto picture = plain->picture(CasePart::train, i);
    double light = 0;
    for (std::size_t p = 0; p < kCasePixels; ++p) light += p % kCaseSide < kCaseSide / 2 ? picture[p] / 255.0 : 0;
    ratings.push_back({i, std::min(5.0, std::floor(2 * (1 + light / 40) + 0.5) / 2)});
  }
  const CaseRun rated = trained(case_of({{"case", "scores"}, {"raters", raters_of({ratings})}, {"epochs", 200}}));
  CHECK(rated.stands().back().validation_metric < 0.5 * case_baseline(rated.data(), CasePart::validation));
  const std::vector<float> weights = rated.weights(0);
  REQUIRE(weights.size() == kCasePixels);
  double left = 0, right = 0; // of the rows where most boxes are
  for (std::size_t p = 0; p < 10 * kCaseSide; ++p) (p % kCaseSide < kCaseSide / 2 ? left : right) += static_cast<double>(weights[p]);
  CHECK(left > 2 * std::fabs(right));

  const std::vector<Surprise> worst = surprises(rated, CasePart::test, 5);
  REQUIRE(worst.size() == 5);
  std::vector<double> apart;
  for (const Prediction& p : rated.say(CasePart::test))
    apart.push_back(std::fabs(static_cast<double>(p.output[0]) - static_cast<double>(rated.data().answers(CasePart::test).targets[p.place])));
  std::sort(apart.rbegin(), apart.rend());
  for (std::size_t i = 0; i < worst.size(); ++i) CHECK(std::fabs(worst[i].given - worst[i].said) == apart[i]);
}

TEST_CASE("cases: what knows nothing of a picture") {
  CaseSettings s = case_of({{"case", "scores"}, {"raters", raters_of({{{0, 1}, {1, 2}, {2, 5}, {3, 5}}})}, {"data", {{"train", 2}}}}).settings;
  auto data = case_data(boxes(), s);
  REQUIRE(data.ok());
  CHECK(case_baseline(*data, CasePart::train) == 0.5);
  CHECK(case_baseline(*data, CasePart::test) == 3.5);
  data = case_data(boxes(), case_of(with(kSmall, {{"data", {{"classes", {0, 1, 2}}, {"validation", 7}}}})).settings);
  REQUIRE(data.ok());
  CHECK(case_baseline(*data, CasePart::validation) == 3.0 / 7);
}

TEST_CASE("cases: thresholds, beside a count of every picture") {
  PhiloxStream stream({3, 3});
  for (int round = 0; round < 20; ++round) {
    std::vector<double> yes;
    std::vector<std::uint8_t> labels;
    const auto size = static_cast<std::size_t>(1 + stream.next_word() % 30);
    for (std::size_t i = 0; i < size; ++i) {
      yes.push_back(static_cast<double>(stream.next_word() % 12) / 11); // some are equal
      labels.push_back(static_cast<std::uint8_t>(stream.next_word() % 2));
    }
    const auto counted = [&](double threshold) {
      YesNoCounts c;
      for (std::size_t i = 0; i < size; ++i) {
        if (yes[i] >= threshold && labels[i] == 1) ++c.true_yes;
        if (yes[i] >= threshold && labels[i] == 0) ++c.false_yes;
        if (yes[i] < threshold && labels[i] == 1) ++c.false_no;
        if (yes[i] < threshold && labels[i] == 0) ++c.true_no;
      }
      return c;
    };
    const auto all = counts_at_all(yes, labels);
    CHECK(all.size() == std::set<double>(yes.begin(), yes.end()).size());
    double before = -1;
    for (const ThresholdCounts& at : all) {
      CHECK(at.threshold > before);
      before = at.threshold;
      CHECK(at.counts == counted(at.threshold));
      CHECK(counts_at(yes, labels, at.threshold) == at.counts);
      const YesNoCounts& c = at.counts;
      CHECK(c.precision() == static_cast<double>(c.true_yes) / static_cast<double>(c.true_yes + c.false_yes));
      CHECK(c.accuracy() == static_cast<double>(c.true_yes + c.true_no) / static_cast<double>(size));
      if (c.true_yes + c.false_no > 0)
        CHECK(c.recall() == static_cast<double>(c.true_yes) / static_cast<double>(c.true_yes + c.false_no));
      else
        CHECK(std::isnan(c.recall()));
    }
    CHECK(all.front().counts.false_no + all.front().counts.true_no == 0);
    CHECK(std::isnan(counts_at(yes, labels, 2).precision()));
  }
}

TEST_CASE("cases: the model's summary counts what the network has") {
  for (const Json& patch : {Json{{"hidden", one_layer(12, "crelu")}}, Json{{"hidden", one_layer(5, "step")}}, Json{}, Json{{"case", "scores"}},
                            Json{{"case", "yes_no"}, {"output", "two"}, {"data", {{"train", 64}, {"validation", 20}}}}}) {
    const CasesDocument document = case_of(with(kSmall, patch));
    const auto data = case_data(boxes(), document.settings);
    REQUIRE(data.ok());
    const CaseRun run(document.settings, *data);
    CHECK(static_cast<std::size_t>(parameters_of_model(document.settings)) == run.trainer().network().parameters().size());
    CHECK(model_summary(document.settings).back().output == std::vector<std::int64_t>{64, document.settings.outputs()});
  }
  const auto rows = model_summary(case_of({{"hidden", one_layer(128)}}).settings);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].layer == "Flatten");
  CHECK(rows[1].by_hand == "784·128 + 128 = 100,480");
  CHECK(rows[2].layer == "ReLU");
  CHECK(rows[2].by_hand.empty());
  CHECK(rows[3].by_hand == "128·10 + 10 = 1,290");
  CHECK(model_summary(case_of({}).settings)[1].by_hand == "784·10 + 10 = 7,850");
}

TEST_CASE("cases: all stations as JSON, and the tables") {
  for (const Json& patch :
       {Json{{"case", "one_of_ten"}}, Json{{"case", "yes_no"}, {"data", {{"train", 100}, {"validation", 30}}}, {"threshold", 0.4}}, Json{{"case", "scores"}},
        Json{{"case", "scores"},
             {"raters", raters_of({{{0, 1}, {1, 2}, {2, 5}, {2, 5}}, Json::array({Json::array({1, 4})})})},
             {"data", {{"train", 1}, {"validation", 1}, {"test", 1}}}}}) {
    const CasesDocument document = case_of(with(kSmall, patch));
    const CaseRun run = trained(document);
    const auto json = read_json(stations_json(run, {}));
    REQUIRE(json.ok());
    CHECK(json->size() == std::size(kCaseStations));
    for (std::size_t i = 0; i < std::size(kCaseStations); ++i) {
      const auto one = read_json(stations_json(run, static_cast<CaseStation>(i)));
      REQUIRE(one.ok());
      CHECK(one->size() == 1);
      CHECK((*one)[std::string(kCaseStations[i])] == (*json)[std::string(kCaseStations[i])]);
    }
    const CaseSettings& s = document.settings;
    CHECK((*json)["data"]["parts"]["train"]["pictures"] == s.count(CasePart::train));
    CHECK((*json)["dataset"]["len"] == s.count(CasePart::train));
    CHECK((*json)["dataset"]["item"]["y"]["tensor"]["dtype"] == (s.one_number() ? "torch.float32" : "torch.int64"));
    CHECK((*json)["loader"]["batches"].size() == static_cast<std::size_t>(s.iterations()));
    CHECK((*json)["look"]["pictures"].size() == case_batches(s, 0)[0].size());
    CHECK((*json)["look"]["x"]["shape"][0] == case_batches(s, 0)[0].size());
    CHECK((*json)["model"]["parameters"] == parameters_of_model(s));
    CHECK((*json)["training"]["epochs"].size() == static_cast<std::size_t>(s.epochs + 1));
    const Json& prediction = (*json)["prediction"];
    CHECK(prediction["output"].size() == static_cast<std::size_t>(s.outputs()));
    const CaseAnswer answer = answer_of(run, s.picture);
    CHECK(prediction["said"] == answer.said);
    CHECK(prediction.contains("surprises") == (s.kind == CaseKind::scores));
    if (s.kind == CaseKind::scores) CHECK(prediction["given_and_said"].size() == static_cast<std::size_t>(s.count(CasePart::test)));
    CHECK(prediction.contains("thresholds") == (s.kind == CaseKind::yes_no));
    if (s.kind == CaseKind::yes_no) {
      CHECK(prediction["at_threshold"]["test"]["pictures"] == s.count(CasePart::test));
      CHECK(answer.said == (answer.probabilities[1] >= 0.4 ? s.classes[1] : s.classes[0]));
    }
    CHECK((*json)["data"].contains("raters") == s.rated());
    if (s.rated()) CHECK((*json)["data"]["raters"][0]["with_oneself"]["pairs"] == 1);

    const std::string csv = cases_csv(run);
    CHECK(csv.starts_with("epoch,train_loss,train_" + std::string(s.metric()) + ","));
    CHECK(csv.find("\npicture,truth,said") != std::string::npos);
    CHECK((csv.find("\nthreshold,") != std::string::npos) == (s.kind == CaseKind::yes_no));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + s.epochs + 1 + 2 + (s.kind == CaseKind::yes_no ? 3 : 0) + 2);
  }
}

TEST_CASE("cases: a run that diverges has stations and tables, too") {
  const CaseRun run = trained(case_of(with(kSmall, {{"case", "scores"}, {"batch", 8}, {"optimizer", {{"name", "sgd"}, {"lr", 100}}}})));
  CHECK(run.diverged());
  const auto json = read_json(stations_json(run, {}));
  REQUIRE(json.ok());
  CHECK((*json)["training"]["diverged"] == true);
  CHECK((*json)["prediction"]["surprises"].size() == 12);
  CHECK((*json)["prediction"]["said"].is_null());
  for (const Json& patch : {Json{{"case", "scores"}, {"batch", 8}}, Json{{"hidden", one_layer(8, "identity")}, {"batch", 32}}}) {
    const CaseRun wild = trained(case_of(with(with(kSmall, patch), {{"optimizer", {{"name", "sgd"}, {"lr", 100}}}})));
    CAPTURE(patch);
    REQUIRE(wild.diverged());
    CHECK(std::isnan(answer_of(wild, 0).said));
    const CaseMeasure test = wild.measure(CasePart::test);
    CHECK(std::isfinite(test.loss) == std::isfinite(test.metric));
    const std::string csv = cases_csv(wild);
    CHECK(csv.ends_with("\ndiverged\n"));
    CHECK(csv.find("\npart,") == std::string::npos);
    CHECK(csv.find("\n0,") != std::string::npos);
    for (const char* none : {"inf", "nan", ",,", ",\n"}) CHECK(csv.find(none) == std::string::npos);
  }
  // some probabilities are no numbers: never yes
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> yes{0.5, nan, 0.25, nan, 0.75};
  const std::vector<std::uint8_t> labels{1, 1, 0, 0, 1};
  const auto all = counts_at_all(yes, labels);
  REQUIRE(all.size() == 3);
  for (const ThresholdCounts& at : all) CHECK(at.counts == counts_at(yes, labels, at.threshold));
  CHECK(all[0].counts == YesNoCounts{2, 1, 1, 1});
}

TEST_CASE("cases: the script is its pieces, one for each station") {
  Json ratings = Json::array();
  for (int i = 0; i < 120; ++i) ratings.push_back({i, 1 + i % 5});
  Json often = Json::array(); // one place so often that its scores fill lines of their own, first, last and between others
  for (int i = 0; i < 300; ++i) often.push_back({i % 3 == 0 ? 7 + 2 * (i % 4) : 7 + i / 75 * 5, 1 + i % 5});
  for (const Language language : {Language::zh, Language::en})
    for (const Json& patch : {Json{{"case", "one_of_ten"}, {"hidden", one_layer(9)}}, Json{{"case", "yes_no"}, {"workers", 2}},
                              Json{{"case", "scores"}, {"shuffle", false}}, Json{{"case", "scores"}, {"raters", raters_of({ratings, often})}}}) {
      const CasesDocument document = case_of(patch);
      const auto pieces = cases_script_pieces(document, {"\"\"\"A case", language});
      REQUIRE(pieces.size() == 1 + std::size(kCaseStations));
      CHECK(pieces[0].id == "settings");
      std::string all;
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i > 0) CHECK(pieces[i].id == kCaseStations[i - 1]);
        CHECK(pieces[i].lines.size() >= 5);
        for (const std::string& line : pieces[i].lines) {
          CHECK(line.find('\n') == std::string::npos);
          CHECK((line.empty() || line.back() != ' '));
          CHECK(characters(line) <= 160);
          CHECK(line.find("{,") == std::string::npos);
          all += line + "\n";
        }
      }
      // every line that a page may light, and what stands there
      const std::map<std::string_view, const char*> texts{{"train_part", "train_part = "},
                                                          {"validation_part", "validation_part = "},
                                                          {"test_part", "test_part = "},
                                                          {"init", "def __init__"},
                                                          {"len", "def __len__"},
                                                          {"getitem", "def __getitem__"},
                                                          {"order", "def __iter__"},
                                                          {"loader", "train_loader = "},
                                                          {"batch", "x, y = next("},
                                                          {"layers", "def __init__"},
                                                          {"flatten", "self.flatten = nn.Flatten()"},
                                                          {"hidden", "self.hidden = nn.Linear("},
                                                          {"activation", "self.activation = "},
                                                          {"output", "= nn.Linear("},
                                                          {"forward", "def forward"},
                                                          {"loss", "loss_function = "},
                                                          {"optimizer", "optimizer = "},
                                                          {"epoch", "for epoch in"},
                                                          {"step_batch", "for x, y in train_loader"},
                                                          {"zero_grad", "zero_grad()"},
                                                          {"step_forward", "model(x)"},
                                                          {"step_backward", "loss.backward()"},
                                                          {"step_update", "optimizer.step()"},
                                                          {"validation", "row(epoch + 1"},
                                                          {"test", "row('test'"},
                                                          {"picture", "x, y = test_set[PICTURE]"}};
      std::size_t marks = 0;
      for (const ScriptPiece& piece : pieces)
        for (const ScriptMark& mark : piece.marks) {
          CAPTURE(mark.id);
          ++marks;
          REQUIRE(mark.line < piece.lines.size());
          CHECK(piece.lines[mark.line].find(texts.at(mark.id)) != std::string::npos);
        }
      CHECK(texts.size() == std::size(kScriptMarks));
      CHECK(marks == std::size(kScriptMarks) - (document.settings.shuffle ? 0 : 1) - (document.settings.hidden.empty() ? 2 : 0));
      for (const SummaryRow& row : model_summary(document.settings)) // each layer has its line
        CHECK(std::any_of(pieces[5].marks.begin(), pieces[5].marks.end(), [&](const ScriptMark& mark) { return mark.id == row.mark; }));
      CHECK(all == cases_script(document, {"\"\"\"A case", language}));
      CHECK(all.find("class Pictures(Dataset):") != std::string::npos);
      CHECK((all.find("num_workers=WORKERS") != std::string::npos) == (document.settings.workers > 0));
      CHECK((all.find("sampler=order") != std::string::npos) == document.settings.shuffle);
    }
}

TEST_CASE("cases: the training that suits a file's scores has 400 steps where 200 epochs make as many, and a rate by their range") {
  struct Row {
    std::int64_t train, batch, features;
    double largest, lr;
    std::int64_t epochs;
  };
  for (const Row& row : {Row{77, 64, 3, 72, 1, 200}, Row{160, 64, 784, 5, 0.001, 134}, Row{160, 64, 784, 100, 0.01, 134}, Row{10000, 64, 784, 5, 0.001, 10},
                         Row{50, 0, 1, -1e9, 100, 200}, Row{1, 64, 1, 0, 0.05, 200}}) {
    const SuitedTraining suited = suited_training(row.train, row.batch, row.features, row.largest);
    CAPTURE(row.largest);
    CHECK(suited.lr == row.lr);
    CHECK(suited.epochs == row.epochs);
  }
}
