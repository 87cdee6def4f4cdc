#include "losses/losses_document.hpp"

#include "document/field_rows.hpp"

#include <algorithm>

namespace downhill {
namespace {

using namespace row;

constexpr std::string_view kParts[] = {"curves", "softmax", "line", "neuron"};
constexpr std::string_view kAxes[] = {"prediction", "logit"};
constexpr std::string_view kModels[] = {"line", "constant"};
constexpr double kSpanLeast = 0.001; // of what curves are shown over: its ticks must be numbers of their own
constexpr std::string_view kResiduals[] = {kLineLosses[0], kLineLosses[1], kLineLosses[2], "none"};

Failure check_numbers(const Json& value, const std::string& place, std::size_t least, std::size_t most, const std::string& one) {
  if (!value.is_array()) return wrong_type(place, "[" + one + ", …]");
  if (value.size() < least || value.size() > most)
    return UserError{"out_of_range", place, {std::to_string(value.size()), std::to_string(least), std::to_string(most)}};
  return {};
}

Failure check_logits(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_numbers(value, place, kLogitsLeast, kLogitsMost, "2")) return failure;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (auto failure = check_number(value[i], place + "/" + std::to_string(i), -kLogitMost, kLogitMost, false)) return failure;
  return {};
}

Failure check_line_points(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_numbers(value, place, kLinePointsLeast, kLinePointsMost, "[x, y]")) return failure;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string here = place + "/" + std::to_string(i);
    if (!value[i].is_array() || value[i].size() != 2) return wrong_type(here, "[x, y]");
    for (std::size_t k = 0; k < 2; ++k)
      if (auto failure = check_number(value[i][k], here + "/" + std::to_string(k), -kLinePlaceMost, kLinePlaceMost, false)) return failure;
  }
  return {};
}

// "/curves/show/ID" of each loss; fields keep views of them.
const std::vector<std::string>& show_pointers() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    for (const LossEntry& loss : losses()) out.push_back("/curves/show/" + std::string(loss.id));
    return out;
  }();
  return all;
}

const std::vector<Field>& fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all{choice("/part", "curves", named<kParts>), choice("/curves/axis", "prediction", named<kAxes>)};
    for (const std::string& pointer : show_pointers()) all.push_back(flag(pointer, true));
    all.push_back(number("/curves/target", 1, -kCurveTargetMost, kCurveTargetMost));
    all.push_back(number("/curves/delta", 1, kDeltaLeast, kDeltaMost));
    all.push_back(whole("/curves/classes", 10, 2, 1000));
    all.push_back(number("/curves/from", -3, -kCurveMost, kCurveMost)), all.push_back(number("/curves/to", 3, -kCurveMost, kCurveMost));
    all.push_back(number("/curves/at", -1, -kCurveMost, kCurveMost));
    all.push_back({.pointer = "/softmax/logits", .kind = FieldKind::own, .standard = Json{2, 1, 0, -1}, .lanes_may = false, .check = check_logits});
    all.push_back(whole("/softmax/label", 0, 0, kLogitsMost - 1));
    all.push_back(number("/softmax/temperature", 1, kTemperatureLeast, kTemperatureMost));
    all.push_back(flag("/softmax/twice", false));
    // eight points near y = 1 + x/2
    Json points = Json::array();
    const double heights[] = {1.1, 1.3, 2.2, 2.4, 3.2, 3.3, 4.1, 4.4};
    for (int x = 0; x < 8; ++x) points.push_back(Json::array({x, heights[x]}));
    all.push_back({.pointer = "/line/points", .kind = FieldKind::own, .standard = std::move(points), .lanes_may = false, .check = check_line_points});
    all.push_back(number("/line/delta", 1, kDeltaLeast, kDeltaMost));
    all.push_back(choice("/line/model", "line", named<kModels>)), all.push_back(choice("/line/residuals", "mse", named<kResiduals>));
    all.push_back(number("/neuron/x", 1, -kSigmoidInputMost, kSigmoidInputMost)), all.push_back(number("/neuron/y", 0, 0, 1));
    all.push_back(number("/neuron/w", 0.6, -kSigmoidWeightMost, kSigmoidWeightMost));
    all.push_back(number("/neuron/b", 0.9, -kSigmoidWeightMost, kSigmoidWeightMost));
    all.push_back(number("/neuron/lr", 0.15, 1e-4, 100));
    all.push_back(whole("/neuron/steps", 300, 1, kSigmoidStepsMost));
    return all;
  }();
  return table;
}

// What fields ask of each other, each of them being well by itself.
Failure check_parts(const Json& value, const std::string& place) {
  const Json &curves = value["curves"], &softmax = value["softmax"];
  if (const double least = curves["from"].get<double>() + kSpanLeast; !(curves["to"].get<double>() >= least))
    return UserError{"out_of_range", place + "/curves/to", {brief(curves["to"]), shortest_text(least), shortest_text(kCurveMost)}};
  const std::size_t classes = softmax["logits"].size();
  if (softmax["label"].get<double>() >= static_cast<double>(classes))
    return UserError{"no_such_class", place + "/softmax/label", {brief(softmax["label"]), std::to_string(classes)}};
  return {};
}

} // namespace

const DocumentFormat kLossesFormat{.lab = "losses", .fields = fields, .together = check_parts};

LossesDocument losses_settings(const Document& document) {
  LossesDocument out{document.title, document.complete, {}, {}, {}, {}, {}};
  const Json& c = out.complete;
  out.part = enum_of<LossesPart>(c["part"], kParts);
  const Json& curves = c["curves"];
  CurveSettings& u = out.curves;
  u.axis = curves["axis"] == "logit" ? LossAxis::logit : LossAxis::prediction;
  u.target = curves["target"].get<double>(), u.delta = curves["delta"].get<double>();
  u.classes = static_cast<int>(curves["classes"].get<double>());
  u.from = curves["from"].get<double>(), u.to = curves["to"].get<double>(), u.at = curves["at"].get<double>();
  for (const LossEntry& loss : losses())
    if (curves["show"][std::string(loss.id)].get<bool>()) u.shown.push_back(loss.id);
  const Json& softmax = c["softmax"];
  SoftmaxSettings& s = out.softmax;
  s.logits = softmax["logits"].get<std::vector<double>>();
  s.label = static_cast<std::size_t>(softmax["label"].get<double>());
  s.temperature = softmax["temperature"].get<double>(), s.twice = softmax["twice"].get<bool>();
  const Json& line = c["line"];
  LineSettings& l = out.line;
  for (const Json& point : line["points"]) l.points.push_back({point[0].get<double>(), point[1].get<double>()});
  l.delta = line["delta"].get<double>(), l.constant = line["model"] == "constant", l.residuals = line["residuals"].get<std::string>();
  const Json& neuron = c["neuron"];
  SigmoidSettings& n = out.neuron;
  n.x = neuron["x"].get<double>(), n.y = neuron["y"].get<double>(), n.w = neuron["w"].get<double>(), n.b = neuron["b"].get<double>();
  n.rate = neuron["lr"].get<double>(), n.steps = static_cast<std::int64_t>(neuron["steps"].get<double>());
  return out;
}

Result<LossesDocument> losses_document_from_json(const Json& json) {
  const auto document = document_from_json(kLossesFormat, json);
  if (!document) return document.error();
  return losses_settings(*document);
}

} // namespace downhill
