#include "app/ui/plot.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::ui {
namespace {

constexpr float kAxisLeft = 52, kAxisBottom = 44, kTop = 10, kRight = 14;

struct Scale {
  double least, most;
  float from, to;
  bool log;
  float at(double v) const {
    const double t = log ? (std::log(v) - std::log(least)) / (std::log(most) - std::log(least)) : (v - least) / (most - least);
    return from + (to - from) * static_cast<float>(t);
  }
  double back(float p) const { return least + (most - least) * static_cast<double>((p - from) / (to - from)); }
};

std::string tick_text(double value) {
  const double magnitude = std::fabs(value), v = std::round(value * 1e9) / 1e9; // 0.30000000000000004 is 0.3
  if (magnitude >= 1000) return grouped(v);
  return v < 0 ? "−" + setting(-v) : setting(v);
}

std::vector<double> log_ticks(double least, double most) {
  std::vector<double> out;
  for (double decade = std::pow(10, std::floor(std::log10(least))); decade <= most; decade *= 10)
    for (const double m : {1.0, 2.0, 5.0})
      if (decade * m >= least * 0.999 && decade * m <= most * 1.001) out.push_back(decade * m);
  return out;
}

// The point of a series whose x is nearest.
std::size_t nearest(const Series& s, double x) {
  const auto it = std::lower_bound(s.x.begin(), s.x.end(), x);
  auto i = static_cast<std::size_t>(it - s.x.begin());
  if (i == s.x.size() || (i > 0 && x - s.x[i - 1] < s.x[i] - x)) --i;
  return i;
}

// Written flat, then every vertex turned a quarter to the left about the box's middle. It is written to the right of the
// middle, where it is on the screen: glyphs off the screen are never written.
void vertical_text(Ui& ui, Rect box, std::string_view text) {
  ImDrawList* list = ui.draw();
  const float width = ui.text_width(text, kSmall);
  const ImVec2 middle{box.x + box.w / 2, box.y + box.h / 2};
  const int first = list->VtxBuffer.Size;
  list->PushClipRectFullScreen();
  ui.text({middle.x, middle.y - 8, width + 4, 16}, text, ui.theme->soft, kSmall);
  list->PopClipRect();
  for (int i = first; i < list->VtxBuffer.Size; ++i) {
    ImVec2& p = list->VtxBuffer[i].pos;
    p = {middle.x + (p.y - middle.y), middle.y + width / 2 - (p.x - middle.x)};
  }
}

struct Row {
  const Series* series;
  std::size_t point;
};

void read_out(Ui& ui, Rect area, const PlotSpec& spec, const std::vector<Series>& series, const Scale& sx, const Scale& sy) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const double pointed = sx.back(mouse.x);
  double x = -1;
  for (const Series& s : series) {
    if (s.x.empty()) continue;
    const double candidate = s.x[nearest(s, pointed)];
    if (x < 0 || std::fabs(candidate - pointed) < std::fabs(x - pointed)) x = candidate;
  }
  if (x < 0) return;
  std::vector<Row> rows;
  for (const Series& s : series)
    if (!s.x.empty()) rows.push_back({&s, nearest(s, x)});
  const auto value = [](const Row& r) { return r.series->y[r.point]; };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return std::isfinite(value(a)) && (!std::isfinite(value(b)) || value(a) < value(b)); });

  ImDrawList* list = ui.draw();
  const float px = sx.at(x);
  for (float y = area.y; y < area.bottom(); y += 6) list->AddLine({px, y}, {px, std::min(y + 3, area.bottom())}, ui.theme->faint);
  for (const Row& r : rows) {
    const double v = value(r);
    if (!std::isfinite(v) || v < sy.least || v > sy.most) continue;
    list->AddCircleFilled({sx.at(r.series->x[r.point]), sy.at(v)}, 3.5F, r.series->color, 16);
  }

  constexpr float kLine = 18;
  float label_width = 60, value_width = 44;
  const auto value_text = [&](const Row& r) { return grouped(value(r), spec.y_decimals); };
  const auto away = [&](const Row& r) { return std::fabs(r.series->x[r.point] - x) > 1e-9 * (1 + x); };
  bool any_away = false;
  for (const Row& r : rows) {
    label_width = std::max(label_width, ui.text_width(r.series->label, kLabel));
    value_width = std::max(value_width, ui.text_width(value_text(r), kLabel));
    any_away = any_away || away(r);
  }
  const float away_width = any_away ? 62 : 0;
  const std::string head = spec.x_text(x);
  const float width = std::max(28 + label_width + 16 + value_width + away_width, ui.text_width(head, kLabel, Weight::bold)) + 24;
  const float height = kLine * static_cast<float>(rows.size() + 1) + 16;
  Rect box{px + 12, std::clamp(mouse.y - height / 2, area.y, std::max(area.y, area.bottom() - height)), width, height};
  if (box.right() > area.right()) box.x = px - 12 - width;
  if (box.x < area.x) box.x = area.x;
  list->AddRectFilled({box.x + 1, box.y + 2}, {box.right() + 1, box.bottom() + 3}, 0x18000000, 8);
  list->AddRectFilled(box.min(), box.max(), ui.theme->panel, 8);
  list->AddRect(box.min(), box.max(), ui.theme->line, 8);
  Rect inner = box.inset(12, 8);
  ui.text(inner.cut_top(kLine), head, ui.theme->ink, kLabel, Weight::bold);
  for (const Row& r : rows) {
    Rect row = inner.cut_top(kLine);
    const Rect swatch = row.cut_left(28);
    Ui::dashed_line(list, {{swatch.x, swatch.y + kLine / 2}, {swatch.x + 20, swatch.y + kLine / 2}}, r.series->color, r.series->dash, 2);
    if (any_away) {
      const Rect other = row.cut_right(away_width);
      if (away(r)) ui.text(other, "@ " + tick_text(std::round(r.series->x[r.point] * 100) / 100), ui.theme->faint, kSmall, Weight::regular, Align::right);
    }
    ui.text(row, r.series->label, ui.theme->ink, kLabel);
    ui.text(row, value_text(r), ui.theme->ink, kLabel, Weight::regular, Align::right);
  }
}

float legend(Ui& ui, Rect box, const std::vector<Series>& series) {
  float x = box.x, y = box.y;
  for (const Series& s : series) {
    const float width = 26 + ui.text_width(s.label, kSmall) + 14;
    if (x > box.x && x + width > box.right()) x = box.x, y += 16;
    Ui::dashed_line(ui.draw(), {{x, y + 8}, {x + 20, y + 8}}, s.color, s.dash, 2);
    ui.text({x + 26, y, width, 16}, s.label, ui.theme->soft, kSmall);
    x += width;
  }
  return y + 16 - box.y;
}

} // namespace

std::vector<double> axis_ticks(double least, double most, int count) {
  const double raw = (most - least) / std::max(1, count), power = std::pow(10, std::floor(std::log10(raw)));
  double step = power;
  for (const double m : {1.0, 2.0, 5.0, 10.0})
    if (power * m >= raw * 0.999) {
      step = power * m;
      break;
    }
  std::vector<double> out;
  for (double k = std::ceil(least / step - 1e-9); k * step <= most + step * 1e-9; ++k) out.push_back(k == 0 ? 0.0 : k * step); // no −0
  return out;
}

void plot(Ui& ui, Rect box, const PlotSpec& spec, const std::vector<Series>& series) {
  if (spec.show_legend) {
    float rows = 1, x = 0;
    for (const Series& s : series) {
      const float width = 40 + ui.text_width(s.label, kSmall);
      if (x > 0 && x + width > box.w - kAxisLeft) x = 0, ++rows;
      x += width;
    }
    Rect at = box.cut_bottom(rows * 16 + kHalf);
    at.cut_left(kAxisLeft);
    legend(ui, at, series);
  }
  double x_most = spec.x_most, y_least = 1e300, y_most = -1e300;
  for (const Series& s : series)
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      x_most = std::max(x_most, s.x[i]);
      double v = s.y[i];
      if (!std::isfinite(v) || (spec.log_y && v <= 0)) continue;
      if (!spec.log_y && spec.y_ceiling > 0) v = std::min(v, spec.y_ceiling);
      y_least = std::min(y_least, v);
      y_most = std::max(y_most, v);
    }
  const bool empty = y_most < y_least;
  if (empty) y_least = 0.5, y_most = 2.5;
  if (spec.log_y) {
    y_least *= 0.93, y_most *= 1.07;
  } else {
    const double pad = std::max(1e-6, (y_most - y_least) * 0.05);
    y_least -= pad, y_most += pad;
  }
  if (const double lack = spec.y_span_least - (y_most - y_least); !spec.log_y && lack > 0) y_least -= lack / 2, y_most += lack / 2;
  if (spec.log_y && y_most < 2 * y_least) y_least /= 1.5, y_most *= 1.5;

  const Rect area{box.x + kAxisLeft, box.y + kTop, box.w - kAxisLeft - kRight, box.h - kTop - kAxisBottom};
  const Scale sx{0, x_most, area.x, area.right(), false}, sy{y_least, y_most, area.bottom(), area.y, spec.log_y};
  ImDrawList* list = ui.draw();

  const auto y_ticks = spec.log_y ? log_ticks(y_least, y_most) : axis_ticks(y_least, y_most, std::max(3, static_cast<int>(area.h / 60)));
  for (const double v : y_ticks) {
    const float y = std::round(sy.at(v)) + 0.5F;
    list->AddLine({area.x, y}, {area.right(), y}, ui.theme->line);
    ui.text({box.x + 16, y - 9, kAxisLeft - 24, 18}, tick_text(v), ui.theme->soft, kSmall, Weight::regular, Align::right);
  }
  for (const double v : axis_ticks(0, x_most, std::max(2, static_cast<int>(area.w / 110)))) {
    const float x = std::round(sx.at(v)) + 0.5F;
    list->AddLine({x, area.bottom()}, {x, area.bottom() + 4}, ui.theme->faint);
    ui.text({x - 40, area.bottom() + 6, 80, 16}, tick_text(v), ui.theme->soft, kSmall, Weight::regular, Align::center);
  }
  list->AddLine({area.x, area.bottom() + 0.5F}, {area.right(), area.bottom() + 0.5F}, ui.theme->faint);
  ui.text({area.x, area.bottom() + 23, area.w, 18}, spec.x_title, ui.theme->soft, kSmall, Weight::regular, Align::center);
  vertical_text(ui, {box.x, area.y, 18, area.h}, spec.y_title);

  list->PushClipRect({area.x - 2, area.y - 2}, {area.right() + 2, area.bottom() + 2}, true);
  for (const Series& s : series) {
    std::vector<ImVec2> points;
    const auto flush = [&] {
      if (points.size() == 1) list->AddCircleFilled(points[0], 2.5F, s.color, 12);
      Ui::dashed_line(list, points, s.color, s.dash, 2);
      points.clear();
    };
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.y[i]) || (spec.log_y && s.y[i] <= 0)) {
        flush();
        continue;
      }
      // far above the plot a line only needs its direction; unbounded coordinates break the anti-aliasing
      points.push_back({sx.at(s.x[i]), std::clamp(sy.at(s.y[i]), area.y - 4000, area.bottom() + 4000)});
    }
    flush();
  }
  list->PopClipRect();

  ImGui::SetCursorScreenPos(area.min());
  ImGui::SetNextItemAllowOverlap();
  ImGui::InvisibleButton(spec.id.c_str(), {std::max(1.0F, area.w), std::max(1.0F, area.h)});
  ui.note_item(spec.id, spec.y_title + " / " + spec.x_title, "figure", "", area);
  if (ImGui::IsItemHovered() && !empty) read_out(ui, area, spec, series, sx, sy);
}

} // namespace downhill::ui
