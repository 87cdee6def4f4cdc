// Where a lane says one class or the other, for points of the plane.
#include "app/views/list.hpp"

#include <algorithm>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Boundary final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;

private:
  std::array<BoundaryPicture, 2> pictures_; // of either side
};

void Boundary::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  const float side = std::min(box.h, box.w > 420 ? box.w * 0.5F : box.w);
  const BoundaryLook* look = pictures_[s.side].draw(s.ui, s.race, s.lane, s.side, {box.x, box.y, side, side});
  box.cut_left(side + 2 * kGrid);
  if (!look || box.w < 100) return;
  const Evaluation* e = s.state().evaluation();
  box.cut_top(ui.paragraph(box, ui("boundary.explain"), ui.theme->soft) + kGrid);
  if (e) ui.text(box.cut_top(20), fill(ui("boundary.accuracy"), {percent(e->train_accuracy), percent(e->test_accuracy)}), ui.theme->ink, kText, Weight::bold);
}

std::string Boundary::csv(const Ui&, const Race& race, std::size_t lane) const {
  std::string out;
  if (const auto* look = pictures_[0].seen_of(race, lane)) {
    out = "x,y,probability\n";
    for (std::size_t i = 0; i < look->probabilities.size(); ++i) {
      const auto at = [&](std::size_t cell) { return look->reach * (2 * (static_cast<double>(cell) + 0.5) / look->side - 1); };
      out += csv_number(at(i % look->side)) + comma_number(-at(i / look->side)) + comma_number(static_cast<double>(look->probabilities[i])) + "\n";
    }
    out += "x,y,label\n";
    for (std::size_t i = 0; i < look->labels.size(); ++i)
      out += csv_number(static_cast<double>(look->points[2 * i])) + comma_number(static_cast<double>(look->points[2 * i + 1])) + "," +
             std::to_string(look->labels[i]) + "\n";
  }
  return out;
}

} // namespace

const ViewRow kBoundaryView{.id = "boundary", .needs = Needs::points, .make = make_view<Boundary>};

} // namespace downhill
