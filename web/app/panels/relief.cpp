// The relief of a height picture: a mesh seen from the side, from the far to the near.
#include "app/panels/height_picture.hpp"
#include "app/ui/plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {

using namespace ui;

namespace {

constexpr int kMeshX = 56, kMeshY = 44; // cells
constexpr double kTilts[] = {0.25, 1.5}, kWholeTurn = 6.283185307179586;

} // namespace

/// From the plane and a height's share (0 to 1) to the screen.
class ReliefCamera {
public:
  ReliefCamera(const Extent& view, Rect area, double turn, double tilt)
      : view_(view), area_(area), sin_(std::sin(turn)), cos_(std::cos(turn)), up_(std::cos(tilt)), along_(std::sin(tilt)) {
    size_ = 0.8 * std::min(static_cast<double>(area.w), 1.45 * static_cast<double>(area.h));
  }
  struct Seen {
    ImVec2 at;
    double depth; // larger is farther
  };
  Seen operator()(double x, double y, double share) const {
    const double span = std::max(view_.width(), view_.height());
    const double u = (x - (view_.x_least + view_.x_most) / 2) / span, v = (y - (view_.y_least + view_.y_most) / 2) / span;
    const double right = cos_ * u + sin_ * v, away = -sin_ * u + cos_ * v;
    const double px = size_ * right, py = size_ * (along_ * away + up_ * (kHigh * (share - 0.5)));
    return {{area_.x + area_.w / 2 + static_cast<float>(px), area_.y + area_.h / 2 - static_cast<float>(py)}, away};
  }

private:
  static constexpr double kHigh = 0.7; // of the plane's longer side
  Extent view_;
  Rect area_;
  double sin_, cos_, up_, along_, size_;
};

void HeightPicture::mesh(const Ui& ui, const ReliefCamera& camera, const Extent& view) const {
  constexpr std::size_t across = kMeshX + 1;
  std::vector<ReliefCamera::Seen> seen((kMeshX + 1) * (kMeshY + 1));
  std::vector<double> shares(seen.size());
  for (int j = 0; j <= kMeshY; ++j)
    for (int i = 0; i <= kMeshX; ++i) {
      const Place at{view.x_least + view.width() * i / kMeshX, view.y_least + view.height() * j / kMeshY};
      const std::size_t k = static_cast<std::size_t>(j) * across + static_cast<std::size_t>(i);
      shares[k] = scale_.share(map.between(at.x, at.y));
      seen[k] = camera(at.x, at.y, shares[k]);
    }
  // from the far to the near, so that what is before hides what is behind
  std::vector<int> order(static_cast<std::size_t>(kMeshX) * kMeshY);
  std::iota(order.begin(), order.end(), 0);
  const auto corner = [&](int cell, int right, int up) {
    return static_cast<std::size_t>(cell / kMeshX + up) * across + static_cast<std::size_t>(cell % kMeshX + right);
  };
  std::sort(order.begin(), order.end(), [&](int a, int b) { return seen[corner(a, 0, 0)].depth > seen[corner(b, 0, 0)].depth; });
  ImDrawList* list = ui.draw();
  const ImDrawListFlags before = list->Flags;
  list->Flags &= ~ImDrawListFlags_AntiAliasedFill; // else its soft edges show as a net of cracks
  for (const int cell : order) {
    const std::size_t a = corner(cell, 0, 0), b = corner(cell, 1, 0), c = corner(cell, 1, 1), d = corner(cell, 0, 1);
    const double height = (shares[a] + shares[b] + shares[c] + shares[d]) / 4;
    // light from the left: slopes that face it are brighter
    const double light =
        std::clamp(0.5 + 2.2 * ((shares[b] + shares[c] - shares[a] - shares[d]) / 2 + 0.6 * (shares[c] + shares[d] - shares[a] - shares[b]) / 2), 0.0, 1.0);
    const std::uint32_t base = mixed(ui.theme->positive, ui.theme->panel, 0.25 + 0.7 * std::floor(height * 12) / 12);
    list->AddQuadFilled(seen[a].at, seen[b].at, seen[c].at, seen[d].at, mixed(base, ui.theme->ink, 0.16 * light));
  }
  list->Flags = before;
}

namespace {

void draw_path_on(const Ui& ui, const ReliefCamera& camera, const HeightScale& scale, const Extent& view, const HeightPath& path) {
  std::vector<ImVec2> points;
  const auto flush = [&] {
    if (points.size() > 1) Ui::dashed_line(ui.draw(), points, path.color, path.dash, path.chosen ? 2.8F : 1.8F);
    points.clear();
  };
  ImVec2 last{};
  bool shown = false;
  for (std::size_t i = 0; i < path.count; ++i) {
    const Place at = path.place(i);
    shown = at.x >= view.x_least && at.x <= view.x_most && at.y >= view.y_least && at.y <= view.y_most;
    if (!shown) {
      flush();
      continue;
    }
    last = camera(at.x, at.y, scale.share(path.height(i))).at;
    if (points.empty() || std::fabs(last.x - points.back().x) + std::fabs(last.y - points.back().y) > 1) points.push_back(last); // closer ones say nothing
  }
  flush();
  if (!shown || path.marker == Marker::none) return;
  ui.draw()->AddCircleFilled(last, 6, ui.theme->panel, 20);
  draw_marker(ui.draw(), last, path.marker, path.color);
}

} // namespace

std::optional<std::pair<std::size_t, std::size_t>> HeightPicture::draw_relief(Ui& ui, const std::string& id, Rect box, const Extent& view,
                                                                              std::span<const HeightPath> paths, std::span<const Place> marks,
                                                                              const std::function<double(Place)>& mark_height, std::string_view x_name,
                                                                              std::string_view y_name) {
  const Ui::Press press = ui.press(id + ".relief", box);
  ui.drag_areas.push_back(box);
  if (press.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 2)) {
    ui.slider_held = true;
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    turn += 0.008 * static_cast<double>(by.x);
    tilt = std::clamp(tilt + 0.006 * static_cast<double>(by.y), kTilts[0], kTilts[1]);
  }
  if (ui.nudged == id + ".turn") turn += kWholeTurn * static_cast<double>(std::exchange(ui.nudge, 0.0F)), ui.nudged.clear();
  if (ui.nudged == id + ".tilt")
    tilt = std::clamp(tilt + static_cast<double>(std::exchange(ui.nudge, 0.0F)) * (kTilts[1] - kTilts[0]), kTilts[0], kTilts[1]), ui.nudged.clear();
  const ReliefCamera camera(view, box, turn, tilt);
  ui.draw()->PushClipRect(box.min(), box.max(), true);
  // the ground, with the axes' names at the edges that they run along
  const ImVec2 ground[] = {camera(view.x_least, view.y_least, 0).at, camera(view.x_most, view.y_least, 0).at, camera(view.x_most, view.y_most, 0).at,
                           camera(view.x_least, view.y_most, 0).at};
  for (int i = 0; i < 4; ++i) ui.line(ground[i], ground[(i + 1) % 4]);
  mesh(ui, camera, view);
  for (const bool chosen : {false, true}) // over the others
    for (const HeightPath& path : paths)
      if (path.chosen == chosen) draw_path_on(ui, camera, scale_, view, path);
  for (const Place& at : marks) {
    const ImVec2 p = camera(at.x, at.y, scale_.share(mark_height(at))).at;
    ui.draw()->AddLine({p.x - 5, p.y}, {p.x + 5, p.y}, ui.theme->ink, 1.5F), ui.draw()->AddLine({p.x, p.y - 5}, {p.x, p.y + 5}, ui.theme->ink, 1.5F);
  }
  for (const bool x : {true, false}) {
    const ReliefCamera::Seen end = x ? camera(view.x_most, view.y_least, 0) : camera(view.x_least, view.y_most, 0);
    const std::string_view name = x ? x_name : y_name;
    const float wide = ui.text_width(name, kLabel, Weight::bold) + 4;
    ui.text({std::clamp(end.at.x - wide / 2, box.x, std::max(box.x, box.right() - wide)), end.at.y, wide, 14}, name, ui.theme->soft, kLabel, Weight::bold,
            Align::center);
  }
  ui.draw()->PopClipRect();
  std::optional<std::pair<std::size_t, std::size_t>> under;
  float nearest = 10;
  for (std::size_t path = 0; press.hovered && !press.held && path < paths.size(); ++path)
    for (std::size_t point = 0; point < paths[path].count; ++point) {
      const Place at = paths[path].place(point);
      const ImVec2 p = camera(at.x, at.y, scale_.share(paths[path].height(point))).at, mouse = ImGui::GetIO().MousePos;
      if (const float away = std::hypot(p.x - mouse.x, p.y - mouse.y); away < nearest) nearest = away, under = {path, point};
    }
  const double turns = turn / kWholeTurn, turned = turns - std::floor(turns);
  if (Item* item = ui.note_item(id + ".turn", ui("surface.turn"), "slider", grouped(360 * turned) + "°", box, true, ui("help.surface.turn")))
    item->position = static_cast<float>(turned);
  if (Item* item = ui.note_item(id + ".tilt", ui("picture.tilt"), "slider", grouped(tilt / kWholeTurn * 360) + "°", box, true, ui("help.surface.turn")))
    item->position = static_cast<float>((tilt - kTilts[0]) / (kTilts[1] - kTilts[0])), item->by_keys = true;
  return under;
}

} // namespace downhill
