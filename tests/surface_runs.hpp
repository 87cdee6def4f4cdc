// Documents of the lab Surface for comparison with PyTorch: every rule on every surface, and random ones.
#pragma once
#include "core/philox.hpp"
#include "optimizers/list.hpp"
#include "surfaces/surface_document.hpp"

namespace downhill {

/// A rule at a rate that gets on: its own where its steps hardly hang on the gradient's size, else the surface's.
inline Json rule_at(const OptimizerEntry& rule, double rate) {
  const bool own_steps = rule.id.starts_with("ad") || rule.id == "rmsprop";
  return {{"name", rule.id}, {"lr", rule.id == "adadelta" ? 1.0 : own_steps ? 0.05 : rule.id == "sgd" ? rate : rate / 5}};
}

/// Two clouds of points that overlap, [x, y, t], as images are along two directions.
inline Json clouds(std::size_t count, std::uint64_t number) {
  PhiloxStream stream({number, 0x636c6f7564});
  Json points = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    const double side = i % 2 == 0 ? -1 : 1, u = 4 * stream.next_uniform() - 2, v = 3 * stream.next_uniform() - 1.5;
    points.push_back({side * 0.7 + u, side * 0.4 + u / 2 + v, (side + 1) / 2});
  }
  return points;
}

/// Every rule on every surface, 200 steps; on points in batches of 3.
inline std::vector<std::pair<std::string, Json>> surface_runs() {
  std::vector<std::pair<std::string, Json>> runs;
  for (const SurfaceEntry& entry : surfaces())
    for (const OptimizerEntry& rule : optimizers()) {
      Json json = {{"downhill", 1}, {"lab", "surface"}, {"surface", entry.id}, {"optimizer", rule_at(rule, entry.rate)}, {"lanes", {Json::object()}}};
      if (entry.images) json["surface"] = {{"name", entry.id}, {"points", clouds(20, 1)}};
      if (entry.id == "line" || entry.images) json["batch"] = 3;
      runs.emplace_back(std::string(entry.id) + " " + std::string(rule.id), json);
    }
  return runs;
}

/// A random document of one lane, numbered from 0: any surface with any numbers, any start in its view, rule, schedule and batch.
inline Json random_surface(std::uint64_t number) {
  PhiloxStream stream({number, 0x73757266});
  const auto between = [&](double least, double most) { return least + (most - least) * stream.next_uniform(); };
  const auto whole = [&](std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(stream.next_word() % static_cast<std::uint64_t>(most - least + 1));
  };
  const auto among = [&]<class T>(const std::vector<T>& table) -> const T& {
    return table[static_cast<std::size_t>(whole(0, static_cast<std::int64_t>(table.size()) - 1))];
  };
  const SurfaceEntry& entry = among(surfaces());
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"seed", whole(0, 1000000)}, {"steps", whole(1, 150)}, {"lanes", {Json::object()}}};
  Json& surface = json["surface"] = {{"name", entry.id}};
  double rate = entry.rate;
  if (entry.id == "bowl") {
    surface["kappa"] = whole(1, 100);
    surface["angle"] = between(-180, 180);
    rate = 1 / surface["kappa"].get<double>();
  }
  if (entry.typed()) {
    static const std::vector<std::string> formulas{"0.1*x^2 + 2*y^2",
                                                   "x^2/(1 + y^2) + y^2/9",
                                                   "sin(x)*cos(y) + (x^2 + y^2)/20",
                                                   "sqrt(1 + x^2 + 3*y^2)",
                                                   "log(2 + x^2)*y^2 + x^2/5",
                                                   "exp(-x^2/8 - y^2/8)*(-3) + tanh(x - y)^2",
                                                   "(x^2)^0.8/5 + 2^(y/3) + exp(-y)/5"};
    surface["formula"] = among(formulas);
  }
  std::int64_t points = 0;
  if (entry.over_points()) {
    const PointLoss& loss = among(entry.losses);
    surface["loss"] = loss.id;
    points = whole(1, 30);
    if (entry.id == "line" && stream.next_uniform() < 0.5) {
      surface["count"] = points;
      surface["noise"] = between(0, 1);
      surface["seed"] = whole(0, 1000);
    } else
      for (std::int64_t i = 0; i < points; ++i) {
        Json& point = surface["points"].emplace_back(Json::array({between(-2, 2)}));
        if (entry.images) point.push_back(between(-2, 2));
        point.push_back(loss.target_most == 1 ? between(0, 1) : between(-2, 2));
      }
    if (stream.next_uniform() < 0.7) json["batch"] = whole(1, points);
  }
  const Extent& v = entry.view;
  json["start"] = {between(v.x_least / 2, v.x_most / 2), between(v.y_least / 2, v.y_most / 2)};
  const OptimizerEntry& rule = among(optimizers());
  Json& optimizer = json["optimizer"] = rule_at(rule, rate);
  optimizer["lr"] = optimizer["lr"].get<double>() * between(0.2, 1);
  if (rule.id == "momentum" || rule.id == "nesterov") optimizer["momentum"] = between(0, 0.9);
  if (rule.id == "adadelta" && stream.next_uniform() < 0.3) optimizer["stage"] = 1, optimizer["lr"] = between(0.01, 0.05);
  if (rule.id == "adam") optimizer["betas"] = {between(0.5, 0.95), between(0.9, 0.999)};
  Json& schedule = json["schedule"] = {{"name", among(schedules()).id}};
  if (stream.next_uniform() < 0.3) schedule["warmup"] = whole(1, 20);
  if (schedule["name"] == "step") schedule["step_size"] = whole(5, 50);
  if (schedule["name"] == "exponential") schedule["gamma"] = between(0.9, 1);
  return json;
}

} // namespace downhill
