// The surface from above: bands of height, lines of equal height with their values, everybody's path, starts that can be dragged.
#include "app/labs/surface/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::hills {
namespace {

constexpr float kAxisX = 22, kAxisY = 40;
constexpr float kHandle = 9;
constexpr int kWide = 360, kHigh = 240; // texels of the bands
constexpr double kFarthest = 1e4; // px beyond which a path is cut, so that what diverges can be drawn

/// From the plane to the screen and back.
struct Frame {
  Rect area;
  Extent view;
  ImVec2 at(double x, double y) const {
    const auto px = [](double v) { return static_cast<float>(std::clamp(v, -kFarthest, kFarthest)); };
    return {area.x + px((x - view.x_least) / view.width() * static_cast<double>(area.w)), area.bottom() - px((y - view.y_least) / view.height() * static_cast<double>(area.h))};
  }
  /// A power of ten below a px.
  double grain() const { return std::pow(10.0, std::floor(std::log10(view.width() / static_cast<double>(std::max(area.w, 1.0F))))); }
  Place place(ImVec2 p) const {
    return {view.x_least + static_cast<double>((p.x - area.x) / area.w) * view.width(), view.y_least + static_cast<double>((area.bottom() - p.y) / area.h) * view.height()};
  }
};

std::string tick(double value) {
  const std::string text = setting(rounded_to(std::fabs(value), 6));
  return (value < 0 ? "−" : "") + text;
}

void axes(const Ui& ui, const Frame& frame) {
  for (const double x : axis_ticks(frame.view.x_least, frame.view.x_most, 7)) {
    const ImVec2 p = frame.at(x, frame.view.y_least);
    ui.text({p.x - 30, frame.area.bottom() + 3, 60, 14}, tick(x), ui.theme->faint, kSmall, Weight::regular, Align::center);
  }
  for (const double y : axis_ticks(frame.view.y_least, frame.view.y_most, 6)) {
    const ImVec2 p = frame.at(frame.view.x_least, y);
    ui.text({frame.area.x - kAxisY, p.y - 7, kAxisY - 5, 14}, tick(y), ui.theme->faint, kSmall, Weight::regular, Align::right);
  }
  ui.text({frame.area.right() - 14, frame.area.bottom() + 3, 14, 14}, "x", ui.theme->soft, kSmall, Weight::bold, Align::right);
  ui.text({frame.area.x - kAxisY, frame.area.y, kAxisY - 5, 14}, "y", ui.theme->soft, kSmall, Weight::bold, Align::right);
}

// A line's value, where it runs most level and no other value stands.
void level_labels(const Scene& s, const Frame& frame) {
  std::vector<Rect> taken = {{frame.area.right() - 52, frame.area.y, 52, 140}}; // the buttons
  for (const Contour& line : s.kept.contours) {
    if (line.points.size() < 24) continue;
    const std::string text = tick(rounded_to(line.level, 3));
    const float width = s.ui.text_width(text, kSmall) + 6;
    for (std::size_t i = line.points.size() / 3; i + 4 < line.points.size(); i += 7) {
      const ImVec2 a = frame.at(line.points[i - 3].x, line.points[i - 3].y), b = frame.at(line.points[i + 3].x, line.points[i + 3].y);
      if (std::fabs(b.y - a.y) > 0.35F * std::fabs(b.x - a.x)) continue;
      const ImVec2 p = frame.at(line.points[i].x, line.points[i].y);
      const Rect box{p.x - width / 2, p.y - 7, width, 14};
      const auto meets = [&](const Rect& other) {
        return box.x < other.right() + 14 && other.x < box.right() + 14 && box.y < other.bottom() + 8 && other.y < box.bottom() + 8;
      };
      if (box.x < frame.area.x + 4 || box.right() > frame.area.right() - 4 || box.y < frame.area.y + 4 || box.bottom() > frame.area.bottom() - 4 ||
          std::any_of(taken.begin(), taken.end(), meets))
        continue;
      taken.push_back(box);
      s.ui.text(box, text, s.ui.theme->soft, kSmall, Weight::regular, Align::center);
      break;
    }
  }
}

// Of a path what lies near the picture; the rest is as if it were not drawn, and dashes need not run to infinity.
void draw_path(const Scene& s, const Frame& frame, std::size_t lane) {
  const auto path = s.model.path(lane);
  const bool chosen = lane == s.looks.lane;
  const float width = chosen ? 2.6F : 1.8F;
  const auto point = [&](std::size_t i) { return frame.at(static_cast<double>(path[i].place[0]), static_cast<double>(path[i].place[1])); };
  const auto near = [&](ImVec2 p) {
    return p.x > frame.area.x - 2000 && p.x < frame.area.right() + 2000 && p.y > frame.area.y - 2000 && p.y < frame.area.bottom() + 2000;
  };
  std::vector<ImVec2> run;
  const auto flush = [&] {
    if (run.size() > 1) Ui::dashed_line(s.ui.draw(), run, s.color(lane), s.lane_looks[lane].dash, width);
    run.clear();
  };
  for (std::size_t i = 0; i < path.size(); ++i) {
    const ImVec2 p = point(i);
    // steps closer than a px say nothing
    if (!run.empty() && i + 1 < path.size() && std::fabs(p.x - run.back().x) + std::fabs(p.y - run.back().y) < 1) continue;
    run.push_back(p);
    if (!near(p)) flush();
  }
  flush();
  // its steps, while they can be told apart
  if (path.size() <= 61)
    for (std::size_t i = 1; i + 1 < path.size(); ++i)
      if (near(point(i))) s.ui.draw()->AddCircleFilled(point(i), 2.2F, s.color(lane), 8);
  const ImVec2 end = point(path.size() - 1);
  if (!near(end)) return;
  s.ui.draw()->AddCircleFilled(end, chosen ? 7.5F : 6.0F, s.ui.theme->panel, 20);
  draw_marker(s.ui.draw(), end, s.lane_looks[lane].marker, s.color(lane));
  s.ui.draw()->AddCircle(end, chosen ? 7.5F : 6.0F, s.color(lane), 20, chosen ? 2.0F : 1.2F);
}

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
  list->AddTriangleFilled(to, {neck.x - along.y * head * 0.5F, neck.y + along.x * head * 0.5F}, {neck.x + along.y * head * 0.5F, neck.y - along.x * head * 0.5F}, color);
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
      s.lab.keep(s.model.move_start(lane, {std::clamp(to.x, frame.view.x_least, frame.view.x_most), std::clamp(to.y, frame.view.y_least, frame.view.y_most)}, true, frame.grain()));
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
      item->position = static_cast<float>(std::clamp((here - least) / span, 0.0, 1.0));
  }
}

// Coordinates, height and gradient under the pointer.
void read_out(const Scene& s, const Frame& frame, bool hovered) {
  if (!hovered) return;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const Place at = frame.place(mouse);
  const Slope slope = s.model.surface().at(at.x, at.y);
  const std::string text = "(" + short_number(at.x) + ", " + short_number(at.y) + ")   f = " + short_number(slope.f) + "   " + std::string(nabla(s.ui)) + "f = (" + short_number(slope.dx) + ", " +
                           short_number(slope.dy) + ")";
  const float width = s.ui.text_width(text, kSmall) + 14;
  const Rect box{std::clamp(mouse.x + 14, frame.area.x + 4, std::max(frame.area.x + 4, frame.area.right() - width - 4)),
                 mouse.y + 40 < frame.area.bottom() ? mouse.y + 16 : mouse.y - 34, width, 20};
  s.ui.draw()->AddRectFilled(box.min(), box.max(), s.ui.theme->panel, 5);
  s.ui.draw()->AddRect(box.min(), box.max(), s.ui.theme->line, 5);
  s.ui.text({box.x + 7, box.y, box.w - 10, box.h}, text, s.ui.theme->ink, kSmall);
}

void zoom(const Scene& s, const Frame& frame, double factor) {
  const Extent& v = frame.view;
  const double x = (v.x_least + v.x_most) / 2, y = (v.y_least + v.y_most) / 2, w = v.width() * factor / 2, h = v.height() * factor / 2;
  if (w > 1e5 || w < 1e-5) return;
  s.kept.zoomed = Extent{x - w, x + w, y - h, y + h};
}

// Press and drag moves the picture; two presses show the surface's own part again.
void move_picture(const Scene& s, const Frame& frame) {
  Ui& ui = s.ui;
  const Ui::Press press = ui.press("surface.map", frame.area);
  ui.drag_areas.push_back(frame.area);
  if (press.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3)) {
    ui.slider_held = true;
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    const double dx = static_cast<double>(by.x / frame.area.w) * frame.view.width(), dy = static_cast<double>(by.y / frame.area.h) * frame.view.height();
    s.kept.zoomed = Extent{frame.view.x_least - dx, frame.view.x_most - dx, frame.view.y_least + dy, frame.view.y_most + dy};
  }
  if (press.hovered && (ui.double_clicked || ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))) s.kept.zoomed.reset();
  read_out(s, frame, press.hovered && !press.held);
}

void zoom_buttons(const Scene& s, const Frame& frame) {
  Ui& ui = s.ui;
  const float side = ui.touch ? 40.0F : 26.0F;
  Rect at{frame.area.right() - side - 6, frame.area.y + 6, side, side};
  if (ui.button("surface.zoom_in", at, "+")) zoom(s, frame, 0.5);
  at.y += side + 4;
  if (ui.button("surface.zoom_out", at, "−")) zoom(s, frame, 2);
  at.y += side + 4;
  if (s.kept.zoomed && ui.icon_button("surface.zoom_whole", at, Icon::reduce, ui("surface.zoom_whole"))) s.kept.zoomed.reset();
}

} // namespace

void follow_heights(const Scene& s, const Extent& view) {
  Kept& kept = s.kept;
  const Extent& of = kept.map.view();
  const bool other = !kept.map.begun() || kept.map_of != s.model.surface_version() || of.x_least != view.x_least || of.x_most != view.x_most ||
                     of.y_least != view.y_least || of.y_most != view.y_most;
  if (other) {
    // over many points every height is dear
    const bool dear = s.model.surface().size() > 100;
    kept.map.begin(s.model.shared_surface(), view, dear ? 97 : 161, dear ? 65 : 121);
    kept.map_of = s.model.surface_version();
    for (int rows = 0; rows < 17 && !kept.map.whole(); ++rows) kept.map.advance([] { return true; }); // the coarsest; the rest after the frame
  }
  if (kept.drawn_map == kept.map.version() && kept.drawn_log == (s.looks.log != 0) && kept.drawn_minima == s.model.minima().size())
    return kept.bands.set_numbers(kept.band_of, 1, kWide, kHigh, kept.bands_version, 1);
  kept.drawn_map = kept.map.version(), kept.drawn_log = s.looks.log != 0, kept.drawn_minima = s.model.minima().size();
  const double ground = s.model.minima().empty() ? kept.map.lowest() : std::min(kept.map.lowest(), s.model.surface().at(s.model.minima()[0].x, s.model.minima()[0].y).f);
  kept.scale = scale_of(kept.map, kept.drawn_log, ground);
  const std::vector<double> levels = levels_of(kept.scale, 11);
  kept.contours = contours_of(kept.map, levels);
  std::vector<float>& bands = kept.band_of;
  bands.resize(static_cast<std::size_t>(kWide) * kHigh);
  for (int row = 0; row < kHigh; ++row)
    for (int column = 0; column < kWide; ++column) {
      const double height = kept.map.between(view.x_least + view.width() * (column + 0.5) / kWide, view.y_most - view.height() * (row + 0.5) / kHigh);
      const auto band = std::isfinite(height) ? std::upper_bound(levels.begin(), levels.end(), height) - levels.begin() : static_cast<std::ptrdiff_t>(levels.size());
      const float share = static_cast<float>(band) / static_cast<float>(std::max<std::size_t>(1, levels.size()));
      bands[static_cast<std::size_t>(row) * kWide + static_cast<std::size_t>(column)] = 0.42F * (1 - share); // the deeper, the bluer
    }
  static std::uint64_t version = 0;
  kept.bands.set_numbers(bands, 1, kWide, kHigh, kept.bands_version = ++version, 1);
}

Extent shown_in(const Scene& s, Rect area) {
  Extent v = s.kept.zoomed.value_or(s.model.entry().view);
  const double x = (v.x_least + v.x_most) / 2, y = (v.y_least + v.y_most) / 2;
  const double per_px = std::max(v.width() / static_cast<double>(std::max(area.w, 1.0F)), v.height() / static_cast<double>(std::max(area.h, 1.0F)));
  const double w = per_px * static_cast<double>(std::max(area.w, 1.0F)) / 2, h = per_px * static_cast<double>(std::max(area.h, 1.0F)) / 2;
  return {x - w, x + w, y - h, y + h};
}

void contours(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  box.cut_left(kAxisY);
  box.cut_bottom(kAxisX);
  if (box.w < 40 || box.h < 40) return;
  const Frame frame{box, shown_in(s, box)};
  follow_heights(s, frame.view);
  s.kept.bands.begin(ui);
  s.kept.bands.draw(ui, 0, box);
  s.kept.bands.end(ui);
  ImDrawList* list = ui.draw();
  list->PushClipRect(box.min(), box.max(), true);
  std::size_t corners = 0;
  for (const Contour& line : s.kept.contours) {
    if ((corners += line.points.size()) > 60000) break; // a formula may have more lines than a screen can show
    std::vector<ImVec2> points;
    points.reserve(line.points.size());
    for (const Place& p : line.points) points.push_back(frame.at(p.x, p.y));
    list->AddPolyline(points.data(), static_cast<int>(points.size()), faded(ui.theme->soft, 0.45F), 0, 1.0F);
  }
  level_labels(s, frame);
  minima(s, frame);
  for (std::size_t lane = 0; lane < s.model.lanes().size(); ++lane)
    if (lane != s.looks.lane) draw_path(s, frame, lane);
  draw_path(s, frame, s.looks.lane); // over the others
  if (s.looks.arrows != 0 && s.model.transport() != Transport::running) step_arrows(s, frame);
  list->PopClipRect();
  list->AddRect(box.min(), box.max(), ui.theme->line);
  axes(ui, frame);
  // the picture lies under what stands on it
  zoom_buttons(s, frame);
  start_handle(s, frame, {}, {s.lab.base_start().x, s.lab.base_start().y});
  for (std::size_t lane = 0; lane < s.model.lanes().size(); ++lane)
    if (s.model.has_own_start(lane)) start_handle(s, frame, lane, s.model.lanes()[lane].given.settings.start);
  move_picture(s, frame);
  std::string words;
  for (std::size_t lane = 0; lane < s.names.size(); ++lane) {
    const Stand& stand = s.model.stand(lane);
    words += (lane == 0 ? "" : "; ") + s.names[lane] + " (" + short_number(static_cast<double>(stand.place[0])) + ", " + short_number(static_cast<double>(stand.place[1])) + ")";
  }
  ui.note_item("surface.picture", ui("surface.picture"), "img", words, box);
}

} // namespace downhill::hills
