#include "backprop/backprop_document.hpp"

#include "backprop/mistakes.hpp"
#include "backprop/quantity_rules.hpp"
#include "backprop/scalar_formulas.hpp"
#include "core/printable.hpp"
#include "network/activation.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
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

// ---- what is asked for, and was found ----

// What is named may be a step of a larger network.
Failure check_name(std::string_view name, const std::string& place) {
  const auto quantity = quantity_spelled(name);
  if (!quantity || entry_of(quantity->kind).stage == Stage::given) return UserError{"no_quantity", place, {shortened(name, 40)}};
  return {};
}
Failure check_list(const Json& list, const std::string& place, const char* what) {
  if (!list.is_array()) return wrong_type(place, what);
  if (list.size() > kBackpropAskedMost) return UserError{"out_of_range", place, {text_of(list.size()), "0", text_of(kBackpropAskedMost)}};
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!list[i].is_string()) return wrong_type(below(place, i), what);
  return {};
}
Failure check_names(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_list(value, place, "[\"delta/1/2/1\", …]")) return failure;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (auto failure = check_name(value[i].get_ref<const std::string&>(), below(place, i))) return failure;
  return {};
}
Failure check_found(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_list(value, place, "[\"sign:delta/1/2/1\", …]")) return failure;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string_view text = value[i].get_ref<const std::string&>();
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (auto failure = check_choice(std::string(text.substr(0, colon)), below(place, i), ids_of<known_mistakes>())) return failure;
    if (auto failure = check_name(text.substr(std::min(colon + 1, text.size())), below(place, i))) return failure;
  }
  return {};
}

Mistake mistake_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  return {entry_of(known_mistakes(), text.substr(0, colon)).id, *quantity_spelled(text.substr(colon + 1))};
}
const Quantity& quantity_in(const Quantity& quantity) { return quantity; }
const Quantity& quantity_in(const Mistake& mistake) { return mistake.at; }
// What of a list is this network's, once; the rest goes.
template <class Item, class Read> std::vector<Item> kept_of(Json& list, const std::vector<Quantity>& steps, Read read) {
  std::vector<Item> items;
  Json kept = Json::array();
  for (const Json& text : list) {
    const Item item = read(text.get_ref<const std::string&>());
    const Quantity& at = quantity_in(item);
    if (std::find(steps.begin(), steps.end(), at) == steps.end() || std::find(items.begin(), items.end(), item) != items.end()) continue;
    items.push_back(item);
    kept.push_back(text);
  }
  list = std::move(kept);
  return items;
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
      {.pointer = "/hidden", .kind = FieldKind::own, .standard = Json::array(), .lanes_may = false, .check = check_names},
      {.pointer = "/solved", .kind = FieldKind::own, .standard = Json::array(), .lanes_may = false, .check = check_names},
      {.pointer = "/mistake", .kind = FieldKind::integer, .standard = 0, .least = 0, .most = kMistakesMost, .lanes_may = false},
      {.pointer = "/found", .kind = FieldKind::own, .standard = Json::array(), .lanes_may = false, .check = check_found},
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
  BackpropDocument out{std::move(document->title), std::move(document->complete), {}, {}, {}, {}};
  out.settings = settings_from_json(out.complete);
  const std::vector<Quantity> steps = backprop_steps(out.settings);
  const auto quantity = [](std::string_view name) { return *quantity_spelled(name); };
  out.hidden = kept_of<Quantity>(out.complete["hidden"], steps, quantity);
  out.solved = kept_of<Quantity>(out.complete["solved"], steps, quantity);
  out.found = kept_of<Mistake>(out.complete["found"], steps, mistake_of);
  return out;
}

} // namespace downhill
