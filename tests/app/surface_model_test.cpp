#include "app/core/surface_model.hpp"
#include "optimizers/list.hpp"
#include "surfaces/image_points.hpp"
#include "worker/maps.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {

Json plain(std::string_view surface = "bowl", int steps = 40) {
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"surface", {{"name", surface}}}, {"steps", steps}};
  for (const OptimizerEntry& rule : optimizers()) json["lanes"].push_back({{"optimizer", {{"name", rule.id}, {"lr", 0.05}}}});
  return json;
}

// Images of nine pixels, brighter by their class here and there.
std::shared_ptr<const Source> noise() {
  static const auto source = [] {
    auto made = std::make_shared<Source>();
    made->classes = 10;
    made->train.features = 9;
    PhiloxStream stream({7, 7});
    for (int i = 0; i < 4000; ++i) {
      made->train.labels.push_back(static_cast<std::uint8_t>(i % 10));
      for (int f = 0; f < 9; ++f) made->train.pixels.push_back(static_cast<std::uint8_t>((f == i % 10 ? 60 : 0) + static_cast<int>(stream.next_word() % 190)));
    }
    return made;
  }();
  return source;
}

struct Table {
  explicit Table(const Json& json) : document(kSurfaceFormat, json) {}
  // what the model waits for, from a worker that has images
  void bring_points() {
    if (!model.waiting()) return;
    points.want(model.settings());
    const auto ask = std::exchange(asked, {});
    if (!ask) return;
    protocol::Points answer{ask->request, {}, "", "", {}};
    const auto drawn = points_asked(*ask, noise());
    REQUIRE(drawn.ok());
    for (const Point& p : *drawn) answer.numbers.insert(answer.numbers.end(), {p.x, p.y, p.t});
    points.take(answer);
  }
  // until everybody is where they are to be
  void settle() {
    bring_points();
    for (int i = 0; i < 1000 && model.tick(now_s, clock, 1); ++i) {
    }
  }
  double now_s = 0, spent_s = 0;
  std::function<double()> clock = [this] { return spent_s; };
  std::optional<protocol::AskPoints> asked;
  SurfacePoints points{[this](const protocol::ToTrainer& m) { asked = std::get<protocol::AskPoints>(m); }};
  LabDocument document;
  SurfaceModel model{document, &points};
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

TEST_CASE("a surface over images that comes where the lanes stand at their end: nobody runs who was not started") {
  Table table(plain());
  table.model.seek(table.model.steps());
  table.settle();
  REQUIRE(table.model.transport() == Transport::finished);
  REQUIRE(!table.document.set({{}, "/surface"}, {{"name", "logistic"}, {"classes", {4, 2}}, {"count", 50}}));
  table.model.follow();
  REQUIRE(table.model.waiting());
  CHECK(table.model.transport() != Transport::running);
  table.model.start();
  CHECK(table.model.transport() == Transport::running);
  table.model.pause();
  CHECK(table.model.transport() != Transport::running);
}

TEST_CASE("a surface over images waits for its points, and is walked when they are there") {
  Table table({{"downhill", 1},
               {"lab", "surface"},
               {"surface", {{"name", "logistic"}, {"classes", {4, 2}}, {"count", 50}}},
               {"lanes", {Json::object(), {{"batch", 1}}, {{"batch", 50}}}}});
  SurfaceModel& model = table.model;
  CHECK(model.waiting());
  CHECK(model.surface().size() == 50); // lanes are called by their batches all the same
  CHECK(model.working(0) == nullptr);
  CHECK(paths_csv(model, {"a", "b", "c"}) == "lane,step,x,y,f,distance\n");
  model.steps_per_s = 10;
  model.start(); // pressed already
  for (int i = 0; i < 5; ++i) {
    table.now_s += 0.1;
    CHECK(!model.tick(table.now_s, table.clock, 1));
  }
  CHECK(model.step() == 0);
  CHECK(model.transport() == Transport::running);
  CHECK(model.minima().empty());
  const std::uint64_t news = model.news(), version = model.surface_version();
  table.bring_points();
  model.follow();
  CHECK(!model.waiting());
  CHECK(model.news() != news);
  CHECK(model.surface_version() != version);
  CHECK(model.transport() == Transport::running); // it goes on from here, at its speed
  for (int i = 0; i <= 5; ++i) table.settle(), table.now_s += 0.1;
  CHECK((model.step() == 4 || model.step() == 5)); // five tenths of a second
  model.seek(200);
  table.settle();
  const auto document = surface_document_from_json(table.document.json());
  SurfaceSettings settings = document->surface;
  settings.points = *image_points(noise(), settings);
  for (std::size_t i = 0; i < 3; ++i) CHECK(model.stand(i).place == whole_path(Walk(make_surface(settings), document->lanes[i].settings)).back().place);
  CHECK(model.minima().size() == 1);
  // other classes wait again; undo does not
  REQUIRE(!model.set_one_of_two("classes", 0, 2));
  CHECK(table.document.at("/surface")["classes"] == Json({2, 4})); // they change places
  CHECK(model.waiting());
  CHECK(model.step() == 200);
  REQUIRE(table.document.undo());
  model.follow();
  CHECK(!model.waiting());
  CHECK(!table.asked);
  REQUIRE(!model.set_one_of_two("along", 1, "bias"));
  CHECK(table.document.at("/surface")["along"] == Json({"means", "bias"}));
  CHECK(model.waiting());
  REQUIRE(!model.set_loss("mse"));
  table.settle();
  REQUIRE(!model.set_loss("cross_entropy"));
  CHECK(!model.waiting());                                       // the same points, otherwise measured
  REQUIRE(!table.document.set({{}, "/surface/classes/1"}, "9")); // as a form has it
  CHECK(table.document.at("/surface")["classes"] == Json({4, 9}));
  CHECK(table.document.set({{}, "/surface/classes/1"}, "4")->code == "duplicate_class");
  CHECK(table.document.set({{}, "/surface/along/1"}, "means")->code == "duplicate_direction");
}

TEST_CASE("the form has what a surface over images is made of: classes and directions by name, how many, which loss") {
  LabDocument document(kSurfaceFormat, plain("logistic"));
  const auto all = document.form_fields();
  for (const char* pointer :
       {"/surface", "/surface/loss", "/surface/classes/0", "/surface/classes/1", "/surface/along/0", "/surface/along/1", "/surface/count"}) {
    CAPTURE(std::string(pointer));
    CHECK(std::count(all.begin(), all.end(), pointer) == 1);
    const FieldInfo info = document.field({{}, pointer});
    CHECK(!info.standard.is_null());
    if (std::string_view(pointer) != "/surface") CHECK(info.standard == info.value);
  }
  CHECK(document.field({{}, "/surface/classes/1"}).ids.size() == 10);
  CHECK(document.field({{}, "/surface/classes/1"}).choices == "class.");
  CHECK(document.field({{}, "/surface/along/0"}).choices == "choice./surface/along.");
  CHECK(document.field({{}, "/surface/loss"}).choices == "loss.");
  CHECK(document.field({{}, "/surface/along/2"}).value.is_null());
  REQUIRE(!document.set({{}, "/surface/along/1"}, "bias"));
  CHECK(document.at("/surface")["along"] == Json({"means", "bias"}));
  REQUIRE(!document.reset({{}, "/surface/along/1"}));
  CHECK(document.at("/surface")["along"] == Json({"means", "principal"}));
  REQUIRE(!document.reset({{}, "/surface/classes/1"}));
  CHECK(document.at("/surface")["classes"] == Json({0, 6}));
  // other surfaces have no such fields; one neuron has its loss
  const auto neuron = LabDocument(kSurfaceFormat, plain("neuron")).form_fields();
  CHECK(std::count(neuron.begin(), neuron.end(), "/surface/loss") == 1);
  CHECK(std::count(neuron.begin(), neuron.end(), "/surface/along/0") == 0);
  const auto bowl = LabDocument(kSurfaceFormat, plain()).form_fields();
  CHECK(std::count(bowl.begin(), bowl.end(), "/surface/loss") == 0);
}

TEST_CASE("points that are given are walked on at once") {
  Table table({{"downhill", 1}, {"lab", "surface"}, {"surface", {{"name", "logistic"}, {"points", {{1, 1, 1}, {-1, 0.5, 0}}}}}, {"lanes", {Json::object()}}});
  CHECK(!table.model.waiting());
  const Json before = table.document.json();
  REQUIRE(!table.model.set_one_of_two("classes", 0, 2)); // it has none
  CHECK(table.document.json() == before);
}

TEST_CASE("rates for a surface over images don't hang on whether its points are there, and suit them") {
  Table before(plain("bowl", 200)), after(plain("bowl", 200));
  REQUIRE(!before.model.choose("logistic"));
  REQUIRE(!after.model.choose("logistic"));
  after.settle();
  REQUIRE(!after.model.choose("bowl"));
  REQUIRE(!after.model.choose("logistic"));
  CHECK(!after.model.waiting());
  CHECK(before.document.json()["lanes"] == after.document.json()["lanes"]);
  before.model.seek(200);
  before.settle();
  std::vector<float> chosen;
  for (std::size_t i = 0; i < before.model.lanes().size(); ++i) chosen.push_back(before.model.stand(i).f);
  REQUIRE(!before.model.best_rates()); // on the points themselves
  before.settle();
  for (std::size_t i = 0; i < chosen.size(); ++i) { // four fifths of the way at least
    const float best = before.model.stand(i).f;
    CHECK(chosen[i] - best < 0.2F * (before.model.path(i).front().f - best));
  }
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
