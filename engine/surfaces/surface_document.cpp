#include "surfaces/surface_document.hpp"

#include "optimizers/list.hpp"
#include "surfaces/image_points.hpp"

#include <algorithm>

namespace downhill {
namespace {

// How the keys beside the name and the parameters are called.
std::vector<std::string> keys_of(const SurfaceEntry& entry, const Field& field) {
  std::vector<std::string> keys = keys_of_named(field, std::string(entry.id));
  if (entry.typed()) keys.emplace_back("formula");
  if (entry.over_points()) keys.insert(keys.end(), {"points", "loss"});
  if (entry.images) keys.emplace_back("along");
  return keys;
}

Failure complete_formula(Json& value, const std::string& place) {
  if (!value.contains("formula")) value["formula"] = "0.1*x^2 + 2*y^2";
  if (auto failure = check_line(value["formula"], place + "/formula", kFormulaMost)) return failure;
  const auto read = Formula::read(value["formula"].get_ref<const std::string&>());
  return read ? Failure() : UserError{read.error().code, place + "/formula", read.error().with};
}

Failure check_points(const Json& points, const SurfaceEntry& entry, const PointLoss& loss, const std::string& place) {
  const std::size_t numbers = entry.images ? 3 : 2;
  const std::string one = entry.images ? "[x, y, t]" : "[x, t]";
  if (!points.is_array()) return wrong_type(place, "[" + one + ", …]");
  if (points.empty() || points.size() > static_cast<std::size_t>(kPointsMost))
    return UserError{"out_of_range", place, {std::to_string(points.size()), "1", shortest_text(kPointsMost)}};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::string here = place + "/" + std::to_string(i);
    if (!points[i].is_array() || points[i].size() != numbers) return wrong_type(here, one);
    for (std::size_t k = 0; k < numbers; ++k) {
      const bool target = k + 1 == numbers;
      const double least = target ? loss.target_least : -kPlaceMost, most = target ? loss.target_most : kPlaceMost;
      if (auto failure = check_number(points[i][k], here + "/" + std::to_string(k), least, most, false)) return failure;
    }
  }
  return {};
}

// Two classes and two directions, each of them another one.
Failure complete_images(Json& value, const std::string& place) {
  const Json& classes = value["classes"];
  const Json standard = {directions()[0].id, directions()[1].id};
  if (classes[0] == classes[1]) return UserError{"duplicate_class", place + "/classes", {brief(classes[0])}};
  if (!value.contains("along")) value["along"] = standard;
  const Json& along = value["along"];
  if (!along.is_array() || along.size() != 2) return wrong_type(place + "/along", standard.dump());
  for (std::size_t i = 0; i < 2; ++i)
    if (auto failure = check_choice(along[i], place + "/along/" + std::to_string(i), ids_of<directions>())) return failure;
  if (along[0] == along[1]) return UserError{"duplicate_direction", place + "/along", {along[0].get<std::string>()}};
  return {};
}

Failure complete_surface(Json& value, const Field& field, const std::string& place) {
  if (value.is_string()) value = Json{{"name", value}};
  if (!value.is_object()) return wrong_type(place, "{\"name\": …}");
  if (!value.contains("name")) return UserError{"missing", place, {"name"}};
  if (auto failure = check_choice(value["name"], place + "/name", field.ids())) return failure;
  const SurfaceEntry& entry = entry_of(surfaces(), value["name"].get<std::string>());
  if (auto failure = check_known(value, keys_of(entry, field), place)) return failure;
  if (entry.typed()) return complete_formula(value, place);
  if (!entry.over_points()) return complete_named(value, place, field);

  std::vector<std::string_view> losses;
  for (const PointLoss& loss : entry.losses) losses.push_back(loss.id);
  if (!value.contains("loss")) value["loss"] = losses.front();
  if (auto failure = check_choice(value["loss"], place + "/loss", losses)) return failure;
  if (value.contains("points")) {
    for (const std::string& key : keys_of(entry, field))
      if (key != "name" && key != "points" && key != "loss" && value.contains(key)) return UserError{"points_or_drawn", place + "/points", {key}};
    return check_points(value["points"], entry, entry_of(entry.losses, value["loss"].get<std::string>()), place + "/points");
  }
  Json drawn = value; // the rest is as of any named entry
  drawn.erase("loss");
  drawn.erase("along");
  if (auto failure = complete_named(drawn, place, field)) return failure;
  value.update(drawn);
  return entry.images ? complete_images(value, place) : Failure();
}

std::vector<std::string_view> losses_of_points() { return {"cross_entropy", "mse"}; } // where there is more than one
std::vector<std::string_view> class_numbers() { return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}; }

const std::vector<Field>* fields_within(std::string_view id) {
  const SurfaceEntry& entry = entry_of(surfaces(), id);
  if (entry.losses.size() < 2) return nullptr;
  const auto made = [](const SurfaceEntry& of) {
    std::vector<Field> all{{.pointer = "/loss", .kind = FieldKind::choice, .standard = of.losses.front().id, .lanes_may = false, .ids = losses_of_points}};
    if (!of.images) return all;
    const char* const places[][2] = {{"/classes/0", "/along/0"}, {"/classes/1", "/along/1"}};
    for (std::size_t i = 0; i < 2; ++i) {
      all.push_back({.pointer = places[i][0],
                     .kind = FieldKind::integer,
                     .standard = static_cast<int>(of.parameters[i].standard),
                     .lanes_may = false,
                     .ids = class_numbers});
      all.push_back({.pointer = places[i][1], .kind = FieldKind::choice, .standard = directions()[i].id, .lanes_may = false, .ids = ids_of<directions>});
    }
    return all;
  };
  static const std::vector<Field> neuron = made(entry_of(surfaces(), "neuron")), logistic = made(entry_of(surfaces(), "logistic"));
  return entry.images ? &logistic : &neuron;
}

const std::vector<Field>& fields() {
  static const std::vector<Field> table{
      {.pointer = "/surface",
       .kind = FieldKind::named,
       .standard = {{"name", "bowl"}},
       .lanes_may = false,
       .ids = ids_of<surfaces>,
       .parameters = parameters_of<surfaces>,
       .within = fields_within,
       .check = complete_surface},
      {.pointer = "/start", .kind = FieldKind::numbers, .standard = {0, 0}, .least = -kPlaceMost, .most = kPlaceMost, .entries = 2},
      {.pointer = "/steps", .kind = FieldKind::integer, .standard = 200, .least = 1, .most = kStepsMost, .lanes_may = false},
      {.pointer = "/seed", .kind = FieldKind::integer, .standard = 1, .least = 0, .most = kSeedMost, .lanes_may = false},
      {.pointer = "/batch", .kind = FieldKind::batch, .standard = "full", .least = 1, .most = kPointsMost},
      {.pointer = "/optimizer",
       .kind = FieldKind::named,
       .standard = {{"name", "sgd"}, {"lr", 0.1}},
       .ids = ids_of<optimizers>,
       .parameters = parameters_of<optimizers>},
      {.pointer = "/schedule", .kind = FieldKind::named, .standard = {{"name", "constant"}}, .ids = ids_of<schedules>, .parameters = parameters_of<schedules>},
  };
  return table;
}

// Where to start and how fast to go hangs on the surface, which was completed before.
Json standard_for(const Field& field, const Json& given) {
  if (field.pointer != "/start" && field.pointer != "/optimizer") return field.standard;
  const SurfaceEntry& entry = entry_of(surfaces(), given["surface"]["name"].get<std::string>());
  if (field.pointer == "/start") return {entry.start.x, entry.start.y};
  return {{"name", "sgd"}, {"lr", entry.rate}};
}

SurfaceSettings surface_from_json(const Json& value) {
  const SurfaceEntry& entry = entry_of(surfaces(), value["name"].get<std::string>());
  SurfaceSettings s;
  s.surface = value.contains("points") ? Choice{std::string(entry.id), standard_values(entry)} : choice_of(value, *kSurfaceFormat.field_at("/surface"));
  s.formula = value.value("formula", "");
  s.loss = value.value("loss", "");
  const auto rounded = [](const Json& number) { return static_cast<float>(number.get<double>()); };
  if (value.contains("points"))
    for (const Json& point : value["points"]) {
      s.points.push_back({rounded(point[0]), rounded(point.back())});
      if (entry.images) s.points.back().y = rounded(point[1]);
    }
  else if (entry.images)
    for (const Json& direction : value["along"]) s.along.push_back(direction.get<std::string>());
  else if (entry.points)
    s.points = entry.points(s.surface.values);
  return s;
}

// What fields ask of each other, each of them being well by itself.
Failure check_walk(const Json& value, const std::string& place) {
  if (!value["batch"].is_number()) return {};
  if (!entry_of(surfaces(), value["surface"]["name"].get<std::string>()).over_points())
    return UserError{"batch_needs_points", place + "/batch", {value["surface"]["name"].get<std::string>()}};
  const std::size_t points = point_count(surface_from_json(value["surface"]));
  if (value["batch"].get<double>() > static_cast<double>(points))
    return UserError{"batch_above_train", place + "/batch", {brief(value["batch"]), std::to_string(points)}};
  return {};
}

WalkSettings settings_from_json(const Json& c) {
  const auto whole = [](const Json& value) { return static_cast<std::int64_t>(value.get<double>()); };
  WalkSettings s;
  s.optimizer = choice_of(c["optimizer"], *kSurfaceFormat.field_at("/optimizer"));
  s.schedule = choice_of(c["schedule"], *kSurfaceFormat.field_at("/schedule"));
  s.start = {c["start"][0].get<double>(), c["start"][1].get<double>()};
  s.batch = c["batch"].is_number() ? whole(c["batch"]) : 0;
  s.steps = whole(c["steps"]);
  s.seed = static_cast<std::uint64_t>(whole(c["seed"]));
  return s;
}

} // namespace

const DocumentFormat kSurfaceFormat{.lab = "surface", .fields = fields, .lanes_most = 24, .standard = standard_for, .together = check_walk};

Json with_points(const Json& surface, std::span<const Point> points) {
  Json out = {{"name", surface["name"]}, {"loss", surface["loss"]}, {"points", Json::array()}};
  const bool images = entry_of(surfaces(), surface["name"].get<std::string>()).images;
  for (const Point& p : points) {
    Json numbers = Json::array({p.x});
    if (images) numbers.push_back(p.y);
    numbers.push_back(p.t);
    out["points"].push_back(std::move(numbers));
  }
  return out;
}

Json SurfaceDocument::json() const {
  Document document{title, complete, {}};
  for (const SurfaceLane& lane : lanes) document.lanes.push_back(lane);
  return document.json(kSurfaceFormat);
}

Result<SurfaceDocument> surface_document_from_json(const Json& json) {
  auto document = document_from_json(kSurfaceFormat, json);
  if (!document) return document.error();
  SurfaceDocument out{std::move(document->title), std::move(document->complete), {}, {}};
  out.surface = surface_from_json(out.complete["surface"]);
  for (DocumentLane& lane : document->lanes) {
    WalkSettings settings = settings_from_json(lane.complete);
    out.lanes.push_back({std::move(lane), std::move(settings)});
  }
  return out;
}

} // namespace downhill
