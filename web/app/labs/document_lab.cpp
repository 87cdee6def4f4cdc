#include "app/labs/document_lab.hpp"

#include "app/core/text.hpp"
#include "app/presets.hpp"

namespace downhill {
namespace {

Json first_document(const LabRow& row, const DocumentFormat& format) {
  return row.preset.empty() ? Json{{"downhill", kFormatVersion}, {"lab", format.lab}} : preset_of(row.preset)["experiment"];
}

} // namespace

DocumentLab::DocumentLab(LabWorld& world, const LabRow& row, const DocumentFormat& format)
    : Lab(world, row), document_(format, first_document(row, format)), first_(document_.json()) {
  document_.changes().company = [this] { return company(); };
  document_.changes().on_company = [this](const Json& before) { on_company(before); };
}

Json DocumentLab::standard() const { return first_; }

std::optional<UserError> DocumentLab::open(const Json& document, Opening) { return document_.open(document); }

std::optional<UserError> DocumentLab::type(const std::string& id, const std::string& text) {
  const auto field = FieldId::parse(id);
  return field ? document_.type(*field, text, {tr("lanes.full"), tr("interval.epoch")}) : std::nullopt;
}

void DocumentLab::explain_control(Json& out) const {
  if (const auto id = FieldId::parse(out["id"].get<std::string>())) explain_field(out, document_.field(*id), *id);
}

void DocumentLab::set(const FieldId& id, const Json& value, bool held) {
  if (auto error = document_.set(id, value, held)) complaint_ = std::move(error);
}

void DocumentLab::slider(ui::Rect box, const FieldId& id, float label_px, float number_px) {
  const FieldInfo info = document_.field(id);
  slider(box, id, {.least = info.least, .most = info.most, .parts = info.kind == FieldKind::integer ? 1.0 : 0.0, .digits = 3}, label_px, number_px);
}

void DocumentLab::slider(ui::Rect box, const FieldId& id, const SliderRange& range, float label_px, float number_px, std::string_view shown) {
  const FieldInfo info = document_.field(id);
  if (!info.value.is_number()) return; // an edit earlier in this frame took it away
  box = {box.x, box.y + (box.h - ui().control_height()) / 2, box.w, ui().control_height()};
  const std::string label = field_label(id.pointer), help(field_help(info, id.pointer));
  const ui::SliderField field{.id = id.text(),
                              .label = label,
                              .shown = shown,
                              .text = field_text(info),
                              .help = help,
                              .value = info.value.get<double>(),
                              .range = range,
                              .label_px = label_px,
                              .number_px = number_px,
                              .explains = id.text()};
  const auto moved = ui().slider_field(field, box);
  if (moved) set(id, *moved, ui().slider_held);
  if (!ui().slider_held) document_.let_go();
}

void DocumentLab::segments(ui::Rect box, const FieldId& id, const std::string& control, float label_px) {
  const FieldInfo info = document_.field(id);
  std::vector<std::string> names;
  int chosen = 0;
  for (const std::string_view each : info.ids) {
    if (info.value == each) chosen = static_cast<int>(names.size());
    names.emplace_back(tr_id("choice." + id.pointer + "." + std::string(each)));
  }
  const std::vector<std::string_view> labels(names.begin(), names.end());
  const ui::Rect left = box.cut_left(std::clamp(box.w - ui().segments_width(labels), 0.0F, label_px));
  if (left.w > 0) ui().label(id.text(), left, field_label(id.pointer), field_help(info, id.pointer));
  const int before = chosen;
  ui().segmented(control, box.min(), labels, chosen);
  if (chosen == before) return;
  if (auto error = set_field(id.text(), info.ids[static_cast<std::size_t>(chosen)])) complaint_ = std::move(error);
}

void DocumentLab::check(ui::Rect box, const FieldId& id) {
  const FieldInfo info = document_.field(id);
  if (ui().check(id.text(), box, field_label(id.pointer), info.value == true, field_help(info, id.pointer))) set(id, info.value != true);
}

// ---- the form view ----

Json DocumentLab::fields() const {
  Json out = Json::array();
  for (const std::string& pointer : document_.form_fields()) out.push_back(field(FieldId{{}, pointer}.text()));
  return out;
}

Json DocumentLab::field(const std::string& id) const {
  const auto parsed = FieldId::parse(id);
  if (!parsed) return {};
  const FieldInfo info = document_.field(*parsed);
  return info.value.is_null() ? Json() : form_row(info, *parsed);
}

std::optional<UserError> DocumentLab::set_field(const std::string& id, const Json& value) {
  const auto parsed = FieldId::parse(id);
  return parsed ? document_.set(*parsed, value) : no_field(id);
}

std::optional<UserError> DocumentLab::reset_field(const std::string& id) {
  const auto parsed = FieldId::parse(id);
  return parsed ? document_.reset(*parsed) : no_field(id);
}

} // namespace downhill
