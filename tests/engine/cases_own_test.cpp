// Cases of the user's own data: what a document may say of them, their three parts, scores of any range, classes by name, the same weights as the Race's.
#include "cases/cases_csv.hpp"
#include "cases/stations.hpp"
#include "data/own_file.hpp"
#include "engine/fixtures.hpp"
#include "export/cases_script.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

using namespace downhill;

namespace {

struct Counts {
  int train = 60, validation = 20, test = 20;
};
// Pictures of a side, or rows of three columns where it is 0; answers in `classes` (none: numbers), each example having bytes or numbers of its own.
OwnData own_data(std::int64_t side, const std::vector<std::string>& classes, const Counts& counts = {}) {
  OwnData data;
  const auto features = static_cast<std::size_t>(side > 0 ? side * side : 3);
  side > 0 ? data.shape = {side, side} : data.shape = {3};
  if (side == 0) data.columns = {"rooms", "m²", "floor"};
  data.answer = classes.empty() ? "price" : "";
  data.classes = classes;
  PhiloxStream stream({static_cast<std::uint64_t>(side), classes.size()});
  for (auto [part, count] : {std::pair{&data.train, counts.train}, std::pair{&data.validation, counts.validation}, std::pair{&data.test, counts.test}}) {
    part->features = static_cast<std::int64_t>(features);
    for (int i = 0; i < count; ++i) {
      const std::size_t label = classes.empty() ? 0 : static_cast<std::size_t>(i) % classes.size();
      double sum = 0;
      for (std::size_t f = 0; f < features; ++f) {
        const double u = stream.next_uniform();
        sum += u / static_cast<double>(features);
        if (side > 0)
          part->pixels.push_back(static_cast<std::uint8_t>(f % (classes.size() + 2) == label ? 200 * u : 60 * u));
        else
          part->values.push_back(static_cast<float>(u - 0.5 + (f == label ? 1 : 0)));
      }
      if (classes.empty())
        part->targets.push_back(static_cast<float>(100 + 50 * sum));
      else
        part->labels.push_back(static_cast<std::uint8_t>(label));
    }
  }
  return data;
}
std::shared_ptr<const Source> source_of(const OwnData& data) {
  auto source = own_source(write_own_file(data));
  REQUIRE(source.ok());
  return std::make_shared<Source>(std::move(*source));
}

Result<CasesDocument> read_case(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "cases"}, {"data", {{"source", "own"}, {"train", 40}, {"validation", 12}, {"test", 12}}}, {"batch", 8}, {"epochs", 3}};
  if (more.is_object()) merge_patch(json, more);
  return cases_document_from_json(json);
}
CasesDocument case_of(const Json& more) {
  auto document = read_case(more);
  if (!document) MESSAGE(document.error().sentence(Language::en));
  REQUIRE(document.ok());
  return *document;
}
CaseSettings settings_of(const Json& more, const std::shared_ptr<const Source>& source) {
  auto settings = settings_with(case_of(more).settings, source);
  if (!settings) MESSAGE(settings.error().sentence(Language::en));
  REQUIRE(settings.ok());
  return *settings;
}
CaseRun trained(const Json& more, const std::shared_ptr<const Source>& source) {
  const CaseSettings settings = settings_of(more, source);
  auto data = case_data(source, settings);
  if (!data) MESSAGE(data.error().sentence(Language::en));
  REQUIRE(data.ok());
  CaseRun run(settings, std::move(*data));
  while (run.advance()) {
  }
  return run;
}
void told(const UserError& error, const std::string& code, const std::string& place) {
  CHECK(error.code == code);
  CHECK(error.place == place);
  CHECK_FALSE(error.sentence(Language::zh).empty());
  CHECK_FALSE(error.sentence(Language::en).empty());
}

constexpr CasePart kAllParts[] = {CasePart::train, CasePart::validation, CasePart::test};
const Examples& part_of(const Source& source, CasePart part) {
  return part == CasePart::train ? source.train : part == CasePart::validation ? source.validation : source.test;
}
const Json kScores = {{"case", "scores"}}, kYesNo = {{"case", "yes_no"}}, kTen = {{"case", "one_of_ten"}};

} // namespace

TEST_CASE("own cases: what a document says of the user's file, what hangs on it, and what is refused") {
  const CasesDocument scored = case_of(kScores), yes = case_of(kYesNo), ten = case_of(kTen);
  CHECK(scored.settings.own);
  CHECK(scored.settings.score == "file");
  CHECK_FALSE(scored.settings.rated());
  for (const CasesDocument& document : {scored, yes, ten}) {
    CHECK(document.settings.classes.empty()); // all of the file
    CHECK(document.settings.features() == 0); // nobody knows yet
    const auto again = cases_document_from_json(document.json());
    REQUIRE(again.ok());
    CHECK(again->json() == document.json());
  }
  CHECK(case_of({{"data", {{"file", "0123456789abcdef"}}}}).settings.file == "0123456789abcdef");
  CHECK(case_of({{"data", {{"classes", {255, 0}}}}}).settings.classes == std::vector<int>{255, 0});

  const auto refused = [](const Json& more, const char* code, const char* place) {
    const auto document = read_case(more);
    REQUIRE_FALSE(document.ok());
    told(document.error(), code, place);
  };
  refused({{"data", {{"source", "mnist"}}}}, "not_a_choice", "/data/source");
  refused({{"data", {{"file", "abc"}}}}, "wrong_type", "/data/file");
  refused({{"data", {{"source", "fashion-mnist"}, {"file", "0123456789abcdef"}}}}, "only_own_file", "/data/file");
  refused({{"case", "scores"}, {"score", "ink"}}, "own_has_answers", "/score");
  refused({{"case", "scores"}, {"score", "file"}, {"data", {{"source", "fashion-mnist"}}}}, "score_of_file", "/score");
  refused({{"case", "scores"}, {"data", {{"classes", {0, 1}}}}}, "no_classes", "/data/classes");
  refused({{"case", "yes_no"}, {"data", {{"classes", {0, 1, 2}}}}}, "case_needs_two", "/data/classes");
  refused({{"data", {{"classes", Json::array({3})}}}}, "one_class", "/data/classes");
  refused({{"data", {{"classes", {0, 256}}}}}, "out_of_range", "/data/classes/1");
}

TEST_CASE("own cases: answers that do not fit the case are refused with the place and the remedy") {
  const auto numbers = source_of(own_data(0, {})), three = source_of(own_data(28, {"a", "b", "c"})), two = source_of(own_data(0, {"no", "yes"}));
  const auto refused = [](const Json& more, const std::shared_ptr<const Source>& source, const char* code, const char* place) {
    const auto settings = settings_with(case_of(more).settings, source);
    REQUIRE_FALSE(settings.ok());
    told(settings.error(), code, place);
  };
  refused(kScores, nullptr, "needs_file", "/data/file");
  refused({{"data", {{"file", "0123456789abcdef"}}}}, three, "other_file", "/data/file");
  refused(kScores, three, "case_needs_numbers", "/case");
  refused(kYesNo, numbers, "case_needs_classes", "/case");
  refused(kTen, numbers, "case_needs_classes", "/case");
  refused(kYesNo, three, "own_needs_two", "/data/classes");
  refused({{"data", {{"classes", {2, 3}}}}}, three, "no_such_class", "/data/classes/1");
  auto table = std::make_shared<Source>(*two); // as read_csv leaves it
  table->columns.clear();
  refused(kTen, table, "case_needs_packed", "/data/file");
  auto idx = std::make_shared<Source>(*three);
  idx->shape.clear();
  refused(kTen, idx, "case_needs_packed", "/data/file");

  CHECK(settings_of(kYesNo, two).classes == std::vector<int>{0, 1});
  CHECK(settings_of({{"case", "yes_no"}, {"data", {{"classes", {2, 0}}}}}, three).classes == std::vector<int>{2, 0});
  CHECK(settings_of(kTen, three).classes == std::vector<int>{0, 1, 2});
  CHECK(settings_of(kScores, numbers).classes.empty());
  CHECK(settings_of(kScores, numbers).table());
  CHECK(settings_of(kTen, three).shape == std::vector<std::int64_t>{28, 28});
  // Fashion-MNIST's settings come back as they are, with no source asked for
  CasesDocument plain = *cases_document_from_json({{"downhill", 1}, {"lab", "cases"}});
  CHECK(settings_with(plain.settings, std::shared_ptr<const Source>())->features() == 784);
}

TEST_CASE("own cases: the file's own three parts, and where it has none for validation, those that come next in training") {
  for (const std::int64_t side : {0, 28, 32})
    for (const bool of_classes : {false, true})
      for (const int validation : {0, 20}) {
        const std::vector<std::string> names = of_classes ? std::vector<std::string>{"猫", "dog"} : std::vector<std::string>{};
        const auto source = source_of(own_data(side, names, {60, validation, 20}));
        const CaseSettings s = settings_of(of_classes ? kYesNo : kScores, source);
        CHECK(s.own_validation == (validation > 0));
        const auto data = case_data(source, s);
        REQUIRE(data.ok());
        std::set<std::pair<CasePart, std::uint32_t>> seen;
        for (const CasePart part : kAllParts) {
          REQUIRE(data->size(part) == s.count(part));
          for (std::size_t i = 0; i < static_cast<std::size_t>(data->size(part)); ++i) {
            const CaseExample& example = data->examples[static_cast<std::size_t>(part)][i];
            CHECK(example.from == (part == CasePart::validation && validation == 0 ? CasePart::train : part));
            CHECK(seen.insert({example.from, example.row}).second); // no example is in two parts
            const Examples& all = part_of(*source, example.from);
            const std::vector<float> input = data->input(part, i);
            const std::size_t at = example.row * input.size();
            for (std::size_t f = 0; f < input.size(); ++f) CHECK(input[f] == (side > 0 ? static_cast<float>(all.pixels[at + f]) / 255.0F : all.values[at + f]));
            CHECK(data->picture(part, i).size() == (side > 0 ? input.size() : 0));
            if (of_classes)
              CHECK(s.classes[data->answers(part).labels[i]] == all.labels[example.row]);
            else
              CHECK(data->answers(part).targets[i] == all.targets[example.row]);
            CHECK(example.kind == (of_classes ? all.labels[example.row] : -1));
          }
        }
        CHECK(data->source().names == names);
        CHECK(data->source().columns == source->columns);
      }
  // asked for too many: told where
  const auto refused = [](const Json& more, const Counts& counts, const char* code, const char* place) {
    const auto source = source_of(own_data(0, more == kScores ? std::vector<std::string>{} : std::vector<std::string>{"a", "b"}, counts));
    const auto data = case_data(source, settings_of(more, source));
    REQUIRE_FALSE(data.ok());
    told(data.error(), code, place);
  };
  refused(kScores, {39, 12, 12}, "too_many_examples", "/data/train");
  refused(kScores, {51, 0, 12}, "own_to_validate", "/data/validation");
  refused(kTen, {60, 11, 12}, "too_many_examples", "/data/validation");
  refused(kTen, {60, 12, 11}, "too_many_examples", "/data/test");
  refused(kTen, {60, 1, 12}, "no_validation_examples", "/data/classes"); // of the second class
}

TEST_CASE("own cases: yes or no and one of many end at the Race's weights, bit for bit") {
  for (const std::int64_t side : {0, 28, 32})
    for (const int validation : {0, 40}) {
      const auto source = source_of(own_data(side, {"a", "b", "c", "d"}, {120, validation, 40}));
      for (const Json& more : {Json{{"case", "yes_no"}, {"data", {{"classes", {3, 1}}}}}, Json{{"case", "one_of_ten"}, {"hidden", {{{"units", 5}}}}}}) {
        const CasesDocument document = case_of(more);
        const CaseRun run = trained(more, source);
        const auto race = experiment_from_json(race_of_case(document));
        REQUIRE(race.ok());
        auto subset = draw_subset(source, race->lanes[0].settings.data);
        REQUIRE(subset.ok());
        const Trainer trainer = fixtures::finished(race->lanes[0].settings, std::make_shared<Subset>(std::move(*subset)));
        CHECK(trainer.hash() == run.trainer().hash());
        CHECK(run.measure(CasePart::test).metric == trainer.last_evaluation().test_accuracy);
      }
    }
  CHECK(race_of_case(case_of(kScores)).is_null());
}

TEST_CASE("own cases: as many classes as a file may have") {
  std::vector<std::string> names;
  for (int i = 0; i < 256; ++i) names.push_back("class " + std::to_string(i));
  const auto source = source_of(own_data(0, names, {512, 256, 256}));
  const CaseRun run = trained({{"data", {{"train", 512}, {"validation", 256}, {"test", 256}}}, {"epochs", 1}}, source);
  CHECK(run.settings().outputs() == 256);
  CHECK(model_summary(run.settings()).back().output == std::vector<std::int64_t>{8, 256});
  CHECK(case_baseline(run.data(), CasePart::test) == 1.0 / 256);
}

TEST_CASE("own cases: the axis and the baseline follow the file's numbers, whatever their range") {
  OwnData data = own_data(0, {}, {50, 14, 13});
  for (Examples* part : {&data.train, &data.validation, &data.test})
    for (std::size_t i = 0; i < part->targets.size(); ++i) part->targets[i] = static_cast<float>(i) - 20;
  data.test.targets[3] = 1000;
  const auto source = source_of(data);
  const Json more = {{"case", "scores"}, {"data", {{"train", 50}, {"validation", 14}, {"test", 13}}}};
  const CaseSettings s = settings_of(more, source);
  const auto cased = case_data(source, s);
  REQUIRE(cased.ok());
  const ScoreRange range = score_range(s, *cased);
  CHECK(range.least == -20);
  CHECK(range.most == 1000);
  const PartCounts counts = counts_of(s, *cased, CasePart::test);
  CHECK(counts.by_class.empty());
  CHECK(counts.by_score.size() == kScoreBins);
  CHECK(counts.by_score.front() == 12);
  CHECK(counts.by_score.back() == 1);
  double mean = 0, off = 0; // of −20 … 29: 4.5
  for (int i = 0; i < 50; ++i) mean += (i - 20) / 50.0;
  for (const float t : data.test.targets) off += std::fabs(static_cast<double>(t) - mean) / 13;
  CHECK(case_baseline(*cased, CasePart::test) == doctest::Approx(off));
  // one number alone leaves no range
  for (Examples* part : {&data.train, &data.validation, &data.test}) std::fill(part->targets.begin(), part->targets.end(), 7.0F);
  const auto alone = source_of(data);
  const auto same = case_data(alone, settings_of(more, alone));
  REQUIRE(same.ok());
  CHECK(score_range(s, *same).least == 6.5);
  CHECK(score_range(s, *same).most == 7.5);
  CHECK(counts_of(s, *same, CasePart::train).by_score[4] == 50);
}

TEST_CASE("own cases: all stations as JSON, the tables, and the summary of what the network has") {
  for (const std::int64_t side : {0, 28, 32})
    for (const Json& more : {kScores, kYesNo, kTen}) {
      const auto source =
          source_of(own_data(side, more == kScores ? std::vector<std::string>{} : std::vector<std::string>{"猫", "dog"}, {60, side == 28 ? 0 : 20, 20}));
      const CaseRun run = trained(more, source);
      const CaseSettings& s = run.settings();
      const auto json = read_json(stations_json(run, {}));
      REQUIRE(json.ok());
      CHECK((*json)["data"]["shape"] == (side > 0 ? Json({side, side}) : Json({3})));
      CHECK((*json)["data"]["columns"].size() == (side > 0 ? 0 : 3));
      CHECK((*json)["data"]["validation_of"] == (side == 28 ? "train" : "validation"));
      if (more == kScores)
        CHECK((*json)["data"]["score_range"].size() == 2);
      else
        CHECK((*json)["data"]["names"] == Json({"猫", "dog"}));
      CHECK((*json)["dataset"]["item"]["x"]["tensor"]["shape"] == (side > 0 ? Json({1, side, side}) : Json({3})));
      CHECK((*json)["look"]["x"]["shape"] == (side > 0 ? Json({8, 1, side, side}) : Json({8, 3})));
      CHECK((*json)["look"]["pictures"][0].contains("x") == (side == 0));
      CHECK((*json)["look"]["pictures"][0]["of"] == "train");
      CHECK((*json)["prediction"]["from"]["of"] == "test");
      CHECK(static_cast<std::size_t>(parameters_of_model(s)) == run.trainer().network().parameters().size());
      CHECK(run.weights(0).size() == static_cast<std::size_t>(s.features()));
      const CaseItem item = item_of(run.data(), CasePart::train, 1);
      const std::vector<float> x = run.data().input(CasePart::train, 1);
      CHECK(item.least == static_cast<double>(*std::min_element(x.begin(), x.end())));
      CHECK(item.most == static_cast<double>(*std::max_element(x.begin(), x.end())));
      const std::string csv = cases_csv(run);
      CHECK(csv.find("\nexample,truth,said") != std::string::npos);
      CHECK(csv.find("picture") == std::string::npos);
      CHECK(run.stands().back().validation_loss < run.stands().front().validation_loss);
    }
}

TEST_CASE("own cases: checkpoints are those of a run on the same rows") {
  const auto source = source_of(own_data(0, {}));
  OwnData changed = own_data(0, {});
  changed.validation.values[0] += 1;
  const auto other = source_of(changed);
  const CaseSettings s = settings_of({{"case", "scores"}, {"data", {{"validation", 20}}}}, source);
  const auto data = case_data(source, s), again = case_data(source, s), on_others = case_data(other, s);
  REQUIRE(data.ok());
  Trainer trainer(lane_of_case(s), data->learned), same(lane_of_case(s), again->learned), apart(lane_of_case(s), on_others->learned);
  for (int i = 0; i < 5; ++i) trainer.advance();
  CHECK(same.restore(trainer.save()).ok());
  CHECK_FALSE(apart.restore(trainer.save()).ok());
}

TEST_CASE("own cases: how many examples a case takes of a file") {
  const auto counts = [](const CaseCounts& most, std::int64_t classes) {
    const CaseCounts c = counts_of_file(most, classes);
    return std::vector<std::int64_t>{c.train, c.validation, c.test};
  };
  using List = std::vector<std::int64_t>;
  CHECK(counts({60, 20, 20}, 0) == List{60, 20, 20});
  CHECK(counts({157, 0, 39}, 0) == List{126, 31, 39}); // 196 pictures with scores
  CHECK(counts({60, 20, 20}, 3) == List{60, 18, 18});
  CHECK(counts({60, 0, 21}, 3) == List{48, 12, 21});
  CHECK(counts({60000, 0, 10000}, 10) == List{10000, 5000, 5000});
  CHECK(counts({60000, 6000, 10000}, 3) == List{9999, 4998, 4998});
  CHECK(counts({2, 0, 1}, 0) == List{1, 1, 1});
  for (std::int64_t classes = 2; classes < 7; ++classes) // what it says can be drawn
    for (std::int64_t each = 2; each < 9; ++each) {
      std::vector<std::string> names;
      for (std::int64_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
      const auto n = static_cast<int>(classes * each);
      const CaseCounts c = counts_of_file({n, 0, classes}, classes);
      const auto source = source_of(own_data(0, names, {n, 0, static_cast<int>(classes)}));
      const Json more = {{"batch", "full"}, {"data", {{"train", c.train}, {"validation", c.validation}, {"test", c.test}}}};
      CHECK(case_data(source, settings_of(more, source)).ok());
    }
}

TEST_CASE("own cases: the script asks the file what its examples are, and has a line for each layer") {
  for (const Language language : {Language::zh, Language::en})
    for (const Json& more : {kScores, kYesNo, Json{{"case", "yes_no"}, {"output", "two"}, {"workers", 2}},
                             Json{{"hidden", {{{"units", 9}}}}, {"data", {{"classes", {2, 0, 5}}}}, {"shuffle", false}}}) {
      const CasesDocument document = case_of(more);
      const auto pieces = cases_script_pieces(document, {"A case", language});
      REQUIRE(pieces.size() == 1 + std::size(kCaseStations));
      std::string all;
      std::size_t marks = 0;
      for (const ScriptPiece& piece : pieces) {
        for (const std::string& line : piece.lines) {
          CHECK((line.empty() || line.back() != ' '));
          CHECK(characters(line) <= 160);
          all += line + "\n";
        }
        for (const ScriptMark& mark : piece.marks) CHECK(mark.line < piece.lines.size());
        marks += piece.marks.size();
      }
      CHECK(marks == std::size(kScriptMarks) - (document.settings.shuffle ? 0 : 1) - (document.settings.hidden.empty() ? 2 : 0));
      CHECK(all == cases_script(document, {"A case", language}));
      CHECK(all.find("class Examples(Dataset):") != std::string::npos);
      CHECK(all.find("add_argument('--data', required=True)") != std::string::npos);
      for (const char* of_others : {"784", "28", "fashion", "PICTURE", "Path"}) CHECK(all.find(of_others) == std::string::npos);
      CHECK((all.find(", len(CLASSES))") != std::string::npos) == !document.settings.one_number());
      CHECK((all.find("CLASSES = [2, 0, 5]") != std::string::npos) == more.contains("hidden"));
    }
}
