#include "app/ui/plot.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace downhill::ui {
namespace {

// A tick that has no room for its zeros: 1e-4, 2.5e6. Empty where that would be another number.
std::string power_text(double value) {
  const int power = static_cast<int>(std::floor(std::log10(std::fabs(value)) + 1e-9));
  const double digits = std::round(std::fabs(value) / std::pow(10.0, power) * 10) / 10;
  if (!(std::fabs(digits * std::pow(10.0, power) - std::fabs(value)) < 1e-6 * std::fabs(value))) return {};
  return (value < 0 ? "−" : "") + setting(digits) + "e" + std::to_string(power);
}

std::string tick_text(double value) {
  const double magnitude = std::fabs(value), v = std::round(value * 1e9) / 1e9; // 0.30000000000000004 is 0.3
  if (magnitude >= 1000) return grouped(v);
  if (magnitude > 0 && magnitude < 1e-4) return setting(value);
  return v < 0 ? "−" + setting(-v) : setting(v);
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
  const float width = std::min(ui.text_width(text, kSmall), box.h + kAxisBottom + kTop - 8);
  const ImVec2 middle{box.x + box.w / 2, box.y + box.h / 2};
  const int first = list->VtxBuffer.Size;
  list->PushClipRectFullScreen();
  ui.text({middle.x, middle.y - 8, width, 16}, text, ui.theme->soft, kSmall);
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

std::string value_text(const PlotSpec& spec, double value) { return spec.y_decimals < 0 ? short_number(value) : grouped(value, spec.y_decimals); }

// What is told of a point: a stacked area's own height.
double told_of(const Series& s, std::size_t point) { return s.told.empty() ? s.y[point] : s.told[point]; }

std::string named(const std::string& label, const std::string& ended) { return ended.empty() ? label : label + " · " + ended; }

std::string head_text(const PlotSpec& spec, double x) { return spec.x_text ? spec.x_text(x) : spec.x_title + " " + tick_text(x); }

void read_out(Ui& ui, Rect area, const PlotSpec& spec, const std::vector<Series>& series, const Scale& sx, const Scale& sy) {
  const double pointed = spec.pinned ? *spec.pinned : sx.back(ImGui::GetIO().MousePos.x);
  const float middle_y = spec.pinned ? area.y + area.h * 0.3F : ImGui::GetIO().MousePos.y;
  double x = 0;
  bool any = false;
  for (const Series& s : series) {
    if (s.x.empty()) continue;
    const double candidate = s.x[nearest(s, pointed)];
    if (!std::exchange(any, true) || std::fabs(candidate - pointed) < std::fabs(x - pointed)) x = candidate;
  }
  if (!any) return;
  std::vector<Row> rows;
  for (const Series& s : series)
    if (!s.x.empty()) rows.push_back({&s, nearest(s, x)});
  const auto value = [](const Row& r) { return r.series->y[r.point]; };
  if (!spec.pinned)
    std::sort(rows.begin(), rows.end(),
              [&](const Row& a, const Row& b) { return std::isfinite(value(a)) && (!std::isfinite(value(b)) || value(a) < value(b)); });

  ImDrawList* list = ui.draw();
  const float px = sx.at(x);
  for (float y = area.y; y < area.bottom(); y += 6) list->AddLine({px, y}, {px, std::min(y + 3, area.bottom())}, ui.theme->faint);
  for (const Row& r : rows) {
    const double v = value(r);
    if (!std::isfinite(v) || v < sy.least || v > sy.most) continue;
    if (r.series->x[r.point] < sx.least || r.series->x[r.point] > sx.most) continue;
    list->AddCircleFilled({sx.at(r.series->x[r.point]), sy.at(v)}, 3.5F, r.series->color, 16);
  }

  if (spec.numbers_elsewhere) return;
  constexpr float kLine = 18;
  float label_width = 60, value_width = 44;
  const auto away = [&](const Row& r) { return std::fabs(r.series->x[r.point] - x) > 1e-9 * (1 + std::fabs(x)); };
  bool any_away = false;
  for (const Row& r : rows) {
    label_width = std::max(label_width, ui.text_width(named(r.series->label, r.series->ended), kLabel));
    value_width = std::max(value_width, ui.text_width(value_text(spec, told_of(*r.series, r.point)), kLabel));
    any_away = any_away || away(r);
  }
  const float away_width = any_away ? 62 : 0;
  const std::string head = head_text(spec, x);
  const float width = std::max(28 + label_width + 16 + value_width + away_width, ui.text_width(head, kLabel, Weight::bold)) + 24;
  const float height = kLine * static_cast<float>(rows.size() + 1) + 16;
  Rect box{px + 12, std::clamp(middle_y - height / 2, area.y, std::max(area.y, area.bottom() - height)), width, height};
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
    ui.text(row, named(r.series->label, r.series->ended), ui.theme->ink, kLabel);
    ui.text(row, value_text(spec, told_of(*r.series, r.point)), ui.theme->ink, kLabel, Weight::regular, Align::right);
  }
}

// On a touch screen a reading that stays has room beside each name.
bool values_beside(const Ui& ui, const PlotSpec& spec) { return ui.touch && spec.pinned; }
float legend_width(const Ui& ui, const PlotSpec& spec, const Series& s) {
  return 40 + ui.text_width(named(s.label, s.ended), kSmall) + (values_beside(ui, spec) ? ui.text_width("0.0000", kSmall, Weight::bold) : 0);
}
// Under a finger the values at `at` stand in the names' places, or beside them where they stay: a box beside the finger would hide the curves.
void legend(Ui& ui, Rect box, const PlotSpec& spec, const std::vector<Series>& series, std::optional<double> at) {
  float x = box.x, y = box.y;
  for (const Series& s : series) {
    const float width = legend_width(ui, spec, s);
    if (x > box.x && x + width > box.right()) x = box.x, y += 16;
    Ui::dashed_line(ui.draw(), {{x, y + 8}, {x + 20, y + 8}}, s.color, s.dash, 2);
    const bool value = at && !s.x.empty();
    float left = x + 26;
    if (!value || values_beside(ui, spec)) left += ui.text({left, y, width, 16}, named(s.label, s.ended), ui.theme->soft, kSmall) + 4;
    if (value) ui.text({left, y, width, 16}, value_text(spec, told_of(s, nearest(s, *at))), ui.theme->ink, kSmall, Weight::bold);
    x += width;
  }
}

// The part of x that is looked at, changed by drags, wheel and double click over the plot.
void handle_view(Ui& ui, const PlotSpec& spec, Rect area, const Scale& sx, double all_least, double all_most, PlotView& view) {
  const ImGuiIO& io = ImGui::GetIO();
  const bool hovered = ImGui::IsItemHovered();
  if (ImGui::IsItemActivated()) view.press_x = io.MousePos.x;
  if (hovered && (ui.double_clicked || ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))) view = {};
  const auto keep_within = [&] {
    const double span = view.to - view.from;
    view.from = std::clamp(view.from, all_least, std::max(all_least, all_most - span));
    view.to = view.from + span;
    if (span >= (all_most - all_least) * 0.999) view = {};
  };
  if (ImGui::IsItemActive() && view.press_x >= 0 && !ui.touch) {
    ui.slider_held = true;
    if (view.zoomed()) {
      const double moved = sx.back(io.MousePos.x - io.MouseDelta.x) - sx.back(io.MousePos.x);
      view.from += moved, view.to += moved;
      keep_within();
    } else if (std::fabs(io.MousePos.x - view.press_x) > 6) {
      const float a = std::clamp(std::min(view.press_x, io.MousePos.x), area.x, area.right()),
                  b = std::clamp(std::max(view.press_x, io.MousePos.x), area.x, area.right());
      ui.draw()->AddRectFilled({a, area.y}, {b, area.bottom()}, faded(ui.theme->accent, 0.12F));
    }
  }
  if (ImGui::IsItemDeactivated() && view.press_x >= 0) {
    if (!view.zoomed() && std::fabs(io.MousePos.x - view.press_x) > 12 && !ui.touch && !spec.log_x) {
      view.from = std::max(all_least, sx.back(std::min(view.press_x, io.MousePos.x)));
      view.to = std::min(all_most, sx.back(std::max(view.press_x, io.MousePos.x)));
    }
    view.press_x = -1;
  }
  if (hovered && view.zoomed()) {
    ui.scrollable_under_pointer = true;
    constexpr double kSpanLeast = 1e-6; // of the axis: there are numbers between its ends
    if (io.MouseWheel < 0 || (io.MouseWheel > 0 && view.to - view.from > (all_most - all_least) * kSpanLeast)) {
      const double at = sx.back(io.MousePos.x), factor = std::pow(0.85, static_cast<double>(io.MouseWheel));
      view.from = at - (at - view.from) * factor, view.to = at + (view.to - at) * factor;
      keep_within();
    }
  }
}

// Where the names of the series stand below the plot, cut off from `box`; of no height where they have no room.
Rect cut_legend(const Ui& ui, const PlotSpec& spec, const std::vector<Series>& series, Rect& box) {
  Rect legend_box{};
  if (spec.show_legend || ui.touch) {
    float rows = 1, x = 0;
    for (const Series& s : series) {
      const float width = legend_width(ui, spec, s);
      if (x > 0 && x + width > box.w - (ui.touch ? 0 : kAxisLeft)) x = 0, ++rows;
      x += width;
    }
    // curves come before their names where there is no room for both
    if (box.h - rows * 16 > 150 || rows < 2) legend_box = box.cut_bottom(rows * 16 + kHalf);
    if (!ui.touch) legend_box.cut_left(kAxisLeft);
  }
  return legend_box;
}

struct Range {
  double least, most;
  bool empty; ///< no value lies in it: these are made up
};
// What the y axis spans, of the values between x_from and x_to.
Range y_range(const PlotSpec& spec, const std::vector<Series>& series, double x_from, double x_to) {
  double y_least = 1e300, y_most = -1e300;
  const auto stretch = [&](double x, double v) {
    if (x < x_from || x > x_to || !std::isfinite(v) || (spec.log_y && v <= 0)) return;
    if (!spec.log_y && spec.y_ceiling > 0) v = std::min(v, spec.y_ceiling);
    y_least = std::min(y_least, v);
    y_most = std::max(y_most, v);
  };
  for (const Mark& dot : spec.dots) stretch(dot.x, dot.y);
  for (const Series& s : series) {
    for (std::size_t i = 0; i < s.x.size(); ++i) stretch(s.x[i], s.y[i]);
    for (std::size_t i = 0; i < s.low.size(); ++i) stretch(s.x[i], s.low[i]), stretch(s.x[i], s.high[i]);
    for (std::size_t i = 0; i < s.faint_x.size(); ++i) stretch(s.faint_x[i], s.faint_y[i]);
  }
  const bool empty = y_most < y_least;
  if (empty) y_least = 0.5, y_most = 2.5;
  if (spec.log_y) {
    y_least *= 0.93, y_most *= 1.07;
  } else {
    const double pad = std::max(y_most != 0 ? std::fabs(y_most) * 1e-3 : 1e-6, (y_most - y_least) * 0.05);
    y_least -= pad, y_most += pad;
  }
  if (const double lack = spec.y_span_least - (y_most - y_least); !spec.log_y && lack > 0) y_least -= lack / 2, y_most += lack / 2;
  if (spec.log_y && y_most < 2 * y_least) y_least /= 1.5, y_most *= 1.5;

  if (spec.y_to > spec.y_from) y_least = spec.y_from, y_most = spec.y_to;
  return {y_least, y_most, empty};
}

// A plot that is being drawn: its axes, and what stands between them, from back to front.
struct Drawing {
  Ui& ui;
  const PlotSpec& spec;
  const std::vector<Series>& series;
  Rect area;
  Scale sx, sy;
  ImDrawList* list = ui.draw();
  bool ringed = false;
  std::vector<std::pair<const Series*, ImVec2>> ends{}; ///< of lines that stop before the others

  // far above the plot a line only needs its direction; unbounded coordinates break the anti-aliasing
  ImVec2 point(double x, double y) const {
    return {std::clamp(sx.at(x), area.x - 4000, area.right() + 4000), std::clamp(sy.at(y), area.y - 4000, area.bottom() + 4000)};
  }
  bool drawable(double y) const { return std::isfinite(y) && (!spec.log_y || y > 0); }

  void axes() const;
  void many(const FaintCurves& curves) const;
  void background() const;
  void line(const Series& s);
  void ends_and_marks();
  void names() const;
};

void Drawing::axes() const {
  for (const Zone& zone : spec.zones) {
    const float from = std::clamp(sx.at(zone.from), area.x, area.right()), to = std::clamp(sx.at(zone.to), area.x, area.right());
    list->AddRectFilled({from, area.y}, {to, area.bottom()}, zone.color);
    if (to - from > ui.text_width(zone.label, kSmall) + 6)
      ui.text({from, area.y + 2, to - from, 18}, zone.label, ui.theme->soft, kSmall, Weight::regular, Align::center);
  }

  auto y_ticks = spec.log_y ? log_ticks(sy.least, sy.most) : axis_ticks(sy.least, sy.most, std::max(2, static_cast<int>(area.h / 50)));
  if (spec.log_y && static_cast<float>(y_ticks.size()) > area.h / 24) keep_decades(y_ticks, area.h / 24);
  for (const double v : y_ticks) {
    const float y = std::round(sy.at(v)) + 0.5F;
    list->AddLine({area.x, y}, {area.right(), y}, ui.theme->line);
    const float room = kAxisLeft - 19;
    const std::string text = tick_text(v);
    ui.text({area.x - kAxisLeft + 13, y - 9, room, 18}, ui.text_width(text, kSmall) <= room || power_text(v).empty() ? text : power_text(v), ui.theme->soft,
            kSmall, Weight::regular, Align::right);
  }
  for (const double v : spec.log_x ? log_ticks(sx.least, sx.most) : axis_ticks(sx.least, sx.most, std::max(2, static_cast<int>(area.w / 110)))) {
    const float x = std::round(sx.at(v)) + 0.5F;
    if (spec.log_x && std::fabs(std::log10(v) - std::round(std::log10(v))) > 1e-6) continue;
    list->AddLine({x, area.bottom()}, {x, area.bottom() + 4}, ui.theme->faint);
    ui.text({x - 40, area.bottom() + 6, 80, 16}, tick_text(v), ui.theme->soft, kSmall, Weight::regular, Align::center);
  }
  list->AddLine({area.x, area.bottom() + 0.5F}, {area.right(), area.bottom() + 0.5F}, ui.theme->faint);
  ui.text({area.x - 20, area.bottom() + 23, area.w + 20, 18}, spec.x_title, ui.theme->soft, kSmall, Weight::regular, Align::center);
}

// Of points that a line does not need at this width every so many: two hundred curves are drawn in a frame.
void Drawing::many(const FaintCurves& curves) const {
  const std::size_t count = curves.x.size(), stride = std::max<std::size_t>(1, count / std::max<std::size_t>(2, static_cast<std::size_t>(area.w / 3)));
  std::vector<ImVec2> points;
  const auto flush = [&] {
    if (points.size() > 1) list->AddPolyline(points.data(), static_cast<int>(points.size()), faded(curves.color, curves.opacity), 0, 1);
    points.clear();
  };
  for (const std::span<const double> y : curves.ys) {
    for (std::size_t i = 0; i < count; i = i + 1 < count ? std::min(i + stride, count - 1) : count)
      drawable(y[i]) ? points.push_back(point(curves.x[i], y[i])) : flush();
    flush();
  }
}

// Faint lines, bands, the place where the race stands.
void Drawing::background() const {
  for (const FaintCurves& curves : spec.faint) many(curves);
  for (const Mark& dot : spec.dots)
    if (const ImVec2 p = point(dot.x, dot.y); dot.filled)
      list->AddCircleFilled(p, 2.5F, dot.color, 12);
    else
      list->AddCircle(p, 2.5F, dot.color, 12);
  for (const Series& s : series) {
    // of many points in a column of the screen the lowest and the highest are enough
    std::vector<ImVec2> points;
    for (std::size_t i = 0; i < s.faint_x.size();) {
      const float column = std::floor(sx.at(s.faint_x[i]));
      double low = 1e300, high = -1e300;
      std::size_t j = i;
      for (; j < s.faint_x.size() && std::floor(sx.at(s.faint_x[j])) == column; ++j)
        if (drawable(s.faint_y[j])) low = std::min(low, s.faint_y[j]), high = std::max(high, s.faint_y[j]);
      if (high >= low) {
        points.push_back(point(s.faint_x[i], low));
        if (high > low) points.push_back(point(s.faint_x[i], high));
      }
      i = j;
    }
    if (points.size() > 1) list->AddPolyline(points.data(), static_cast<int>(points.size()), faded(s.color, 0.28F), 0, 1);
    // the edges of pieces that lie side by side would show where each is smoothed
    const ImDrawListFlags flags = std::exchange(list->Flags, list->Flags & ~ImDrawListFlags_AntiAliasedFill);
    for (std::size_t i = 1; i < s.low.size(); ++i)
      if (drawable(s.low[i - 1]) && drawable(s.low[i]) && drawable(s.high[i - 1]) && drawable(s.high[i]))
        list->AddQuadFilled(point(s.x[i - 1], s.low[i - 1]), point(s.x[i], s.low[i]), point(s.x[i], s.high[i]), point(s.x[i - 1], s.high[i - 1]),
                            faded(s.color, s.band));
    list->Flags = flags;
  }
  if (spec.cursor && *spec.cursor >= sx.least && *spec.cursor <= sx.most)
    list->AddLine({sx.at(*spec.cursor), area.y}, {sx.at(*spec.cursor), area.bottom()}, faded(ui.theme->accent, 0.7F), 1.5F);
}

void Drawing::line(const Series& s) {
  std::vector<ImVec2> points;
  const auto flush = [&] {
    if (points.size() == 1) list->AddCircleFilled(points[0], 2.5F, s.color, 12);
    Ui::dashed_line(list, points, s.color, s.dash, 2);
    points.clear();
  };
  float marked = -1000;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    if (!drawable(s.y[i])) {
      flush();
      continue;
    }
    points.push_back(point(s.x[i], s.y[i]));
    if (s.marker != Marker::none && points.back().x - marked > 90) draw_marker(list, points.back(), s.marker, s.color), marked = points.back().x;
  }
  flush();
  if (s.minimum >= 0 && static_cast<std::size_t>(s.minimum) < s.x.size()) {
    const auto m = static_cast<std::size_t>(s.minimum);
    const ImVec2 p = point(s.x[m], s.y[m]);
    list->AddCircle(p, 6, s.color, 20, 2);
    ringed = true;
    ui.note_item(spec.id + ".ring." + std::to_string(&s - series.data()), s.label + ": " + spec.minimum_label, "img",
                 head_text(spec, s.x[m]) + " · " + value_text(spec, s.y[m]), {p.x - 6, p.y - 6, 12, 12});
  }
}

void Drawing::ends_and_marks() {
  for (const Series& s : series) {
    if (s.ended.empty()) continue;
    const float y = drawable(s.ended_y) ? sy.at(s.ended_y) : area.y;
    const ImVec2 p{std::clamp(sx.at(s.ended_x), area.x + 6, area.right() - 6), std::clamp(y, area.y + 7, area.bottom() - 7)};
    for (const float up : {-5.0F, 5.0F}) list->AddLine({p.x - 5, p.y - up}, {p.x + 5, p.y + up}, s.color, 2.5F);
    ends.push_back({&s, p});
  }
  for (const Mark& mark : spec.marks) {
    const ImVec2 p = point(mark.x, mark.y);
    list->AddCircleFilled(p, 4, mark.filled ? mark.color : ui.theme->panel, 16);
    list->AddCircle(p, 4, mark.color, 16, 1.6F);
  }
}

// What the rings mean, and why lines have ended.
void Drawing::names() const {
  if (ringed && !spec.minimum_label.empty()) {
    // the ring explained, where curves that fall leave room
    const float width = ui.text_width(spec.minimum_label, kSmall) + 24;
    const Rect key{std::max(area.x, area.right() - width - 34), area.y + 2, width, 18};
    list->AddRectFilled(key.min(), key.max(), faded(ui.theme->panel, 0.85F), 4);
    list->AddCircle({key.x + 10, key.y + 9}, 5, ui.theme->soft, 20, 1.6F);
    ui.text({key.x + 20, key.y, width, 18}, spec.minimum_label, ui.theme->soft, kSmall);
    ui.note_item(spec.id + ".ring", spec.minimum_label, "note", "", key);
  }
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto& [s, p] = ends[i];
    const std::string text = named(s->label, s->ended);
    const float width = ui.text_width(text, kSmall), right = p.x + 9;
    // the names of lines that end at one place stand below each other
    Rect at{right + width > area.right() ? p.x - 9 - width : right, p.y - 8, width, 16};
    for (std::size_t j = 0; j < i; ++j)
      if (std::fabs(ends[j].second.x - p.x) < width + 20 && std::fabs(ends[j].second.y - p.y) < 15) at.y += 15;
    ui.text(at, text, ui.theme->bad, kSmall);
    ui.note_item(spec.id + ".ended." + std::to_string(i), text, "note", "", {p.x - 6, p.y - 6, 12, 12});
  }
}

// The numbers under the pointer, or where they are pinned. Where fingers rule they stand beside the names: at `at`.
// Returns where a pinned read-out was moved to.
std::optional<double> read(Drawing& d, bool wanted, std::optional<double>& at) {
  Ui& ui = d.ui;
  const PlotSpec& spec = d.spec;
  const Rect area = d.area;
  std::optional<double> moved;
  if (spec.pinned) {
    if (ImGui::IsItemActive()) ui.slider_held = true, moved = std::clamp(d.sx.back(ImGui::GetIO().MousePos.x), d.sx.least, d.sx.most);
    d.list->AddLine({d.sx.at(*spec.pinned), area.y}, {d.sx.at(*spec.pinned), area.bottom()}, ui.theme->ink, 1.5F);
    if (!ui.touch) read_out(ui, area, spec, d.series, d.sx, d.sy);
  } else if (wanted && !ui.touch) {
    read_out(ui, area, spec, d.series, d.sx, d.sy);
  }
  if (ui.touch && (wanted || spec.pinned)) {
    const float px = spec.pinned ? d.sx.at(*spec.pinned) : ImGui::GetIO().MousePos.x;
    at = spec.pinned ? *spec.pinned : d.sx.back(px);
    d.list->AddLine({px, area.y}, {px, area.bottom()}, ui.theme->faint);
    ui.text({area.x, area.y - 2, area.w, 16}, head_text(spec, *at), ui.theme->ink, kSmall, Weight::bold, Align::right);
  }
  return moved;
}

} // namespace

std::optional<double> plot(Ui& ui, Rect box, const PlotSpec& spec, const std::vector<Series>& series, PlotView* view, PlotFrame* frame) {
  // a title that is longer than its axis stands above it
  const bool title_above = ui.text_width(spec.y_title, kSmall) > box.h - kAxisBottom;
  if (title_above) ui.text(box.cut_top(16), spec.y_title, ui.theme->soft, kSmall);
  const Rect legend_box = cut_legend(ui, spec, series, box);
  double x_most = spec.x_most;
  for (const Series& s : series)
    if (!s.x.empty()) x_most = std::max(x_most, s.x.back());
  double x_from = spec.x_least, x_to = x_most;
  if (view && view->zoomed() && !(view->from >= spec.x_least && view->from < x_most)) *view = {}; // of another axis
  if (view && view->zoomed()) x_from = view->from, x_to = std::min(view->to, x_most);
  const Range y = y_range(spec, series, x_from, x_to);
  const Rect area{box.x + kAxisLeft, box.y + kTop, std::max(1.0F, box.w - kAxisLeft - kRight), std::max(1.0F, box.h - kTop - kAxisBottom)};
  Drawing d{ui, spec, series, area, {x_from, x_to, area.x, area.right(), spec.log_x}, {y.least, y.most, area.bottom(), area.y, spec.log_y}};
  if (frame) *frame = {area, d.sx, d.sy};
  d.axes();
  if (!title_above) vertical_text(ui, {box.x, area.y, 18, area.h}, spec.y_title);
  d.list->PushClipRect({area.x - 2, area.y - 2}, {area.right() + 2, area.bottom() + 2}, true);
  d.background();
  for (const Series& s : series) d.line(s);
  d.ends_and_marks();
  d.list->PopClipRect();
  d.names();

  ImGui::SetCursorScreenPos(area.min());
  ImGui::SetNextItemAllowOverlap();
  ImGui::InvisibleButton(spec.id.c_str(), {std::max(1.0F, area.w), std::max(1.0F, area.h)});
  ui.note_item(spec.id, spec.y_title + " / " + spec.x_title, "img", "", area);
  const bool hovered = ImGui::IsItemHovered();
  if (view) handle_view(ui, spec, area, d.sx, spec.x_least, x_most, *view);
  std::optional<double> at;
  const bool wanted = hovered && !y.empty && !(view && view->press_x >= 0 && ImGui::IsItemActive() && !ui.touch);
  const auto moved = read(d, wanted, at);
  if (legend_box.h > 0) legend(ui, legend_box, spec, series, at);
  if (view && view->zoomed()) {
    const Rect close{area.right() - 30, area.y + 2, 28, 28};
    if (ui.icon_button(spec.id + ".whole", close, Icon::close, ui("plot.whole"))) *view = {};
  }
  return moved;
}

} // namespace downhill::ui
