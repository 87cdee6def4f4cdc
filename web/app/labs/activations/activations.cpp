// The lab of activation functions: all of the table as small pictures, up to three large with f and f′, what layers of
// them do to a gradient, to a normal input and to a boundary, and the same inside a network that trains.
// The chosen functions are the lanes of the lab's race, so that link, undo and export hold them.
#include "app/labs/activations/parts.hpp"
#include "app/ui/layout.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace act {

void ActivationsView::add_to(Json& shown_now) const {
  shown_now["tab"] = kActivationTabs[static_cast<std::size_t>(tab)];
  shown_now["at"] = std::round(model.x() * 1e4) / 1e4; // a link takes no exponents
  shown_now["measure"] = kLayerMeasures[static_cast<std::size_t>(measure)];
}
void ActivationsView::take(const Json& wanted) {
  for (int i = 0; i < static_cast<int>(std::size(kActivationTabs)); ++i)
    if (wanted.contains("tab") && wanted["tab"] == kActivationTabs[static_cast<std::size_t>(i)]) tab = i;
  for (int i = 0; i < static_cast<int>(std::size(kLayerMeasures)); ++i)
    if (wanted.contains("measure") && wanted["measure"] == kLayerMeasures[static_cast<std::size_t>(i)]) measure = i;
  if (wanted.contains("at")) model.read_at(wanted["at"].get<double>());
}

std::string name_of(const Ui& ui, const Choice& choice) { return std::string(ui.by_id("activation." + choice.name)); }
std::string called(const Ui& ui, const Race& race, const ActivationsView& own, std::size_t i) {
  return own.model.sole(i) ? name_of(ui, own.model.chosen()[i]) : lane_name(race.experiment(), i, ui.language);
}

namespace {

constexpr float kPlotLeast = 480, kColumnForTwo = 680; // heights: of all panels side by side; of two in a column, below a note

void arrange(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect window) {
  auto [box, room] = lab_frame(ui, window);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  own.model.begin_frame();
  const auto tabs = [&](Rect area, const std::vector<int>& which) {
    ui.panel(area);
    area = area.inset(kPadding, 8);
    Rect head = area.cut_top(ui.control_height() + 6);
    const Ui::Tabs shown = ui.tabs_of("act.tab", head, ui("act.tabs"), kActivationTabs, which, own.tab);
    head.cut_left(shown.width + kGrid);
    if (shown.listed) {
      // what is chosen first must not hide in a list
      const float button = ui.text_width(ui("act.tab.picker")) + 24;
      if (std::find(which.begin(), which.end(), kPickerTab) != which.end() && own.tab != kPickerTab && button <= head.w &&
          ui.button("act.pick", {head.x, head.y, button, ui.control_height()}, ui("act.tab.picker")))
        own.tab = kPickerTab;
      head.cut_left(std::min(head.w, button + kGrid));
    }
    const bool depth = own.tab <= 1;
    if (depth && head.w > 190)
      depth_fields(ui, own, {head.x, head.y, head.w, ui.control_height()});
    else if (depth && area.h > 240)
      depth_fields(ui, own, area.cut_top(ui.control_height() + kGrid));
    switch (own.tab) {
    case 0: chain(ui, race, own, area); break;
    case 1: network(ui, race, view, own, area); break;
    case 2: linear(ui, own, area); break;
    case 3: card(ui, race, view, own, area, false); break;
    case 4: large_plot(ui, race, view, own, area); break;
    default: picker(ui, race, view, own, area);
    }
  };
  const auto plot_panel = [&](Rect area) {
    ui.panel(area);
    large_plot(ui, race, view, own, area.inset(kPadding, 8));
  };
  if (room == Room::wide && box.h >= kPlotLeast) {
    picker(ui, race, view, own, box.cut_left(264));
    box.cut_left(kGrid);
    const Rect below = box.cut_bottom(std::clamp(box.h * (own.tab == 1 ? 0.45F : 0.38F), 210.0F, 380.0F));
    box.cut_bottom(kGrid);
    card(ui, race, view, own, box.cut_right(330), true);
    box.cut_right(kGrid);
    plot_panel(box);
    return tabs(below, {0, 1, 2});
  }
  if (room != Room::column) {
    picker(ui, race, view, own, box.cut_left(146));
    box.cut_left(kGrid);
    if (box.h < kHeightForTwo) return tabs(box, {4, 3, 0, 1, 2});
    plot_panel(box.cut_top(box.h * 0.52F));
    box.cut_top(kGrid);
    return tabs(box, {3, 0, 1, 2});
  }
  if (box.h < kColumnForTwo) return tabs(box, {4, 5, 3, 0, 1, 2}); // each has the whole height
  plot_panel(box.cut_top(box.h * (own.tab == 1 ? 0.36F : 0.46F)));
  box.cut_top(kGrid);
  tabs(box, {5, 3, 0, 1, 2});
}

Json label_of(const std::string& activation) {
  const std::string key = "activation." + activation;
  return {{"zh", name_in(key, Language::zh)}, {"en", name_in(key, Language::en)}};
}

class Activations final : public RaceLab {
public:
  using RaceLab::RaceLab;
  void add_shown(Json& out) const override { RaceLab::add_shown(out), own_.add_to(out); }
  void show(const Json& wanted) override { RaceLab::show(wanted), own_.take(wanted); }
  std::string csv(std::string_view plot) const override { return plot == "view" ? model_.csv() : RaceLab::csv(plot); }
  std::optional<UserError> type(const std::string& id, const std::string& text) override {
    if (!id.starts_with("act.")) return RaceLab::type(id, text);
    return keep(view_, model_.type(id, text, view_.lane)), std::nullopt;
  }
  void explain_control(Json& out) const override {
    const std::string id = out["id"].get<std::string>();
    if (id.starts_with("activation:")) out["formula"] = "activation." + id.substr(11);
    RaceLab::explain_control(out);
  }

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, view_, own_, box); }
  std::optional<UserError> follow() override { return model_.follow(); }
  ActivationModel model_{race_, toy_, label_of};
  ActivationsView own_{model_};
};

constexpr Argument kLooks[] = {takes::choice("tab", kActivationTabs), takes::number("at", -kReaches[1], kReaches[1]), takes::choice("measure", kLayerMeasures)};

} // namespace

} // namespace act

extern const LabRoom kActivationsRoom{.make = make_lab<act::Activations>, .verbs = {}, .looks = act::kLooks, .like = &kLanesRoom};

} // namespace downhill
