#include "app/core/passes_model.hpp"

#include "app/race_table.hpp"
#include "engine/fixtures.hpp"
#include "inspect/trace.hpp"

#include <cmath>
#include <cstdlib>

using namespace downhill;

namespace {

Json lanes_of(const Json& hidden) {
  return {
      {"downhill", 1}, {"data", {{"train", 100}, {"test", 100}}}, {"network", {{"hidden", hidden}}}, {"batch", 10}, {"epochs", 1}, {"lanes", {Json::object()}}};
}

// What the one lane of a race answers, at its start.
const PassesLook* answer(Table& table, Look<ask::Passes>& look, const ask::Passes& question) {
  for (int i = 0; i < 5; ++i) table.turn();
  look.want(table.race, 0, question);
  table.race.ask_looks(table.clock_s += 1);
  for (int i = 0; i < 5; ++i) table.turn();
  return look.want(table.race, 0, question);
}

double value_of(std::string text) {
  if (text.starts_with("(")) text = text.substr(1, text.size() - 2);
  const bool minus = text.starts_with("−");
  return (minus ? -1 : 1) * std::strtod(text.c_str() + (minus ? std::string("−").size() : 0), nullptr);
}

} // namespace

TEST_CASE("a pass that is asked of a lane: the trace's numbers, whatever was asked for that there is not") {
  Table table(1, lanes_of({{{"units", 6}, {"dropout", 0.5}}, {{"units", 4}, {"activation", "crelu"}}}));
  Look<ask::Passes> place;
  const PassesLook* look = answer(table, place, {41, 3});
  REQUIRE(look);
  CHECK(look->examples == 100);
  CHECK(look->place == 41);
  CHECK(look->units == 6);
  REQUIRE(look->layers.size() == 3);
  REQUIRE(look->x.size() == 16);

  // the lane's network is at its start: it can be made here once more
  const LaneSettings& settings = table.race.experiment().lanes[0].settings;
  const Trainer trainer(settings, std::make_shared<Subset>(*draw_subset(source(), settings.data)));
  const Trace trace = trace_example(trainer, 41, {}, true);
  CHECK(look->loss == trace.loss);
  CHECK(look->label == trainer.data().train.labels[41]);
  CHECK(look->x == trace.layers[0].input);
  CHECK(look->d_x == trace.layers[0].d_input);
  for (std::size_t l = 0; l < 3; ++l) {
    const LayerTrace& t = trace.layers[l];
    CHECK(look->layers[l].z == t.z);
    CHECK(look->layers[l].a == t.y);
    CHECK(look->layers[l].delta == t.d_z);
    double squares = 0, most = 0;
    for (Index i = 0; i < t.d_weight.size(); ++i) {
      const double g = std::fabs(static_cast<double>(t.d_weight.data()[i]));
      squares += g * g, most = std::max(most, g);
    }
    CHECK(look->layers[l].gradient_rms == doctest::Approx(std::sqrt(squares / static_cast<double>(t.d_weight.size()))));
    CHECK(look->layers[l].gradient_most == most);
  }
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(look->weight[i] == trace.layers[0].weight(3, static_cast<Index>(i)));
    CHECK(look->d_weight[i] == trace.layers[0].d_weight(3, static_cast<Index>(i)));
  }
  // δ of the output is what softmax says less what is true
  for (std::size_t k = 0; k < 10; ++k)
    CHECK(look->layers[2].delta[k] == doctest::Approx(static_cast<double>(look->probabilities[k]) - (k == look->label ? 1 : 0)).epsilon(1e-5));
  REQUIRE(look->paths.size() == kPathsShown);
  CHECK(look->path_count >= kPathsShown);
  for (const PassesPath& path : look->paths) CHECK(std::fabs(path.product) <= look->path_size);

  look = answer(table, place, {100000, 77, 5});
  REQUIRE(look);
  CHECK(look->place == 99);
  CHECK(look->unit == 5);
  CHECK(look->input == 5);
  for (const PassesPath& path : look->paths) CHECK(path.places.back() == 5);
  CHECK(answer(table, place, {0, 0, 1000})->input == 15);
}

TEST_CASE("a pass over points of the plane, with one logit, and with numbers to be learned") {
  Json json = lanes_of({{{"units", 4}, {"activation", "tanh"}}});
  json["data"] = {{"source", "moons"}, {"train", 20}, {"test", 20}};
  json["loss"] = "bce";
  Table table(1, json);
  Look<ask::Passes> place;
  const PassesLook* look = answer(table, place, {3, 0});
  REQUIRE(look);
  CHECK(look->x.size() == 2);
  CHECK(look->probabilities.size() == 2);
  REQUIRE(look->layers[1].delta.size() == 1);
  CHECK(look->layers[1].delta[0] == doctest::Approx(static_cast<double>(look->probabilities[1]) - look->label).epsilon(1e-5));
  CHECK(look->path_count == 8);
  CHECK(look->paths.size() == 8);
  double to_first = 0;
  for (const PassesPath& path : look->paths) to_first += path.places.back() == 0 ? path.product : 0;
  CHECK(to_first == doctest::Approx(static_cast<double>(look->d_x[0])).epsilon(1e-5));
}

TEST_CASE("a product as it is written gives its result in all digits shown") {
  PhiloxStream stream({5, 5});
  for (int round = 0; round < 300; ++round) {
    PassesPath path;
    path.product = 1;
    for (std::uint64_t n = 2 + stream.next_word() % 12; n > 0; --n) {
      const auto f = static_cast<double>(static_cast<float>((stream.next_uniform() - 0.5) * (round % 3 == 0 ? 0.001 : 2)));
      path.factors.push_back(f), path.product *= f;
    }
    const std::string text = product_text(path);
    CAPTURE(text);
    const std::size_t equals = text.find(" = ");
    REQUIRE(equals != std::string::npos);
    double product = 1;
    std::size_t factors = 0;
    for (std::size_t from = 0; from < equals; ++factors) {
      const std::size_t dot = std::min(text.find(" · ", from), equals);
      product *= value_of(text.substr(from, dot - from));
      from = dot + std::string(" · ").size();
    }
    CHECK(factors == path.factors.size());
    const double result = value_of(text.substr(equals + 3));
    CHECK(product == doctest::Approx(result).epsilon(0.00501));
    CHECK(result == doctest::Approx(path.product).epsilon(0.00501));
  }
  CHECK(product_text({{0, 1, 2}, {-0.5, 0.25, 1, -0.125}, 0.015625}) == "−0.5 · 0.25 · 1 · (−0.125) = 0.0156");
  CHECK(product_symbols({{0, 1, 2}, {-0.5, 0.25, 1, -0.125}, 0.015625}) == "δ · w · f′ · w");
  CHECK(product_symbols({{0, 2}, {-0.5, 0.25}, 0.125}) == "δ · w");
}

TEST_CASE("what is looked at of a pass: turned, typed, pressed") {
  PassesModel model;
  PassesLook look;
  look.examples = 10, look.units = 4, look.x.resize(6), look.paths = {{{2, 7, 5}, {1, 1, 1, 1}, 1}};
  model.turn(-1, look);
  CHECK(model.question().place == 9);
  model.turn(1, look);
  CHECK(model.question().place == 0);
  look.examples = 3; // a lane with fewer
  CHECK(model.place(look) == 0);
  look.examples = 10;
  CHECK(!model.type("view.example", " 7 ", look));
  CHECK(model.question().place == 6);
  for (const char* wrong : {"0", "11", "x", "", "nan"}) CHECK(model.type("view.example", wrong, look)->code == "out_of_range");
  CHECK(model.type("view.unit", "5", look)->code == "out_of_range");
  CHECK(!model.type("view.unit", "4", look));
  CHECK(model.question().unit == 3);
  CHECK(!model.type("view.input", "6", look));
  CHECK(model.question().input == 5);
  CHECK(!model.type("view.input", "0", look));
  CHECK(model.question().input == -1);
  model.choose_input(2, look);
  CHECK(!model.type("view.input", " ", look));
  CHECK(model.question().input == -1);
  model.choose_input(2, look);
  CHECK(model.question().input == 2);
  model.choose_input(2, look);
  CHECK(model.question().input == 2); // nothing was answered yet
  look.input = 2;
  model.choose_input(2, look);
  CHECK(model.question().input == -1);
  model.choose_input(5, look);
  model.fit(look);
  CHECK(model.question().input == 5);
  look.x.resize(5);
  model.fit(look);
  CHECK(model.question().input == -1);
}

TEST_CASE("a path that is opened is found again by its places") {
  PassesModel model;
  PassesLook look;
  look.examples = 10, look.units = 4, look.x.resize(6), look.paths = {{{2, 7, 5}, {1, 1, 1, 1}, 1}, {{1, 0, 3}, {1, 1, 1, 0.5}, 0.5}};
  model.press_path(2, look);
  CHECK(!model.open(look));
  model.press_path(0, look);
  CHECK(model.open(look) == 0U);
  CHECK(model.question().unit == 3); // what unit 3 of four makes of −z
  std::swap(look.paths[0], look.paths[1]);
  CHECK(model.open(look) == 1U);
  PassesLook other = look; // a later answer
  other.paths.pop_back();
  CHECK(!model.open(other));
  model.press_path(0, other);
  CHECK(model.open(other) == 0U);
  CHECK(model.question().unit == 0);
  model.press_path(0, other);
  CHECK(!model.open(other));
  model.press_path(0, look);
  model.turn(1, look);
  CHECK(!model.open(look)); // the paths are others
  model.press_path(0, look);
  model.choose_unit(2);
  CHECK(!model.open(look)); // it goes through another one
  CHECK(model.question().unit == 2);
}

TEST_CASE("a pass whose numbers ran away is told from one that no gradient gets through") {
  PassesLook look;
  look.layers = {{{1, -2}, {1, 0}, {0, 0}, 0, 0}, {{3}, {3}, {0}, 0, 0}};
  CHECK(is_finite(look));
  look.layers[0].delta[1] = INFINITY;
  CHECK(!is_finite(look));
  look.layers[0].delta[1] = 0, look.loss = NAN;
  CHECK(!is_finite(look));
  look.loss = 0, look.path_size = INFINITY;
  CHECK(!is_finite(look));
}

TEST_CASE("sizes of a layer's numbers, and the file of a pass") {
  const std::vector<float> values{0, 3, -4, 0};
  const Sizes sizes = sizes_of(values);
  CHECK(sizes.rms == 2.5);
  CHECK(sizes.most == 4);
  CHECK(sizes.place == 2);
  CHECK(sizes.zeros == 2);
  CHECK(sizes_of({}).rms == 0);

  PassesLook look;
  look.unit = 1;
  look.x = {0.5F}, look.d_x = {-1}, look.weight = {2}, look.d_weight = {0.25F};
  look.layers = {{{1, -2}, {1, 0}, {0.5F, 0}, 0, 0}, {{3}, {3}, {-0.5F}, 0, 0}};
  look.paths = {{{0, 1, 0}, {-0.5, 2, 1, 3}, -3}};
  CHECK(passes_csv(look) == "layer,unit,z,a,delta\n1,0,1,1,0.5\n1,1,-2,0,0\n2,0,3,3,-0.5\n"
                            "input,x,d_x,weight_of_unit_1,d_weight\n0,0.5,-1,2,0.25\n"
                            "path,product,factors\n0 1 0,-3,-0.5,2,1,3\n");
  look.layers[0].a = {1, 0, 0, 2};
  CHECK(passes_csv(look).starts_with("layer,unit,z,a,a_of_minus_z,delta\n1,0,1,1,0,0.5\n1,1,-2,0,2,0\n2,0,3,3,,-0.5\n"));
}
