#include "app/core/plane_model.hpp"

#include "race_table.hpp"

#include <algorithm>

using namespace downhill;

namespace {

Json four() {
  return {{"downhill", 1},
          {"data", {{"train", 200}, {"test", 100}}},
          {"network", {{"hidden", {{{"units", 12}}}}}},
          {"batch", 10},
          {"epochs", 6},
          {"evaluate", {{"every", 1}}},
          {"lanes",
           {{{"optimizer", {{"name", "sgd"}, {"lr", 0.1}}}},
            {{"optimizer", {{"name", "momentum"}, {"lr", 0.03}}}},
            {{"optimizer", {{"name", "adam"}, {"lr", 0.01}}}},
            {{"optimizer", {{"name", "sgd"}, {"lr", 0.02}}}}}}};
}

struct Watched {
  explicit Watched(std::size_t workers, const Json& experiment = four()) : table(workers, experiment) {
    table.listen = [this](std::size_t, const ToApp& m) { taken += model.take(m); };
  }
  Race& race() { return table.race; }
  void run(std::int64_t step) {
    race().seek_step(step);
    for (int i = 0;
         i < 40000 && !std::all_of(race().lanes().begin(), race().lanes().end(), [&](const LaneState& l) { return l.step == step || l.ended(); }); ++i)
      table.turn();
  }
  void frame() {
    table.turn();
    model.go_on(race());
    race().ask_looks(table.clock_s);
  }
  const PlaneModel::Picture& whole(const PlaneWish& wish, double aspect = 1) {
    model.begin(race(), wish, aspect);
    REQUIRE(!model.problem());
    for (int i = 0; i < 60000 && model.progress() >= 0; ++i) frame();
    REQUIRE(!model.problem());
    REQUIRE(model.progress() < 0);
    REQUIRE(model.picture());
    return *model.picture();
  }
  Table table;
  PlaneModel model;
  int taken = 0;
};

} // namespace

TEST_CASE("a plane through the lanes' ways: every lane from its start to where it stands, with its true losses, whatever the workers") {
  std::vector<std::vector<float>> losses;
  for (const std::size_t workers : {1U, 2U, 3U}) {
    Watched watched(workers);
    watched.run(90);
    const auto& picture = watched.whole({PlaneKind::principal, true, 1000, 2, {}}, 1.6);
    REQUIRE(picture.members.size() == 4);
    CHECK(picture.examples == 200);
    CHECK(picture.cells.columns() == 49);
    CHECK(picture.cells.rows() == 33);
    losses.emplace_back(picture.cells.in_order().begin(), picture.cells.in_order().end());
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& member = picture.members[i];
      CHECK(member.lane_in(watched.race()) == i);
      CHECK(member.steps.front() == 0);
      CHECK(member.steps.back() == 90);
      CHECK(std::is_sorted(member.steps.begin(), member.steps.end()));
      CHECK(std::find(member.steps.begin(), member.steps.end(), 64) != member.steps.end()); // a checkpoint
      CHECK(std::find(member.steps.begin(), member.steps.end(), 2) != member.steps.end());  // taken again
      REQUIRE(member.losses.size() == member.steps.size());
      // at the end what the race itself has measured there
      REQUIRE(watched.race().lanes()[i].evaluation());
      CHECK(static_cast<double>(member.losses.back()) == doctest::Approx(watched.race().lanes()[i].evaluation()->train_loss).epsilon(1e-5));
      CHECK(member.places.front().x == doctest::Approx(picture.members[0].places.front().x)); // the start is one
    }
    CHECK(picture.first_share > picture.second_share);
    CHECK(picture.first_share + picture.second_share <= 1 + 1e-9);
    CHECK(picture.walks_first_share > 0);
    CHECK(!watched.model.stale(watched.race(), {PlaneKind::principal, true, 1000, 2, {}}));
  }
  CHECK(losses[0] == losses[1]);
  CHECK(losses[0] == losses[2]);
}

TEST_CASE("planes by ends: the lanes that are wanted, or else the next; the plane's loss at an end is the end's own") {
  Watched watched(2);
  watched.run(60);
  const auto& ends = watched.whole({PlaneKind::ends, false, 50, 1, {3}});
  CHECK(ends.examples == 50);
  REQUIRE(ends.corners.size() == 3);
  const auto lane_of = [&](const PlaneModel::Member& member) { return member.lane_in(watched.race()).value_or(99); };
  CHECK(lane_of(ends.members[ends.corners[0]]) == 1);
  CHECK(lane_of(ends.members[ends.corners[1]]) == 3);
  CHECK(lane_of(ends.members[ends.corners[2]]) == 0);
  for (const std::size_t corner : ends.corners) {
    const auto& member = ends.members[corner];
    CHECK(member.places.back().distance < 1e-4);
    CHECK(ends.at(member.places.back().x, member.places.back().y) == doctest::Approx(static_cast<double>(member.losses.back())).epsilon(0.03));
  }
  const auto& line = watched.whole({PlaneKind::line, true, 1000, 0, {2}});
  CHECK(line.cells.rows() == 1);
  CHECK(line.view == Extent{-0.5, 1.5, 0, 0});
  CHECK(line.at(0, 0) == doctest::Approx(static_cast<double>(line.members[0].losses.back())).epsilon(1e-4));
  CHECK(line.at(1, 0) == doctest::Approx(static_cast<double>(line.members[2].losses.back())).epsilon(1e-4));
  const auto& random = watched.whole({PlaneKind::random, true, 1000, 0, {}});
  CHECK(random.at(0, 0) == doctest::Approx(static_cast<double>(random.members[0].losses.back())).epsilon(1e-4));
  CHECK(random.first_share < 0.2);
}

TEST_CASE("a plane's lanes: hidden ones, other networks and diverged ones are left out, and said") {
  Json json = four();
  json["lanes"].push_back({{"network", {{"hidden", {{{"units", 5}}}}}}});
  json["lanes"].push_back({{"optimizer", {{"name", "sgd"}, {"lr", 10}}}, {"network", {{"hidden", {{{"units", 12}, {"dropout", 0.5}}}}}}, {"loss", "mse"}});
  Watched watched(2, json);
  watched.run(64);
  watched.race().hide_lane(1, true);
  const auto& picture = watched.whole({PlaneKind::principal, true, 100, 0, {}});
  CHECK(watched.model.other_networks() == 1);
  std::vector<std::size_t> lanes;
  for (const auto& member : picture.members) lanes.push_back(member.lane_in(watched.race()).value_or(99));
  const bool last_diverged = watched.race().lanes()[5].status == LaneStatus::diverged;
  CHECK(lanes == (last_diverged ? std::vector<std::size_t>{0, 2, 3} : std::vector<std::size_t>{0, 2, 3, 5}));
  CHECK(watched.model.diverged() == (last_diverged ? 1 : 0));
  // too few
  watched.model.begin(watched.race(), {PlaneKind::ends, true, 100, 4, {}}, 1);
  REQUIRE(watched.model.problem());
  CHECK(watched.model.problem()->code == "plane_few_lanes");
  CHECK(watched.model.problem()->with == std::vector<std::string>{"3", "1"});
  CHECK(watched.model.progress() < 0);
  CHECK(!watched.model.stale(watched.race(), {PlaneKind::ends, true, 100, 4, {}})); // it would say the same
  // too large
  watched.model.points_bytes_most = 100;
  watched.model.begin(watched.race(), {PlaneKind::principal, true, 100, 0, {}}, 1);
  REQUIRE(watched.model.problem());
  CHECK(watched.model.problem()->code == "plane_too_large");
}

TEST_CASE("a plane is stale where lanes have gone on, and is given up where they began again") {
  Watched watched(2);
  watched.run(20);
  const PlaneWish wish{PlaneKind::principal, true, 100, 0, {}};
  watched.whole(wish);
  CHECK(!watched.model.stale(watched.race(), wish));
  CHECK(watched.model.stale(watched.race(), {PlaneKind::principal, false, 100, 0, {}}));
  watched.race().hide_lane(1, true);
  CHECK(watched.model.stale(watched.race(), wish));
  watched.race().hide_lane(1, false);
  watched.run(30);
  CHECK(watched.model.stale(watched.race(), wish));
  CHECK(watched.model.picture()->members[0].steps.back() == 20); // the old one stays
  watched.model.begin(watched.race(), wish, 1);
  watched.race().reset();
  watched.frame();
  CHECK(watched.model.progress() < 0);
  CHECK(watched.model.stale(watched.race(), wish));
  CHECK(watched.model.picture());
}

TEST_CASE("a plane while lanes train: they go on, to the same bits") {
  Watched alone(1), watched(1);
  alone.race().start();
  alone.table.until_finished();
  watched.race().start();
  for (int i = 0; i < 30; ++i) watched.table.turn();
  REQUIRE(watched.race().transport() == Transport::running);
  const auto& picture = watched.whole({PlaneKind::principal, true, 1000, 0, {}});
  CHECK(picture.members[0].steps.back() > 0);
  watched.table.until_finished();
  CHECK(watched.table.hashes() == alone.table.hashes());
}

TEST_CASE("a plane whose worker dies is begun again; answers that make no sense are not taken") {
  Watched watched(2);
  watched.run(40);
  const PlaneWish wish{PlaneKind::principal, true, 1000, 0, {}};
  watched.model.begin(watched.race(), wish, 1);
  for (int i = 0; i < 20000 && watched.model.progress() < 0.3; ++i) watched.frame();
  REQUIRE(watched.model.progress() >= 0.3);
  const std::size_t worker = watched.race().lanes()[0].worker;
  watched.table.hosts[worker] = watched.table.make_host(worker);
  watched.table.worker_restarted(worker);
  watched.table.open_pack(worker);
  watched.model.worker_lost();
  CHECK(watched.model.progress() < 0);
  for (int i = 0; i < 60000 && (i < 100 || watched.model.progress() >= 0); ++i) { // as the view does
    if (watched.model.progress() < 0 && watched.model.stale(watched.race(), wish)) watched.model.begin(watched.race(), wish, 1);
    watched.frame();
  }
  REQUIRE(watched.model.picture());
  CHECK(watched.model.picture()->members.size() == 4);
  CHECK(watched.model.picture()->cells.done() == watched.model.picture()->cells.total());
  // an answer to nothing
  CHECK(!watched.model.take(PlaneBegun{}));
  CHECK(!watched.model.take(PlanePiece{}));
  CHECK(!watched.model.take(PlaneProblem{}));
}

TEST_CASE("planes that can't be are refused by the worker, in a sentence's words") {
  Watched watched(1);
  watched.run(10);
  std::vector<PlaneProblem> problems;
  watched.table.listen = [&](std::size_t, const ToApp& m) {
    if (const auto* problem = std::get_if<PlaneProblem>(&m)) problems.push_back(*problem);
  };
  Trainer trainer(watched.race().experiment().lanes[0].settings, std::make_shared<Subset>(*draw_subset(source(), watched.race().data())));
  const auto weights = std::as_const(trainer).network().parameters();
  const AskPlane good{7, 1, single_lane(watched.race().experiment(), 0), PlaneKind::principal, {{{0}, {weights.begin(), weights.end()}}}, {}, true, 10, 9,
                      9, 1};
  const auto refused = [&](const std::function<void(AskPlane&)>& change) {
    AskPlane ask = good;
    change(ask);
    problems.clear();
    watched.table.hosts[0]->receive(encode(ToTrainer(ask)));
    for (int i = 0; i < 200; ++i) watched.table.turn();
    return problems.size() == 1 ? problems[0].place : std::to_string(problems.size());
  };
  CHECK(refused([](AskPlane&) {}) == "0");
  CHECK(refused([](AskPlane& a) { a.columns = 0; }) == "columns");
  CHECK(refused([](AskPlane& a) { a.rows = 100000; }) == "rows");
  CHECK(refused([](AskPlane& a) { a.aspect = NAN; }) == "aspect");
  CHECK(refused([](AskPlane& a) { a.examples = 0; }) == "examples");
  CHECK(refused([](AskPlane& a) { a.courses.clear(); }) == "courses");
  CHECK(refused([](AskPlane& a) { a.courses[0].weights.pop_back(); }) == "courses");
  CHECK(refused([](AskPlane& a) { a.courses[0].steps.clear(); }) == "courses");
  CHECK(refused([](AskPlane& a) { a.courses[0].weights[3] = INFINITY; }) == "courses");
  CHECK(refused([](AskPlane& a) { a.corners = {0}; }) == "corners");
  CHECK(refused([](AskPlane& a) { a.kind = PlaneKind::random, a.corners = {5}; }) == "corners");
  CHECK(refused([](AskPlane& a) { a.kind = PlaneKind::line, a.corners = {0, 0}; }) == "corners");
  CHECK(refused([](AskPlane& a) { a.experiment = "{"; }) == "");
}

TEST_CASE("a plane of all examples; one that is left while it is asked for is asked for again") {
  Watched watched(2);
  watched.run(40);
  const PlaneWish all{PlaneKind::principal, false, std::numeric_limits<std::int64_t>::max(), 0, {}};
  CHECK(watched.whole(all).examples == 100);
  const PlaneWish other{PlaneKind::principal, true, 150, 0, {}};
  for (const double until : {0.0, 0.3}) { // while courses are collected, and while the plane is worked out
    watched.model.begin(watched.race(), other, 1);
    for (int i = 0; i < 20000 && watched.model.progress() < until; ++i) watched.frame();
    REQUIRE(watched.model.progress() >= until);
    watched.model.cancel();
    CHECK(watched.model.progress() < 0);
    CHECK(watched.model.stale(watched.race(), other));
    CHECK(!watched.model.begun());
  }
  CHECK(watched.whole(other).examples == 150);
}

TEST_CASE("a plane without memory is said once, and not asked for again until something else is wanted") {
  Watched watched(1);
  watched.run(40);
  watched.table.room = false;
  const PlaneWish wish{PlaneKind::principal, true, 100, 0, {}};
  watched.model.begin(watched.race(), wish, 1);
  for (int i = 0; i < 2000 && !watched.model.problem(); ++i) watched.frame();
  REQUIRE(watched.model.problem());
  CHECK(watched.model.problem()->code == "memory");
  CHECK(watched.model.progress() < 0);
  CHECK(!watched.model.stale(watched.race(), wish));
  CHECK(watched.model.stale(watched.race(), {PlaneKind::random, true, 100, 0, {}}));
  watched.table.room = true;
  watched.whole(wish);
}

TEST_CASE("a plane's lanes are known by their runs: moved ones stay, removed ones go; without the chosen one nothing is asked") {
  Watched watched(2);
  watched.run(40);
  const auto& picture = watched.whole({PlaneKind::principal, true, 100, 3, {}});
  REQUIRE(!watched.race().move_lane(3, 0));
  CHECK(picture.members[3].lane_in(watched.race()) == 0);
  CHECK(picture.members[0].lane_in(watched.race()) == 1);
  REQUIRE(!watched.race().remove_lane(1));
  CHECK(!picture.members[0].lane_in(watched.race()));
  // the chosen lane goes while courses are collected
  watched.model.begin(watched.race(), {PlaneKind::principal, true, 100, 2, {}}, 1);
  REQUIRE(!watched.race().remove_lane(2));
  for (int i = 0; i < 200; ++i) watched.frame();
  CHECK(watched.model.progress() < 0);
  CHECK(!watched.model.begun());
}
