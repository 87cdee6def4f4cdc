#include "cases/cases_document.hpp"

#include "document/field_rows.hpp"
#include "experiment/experiment.hpp"
#include "network/schedule.hpp"

#include <algorithm>

namespace downhill {
namespace {

using namespace row;

constexpr std::string_view kKinds[] = {"scores", "yes_no", "one_of_ten"};
constexpr std::string_view kOutputs[] = {"one", "two"};
constexpr std::string_view kCaseSources[] = {"fashion-mnist", "own"};
constexpr int kClasses = 10; // of Fashion-MNIST
constexpr const char* kRaters = "[{\"name\": \"A\", \"seed\": 1, \"classes\": [0, 1, …], \"scores\": [[0, 3], [1, 5], …]}]";

std::vector<std::string_view> score_names() {
  std::vector<std::string_view> names = ids_of<scores>();
  names.emplace_back("raters");
  names.emplace_back("file");
  return names;
}

Failure check_ratings(const Json& value, const std::string& place) {
  if (!value.is_array()) return wrong_type(place, "[[0, 3], [1, 5], …]");
  if (value.size() > kRatingsMost) return UserError{"out_of_range", place, {std::to_string(value.size()), "0", std::to_string(kRatingsMost)}};
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string here = place + "/" + std::to_string(i);
    if (!value[i].is_array() || value[i].size() != 2) return wrong_type(here, "[0, 3]");
    if (auto failure = check_number(value[i][0], here + "/0", 0, kRatedPlaceMost, true)) return failure;
    if (auto failure = check_number(value[i][1], here + "/1", kScoreLeast, kScoreMost, false)) return failure;
  }
  return {};
}

Failure check_raters(Json& value, const Field&, const std::string& place) {
  if (!value.is_array()) return wrong_type(place, kRaters);
  if (value.size() > kRatersMost) return UserError{"out_of_range", place, {std::to_string(value.size()), "0", std::to_string(kRatersMost)}};
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string here = place + "/" + std::to_string(i);
    if (!value[i].is_object()) return wrong_type(here, "{\"name\": …, \"seed\": …, \"classes\": …, \"scores\": …}");
    if (auto failure = check_known(value[i], {"name", "seed", "classes", "scores"}, here)) return failure;
    if (!value[i].contains("name")) value[i]["name"] = std::to_string(i + 1);
    if (auto failure = check_line(value[i]["name"], here + "/name", kNameMost)) return failure;
    for (const char* key : {"seed", "classes", "scores"}) // scores are worth nothing where nobody knows of which pictures
      if (!value[i].contains(key)) return UserError{"missing", here, {key}};
    if (auto failure = check_number(value[i]["seed"], here + "/seed", 0, kSeedMost, true)) return failure;
    if (auto failure = complete_field(value[i]["classes"], *kExperimentFormat.field_at("/data/classes"), here + "/classes")) return failure;
    if (auto failure = check_ratings(value[i]["scores"], here + "/scores")) return failure;
  }
  return {};
}

Failure check_rater(Json& value, const Field&, const std::string& place) { return check_number(value, place, 0, kRatersMost, true); }

Failure check_hidden(Json& value, const Field& field, const std::string& place) {
  const Field& race = *kExperimentFormat.field_at("/network/hidden");
  if (auto failure = race.check(value, field, place)) return failure;
  if (value.size() > 1) return UserError{"out_of_range", place, {std::to_string(value.size()), "0", "1"}};
  return value.empty() ? Failure() : check_number(value[0]["dropout"], place + "/0/dropout", 0, 0, false);
}

const std::vector<Field>& case_fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all{choice("/case", "one_of_ten", named<kKinds>), choice("/station", "data", named<kCaseStations>)};
    all.push_back(choice("/data/source", "fashion-mnist", named<kCaseSources>));
    all.push_back(field_of_race("/data/file", "/data/file", ""));
    all.push_back(choice("/score", "height_to_width", score_names));
    all.push_back(own("/raters", Json::array(), check_raters));
    all.push_back(whole("/rating/items", 100, kItemsLeast, kItemsMost));
    all.push_back(own("/rating/rater", 0, check_rater)); // a place in a list, which nobody types
    all.push_back(field_of_race("/data/classes", "/data/classes", kExperimentFormat.field_at("/data/classes")->standard));
    all.push_back(whole("/data/seed", 1, 0, kSeedMost));
    all.push_back(whole("/data/train", 2000, 1, kCaseTrainMost));
    all.push_back(whole("/data/validation", 500, 1, kCaseOthersMost));
    all.push_back(whole("/data/test", 500, 1, kCaseOthersMost));
    all.push_back(choice("/output", "one", named<kOutputs>));
    all.push_back(field_of_race("/network/hidden", "/hidden", Json::array()));
    all.back().check = check_hidden;
    all.push_back(field_of_race("/batch", "/batch", 64));
    all.push_back(flag("/drop_last", false)), all.push_back(flag("/shuffle", true));
    all.push_back(whole("/workers", 0, 0, 16));
    all.push_back(whole("/epochs", 10, 1, 200));
    all.push_back(field_of_race("/optimizer", "/optimizer", Json{{"name", "sgd"}, {"lr", 0.05}}));
    all.push_back(whole("/seed", 1, 0, kSeedMost));
    all.push_back(number("/threshold", 0.5, 0, 1));
    all.push_back(whole("/picture", 0, 0, kCaseOthersMost - 1));
    return all;
  }();
  return table;
}

std::vector<Rater> raters_from_json(const Json& json) {
  std::vector<Rater> raters;
  for (const Json& entry : json) {
    Rater rater{entry["name"].get<std::string>(), {}, static_cast<std::uint64_t>(entry["seed"].get<double>()), entry["classes"].get<std::vector<int>>()};
    for (const Json& rating : entry["scores"]) rater.ratings.push_back({static_cast<std::uint32_t>(rating[0].get<double>()), rating[1].get<double>()});
    raters.push_back(std::move(rater));
  }
  return raters;
}

// What hangs on fields that were completed before. Rated pictures are those of their raters' draw; they are few, and three fifths of them
// are for training.
Json standard_for_case(const Field& field, const Json& given) {
  const std::string_view pointer = field.pointer;
  if (pointer == "/case" || pointer == "/station" || pointer == "/data/source" || pointer == "/data/file") return field.standard;
  const bool scored = given["case"] == "scores", own = given["data"].contains("source") && given["data"]["source"] == "own";
  if (pointer == "/score" && own) return "file";
  if (pointer == "/data/classes" && own) return Json::array();
  if (pointer == "/data/classes" && given["case"] == "yes_no") return Json::array({0, 6}); // T-shirts, shirts
  if (pointer == "/score" && given.contains("raters")) return "raters";
  if (pointer == "/rating/rater") return given["raters"].size(); // what others have given is theirs
  if (pointer == "/optimizer" && scored) return Json{{"name", "adam"}, {"lr", 0.001}};
  if (pointer == "/optimizer" && given["case"] == "yes_no") return Json{{"name", "sgd"}, {"lr", 0.01}};
  if (pointer == "/batch" && given["data"]["train"].get<double>() < field.standard.get<double>()) return "full";
  if (!pointer.starts_with("/data/") || !scored || given["score"] != "raters") return field.standard;
  const Json& raters = given["raters"];
  if (pointer == "/data/seed" || pointer == "/data/classes") return raters.empty() ? field.standard : raters[0][std::string(pointer.substr(6))];
  const auto rated = static_cast<std::int64_t>(mean_scores(raters_from_json(raters)).size()), fifth = std::max<std::int64_t>(1, rated / 5);
  if (pointer == "/data/train") return std::max<std::int64_t>(1, rated - 2 * fifth);
  return pointer == "/data/validation" || pointer == "/data/test" ? Json(fifth) : field.standard;
}

Failure check_draws(const Json& raters, const Json& data, const std::string& place) {
  for (std::size_t i = 0; i < raters.size(); ++i) {
    const Json &seed = raters[i]["seed"], &classes = raters[i]["classes"];
    if (seed != data["seed"] || classes != data["classes"])
      return UserError{"other_draw", place + "/" + std::to_string(i), {brief(seed), brief(classes), brief(data["seed"]), brief(data["classes"])}};
  }
  return {};
}

// What own data bring with them, and others have not.
Failure check_own(const Json& value, const std::string& place) {
  const Json& data = value["data"];
  const bool own = data["source"] == "own", scored = value["case"] == "scores";
  if (!own && !data["file"].get_ref<const std::string&>().empty()) return UserError{"only_own_file", place + "/data/file", {}};
  if (scored && own != (value["score"] == "file"))
    return own ? UserError{"own_has_answers", place + "/score", {brief(value["score"])}} : UserError{"score_of_file", place + "/score", {}};
  if (scored && own && !data["classes"].empty()) return UserError{"no_classes", place + "/data/classes", {}};
  return {};
}

// What fields ask of each other, each of them being well by itself.
Failure check_case(const Json& value, const std::string& place) {
  const Json& data = value["data"];
  const Json& classes = data["classes"];
  const bool own = data["source"] == "own";
  for (std::size_t i = 0; i < classes.size() && !own; ++i)
    if (classes[i].get<double>() >= kClasses)
      return UserError{"no_such_class", place + "/data/classes/" + std::to_string(i), {brief(classes[i]), std::to_string(kClasses)}};
  if (classes.empty() && !own) return wrong_type(place + "/data/classes", "[0, 1, …]");
  if (auto failure = check_own(value, place)) return failure;
  if (value["case"] == "yes_no" && classes.size() != 2 && !classes.empty())
    return UserError{"case_needs_two", place + "/data/classes", {std::to_string(classes.size())}};
  if (value["case"] == "one_of_ten" && classes.size() == 1) return UserError{"one_class", place + "/data/classes", {}};
  if (value["case"] != "one_of_ten" && !value["hidden"].empty()) return UserError{"case_takes_no_hidden", place + "/hidden", {}};
  if (value["case"] == "scores" && value["score"] == "raters")
    if (auto failure = check_draws(value["raters"], data, place + "/raters")) return failure;
  if (value["batch"].is_number() && value["batch"].get<double>() > data["train"].get<double>())
    return UserError{"batch_above_train", place + "/batch", {brief(value["batch"]), brief(data["train"])}};
  if (value["picture"].get<double>() >= data["test"].get<double>())
    return UserError{"out_of_range", place + "/picture", {brief(value["picture"]), "0", std::to_string(data["test"].get<std::int64_t>() - 1)}};
  return {};
}

} // namespace

const DocumentFormat kCasesFormat{.lab = "cases", .fields = case_fields, .standard = standard_for_case, .together = check_case};

CasesDocument cases_settings(const Document& document) {
  CasesDocument out{document.title, document.complete, {}};
  const Json& c = out.complete;
  const auto whole_of = [](const Json& value) { return static_cast<std::int64_t>(value.get<double>()); };
  CaseSettings& s = out.settings;
  s.kind = enum_of<CaseKind>(c["case"], kKinds);
  s.station = enum_of<CaseStation>(c["station"], kCaseStations);
  const Json& data = c["data"];
  s.own = data["source"] == "own", s.file = data["file"].get<std::string>();
  if (!s.own) s.shape = {static_cast<std::int64_t>(kCaseSide), static_cast<std::int64_t>(kCaseSide)};
  s.data_seed = static_cast<std::uint64_t>(whole_of(data["seed"]));
  for (std::size_t part = 0; part < std::size(s.counts); ++part) s.counts[part] = whole_of(data[std::string(kCaseParts[part])]);
  for (const Json& label : data["classes"]) s.classes.push_back(static_cast<int>(whole_of(label)));
  s.score = c["score"].get<std::string>();
  s.raters = raters_from_json(c["raters"]);
  s.items = whole_of(c["rating"]["items"]), s.rater = static_cast<std::size_t>(whole_of(c["rating"]["rater"]));
  s.one_output = c["output"] == "one";
  for (const Json& layer : c["hidden"]) s.hidden.push_back({whole_of(layer["units"]), choice_of(layer["activation"], activation_field()), 0});
  s.batch = c["batch"].is_number() ? whole_of(c["batch"]) : 0;
  s.drop_last = c["drop_last"].get<bool>(), s.shuffle = c["shuffle"].get<bool>();
  s.workers = whole_of(c["workers"]);
  s.epochs = whole_of(c["epochs"]);
  s.optimizer = choice_of(c["optimizer"], *kCasesFormat.field_at("/optimizer"));
  s.seed = static_cast<std::uint64_t>(whole_of(c["seed"]));
  s.threshold = c["threshold"].get<double>();
  s.picture = whole_of(c["picture"]);
  return out;
}

Result<CasesDocument> cases_document_from_json(const Json& json) {
  const auto document = document_from_json(kCasesFormat, json);
  if (!document) return document.error();
  return cases_settings(*document);
}

LaneSettings lane_of_case(const CaseSettings& s) {
  LaneSettings lane;
  lane.network = {s.hidden, {"pytorch", {}}};
  lane.loss = {std::string(s.loss()), {}};
  lane.optimizer = s.optimizer;
  lane.schedule = {"constant", standard_values(entry_of(schedules(), "constant"))};
  lane.batch = s.batch;
  lane.epochs = s.epochs;
  lane.seed = s.seed;
  lane.drop_last = s.drop_last, lane.shuffle = s.shuffle;
  return lane;
}

Json race_of_case(const CasesDocument& document) {
  const CaseSettings& s = document.settings;
  if (s.kind == CaseKind::scores || s.drop_last || !s.shuffle) return {};
  const Json& c = document.complete;
  const Json& data = c["data"];
  Json race = {{"downhill", kFormatVersion},
               {"data", {{"seed", data["seed"]}, {"train", data["train"]}, {"test", data["test"]}, {"classes", data["classes"]}}},
               {"network", {{"hidden", c["hidden"]}}},
               {"loss", std::string(s.loss())},
               {"batch", c["batch"]},
               {"epochs", c["epochs"]},
               {"seed", c["seed"]},
               {"optimizer", c["optimizer"]}};
  if (s.own) race["data"]["source"] = "own", race["data"]["file"] = s.file;
  race["lanes"] = Json::array({Json::object()});
  if (!document.title.is_null()) race["title"] = document.title;
  return race;
}

} // namespace downhill
