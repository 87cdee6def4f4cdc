#include "fit/fit_document.hpp"

#include "document/field_rows.hpp"
#include "experiment/experiment.hpp"
#include "fit/polynomial.hpp"
#include "fit/target.hpp"
#include "fit/towers.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

using namespace row;

constexpr std::string_view kParts[] = {"approximate", "capacity", "sets"};
constexpr std::string_view kPlaces[] = {"even", "random"};
constexpr std::string_view kModels[] = {"polynomial", "network"};
constexpr double kWidthLeast = 0.001; // of the interval

std::vector<std::string_view> target_names() {
  std::vector<std::string_view> names = ids_of<fit_targets>();
  names.insert(names.end(), {"formula", "drawn"});
  return names;
}

Failure check_formula(Json& value, const Field&, const std::string& place) {
  if (auto failure = check_line(value, place, kFormulaMost)) return failure;
  const auto read = read_target(value.get_ref<const std::string&>());
  return read ? Failure() : UserError{read.error().code, place, read.error().with};
}

// A list of so many entries, each a list of numbers within the same bounds, or, where `numbers` is 0, a number.
Failure check_list(const Json& value, const std::string& place, const char* example, std::size_t least, std::size_t most, std::size_t numbers) {
  if (!value.is_array()) return wrong_type(place, example);
  if (value.size() < least || value.size() > most)
    return UserError{"out_of_range", place, {std::to_string(value.size()), std::to_string(least), std::to_string(most)}};
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string here = place + "/" + std::to_string(i);
    if (numbers == 0) {
      if (auto failure = check_number(value[i], here, -kFitHeightMost, kFitHeightMost, false)) return failure;
      continue;
    }
    if (!value[i].is_array() || value[i].size() != numbers) return wrong_type(here, example);
    for (std::size_t k = 0; k < numbers; ++k) {
      const double bound = k + 1 == numbers ? kFitHeightMost : kFitPlaceMost; // heights come last
      if (auto failure = check_number(value[i][k], here + "/" + std::to_string(k), -bound, bound, false)) return failure;
    }
  }
  return {};
}
Failure check_heights(Json& value, const Field&, const std::string& place) { return check_list(value, place, "[0, 1, …]", 2, kHeightsMost, 0); }
Failure check_own(Json& value, const Field&, const std::string& place) { return check_list(value, place, "[[x, y], …]", 0, kOwnPointsMost, 2); }
Failure check_towers(Json& value, const Field&, const std::string& place) { return check_list(value, place, "[[from, to, height], …]", 0, kTowersMost, 3); }

const std::vector<Field>& fit_fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all{choice("/part", "capacity", named<kParts>), choice("/target/name", "two_bumps", target_names)};
    all.push_back({.pointer = "/target/formula",
                   .kind = FieldKind::text,
                   .standard = std::string(fit_targets().front().formula),
                   .most = kFormulaMost,
                   .lanes_may = false,
                   .check = check_formula});
    all.push_back(own("/target/values", Json::array({0, 0.5, 1, 0.5, 0}), check_heights));
    all.push_back({.pointer = "/interval",
                   .kind = FieldKind::numbers,
                   .standard = Json::array({-5, 5}),
                   .least = -kFitPlaceMost,
                   .most = kFitPlaceMost,
                   .lanes_may = false,
                   .entries = 2});
    all.push_back(whole("/points", 50, 2, static_cast<double>(kFitPointsMost)));
    all.push_back(choice("/x", "even", named<kPlaces>));
    all.push_back(number("/noise", 0.1, 0, kNoiseMost));
    all.push_back(own("/own", Json::array(), check_own));
    all.push_back(whole("/sets", 50, 2, static_cast<double>(kSetsMost)));
    all.push_back(whole("/seed", 1, 0, kSeedMost));
    all.push_back(whole("/at", 201, 2, 1001));
    all.push_back(number("/place", 0, -kFitPlaceMost, kFitPlaceMost));
    all.push_back(choice("/model/name", "polynomial", named<kModels>));
    all.push_back(whole("/model/degree", 5, 0, kDegreeMost));
    all.push_back(number("/model/weight_decay", 0, 0, 1));
    all.push_back(field_of_race("/network/hidden", "/model/hidden", Json::array({Json{{"units", 64}, {"activation", "tanh"}, {"dropout", 0}}})));
    all.push_back(field_of_race("/optimizer", "/model/optimizer", Json{{"name", "adam"}, {"lr", 0.03}}));
    all.push_back(whole("/model/epochs", 400, 1, 10000));
    all.push_back(field_of_race("/batch", "/model/batch", "full"));
    all.push_back(own("/towers", Json::array(), check_towers));
    all.push_back(number("/steepness", 1000, 1, 100000));
    all.push_back(number("/goal", 0.1, 0, kFitHeightMost));
    return all;
  }();
  return table;
}

// What hangs on fields that were completed before, or on what stands beside.
Json standard_for(const Field& field, const Json& given) {
  if (field.pointer == "/target/name") {
    const bool written = given.contains("target");
    return written && given["target"].contains("formula") ? Json("formula") : written && given["target"].contains("values") ? Json("drawn") : field.standard;
  }
  if (field.pointer == "/place") return (given["interval"][0].get<double>() + given["interval"][1].get<double>()) / 2;
  if (field.pointer != "/target/formula" && field.pointer != "/interval") return field.standard;
  const FitTargetEntry* entry = find_entry(fit_targets(), given["target"]["name"].get<std::string>());
  if (!entry) return field.standard;
  return field.pointer == "/interval" ? Json::array({entry->low, entry->high}) : Json(std::string(entry->formula));
}

FitModel model_from_json(const Json& json) {
  FitModel model;
  model.network = json["name"] == "network";
  model.weight_decay = json["weight_decay"].get<double>();
  model.degree = json["degree"].get<int>();
  for (const Json& layer : json["hidden"])
    model.hidden.push_back({layer["units"].get<std::int64_t>(), choice_of(layer["activation"], activation_field()), layer["dropout"].get<double>()});
  model.optimizer = choice_of(json["optimizer"], *kFitFormat.field_at("/model/optimizer"));
  model.epochs = json["epochs"].get<std::int64_t>();
  model.batch = json["batch"].is_number() ? json["batch"].get<std::int64_t>() : 0;
  return model;
}

FitSettings settings_from_json(const Json& c) {
  FitSettings s;
  const std::string name = c["target"]["name"].get<std::string>();
  const FitTargetEntry* entry = find_entry(fit_targets(), name);
  if (name == "drawn")
    s.target.heights = c["target"]["values"].get<std::vector<double>>();
  else
    s.target.formula = entry ? std::string(entry->formula) : c["target"]["formula"].get<std::string>();
  s.low = c["interval"][0].get<double>(), s.high = c["interval"][1].get<double>();
  s.points = c["points"].get<std::int64_t>();
  s.random_x = c["x"] == "random";
  s.noise = c["noise"].get<double>();
  for (const Json& point : c["own"]) s.own.push_back({point[0].get<double>(), point[1].get<double>()});
  s.sets = c["sets"].get<std::int64_t>();
  s.seed = static_cast<std::uint64_t>(c["seed"].get<double>());
  s.at = c["at"].get<std::int64_t>();
  s.place = c["place"].get<double>();
  s.model = model_from_json(c["model"]);
  for (const Json& tower : c["towers"]) s.towers.push_back({tower[0].get<double>(), tower[1].get<double>(), tower[2].get<double>()});
  s.steepness = c["steepness"].get<double>();
  s.goal = c["goal"].get<double>();
  return s;
}

// What fields ask of each other, each of them being well by itself.
Failure check_target(const Json& value, const std::string& place) {
  const Json& interval = value["interval"];
  const double low = interval[0].get<double>(), high = interval[1].get<double>();
  if (!(high >= low + kWidthLeast))
    return UserError{"out_of_range", place + "/interval/1", {brief(interval[1]), shortest_text(low + kWidthLeast), shortest_text(kFitPlaceMost)}};
  const FitSettings settings = settings_from_json(value);
  const Target target(settings);
  for (const std::vector<double>& places : {middles(settings, kFitFine), even_places(settings, settings.at), middles(settings, settings.points)})
    for (const double x : places)
      if (!(std::fabs(target.at(x)) <= kFitHeightMost))
        return UserError{"target_value", place + (value["target"]["name"] == "formula" ? "/target/formula" : "/interval"), {brief(x), "1000000"}};
  return {};
}

} // namespace

const DocumentFormat kFitFormat{.lab = "fit", .fields = fit_fields, .standard = standard_for, .together = check_target};

FitDocument fit_settings(const Document& document) {
  FitDocument out{document.title, document.complete, {}, settings_from_json(document.complete)};
  out.part = enum_of<FitPart>(out.complete["part"], kParts);
  return out;
}

Result<FitDocument> fit_document_from_json(const Json& json) {
  const auto document = document_from_json(kFitFormat, json);
  if (!document) return document.error();
  return fit_settings(*document);
}

} // namespace downhill
