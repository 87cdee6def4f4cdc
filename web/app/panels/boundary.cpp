#include "app/panels/panels.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;

namespace {

constexpr PlaneLook kPlaneLooks[] = {{&Tokens::positive, Marker::circle},
                                     {&Tokens::negative, Marker::square},
                                     {&Tokens::adam, Marker::triangle},
                                     {&Tokens::rmsprop, Marker::diamond},
                                     {&Tokens::ink, Marker::cross}};
static_assert(std::size(kPlaneLooks) == protocol::kPlaneClassesMost);

constexpr float kFullest = 0.77F; // share of a class's colour where it is certain: points stand out on it

// Of several classes the one that is said has its colour, paler where it is less sure. Equal neighbours are one rectangle.
void ground(Ui& ui, const protocol::BoundaryLook& look, Rect area) {
  ui.draw()->AddRectFilled(area.min(), area.max(), ui.theme->panel);
  const std::size_t side = look.side, classes = look.classes;
  const float cell = area.w / static_cast<float>(side), least = 1 / static_cast<float>(classes);
  const auto color_at = [&](std::size_t place) {
    const auto p = std::span(look.probabilities).subspan(place * classes, classes);
    const auto most = std::max_element(p.begin(), p.end());
    if (!std::isfinite(*most)) return ui.theme->panel; // the lane has diverged
    const float sure = std::sqrt(std::clamp((*most - least) / (1 - least), 0.0F, 1.0F));
    return faded(ui.theme->*plane_look(static_cast<std::size_t>(most - p.begin())).color, kFullest * std::round(40 * sure) / 40);
  };
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t from = 0, to = 0; from < side; from = to) {
      const std::uint32_t color = color_at(row * side + from);
      for (to = from + 1; to < side && color_at(row * side + to) == color;) ++to;
      ui.draw()->AddRectFilled({area.x + cell * static_cast<float>(from), area.y + cell * static_cast<float>(row)},
                               {area.x + cell * static_cast<float>(to), area.y + cell * static_cast<float>(row + 1)}, color);
    }
}

} // namespace

const PlaneLook& plane_look(std::size_t label) { return kPlaneLooks[std::min(label, std::size(kPlaneLooks) - 1)]; }

const protocol::BoundaryLook* BoundaryPicture::draw(Ui& ui, Race& race, std::size_t lane, std::size_t number, Rect box) {
  const auto* look = look_.want(race, lane);
  const float side = std::min(box.w, box.h);
  const Rect area{box.x, box.y, side, side};
  ui.draw()->AddRectFilled(area.min(), area.max(), ui.theme->fill);
  const auto cells = look ? static_cast<std::size_t>(look->side) * look->side : 0;
  if (!look || look->classes < 2 || look->probabilities.size() != cells * look->classes || look->points.size() != 2 * look->labels.size())
    return awaited(ui, race, area, look_, lane), nullptr;
  if (look->classes == 2) {
    // blue where the first class is said, orange where the second, pale where it is undecided
    std::vector<float> values(cells);
    for (std::size_t i = 0; i < cells; ++i) values[i] = 0.5F - look->probabilities[2 * i + 1];
    sheet_.set_numbers(values, 1, static_cast<int>(look->side), static_cast<int>(look->side), look_.version(), 0.85F);
    sheet_.begin(ui);
    sheet_.draw(ui, 0, area);
    sheet_.end(ui);
  } else {
    ground(ui, *look, area);
  }
  const float radius = std::clamp(side / 70, 2.0F, 3.5F);
  ui.draw()->PushClipRect(area.min(), area.max(), true);
  for (std::size_t i = 0; i < look->labels.size(); ++i) {
    const auto x = (static_cast<double>(look->points[2 * i]) - look->view.x_least) / look->view.width();
    const auto y = (look->view.y_most - static_cast<double>(look->points[2 * i + 1])) / look->view.height();
    const ImVec2 p{area.x + side * static_cast<float>(x), area.y + side * static_cast<float>(y)};
    // told apart by form as well as by colour
    const PlaneLook& of = plane_look(look->labels[i]);
    draw_marker(ui.draw(), p, of.marker, ui.theme->panel, radius + 1);
    draw_marker(ui.draw(), p, of.marker, ui.theme->*of.color, radius);
  }
  ui.draw()->PopClipRect();
  ui.draw()->AddRect(area.min(), area.max(), ui.theme->line);
  const auto* e = race.lanes()[lane].evaluation();
  ui.note_item("boundary." + std::to_string(number), lane_name(race.experiment(), lane, ui.language), "img", e ? percent(e->test_accuracy) : "", area);
  return look;
}

} // namespace downhill
