#include "app/core/surface_map.hpp"
#include "document/json_text.hpp"
#include "optimizers/list.hpp"
#include "surfaces/surface_document.hpp"
#include "worker/trainer_host.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <deque>
#include <set>

using namespace downhill;
using namespace downhill::protocol;

namespace {

SurfaceDocument document(Json patch) {
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"steps", 60}, {"lanes", {Json::object()}}};
  json.merge_patch(patch);
  auto read = surface_document_from_json(json);
  REQUIRE(read);
  return *read;
}
const Extent& view_of(const SurfaceDocument& d) { return entry_of(surfaces(), d.surface.surface.name).view; }

// A worker in this process; time is counted in calls.
struct Worker {
  explicit Worker(double a_call_s = 0.0005) : call_s(a_call_s) { restart(); }
  void restart() {
    mail.clear();
    host = std::make_unique<TrainerHost>([this] { return clock_s += call_s; },
                                         [this](const ToApp& m) {
                                           mail.push_back(encode(m));
                                           if (dies_telling && std::exchange(dies_telling, false)) host->out_of_memory();
                                         });
  }
  SurfaceMap::Post post() {
    return [this](const ToTrainer& m) {
      asked += std::holds_alternative<AskMap>(m), dropped += std::holds_alternative<DropMap>(m);
      host->receive(encode(m));
    };
  }
  std::vector<ToApp> take_mail() {
    std::vector<ToApp> out;
    for (const Bytes& bytes : std::exchange(mail, {})) {
      const auto message = decode<ToApp>(bytes);
      REQUIRE(message);
      out.push_back(*message);
    }
    return out;
  }
  bool turn(const std::vector<SurfaceMap*>& maps) {
    const bool more = host->work(0.008);
    for (const ToApp& m : take_mail())
      for (SurfaceMap* map : maps) map->take(m);
    return more;
  }
  void until_known(SurfaceMap& map) {
    for (int i = 0; i < 20000 && map.progress() >= 0; ++i) turn({&map});
    REQUIRE(map.progress() < 0);
    REQUIRE(!map.problem());
  }

  double clock_s = 0, call_s;
  int asked = 0, dropped = 0;
  bool dies_telling = false;
  std::deque<Bytes> mail;
  std::unique_ptr<TrainerHost> host;
};

// The engine's own map, all of it.
std::unique_ptr<Map> engine_map(const SurfaceDocument& d, MapKind kind, const Extent& view, int columns, int rows) {
  const WalkSettings& lane = d.lanes[0].settings;
  const auto [across, up] = map_axes(kind, lane, view);
  auto map = std::make_unique<Map>(make_surface(d.surface), lane, across, up, columns, up.name.empty() ? 1 : rows, minima_of(d.surface, view), reach_in(view));
  while (map->advance()) {
  }
  return map;
}

bool equal(const Arrival& a, const Arrival& b) {
  return a.steps == b.steps && a.minimum == b.minimum && a.diverged == b.diverged && std::bit_cast<std::uint32_t>(a.f) == std::bit_cast<std::uint32_t>(b.f);
}

void check_equal(const SurfaceMap& map, const Map& expected) {
  REQUIRE(map.columns() == expected.cells().columns());
  REQUIRE(map.rows() == expected.cells().rows());
  int different = 0;
  for (int row = 0; row < map.rows(); ++row)
    for (int column = 0; column < map.columns(); ++column) {
      REQUIRE(map.at(column, row));
      different += !equal(*map.at(column, row), *expected.at(column, row));
    }
  CHECK(different == 0);
  for (const auto& [here, there] : {std::pair(map.across(), expected.across()), {map.up(), expected.up()}}) {
    CHECK(here.name == there.name);
    CHECK((here.least == there.least && here.most == there.most && here.scale == there.scale));
  }
  REQUIRE(map.minima().size() == expected.minima().size());
  for (std::size_t i = 0; i < map.minima().size(); ++i) CHECK((map.minima()[i].x == expected.minima()[i].x && map.minima()[i].y == expected.minima()[i].y));
}

const Json kFour = {{"surface", "himmelblau"}, {"optimizer", {{"name", "momentum"}, {"lr", 0.01}}}};

} // namespace

TEST_CASE("the map that a worker makes is the engine's, cell by cell, of every rule and both kinds") {
  const std::vector<Json> surfaces_to_walk{"himmelblau",
                                           {{"name", "formula"}, {"formula", "sin(x)*cos(y) + (x^2 + y^2)/20"}},
                                           {{"name", "line"}, {"count", 9}},
                                           "neuron", // which has no minimum
                                           "rosenbrock"};
  std::size_t number = 0;
  for (const OptimizerEntry& rule : optimizers())
    for (const MapKind kind : {MapKind::rates, MapKind::starts}) {
      const Json& surface = surfaces_to_walk[number++ % surfaces_to_walk.size()];
      CAPTURE(std::string(rule.id));
      CAPTURE(surface.dump());
      Json patch = {{"surface", surface}, {"optimizer", {{"name", rule.id}, {"lr", 0.05}}}};
      if (surface.is_object() && surface["name"] == "line") patch["batch"] = 4;
      const SurfaceDocument d = document(patch);
      Worker worker;
      SurfaceMap map(7, worker.post(), 19, 18);
      map.want(d.lanes[0], kind, view_of(d));
      CHECK(map.progress() == 0);
      worker.until_known(map);
      CHECK(map.current());
      check_equal(map, *engine_map(d, kind, view_of(d), 19, 18));
      CHECK(!worker.host->work(0.008));
    }
}

TEST_CASE("a map comes coarse first and at once, then finer; few messages") {
  const SurfaceDocument d = document(kFour);
  Worker worker(0.0001);
  SurfaceMap map(1, worker.post());
  map.want(d.lanes[0], MapKind::starts, view_of(d));
  CHECK(map.columns() == 0);
  CHECK(map.at(0, 0) == nullptr);
  worker.turn({&map});
  REQUIRE(map.columns() == 96);
  CHECK(map.at(95, 95) != nullptr); // after one slice there is something everywhere
  CHECK(map.at(96, 0) == nullptr);
  CHECK(map.at(0, -1) == nullptr);
  CHECK(map.progress() < 0.05);
  CHECK(map.progress() > 0);
  double last = 0;
  std::set<std::uint64_t> versions;
  const double begin_s = worker.clock_s;
  while (map.progress() >= 0) {
    map.want(d.lanes[0], MapKind::starts, view_of(d));
    CHECK(map.progress() >= last);
    last = map.progress();
    versions.insert(map.version());
    worker.turn({&map});
  }
  CHECK(worker.asked == 1);
  CHECK(static_cast<double>(versions.size()) <= 2 + 30 * (worker.clock_s - begin_s));
  CHECK(versions.size() > 5);
  check_equal(map, *engine_map(d, MapKind::starts, view_of(d), 96, 96));
  map.want(d.lanes[0], MapKind::starts, view_of(d));
  CHECK(worker.asked == 1); // nothing changed
  // while a slider is drawn every slice has another map, and all are seen
  for (int i = 1; i <= 5; ++i) {
    Json other = kFour;
    other["steps"] = 60 + i;
    map.want(document(other).lanes[0], MapKind::starts, view_of(d));
    CHECK(!map.current());
    CHECK(map.columns() == 96); // the last one stays until then
    worker.turn({&map});
    CHECK(map.current());
    CHECK(map.at(95, 95) != nullptr);
  }
}

TEST_CASE("another lane or surface is another map; answers to the former question are ignored") {
  const SurfaceDocument before = document(kFour);
  Json changed = kFour;
  changed["optimizer"]["momentum"] = 0.5;
  const SurfaceDocument after = document(changed);
  Worker worker;
  SurfaceMap map(1, worker.post(), 20, 20);
  map.want(before.lanes[0], MapKind::starts, view_of(before));
  worker.turn({&map});
  REQUIRE(map.columns() == 20);
  worker.host->work(0.05);
  const auto late = worker.take_mail();
  REQUIRE(!late.empty());
  map.want(after.lanes[0], MapKind::starts, view_of(after));
  CHECK(worker.asked == 2);
  const std::uint64_t version = map.version();
  for (const ToApp& m : late) CHECK(!map.take(m));
  CHECK(map.version() == version);
  CHECK(!map.current());
  worker.until_known(map);
  check_equal(map, *engine_map(after, MapKind::starts, view_of(after), 20, 20));

  // of another surface, or kind, nothing is kept
  const SurfaceDocument bowl = document({{"surface", "bowl"}});
  map.want(bowl.lanes[0], MapKind::starts, view_of(bowl));
  CHECK(map.columns() == 0);
  worker.until_known(map);
  map.want(bowl.lanes[0], MapKind::rates, view_of(bowl));
  CHECK(map.columns() == 0);
  worker.until_known(map);
  CHECK(map.rows() == 1); // sgd has one parameter
  // part of the plane: axes and reach are the view's, minima also those around it
  const Extent part{1, 2, 1, 2};
  map.want(before.lanes[0], MapKind::starts, part);
  worker.until_known(map);
  CHECK(map.across().least == 1);
  CHECK(map.up().most == 2);
  CHECK(map.minima().size() == 4);
}

TEST_CASE("a press on a cell sets numbers of few digits in it, and leaves the map where it is") {
  for (const OptimizerEntry& rule : optimizers())
    for (const MapKind kind : {MapKind::rates, MapKind::starts}) {
      CAPTURE(std::string(rule.id));
      const SurfaceDocument d = document({{"surface", "bowl"}, {"steps", 1}, {"optimizer", {{"name", rule.id}, {"lr", 0.37}}}});
      Worker worker;
      SurfaceMap map(1, worker.post());
      CHECK(map.cell_settings(0, 0).is_null());
      const Extent view = kind == MapKind::starts ? Extent{-5, 4.7, -5, 5} : view_of(d);
      map.want(d.lanes[0], kind, view);
      worker.until_known(map);
      CHECK(map.cell_settings(96, 0).is_null());
      CHECK(map.cell_settings(0, map.rows()).is_null());
      std::size_t longest = 0;
      for (const auto& [column, row] : {std::pair{0, 0}, {95, map.rows() - 1}, {48, map.rows() / 2}, {31, map.rows() / 3}, {77, map.rows() / 5}}) {
        CAPTURE(column);
        CAPTURE(row);
        const Json patch = map.cell_settings(column, row);
        Json json = {{"downhill", 1},   {"lab", "surface"}, {"surface", "bowl"}, {"steps", 1}, {"optimizer", {{"name", rule.id}, {"lr", 0.37}}},
                     {"lanes", {patch}}};
        const auto pressed = surface_document_from_json(json);
        REQUIRE(pressed);
        const WalkSettings& walk = pressed->lanes[0].settings;
        const auto value = [&](const MapAxis& axis) {
          if (axis.name == "x") return walk.start.x;
          if (axis.name == "y") return walk.start.y;
          for (std::size_t i = 0; i < rule.parameters.size(); ++i)
            if (rule.parameters[i].name == axis.name) return walk.optimizer.values[i];
          return -1.0;
        };
        const auto in_cell = [&](const MapAxis& axis, int number, int count) {
          CHECK(axis.value(static_cast<double>(number) / count) <= value(axis));
          CHECK(value(axis) < axis.value((number + 1.0) / count));
          longest = std::max(longest, shortest_text(value(axis)).size());
        };
        in_cell(map.across(), column, 96);
        if (!map.up().name.empty()) in_cell(map.up(), row, map.rows());
        // the others of the rule stay
        if (rule.id == "adam") CHECK(walk.optimizer.values[1] == 0.9);
        map.want(pressed->lanes[0], kind, view);
        CHECK(worker.asked == 1);
        CHECK(map.current());
      }
      CHECK(longest <= 9); // −0.00123 and the like, 1.23e-05
      // far outside its rates it is another map
      Json far = d.json();
      far["optimizer"]["lr"] = 0.37 / 1000;
      map.want(surface_document_from_json(far)->lanes[0], kind, view);
      CHECK(worker.asked == 2); // of starts at any other rate
    }
}

TEST_CASE("what nobody looks at any more is dropped, and so is the work of a map that ends; one that moves keeps it") {
  const SurfaceDocument d = document(kFour);
  Worker worker;
  auto map = std::make_unique<SurfaceMap>(1, worker.post());
  map->want(d.lanes[0], MapKind::starts, view_of(d));
  CHECK(worker.turn({map.get()}));
  map->cancel();
  CHECK(worker.dropped == 1);
  CHECK(map->progress() < 0);
  CHECK(map->at(0, 0) != nullptr); // what there is can still be shown
  CHECK(!worker.turn({map.get()}));
  map->cancel();
  CHECK(worker.dropped == 1);
  // wanted again it goes on, and loses nothing of what is known
  const Arrival* known = map->at(0, 0);
  map->want(d.lanes[0], MapKind::starts, view_of(d));
  CHECK(map->at(0, 0) == known);
  CHECK(worker.turn({map.get()}));
  CHECK(map->at(0, 0) == known);

  SurfaceMap moved = std::move(*map);
  map.reset();
  CHECK(worker.dropped == 1);
  CHECK(worker.turn({&moved}));
  SurfaceMap other(2, worker.post(), 10, 10);
  other.want(d.lanes[0], MapKind::rates, view_of(d));
  moved = std::move(other); // what it had is dropped, what it has now is not
  CHECK(worker.dropped == 2);
  worker.until_known(moved);
  check_equal(moved, *engine_map(d, MapKind::rates, view_of(d), 10, 10));
  CHECK(!worker.host->work(0.008));
  {
    SurfaceMap brief_one(1, worker.post());
    brief_one.want(d.lanes[0], MapKind::starts, view_of(d));
    CHECK(worker.turn({}));
  }
  CHECK(worker.dropped == 3);
  CHECK(!worker.host->work(0.008));
  worker.take_mail();
  // a new one with the slot of one that ended takes nothing of its answers
  auto first = std::make_unique<SurfaceMap>(1, worker.post());
  first->want(d.lanes[0], MapKind::starts, view_of(d));
  worker.host->work(0.008);
  const auto late = worker.take_mail();
  REQUIRE(!late.empty());
  first.reset();
  SurfaceMap second(1, worker.post());
  second.want(d.lanes[0], MapKind::rates, view_of(d));
  for (const ToApp& m : late) CHECK(!second.take(m));
}

TEST_CASE("questions that make no sense are refused in a sentence, and the worker goes on") {
  const SurfaceDocument d = document(kFour);
  Worker worker;
  const auto refused = [&](const AskMap& ask) -> std::string {
    worker.host->receive(encode(ToTrainer{ask}));
    CHECK(!worker.host->work(0.008));
    const auto answers = worker.take_mail();
    REQUIRE(answers.size() == 1);
    const auto* problem = std::get_if<MapProblem>(&answers[0]);
    REQUIRE(problem);
    CHECK((problem->slot == ask.slot && problem->request == ask.request));
    CHECK(!UserError{problem->code, problem->place, problem->with}.sentence(Language::en).empty());
    return problem->code;
  };
  const AskMap good{4, 9, d.json().dump(), MapKind::rates, 8, 8, view_of(d)};
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::uint32_t side : {0U, 257U, 0xffffffffU}) {
    AskMap ask = good;
    ask.columns = side;
    CHECK(refused(ask) == "out_of_range");
    ask = good;
    ask.rows = side;
    CHECK(refused(ask) == "out_of_range");
  }
  for (const Extent& view : {Extent{1, 1, 0, 1}, {1, -1, 0, 1}, {0, 1, nan, 1}, {0, infinity, 0, 1}, {-infinity, 0, 0, 1}, {0, 1e7, 0, 1}, {0, 1, 0, nan}}) {
    AskMap ask = good;
    ask.view = view;
    CHECK(refused(ask) == "out_of_range");
  }
  for (const auto& [text, code] : {std::pair<std::string, std::string>{"", "json_syntax"},
                                   {"{", "json_syntax"},
                                   {"[]", "wrong_type"},
                                   {R"({"downhill":1,"lab":"surface","surface":"nowhere","lanes":[{}]})", "not_a_choice"},
                                   {R"({"downhill":1,"lab":"surface","lanes":[]})", "no_lanes"},
                                   {R"({"downhill":1,"lab":"dropout","lanes":[{}]})", "other_lab"},
                                   {R"({"downhill":1,"lab":"surface","surface":{"name":"formula","formula":"x+"},"lanes":[{}]})", "formula_operand"},
                                   {std::string(100000, '['), "json_too_deep"},
                                   {std::string(kTextMost + 1, ' '), "json_too_large"}}) {
    AskMap ask = good;
    ask.document = text;
    const std::string said = refused(ask);
    CAPTURE(text.substr(0, 80));
    CHECK(said == code);
  }
  // a refusal ends what was under way in its slot, and nothing else
  worker.host->receive(encode(ToTrainer{good}));
  AskMap other = good;
  other.slot = 5, other.columns = 0;
  worker.host->receive(encode(ToTrainer{other}));
  CHECK(worker.host->work(0.001));
  worker.take_mail();
  worker.host->receive(encode(ToTrainer{DropLook{4}})); // a view's slot is none of a map
  CHECK(worker.host->work(0.001));
  worker.take_mail();
  other.slot = 4;
  CHECK(refused(other) == "out_of_range");
  // a rate so small that a hundredth of it is none, sides that are points, walks into the void: some map, no fault
  for (const Json& patch : {Json{{"optimizer", {{"name", "sgd"}, {"lr", 1e-322}}}},
                            {{"optimizer", {{"name", "adam"}, {"lr", 0}}}},
                            {{"optimizer", {{"name", "adamw"}, {"lr", 100}}}},
                            {{"surface", {{"name", "formula"}, {"formula", "log(x) + 1/y"}}}},
                            {{"surface", {{"name", "formula"}, {"formula", "1e300*x^2 + y"}}}}})
    for (const Extent& view : {Extent{-5, 5, -5, 5}, {0, 1e-300, 0, 1e-300}, {-1e6, 1e6, -1e6, 1e6}})
      for (const MapKind kind : {MapKind::rates, MapKind::starts}) {
        SurfaceMap map(1, worker.post(), 5, 4);
        map.want(document(patch).lanes[0], kind, view);
        worker.until_known(map);
        CHECK(map.columns() == 5);
      }
}

TEST_CASE("answers that make no sense change nothing") {
  const SurfaceDocument d = document(kFour);
  Worker worker;
  SurfaceMap map(3, worker.post(), 20, 20);
  map.want(d.lanes[0], MapKind::starts, view_of(d));
  worker.host->work(0.008);
  const auto answers = worker.take_mail();
  REQUIRE(answers.size() == 2);
  const auto begun = std::get<MapBegun>(answers[0]);
  const auto piece = std::get<MapPiece>(answers[1]);
  CHECK(!map.take(piece)); // of what?
  const auto wrong = [&](auto message, const auto& change) {
    change(message);
    const std::uint64_t version = map.version();
    CHECK(!map.take(message));
    CHECK(map.version() == version);
  };
  const auto wrong_begun = [&](const auto& change) { wrong(begun, change); };
  wrong_begun([](MapBegun& m) { ++m.slot; });
  wrong_begun([](MapBegun& m) { ++m.request; });
  wrong_begun([](MapBegun& m) { m.columns = 0; });
  wrong_begun([](MapBegun& m) { m.rows = 0xffffffff; });
  wrong_begun([](MapBegun& m) { m.rows = 1; });
  wrong_begun([](MapBegun& m) { m.across.name = "lr"; });
  wrong_begun([](MapBegun& m) { m.across.name = ""; });
  wrong_begun([](MapBegun& m) { m.up.name = "", m.rows = 1; });
  wrong_begun([](MapBegun& m) { m.across.least = m.across.most; });
  wrong_begun([](MapBegun& m) { m.up.most = std::numeric_limits<double>::quiet_NaN(); });
  wrong_begun([](MapBegun& m) { m.up.scale = MapAxis::Scale::log; }); // from −5
  wrong_begun([](MapBegun& m) { m.minima.resize(201); });
  REQUIRE(map.take(begun));
  const auto wrong_piece = [&](const auto& change) { wrong(piece, change); };
  wrong_piece([](MapPiece& m) { ++m.slot; });
  wrong_piece([](MapPiece& m) { --m.request; });
  wrong_piece([](MapPiece& m) { m.from = 1; });
  wrong_piece([](MapPiece& m) { m.from = 0xffffffff; });
  wrong_piece([](MapPiece& m) { m.steps.pop_back(); });
  wrong_piece([](MapPiece& m) { m.f.clear(); });
  wrong_piece([](MapPiece& m) { m.ends.back() = 4; }); // there are four
  wrong_piece([](MapPiece& m) { m.steps.back() = 10001; });
  wrong_piece([](MapPiece& m) { m.ends.resize(401), m.steps.resize(401), m.f.resize(401); });
  CHECK(!map.take(MapProblem{3, begun.request + 1, "memory", "", {}}));
  CHECK(!map.take(ToApp{BenchReport{}}));
  REQUIRE(map.take(piece));
  CHECK(map.take(piece)); // once more: known
  worker.until_known(map);
  check_equal(map, *engine_map(d, MapKind::starts, view_of(d), 20, 20));
  CHECK(!map.take(piece)); // nothing is waited for
}

TEST_CASE("beside a lane that trains a map has a quarter of the time: both go on, and both end the same") {
  const std::string lane =
      R"({"downhill":1,"data":{"source":"moons","train":200,"test":50},"network":{"hidden":[{"units":8}]},"epochs":20,"batch":8,"lanes":[{}]})";
  const auto ended = [&](Worker& worker, SurfaceMap* map, const SurfaceDocument& d) {
    const LaneKey key{0, 0, 1};
    worker.host->receive(encode(ToTrainer{StartLane{key, lane}}));
    std::uint64_t hash = 0;
    std::int64_t step = 0, both = 0;
    for (int i = 0; i < 20000 && (hash == 0 || (map && map->progress() >= 0)); ++i) {
      worker.host->receive(encode(ToTrainer{Grant{key, step + 20}}));
      if (map) map->want(d.lanes[0], MapKind::starts, view_of(d));
      const double known = map ? map->progress() : 0;
      const std::int64_t before = step;
      worker.host->work(0.008);
      for (const ToApp& m : worker.take_mail()) {
        if (map) map->take(m);
        if (const auto* snapshot = std::get_if<Snapshot>(&m)) step = snapshot->step, hash = snapshot->hash;
      }
      both += step > before && map && map->progress() > known;
    }
    CHECK(hash != 0);
    if (map) CHECK(both > 3); // between two looks at it lane and map had moved
    return hash;
  };
  const SurfaceDocument d = document(kFour);
  Worker alone, busy;
  SurfaceMap map(1, busy.post(), 30, 30);
  CHECK(ended(alone, nullptr, d) == ended(busy, &map, d));
  CHECK(map.progress() < 0);
  check_equal(map, *engine_map(d, MapKind::starts, view_of(d), 30, 30));
}

TEST_CASE("two maps share a worker") {
  const SurfaceDocument d = document(kFour);
  Worker worker;
  SurfaceMap starts(1, worker.post(), 20, 20), rates(2, worker.post(), 20, 20);
  starts.want(d.lanes[0], MapKind::starts, view_of(d));
  rates.want(d.lanes[0], MapKind::rates, view_of(d));
  for (int i = 0; i < 1000 && (starts.progress() >= 0 || rates.progress() >= 0); ++i) {
    worker.turn({&starts, &rates});
    if (starts.progress() > 0 && rates.progress() > 0) CHECK(std::fabs(starts.progress() - rates.progress()) < 0.2);
  }
  check_equal(starts, *engine_map(d, MapKind::starts, view_of(d), 20, 20));
  check_equal(rates, *engine_map(d, MapKind::rates, view_of(d), 20, 20));
}

TEST_CASE("a worker that dies: its map is asked for again in the next one, and what is known stays") {
  const SurfaceDocument d = document(kFour);
  Worker worker;
  SurfaceMap map(1, worker.post(), 40, 40);
  map.want(d.lanes[0], MapKind::rates, view_of(d));
  for (int i = 0; i < 40; ++i) worker.turn({&map});
  const double known = map.progress();
  CHECK(known > 0.05);
  // the lane's rate is another by now, and still shown: the axes stay as they are
  Json moved = kFour;
  moved["optimizer"]["lr"] = 0.02;
  const SurfaceDocument after = document(moved);
  worker.restart();
  map.forget();
  CHECK(map.progress() < 0);
  CHECK(worker.dropped == 0);
  map.want(after.lanes[0], MapKind::rates, view_of(d));
  CHECK(worker.asked == 2);
  CHECK(map.progress() == known);
  worker.until_known(map);
  check_equal(map, *engine_map(d, MapKind::rates, view_of(d), 40, 40));
  // all is known: the next worker is asked nothing
  worker.restart();
  map.forget();
  map.want(after.lanes[0], MapKind::rates, view_of(d));
  CHECK(worker.asked == 2);

  // of memory: what killed it is not asked for again until something else is wanted
  map.want(d.lanes[0], MapKind::starts, view_of(d));
  worker.dies_telling = true;
  worker.turn({&map});
  REQUIRE(map.problem());
  CHECK(map.problem()->code == "memory");
  worker.restart();
  map.forget();
  map.want(d.lanes[0], MapKind::starts, view_of(d));
  CHECK(worker.asked == 3);
  map.want(d.lanes[0], MapKind::rates, view_of(d));
  CHECK(worker.asked == 4);
  CHECK(!map.problem());
  worker.until_known(map);
}
