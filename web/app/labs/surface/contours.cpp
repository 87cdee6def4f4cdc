// The surface from above: bands of height, lines of equal height with their values, everybody's path, starts that can be dragged.
#include "app/labs/surface/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::hills {
namespace {

constexpr float kHandle = 9;
using Frame = HeightFrame;

void minima(const Scene& s, const Frame& frame) {
  for (const Place& at : s.model.minima()) {
    const ImVec2 p = frame.at(at.x, at.y);
    s.ui.draw()->AddLine({p.x - 5, p.y}, {p.x + 5, p.y}, s.ui.theme->ink, 1.5F);
    s.ui.draw()->AddLine({p.x, p.y - 5}, {p.x, p.y + 5}, s.ui.theme->ink, 1.5F);
  }
  for (const Place& at : s.model.entry().saddles) {
    const ImVec2 p = frame.at(at.x, at.y);
    s.ui.draw()->AddQuad({p.x - 4, p.y}, {p.x, p.y - 4}, {p.x + 4, p.y}, {p.x, p.y + 4}, s.ui.theme->ink, 1.2F);
  }
}

void arrow(const Scene& s, ImVec2 from, ImVec2 by, std::uint32_t color, float width, std::string_view name) {
  const float length = std::hypot(by.x, by.y);
  if (length < 3) return;
  const ImVec2 to{from.x + by.x, from.y + by.y}, along{by.x / length, by.y / length};
  const float head = std::min(9.0F, length * 0.45F);
  ImDrawList* list = s.ui.draw();
  const ImVec2 neck{to.x - along.x * head, to.y - along.y * head};
  list->AddLine(from, neck, s.ui.theme->panel, width + 2.5F);
  list->AddLine(from, neck, color, width);
  list->AddTriangleFilled(to, {neck.x - along.y * head * 0.5F, neck.y + along.x * head * 0.5F},
                          {neck.x + along.y * head * 0.5F, neck.y - along.x * head * 0.5F}, color);
  const float wide = s.ui.text_width(name, kLabel, Weight::bold) + 2;
  s.ui.text({to.x + along.x * (6 + wide / 2) - wide / 2, to.y + along.y * 12 - 8, wide, 16}, name, color, kLabel, Weight::bold, Align::center);
}

// Inside the chosen lane's next step: the step itself to scale; of what leads to it only the directions, since their lengths have
// other units.
void step_arrows(const Scene& s, const Frame& frame) {
  const Working* working = s.model.working(s.looks.lane);
  if (!working) return;
  const ImVec2 from = frame.at(static_cast<double>(working->place[0]), static_cast<double>(working->place[1]));
  const auto on_screen = [&](double x, double y) {
    return ImVec2{static_cast<float>(x / frame.view.width()) * frame.area.w, static_cast<float>(-y / frame.view.height()) * frame.area.h};
  };
  const auto pointing = [&](double x, double y, float length_px) {
    const double size = std::hypot(x, y);
    return size > 0 && std::isfinite(size) ? ImVec2{static_cast<float>(x / size) * length_px, static_cast<float>(-y / size) * length_px} : ImVec2{};
  };
  struct Direction {
    double x, y;
    std::uint32_t color;
    std::string name;
  };
  std::vector<Direction> directions = {{-static_cast<double>(working->gradient[0]), -static_cast<double>(working->gradient[1]), s.ui.theme->soft, "−g"}};
  if (working->velocity)
    directions.push_back({-static_cast<double>((*working->velocity)[0]), -static_cast<double>((*working->velocity)[1]), s.ui.theme->violet,
                          "−" + working->accumulators.front().symbol});
  directions.push_back({-working->direction[0], -working->direction[1], s.ui.theme->brown, "−d"});
  // those that point one way lie on each other: one arrow with all their names
  float length_px = 58;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    Direction& it = directions[i];
    const auto same_way = [&](const Direction& other) {
      const double along = it.x * other.x + it.y * other.y;
      return along > 0 && along * along > 0.995 * (it.x * it.x + it.y * it.y) * (other.x * other.x + other.y * other.y);
    };
    for (std::size_t k = i + 1; k < directions.size();)
      if (same_way(directions[k]))
        it.name += " " + directions[k].name, directions.erase(directions.begin() + static_cast<std::ptrdiff_t>(k));
      else
        ++k;
    arrow(s, from, pointing(it.x, it.y, length_px), it.color, 1.6F, it.name);
    length_px -= 8;
  }
  const ImVec2 step = on_screen(std::clamp(working->step_taken[0], -1e3 * frame.view.width(), 1e3 * frame.view.width()),
                                std::clamp(working->step_taken[1], -1e3 * frame.view.height(), 1e3 * frame.view.height()));
  arrow(s, from, step, s.ui.theme->bad, 2.4F, s.ui("surface.the_step"));
}

// Where lanes start: a ring that is dragged, by pointer, finger or arrow keys.
void start_handle(const Scene& s, const Frame& frame, std::optional<std::size_t> lane, Place at) {
  Ui& ui = s.ui;
  const std::string id = lane ? "surface.start." + std::to_string(*lane) : "surface.start";
  const ImVec2 p = frame.at(at.x, at.y);
  const float reach = ui.touch ? 20.0F : kHandle + 3;
  const Rect box{p.x - reach, p.y - reach, 2 * reach, 2 * reach};
  const bool inside = p.x > frame.area.x - 1 && p.x < frame.area.right() + 1 && p.y > frame.area.y - 1 && p.y < frame.area.bottom() + 1;
  const Ui::Press press = inside || s.kept.held_start == lane.value_or(kLanesMost) ? ui.press(id, box) : Ui::Press{};
  const std::uint32_t color = lane ? s.color(*lane) : ui.theme->ink;
  if (inside) {
    ui.draw()->AddCircleFilled(p, kHandle, ui.theme->panel, 24);
    ui.draw()->AddCircle(p, kHandle, color, 24, press.hovered || press.held ? 3.2F : 2.2F);
    ui.draw()->AddCircleFilled(p, 3.5F, color, 16);
    ui.drag_areas.push_back(box);
  }
  if (press.held) {
    ui.slider_held = true;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) {
      const Place to = frame.place(ImGui::GetIO().MousePos);
      s.lab.keep(s.model.move_start(lane, {std::clamp(to.x, frame.view.x_least, frame.view.x_most), std::clamp(to.y, frame.view.y_least, frame.view.y_most)},
                                    true, frame.grain()));
      s.kept.held_start = lane.value_or(kLanesMost);
    }
  } else if (s.kept.held_start == lane.value_or(kLanesMost)) {
    s.kept.held_start.reset();
    s.lab.let_go();
  }
  if (inside) ui.tip(ui("help.surface.start"));
  // two sliders for those who use keys
  const std::string name = lane ? s.names[*lane] : std::string(ui("surface.start"));
  for (const int axis : {0, 1}) {
    const std::string key = id + (axis == 0 ? ".x" : ".y");
    const double least = axis == 0 ? frame.view.x_least : frame.view.y_least, span = axis == 0 ? frame.view.width() : frame.view.height();
    const double here = axis == 0 ? at.x : at.y;
    if (ui.nudged == key) {
      ui.nudged.clear();
      Place to = at;
      (axis == 0 ? to.x : to.y) = std::clamp(here + static_cast<double>(ui.nudge) * span, least, least + span);
      s.lab.keep(s.model.move_start(lane, to, false, frame.grain()));
    }
    if (Item* item = ui.note_item(key, name + (axis == 0 ? " x" : " y"), "slider", setting(here), box, true, ui("help.surface.start")))
      item->position = static_cast<float>(std::clamp((here - least) / span, 0.0, 1.0)), item->by_keys = true;
  }
}

// Coordinates, height and gradient under the pointer.
void read_out(const Scene& s, const Frame& frame) {
  const Place at = frame.place(ImGui::GetIO().MousePos);
  const Slope slope = s.model.surface().at(at.x, at.y);
  pointer_note(s.ui, frame,
               "(" + short_number(at.x) + ", " + short_number(at.y) + ")   f = " + short_number(slope.f) + "   " + std::string(nabla(s.ui)) + "f = (" +
                   short_number(slope.dx) + ", " + short_number(slope.dy) + ")");
}

} // namespace

void follow_heights(const Scene& s, const Extent& view) {
  // over many points every height is dear
  const bool dear = s.model.surface().size() > 100;
  std::optional<double> ground;
  if (!s.model.minima().empty()) ground = s.model.surface().at(s.model.minima()[0].x, s.model.minima()[0].y).f;
  s.kept.picture.follow(s.model.shared_surface(), s.model.surface_version(), view, dear ? 97 : 161, dear ? 65 : 121, s.looks.log != 0, ground);
}

Extent shown_in(const Scene& s, Rect area) { return downhill::shown_in(s.kept.picture.zoomed.value_or(s.model.entry().view), area); }

std::vector<HeightPath> paths_of(const Scene& s) {
  std::vector<HeightPath> paths;
  for (std::size_t lane = 0; lane < s.model.lanes().size(); ++lane) {
    const auto path = s.model.path(lane);
    paths.push_back({path.size(), [path](std::size_t i) { return Place{static_cast<double>(path[i].place[0]), static_cast<double>(path[i].place[1])}; },
                     [path](std::size_t i) { return static_cast<double>(path[i].f); }, s.color(lane), s.lane_looks[lane].dash, s.lane_looks[lane].marker,
                     lane == s.looks.lane, path.size() <= 101}); // its steps, while they can be told apart
  }
  return paths;
}

void contours(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  box.cut_left(kHeightAxisY);
  box.cut_bottom(kHeightAxisX);
  if (box.w < 40 || box.h < 40) return;
  const Frame frame{box, shown_in(s, box)};
  follow_heights(s, frame.view);
  ImDrawList* list = ui.draw();
  list->PushClipRect(box.min(), box.max(), true);
  s.kept.picture.draw(ui, frame, {box.right() - 52, box.y, 52, 140}); // no value under the buttons
  minima(s, frame);
  const std::vector<HeightPath> paths = paths_of(s);
  for (const HeightPath& path : paths)
    if (!path.chosen) draw_path(ui, frame, path);
  draw_path(ui, frame, paths[s.looks.lane]); // over the others
  if (s.looks.arrows != 0 && s.model.transport() != Transport::running) step_arrows(s, frame);
  list->PopClipRect();
  list->AddRect(box.min(), box.max(), ui.theme->line);
  height_axes(ui, frame, "x", "y");
  // the picture lies under what stands on it
  s.kept.picture.move_by_keys(ui, "surface.map", frame);
  s.kept.picture.zoom_buttons(ui, "surface", frame, s.model.entry().view);
  start_handle(s, frame, {}, {s.lab.base_start().x, s.lab.base_start().y});
  for (std::size_t lane = 0; lane < s.model.lanes().size(); ++lane)
    if (s.model.has_own_start(lane)) start_handle(s, frame, lane, s.model.lanes()[lane].given.settings.start);
  if (s.kept.picture.move(ui, "surface.map", frame)) read_out(s, frame);
  std::string words;
  for (std::size_t lane = 0; lane < s.names.size(); ++lane) {
    const Stand& stand = s.model.stand(lane);
    words += (lane == 0 ? "" : "; ") + s.names[lane] + " (" + short_number(static_cast<double>(stand.place[0])) + ", " +
             short_number(static_cast<double>(stand.place[1])) + ")";
  }
  ui.note_item("surface.picture", ui("surface.picture"), "img", words, box);
}

} // namespace downhill::hills
