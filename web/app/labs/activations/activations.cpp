// The lab of activation functions: all of the table as small pictures, up to three large with f and f′, what layers of
// them do to a gradient, to a normal input and to a boundary, and the same inside a network that trains.
// The chosen functions are the lanes of the lab's race, so that link, undo and export hold them.
#include "app/labs/activations/parts.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace downhill {
namespace act {

void ActivationsView::add_to(Json& shown_now) const {
  shown_now["tab"] = kActivationTabs[static_cast<std::size_t>(tab)];
  shown_now["at"] = std::round(x * 1e4) / 1e4; // a link takes no exponents
  shown_now["measure"] = kLayerMeasures[static_cast<std::size_t>(measure)];
}
void ActivationsView::take(const Json& wanted) {
  for (int i = 0; i < static_cast<int>(std::size(kActivationTabs)); ++i)
    if (wanted.contains("tab") && wanted["tab"] == kActivationTabs[static_cast<std::size_t>(i)]) tab = i;
  for (int i = 0; i < static_cast<int>(std::size(kLayerMeasures)); ++i)
    if (wanted.contains("measure") && wanted["measure"] == kLayerMeasures[static_cast<std::size_t>(i)]) measure = i;
  if (wanted.contains("at"))
    if (const double v = wanted["at"].get<double>(); std::fabs(v) <= kReaches[1]) x = v;
}

namespace {

std::string activations_csv(const Race& race, const ActivationsView& own) {
  std::string out = "x";
  std::vector<ActivationCurve> curves;
  const auto chosen = chosen_of(race);
  for (const Choice& c : chosen) {
    curves.push_back(ActivationProbe(c).curve(kReaches[own.reach]));
    out += "," + c.name + "_f," + c.name + "_slope";
    if (!curves.back().f[1].empty()) out += "," + c.name + "_f2," + c.name + "_slope2";
  }
  out += "\n";
  for (std::size_t i = 0; i < curves[0].x.size(); ++i) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f", curves[0].x[i]);
    out += text;
    for (const ActivationCurve& curve : curves)
      for (std::size_t k = 0; k < 2 && !curve.f[k].empty(); ++k) {
        out += "," + csv_number(curve.f[k][i]) + "," + csv_number(curve.d[k][i]);
      }
    out += "\n";
  }
  return out;
}

void type_own(Race& race, RaceView& view, ActivationsView& own, const std::string& id, const std::string& text) {
  std::string plain = text;
  for (std::size_t at = plain.find("−"); at != std::string::npos; at = plain.find("−")) plain.replace(at, std::string("−").size(), "-");
  char* end = nullptr;
  const double v = std::strtod(plain.c_str(), &end);
  const auto outside = [&](double least, double most) {
    if (end != plain.c_str() && std::isfinite(v) && v >= least && v <= most) return false;
    view.complaint = UserError{"out_of_range", "", {shortened(text, 40), setting(least), setting(most)}};
    return true;
  };
  if (id == "act.x") {
    if (outside(-kReaches[1], kReaches[1])) return;
    own.x = v;
    if (std::fabs(v) > kReaches[0]) own.reach = 1;
  }
  if (id == "act.layers" && !outside(1, kHiddenLayersMost))
    keep(view, set_lanes(race, chosen_of(race), static_cast<std::size_t>(std::lround(v)), units_of(race)));
  if (id == "act.units" && !outside(1, kUnitsMost)) keep(view, set_lanes(race, chosen_of(race), depth_of(race), std::lround(v)));
  if (id.starts_with("act.parameter.")) {
    auto chosen = chosen_of(race);
    Choice& choice = chosen[std::min(view.lane, chosen.size() - 1)];
    const auto& specs = entry_of(activations(), choice.name).parameters;
    for (std::size_t i = 0; i < specs.size(); ++i)
      if (id.substr(14) == specs[i].name && !outside(specs[i].least, specs[i].most)) {
        choice.values[i] = v;
        keep(view, set_lanes(race, chosen, depth_of(race), units_of(race)));
      }
  }
}

void arrange(Ui& ui, Race& race, Race& toy, RaceView& view, ActivationsView& own, Rect box) {
  ui.touch = box.w < 640;
  box = box.inset(kGrid, kGrid);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  // a slider of a parameter goes through many curves
  if (own.curves.size() > kCurvesMost) own.curves.clear(), own.passed.clear();
  const auto tabs = [&](Rect area, std::vector<int> which) {
    ui.panel(area);
    area = area.inset(kPadding, 8);
    Rect head = area.cut_top(ui.control_height() + 6);
    if (std::find(which.begin(), which.end(), own.tab) == which.end()) own.tab = which.front();
    std::vector<std::string_view> labels;
    for (const int t : which) labels.push_back(ui.by_id("act.tab." + std::string(kActivationTabs[t])));
    int place = static_cast<int>(std::find(which.begin(), which.end(), own.tab) - which.begin());
    const bool depth = own.tab <= 1, as_list = ui.segments_width(labels) > head.w;
    head.cut_left(ui.tabs("act.tab", head, ui("act.tabs"), labels, place) + kGrid);
    if (as_list) {
      // what is chosen first must not hide in a list
      const auto choose = std::find(which.begin(), which.end(), kPickerTab);
      const float button = ui.text_width(ui("act.tab.picker")) + 24;
      if (choose != which.end() && which[static_cast<std::size_t>(place)] != kPickerTab && button <= head.w &&
          ui.button("act.pick", {head.x, head.y, button, ui.control_height()}, ui("act.tab.picker")))
        place = static_cast<int>(choose - which.begin());
      head.cut_left(std::min(head.w, button + kGrid));
    }
    own.tab = which[static_cast<std::size_t>(place)];
    if (depth && head.w > 190)
      depth_fields(ui, race, {head.x, head.y, head.w, ui.control_height()});
    else if (depth && area.h > 240)
      depth_fields(ui, race, area.cut_top(ui.control_height() + kGrid));
    switch (own.tab) {
    case 0: chain(ui, race, own, area); break;
    case 1: network(ui, race, view, own, area); break;
    case 2: linear(ui, race, toy, view, own, area); break;
    case 3: card(ui, race, view, own, area, false); break;
    case 4: large_plot(ui, race, view, own, area); break;
    default: picker(ui, race, view, own, area);
    }
  };
  const auto plot_panel = [&](Rect area) {
    ui.panel(area);
    large_plot(ui, race, view, own, area.inset(kPadding, 8));
  };
  if (box.w >= 1100 - 2 * kGrid && box.h >= 480) {
    picker(ui, race, view, own, box.cut_left(264));
    box.cut_left(kGrid);
    const Rect below = box.cut_bottom(std::clamp(box.h * (own.tab == 1 ? 0.45F : 0.38F), 210.0F, 380.0F));
    box.cut_bottom(kGrid);
    card(ui, race, view, own, box.cut_right(330), true);
    box.cut_right(kGrid);
    plot_panel(box);
    return tabs(below, {0, 1, 2});
  }
  if (box.w >= 640 - 2 * kGrid) {
    picker(ui, race, view, own, box.cut_left(146));
    box.cut_left(kGrid);
    if (box.h < 560) return tabs(box, {4, 3, 0, 1, 2});
    plot_panel(box.cut_top(box.h * 0.52F));
    box.cut_top(kGrid);
    return tabs(box, {3, 0, 1, 2});
  }
  if (box.h < 680) return tabs(box, {4, 5, 3, 0, 1, 2}); // below a note each has the whole height
  plot_panel(box.cut_top(box.h * (own.tab == 1 ? 0.36F : 0.46F)));
  box.cut_top(kGrid);
  tabs(box, {5, 3, 0, 1, 2});
}

class Activations final : public RaceLab {
public:
  using RaceLab::RaceLab;
  void add_shown(Json& out) const override { RaceLab::add_shown(out), own_.add_to(out); }
  void show(const Json& wanted) override { RaceLab::show(wanted), own_.take(wanted); }
  std::string csv(std::string_view plot) const override { return plot == "view" ? activations_csv(race_, own_) : RaceLab::csv(plot); }
  std::optional<UserError> type(const std::string& id, const std::string& text) override {
    if (!id.starts_with("act.")) return RaceLab::type(id, text);
    return type_own(race_, view_, own_, id, text), std::nullopt;
  }
  void explain_control(Json& out) const override {
    const std::string id = out["id"].get<std::string>();
    if (id.starts_with("activation:")) out["formula"] = "activation." + id.substr(11);
    RaceLab::explain_control(out);
  }

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, toy_, view_, own_, box); }
  ActivationsView own_;
};

constexpr Argument kLooks[] = {takes::choice("tab", takes::all_of<kActivationTabs>), takes::number("at", -kReaches[1], kReaches[1]),
                               takes::choice("measure", takes::all_of<kLayerMeasures>)};

} // namespace

} // namespace act

extern const LabRoom kActivationsRoom{.make = make_lab<act::Activations>, .verbs = {}, .looks = act::kLooks, .like = &kLanesRoom};

} // namespace downhill
