// Inside the next step of the chosen lane: the rule's formulas with this step's numbers, what it keeps, its parameters.
#include "app/labs/surface/parts.hpp"

#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::hills {
namespace {

void parameters(const Scene& s, Column& column) {
  const Choice& rule = s.model.lanes()[s.looks.lane].given.settings.optimizer;
  for (const ParameterSpec& spec : entry_of(optimizers(), rule.name).parameters) {
    const FieldId id{s.looks.lane, "/optimizer/" + std::string(spec.name)};
    s.ui.number(id.text(), column.field(id.text(), field_label(id.pointer), 84, s.ui("help./optimizer/parameter")), field_label(id.pointer), s.lab.text_of(id),
                s.ui("help./optimizer/parameter"));
  }
}

// "x: 0.85·(−11.5) + 9.4 = −0.42", over as many lines as it takes.
void line(const Scene& s, Column& column, const WorkingLine& it) {
  Ui& ui = s.ui;
  std::string symbolic = it.symbolic();
  if (const std::size_t at = symbolic.find("∇"); at != std::string::npos) symbolic.replace(at, std::string_view("∇").size(), nabla(ui));
  column.paragraph(symbolic, ui.theme->ink);
  std::string spoken = symbolic;
  for (const std::size_t axis : {0U, 1U}) {
    const Filled& filled = it.filled[axis];
    const std::string text = std::string(axis == 0 ? "x:  " : "y:  ") + filled.formula + " = " + filled.result;
    column.paragraph(text, ui.theme->soft);
    spoken += "; " + text;
  }
  ui.note_item("surface.line." + it.id, it.target, "note", spoken, {column.rest.x, column.rest.y - 1, column.rest.w, 1});
}

// What the rule keeps, in each direction, before the step and after it: bars to one scale.
void accumulator(const Scene& s, Rect box, const Accumulator& it) {
  Ui& ui = s.ui;
  ui.text(box.cut_left(box.w * 0.42F), it.symbol + "  " + it.name, ui.theme->soft, kSmall);
  double most = 1e-30;
  for (const auto& values : {it.before, it.after})
    for (const float value : values) most = std::max(most, std::fabs(static_cast<double>(value)));
  const float middle = box.x + box.w / 2, high = box.h / 2 - 2;
  ui.draw()->AddLine({middle, box.y}, {middle, box.bottom()}, ui.theme->line);
  for (const std::size_t axis : {0U, 1U}) {
    const float y = box.y + 1 + static_cast<float>(axis) * (high + 2);
    const auto at = [&](float value) { return middle + static_cast<float>(static_cast<double>(value) / most) * (box.w / 2 - 4); };
    const float before = at(it.before[axis]), after = at(it.after[axis]);
    ui.draw()->AddRectFilled({std::min(middle, after), y}, {std::max(middle, after), y + high - 1}, faded(s.color(s.looks.lane), 0.75F));
    ui.draw()->AddLine({before, y - 1}, {before, y + high}, ui.theme->ink, 1.5F); // where it was
  }
  ui.note_item("surface.kept." + it.name, it.name, "status",
               "x " + short_number(static_cast<double>(it.before[0])) + " → " + short_number(static_cast<double>(it.after[0])) + ", y " +
                   short_number(static_cast<double>(it.before[1])) + " → " + short_number(static_cast<double>(it.after[1])),
               box);
}

} // namespace

void inside(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "surface.inside", box, false);
  const Working* working = s.model.working(s.looks.lane);
  column.title(working ? fill(ui("surface.inside"), {s.names[s.looks.lane], grouped(static_cast<double>(working->step))}) : s.names[s.looks.lane]);
  if (!working) {
    column.paragraph(s.model.diverged(s.looks.lane) ? ui("surface.inside_diverged") : ui("surface.inside_ended"), ui.theme->soft);
  } else {
    if (ui.check("surface.arrows", column.row(), ui("surface.arrows"), s.looks.arrows != 0, ui("help.surface.arrows"))) s.looks.arrows = 1 - s.looks.arrows;
    for (const WorkingLine& each : working->lines) line(s, column, each);
    if (!working->accumulators.empty()) column.rule(), column.paragraph(ui("surface.kept"), ui.theme->faint);
    for (const Accumulator& each : working->accumulators) accumulator(s, column.row(26), each);
  }
  column.rule();
  parameters(s, column);
}

} // namespace downhill::hills
