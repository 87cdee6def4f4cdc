#include "document/document.hpp"

#include <algorithm>

namespace downhill {
namespace {

using Pointer = Json::json_pointer;

// Every key must be the next token of a field's pointer; what lies within a field is looked at by complete_field.
Failure check_keys(const DocumentFormat& format, const Json& value, const std::string& path, const std::string& place, bool lane) {
  if (!value.is_object()) return wrong_type(place, "{…}");
  std::vector<std::string> known;
  for (const Field& f : format.fields()) {
    if (!f.pointer.starts_with(path + "/")) continue;
    const auto rest = f.pointer.substr(path.size() + 1);
    const std::string top(rest.substr(0, rest.find('/')));
    if (std::find(known.begin(), known.end(), top) == known.end()) known.push_back(top);
  }
  if (auto failure = check_known(value, known, place)) return failure;
  for (const auto& [key, inner] : value.items()) {
    const std::string here = path + "/" + key;
    const bool back = lane && inner.is_null(); // RFC 7396: to the default, for all fields below
    bool group = false;
    for (const Field& f : format.fields()) {
      const bool below = f.pointer.starts_with(here + "/");
      if (lane && !f.lanes_may && (f.pointer == here || (back && below))) return UserError{"lane_may_not", place + "/" + key, {here.substr(1)}};
      group = group || below;
    }
    if (group && !back)
      if (auto failure = check_keys(format, inner, here, place + "/" + key, lane)) return failure;
  }
  return {};
}

// A null for a parameter that the rule doesn't have would leave no trace in what was merged.
Failure check_nulls(const DocumentFormat& format, const DocumentLane& lane, const std::string& place) {
  for (const Field& field : format.fields()) {
    const Pointer pointer{std::string(field.pointer)};
    if (field.kind != FieldKind::named || !lane.patch.contains(pointer) || !lane.patch[pointer].is_object()) continue;
    const auto known = keys_of_named(field, lane.complete[pointer]["name"].get<std::string>());
    if (auto failure = check_known(lane.patch[pointer], known, place + std::string(field.pointer))) return failure;
  }
  return {};
}

Failure complete_all(const DocumentFormat& format, Json& value, const std::string& place) {
  for (const Field& field : format.fields()) {
    const Pointer pointer{std::string(field.pointer)};
    if (!value.contains(pointer)) {
      if (field.must) return UserError{"missing", place, {std::string(field.pointer.substr(1))}};
      value[pointer] = format.standard ? format.standard(field, value) : field.standard;
    }
    if (auto failure = complete_field(value[pointer], field, place + std::string(field.pointer))) return failure;
  }
  return format.together ? format.together(value, place) : Failure();
}

Failure check_label(const Json& label, const std::string& place) {
  if (label.is_null()) return {};
  if (label.is_string()) return check_line(label, place, kNameMost);
  if (!label.is_object() || label.empty()) return wrong_type(place, "\"…\", {\"zh\": \"…\", \"en\": \"…\"}");
  for (const auto& [key, text] : label.items()) {
    if (key != "zh" && key != "en") return UserError{"unknown_key", place, {brief(key), "zh, en"}};
    if (auto failure = check_line(text, place + "/" + key, kNameMost)) return failure;
  }
  return {};
}

Json taken(Json& object, const char* key) {
  Json value;
  if (auto it = object.find(key); it != object.end()) {
    value = std::move(*it);
    object.erase(it);
  }
  return value;
}

Failure add_lanes(const DocumentFormat& format, const Json& lanes, Document& document) {
  if (!lanes.is_null() && !lanes.is_array()) return wrong_type("/lanes", "[…]");
  if (lanes.is_null() || lanes.empty()) return UserError{"no_lanes", "/lanes", {}};
  if (lanes.size() > format.lanes_most) return UserError{"too_many_lanes", "/lanes", {std::to_string(lanes.size()), std::to_string(format.lanes_most)}};
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const std::string place = "/lanes/" + std::to_string(i);
    DocumentLane lane;
    lane.patch = lanes[i];
    if (!lane.patch.is_object()) return wrong_type(place, "{…}");
    lane.label = taken(lane.patch, "label");
    if (auto failure = check_label(lane.label, place + "/label")) return failure;
    if (auto failure = check_keys(format, lane.patch, "", place, true)) return failure;
    lane.complete = document.complete;
    merge_patch(lane.complete, lane.patch);
    if (auto failure = complete_all(format, lane.complete, place)) return failure;
    if (auto failure = check_nulls(format, lane, place)) return failure;
    document.lanes.push_back(std::move(lane));
  }
  return {};
}

} // namespace

const Field* DocumentFormat::field_at(std::string_view pointer) const {
  const auto found = std::find_if(fields().begin(), fields().end(), [&](const Field& f) { return f.pointer == pointer; });
  return found == fields().end() ? nullptr : &*found;
}

Json Document::json(const DocumentFormat& format) const {
  Json out = complete;
  out["downhill"] = kFormatVersion;
  if (!format.lab_may_miss) out["lab"] = format.lab;
  if (!title.is_null()) out["title"] = title;
  for (const DocumentLane& lane : lanes) {
    Json entry = lane.patch;
    if (!lane.label.is_null()) entry["label"] = lane.label;
    out["lanes"].push_back(std::move(entry));
  }
  return out;
}

Result<Document> document_from_json(const DocumentFormat& format, const Json& json) {
  if (!json.is_object()) return wrong_type("", "{…}");
  Json base = json;
  const Json version = taken(base, "downhill");
  if (version.is_null()) return UserError{"missing", "", {"downhill"}};
  if (version != kFormatVersion) return UserError{"version", "/downhill", {brief(version), std::to_string(kFormatVersion)}};
  const Json lab = taken(base, "lab");
  if (lab.is_null() && !format.lab_may_miss) return UserError{"missing", "", {"lab"}};
  if (!lab.is_null() && lab != format.lab) return UserError{"other_lab", "/lab", {brief(lab), std::string(format.lab)}};
  Document document;
  document.title = taken(base, "title");
  if (auto failure = check_label(document.title, "/title")) return *failure;
  const Json lanes = format.lanes_most > 0 ? taken(base, "lanes") : Json();
  if (auto failure = check_keys(format, base, "", "", false)) return *failure;
  document.complete = std::move(base);
  if (auto failure = complete_all(format, document.complete, "")) return *failure;
  if (format.lanes_most > 0)
    if (auto failure = add_lanes(format, lanes, document)) return *failure;
  return document;
}

std::vector<std::string> told_apart(std::vector<std::string> names) {
  for (bool again = true; again;) { // a name with its number may equal another
    again = false;
    const std::vector<std::string> given = names;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (std::count(given.begin(), given.end(), given[i]) > 1) {
        names[i] += " (" + std::to_string(i + 1) + ")";
        again = true;
      }
  }
  return names;
}

} // namespace downhill
