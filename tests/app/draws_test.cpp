#include "app/core/draws.hpp"
#include "inspect/predictions.hpp"
#include "race_table.hpp"

using namespace downhill;

namespace {

Json small() {
  return {{"downhill", 1},
          {"data", {{"train", 50}, {"test", 60}}},
          {"network", {{"hidden", Json::array({Json{{"units", 6}}})}}},
          {"epochs", 2},
          {"batch", 10},
          {"lanes", Json::array({Json::object(), Json{{"optimizer", {{"name", "adam"}, {"lr", 0.01}}}}})}};
}

void until_drawn(Table& table) {
  for (int i = 0; i < 20000 && table.race.draws().running(); ++i) table.turn();
  REQUIRE(!table.race.draws().running());
}

const Draws::Result& result_of(const Table& table, std::size_t lane) {
  const Draws::Result* result = table.race.draws().of(table.race.experiment().lanes[lane].complete);
  REQUIRE(result);
  return *result;
}

// The same, run by itself.
struct Alone {
  std::uint64_t hash;
  std::vector<std::uint8_t> said;
};
Alone alone(std::size_t lane, std::int64_t draw) {
  LaneSettings settings = experiment_from_json(small())->lanes[lane].settings;
  settings.data.draw = draw;
  Trainer trainer(settings, std::make_shared<Subset>(*draw_subset(source(), settings.data)));
  while (trainer.advance() != Trainer::Piece::end) {
  }
  Alone out{trainer.hash(), {}};
  for (const Prediction& p : predict_first(trainer, false, 60)) out.said.push_back(static_cast<std::uint8_t>(p.predicted));
  return out;
}

} // namespace

TEST_CASE("a lane on other draws: each run is what it is alone, with 1, 2 or 3 workers; the first is the lane's own") {
  for (const std::size_t workers : {1U, 2U, 3U}) {
    Table table(workers, small());
    for (int i = 0; i < 5; ++i) table.turn();
    table.race.start_draws(1, 5);
    REQUIRE(table.race.draws().running());
    CHECK(table.race.draws().running(table.race.experiment().lanes[1].complete));
    CHECK(!table.race.draws().running(table.race.experiment().lanes[0].complete));
    until_drawn(table);
    const Draws::Result result = result_of(table, 1);
    REQUIRE(result.runs.size() == 5);
    for (std::size_t k = 0; k < 5; ++k) {
      const Alone one = alone(1, static_cast<std::int64_t>(k));
      CHECK(result.runs[k].hash == one.hash);
      CHECK(result.runs[k].said == one.said);
    }
    const auto all = result.disagreement;
    REQUIRE(all);
    CHECK(all->errors.size() == 5);
    CHECK(all->disagreement > 0);
    // another lane's result stands beside it, and the race itself is as it was
    table.race.start_draws(0, 2);
    until_drawn(table);
    CHECK(result_of(table, 0).runs.size() == 2);
    CHECK(result_of(table, 1).runs.size() == 5);
    table.race.start();
    table.until_finished();
    CHECK(table.race.lanes()[1].hash == result.runs[0].hash);
    CHECK(table.race.lanes()[1].evaluations.back().test_accuracy == doctest::Approx(1 - all->errors[0]));
  }
}

TEST_CASE("draws that are cancelled keep what is done; an edit drops the results of the lane that it changes alone") {
  Table table(1, small());
  for (int i = 0; i < 5; ++i) table.turn();
  table.race.start_draws(0, 6);
  for (int i = 0; i < 20000 && !result_of(table, 0).runs[2].done(); ++i) table.turn();
  CHECK(table.race.draws().progress() > 0);
  table.race.cancel_draws();
  CHECK(!table.race.draws().running());
  for (int i = 0; i < 20; ++i) table.turn();
  CHECK(result_of(table, 0).runs[2].done());
  CHECK(!result_of(table, 0).runs[5].done());
  REQUIRE(result_of(table, 0).disagreement);
  table.race.start_draws(1, 2);
  until_drawn(table);
  REQUIRE(!table.race.edit_lane(1, "/optimizer/lr", 0.02));
  CHECK(table.race.draws().of(table.race.experiment().lanes[1].complete) == nullptr);
  CHECK(table.race.draws().of(table.race.experiment().lanes[0].complete) != nullptr);
}

TEST_CASE("draws come to the same though a worker dies; what can't be drawn is left out and said") {
  Table table(2, small());
  for (int i = 0; i < 5; ++i) table.turn();
  table.race.start_draws(0, 4);
  for (int i = 0; i < 3; ++i) table.turn();
  std::erase_if(table.mail, [&](const auto& letter) { return letter.first == 1; });
  table.hosts[1] = table.make_host(1);
  table.worker_restarted(1);
  for (int i = 0; i < 3; ++i) table.turn();
  table.open_pack(1);
  until_drawn(table);
  for (std::size_t k = 0; k < 4; ++k) CHECK(result_of(table, 0).runs[k].hash == alone(0, static_cast<std::int64_t>(k)).hash);
  CHECK(!table.race.problem());
  // there are 300 training images
  table.race.start_draws(0, 8);
  until_drawn(table);
  CHECK(result_of(table, 0).runs[5].done());
  CHECK(!result_of(table, 0).runs[5].given_up);
  CHECK(result_of(table, 0).runs[6].given_up);
  REQUIRE(table.race.problem());
  CHECK(table.race.problem()->code == "too_many_examples");
  // no memory for what the runs say
  table.room = false;
  table.race.start_draws(1, 2);
  until_drawn(table);
  CHECK(!result_of(table, 1).disagreement);
}

TEST_CASE("draws that diverge are left out, and counted") {
  Json json = small();
  json["loss"] = "mse";
  json["lanes"][0]["optimizer"] = {{"name", "sgd"}, {"lr", 100}};
  json["lanes"][0]["network"] = {{"hidden", Json::array({Json{{"units", 6}, {"activation", "identity"}}})}};
  Table table(1, json);
  for (int i = 0; i < 5; ++i) table.turn();
  table.race.start_draws(0, 3);
  until_drawn(table);
  CHECK(result_of(table, 0).given_up() == 3);
  CHECK(!result_of(table, 0).disagreement);
  table.race.start_draws(1, 2);
  until_drawn(table);
  CHECK(result_of(table, 1).given_up() == 0);
}

TEST_CASE("how many draws there are") {
  DataSettings data{.source = "fashion-mnist", .file = {}, .seed = 1, .train = 2000, .test = 1000, .classes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
  CHECK(Draws::most(data) == kDrawsMost);
  data.train = 10000;
  CHECK(Draws::most(data) == 6);
  data.classes = {3, 4};
  CHECK(Draws::most(data) == 1);
  data.source = "moons";
  CHECK(Draws::most(data) == kDrawsMost);
  data.source = "sine", data.classes.clear();
  CHECK(Draws::most(data) == 0);
}

TEST_CASE("what must be fetched before so many draws is known beforehand: nothing where they are here") {
  Packs packs([](const std::string&, bool) {}, {{"small", 1000, 2000, 1000, 1}, {"large", 30000000, 60000, 10000, {}}});
  Race race([](std::size_t, const ToTrainer&) {}, packs);
  REQUIRE(!race.set_experiment({{"downhill", 1},
                                {"data", {{"train", 1000}, {"test", 500}, {"seed", 1}}},
                                {"network", {{"hidden", Json::array()}}},
                                {"lanes", Json::array({Json::object()})}}));
  packs.set_worker_count(1);
  REQUIRE(race.draws_pack(2));
  CHECK(race.draws_pack(2)->id == "small");
  packs.request(race.data());
  packs.take(0, PackOpened{"small", "", {}});
  CHECK(race.draws_pack(1) == nullptr);
  CHECK(race.draws_pack(2) == nullptr);
  REQUIRE(race.draws_pack(3));
  CHECK(race.draws_pack(3)->bytes == 30000000);
  REQUIRE(!race.set_experiment({{"downhill", 1}, {"data", {{"source", "moons"}, {"train", 1000}, {"test", 500}}}, {"lanes", Json::array({Json::object()})}}));
  CHECK(race.draws_pack(20) == nullptr); // made here
}

TEST_CASE("draws that wait for data are of the lane that was chosen, wherever it stands by then, and of none once it is gone") {
  for (const bool removed : {false, true}) {
    Table table(1, small());
    Race& race = table.race;
    race.start();
    table.until_finished();
    table.hosts[0] = table.make_host(0);
    table.worker_restarted(0);
    const Json chosen = race.experiment().lanes[1].complete, other = race.experiment().lanes[0].complete;
    race.start_draws(1, 2);
    REQUIRE(!(removed ? race.remove_lane(1) : race.move_lane(1, 0)));
    REQUIRE(race.waiting());
    table.open_pack(0);
    for (int i = 0; i < 5; ++i) table.turn();
    CHECK(!race.waiting());
    until_drawn(table);
    CHECK((race.draws().of(chosen) == nullptr) == removed);
    CHECK(race.draws().of(other) == nullptr);
  }
}

TEST_CASE("draws and sweeps end when the lab is left, and each ends the other") {
  Table table(1, small());
  Race& race = table.race;
  for (int i = 0; i < 5; ++i) table.turn();
  race.start_draws(0, 5);
  for (int i = 0; i < 20000 && !result_of(table, 0).runs[1].done(); ++i) table.turn();
  REQUIRE(race.draws().running());
  race.leave();
  CHECK(!race.draws().running());
  REQUIRE(result_of(table, 0).disagreement);
  for (int i = 0; i < 5; ++i) table.turn();
  CHECK(!table.hosts[0]->work(0.004));
  race.start_sweep();
  table.turn();
  REQUIRE(race.sweep().running());
  race.start_draws(1, 3);
  CHECK(!race.sweep().running());
  until_drawn(table);
  CHECK(result_of(table, 1).runs[2].done());
  race.start_draws(1, 3);
  race.start_sweep();
  CHECK(!race.draws().running());
  REQUIRE(race.sweep().running());
  const Json before = race.experiment().json();
  race.leave();
  CHECK(!race.sweep().running());
  for (int i = 0; i < 50; ++i) table.turn();
  CHECK(race.experiment().json() == before);
}
