#include "inspect/paths.hpp"

#include "engine/fixtures.hpp"

#include <algorithm>
#include <cmath>

using namespace downhill;
using namespace downhill::fixtures;

namespace {

Trainer trained(const Json& hidden, std::int64_t steps = 5) {
  Trainer trainer(lane({{"network", {{"hidden", hidden}}}}), bars(100, 40));
  while (trainer.step() < steps || !trainer.between_steps()) trainer.advance();
  return trainer;
}

Json two_layers(std::string_view activation, double dropout = 0) {
  return {{{"units", 5}, {"activation", activation}, {"dropout", dropout}}, {{"units", 3}, {"activation", activation}}};
}

double loss_of(const Trainer& trainer, const Vector& x, std::uint32_t place) {
  Network network = trainer.network();
  Matrix row(1, static_cast<Index>(x.size()));
  Gathered gathered;
  gather(trainer.data(), true, {&place, 1}, row, gathered);
  std::copy(x.begin(), x.end(), row.data());
  LossSum sum;
  trainer.loss().evaluate(network.evaluate(row, 1), gathered.answers(), trainer.settings().loss.values, sum);
  return sum.loss;
}

// All paths of a network with two hidden layers to one input, by going over every one of them; f′ by differences where nothing else tells it.
struct Plain {
  std::vector<double> products; // but those of 0
  double sum = 0;
};
Plain all_paths(const Trace& trace, std::uint32_t input, const std::vector<Vector>& slopes) {
  Plain out;
  const auto number = [](float v) { return static_cast<double>(v); };
  const std::size_t second = trace.layers[1].z.size(), first = trace.layers[0].z.size();
  for (std::size_t k = 0; k < trace.layers[2].z.size(); ++k)
    for (std::size_t j = 0; j < trace.layers[1].y.size(); ++j)
      for (std::size_t i = 0; i < trace.layers[0].y.size(); ++i) {
        const double product = number(trace.layers[2].d_z[k]) * number(trace.layers[2].weight(static_cast<Index>(k), static_cast<Index>(j))) *
                               number(slopes[1][j]) * number(trace.layers[1].weight(static_cast<Index>(j % second), static_cast<Index>(i))) *
                               number(slopes[0][i]) * number(trace.layers[0].weight(static_cast<Index>(i % first), static_cast<Index>(input)));
        out.sum += product;
        if (product != 0) out.products.push_back(product);
      }
  std::sort(out.products.begin(), out.products.end(), [](double a, double b) { return std::fabs(a) > std::fabs(b); });
  return out;
}

// f′ of each output of a layer by asking the activation about that output alone.
Vector slopes_one_by_one(const LayerTrace& t, const ActivationEntry& f, const ParameterValues& values) {
  Vector slopes;
  for (std::size_t g = 0; g < t.y.size(); ++g) {
    Vector d_y(t.y.size(), 0.0F), d_z(t.z.size());
    d_y[g] = t.mask.empty() ? 1.0F : t.mask[g];
    f.backward(f.from_input ? t.z : t.y, d_y, d_z, values);
    slopes.push_back(d_z[g % t.z.size()]);
  }
  return slopes;
}

} // namespace

TEST_CASE("a trace to the input: ∂L/∂x is what differences of the loss say, with every activation, and is left out unless asked for") {
  for (const ActivationEntry& activation : activations()) {
    CAPTURE(std::string(activation.id));
    const Trainer trainer = trained(two_layers(activation.id));
    const std::uint32_t place = 17;
    CHECK(trace_example(trainer, place).layers[0].d_input.empty());
    const Trace trace = trace_example(trainer, place, {}, true);
    const Vector& d_x = trace.layers[0].d_input;
    REQUIRE(d_x.size() == 64);
    CHECK(trace.loss == doctest::Approx(loss_of(trainer, trace.layers[0].input, place)).epsilon(1e-12));
    double largest = 0;
    for (std::size_t i = 0; i < d_x.size(); i += 7) {
      Vector up = trace.layers[0].input, down = up;
      up[i] += 0.004F, down[i] -= 0.004F;
      const double slope = (loss_of(trainer, up, place) - loss_of(trainer, down, place)) / static_cast<double>(up[i] - down[i]);
      CHECK(std::fabs(static_cast<double>(d_x[i]) - slope) < 1e-4);
      largest = std::max(largest, std::fabs(slope));
    }
    if (activation.id != "step") CHECK(largest > 0.0015); // there was something to compare
  }
}

TEST_CASE("the largest paths are those of all paths gone over one by one, and all of them add up to ∂L/∂x") {
  for (const ActivationEntry& activation : activations())
    for (const bool masked : {false, true}) {
      CAPTURE(std::string(activation.id));
      CAPTURE(masked);
      const Trainer trainer = trained(two_layers(activation.id, 0.4));
      std::optional<std::int64_t> step;
      if (masked) step = 3;
      const Trace trace = trace_example(trainer, 17, step, true);
      std::vector<Vector> slopes;
      for (Index l = 0; l < 2; ++l)
        slopes.push_back(
            slopes_one_by_one(trace.layers[static_cast<std::size_t>(l)], *trainer.network().shape(l).activation, trainer.network().activation_values(l)));
      const Paths most = largest_paths(trace, trainer.network(), 8);
      double count = 0, size = 0;
      std::vector<double> of_all;
      for (std::uint32_t input = 0; input < 64; ++input) {
        const Plain plain = all_paths(trace, input, slopes);
        CHECK(plain.sum == doctest::Approx(static_cast<double>(trace.layers[0].d_input[input])).epsilon(1e-4).scale(0.01));
        const Paths here = largest_paths(trace, trainer.network(), 1000, input);
        REQUIRE(here.largest.size() == plain.products.size());
        CHECK(here.count == static_cast<double>(plain.products.size()));
        double sum = 0, sizes = 0;
        for (std::size_t i = 0; i < here.largest.size(); ++i) {
          const Path& path = here.largest[i];
          CHECK(std::fabs(path.product) == std::fabs(plain.products[i]));
          CHECK(path.places.back() == input);
          double product = path.factors[0];
          for (std::size_t f = 1; f < path.factors.size(); ++f) product *= path.factors[f];
          CHECK(product == path.product);
          sum += path.product, sizes += std::fabs(path.product);
        }
        CHECK(sum == doctest::Approx(plain.sum).epsilon(1e-12).scale(1e-3));
        CHECK(sizes == doctest::Approx(here.size).epsilon(1e-12));
        count += here.count, size += here.size;
        of_all.insert(of_all.end(), plain.products.begin(), plain.products.end());
      }
      CHECK(most.count == count);
      CHECK(most.size == doctest::Approx(size).epsilon(1e-12));
      std::sort(of_all.begin(), of_all.end(), [](double a, double b) { return std::fabs(a) > std::fabs(b); });
      REQUIRE(most.largest.size() == std::min<std::size_t>(8, of_all.size()));
      for (std::size_t i = 0; i < most.largest.size(); ++i) CHECK(std::fabs(most.largest[i].product) == std::fabs(of_all[i]));
      CHECK(of_all.empty() == (activation.id == "step")); // whose slope is 0
    }
}

TEST_CASE("a path's factors are the network's own numbers at its places") {
  const Trainer trainer = trained(two_layers("crelu"));
  const Trace trace = trace_example(trainer, 30, {}, true);
  const Paths paths = largest_paths(trace, trainer.network(), 20);
  REQUIRE(paths.largest.size() == 20);
  bool second_half = false;
  for (const Path& path : paths.largest) {
    REQUIRE(path.places.size() == 4);
    REQUIRE(path.factors.size() == 6);
    const auto place = [&](std::size_t n) { return static_cast<Index>(path.places[n]); };
    const Index k = place(0), j = place(1), i = place(2), x = place(3);
    second_half = second_half || j >= 3 || i >= 5;
    CHECK(path.factors[0] == static_cast<double>(trace.layers[2].d_z[path.places[0]]));
    CHECK(path.factors[1] == static_cast<double>(trace.layers[2].weight(k, j)));
    CHECK(path.factors[2] == (j < 3 ? 1 : -1)); // a path that counts has z > 0, or z < 0 in the second half
    CHECK(path.factors[3] == static_cast<double>(trace.layers[1].weight(j % 3, i)));
    CHECK(path.factors[4] == (i < 5 ? 1 : -1));
    CHECK(path.factors[5] == static_cast<double>(trace.layers[0].weight(i % 5, x)));
  }
  CHECK(second_half);
}

TEST_CASE("paths without hidden layers, of a network that is dead, of one that ran away") {
  const Trainer flat = trained(Json::array());
  const Trace trace = trace_example(flat, 3, {}, true);
  const Paths paths = largest_paths(trace, flat.network(), 5);
  CHECK(paths.count == 4 * 64);
  REQUIRE(paths.largest.size() == 5);
  for (const Path& path : paths.largest) CHECK(path.factors.size() == 2);

  Trainer dead = trained(two_layers("relu"));
  std::vector<float> parameters = dead.network().torch_parameters(0);
  std::fill(parameters.end() - 5, parameters.end(), -1000.0F);
  dead.network().set_torch_parameters(0, parameters);
  const Paths none = largest_paths(trace_example(dead, 3, {}, true), dead.network(), 5);
  CHECK(none.largest.empty());
  CHECK(none.count == 0);
  CHECK(none.size == 0);

  std::fill(parameters.begin(), parameters.end(), NAN);
  dead.network().set_torch_parameters(0, parameters);
  for (const Path& path : largest_paths(trace_example(dead, 3, {}, true), dead.network(), 5).largest) CHECK(std::isfinite(path.product));
}

TEST_CASE("where the largest path's product is no number any more the smaller ones are found all the same") {
  Json hidden = Json::array();
  for (int i = 0; i < 8; ++i) hidden.push_back({{"units", 1}, {"activation", "relu"}});
  const Trainer trainer = trained(hidden, 0);
  Trace trace = trace_example(trainer, 3, {}, true);
  for (std::size_t l = 0; l < trace.layers.size(); ++l) {
    LayerTrace& t = trace.layers[l];
    std::fill(t.z.begin(), t.z.end(), 1.0F);
    std::fill(t.y.begin(), t.y.end(), 1.0F);
    std::fill_n(t.weight.data(), t.weight.size(), l == 0 ? 1.0F : 3e38F);
  }
  trace.layers.back().d_z = {1e38F, 1e-30F, 0, 0}; // times 3e38 eight times: 1e346 and 7e277
  const Paths paths = largest_paths(trace, trainer.network(), 5);
  REQUIRE(paths.largest.size() == 5);
  for (const Path& path : paths.largest) {
    CHECK(path.places.front() == 1);
    CHECK(path.product > 1e277);
    CHECK(std::isfinite(path.product));
  }
}
