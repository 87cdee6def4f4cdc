#include "app/core/surface_model.hpp"
#include "optimizers/list.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {

Json plain(std::string_view surface = "bowl", int steps = 40) {
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"surface", {{"name", surface}}}, {"steps", steps}};
  for (const OptimizerEntry& rule : optimizers()) json["lanes"].push_back({{"optimizer", {{"name", rule.id}, {"lr", 0.05}}}});
  return json;
}

struct Table {
  explicit Table(const Json& json) : document(kSurfaceFormat, json) {}
  // until everybody is where they are to be
  void settle() {
    for (int i = 0; i < 1000 && model.tick(now_s, clock, 1); ++i) {
    }
  }
  double now_s = 0, spent_s = 0;
  std::function<double()> clock = [this] { return spent_s; };
  LabDocument document;
  SurfaceModel model{document};
};

} // namespace

TEST_CASE("lanes stand where their walks lead, step by step, forward and back") {
  Table table(plain());
  SurfaceModel& model = table.model;
  CHECK(model.transport() == Transport::ready);
  for (const std::int64_t step : {0, 7, 40, 3}) {
    model.seek(step);
    table.settle();
    CHECK(model.step() == step);
    for (std::size_t i = 0; i < model.lanes().size(); ++i) {
      const auto whole = whole_path(Walk(make_surface(model.settings()), model.lanes()[i].given.settings));
      REQUIRE(model.path(i).size() == static_cast<std::size_t>(step) + 1);
      CHECK(model.stand(i).place == whole[static_cast<std::size_t>(step)].place);
      CHECK(model.stand(i).f == whole[static_cast<std::size_t>(step)].f);
    }
  }
  model.step(-10);
  CHECK(model.step() == 0);
  model.step(1000);
  CHECK(model.step() == model.steps());
  CHECK(model.transport() == Transport::finished);
  model.start(); // again
  CHECK(model.step() == 0);
  CHECK(model.transport() == Transport::running);
}

TEST_CASE("time moves everybody at the chosen speed, and ends") {
  Table table(plain());
  SurfaceModel& model = table.model;
  model.steps_per_s = 10;
  model.start();
  for (int i = 0; i <= 10; ++i) table.now_s = 0.1 * i, table.settle();
  CHECK(model.step() == 10);
  table.now_s += 100; // the page was hidden: nobody leaps
  table.settle();
  CHECK(model.step() == 12);
  model.pause();
  CHECK(model.transport() == Transport::paused);
  table.now_s += 1;
  const std::uint64_t news = model.news();
  table.settle();
  CHECK(model.step() == 12);
  CHECK(model.news() == news); // at rest nothing is drawn
  model.steps_per_s = 0;
  model.start();
  for (int i = 0; i < 5; ++i) table.settle();
  CHECK(model.transport() == Transport::finished);
}

TEST_CASE("a frame walks no longer than it may, and goes on in the next") {
  Table table(plain("bowl", 2000));
  SurfaceModel& model = table.model;
  model.seek(2000);
  int frames = 0;
  while (model.tick(0, [&] { return table.spent_s += 0.0005; }, 0.002)) ++frames;
  CHECK(frames > 20);
  for (std::size_t i = 0; i < model.lanes().size(); ++i) CHECK((model.diverged(i) || model.reached(i) == 2000));
}

TEST_CASE("a change is seen at the step where everybody stands; lanes that it does not touch are not walked again") {
  Table table(plain());
  SurfaceModel& model = table.model;
  model.seek(20);
  table.settle();
  const float before = model.stand(0).place[0];
  const Stand* kept = model.lanes()[1].stands.data();
  REQUIRE(!table.document.set({0, "/optimizer/lr"}, 0.2));
  table.settle();
  CHECK(model.step() == 20);
  CHECK(model.stand(0).place[0] != before);
  CHECK(model.lanes()[1].stands.data() == kept);
  REQUIRE(table.document.undo());
  table.settle();
  CHECK(model.stand(0).place[0] == before);
}

TEST_CASE("a lane that diverges stays where it did; others go on") {
  Json json = plain();
  json["lanes"][0]["optimizer"]["lr"] = 100;
  Table table(json);
  SurfaceModel& model = table.model;
  model.seek(40);
  table.settle();
  CHECK(model.diverged(0));
  CHECK(model.reached(0) < 40);
  CHECK(model.reached(1) == 40);
  model.seek(1);
  table.settle();
  CHECK(!model.diverged(0));
}

TEST_CASE("every surface can be chosen: everybody starts where it says, with a rate that leads down; the title was of the one before") {
  Json ravine = plain("bowl", 200);
  ravine["title"] = "A ravine";
  Table table(ravine);
  SurfaceModel& model = table.model;
  for (const SurfaceEntry& entry : surfaces()) {
    CAPTURE(entry.id);
    const std::uint64_t version = model.surface_version();
    REQUIRE(!model.choose(entry.id));
    CHECK((model.surface_version() != version || entry.id == "bowl"));
    CHECK(model.entry().id == entry.id);
    CHECK(!table.document.json().contains("title"));
    model.seek(200);
    table.settle();
    for (std::size_t i = 0; i < model.lanes().size(); ++i) {
      CAPTURE(i);
      CHECK(model.path(i).front().place[0] == static_cast<float>(entry.start.x));
      CHECK(!model.diverged(i));
      CHECK(model.stand(i).f < model.path(i).front().f);
    }
    model.seek(0);
  }
  CHECK(model.choose("moon"));
  CHECK(table.document.undo());
}

TEST_CASE("a formula that is typed is walked on, or refused with its character and nothing lost") {
  Table table(plain());
  SurfaceModel& model = table.model;
  REQUIRE(!model.set_formula("x^4 + y^2"));
  CHECK(model.entry().typed());
  CHECK(model.surface().at(1, 2).f == 5);
  CHECK(model.distance({0.0, 3.0}) == -1); // the search is under way
  table.settle();
  CHECK(model.distance({0.0, 3.0}) == doctest::Approx(3).epsilon(1e-2));
  const Json before = table.document.json();
  CHECK(model.set_formula("x^4 +")->place == "/surface/formula");
  CHECK(table.document.json() == before);
}

TEST_CASE("finished is told when everybody has arrived, not before") {
  Table table(plain("bowl", 2000));
  SurfaceModel& model = table.model;
  model.seek(2000);
  CHECK(model.transport() == Transport::running);
  while (model.tick(0, [&] { return table.spent_s += 0.0005; }, 0.002)) CHECK(model.transport() == Transport::running);
  CHECK(model.transport() == Transport::finished);
}

TEST_CASE("what is changed is seen at once by whoever asks, without a frame between") {
  Table table(plain());
  REQUIRE(!table.document.set({{}, "/steps"}, 500));
  table.model.follow();
  table.model.seek(500);
  CHECK(table.model.step() == 500);
}

TEST_CASE("another surface over fewer points takes a larger batch away") {
  Table table({{"downhill", 1}, {"lab", "surface"}, {"surface", {{"name", "line"}}}, {"lanes", {{{"batch", 4}}, {{"batch", 1}}}}});
  REQUIRE(!table.model.choose("neuron"));
  CHECK(table.model.lanes()[0].given.settings.batch == 0);
  CHECK(table.model.lanes()[1].given.settings.batch == 1);
}

TEST_CASE("starts: one for all, or a lane's own") {
  Table table(plain());
  SurfaceModel& model = table.model;
  REQUIRE(!model.move_start({}, {1.23456, -2}));
  CHECK(table.document.at("/start") == Json({1.235, -2}));
  REQUIRE(!model.own_start(1, true));
  CHECK(model.has_own_start(1));
  CHECK(!model.has_own_start(0));
  REQUIRE(!model.move_start(1, {3, 3}));
  CHECK(model.path(1).front().place == std::array<float, 2>{3, 3});
  CHECK(model.path(0).front().place == std::array<float, 2>{1.235F, -2});
  REQUIRE(!model.own_start(1, false));
  CHECK(model.path(1).front().place == std::array<float, 2>{1.235F, -2});
  CHECK(model.own_start(99, true)->code == "no_such_lane");
  // a drag is one step of undo
  const Json before = table.document.json();
  for (const double x : {1.0, 2.0, 3.0}) REQUIRE(!model.move_start({}, {x, 0}, true));
  table.document.let_go();
  REQUIRE(table.document.undo());
  CHECK(table.document.json() == before);
}

TEST_CASE("lanes come and go; rates are all the same, or each lane's best") {
  Table table(plain());
  SurfaceModel& model = table.model;
  const std::size_t count = model.lanes().size();
  REQUIRE(!model.add_lane("adam"));
  CHECK(model.lanes().size() == count + 1);
  REQUIRE(!model.remove_lane(0));
  CHECK(model.lanes().size() == count);
  CHECK(model.remove_lane(99)->code == "no_such_lane");
  REQUIRE(!model.set_rates(0.01));
  for (const auto& lane : model.lanes()) CHECK(lane.given.settings.optimizer.values[0] == 0.01);
  REQUIRE(!model.best_rates());
  model.seek(model.steps());
  table.settle();
  for (std::size_t i = 0; i < model.lanes().size(); ++i) {
    WalkSettings slower = model.lanes()[i].given.settings;
    slower.optimizer.values[0] /= 10;
    CHECK(model.stand(i).f <= whole_path(Walk(make_surface(model.settings()), slower)).back().f);
  }
  while (model.lanes().size() > 1) REQUIRE(!model.remove_lane(0));
  CHECK(model.remove_lane(0)->code == "no_lanes");
}

TEST_CASE("the paths as a table: a row for each step of each lane, with its distance from the nearest minimum") {
  Table table(plain("himmelblau", 3));
  SurfaceModel& model = table.model;
  model.seek(2);
  table.settle();
  std::vector<std::string> names;
  for (const OptimizerEntry& rule : optimizers()) names.emplace_back(rule.id);
  const std::string csv = paths_csv(model, names);
  CHECK(csv.starts_with("lane,step,x,y,f,distance\nsgd,0,"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == static_cast<std::ptrdiff_t>(1 + 3 * names.size()));
  CHECK(model.minima().size() == 4);
  CHECK(model.distance({3, 3}) == doctest::Approx(1));
}
