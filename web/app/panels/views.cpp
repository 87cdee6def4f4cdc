#include "app/views/list.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;

std::string view_csv(const Ui& ui, const Race& race, const RaceView& view) {
  const auto shown = view.views.find(view.view);
  const std::size_t lane = std::min(view.lane, race.lanes().size() - 1);
  return shown == view.views.end() ? view.view->make()->csv(ui, race, lane) : shown->second->csv(ui, race, lane);
}

void views_panel(Ui& ui, Race& race, RaceView& view, Rect box, bool below) {
  ui.panel(box);
  Rect head = box.cut_top(ui.control_height() + 12).inset(kPadding, 6);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  if (view.other >= static_cast<int>(race.lanes().size())) view.other = -1;
  // images, points of the plane and curves have different things to show
  std::vector<std::string_view> labels;
  std::vector<const ViewRow*> offered;
  for (const ViewRow* row : views()) {
    if (!offers(race, *row)) continue;
    offered.push_back(row);
    labels.push_back(ui.by_id("view." + std::string(row->id)));
  }
  if (std::find(offered.begin(), offered.end(), view.view) == offered.end())
    view.view = race.has_images() ? &kWeightsView : race.has_plane() ? &kBoundaryView : race.is_toy() ? &kFittedView : &kUnitsView;
  if (below && !view.views_whole &&
      ui.icon_button("views.toggle", head.cut_right(28), view.views_open ? Icon::chevron_down : Icon::chevron_up,
                     (view.views_open ? ui("views.close") : ui("views.open")), true, false))
    view.views_open = !view.views_open, view.chose_views = true;
  if (below && view.views_open &&
      ui.icon_button("views.whole", head.cut_right(28), view.views_whole ? Icon::reduce : Icon::enlarge,
                     view.views_whole ? ui("views.part") : ui("views.whole"), true, false))
    view.views_whole = !view.views_whole, view.drawer = false;
  if (below) head.cut_right(4);

  // lanes right; tabs left, as a list where they don't fit
  std::vector<std::string> names{std::string(ui("views.no_other"))};
  for (std::string& name : lane_names(race.experiment(), ui.language)) names.push_back(std::move(name));
  std::vector<std::string_view> name_views(names.begin(), names.end());
  const bool lanes_shown = shown_view(view).of_lane();
  const float lane_width = std::clamp(head.w * 0.24F, 84.0F, 122.0F);
  const bool two = lanes_shown && head.w > 520;
  if (lanes_shown) {
    if (two) {
      if (const auto pick = ui.select("views.other", head.cut_right(lane_width), ui("views.other"), name_views, view.other + 1, ui("help.views.other")))
        view.other = *pick - 1;
      head.cut_right(6);
    }
    const std::vector<std::string_view> only(name_views.begin() + 1, name_views.end());
    if (const auto pick = ui.select("views.lane", head.cut_right(lane_width), ui("views.lane"), only, static_cast<int>(view.lane), ui("help.views.lane")))
      view.lane = static_cast<std::size_t>(*pick);
    head.cut_right(8);
  }
  const ViewRow* before = view.view;
  int place = static_cast<int>(std::find(offered.begin(), offered.end(), view.view) - offered.begin());
  ui.tabs("view", head, ui("views.label"), labels, place, 150);
  view.view = offered[static_cast<std::size_t>(place)];
  if (view.view != before) view.views_open = true, view.chose_views = true;
  if (box.h < 40) return;
  Rect content = box.inset(kPadding, 0);
  content.h -= 8;
  ui.line({box.x, box.y - 0.5F}, {box.right(), box.y - 0.5F});
  content.cut_top(6);
  ui.note_item("views.content", ui.by_id("view." + std::string(view.view->id)), "note", "", content);
  ui.draw()->PushClipRect(content.min(), content.max(), true);
  const bool both = two && view.other >= 0 && shown_view(view).of_lane();
  if (both) {
    Rect second = content.cut_right(content.w / 2);
    content.w -= 10;
    second.cut_left(10);
    shown_view(view).draw({ui, race, view, static_cast<std::size_t>(view.other), 1}, second);
    ui.line({second.x - 10, second.y}, {second.x - 10, second.bottom()});
  }
  shown_view(view).draw({ui, race, view, view.lane, 0}, content);
  ui.draw()->PopClipRect();
}

} // namespace downhill
