#include "app/panels/panels.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;

const protocol::BoundaryLook* BoundaryPicture::draw(Ui& ui, Race& race, std::size_t lane, std::size_t number, Rect box) {
  const auto* look = look_.want(race, lane);
  const float side = std::min(box.w, box.h);
  const Rect area{box.x, box.y, side, side};
  ui.draw()->AddRectFilled(area.min(), area.max(), ui.theme->fill);
  const auto cells = look ? static_cast<std::size_t>(look->side) * look->side : 0;
  if (!look || look->probabilities.size() != cells || look->points.size() != 2 * look->labels.size()) return awaited(ui, race, area, look_, lane), nullptr;
  // blue where the first class is said, orange where the second, pale where it is undecided
  std::vector<float> values(cells);
  for (std::size_t i = 0; i < cells; ++i) values[i] = 0.5F - look->probabilities[i];
  sheet_.set_numbers(values, 1, static_cast<int>(look->side), static_cast<int>(look->side), look_.version(), 0.85F);
  sheet_.begin(ui);
  sheet_.draw(ui, 0, area);
  sheet_.end(ui);
  const auto at = [&](float v) { return static_cast<float>(0.5 + 0.5 * static_cast<double>(v) / look->reach); };
  const float radius = std::clamp(side / 70, 2.0F, 3.5F);
  for (std::size_t i = 0; i < look->labels.size(); ++i) {
    const ImVec2 p{area.x + side * at(look->points[2 * i]), area.y + side * (1 - at(look->points[2 * i + 1]))};
    // told apart by form as well as by colour
    const std::uint32_t color = look->labels[i] == 0 ? ui.theme->positive : ui.theme->negative;
    if (look->labels[i] == 0) {
      ui.draw()->AddCircleFilled(p, radius, color, 12), ui.draw()->AddCircle(p, radius + 0.5F, ui.theme->panel, 12, 1);
    } else {
      ui.draw()->AddRectFilled({p.x - radius + 0.5F, p.y - radius + 0.5F}, {p.x + radius - 0.5F, p.y + radius - 0.5F}, color);
      ui.draw()->AddRect({p.x - radius, p.y - radius}, {p.x + radius, p.y + radius}, ui.theme->panel);
    }
  }
  ui.draw()->AddRect(area.min(), area.max(), ui.theme->line);
  const auto* e = race.lanes()[lane].evaluation();
  ui.note_item("boundary." + std::to_string(number), lane_name(race.experiment(), lane, ui.language), "img", e ? percent(e->test_accuracy) : "", area);
  return look;
}

} // namespace downhill
