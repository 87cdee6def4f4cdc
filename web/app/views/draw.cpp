// A pad to draw on, and what each lane takes it for.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

void draw(const Stand& s, Rect box) {
  Ui& ui = s.ui;
  Race& race = s.race;
  RaceView& view = s.view;
  constexpr int kSide = 28;
  if (view.pad.empty()) view.pad.assign(kSide * kSide, 0);
  const float side = std::min({box.h - ui.control_height() - 8, box.w * 0.4F, 280.0F});
  const Rect area{box.x + 1, box.y + 1, side, side};
  const Ui::Press p = ui.press("pad", area);
  if (p.held) {
    // a round pen of about two pixels, along the way since the last frame
    ui.slider_held = true;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const ImVec2 now{(mouse.x - area.x) / side * kSide, (mouse.y - area.y) / side * kSide};
    const ImVec2 from = view.pen.x < 0 ? now : view.pen;
    const int strokes = 1 + static_cast<int>(std::hypot(now.x - from.x, now.y - from.y) * 2);
    for (int k = 0; k <= strokes; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(strokes), cx = from.x + (now.x - from.x) * t, cy = from.y + (now.y - from.y) * t;
      for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
          const float d = std::hypot(static_cast<float>(x) + 0.5F - cx, static_cast<float>(y) + 0.5F - cy);
          const auto ink = static_cast<std::uint8_t>(255 * std::clamp(1.8F - d, 0.0F, 1.0F));
          std::uint8_t& pixel = view.pad[static_cast<std::size_t>(y * kSide + x)];
          pixel = std::max(pixel, ink);
        }
    }
    view.pen = now;
    view.pad_used = true;
    ++view.pad_version;
  } else {
    view.pen = {-1, -1};
  }
  view.pad_sheet.set_pixels(view.pad, 1, kSide, kSide, view.pad_version);
  view.pad_sheet.begin(ui);
  view.pad_sheet.draw(ui, 0, area);
  view.pad_sheet.end(ui);
  ui.draw()->AddRect(area.min(), area.max(), p.hovered ? ui.theme->accent : ui.theme->line, 4);
  ui.drag_areas.push_back(area);
  ui.note_item("pad", ui("draw.pad"), "img", view.pad_used ? "drawn" : "", area);
  if (!view.pad_used) ui.paragraph({area.x + 12, area.y + side / 2 - 24, side - 24, 60}, ui("draw.help"), ui.theme->faint);
  const Rect below{box.x, area.bottom() + 6, side, ui.control_height()};
  if (ui.button("pad.clear", {below.x, below.y, std::min(below.w, ui.text_width(ui("draw.clear")) + 28), below.h}, ui("draw.clear"), false, view.pad_used)) {
    view.pad.assign(kSide * kSide, 0);
    view.pad_used = false;
    ++view.pad_version;
  }
  Rect table{area.right() + 20, box.y, box.right() - area.right() - 20, box.h};
  if (!view.pad_used) return void(ui.paragraph({table.x, table.y + 4, std::min(table.w, 420.0F), 80}, ui("draw.explain"), ui.theme->soft));
  const std::size_t count = race.lanes().size();
  const float row_height = std::clamp(table.h / static_cast<float>(count), 16.0F, 24.0F);
  const auto& classes = race.experiment().lanes.front().settings.data.classes;
  for (std::size_t i = 0; i < count && table.h >= row_height; ++i) {
    race.want_look(kOwnSlots + static_cast<std::uint32_t>(i), i, LookKind::own, 0, 0, view.pad);
    const auto* own = race.looks().answer<OwnLook>(kOwnSlots + static_cast<std::uint32_t>(i), race.lanes()[i].key);
    Rect row = table.cut_top(row_height);
    ui.text(row.cut_left(96), lane_name(race.experiment(), i, ui.language), ui.theme->soft, kLabel);
    if (!own || own->probabilities.empty()) {
      if (race.looks().failed(kOwnSlots + static_cast<std::uint32_t>(i), race.lanes()[i].key)) ui.text(row, ui("views.no_memory_short"), ui.theme->bad, kLabel);
      continue;
    }
    const auto best = static_cast<std::size_t>(std::max_element(own->probabilities.begin(), own->probabilities.end()) - own->probabilities.begin());
    const float p_best = own->probabilities[best];
    const std::string name(best < classes.size() ? ui.by_id("class." + std::to_string(classes[best])) : "");
    ui.text(row.cut_left(64), name, ui.theme->ink, kLabel, Weight::bold);
    ui.text(row.cut_left(52), percent(static_cast<double>(p_best)), ui.theme->ink, kLabel, Weight::regular, Align::right);
    row.cut_left(8);
    // all classes as one bar of shares
    float x = row.x;
    const float w = std::min(row.w, 320.0F);
    for (std::size_t k = 0; k < own->probabilities.size(); ++k) {
      const float share = w * own->probabilities[k];
      ui.draw()->AddRectFilled({x, row.y + 4}, {x + share, row.bottom() - 4},
                               k == best ? ui.theme->*lane_look(race.experiment().lanes, i).color : faded(ui.theme->faint, k % 2 ? 0.25F : 0.45F));
      x += share;
    }
    ui.note_item("own." + std::to_string(i), lane_name(race.experiment(), i, ui.language), "status", name + " " + percent(static_cast<double>(p_best)), row);
  }
}

std::string csv(const ViewNumbers& n) {
  std::string out;
  const auto names = lane_names(n.race.experiment(), n.ui.language);
  out = "lane,probabilities\n";
  for (std::size_t i = 0; i < n.race.lanes().size(); ++i)
    if (const auto* own = n.race.looks().answer<OwnLook>(kOwnSlots + static_cast<std::uint32_t>(i), n.race.lanes()[i].key)) {
      out += csv_text(names[i]);
      for (const float q : own->probabilities) out += comma_number(static_cast<double>(q));
      out += "\n";
    }
  return out;
}

} // namespace

const ViewRow kDrawView{.id = "draw", .needs = Needs::images, .of_lane = never, .draw = draw, .csv = csv, .height_share = 0.44F};

} // namespace downhill
