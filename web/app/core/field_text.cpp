// A setting in words: what it is called, its value as a field shows it, and what is typed into that.
#include "app/core/field_info.hpp"
#include "app/core/text.hpp"
#include "app/core/typed_number.hpp"

#include <cctype>
#include <cmath>

namespace downhill {

namespace {

constexpr std::string_view kLayers = "/network/hidden/";

// Which of its names a choice has.
std::string chosen_id(const FieldInfo& info) {
  const Json& v = info.value;
  if (v.is_boolean()) return v.get<bool>() ? "true" : "false";
  if (v.is_number()) return std::to_string(v.get<int>());
  return v.is_object() ? v["name"].get<std::string>() : v.get<std::string>();
}

} // namespace

std::optional<UserError> set_typed(Race& race, const FieldId& id, const std::string& typed) {
  const auto value = typed_value(field_info(race, id), typed, {tr("lanes.full"), tr("interval.epoch")});
  return value ? set_field(race, id, *value) : std::optional(value.error());
}

std::string field_label(const std::string& pointer) {
  if (pointer.starts_with(kLayers) && std::isdigit(static_cast<unsigned char>(pointer[kLayers.size()]))) {
    const std::string rest = pointer.substr(kLayers.size());
    const std::size_t slash = rest.find('/');
    const std::string layer = fill(tr("network.layer"), {std::to_string(place_in(rest, "").value_or(0) + 1)});
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

std::string_view field_help(const FieldInfo& info, const std::string& pointer) {
  const std::string own = "help." + pointer;
  const std::string_view words = tr_id(own);
  return words == own ? tr_id("help." + info.key) : words;
}

std::string field_text(const FieldInfo& info) {
  const Json& v = info.value;
  if (info.kind == FieldKind::batch && v.is_string()) return std::string(tr("lanes.full"));
  if (info.kind == FieldKind::numbers) {
    std::string text;
    for (const Json& each : v) text += (text.empty() ? "" : ", ") + setting(each.get<double>());
    return text;
  }
  if (!info.ids.empty()) return std::string(tr_id(info.choices + chosen_id(info)));
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

Json form_row(const FieldInfo& info, const FieldId& id) {
  Json row = {{"id", id.text()}, {"value", field_text(info)}, {"help", field_help(info, id.pointer)}, {"label", field_label(id.pointer)}};
  if (info.ids.empty()) return row;
  for (const std::string_view choice : info.ids) row["choices"].push_back({{"id", choice}, {"label", tr_id(info.choices + std::string(choice))}});
  row["value"] = chosen_id(info);
  return row;
}

void explain_field(Json& out, const FieldInfo& info, const FieldId& id) {
  if (info.value.is_null()) return;
  out["value"] = field_text(info);
  out["key"] = info.key;
  if (!info.ids.empty()) out["formula"] = info.choices + chosen_id(info);
  if (info.kind != FieldKind::text && info.most > info.least && info.most < 1e15)
    out["least"] = setting(info.least), out["most"] = grouped(info.most, info.most < 1 ? 2 : 0);
  if (!info.standard.is_null()) {
    FieldInfo standard = info;
    standard.value = info.standard;
    if (info.kind != FieldKind::layers && info.kind != FieldKind::classes && info.kind != FieldKind::own) out["standard"] = field_text(standard);
  }
  out["lane"] = id.lane.has_value();
  out["differs"] = id.lane ? info.differs : info.standard != info.value;
}

} // namespace downhill
