// How labs arrange themselves by the room that the window has, in px.
#pragma once
#include "app/ui/ui.hpp"

#include <algorithm>

namespace downhill::ui {

inline constexpr float kMediumWidth = 640, kWideWidth = 1100;
/// Two panels one above the other need so much.
inline constexpr float kHeightForTwo = 560;

/// Of a narrow window, all is one column, made for fingers; a wide one has everything side by side.
enum class Room { column, medium, wide };

/// A lab begins its drawing with it: what it has of the window.
struct LabFrame {
  Rect box;
  Room room;
};
inline LabFrame lab_frame(Ui& ui, Rect window) {
  ui.touch = window.w < kMediumWidth;
  return {window.inset(kGrid, kGrid), window.w >= kWideWidth ? Room::wide : window.w >= kMediumWidth ? Room::medium : Room::column};
}

/// A panel whose tabs share it (Ui::tabs_of): which of them is shown, and the room that it has. `chosen` stays what it is while the tab that it
/// names has a place elsewhere on the screen.
struct TabsPanel {
  int shown;
  Rect box;
};
inline TabsPanel tabs_panel(Ui& ui, Rect box, const std::string& id, std::string_view label, std::span<const std::string_view> ids,
                            const std::vector<int>& which, int& chosen) {
  ui.panel(box);
  box = box.inset(kPadding, 8);
  const Rect head = box.cut_top(ui.control_height() + 6);
  int shown = chosen;
  ui.tabs_of(id, head, label, ids, which, shown);
  if (std::find(which.begin(), which.end(), chosen) != which.end() || shown != which.front()) chosen = shown;
  return {shown, box};
}

} // namespace downhill::ui
