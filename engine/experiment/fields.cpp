#include "experiment/fields.hpp"

#include "data/source.hpp"
#include "network/activation.hpp"
#include "network/initializer.hpp"
#include "network/loss.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"

namespace downhill {
namespace {

Failure check_layers(Json& value, const Field&, const std::string& place) {
  if (!value.is_array()) return wrong_type(place, "[{\"units\": 128, \"activation\": \"relu\", \"dropout\": 0}, …]");
  if (value.size() > kHiddenLayersMost) return UserError{"out_of_range", place, {std::to_string(value.size()), "0", std::to_string(kHiddenLayersMost)}};
  for (std::size_t i = 0; i < value.size(); ++i) {
    Json& layer = value[i];
    const std::string here = place + "/" + std::to_string(i);
    if (!layer.is_object()) return wrong_type(here, "{\"units\": 128, …}");
    if (auto failure = check_known(layer, {"units", "activation", "dropout"}, here)) return failure;
    if (!layer.contains("units")) return UserError{"missing", here, {"units"}};
    if (!layer.contains("activation")) layer["activation"] = activation_field().standard;
    if (!layer.contains("dropout")) layer["dropout"] = 0;
    if (auto failure = check_number(layer["units"], here + "/units", 1, kUnitsMost, true)) return failure;
    if (auto failure = complete_named(layer["activation"], here + "/activation", activation_field())) return failure;
    if (auto failure = check_number(layer["dropout"], here + "/dropout", 0, kDropoutMost, false)) return failure;
  }
  return {};
}

Failure check_classes(Json& value, const Field& field, const std::string& place) {
  if (!value.is_array()) return wrong_type(place, "[0, 1, …]");
  std::vector<int> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto failure = check_number(value[i], place + "/" + std::to_string(i), field.least, field.most, true)) return failure;
    const int label = value[i].get<int>();
    if (std::find(seen.begin(), seen.end(), label) != seen.end()) return UserError{"duplicate_class", place, {std::to_string(label)}};
    seen.push_back(label);
  }
  return {};
}

bool is_hash(std::string_view text) { return text.empty() || (text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos); }

Failure check_hash(Json& value, const Field&, const std::string& place) {
  if (!value.is_string() || !is_hash(value.get_ref<const std::string&>())) return wrong_type(place, "0123456789abcdef");
  return {};
}

Failure check_interval(Json& value, const Field& field, const std::string& place) {
  if (value.is_number()) return check_number(value, place, field.least, field.most, true);
  if (!interval_of(value)) return wrong_type(place, "\"epoch\", 100, \"500 examples\"");
  return {};
}

Field checked(Field field, Failure (*check)(Json&, const Field&, const std::string&)) { return field.check = check, field; }

} // namespace

std::optional<Interval> interval_of(const Json& value) {
  if (value.is_number()) return Interval{Interval::Unit::steps, static_cast<std::int64_t>(value.get<double>())};
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  if (text == "epoch") return Interval{Interval::Unit::epochs, 1};
  constexpr std::string_view unit = " examples";
  if (text.size() <= unit.size() || text.size() > unit.size() + 9 || text.substr(text.size() - unit.size()) != unit) return {};
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - unit.size())) {
    if (c < '0' || c > '9') return {};
    count = count * 10 + (c - '0');
  }
  if (count == 0) return {};
  return Interval{Interval::Unit::examples, count};
}

const std::vector<Field>& fields() {
  static const Json one_layer = {{{"units", 128}, {"activation", "relu"}, {"dropout", 0}}};
  static const std::vector<Field> table{
      {"/data/source", FieldKind::choice, "fashion-mnist", 0, 0, false, ids_of<sources>},
      checked({"/data/file", FieldKind::hash, "", 0, 0, false}, check_hash),
      {"/data/seed", FieldKind::integer, 1, 0, kSeedMost, false},
      {"/data/train", FieldKind::integer, 2000, 1, 60000, false},
      {"/data/test", FieldKind::integer, 1000, 1, 10000, false},
      checked({"/data/classes", FieldKind::classes, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, 255, false}, check_classes),
      {"/data/label_noise", FieldKind::number, 0, 0, 1, false},
      {"/data/noise", FieldKind::number, 0, 0, 1, false},
      checked({"/network/hidden", FieldKind::layers, one_layer}, check_layers),
      {"/network/init", FieldKind::named, {{"name", "pytorch"}}, 0, 0, true, ids_of<initializers>, parameters_of<initializers>},
      {"/loss", FieldKind::named, {{"name", "cross_entropy"}}, 0, 0, true, ids_of<losses>, parameters_of<losses>},
      {"/optimizer", FieldKind::named, {{"name", "sgd"}, {"lr", 0.1}}, 0, 0, true, ids_of<optimizers>, parameters_of<optimizers>},
      {"/schedule", FieldKind::named, {{"name", "constant"}}, 0, 0, true, ids_of<schedules>, parameters_of<schedules>},
      {"/regularization/l1", FieldKind::number, 0, 0, 1},
      {"/regularization/l2", FieldKind::number, 0, 0, 1},
      {"/batch", FieldKind::batch, 64, 1, 60000},
      {"/epochs", FieldKind::integer, 5, 1, 10000},
      {"/seed", FieldKind::integer, 1, 0, kSeedMost, false},
      {"/repeats", FieldKind::integer, 1, 1, 20, false},
      checked({"/evaluate/every", FieldKind::interval, "epoch", 1, 1e9}, check_interval),
  };
  return table;
}

Json standard_for(const Field& field, std::string_view source_id) {
  const SourceEntry* source = find_entry(sources(), source_id);
  if (!source) return field.standard; // refused later, with its place
  if (field.pointer == "/data/classes") {
    Json all = Json::array();
    for (int label = 0; label < source->classes; ++label) all.push_back(label);
    return all;
  }
  if (field.pointer == "/data/noise") return source->generated ? Json(0.1) : Json(0);
  if (field.pointer == "/loss" && source->classes == 0) return {{"name", "mse"}};
  return field.standard;
}

const Field& activation_field() {
  static const Field field{"/activation", FieldKind::named, "relu", 0, 0, true, ids_of<activations>, parameters_of<activations>};
  return field;
}

} // namespace downhill
