#include "app/core/case_said.hpp"
#include "cases/cases_csv.hpp"
#include "core/philox.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace downhill;

namespace {

// 28×28 pictures in noise: class c is a bright box, taller and narrower the larger c is.
std::shared_ptr<const Source> pictures() {
  static const std::shared_ptr<const Source> made = [] {
    auto source = std::make_shared<Source>();
    source->classes = 10;
    PhiloxStream stream({8, 8});
    for (Examples* part : {&source->train, &source->test}) {
      part->features = static_cast<std::int64_t>(kCasePixels);
      for (int i = 0; i < 800; ++i) {
        const int c = i % 10, height = 4 + 2 * c + static_cast<int>(stream.next_word() % 5), width = 26 - 2 * c;
        const int light = 60 + static_cast<int>(stream.next_word() % 150);
        part->labels.push_back(static_cast<std::uint8_t>(c));
        for (int y = 0; y < 28; ++y)
          for (int x = 0; x < 28; ++x)
            part->pixels.push_back(static_cast<std::uint8_t>((y < height && x < width ? light : 0) + static_cast<int>(stream.next_word() % 50)));
      }
    }
    return source;
  }();
  return made;
}

Json one_layer() {
  Json layer = {{"units", 8}, {"activation", "relu"}};
  return Json::array({std::move(layer)});
}

CaseRun started(const Json& more) {
  Json json = {{"downhill", 1}, {"lab", "cases"}, {"data", {{"train", 100}, {"validation", 40}, {"test", 50}}}, {"epochs", 3}};
  merge_patch(json, more);
  const auto document = cases_document_from_json(json);
  REQUIRE(document.ok());
  auto data = case_data(pictures(), document->settings);
  REQUIRE(data.ok());
  return CaseRun(document->settings, std::move(*data));
}
CaseRun trained(const Json& more) {
  CaseRun run = started(more);
  while (run.advance()) {
  }
  return run;
}
CaseSaid said_by(const CaseRun& run) {
  CaseSaid said;
  while (said.work(run, [] { return true; })) CHECK_FALSE(said.complete());
  CHECK(said.complete());
  return said;
}
std::string nine(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

} // namespace

TEST_CASE("case: what is said is worked off in pieces, and is what the command line prints") {
  for (const Json& kind : {Json{{"case", "one_of_ten"}}, Json{{"case", "yes_no"}, {"threshold", 0.3}}, Json{{"case", "scores"}}}) {
    const CaseRun run = trained(kind);
    const CaseSaid said = said_by(run);
    CHECK(said.of(CasePart::validation).size() == 40);
    CHECK(said.of(CasePart::test).size() == 50);
    const CaseMeasure measure = run.measure(CasePart::test);
    CHECK(said.test().loss == measure.loss);
    CHECK(said.test().metric == measure.metric);
    CHECK(said.test_baseline() == case_baseline(run.data(), CasePart::test));
    const std::string csv = cases_csv(run);
    CHECK(csv.find("\ntest," + nine(said.test().loss) + "," + nine(said.test().metric) + "\n") != std::string::npos);
    if (run.settings().kind != CaseKind::yes_no) continue;
    for (const CasePart part : {CasePart::validation, CasePart::test}) {
      const YesNoCounts counts = said.counts(part, 0.3);
      CHECK(counts == counts_at(run.yes(part), run.data().answers(part).labels, 0.3));
      CHECK(csv.find("\n0.3," + std::string(kCaseParts[static_cast<std::size_t>(part)]) + "," + nine(counts.accuracy()) + ",") != std::string::npos);
    }
  }
}

TEST_CASE("case: what was said of other weights or other pictures is forgotten") {
  const CaseRun run = trained({{"case", "yes_no"}}), other = trained({{"case", "yes_no"}, {"seed", 2}});
  const CaseRun pictures_of_its_own = trained({{"case", "yes_no"}, {"data", {{"test", 30}}}});
  CaseSaid said = said_by(run);
  const std::uint64_t before = said.version();
  CHECK_FALSE(said.work(run, [] { return true; }));
  CHECK(said.version() == before);
  CHECK(said.work(other, [] { return true; })); // a piece of it
  CHECK_FALSE(said.complete());
  CHECK(said.version() > before);
  while (said.work(other, [] { return false; })) {
  }
  CHECK(said.yes(CasePart::test) == other.yes(CasePart::test));
  CHECK(said.yes(CasePart::test) != run.yes(CasePart::test));
  while (said.work(pictures_of_its_own, [] { return false; })) {
  }
  CHECK(said.of(CasePart::test).size() == 30);
}

TEST_CASE("case: curves over the threshold tell at each threshold what the counts are there") {
  const CaseRun run = trained({{"case", "yes_no"}});
  const CaseSaid said = said_by(run);
  const ThresholdCurves& curves = said.curves(CasePart::validation);
  const auto& yes = said.yes(CasePart::validation);
  const auto& labels = run.data().answers(CasePart::validation).labels;
  REQUIRE(curves.thresholds.size() > 10);
  CHECK(curves.thresholds.front() == 0);
  CHECK(curves.thresholds.back() == 1);
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t i = 0; i + 1 < curves.thresholds.size(); i += 2) { // between two points that lie level
    const double low = curves.thresholds[i], high = curves.thresholds[i + 1];
    CHECK(low <= high);
    const YesNoCounts counts = counts_at(yes, labels, (low + high) / 2 > low ? (low + high) / 2 : high);
    for (const std::size_t k : {i, i + 1}) {
      CHECK(curves.accuracy[k] == counts.accuracy());
      CHECK(same(curves.precision[k], counts.precision()));
      CHECK(curves.recall[k] == counts.recall());
    }
  }
  // no threshold of a hundred does better than the best
  for (int part = 0; part <= 100; ++part) CHECK(counts_at(yes, labels, part / 100.0).accuracy() <= counts_at(yes, labels, said.best_threshold()).accuracy());
}

TEST_CASE("case: the best threshold is the one nearest to a half") {
  const std::vector<std::uint8_t> labels{0, 0, 1, 1};
  CHECK(best_threshold_of(std::vector<double>{0.1, 0.2, 0.9, 0.95}, labels) == 0.5);
  CHECK(best_threshold_of(std::vector<double>{0.1, 0.2, 0.3, 0.4}, labels) == 0.3);
  CHECK(best_threshold_of(std::vector<double>{0.6, 0.7, 0.8, 0.9}, labels) == 0.71);
  CHECK(threshold_curves({}).thresholds.empty());
}

TEST_CASE("case: correlation") {
  const std::vector<double> a{1, 2, 3, 4}, b{2, 4, 6, 8}, c{4, 3, 2, 1}, flat{5, 5, 5, 5}, d{1, -1, -1, 1};
  CHECK(correlation_of(a, b) == doctest::Approx(1));
  CHECK(correlation_of(a, c) == doctest::Approx(-1));
  CHECK(correlation_of(a, d) == doctest::Approx(0));
  CHECK(std::isnan(correlation_of(a, flat)));
  CHECK(std::isnan(correlation_of({}, {})));
}

TEST_CASE("case: scores go along with the rule that they were given by, and surprises come furthest first") {
  const CaseRun run = trained({{"case", "scores"}, {"epochs", 40}, {"optimizer", {{"name", "adam"}, {"lr", 0.003}}}});
  const CaseSaid said = said_by(run);
  REQUIRE(said.goes_along().size() == scores().size());
  CHECK(said.goes_along()[0].rule == "height_to_width");
  CHECK(said.goes_along()[0].given == doctest::Approx(1));
  CHECK(said.goes_along()[0].said > 0.9);
  const auto all = surprises(run, CasePart::test, CaseSaid::kMost);
  REQUIRE(said.surprising().size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(said.surprising()[i].place == all[i].place);
}

TEST_CASE("case: mistakes, and the two classes that most of them are between") {
  const CaseRun run = trained({{"case", "one_of_ten"}, {"epochs", 1}});
  const CaseSaid said = said_by(run);
  std::int64_t wrong = 0, between = 0;
  for (const Prediction& p : said.of(CasePart::test)) {
    wrong += p.predicted != p.label;
    between += p.predicted != p.label && std::min(p.label, p.predicted) == said.mixed_up().one && std::max(p.label, p.predicted) == said.mixed_up().other;
  }
  REQUIRE(wrong > 0);
  CHECK(said.mixed_up().count == between);
  CHECK(said.mixed_up().one < said.mixed_up().other);
  CHECK(said.mistakes().size() == std::min<std::size_t>(CaseSaid::kMost, static_cast<std::size_t>(wrong)));
  double before = std::numeric_limits<double>::infinity();
  for (const std::uint32_t place : said.mistakes()) {
    const Prediction& p = said.of(CasePart::test)[place];
    CHECK(p.predicted != p.label);
    CHECK(p.loss <= before);
    before = p.loss;
  }
}

TEST_CASE("case: any picture can be judged, as the test pictures are") {
  for (const Json& kind : {Json{{"case", "one_of_ten"}, {"hidden", one_layer()}}, Json{{"case", "yes_no"}, {"threshold", 0.8}},
                           Json{{"case", "yes_no"}, {"output", "two"}}, Json{{"case", "scores"}}}) {
    const CaseRun run = trained(kind);
    for (const std::int64_t place : {0, 7, 49}) {
      const SaidOfPicture one = said_of(run, run.data().picture(CasePart::test, static_cast<std::size_t>(place)));
      const CaseAnswer answer = answer_of(run, place);
      CHECK(one.output == answer.output);
      CHECK(one.probabilities == answer.probabilities);
      if (run.settings().kind == CaseKind::scores)
        CHECK(one.said == -1);
      else
        CHECK(run.settings().classes[static_cast<std::size_t>(one.said)] == static_cast<int>(answer.said));
    }
  }
}

TEST_CASE("case: the step that comes next, worked out beside the run") {
  CaseRun run = started({{"batch", 25}});
  CHECK_FALSE(case_step(run).loss); // the evaluation before the first epoch comes first
  while (!run.trainer().between_steps()) run.advance();
  for (int k = 0; k < 5; ++k) {
    const std::uint64_t hash = run.trainer().hash();
    const std::int64_t at = run.trainer().step();
    const CaseStep step = case_step(run);
    CHECK(run.trainer().hash() == hash);
    CHECK(step.epoch == at / 4);
    CHECK(step.iteration == at % 4);
    CHECK(step.batch == case_batches(run.settings(), step.epoch)[static_cast<std::size_t>(step.iteration)]);
    REQUIRE(step.loss);
    CHECK(step.layers.size() == 1);
    while (run.trainer().step() == at || !run.trainer().between_steps()) run.advance();
    CHECK(run.trainer().batch_loss() == doctest::Approx(*step.loss));
  }
  while (run.advance()) {
  }
  const CaseStep last = case_step(run);
  CHECK(last.epoch == 2);
  CHECK(last.iteration == 3);
  CHECK_FALSE(last.loss);
}
