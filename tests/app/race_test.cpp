#include "app/core/race.hpp"
#include "core/hash.hpp"
#include "data/gzip.hpp"
#include "data/pack.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <memory>

using namespace downhill;
using namespace downhill::protocol;

namespace {

std::shared_ptr<const Source> source() {
  static const auto made = [] {
    auto s = std::make_shared<Source>();
    s->classes = 10;
    PhiloxStream stream({3, 3});
    for (const auto& [part, count] : {std::pair{&s->train, 300}, {&s->test, 100}}) {
      part->features = 16;
      for (int i = 0; i < count; ++i) {
        part->labels.push_back(static_cast<std::uint8_t>(i % 10));
        for (int f = 0; f < 16; ++f) part->pixels.push_back(static_cast<std::uint8_t>((f == i % 10 ? 200 : 0) + static_cast<int>(stream.next_word() % 50)));
      }
    }
    return s;
  }();
  return made;
}

// A race with trainers in this process: the page without a browser. Time is counted in calls.
struct Table {
  explicit Table(std::size_t workers, const Json& experiment) {
    for (std::size_t w = 0; w < workers; ++w) hosts.push_back(make_host(w));
    REQUIRE(!race.set_experiment(experiment));
    race.set_worker_count(workers);
  }
  std::unique_ptr<TrainerHost> make_host(std::size_t w) {
    return std::make_unique<TrainerHost>([this] { return clock_s += 0.0005; }, [this, w](const ToApp& m) { mail.push_back({w, encode(m)}); });
  }
  void open_pack(std::size_t w) {
    const auto packed = write_pack(*source());
    Hash hash;
    hash.add_bytes(packed);
    hosts[w]->open_pack("full", packed, hex16(hash.value()));
  }
  void turn() {
    for (auto& host : hosts) host->work(0.004);
    while (!mail.empty()) {
      const auto [worker, bytes] = mail.front();
      mail.pop_front();
      race.deliver(worker, bytes);
    }
    race.tick(clock_s);
  }
  void until_finished() {
    for (int i = 0; i < 20000 && race.transport() != Transport::finished; ++i) turn();
    REQUIRE(race.transport() == Transport::finished);
  }
  std::vector<std::uint64_t> hashes() {
    std::vector<std::uint64_t> out;
    for (const LaneState& lane : race.lanes()) out.push_back(lane.hash);
    return out;
  }

  double clock_s = 0;
  std::deque<std::pair<std::size_t, Bytes>> mail;
  std::vector<std::unique_ptr<TrainerHost>> hosts;
  int loads = 0;
  Race race{{[this](std::size_t w, const ToTrainer& m) { hosts[w]->receive(encode(m)); },
             [this](const std::string&, bool) {
               ++loads;
               for (std::size_t w = 0; w < hosts.size(); ++w) open_pack(w);
             }},
            {{"full", 1000, 60000, 10000, {}}}};
};

Json experiment() {
  return {{"downhill", 1},
          {"data", {{"train", 200}, {"test", 100}}},
          {"network", {{"hidden", {{{"units", 8}}}}}},
          {"epochs", 3},
          {"batch", 16},
          {"lanes", {Json::object(), {{"optimizer", "adam"}}, {{"batch", "full"}}, {{"batch", 1}, {"optimizer", {{"lr", 0.01}}}}}}};
}

std::vector<std::uint64_t> alone() {
  std::vector<std::uint64_t> out;
  const auto e = experiment_from_json(experiment());
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
  table.race.worker_restarted(1);
  table.open_pack(1);
  table.until_finished();
  CHECK(table.hashes() == alone());
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
  Race race({[](std::size_t, const ToTrainer&) {}, [&](const std::string& id, bool) { asked.push_back(id); }},
            {{"full", 30000, 60000, 10000, {}}, {"quick", 1000, 2000, 1000, 1}, {"medium", 5000, 10000, 2000, 1}});
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
  race.set_worker_count(1);
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
  Race other({[](std::size_t, const ToTrainer&) {}, [&](const std::string&, bool a) { anew.push_back(a); }}, {{"full", 1000, 60000, 10000, {}}});
  CHECK(!other.set_experiment(larger));
  other.set_worker_count(1);
  other.pack_failed({"pack_damaged", "", {}});
  other.start();
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
  Json repeated = experiment();
  repeated["repeats"] = 3;
  CHECK(refused(repeated) == "page_repeats");
  Json toy = Json::parse(R"({"downhill": 1, "data": {"source": "moons", "train": 40, "test": 10}, "batch": 8, "lanes": [{}]})");
  CHECK(refused(toy) == "page_source");
}
