// Test images with the most probable classes, the worst first.
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Predictions final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui&, const Race& race, std::size_t lane) const override { return predictions_csv(sides_[0].look.seen_of(race, lane)); }

private:
  struct Side {
    Look<ask::Predictions> look;
    PictureSheet images;
  };
  std::array<Side, 2> sides_;
  int order_ = 0; // most wrong, all
  std::uint32_t from_ = 0;
};

void Predictions::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  Side& here = sides_[s.side];
  const auto* look = here.look.want(s.race, s.lane);
  if (!look || look->classes == 0) return s.waiting(box, here.look);
  Rect head = box.cut_top(s.ui.control_height() + 4);
  head.cut_left(s.ui.segmented("prediction_order" + std::to_string(s.side), head.min(), {ui("predictions.worst"), ui("predictions.all")}, order_) + kGrid);
  std::vector<std::uint32_t> order(look->labels.size());
  std::iota(order.begin(), order.end(), 0U);
  if (order_ == 0) {
    std::erase_if(order, [&](std::uint32_t i) { return look->labels[i] == look->predicted[i]; });
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return look->losses[a] > look->losses[b]; });
  }
  box.cut_top(kHalf);
  const float card_w = 150, card_h = 64;
  const int columns = std::max(1, static_cast<int>((box.w + 6) / (card_w + 6))), rows = std::max(1, static_cast<int>((box.h + 4) / (card_h + 4)));
  const auto page = static_cast<std::uint32_t>(columns * rows);
  pages(s.ui, head.cut_right(std::min(head.w, 220.0F)), "predictions" + std::to_string(s.side), from_, page, static_cast<std::uint32_t>(order.size()));
  s.caption(head, fill(ui("predictions.caption"), {grouped(static_cast<double>(std::count_if(
                                                       order.begin(), order.end(), [&](std::uint32_t i) { return look->labels[i] != look->predicted[i]; }))),
                                                   grouped(static_cast<double>(look->labels.size()))}));
  const auto first = order.begin() + static_cast<std::ptrdiff_t>(page_start(from_, page, static_cast<std::uint32_t>(order.size())));
  const std::vector<std::uint32_t> places(first, first + std::min(static_cast<std::ptrdiff_t>(page), order.end() - first));
  const Images* images = places.empty() ? here.images.seen() : here.images.want(s.race, false, places);
  const bool ready = images && images->places == places;
  const auto card_at = [&](std::size_t i) {
    return Rect{box.x + (card_w + 6) * static_cast<float>(static_cast<int>(i) % columns),
                box.y + (card_h + 4) * static_cast<float>(static_cast<int>(i) / columns), card_w, card_h};
  };
  here.images.sheet.begin(ui);
  for (std::size_t i = 0; ready && i < places.size(); ++i) {
    const Rect card = card_at(i);
    here.images.sheet.draw(ui, i, {card.x, card.y + 4, 52, 52});
  }
  here.images.sheet.end(ui);
  for (std::size_t i = 0; i < places.size(); ++i) {
    Rect card = card_at(i);
    const std::uint32_t place = places[i];
    const float* p = look->probabilities.data() + static_cast<std::size_t>(place) * look->classes;
    std::vector<std::size_t> classes(look->classes);
    std::iota(classes.begin(), classes.end(), std::size_t{0});
    std::stable_sort(classes.begin(), classes.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
    const std::size_t label = look->labels[place];
    std::string words = s.class_name(label) + ": ";
    card.cut_left(58);
    // the three most probable, and the right one if it is none of them
    std::vector<std::size_t> shown(classes.begin(), classes.begin() + std::min<std::ptrdiff_t>(3, static_cast<std::ptrdiff_t>(classes.size())));
    if (std::find(shown.begin(), shown.end(), label) == shown.end()) shown.back() = label;
    for (const std::size_t k : shown) {
      const Rect row = card.cut_top(19);
      const float bar = (row.w - 2) * p[k];
      ui.draw()->AddRectFilled({row.x, row.y + 15}, {row.x + row.w - 2, row.y + 17}, ui.theme->fill);
      ui.draw()->AddRectFilled({row.x, row.y + 15}, {row.x + bar, row.y + 17}, k == label ? ui.theme->positive : ui.theme->negative);
      ui.text({row.x, row.y, row.w - 34, 15}, s.class_name(k), k == label ? ui.theme->ink : ui.theme->soft, kSmall,
              k == label ? Weight::bold : Weight::regular);
      ui.text({row.x, row.y, row.w - 2, 15}, std::to_string(static_cast<int>(std::lround(100 * p[k]))) + "%", ui.theme->soft, kSmall, Weight::regular,
              Align::right);
      words += s.class_name(k) + " " + percent(static_cast<double>(p[k])) + "; ";
    }
    s.ui.note_item("prediction." + std::to_string(s.side) + "." + std::to_string(place), words, "img",
                   look->labels[place] == look->predicted[place] ? "right" : "wrong", card_at(i));
  }
  if (places.empty()) ui.text(box, ui("predictions.none"), ui.theme->soft, kText, Weight::regular, Align::center);
}

} // namespace

std::string predictions_csv(const PredictionsLook* look) {
  std::string out;
  if (look) {
    out = "test_example,label,predicted,loss";
    for (std::uint32_t c = 0; c < look->classes; ++c) out += ",p" + std::to_string(c);
    out += "\n";
    for (std::size_t i = 0; i < look->labels.size(); ++i) {
      out += std::to_string(i) + "," + std::to_string(look->labels[i]) + "," + std::to_string(look->predicted[i]) +
             comma_number(static_cast<double>(look->losses[i]));
      for (std::uint32_t c = 0; c < look->classes; ++c) out += comma_number(static_cast<double>(look->probabilities[i * look->classes + c]));
      out += "\n";
    }
  }
  return out;
}

const ViewRow kPredictionsView{.id = "predictions", .needs = Needs::image_classes, .make = make_view<Predictions>};

} // namespace downhill
