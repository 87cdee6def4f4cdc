#include "app/bare_race.hpp"
#include "app/core/dropout_model.hpp"
#include "app/core/standing.hpp"

#include <limits>

using namespace downhill;
using namespace downhill::protocol;

namespace {

Json layers(std::initializer_list<double> rates) {
  Json out = Json::array();
  for (const double p : rates) out.push_back({{"units", 8}, {"activation", "relu"}, {"dropout", p}});
  return out;
}
Json experiment(const char* source) {
  return {{"downhill", 1},
          {"data", {{"source", source}, {"train", 100}, {"test", 50}}},
          {"network", {{"hidden", layers({0, 0})}}},
          {"batch", 10},
          {"lanes", {Json::object(), {{"label", "B"}, {"network", {{"hidden", layers({0.2, 0.4})}}}}}}};
}
struct Lab {
  explicit Lab(const char* source = "fashion-mnist") : own(experiment(source)), toy(experiment("moons")) {}
  BareRace own, toy;
  DropoutModel model{own.race, toy.race};
  Json label(std::size_t lane) const { return own.race.experiment().lanes[lane].label; }
};

EnsembleLook ensemble() {
  EnsembleLook look;
  look.place = 7, look.count = 3, look.classes = 2, look.label = 1;
  look.probabilities = {0.75F, 0.25F, 0.5F, 0.5F, 0, 1};
  look.eval = {0.375F, 0.625F};
  look.eval_units = {{0, 3, 1}, {2}}, look.mean_units = {{0, 2, 1}, {2}};
  return look;
}

} // namespace

TEST_CASE("a rate is one layer's of one lane, and the label says it") {
  Lab lab;
  REQUIRE(!lab.model.set_rate(1, 0, 0.25));
  CHECK(lab.model.rate(1, 0) == 0.25);
  CHECK(lab.model.rate(1, 1) == 0.4);
  CHECK(lab.model.rate(0, 0) == 0);
  CHECK(lab.label(1) == "p = 0.25, 0.4");
  CHECK(lab.label(0).is_null());
  REQUIRE(!lab.model.set_rate(1, 1, 0.25));
  CHECK(lab.label(1) == "p = 0.25");
  CHECK(lab.model.set_rate(1, 1, 0.96)->code == "out_of_range");
  CHECK(lab.model.rate(1, 1) == 0.25);
  REQUIRE(lab.own.race.undo());
  CHECK(lab.label(1) == "p = 0.25, 0.4");
}

TEST_CASE("what is typed in the lab is taken within its range, or refused with it") {
  Lab lab;
  CHECK(DropoutModel::has("drop.p.1"));
  CHECK(DropoutModel::has("ensemble.n"));
  CHECK(!DropoutModel::has("field:/batch"));
  CHECK(!lab.model.type("drop.p.1", "０。３", 1));
  CHECK(lab.model.rate(1, 1) == 0.3);
  CHECK(lab.model.type("drop.p.1", "2", 1)->with == std::vector<std::string>{"2", "0", "0.95"});
  CHECK(lab.model.type("drop.p.1", "p", 1)->code == "out_of_range");
  CHECK(!lab.model.type("drop.p.2", "0.5", 1)); // no such layer
  CHECK(!lab.model.type("drop.p.1", "0.3", 7)); // a lane that is gone: the last
  CHECK(lab.model.rate(1, 1) == 0.3);
  CHECK(lab.model.masks() == kMasks);
  CHECK(!lab.model.type("ensemble.n", "12.6", 0));
  CHECK(lab.model.masks() == 13);
  CHECK(lab.model.type("ensemble.n", "201", 0)->with == std::vector<std::string>{"201", "1", "200"});
  CHECK(lab.model.type("ensemble.n", "0", 0)->code == "out_of_range");
  CHECK(lab.model.masks() == 13);
}

TEST_CASE("of a large layer so many units are drawn, from its first to its last") {
  CHECK(drawn(5) == 5);
  CHECK(drawn(1000) == kUnitsDrawn);
  for (const std::size_t units : {std::size_t{1}, std::size_t{14}, std::size_t{15}, std::size_t{64}, std::size_t{1024}}) {
    CAPTURE(units);
    CHECK(unit_at(0, units) == 0);
    CHECK(unit_at(drawn(units) - 1, units) == units - 1);
    for (std::size_t dot = 1; dot < drawn(units); ++dot) CHECK(unit_at(dot, units) > unit_at(dot - 1, units));
  }
}

TEST_CASE("the unit that is shown is the chosen one, or the loudest of those drawn, and is of a layer that there is") {
  Lab lab;
  EnsembleLook look = ensemble();
  CHECK(lab.model.unit_shown(nullptr) == 0);
  CHECK(lab.model.unit_shown(&look) == 1);
  look.eval_units[0].assign(100, 0);
  look.eval_units[0][1] = 9;  // the loudest is not drawn
  look.eval_units[0][99] = 5; // the last is
  CHECK(lab.model.unit_shown(&look) == 99);
  lab.model.choose_unit(1, 4);
  lab.model.begin_frame(1);
  CHECK(lab.model.layer() == 1);
  CHECK(lab.model.unit_shown(&look) == 4);
  REQUIRE(!lab.own.race.edit_lane(1, "/network/hidden", layers({0.5})));
  lab.model.begin_frame(1);
  CHECK(lab.model.layer() == 0);
  CHECK(lab.model.unit_shown(&look) == 99);
}

TEST_CASE("dropped units are counted for the first example of a batch") {
  CHECK(dropped({4, 0.5, {1, 0, 0, 1, 0, 0, 0, 0}}) == 2);
  CHECK(dropped({4, 0, {}}) == 0); // no dropout
  CHECK(kept_scale(0.5) == 2);
  CHECK(kept_scale(0.3) == 1.429);
  CHECK(kept_scale(0) == 1);
}

TEST_CASE("the mean over masks is of the true class, and of as many as are asked for") {
  const MaskMeans means = mask_means(ensemble());
  CHECK(means.each == std::vector<double>{0.25, 0.5, 1});
  CHECK(means.mean == std::vector<double>{0.25, 0.375, 1.75 / 3});
  CHECK(means.evaluation == 0.625);
  CHECK(means.of(1) == 0.25);
  CHECK(means.of(3) == 1.75 / 3);
  CHECK(means.of(4) == 0);
  CHECK(means.of(0) == 0);
}

TEST_CASE("an answer that lacks anything is none") {
  CHECK(is_whole(ensemble()));
  const auto without = [](const auto& spoil) {
    EnsembleLook look = ensemble();
    spoil(look);
    return is_whole(look);
  };
  CHECK(!without([](EnsembleLook& l) { l.classes = 0; }));
  CHECK(!without([](EnsembleLook& l) { l.eval.pop_back(); }));
  CHECK(!without([](EnsembleLook& l) { l.probabilities.pop_back(); }));
  CHECK(!without([](EnsembleLook& l) { l.label = 2; }));
  CHECK(!without([](EnsembleLook& l) { l.mean_units.pop_back(); }));
}

TEST_CASE("the file of the ensemble has a row a mask, and one of evaluation") {
  CHECK(ensemble_csv(ensemble()) == "test_example,mask,p0,p1\n7,1,0.75,0.25\n7,2,0.5,0.5\n7,3,0,1\n7,eval,0.375,0.625\n");
}

TEST_CASE("the image that is shown is one of the test part") {
  Lab lab;
  lab.model.set_image(49);
  CHECK(lab.model.image() == 49);
  lab.model.set_image(9999);
  CHECK(lab.model.image() == 49);
  CHECK(lab.model.images() == 50);
}

TEST_CASE("the toy drops as the first layer of the lane does, or half, where it is shown") {
  Lab lab;
  const auto rate = [&] { return lab.toy.race.experiment().lanes[1].settings.network.hidden[0].dropout; };
  lab.model.begin_frame(1);
  CHECK(!lab.model.follow(1));
  CHECK(rate() == 0.2);
  CHECK(lab.toy.race.experiment().lanes[1].label == "B"); // nobody saw it
  lab.model.show_plane();
  CHECK(!lab.model.follow(0));
  CHECK(rate() == 0.5);
  CHECK(lab.toy.race.experiment().lanes[1].label == "p = 0.5");
  CHECK(lab.toy.race.experiment().lanes[0].settings.network.hidden[0].dropout == 0);
  CHECK(!lab.model.follow(1));
  CHECK(rate() == 0.2);
  const auto version = lab.toy.race.experiment_version();
  CHECK(!lab.model.follow(1));
  CHECK(!lab.model.follow(99)); // the last there is
  CHECK(lab.toy.race.experiment_version() == version);
  CHECK(&lab.model.plane() == &lab.toy.race);
}

TEST_CASE("two lanes over points of the plane are shown themselves") {
  Lab lab("moons");
  CHECK(&lab.model.plane() == &lab.own.race);
  lab.model.begin_frame(0);
  lab.model.show_plane();
  const auto version = lab.toy.race.experiment_version();
  CHECK(!lab.model.follow(0));
  CHECK(lab.toy.race.experiment_version() == version);
  REQUIRE(!lab.own.race.remove_lane(1));
  CHECK(&lab.model.plane() == &lab.toy.race); // one alone has nothing beside it
}

TEST_CASE("a curve has turned where it has risen clearly above its least point") {
  CHECK(turned_at({5, 4, 3, 3.2, 3.4}) == 2);
  CHECK(!turned_at({5, 4, 3, 3.1, 3.14})); // hardly
  CHECK(!turned_at({5, 4, 4, 3, 3.4}));    // only just
  CHECK(!turned_at({5, 3, 4, 5}));         // too few to say
  CHECK(!turned_at({}));
  CHECK(!turned_at({5, 4, 3, 3, std::numeric_limits<double>::quiet_NaN()}));
}
