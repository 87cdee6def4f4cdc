#include "app/bare_race.hpp"
#include "app/core/diagnosis.hpp"
#include "app/core/number_text.hpp"
#include "app/race_table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

using namespace downhill;

namespace {

// Two errors as the book has them, of so many examples and classes.
Diagnosis seen(double train, double test, double label_noise = 0, double acceptable = kAcceptable, std::int64_t asked = 1000, double classes = 10) {
  Diagnosis d;
  d.errors = {train, test, 1, 5};
  d.acceptable = acceptable, d.label_noise = label_noise, d.chance = 1 - 1 / classes;
  d.train_asked = d.tests = asked;
  const auto n = static_cast<double>(asked);
  d.luck = 2 * std::sqrt((train * (1 - train) + test * (1 - test)) / n);
  return d;
}
Finding found(double train, double test, double label_noise = 0, double acceptable = kAcceptable, std::int64_t asked = 1000) {
  return finding_of(seen(train, test, label_noise, acceptable, asked));
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
Json asset(const std::string& name) { return Json::parse(text_of(std::filesystem::path(DOWNHILL_TESTS_DIR) / ".." / "assets" / name)); }

const Json kImages = {{"downhill", 1},
                      {"data", {{"train", 200}, {"test", 100}}},
                      {"network", {{"hidden", Json::array({{{"units", 64}, {"dropout", 0.2}}, {{"units", 5}}})}}},
                      {"optimizer", {{"name", "adam"}, {"lr", 0.00001}}},
                      {"regularization", {{"l1", 0.001}, {"l2", 0.001}}},
                      {"epochs", 6},
                      {"lanes", Json::array({Json::object()})}};

Json with(Json json, const Json& patch) { return json.merge_patch(patch), json; }

std::optional<Change> change_of(std::string_view id, const Race& race, std::size_t lane = 0) {
  for (const Remedy& remedy : remedies())
    if (remedy.id == id) return remedy.change(race, lane);
  FAIL("no remedy " << id);
  return {};
}
std::set<std::string_view> offered(const Race& race, const Diagnosis& d) {
  std::set<std::string_view> ids;
  for (const Offer& offer : offers(race, 0, d)) ids.insert(offer.remedy->id);
  return ids;
}
Diagnosis ended(Finding finding) {
  Diagnosis d;
  d.finding = finding, d.ended = true;
  return d;
}

} // namespace

TEST_CASE("the book's four cases are four findings") {
  CHECK(found(0.05, 0.20) == Finding::high_variance);
  CHECK(found(0.20, 0.05) == Finding::inverted);
  CHECK(found(0.20, 0.30) == Finding::both);
  CHECK(found(0.01, 0.02) == Finding::good);
  CHECK(found(0.20, 0.21) == Finding::high_bias);
}

TEST_CASE("bias hangs on what is acceptable, variance on half of that, both on more than luck") {
  CHECK(found(0.20, 0.22, 0, 0.25) == Finding::good);
  CHECK(found(0.20, 0.22, 0, 0.19) == Finding::high_bias);
  CHECK(found(0.01, 0.059) == Finding::good);
  CHECK(found(0.01, 0.061) == Finding::high_variance);
  CHECK(found(0.01, 0.061, 0, 0.2) == Finding::good);
  // the same errors, counted over 30 examples
  CHECK(found(0.05, 0.15, 0, 0.1, 30) == Finding::unclear);
  CHECK(found(0.15, 0.05, 0, 0.2, 30) == Finding::good);
  CHECK(found(0.15, 0.05, 0, 0.2, 3000) == Finding::inverted);
}

TEST_CASE("wrong training labels are no bias while they are being learnt by heart; guessing is found by chance's own error") {
  CHECK(found(0.15, 0.35, 0.2) == Finding::high_variance);
  CHECK(found(0.15, 0.35, 0) == Finding::both);
  CHECK(found(0.35, 0.36, 0.2) == Finding::high_bias);
  CHECK(found(0.22, 0.01, 0.2) == Finding::inverted);
  CHECK(found(0.9, 0.89) == Finding::guessing);
  CHECK(found(0.9, 0.6) == Finding::inverted);
  CHECK(finding_of(seen(0.5, 0.5, 0, 0.1, 1000, 2)) == Finding::guessing);
  CHECK(finding_of(seen(0.4, 0.5, 0, 0.1, 1000, 2)) == Finding::both);
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  CHECK(found(none, none) == Finding::no_classes);
}

TEST_CASE("a lane is diagnosed where it stands: not before its first step, and not once it has diverged") {
  Table table(1, with(kImages, {{"optimizer", {{"lr", 0.001}}}, {"epochs", 3}, {"regularization", {{"l1", 0}, {"l2", 0}}}}));
  CHECK(diagnose(table.race, 0).finding == Finding::untrained);
  CHECK(offers(table.race, 0, diagnose(table.race, 0)).empty());
  table.race.start();
  table.until_finished();
  const Diagnosis d = diagnose(table.race, 0, 0.2);
  CHECK(d.ended);
  CHECK(d.measured());
  CHECK(d.dropout);
  CHECK(d.errors.train == 1 - table.race.lanes()[0].evaluations.back().train_accuracy);
  CHECK(d.errors.epoch == 3);
  CHECK(d.chance == doctest::Approx(0.9));
  CHECK(d.train_asked == 200);
  CHECK(d.tests == 100);
  CHECK(d.acceptable == 0.2);
  REQUIRE(!table.race.edit("/network/hidden", Json::array({{{"units", 16}, {"activation", "identity"}}})));
  REQUIRE(!table.race.edit_lane(0, "/optimizer", Json{{"name", "sgd"}, {"lr", 100}}));
  table.race.start();
  table.until_finished();
  CHECK(diagnose(table.race, 0).finding == Finding::diverged);
  const auto smaller = offers(table.race, 0, diagnose(table.race, 0));
  REQUIRE(smaller.size() == 1);
  CHECK(smaller[0].change.pointer == "/optimizer/lr");
  CHECK(smaller[0].change.after == 10);
}

TEST_CASE("each remedy changes one setting, which the format takes, and says nothing where nothing is left to change") {
  BareRace table(kImages);
  Race& race = table.race;
  const auto expect = [&](std::string_view id, const std::string& pointer, const Json& before, const Json& after) {
    const auto change = change_of(id, race);
    INFO(id);
    REQUIRE(change);
    CHECK(change->pointer == pointer);
    CHECK(change->before == before);
    CHECK(change->after == after);
    Json complete = race.experiment().lanes[0].complete;
    complete[Json::json_pointer(pointer)] = change->after;
    const auto only = only_change(race.experiment().lanes[0].complete, complete);
    REQUIRE(only);
    CHECK(only->pointer == pointer);
  };
  expect("more_units", "/network/hidden/1/units", 5, 128);
  expect("fewer_units", "/network/hidden/0/units", 64, 8);
  expect("more_epochs", "/epochs", 6, 18);
  expect("no_l1", "/regularization/l1", 0.001, 0);
  expect("no_l2", "/regularization/l2", 0.001, 0);
  expect("l2", "/regularization/l2", 0.001, 0.01);
  expect("no_dropout", "/network/hidden/0/dropout", 0.2, 0);
  expect("dropout", "/network/hidden/0/dropout", 0.2, 0.5);
  { // of several layers all at once
    Json both = kImages["network"]["hidden"];
    both[1]["dropout"] = 0.5;
    REQUIRE(!race.edit("/network/hidden", both));
    const auto change = change_of("no_dropout", race);
    REQUIRE(change);
    CHECK(change->pointer == "/network/hidden");
    CHECK(is_dropout_of_layers(*change));
    for (const Json& layer : change->after) CHECK(layer["dropout"] == 0);
    Json complete = race.experiment().lanes[0].complete;
    complete["network"]["hidden"] = change->after;
    REQUIRE(only_change(race.experiment().lanes[0].complete, complete));
    CHECK(only_change(race.experiment().lanes[0].complete, complete)->after == change->after);
    DiagnosisModel model;
    REQUIRE(!model.apply(race, 0, *change, "none"));
    CHECK(!change_of("no_dropout", race, 1));
    CHECK(!offered(race, ended(Finding::high_bias)).count("no_dropout")); // it runs there
    REQUIRE(race.undo());
    complete["network"]["hidden"][0]["units"] = 65;
    CHECK(!only_change(race.experiment().lanes[0].complete, complete));
    REQUIRE(race.undo());
  }
  expect("more_data", "/data/train", 200, 2000);
  expect("more_tests", "/data/test", 100, 400);
  for (const char* none : {"smaller_rate", "larger_rate", "usual_init", "early_stop", "right_labels", "hidden_layer"})
    CHECK_MESSAGE(!change_of(none, race), none);

  REQUIRE(!race.edit("/data/label_noise", 0.3));
  expect("right_labels", "/data/label_noise", 0.3, 0);
  CHECK(!change_of("more_tests", race)); // the labels are the likelier cause
  REQUIRE(!race.edit("/network/init", {{"name", "constant"}}));
  const auto init = change_of("usual_init", race);
  REQUIRE(init);
  CHECK(init->after["name"] == "pytorch");
  REQUIRE(!race.edit("/network/hidden", Json::array({{{"units", 1024}, {"dropout", 0.5}}})));
  for (const char* end : {"more_units", "dropout"}) CHECK_MESSAGE(!change_of(end, race), end);
  REQUIRE(!race.edit("/network/hidden", Json::array({{{"units", 8}}})));
  for (const char* end : {"fewer_units", "no_dropout"}) CHECK_MESSAGE(!change_of(end, race), end);
  REQUIRE(!race.edit("/network/hidden", Json::array()));
  for (const char* end : {"fewer_units", "more_units", "dropout", "no_dropout"}) CHECK_MESSAGE(!change_of(end, race), end);
  const auto layer = change_of("hidden_layer", race);
  REQUIRE(layer);
  CHECK(layer->after[0]["units"] == 128);
  for (const auto& [pointer, value] :
       {std::pair<std::string, Json>{"/regularization/l1", 0}, {"/regularization/l2", 0.02}, {"/epochs", 300}, {"/data/train", 8000}})
    REQUIRE(!race.edit(pointer, value));
  for (const char* end : {"no_l1", "l2", "more_epochs", "more_data"}) CHECK_MESSAGE(!change_of(end, race), end);
}

TEST_CASE("every finding that is no praise has a remedy for some lane; each remedy is against one, and what a lane runs already is not offered") {
  std::set<Finding> helped;
  std::set<std::string_view> ids;
  for (const Remedy& remedy : remedies()) {
    CHECK(remedy.against.size() > 0);
    CHECK(ids.insert(remedy.id).second);
    helped.insert(remedy.against.begin(), remedy.against.end());
  }
  for (const Finding finding :
       {Finding::diverged, Finding::guessing, Finding::inverted, Finding::both, Finding::high_bias, Finding::high_variance, Finding::unclear})
    CHECK(helped.count(finding));
  for (const Finding finding : {Finding::untrained, Finding::no_classes, Finding::good}) CHECK(!helped.count(finding));

  BareRace table(kImages);
  Race& race = table.race;
  CHECK(offered(race, ended(Finding::high_variance)) == std::set<std::string_view>{"more_data", "fewer_units", "l2", "dropout"});
  Diagnosis running = ended(Finding::high_variance);
  running.ended = false;
  CHECK(offered(race, running).empty());
  DiagnosisModel model;
  REQUIRE(!model.apply(race, 0, *change_of("l2", race), "L2"));
  CHECK(offered(race, ended(Finding::high_variance)) == std::set<std::string_view>{"more_data", "fewer_units", "dropout"});
  while (race.lanes().size() < kLanesMost) REQUIRE(!race.duplicate_lane(0));
  CHECK(offered(race, ended(Finding::high_variance)) == std::set<std::string_view>{"more_data"});
}

TEST_CASE("whichever remedy is taken, it is offered no more while a lane runs it") {
  std::size_t taken = 0;
  for (const Json& hidden : {Json::array(), kImages["network"]["hidden"]})
    for (const Finding finding : {Finding::guessing, Finding::high_bias, Finding::high_variance}) {
      const Json document = with(kImages, {{"network", {{"hidden", hidden}}}});
      for (const Offer& offer : offers(BareRace(document).race, 0, ended(finding))) {
        if (offer.change.of_base()) continue;
        BareRace table(document);
        DiagnosisModel model;
        REQUIRE(!model.apply(table.race, 0, offer.change, "x"));
        CHECK_MESSAGE(!offered(table.race, ended(finding)).count(offer.remedy->id), offer.remedy->id);
        ++taken;
      }
    }
  CHECK(taken > 8);
}

TEST_CASE("the one setting in which two lanes differ: within lists and choices, and none where there are two") {
  BareRace table(kImages);
  const Json own = table.race.experiment().lanes[0].complete;
  CHECK(!only_change(own, own));
  Json other = own;
  other["network"]["hidden"][1]["units"] = 7;
  REQUIRE(only_change(own, other));
  CHECK(only_change(own, other)->pointer == "/network/hidden/1/units");
  CHECK(only_change(own, other)->after == 7);
  other["epochs"] = 9;
  CHECK(!only_change(own, other));
  other = own;
  other["optimizer"] = {{"name", "sgd"}, {"lr", 0.00001}};
  REQUIRE(only_change(own, other));
  CHECK(only_change(own, other)->pointer == "/optimizer");
  other = own;
  other["network"]["hidden"].push_back(own["network"]["hidden"][0]);
  REQUIRE(only_change(own, other));
  CHECK(only_change(own, other)->pointer == "/network/hidden");
  other = own;
  other["data"]["classes"] = Json::array({0, 1});
  REQUIRE(only_change(own, other));
  CHECK(only_change(own, other)->pointer == "/data/classes");
  other = own;
  other["batch"] = "full";
  CHECK(only_change(own, other)->pointer == "/batch");
}

TEST_CASE("a remedy makes a lane of its name that runs from the same start, beside the one that keeps its run; undo takes it back") {
  Table table(2, with(kImages, {{"optimizer", {{"lr", 0.001}}}, {"epochs", 2}}));
  Race& race = table.race;
  race.start();
  table.until_finished();
  const std::uint64_t hash = race.lanes()[0].hash;
  const Errors before = errors_of(*race.lanes()[0].evaluation());
  DiagnosisModel model;
  CHECK(model.comparisons(race, 0).empty());
  const auto change = change_of("more_units", race);
  REQUIRE(change);
  REQUIRE(!model.apply(race, 0, *change, {{"zh", "128 个神经元"}, {"en", "128 units"}}));
  REQUIRE(race.lanes().size() == 2);
  CHECK(race.experiment().lanes[1].label["en"] == "128 units");
  CHECK(race.experiment().lanes[1].settings.network.hidden[1].units == 128);
  CHECK(race.experiment().lanes[1].settings.network.hidden[0].dropout == 0.2);
  CHECK(race.experiment().lanes[1].settings.seed == race.experiment().lanes[0].settings.seed);
  CHECK(race.experiment().json()["lanes"][1]["network"]["hidden"].size() == 2);
  REQUIRE(model.comparisons(race, 0).size() == 1);
  CHECK(!model.comparisons(race, 0)[0].measured);
  table.until_finished();
  CHECK(race.lanes()[0].hash == hash);
  const auto pairs = model.comparisons(race, 0);
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].measured);
  CHECK(pairs[0].ended);
  CHECK(pairs[0].lane == 1U);
  CHECK(pairs[0].change.pointer == "/network/hidden/1/units");
  CHECK(pairs[0].change.before == 5);
  CHECK(pairs[0].change.after == 128);
  CHECK(pairs[0].before.train == before.train);
  CHECK(pairs[0].after.test == 1 - race.lanes()[1].evaluation()->test_accuracy);
  // seen from the other side
  REQUIRE(model.comparisons(race, 1).size() == 1);
  CHECK(model.comparisons(race, 1)[0].change.after == 5);
  CHECK(model.comparisons(race, 1)[0].after.train == before.train);
  REQUIRE(race.undo());
  CHECK(race.lanes().size() == 1);
  CHECK(race.lanes()[0].hash == hash);
  CHECK(model.comparisons(race, 0).empty());
}

TEST_CASE("what lanes can't differ in is changed for all: what they came to before is kept beside it, and undo brings it back") {
  Table table(1, with(kImages, {{"data", {{"train", 50}, {"label_noise", 0.2}}},
                                {"optimizer", {{"lr", 0.001}}},
                                {"batch", 20},
                                {"epochs", 2},
                                {"lanes", Json::array({Json::object(), {{"epochs", 3}}})}}));
  Race& race = table.race;
  race.start();
  table.until_finished();
  const Errors before = errors_of(*race.lanes()[1].evaluation());
  DiagnosisModel model;
  REQUIRE(!model.apply(race, 1, *change_of("right_labels", race, 1), {}));
  CHECK(race.lanes().size() == 2);
  CHECK(race.data().label_noise == 0);
  CHECK(race.transport() == Transport::running);
  table.until_finished();
  const auto of_data = [&](std::size_t lane) {
    auto pairs = model.comparisons(race, lane);
    std::erase_if(pairs, [](const Comparison& pair) { return pair.lane.has_value(); });
    return pairs;
  };
  REQUIRE(of_data(1).size() == 1);
  CHECK(of_data(1)[0].change.pointer == "/data/label_noise");
  CHECK(of_data(1)[0].change.before == 0.2);
  CHECK(of_data(1)[0].measured);
  CHECK(of_data(1)[0].ended);
  CHECK(of_data(1)[0].before.train == before.train);
  CHECK(of_data(1)[0].before.epoch == 3);
  CHECK(of_data(0).size() == 1);
  CHECK(model.comparisons(race, 1).size() == 2); // and the other lane, of other epochs
  REQUIRE(race.undo());
  CHECK(race.data().label_noise == 0.2);
  CHECK(of_data(1).empty());
}

TEST_CASE("beside a lane that diverged: what is known of the other; losses of two kinds are not held against each other") {
  Table table(1, with(kImages, {{"network", {{"hidden", Json::array({Json{{"units", 6}, {"activation", "identity"}}})}}},
                                {"optimizer", {{"name", "sgd"}, {"lr", 100}}},
                                {"loss", "mse"},
                                {"epochs", 2},
                                {"regularization", {{"l1", 0}, {"l2", 0}}}}));
  Race& race = table.race;
  race.start();
  table.until_finished();
  DiagnosisModel model;
  REQUIRE(diagnose(race, 0).finding == Finding::diverged);
  REQUIRE(!model.apply(race, 0, Change{"/optimizer/lr", 100, 0.0001}, "x"));
  REQUIRE(model.comparisons(race, 0).size() == 1);
  CHECK(model.comparisons(race, 0)[0].failed);
  table.until_finished();
  const Comparison pair = model.comparisons(race, 0)[0];
  CHECK(pair.failed);
  CHECK(pair.ended);
  CHECK(!pair.measured);
  CHECK(std::isnan(pair.before.train));
  CHECK(pair.after.train == 1 - race.lanes()[1].evaluation()->train_accuracy);
  CHECK(std::isnan(model.comparisons(race, 1)[0].after.test_loss));
  CHECK(pair.one_loss());
  // its last numbers are no numbers of its end, in a change for all either
  REQUIRE(!model.apply(race, 0, Change{"/data/train", 200, 100}, {}));
  for (const Comparison& each : model.comparisons(race, 0)) CHECK(each.lane);

  REQUIRE(!race.remove_lane(0));
  REQUIRE(!model.apply(race, 0, Change{"/loss", race.experiment().lanes[0].complete["loss"], "cross_entropy"}, "x"));
  table.until_finished();
  REQUIRE(model.comparisons(race, 0).size() >= 1);
  const auto of_loss = model.comparisons(race, 0).back();
  CHECK(of_loss.measured);
  CHECK(!of_loss.one_loss());
  race.takes_numbers = true;
  REQUIRE(!race.remove_lane(1));
  REQUIRE(!race.set_source("sine"));
  REQUIRE(!model.apply(race, 0, Change{"/loss", "mse", "mae"}, "x"));
  CHECK(race.lanes().size() == 2);
  CHECK(model.comparisons(race, 0).empty());
}

TEST_CASE("early stopping ends at the whole epoch of the least test loss, and comes to that very loss") {
  // few images, wrong labels, many epochs: the test loss turns
  Table table(1, with(kImages, {{"data", {{"train", 60}, {"label_noise", 0.5}}},
                                {"network", {{"hidden", Json::array({{{"units", 128}}})}}},
                                {"optimizer", {{"lr", 0.03}}},
                                {"batch", 20},
                                {"epochs", 60},
                                {"regularization", {{"l1", 0}, {"l2", 0}}}}));
  Race& race = table.race;
  CHECK(!change_of("early_stop", race));
  race.start();
  table.until_finished();
  const auto& all = race.lanes()[0].evaluations;
  const auto least = std::min_element(all.begin() + 1, all.end(), [](const Evaluation& a, const Evaluation& b) { return a.test_loss < b.test_loss; });
  const auto change = change_of("early_stop", race);
  REQUIRE(change);
  CHECK(change->after == static_cast<std::int64_t>(least->epoch));
  DiagnosisModel model;
  REQUIRE(!model.apply(race, 0, *change, "early"));
  table.until_finished();
  CHECK(race.lanes()[1].evaluation()->test_loss == least->test_loss);
  REQUIRE(!race.edit("/schedule", {{"name", "cosine"}}));
  race.start();
  table.until_finished();
  CHECK(!change_of("early_stop", race)); // fewer epochs would be other rates
}

TEST_CASE("a rate is raised where the loss came down little, which lowers the training error, and lowered where it threw the lane up") {
  Table table(1, with(kImages, {{"optimizer", {{"lr", 0.0001}}}, {"regularization", {{"l1", 0}, {"l2", 0}}}}));
  Race& race = table.race;
  const auto run = [&](double lr) {
    REQUIRE(!race.edit("/optimizer/lr", lr));
    race.start();
    table.until_finished();
    return errors_of(*race.lanes()[0].evaluation()).train;
  };
  run(1e-9);
  REQUIRE(change_of("larger_rate", race));
  CHECK(change_of("larger_rate", race)->after == 1e-8);
  CHECK(!change_of("smaller_rate", race));
  // as often as there is reason to, until the lane learns
  double lr = 1e-6, before = run(lr);
  int times = 0;
  for (const double first = before; times < 12; ++times) {
    const auto change = change_of("larger_rate", race);
    if (!change) break;
    before = run(lr = change->after.get<double>());
    if (lr > 1e-3) CHECK(before < first);
  }
  CHECK(times >= 3);
  CHECK(before < 0.7);
  run(5);
  REQUIRE(change_of("smaller_rate", race));
  CHECK(change_of("smaller_rate", race)->after == 0.5);
  CHECK(!change_of("larger_rate", race));
}

TEST_CASE("what is acceptable is typed in percent and refused with its range") {
  DiagnosisModel model;
  CHECK(model.acceptable() == 0.1);
  CHECK(!model.type("2.5 %"));
  CHECK(model.acceptable() == doctest::Approx(0.025));
  for (const char* bad : {"0", "91", "much", ""}) {
    const auto error = model.type(bad);
    REQUIRE(error);
    CHECK(error->code == "out_of_range");
  }
  CHECK(model.acceptable() == doctest::Approx(0.025));
}

TEST_CASE("the numbers as CSV: a line a lane, empty where nothing was measured") {
  Table table(1, with(kImages, {{"optimizer", {{"lr", 0.001}}}, {"epochs", 2}}));
  DiagnosisModel model;
  CHECK(diagnosis_csv(table.race, {"a,b"}, model) == "lane,epoch,train_error,test_error,test_loss,acceptable,finding\n\"a,b\",,,,,0.1,untrained\n");
  table.race.start();
  table.until_finished();
  const std::string csv = diagnosis_csv(table.race, {"a"}, model);
  const Diagnosis d = diagnose(table.race, 0);
  CHECK(csv.find("\na,2,") != std::string::npos);
  CHECK(csv.find("," + std::string(kFindingIds[static_cast<std::size_t>(d.finding)]) + "\n") != std::string::npos);
  CHECK(csv.find("setting") == std::string::npos);
  // a remedy that was tried: before and after, once
  REQUIRE(!model.apply(table.race, 0, *change_of("l2", table.race), "L2"));
  CHECK(diagnosis_csv(table.race, {"a", "b"}, model).find("setting") == std::string::npos); // not measured yet
  table.until_finished();
  const std::string tried = diagnosis_csv(table.race, {"a", "b"}, model);
  const Errors before = errors_of(*table.race.lanes()[0].evaluation()), after = errors_of(*table.race.lanes()[1].evaluation());
  std::string line = "\na,b,/regularization/l2,0.001,0.01";
  for (const auto& [from, to] : {std::pair{before.train, after.train}, {before.test, after.test}, {before.test_loss, after.test_loss}})
    line += "," + csv_number(from) + "," + csv_number(to);
  CHECK(tried.find(line + "\n") != std::string::npos);
  CHECK(tried.find("\nb,a,") == std::string::npos);
  // data were changed for all
  REQUIRE(!model.apply(table.race, 0, Change{"/data/train", 200, 250}, {}));
  table.until_finished();
  const std::string data = diagnosis_csv(table.race, {"a", "b"}, model);
  CHECK(data.find("\na,,/data/train,200,250,") != std::string::npos);
  CHECK(data.find("\nb,,/data/train,200,250,") != std::string::npos);
}

TEST_CASE("a lane that a stop rule has ended: more epochs are no remedy, since it would not run them") {
  Table table(
      1,
      with(kImages,
           {{"network", {{"hidden", Json::array({Json{{"units", 4}}})}}}, {"optimizer", {{"lr", 0.001}}}, {"epochs", 40}, {"evaluate", {{"every", "epoch"}}}}));
  Race& race = table.race;
  race.set_stop_rules({.accuracy = 0.05});
  race.start();
  table.until_finished();
  REQUIRE(race.lanes()[0].stop == Stop::accuracy);
  const Diagnosis d = diagnose(race, 0);
  CHECK(d.stopped);
  CHECK(d.ended);
  CHECK(!change_of("more_epochs", race));
  REQUIRE(!race.edit("/epochs", 1)); // the rule is met where the run ends by itself
  race.start();
  table.until_finished();
  CHECK(race.lanes()[0].stop == Stop::accuracy);
  CHECK(!diagnose(race, 0).stopped);
  CHECK(change_of("more_epochs", race));
  race.set_stop_rules({});
  REQUIRE(!race.edit("/epochs", 5)); // begins anew
  race.start();
  table.until_finished();
  CHECK(!diagnose(race, 0).stopped);
  REQUIRE(change_of("more_epochs", race));
  CHECK(change_of("more_epochs", race)->after == 15);
}

TEST_CASE("what presets of the four cases claim of remedies is what the page would make of them: each that is offered, and none besides") {
  const Json presets = asset("presets.json");
  for (const auto& [id, finding] :
       {std::pair{"case_high_variance", Finding::high_variance}, {"case_odd", Finding::inverted}, {"case_both", Finding::both}, {"case_good", Finding::good}}) {
    INFO(id);
    const auto preset = std::find_if(presets.begin(), presets.end(), [wanted = id](const Json& each) { return each["id"] == wanted; });
    REQUIRE(preset != presets.end());
    CHECK((*preset)["show"]["view"] == "diagnosis");
    BareRace table(asset(std::string("experiments/") + id + ".json"));
    const Race& race = table.race;
    const Json own = race.experiment().lanes[0].complete;
    std::set<std::string> claimed, made;
    for (const Json& claim : (*preset)["claims"]) {
      if (!claim.contains("with")) continue;
      Json document = race.experiment().json(), with = claim["with"]; // as trainings.cpp measures it
      if (with.contains("data")) document["data"].merge_patch(with["data"]);
      with.erase("data");
      document["lanes"] = Json::array({with});
      const auto changed = experiment_from_json(document);
      REQUIRE(changed);
      const auto change = only_change(own, changed->lanes[0].complete);
      REQUIRE(change);
      claimed.insert(change->pointer + " " + change->after.dump());
    }
    for (const Offer& offer : offers(race, 0, ended(finding))) made.insert(offer.change.pointer + " " + offer.change.after.dump());
    CHECK(claimed == made);
  }
}
