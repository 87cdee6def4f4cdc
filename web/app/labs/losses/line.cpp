// A line through points under three losses at once: points are dragged, added, removed; what the chosen line leaves is drawn.
#include "app/labs/losses/parts.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::cost {
namespace {

constexpr float kPoint = 6, kLabelPx = 64;

double step_of(double per_px) { return std::pow(10.0, std::floor(std::log10(std::max(per_px, 1e-6)))); }
double placed(double value, double step) { return rounded_to(std::round(value / step) * step, 8); }

LinePoint point_at(const HeightFrame& frame, ImVec2 mouse) {
  const Place to = frame.place({std::clamp(mouse.x, frame.area.x, frame.area.right()), std::clamp(mouse.y, frame.area.y, frame.area.bottom())});
  return {placed(to.x, step_of(frame.view.width() / static_cast<double>(frame.area.w))),
          placed(to.y, step_of(frame.view.height() / static_cast<double>(frame.area.h)))};
}

std::string point_text(const LinePoint& p) { return "(" + height_text(p.x) + ", " + height_text(p.y) + ")"; }

void draw_line(const Scene& s, const HeightFrame& frame, const FittedLine& line, std::uint32_t color, Dash dash, float width) {
  const auto piece = LossesModel::piece_in(line, frame.view);
  if (!piece) return;
  Ui::dashed_line(s.ui.draw(), {frame.at((*piece)[0].x, (*piece)[0].y), frame.at((*piece)[1].x, (*piece)[1].y)}, color, dash, width);
}

void lines(const Scene& s, const HeightFrame& frame) {
  const auto& residuals = s.model.settings().line.residuals;
  if (const auto& before = s.model.lines_before())
    for (std::size_t k = 0; k < before->size(); ++k) {
      const LossLook& look = look_of(kLineLosses[k]);
      draw_line(s, frame, (*before)[k], faded(s.ui.theme->*look.color, 0.35F), Dash::dotted, 1.6F);
    }
  for (std::size_t k = 0; k < kLineLosses.size(); ++k) {
    const LossLook& look = look_of(kLineLosses[k]);
    const FittedLine& line = s.model.lines()[k];
    if (residuals == kLineLosses[k])
      for (const LinePoint& p : s.model.points()) {
        const ImVec2 from = frame.at(p.x, p.y), to = frame.at(p.x, line.a * p.x + line.b);
        s.ui.draw()->AddLine(from, to, faded(s.ui.theme->*look.color, 0.6F), 1.6F);
      }
    draw_line(s, frame, line, s.ui.theme->*look.color, look.dash, residuals == kLineLosses[k] ? 3.2F : 2.2F);
  }
}

// Dragged, or chosen so that its numbers can be typed.
void point(const Scene& s, const HeightFrame& frame, std::size_t i) {
  Ui& ui = s.ui;
  Kept& kept = s.kept;
  const LinePoint it = s.model.points()[i];
  const std::string id = "losses.point." + std::to_string(i);
  const ImVec2 p = frame.at(it.x, it.y);
  const float reach = ui.touch ? 18.0F : kPoint + 4;
  const Rect grip{p.x - reach, p.y - reach, 2 * reach, 2 * reach};
  const Ui::Press press = ui.press(id, grip);
  const bool chosen = kept.point == i;
  ui.draw()->AddCircleFilled(p, kPoint, chosen ? ui.theme->accent : ui.theme->ink, 24);
  ui.draw()->AddCircle(p, kPoint + 1, ui.theme->panel, 24, 1.2F);
  if (press.hovered || press.held || chosen) ui.draw()->AddCircle(p, kPoint + 3, ui.theme->accent, 24, 1.6F);
  ui.drag_areas.push_back(grip);
  ui.explained(id, fill(ui("losses.point_of"), {std::to_string(i + 1)}), "button", point_text(it), grip, ui("help.losses.point"));
  if (press.pressed) kept.point = i;
  if (press.held) {
    ui.slider_held = true;
    kept.point = i;
    if (!kept.point_held) kept.point_held = Held{i, frame.view, {it.x, it.y}};
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) s.lab.keep(s.model.move_point(i, point_at(frame, ImGui::GetIO().MousePos), true));
  } else if (kept.point_held && kept.point_held->which == i) {
    if (ui.drag_cancelled) s.lab.keep(s.model.move_point(i, {kept.point_held->before.x, kept.point_held->before.y}, true));
    kept.point_held.reset();
    s.model.let_go();
  }
}

// The chosen point by keys, as two sliders.
void point_keys(const Scene& s, const HeightFrame& frame) {
  Ui& ui = s.ui;
  const std::size_t i = s.kept.point;
  const LinePoint it = s.model.points()[i];
  const ImVec2 p = frame.at(it.x, it.y);
  const Rect at{p.x - kPoint, p.y - kPoint, 2 * kPoint, 2 * kPoint};
  for (const int axis : {0, 1}) {
    const std::string key = axis == 0 ? "losses.move.x" : "losses.move.y";
    const double least = axis == 0 ? frame.view.x_least : frame.view.y_least, span = axis == 0 ? frame.view.width() : frame.view.height();
    const double here = axis == 0 ? it.x : it.y;
    if (ui.nudged == key) {
      ui.nudged.clear();
      const double step = step_of(span / 400), by = static_cast<double>(ui.nudge) * span;
      const double to = placed(here + std::copysign(std::max(std::fabs(by), step), by), step);
      s.lab.keep(s.model.move_point(i, axis == 0 ? LinePoint{to, it.y} : LinePoint{it.x, to}, false));
    }
    const std::string label = fill(ui("losses.point_of"), {std::to_string(i + 1)}) + (axis == 0 ? " x" : " y");
    if (Item* item = ui.note_item(key, label, "slider", height_text(here), at, true, ui("help.losses.point")))
      item->position = static_cast<float>(std::clamp((here - least) / span, 0.0, 1.0)), item->by_keys = true;
  }
}

// What every line says where the pointer is.
void read_lines(const Scene& s, const HeightFrame& frame) {
  const Place at = frame.place(ImGui::GetIO().MousePos);
  std::string text = "x = " + short_number(at.x);
  for (std::size_t k = 0; k < kLineLosses.size(); ++k)
    text += "   " + loss_name(kLineLosses[k]) + " " + short_number(s.model.lines()[k].a * at.x + s.model.lines()[k].b);
  pointer_note(s.ui, frame, text);
}

} // namespace

void line_picture(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Rect legend = box.cut_top(18);
  for (const std::string_view loss : kLineLosses) legend = legend_entry(s, legend, look_of(loss), loss_name(loss));
  if (ui.text_width(ui("losses.drag_points"), kSmall) < legend.w)
    ui.text(legend, ui("losses.drag_points"), ui.theme->faint, kSmall, Weight::regular, Align::right);
  box.cut_left(kHeightAxisY), box.cut_bottom(kHeightAxisX);
  if (box.w < 60 || box.h < 60) return;
  s.kept.point = std::min(s.kept.point, s.model.points().size() - 1);
  if (s.kept.point_held && s.kept.point_held->which >= s.model.points().size()) s.kept.point_held.reset(), s.model.let_go(); // it was undone under the hand
  const HeightFrame frame{box, s.kept.point_held ? s.kept.point_held->extent : s.model.extent()};
  ui.draw()->PushClipRect(box.min(), box.max(), true);
  lines(s, frame);
  for (std::size_t i = 0; i < s.model.points().size(); ++i) point(s, frame, i);
  ui.draw()->PopClipRect();
  ui.draw()->AddRect(box.min(), box.max(), ui.theme->line);
  height_axes(ui, frame, "x", "y");
  point_keys(s, frame);
  const Ui::Press press = ui.press("losses.plane", box); // under the points
  const ImGuiIO& io = ImGui::GetIO();
  if (press.pressed && ImGui::IsMouseReleased(ImGuiMouseButton_Left) && io.MouseDragMaxDistanceSqr[0] < 36) {
    s.lab.keep(s.model.add_point(point_at(frame, io.MousePos)));
    s.kept.point = s.model.points().size() - 1;
  }
  if (press.hovered && !ui.touch) read_lines(s, frame);
  std::string words;
  for (const LinePoint& p : s.model.points()) words += (words.empty() ? "" : ", ") + point_text(p);
  ui.note_item("losses.plane", ui("losses.plane"), "img", words, box);
}

namespace {

void fits_table(const Scene& s, Column& column) {
  const auto& fits = s.model.lines();
  std::vector<TableHead> heads;
  for (const std::string_view loss : kLineLosses) heads.push_back({std::string(tr_id("choice./line/residuals." + std::string(loss))), &look_of(loss)});
  table_head(s, column, heads, kLabelPx);
  const auto row = [&](const std::string& id, std::string_view label, const auto& number, std::ptrdiff_t best = -1) {
    std::vector<std::string> values;
    for (const FittedLine& fit : fits) values.push_back(digits(number(fit), 4));
    table_line(s, column, "losses.fit." + id, label, values, kLabelPx, best);
  };
  const bool constant = s.model.settings().line.constant;
  if (!constant) row("a", "a", [](const FittedLine& fit) { return fit.a; });
  row("b", constant ? s.ui("losses.constant") : std::string_view("b"), [](const FittedLine& fit) { return fit.b; });
  s.ui.text(column.row(20), s.ui("losses.mean_loss"), s.ui.theme->faint, kSmall);
  for (std::size_t k = 0; k < kLineLosses.size(); ++k) // each is the least by its own
    row(
        std::string(kLineLosses[k]), tr_id("losses.mean." + std::string(kLineLosses[k])), [k](const FittedLine& fit) { return fit.losses[k]; },
        static_cast<std::ptrdiff_t>(k));
  if (constant) column.paragraph(s.ui("losses.mean_median"), s.ui.theme->soft);
  for (std::size_t k = 0; k < kLineLosses.size(); ++k)
    if (!fits[k].only) column.paragraph(fill(s.ui("losses.several"), {loss_name(kLineLosses[k])}), s.ui.theme->soft);
}

// The chosen point: which it is, its numbers, away with it.
void point_fields(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const std::size_t count = s.model.points().size();
  s.kept.point = std::min(s.kept.point, count - 1);
  const LinePoint it = s.model.points()[s.kept.point];
  Rect row = column.row();
  row = {row.x, row.y + (row.h - ui.control_height()) / 2, row.w, ui.control_height()};
  const auto number = [&](const char* id, std::string_view label, const std::string& text, std::string_view help, float width) {
    ui.text(row.cut_left(ui.text_width(label) + 6), label, ui.theme->soft);
    ui.number(id, row.cut_left(width), label, text, help);
    row.cut_left(8);
  };
  number("losses.point", ui("losses.point"), std::to_string(s.kept.point + 1), ui("help.losses.which"), 40);
  number("losses.point.x", "x", height_text(it.x), ui("help.losses.point"), std::min(64.0F, (row.w - 40) / 2));
  number("losses.point.y", "y", height_text(it.y), ui("help.losses.point"), std::min(64.0F, row.w - 16));
  Rect buttons = column.row();
  const auto button = [&](const char* id, std::string_view label, bool able) {
    const float width = ui.text_width(label) + 20;
    if (buttons.w < width) buttons = column.row();
    const bool pressed = ui.button(id, buttons.cut_left(std::min(width, buttons.w)), label, false, able);
    buttons.cut_left(6);
    return pressed;
  };
  const auto last = [&](std::optional<UserError> error) {
    if (!error) s.kept.point = s.model.points().size() - 1;
    s.lab.keep(std::move(error));
  };
  if (button("losses.outlier", ui("losses.outlier"), count < kLinePointsMost)) last(s.model.add_outlier());
  if (button("losses.add", ui("losses.add"), count < kLinePointsMost)) {
    const Extent all = s.model.extent();
    last(s.model.add_point({placed((all.x_least + all.x_most) / 2, 0.1), placed((all.y_least + all.y_most) / 2, 0.1)}));
  }
  if (button("losses.remove", ui("losses.remove"), count > kLinePointsLeast)) s.lab.keep(s.model.remove_point(s.kept.point));
}

} // namespace

void line_setup(const Scene& s, Column& column) {
  s.lab.segments(column.row(), {{}, "/line/model"}, "losses.model");
  s.lab.segments(column.row(), {{}, "/line/residuals"}, "losses.residuals");
  s.lab.slider(column.row(), {{}, "/line/delta"}, {.least = 0.1, .most = 10, .logarithmic = true, .digits = 2}, 76, 64);
  column.rule();
  fits_table(s, column);
  column.rule();
  point_fields(s, column);
  if (s.model.lines_before()) column.paragraph(s.ui("losses.before"), s.ui.theme->soft);
}

} // namespace downhill::cost
