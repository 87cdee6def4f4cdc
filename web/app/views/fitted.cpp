// What the lanes of a regression give over its interval, the training points, and the target without noise.
#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Fitted final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;
  bool of_lane() const override { return false; }

private:
  std::array<Look<ask::Fitted>, kLanesMost> looks_; // one a lane
};

// The curves and, of each lane, how far it is from the target.
void draw_fits(const ViewPlace& s, Rect box, const std::vector<std::pair<std::size_t, const FittedLook*>>& looks) {
  Ui& ui = s.ui;
  Race& race = s.race;
  const FittedLook& first = *looks.front().second;
  PlotSpec spec;
  spec.id = "fitted";
  spec.x_title = ui("fitted.x");
  spec.y_title = ui("fitted.y");
  spec.x_least = first.low, spec.x_most = first.high;
  spec.show_legend = true;
  spec.x_text = [&](double v) { return fill(ui("fitted.at"), {grouped(v, 3)}); };
  const Span y = fitted_span(first);
  spec.y_from = y.least, spec.y_to = y.most;
  for (std::size_t i = 0; i + 1 < first.points.size(); i += 2)
    spec.dots.push_back({static_cast<double>(first.points[i]), static_cast<double>(first.points[i + 1]), faded(ui.theme->ink, 0.45F), true});
  const std::vector<double> x(first.x.begin(), first.x.end());
  Series target;
  target.label = ui("fitted.target");
  target.color = ui.theme->soft, target.dash = Dash::dashed;
  target.x = x, target.y.assign(first.target.begin(), first.target.end());
  std::vector<Series> series{std::move(target)};
  for (const auto& [lane, look] : looks) {
    const LaneLook its = lane_look(race.experiment().lanes, lane);
    Series line;
    line.label = lane_name(race.experiment(), lane, ui.language);
    line.color = ui.theme->*its.color, line.dash = its.dash, line.marker = its.marker;
    line.x = x, line.y.assign(look->given.begin(), look->given.end());
    series.push_back(std::move(line));
  }
  Rect side = box.w > 520 ? box.cut_right(std::min(230.0F, box.w * 0.34F)) : Rect{};
  plot(ui, box, spec, series);
  if (side.w > 0) {
    side.cut_left(kGrid);
    side.cut_top(ui.paragraph(side, ui("fitted.explain"), ui.theme->soft) + kHalf);
    ui.text(side.cut_top(20), ui("fitted.distance"), ui.theme->soft, kLabel, Weight::bold);
  }
  for (const auto& [lane, look] : looks) {
    const std::string name = lane_name(race.experiment(), lane, ui.language), value = short_number(distance_from_target(*look));
    Rect row = side.w > 0 && side.h >= 18 ? side.cut_top(18) : Rect{box.x, box.y, 1, 1};
    ui.note_item("fitted.lane." + std::to_string(lane), name, "status", value, row);
    if (row.w <= 1) continue;
    ui.text(row.cut_right(70), value, ui.theme->ink, kLabel, Weight::bold, Align::right);
    ui.text(row, name, ui.theme->*lane_look(race.experiment().lanes, lane).color, kLabel);
  }
}

void Fitted::draw(const ViewPlace& s, Rect box) {
  std::vector<std::pair<std::size_t, const FittedLook*>> looks;
  for (std::size_t i = 0; i < s.race.lanes().size(); ++i) {
    if (s.race.lanes()[i].hidden) continue;
    if (const auto* look = looks_[i].want(s.race, i); look && is_whole(*look)) looks.emplace_back(i, look);
  }
  const bool none = std::all_of(s.race.lanes().begin(), s.race.lanes().end(), [](const LaneState& lane) { return lane.hidden; });
  if (none) { // nothing is on its way
    s.ui.note_item("fitted.none", s.ui("fitted.none_shown"), "status", "", box);
    return void(s.ui.paragraph({box.x, box.y, std::min(box.w, 520.0F), box.h}, s.ui("fitted.none_shown"), s.ui.theme->soft));
  }
  if (looks.empty()) return s.waiting(box, looks_[std::min(s.lane, looks_.size() - 1)]);
  draw_fits(s, box, looks);
}

std::string Fitted::csv(const Ui& ui, const Race& race, std::size_t) const {
  std::string out, points;
  const auto names = lane_names(race.experiment(), ui.language);
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    if (race.lanes()[i].hidden) continue; // what it gave when it was last shown stands beside no other curve
    const auto* look = looks_[i].seen_of(race, i);
    if (!look || !is_whole(*look)) continue;
    if (out.empty()) {
      out = "lane,x,given,target\n";
      points = "x,target\n";
      for (std::size_t k = 0; k + 1 < look->points.size(); k += 2)
        points += csv_number(static_cast<double>(look->points[k])) + comma_number(static_cast<double>(look->points[k + 1])) + "\n";
    }
    for (std::size_t k = 0; k < look->x.size(); ++k) {
      const auto given = static_cast<double>(look->given[k]); // of a lane that diverged there is none
      out += csv_text(names[i]) + comma_number(static_cast<double>(look->x[k])) + (std::isfinite(given) ? comma_number(given) : ",") +
             comma_number(static_cast<double>(look->target[k])) + "\n";
    }
  }
  return out + points;
}

} // namespace

const ViewRow kFittedView{.id = "fitted", .needs = Needs::numbers, .make = make_view<Fitted>, .height_share = 0.44F};

} // namespace downhill
