// The training subset, or the batch that comes next, with labels.
#include "app/views/list.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

class Samples final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t lane) const override;
  bool of_lane() const override { return batch_; }

private:
  bool batch_ = false; // rather than the subset
  std::uint32_t from_ = 0;
  PictureSheet subset_;
  struct Side {
    Look<ask::Batch> look;
    PictureSheet images;
  };
  std::array<Side, 2> sides_;
};

void Samples::draw(const ViewPlace& s, Rect box) {
  const Ui& ui = s.ui;
  int which = batch_ ? 1 : 0;
  Rect head = box.cut_top(s.ui.control_height() + 4);
  if (s.side == 0) head.cut_left(s.ui.segmented("gallery", head.min(), {ui("gallery.subset"), ui("gallery.batch")}, which) + kGrid);
  batch_ = which == 1;
  const Grid grid(box, 40, 6, 13);
  const auto page = static_cast<std::uint32_t>(grid.size());
  Side& here = sides_[s.side];
  PictureSheet& pictures = batch_ ? here.images : subset_;
  const Images* images = nullptr;
  std::string caption;
  if (batch_) {
    if (const auto* batch = here.look.want(s.race, s.lane)) {
      auto places = batch->places;
      if (places.size() > page) places.resize(page);
      caption = fill(ui("gallery.batch_caption"), {lane_name(s.race.experiment(), s.lane, ui.language), grouped(static_cast<double>(batch->head.step + 1)),
                                                   grouped(batch->size), std::to_string(places.size())});
      images = pictures.want(s.race, true, std::move(places));
    }
  } else {
    const auto all = static_cast<std::uint32_t>(s.race.experiment().lanes.front().settings.data.train);
    pages(s.ui, head.cut_right(std::min(head.w, 220.0F)), "gallery", from_, page, all);
    const std::uint32_t from = page_start(from_, page, all);
    std::vector<std::uint32_t> places(std::min(page, all - from));
    std::iota(places.begin(), places.end(), from);
    images = pictures.want(s.race, true, std::move(places));
    caption = ui("gallery.subset_caption");
  }
  s.caption(head, caption);
  if (!images) return s.waiting(box, here.look);
  const int count = std::min(grid.size(), static_cast<int>(images->labels.size()));
  pictures.sheet.begin(ui);
  for (int i = 0; i < count; ++i) pictures.sheet.draw(ui, static_cast<std::size_t>(i), grid.at(i));
  pictures.sheet.end(ui);
  for (int i = 0; i < count; ++i) {
    const Rect at = grid.at(i);
    const std::size_t label = images->labels[static_cast<std::size_t>(i)], truth = images->true_labels[static_cast<std::size_t>(i)];
    const bool wrong = label != truth;
    const auto place = static_cast<std::size_t>(i);
    const std::string said = place < images->targets.size() ? setting(static_cast<double>(images->targets[place])) : s.class_name(label);
    if (wrong) ui.draw()->AddRect({at.x - 1.5F, at.y - 1.5F}, {at.right() + 1.5F, at.bottom() + 1.5F}, ui.theme->bad, 3, 0, 2);
    ui.text({at.x - 3, at.bottom() + (wrong ? 1.0F : 0.0F), at.w + 6, 13}, said, wrong ? ui.theme->bad : ui.theme->soft, kSmall,
            wrong ? Weight::bold : Weight::regular, Align::center);
    const std::string words = wrong ? fill(ui("gallery.wrong"), {s.class_name(label), s.class_name(truth)}) : said;
    ImGui::SetCursorScreenPos(at.min());
    ImGui::Dummy({at.w, at.h});
    if (wrong) ui.tip(words);
    s.ui.note_item("sample." + std::to_string(s.side) + "." + std::to_string(i), words, "img", wrong ? "wrong" : "", at);
  }
}

std::string Samples::csv(const Ui&, const Race&, std::size_t) const {
  std::string out;
  const Images* images = (batch_ ? sides_[0].images : subset_).seen();
  if (!images) return out;
  out = "train_example,label,true_label,pixels\n";
  const std::size_t size = static_cast<std::size_t>(images->width) * images->height;
  for (std::size_t i = 0; i < images->labels.size(); ++i) {
    out += std::to_string(images->places[i]) + "," + std::to_string(images->labels[i]) + "," + std::to_string(images->true_labels[i]);
    for (std::size_t k = 0; k < size; ++k) out += "," + std::to_string(images->pixels[i * size + k]);
    out += "\n";
  }
  return out;
}

} // namespace

const ViewRow kSamplesView{.id = "samples", .needs = Needs::images, .make = make_view<Samples>};

} // namespace downhill
