#include "app/core/lab_document.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace downhill {
namespace {

Document valid(Result<Document> document) {
  assert(document && "a lab begins with a document that its format takes");
  return std::move(*document);
}
UserError missing(const FieldId& id) { return {"no_field", "", {shortened(id.text(), 40)}}; }

} // namespace

LabDocument::LabDocument(const DocumentFormat& format, const Json& first) : format_(format), now_(valid(document_from_json(format, first))) {}

Json LabDocument::normal(const Json& json) const {
  const auto document = document_from_json(format_, json);
  return document ? document->json(format_) : Json();
}

std::optional<UserError> LabDocument::put(const Json& json, Step step) {
  auto document = document_from_json(format_, json);
  if (!document) return document.error();
  const Undo::Past before = undo_.past(this->json());
  if (document->json(format_) == before.document) return {};
  now_ = std::move(*document);
  ++version_;
  if (step == Step::none)
    back_at_start_ = undo_.settle(this->json());
  else
    undo_.add(before, step == Step::opening);
  return {};
}

std::optional<FieldValues> LabDocument::values_of(const FieldId& id) const {
  if (id.lane && *id.lane >= now_.lanes.size()) return {};
  return FieldValues{format_, now_.complete, id.lane ? &now_.lanes[*id.lane].complete : nullptr};
}

FieldInfo LabDocument::field(const FieldId& id) const {
  const auto values = values_of(id);
  return values ? field_info(*values, id.pointer) : FieldInfo();
}

std::optional<UserError> LabDocument::set(const FieldId& id, const Json& value, bool held) {
  const FieldInfo info = field(id);
  if (info.value.is_null()) return missing(id);
  Json wanted = value;
  if (info.kind == FieldKind::flag && (value == "true" || value == "false")) wanted = value == "true"; // as a form has it
  if (info.kind == FieldKind::integer && value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>() &&
      std::fabs(value.get<double>()) < 9e15)
    wanted = static_cast<std::int64_t>(value.get<double>()); // as a slider has it
  if (info.kind == FieldKind::integer && value.is_string() &&
      std::find(info.ids.begin(), info.ids.end(), value.get_ref<const std::string&>()) != info.ids.end())
    wanted = Json::parse(value.get_ref<const std::string&>()); // a number whose values have names
  const auto [pointer, whole] = whole_array(values_of(id)->own(), id.pointer, std::move(wanted));
  Json json = this->json();
  if (id.lane)
    put_in(json["lanes"][*id.lane], now_.complete, pointer, whole);
  else
    json[Json::json_pointer(pointer)] = whole;
  return put_change(json, held ? id.text() : std::string());
}

std::optional<UserError> LabDocument::set_all(const std::vector<std::pair<std::string, Json>>& values, bool held) {
  Json json = this->json();
  std::string moved;
  for (const auto& [pointer, value] : values) {
    json[Json::json_pointer(pointer)] = value;
    if (held) moved += pointer + " ";
  }
  return put_change(json, moved);
}

std::optional<UserError> LabDocument::put_change(const Json& json, const std::string& moved) {
  const std::uint64_t before = version_;
  back_at_start_ = false;
  if (auto error = put(json, !moved.empty() && held_ == moved ? Step::none : Step::change)) return error;
  if (version_ != before) held_ = moved;
  if (back_at_start_) held_.clear(); // whatever comes next is a change again
  if (moved.empty()) let_go();
  return {};
}

std::optional<UserError> LabDocument::reset(const FieldId& id) {
  const FieldInfo info = field(id);
  if (info.value.is_null()) return missing(id);
  const Json::json_pointer at(id.pointer);
  if (id.lane && now_.complete.contains(at)) return set(id, now_.complete[at]);
  return info.standard.is_null() ? std::nullopt : set(id, info.standard);
}

std::optional<UserError> LabDocument::type(const FieldId& id, const std::string& typed, const FieldWords& words) {
  const FieldInfo info = field(id);
  if (info.value.is_null()) return missing(id);
  const auto value = typed_value(info, typed, words);
  return value ? set(id, *value) : std::optional(value.error());
}

void LabDocument::bring_back(const Json& json) {
  let_go();
  now_ = valid(document_from_json(format_, json));
  ++version_;
}
bool LabDocument::undo() {
  return undo_.undo(json(), [this](const Json& before) { bring_back(before); });
}
bool LabDocument::redo() {
  return undo_.redo(json(), [this](const Json& after) { bring_back(after); });
}

} // namespace downhill
