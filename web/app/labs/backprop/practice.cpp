// Do it yourself: which numbers are asked for, an answer for each, how many were right; a pass with one planted mistake; a sheet to print.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>

namespace downhill::chain {
namespace {

void choose_hiding(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  std::vector<std::string> words;
  int chosen = -1, i = 0;
  for (const HidingEntry& entry : hidings()) {
    words.emplace_back(ui.by_id("backprop.hide." + std::string(entry.id)));
    std::vector<Quantity> taken;
    for (const Quantity& q : s.model.steps())
      if (entry.takes(q) && taken.size() < kBackpropAskedMost) taken.push_back(q);
    if (taken == s.model.hidden()) chosen = i;
    ++i;
  }
  const std::vector<std::string_view> labels(words.begin(), words.end());
  ui.label("backprop.hide", column.row(20), ui("backprop.hide"), ui("help.backprop.hide"));
  if (const auto picked = ui.select("backprop.hide", column.row(), ui("backprop.hide"), labels, chosen, ui("help.backprop.hide")))
    s.lab.later([&model = s.model, id = hidings()[static_cast<std::size_t>(*picked)].id] { return model.hide(id); });
}

// A number that is asked for: its symbol, the answer, whether it was right.
void row(const Scene& s, Rect box, const Quantity& q) {
  Ui& ui = s.ui;
  const std::string symbol = s.symbol(q), id = std::string(kAnswerId) + name_of(q);
  const bool solved = s.model.is_solved(q);
  const auto& said = s.model.reply();
  const bool just = said && said->of == q && said->kind != Reply::Kind::right;
  Rect rest = box.inset(0, 1);
  const Rect name = rest.cut_left(std::min(108.0F, rest.w * 0.4F));
  const Ui::Press press = ui.press("backprop.choose." + name_of(q), name);
  ui.text(name, symbol, s.model.focus() == q ? ui.theme->accent : ui.theme->ink, kLabel, s.model.focus() == q ? Weight::bold : Weight::regular);
  ui.explained("backprop.choose." + name_of(q), symbol, "radio", s.model.focus() == q ? "true" : "false", name, ui("help.backprop.choose"));
  if (press.pressed) s.lab.later([&model = s.model, q] { return model.choose(q), std::optional<UserError>(); });
  const Rect state = rest.cut_right(54);
  rest.cut_right(6);
  if (solved)
    ui.text(rest, "= " + written(s.model.truth().of(q), 6), ui.theme->accent, kLabel, Weight::bold, Align::right);
  else
    ui.number(id, rest, fill(ui("backprop.answer_for"), {symbol}), just ? said->typed : std::string(), ui("help.backprop.answer"));
  const std::string_view words = solved ? ui("backprop.state_right") : just ? ui("backprop.state_wrong") : std::string_view();
  ui.text(state, words, solved ? ui.theme->accent : ui.theme->bad, kSmall, Weight::bold);
  if (!words.empty()) ui.note_item("backprop.state." + name_of(q), symbol, "status", std::string(words), state);
}

void find_the_mistake(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  column.title(ui("backprop.mistake_title"));
  const bool planted = s.model.planted().has_value();
  column.paragraph(!planted ? ui("backprop.mistake_none") : s.model.found() ? ui("backprop.mistake_found") : ui("backprop.mistake_there"), ui.theme->soft);
  Rect row = column.row(ui.control_height() + 4);
  const std::string_view plant = planted ? ui("backprop.plant_another") : ui("backprop.plant");
  if (ui.button("backprop.plant", row.cut_left(ui.text_width(plant) + 26), plant)) s.lab.later([&model = s.model] { return model.plant(true); });
  row.cut_left(8);
  if (planted && ui.button("backprop.unplant", row.cut_left(ui.text_width(ui("backprop.unplant")) + 26), ui("backprop.unplant")))
    s.lab.later([&model = s.model] { return model.plant(false); });
}

} // namespace

void practice(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "backprop.practice", box, false);
  choose_hiding(s, column);
  const std::string count =
      fill(ui("backprop.count"), {std::to_string(s.model.solved_count()), std::to_string(s.model.asked_count()), std::to_string(s.model.found_count())});
  const Rect counted = column.row(24);
  ui.text(counted, count, ui.theme->ink, kLabel, Weight::bold);
  ui.note_item("backprop.count", ui("backprop.count_label"), "status", count, counted);
  for (const Quantity& q : s.model.hidden()) row(s, column.row(ui.row_height()), q);
  column.rule();
  find_the_mistake(s, column);
  column.rule();
  column.title(ui("backprop.sheet"));
  Rect sheets = column.row(ui.control_height() + 4);
  for (const bool solutions : {false, true}) {
    const std::string_view label = solutions ? ui("backprop.sheet_solved") : ui("backprop.sheet_blank");
    const float width = ui.text_width(label) + 24;
    if (width > sheets.w) sheets = column.row(ui.control_height() + 4);
    if (ui.button(solutions ? "backprop.sheet_solved" : "backprop.sheet_blank", sheets.cut_left(width), label)) s.lab.save_worksheet(solutions);
    sheets.cut_left(8);
  }
}

} // namespace downhill::chain
