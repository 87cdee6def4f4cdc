#include "experiment/experiment.hpp"

#include "data/source.hpp"
#include "network/activation.hpp"
#include "network/loss.hpp"

#include <algorithm>

namespace downhill {
namespace {

std::string source_of(const Json& value) {
  const Json::json_pointer pointer("/data/source");
  return value.contains(pointer) && value[pointer].is_string() ? value[pointer].get<std::string>() : "fashion-mnist";
}

// What fields ask of each other, each of them being well by itself.
Failure check_together(const Json& value, const std::string& place) {
  const Json& data = value["data"];
  const SourceEntry& source = entry_of(sources(), data["source"].get<std::string>());
  const LossEntry& loss = entry_of(losses(), value["loss"]["name"].get<std::string>());
  if (value["batch"].is_number() && value["batch"].get<double>() > data["train"].get<double>())
    return UserError{"batch_above_train", place + "/batch", {brief(value["batch"]), brief(data["train"])}};
  if (!data["file"].get_ref<const std::string&>().empty() && source.id != "own") return UserError{"only_own_file", place + "/data/file", {}};
  if (!source.generated && data["noise"].get<double>() > 0) return UserError{"noise_needs_toy", place + "/data/noise", {}};
  const Json& classes = data["classes"];
  if (source.classes >= 0)
    for (std::size_t i = 0; i < classes.size(); ++i)
      if (classes[i].get<double>() >= source.classes)
        return source.classes == 0
                   ? UserError{"no_classes", place + "/data/classes", {}}
                   : UserError{"no_such_class", place + "/data/classes/" + std::to_string(i), {brief(classes[i]), std::to_string(source.classes)}};
  if (classes.size() == 1) return UserError{"one_class", place + "/data/classes", {}};
  if (source.classes > 0 && classes.empty()) return wrong_type(place + "/data/classes", "[0, 1, …]");
  if (source.classes == 0 && data["label_noise"].get<double>() > 0) return UserError{"no_classes", place + "/data/label_noise", {}};
  if (source.classes == 0 && !loss.for_numbers) return UserError{"loss_needs_classes", place + "/loss", {std::string(loss.id)}};
  if (source.classes > 0 && loss.one_logit && classes.size() != 2) return UserError{"loss_needs_two", place + "/loss", {std::string(loss.id)}};
  if (value["network"]["init"]["name"] == "uniform" && value["network"]["init"]["a"] > value["network"]["init"]["b"])
    return UserError{"out_of_range", place + "/network/init/a", {brief(value["network"]["init"]["a"]), "-10", brief(value["network"]["init"]["b"])}};
  return {};
}

LaneSettings settings_from_json(const Json& c) {
  LaneSettings s;
  const auto whole = [](const Json& value) { return static_cast<std::int64_t>(value.get<double>()); };
  s.data.source = c["data"]["source"].get<std::string>();
  s.data.seed = static_cast<std::uint64_t>(whole(c["data"]["seed"]));
  s.data.train = whole(c["data"]["train"]);
  s.data.test = whole(c["data"]["test"]);
  for (const Json& label : c["data"]["classes"]) s.data.classes.push_back(static_cast<int>(whole(label)));
  s.data.file = c["data"]["file"].get<std::string>();
  s.data.noise = c["data"]["noise"].get<double>();
  s.data.label_noise = c["data"]["label_noise"].get<double>();
  for (const Json& layer : c["network"]["hidden"])
    s.network.hidden.push_back({whole(layer["units"]), choice_of(layer["activation"], activation_field()), layer["dropout"].get<double>()});
  s.network.init = choice_of(c["network"]["init"], *kExperimentFormat.field_at("/network/init"));
  s.loss = choice_of(c["loss"], *kExperimentFormat.field_at("/loss"));
  s.optimizer = choice_of(c["optimizer"], *kExperimentFormat.field_at("/optimizer"));
  s.schedule = choice_of(c["schedule"], *kExperimentFormat.field_at("/schedule"));
  s.l1 = c["regularization"]["l1"].get<double>();
  s.l2 = c["regularization"]["l2"].get<double>();
  s.batch = c["batch"].is_number() ? whole(c["batch"]) : 0;
  s.epochs = whole(c["epochs"]);
  s.seed = static_cast<std::uint64_t>(whole(c["seed"]));
  s.repeats = whole(c["repeats"]);
  s.evaluate = *interval_of(c["evaluate"]["every"]);
  return s;
}

} // namespace

const DocumentFormat kExperimentFormat{.lab = "race",
                                       .fields = fields,
                                       .lanes_most = kLanesMost,
                                       .standard = [](const Field& field, const Json& given) { return standard_for(field, source_of(given)); },
                                       .together = check_together,
                                       .lab_may_miss = true};

Json Experiment::json() const {
  Document document{title, complete, {}};
  for (const Lane& lane : lanes) document.lanes.push_back(lane);
  return document.json(kExperimentFormat);
}

Result<Experiment> read_experiment(std::string_view text) {
  if (text.size() > kTextMost) return UserError{"json_too_large", "", {std::to_string(kTextMost)}};
  const auto json = read_json(text);
  return json ? experiment_from_json(*json) : Result<Experiment>(json.error());
}

Result<Experiment> experiment_from_json(const Json& json) {
  auto document = document_from_json(kExperimentFormat, json);
  if (!document) return document.error();
  Experiment experiment{std::move(document->title), std::move(document->complete), {}};
  for (DocumentLane& lane : document->lanes) {
    LaneSettings settings = settings_from_json(lane.complete);
    experiment.lanes.push_back({std::move(lane), std::move(settings)});
  }
  return experiment;
}

Field field_of_race(std::string_view race_pointer, std::string_view pointer, const Json& standard) {
  Field field = *kExperimentFormat.field_at(race_pointer);
  field.pointer = pointer;
  field.standard = standard;
  field.lanes_may = false;
  return field;
}

bool same_start(const Experiment& experiment) {
  const auto shape = [](const LaneSettings& lane) {
    std::vector<std::int64_t> shape{entry_of(losses(), lane.loss.name).one_logit};
    for (const HiddenLayer& layer : lane.network.hidden) shape.insert(shape.end(), {layer.units, entry_of(activations(), layer.activation.name).width});
    return shape;
  };
  const LaneSettings& first = experiment.lanes.front().settings;
  return std::all_of(experiment.lanes.begin(), experiment.lanes.end(), [&](const Lane& lane) {
    const Choice& init = lane.settings.network.init;
    return init.name == first.network.init.name && init.values == first.network.init.values && shape(lane.settings) == shape(first);
  });
}

} // namespace downhill
