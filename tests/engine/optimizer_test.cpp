#include "core/philox.hpp"
#include "optimizers/list.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>
#include <vector>

using namespace downhill;

namespace {

// Three steps worked by hand (below), starting at θ = 1 with gradients 0.5, −0.25, 1.
struct Worked {
  const char* id;
  ParameterValues values;
  double theta[3];
};

// sgd, lr 0.1:              1 − .05 = .95;  .95 + .025 = .975;  .975 − .1 = .875
// momentum, lr 0.1, μ 0.9:  v = .5, .2, 1.18 → .95, .93, .812
// nesterov, lr 0.1, μ 0.9:  g + μv = .95, −.07, 2.062 → .905, .912, .7058
// adagrad, lr 0.1, ε 0:     s = .25, .3125, 1.3125; g/√s = 1, −.4472136, .8728716 → .9, .94472136, .8574342
// rmsprop, lr 0.1, α 0.9:   s = .025, .02875, .125875; g/√s = 3.1622777, −1.4744196, 2.8185884 → .68377223, .83121419, .54935626
// adadelta, lr 1, ρ 0.5, ε 0.1: s = .125, .09375, .546875; d = 0, .05555556, .03497942…
//   Δ1 = .5·√.1/√.225 = .33333333; d = .05555556
//   Δ2 = −.25·√.15555556/√.19375 = −.22400700; d = .02777778 + .02508957 = .05286735
//   Δ3 = √.15286735/√.646875 = .48612420 → .66666667, .89067384, .40454964
// adamw, lr 0.1, β and ε as adam, weight_decay 0.5: before each of adam's steps, −.1, −.02663370, −.06581116 as below, θ ← .95·θ:
//   .95 − .1 = .85;  .8075 − .02663370 = .78086630;  .74182298 − .06581116 = .67601183
// adam, lr 0.1, β .9/.999, ε 0: m = .05, .02, .118; v = .00025, .00031225, .00131193775
//   m̂ = .5, .10526316, .43542435; v̂ = .25, .15620310, .43775017 → .9, .87336630, .80755514
const Worked kWorked[] = {
    {"sgd", {0.1}, {0.95, 0.975, 0.875}},
    {"momentum", {0.1, 0.9}, {0.95, 0.93, 0.812}},
    {"nesterov", {0.1, 0.9}, {0.905, 0.912, 0.7058}},
    {"adagrad", {0.1, 0}, {0.9, 0.94472136, 0.85743420}},
    {"rmsprop", {0.1, 0.9, 0}, {0.68377223, 0.83121419, 0.54935626}},
    {"adadelta", {1, 0.5, 0.1, 2}, {0.66666667, 0.89067384, 0.40454964}},
    {"adam", {0.1, 0.9, 0.999, 0}, {0.9, 0.87336630, 0.80755514}},
    {"adamw", {0.1, 0.9, 0.999, 0, 0.5}, {0.85, 0.78086630, 0.67601183}},
};

std::vector<float> run(const OptimizerEntry& rule, const ParameterValues& values, float theta, const std::vector<float>& gradients) {
  std::vector<float> path, weights{theta}, state0(1), state1(1);
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    rule.update({weights, {&gradients[t], 1}, state0, state1, static_cast<std::int64_t>(t + 1), values[0]}, values);
    path.push_back(weights[0]);
  }
  return path;
}

} // namespace

TEST_CASE("the first three steps of each rule are those worked by hand") {
  for (const OptimizerEntry& rule : optimizers()) {
    CAPTURE(std::string(rule.id));
    const Worked* worked = nullptr;
    for (const Worked& w : kWorked)
      if (rule.id == w.id) worked = &w;
    REQUIRE(worked); // a new rule needs its worked steps
    const auto path = run(rule, worked->values, 1.0F, {0.5F, -0.25F, 1.0F});
    for (std::size_t t = 0; t < 3; ++t) CHECK(std::fabs(static_cast<double>(path[t]) - worked->theta[t]) < 2e-6);
  }
}

TEST_CASE("adam's first step has the size of the rate, whatever the gradient's scale") {
  const OptimizerEntry& rule = entry_of(optimizers(), "adam");
  for (const float g : {1e-3F, 1.0F, 1e3F}) CHECK(std::fabs(run(rule, standard_values(rule), 0.0F, {g})[0] + 0.001F) < 1e-7F);
}

TEST_CASE("adadelta's first stage is rmsprop, to the bit") {
  std::vector<float> gradients;
  for (int i = 0; i < 50; ++i) gradients.push_back(static_cast<float>((i * 7919) % 31 - 15) / 10.0F);
  CHECK(run(entry_of(optimizers(), "adadelta"), {0.01, 0.9, 1e-6, 1}, 0.3F, gradients) ==
        run(entry_of(optimizers(), "rmsprop"), {0.01, 0.9, 1e-6}, 0.3F, gradients));
}

TEST_CASE("each rule descends a bowl, and lr comes first in its parameters") {
  for (const OptimizerEntry& rule : optimizers()) {
    CAPTURE(std::string(rule.id));
    CHECK(rule.parameters.at(0).name == "lr");
    ParameterValues values = standard_values(rule);
    values[0] = rule.id == "adadelta" ? 1.0 : 0.05;
    std::vector<float> w{1.0F}, g{0.0F}, s0(1), s1(1);
    for (int t = 1; t <= 500; ++t) {
      g[0] = w[0];
      rule.update({w, g, s0, s1, t, values[0]}, values);
    }
    CHECK(std::fabs(w[0]) < 0.5F);
  }
}

TEST_CASE("no state and no weight of any rule becomes subnormal, however long nothing or little happens to it") {
  const auto subnormal = [](float value) { return std::fpclassify(value) == FP_SUBNORMAL; };
  for (const OptimizerEntry& rule : optimizers())
    for (const double decay : {0.0, 0.1}) {
      CAPTURE(std::string(rule.id));
      CAPTURE(decay);
      ParameterValues values = standard_values(rule);
      if (decay > 0) values[0] = 1;
      // gradients from 1 down to 2^−149 at first, then none but of the decay
      constexpr std::size_t kWeights = 16;
      std::vector<float> w(kWeights, 0.5F), g(kWeights), s0(kWeights), s1(kWeights);
      int found = 0;
      for (int t = 1; t <= 100000; ++t) {
        for (std::size_t i = 0; i < kWeights; ++i) {
          g[i] = static_cast<float>(decay) * w[i];
          if (t < 4) g[i] += std::ldexp(1.0F, i + 1 == kWeights ? -149 : -10 * static_cast<int>(i));
        }
        rule.update({w, g, s0, s1, t, values[0]}, values);
        rule.settle({w, g, s0, s1, t, values[0]});
        for (std::size_t i = 0; t >= OptimizerEntry::kFlushEvery && i < kWeights; ++i) found += subnormal(w[i]) + subnormal(s0[i]) + subnormal(s1[i]);
      }
      CHECK(found == 0);
      if (decay > 0 || rule.id == "adagrad") continue; // whose sum only grows
      for (std::size_t i = 0; i < kWeights; ++i) CHECK((s0[i] == 0 && s1[i] == 0));
    }
}

TEST_CASE("what counts as 0 shows nowhere: a gradient of 2^-60 moves no weight by a rounding, with any rule as it stands") {
  for (const OptimizerEntry& rule : optimizers()) {
    CAPTURE(std::string(rule.id));
    CHECK(run(rule, standard_values(rule), 0.01F, std::vector<float>(100, 0x1p-60F)).back() ==
          run(rule, standard_values(rule), 0.01F, std::vector<float>(100, 0.0F)).back());
  }
}

TEST_CASE("a rule moves four weights beside each other, a layer by one example, and a settling step as it moves one weight, to the bit") {
  PhiloxStream stream({7, 3});
  const auto any = [&](float size) { return static_cast<float>(2 * stream.next_uniform() - 1) * size; };
  const auto pick = [&](std::initializer_list<float> values) { return values.begin()[stream.next_word() % values.size()]; };
  const auto same = [](const std::vector<float>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](float x, float y) { return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (x != x && y != y); });
  };
  for (const OptimizerEntry& rule : optimizers())
    for (const std::size_t outputs : {1U, 3U, 4U, 10U, 16U, 37U})
      for (const Decay& decay : {Decay{}, Decay{0.01F, 0}, Decay{0.01F, 0.02F}})
        for (const std::int64_t first : {1, 15, 40000}) { // the second settles, the third is Adam's without a correction
          CAPTURE(std::string(rule.id));
          CAPTURE(outputs);
          CAPTURE(first);
          const ParameterValues values = standard_values(rule);
          const std::size_t inputs = 9, size = (inputs + 1) * outputs;
          std::vector<float> weights(size), state0(rule.state.empty() ? 0 : size), state1(rule.state.size() > 1 ? size : 0);
          for (float& w : weights) w = pick({0, -0.0F, 1e-19F, 0.5F, -3, any(0.1F)});
          for (std::vector<float>* state : {&state0, &state1})
            for (float& s : *state) s = pick({0, 1e-37F, std::fabs(any(0.1F))});
          auto alone = weights, alone0 = state0, alone1 = state1, together = weights, together0 = state0, together1 = state1;
          for (std::int64_t t = first; t < first + 3; ++t) {
            std::vector<float> given(inputs), d(outputs), gradient(size);
            for (float& x : given) x = pick({0, 0, -0.0F, 1, any(1), 1e-9F});
            for (float& v : d) v = pick({0, -0.0F, 2e-11F, -1e-18F, any(1)}); // whose products lie on both sides of 2^−60
            for (std::size_t i = 0; i < size; ++i) {
              gradient[i] = decay.added_to(0.0F + (i / outputs < inputs ? given[i / outputs] : 1.0F) * d[i % outputs], alone[i]);
              const auto one = [i](std::vector<float>& of) { return of.empty() ? std::span<float>() : std::span(of).subspan(i, 1); };
              const Update of_one{one(alone), std::span(gradient).subspan(i, 1), one(alone0), one(alone1), t, values[0]};
              rule.update(of_one, values);
              rule.settle(of_one);
            }
            rule.update({together, gradient, together0, together1, t, values[0]}, values);
            rule.settle({together, gradient, together0, together1, t, values[0]});
            CHECK(rule.update_by_one({weights, {}, state0, state1, t, values[0]}, {given, d, decay}, values));
            for (const auto& [moved, moved0, moved1] : {std::tie(weights, state0, state1), std::tie(together, together0, together1)}) {
              CHECK(same(moved, alone));
              CHECK(same(moved0, alone0));
              CHECK(same(moved1, alone1));
            }
          }
        }
}
