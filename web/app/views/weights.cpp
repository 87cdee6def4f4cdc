// The first layer's weights, unit by unit, as images.
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class WeightsView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;

private:
  struct Side {
    Look<ask::Weights> look;
    ImageSheet sheet;
  };
  std::array<Side, 2> sides_;
  std::uint32_t from_ = 0; // the first unit of the page
};

void WeightsView::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  Side& here = sides_[s.side];
  const bool hidden = !s.race.experiment().lanes[s.lane].settings.network.hidden.empty();
  Rect foot = box.cut_bottom(s.ui.touch ? 40 : 24);
  const Grid grid(box, hidden ? 46 : 60, 4, hidden ? 0 : 14);
  const auto page = static_cast<std::uint32_t>(std::min(grid.size(), 128));
  const auto& network = s.race.experiment().lanes[s.lane].settings.network;
  const auto units = static_cast<std::uint32_t>(hidden ? network.hidden.front().units : s.race.outputs(s.lane));
  const std::uint32_t from = page_start(from_, page, units);
  const auto* look = here.look.want(s.race, s.lane, {from, page});
  if (!look) return s.waiting(box, here.look);
  pages(s.ui, foot.cut_right(std::min(200.0F, foot.w * 0.5F)), "units" + std::to_string(s.side), from_, page, look->units);
  s.caption(foot, fill((hidden ? ui("weights.caption") : ui("weights.caption_classes")), {std::to_string(look->units), std::to_string(look->shown)}),
            ui("weights.short"));
  ImageSheet& sheet = here.sheet;
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(look->inputs))));
  sheet.set_numbers(look->weights, look->shown, side, side, here.look.version());
  const int count = std::min(grid.size(), static_cast<int>(look->shown));
  sheet.begin(ui);
  for (int i = 0; i < count; ++i) sheet.draw(ui, static_cast<std::size_t>(i), grid.at(i));
  sheet.end(ui);
  for (int i = 0; i < count; ++i) {
    const Rect at = grid.at(i);
    ui.draw()->AddRect(at.min(), at.max(), ui.theme->line);
    const auto unit = static_cast<std::size_t>(look->from) + static_cast<std::size_t>(i);
    if (!hidden) ui.text({at.x - 4, at.bottom(), at.w + 8, 14}, s.class_name(unit), ui.theme->soft, kSmall, Weight::regular, Align::center);
    s.ui.note_item("weight." + std::to_string(s.side) + "." + std::to_string(unit), fill(ui("weights.unit"), {std::to_string(unit + 1)}), "img", "", at);
  }
}

std::string WeightsView::csv(const Ui&, const Race& race, std::size_t lane) const {
  std::string out;
  if (const auto* look = sides_[0].look.seen_of(race, lane)) {
    out = "unit,weights\n";
    for (std::uint32_t u = 0; u < look->shown; ++u) {
      out += std::to_string(look->from + u);
      for (std::uint32_t i = 0; i < look->inputs; ++i) out += comma_number(static_cast<double>(look->weights[static_cast<std::size_t>(u) * look->inputs + i]));
      out += "\n";
    }
  }
  return out;
}

} // namespace

const ViewRow kWeightsView{.id = "weights", .needs = Needs::images, .make = make_view<WeightsView>};

} // namespace downhill
