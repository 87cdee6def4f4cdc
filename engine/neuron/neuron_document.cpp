#include "neuron/neuron_document.hpp"

#include "document/field_rows.hpp"

#include <algorithm>

namespace downhill {
namespace {

using namespace row;

constexpr std::string_view kParts[] = {"logic", "image", "soft"};
constexpr std::string_view kKinds[] = {"weights", "veto"};
constexpr std::string_view kInputKinds[] = {"excites", "inhibits"};
constexpr std::string_view kLayers[] = {"1", "2"};
constexpr std::string_view kStarts[] = {"zeros", "painting"};
constexpr std::string_view kClasses[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

Failure check_painting(Json& value, const Field&, const std::string& place) {
  if (!value.is_string()) return wrong_type(place, "\"…\"");
  return painting_from(value.get_ref<const std::string&>()) ? Failure() : UserError{"not_a_painting", place, {}};
}

Field weight(std::string_view pointer, double standard) { return number(pointer, standard, -kLogicWeightMost, kLogicWeightMost); }
Field threshold(std::string_view pointer, double standard) { return number(pointer, standard, -kLogicThresholdMost, kLogicThresholdMost); }
Field class_of(std::string_view pointer, std::int64_t standard) {
  Field field = whole(pointer, standard, 0, 9);
  field.ids = named<kClasses>;
  return field;
}

const std::vector<Field>& fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all{choice("/part", "logic", named<kParts>), choice("/logic/task", "and", ids_of<logic_tasks>)};
    all.push_back(whole("/logic/inputs", 2, 1, kLogicInputsMost));
    all.push_back(whole("/logic/table", 6, 0, 65535));
    Field layers = whole("/logic/layers", 1, 1, 2);
    layers.ids = named<kLayers>;
    all.push_back(std::move(layers));
    all.push_back(choice("/logic/kind", "weights", named<kKinds>));
    for (const char* pointer : {"/logic/w1", "/logic/w2", "/logic/w3", "/logic/w4"}) all.push_back(weight(pointer, 1));
    for (const char* pointer : {"/logic/x1", "/logic/x2", "/logic/x3", "/logic/x4"}) all.push_back(choice(pointer, "excites", named<kInputKinds>));
    all.push_back(threshold("/logic/threshold", 1));
    // of two layers: OR and AND of the inputs, and an output that passes the first on
    all.push_back(weight("/logic/h1/w1", 1)), all.push_back(weight("/logic/h1/w2", 1)), all.push_back(threshold("/logic/h1/threshold", 1));
    all.push_back(weight("/logic/h2/w1", 1)), all.push_back(weight("/logic/h2/w2", 1)), all.push_back(threshold("/logic/h2/threshold", 2));
    all.push_back(weight("/logic/out/w1", 1)), all.push_back(weight("/logic/out/w2", 0)), all.push_back(threshold("/logic/out/threshold", 1));
    all.push_back(class_of("/image/quiet", 3)), all.push_back(class_of("/image/fires", 1));
    all.push_back(whole("/image/train", 400, 2, 12000)), all.push_back(whole("/image/test", 200, 2, 2000));
    all.push_back(own("/image/weights", "", check_painting));
    all.push_back(number("/image/threshold", 0, -kImageThresholdMost, kImageThresholdMost));
    all.push_back(choice("/image/start", "zeros", named<kStarts>));
    all.push_back(number("/image/rate", 0.01, 1e-5, 10));
    all.push_back(whole("/image/steps", 100, 1, 2000));
    all.push_back(number("/soft/steepness", 4, 0.1, kSteepnessMost));
    all.push_back(flag("/soft/hard", false));
    all.push_back(number("/soft/weight", 0, -kSoftWeightMost, kSoftWeightMost));
    all.push_back(number("/soft/threshold", 1, -kSoftWeightMost, kSoftWeightMost));
    all.push_back(number("/soft/rate", 1, 1e-3, 100));
    all.push_back(whole("/soft/steps", 20, 1, 500));
    return all;
  }();
  return table;
}

Unit unit_of(const Json& json, std::initializer_list<const char*> weights) {
  Unit unit;
  std::size_t i = 0;
  for (const char* key : weights) unit.weights[i++] = json[key].get<double>();
  unit.threshold = json["threshold"].get<double>();
  return unit;
}

// What fields ask of each other, each of them being well by itself.
Failure check_unit(const Json& value, const std::string& place) {
  const Json& logic = value["logic"];
  const int inputs = logic["inputs"].get<int>();
  const int least = entry_of(logic_tasks(), logic["task"].get<std::string>()).least;
  const bool two_layers = logic["layers"].get<int>() == 2;
  const auto refused = [&](int from, int to) {
    return UserError{"out_of_range", place + "/logic/inputs", {std::to_string(inputs), std::to_string(from), std::to_string(to)}};
  };
  if (two_layers && inputs != 2) return refused(2, 2);
  if (inputs < least) return refused(least, kLogicInputsMost);
  const Json& image = value["image"];
  if (image["quiet"] == image["fires"]) return UserError{"duplicate_class", place + "/image/fires", {brief(image["fires"])}};
  return {};
}

} // namespace

const DocumentFormat kNeuronFormat{.lab = "neuron", .fields = fields, .together = check_unit};

NeuronDocument neuron_settings(const Document& document) {
  NeuronDocument out{document.title, document.complete, {}, {}, {}, {}};
  const Json& c = out.complete;
  out.part = enum_of<NeuronPart>(c["part"], kParts);
  const Json& logic = c["logic"];
  LogicSettings& l = out.logic;
  l.inputs = logic["inputs"].get<int>();
  l.veto = logic["kind"] == "veto";
  l.two_layers = logic["layers"].get<int>() == 2;
  l.unit = unit_of(logic, {"w1", "w2", "w3", "w4"});
  for (std::size_t i = 0; i < l.inhibits.size(); ++i) l.inhibits[i] = logic["x" + std::to_string(i + 1)] == "inhibits";
  l.hidden = {unit_of(logic["h1"], {"w1", "w2"}), unit_of(logic["h2"], {"w1", "w2"})};
  l.output = unit_of(logic["out"], {"w1", "w2"});
  l.task = logic["task"].get<std::string>();
  l.own = logic["table"].get<TruthTable>();
  const Json& image = c["image"];
  ImageSettings& i = out.image;
  i.quiet = image["quiet"].get<int>(), i.fires = image["fires"].get<int>();
  i.train = image["train"].get<std::int64_t>(), i.test = image["test"].get<std::int64_t>();
  i.painting = *painting_from(image["weights"].get<std::string>());
  i.threshold = image["threshold"].get<double>();
  i.from_painting = image["start"] == "painting";
  i.rate = image["rate"].get<double>();
  i.steps = static_cast<std::int64_t>(image["steps"].get<double>());
  const Json& soft = c["soft"];
  SoftSettings& s = out.soft;
  s.steepness = soft["steepness"].get<double>(), s.hard = soft["hard"].get<bool>();
  s.weight = soft["weight"].get<double>(), s.threshold = soft["threshold"].get<double>();
  s.rate = soft["rate"].get<double>(), s.steps = static_cast<std::int64_t>(soft["steps"].get<double>());
  return out;
}

Result<NeuronDocument> neuron_document_from_json(const Json& json) {
  const auto document = document_from_json(kNeuronFormat, json);
  if (!document) return document.error();
  return neuron_settings(*document);
}

} // namespace downhill
