// The loss of each lane over rates.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class SweepView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t) const override { return sweep_csv(ui, race); }
  bool of_lane() const override { return false; }
};

void SweepView::draw(const ViewPlace& s, Rect box) {
  Ui& ui = s.ui;
  Race& race = s.race;
  const auto& curves = race.sweep().curves();
  if (curves.empty()) {
    Rect middle{box.x, box.y + 8, std::min(box.w, 520.0F), 80};
    middle.cut_top(ui.paragraph(middle, ui("sweep.none"), ui.theme->soft) + 6);
    if (ui.button("sweep.start", {middle.x, middle.y, ui.text_width(ui("sweep.start")) + 28, ui.control_height()}, ui("sweep.start"))) race.start_sweep();
    return;
  }
  PlotSpec spec;
  spec.id = "sweep.plot";
  spec.x_title = ui("sweep.x");
  spec.y_title = fill(ui("sweep.y"), {grouped(static_cast<double>(race.sweep().epochs()))});
  spec.log_x = true;
  spec.x_least = Sweep::kRates[0];
  spec.x_most = std::end(Sweep::kRates)[-1];
  spec.y_ceiling = 3;
  spec.y_decimals = 4;
  spec.x_text = [&](double v) { return fill(ui("sweep.at"), {setting(v)}); };
  spec.minimum_label = ui("sweep.minimum");
  std::vector<Series> series;
  for (std::size_t i = 0; i < std::min(curves.size(), race.lanes().size()); ++i) {
    if (curves[i].points.empty()) continue; // a lane that was not in the sweep
    const LaneLook look = lane_look(race.experiment().lanes, i);
    Series line{lane_name(race.experiment(), i, ui.language), ui.theme->*look.color, look.dash, look.marker, {}, {}, {}, {}, {}, {}, -1};
    for (const auto& point : curves[i].points) {
      if (!point.loss) continue;
      if (curves[i].best() == point.lr) line.minimum = static_cast<int>(line.x.size());
      line.x.push_back(point.lr);
      line.y.push_back(*point.loss);
    }
    series.push_back(std::move(line));
  }
  Rect side = box.cut_right(std::min(220.0F, box.w * 0.34F));
  plot(ui, box, spec, series);
  side.cut_left(8);
  side.cut_top(ui.paragraph(side, fill(ui("sweep.explain"), {grouped(static_cast<double>(race.sweep().epochs()))}), ui.theme->soft) + kHalf);
  for (std::size_t i = 0; i < std::min(curves.size(), race.lanes().size()); ++i) {
    if (!curves[i].best_at_edge()) continue;
    const std::string words = fill(ui("explain.rates_edge"), {lane_name(race.experiment(), i, ui.language), setting(*curves[i].best()),
                                                              setting(Sweep::kRates[0]), setting(std::end(Sweep::kRates)[-1])});
    side.cut_top(ui.paragraph(side, words, ui.theme->bad) + kHalf);
  }
}

} // namespace

const ViewRow kSweepView{.id = "sweep", .needs = Needs::anything, .make = make_view<SweepView>};

} // namespace downhill
