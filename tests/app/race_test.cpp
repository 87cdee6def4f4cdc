#include "app/core/fitted.hpp"
#include "app/core/own_rates.hpp"
#include "app/core/standing.hpp"
#include "core/hash.hpp"
#include "data/gzip.hpp"
#include "data/pack.hpp"
#include "race_table.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <memory>
#include <set>

using namespace downhill;
using namespace downhill::protocol;

namespace {

Json experiment() {
  return {{"downhill", 1},
          {"data", {{"train", 200}, {"test", 100}}},
          {"network", {{"hidden", {{{"units", 8}}}}}},
          {"epochs", 3},
          {"batch", 16},
          {"lanes", {Json::object(), {{"optimizer", "adam"}}, {{"batch", "full"}}, {{"batch", 1}, {"optimizer", {{"lr", 0.01}}}}}}};
}

std::vector<std::uint64_t> alone(const Json& json = experiment()) {
  std::vector<std::uint64_t> out;
  const auto e = experiment_from_json(json);
  for (const Lane& lane : e->lanes) {
    Trainer trainer(lane.settings, std::make_shared<Subset>(*draw_subset(source(), lane.settings.data)));
    while (trainer.advance() != Trainer::Piece::end) {
    }
    out.push_back(trainer.hash());
  }
  return out;
}

} // namespace

TEST_CASE("a race ends with the weights its lanes have alone, with 1, 2 or 4 workers") {
  for (const std::size_t workers : {1U, 2U, 4U}) {
    Table table(workers, experiment());
    table.race.start();
    table.until_finished();
    CHECK(table.hashes() == alone());
    for (const LaneState& lane : table.race.lanes()) CHECK(lane.evaluations.size() == 4);
  }
}

TEST_CASE("workers get lanes by what they cost: a lane of one example at a time has a worker for itself, equal runs are dealt out evenly") {
  Table table(2, experiment());
  const auto& lanes = table.race.lanes();
  CHECK(lanes[0].worker == lanes[1].worker);
  CHECK(lanes[0].worker == lanes[2].worker);
  CHECK(lanes[3].worker != lanes[0].worker);
  Json json = experiment();
  json["lanes"] = {Json::object(), Json::object()};
  json["repeats"] = 3;
  std::array<int, 2> runs{};
  const Table even(2, json);
  for (const LaneState& lane : even.race.lanes()) {
    ++runs[lane.worker];
    for (const RunState& run : lane.repeats) ++runs[run.worker];
  }
  CHECK(runs == std::array{3, 3});
  // an edit leaves a lane that it does not change where it is, and the dear one goes elsewhere
  json["repeats"] = 1;
  Table edited(2, json);
  const std::size_t before = edited.race.lanes()[0].worker;
  json["lanes"][1]["batch"] = 1;
  REQUIRE_FALSE(edited.race.set_experiment(json));
  CHECK(edited.race.lanes()[0].worker == before);
  CHECK(edited.race.lanes()[1].worker != before);
}

TEST_CASE("pausing, stepping and slow motion change no bit; steps are exact") {
  Table table(2, experiment());
  table.race.step(3);
  for (int i = 0; i < 200; ++i) table.turn();
  for (const LaneState& lane : table.race.lanes()) {
    CHECK(lane.step == std::min<std::int64_t>(3, lane.steps));
    CHECK(lane.hash != 0);
  }
  table.race.start();
  for (int i = 0; i < 10; ++i) table.turn();
  table.race.pause();
  for (int i = 0; i < 50; ++i) table.turn();
  const auto resting = table.race.lanes()[3].step;
  for (int i = 0; i < 50; ++i) table.turn();
  CHECK(table.race.lanes()[3].step == resting);
  CHECK(table.race.transport() == Transport::paused);
  table.race.set_speed(20000);
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone());
}

TEST_CASE("lanes stay within a bounded number of examples of each other") {
  Json json = experiment();
  json["epochs"] = 40;
  Table table(4, json);
  table.race.start();
  for (int i = 0; i < 400 && table.race.transport() == Transport::running; ++i) {
    table.turn();
    std::int64_t least = 1 << 30, most = 0;
    for (const LaneState& lane : table.race.lanes()) {
      if (lane.ended()) continue;
      least = std::min(least, lane.examples);
      most = std::max(most, lane.examples);
    }
    if (most > 0) CHECK(most - least <= 1000 + 200);
  }
}

TEST_CASE("reset repeats the same hashes; a changed setting changes its lane alone") {
  Table table(2, experiment());
  table.race.start();
  table.until_finished();
  const auto first = table.hashes();
  table.race.reset();
  CHECK(table.race.transport() == Transport::ready);
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == first);
  CHECK(!table.race.edit_lane(1, "/optimizer/lr", 0.02));
  table.race.start();
  table.until_finished();
  const auto changed = table.hashes();
  CHECK(changed[0] == first[0]);
  CHECK(changed[1] != first[1]);
  CHECK(changed[2] == first[2]);
  CHECK(table.loads == 1);
}

TEST_CASE("a lost worker's lanes begin again in a new one and end with the same weights") {
  Table table(2, experiment());
  table.race.start();
  for (int i = 0; i < 6; ++i) table.turn();
  table.hosts[1] = table.make_host(1);
  table.worker_restarted(1);
  table.open_pack(1);
  table.until_finished();
  CHECK(table.hashes() == alone());
}

TEST_CASE("a lost worker's lanes go on from their last checkpoint, and end with the same weights; one that does not fit is no harm") {
  for (const bool altered : {false, true}) {
    Json json = experiment();
    json["epochs"] = 60;
    Table table(2, json);
    table.race.start();
    for (int i = 0;
         i < 20000 && !std::all_of(table.race.lanes().begin(), table.race.lanes().end(), [](const LaneState& lane) { return lane.checkpoint_step > 0; }); ++i)
      table.turn();
    table.hosts[1] = table.make_host(1);
    table.mail.clear(); // the dead say nothing
    table.least_from = 1'000'000;
    table.alter_checkpoints = altered;
    table.worker_restarted(1);
    table.hosts[0] = table.make_host(0);
    table.worker_restarted(0);
    table.open_pack(0);
    table.open_pack(1);
    table.until_finished();
    CHECK((table.least_from > 0) == !altered);
    CHECK(table.hashes() == alone(json));
  }
}

TEST_CASE("out of memory: told of the lane that was worked on, the others go on; the dead worker's lanes come back without it") {
  Table table(2, experiment());
  table.race.start();
  for (int i = 0; i < 6; ++i) table.turn();
  const auto victim = std::find_if(table.race.lanes().begin(), table.race.lanes().end(), [](const LaneState& lane) { return lane.worker == 1; });
  REQUIRE(victim != table.race.lanes().end());
  table.deliver(1, encode(ToApp(LaneProblem{victim->key, "memory", "", {}})));
  table.hosts[1] = table.make_host(1);
  table.worker_restarted(1);
  table.open_pack(1);
  table.until_finished();
  REQUIRE(table.race.problem().has_value());
  CHECK(table.race.problem()->code == "memory");
  CHECK(table.race.problem()->place == "/lanes/" + std::to_string(victim - table.race.lanes().begin()));
  const auto expected = alone();
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (&table.race.lanes()[i] != &*victim) CHECK(table.hashes()[i] == expected[i]);
  // and a place where worker after worker dies is given up, not waited for
  table.race.reset();
  CHECK(!table.race.problem().has_value());
  table.race.start();
  for (int i = 0; i < 4; ++i) table.turn();
  table.race.worker_hopeless(1);
  table.hosts[1] = table.make_host(1);
  table.worker_restarted(1);
  table.open_pack(1);
  table.until_finished();
  CHECK(table.race.problem()->code == "worker_dead");
}

TEST_CASE("the four official files do instead of the pack, and other files are refused") {
  const auto be = [](const std::vector<std::uint32_t>& words) {
    Bytes out;
    for (const std::uint32_t w : words)
      for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(w >> shift));
    return out;
  };
  const auto images = [&](const Examples& e) {
    Bytes out = be({0x803, static_cast<std::uint32_t>(e.size()), 4, 4});
    out.insert(out.end(), e.pixels.begin(), e.pixels.end());
    return out;
  };
  const auto labels = [&](const Examples& e) {
    Bytes out = be({0x801, static_cast<std::uint32_t>(e.size())});
    out.insert(out.end(), e.labels.begin(), e.labels.end());
    return out;
  };
  const Bytes a = gzip(images(source()->train)), b = labels(source()->train), c = images(source()->test), d = gzip(labels(source()->test));
  const auto whole = read_idx_files({a, b, c, d}, 256);
  REQUIRE(whole);
  for (const auto& [files, hash, code] : {std::tuple{IdxFiles{a, b, c, d}, hex16(whole->file_hash), std::string()},
                                          {IdxFiles{a, b, c, d}, std::string("0123456789abcdef"), "other_data"},
                                          {IdxFiles{a, b, c, b}, hex16(whole->file_hash), "idx_counts"},
                                          {IdxFiles{{}, {}, {}, {}}, hex16(whole->file_hash), "idx_damaged"}}) {
    Table table(1, experiment());
    table.hosts[0]->open_files("full", files, hash);
    if (!code.empty()) {
      const auto said = decode<ToApp>(table.mail.back().second);
      REQUIRE(said);
      CHECK(std::get<PackOpened>(*said).error_code == code);
      continue;
    }
    table.race.start();
    table.until_finished();
    CHECK(table.hashes() == alone());
  }
}

TEST_CASE("a bad edit is refused in a sentence and changes nothing") {
  Table table(1, experiment());
  const Json before = table.race.experiment().json();
  const auto error = table.race.edit("/batch", 100000);
  REQUIRE(error.has_value());
  CHECK(error->place == "/batch");
  CHECK(table.race.experiment().json() == before);
}

TEST_CASE("a lane keeps only its differences, and loses a label that is no longer true") {
  Json json = experiment();
  json["lanes"][1]["label"] = "A";
  Table table(1, json);
  CHECK(!table.race.edit_lane(1, "/batch", 32));
  CHECK(table.race.experiment().lanes[1].patch["batch"] == 32);
  CHECK(table.race.experiment().lanes[1].label.is_null());
  CHECK(!table.race.edit_lane(1, "/batch", 16));
  CHECK(!table.race.experiment().lanes[1].patch.contains("batch"));
  CHECK(!table.race.edit_lane(1, "/optimizer", {{"name", "rmsprop"}, {"lr", 0.002}}));
  CHECK(table.race.experiment().lanes[1].settings.optimizer.name == "rmsprop");
  CHECK(table.race.experiment().lanes[1].settings.optimizer.values[1] == 0.99);
}

TEST_CASE("fewer examples than a batch: the batch follows") {
  Table table(1, experiment());
  CHECK(!table.race.edit("/data/train", 10));
  CHECK(table.race.batch_size(0) == 10);
  CHECK(table.race.batch_size(3) == 1);
}

TEST_CASE("the smallest pack that holds the subset is asked for") {
  std::vector<std::string> asked;
  Packs packs([&](const std::string& id, bool) { asked.push_back(id); },
              {{"full", 30000, 60000, 10000, {}}, {"quick", 1000, 2000, 1000, 1}, {"medium", 5000, 10000, 2000, 1}});
  Race race([](std::size_t, const ToTrainer&) {}, packs);
  const auto needed = [&](std::int64_t train, std::uint64_t seed, std::vector<int> classes) {
    Json json = experiment();
    json["data"] = {{"train", train}, {"test", 100}, {"seed", seed}, {"classes", classes}};
    CHECK(!race.set_experiment(json));
    return race.pack_needed().id;
  };
  CHECK(needed(2000, 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) == "quick");
  CHECK(needed(2001, 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) == "medium");
  CHECK(needed(2000, 1, {0, 1}) == "medium");
  CHECK(needed(2000, 2, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) == "full");
  CHECK(needed(400, 1, {0, 1}) == "quick");
  packs.set_worker_count(1);
  race.begin_with_workers();
  CHECK(asked == std::vector<std::string>{"quick"});
}

TEST_CASE("a pack that is damaged is told in a sentence, and a later good one mends it") {
  Table table(1, experiment());
  Race& race = table.race;
  table.hosts[0]->open_pack("full", std::vector<std::uint8_t>{1, 2, 3}, "0");
  table.turn();
  REQUIRE(race.problem().has_value());
  CHECK(race.problem()->code == "pack_damaged");
  Json larger = experiment();
  larger["data"]["seed"] = 2; // asks again, and past any cache
  std::vector<bool> anew;
  Packs packs([&](const std::string&, bool a) { anew.push_back(a); }, {{"full", 1000, 60000, 10000, {}}});
  Race other([](std::size_t, const ToTrainer&) {}, packs);
  CHECK(!other.set_experiment(larger));
  packs.set_worker_count(1);
  other.begin_with_workers();
  packs.failed({"pack_damaged", "", {}});
  REQUIRE(packs.failure(other.data()));
  CHECK(packs.failure(other.data())->code == "pack_damaged");
  other.pack_failed({"pack_damaged", "", {}});
  other.start();
  CHECK(!packs.failure(other.data())); // it is under way
  CHECK(anew == std::vector<bool>{false, true});
  table.open_pack(0);
  table.turn();
  CHECK(!race.problem());
}

TEST_CASE("packs: there and back; every cut or changed pack is refused") {
  const auto whole = source();
  const auto packed = write_pack(*whole);
  const auto back = read_pack(packed);
  REQUIRE(back.ok());
  CHECK(back->train.pixels == whole->train.pixels);
  CHECK(back->test.labels == whole->test.labels);
  CHECK(!back->drawn_seed);
  const auto drawn = drawn_source(whole, 5, 50, 20);
  REQUIRE(drawn.ok());
  CHECK(read_pack(write_pack(*drawn))->drawn_seed == 5);
  for (std::size_t n = 0; n < packed.size(); n += 97) CHECK(!read_pack(std::span(packed).first(n)).ok());
  auto content = *gunzip(packed, 1U << 20);
  for (const std::size_t at : {0U, 17U, 20U, 24U, 28U}) {
    auto changed = content;
    changed[at] ^= 0x40;
    CHECK(!read_pack(gzip(changed)).ok());
  }
  content[content.size() - 1] = 77; // a label beyond the classes
  CHECK(read_pack(gzip(content)).error().code == "pack_damaged");
}

TEST_CASE("what the page can't run yet is refused in a sentence, and the race stays as it was") {
  Table table(1, experiment());
  const Json before = table.race.experiment().json();
  const auto refused = [&](const Json& json) {
    const auto error = table.race.set_experiment(json);
    CHECK(table.race.experiment().json() == before);
    return error ? error->code : std::string("taken");
  };
  Json numbers = Json::parse(R"({"downhill": 1, "data": {"source": "sine", "train": 40, "test": 10}, "loss": "mse", "batch": 8, "lanes": [{}]})");
  CHECK(refused(numbers) == "race_source"); // a lab for classes
}

TEST_CASE("a race of a regression: lanes end as they do alone, there are no accuracies, and what lanes give is seen over the interval") {
  const Json numbers = Json::parse(R"({"downhill": 1, "data": {"source": "sine", "train": 40, "test": 30, "noise": 0.2}, "batch": 8, "epochs": 6,
    "network": {"hidden": [{"units": 12, "activation": "tanh"}]}, "lanes": [{"optimizer": {"name": "adam", "lr": 0.02}}, {"network": {"hidden": []}}]})");
  Table table(2, experiment());
  table.race.takes_numbers = true;
  REQUIRE(!table.race.set_experiment(numbers));
  CHECK(!table.race.has_classes());
  CHECK(!table.race.has_images());
  CHECK(table.race.inputs() == 1);
  CHECK(table.race.outputs(0) == 1);
  table.race.start();
  table.until_finished();
  std::vector<std::uint64_t> hashes;
  const auto settings = experiment_from_json(numbers);
  for (const Lane& lane : settings->lanes) {
    Trainer trainer(lane.settings, std::make_shared<Subset>(*draw_subset(nullptr, lane.settings.data)));
    while (trainer.advance() != Trainer::Piece::end) {
    }
    hashes.push_back(trainer.hash());
  }
  CHECK(table.hashes() == hashes);
  // metrics: an accuracy that was chosen gives way to a loss
  for (const Metric metric : metrics_of(table.race)) CHECK(!is_accuracy(metric));
  const auto at = [](Metric metric) { return static_cast<int>(metric); };
  CHECK(plotted(table.race, {at(Metric::test_accuracy), at(Metric::test_accuracy)}) == Metric::test_loss);
  CHECK(plotted(table.race, {at(Metric::test_loss), at(Metric::test_accuracy)}, 1) == Metric::train_loss);
  CHECK(plotted(table.race, {at(Metric::train_loss), at(Metric::test_accuracy)}, 1) == Metric::test_loss);
  CHECK(plotted(table.race, {at(Metric::lr), at(Metric::lr)}) == Metric::lr);
  CHECK(comparable(table.race));
  CHECK(std::isnan(table.race.lanes()[0].evaluation()->test_accuracy));
  // what a lane gives
  Look<ask::Fitted> fitted;
  Look<ask::Boundary> boundary;
  fitted.want(table.race, 1), boundary.want(table.race, 0);
  table.race.ask_looks(1);
  for (int i = 0; i < 3; ++i) table.turn();
  CHECK(boundary.seen() == nullptr);
  const FittedLook* look = fitted.seen();
  REQUIRE(look);
  REQUIRE(is_whole(*look));
  CHECK(look->points.size() == 80);
  for (std::size_t i = 0; i < look->x.size(); i += 17) {
    const auto x = static_cast<double>(look->x[i]);
    CHECK(static_cast<double>(look->target[i]) == doctest::Approx(std::sin(2 * std::acos(-1.0) * x)).epsilon(1e-6));
    // without hidden layers it is a line
    const double a = static_cast<double>(look->given.front()), b = static_cast<double>(look->given.back());
    const double along = (x - static_cast<double>(look->x.front())) / static_cast<double>(look->x.back() - look->x.front());
    CHECK(static_cast<double>(look->given[i]) == doctest::Approx(a + (b - a) * along).epsilon(1e-5));
  }
  double sum = 0;
  for (std::size_t i = 0; i < look->x.size(); ++i) sum += std::pow(static_cast<double>(look->given[i] - look->target[i]), 2);
  CHECK(distance_from_target(*look) == doctest::Approx(sum / static_cast<double>(look->x.size())).epsilon(1e-6));
  const Span span = fitted_span(*look);
  CHECK(span.least < -1);
  CHECK(span.most > 1);
}

TEST_CASE("to data without classes and back: the loss is what is usual there, and a lane's own stays where it fits") {
  Json json = experiment();
  json["lanes"][1]["loss"] = "mse";
  json["lanes"][2]["loss"] = "cross_entropy";
  json["data"]["label_noise"] = 0.1;
  Table table(1, json);
  table.race.takes_numbers = true;
  REQUIRE(!table.race.set_source("sine"));
  CHECK(table.race.experiment().complete["loss"]["name"] == "mse");
  CHECK(table.race.experiment().complete["data"]["label_noise"] == 0);
  for (const Lane& lane : table.race.experiment().lanes) CHECK(lane.settings.loss.name == "mse");
  REQUIRE(table.race.edit("/loss", "huber").has_value() == false);
  REQUIRE(!table.race.set_source("steps"));
  CHECK(table.race.experiment().complete["loss"]["name"] == "huber");
  CHECK(table.race.edit("/loss", "cross_entropy")->code == "loss_needs_classes");
  // of a loss that goes with the data, a lane's own parameter stays with the loss
  REQUIRE(!table.race.edit_lane(0, "/loss/delta", 0.5));
  CHECK(!table.race.experiment().json()["lanes"][0]["loss"].contains("name"));
  REQUIRE(!table.race.set_source("fashion-mnist"));
  CHECK(table.race.experiment().complete["loss"]["name"] == "cross_entropy");
  CHECK(table.race.has_images());
  CHECK(table.race.experiment().lanes[0].complete["loss"] == Json{{"name", "huber"}, {"delta", 0.5}});
  REQUIRE(!table.race.set_source("sine"));
  CHECK(table.race.experiment().lanes[0].complete["loss"]["delta"] == 0.5);
  CHECK(table.race.experiment().lanes[1].settings.loss.name == "mse");
}

TEST_CASE("losses of lanes that have different ones are not held against each other: accuracy ranks, and where there is none nothing does") {
  Json json = experiment();
  json["epochs"] = 1;
  Table same(1, json);
  CHECK(one_loss(same.race));
  json["lanes"][1]["loss"] = "mse";
  Table table(1, json);
  table.race.takes_numbers = true;
  CHECK(!one_loss(table.race));
  CHECK(ranked_by(table.race, Metric::test_loss) == Metric::test_accuracy);
  CHECK(ranked_by(table.race, Metric::train_loss) == Metric::train_accuracy);
  CHECK(ranked_by(table.race, Metric::lr) == Metric::test_accuracy);
  json["lanes"] = Json::array({Json{{"loss", {{"name", "huber"}, {"delta", 1}}}}, Json{{"loss", {{"name", "huber"}, {"delta", 0.1}}}}});
  json["data"] = {{"source", "sine"}, {"train", 40}, {"test", 20}};
  REQUIRE(!table.race.set_experiment(json));
  CHECK(!one_loss(table.race));
  CHECK(ranked_by(table.race, Metric::test_loss) == Metric::count);
  table.race.start();
  table.until_finished();
  CHECK(ranking(table.race, Metric::count) == std::vector<std::size_t>{0, 1});
  CHECK(!why_last(table.race, Metric::count));
}

namespace {
Json toy_experiment(double dropout) {
  Json json = Json::parse(R"({"downhill": 1, "data": {"source": "moons", "train": 100, "test": 100}, "batch": 10, "epochs": 3,
                              "network": {"hidden": [{"units": 16, "activation": "tanh"}]}, "lanes": [{}]})");
  json["network"]["hidden"][0]["dropout"] = dropout;
  return json;
}
} // namespace

TEST_CASE("several races share workers: each gets its own answers, and to start one anew leaves the other alone") {
  Table table(2, experiment());
  Race toy([&](std::size_t w, const ToTrainer& m) { table.hosts[w]->receive(encode(m)); }, table.packs, 1);
  table.others.push_back(&toy);
  REQUIRE(!toy.set_experiment(toy_experiment(0)));
  toy.begin_with_workers();
  CHECK(toy.pack_ready());
  CHECK(!toy.has_images());
  table.race.start();
  for (int i = 0; i < 5; ++i) table.turn();
  toy.start();
  Look<ask::Boundary> boundary;
  Look<ask::Units> units;
  boundary.want(toy, 0), units.want(table.race, 0);
  toy.ask_looks(1), table.race.ask_looks(1);
  for (int i = 0; i < 3; ++i) table.turn();
  CHECK(boundary.seen() != nullptr);
  CHECK(units.seen() != nullptr);
  units.want(toy, 0); // asked of another race it moves there, and what it had is not of that one
  CHECK(units.seen() == nullptr);
  toy.ask_looks(2);
  for (int i = 0; i < 3; ++i) table.turn();
  CHECK(units.seen() != nullptr);
  toy.reset();
  table.until_finished();
  CHECK(table.hashes() == alone());
  CHECK(toy.transport() == Transport::ready);
  toy.start();
  for (int i = 0; i < 400 && toy.transport() != Transport::finished; ++i) table.turn();
  REQUIRE(toy.transport() == Transport::finished);
  const std::uint64_t hash = toy.lanes()[0].hash;
  // a lost worker: toys need no pack to come back
  toy.reset();
  toy.start();
  table.turn();
  for (std::size_t w = 0; w < 2; ++w) {
    table.hosts[w] = table.make_host(w);
    table.packs.worker_lost(w);
    toy.worker_restarted(w);
  }
  for (int i = 0; i < 400 && toy.transport() != Transport::finished; ++i) table.turn();
  CHECK(toy.lanes()[0].hash == hash);
}

TEST_CASE("a lane told to stand at its step rests there, whatever it is doing when it hears of it") {
  Json json = experiment();
  json["lanes"] = {{{"batch", "full"}}};
  json["data"]["train"] = 300;
  const LaneKey key{1, 0, 0};
  double now_s = 0;
  std::optional<Snapshot> last;
  const auto host_after = [&](int pieces) {
    // each look at the clock takes longer than a slice: one piece of work a slice
    auto host = std::make_unique<TrainerHost>([&] { return now_s += 1; },
                                              [&](const ToApp& m) {
                                                if (const auto* snapshot = std::get_if<Snapshot>(&m)) last = *snapshot;
                                              });
    const auto packed = write_pack(*source());
    Hash hash;
    hash.add_bytes(packed);
    host->open_pack("full", packed, hex16(hash.value()));
    host->receive(encode(ToTrainer(StartLane{key, json.dump(), true})));
    host->receive(encode(ToTrainer(Grant{key, 1000, false})));
    for (int i = 0; i < pieces; ++i) host->work(1.5);
    return host;
  };
  for (int pieces = 1; pieces < 30; ++pieces) {
    CAPTURE(pieces);
    const auto host = host_after(pieces);
    REQUIRE(last);
    const std::int64_t stands = last->step;
    host->receive(encode(ToTrainer(Seek{key, stands, 7})));
    for (int i = 0; i < 50 && host->work(1.5); ++i) {
    }
    CHECK(last->turn == 7);
    CHECK(last->step == stands);
    CHECK(last->hash != 0);
  }
  CHECK(last->status == LaneStatus::finished); // the last of them stood at its end

  // and one that was restored there replays nothing
  Trainer trainer(experiment_from_json(json)->lanes[0].settings,
                  std::make_shared<Subset>(*draw_subset(source(), experiment_from_json(json)->lanes[0].settings.data)));
  while (trainer.advance() != Trainer::Piece::end) {
  }
  const auto host = host_after(0);
  host->receive(encode(ToTrainer(StartLane{key, json.dump(), true, trainer.save()})));
  host->receive(encode(ToTrainer(Seek{key, trainer.steps(), 8})));
  int told = 0;
  for (bool more = true; more; ++told) {
    more = host->work(1.5);
    CHECK(last->step == trainer.steps());
  }
  CHECK(told == 1);
  CHECK(last->hash == trainer.hash());
}

TEST_CASE("lanes go back and forward to any step, to the same bits; a finished race, too") {
  Table table(2, experiment());
  Race& race = table.race;
  const auto rest = [&] {
    for (int i = 0; i < 400; ++i) table.turn();
  };
  race.step(7);
  rest();
  const auto at_seven = table.hashes();
  race.start();
  table.until_finished();
  const auto curve = race.lanes()[0].evaluations.size();
  CHECK(race.lanes()[3].losses.size() == 600);
  race.seek_step(7);
  rest();
  CHECK(race.transport() == Transport::paused);
  CHECK(table.hashes() == at_seven);
  CHECK(race.lanes()[0].evaluations.size() == curve); // what was seen stays seen
  CHECK(race.lanes()[0].evaluation()->step == 7);
  race.step(-2);
  rest();
  CHECK(race.lanes()[0].step == 5);
  CHECK(race.lanes()[2].step == 1); // full batch: three steps in all, two back
  race.step_epoch();
  rest();
  CHECK(race.lanes()[0].step == 13);
  race.seek_examples(100);
  rest();
  CHECK(race.lanes()[0].step == 7);
  CHECK(race.lanes()[3].step == 100);
  race.start();
  table.until_finished();
  CHECK(table.hashes() == alone());
  CHECK(race.lanes()[3].losses.size() == 600);
}

TEST_CASE("lanes that an edit does not touch keep their runs; undo and redo restore all settings") {
  Table table(2, experiment());
  Race& race = table.race;
  race.start();
  table.until_finished();
  const Json before = race.experiment().json();
  CHECK(!race.edit_lane(1, "/optimizer/lr", 0.02));
  CHECK(race.transport() == Transport::paused);
  CHECK(race.lanes()[0].status == LaneStatus::finished);
  CHECK(race.lanes()[1].step == 0);
  race.start();
  table.until_finished();
  CHECK(table.hashes()[0] == alone()[0]);
  CHECK(table.hashes()[1] != alone()[1]);
  CHECK(race.undo());
  CHECK(race.experiment().json() == before);
  CHECK(race.redo());
  CHECK(race.experiment().lanes[1].settings.optimizer.values[0] == 0.02);
  CHECK(!race.redo());
  CHECK(race.undo());
  race.start();
  table.until_finished();
  CHECK(table.hashes() == alone());
}

TEST_CASE("lanes are duplicated, removed, moved, renamed, hidden and shown alone without a loss") {
  Table table(1, experiment());
  Race& race = table.race;
  race.start();
  table.until_finished();
  CHECK(!race.duplicate_lane(1));
  REQUIRE(race.lanes().size() == 5);
  CHECK(race.experiment().lanes[2].settings.optimizer.name == "adam");
  CHECK(race.lanes()[2].step == 0);
  CHECK(!race.rename_lane(2, "twin"));
  CHECK(race.experiment().lanes[2].label == "twin");
  CHECK(!race.move_lane(2, 0));
  CHECK(race.experiment().lanes[0].label == "twin");
  CHECK(race.lanes()[1].status == LaneStatus::finished);
  race.start();
  table.until_finished();
  CHECK(table.hashes()[0] == table.hashes()[2]); // the twin of Adam
  race.solo_lane(3);
  for (std::size_t i = 0; i < 5; ++i) CHECK(race.lanes()[i].hidden == (i != 3));
  race.solo_lane(3);
  for (const LaneState& lane : race.lanes()) CHECK(!lane.hidden);
  CHECK(!race.remove_lane(0));
  CHECK(table.hashes() == alone());
  for (int i = 0; i < 3; ++i) CHECK(!race.remove_lane(0));
  CHECK(race.remove_lane(0)->code == "no_lanes");
}

TEST_CASE("stop rules: a lane rests at the very evaluation that fulfils one") {
  Json json = experiment();
  json["epochs"] = 60;
  json["evaluate"] = {{"every", 5}};
  json["lanes"] = {Json::object(), {{"optimizer", {{"lr", 0.02}}}}};
  Table table(1, json);
  table.race.set_stop_rules({.accuracy = 0.5});
  table.race.start();
  table.until_finished();
  for (int i = 0; i < 400; ++i) table.turn();
  for (const LaneState& lane : table.race.lanes()) {
    REQUIRE(lane.stop == Stop::accuracy);
    const auto first = std::find_if(lane.evaluations.begin() + 1, lane.evaluations.end(), [](const Evaluation& e) { return e.test_accuracy >= 0.5; });
    CHECK(lane.step == first->step);
    CHECK(lane.hash != 0);
  }
  CHECK(table.race.lanes()[0].step < table.race.lanes()[1].step);

  json["lanes"][0] = {{"optimizer", {{"lr", 1}}}}; // jumps about
  Table patient(1, json);
  patient.race.set_stop_rules({.no_improvement = 1});
  patient.race.start();
  patient.until_finished();
  const auto& stopped = patient.race.lanes()[0];
  REQUIRE(stopped.stop == Stop::no_improvement);
  for (const LaneState& lane : patient.race.lanes()) {
    const auto& e = lane.evaluations;
    const auto worse = std::adjacent_find(e.begin(), e.end(), [](const Evaluation& a, const Evaluation& b) { return b.test_loss >= a.test_loss; });
    if (lane.stop == Stop::no_improvement)
      CHECK(std::next(worse)->step == lane.step);
    else
      CHECK(worse == e.end());
  }

  json["lanes"][1] = {{"optimizer", {{"lr", 100}}}, {"network", {{"hidden", {{{"units", 8}, {"activation", "identity"}}}}}}};
  Table careful(1, json);
  careful.race.set_stop_rules({.divergence = true});
  careful.race.start();
  for (int i = 0; i < 400; ++i) careful.turn();
  CHECK(careful.race.transport() == Transport::paused);
  CHECK(careful.race.lanes()[1].status == LaneStatus::diverged);
}

TEST_CASE("repeats: as many runs of each lane with the next seeds, the first as ever") {
  Json json = experiment();
  json["repeats"] = 3;
  Table table(2, json);
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone());
  for (const LaneState& lane : table.race.lanes()) {
    REQUIRE(lane.repeats.size() == 2);
    for (const RunState& run : lane.repeats) CHECK(run.evaluations.size() == lane.evaluations.size());
    CHECK(lane.repeats[0].hash != lane.hash);
    CHECK(lane.repeats[0].hash != lane.repeats[1].hash);
  }
  json["repeats"] = 1;
  json["seed"] = 2;
  const std::uint64_t second = table.race.lanes()[1].repeats[0].hash;
  CHECK(!table.race.set_experiment(json));
  table.race.start();
  table.until_finished();
  CHECK(table.hashes()[1] == second);
}

TEST_CASE("rates: one for all, PyTorch's own, and each lane's best by a sweep") {
  Table table(2, experiment());
  Race& race = table.race;
  CHECK(!race.set_rates(0.05));
  for (const Lane& lane : race.experiment().lanes) CHECK(lane.settings.optimizer.values[0] == 0.05);
  CHECK(!race.set_rates({}));
  for (const Lane& lane : race.experiment().lanes) CHECK(lane.settings.optimizer.values[0] == 0.001);
  for (int i = 0; i < 10; ++i) table.turn();
  race.start_sweep();
  CHECK(race.sweep().running());
  for (int i = 0; i < 60000 && race.sweep().running(); ++i) table.turn();
  REQUIRE(!race.sweep().running());
  CHECK(race.sweep().progress() == 1);
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const Sweep::Curve& curve = race.sweep().curves()[i];
    REQUIRE(curve.points.size() == std::size(Sweep::kRates));
    REQUIRE(curve.best().has_value());
    CHECK(race.experiment().lanes[i].settings.optimizer.values[0] == *curve.best());
  }
  race.start();
  table.until_finished(); // the sweep's number is the lane's own at that rate
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const auto& points = race.sweep().curves()[i].points;
    const auto best = std::min_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return *a.loss < *b.loss; });
    CHECK(race.lanes()[i].evaluations.back().train_loss == *best->loss);
  }
  CHECK(race.undo());
  for (const Lane& lane : race.experiment().lanes) CHECK(lane.settings.optimizer.values[0] == 0.001);
}

TEST_CASE("a view without memory is told so and given up; lanes go on, and what else is wanted there is asked for") {
  for (const bool dies : {false, true}) {
    CAPTURE(dies);
    Table table(1, experiment());
    Race& race = table.race;
    for (int i = 0; i < 20; ++i) table.turn();
    race.step(4);
    for (int i = 0; i < 100; ++i) table.turn();
    (dies ? table.dies_in_looks : table.room) = dies;
    Look<ask::Weights> look;
    const auto draw = [&](std::uint32_t count) {
      for (int i = 0; i < 500; ++i) {
        look.want(race, 1, {0, count});
        race.ask_looks(table.clock_s);
        table.turn();
      }
    };
    if (dies) { // the worker ends; its lanes come back, and the view is not asked for again, or they would be lost for ever
      look.want(race, 1, {0, 3});
      race.ask_looks(table.clock_s);
      table.hosts[0]->work(0.004);
      while (!table.mail.empty()) {
        const auto message = table.mail.front();
        table.mail.pop_front();
        if (const auto seen = decode<ToApp>(message.second); !std::holds_alternative<WeightsLook>(*seen)) table.deliver(0, message.second);
      }
      table.hosts[0] = table.make_host(0);
      table.worker_restarted(0);
      table.open_pack(0);
      for (int i = 0; i < 100; ++i) table.turn();
    }
    draw(3);
    CHECK(look.failed());
    CHECK(!look.seen());
    CHECK(!race.problem());
    CHECK(race.lanes()[1].step == 4);
    table.room = true;
    table.dies_in_looks = false;
    draw(3);
    CHECK(look.failed()); // nothing has changed
    draw(4);
    CHECK(!look.failed());
    CHECK(look.seen());
    race.start();
    table.until_finished();
    CHECK(table.hashes() == alone());
  }
}

TEST_CASE("views get what they ask for, once for each step a lane rests at") {
  Json json = experiment();
  json["data"]["label_noise"] = 0.3;
  json["network"]["hidden"][0]["dropout"] = 0.5;
  Table table(2, json);
  Race& race = table.race;
  for (int i = 0; i < 20; ++i) table.turn();
  race.step(4);
  for (int i = 0; i < 100; ++i) table.turn();
  Look<ask::Weights> weights_look;
  Look<ask::Predictions> predictions_look;
  Look<ask::Units> units_look;
  Look<ask::Optimizer> optimizer_look;
  Look<ask::Batch> batch_look;
  Look<ask::Own> own_look;
  Pictures pictures;
  const auto draw = [&] {
    weights_look.want(race, 1, {2, 3});
    predictions_look.want(race, 1);
    units_look.want(race, 1);
    optimizer_look.want(race, 1, {8});
    batch_look.want(race, 1);
    own_look.want(race, 1, {std::vector<std::uint8_t>(16, 100)});
    pictures.want(race, true, {0, 5, 7});
    race.ask_looks(table.clock_s);
    for (int i = 0; i < 5; ++i) table.turn();
  };
  for (int i = 0; i < 50; ++i) draw();
  const auto* weights = weights_look.seen();
  REQUIRE(weights);
  CHECK(weights->head.step == 4);
  CHECK((weights->units == 8 && weights->from == 2 && weights->shown == 3 && weights->weights.size() == 3 * 16 && weights->layers.size() == 2));
  const auto* predictions = predictions_look.seen();
  REQUIRE(predictions);
  CHECK((predictions->labels.size() == 100 && predictions->probabilities.size() == 1000));
  const auto* units = units_look.seen();
  REQUIRE(units);
  CHECK((units->layers.size() == 2 && units->layers[0].bins.size() == 40 && units->layers[1].gradient_norm > 0));
  const auto* optimizer = optimizer_look.seen();
  REQUIRE(optimizer);
  std::string ids;
  for (const OptimizerPlane& plane : optimizer->planes) ids += plane.id + " ";
  CHECK(ids == "gradient exp_avg exp_avg_sq rate update ");
  const auto* batch = batch_look.seen();
  REQUIRE(batch);
  CHECK((batch->size == 16 && batch->places.size() == 16 && batch->masks.size() == 1 && batch->masks[0].kept.size() == 16 * 8));
  const auto kept = std::count(batch->masks[0].kept.begin(), batch->masks[0].kept.end(), 1);
  CHECK((kept > 30 && kept < 98));
  const auto* own = own_look.seen();
  REQUIRE(own);
  CHECK(own->probabilities.size() == 10);
  REQUIRE(pictures.seen());
  CHECK(pictures.seen()->places == std::vector<std::uint32_t>{0, 5, 7});
  const auto version = weights_look.version();
  for (int i = 0; i < 50; ++i) draw();
  CHECK(weights_look.version() == version); // the lane has not moved
  race.step(1);
  for (int i = 0; i < 300; ++i) draw();
  CHECK(weights_look.seen()->head.step == 5);
  // wanted once more too soon after the last ask: it is asked for later, though nothing is drawn meanwhile
  const auto step_and_want = [&] {
    race.step(1);
    for (int i = 0; i < 20; ++i) table.turn();
    weights_look.want(race, 1, {2, 3});
  };
  step_and_want();
  CHECK(!race.ask_looks(1000));
  for (int i = 0; i < 20; ++i) table.turn();
  step_and_want();
  CHECK(race.ask_looks(1000.05));
  CHECK(!race.ask_looks(1000.3));
  for (int i = 0; i < 20; ++i) table.turn();
  CHECK(weights_look.seen()->head.step == 7);
  std::vector<std::uint8_t> file;
  race.on_weights = [&](std::size_t lane, const std::vector<std::uint8_t>& bytes) {
    CHECK(lane == 1);
    file = bytes;
  };
  race.ask_weights(1);
  for (int i = 0; i < 5; ++i) table.turn();
  CHECK(file.size() > 8 * 17 * 4);
}

TEST_CASE("a long answer is worked out in slices beside the training, tells how far it is, and changes no bit") {
  Json json = experiment();
  json["network"]["hidden"][0]["dropout"] = 0.5;
  Table still(1, json);
  still.race.start();
  still.until_finished();
  Table table(1, json);
  Race& race = table.race;
  race.start();
  for (int i = 0; i < 20; ++i) table.turn();
  REQUIRE(race.transport() == Transport::running);
  auto look = std::make_unique<Look<ask::Ensemble>>();
  std::size_t moving = 0;
  std::set<double> seen;
  while (!look->seen() && moving < 2000) {
    look->want(race, 1, {3, 200});
    race.ask_looks(table.clock_s);
    const std::int64_t before = race.lanes()[1].step;
    table.turn();
    if (look->progress() >= 0) seen.insert(look->progress()), moving += race.lanes()[1].step > before || race.lanes()[1].ended();
  }
  REQUIRE(look->seen());
  CHECK(look->seen()->count == 200);
  CHECK(seen.size() > 1); // it was told on the way
  CHECK(*seen.rbegin() <= 1);
  CHECK(moving > 0); // and lanes went on meanwhile
  const auto whole = *look->seen();
  // dropped with its owner, and with nobody looking: no answer comes, and workers rest
  look->want(race, 0, {4, 200});
  race.ask_looks(table.clock_s + 10);
  table.turn();
  look.reset();
  table.until_finished();
  CHECK(table.hashes() == still.hashes());
  for (int i = 0; i < 5; ++i) table.turn();
  CHECK(!table.hosts[0]->work(0.004));
  Look<ask::Ensemble> other;
  other.want(race, 0, {4, 200});
  race.ask_looks(table.clock_s + 20);
  table.hosts[0]->work(1e-9);
  CHECK(table.hosts[0]->work(1e-9));
  race.leave();
  CHECK(!table.hosts[0]->work(1e-9));
  CHECK(whole.eval.size() == 10);
}

TEST_CASE("a long answer about another lane, of another worker, takes nothing from the one that is wanted") {
  Json json = experiment();
  json["network"]["hidden"][0]["dropout"] = 0.5;
  Table table(2, json);
  Race& race = table.race;
  race.start();
  table.until_finished();
  std::size_t here = 1, there = 0;
  while (race.lanes()[here].worker == race.lanes()[there].worker) ++there;
  Look<ask::Ensemble> look;
  const auto want = [&](std::size_t lane) { look.want(race, lane, {3, 200}), race.ask_looks(table.clock_s); };
  const auto rests = [&](std::size_t worker) { return !table.hosts[worker]->work(1e-9); };
  const std::size_t slow = race.lanes()[here].worker;
  // the first answer is under way, and told
  want(here);
  for (int i = 0; i < 5; ++i) table.hosts[slow]->work(1e-9);
  for (; !table.mail.empty(); table.mail.pop_front()) table.deliver(table.mail.front().first, table.mail.front().second);
  REQUIRE(look.progress() >= 0);
  REQUIRE(!rests(slow));
  want(there);
  CHECK(rests(slow)); // nobody wants it any more
  for (int i = 0; i < 400 && !look.seen(); ++i) table.turn(), want(there);
  REQUIRE(look.seen());
  protocol::EnsembleLook old = *look.seen();
  old.head.key = race.lanes()[here].key;
  table.deliver(slow, encode(ToApp(old)));
  table.deliver(slow, encode(ToApp(LookProblem{old.head})));
  CHECK(look.seen());
  CHECK(!look.failed());

  // lanes that are no more are asked about no more
  for (const bool by_edit : {false, true}) {
    look.want(race, here, {4, 200});
    race.ask_looks(table.clock_s + 10);
    table.hosts[slow]->work(1e-9);
    REQUIRE(!rests(slow));
    if (by_edit)
      REQUIRE(!race.edit("/seed", 2));
    else
      race.reset();
    table.hosts[slow]->work(1e-9);
    CHECK(rests(slow));
    race.start();
    table.until_finished();
  }
}

TEST_CASE("experiments may come and go before there are workers") {
  Packs packs([](const std::string&, bool) {}, {{"full", 1000, 60000, 10000, {}}});
  Race race([](std::size_t, const ToTrainer&) { FAIL("there is nobody to hear this"); }, packs);
  CHECK(!race.set_experiment(experiment()));
  Json other = experiment();
  other["epochs"] = 2;
  CHECK(!race.set_experiment(other));
  CHECK(!race.remove_lane(0));
  CHECK(race.undo());
}

namespace {
std::vector<double> rates_of(const Race& race) {
  std::vector<double> out;
  for (const Lane& lane : race.experiment().lanes) out.push_back(lane.settings.optimizer.values[0]);
  return out;
}
void until_swept(Table& table) {
  for (int i = 0; i < 60000 && table.race.sweep().running(); ++i) table.turn();
  REQUIRE(!table.race.sweep().running());
}
Json small() {
  Json json = experiment();
  json["lanes"] = {Json::object(), {{"optimizer", "adam"}}};
  return json;
}
} // namespace

TEST_CASE("a sweep is its own race's: others, cancelled and finished ones take nothing from what its runs say") {
  Table table(2, small());
  Race toy([&](std::size_t w, const ToTrainer& m) { table.hosts[w]->receive(encode(m)); }, table.packs, 1);
  table.others.push_back(&toy);
  REQUIRE(!toy.set_experiment(toy_experiment(0)));
  toy.begin_with_workers();
  const auto toys = toy.experiment_version();
  table.race.start_sweep();
  const auto version = table.race.experiment_version();
  for (int i = 0; i < 20; ++i) table.turn();
  table.race.cancel_sweep();
  const auto [worker, key] = table.started.back();
  Snapshot late;
  late.key = key, late.status = LaneStatus::finished, late.evaluations.resize(1);
  table.deliver(worker, encode(ToApp(late)));
  CHECK(table.race.experiment_version() == version);

  table.race.start_sweep();
  until_swept(table);
  CHECK(toy.experiment_version() == toys);
  CHECK(rates_of(table.race) != std::vector<double>{0.001, 0.001});
  CHECK(!table.race.set_rates({}));
  const auto [last_worker, last_key] = table.started.back();
  late.key = last_key;
  table.deliver(last_worker, encode(ToApp(late)));
  for (const auto& [w, k] : table.started) late.key = k, table.deliver(w, encode(ToApp(late)));
  CHECK(rates_of(table.race) == std::vector<double>{0.001, 0.001});
}

TEST_CASE("a sweep ends, with the same rates, though a worker dies; a run that is refused is left out and named") {
  Table table(2, small());
  for (int i = 0; i < 10; ++i) table.turn();
  table.race.start_sweep();
  until_swept(table);
  const auto rates = rates_of(table.race);
  const auto dead = [&](std::size_t w) {
    std::erase_if(table.mail, [&](const auto& letter) { return letter.first == w; });
    table.hosts[w] = table.make_host(w);
  };

  CHECK(table.race.undo());
  for (int i = 0; i < 10; ++i) table.turn();
  table.race.start_sweep();
  for (int i = 0; i < 12; ++i) table.turn();
  dead(1);
  table.worker_restarted(1);
  for (int i = 0; i < 5; ++i) table.turn();
  table.open_pack(1);
  until_swept(table);
  CHECK(rates_of(table.race) == rates);
  CHECK(!table.race.problem());

  // there is no memory for one run, of which its worker dies
  CHECK(table.race.undo());
  for (int i = 0; i < 10; ++i) table.turn();
  table.race.start_sweep();
  for (int i = 0; i < 12; ++i) table.turn();
  const auto refused = *std::find_if(table.started.rbegin(), table.started.rend(), [](const auto& s) { return s.first == 1; });
  table.deliver(1, encode(ToApp(LaneProblem{refused.second, "memory", "", {}})));
  REQUIRE(table.race.problem());
  CHECK(table.race.problem()->code == "memory");
  CHECK(table.race.problem()->place.starts_with("/lanes/"));
  dead(1);
  table.worker_restarted(1);
  table.open_pack(1);
  until_swept(table);
  std::size_t missing = 0;
  for (const Sweep::Curve& curve : table.race.sweep().curves())
    for (const Sweep::Point& point : curve.points) missing += !point.loss;
  CHECK(missing == 1);
  for (const Sweep::Curve& curve : table.race.sweep().curves()) CHECK(curve.best());

  // worker after worker dies in one place, and none comes any more: the others do the rest
  CHECK(table.race.undo());
  for (int i = 0; i < 10; ++i) table.turn();
  table.race.start_sweep();
  for (int i = 0; i < 12; ++i) table.turn();
  dead(1);
  table.race.worker_hopeless(1);
  until_swept(table);
  CHECK(table.race.problem()->code == "worker_dead");
}

TEST_CASE("the curves of a sweep stay with their lanes when lanes are moved and removed, and go with the settings they were made for") {
  Table table(2, small());
  for (int i = 0; i < 10; ++i) table.turn();
  table.race.start_sweep();
  until_swept(table);
  const auto best = [&](std::size_t lane) { return table.race.sweep().curves()[lane].best(); };
  const auto first = best(0), second = best(1);
  CHECK(!table.race.move_lane(1, 0));
  CHECK((best(0) == second && best(1) == first));
  CHECK(!table.race.remove_lane(0));
  REQUIRE(table.race.sweep().curves().size() == 1);
  CHECK(best(0) == first);
  CHECK(!table.race.edit("/epochs", 2));
  CHECK(table.race.sweep().curves().empty());
}

TEST_CASE("what was asked for while data are missing holds for the lanes that there are when they come") {
  Table table(1, experiment());
  table.race.step(3);
  for (int i = 0; i < 200; ++i) table.turn();
  table.hosts[0] = table.make_host(0);
  table.worker_restarted(0);
  table.race.step(2);
  CHECK(table.race.waiting());
  CHECK(!table.race.duplicate_lane(0));
  CHECK(!table.race.edit_lane(1, "/batch", 8));
  table.open_pack(0);
  for (int i = 0; i < 400; ++i) table.turn();
  REQUIRE(table.race.lanes().size() == 5);
  CHECK(table.race.lanes()[0].step == 5);
  CHECK(table.race.lanes()[1].step == 2); // new, from its beginning
  CHECK(table.race.lanes()[2].step == 5);

  table.hosts[0] = table.make_host(0);
  table.worker_restarted(0);
  table.race.start(); // taken back by the steps after it
  for (const std::int64_t n : {std::int64_t{2}, std::int64_t{1}, std::int64_t{-1}}) table.race.step(n);
  table.open_pack(0);
  for (int i = 0; i < 400; ++i) table.turn();
  CHECK(table.race.lanes()[0].step == 7); // each press counts
  const std::int64_t epoch = table.race.steps_per_epoch(0);

  table.hosts[0] = table.make_host(0);
  table.worker_restarted(0);
  table.race.step_epoch();
  for (int i = 0; i < 20000; ++i) table.race.step(1LL << 53), table.race.step(-(1LL << 53)); // nothing overflows
  table.race.step_epoch();
  table.race.step(2);
  table.open_pack(0);
  for (int i = 0; i < 800; ++i) table.turn();
  CHECK(table.race.lanes()[0].step == epoch + 2); // it had gone back to the very start

  table.hosts[0] = table.make_host(0);
  table.worker_restarted(0);
  table.race.start_sweep(); // no less
  CHECK(table.race.waiting());
  table.open_pack(0);
  for (int i = 0; i < 3; ++i) table.turn();
  CHECK(table.race.sweep().running());
}

TEST_CASE("a lane that is no more can't be edited: refused in a sentence, and none is made") {
  Table table(1, experiment());
  const Json before = table.race.experiment().json();
  Race& race = table.race;
  const auto code = [](const std::optional<UserError>& error) { return error ? error->code : std::string("taken"); };
  for (const std::size_t lane : {std::size_t{4}, std::size_t{6}, std::size_t{0} - 1}) {
    CHECK(code(race.rename_lane(lane, "x")) == "no_such_lane");
    CHECK(code(race.edit_lane(lane, "/optimizer/lr", 0.1)) == "no_such_lane");
    CHECK(code(race.clear_lane_field(lane, "/optimizer/lr")) == "no_such_lane");
    CHECK(code(race.duplicate_lane(lane)) == "no_such_lane");
    CHECK(code(race.remove_lane(lane)) == "no_such_lane");
    CHECK(code(race.move_lane(lane, 0)) == "no_such_lane");
  }
  CHECK(!race.move_lane(0, 100)); // to the end
  CHECK(race.undo());
  CHECK(race.experiment().json() == before);
}

TEST_CASE("data are refused when the last worker has answered; what is asked for then is not taken for refused by a late answer") {
  Table table(2, experiment());
  const PackOpened damaged{"full", "pack_damaged", {}};
  const auto answer = [&](std::size_t worker, const PackOpened& m) {
    table.packs.take(worker, m);
    table.race.take(worker, m);
  };
  table.race.start();
  answer(0, damaged);
  CHECK(!table.packs.refused());
  CHECK(!table.race.problem());
  CHECK(table.race.waiting());
  answer(1, damaged);
  REQUIRE(table.packs.refused());
  REQUIRE(table.race.problem());
  CHECK(table.race.problem()->code == "pack_damaged");
  CHECK(!table.race.waiting());
  // once more, and one of two finds them good
  table.race.start();
  CHECK(table.race.waiting());
  answer(1, PackOpened{"full", "", {}});
  CHECK(!table.packs.refused());
  CHECK(table.race.waiting());
  answer(0, damaged);
  CHECK(table.packs.refused());
  CHECK(!table.race.waiting());
  table.race.start();
  for (std::size_t w = 0; w < 2; ++w) table.open_pack(w);
  table.until_finished();
  CHECK(table.hashes() == alone());
}

TEST_CASE("a worker that dies of what it opens has refused it; files nobody asked for end what is awaited") {
  Table table(2, experiment());
  const auto answer = [&](std::size_t worker, const PackOpened& m) {
    table.packs.take(worker, m);
    table.race.take(worker, m);
  };
  table.race.start();
  answer(0, PackOpened{"full", "memory", {}});
  table.worker_restarted(0);
  answer(1, PackOpened{"full", "memory", {}});
  REQUIRE(table.packs.refused());
  CHECK(table.packs.refused()->code == "memory");
  CHECK(!table.race.waiting());
  // the user's own files come instead of what is awaited, and are wrong: the next Start asks again
  std::vector<bool> asked;
  Packs packs([&](const std::string&, bool anew) { asked.push_back(anew); }, {{"full", 1000, 60000, 10000, {}}, {"quick", 10, 2000, 1000, 1}});
  packs.set_worker_count(1);
  packs.request(table.race.data());
  packs.take(0, PackOpened{"own", "other_data", {}});
  REQUIRE(packs.refused());
  packs.request(table.race.data());
  CHECK(asked == std::vector<bool>{false, true});
  // whatever is shown, the smallest is asked for once
  packs.set_worker_count(2);
  packs.request_smallest(), packs.request_smallest();
  CHECK(asked.size() == 3);
}

TEST_CASE("lanes begin when their race is first looked at, not when data come") {
  Table table(1, experiment());
  std::size_t posted = 0;
  Race unseen([&](std::size_t w, const ToTrainer& m) { ++posted, table.hosts[w]->receive(encode(m)); }, table.packs, 2);
  Race toy([&](std::size_t, const ToTrainer&) { ++posted; }, table.packs, 3);
  REQUIRE(!unseen.set_experiment(experiment()));
  REQUIRE(!toy.set_experiment(toy_experiment(0)));
  unseen.begin_with_workers(), toy.begin_with_workers();
  for (int i = 0; i < 20; ++i) table.turn();
  unseen.take(0, PackOpened{"full", "", {}});
  CHECK(posted == 0);
  table.others.push_back(&unseen); // looked at: ticks come
  for (int i = 0; i < 20; ++i) table.turn();
  for (const LaneState& lane : unseen.lanes()) CHECK(lane.evaluations.size() == 1);
  CHECK(toy.pack_ready());
}

TEST_CASE("a worker keeps no more checkpoints than it may, whatever races they belong to; every lane still goes back to the same bits") {
  constexpr std::size_t kMost = 60'000;
  Json json = experiment();
  json["epochs"] = 40;
  Table table(1, json);
  table.hosts[0] = std::make_unique<TrainerHost>([&] { return table.clock_s += 0.0005; }, [&](const ToApp& m) { table.mail.push_back({0, encode(m)}); }, kMost);
  table.worker_restarted(0);
  table.open_pack(0);
  Race second([&](std::size_t w, const ToTrainer& m) { table.hosts[w]->receive(encode(m)); }, table.packs, 2);
  table.others.push_back(&second);
  REQUIRE(!second.set_experiment(json));
  second.begin_with_workers();
  table.race.start(), second.start();
  std::size_t most = 0;
  for (int i = 0; i < 20000 && (table.race.transport() != Transport::finished || second.transport() != Transport::finished); ++i)
    table.turn(), most = std::max(most, table.hosts[0]->history_bytes());
  CHECK(table.hashes() == alone(json));
  CHECK(most > kMost / 4);
  CHECK(most <= kMost);
  second.seek_step(70);
  for (int i = 0; i < 2000; ++i) table.turn();
  second.start();
  for (int i = 0; i < 20000 && second.transport() != Transport::finished; ++i) table.turn();
  for (std::size_t i = 0; i < 4; ++i) CHECK(second.lanes()[i].hash == table.hashes()[i]);
}

TEST_CASE("a race at rest has measured every lane where it stands, beside the curves") {
  Json json = experiment();
  json["evaluate"] = {{"every", "epoch"}};
  Table table(2, json);
  const auto rest = [&] {
    for (int i = 0; i < 400; ++i) table.turn();
  };
  const auto measured = [&] {
    for (const LaneState& lane : table.race.lanes()) {
      REQUIRE(lane.evaluation());
      CHECK(lane.evaluation()->step == lane.step);
      // as the run alone finds it
      const auto i = static_cast<std::size_t>(&lane - table.race.lanes().data());
      const LaneSettings settings = table.race.experiment().lanes[i].settings;
      Trainer trainer(settings, std::make_shared<Subset>(*draw_subset(source(), settings.data)));
      while (!at_rest_at(trainer, lane.step)) trainer.advance();
      if (trainer.verdict() == Verdict::running && trainer.last_evaluation().step != lane.step) {
        trainer.evaluate_here();
        while (!trainer.between_steps()) trainer.advance();
      }
      CHECK(lane.evaluation()->test_loss == trainer.last_evaluation().test_loss);
      CHECK(lane.evaluation()->train_accuracy == trainer.last_evaluation().train_accuracy);
      CHECK(trainer.hash() == lane.hash);
    }
  };
  rest();
  table.race.step(1);
  rest();
  measured();
  CHECK(comparable(table.race));
  // two presses before the first has been answered are two steps
  table.race.step(1);
  table.race.step(1);
  rest();
  CHECK(table.race.lanes()[0].step == 3);
  measured();
  table.race.step(-2);
  rest();
  CHECK(table.race.lanes()[0].step == 1);
  measured();
  table.race.start();
  for (int i = 0; i < 3; ++i) table.turn();
  table.race.pause();
  rest();
  measured();
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == alone(json));
  for (std::size_t i = 0; i < 4; ++i) {
    const LaneState& lane = table.race.lanes()[i];
    CHECK(lane.evaluations.size() == 4); // no more points than the schedule has
    for (const Evaluation& e : lane.evaluations) CHECK(e.step % table.race.steps_per_epoch(i) == 0);
  }
}

TEST_CASE("an extra evaluation changes no bit of a run, wherever it is left") {
  const auto settings = experiment_from_json(experiment())->lanes[1].settings;
  const auto subset = std::make_shared<Subset>(*draw_subset(source(), settings.data));
  Trainer plain(settings, subset), looked_at(settings, subset);
  while (plain.advance() != Trainer::Piece::end) {
  }
  int left = 0;
  while (looked_at.verdict() == Verdict::running) {
    if (looked_at.between_steps()) {
      looked_at.evaluate_here();
      for (int i = 0; i < left % 5; ++i)
        if (!looked_at.between_steps()) looked_at.advance();
      if (++left % 2 == 0) looked_at.leave_extra();
      while (!looked_at.between_steps()) looked_at.advance();
    }
    looked_at.advance();
  }
  CHECK(looked_at.hash() == plain.hash());
  CHECK(looked_at.last_evaluation().test_loss == plain.last_evaluation().test_loss);
  CHECK(looked_at.last_evaluation().update_norm == plain.last_evaluation().update_norm);
}

TEST_CASE("a lane that begins again is catching up: nobody is in front until it has") {
  Table table(2, experiment());
  table.race.start();
  table.until_finished();
  REQUIRE(comparable(table.race));
  REQUIRE(!table.race.edit_lane(1, "/optimizer/lr", 0.01));
  CHECK(table.race.lanes()[1].catching_up);
  CHECK(!table.race.lanes()[0].catching_up);
  CHECK(!comparable(table.race));
  CHECK(ranking(table.race, Metric::test_loss).back() == 1);
  CHECK(!why_last(table.race, Metric::test_loss));
  table.race.start();
  table.until_finished();
  CHECK(!table.race.lanes()[1].catching_up);
  CHECK(comparable(table.race));
  // before the race nobody is behind
  table.race.reset();
  for (int i = 0; i < 100; ++i) table.turn();
  REQUIRE(!table.race.edit_lane(1, "/optimizer/lr", 0.02));
  CHECK(!table.race.lanes()[1].catching_up);
}

TEST_CASE("lanes are ranked by what is plotted; a quantity that does not rank leaves it to the test loss") {
  Json json = experiment();
  json["epochs"] = 20;
  Table table(1, json);
  CHECK(ranked_by(table.race, Metric::train_accuracy) == Metric::train_accuracy);
  CHECK(ranked_by(table.race, Metric::gradient_norm) == Metric::test_loss);
  CHECK(ranking(table.race, Metric::test_loss) == std::vector<std::size_t>{0, 1, 2, 3});
  table.race.start();
  table.until_finished();
  for (const Metric by : {Metric::test_loss, Metric::train_loss, Metric::test_accuracy, Metric::train_accuracy}) {
    const auto order = ranking(table.race, by);
    for (std::size_t k = 0; k + 1 < order.size(); ++k) {
      const double a = metric_value(*table.race.lanes()[order[k]].evaluation(), by), b = metric_value(*table.race.lanes()[order[k + 1]].evaluation(), by);
      CHECK((is_accuracy(by) ? a >= b : a <= b));
    }
  }
  // of 4,000 examples the full batch makes 20 updates, batches of one 4,000
  const auto order = ranking(table.race, Metric::train_loss);
  REQUIRE(order.back() == 2);
  const auto cause = why_last(table.race, Metric::train_loss);
  REQUIRE(cause);
  CHECK(cause->kind == Cause::Kind::fewer_updates);
  CHECK(cause->last == 2);
  CHECK(cause->of_last == 20);
}

TEST_CASE("a lane that was thrown up is last by its rate: small steps since then are no cause") {
  Json json = experiment();
  json["epochs"] = 6;
  json["lanes"] = {{{"optimizer", {{"name", "adam"}, {"lr", 0.01}}}}, {{"optimizer", {{"name", "adam"}, {"lr", 30}}}}};
  Table table(1, json);
  table.race.start();
  table.until_finished();
  const LaneState& thrown = table.race.lanes()[1];
  REQUIRE(thrown.status == protocol::LaneStatus::finished);
  CHECK(!thrown_up(table.race.lanes()[0]));
  CHECK(thrown_up(thrown));
  CHECK(highest_loss(thrown) > 2 * thrown.evaluations.front().train_loss);
  REQUIRE(ranking(table.race, Metric::train_loss).back() == 1);
  CHECK(!why_last(table.race, Metric::train_loss));
}

TEST_CASE("steps that are large only for tiny weights are no cause: the loss has never gone up") {
  Json json = experiment();
  json["epochs"] = 60;
  json["network"] = {{"hidden", {{{"units", 8}}, {{"units", 8}}}}};
  json["lanes"] = {{{"optimizer", {{"lr", 0.1}}}}, {{"optimizer", {{"lr", 0.1}}}, {"network", {{"init", {{"name", "normal"}, {"std", 0.001}}}}}}};
  Table table(1, json);
  table.race.start();
  table.until_finished();
  REQUIRE(ranking(table.race, Metric::test_loss).back() == 1);
  const auto share = [&](std::size_t i) { return metric_value(table.race.lanes()[i].evaluations.back(), Metric::update_ratio); };
  REQUIRE(share(1) > 3 * share(0));
  REQUIRE(table.race.lanes()[1].evaluation()->test_loss > 1.1 * table.race.lanes()[0].evaluation()->test_loss);
  CHECK(!why_last(table.race, Metric::test_loss));
}

TEST_CASE("undo brings back the runs that an edit ended, and what went with them; a worker follows") {
  Table table(2, experiment());
  Json aside = "first";
  std::vector<Json> given;
  table.race.changes().company = [&] { return aside; };
  table.race.changes().on_company = [&](const Json& company) { given.push_back(company); };
  table.race.start();
  table.until_finished();
  const auto hashes = table.hashes();
  const auto curve = table.race.lanes()[1].evaluations;
  Json other = experiment();
  other["seed"] = 2;
  REQUIRE(!table.race.set_experiment(other));
  aside = "second";
  CHECK(table.race.transport() == Transport::ready);
  REQUIRE(table.race.undo());
  CHECK(given == std::vector<Json>{"first"});
  CHECK(table.race.transport() == Transport::finished);
  CHECK(table.hashes() == hashes);
  for (int i = 0; i < 2000; ++i) {
    table.turn();
    REQUIRE(table.hashes() == hashes); // at once, and as long as the workers are on their way
    REQUIRE(table.race.lanes()[1].evaluations.size() == curve.size());
    REQUIRE(table.race.transport() == Transport::finished);
  }
  // the lanes are there again: they go back and on
  table.race.step(-1);
  for (int i = 0; i < 400; ++i) table.turn();
  CHECK(table.race.lanes()[0].step == table.race.lanes()[0].steps - 1);
  table.race.start();
  table.until_finished();
  CHECK(table.hashes() == hashes);
  REQUIRE(table.race.redo());
  CHECK(given.back() == Json("second"));
  // a reset forgets them: who resets wants to see it run
  REQUIRE(table.race.undo());
  table.race.reset();
  REQUIRE(table.race.redo());
  REQUIRE(table.race.undo());
  CHECK(table.race.transport() == Transport::ready);
}

TEST_CASE("a preset opened again over its finished run: undo brings that run back; an edit's undo takes nothing along") {
  Table table(1, experiment());
  Json aside = "note";
  std::vector<Json> given;
  table.race.changes().company = [&] { return aside; };
  table.race.changes().on_company = [&](const Json& company) { given.push_back(company); };
  table.race.start();
  table.until_finished();
  const auto hashes = table.hashes();
  REQUIRE(!table.race.set_experiment(experiment(), Race::Runs::anew));
  CHECK(table.race.transport() == Transport::ready);
  REQUIRE(table.race.undo());
  CHECK(given == std::vector<Json>{"note"});
  CHECK(table.race.transport() == Transport::finished);
  CHECK(table.hashes() == hashes);

  REQUIRE(!table.race.edit("/seed", 5));
  aside = "closed";
  REQUIRE(table.race.undo());
  REQUIRE(table.race.redo());
  CHECK(given.size() == 1);
}

TEST_CASE("the runs that undo may bring back take a bounded memory; those of the fewest updates go first") {
  Json json = experiment();
  json["data"]["train"] = 20;
  json["epochs"] = 40;
  json["batch"] = 1;
  json["lanes"] = {{{"network", {{"hidden", Json::array()}}}}};
  Table table(1, json);
  table.race.undo_bytes = 40000;
  table.race.start();
  table.until_finished();
  const auto hashes = table.hashes();
  Json other = json;
  for (int seed = 2; seed < 15; ++seed) {
    other["seed"] = seed;
    REQUIRE(!table.race.set_experiment(other));
    table.race.step(seed);
    for (int i = 0; i < 40; ++i) table.turn();
    REQUIRE(table.race.lanes()[0].step == seed);
  }
  std::vector<std::int64_t> steps;
  while (table.race.undo()) steps.push_back(table.race.lanes()[0].step);
  REQUIRE(steps.size() == 13);
  CHECK(steps.front() == 13); // the one before the last: kept
  CHECK(steps[11] == 0);      // with two updates: dropped
  CHECK(table.race.transport() == Transport::finished);
  CHECK(table.hashes() == hashes); // the oldest, and the longest
}

TEST_CASE("the lanes' own rates come back though lanes were moved, removed and added in between") {
  Json json = experiment();
  json["lanes"] = {{{"optimizer", {{"name", "adam"}, {"lr", 0.003}}}}, {{"optimizer", {{"lr", 0.5}}}}, {{"optimizer", {{"name", "rmsprop"}, {"lr", 0.007}}}}};
  Table table(1, json);
  Race& race = table.race;
  OwnRates own;
  own.keep(race.experiment().lanes);
  REQUIRE(!race.set_rates(0.25));
  REQUIRE(!race.move_lane(2, 0));
  REQUIRE(!race.remove_lane(2)); // sgd
  REQUIRE(!race.add_lane("momentum", 0.25, {}));
  const auto rates = own.of(race.experiment().lanes);
  REQUIRE(rates.size() == 3);
  CHECK(rates[0] == 0.007);
  CHECK(rates[1] == 0.003);
  CHECK(!rates[2]);
}

TEST_CASE("undo in the middle of a race, and of a lane that diverged") {
  Json json = experiment();
  json["lanes"][1] = {{"optimizer", {{"lr", 100}}}, {"network", {{"hidden", {{{"units", 8}, {"activation", "identity"}}}}}}};
  Table table(1, json);
  table.race.start();
  table.until_finished();
  const auto before = table.race.lanes()[1];
  REQUIRE(before.status == LaneStatus::diverged);
  REQUIRE(!table.race.edit_lane(1, "/optimizer/lr", 0.1));
  REQUIRE(table.race.undo());
  for (int i = 0; i < 1000; ++i) table.turn();
  CHECK(table.race.lanes()[1].status == LaneStatus::diverged);
  CHECK(table.race.lanes()[1].step == before.step);
  CHECK(table.race.transport() == Transport::finished);
}

TEST_CASE("one more lane of a method: its rule, rate and batch") {
  Table table(1, experiment());
  REQUIRE(!table.race.add_lane("adam", 0.001, {}));
  REQUIRE(!table.race.add_lane("sgd", 0.3, 0));
  REQUIRE(!table.race.add_lane("sgd", 0.005, 1));
  const auto& lanes = table.race.experiment().lanes;
  REQUIRE(lanes.size() == 7);
  CHECK(lanes[4].settings.optimizer.name == "adam");
  CHECK(lanes[4].settings.batch == 16);
  CHECK(lanes[5].settings.batch == 0);
  CHECK(lanes[6].settings.batch == 1);
  REQUIRE(!table.race.edit("/batch", "full"));
  REQUIRE(!table.race.add_lane("momentum", 0.03, {}));
  CHECK(table.race.experiment().lanes[7].settings.batch == 64);
}
