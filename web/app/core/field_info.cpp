#include "app/core/field_info.hpp"

#include "app/core/text.hpp"
#include "core/printable.hpp"
#include "network/activation.hpp"
#include "network/initializer.hpp"
#include "network/loss.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace downhill {
namespace {

constexpr std::string_view kHidden = "/network/hidden/";

const Json& values_of(const Race& race, const FieldId& id) { return id.lane ? race.experiment().lanes[*id.lane].complete : race.experiment().complete; }

// String prefix of a named field's choices.
std::string prefix_of(std::string_view pointer) {
  if (pointer == "/optimizer") return "method.";
  if (pointer == "/network/init") return "init.";
  if (pointer == "/loss") return "loss.";
  if (pointer == "/schedule") return "schedule.";
  return "activation.";
}

void describe(FieldInfo& info, const Field& field, std::string key) {
  info.kind = field.kind;
  info.least = field.least;
  info.most = field.most;
  info.standard = field.standard;
  info.lanes_may = field.lanes_may;
  if (field.ids) info.ids = field.ids();
  if (field.kind == FieldKind::named) info.choices = prefix_of(field.pointer);
  info.key = std::move(key);
}

// A parameter of a named choice, `rest` being what follows the choice's pointer.
bool describe_parameter(FieldInfo& info, const Field& field, const Json& choice, std::string_view rest) {
  const auto* specs = field.parameters(choice["name"].get<std::string>());
  if (!specs) return false;
  for (const ParameterSpec& spec : *specs)
    if (spec.name == rest) {
      info.kind = spec.whole ? FieldKind::integer : FieldKind::number;
      info.least = spec.least;
      info.most = spec.most;
      info.standard = spec.standard;
      info.lanes_may = field.lanes_may;
      info.key = std::string(field.pointer) + "/" + (rest == "lr" ? "lr" : "parameter");
      return true;
    }
  return false;
}

// Whether it is a JSON pointer of the kind that fields have: nlohmann's would end the program at a stray ~ or an index beyond counting.
bool is_pointer(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (c == '~' || digits > 9) return false;
  }
  return text.starts_with('/');
}

} // namespace

std::optional<FieldId> FieldId::parse(const std::string& id) {
  if (const std::size_t slash = id.find('/'); slash == std::string::npos || !is_pointer(std::string_view(id).substr(slash))) return {};
  if (id.starts_with("field:/")) return FieldId{{}, id.substr(6)};
  if (!id.starts_with("lane:")) return {};
  char* end = nullptr;
  const unsigned long lane = std::strtoul(id.c_str() + 5, &end, 10);
  if (*end != ':' || end[1] != '/') return {};
  return FieldId{lane, std::string(end + 1)};
}

FieldInfo field_info(const Race& race, const FieldId& id) {
  FieldInfo info;
  if (id.lane && *id.lane >= race.experiment().lanes.size()) return info;
  const Json& values = values_of(race, id);
  const Json::json_pointer at(id.pointer);
  if (!values.contains(at)) return info;
  bool known = false;
  if (id.pointer.starts_with(kHidden)) {
    const std::string_view rest = std::string_view(id.pointer).substr(kHidden.size());
    const std::string part(rest.substr(std::min(rest.size(), rest.find('/') + 1)));
    if (part == "units") info.kind = FieldKind::integer, info.least = 1, info.most = kUnitsMost, info.standard = 128, known = true;
    if (part == "dropout") info.kind = FieldKind::number, info.most = kDropoutMost, info.standard = 0, known = true;
    if (known) info.key = "/network/hidden/" + part;
    if (part == "activation") describe(info, activation_field(), "/network/hidden/activation"), known = true;
    if (part.starts_with("activation/")) {
      known = describe_parameter(info, activation_field(), values[at.parent_pointer()], part.substr(11));
      info.key = "/network/hidden/activation/parameter";
    }
  }
  for (const Field& field : fields()) {
    if (field.pointer == id.pointer) describe(info, field, id.pointer), known = true;
    if (field.kind == FieldKind::named && id.pointer.starts_with(std::string(field.pointer) + "/"))
      known = describe_parameter(info, field, values[Json::json_pointer(std::string(field.pointer))], id.pointer.substr(field.pointer.size() + 1));
  }
  if (!known) return {};
  info.value = values[at];
  if (id.lane) {
    const Json& base = race.experiment().complete;
    info.differs = !base.contains(at) || base[at] != info.value;
  }
  return info;
}

std::optional<UserError> set_field(Race& race, const FieldId& id, const Json& value) {
  if (field_info(race, id).value.is_null()) return UserError{"no_field", "", {shortened(id.text(), 40)}};
  const auto apply = [&](const std::string& pointer, const Json& v) { return id.lane ? race.edit_lane(*id.lane, pointer, v) : race.edit(pointer, v); };
  const bool layer = id.pointer.starts_with(kHidden), betas = id.pointer.starts_with("/optimizer/betas/");
  if (!layer && !betas) return apply(id.pointer, value);
  if (id.lane && *id.lane >= race.lanes().size()) return race.edit_lane(*id.lane, id.pointer, value); // refused there
  const std::string array = layer ? "/network/hidden" : "/optimizer/betas";
  Json whole = values_of(race, id)[Json::json_pointer(array)];
  whole[Json::json_pointer(id.pointer.substr(array.size()))] = value;
  return apply(array, whole);
}

std::optional<UserError> reset_field(Race& race, const FieldId& id) {
  const FieldInfo info = field_info(race, id);
  if (info.value.is_null()) return UserError{"no_field", "", {shortened(id.text(), 40)}};
  if (id.lane) {
    const Json::json_pointer at(id.pointer);
    if (id.pointer.starts_with(kHidden) || id.pointer.starts_with("/optimizer/betas/")) {
      const Json& base = race.experiment().complete;
      if (base.contains(at)) return set_field(race, id, base[at]);
    } else {
      return race.clear_lane_field(*id.lane, id.pointer);
    }
  }
  if (info.standard.is_null()) return {};
  return set_field(race, id, info.standard);
}

std::optional<UserError> set_typed(Race& race, const FieldId& id, const std::string& typed) {
  const FieldInfo info = field_info(race, id);
  std::string text;
  for (const char c : typed)
    if (c != ' ') text += c;
  for (const std::string space : {"\u202f", "\u00a0", "\u3000"})
    for (std::size_t at = text.find(space); at != std::string::npos; at = text.find(space)) text.erase(at, space.size());
  for (std::size_t at = text.find("−"); at != std::string::npos; at = text.find("−")) text.replace(at, std::string("−").size(), "-");
  if (info.kind == FieldKind::batch && (text == "full" || text == tr("lanes.full"))) return set_field(race, id, "full");
  if (info.kind == FieldKind::interval) {
    if (text == "epoch" || text == tr("interval.epoch")) return set_field(race, id, "epoch");
    for (const std::string unit : {"examples", "样本"})
      if (text.size() > unit.size() && text.ends_with(unit)) return set_field(race, id, text.substr(0, text.size() - unit.size()) + " examples");
    for (const std::string unit : {"steps", "步"})
      if (text.ends_with(unit)) text.erase(text.size() - unit.size());
  }
  const bool percents = info.key == "/data/label_noise";
  if (percents && !text.empty() && text.back() == '%') text.pop_back();
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) return UserError{"wrong_type", "", {"0.1, 1e-3, 64"}};
  Json value = percents ? number / 100 : number;
  if (number == std::floor(number) && std::fabs(number) < 9e15 && !percents) value = static_cast<std::int64_t>(number);
  return set_field(race, id, value);
}

std::string field_label(const std::string& pointer) {
  if (pointer.starts_with(kHidden) && std::isdigit(static_cast<unsigned char>(pointer[kHidden.size()]))) {
    const std::string rest = pointer.substr(kHidden.size());
    const std::size_t slash = rest.find('/');
    const std::string layer = fill(tr("network.layer"), {std::to_string(std::atoi(rest.c_str()) + 1)});
    return slash == std::string::npos ? layer : layer + " · " + field_label("/network/hidden" + rest.substr(slash));
  }
  // a name stands for the whole choice
  const std::string whole = pointer.ends_with("/name") ? pointer.substr(0, pointer.size() - 5) : pointer;
  if (pointer == "/optimizer/lr") return std::string(tr("lanes.rate"));
  const std::string key = "label." + whole;
  if (const std::string_view known = tr_id(key); known != key) return std::string(known);
  // a parameter
  const std::size_t slash = whole.find_last_of('/');
  const std::string last = whole.substr(slash + 1);
  if (!last.empty() && last.find_first_not_of("0123456789") == std::string::npos) return field_label(whole.substr(0, slash)) + "[" + last + "]";
  return last;
}

std::string field_text(const FieldInfo& info) {
  const Json& v = info.value;
  if (info.kind == FieldKind::batch && v.is_string()) return std::string(tr("lanes.full"));
  if (info.kind == FieldKind::named) return std::string(tr_id(info.choices + (v.is_object() ? v["name"].get<std::string>() : v.get<std::string>())));
  if (info.kind == FieldKind::interval) {
    if (v.is_number()) return grouped(v.get<double>()) + std::string(tr("interval.steps"));
    const std::string text = v.get<std::string>();
    if (text == "epoch") return std::string(tr("interval.epoch"));
    return text.substr(0, text.find(' ')) + std::string(tr("interval.examples"));
  }
  if (!v.is_number()) return v.is_string() ? v.get<std::string>() : v.dump();
  if (info.key == "/data/label_noise") return setting(std::round(v.get<double>() * 1e6) / 1e4) + " %";
  if (info.kind == FieldKind::integer || info.kind == FieldKind::batch) return info.key.ends_with("seed") ? setting(v.get<double>()) : grouped(v.get<double>());
  return setting(v.get<double>());
}

} // namespace downhill
