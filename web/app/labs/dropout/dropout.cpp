// The dropout lab: the network with the units that this batch drops, one unit's two states, many masks as an ensemble,
// training with and without, and the boundary on a toy with and without. Rates are those of the lab's race.
#include "app/labs/dropout/parts.hpp"
#include "app/ui/layout.hpp"

#include <algorithm>

namespace downhill {
namespace drop {

void DropoutView::add_to(Json& shown_now) const {
  shown_now["tab"] = kDropoutTabs[static_cast<std::size_t>(tab)];
  shown_now["mode"] = mode;
  shown_now["image"] = model.image();
}
void DropoutView::take(const Json& wanted) {
  for (int i = 0; i < static_cast<int>(std::size(kDropoutTabs)); ++i)
    if (wanted.contains("tab") && wanted["tab"] == kDropoutTabs[static_cast<std::size_t>(i)]) tab = i;
  if (wanted.contains("mode")) mode = wanted["mode"].get<int>();
  if (wanted.contains("image")) model.set_image(wanted["image"].get<std::uint32_t>());
}

namespace {

// Heights, and a width: of everything side by side; of the network with the rest below it.
constexpr float kAllWidth = 1000, kAllHeight = 540, kTwoHeight = 600;

void arrange(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect window) {
  Rect box = lab_frame(ui, window).box;
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  own.model.begin_frame(view.lane);
  const auto piece = [&](int which, Rect area) {
    switch (which) {
    case 0: network(ui, race, view, own, area); break;
    case 1: one_unit(ui, race, view, own, area); break;
    case 2: ensemble(ui, race, view, own, area); break;
    case 3: curves(ui, race, view, own, area); break;
    default: boundaries(ui, own, area);
    }
  };
  const auto panel = [&](int which, Rect area) {
    ui.panel(area);
    piece(which, area.inset(kPadding, 8));
  };
  const auto tabs = [&](Rect area, const std::vector<int>& which) {
    ui.panel(area);
    area = area.inset(kPadding, 8);
    ui.tabs_of("drop.tab", area.cut_top(ui.control_height() + 8), ui("drop.tabs"), kDropoutTabs, which, own.tab);
    piece(own.tab, area);
  };
  if (box.w >= kAllWidth && box.h >= kAllHeight) {
    Rect right = box.cut_right(std::clamp(box.w * 0.32F, 330.0F, 440.0F));
    box.cut_right(kGrid);
    panel(0, box.cut_top(box.h * 0.58F));
    box.cut_top(kGrid);
    panel(3, box);
    Rect above = right.cut_top(right.h * 0.6F);
    right.cut_top(kGrid);
    ui.panel(above);
    above = above.inset(kPadding, 8);
    piece(1, above.cut_top(std::clamp(above.h * 0.44F, 150.0F, 220.0F)));
    ui.line({above.x, above.y}, {above.right(), above.y});
    above.cut_top(6);
    ui.text(above.cut_top(20), ui("ensemble.title"), ui.theme->soft, kLabel, Weight::bold);
    piece(2, above);
    return panel(4, right);
  }
  if (box.h >= kTwoHeight) {
    panel(0, box.cut_top(box.h * 0.5F));
    box.cut_top(kGrid);
    return tabs(box, {3, 1, 2, 4});
  }
  tabs(box, {0, 3, 1, 2, 4});
}

class Dropout final : public RaceLab {
public:
  Dropout(LabWorld& world, const LabRow& row) : RaceLab(world, row) { view_.lane = 2; }
  void add_shown(Json& out) const override { RaceLab::add_shown(out), own_.add_to(out); }
  void show(const Json& wanted) override { RaceLab::show(wanted), own_.take(wanted); }
  std::string csv(std::string_view plot) const override {
    if (plot != "view") return RaceLab::csv(plot);
    const auto* look = own_.ensemble.seen_of(race_, view_.lane);
    return look && is_whole(*look) ? ensemble_csv(*look) : std::string();
  }
  std::optional<UserError> type(const std::string& id, const std::string& text) override {
    if (!DropoutModel::has(id)) return RaceLab::type(id, text);
    return keep(view_, model_.type(id, text, view_.lane)), std::nullopt;
  }

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, view_, own_, box); }
  std::optional<UserError> follow() override { return model_.follow(view_.lane); }
  DropoutModel model_{race_, toy_};
  DropoutView own_{model_};
};

constexpr Argument kLooks[] = {takes::choice("tab", kDropoutTabs), takes::flag("mode"), takes::whole("image", 0, 9999)};

} // namespace

} // namespace drop

extern const LabRoom kDropoutRoom{.make = make_lab<drop::Dropout>, .verbs = {}, .looks = drop::kLooks, .like = &kLanesRoom};

} // namespace downhill
