#include "app/panels/height_picture.hpp"

#include "app/core/number_text.hpp"
#include "app/core/typed_number.hpp"
#include "app/ui/plot.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;

namespace {

constexpr int kWide = 360, kHigh = 240; // texels of the bands
constexpr double kFarthest = 1e4;       // px beyond which a path is cut, so that what diverges can be drawn
constexpr int kLevels = 11;

} // namespace

ImVec2 HeightFrame::at(double x, double y) const {
  const auto px = [](double v) { return static_cast<float>(std::clamp(v, -kFarthest, kFarthest)); };
  return {area.x + px((x - view.x_least) / view.width() * static_cast<double>(area.w)),
          area.bottom() - px((y - view.y_least) / view.height() * static_cast<double>(area.h))};
}

double HeightFrame::grain() const { return std::pow(10.0, std::floor(std::log10(view.width() / static_cast<double>(std::max(area.w, 1.0F))))); }

Place HeightFrame::place(ImVec2 p) const {
  return {view.x_least + static_cast<double>((p.x - area.x) / area.w) * view.width(),
          view.y_least + static_cast<double>((area.bottom() - p.y) / area.h) * view.height()};
}

Extent shown_in(const Extent& v, Rect area) {
  const double x = (v.x_least + v.x_most) / 2, y = (v.y_least + v.y_most) / 2;
  const double across = static_cast<double>(std::max(area.w, 1.0F)), up = static_cast<double>(std::max(area.h, 1.0F));
  const double per_px = std::max(v.width() / across, v.height() / up), w = per_px * across / 2, h = per_px * up / 2;
  return {x - w, x + w, y - h, y + h};
}

std::string height_text(double value) {
  const std::string text = setting(rounded_to(std::fabs(value), 6));
  return (value < 0 ? "−" : "") + text;
}

void height_axes(const Ui& ui, const HeightFrame& frame, std::string_view x_name, std::string_view y_name) {
  const float wide = ui.text_width(x_name, kSmall, Weight::bold) + 2;
  for (const double x : axis_ticks(frame.view.x_least, frame.view.x_most, 7)) {
    const ImVec2 p = frame.at(x, frame.view.y_least);
    if (p.x > frame.area.right() - wide - 18) continue; // under the name
    ui.text({p.x - 30, frame.area.bottom() + 3, 60, 14}, height_text(x), ui.theme->faint, kSmall, Weight::regular, Align::center);
  }
  for (const double y : axis_ticks(frame.view.y_least, frame.view.y_most, 6)) {
    const ImVec2 p = frame.at(frame.view.x_least, y);
    if (y_name.size() == 1 && p.y < frame.area.y + 18) continue; // under the name
    ui.text({frame.area.x - kHeightAxisY, p.y - 7, kHeightAxisY - 5, 14}, height_text(y), ui.theme->faint, kSmall, Weight::regular, Align::right);
  }
  ui.text({frame.area.right() - wide, frame.area.bottom() + 3, wide, 14}, x_name, ui.theme->soft, kSmall, Weight::bold, Align::right);
  if (y_name.size() == 1)
    ui.text({frame.area.x - kHeightAxisY, frame.area.y, kHeightAxisY - 5, 14}, y_name, ui.theme->soft, kSmall, Weight::bold, Align::right);
  else // a longer one has its room in the picture
    ui.text({frame.area.x + 6, frame.area.y + 4, frame.area.w - 70, 14}, y_name, ui.theme->soft, kSmall, Weight::bold);
}

// Of a path what lies near the picture; the rest is as if it were not drawn, and dashes need not run to infinity.
void draw_path(const Ui& ui, const HeightFrame& frame, const HeightPath& path) {
  if (path.count == 0) return;
  const float width = path.chosen ? 2.6F : 1.8F;
  const auto point = [&](std::size_t i) {
    const Place at = path.place(i);
    return frame.at(at.x, at.y);
  };
  const auto near = [&](ImVec2 p) {
    return p.x > frame.area.x - 2000 && p.x < frame.area.right() + 2000 && p.y > frame.area.y - 2000 && p.y < frame.area.bottom() + 2000;
  };
  std::vector<ImVec2> run;
  const auto flush = [&] {
    if (run.size() > 1) Ui::dashed_line(ui.draw(), run, path.color, path.dash, width);
    run.clear();
  };
  for (std::size_t i = 0; i < path.count; ++i) {
    const ImVec2 p = point(i);
    // steps closer than a px say nothing
    if (!run.empty() && i + 1 < path.count && std::fabs(p.x - run.back().x) + std::fabs(p.y - run.back().y) < 1) continue;
    run.push_back(p);
    if (!near(p)) flush();
  }
  flush();
  if (path.dots)
    for (std::size_t i = 1; i + 1 < path.count; ++i)
      if (near(point(i))) ui.draw()->AddCircleFilled(point(i), 2.2F, path.color, 8);
  const ImVec2 end = point(path.count - 1);
  if (!near(end)) return;
  if (path.marker == Marker::none) return;
  ui.draw()->AddCircleFilled(end, path.chosen ? 7.5F : 6.0F, ui.theme->panel, 20);
  draw_marker(ui.draw(), end, path.marker, path.color);
  ui.draw()->AddCircle(end, path.chosen ? 7.5F : 6.0F, path.color, 20, path.chosen ? 2.0F : 1.2F);
}

void pointer_note(const Ui& ui, const HeightFrame& frame, std::string_view text) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const float width = ui.text_width(text, kSmall) + 14;
  const Rect box{std::clamp(mouse.x + 14, frame.area.x + 4, std::max(frame.area.x + 4, frame.area.right() - width - 4)),
                 mouse.y + 40 < frame.area.bottom() ? mouse.y + 16 : mouse.y - 34, width, 20};
  ui.draw()->AddRectFilled(box.min(), box.max(), ui.theme->panel, 5);
  ui.draw()->AddRect(box.min(), box.max(), ui.theme->line, 5);
  ui.text({box.x + 7, box.y, box.w - 10, box.h}, text, ui.theme->ink, kSmall);
}

// ---- what is drawn of the heights ----

void HeightPicture::follow(const std::shared_ptr<const Surface>& surface, std::uint64_t version, const Extent& view, int columns, int rows, bool log,
                           std::optional<double> ground, bool whole) {
  if (!map.begun() || map_of_ != version || !(map.view() == view) || map.columns() != columns || map.rows() != rows) {
    map.begin(surface, view, columns, rows);
    map_of_ = version;
    for (int row = 0; row < 17 && !map.whole(); ++row) map.advance([whole] { return !whole; }); // the coarsest; the rest after the frame
  }
  if (drawn_map_ == map.version() && drawn_log_ == log && drawn_ground_ == ground) return bands_.set_numbers(band_of_, 1, kWide, kHigh, bands_version_, 1);
  drawn_map_ = map.version(), drawn_log_ = log, drawn_ground_ = ground;
  scale_ = scale_of(map, log, std::min(map.lowest(), ground.value_or(map.lowest())));
  const std::vector<double> levels = levels_of(scale_, kLevels);
  contours_ = contours_of(map, levels);
  band_of_.resize(static_cast<std::size_t>(kWide) * kHigh);
  for (int row = 0; row < kHigh; ++row)
    for (int column = 0; column < kWide; ++column) {
      const double height = map.between(view.x_least + view.width() * (column + 0.5) / kWide, view.y_most - view.height() * (row + 0.5) / kHigh);
      const auto band =
          std::isfinite(height) ? std::upper_bound(levels.begin(), levels.end(), height) - levels.begin() : static_cast<std::ptrdiff_t>(levels.size());
      const float share = static_cast<float>(band) / static_cast<float>(std::max<std::size_t>(1, levels.size()));
      band_of_[static_cast<std::size_t>(row) * kWide + static_cast<std::size_t>(column)] = 0.42F * (1 - share); // the deeper, the bluer
    }
  static std::uint64_t last = 0;
  bands_.set_numbers(band_of_, 1, kWide, kHigh, bands_version_ = ++last, 1);
}

// A line's value, where it runs most level and no other value stands.
void HeightPicture::level_labels(const Ui& ui, const HeightFrame& frame, const Rect& not_there) const {
  std::vector<Rect> taken = {not_there};
  for (const Contour& line : contours_) {
    if (line.points.size() < 24) continue;
    const std::string text = height_text(rounded_to(line.level, 3));
    const float width = ui.text_width(text, kSmall) + 6;
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
      ui.text(box, text, ui.theme->soft, kSmall, Weight::regular, Align::center);
      break;
    }
  }
}

void HeightPicture::draw(const Ui& ui, const HeightFrame& frame, const Rect& taken) {
  bands_.begin(ui);
  bands_.draw(ui, 0, frame.area);
  bands_.end(ui);
  std::size_t corners = 0;
  for (const Contour& line : contours_) {
    if ((corners += line.points.size()) > 60000) break; // a formula may have more lines than a screen can show
    std::vector<ImVec2> points;
    points.reserve(line.points.size());
    for (const Place& p : line.points) points.push_back(frame.at(p.x, p.y));
    ui.draw()->AddPolyline(points.data(), static_cast<int>(points.size()), faded(ui.theme->soft, 0.45F), 0, 1.0F);
  }
  level_labels(ui, frame, taken);
}

bool HeightPicture::move(Ui& ui, const std::string& id, const HeightFrame& frame) {
  const Ui::Press press = ui.press(id, frame.area);
  ui.drag_areas.push_back(frame.area);
  if (press.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3)) {
    ui.slider_held = true;
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    const double dx = static_cast<double>(by.x / frame.area.w) * frame.view.width(), dy = static_cast<double>(by.y / frame.area.h) * frame.view.height();
    zoomed = Extent{frame.view.x_least - dx, frame.view.x_most - dx, frame.view.y_least + dy, frame.view.y_most + dy};
  }
  if (press.hovered && (ui.double_clicked || ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))) zoomed.reset();
  return press.hovered && !press.held;
}

void HeightPicture::move_by_keys(Ui& ui, const std::string& id, const HeightFrame& frame) {
  for (const int axis : {0, 1}) {
    const std::string key = id + (axis == 0 ? ".x" : ".y");
    const double span = axis == 0 ? frame.view.width() : frame.view.height();
    const double middle = axis == 0 ? frame.view.x_least + span / 2 : frame.view.y_least + span / 2;
    if (ui.nudged == key) {
      ui.nudged.clear();
      const double by = static_cast<double>(std::exchange(ui.nudge, 0.0F)) * span;
      Extent to = frame.view;
      (axis == 0 ? to.x_least : to.y_least) += by, (axis == 0 ? to.x_most : to.y_most) += by;
      zoomed = to;
    }
    if (Item* item =
            ui.note_item(key, axis == 0 ? ui("picture.across") : ui("picture.up"), "slider", short_number(middle), frame.area, true, ui("help.picture.move")))
      item->position = 0.5F, item->by_keys = true;
  }
}

void HeightPicture::zoom_buttons(Ui& ui, const std::string& id, const HeightFrame& frame, const Extent& whole) {
  const auto zoom = [&](double factor) {
    const Extent& v = frame.view;
    const double x = (v.x_least + v.x_most) / 2, y = (v.y_least + v.y_most) / 2, w = v.width() * factor / 2, h = v.height() * factor / 2;
    if (w > 1e4 * whole.width() || w < 1e-6 * whole.width()) return;
    zoomed = Extent{x - w, x + w, y - h, y + h};
  };
  const float side = ui.touch ? 40.0F : 26.0F;
  Rect at{frame.area.right() - side - 6, frame.area.y + 6, side, side};
  if (ui.button(id + ".zoom_in", at, "+")) zoom(0.5);
  at.y += side + 4;
  if (ui.button(id + ".zoom_out", at, "−")) zoom(2);
  at.y += side + 4;
  if (zoomed && ui.icon_button(id + ".zoom_whole", at, Icon::reduce, ui("surface.zoom_whole"))) zoomed.reset();
}

} // namespace downhill
