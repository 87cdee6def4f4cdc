#include "experiment/fields.hpp"

#include "data/source.hpp"
#include "network/activation.hpp"
#include "network/initializer.hpp"
#include "network/loss.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"

namespace downhill {
namespace {

template <const auto& table> std::vector<std::string_view> ids_of() {
  std::vector<std::string_view> ids;
  for (const auto& entry : table()) ids.push_back(entry.id);
  return ids;
}
template <const auto& table> const std::vector<ParameterSpec>* parameters_of(std::string_view id) {
  const auto* entry = find_entry(table(), id);
  return entry ? &entry->parameters : nullptr;
}

constexpr double kSeedMost = 9007199254740991.0; // 2^53 − 1: exact in every JSON reader

} // namespace

const std::vector<Field>& fields() {
  static const Json one_layer = {{{"units", 128}, {"activation", "relu"}, {"dropout", 0}}};
  static const std::vector<Field> table{
      {"/data/source", FieldKind::choice, "fashion-mnist", 0, 0, false, ids_of<sources>},
      {"/data/file", FieldKind::hash, "", 0, 0, false},
      {"/data/seed", FieldKind::integer, 1, 0, kSeedMost, false},
      {"/data/train", FieldKind::integer, 2000, 1, 60000, false},
      {"/data/test", FieldKind::integer, 1000, 1, 10000, false},
      {"/data/classes", FieldKind::classes, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, 255, false},
      {"/data/label_noise", FieldKind::number, 0, 0, 1, false},
      {"/data/noise", FieldKind::number, 0, 0, 1, false},
      {"/network/hidden", FieldKind::layers, one_layer},
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
      {"/evaluate/every", FieldKind::interval, "epoch", 1, 1e9},
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
