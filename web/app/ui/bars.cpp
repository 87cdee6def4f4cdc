// Bars by group, and histograms.
#include "app/ui/plot.hpp"
#include "app/ui/scale.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::ui {

namespace {

bool whole(double v) { return v == std::floor(v); }

std::string height_text(double v, bool counts) { return counts ? grouped(v) : short_number(v); }

} // namespace

void bars(Ui& ui, Rect box, const BarSpec& spec, const std::vector<BarSeries>& series) {
  ImDrawList* list = ui.draw();
  const Rect area{box.x + kAxisLeft, box.y + kTop, std::max(1.0F, box.w - kAxisLeft - 4), std::max(1.0F, box.h - kTop - 38)};
  double least = spec.log ? spec.least : 0, most = spec.most;
  for (const BarSeries& s : series)
    for (const double v : s.values)
      if (std::isfinite(v) && v > 0) least = spec.log ? std::min(least, v) : least, most = std::max(most, v);
  if (spec.log) least = std::pow(10, std::floor(std::log10(least))), most = std::pow(10, std::ceil(std::log10(most) - 1e-9));
  bool counts = !spec.log && !spec.percents;
  for (const BarSeries& s : series) counts = counts && std::all_of(s.values.begin(), s.values.end(), whole);
  const Scale sy{least, most, area.bottom(), area.y, spec.log};
  auto ticks = spec.log ? log_ticks(least, most) : axis_ticks(least, most, std::max(2, static_cast<int>(area.h / 40)));
  if (spec.log) keep_decades(ticks, area.h / 20);
  for (const double v : ticks) {
    const float y = std::round(sy.at(v)) + 0.5F;
    list->AddLine({area.x, y}, {area.right(), y}, ui.theme->line);
    ui.text({box.x + 4, y - 9, kAxisLeft - 12, 18}, spec.percents ? setting(std::round(v * 100)) + " %" : height_text(v, counts && whole(v)), ui.theme->soft,
            kSmall, Weight::regular, Align::right);
  }
  const float pitch = area.w / static_cast<float>(std::max<std::size_t>(1, spec.groups.size()));
  const float width = std::clamp((pitch - 10) / static_cast<float>(std::max<std::size_t>(1, series.size())), 2.0F, 22.0F);
  float widest = 0;
  for (const std::string& group : spec.groups) widest = std::max(widest, ui.text_width(group, kSmall) + 4);
  const auto every = static_cast<std::size_t>(std::max(1.0F, std::ceil(widest / pitch))); // names that would touch take turns
  for (std::size_t g = 0; g < spec.groups.size(); ++g) {
    const float middle = area.x + pitch * (static_cast<float>(g) + 0.5F), left = middle - width * static_cast<float>(series.size()) / 2;
    for (std::size_t s = 0; s < series.size(); ++s) {
      const double v = g < series[s].values.size() ? series[s].values[g] : 0;
      const Rect slot{left + width * static_cast<float>(s), area.y, width, area.h};
      const std::string& ended = series[s].ended;
      const std::string text = !ended.empty() ? ended : std::isfinite(v) ? (spec.percents ? percent(v) : height_text(v, counts)) : std::string("–");
      if (std::isfinite(v) && v > 0) {
        const float top = std::min(area.bottom() - 1, sy.at(v));
        list->AddRectFilled({slot.x + 1, top}, {slot.right() - 1, area.bottom()}, series[s].color, 2);
      }
      // a bar of 0 has a foot, so that it is seen to be one
      if (!(v > 0) && ended.empty()) list->AddRectFilled({slot.x + 1, area.bottom() - 2}, {slot.right() - 1, area.bottom()}, series[s].color);
      if (const ImVec2 p{slot.x + slot.w / 2, area.bottom() - 7}; !ended.empty())
        for (const float up : {-4.0F, 4.0F}) list->AddLine({p.x - 4, p.y - up}, {p.x + 4, p.y + up}, series[s].color, 2);
      ImGui::SetCursorScreenPos(slot.min());
      ImGui::Dummy({slot.w, slot.h});
      ui.tip(series[s].label + " · " + spec.groups[g] + ": " + text);
      ui.note_item(spec.id + "." + std::to_string(g) + "." + std::to_string(s), series[s].label + ", " + spec.groups[g], "img", text, slot);
    }
    if (g % every == 0) ui.text({middle - widest / 2, area.bottom() + 3, widest, 16}, spec.groups[g], ui.theme->soft, kSmall, Weight::regular, Align::center);
  }
  list->AddLine({area.x, area.bottom() + 0.5F}, {area.right(), area.bottom() + 0.5F}, ui.theme->faint);
  ui.text({area.x - 20, area.bottom() + 19, area.w + 20, 18}, spec.title, ui.theme->soft, kSmall, Weight::regular, Align::center);
}

void histogram(Ui& ui, Rect box, double low, double high, const std::vector<std::uint32_t>& bins, std::uint32_t color) {
  ImDrawList* list = ui.draw();
  const Rect area{box.x, box.y, box.w, box.h - 15};
  std::uint32_t most = 1;
  for (const std::uint32_t n : bins) most = std::max(most, n);
  const float width = area.w / static_cast<float>(std::max<std::size_t>(1, bins.size()));
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    const float x = area.x + width * static_cast<float>(i),
                h = std::max(1.0F, area.h * std::log1p(static_cast<float>(bins[i])) / std::log1p(static_cast<float>(most)));
    list->AddRectFilled({x, area.bottom() - h}, {x + std::max(1.0F, width - 1), area.bottom()}, color);
  }
  list->AddLine({area.x, area.bottom() + 0.5F}, {area.right(), area.bottom() + 0.5F}, ui.theme->faint);
  if (low < 0 && high > 0) {
    const float zero = area.x + area.w * static_cast<float>(-low / (high - low));
    list->AddLine({zero, area.y}, {zero, area.bottom()}, ui.theme->faint);
  }
  ui.text({area.x, area.bottom() + 1, area.w / 2, 14}, short_number(low), ui.theme->soft, kSmall);
  ui.text({area.x + area.w / 2, area.bottom() + 1, area.w / 2, 14}, short_number(high), ui.theme->soft, kSmall, Weight::regular, Align::right);
}

} // namespace downhill::ui
