#include "experiment/experiment.hpp"

#include "core/printable.hpp"
#include "data/source.hpp"
#include "network/activation.hpp"
#include "network/loss.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>
#include <sstream>

namespace downhill {
namespace {

using Failure = std::optional<UserError>;
using Pointer = Json::json_pointer;

constexpr int kDepthMost = 12; // deeper than any experiment; keeps recursion bounded

// nlohmann's builder of values, stopped at a depth and at a key that its object has already, and telling where the text broke off
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit Builder(Json& out) : Base(out, false) {}
  bool start_object(std::size_t n) {
    keys_.emplace_back();
    return enter() && Base::start_object(n);
  }
  bool key(std::string& text) {
    if (keys_.back().insert(text).second) return Base::key(text);
    duplicate = text;
    return false;
  }
  bool end_object() {
    keys_.pop_back();
    return --depth_, Base::end_object();
  }
  bool start_array(std::size_t n) { return enter() && Base::start_array(n); }
  bool end_array() { return --depth_, Base::end_array(); }
  template <class E> bool parse_error(std::size_t at, const std::string&, const E&) {
    position = at;
    return false;
  }
  std::size_t position = 0;
  bool too_deep = false;
  std::optional<std::string> duplicate;

private:
  bool enter() { return ++depth_ <= kDepthMost || (too_deep = true, false); }
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_; // of the objects that are open
};

std::string number_text(double x) {
  if (x == std::floor(x) && std::fabs(x) < 1e15) return std::to_string(static_cast<std::int64_t>(x));
  char text[32];
  std::snprintf(text, sizeof text, "%g", x);
  return text;
}

std::string brief(const Json& value) {
  return shortened(value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace), 40);
}

template <class Items> std::string listed(const Items& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + std::string(item);
  return out;
}

UserError wrong_type(const std::string& place, std::string what) { return {"wrong_type", place, {std::move(what)}}; }

Failure check_number(const Json& value, const std::string& place, double least, double most, bool whole) {
  if (!value.is_number()) return wrong_type(place, whole ? "1, 2, 3, …" : "0.1, 1e-3, …");
  const double x = value.get<double>();
  if (whole && x != std::floor(x)) return wrong_type(place, "1, 2, 3, …");
  if (!(x >= least && x <= most)) return UserError{"out_of_range", place, {number_text(x), number_text(least), number_text(most)}};
  return {};
}

Failure check_choice(const Json& value, const std::string& place, const Field& field) {
  const auto ids = field.ids();
  if (!value.is_string()) return wrong_type(place, listed(ids));
  if (std::find(ids.begin(), ids.end(), value.get<std::string>()) == ids.end()) return UserError{"not_a_choice", place, {brief(value), listed(ids)}};
  return {};
}

// Where a parameter's value sits in its object.
Pointer parameter_pointer(std::string_view name) { return Pointer("/" + std::string(name)); }

// The keys an object with this name may have: "betas/0" and "betas/1" are elements of the array "betas".
std::vector<std::string> keys_of_named(const Field& field, const std::string& name) {
  std::vector<std::string> keys{"name"};
  for (const ParameterSpec& spec : *field.parameters(name)) {
    const std::string top(spec.name.substr(0, spec.name.find('/')));
    if (keys.back() != top) keys.push_back(top);
  }
  return keys;
}

Failure check_known(const Json& object, const std::vector<std::string>& known, const std::string& place) {
  for (const auto& [key, unused] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) return UserError{"unknown_key", place, {brief(key), listed(known)}};
  return {};
}

// {"name": …, parameters…} or the bare name; fills in defaults.
Failure complete_named(Json& value, const std::string& place, const Field& field) {
  if (value.is_string()) value = Json{{"name", value}};
  if (!value.is_object()) return wrong_type(place, "{\"name\": …}");
  if (!value.contains("name")) return UserError{"missing", place, {"name"}};
  if (auto failure = check_choice(value["name"], place + "/name", field)) return failure;
  const auto& parameters = *field.parameters(value["name"].get<std::string>());
  if (auto failure = check_known(value, keys_of_named(field, value["name"].get<std::string>()), place)) return failure;
  const Json given = value; // an array of parameters is given whole or not at all
  for (const ParameterSpec& spec : parameters) {
    const std::string name(spec.name), top = name.substr(0, name.find('/'));
    if (!given.contains(top)) {
      if (top == name)
        value[name] = spec.standard;
      else
        value[top].push_back(spec.standard);
    } else if (top != name) {
      const auto length = static_cast<std::size_t>(
          std::count_if(parameters.begin(), parameters.end(), [&](const ParameterSpec& s) { return s.name.substr(0, top.size() + 1) == top + "/"; }));
      if (!given[top].is_array() || given[top].size() != length) return wrong_type(place + "/" + top, "[… × " + std::to_string(length) + "]");
    }
    if (auto failure = check_number(value[parameter_pointer(name)], place + "/" + name, spec.least, spec.most, spec.whole)) return failure;
  }
  return {};
}

Failure complete_layers(Json& value, const std::string& place) {
  if (!value.is_array()) return wrong_type(place, "[{\"units\": 128, \"activation\": \"relu\", \"dropout\": 0}, …]");
  if (value.size() > kHiddenLayersMost) return UserError{"out_of_range", place, {std::to_string(value.size()), "0", std::to_string(kHiddenLayersMost)}};
  for (std::size_t i = 0; i < value.size(); ++i) {
    Json& layer = value[i];
    const std::string here = place + "/" + std::to_string(i);
    if (!layer.is_object()) return wrong_type(here, "{\"units\": 128, …}");
    if (auto failure = check_known(layer, {"units", "activation", "dropout"}, here)) return failure;
    if (!layer.contains("units")) return UserError{"missing", here, {"units"}};
    if (!layer.contains("activation")) layer["activation"] = activation_field().standard;
    if (!layer.contains("dropout")) layer["dropout"] = 0;
    if (auto failure = check_number(layer["units"], here + "/units", 1, kUnitsMost, true)) return failure;
    if (auto failure = complete_named(layer["activation"], here + "/activation", activation_field())) return failure;
    if (auto failure = check_number(layer["dropout"], here + "/dropout", 0, kDropoutMost, false)) return failure;
  }
  return {};
}

Failure check_classes(const Json& value, const std::string& place, const Field& field) {
  if (!value.is_array()) return wrong_type(place, "[0, 1, …]");
  std::vector<int> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto failure = check_number(value[i], place + "/" + std::to_string(i), field.least, field.most, true)) return failure;
    const int label = value[i].get<int>();
    if (std::find(seen.begin(), seen.end(), label) != seen.end()) return UserError{"duplicate_class", place, {std::to_string(label)}};
    seen.push_back(label);
  }
  return {};
}

std::optional<Interval> interval_of(const Json& value) {
  if (value.is_number()) return Interval{Interval::Unit::steps, static_cast<std::int64_t>(value.get<double>())};
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  if (text == "epoch") return Interval{Interval::Unit::epochs, 1};
  constexpr std::string_view unit = " examples";
  if (text.size() <= unit.size() || text.size() > unit.size() + 9 || text.substr(text.size() - unit.size()) != unit) return {};
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - unit.size())) {
    if (c < '0' || c > '9') return {};
    count = count * 10 + (c - '0');
  }
  if (count == 0) return {};
  return Interval{Interval::Unit::examples, count};
}

bool is_hash(std::string_view text) { return text.empty() || (text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos); }

Failure complete_field(Json& value, const Field& field, const std::string& place) {
  switch (field.kind) {
  case FieldKind::integer: return check_number(value, place, field.least, field.most, true);
  case FieldKind::number: return check_number(value, place, field.least, field.most, false);
  case FieldKind::choice: return check_choice(value, place, field);
  case FieldKind::named: return complete_named(value, place, field);
  case FieldKind::classes: return check_classes(value, place, field);
  case FieldKind::hash:
    if (!value.is_string() || !is_hash(value.get_ref<const std::string&>())) return wrong_type(place, "0123456789abcdef");
    return {};
  case FieldKind::layers: return complete_layers(value, place);
  case FieldKind::batch:
    if (value == "full") return {};
    if (!value.is_number()) return wrong_type(place, "64, \"full\"");
    return check_number(value, place, field.least, field.most, true);
  case FieldKind::interval:
    if (value.is_number()) return check_number(value, place, field.least, field.most, true);
    if (!interval_of(value)) return wrong_type(place, "\"epoch\", 100, \"500 examples\"");
    return {};
  }
  return {};
}

// Every key must be the next token of a field's pointer; what lies within a field is looked at by complete_field.
Failure check_keys(const Json& value, const std::string& path, const std::string& place, bool lane) {
  if (!value.is_object()) return wrong_type(place, "{…}");
  std::vector<std::string> known;
  for (const Field& f : fields()) {
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
    for (const Field& f : fields()) {
      const bool below = f.pointer.starts_with(here + "/");
      if (lane && !f.lanes_may && (f.pointer == here || (back && below))) return UserError{"lane_may_not", place + "/" + key, {here.substr(1)}};
      group = group || below;
    }
    if (group && !back)
      if (auto failure = check_keys(inner, here, place + "/" + key, lane)) return failure;
  }
  return {};
}

// A null for a parameter that the rule doesn't have would leave no trace in what was merged.
Failure check_nulls(const Lane& lane, const std::string& place) {
  for (const Field& field : fields()) {
    const Pointer pointer{std::string(field.pointer)};
    if (field.kind != FieldKind::named || !lane.patch.contains(pointer) || !lane.patch[pointer].is_object()) continue;
    const auto known = keys_of_named(field, lane.complete[pointer]["name"].get<std::string>());
    if (auto failure = check_known(lane.patch[pointer], known, place + std::string(field.pointer))) return failure;
  }
  return {};
}

std::string source_of(const Json& value) {
  const Pointer pointer("/data/source");
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

Failure complete_all(Json& value, const std::string& place) {
  for (const Field& field : fields()) {
    const Pointer pointer{std::string(field.pointer)};
    if (!value.contains(pointer)) value[pointer] = standard_for(field, source_of(value));
    if (auto failure = complete_field(value[pointer], field, place + std::string(field.pointer))) return failure;
  }
  return check_together(value, place);
}

Choice choice_of(const Json& value, const Field& field) {
  Choice choice{value["name"].get<std::string>(), {}};
  for (const ParameterSpec& spec : *field.parameters(choice.name)) choice.values.push_back(value[parameter_pointer(spec.name)].get<double>());
  return choice;
}
const Field& field_at(std::string_view pointer) {
  return *std::find_if(fields().begin(), fields().end(), [&](const Field& f) { return f.pointer == pointer; });
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
  s.network.init = choice_of(c["network"]["init"], field_at("/network/init"));
  s.loss = choice_of(c["loss"], field_at("/loss"));
  s.optimizer = choice_of(c["optimizer"], field_at("/optimizer"));
  s.schedule = choice_of(c["schedule"], field_at("/schedule"));
  s.l1 = c["regularization"]["l1"].get<double>();
  s.l2 = c["regularization"]["l2"].get<double>();
  s.batch = c["batch"].is_number() ? whole(c["batch"]) : 0;
  s.epochs = whole(c["epochs"]);
  s.seed = static_cast<std::uint64_t>(whole(c["seed"]));
  s.repeats = whole(c["repeats"]);
  s.evaluate = *interval_of(c["evaluate"]["every"]);
  return s;
}

Failure check_name(const Json& name, const std::string& place) {
  const auto& text = name.get_ref<const std::string&>();
  if (const std::size_t length = characters(text); length > kNameMost) return UserError{"too_long", place, {std::to_string(length), std::to_string(kNameMost)}};
  if (printable(text) != text) return UserError{"not_a_line", place, {}};
  return {};
}

Failure check_label(const Json& label, const std::string& place) {
  if (label.is_null()) return {};
  if (label.is_string()) return check_name(label, place);
  if (!label.is_object() || label.empty()) return wrong_type(place, "\"…\", {\"zh\": \"…\", \"en\": \"…\"}");
  for (const auto& [key, text] : label.items()) {
    if (key != "zh" && key != "en") return UserError{"unknown_key", place, {brief(key), "zh, en"}};
    if (!text.is_string()) return wrong_type(place + "/" + key, "\"…\"");
    if (auto failure = check_name(text, place + "/" + key)) return failure;
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

} // namespace

void merge_patch(Json& target, const Json& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  const bool other_name = target.is_object() && target.contains("name") && patch.contains("name") && target["name"] != patch["name"];
  if (!target.is_object() || other_name) target = Json::object();
  for (const auto& [key, value] : patch.items()) {
    if (value.is_null())
      target.erase(key);
    else
      merge_patch(target[key], value);
  }
}

Json Experiment::json() const {
  Json out = complete;
  out["downhill"] = kFormatVersion;
  if (!title.is_null()) out["title"] = title;
  for (const Lane& lane : lanes) {
    Json entry = lane.patch;
    if (!lane.label.is_null()) entry["label"] = lane.label;
    out["lanes"].push_back(std::move(entry));
  }
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Result<Json> read_json(std::string_view text) {
  Json json;
  Builder builder(json);
  if (Json::sax_parse(text, &builder)) return json;
  if (builder.too_deep) return UserError{"json_too_deep", "", {std::to_string(kDepthMost)}};
  if (builder.duplicate) return UserError{"duplicate_key", "", {brief(*builder.duplicate)}};
  // the reader has taken the character that does not fit; a line's end that does not belong into a string is that line's
  const std::string_view read = text.substr(0, std::min(builder.position, text.size()));
  const std::string_view before = read.ends_with('\n') ? read.substr(0, read.size() - 1) : read;
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t column = std::max<std::size_t>(1, characters(before.substr(before.rfind('\n') + 1)));
  return UserError{"json_syntax", "", {std::to_string(line) + ":" + std::to_string(column)}};
}

Result<Experiment> read_experiment(std::string_view text) {
  if (text.size() > kTextMost) return UserError{"json_too_large", "", {std::to_string(kTextMost)}};
  const auto json = read_json(text);
  return json ? experiment_from_json(*json) : Result<Experiment>(json.error());
}

Result<Experiment> experiment_from_json(const Json& json) {
  if (!json.is_object()) return wrong_type("", "{…}");
  Json base = json;
  const Json version = taken(base, "downhill");
  if (version.is_null()) return UserError{"missing", "", {"downhill"}};
  if (version != kFormatVersion) return UserError{"version", "/downhill", {brief(version), std::to_string(kFormatVersion)}};
  Experiment experiment;
  experiment.title = taken(base, "title");
  if (auto failure = check_label(experiment.title, "/title")) return *failure;
  const Json lanes = taken(base, "lanes");
  if (auto failure = check_keys(base, "", "", false)) return *failure;
  experiment.complete = base;
  if (auto failure = complete_all(experiment.complete, "")) return *failure;

  if (!lanes.is_null() && !lanes.is_array()) return wrong_type("/lanes", "[…]");
  if (lanes.is_null() || lanes.empty()) return UserError{"no_lanes", "/lanes", {}};
  if (lanes.size() > kLanesMost) return UserError{"too_many_lanes", "/lanes", {std::to_string(lanes.size()), std::to_string(kLanesMost)}};
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const std::string place = "/lanes/" + std::to_string(i);
    Lane lane;
    lane.patch = lanes[i];
    if (!lane.patch.is_object()) return wrong_type(place, "{…}");
    lane.label = taken(lane.patch, "label");
    if (auto failure = check_label(lane.label, place + "/label")) return *failure;
    if (auto failure = check_keys(lane.patch, "", place, true)) return *failure;
    lane.complete = experiment.complete;
    merge_patch(lane.complete, lane.patch);
    if (auto failure = complete_all(lane.complete, place)) return *failure;
    if (auto failure = check_nulls(lane, place)) return *failure;
    lane.settings = settings_from_json(lane.complete);
    experiment.lanes.push_back(std::move(lane));
  }
  return experiment;
}

std::string label_text(const Json& label, Language language, std::string otherwise) {
  if (label.is_string()) return label.get<std::string>();
  if (label.is_object()) {
    const char* own = language == Language::zh ? "zh" : "en";
    if (label.contains(own)) return label[own].get<std::string>();
    return label.begin().value().get<std::string>();
  }
  return otherwise;
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
