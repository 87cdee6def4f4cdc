// How labs arrange themselves by the room that the window has, in px.
#pragma once
#include "app/ui/ui.hpp"

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

} // namespace downhill::ui
