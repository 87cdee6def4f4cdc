// The dropout masks of the batch that comes next.
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Masks final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;

private:
  static constexpr std::size_t kLayersMost = 5;
  struct Side {
    Look<ask::Batch> look;
    std::array<ImageSheet, kLayersMost> sheets;
  };
  std::array<Side, 2> sides_;
};

void Masks::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  Side& here = sides_[s.side];
  const auto* look = here.look.want(s.race, s.lane);
  if (!look) return s.waiting(box, here.look);
  std::vector<std::size_t> with;
  for (std::size_t l = 0; l < look->masks.size(); ++l)
    if (!look->masks[l].kept.empty()) with.push_back(l);
  if (with.empty()) {
    ui.text({box.x, box.y, box.w, 40}, ui("masks.none"), ui.theme->soft, kText, Weight::regular, Align::center);
    return;
  }
  const float width = box.w / static_cast<float>(with.size());
  for (std::size_t k = 0; k < with.size() && k < kLayersMost; ++k) {
    const MaskLayer& layer = look->masks[with[k]];
    Rect column{box.x + width * static_cast<float>(k), box.y, width - 12, box.h};
    const std::size_t rows = layer.kept.size() / std::max(1U, layer.units);
    const auto kept = std::count(layer.kept.begin(), layer.kept.end(), 1);
    ui.text(column.cut_top(18), fill(ui("masks.layer"), {std::to_string(with[k] + 1), setting(layer.p)}), ui.theme->ink, kLabel, Weight::bold);
    ui.text(
        column.cut_top(16),
        fill(ui("masks.kept"), {percent(static_cast<double>(kept) / static_cast<double>(layer.kept.size())), setting(std::round(1000 / (1 - layer.p)) / 1000)}),
        ui.theme->soft, kSmall);
    s.caption(column.cut_bottom(16), fill(ui("masks.axes"), {std::to_string(layer.units), std::to_string(rows)}),
              fill(ui("masks.short"), {std::to_string(layer.units), std::to_string(rows)}));
    std::vector<float> values(layer.kept.begin(), layer.kept.end());
    ImageSheet& sheet = here.sheets[k];
    sheet.set_numbers(values, 1, static_cast<int>(layer.units), static_cast<int>(rows), here.look.version());
    const Rect picture{column.x, column.y + 2, column.w, std::min(column.h - 4, static_cast<float>(rows) * 6)};
    sheet.begin(ui);
    sheet.draw(ui, 0, picture);
    sheet.end(ui);
    ui.draw()->AddRect(picture.min(), picture.max(), ui.theme->line);
    s.ui.note_item("masks." + std::to_string(s.side) + "." + std::to_string(with[k]), fill(ui("masks.layer"), {std::to_string(with[k] + 1), setting(layer.p)}),
                   "img", std::to_string(kept) + "/" + std::to_string(layer.kept.size()), picture);
  }
}

std::string Masks::csv(const Ui&, const Race& race, std::size_t lane) const {
  std::string out;
  if (const auto* look = sides_[0].look.seen_of(race, lane)) {
    out = "layer,train_example,kept\n";
    for (std::size_t l = 0; l < look->masks.size(); ++l)
      for (std::size_t r = 0; r * look->masks[l].units < look->masks[l].kept.size(); ++r) {
        out += std::to_string(l + 1) + "," + std::to_string(look->places[r]);
        for (std::size_t u = 0; u < look->masks[l].units; ++u) out += look->masks[l].kept[r * look->masks[l].units + u] ? ",1" : ",0";
        out += "\n";
      }
  }
  return out;
}

} // namespace

const ViewRow kMasksView{.id = "masks", .needs = Needs::anything, .make = make_view<Masks>};

} // namespace downhill
