// A pad to draw on, and what each lane takes it for.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Draw final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;
  bool of_lane() const override { return false; }

private:
  std::array<Look<ask::Own>, kLanesMost> looks_; // one a lane
  ImageSheet sheet_;
  std::optional<std::array<float, 2>> pen_; // where it was in the last frame
};

void Draw::draw(const ViewPlace& s, Rect box) {
  Ui& ui = s.ui;
  Race& race = s.race;
  RaceView& view = s.view;
  Pad& pad = view.pad;
  const float side = std::min({box.h - ui.control_height() - 8, box.w * 0.4F, 280.0F});
  const Rect area{box.x + 1, box.y + 1, side, side};
  const Ui::Press p = ui.press("pad", area);
  if (p.held) {
    // along the way since the last frame
    ui.slider_held = true;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const std::array now{(mouse.x - area.x) / side * Pad::kSide, (mouse.y - area.y) / side * Pad::kSide};
    pad.stroke(pen_.value_or(now), now);
    pen_ = now;
  } else {
    pen_.reset();
  }
  sheet_.set_pixels(pad.pixels(), 1, Pad::kSide, Pad::kSide, pad.version());
  sheet_.begin(ui);
  sheet_.draw(ui, 0, area);
  sheet_.end(ui);
  ui.draw()->AddRect(area.min(), area.max(), p.hovered ? ui.theme->accent : ui.theme->line, 4);
  ui.drag_areas.push_back(area);
  ui.note_item("pad", ui("draw.pad"), "img", pad.used() ? "drawn" : "", area);
  if (!pad.used()) ui.paragraph({area.x + 12, area.y + side / 2 - 24, side - 24, 60}, ui("draw.help"), ui.theme->faint);
  const Rect below{box.x, area.bottom() + 6, side, ui.control_height()};
  if (ui.button("pad.clear", {below.x, below.y, std::min(below.w, ui.text_width(ui("draw.clear")) + 28), below.h}, ui("draw.clear"), false, pad.used()))
    pad.clear();
  Rect table{area.right() + 20, box.y, box.right() - area.right() - 20, box.h};
  if (!pad.used()) return void(ui.paragraph({table.x, table.y + 4, std::min(table.w, 420.0F), 80}, ui("draw.explain"), ui.theme->soft));
  const std::size_t count = race.lanes().size();
  const float row_height = std::clamp(table.h / static_cast<float>(count), 16.0F, 24.0F);
  for (std::size_t i = 0; i < count && table.h >= row_height; ++i) {
    const auto* own = looks_[i].want(race, i, {pad.pixels()});
    Rect row = table.cut_top(row_height);
    ui.text(row.cut_left(96), lane_name(race.experiment(), i, ui.language), ui.theme->soft, kLabel);
    if (!own || own->probabilities.empty()) {
      if (looks_[i].failed()) ui.text(row, ui("views.no_memory_short"), ui.theme->bad, kLabel);
      continue;
    }
    const auto best = static_cast<std::size_t>(std::max_element(own->probabilities.begin(), own->probabilities.end()) - own->probabilities.begin());
    const float p_best = own->probabilities[best];
    const std::string name = class_name(ui, race, best);
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

std::string Draw::csv(const Ui& ui, const Race& race, std::size_t) const {
  std::string out;
  const auto names = lane_names(race.experiment(), ui.language);
  out = "lane,probabilities\n";
  for (std::size_t i = 0; i < race.lanes().size(); ++i)
    if (const auto* own = looks_[i].seen_of(race, i)) {
      out += csv_text(names[i]);
      for (const float q : own->probabilities) out += comma_number(static_cast<double>(q));
      out += "\n";
    }
  return out;
}

} // namespace

const ViewRow kDrawView{.id = "draw", .needs = Needs::pad, .make = make_view<Draw>, .height_share = 0.44F};

} // namespace downhill
