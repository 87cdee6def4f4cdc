// Gradient, the rule's states, effective rate and update of the first layer.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Optimizer final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;

private:
  static constexpr std::size_t kPlanesMost = 5;
  struct Side {
    Look<ask::Optimizer> look;
    std::array<ImageSheet, kPlanesMost> sheets;
  };
  std::array<Side, 2> sides_;
};

// gradient, states, effective rate, update
std::size_t planes_of(const LaneSettings& settings) {
  const OptimizerEntry& rule = entry_of(optimizers(), settings.optimizer.name);
  return 2 + rule.state.size() + (rule.effective_rate ? 1 : 0);
}

void Optimizer::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  Rect foot = box.cut_bottom(20);
  const float label_width = box.w < 420 ? 96 : 118, histogram_width = std::clamp(box.w * 0.2F, 112.0F, 190.0F);
  const float images_width = std::max(44.0F, box.w - label_width - histogram_width - 20);
  const std::size_t planes = planes_of(s.race.experiment().lanes[s.lane].settings);
  const float row_height = std::clamp(box.h / static_cast<float>(planes), 26.0F, std::clamp(images_width / 4 + 5, 34.0F, 68.0F)), side = row_height - 5;
  const auto shown = static_cast<std::uint32_t>(std::clamp(images_width / (side + 4), 1.0F, 32.0F));
  Side& here = sides_[s.side];
  const auto* look = here.look.want(s.race, s.lane, {shown});
  if (!look) {
    if (s.state().ended() && s.state().step > 0) return s.ui.text(box, ui("optimizer.over"), ui.theme->soft, kText, Weight::regular, Align::center), void();
    return s.waiting(box, here.look);
  }
  const std::string rule = s.race.experiment().lanes[s.lane].settings.optimizer.name;
  s.caption(foot, fill(ui("optimizer.caption"), {setting(look->lr), std::to_string(look->shown), std::to_string(look->units)}),
            fill(ui("optimizer.short"), {setting(look->lr)}));
  const std::uint32_t color = ui.theme->*lane_look(s.race.experiment().lanes, s.lane).color;
  const int pixels = static_cast<int>(std::lround(std::sqrt(static_cast<double>(look->inputs))));
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginChild(("optimizer" + std::to_string(s.side)).c_str(), {box.w, box.h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  if (ImGui::IsWindowHovered() && ImGui::GetScrollMaxY() > 0) s.ui.scrollable_under_pointer = true;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  Rect rest{at.x, at.y, box.w - 8, row_height * static_cast<float>(look->planes.size())};
  for (std::size_t k = 0; k < look->planes.size() && k < kPlanesMost; ++k) {
    const OptimizerPlane& plane = look->planes[k];
    Rect row = rest.cut_top(row_height).inset(0, 2);
    Rect words = row.cut_left(label_width);
    words.cut_top(std::max(0.0F, (words.h - 44) / 2));
    const std::string key = "optimizer." + plane.id;
    const bool own_sign = plane.id == "gradient" || plane.id == "rate" || plane.id == "update";
    const std::string_view sign = own_sign ? ui.by_id("optimizer.symbol." + plane.id) : std::string_view(plane.id);
    const bool low = words.h < 28; // the sign beside the name, if it fits there
    Rect line = words.cut_top(15);
    const float name_width = ui.text(line, ui.by_id(key), ui.theme->ink, kLabel, Weight::bold);
    line.cut_left(name_width + 6);
    if (!low || ui.text_width(sign, kSmall) <= line.w) ui.text(low ? line : words.cut_top(13), sign, ui.theme->faint, kSmall);
    if (!low && words.h > 12) ui.text(words.cut_top(14), "|·| " + short_number(plane.spread.norm), ui.theme->soft, kSmall);
    Rect pictures = row.cut_left(images_width);
    ImageSheet& sheet = here.sheets[k];
    sheet.set_numbers(plane.values, look->shown, pixels, pixels, here.look.version());
    sheet.begin(ui);
    for (std::uint32_t i = 0; i < look->shown; ++i) sheet.draw(ui, i, {pictures.x + (side + 4) * static_cast<float>(i), pictures.y, side, side});
    sheet.end(ui);
    row.cut_left(8);
    histogram(s.ui, row.inset(0, 1), plane.spread.low, plane.spread.high, plane.spread.bins, faded(color, 0.8F));
    s.ui.note_item("optimizer." + std::to_string(s.side) + "." + plane.id, ui.by_id(key), "img", short_number(plane.spread.norm),
                   {pictures.x, pictures.y, pictures.w, side});
  }
  ImGui::SetCursorScreenPos({at.x, rest.y});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

std::string Optimizer::csv(const Ui&, const Race& race, std::size_t lane) const {
  std::string out;
  if (const auto* look = sides_[0].look.seen_of(race, lane)) {
    out = "quantity,low,high,histogram\n";
    for (const OptimizerPlane& plane : look->planes) out += spread_row(plane.id, plane.spread.low, plane.spread.high, plane.spread.bins);
  }
  return out;
}

} // namespace

const ViewRow kOptimizerView{.id = "optimizer", .needs = Needs::images, .make = make_view<Optimizer>};

} // namespace downhill
