// All functions of the table as small pictures; pressed, they are taken or left.
#include "app/labs/activations/parts.hpp"

#include <algorithm>

namespace downhill::act {

namespace {

// One function of the table: small, drawn, named; pressed, it is taken or left.
void small_picture(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box, const ActivationEntry& entry) {
  const auto chosen = own.model.chosen();
  const auto here = std::find_if(chosen.begin(), chosen.end(), [&](const Choice& c) { return c.name == entry.id; });
  const bool on = here != chosen.end();
  const auto lane = static_cast<std::size_t>(here - chosen.begin());
  const Choice choice = own.model.choice_of(entry);
  const std::uint32_t color = on && lane < race.lanes().size() ? ui.theme->*lane_look(race.experiment().lanes, lane).color : ui.theme->soft;
  const std::string id = "act." + choice.name;
  const Ui::Press p = ui.press(id, box);
  ui.draw()->AddRectFilled(box.min(), box.max(), p.hovered ? ui.theme->fill : ui.theme->panel, 8);
  ui.draw()->AddRect(box.min(), box.max(), on ? color : ui.theme->line, 8, 0, on ? 2.0F : 1.0F);
  const std::string name = name_of(ui, choice);
  ui.text({box.x + 8, box.y + 3, box.w - 12, 16}, name, on ? color : ui.theme->ink, kLabel, on ? Weight::bold : Weight::regular);
  const Rect area{box.x + 8, box.y + 22, box.w - 16, box.h - 28};
  const ActivationCurve& curve = own.model.curve(choice, kReaches[0]);
  const auto at = [&](double x, double y) {
    return ImVec2{area.x + area.w * static_cast<float>((x + kReaches[0]) / (2 * kReaches[0])), area.y + area.h * static_cast<float>((2.4 - y) / 3.8)};
  };
  ui.line(at(-kReaches[0], 0), at(kReaches[0], 0));
  ui.line(at(0, -1.4), at(0, 2.4));
  ui.draw()->PushClipRect(area.min(), area.max(), true); // what goes on beyond the picture leaves it, and does not turn flat
  for (std::size_t k = 0; k < static_cast<std::size_t>(entry.width); ++k) {
    std::vector<ImVec2> points;
    for (std::size_t i = 0; i < curve.x.size(); i += 10) points.push_back(at(curve.x[i], curve.f[k][i]));
    Ui::dashed_line(ui.draw(), points, color, k == 0 ? Dash::solid : Dash::dotted, on ? 2.0F : 1.5F);
  }
  ui.draw()->PopClipRect();
  ui.explained(id, name, "checkbox", on ? "true" : "false", box, ui("help.act.choose"));
  if (p.pressed) keep(view, own.model.press(entry, view.lane));
}

} // namespace

void picker(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box) {
  Column column(ui, "act.picker", box);
  column.title(ui("act.choose"));
  const int columns = std::max(1, static_cast<int>((column.rest.w + 6) / 116));
  const float width = (column.rest.w - 6 * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const auto count = static_cast<int>(activations().size()), rows = (count + columns - 1) / columns;
  const float height = std::clamp((box.h - 64) / static_cast<float>(rows) - 6, ui.touch ? 64.0F : 56.0F, 76.0F);
  const Rect start = column.rest;
  for (int i = 0; i < count; ++i)
    small_picture(ui, race, view, own,
                  {start.x + (width + 6) * static_cast<float>(i % columns), start.y + (height + 6) * static_cast<float>(i / columns), width, height},
                  activations()[static_cast<std::size_t>(i)]);
  column.rest.cut_top((height + 6) * static_cast<float>(rows));
}

} // namespace downhill::act
