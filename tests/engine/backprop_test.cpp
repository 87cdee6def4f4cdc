// Small networks wholly open: the known example, every activation with every loss against differences, what must be equal, and
// the document of the lab.
#include "backprop/backprop_document.hpp"
#include "backprop/scalar_formulas.hpp"
#include "backprop/trace_text.hpp"
#include "core/hash.hpp"
#include "core/philox.hpp"
#include "engine/fixtures.hpp"
#include "export/backprop_script.hpp"
#include "network/activation.hpp"
#include "optimizers/list.hpp"
#include "random_backprop.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace downhill;

namespace {

using Numbers = std::vector<double>;

Json document(const Json& patch) {
  Json json = {{"downhill", 1}, {"lab", "backprop"}};
  json.merge_patch(patch);
  return json;
}
BackpropSettings read(const Json& patch) {
  const auto read = backprop_document_from_json(document(patch));
  if (!read) MESSAGE(read.error().sentence(Language::en));
  REQUIRE(read.ok());
  return read->settings;
}
std::string refusal(const Json& patch) {
  const auto read = backprop_document_from_json(document(patch));
  if (read) return "taken";
  for (const Language language : {Language::zh, Language::en}) CHECK(!read.error().sentence(language).empty()); // asserts that all gaps are filled
  return read.error().code + " " + read.error().place;
}
BackpropPass pass_of(const BackpropSettings& settings) { return backprop_pass(settings, settings.layers); }

// As printed with so many digits after the point, by hand and in books.
void printed(const Numbers& numbers, const Numbers& known, double last_digit) {
  REQUIRE(numbers.size() == known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    CAPTURE(known[i]);
    CHECK(std::fabs(numbers[i] - known[i]) <= 0.51 * last_digit);
  }
}

std::vector<GradientPlace> all_places(const BackpropSettings& settings) {
  std::vector<GradientPlace> places;
  using Of = GradientPlace::Of;
  for (std::size_t l = 0; l < settings.layers.size(); ++l)
    for (std::size_t o = 0; o < settings.layers[l].units(); ++o) {
      places.push_back({Of::bias, l, o});
      for (std::size_t i = 0; i < settings.layers[l].inputs; ++i) places.push_back({Of::weight, l, o, i});
      for (std::size_t e = 0; e < settings.examples.size(); ++e) places.push_back({Of::z, l, o, e});
    }
  return places;
}
// Whether a step of this size goes over a kink: there differences say something else.
bool near_a_kink(const BackpropPass& pass, double h) {
  for (const ExamplePass& example : pass.examples)
    for (const LayerPass& layer : example.layers)
      for (const double z : layer.z)
        if (std::fabs(z) < h || std::fabs(z - 6) < h) return true;
  return false;
}

// A layer of `units` with weights and biases from −1 to 1.
Json random_layer(PhiloxStream& stream, const Json& activation, std::size_t units, std::size_t inputs) {
  const auto number = [&] { return 2 * stream.next_uniform() - 1; };
  Json layer = {{"activation", activation}, {"weight", Json::array()}, {"bias", Json::array()}};
  for (std::size_t o = 0; o < units; ++o) {
    Json row = Json::array();
    for (std::size_t i = 0; i < inputs; ++i) row.push_back(number());
    layer["weight"].push_back(row);
    layer["bias"].push_back(number());
  }
  return layer;
}
Json random_network(PhiloxStream& stream, const Json& activation, const char* loss, const Json& last) {
  const auto size = [&](std::size_t least, std::size_t most) { return least + static_cast<std::size_t>(stream.next_word() % (most - least + 1)); };
  const std::size_t count = size(1, 4), inputs = size(1, 6), examples = size(1, 8);
  Json json = {{"loss", loss}, {"layers", Json::array()}, {"examples", Json::array()}};
  std::size_t units = inputs;
  for (std::size_t l = 0; l < count; ++l) {
    const std::size_t next = size(l + 1 == count ? 2 : 1, 6);
    json["layers"].push_back(random_layer(stream, l + 1 == count ? last : activation, next, units));
    units = next;
  }
  for (std::size_t e = 0; e < examples; ++e) {
    Json example = {{"input", Json::array()}, {"target", Json::array()}};
    for (std::size_t i = 0; i < inputs; ++i) example["input"].push_back(4 * stream.next_uniform() - 2);
    double sum = 0;
    Numbers targets;
    for (std::size_t o = 0; o < units; ++o) sum += targets.emplace_back(stream.next_uniform());
    for (double& target : targets) target /= std::string(loss) == "cross_entropy" ? sum : 1.0;
    example["target"] = targets;
    json["examples"].push_back(example);
  }
  return json;
}

} // namespace

TEST_CASE("the known 2-2-2 example: all its numbers, to all the digits in which they are told") {
  const BackpropSettings settings = read(Json::object()); // what a document without anything else has
  const BackpropPass pass = pass_of(settings);
  const ExamplePass& example = pass.examples.front();
  const LayerPass &hidden = example.layers[0], &output = example.layers[1];
  printed(hidden.z, {0.3775, 0.3925}, 1e-9);
  printed(hidden.a, {0.593269992, 0.596884378}, 1e-9);
  printed(output.z, {1.10590597, 1.22492140}, 1e-8);
  printed(output.a, {0.751365070, 0.772928465}, 1e-9);
  printed({(output.a[0] - 0.01) * (output.a[0] - 0.01) / 2, (output.a[1] - 0.99) * (output.a[1] - 0.99) / 2}, {0.274811083, 0.023560026}, 1e-9);
  printed({pass.loss, example.loss}, {0.298371109, 0.298371109}, 1e-9);
  printed({output.delta[0]}, {0.138498562}, 1e-9);
  printed({output.delta[1]}, {-0.0380982365}, 1e-10);
  printed(paths_into(settings.layers, example, 0, 0), {0.0553994247, -0.0190491183}, 1e-10);
  printed(paths_into(settings.layers, example, 0, 1), {0.0623243527, -0.0209540301}, 1e-10);
  printed(hidden.d_a, {0.0363503064, 0.0413703226}, 1e-10);
  printed(hidden.delta, {0.00877135469, 0.00995425471}, 1e-11);
  printed(pass.gradients[0].weight, {0.000438568, 0.000877135, 0.000497713, 0.000995425}, 1e-9);
  printed(pass.gradients[1].weight, {0.082167041, 0.082667628, -0.022602540, -0.022740242}, 1e-9);
  CHECK(pass.gradients[0].bias == hidden.delta);
  CHECK(pass.gradients[1].bias == output.delta);

  const BackpropTrace trained = backprop_trace(settings);
  printed(trained.after[0].weight, {0.149780716, 0.199561432, 0.249751144, 0.299502287}, 1e-9);
  printed(trained.after[1].weight, {0.358916480, 0.408666186, 0.511301270, 0.561370121}, 1e-9);
  printed(trained.after[0].bias, {0.345614323, 0.345022873}, 1e-9);
  printed(trained.after[1].bias, {0.530750719, 0.619049118}, 1e-9);
  printed({trained.after_loss}, {0.280471447}, 1e-9);

  const BackpropTrace held = backprop_trace(read({{"train_bias", false}}));
  CHECK(held.after[0].weight == trained.after[0].weight);
  CHECK(held.after[1].bias == settings.layers[1].bias);
  CHECK(held.pass.gradients[1].bias == pass.gradients[1].bias);
  printed({held.after_loss}, {0.291027774}, 1e-9);
  printed({backprop_trace(read({{"train_bias", false}, {"steps", 10000}})).after_loss}, {0.0000351}, 1e-7);
}

TEST_CASE("hidden deltas use the old weights; with the new ones they are others, and only they") {
  const BackpropSettings settings = read(Json::object());
  const BackpropLayers after = layers_after(settings);
  const BackpropPass right = pass_of(settings), wrong = backprop_pass(settings, settings.layers, &after);
  CHECK(wrong.examples[0].layers[1].delta == right.examples[0].layers[1].delta);
  const Numbers& deltas = wrong.examples[0].layers[0].delta;
  const double by_hand = (after[1].weight[0] * right.examples[0].layers[1].delta[0] + after[1].weight[2] * right.examples[0].layers[1].delta[1]) *
                         right.examples[0].layers[0].slope[0];
  CHECK(deltas[0] == doctest::Approx(by_hand).epsilon(1e-14));
  CHECK(std::fabs(deltas[0] - right.examples[0].layers[0].delta[0]) > 1e-4);
}

TEST_CASE("every activation with every loss, in random shapes: each gradient is that of differences") {
  int places = 0, networks = 0;
  for (const ScalarActivation& activation : scalar_activations())
    for (const ScalarLoss& loss : scalar_losses())
      for (const bool last_too : {false, true}) {
        CAPTURE(std::string(activation.id));
        CAPTURE(std::string(loss.id));
        PhiloxStream stream({17, 4});
        for (int repeat = 0; repeat < 6; ++repeat) {
          const Json json = random_network(stream, activation.id, std::string(loss.id).c_str(), last_too ? Json(activation.id) : Json("identity"));
          const BackpropSettings settings = read(json);
          const BackpropPass pass = pass_of(settings);
          CHECK(backprop_loss(settings, settings.layers) == pass.loss);
          const double h = 1e-5;
          if (near_a_kink(pass, 1e-3)) continue;
          ++networks;
          int wrong = 0;
          for (const GradientPlace& place : all_places(settings)) {
            const double ours = gradient_at(pass, settings.layers, place), theirs = gradient_by_difference(settings, settings.layers, place, h);
            wrong += !(std::fabs(ours - theirs) < 1e-8 * (1 + std::fabs(pass.loss)) + 1e-6 * std::fabs(ours));
            ++places;
          }
          CHECK(wrong == 0);
        }
      }
  CHECK(networks > 200);
  CHECK(places > 5000);
}

TEST_CASE("the error of a difference over h has its valley: too large, too small") {
  const BackpropSettings settings = read(Json::object());
  const GradientPlace place{GradientPlace::Of::weight, 0, 0, 0};
  const double exact = gradient_at(pass_of(settings), settings.layers, place);
  const auto error = [&](double h) { return std::fabs(gradient_by_difference(settings, settings.layers, place, h) - exact); };
  CHECK(error(1e-5) < 1e-10);
  CHECK(error(1.0) > 100 * error(1e-4));
  CHECK(error(1e-13) > 100 * error(1e-5));
}

TEST_CASE("float64's formulas are the Race's: each activation and each rule beside its namesake") {
  for (const ActivationEntry& entry : activations()) {
    if (entry.width != 1) continue;
    CAPTURE(std::string(entry.id));
    const ScalarActivation* scalar = find_entry(scalar_activations(), entry.id);
    REQUIRE(scalar); // a new activation needs its row
    ParameterValues p = standard_values(entry);
    for (int round = 0; round < 2; ++round) {
      for (double z = -9; z <= 9; z += 0.125) {
        const auto x = static_cast<float>(z);
        float y = 0, dz = 1;
        entry.forward({&x, 1}, {&y, 1}, p);
        const float seen = entry.from_input ? x : y, dy = 1;
        entry.backward({&seen, 1}, {&dy, 1}, {&dz, 1}, p);
        const double a = scalar->value(z, p), slope = scalar->slope(z, a, p);
        CHECK(static_cast<double>(y) == doctest::Approx(a).epsilon(1e-6));
        CHECK(std::fabs(static_cast<double>(dz) - slope) < 1e-6 * (1 + std::fabs(slope)));
      }
      for (double& value : p) value *= 0.5; // its parameters are used, too
    }
  }
  CHECK(scalar_activations().size() + 1 == activations().size()); // crelu has two numbers a unit

  CHECK(scalar_rules().size() == optimizers().size());
  for (const OptimizerEntry& entry : optimizers()) {
    CAPTURE(std::string(entry.id));
    const ScalarRule* scalar = find_entry(scalar_rules(), entry.id);
    REQUIRE(scalar); // a new rule needs its row
    for (const bool first_stage : {false, true}) {
      ParameterValues p = standard_values(entry);
      p[0] = 0.05;
      if (entry.id == "adadelta") p[3] = first_stage ? 1 : 2;
      float theirs = 0.5F, states[2] = {0, 0};
      double ours = 0.5, numbers[2] = {0, 0};
      PhiloxStream stream({8, 1});
      for (std::int64_t step = 1; step <= 20; ++step) {
        const auto gradient = static_cast<float>(2 * stream.next_uniform() - 0.7);
        entry.update({{&theirs, 1}, {&gradient, 1}, {&states[0], 1}, {&states[1], 1}, step, p[0]}, p);
        scalar->move(ours, static_cast<double>(gradient), numbers, p, step);
        CHECK(static_cast<double>(theirs) == doctest::Approx(ours).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("float64's digits near 0 and far out are those of long double") {
  const auto within = [](double ours, long double exact, long double share) {
    return std::fabs(static_cast<long double>(ours) - exact) <= share * std::fabs(exact);
  };
  const ScalarActivation &elu = entry_of(scalar_activations(), "elu"), &hyperbolic = entry_of(scalar_activations(), "tanh"),
                         &sigmoid = entry_of(scalar_activations(), "sigmoid"), &gelu = entry_of(scalar_activations(), "gelu"),
                         &softplus = entry_of(scalar_activations(), "softplus");
  for (double size = 1e-9; size < 18; size *= 1.7)
    for (const double z : {size, -size}) {
      CAPTURE(z);
      const auto x = static_cast<long double>(z);
      CHECK(within(hyperbolic.value(z, {}), std::tanh(x), 1e-15L));
      CHECK(within(elu.value(z, {1.0}), z > 0 ? x : std::expm1(x), 1e-15L));
      CHECK(within(sigmoid.value(z, {}), 1 / (1 + std::exp(-x)), 1e-15L));
      CHECK(within(softplus.value(z, {1.0, 20.0}), std::log1p(std::exp(x)), 1e-14L));
      if (z > -3) CHECK(within(gelu.value(z, {}), x * 0.5L * std::erfc(-x / std::sqrt(2.0L)), 1e-12L)); // below, 1 + erf loses digits, as PyTorch's does
    }
}

TEST_CASE("softmax with cross-entropy gives p − y, sigmoid with bce σ − t over the outputs") {
  const Json layer = {{"weight", {{0.2, -0.4}, {0.7, 0.1}, {-0.3, 0.5}}}, {"bias", {0.1, 0, -0.2}}};
  const Json example = {{"input", {1, 2}}, {"target", {0, 1, 0}}};
  for (const bool one : {true, false}) {
    const BackpropSettings settings =
        read({{"loss", "cross_entropy"}, {"layers", {layer}}, {"examples", one ? Json::array({example}) : Json::array({example, example})}});
    const BackpropPass pass = pass_of(settings);
    for (const ExamplePass& e : pass.examples)
      for (std::size_t o = 0; o < 3; ++o) CHECK(e.layers[0].delta[o] == (e.probabilities[o] - (o == 1 ? 1.0 : 0.0)) / (one ? 1 : 2));
    CHECK(pass.loss == doctest::Approx(-std::log(pass.examples[0].probabilities[1])).epsilon(1e-14));
  }
  const BackpropPass pass = pass_of(read({{"loss", "bce"}, {"layers", {layer}}, {"examples", {example}}}));
  for (std::size_t o = 0; o < 3; ++o) CHECK(pass.examples[0].layers[0].delta[o] == (pass.examples[0].probabilities[o] - (o == 1 ? 1.0 : 0.0)) / 3);
  // targets that share 1 among outputs
  const Json shared = {{"input", {1, 2}}, {"target", {0.333333, 0.333333, 0.333333}}};
  CHECK(refusal({{"loss", "cross_entropy"}, {"layers", {layer}}, {"examples", {shared}}}) == "taken");
}

TEST_CASE("the gradients of a batch are the mean of those of its examples") {
  PhiloxStream stream({3, 3});
  for (const ScalarLoss& loss : scalar_losses()) {
    Json json = random_network(stream, "tanh", std::string(loss.id).c_str(), "sigmoid");
    while (json["examples"].size() < 3) json["examples"].push_back(json["examples"][0]);
    const BackpropSettings all = read(json);
    const BackpropPass pass = pass_of(all);
    const auto count = static_cast<double>(all.examples.size());
    double mean_loss = 0;
    std::vector<BackpropPass> singles;
    for (const BackpropExample& example : all.examples) {
      BackpropSettings one = all;
      one.examples = {example};
      singles.push_back(pass_of(one));
      mean_loss += singles.back().loss / count;
    }
    CHECK(pass.loss == doctest::Approx(mean_loss).epsilon(1e-14));
    for (std::size_t l = 0; l < all.layers.size(); ++l)
      for (std::size_t i = 0; i < all.layers[l].weight.size(); ++i) {
        double mean = 0;
        for (const BackpropPass& single : singles) mean += single.gradients[l].weight[i] / count;
        CHECK(std::fabs(pass.gradients[l].weight[i] - mean) < 1e-15);
      }
  }
}

TEST_CASE("equal starts stay equal, to the bit; a dead ReLU's gradients are exactly 0; an activation that is a step teaches nothing below it") {
  for (const OptimizerEntry& rule : optimizers()) {
    CAPTURE(std::string(rule.id));
    const Json layers = {{{"activation", "tanh"}, {"weight", {{0.3, -0.2}, {0.3, -0.2}, {0.3, -0.2}}}, {"bias", {0.1, 0.1, 0.1}}},
                         {{"activation", "sigmoid"}, {"weight", {{0.5, 0.5, 0.5}, {-0.4, -0.4, -0.4}}}}};
    const Json examples = {{{"input", {1, 2}}, {"target", {0, 1}}}, {{"input", {-1, 0.5}}, {"target", {1, 0}}}};
    const BackpropLayers after =
        layers_after(read({{"layers", layers}, {"examples", examples}, {"steps", 100}, {"optimizer", {{"name", rule.id}, {"lr", 0.1}}}}));
    CHECK(after[0].weight[0] != 0.3);
    for (std::size_t i = 0; i < 6; ++i) CHECK(after[0].weight[i] == after[0].weight[i % 2]);
    for (std::size_t o = 0; o < 3; ++o) CHECK(after[0].bias[o] == after[0].bias[0]);
    for (std::size_t i = 0; i < 6; ++i) CHECK(after[1].weight[i] == after[1].weight[i / 3 * 3]);
  }
  for (const char* activation : {"relu", "step"}) {
    CAPTURE(activation);
    const Json layers = {{{"activation", activation}, {"weight", {{0.5, 0.5}, {0.5, 0.4}}}, {"bias", {-10, 0}}}, {{"weight", {{1, 1}}}}};
    const BackpropSettings settings = read({{"layers", layers}, {"examples", {{{"input", {1, 2}}, {"target", {3}}}}}, {"steps", 50}, {"optimizer", "sgd"}});
    const LayerGradient below = pass_of(settings).gradients[0];
    for (const double gradient : {below.weight[0], below.weight[1], below.bias[0]}) CHECK(gradient == 0.0);
    CHECK((below.weight[2] == 0.0) == (std::string(activation) == "step"));
    const BackpropLayers after = layers_after(settings);
    CHECK(after[0].weight_at(0, 0) == 0.5);
    CHECK(after[0].bias[0] == -10);
  }
}

TEST_CASE("a descent goes step by step to where all steps come to") {
  for (std::uint64_t number = 0; number < 20; ++number) {
    const BackpropSettings settings = read(random_backprop(number));
    BackpropDescent descent(settings);
    while (descent.step() < settings.steps) descent.advance();
    const BackpropTrace trace = backprop_trace(settings);
    for (std::size_t l = 0; l < trace.after.size(); ++l) {
      CHECK(descent.layers()[l].weight == trace.after[l].weight);
      CHECK(descent.layers()[l].bias == trace.after[l].bias);
    }
  }
}

TEST_CASE("the trace as JSON says the passes' numbers, each reading back equal") {
  for (std::uint64_t number = 0; number < 50; ++number) {
    const BackpropSettings settings = read(random_backprop(number));
    const BackpropTrace trace = backprop_trace(settings);
    const auto json = read_json(trace_json(trace));
    REQUIRE(json.ok());
    const auto same = [](const Json& told, const Numbers& numbers) { CHECK(told.get<Numbers>() == numbers); };
    const auto same_rows = [](const Json& told, const Numbers& numbers) {
      Numbers flat;
      for (const Json& row : told)
        for (const Json& number_told : row) flat.push_back(number_told.get<double>());
      CHECK(flat == numbers);
    };
    for (std::size_t e = 0; e < settings.examples.size(); ++e)
      for (std::size_t l = 0; l < settings.layers.size(); ++l) {
        const Json& told = (*json)["examples"][e]["layers"][l];
        same(told["z"], trace.pass.examples[e].layers[l].z);
        same(told["a"], trace.pass.examples[e].layers[l].a);
        same(told["delta"], trace.pass.examples[e].layers[l].delta);
        CHECK((*json)["examples"][e]["loss"].get<double>() == trace.pass.examples[e].loss);
        same((*json)["examples"][e]["d_input"], trace.pass.examples[e].d_input);
      }
    for (std::size_t l = 0; l < settings.layers.size(); ++l) {
      CHECK((*json)["gradients"][l]["weight"].size() == settings.layers[l].units());
      same_rows((*json)["gradients"][l]["weight"], trace.pass.gradients[l].weight);
      same((*json)["gradients"][l]["bias"], trace.pass.gradients[l].bias);
      same_rows((*json)["after"]["layers"][l]["weight"], trace.after[l].weight);
      same((*json)["after"]["layers"][l]["bias"], trace.after[l].bias);
    }
    CHECK((*json)["loss"].get<double>() == trace.pass.loss);
    CHECK((*json)["after"]["loss"].get<double>() == trace.after_loss);
  }
  // what runs away is no number, and is told as such
  const Json far = {{{"weight", {{1e6}}}}, {{"weight", {{1e6}}}}};
  const BackpropTrace trace = backprop_trace(
      read({{"layers", far}, {"examples", {{{"input", {1e6}}, {"target", {0}}}}}, {"steps", 200}, {"optimizer", {{"name", "sgd"}, {"lr", 100}}}}));
  const auto json = read_json(trace_json(trace));
  REQUIRE(json.ok());
  CHECK((*json)["after"]["loss"].is_null());
  CHECK((*json)["loss"].get<double>() == 1e36);
}

TEST_CASE("the hash is of all numbers of the trace, and no other") {
  const auto hash = [](const Json& patch) { return hash_of(backprop_trace(read(patch))); };
  CHECK(hash({{"title", "A name"}}) == hash(Json::object()));
  CHECK(hash({{"steps", 2}}) != hash(Json::object()));
  CHECK(hash({{"train_bias", false}}) != hash(Json::object()));
  CHECK(hash(Json::object()) == kKnownTrace);
  // every rule, loss and activation: the same bits in every build
  Hash all;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const auto random = backprop_document_from_json(random_backprop(number));
    REQUIRE(random.ok());
    const auto one = static_cast<double>(hash_of(backprop_trace(random->settings)) >> 11);
    all.add_doubles({&one, 1});
  }
  CHECK(all.value() == kRandomTraces);
}

TEST_CASE("a document comes back unchanged; what it leaves out is filled in") {
  const auto read = backprop_document_from_json(document({{"layers", {{{"weight", {{1, 2}}}}}}, {"examples", {{{"input", {1, 2}}, {"target", {0.5}}}}}}));
  REQUIRE(read.ok());
  CHECK(read->complete["layers"][0]["activation"] == Json{{"name", "identity"}});
  CHECK(read->complete["layers"][0]["bias"] == Json::array({0}));
  CHECK(read->complete["optimizer"] == Json{{"name", "sgd"}, {"lr", 0.5}});
  for (std::uint64_t number = 0; number < 50; ++number) {
    const auto random = backprop_document_from_json(random_backprop(number));
    REQUIRE(random.ok());
    const auto again = backprop_document_from_json(random->json());
    REQUIRE(again.ok());
    CHECK(again->json() == random->json());
    CHECK(hash_of(backprop_trace(again->settings)) == hash_of(backprop_trace(random->settings)));
    for (const Language language : {Language::zh, Language::en}) CHECK(!backprop_script(random->settings, {"title", language}).empty());
  }
}

TEST_CASE("what is asked for and found is kept as far as it is in the network, and changes no number") {
  const Json asked = {{"hidden", {"delta/1/2/1", "delta/1/2/2", "delta/1/2/1", "delta/1/2/3", "z/8/1/1", "mean_loss", "term/1/2"}},
                      {"solved", {"z/1/1/1", "probability/1/1"}},
                      {"found", {"sign:d_a/1/2/1", "half:loss/1", "sign:d_a/1/3/1", "half:loss/1"}}};
  const auto read_one = backprop_document_from_json(document(asked));
  REQUIRE(read_one.ok());
  CHECK(read_one->complete["hidden"] == Json({"delta/1/2/1", "delta/1/2/2", "term/1/2"}));
  CHECK(read_one->complete["solved"] == Json::array({"z/1/1/1"}));
  CHECK(read_one->complete["found"] == Json({"sign:d_a/1/2/1", "half:loss/1"}));
  CHECK(read_one->hidden == std::vector<Quantity>{{QuantityKind::delta, 0, 1, 0}, {QuantityKind::delta, 0, 1, 1}, {QuantityKind::term, 0, 0, 1}});
  CHECK(read_one->solved == std::vector<Quantity>{{QuantityKind::z, 0, 0, 0}});
  CHECK(read_one->found == std::vector<Mistake>{{"sign", {QuantityKind::d_a, 0, 1, 0}}, {"half", {QuantityKind::loss, 0}}});
  CHECK(hash_of(backprop_trace(read_one->settings)) == kKnownTrace);
  const auto again = backprop_document_from_json(read_one->json());
  REQUIRE(again.ok());
  CHECK(again->json() == read_one->json());
  // without them there are none; a smaller network has fewer
  CHECK(backprop_document_from_json(document(Json::object()))->complete["hidden"] == Json::array());
  Json smaller = asked;
  smaller["layers"] = {{{"weight", {{1, 2}}}}};
  smaller["examples"] = {{{"input", {1, 2}}, {"target", {0.5}}}};
  const auto small = backprop_document_from_json(document(smaller));
  REQUIRE(small.ok());
  CHECK(small->hidden.empty());
  CHECK(small->complete["found"] == Json::array({"half:loss/1"}));
}

TEST_CASE("what is wrong in a document is refused with its place") {
  const Json layer = {{"weight", {{0.1, 0.2}, {0.3, 0.4}}}};
  const auto layers = [&](const Json& patch, std::size_t at = 0) {
    Json all = {layer, layer};
    all[at].merge_patch(patch);
    return Json{{"layers", all}};
  };
  const auto example = [](const Json& patch) {
    Json one = {{"input", {0.05, 0.1}}, {"target", {0.01, 0.99}}};
    one.merge_patch(patch);
    return Json{{"examples", {one}}};
  };
  const auto with = [](Json json, const Json& patch) { return json.merge_patch(patch), json; };
  CHECK(refusal({{"downhill", 2}}) == "version /downhill");
  CHECK(refusal({{"lab", "surface"}}) == "other_lab /lab");
  CHECK(refusal({{"lanes", Json::array({Json::object()})}}) == "unknown_key ");
  CHECK(refusal({{"seed", 1}}) == "unknown_key ");
  CHECK(refusal({{"title", 3}}) == "wrong_type /title");

  CHECK(refusal({{"layers", 2}}) == "wrong_type /layers");
  CHECK(refusal({{"layers", Json::array()}}) == "out_of_range /layers");
  CHECK(refusal({{"layers", Json::array({layer, layer, layer, layer, layer})}}) == "out_of_range /layers");
  CHECK(refusal({{"layers", Json::array({layer, 3})}}) == "wrong_type /layers/1");
  CHECK(refusal(layers({{"units", 2}}, 1)) == "unknown_key /layers/1");
  CHECK(refusal(layers({{"weight", nullptr}}, 1)) == "missing /layers/1");
  CHECK(refusal(layers({{"weight", 0.5}})) == "wrong_type /layers/0/weight");
  CHECK(refusal(layers({{"weight", Json::array()}})) == "out_of_range /layers/0/weight");
  CHECK(refusal(layers({{"weight", {{1}, {1}, {1}, {1}, {1}, {1}, {1}}}})) == "out_of_range /layers/0/weight");
  CHECK(refusal(layers({{"weight", {{1, 2}, 3}}})) == "wrong_type /layers/0/weight/1");
  CHECK(refusal(layers({{"weight", {{1, 2}, Json::array()}}})) == "out_of_range /layers/0/weight/1");
  CHECK(refusal(layers({{"weight", {{1, 2, 3, 4, 5, 6, 7}, {1, 2}}}})) == "out_of_range /layers/0/weight/0");
  CHECK(refusal(layers({{"weight", {{1, 2}, {3}}}})) == "ragged_rows /layers/0/weight/1");
  CHECK(refusal(layers({{"weight", {{1, 2}, {3, "4"}}}})) == "wrong_type /layers/0/weight/1/1");
  CHECK(refusal(layers({{"weight", {{1, 2}, {3, 1e7}}}})) == "out_of_range /layers/0/weight/1/1");
  CHECK(refusal(layers({{"weight", {{1, 2, 3}, {3, 4, 5}}}}, 1)) == "layer_misfit /layers/1/weight");
  CHECK(refusal(layers({{"bias", {1}}})) == "bias_misfit /layers/0/bias");
  CHECK(refusal(layers({{"bias", 1}})) == "wrong_type /layers/0/bias");
  CHECK(refusal(layers({{"bias", {1, true}}})) == "wrong_type /layers/0/bias/1");
  CHECK(refusal(layers({{"activation", "crelu"}})) == "not_a_choice /layers/0/activation/name");
  CHECK(refusal(layers({{"activation", {{"name", "elu"}, {"alpha", 11}}}})) == "out_of_range /layers/0/activation/alpha");
  CHECK(refusal(layers({{"activation", 3}})) == "wrong_type /layers/0/activation");

  CHECK(refusal({{"examples", Json::array()}}) == "out_of_range /examples");
  CHECK(refusal({{"examples", std::vector<Json>(9, example(Json::object())["examples"][0])}}) == "out_of_range /examples");
  CHECK(refusal({{"examples", {3}}}) == "wrong_type /examples/0");
  CHECK(refusal(example({{"label", 1}})) == "unknown_key /examples/0");
  CHECK(refusal(example({{"target", nullptr}})) == "missing /examples/0");
  CHECK(refusal(example({{"input", {1}}})) == "input_misfit /examples/0/input");
  CHECK(refusal(example({{"input", {1, nullptr}}})) == "wrong_type /examples/0/input/1");
  CHECK(refusal(example({{"target", {1, 2, 3}}})) == "target_misfit /examples/0/target");
  CHECK(refusal(example({{"target", {1, -2e6}}})) == "out_of_range /examples/0/target/1");
  CHECK(refusal(example({{"target", {-3, 12}}})) == "taken");
  CHECK(refusal(with(example({{"target", {0, 1.5}}}), {{"loss", "bce"}})) == "out_of_range /examples/0/target/1");
  CHECK(refusal(with(example({{"target", {-0.5, 1.5}}}), {{"loss", "cross_entropy"}})) == "out_of_range /examples/0/target/0");
  CHECK(refusal(with(example({{"target", {0.5, 0.6}}}), {{"loss", "cross_entropy"}})) == "target_sum /examples/0/target");
  CHECK(refusal({{"loss", "cross_entropy"}, {"layers", {{{"weight", {{1, 2}}}}}}, {"examples", {{{"input", {1, 2}}, {"target", {1}}}}}}) == "one_output /loss");

  for (const char* list : {"hidden", "solved"}) {
    const std::string place = std::string(" /") + list;
    CHECK(refusal({{list, 3}}) == "wrong_type" + place);
    CHECK(refusal({{list, {1}}}) == "wrong_type" + place + "/0");
    CHECK(refusal({{list, std::vector<std::string>(201, "loss/1")}}) == "out_of_range" + place);
    for (const char* name : {"", "delta", "delta/1/2/0", "delta/1/2/256", "deltas/1/2/1", "weight/1/1/1", "input/1/1", "loss/1 "})
      CHECK(refusal({{list, {"loss/1", name}}}) == "no_quantity" + place + "/1");
  }
  CHECK(refusal({{"found", {"loss/1"}}}) == "not_a_choice /found/0");
  CHECK(refusal({{"found", {"signs:loss/1"}}}) == "not_a_choice /found/0");
  CHECK(refusal({{"found", {"half"}}}) == "no_quantity /found/0");
  CHECK(refusal({{"found", {"half:"}}}) == "no_quantity /found/0");
  CHECK(refusal({{"found", {"half:target/1/1"}}}) == "no_quantity /found/0");
  CHECK(refusal({{"loss", "mae"}}) == "not_a_choice /loss");
  CHECK(refusal({{"optimizer", {{"name", "adam"}, {"momentum", 0.9}}}}) == "unknown_key /optimizer");
  CHECK(refusal({{"optimizer", {{"name", "sgd"}, {"lr", -1}}}}) == "out_of_range /optimizer/lr");
  CHECK(refusal({{"train_bias", 1}}) == "wrong_type /train_bias");
  CHECK(refusal({{"steps", 0}}) == "out_of_range /steps");
  CHECK(refusal({{"steps", 1.5}}) == "wrong_type /steps");
  CHECK(refusal({{"steps", 10001}}) == "out_of_range /steps");
}
