#include "app/bare_race.hpp"
#include "app/core/activation_model.hpp"
#include "app/core/activation_traits.hpp"

#include <cmath>

using namespace downhill;

namespace {

const Json kSigmoids = {
    {"downhill", 1},
    {"data", {{"source", "fashion-mnist"}, {"train", 100}, {"test", 50}}},
    {"network", {{"hidden", Json::array({{{"units", 16}, {"activation", "sigmoid"}}, {{"units", 16}, {"activation", "sigmoid"}}})}}},
    {"batch", 10},
    {"lanes",
     {{{"label", "S"}},
      {{"label", "T"}, {"network", {{"hidden", Json::array({{{"units", 16}, {"activation", "tanh"}}, {{"units", 16}, {"activation", "tanh"}}})}}}}}}};
const Json kToy = {{"downhill", 1}, {"data", {{"source", "moons"}, {"train", 60}, {"test", 40}}}, {"batch", 20}, {"lanes", {Json::object()}}};

struct Lab {
  explicit Lab(const Json& experiment = kSigmoids) : own(experiment), toy(kToy) {}
  BareRace own, toy;
  ActivationModel model{own.race, toy.race, [](const std::string& id) { return Json("~" + id); }};
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const Choice& c : model.chosen()) out.push_back(c.name);
    return out;
  }
  std::optional<UserError> press(std::string_view id) { return model.press(entry_of(activations(), id), lane); }
  std::size_t lane = 0;
};
using Names = std::vector<std::string>;

} // namespace

TEST_CASE("functions are taken and left by presses; the last makes room, one always stays") {
  Lab lab;
  CHECK(lab.names() == Names{"sigmoid", "tanh"});
  REQUIRE(!lab.press("relu"));
  CHECK(lab.names() == Names{"sigmoid", "tanh", "relu"});
  CHECK(lab.lane == 2);
  REQUIRE(!lab.press("elu")); // there are three
  CHECK(lab.names() == Names{"sigmoid", "tanh", "elu"});
  CHECK(lab.lane == 2);
  REQUIRE(!lab.press("sigmoid"));
  CHECK(lab.names() == Names{"tanh", "elu"});
  CHECK(lab.lane == 0);
  REQUIRE(!lab.press("tanh"));
  REQUIRE(!lab.press("elu")); // the last one stays
  CHECK(lab.names() == Names{"elu"});
  CHECK(lab.model.choice_of(entry_of(activations(), "elu")).values == ParameterValues{1});
}

TEST_CASE("a lane that goes on keeps its label and all else it differs in; a new one is called by its function") {
  Lab lab;
  REQUIRE(!lab.own.race.edit_lane(1, "/batch", 5));
  const Json before = lab.own.race.experiment().lanes[1].patch;
  REQUIRE(!lab.own.race.rename_lane(1, "mine"));
  REQUIRE(!lab.press("sigmoid"));
  REQUIRE(!lab.press("relu"));
  const auto& lanes = lab.own.race.experiment().lanes;
  CHECK(lanes[0].label == "mine");
  CHECK(lanes[0].settings.batch == 5);
  CHECK(lanes[1].label == "~relu");
  CHECK(lanes[1].settings.batch == 10);
  REQUIRE(lab.own.race.undo());
  CHECK(lab.names() == Names{"tanh"});
}

TEST_CASE("every layer of every lane follows: depth, units, a parameter") {
  Lab lab;
  REQUIRE(!lab.press("leaky_relu"));
  REQUIRE(!lab.model.set_layers(4, 7));
  CHECK(lab.model.depth() == 4);
  CHECK(lab.model.units() == 7);
  REQUIRE(!lab.model.set_parameter(2, 0, 0.25));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& hidden = lab.own.race.experiment().lanes[i].settings.network.hidden;
    REQUIRE(hidden.size() == 4);
    for (const HiddenLayer& layer : hidden) {
      CHECK(layer.units == 7);
      CHECK(layer.activation.name == lab.names()[i]);
      if (i == 2) CHECK(layer.activation.values[0] == 0.25);
    }
  }
}

TEST_CASE("what is typed in the lab is taken within its range, or refused with it") {
  Lab lab;
  REQUIRE(!lab.press("leaky_relu"));
  const auto type = [&](const char* id, const char* text, std::size_t lane = 0) { return lab.model.type(id, text, lane); };
  CHECK(lab.model.far == 0);
  CHECK(!type("act.x", "−４．５"));
  CHECK(lab.model.x() == -4.5);
  CHECK(lab.model.far == 0);
  CHECK(!type("act.x", "9"));
  CHECK(lab.model.far == 1); // so far that the curve is shown there
  CHECK(type("act.x", "10.01")->with == std::vector<std::string>{"10.01", "-10", "10"});
  CHECK(lab.model.x() == 9);
  CHECK(!type("act.layers", "3 层"));
  CHECK(lab.model.depth() == 3);
  CHECK(type("act.layers", "9")->with == std::vector<std::string>{"9", "1", "8"});
  CHECK(type("act.layers", "0")->code == "out_of_range");
  CHECK(!type("act.units", "12.6"));
  CHECK(lab.model.units() == 13);
  CHECK(type("act.units", "1025")->code == "out_of_range");
  CHECK(!type("act.parameter.slope", "0.123", 2));
  CHECK(lab.model.chosen()[2].values[0] == 0.123); // what is typed is not rounded
  CHECK(type("act.parameter.slope", "2", 2)->with == std::vector<std::string>{"2", "1e-06", "1"});
  CHECK(!type("act.parameter.slope", "0.5", 0)); // sigmoid has none
  CHECK(lab.model.chosen()[2].values[0] == 0.123);
  CHECK(!type("act.parameter.slope", "0.5", 99)); // a lane that is gone: the last
  CHECK(lab.model.chosen()[2].values[0] == 0.5);
}

TEST_CASE("x is read where it was asked for, moved in hundredths, drawn from the engine's normal numbers") {
  Lab lab;
  CHECK(lab.model.x() == 1.2);
  lab.model.read_at(-9.8765);
  CHECK(lab.model.x() == -9.8765);
  lab.model.read_at(11); // no curve there
  CHECK(lab.model.x() == -9.8765);
  lab.model.move_to(0.12345);
  CHECK(lab.model.x() == 0.12);
  PhiloxStream stream(stream_key(2, Purpose::probe));
  for (int i = 0; i < 3; ++i) {
    double two[2];
    fill_normal(stream, two);
    lab.model.draw_x();
    CHECK(lab.model.x() == std::round(two[0] * 100) / 100);
  }
}

TEST_CASE("lanes of one function are told apart, and draw one curve where their parameters agree") {
  Lab lab;
  REQUIRE(!lab.press("leaky_relu"));
  REQUIRE(!lab.own.race.duplicate_lane(2));
  CHECK(lab.model.sole(0));
  CHECK(!lab.model.sole(2));
  CHECK(!lab.model.drawn_before(2));
  CHECK(lab.model.drawn_before(3));
  REQUIRE(!lab.model.set_parameter(3, 0, 0.5));
  CHECK(!lab.model.drawn_before(3));
  CHECK(!lab.model.sole(3));
  CHECK(lab.model.chosen()[2].values[0] == 0.01);
}

TEST_CASE("sliders of parameters go by the logarithm where they span decades") {
  const auto spec = [](std::string_view id, std::size_t i) { return entry_of(activations(), id).parameters[i]; };
  CHECK(range_of(spec("leaky_relu", 0)).logarithmic);
  CHECK(range_of(spec("softplus", 0)).logarithmic);
  CHECK(!range_of(spec("softplus", 1)).logarithmic); // 1 to 100
  CHECK(!range_of(spec("elu", 0)).logarithmic);      // from 0
  for (const ActivationEntry& entry : activations())
    for (const ParameterSpec& each : entry.parameters) {
      CAPTURE(entry.id);
      const SliderRange range = range_of(each);
      CHECK(range.value(0) == each.least);
      CHECK(range.value(1) == each.most);
      CHECK(range.value(range.share(each.standard)) == doctest::Approx(each.standard).epsilon(0.05));
    }
}

TEST_CASE("slopes along the layers are the products of |f′|") {
  Lab lab;
  lab.model.read_at(-2);
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  const auto along = lab.model.slopes(0, false);
  REQUIRE(along.size() == 2);
  const double first = sigmoid(-2), second = sigmoid(first);
  CHECK(along[0] == doctest::Approx(first * (1 - first)));
  CHECK(along[1] == doctest::Approx(first * (1 - first) * second * (1 - second)));
  const auto most = lab.model.slopes(0, true);
  CHECK(most[1] == doctest::Approx(0.25 * 0.25));
}

TEST_CASE("curves are kept, each by its parameters and reach") {
  Lab lab;
  const ActivationCurve& near = lab.model.curve({"elu", {1}}, kReaches[0]);
  CHECK(&lab.model.curve({"elu", {1}}, kReaches[0]) == &near);
  CHECK(&lab.model.curve({"elu", {2}}, kReaches[0]) != &near);
  CHECK(lab.model.curve({"elu", {1}}, kReaches[1]).x.size() > near.x.size());
  CHECK(lab.model.passed({"relu", {}}).negative == 0);
  for (int i = 0; i < 300; ++i) {
    lab.model.begin_frame();
    lab.model.curve({"elu", {i * 0.01}}, kReaches[0]); // a long drag
  }
  CHECK(lab.model.curve({"elu", {2.99}}, kReaches[0]).least == doctest::Approx(-2.99).epsilon(0.02));
}

TEST_CASE("a curve's flat parts and its steepest point") {
  const ActivationCurve relu = ActivationProbe({"relu", {}}).curve(4.5);
  REQUIRE(zeros_of(relu).size() == 1);
  CHECK(zeros_of(relu)[0][0] == -4.5);
  CHECK(zeros_of(relu)[0][1] == doctest::Approx(0));
  const ActivationCurve tanh = ActivationProbe({"tanh", {}}).curve(4.5);
  CHECK(tanh.x[steepest_of(tanh)] == doctest::Approx(0));
  CHECK(zeros_of(ActivationProbe({"sigmoid", {}}).curve(4.5)).empty());
}

TEST_CASE("the file of the plot has f and f′ of every chosen function, twice where a unit has two outputs") {
  Lab lab;
  REQUIRE(!lab.press("crelu"));
  const std::string csv = lab.model.csv();
  CHECK(csv.starts_with("x,sigmoid_f,sigmoid_slope,tanh_f,tanh_slope,crelu_f,crelu_slope,crelu_f2,crelu_slope2\n-4.50,"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 902);
  CHECK(csv.find("\n0.00,0.5,0.25,0,1,0,") != std::string::npos);
}

TEST_CASE("the output layer has a gradient, and nothing else") {
  protocol::UnitsLook look;
  for (int l = 0; l < 3; ++l) {
    protocol::UnitsRow row;
    row.gradient_norm = l + 1, row.dead_share = 0.1 * l, row.saturated_share = 0.2 * l;
    look.layers.push_back(row);
  }
  CHECK(measured(look, LayerMeasure::gradient) == std::vector<double>{1, 2, 3});
  CHECK(measured(look, LayerMeasure::dead) == std::vector<double>{0, 0.1});
  CHECK(measured(look, LayerMeasure::saturated) == std::vector<double>{0, 0.2});
  CHECK(measured({}, LayerMeasure::dead).empty());
}

TEST_CASE("the toy follows what is chosen, where it is shown, and once") {
  Lab lab;
  const Json before = lab.toy.race.experiment().json();
  lab.model.begin_frame();
  CHECK(!lab.model.follow());
  CHECK(lab.toy.race.experiment().json() == before); // nobody saw it
  lab.model.show_plane();
  CHECK(&lab.model.plane() == &lab.toy.race);
  CHECK(!lab.model.follow());
  const auto& lanes = lab.toy.race.experiment().lanes;
  REQUIRE(lanes.size() == 3);
  CHECK(activation_of(lanes[0]).name == "identity");
  CHECK(activation_of(lanes[1]).name == "sigmoid");
  CHECK(activation_of(lanes[2]).name == "tanh");
  CHECK(lanes[2].label == "~tanh");
  for (const Lane& lane : lanes) CHECK(lane.settings.network.hidden.front().units == 8);
  const auto version = lab.toy.race.experiment_version();
  CHECK(!lab.model.follow());
  CHECK(lab.toy.race.experiment_version() == version);
  REQUIRE(!lab.press("identity"));
  CHECK(!lab.model.follow());
  CHECK(lab.toy.race.experiment_version() != version);
  CHECK(lab.toy.race.experiment().lanes.size() == 3); // it is there already
}

TEST_CASE("a race over points of the plane is shown itself, and no toy is made") {
  Lab lab(kToy);
  CHECK(&lab.model.plane() == &lab.own.race);
  lab.model.begin_frame();
  lab.model.show_plane();
  const auto version = lab.toy.race.experiment_version();
  CHECK(!lab.model.follow());
  CHECK(lab.toy.race.experiment_version() == version);
}

TEST_CASE("every function has something that speaks for it; all but softsign, something against it") {
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(entry.id);
    const auto all = traits_of(entry.id);
    CHECK(std::any_of(all.begin(), all.end(), [](const Trait& t) { return t.good; }));
    if (entry.id != "softsign") CHECK(std::any_of(all.begin(), all.end(), [](const Trait& t) { return !t.good; }));
  }
  CHECK(traits_of("none").empty());
}
