// The numbers of a pass by name: each once, each equal to the pass's, in an order in which they can be worked out.
#include "backprop/mistakes.hpp"
#include "backprop/quantity.hpp"
#include "backprop/quantity_rules.hpp"
#include "random_backprop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <set>

using namespace downhill;
using K = QuantityKind;

namespace {

BackpropSettings random_settings(std::uint64_t number) {
  const auto document = backprop_document_from_json(random_backprop(number));
  REQUIRE(document.ok());
  return document->settings;
}
BackpropSettings known() {
  const auto document = backprop_document_from_json({{"downhill", 1}, {"lab", "backprop"}});
  REQUIRE(document.ok());
  return document->settings;
}
bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b); }

// What a pass and one update have for it.
double of_pass(const BackpropSettings& s, const BackpropPass& pass, const BackpropLayers& after, const Quantity& q) {
  const auto pass_of = [&]() -> const LayerPass& { return pass.examples[q.example].layers[q.layer]; };
  const std::size_t at = q.layer < s.layers.size() ? q.unit * s.layers[q.layer].inputs + q.index : 0;
  switch (q.kind) {
  case K::input: return s.examples[q.example].input[q.unit];
  case K::target: return s.examples[q.example].target[q.unit];
  case K::weight: return s.layers[q.layer].weight[at];
  case K::bias: return s.layers[q.layer].bias[q.unit];
  case K::product: return s.layers[q.layer].weight[at] * pass_of().input[q.index];
  case K::z: return pass_of().z[q.unit];
  case K::a: return pass_of().a[q.unit];
  case K::probability: return pass.examples[q.example].probabilities[q.unit];
  case K::loss: return pass.examples[q.example].loss;
  case K::mean_loss: return pass.loss;
  case K::path: return paths_into(s.layers, pass.examples[q.example], q.layer, q.unit)[q.index];
  case K::d_a: return pass_of().d_a[q.unit];
  case K::slope: return pass_of().slope[q.unit];
  case K::delta: return pass_of().delta[q.unit];
  case K::share: return pass_of().delta[q.unit] * pass_of().input[q.index];
  case K::d_weight: return pass.gradients[q.layer].weight[at];
  case K::d_bias: return pass.gradients[q.layer].bias[q.unit];
  case K::new_weight: return after[q.layer].weight[at];
  case K::new_bias: return after[q.layer].bias[q.unit];
  case K::d_input: return pass.examples[q.example].d_input[q.unit];
  case K::term:
  case K::input_path: break;
  }
  return 0;
}

} // namespace

TEST_CASE("every number by name is the pass's and the first update's, to the bit") {
  std::set<K> kinds;
  int wrong = 0;
  for (std::uint64_t number = 0; number < 500; ++number) {
    CAPTURE(number);
    const BackpropSettings settings = random_settings(number);
    const BackpropNumbers numbers(settings);
    const BackpropPass pass = backprop_pass(settings, settings.layers);
    BackpropDescent descent(settings);
    descent.advance();
    for (const Quantity& q : every_number(settings)) {
      kinds.insert(q.kind);
      if (q.kind == K::term || q.kind == K::input_path) continue;
      wrong += !same_bits(numbers.of(q), of_pass(settings, pass, descent.layers(), q));
    }
    // what passes don't have: the terms come to the loss
    for (std::uint8_t e = 0; e < settings.examples.size(); ++e) {
      double sum = 0;
      for (const Quantity& term : addends_of(settings, {K::loss, e})) sum += numbers.of(term);
      const double loss = numbers.of({K::loss, e});
      CHECK((std::fabs(sum - loss) <= 1e-12 * (1 + std::fabs(loss)) || loss - loss != 0));
    }
  }
  CHECK(wrong == 0);
  CHECK(kinds.size() == quantity_kinds().size());
}

TEST_CASE("∂L/∂x is that of differences") {
  int compared = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    CAPTURE(number);
    BackpropSettings settings = random_settings(number);
    for (BackpropLayer& layer : settings.layers) layer.activation = {"tanh", {}}; // without kinks
    const BackpropNumbers numbers(settings);
    for (std::uint8_t e = 0; e < settings.examples.size(); ++e)
      for (std::uint8_t i = 0; i < settings.layers[0].inputs; ++i) {
        const auto loss_at = [&](double by) {
          BackpropSettings moved = settings;
          moved.examples[e].input[i] += by;
          return backprop_loss(moved, moved.layers);
        };
        const double h = 1e-5;
        CHECK(std::fabs(numbers.of({K::d_input, e, 0, i}) - (loss_at(h) - loss_at(-h)) / (2 * h)) < 1e-8);
        ++compared;
      }
  }
  CHECK(compared > 500);
}

TEST_CASE("names and numbers belong together; what is not in the network has no number") {
  for (std::size_t i = 0; i < quantity_kinds().size(); ++i) CHECK(quantity_kinds()[i].kind == static_cast<K>(i));
  for (std::uint64_t number = 0; number < 100; ++number) {
    const BackpropSettings settings = random_settings(number);
    std::set<std::string> names;
    for (const Quantity& q : every_number(settings)) {
      CHECK(quantity_named(name_of(q), settings) == q);
      CHECK(names.insert(name_of(q)).second);
    }
  }
  const BackpropSettings settings = known();
  CHECK(name_of({K::delta, 0, 1, 0}) == "delta/1/2/1");
  CHECK(quantity_named("d_weight/2/1/2", settings) == Quantity{K::d_weight, 0, 1, 0, 1});
  CHECK(quantity_named("mean_loss", settings) == Quantity{K::mean_loss});
  for (const char* none : {"",
                           "delta",
                           "delta/1",
                           "delta/1/2",
                           "delta/1/2/",
                           "delta/1/2/3",
                           "delta/1/3/1",
                           "delta/2/1/1",
                           "delta/0/1/1",
                           "delta/01/1/1",
                           "delta/1/2/1/1",
                           "delta/-1/1/1",
                           "delta/1.5/1/1",
                           "delta/999/1/1",
                           "delta//1/1",
                           "Delta/1/1/1",
                           "mean_loss/1",
                           "mean_loss/",
                           "probability/1/1",
                           "path/1/2/1/1",
                           "input/1/3",
                           "target/1/3",
                           "d_input/1/3",
                           "input_path/1/1/3",
                           "weight/1/1/3",
                           "weight/1/3/1",
                           "bias/3/1",
                           " z/1/1/1"}) {
    CAPTURE(none);
    CHECK_FALSE(quantity_named(none, settings).has_value());
  }
}

TEST_CASE("symbols are those that a student writes") {
  const BackpropSettings one = known();
  const auto symbol = [](const BackpropSettings& settings, const char* name) { return symbol_of(settings, *quantity_named(name, settings)); };
  const std::pair<const char*, const char*> single[] = {{"input/1/2", "x₂"},
                                                        {"target/1/1", "t₁"},
                                                        {"weight/2/1/1", "w₅"},
                                                        {"weight/2/2/2", "w₈"},
                                                        {"bias/2/1", "b₃"},
                                                        {"product/1/1/2/1", "w₃·x₁"},
                                                        {"product/1/2/1/2", "w₆·a(h₂)"},
                                                        {"z/1/1/1", "z(h₁)"},
                                                        {"a/1/2/2", "a(o₂)"},
                                                        {"term/1/2", "L(o₂)"},
                                                        {"loss/1", "L"},
                                                        {"path/1/1/1/2", "w₇·δ(o₂)"},
                                                        {"d_a/1/1/1", "∂L/∂a(h₁)"},
                                                        {"slope/1/1/1", "f′(z(h₁))"},
                                                        {"delta/1/2/2", "δ(o₂)"},
                                                        {"share/1/2/1/1", "δ(o₁)·a(h₁)"},
                                                        {"d_weight/2/1/1", "∂L/∂w₅"},
                                                        {"d_bias/1/2", "∂L/∂b₂"},
                                                        {"input_path/1/2/1", "w₂·δ(h₁)"},
                                                        {"d_input/1/2", "∂L/∂x₂"},
                                                        {"new_weight/1/1/1", "w₁⁺"},
                                                        {"new_bias/2/2", "b₄⁺"}};
  for (const auto& [name, text] : single) CHECK(symbol(one, name) == text);

  BackpropSettings two = one;
  two.examples.push_back(two.examples.front());
  const std::pair<const char*, const char*> several[] = {{"input/2/1", "x₁(2)"},
                                                         {"z/2/1/1", "z(h₁, 2)"},
                                                         {"loss/1", "L(1)"},
                                                         {"mean_loss", "L"},
                                                         {"path/2/1/1/2", "w₇·δ(o₂, 2)"},
                                                         {"d_a/2/1/1", "∂L/∂a(h₁, 2)"},
                                                         {"share/2/1/1/2", "δ(h₁, 2)·x₂(2)"},
                                                         {"d_weight/1/1/1", "∂L/∂w₁"},
                                                         {"d_input/2/1", "∂L/∂x₁(2)"}};
  for (const auto& [name, text] : several) CHECK(symbol(two, name) == text);

  const auto deep = [](std::size_t layers) {
    BackpropSettings settings;
    settings.layers.assign(layers, {{"identity", {}}, 1, {1}, {0}});
    std::string names;
    for (std::size_t l = 0; l < layers; ++l) names += unit_name(settings, l, 0);
    return names;
  };
  CHECK(deep(1) == "o₁");
  CHECK(deep(2) == "h₁o₁");
  CHECK(deep(kBackpropLayersMost) == "h₁k₁m₁o₁");

  // no two numbers look alike but those that are one
  for (std::uint64_t number = 0; number < 100; ++number) {
    const BackpropSettings settings = random_settings(number);
    std::set<std::string> symbols;
    for (const Quantity& q : backprop_steps(settings)) CHECK(symbols.insert(symbol_of(settings, q)).second);
  }
}

TEST_CASE("the steps of the known example, in order, and where presses end") {
  const BackpropSettings settings = known();
  const std::vector<Quantity> steps = backprop_steps(settings);
  std::string all;
  for (const Quantity& q : steps) all += (all.empty() ? "" : " ") + name_of(q);
  CHECK(all == "product/1/1/1/1 product/1/1/1/2 z/1/1/1 a/1/1/1 product/1/1/2/1 product/1/1/2/2 z/1/1/2 a/1/1/2 "
               "product/1/2/1/1 product/1/2/1/2 z/1/2/1 a/1/2/1 product/1/2/2/1 product/1/2/2/2 z/1/2/2 a/1/2/2 "
               "term/1/1 term/1/2 loss/1 d_a/1/2/1 slope/1/2/1 delta/1/2/1 d_a/1/2/2 slope/1/2/2 delta/1/2/2 "
               "d_weight/2/1/1 d_weight/2/1/2 d_bias/2/1 d_weight/2/2/1 d_weight/2/2/2 d_bias/2/2 "
               "path/1/1/1/1 path/1/1/1/2 d_a/1/1/1 slope/1/1/1 delta/1/1/1 path/1/1/2/1 path/1/1/2/2 d_a/1/1/2 slope/1/1/2 delta/1/1/2 "
               "d_weight/1/1/1 d_weight/1/1/2 d_bias/1/1 d_weight/1/2/1 d_weight/1/2/2 d_bias/1/2 "
               "input_path/1/1/1 input_path/1/1/2 d_input/1/1 input_path/1/2/1 input_path/1/2/2 d_input/1/2 "
               "new_weight/1/1/1 new_weight/1/1/2 new_bias/1/1 new_weight/1/2/1 new_weight/1/2/2 new_bias/1/2 "
               "new_weight/2/1/1 new_weight/2/1/2 new_bias/2/1 new_weight/2/2/1 new_weight/2/2/2 new_bias/2/2");
  CHECK(stops(steps, Grain::operation).size() == steps.size());
  const auto ends = [&](Grain grain) {
    std::string names;
    for (const std::size_t end : stops(steps, grain)) names += (names.empty() ? "" : " ") + name_of(steps[end - 1]);
    return names;
  };
  CHECK(ends(Grain::unit) ==
        "a/1/1/1 a/1/1/2 a/1/2/1 a/1/2/2 loss/1 delta/1/2/1 delta/1/2/2 d_bias/2/1 d_bias/2/2 delta/1/1/1 delta/1/1/2 d_bias/1/1 d_bias/1/2 "
        "d_input/1/1 d_input/1/2 new_bias/1/1 new_bias/1/2 new_bias/2/1 new_bias/2/2");
  CHECK(ends(Grain::layer) == "a/1/1/2 a/1/2/2 loss/1 delta/1/2/2 d_bias/2/2 delta/1/1/2 d_bias/1/2 d_input/1/2 new_bias/1/2 new_bias/2/2");
}

TEST_CASE("steps come after all that they hang on, each once, and end where they end") {
  for (std::uint64_t number = 0; number < 200; ++number) {
    CAPTURE(number);
    const BackpropSettings settings = random_settings(number);
    const BackpropNumbers numbers(settings);
    std::set<std::string> done;
    bool in_order = true, once = true;
    for (const Quantity& q : every_number(settings)) {
      worked_out(settings, q, [&](const Quantity& used) {
        in_order = in_order && done.contains(name_of(used));
        return numbers.of(used);
      });
      once = once && done.insert(name_of(q)).second;
    }
    CHECK(in_order);
    CHECK(once);
    const std::vector<Quantity> steps = backprop_steps(settings);
    CHECK(std::all_of(steps.begin(), steps.end(), [&](const Quantity& q) { return done.contains(name_of(q)) && entry_of(q.kind).stage != Stage::given; }));
    CHECK(std::is_sorted(steps.begin(), steps.end(), [](const Quantity& a, const Quantity& b) { return entry_of(a.kind).stage < entry_of(b.kind).stage; }));
    CHECK(std::none_of(steps.begin(), steps.end(), [&](const Quantity& q) { return q.kind == K::new_bias && !settings.train_bias; }));
    CHECK(std::any_of(steps.begin(), steps.end(), [](const Quantity& q) { return q.kind == K::mean_loss; }) == (settings.examples.size() > 1));
    std::size_t least = 0;
    for (const Grain grain : {Grain::layer, Grain::unit, Grain::operation}) {
      const std::vector<std::size_t> ends = stops(steps, grain);
      CHECK(std::is_sorted(ends.begin(), ends.end()));
      CHECK(std::adjacent_find(ends.begin(), ends.end()) == ends.end());
      CHECK(ends.back() == steps.size());
      CHECK(ends.size() >= least);
      least = ends.size();
    }
  }
}
