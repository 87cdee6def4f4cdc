// Where a lane says which class, for points of the plane.
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
  static void of_own(const ViewPlace& s, const protocol::BoundaryLook& look, Rect& box);
  std::array<BoundaryPicture, 2> pictures_; // of either side
};

// A user's own points: which class is which, what the axes are, and how far they go.
void Boundary::of_own(const ViewPlace& s, const BoundaryLook& look, Rect& box) {
  Ui& ui = s.ui;
  Rect row = box.cut_top(20);
  for (std::size_t label = 0; label < look.classes; ++label) {
    const PlaneLook& of = plane_look(label);
    const std::string name = s.class_name(label);
    const float width = std::min(box.w, 18 + ui.text_width(name) + 2 * kGrid);
    if (width > row.w) row = box.cut_top(20);
    const Rect place = row.cut_left(width);
    draw_marker(ui.draw(), {place.x + 6, place.y + 10}, of.marker, ui.theme->*of.color, 4.5F);
    ui.text({place.x + 18, place.y, place.w - 18, place.h}, name, ui.theme->ink);
    ui.note_item("boundary.class." + std::to_string(s.side) + "." + std::to_string(label), name, "note", "", place);
  }
  const OwnFacts* facts = s.race.own();
  const auto axis = [&](std::size_t i) { return facts && i < facts->columns.size() ? facts->columns[i] : "x" + std::to_string(i + 1); };
  const Extent& view = look.view;
  const std::string text = fill(
      ui("boundary.axes"), {axis(0), short_number(view.x_least), short_number(view.x_most), axis(1), short_number(view.y_least), short_number(view.y_most)});
  const float height = ui.paragraph(box, text, ui.theme->soft);
  ui.note_item("boundary.axes." + std::to_string(s.side), text, "note", "", {box.x, box.y, box.w, height});
  box.cut_top(height + kGrid);
}

void Boundary::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  const float side = std::min(box.h, box.w > 420 ? box.w * 0.5F : box.w);
  const BoundaryLook* look = pictures_[s.side].draw(s.ui, s.race, s.lane, s.side, {box.x, box.y, side, side});
  box.cut_left(side + 2 * kGrid);
  if (!look || box.w < 100) return;
  const Evaluation* e = s.state().evaluation();
  const bool own = s.race.is_own();
  box.cut_top(ui.paragraph(box, own ? ui("boundary.explain_own") : ui("boundary.explain"), ui.theme->soft) + kGrid);
  if (own) of_own(s, *look, box);
  if (e) ui.text(box.cut_top(20), fill(ui("boundary.accuracy"), {percent(e->train_accuracy), percent(e->test_accuracy)}), ui.theme->ink, kText, Weight::bold);
}

std::string Boundary::csv(const Ui&, const Race& race, std::size_t lane) const {
  std::string out;
  if (const auto* look = pictures_[0].seen_of(race, lane)) {
    const std::size_t classes = look->classes;
    out = "x,y"; // of two classes the probability of the second says it all
    for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) out += classes == 2 ? ",probability" : ",p" + std::to_string(c);
    out += "\n";
    for (std::size_t i = 0; (i + 1) * classes <= look->probabilities.size(); ++i) {
      out += csv_number(look->x_of(i % look->side)) + comma_number(look->y_of(i / look->side));
      for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) out += comma_number(static_cast<double>(look->probabilities[i * classes + c]));
      out += "\n";
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
