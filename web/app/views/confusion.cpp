// Test images by label and by what the lane takes them for; a cell opens its images.
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Confusion final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui&, const Race& race, std::size_t lane) const override { return predictions_csv(sides_[0].look.seen_of(race, lane)); }

private:
  void cell_images(const ViewPlace& s, Rect box, const PredictionsLook& look);
  struct Side {
    Look<ask::Predictions> look;
    PictureSheet images;
  };
  std::array<Side, 2> sides_;
  int cell_ = -1; // label · classes + predicted
};

void Confusion::cell_images(const ViewPlace& s, Rect box, const PredictionsLook& look) {
  const Ui& ui = s.ui;
  const auto c = static_cast<int>(look.classes);
  const int label = cell_ / c, predicted = cell_ % c;
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < look.labels.size(); ++i)
    if (look.labels[i] == label && look.predicted[i] == predicted) places.push_back(static_cast<std::uint32_t>(i));
  ui.text(box.cut_top(20),
          fill(ui("confusion.cell"),
               {s.class_name(static_cast<std::size_t>(label)), s.class_name(static_cast<std::size_t>(predicted)), grouped(static_cast<double>(places.size()))}),
          ui.theme->ink, kLabel, Weight::bold);
  const Grid grid(box, 36, 4);
  if (places.size() > static_cast<std::size_t>(grid.size())) places.resize(static_cast<std::size_t>(grid.size()));
  if (places.empty() || !s.race.has_images()) return;
  const Images* images = sides_[s.side].images.want(s.race, false, places);
  if (!images || images->places != places) return;
  ImageSheet& sheet = sides_[s.side].images.sheet;
  sheet.begin(ui);
  for (int i = 0; i < static_cast<int>(places.size()); ++i) sheet.draw(ui, static_cast<std::size_t>(i), grid.at(i));
  sheet.end(ui);
  s.ui.note_item("confusion.images." + std::to_string(s.side), "", "img", std::to_string(places.size()), box);
}

void Confusion::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  const auto* look = sides_[s.side].look.want(s.race, s.lane);
  if (!look || look->classes == 0) return s.waiting(box, sides_[s.side].look);
  const auto c = static_cast<int>(look->classes);
  std::vector<int> counts(static_cast<std::size_t>(c * c)), totals(static_cast<std::size_t>(c));
  for (std::size_t i = 0; i < look->labels.size(); ++i) {
    ++counts[static_cast<std::size_t>(look->labels[i] * c + look->predicted[i])];
    ++totals[look->labels[i]];
  }
  float names = 0;
  for (int i = 0; i < c; ++i) names = std::max(names, ui.text_width(s.class_name(static_cast<std::size_t>(i)), kSmall));
  const float head = 16, left = names + 8, right = ui.text_width(percent(1), kSmall) + 8;
  const bool beside = box.w > 460;
  // cells as high as there is room, and wide enough for their counts
  const float room = (beside ? box.w * 0.5F : box.w) - left - right;
  const float cell = std::floor(std::max(60.0F, std::min(box.h - head - 18, room)) / static_cast<float>(c));
  const float cell_width = std::max(cell, std::floor(std::min(room / static_cast<float>(c), 34.0F)));
  const Rect area{box.x + left, box.y + head, cell_width * static_cast<float>(c), cell * static_cast<float>(c)};
  ui.text({box.x, box.y, left + area.w + right, head}, ui("confusion.title"), ui.theme->soft, kSmall);
  for (int row = 0; row < c; ++row) {
    const Rect line{area.x, area.y + cell * static_cast<float>(row), area.w, cell};
    if (cell >= 9) {
      ui.text({box.x, line.y, names + 2, cell}, s.class_name(static_cast<std::size_t>(row)), ui.theme->soft, kSmall, Weight::regular, Align::right);
      const double right_share = static_cast<double>(counts[static_cast<std::size_t>(row * c + row)]) / std::max(1, totals[static_cast<std::size_t>(row)]);
      ui.text({line.right() + 4, line.y, right - 4, cell}, percent(right_share), ui.theme->ink, kSmall);
    }
    for (int column = 0; column < c; ++column) {
      const int index = row * c + column, n = counts[static_cast<std::size_t>(index)];
      const Rect at{line.x + cell_width * static_cast<float>(column), line.y, cell_width - 1, cell - 1};
      const float share = static_cast<float>(n) / static_cast<float>(std::max(1, totals[static_cast<std::size_t>(row)]));
      const std::string id = "confusion." + std::to_string(s.side) + "." + std::to_string(row) + "." + std::to_string(column);
      const Ui::Press p = s.ui.press(id, {at.x, at.y, cell_width, cell});
      if (p.pressed) cell_ = index;
      ui.draw()->AddRectFilled(at.min(), at.max(), ui.theme->fill, 2);
      if (n > 0)
        ui.draw()->AddRectFilled(at.min(), at.max(), faded(row == column ? ui.theme->positive : ui.theme->negative, 0.12F + 0.88F * std::sqrt(share)), 2);
      if (cell_ == index) ui.draw()->AddRect({at.x - 1, at.y - 1}, {at.right() + 1, at.bottom() + 1}, ui.theme->ink, 2, 0, 2);
      if (cell >= 11 && cell_width >= 22 && n > 0)
        ui.text(at, std::to_string(n), share > 0.5F ? ui.theme->panel : ui.theme->ink, kSmall, Weight::regular, Align::center);
      const std::string words =
          fill(ui("confusion.cell"), {s.class_name(static_cast<std::size_t>(row)), s.class_name(static_cast<std::size_t>(column)), std::to_string(n)});
      ui.tip(words);
      s.ui.note_item(id, words, "button", std::to_string(n), at);
    }
  }
  ui.text({area.x, area.bottom() + 1, area.w, 16}, ui("confusion.predicted"), ui.theme->soft, kSmall, Weight::regular, Align::center);
  Rect rest = beside ? Rect{area.right() + right + 12, box.y, box.right() - area.right() - right - 12, box.h}
                     : Rect{box.x, area.bottom() + 20, box.w, box.bottom() - area.bottom() - 20};
  if (cell_ >= c * c) cell_ = -1;
  if (cell_ >= 0 && rest.h > 50)
    cell_images(s, rest, *look);
  else if (rest.h > 30)
    ui.paragraph({rest.x, rest.y + 16, std::min(rest.w, 260.0F), 60}, s.race.has_images() ? ui("confusion.help") : ui("confusion.help_table"), ui.theme->faint);
}

} // namespace

const ViewRow kConfusionView{.id = "confusion", .needs = Needs::classes, .make = make_view<Confusion>};

} // namespace downhill
