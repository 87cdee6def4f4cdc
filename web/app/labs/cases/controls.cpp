// The controls that several stations have, and the rows of the form view.
#include "app/labs/cases/parts.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>

namespace downhill::walk {
namespace {

constexpr float kCaseNumber = 60;

// As wide as words need where there is room.
float label_px(const Column& column) { return std::clamp(column.rest.w * 0.33F, 92.0F, 132.0F); }

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
  lab.slider(column.row(), {{}, std::string(pointer)}, range, label_px(column), kCaseNumber);
}

void field_segments(CasesLab& lab, Column& column, std::string_view pointer, const std::string& id) {
  lab.segments(column.row(), {{}, std::string(pointer)}, id, label_px(column));
}

void field_check(CasesLab& lab, Column& column, std::string_view pointer) { lab.check(column.row(), {{}, std::string(pointer)}); }

std::optional<double> own_slider(CasesLab& lab, Column& column, const std::string& id, std::string_view label, std::string_view help, double value,
                                 const SliderRange& range, const std::string& text) {
  const float label_wide = label_px(column);
  const Rect row = column.row();
  const float h = lab.controls().control_height();
  return lab.controls().slider_field(
      {.id = id, .label = label, .text = text, .help = help, .value = value, .range = range, .label_px = label_wide, .number_px = kCaseNumber, .explains = id},
      {row.x, row.y + (row.h - h) / 2, row.w, h});
}

// People count from 1, the code from 0: what is shown is the code's.
void batch_choice(CasesLab& lab, Column& column) {
  Ui& ui = lab.controls();
  CasesModel& model = lab.model();
  const auto choose = [&](const char* id, std::string_view label, std::string_view help, std::int64_t now, std::int64_t count) {
    return own_slider(lab, column, id, label, help, static_cast<double>(now),
                      {.least = 0, .most = static_cast<double>(std::max<std::int64_t>(1, count - 1)), .parts = 1}, std::to_string(now));
  };
  if (const auto to = choose("cases.epoch", ui("cases.epoch"), ui("help.cases.epoch"), model.epoch(), model.settings().epochs))
    model.set_epoch(static_cast<std::int64_t>(*to)), model.work("order");
  if (const auto to = choose("cases.batch", ui("cases.batch"), ui("help.cases.batch"), model.batch(), model.settings().iterations()))
    model.set_batch(static_cast<std::int64_t>(*to)), model.work("loader");
  Rect row = column.row();
  const std::string_view next = ui("cases.next_batch"), epoch = ui("cases.next_epoch");
  const bool last_epoch = model.epoch() + 1 >= model.settings().epochs, last = last_epoch && model.batch() + 1 >= model.settings().iterations();
  if (ui.button("cases.next_batch", row.cut_left(std::min(row.w, ui.text_width(next) + 24)), next, false, !last)) press_batch(lab, "cases.next_batch");
  row.cut_left(6);
  if (const float width = ui.text_width(epoch) + 24; width > row.w) row = column.row();
  if (ui.button("cases.next_epoch", row.cut_left(ui.text_width(epoch) + 24), epoch, false, !last_epoch)) press_batch(lab, "cases.next_epoch");
}

void add_batch_fields(const CasesLab& lab, Json& out) {
  const CasesModel& model = lab.model();
  out.push_back(form_line("cases.epoch", tr("cases.epoch"), tr("help.cases.epoch"), std::to_string(model.epoch())));
  out.push_back(form_line("cases.batch", tr("cases.batch"), tr("help.cases.batch"), std::to_string(model.batch())));
  out.push_back(form_button("cases.next_batch", tr("cases.next_batch"), tr("help.control.cases.next_batch")));
  out.push_back(form_button("cases.next_epoch", tr("cases.next_epoch"), tr("help.control.cases.next_epoch")));
}

std::optional<UserError> type_batch(CasesLab& lab, const std::string& id, const std::string& text) {
  CasesModel& model = lab.model();
  const bool epoch = id == "cases.epoch";
  if (!epoch && id != "cases.batch") return {};
  const auto number = number_between(text, 0, static_cast<double>((epoch ? model.settings().epochs : model.settings().iterations()) - 1));
  if (!number) return number.error();
  epoch ? model.set_epoch(static_cast<std::int64_t>(*number)) : model.set_batch(static_cast<std::int64_t>(*number));
  return {};
}

bool press_batch(CasesLab& lab, const std::string& id) {
  CasesModel& model = lab.model();
  const bool batch = id == "cases.next_batch", epoch = id == "cases.next_epoch";
  if (!batch && !epoch) return false;
  const std::int64_t before = model.epoch();
  batch ? model.next_batch() : (model.set_batch(0), model.set_epoch(model.epoch() + 1));
  model.work(model.station() == CaseStation::look ? "batch" : model.epoch() != before ? "order" : "loader");
  return true;
}

void code_answer(CasesLab& lab, Column& column, const char* id, std::string_view mark, std::string_view code, const std::string& gives) {
  Ui& ui = lab.controls();
  const bool lit = lab.model().lit(mark);
  const float width = std::min(column.rest.w, ui.text_width(code, kLabel, Weight::code) + 16), wide = column.rest.w - width - kGrid;
  const float below = wide < 140 ? 24 : 0, height = std::max(24.0F, ui.paragraph({0, 0, below > 0 ? column.rest.w : wide, 0}, gives, 0, kLabel, false) + 5);
  Rect row = column.rest.cut_top(height + below);
  const Rect left{row.x, row.y, width, 22};
  const Ui::Press press = ui.press(id, left);
  if (press.pressed) lab.model().work(mark);
  ui.draw()->AddRectFilled(left.min(), left.max(), lit ? ui.theme->note : press.hovered ? ui.theme->line : ui.theme->fill, 4);
  ui.text(left, code, lit ? ui.theme->accent : ui.theme->ink, kLabel, Weight::code, Align::center);
  ui.explained(id, code, "button", gives, left, ui("help.cases.expression"));
  const Rect right = below > 0 ? Rect{row.x, row.y + below, row.w, height} : Rect{row.x + width + kGrid, row.y + 1, wide, height};
  ui.paragraph(right, gives, ui.theme->ink, kLabel);
}

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
  if (look.shape.size() == 1) shape = "[" + shape + "]"; // a mere number would not be taken for a shape
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
