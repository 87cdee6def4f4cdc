// Activations, dead and saturated units, gradients, layer by layer.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Units final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;

private:
  std::array<Look<ask::Units>, 2> looks_; // of either side
};

void Units::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  const auto* look = looks_[s.side].want(s.race, s.lane);
  if (!look) return s.waiting(box, looks_[s.side]);
  if (look->examples < look->of) s.caption(box.cut_bottom(18), fill(ui("units.sample"), {grouped(look->examples), grouped(look->of)}));
  const std::uint32_t color = ui.theme->*lane_look(s.race.experiment().lanes, s.lane).color;
  const float needed = 150;
  const auto count = static_cast<float>(look->layers.size());
  // layers beside each other, or, where there is no room, below each other in a list that scrolls
  const bool beside = needed * count <= box.w;
  const float width = beside ? std::min(280.0F, box.w / count) : box.w;
  // a title, the histogram and six lines fill the height, which is little in a low window
  const float histogram_height = std::clamp(box.h - 22 - 6 * 16, 34.0F, 90.0F);
  const float line_height = std::clamp((box.h - 22 - histogram_height) / 6, 16.0F, 18.0F);
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginChild(("units" + std::to_string(s.side)).c_str(), {box.w, box.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (ImGui::IsWindowHovered() && ImGui::GetScrollMaxY() > 0) s.ui.scrollable_under_pointer = true;
  float y = at.y;
  for (std::size_t l = 0; l < look->layers.size(); ++l) {
    const UnitsRow& layer = look->layers[l];
    const bool last = l + 1 == look->layers.size();
    Rect column{beside ? box.x + width * static_cast<float>(l) : box.x, beside ? at.y : y, width - 16, box.h};
    const float top = column.y;
    ui.text(column.cut_top(20), last ? std::string(ui("units.output")) : fill(ui("units.layer"), {std::to_string(l + 1), std::to_string(layer.units)}),
            ui.theme->ink, kLabel, Weight::bold);
    if (!last) {
      histogram(s.ui, column.cut_top(histogram_height), layer.low, layer.high, layer.bins, faded(color, 0.8F));
      column.cut_top(2);
    }
    const auto row = [&](StringKey key, const std::string& value, bool bad = false) {
      const Rect line = column.cut_top(line_height);
      ui.text({line.x, line.y, line.w * 0.68F, line.h}, ui(key), ui.theme->soft, kLabel);
      ui.text(line, value, bad ? ui.theme->bad : ui.theme->ink, kLabel, Weight::bold, Align::right);
      s.ui.note_item("units." + std::to_string(s.side) + "." + std::to_string(l) + "." + std::to_string(static_cast<int>(key.index)), ui(key), "status", value,
                     line);
    };
    if (!last) {
      row("units.zeros", percent(layer.zero_share));
      row("units.dead", std::to_string(std::lround(layer.dead_share * layer.units)) + " / " + std::to_string(layer.units), layer.dead_share > 0.2);
      row("units.saturated", percent(layer.saturated_share), layer.saturated_share > 0.9 && layer.zero_share < 0.5);
      row("units.shift", short_number(layer.mean - layer.mean_in));
    }
    row("units.gradient", short_number(layer.gradient_norm));
    row("units.ratio", layer.weight_norm > 0 ? short_number(layer.update_norm / layer.weight_norm) : "–");
    y = top + (column.y - top) + 10;
  }
  ImGui::SetCursorScreenPos({box.x, y});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

std::string Units::csv(const Ui&, const Race& race, std::size_t lane) const {
  std::string out;
  if (const auto* look = looks_[0].seen_of(race, lane)) {
    out = "layer,units,test_examples,zero_share,dead_share,saturated_share,mean_in,mean,gradient_norm,update_norm,weight_norm\n";
    for (std::size_t l = 0; l < look->layers.size(); ++l) {
      const UnitsRow& r = look->layers[l];
      out += std::to_string(l + 1) + "," + std::to_string(r.units) + "," + std::to_string(look->examples);
      for (const double v : {r.zero_share, r.dead_share, r.saturated_share, r.mean_in, r.mean, r.gradient_norm, r.update_norm, r.weight_norm})
        out += comma_number(v);
      out += "\n";
    }
    out += "layer,low,high,histogram\n";
    for (std::size_t l = 0; l + 1 < look->layers.size(); ++l)
      out += spread_row(std::to_string(l + 1), look->layers[l].low, look->layers[l].high, look->layers[l].bins);
  }
  return out;
}

} // namespace

const ViewRow kUnitsView{.id = "units", .needs = Needs::anything, .make = make_view<Units>};

} // namespace downhill
