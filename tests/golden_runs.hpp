// One short run for each entry of each table, whose losses PyTorch has worked out beforehand (golden/pytorch.txt).
#pragma once
#include "data/toys.hpp"
#include "network/initializer.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"
#include "random_experiment.hpp"

namespace downhill {

inline std::vector<std::pair<std::string, Json>> golden_runs() {
  std::vector<std::pair<std::string, Json>> runs;
  const auto add = [&](const std::string& name, const Json& patch) {
    Json json = {{"downhill", 1},
                 {"data", {{"source", "moons"}, {"train", 60}, {"test", 10}, {"noise", 0.2}}},
                 {"network", {{"hidden", {{{"units", 8}, {"activation", "tanh"}}, {{"units", 5}, {"activation", "relu"}}}}}},
                 {"optimizer", {{"name", "momentum"}, {"lr", 0.05}}},
                 {"batch", 16},
                 {"epochs", 3},
                 {"seed", 7},
                 {"lanes", {Json::object()}}};
    json.merge_patch(patch);
    runs.emplace_back(name, json);
  };
  // of an entry with parameters: the same with other numbers
  RandomExperiment numbers(0, false);
  const auto hidden = [](const Json& activation) {
    return Json{{"network", {{"hidden", {{{"units", 8}, {"activation", activation}}, {{"units", 5}, {"activation", activation}, {"dropout", 0.25}}}}}}};
  };
  for (const ActivationEntry& entry : activations()) {
    add("activation " + std::string(entry.id), hidden(entry.id));
    if (!entry.parameters.empty()) add("activation " + std::string(entry.id) + ", other numbers", hidden(numbers.with_numbers(activation_field(), entry.id)));
  }
  for (const LossEntry& entry : losses()) {
    add("loss " + std::string(entry.id), {{"loss", entry.id}});
    if (!entry.parameters.empty()) add("loss " + std::string(entry.id) + ", other numbers", {{"loss", numbers.with_numbers(field_at("/loss"), entry.id)}});
    if (entry.for_numbers) add("loss " + std::string(entry.id) + " of numbers", {{"loss", entry.id}, {"data", {{"source", "sine"}}}});
  }
  for (const InitializerEntry& entry : initializers()) {
    Json init = {{"name", entry.id}};
    if (entry.id == "constant") init["val"] = 0.2;
    add("init " + std::string(entry.id), {{"network", {{"init", init}}}});
    if (!entry.parameters.empty())
      add("init " + std::string(entry.id) + ", other numbers", {{"network", {{"init", numbers.with_numbers(field_at("/network/init"), entry.id)}}}});
  }
  for (const OptimizerEntry& entry : optimizers()) {
    add("optimizer " + std::string(entry.id), {{"optimizer", {{"name", entry.id}, {"lr", 0.01}}}});
    Json other = numbers.with_numbers(field_at("/optimizer"), entry.id);
    other["lr"] = 0.01;
    add("optimizer " + std::string(entry.id) + ", other numbers", {{"optimizer", other}});
  }
  add("optimizer adadelta, first stage", {{"optimizer", {{"name", "adadelta"}, {"lr", 0.01}, {"stage", 1}}}});
  for (const ScheduleEntry& entry : schedules()) {
    add("schedule " + std::string(entry.id), {{"schedule", entry.id}});
    add("schedule " + std::string(entry.id) + " with warm-up", {{"schedule", {{"name", entry.id}, {"warmup", 3}}}});
    add("schedule " + std::string(entry.id) + ", other numbers", {{"schedule", numbers.with_numbers(field_at("/schedule"), entry.id)}});
  }
  for (const ToyEntry& entry : toys()) add("data " + std::string(entry.id), {{"data", {{"source", entry.id}}}});
  add("data with label noise", {{"data", {{"label_noise", 0.3}}}});
  add("regularization l1", {{"regularization", {{"l1", 0.01}}}});
  add("regularization l2", {{"regularization", {{"l2", 0.05}}}});
  add("regularization l2 with adamw", {{"regularization", {{"l2", 0.05}}}, {"optimizer", {{"name", "adamw"}, {"lr", 0.01}}}});
  add("batch full", {{"batch", "full"}, {"epochs", 12}});
  add("batch 1", {{"batch", 1}, {"epochs", 1}});
  add("no hidden layer", {{"network", {{"hidden", Json::array()}}}});
  return runs;
}

} // namespace downhill
