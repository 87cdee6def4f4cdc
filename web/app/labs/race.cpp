// The Race: settings, curves, lanes, transport and views, arranged by the room there is.
#include "app/labs/race_lab.hpp"
#include "app/ui/layout.hpp"
#include "app/views/list.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;

namespace {

constexpr float kSettingsWidth = 264, kLanesWidth = 368;
constexpr float kMediumLeast = 620; // the height of settings in a drawer, and views below

void plot_panel(Ui& ui, Race& race, RaceView& view, Rect box, bool legend) {
  ui.panel(box);
  const bool strip = box.h >= 300; // a low window keeps its room for the curves
  const Rect foot = box.cut_bottom(transport_height(ui, box.w, strip));
  curves_panel(ui, race, view, box.inset(kPadding, 8), legend);
  transport_panel(ui, race, view, foot.inset(kPadding, 0), strip);
}

// Views below, where there is room: open, their share of the height, by themselves or as it was dragged; closed, their bar alone.
struct Below {
  Rect views, gap;
  float room_px, least_px, most_px;
};
constexpr float kViewsLeast = 120, kCurvesLeast = 270;
Below cut_views(const Ui& ui, RaceView& view, Rect& box) {
  const float room = box.h, bar = ui.control_height() + 12, own = std::clamp(room * view.view->height_share, 170.0F, 360.0F);
  const float most = std::max(own, room - kCurvesLeast), wanted = view.views_share > 0 ? std::clamp(room * view.views_share, kViewsLeast, most) : own;
  const Rect views = box.cut_bottom(view.views_open ? wanted : bar);
  return {views, box.cut_bottom(kGrid), room, kViewsLeast, most};
}
void views_below(Ui& ui, Race& race, RaceView& view, const Below& below) {
  if (view.views_open) {
    float height = below.views.h;
    const std::string share = fill(ui("views.divider_value"), {percent(height / below.room_px)});
    if (ui.divider("views.divider", below.gap, below.views.bottom(), below.least_px, below.most_px, ui("views.divider"), share, height))
      view.views_share = height / below.room_px;
  }
  views_panel(ui, race, view, below.views, true);
}
// All of the middle for the views; transport stays.
void views_alone(Ui& ui, Race& race, RaceView& view, Rect box) {
  const Rect foot = box.cut_bottom(transport_height(ui, box.w, false));
  box.cut_bottom(kGrid);
  views_panel(ui, race, view, box, true);
  ui.panel(foot);
  transport_panel(ui, race, view, foot.inset(kPadding, 0), false);
}

// Whether the views have the middle to themselves; where nobody has said so yet, a low one begins without them.
bool has_views_alone(RaceView& view, Rect box) {
  if (view.hide_views) return false;
  if (!view.chose_views) view.views_open = box.h >= kHeightForTwo;
  return view.views_whole && view.views_open;
}

// Places that share the room where there is little: curves (−1), lanes, views, settings. The one that is shown.
int place_tabs(Ui& ui, RaceView& view, ImVec2 at, bool curves) {
  std::vector<std::pair<int, std::string_view>> all;
  if (curves) all.push_back({-1, ui("tab.curves")});
  all.push_back({0, ui("tab.lanes")});
  if (!view.hide_views) all.push_back({1, ui("tab.views")});
  if (!view.hide_settings) all.push_back({2, ui("tab.settings")});
  std::vector<std::string_view> labels;
  int place = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    labels.push_back(all[i].second);
    if (all[i].first == view.tab) place = static_cast<int>(i);
  }
  const int before = place;
  ui.segmented("tab", at, labels, place);
  // what is chosen stays chosen where it has no tab of its own for a while
  if (place != before) view.tab = all[static_cast<std::size_t>(place)].first;
  return all[static_cast<std::size_t>(place)].first;
}

void arrange_wide(Ui& ui, Race& race, RaceView& view, Rect box) {
  if (!view.hide_settings) {
    settings_panel(ui, race, view, box.cut_left(kSettingsWidth));
    box.cut_left(kGrid);
  }
  const bool alone = has_views_alone(view, box);
  const Below below = view.hide_views || alone ? Below{} : cut_views(ui, view, box);
  const Rect right = box.cut_right(kLanesWidth);
  box.cut_right(kGrid);
  if (alone)
    views_alone(ui, race, view, box);
  else
    plot_panel(ui, race, view, box, false);
  lanes_panel(ui, race, view, right);
  if (!view.hide_views && !alone) views_below(ui, race, view, below);
}

// Less width, but height: settings in a drawer beside the curves, views below.
void arrange_medium(Ui& ui, Race& race, RaceView& view, Rect box) {
  const bool alone = has_views_alone(view, box) && !view.drawer; // what leads to the settings opens them
  const Below below = view.hide_views || alone ? Below{} : cut_views(ui, view, box);
  const Rect right = box.cut_right(std::min(kLanesWidth, box.w * 0.45F));
  box.cut_right(kGrid);
  if (alone) {
    views_alone(ui, race, view, box);
  } else if (view.hide_settings) {
    plot_panel(ui, race, view, box, false);
  } else if (view.drawer) {
    Rect drawer = box.cut_left(std::min(kSettingsWidth, box.w));
    box.cut_left(kGrid);
    const Rect bar = drawer.cut_top(ui.control_height() + kHalf);
    if (ui.button("drawer", {bar.x, bar.y, bar.w, ui.control_height()}, ui("settings.close"))) view.drawer = false;
    settings_panel(ui, race, view, drawer);
    if (box.w > 120) plot_panel(ui, race, view, box, false);
  } else {
    const Rect bar = box.cut_top(ui.control_height() + kHalf);
    if (ui.button("drawer", {bar.x, bar.y, ui.text_width(ui("tab.settings")) + 44, ui.control_height()}, ui("tab.settings"))) view.drawer = true;
    plot_panel(ui, race, view, box, false);
  }
  lanes_panel(ui, race, view, right);
  if (!view.hide_views && !alone) views_below(ui, race, view, below);
}

// Neither: all but the curves shares a place.
void arrange_low(Ui& ui, Race& race, RaceView& view, Rect box) {
  Rect right = box.cut_right(std::min(kLanesWidth, box.w * 0.46F));
  box.cut_right(kGrid);
  const int tab = place_tabs(ui, view, right.min(), false);
  right.cut_top(ui.control_height() + 6);
  plot_panel(ui, race, view, box, tab != 0);
  if (tab == 1) return view.views_open = true, views_panel(ui, race, view, right, false);
  if (tab == 2) return settings_panel(ui, race, view, right);
  return lanes_panel(ui, race, view, right);
}

// One column, and tabs at the bottom for what has no room.
void arrange_column(Ui& ui, Race& race, RaceView& view, Rect box) {
  const float bar_height = ui.control_height();
  const Rect bar = box.cut_bottom(bar_height);
  box.cut_bottom(kHalf);
  const bool tall = box.h >= kHeightForTwo;
  const int tab = place_tabs(ui, view, bar.min(), !tall);
  if (tall) {
    plot_panel(ui, race, view, box.cut_top(std::max(box.h * 0.6F, box.h - 420)), tab != 0);
    box.cut_top(kGrid);
  } else if (tab == -1) {
    return plot_panel(ui, race, view, box, false);
  } else {
    const Rect foot = box.cut_bottom(transport_height(ui, box.w));
    box.cut_bottom(kHalf);
    ui.panel(foot);
    transport_panel(ui, race, view, foot.inset(kPadding, 0));
  }
  if (tab == 0) lanes_panel(ui, race, view, box);
  if (tab == 1) view.views_open = true, views_panel(ui, race, view, box, false);
  if (tab == 2) settings_panel(ui, race, view, box);
}

void arrange(Ui& ui, Race& race, RaceView& view, Rect window) {
  const auto [box, room] = lab_frame(ui, window);
  if (room == Room::wide) return arrange_wide(ui, race, view, box);
  if (room == Room::column) return arrange_column(ui, race, view, box);
  box.h < kMediumLeast ? arrange_low(ui, race, view, box) : arrange_medium(ui, race, view, box);
}

class RaceRace final : public RaceLab {
public:
  RaceRace(LabWorld& world, const LabRow& row) : RaceLab(world, row) { race_.takes_numbers = true; }
  /// A picture from outside, 28×28: seen on the pad.
  std::optional<UserError> put_on_pad(const Json& pixels);

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, view_, box); }
};

std::optional<UserError> RaceRace::put_on_pad(const Json& pixels) {
  if (!world_.drawn() || world_.hides("views")) return UserError{"pad_hidden", "", {}};
  if (!race_.has_images() || race_.inputs() != Pad::kSide * Pad::kSide) return UserError{"pad_points", "", {}};
  show({{"view", "draw"}});
  view_.pad.put(pixels.get<std::vector<std::uint8_t>>());
  return {};
}

constexpr Verb<Lab> kVerbs[] = {
    {.name = "pad",
     .reach = Reach::page,
     .arguments = {takes::list(28 * 28, takes::whole("pixels", 0, 255))},
     .act = [](Lab& lab, const Json& a) { return done(static_cast<RaceRace&>(lab).put_on_pad(a["pixels"])); },
     .leads_here = true}, // wherever the picture was dropped
    // so does a file of one's own, out of a lab that has no use for it
    {.name = "take_file", .reach = Reach::page, .arguments = {}, .act = [](Lab&, const Json&) { return ok(); }, .leads_here = true},
};

} // namespace

extern const LabRoom kRaceRoom{.make = make_lab<RaceRace>, .verbs = kVerbs, .looks = {}, .like = &kLanesRoom};

} // namespace downhill
