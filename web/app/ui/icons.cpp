// The symbols that buttons carry, drawn as lines.
#include "app/ui/ui.hpp"

#include <cmath>

namespace downhill::ui {

void Ui::icon(Rect box, Icon icon, std::uint32_t color) const {
  ImDrawList* list = draw();
  const ImVec2 c{std::round(box.x + box.w / 2), std::round(box.y + box.h / 2)};
  const auto line = [&](std::initializer_list<ImVec2> points, float width = 1.6F, bool closed = false) {
    std::vector<ImVec2> moved;
    for (const ImVec2& p : points) moved.push_back({c.x + p.x, c.y + p.y});
    list->AddPolyline(moved.data(), static_cast<int>(moved.size()), color, closed ? ImDrawFlags_Closed : 0, width);
  };
  const auto triangle = [&](ImVec2 a, ImVec2 b, ImVec2 d) {
    list->AddTriangleFilled({c.x + a.x, c.y + a.y}, {c.x + b.x, c.y + b.y}, {c.x + d.x, c.y + d.y}, color);
  };
  switch (icon) {
  case Icon::play: triangle({-4, -6}, {6, 0}, {-4, 6}); break;
  case Icon::pause:
    list->AddRectFilled({c.x - 5, c.y - 6}, {c.x - 1.5F, c.y + 6}, color);
    list->AddRectFilled({c.x + 1.5F, c.y - 6}, {c.x + 5, c.y + 6}, color);
    break;
  case Icon::to_start:
    list->AddRectFilled({c.x - 6, c.y - 5}, {c.x - 4, c.y + 5}, color);
    triangle({5, -5}, {5, 5}, {-4, 0});
    break;
  case Icon::step_back: line({{2, -5}, {-3, 0}, {2, 5}}); break;
  case Icon::step: line({{-2, -5}, {3, 0}, {-2, 5}}); break;
  case Icon::more:
    for (const float x : {-5.0F, 0.0F, 5.0F}) list->AddCircleFilled({c.x + x, c.y}, 1.6F, color, 12);
    break;
  case Icon::close: line({{-4, -4}, {4, 4}}), line({{-4, 4}, {4, -4}}); break;
  case Icon::chevron_down: line({{-4, -2}, {0, 2}, {4, -2}}); break;
  case Icon::chevron_up: line({{-4, 2}, {0, -2}, {4, 2}}); break;
  case Icon::enlarge: line({{-4, -2}, {0, -6}, {4, -2}}), line({{-4, 2}, {0, 6}, {4, 2}}); break;
  case Icon::reduce: line({{-4, -6}, {0, -2}, {4, -6}}), line({{-4, 6}, {0, 2}, {4, 6}}); break;
  case Icon::eye:
  case Icon::eye_off:
    line({{-7, 0}, {-4, -3.2F}, {0, -4.4F}, {4, -3.2F}, {7, 0}, {4, 3.2F}, {0, 4.4F}, {-4, 3.2F}}, 1.3F, true);
    list->AddCircleFilled(c, 2, color, 12);
    if (icon == Icon::eye_off) line({{-6, 5}, {6, -5}}, 1.6F);
    break;
  case Icon::menu:
    for (const float y : {-4.0F, 0.0F, 4.0F}) line({{-6, y}, {6, y}});
    break;
  case Icon::undo: line({{-1, -5}, {-5, -2}, {-1, 1}}), line({{-5, -2}, {2, -2}, {5, 1}, {2, 5}, {-2, 5}}); break;
  case Icon::redo: line({{1, -5}, {5, -2}, {1, 1}}), line({{5, -2}, {-2, -2}, {-5, 1}, {-2, 5}, {2, 5}}); break;
  }
}

} // namespace downhill::ui
