// What an edit makes of the network of the lab Backprop: sizes, functions, numbers.
#include "app/core/backprop_model.hpp"
#include "backprop/scalar_formulas.hpp"
#include "core/streams.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace downhill {
namespace {

// New weights: small round numbers of both signs, one after another.
double round_number(std::size_t place) { return (static_cast<double>(place * 7 % 19) - 9) / 10 + (place * 7 % 19 == 9 ? 0.05 : 0); }

// Grows or shrinks a list of numbers; new ones come from `made`.
template <class Make> void resize(Json& list, std::size_t count, Make made) {
  while (list.size() > count) list.erase(list.size() - 1);
  while (list.size() < count) list.push_back(made(list.size()));
}

Json made_layer(std::size_t units, std::size_t inputs, const Json& activation) {
  Json layer{{"activation", activation}, {"weight", Json::array()}, {"bias", Json::array()}};
  for (std::size_t o = 0; o < units; ++o) {
    Json row = Json::array();
    for (std::size_t i = 0; i < inputs; ++i) row.push_back(round_number(o * inputs + i + 1));
    layer["weight"].push_back(row);
    layer["bias"].push_back(0.1);
  }
  return layer;
}

void set_width(Json& layer, std::size_t inputs) {
  std::size_t row = 0;
  for (Json& weights : layer["weight"]) {
    resize(weights, inputs, [&](std::size_t i) { return round_number(row * inputs + i + 1); });
    ++row;
  }
}

// Targets that the loss can take, nearest to what they are.
void fit_targets(Json& json, const ScalarLoss& loss) {
  if (!loss.of_logits) return;
  for (Json& example : json["examples"]) {
    Json& targets = example["target"];
    std::size_t largest = 0;
    double sum = 0;
    for (std::size_t o = 0; o < targets.size(); ++o) {
      targets[o] = std::clamp(targets[o].get<double>(), 0.0, 1.0);
      sum += targets[o].get<double>();
      if (targets[o].get<double>() > targets[largest].get<double>()) largest = o;
    }
    if (!loss.one_of_many || std::fabs(sum - 1) < 1e-6) continue;
    for (std::size_t o = 0; o < targets.size(); ++o) targets[o] = o == largest ? 1 : 0;
  }
}

} // namespace

std::optional<UserError> BackpropModel::edit(const std::function<void(Json&)>& change) {
  Json json = document_.json();
  json["layers"] = document_.at("/layers"), json["examples"] = document_.at("/examples"); // also where they are the standard ones
  json["hidden"] = document_.at("/hidden"), json["solved"] = document_.at("/solved"), json["found"] = document_.at("/found");
  change(json);
  auto error = document_.change_to(json);
  read();
  return error;
}

std::optional<UserError> BackpropModel::change_numbers(const std::function<void(Json&)>& change) {
  return edit([&](Json& json) {
    change(json);
    json["solved"] = Json::array(), json["mistake"] = 0;
  });
}

std::optional<UserError> BackpropModel::forget_answers() {
  if (solved_.empty() && !planted_) return {};
  return change_numbers([](Json&) {});
}

std::pair<double, double> BackpropModel::range_of(const Quantity& q) const {
  if (q.kind == QuantityKind::target && entry_of(scalar_losses(), settings_.loss).of_logits) return {0, 1};
  return {-kBackpropNumberMost, kBackpropNumberMost};
}

std::optional<UserError> BackpropModel::set_given(const Quantity& q, double value, bool held) {
  if (!is_given(q)) return {};
  if (auto error = forget_answers()) return error; // a drag's own steps of undo are of one field
  const bool of_layers = q.kind == QuantityKind::weight || q.kind == QuantityKind::bias;
  const char* field = of_layers ? "/layers" : "/examples";
  Json all = document_.at(field);
  switch (q.kind) {
  case QuantityKind::input: all[q.example]["input"][q.unit] = value; break;
  case QuantityKind::weight: all[q.layer]["weight"][q.unit][q.index] = value; break;
  case QuantityKind::bias: all[q.layer]["bias"][q.unit] = value; break;
  default: {
    Json& targets = all[q.example]["target"];
    targets[q.unit] = value;
    if (!entry_of(scalar_losses(), settings_.loss).one_of_many || value < 0 || value > 1) break;
    // targets come to 1: what one gets the others give, by their shares
    double others = 0;
    for (std::size_t o = 0; o < targets.size(); ++o) others += o == q.unit ? 0 : targets[o].get<double>();
    for (std::size_t o = 0; o < targets.size(); ++o)
      if (o != q.unit) targets[o] = others > 0 ? targets[o].get<double>() / others * (1 - value) : (1 - value) / static_cast<double>(targets.size() - 1);
  }
  }
  auto error = document_.set({{}, field}, all, held);
  read();
  return error;
}

std::optional<UserError> BackpropModel::set_layers(std::size_t count) {
  count = std::clamp<std::size_t>(count, 1, kBackpropLayersMost);
  return change_numbers([&](Json& json) {
    Json& layers = json["layers"];
    while (layers.size() > count) layers.erase(layers.size() - 2);
    while (layers.size() < count) {
      // a hidden layer before the output, as wide and of the same activation as the one before it, or the outputs
      const Json& before = layers[layers.size() >= 2 ? layers.size() - 2 : 0];
      const std::size_t inputs = layers.back()["weight"][0].size();
      layers.insert(layers.end() - 1, made_layer(inputs, inputs, before["activation"]));
    }
    for (std::size_t l = 0; l < layers.size(); ++l) set_width(layers[l], l == 0 ? settings_.layers.front().inputs : layers[l - 1]["weight"].size());
  });
}

std::optional<UserError> BackpropModel::set_units(std::size_t layer, std::size_t count) {
  if (layer >= settings_.layers.size()) return {};
  count = std::clamp<std::size_t>(count, 1, kBackpropUnitsMost);
  return change_numbers([&](Json& json) {
    Json& it = json["layers"][layer];
    const std::size_t inputs = it["weight"][0].size();
    resize(it["weight"], count, [&](std::size_t o) {
      Json row = Json::array();
      for (std::size_t i = 0; i < inputs; ++i) row.push_back(round_number(o * inputs + i + 1));
      return row;
    });
    resize(it["bias"], count, [](std::size_t) { return 0.1; });
    if (layer + 1 < json["layers"].size()) return set_width(json["layers"][layer + 1], count);
    for (Json& example : json["examples"]) resize(example["target"], count, [](std::size_t) { return 0; });
    if (count == 1 && entry_of(scalar_losses(), json.value("loss", "mse")).one_of_many) json["loss"] = "bce";
    fit_targets(json, entry_of(scalar_losses(), json.value("loss", "mse")));
  });
}

std::optional<UserError> BackpropModel::set_inputs(std::size_t count) {
  count = std::clamp<std::size_t>(count, 1, kBackpropUnitsMost);
  return change_numbers([&](Json& json) {
    set_width(json["layers"][0], count);
    for (Json& example : json["examples"]) resize(example["input"], count, [](std::size_t i) { return static_cast<double>(i + 1) / 10; });
  });
}

std::optional<UserError> BackpropModel::set_examples(std::size_t count) {
  count = std::clamp<std::size_t>(count, 1, kBackpropExamplesMost);
  return change_numbers([&](Json& json) {
    resize(json["examples"], count, [&](std::size_t e) {
      // the one before with its inputs shifted round and its targets turned over
      Json example = json["examples"][e - 1];
      Json &input = example["input"], &target = example["target"];
      std::rotate(input.begin(), input.begin() + 1, input.end());
      if (input.size() == 1) input[0] = -input[0].get<double>();
      std::reverse(target.begin(), target.end());
      return example;
    });
  });
}

std::optional<UserError> BackpropModel::set_activation(std::size_t layer, std::string_view activation) {
  if (layer >= settings_.layers.size()) return {};
  return change_numbers([&](Json& json) { json["layers"][layer]["activation"] = {{"name", activation}}; });
}

std::optional<UserError> BackpropModel::set_loss(std::string_view loss) {
  return change_numbers([&](Json& json) {
    const ScalarLoss* entry = find_entry(scalar_losses(), loss);
    json["loss"] = loss;
    if (entry) fit_targets(json, *entry);
  });
}

std::optional<UserError> BackpropModel::draw_weights() {
  const std::uint64_t seed = read_version_;
  return change_numbers([&](Json& json) {
    PhiloxStream numbers(stream_key(seed, Purpose::probe));
    for (Json& layer : json["layers"]) {
      for (Json& row : layer["weight"])
        for (Json& weight : row) weight = std::round((2.0 * numbers.next_uniform() - 1.0) * 100) / 100;
      for (Json& bias : layer["bias"]) bias = 0;
    }
  });
}

} // namespace downhill
