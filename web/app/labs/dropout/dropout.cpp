// The dropout lab: the network with the units that this batch drops, one unit's two states, many masks as an ensemble,
// training with and without, and the boundary on a toy with and without. Rates are those of the lab's race.
#include "app/labs/dropout/parts.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace downhill {
namespace drop {

void DropoutView::add_to(Json& shown_now) const {
  shown_now["tab"] = kDropoutTabs[static_cast<std::size_t>(tab)];
  shown_now["mode"] = mode;
  shown_now["image"] = image;
}
void DropoutView::take(const Json& wanted) {
  for (int i = 0; i < static_cast<int>(std::size(kDropoutTabs)); ++i)
    if (wanted.contains("tab") && wanted["tab"] == kDropoutTabs[static_cast<std::size_t>(i)]) tab = i;
  if (wanted.contains("mode")) mode = wanted["mode"].get<int>();
  if (wanted.contains("image")) image = wanted["image"].get<std::uint32_t>();
}

namespace {

// The ensemble that is shown: each mask's probabilities, and those of evaluation mode. Empty while there is no answer.
std::string dropout_csv(const DropoutView& own) {
  const auto* look = own.ensemble.seen();
  if (!look) return {};
  std::string out = "test_example,mask";
  for (std::uint32_t c = 0; c < look->classes; ++c) out += ",p" + std::to_string(c);
  const auto row = [&](const std::string& name, const float* p) {
    out += "\n" + std::to_string(look->place) + "," + name;
    for (std::uint32_t c = 0; c < look->classes; ++c) out += "," + csv_number(static_cast<double>(p[c]));
  };
  for (std::uint32_t k = 0; k < look->count; ++k) row(std::to_string(k + 1), look->probabilities.data() + static_cast<std::size_t>(k) * look->classes);
  row("eval", look->eval.data());
  return out + "\n";
}

/// False: it is no field of this lab's.
bool type_own(Race& race, RaceView& view, DropoutView& own, const std::string& id, const std::string& text) {
  char* end = nullptr;
  const double v = std::strtod(text.c_str(), &end);
  const auto outside = [&](double least, double most) {
    if (end != text.c_str() && std::isfinite(v) && v >= least && v <= most) return false;
    view.complaint = UserError{"out_of_range", "", {shortened(text, 40), setting(least), setting(most)}};
    return true;
  };
  if (id == "ensemble.n") {
    if (!outside(1, kMasks)) own.masks = static_cast<float>((v - 1) / (kMasks - 1));
    return true;
  }
  if (!id.starts_with("drop.p.")) return false;
  const auto layer = static_cast<std::size_t>(std::atoi(id.c_str() + 7));
  if (layer < settings_of(race, view).network.hidden.size() && !outside(0, kDropoutMost)) keep(view, set_rate(race, view.lane, layer, v));
  return true;
}

void arrange(Ui& ui, Race& race, Race& toy, RaceView& view, DropoutView& own, Rect box) {
  ui.touch = box.w < 640;
  box = box.inset(kGrid, kGrid);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  const std::size_t layers = settings_of(race, view).network.hidden.size();
  if (own.layer >= layers) own.layer = 0, own.unit.reset();
  const auto piece = [&](int which, Rect area) {
    switch (which) {
    case 0: network(ui, race, view, own, area); break;
    case 1: one_unit(ui, race, view, own, area); break;
    case 2: ensemble(ui, race, view, own, area); break;
    case 3: curves(ui, race, view, own, area); break;
    default: boundaries(ui, race, toy, view, own, area);
    }
  };
  const auto panel = [&](int which, Rect area) {
    ui.panel(area);
    piece(which, area.inset(kPadding, 8));
  };
  const auto tabs = [&](Rect area, std::vector<int> which) {
    ui.panel(area);
    area = area.inset(kPadding, 8);
    if (std::find(which.begin(), which.end(), own.tab) == which.end()) own.tab = which.front();
    std::vector<std::string_view> labels;
    for (const int t : which) labels.push_back(ui.by_id("drop.tab." + std::string(kDropoutTabs[t])));
    int place = static_cast<int>(std::find(which.begin(), which.end(), own.tab) - which.begin());
    ui.tabs("drop.tab", area.cut_top(ui.control_height() + 8), ui("drop.tabs"), labels, place);
    own.tab = which[static_cast<std::size_t>(place)];
    piece(own.tab, area);
  };
  if (box.w >= 1000 && box.h >= 540) {
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
  if (box.h >= 600) {
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
  std::string csv(std::string_view plot) const override { return plot == "view" ? dropout_csv(own_) : RaceLab::csv(plot); }
  std::optional<UserError> type(const std::string& id, const std::string& text) override {
    return type_own(race_, view_, own_, id, text) ? std::nullopt : RaceLab::type(id, text);
  }

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, toy_, view_, own_, box); }
  DropoutView own_;
};

constexpr Argument kLooks[] = {takes::choice("tab", takes::all_of<kDropoutTabs>), takes::flag("mode"), takes::whole("image", 0, 9999)};

} // namespace

} // namespace drop

extern const LabRoom kDropoutRoom{.make = make_lab<drop::Dropout>, .verbs = {}, .looks = drop::kLooks, .like = &kLanesRoom};

} // namespace downhill
