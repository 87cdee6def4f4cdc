#include "app/panels/panels.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;

void FittedPicture::draw(Ui& ui, Race& race, std::size_t lane, Rect box) {
  const auto* look = look_.want(race, lane);
  ui.draw()->AddRectFilled(box.min(), box.max(), ui.theme->fill);
  if (!look || !is_whole(*look)) return awaited(ui, race, box, look_, lane);
  const Span y = fitted_span(*look);
  const auto at = [&](double x, double v) {
    return ImVec2{box.x + box.w * static_cast<float>((x - look->low) / (look->high - look->low)),
                  box.bottom() - box.h * static_cast<float>(std::clamp((v - y.least) / (y.most - y.least), -1.0, 2.0))};
  };
  ui.draw()->PushClipRect(box.min(), box.max(), true);
  for (std::size_t i = 0; i + 1 < look->points.size(); i += 2)
    ui.draw()->AddCircleFilled(at(static_cast<double>(look->points[i]), static_cast<double>(look->points[i + 1])), 2, faded(ui.theme->ink, 0.45F), 12);
  std::vector<ImVec2> line;
  for (std::size_t i = 0; i < look->x.size(); ++i)
    if (const auto v = static_cast<double>(look->given[i]); v == v) line.push_back(at(static_cast<double>(look->x[i]), v));
  ui.draw()->AddPolyline(line.data(), static_cast<int>(line.size()), ui.theme->*lane_look(race.experiment().lanes, lane).color, 0, 2);
  ui.draw()->PopClipRect();
  ui.draw()->AddRect(box.min(), box.max(), ui.theme->line);
  ui.note_item("data.fitted", lane_name(race.experiment(), lane, ui.language), "img", "", box);
}

} // namespace downhill
