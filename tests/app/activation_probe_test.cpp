#include "app/core/activation_probe.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {
Choice choice(const ActivationEntry& entry) {
  Choice out{std::string(entry.id), {}};
  for (const ParameterSpec& spec : entry.parameters) out.values.push_back(spec.standard);
  return out;
}
ActivationProbe probe(std::string_view id) { return ActivationProbe(choice(entry_of(activations(), id))); }
} // namespace

TEST_CASE("what the lab shows of every activation is the engine's own f and f′") {
  for (const ActivationEntry& entry : activations()) {
    CAPTURE(entry.id);
    const ActivationProbe p(choice(entry));
    const ActivationCurve curve = p.curve(4.5);
    REQUIRE(curve.x.size() == 901);
    for (std::size_t i = 0; i < curve.x.size(); i += 50) {
      const auto x = static_cast<float>(curve.x[i]);
      float y[2] = {};
      entry.forward({&x, 1}, std::span(y).first(static_cast<std::size_t>(entry.width)), choice(entry).values);
      CHECK(curve.f[0][i] == static_cast<double>(y[0]));
      // f′ against finite differences, away from kinks
      bool near = false;
      for (const Kink& kink : curve.kinks) near = near || std::fabs(kink.x - curve.x[i]) < 0.05;
      if (near) continue;
      const double up = static_cast<double>(p.at(x + 0.01F).f[0]), down = static_cast<double>(p.at(x - 0.01F).f[0]);
      if (entry.id != "step") CHECK(curve.d[0][i] == doctest::Approx((up - down) / 0.02).epsilon(0.01).scale(1));
    }
  }
}

TEST_CASE("kinks are found, with the value that is taken there") {
  const auto kinks = [](std::string_view id) { return probe(id).curve(10).kinks; };
  REQUIRE(kinks("relu").size() == 1);
  CHECK(kinks("relu")[0].x == doctest::Approx(0).epsilon(1e-4));
  CHECK(kinks("relu")[0].below == 0);
  CHECK(kinks("relu")[0].above == 1);
  CHECK(kinks("relu")[0].taken == 0);
  REQUIRE(kinks("relu6").size() == 2);
  CHECK(kinks("relu6")[1].x == doctest::Approx(6));
  CHECK(kinks("relu6")[1].taken == 0);
  REQUIRE(kinks("leaky_relu").size() == 1);
  CHECK(kinks("leaky_relu")[0].taken == doctest::Approx(0.01));
  REQUIRE(kinks("selu").size() == 1); // λ on the right, λα on the left
  for (const auto* id : {"identity", "sigmoid", "tanh", "elu", "softsign", "gelu", "silu", "softplus"}) {
    CAPTURE(id);
    CHECK(kinks(id).empty());
  }
}

TEST_CASE("saturated zones: both ends of the sigmoid, the left half of ReLU, nothing of the identity") {
  const auto zones = probe("sigmoid").curve(4.5).saturated;
  REQUIRE(zones.size() == 2);
  CHECK(zones[0][1] == doctest::Approx(-zones[1][0]));
  CHECK(zones[1][0] == doctest::Approx(2.89).epsilon(0.01)); // σ(1 − σ) = 0.05
  REQUIRE(probe("relu").curve(4.5).saturated.size() == 1);
  CHECK(probe("relu").curve(4.5).saturated[0][1] == doctest::Approx(0).scale(1).epsilon(0.02));
  CHECK(probe("identity").curve(4.5).saturated.empty());
}

TEST_CASE("a normal input after one layer has the moments that are known") {
  const PassedNormal relu = probe("relu").pass_normal(), sigmoid = probe("sigmoid").pass_normal(), tanh = probe("tanh").pass_normal();
  CHECK(relu.mean == doctest::Approx(0.3989).epsilon(0.03)); // 1/√(2π)
  CHECK(relu.zero == doctest::Approx(0.5).epsilon(0.03));
  CHECK(relu.negative == 0);
  CHECK(sigmoid.mean == doctest::Approx(0.5).epsilon(0.01));
  CHECK(sigmoid.deviation == doctest::Approx(0.2083).epsilon(0.03));
  CHECK(sigmoid.positive == doctest::Approx(1));
  CHECK(std::fabs(tanh.mean) < 0.02);
  // selu keeps N(0, 1)'s mean and deviation
  const PassedNormal selu = probe("selu").pass_normal();
  CHECK(std::fabs(selu.mean) < 0.03);
  CHECK(selu.deviation == doctest::Approx(1).epsilon(0.03));
  std::uint32_t all = 0;
  for (const std::uint32_t n : sigmoid.bins) all += n;
  CHECK(all == 20000);
}

TEST_CASE("along layers the product of f′ is the chain rule's") {
  const ActivationProbe sigmoid = probe("sigmoid");
  const auto slopes = sigmoid.slopes_along(1.2, 3);
  double x = 1.2, product = 1;
  for (int l = 0; l < 3; ++l) {
    const double y = 1 / (1 + std::exp(-x));
    product *= y * (1 - y);
    CHECK(slopes[static_cast<std::size_t>(l)] == doctest::Approx(product).epsilon(1e-5));
    x = y;
  }
  CHECK(largest_slopes_along(sigmoid.curve(10), 8).back() == doctest::Approx(std::pow(0.25, 8)));
  CHECK(probe("relu").slopes_along(1.2, 8).back() == 1);
  CHECK(probe("relu").slopes_along(-1.2, 8).back() == 0);
  CHECK(std::fabs(probe("crelu").slopes_along(-1.2, 8).back()) == 1);
}
