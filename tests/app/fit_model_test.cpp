#include "app/core/fit_model.hpp"
#include "experiment/experiment.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {

struct Room {
  explicit Room(const Json& more = Json::object()) : document(kFitFormat, merged(more)), model(document) {}
  static Json merged(const Json& more) {
    Json json = {{"downhill", 1}, {"lab", "fit"}};
    merge_patch(json, more);
    return json;
  }
  LabDocument document;
  FitLabModel model;
};

const Json kUnit = {{"part", "approximate"}, {"target", {{"name", "waves"}}}}; // over [0, 1]

} // namespace

TEST_CASE("fit model: another target brings its interval, and towers and place come along; a formula begins with what is shown") {
  Room room(kUnit);
  REQUIRE(room.model.settings().high == 1);
  CHECK_FALSE(room.model.put_towers({{0.2, 0.4, 0.5}}, false));
  CHECK_FALSE(room.model.choose_target("two_bumps"));
  CHECK(room.model.settings().low == -5);
  CHECK(room.model.settings().high == 5);
  REQUIRE(room.model.towers().size() == 1);
  CHECK(room.model.towers()[0].from == doctest::Approx(-3));
  CHECK(room.model.towers()[0].to == doctest::Approx(-1));
  CHECK(room.model.settings().place == 0);
  CHECK_FALSE(room.model.choose_target("formula"));
  CHECK(room.model.settings().target.formula == "exp(-x^2) + 1.5*exp(-(x-2)^2)");
  CHECK_FALSE(room.model.type_formula("x^3"));
  CHECK(room.model.target().at(2) == 8);
  CHECK(room.model.settings().high == 5);
  for (const char* wrong : {"x*y", "3", "x +", ""}) CHECK_MESSAGE(room.model.type_formula(wrong), wrong);
  CHECK(room.model.target().at(2) == 8);
  CHECK(room.document.undo());
  CHECK(room.document.undo());
  room.model.follow();
  CHECK(room.model.target_name() == "two_bumps");
}

TEST_CASE("fit model: f is drawn by strokes: heights between the hand's places, none beside, one step of undo") {
  Room room(kUnit);
  const Json before = room.document.json();
  CHECK_FALSE(room.model.choose_target("drawn"));
  const auto first = room.model.settings().target.heights;
  REQUIRE(first.size() == FitLabModel::kHeights);
  const Json drawn = room.document.json();
  CHECK_FALSE(room.model.stroke({0.25, 1}, {0.5, 2}, true));
  CHECK_FALSE(room.model.stroke({0.5, 2}, {0.5, 3}, true));
  room.document.let_go();
  const auto heights = room.model.settings().target.heights;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const double x = room.model.height_place(i);
    if (x < 0.249 || x > 0.501) CHECK(heights[i] == first[i]);
    if (x > 0.251 && x < 0.499) CHECK(heights[i] == doctest::Approx(1 + (x - 0.25) / 0.25).epsilon(0.01));
  }
  CHECK(heights[20] == 3);
  CHECK(room.model.target().at(0.5) == 3);
  CHECK(room.document.undo());
  CHECK(room.document.json() == drawn);
  room.model.follow();
  CHECK_FALSE(room.model.stroke({-7, 1}, {9, 1}, false)); // beyond both ends
  for (const double y : room.model.settings().target.heights) CHECK(y == 1);
  CHECK_FALSE(room.model.set_height(3, -2, false));
  CHECK(room.model.settings().target.heights[3] == -2);
  CHECK(room.model.settings().target.heights[4] == 1);
  while (room.document.undo()) {
  }
  CHECK(room.document.json() == before);
}

TEST_CASE("fit model: a stroke over a function that is not drawn yet makes it one, in one step of undo") {
  for (const bool held : {false, true}) {
    Room room(kUnit);
    const Json before = room.document.json();
    CHECK_FALSE(room.model.stroke({0.25, 1}, {0.5, 2}, held));
    if (held) CHECK_FALSE(room.model.stroke({0.5, 2}, {0.6, 2}, held));
    room.document.let_go();
    CHECK(room.model.target_name() == "drawn");
    CHECK(room.model.settings().low == 0);
    CHECK(room.model.settings().high == 1);
    REQUIRE(room.model.settings().target.heights.size() == FitLabModel::kHeights);
    CHECK(room.model.settings().target.heights[20] == 2);
    CHECK(room.model.settings().target.heights[40] == doctest::Approx(Target(Room(kUnit).model.settings()).at(1)).epsilon(0.01)); // f where the hand wasn't
    CHECK(room.document.undo());
    CHECK(room.document.json() == before);
    CHECK_FALSE(room.document.changes().can_undo());
  }
}

TEST_CASE("fit model: towers are added where there is room, moved within the interval, removed") {
  Room room(kUnit);
  FitLabModel& m = room.model;
  for (int i = 0; i < 5; ++i) CHECK_FALSE(m.add_tower());
  REQUIRE(m.towers().size() == 5);
  for (const Tower& t : m.towers()) {
    CHECK(t.from >= 0);
    CHECK(t.to <= 1);
    CHECK(t.to > t.from);
    CHECK(t.height != 0);
  }
  double covered = 0;
  for (const Tower& t : m.towers()) covered += t.to - t.from;
  CHECK(covered == doctest::Approx(1)); // side by side
  CHECK_FALSE(m.add_tower());           // over others
  CHECK(m.towers().size() == 6);
  using Edge = FitLabModel::Edge;
  CHECK_FALSE(m.move_tower(0, Edge::left, 0.5, false)); // no further than its right edge
  CHECK(m.towers()[0].from < m.towers()[0].to);
  CHECK_FALSE(m.move_tower(0, Edge::right, 7, false));
  CHECK(m.towers()[0].to == 1);
  CHECK_FALSE(m.move_tower(0, Edge::top, -0.123456, false));
  CHECK(m.towers()[0].height == doctest::Approx(-0.12).epsilon(0.02));
  CHECK_FALSE(m.move_tower(99, Edge::top, 1, false));
  CHECK_FALSE(m.remove_tower(0));
  CHECK(m.towers().size() == 5);
  while (m.can_add_tower()) m.add_tower();
  CHECK(m.towers().size() == kTowersMost);
  CHECK_FALSE(m.add_tower());
  CHECK(m.towers().size() == kTowersMost);
}

TEST_CASE("fit model: a tower can be added where f has no values beyond the interval") {
  Room room(Json{{"part", "approximate"}, {"target", {{"name", "formula"}, {"formula", "sqrt(x)"}}}, {"interval", {0, 1}}, {"towers", Json::array()}});
  REQUIRE(std::isnan(room.model.f().front()));
  CHECK_FALSE(room.model.add_tower());
  REQUIRE(room.model.towers().size() == 1);
  CHECK(room.model.towers()[0].height == doctest::Approx(0.5).epsilon(0.05));
}

TEST_CASE("fit model: towers as high as f come closer the more there are; the goal is told by the same number") {
  Room room(kUnit);
  double last = 1e9;
  for (const std::size_t count : {1U, 2U, 5U, 10U, 40U}) {
    CHECK_FALSE(room.model.spread_towers(count));
    CHECK(room.model.towers().size() == count);
    CHECK(room.model.towers_deviation() < last);
    last = room.model.towers_deviation();
    CHECK(last == tower_deviation(room.model.settings(), room.model.target()));
    CHECK(room.model.goal_reached() == (last <= room.model.settings().goal));
  }
  CHECK(last < 0.05);
  // the curve is that of the engine, beyond the interval, too
  CHECK(room.model.shown_low() == doctest::Approx(-0.2));
  for (std::size_t i = 0; i < room.model.places().size(); i += 40)
    CHECK(room.model.towers_curve()[i] == towers_at(room.model.settings(), room.model.places()[i]));
}

TEST_CASE("fit model: points become the student's own by the first touch, and are drawn again") {
  Room room(Json{{"points", 10}, {"noise", 0.3}});
  FitLabModel& m = room.model;
  const auto drawn = m.points();
  REQUIRE(drawn.size() == 10);
  CHECK_FALSE(m.own_points());
  CHECK_FALSE(m.add_point({2, 1}));
  REQUIRE(m.points().size() == 11);
  CHECK(m.own_points());
  CHECK(m.points().back() == FitPoint{2, 1});
  CHECK(m.points().front() == drawn.front()); // to the bit
  CHECK_FALSE(m.move_point(10, {3, 0.5}, true));
  CHECK_FALSE(m.move_point(10, {99, 0.7}, true)); // stays in the interval
  room.document.let_go();
  CHECK(m.points().back() == FitPoint{5, 0.7});
  CHECK(room.document.undo());
  m.follow();
  CHECK(m.points().back() == FitPoint{2, 1});
  CHECK_FALSE(m.remove_point(10));
  CHECK(m.points() == drawn);
  for (int i = 0; i < 20; ++i) CHECK_FALSE(m.remove_point(0));
  CHECK(m.points().size() == 1); // the last one stays
  CHECK_FALSE(m.draw_points());
  CHECK(m.points() == drawn);
  CHECK_FALSE(m.draw_anew());
  CHECK(m.points().size() == 10);
  CHECK(m.points() != drawn);
  CHECK(m.settings().seed == 2);
  Room many(Json{{"points", 200}});
  CHECK_FALSE(many.model.add_point({0, 0}));
  CHECK_FALSE(many.model.can_add_point());
  CHECK(many.model.points().size() == 200);
}

TEST_CASE("fit model: the polynomial and the sweep are the engine's; the sweep waits for what decides it") {
  Room room(Json{{"points", 20}, {"noise", 0.3}, {"model", {{"degree", 9}}}});
  FitLabModel& m = room.model;
  FitRun run(m.settings(), m.shared_target(), m.points());
  while (run.advance()) {
  }
  REQUIRE(m.polynomial());
  CHECK(m.polynomial()->curve == run.predict(m.places()));
  CHECK(m.polynomial()->train_error == run.stands().back().train_error);
  CHECK(m.polynomial()->expected_error == run.stands().back().expected_error);
  REQUIRE(m.degrees().size() == kDegreeMost + 1);
  CHECK(m.degrees()[9].expected_error == m.polynomial()->expected_error);
  for (const CapacityFit& here : m.degrees()) { // as a worker would find it
    CapacityRun there(m.settings(), here.capacity, false);
    while (there.advance()) {
    }
    CHECK(here.train_error == there.result().train_error);
    CHECK(here.expected_error == there.result().expected_error);
    CHECK(here.capacity == there.result().capacity);
  }
  for (std::size_t d = 1; d < m.degrees().size(); ++d) CHECK(m.degrees()[d].train_error <= m.degrees()[d - 1].train_error * (1 + 1e-9));
  const auto before = m.degrees();
  CHECK_FALSE(m.set_capacity(4, false));
  CHECK(m.capacity() == 4);
  CHECK(m.degrees()[9].expected_error == before[9].expected_error);
  CHECK(m.polynomial()->expected_error == before[4].expected_error);
  CHECK_FALSE(m.draw_anew());
  CHECK(m.degrees()[9].expected_error != before[9].expected_error);
  CHECK_FALSE(m.set_capacity(99, false));
  CHECK(m.capacity() == kDegreeMost);
}

TEST_CASE("fit model: a network's layers are all of one width, activation and dropout") {
  Room room;
  FitLabModel& m = room.model;
  CHECK_FALSE(m.choose_model(true));
  CHECK(m.network());
  CHECK(m.polynomial() == nullptr);
  CHECK_FALSE(m.set_layers(3));
  CHECK_FALSE(m.set_capacity(17, false));
  CHECK_FALSE(m.set_activation("relu"));
  CHECK_FALSE(m.set_dropout(0.25, false));
  REQUIRE(m.settings().model.hidden.size() == 3);
  for (const HiddenLayer& layer : m.settings().model.hidden) {
    CHECK(layer.units == 17);
    CHECK(layer.activation.name == "relu");
    CHECK(layer.dropout == 0.25);
  }
  CHECK(m.capacity() == 17);
  CHECK(m.set_activation("nonsense"));
  CHECK_FALSE(m.set_layers(0));
  CHECK(m.capacity() == 0);
  CHECK_FALSE(m.set_layers(1));
  CHECK(m.settings().model.hidden.size() == 1);
  CHECK_FALSE(m.choose_model(false));
  CHECK(m.capacity() == 5);
}

TEST_CASE("fit model: a network without hidden layers is given one, by its layers or by a width") {
  for (const bool by_layers : {false, true}) {
    Room room(Json{{"model", {{"name", "network"}, {"hidden", Json::array()}}}});
    FitLabModel& m = room.model;
    REQUIRE(m.settings().model.hidden.empty());
    const Json before = room.document.json();
    const auto error = by_layers ? m.set_layers(2) : m.set_capacity(16, false); // as the remedy does
    CHECK_FALSE(error);
    REQUIRE(m.settings().model.hidden.size() == (by_layers ? 2 : 1));
    CHECK(m.width() == (by_layers ? 64 : 16));
    CHECK(m.settings().model.hidden.front().activation.name == "tanh");
    CHECK(m.dropout() == 0);
    CHECK(room.document.undo());
    CHECK(room.document.json() == before);
  }
}

TEST_CASE("fit model: just is what comes within a tenth of the least expected error; below it is under, above it over") {
  using Side = Fitness::Side;
  Room room(Json{{"points", 20}, {"noise", 0.3}, {"model", {{"degree", 5}}}});
  const auto& all = room.model.degrees();
  const std::int64_t best = all[*least_error(all, false)].capacity;
  const auto side_of = [&](std::size_t degree) { return fitness_of(all, static_cast<std::int64_t>(degree), all[degree].expected_error)->side; };
  for (const auto& [degree, side] : {std::pair{1, Side::under}, {2, Side::under}, {3, Side::just}, {5, Side::just}, {7, Side::over}, {12, Side::over}})
    CHECK_MESSAGE(side_of(static_cast<std::size_t>(degree)) == side, degree);
  CHECK(side_of(static_cast<std::size_t>(best)) == Side::just);
  CHECK(*just_fitting(all) == std::array<std::int64_t, 2>{3, 6});
  for (std::size_t degree = 0; degree < all.size(); ++degree) { // the zones of the plot and the sentence agree
    const auto [low, high] = *just_fitting(all);
    const auto at = static_cast<std::int64_t>(degree);
    CHECK((side_of(degree) == Side::just) == (at >= low && at <= high));
  }
  // a width between those that were tried may be the best; one that diverged is not, and of nothing but those nothing is known
  std::vector<CapacityFit> widths(3);
  for (std::size_t i = 0; i < 3; ++i) widths[i].capacity = std::int64_t{1} << i, widths[i].expected_error = 1.0 - 0.1 * static_cast<double>(i);
  CHECK(fitness_of(widths, 3, 0.7)->best == 3);
  CHECK(fitness_of(widths, 3, 0.7)->least == 0.7);
  CHECK(fitness_of(widths, 3, 0.95)->side == Side::under);
  widths[2].diverged = true;
  CHECK(fitness_of(widths, 1, 1.0)->best == 2);
  CHECK_FALSE(fitness_of(widths, 1, std::nan("")));
  for (CapacityFit& fit : widths) fit.diverged = true;
  CHECK_FALSE(fitness_of(widths, 1, 1.0));
  CHECK_FALSE(just_fitting(widths));
}

TEST_CASE("fit model: in a plane there are as many points, the same seed, and the student's network as one more lane") {
  const Json boundary = {{"downhill", 1},
                         {"title", "of the preset"},
                         {"batch", 20},
                         {"data", {{"source", "moons"}, {"train", 200}, {"test", 100}}},
                         {"lanes", Json::array({Json{{"network", {{"hidden", Json::array({Json{{"units", 1}}})}}}}})}};
  Room room(Json{{"points", 37}, {"seed", 5}});
  const auto polynomial = experiment_from_json(room.model.in_plane(boundary, "mine"));
  REQUIRE(polynomial);
  CHECK(polynomial->lanes.size() == 1); // there is no polynomial of two numbers
  CHECK(polynomial->lanes[0].settings.data.train == 37);
  CHECK(room.model.points_in_plane() == 37);
  CHECK(polynomial->lanes[0].settings.data.seed == 5);
  CHECK(polynomial->lanes[0].settings.seed == 5);
  CHECK(polynomial->title.is_null());
  CHECK_FALSE(room.model.choose_model(true));
  CHECK_FALSE(room.model.set_layers(2));
  CHECK_FALSE(room.model.set_width(9, false));
  CHECK_FALSE(room.model.set_dropout(0.2, false));
  const auto network = experiment_from_json(room.model.in_plane(boundary, {{"zh", "我的网络"}, {"en", "mine"}}));
  REQUIRE(network);
  REQUIRE(network->lanes.size() == 2);
  const LaneSettings& mine = network->lanes[1].settings;
  REQUIRE(mine.network.hidden.size() == 2);
  CHECK(mine.network.hidden[1].units == 9);
  CHECK(mine.network.hidden[1].activation.name == "tanh");
  CHECK(mine.network.hidden[1].dropout == 0.2);
  CHECK(network->lanes[1].label["en"] == "mine");
  CHECK(network->lanes[0].settings.network.hidden[0].units == 1);
  Json full = boundary;
  while (full["lanes"].size() < kLanesMost) full["lanes"].push_back(Json::object());
  CHECK(experiment_from_json(room.model.in_plane(full, "mine")));
  Room few(Json{{"points", 10}});
  const auto all_at_once = experiment_from_json(few.model.in_plane(boundary, "mine"));
  REQUIRE(all_at_once);
  CHECK(all_at_once->lanes[0].settings.batch == 0);
}

TEST_CASE("fit model: remedies change one setting, and what was before is kept until something else changes") {
  Room room(Json{{"points", 20}, {"noise", 0.3}, {"model", {{"degree", 12}}}});
  FitLabModel& m = room.model;
  const auto least = least_error(m.degrees(), false);
  REQUIRE(least);
  const std::int64_t best = m.degrees()[*least].capacity;
  REQUIRE(best < 12);
  const auto kinds = [](const std::vector<RemedyOffer>& offers) {
    std::vector<FitRemedy> all;
    for (const RemedyOffer& each : offers) all.push_back(each.kind);
    return all;
  };
  CHECK(kinds(m.remedies(best, {})) == std::vector{FitRemedy::capacity, FitRemedy::weight_decay, FitRemedy::data});
  CHECK(kinds(m.remedies(12, {})) == std::vector{FitRemedy::weight_decay, FitRemedy::data});
  const FitOutcome worse = *m.polynomial();
  for (const RemedyOffer& offer : m.remedies(best, {})) {
    CHECK_FALSE(m.apply(offer, *m.polynomial()));
    REQUIRE(m.before());
    CHECK(m.before()->outcome.expected_error == worse.expected_error);
    CHECK(m.before()->outcome.curve == worse.curve);
    CHECK_MESSAGE(m.polynomial()->expected_error < worse.expected_error, static_cast<int>(offer.kind));
    CHECK(room.document.undo()); // one step
    m.follow();
    CHECK(m.before() == nullptr);
    CHECK(m.polynomial()->expected_error == worse.expected_error);
  }
  CHECK_FALSE(m.apply({FitRemedy::weight_decay, 0, 0.001}, *m.polynomial()));
  CHECK(m.settings().model.weight_decay == 0.001);
  CHECK_FALSE(m.set_capacity(11, false));
  CHECK(m.before() == nullptr);
  CHECK(m.remedies({}, {})[0].to == 0.01); // the next power of ten
}

TEST_CASE("fit model: of a network dropout and early stopping help, too; own points are not multiplied") {
  Room room(Json{{"model", {{"name", "network"}}}});
  FitLabModel& m = room.model;
  const auto offers = m.remedies({}, 120);
  REQUIRE(offers.size() == 4);
  CHECK(offers[1].kind == FitRemedy::dropout);
  CHECK(offers[3].kind == FitRemedy::early_stop);
  CHECK_FALSE(m.apply(offers[3], {}));
  CHECK(m.settings().model.epochs == 120);
  for (const RemedyOffer& each : m.remedies({}, 120)) CHECK(each.kind != FitRemedy::early_stop);
  CHECK_FALSE(m.apply(offers[1], {}));
  CHECK(m.dropout() == 0.2);
  CHECK_FALSE(m.add_point({0, 0}));
  for (const RemedyOffer& each : m.remedies({}, {})) {
    CHECK(each.kind != FitRemedy::data);
    CHECK(each.kind != FitRemedy::dropout);
  }
}

TEST_CASE("fit model: what overfits, every remedy makes better by a tenth, over five seeds") {
  for (const int seed : {1, 2, 3, 4, 5}) {
    Room room(Json{{"points", 20}, {"noise", 0.3}, {"seed", seed}, {"model", {{"degree", 12}}}});
    FitLabModel& m = room.model;
    const std::int64_t best = m.degrees()[*least_error(m.degrees(), false)].capacity;
    const FitOutcome before = *m.polynomial();
    for (const RemedyOffer& offer : m.remedies(best, {})) {
      CHECK_FALSE(m.apply(offer, before));
      CHECK_MESSAGE(m.polynomial()->expected_error < 0.9 * before.expected_error, seed, " ", static_cast<int>(offer.kind), " ", before.expected_error, " ",
                    m.polynomial()->expected_error);
      room.document.undo(), m.follow();
    }
  }
}
