// The controls that several stations have, and the rows of the form view.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {
namespace {

constexpr float kCaseLabel = 92, kCaseNumber = 60;

} // namespace

void run_buttons(CasesLab& lab, Column& column) {
  Ui& ui = lab.controls();
  column.rest.cut_top(kHalf);
  Rect row = column.row();
  const Transport now = lab.transport();
  const bool running = now == Transport::running, ended = now == Transport::finished;
  const std::string_view label = running                    ? ui("transport.pause")
                                 : ended                    ? ui("transport.again")
                                 : now == Transport::paused ? ui("transport.resume")
                                                            : ui("transport.start");
  if (ui.button(running ? "cases.pause" : "cases.start", row.cut_left(ui.text_width(label, kText, Weight::bold) + 28), label, true))
    running ? lab.pause() : lab.start();
  const auto button = [&](const char* id, std::string_view words, bool enabled) {
    row.cut_left(6);
    const float width = ui.text_width(words) + 24;
    if (width > row.w) row = column.row();
    return ui.button(id, row.cut_left(width), words, false, enabled);
  };
  if (button("cases.line", ui("cases.line"), !ended && !running)) lab.model().next_line();
  if (button("cases.step", ui("transport.step"), !ended)) lab.model().go(1);
  row.cut_left(6);
  if (row.w < row.h) row = column.row();
  if (ui.icon_button("cases.reset", {row.x, row.y, row.h, row.h}, Icon::to_start, ui("transport.reset"), now != Transport::ready)) lab.reset();
}

void field_slider(CasesLab& lab, Column& column, std::string_view pointer, const SliderRange& range) {
  lab.slider(column.row(), {{}, std::string(pointer)}, range, kCaseLabel, kCaseNumber);
}

void field_segments(CasesLab& lab, Column& column, std::string_view pointer, const std::string& id) {
  lab.segments(column.row(), {{}, std::string(pointer)}, id, kCaseLabel);
}

void field_check(CasesLab& lab, Column& column, std::string_view pointer) { lab.check(column.row(), {{}, std::string(pointer)}); }

void say(CasesLab& lab, Column& column, const char* id, std::string_view label, const std::string& text, std::uint32_t color) {
  const Rect at = column.rest;
  column.paragraph(text, color);
  lab.controls().note_item(id, label, "status", text, {at.x, at.y, at.w, column.rest.y - at.y});
  column.rest.cut_top(kHalf);
}

bool without_data(CasesLab& lab, Rect box) {
  if (lab.model().data()) return false;
  Ui& ui = lab.controls();
  const auto& why = lab.problem();
  const std::string text = why ? why->sentence(ui.language) : std::string(ui("cases.waiting"));
  const float height = ui.paragraph(box, text, why ? ui.theme->bad : ui.theme->soft, kText);
  ui.note_item("cases.no_data", ui("cases.no_data"), "status", text, {box.x, box.y, box.w, height});
  return true;
}

std::string tensor_text(const TensorLook& look) {
  std::string shape;
  for (const std::int64_t side : look.shape) shape += (shape.empty() ? "" : "×") + std::to_string(side);
  return (shape.empty() ? std::string() : shape + " ") + std::string(look.dtype);
}

Json form_line(const std::string& id, std::string_view label, std::string_view help, const std::string& value) {
  return {{"id", id}, {"label", label}, {"help", help}, {"value", value}};
}
Json form_button(const std::string& id, std::string_view label, std::string_view help) {
  Json row = form_line(id, label, help, "");
  row["press"] = true;
  return row;
}

Json CasesLab::fields() const {
  Json out = DocumentLab::fields();
  part().add_fields(out);
  return out;
}

Json CasesLab::field(const std::string& id) const {
  if (id.starts_with("field:")) return DocumentLab::field(id);
  for (const Json& row : fields())
    if (row["id"] == id) return row;
  return {};
}

} // namespace downhill::walk
