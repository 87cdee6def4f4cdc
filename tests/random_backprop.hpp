// Random small networks over everything the document of the lab Backprop allows, numbered from 0; the same in every build.
#pragma once
#include "backprop/backprop_document.hpp"
#include "backprop/scalar_formulas.hpp"
#include "core/philox.hpp"

#include <cmath>

namespace downhill {

/// The hash of what a document without anything else comes to: the known 2-2-2 example.
inline constexpr std::uint64_t kKnownTrace = 0x5b6d6bffddcd1036U;
/// The same over the first 200 random networks.
inline constexpr std::uint64_t kRandomTraces = 0xa946a2671ccd15c6U;

inline Json random_backprop(std::uint64_t number) {
  PhiloxStream stream({number, 0x6270});
  const auto size = [&](std::size_t least, std::size_t most) { return least + static_cast<std::size_t>(stream.next_word() % (most - least + 1)); };
  const auto between = [&](double least, double most) { return std::round((least + (most - least) * stream.next_uniform()) * 1e4) / 1e4; };
  const auto numbers = [&](std::size_t count, double most) {
    Json all = Json::array();
    for (std::size_t i = 0; i < count; ++i) all.push_back(between(-most, most));
    return all;
  };
  // parameters near their standard values, half of the time
  const auto named = [&](const Field& field) {
    const auto ids = field.ids();
    const std::string id(ids[size(0, ids.size() - 1)]);
    Json json = {{"name", id}};
    if (stream.next_uniform() < 0.5) return json;
    for (const ParameterSpec& spec : *field.parameters(id)) {
      if (spec.name.find('/') != std::string_view::npos) continue;
      json[std::string(spec.name)] = spec.whole ? static_cast<double>(size(static_cast<std::size_t>(spec.least), static_cast<std::size_t>(spec.most)))
                                                : spec.standard * (0.5 + 0.5 * stream.next_uniform());
    }
    return json;
  };
  const ScalarLoss& loss = scalar_losses()[size(0, scalar_losses().size() - 1)];
  Json json = {{"downhill", 1}, {"lab", "backprop"}, {"loss", loss.id}, {"layers", Json::array()}, {"examples", Json::array()}};
  const std::size_t count = size(1, kBackpropLayersMost), inputs = size(1, kBackpropUnitsMost);
  std::size_t units = inputs;
  for (std::size_t l = 0; l < count; ++l) {
    const std::size_t next = size(loss.one_of_many && l + 1 == count ? 2 : 1, kBackpropUnitsMost);
    Json weight = Json::array();
    for (std::size_t o = 0; o < next; ++o) weight.push_back(numbers(units, 1.5));
    Json layer = {{"weight", std::move(weight)}, {"activation", named(narrow_activation_field())}};
    if (stream.next_uniform() < 0.8) layer["bias"] = numbers(next, 1);
    json["layers"].push_back(std::move(layer));
    units = next;
  }
  for (std::size_t examples = size(1, kBackpropExamplesMost); examples > 0; --examples) {
    Json target = loss.of_logits ? Json::array() : numbers(units, 2);
    if (loss.one_of_many) {
      const std::size_t label = size(0, units - 1), other = size(0, units - 1); // one-hot, or shared by two
      for (std::size_t o = 0; o < units; ++o) target.push_back((o == label ? 0.75 : 0.0) + (o == other ? 0.25 : 0.0));
    } else if (loss.of_logits)
      for (std::size_t o = 0; o < units; ++o) target.push_back(between(0, 1));
    json["examples"].push_back({{"input", numbers(inputs, 2)}, {"target", std::move(target)}});
  }
  json["optimizer"] = named(*kBackpropFormat.field_at("/optimizer"));
  if (!json["optimizer"].contains("lr")) json["optimizer"]["lr"] = between(0.01, 0.2);
  json["train_bias"] = stream.next_uniform() < 0.7;
  json["steps"] = size(1, 20);
  return json;
}

/// The standard document so changed.
inline BackpropSettings patched_backprop(const Json& patch) {
  Json json = {{"downhill", 1}, {"lab", "backprop"}};
  json.merge_patch(patch);
  auto document = backprop_document_from_json(json);
  assert(document && "a test's own document is a valid one");
  return std::move(document->settings);
}

} // namespace downhill
