// f and f′ of the chosen functions, large, with exact numbers at a cursor.
#include "app/labs/activations/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::act {

std::string exact(double v) { return grouped(v, 4); }

void large_plot(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box) {
  ActivationModel& model = own.model;
  const double reach = kReaches[model.far];
  const auto chosen = model.chosen();
  Rect head = box.cut_top(ui.control_height() + 4);
  head.cut_left(ui.segmented("act.shown", head.min(), {ui("act.both"), ui("act.f"), ui("act.slope")}, own.shown) + kGrid);
  head.cut_left(ui.segmented("act.reach", head.min(), {ui("act.near"), ui("act.far")}, model.far) + kGrid);
  ui.number("act.x", head.cut_right(66), ui("act.x"), grouped(model.x(), 2), ui("help.act.x"));
  head.cut_right(4);
  ui.text(head.cut_right(std::min(head.w, 24.0F)), "x =", ui.theme->soft, kText, Weight::regular, Align::right);
  if (head.w > ui.text_width(ui("act.drag"), kSmall)) ui.text(head, ui("act.drag"), ui.theme->faint, kSmall, Weight::regular, Align::right);

  PlotSpec spec;
  spec.id = "act.plot";
  spec.x_title = ui("act.input");
  spec.y_title = own.shown == 2 ? ui("act.slope") : own.shown == 1 ? ui("act.f") : ui("act.f_and_slope");
  spec.x_least = -reach, spec.x_most = reach;
  spec.y_from = model.far == 0 ? -1.6 : -2.6, spec.y_to = model.far == 0 ? 3.2 : 7.2;
  if (own.shown == 2) spec.y_from = -1.2, spec.y_to = 1.4;
  spec.y_decimals = 4;
  spec.show_legend = true;
  spec.pinned = std::clamp(model.x(), -reach, reach);
  spec.x_text = [](double x) { return "x = " + grouped(x, 2); };
  std::vector<Series> series;
  for (std::size_t i = 0; i < chosen.size() && i < race.lanes().size(); ++i) {
    if (model.drawn_before(i)) continue;
    const ActivationCurve& curve = model.curve(chosen[i], reach);
    const std::uint32_t color = ui.theme->*lane_look(race.experiment().lanes, i).color;
    const std::string name = name_of(ui, chosen[i]);
    const bool pair = !curve.f[1].empty();
    for (std::size_t k = 0; k < (pair ? 2U : 1U); ++k) {
      const std::string number = pair ? (k == 0 ? " ₁" : " ₂") : "";
      if (own.shown != 2)
        series.push_back({name + number + " f", color, k == 0 ? Dash::solid : Dash::dash_dot, Marker::none, curve.x, curve.f[k], {}, {}, {}, {}, -1});
      if (own.shown != 1)
        series.push_back({name + number + " f′", color, k == 0 ? Dash::dashed : Dash::dotted, Marker::none, curve.x, curve.d[k], {}, {}, {}, {}, -1});
    }
    const bool current = view.lane < chosen.size() && curve_key(chosen[i]) == curve_key(chosen[view.lane]);
    if (current) {
      const bool strong = own.highlight == Highlight::saturation;
      for (const auto& zone : curve.saturated) spec.zones.push_back({zone[0], zone[1], faded(color, strong ? 0.22F : 0.08F), std::string(ui("act.saturated"))});
      if (own.highlight == Highlight::zero)
        for (const auto& zone : zeros_of(curve)) spec.zones.push_back({zone[0], zone[1], faded(color, 0.2F), "f = 0"});
      if (own.highlight == Highlight::range) {
        for (const double level : {curve.least, curve.most})
          series.push_back(
              {setting(std::round(level * 1000) / 1000), faded(color, 0.6F), Dash::dotted, Marker::none, {-reach, reach}, {level, level}, {}, {}, {}, {}, -1});
      }
      if (own.highlight == Highlight::steepest) {
        const std::size_t top = steepest_of(curve);
        spec.marks.push_back({curve.x[top], curve.d[0][top], color, true});
      }
    }
    if (own.shown != 1)
      for (const Kink& kink : curve.kinks) {
        if (!current && chosen.size() > 1) continue;
        spec.marks.push_back({kink.x, kink.below, color, kink.below == kink.taken});
        spec.marks.push_back({kink.x, kink.above, color, kink.above == kink.taken});
        if (kink.taken != kink.below && kink.taken != kink.above) spec.marks.push_back({kink.x, kink.taken, color, true});
      }
    const ActivationPoint p = ActivationProbe(chosen[i]).at(static_cast<float>(*spec.pinned));
    std::string value = "f " + exact(static_cast<double>(p.f[0])) + ", f′ " + exact(static_cast<double>(p.d[0]));
    if (pair) value += "; f₂ " + exact(static_cast<double>(p.f[1])) + ", f₂′ " + exact(static_cast<double>(p.d[1]));
    // lanes may share a function, and differ in something else
    const bool again = std::any_of(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i), [&](const Choice& c) { return c.name == chosen[i].name; });
    ui.note_item("act.read." + chosen[i].name + (again ? "." + std::to_string(i) : ""), name + ", x = " + grouped(model.x(), 2), "status", value,
                 {box.x, box.y, 1, 1});
  }
  if (const auto moved = ui::plot(ui, box, spec, series)) model.move_to(*moved);
}

} // namespace downhill::act
