// The lanes: rule, rate, where they stand; which one is looked into; more of them, or fewer.
#include "app/labs/surface/parts.hpp"

#include "optimizers/list.hpp"

#include <algorithm>

namespace downhill::hills {
namespace {

// A piece of a lane's line in its dash, with its marker.
void legend(const Scene& s, Rect box, std::size_t lane) {
  const float y = box.y + box.h / 2;
  Ui::dashed_line(s.ui.draw(), {{box.x, y}, {box.right(), y}}, s.color(lane), s.lane_looks[lane].dash, 2.2F);
  draw_marker(s.ui.draw(), {box.x + box.w / 2, y}, s.lane_looks[lane].marker, s.color(lane));
}

// How low it stands, or that it has diverged.
void standing(const Scene& s, Rect box, std::size_t lane) {
  if (s.model.diverged(lane)) return void(s.ui.text(box, s.ui("lanes.diverged"), s.ui.theme->bad, kText, Weight::bold, Align::right));
  s.ui.text(box, short_number(static_cast<double>(s.model.stand(lane).f)), s.ui.theme->ink, kText, Weight::regular, Align::right);
}

// Of a row's parts: names need room in narrow panels, too.
struct Widths {
  explicit Widths(float row) : f(row < 300 ? 52.0F : 76.0F), rate(row < 300 ? 54.0F : 66.0F), line(row < 300 ? 20.0F : 34.0F) {}
  float f, rate, line;
};

void lane_row(const Scene& s, Rect row, std::size_t lane) {
  Ui& ui = s.ui;
  const std::string id = "lane:" + std::to_string(lane);
  const bool chosen = lane == s.looks.lane;
  if (chosen) ui.draw()->AddRectFilled(row.min(), row.max(), ui.theme->note, 6);
  // what stands on the row takes its own presses, so it comes first
  Rect rest = row.inset(6, (row.h - ui.control_height()) / 2);
  const bool may_go = s.model.lanes().size() > 1;
  const Rect remove = rest.cut_right(24);
  if (ui.icon_button(id + ":remove", remove, Icon::close, fill(ui("surface.remove"), {s.names[lane]}), may_go, false)) {
    if (s.looks.lane > lane) --s.looks.lane; // the same lane stays chosen
    return s.lab.later([&model = s.model, lane] { return model.remove_lane(lane); });
  }
  rest.cut_right(4);
  const Widths widths(row.w);
  const Rect f = rest.cut_right(widths.f);
  rest.cut_right(6);
  const Rect rate = rest.cut_right(widths.rate);
  rest.cut_right(6);
  ui.number(FieldId{lane, "/optimizer/lr"}.text(), rate, s.names[lane] + " " + std::string(ui("lanes.rate")),
            setting(s.model.lanes()[lane].given.settings.optimizer.values[0]), ui("help./optimizer/lr"));
  const Rect line = rest.cut_left(widths.line);
  rest.cut_left(6);
  const Ui::Press press = ui.press(id + ":choose", row);
  if (press.hovered && !chosen) ui.draw()->AddRect(row.min(), row.max(), ui.theme->line, 6);
  legend(s, line, lane);
  ui.text(rest, s.names[lane], ui.theme->ink, kText, chosen ? Weight::bold : Weight::regular);
  standing(s, f, lane);
  const Stand& stand = s.model.stand(lane);
  ui.explained(id + ":choose", s.names[lane], "radio", chosen ? "true" : "false", row, ui("help.surface.choose"));
  ui.note_item(id + ":stand", s.names[lane], "status",
               s.model.diverged(lane)
                   ? std::string(ui("lanes.diverged"))
                   : "x " + setting(rounded_to(static_cast<double>(stand.place[0]), 6)) + ", y " + setting(rounded_to(static_cast<double>(stand.place[1]), 6)) +
                         ", f " + setting(rounded_to(static_cast<double>(stand.f), 6)),
               f);
  if (press.pressed) s.looks.lane = lane;
}

void add_lane(const Scene& s, Rect at) {
  std::vector<std::string_view> labels;
  for (const OptimizerEntry& rule : optimizers()) labels.push_back(s.ui.by_id("method." + std::string(rule.id)));
  const bool pressed = s.ui.link("surface.add", at, s.ui("surface.add"), Align::left, s.model.lanes().size() < kLanesMost);
  if (const auto picked = s.ui.list("surface.add", at, labels, -1, pressed))
    s.lab.later([&model = s.model, rule = optimizers()[static_cast<std::size_t>(*picked)].id] { return model.add_lane(rule); });
}

} // namespace

void lanes(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "surface.lanes", box, false);
  Rect head = column.row(ui.control_height() + 6);
  const float best = ui.text_width(ui("surface.best_rates")) + 22;
  if (ui.button("surface.best", {head.x, head.y, best, ui.control_height()}, ui("surface.best_rates"))) s.lab.keep(s.model.best_rates());
  head.cut_left(best + kGrid);
  const double first = s.model.lanes()[std::min(s.looks.lane, s.model.lanes().size() - 1)].given.settings.optimizer.values[0];
  const std::string same = fill(ui("surface.same_rate"), {setting(first)});
  if (const float width = ui.text_width(same) + 22; width <= head.w && ui.button("surface.same", {head.x, head.y, width, ui.control_height()}, same))
    s.lab.keep(s.model.set_rates(first));
  const Rect titles = column.row(20);
  const Widths widths(titles.w);
  ui.text({titles.x + widths.line + 12, titles.y, 100, titles.h}, ui("surface.method"), ui.theme->faint, kSmall);
  ui.text({titles.right() - 34 - widths.f - 6 - widths.rate, titles.y, widths.rate, titles.h}, ui("lanes.rate"), ui.theme->faint, kSmall, Weight::regular,
          Align::right);
  ui.text({titles.right() - 34 - widths.f, titles.y, widths.f, titles.h}, "f", ui.theme->faint, kSmall, Weight::regular, Align::right);
  const std::size_t count = s.model.lanes().size();
  for (std::size_t lane = 0; lane < count && lane < s.model.lanes().size(); ++lane) lane_row(s, column.row(ui.row_height()), lane);
  add_lane(s, column.row(ui.control_height() + 4));
}

} // namespace downhill::hills
