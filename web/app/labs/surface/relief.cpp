// The same surface as a relief, seen from the side: turned by dragging. Paths lie on it at their own heights.
#include "app/labs/surface/parts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill::hills {
namespace {

constexpr int kMeshX = 56, kMeshY = 44; // cells
constexpr double kTilts[] = {0.25, 1.5};

/// From the plane and a height's share (0 to 1) to the screen.
struct Camera {
  Camera(const Extent& view, Rect area, double turn, double tilt) : view_(view), area_(area), sin_(std::sin(turn)), cos_(std::cos(turn)), up_(std::cos(tilt)), along_(std::sin(tilt)) {
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

void mesh(const Scene& s, const Camera& camera, const Extent& view) {
  const auto vertex = [&](int i, int j) { return Place{view.x_least + view.width() * i / kMeshX, view.y_least + view.height() * j / kMeshY}; };
  constexpr std::size_t across = kMeshX + 1;
  std::vector<Camera::Seen> seen((kMeshX + 1) * (kMeshY + 1));
  std::vector<double> shares(seen.size());
  for (int j = 0; j <= kMeshY; ++j)
    for (int i = 0; i <= kMeshX; ++i) {
      const Place at = vertex(i, j);
      const std::size_t k = static_cast<std::size_t>(j) * across + static_cast<std::size_t>(i);
      shares[k] = s.kept.scale.share(s.kept.map.between(at.x, at.y));
      seen[k] = camera(at.x, at.y, shares[k]);
    }
  // from the far to the near, so that what is before hides what is behind
  std::vector<int> order(static_cast<std::size_t>(kMeshX) * kMeshY);
  std::iota(order.begin(), order.end(), 0);
  const auto corner = [&](int cell, int right, int up) {
    return static_cast<std::size_t>(cell / kMeshX + up) * across + static_cast<std::size_t>(cell % kMeshX + right);
  };
  std::sort(order.begin(), order.end(), [&](int a, int b) { return seen[corner(a, 0, 0)].depth > seen[corner(b, 0, 0)].depth; });
  ImDrawList* list = s.ui.draw();
  const ImDrawListFlags before = list->Flags;
  list->Flags &= ~ImDrawListFlags_AntiAliasedFill; // else its soft edges show as a net of cracks
  for (const int cell : order) {
    const std::size_t a = corner(cell, 0, 0), b = corner(cell, 1, 0), c = corner(cell, 1, 1), d = corner(cell, 0, 1);
    const double height = (shares[a] + shares[b] + shares[c] + shares[d]) / 4;
    // light from the left: slopes that face it are brighter
    const double light = std::clamp(0.5 + 2.2 * ((shares[b] + shares[c] - shares[a] - shares[d]) / 2 + 0.6 * (shares[c] + shares[d] - shares[a] - shares[b]) / 2), 0.0, 1.0);
    const std::uint32_t base = mixed(s.ui.theme->positive, s.ui.theme->panel, 0.25 + 0.7 * std::floor(height * 12) / 12);
    list->AddQuadFilled(seen[a].at, seen[b].at, seen[c].at, seen[d].at, mixed(base, s.ui.theme->ink, 0.16 * light));
  }
  list->Flags = before;
}

void path(const Scene& s, const Camera& camera, const Extent& view, std::size_t lane) {
  std::vector<ImVec2> points;
  const auto flush = [&] {
    if (points.size() > 1) Ui::dashed_line(s.ui.draw(), points, s.color(lane), s.lane_looks[lane].dash, lane == s.looks.lane ? 2.8F : 1.8F);
    points.clear();
  };
  ImVec2 last{};
  bool shown = false;
  for (const Stand& stand : s.model.path(lane)) {
    const double x = static_cast<double>(stand.place[0]), y = static_cast<double>(stand.place[1]);
    shown = x >= view.x_least && x <= view.x_most && y >= view.y_least && y <= view.y_most;
    if (!shown) {
      flush();
      continue;
    }
    last = camera(x, y, s.kept.scale.share(static_cast<double>(stand.f))).at;
    if (points.empty() || std::fabs(last.x - points.back().x) + std::fabs(last.y - points.back().y) > 1) points.push_back(last); // closer ones say nothing
  }
  flush();
  if (!shown) return;
  s.ui.draw()->AddCircleFilled(last, 6, s.ui.theme->panel, 20);
  draw_marker(s.ui.draw(), last, s.lane_looks[lane].marker, s.color(lane));
}

} // namespace

void relief(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  if (box.w < 40 || box.h < 40) return;
  const Extent view = shown_in(s, box);
  follow_heights(s, view);
  const Ui::Press press = ui.press("surface.relief", box);
  ui.drag_areas.push_back(box);
  if (press.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 2)) {
    ui.slider_held = true;
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    s.kept.relief_turn += 0.008 * static_cast<double>(by.x);
    s.kept.relief_tilt = std::clamp(s.kept.relief_tilt + 0.006 * static_cast<double>(by.y), kTilts[0], kTilts[1]);
  }
  if (ui.nudged == "surface.turn") s.kept.relief_turn += 6.283185307179586 * static_cast<double>(std::exchange(ui.nudge, 0.0F)), ui.nudged.clear();
  const Camera camera(view, box, s.kept.relief_turn, s.kept.relief_tilt);
  ui.draw()->PushClipRect(box.min(), box.max(), true);
  // the ground, with the axes' names at the edges that they run along
  const ImVec2 ground[] = {camera(view.x_least, view.y_least, 0).at, camera(view.x_most, view.y_least, 0).at, camera(view.x_most, view.y_most, 0).at, camera(view.x_least, view.y_most, 0).at};
  for (int i = 0; i < 4; ++i) ui.line(ground[i], ground[(i + 1) % 4]);
  mesh(s, camera, view);
  for (std::size_t lane = 0; lane < s.model.lanes().size(); ++lane)
    if (lane != s.looks.lane) path(s, camera, view, lane);
  path(s, camera, view, s.looks.lane);
  for (const Place& at : s.model.minima()) {
    const ImVec2 p = camera(at.x, at.y, s.kept.scale.share(s.model.surface().at(at.x, at.y).f)).at;
    ui.draw()->AddLine({p.x - 5, p.y}, {p.x + 5, p.y}, ui.theme->ink, 1.5F), ui.draw()->AddLine({p.x, p.y - 5}, {p.x, p.y + 5}, ui.theme->ink, 1.5F);
  }
  for (const bool x : {true, false}) {
    const Camera::Seen end = x ? camera(view.x_most, view.y_least, 0) : camera(view.x_least, view.y_most, 0);
    ui.text({end.at.x - 8, end.at.y, 16, 14}, x ? "x" : "y", ui.theme->soft, kLabel, Weight::bold, Align::center);
  }
  ui.draw()->PopClipRect();
  const double turns = s.kept.relief_turn / 6.283185307179586, turned = turns - std::floor(turns);
  if (Item* item = ui.note_item("surface.turn", ui("surface.turn"), "slider", grouped(360 * turned) + "°", box, true, ui("help.surface.turn")))
    item->position = static_cast<float>(turned);
}

} // namespace downhill::hills
