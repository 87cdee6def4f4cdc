#include "backprop/backprop_document.hpp"

#include "backprop/scalar_formulas.hpp"
#include "network/activation.hpp"
#include "optimizers/list.hpp"

#include <cmath>

namespace downhill {
namespace {

constexpr double kSumWithin = 1e-5; // thirds may be typed as 0.333333

std::string text_of(std::size_t count) { return std::to_string(count); }
std::string below(const std::string& place, std::size_t index) { return place + "/" + std::to_string(index); }

Failure check_count(const Json& list, const std::string& place, const std::string& what, std::size_t most) {
  if (!list.is_array()) return wrong_type(place, what);
  if (list.empty() || list.size() > most) return UserError{"out_of_range", place, {text_of(list.size()), "1", text_of(most)}};
  return {};
}

Failure check_numbers(const Json& list, const std::string& place) {
  if (auto failure = check_count(list, place, "[0.1, …]", kBackpropUnitsMost)) return failure;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (auto failure = check_number(list[i], below(place, i), -kBackpropNumberMost, kBackpropNumberMost, false)) return failure;
  return {};
}

// `inputs`: the units of the layer before, 0 before the first.
Failure complete_layer(Json& layer, std::size_t inputs, const std::string& place) {
  if (!layer.is_object()) return wrong_type(place, "{\"activation\": \"sigmoid\", \"weight\": [[…], …], \"bias\": […]}");
  if (auto failure = check_known(layer, {"activation", "weight", "bias"}, place)) return failure;
  if (!layer.contains("activation")) layer["activation"] = narrow_activation_field().standard;
  if (auto failure = complete_named(layer["activation"], place + "/activation", narrow_activation_field())) return failure;
  if (!layer.contains("weight")) return UserError{"missing", place, {"weight"}};
  const Json& weight = layer["weight"];
  const std::string weights = place + "/weight";
  if (auto failure = check_count(weight, weights, "[[0.1, …], …]", kBackpropUnitsMost)) return failure;
  for (std::size_t o = 0; o < weight.size(); ++o) {
    if (auto failure = check_numbers(weight[o], below(weights, o))) return failure;
    if (weight[o].size() != weight[0].size()) return UserError{"ragged_rows", below(weights, o), {text_of(weight[o].size()), text_of(weight[0].size())}};
  }
  if (inputs > 0 && weight[0].size() != inputs) return UserError{"layer_misfit", weights, {text_of(weight[0].size()), text_of(inputs)}};
  if (!layer.contains("bias")) layer["bias"] = std::vector<int>(weight.size());
  if (auto failure = check_numbers(layer["bias"], place + "/bias")) return failure;
  if (layer["bias"].size() != weight.size()) return UserError{"bias_misfit", place + "/bias", {text_of(layer["bias"].size()), text_of(weight.size())}};
  return {};
}

Failure complete_layers(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_count(value, place, "[{\"weight\": [[…], …]}, …]", kBackpropLayersMost)) return failure;
  for (std::size_t l = 0; l < value.size(); ++l)
    if (auto failure = complete_layer(value[l], l == 0 ? 0 : value[l - 1]["weight"].size(), below(place, l))) return failure;
  return {};
}

Failure check_examples(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_count(value, place, "[{\"input\": […], \"target\": […]}, …]", kBackpropExamplesMost)) return failure;
  for (std::size_t e = 0; e < value.size(); ++e) {
    const std::string here = below(place, e);
    if (!value[e].is_object()) return wrong_type(here, "{\"input\": […], \"target\": […]}");
    if (auto failure = check_known(value[e], {"input", "target"}, here)) return failure;
    for (const char* key : {"input", "target"}) {
      if (!value[e].contains(key)) return UserError{"missing", here, {key}};
      if (auto failure = check_numbers(value[e][key], here + "/" + key)) return failure;
    }
  }
  return {};
}

Failure check_targets(const Json& targets, const ScalarLoss& loss, const std::string& place) {
  if (!loss.of_logits) return {};
  double sum = 0;
  for (std::size_t o = 0; o < targets.size(); ++o) {
    if (auto failure = check_number(targets[o], below(place, o), 0, 1, false)) return failure;
    sum += targets[o].get<double>();
  }
  if (loss.one_of_many && std::fabs(sum - 1.0) > kSumWithin) return UserError{"target_sum", place, {shortest_text(sum)}};
  return {};
}

// What fields ask of each other, each of them being well by itself.
Failure check_passes(const Json& value, const std::string& place) {
  const Json& layers = value["layers"];
  const std::size_t inputs = layers.front()["weight"][0].size(), outputs = layers.back()["weight"].size();
  const ScalarLoss& loss = entry_of(scalar_losses(), value["loss"].get<std::string>());
  if (loss.one_of_many && outputs < 2) return UserError{"one_output", place + "/loss", {std::string(loss.id)}};
  for (std::size_t e = 0; e < value["examples"].size(); ++e) {
    const Json& example = value["examples"][e];
    const std::string here = below(place + "/examples", e);
    if (example["input"].size() != inputs) return UserError{"input_misfit", here + "/input", {text_of(example["input"].size()), text_of(inputs)}};
    if (example["target"].size() != outputs) return UserError{"target_misfit", here + "/target", {text_of(example["target"].size()), text_of(outputs)}};
    if (auto failure = check_targets(example["target"], loss, here + "/target")) return failure;
  }
  return {};
}

std::vector<std::string_view> narrow_ids() {
  std::vector<std::string_view> ids;
  for (const ActivationEntry& entry : activations())
    if (entry.width == 1) ids.push_back(entry.id);
  return ids;
}

const std::vector<Field>& fields() {
  static const Json layers = {{{"activation", "sigmoid"}, {"weight", {{0.15, 0.20}, {0.25, 0.30}}}, {"bias", {0.35, 0.35}}},
                              {{"activation", "sigmoid"}, {"weight", {{0.40, 0.45}, {0.50, 0.55}}}, {"bias", {0.60, 0.60}}}};
  static const Json examples = Json::array({{{"input", {0.05, 0.10}}, {"target", {0.01, 0.99}}}});
  static const std::vector<Field> table{
      {.pointer = "/layers", .kind = FieldKind::own, .standard = layers, .lanes_may = false, .check = complete_layers},
      {.pointer = "/examples", .kind = FieldKind::own, .standard = examples, .lanes_may = false, .check = check_examples},
      {.pointer = "/loss", .kind = FieldKind::choice, .standard = "mse", .lanes_may = false, .ids = ids_of<scalar_losses>},
      {.pointer = "/optimizer",
       .kind = FieldKind::named,
       .standard = {{"name", "sgd"}, {"lr", 0.5}},
       .lanes_may = false,
       .ids = ids_of<optimizers>,
       .parameters = parameters_of<optimizers>},
      {.pointer = "/train_bias", .kind = FieldKind::flag, .standard = true, .lanes_may = false},
      {.pointer = "/steps", .kind = FieldKind::integer, .standard = 1, .least = 1, .most = kBackpropStepsMost, .lanes_may = false},
  };
  return table;
}

BackpropSettings settings_from_json(const Json& c) {
  BackpropSettings s;
  for (const Json& layer : c["layers"]) {
    BackpropLayer made;
    made.activation = choice_of(layer["activation"], narrow_activation_field());
    made.inputs = layer["weight"][0].size();
    for (const Json& row : layer["weight"])
      for (const Json& number : row) made.weight.push_back(number.get<double>());
    made.bias = layer["bias"].get<std::vector<double>>();
    s.layers.push_back(std::move(made));
  }
  for (const Json& example : c["examples"]) s.examples.push_back({example["input"].get<std::vector<double>>(), example["target"].get<std::vector<double>>()});
  s.loss = c["loss"].get<std::string>();
  s.optimizer = choice_of(c["optimizer"], *kBackpropFormat.field_at("/optimizer"));
  s.train_bias = c["train_bias"].get<bool>();
  s.steps = static_cast<std::int64_t>(c["steps"].get<double>());
  return s;
}

} // namespace

const DocumentFormat kBackpropFormat{.lab = "backprop", .fields = fields, .together = check_passes};

const Field& narrow_activation_field() {
  static const Field field{
      .pointer = "/activation", .kind = FieldKind::named, .standard = "identity", .ids = narrow_ids, .parameters = parameters_of<activations>};
  return field;
}

Json BackpropDocument::json() const { return Document{title, complete, {}}.json(kBackpropFormat); }

Result<BackpropDocument> backprop_document_from_json(const Json& json) {
  auto document = document_from_json(kBackpropFormat, json);
  if (!document) return document.error();
  BackpropSettings settings = settings_from_json(document->complete);
  return BackpropDocument{std::move(document->title), std::move(document->complete), std::move(settings)};
}

} // namespace downhill
