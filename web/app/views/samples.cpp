// The training subset, or the batch that comes next, with labels.
#include "app/views/list.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

void draw(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  RaceView& view = s.view;
  int which = view.gallery_batch ? 1 : 0;
  Rect head = box.cut_top(s.ui.control_height() + 4);
  if (s.side == 0) head.cut_left(s.ui.segmented("gallery", head.min(), {ui("gallery.subset"), ui("gallery.batch")}, which) + kGrid);
  view.gallery_batch = which == 1;
  const Grid grid(box, 40, 6, 13);
  const auto page = static_cast<std::uint32_t>(grid.size());
  std::uint32_t sheet = kGallerySheet;
  std::string caption;
  if (view.gallery_batch) {
    sheet = kBatchSheets + s.side;
    if (const auto* batch = s.want<BatchLook>(LookKind::batch)) {
      auto places = batch->places;
      if (places.size() > page) places.resize(page);
      caption = fill(ui("gallery.batch_caption"), {lane_name(s.race.experiment(), s.lane, ui.language), grouped(static_cast<double>(batch->head.step + 1)),
                                                   grouped(batch->size), std::to_string(places.size())});
      s.race.want_images(sheet, true, std::move(places));
    }
  } else {
    const auto all = static_cast<std::uint32_t>(s.race.experiment().lanes.front().settings.data.train);
    pages(s.ui, head.cut_right(std::min(head.w, 220.0F)), "gallery", view.gallery_from, page, all);
    const std::uint32_t from = page_start(view.gallery_from, page, all);
    std::vector<std::uint32_t> places(std::min(page, all - from));
    std::iota(places.begin(), places.end(), from);
    s.race.want_images(sheet, true, std::move(places));
    caption = ui("gallery.subset_caption");
  }
  s.caption(head, caption);
  const Images* images = sheet_images(s.race, view, sheet);
  if (!images) return s.waiting(box);
  const int count = std::min(grid.size(), static_cast<int>(images->labels.size()));
  view.sheets[sheet].begin(ui);
  for (int i = 0; i < count; ++i) view.sheets[sheet].draw(ui, static_cast<std::size_t>(i), grid.at(i));
  view.sheets[sheet].end(ui);
  for (int i = 0; i < count; ++i) {
    const Rect at = grid.at(i);
    const std::size_t label = images->labels[static_cast<std::size_t>(i)], truth = images->true_labels[static_cast<std::size_t>(i)];
    const bool wrong = label != truth;
    if (wrong) ui.draw()->AddRect({at.x - 1.5F, at.y - 1.5F}, {at.right() + 1.5F, at.bottom() + 1.5F}, ui.theme->bad, 3, 0, 2);
    ui.text({at.x - 3, at.bottom() + (wrong ? 1.0F : 0.0F), at.w + 6, 13}, s.class_name(label), wrong ? ui.theme->bad : ui.theme->soft, kSmall,
            wrong ? Weight::bold : Weight::regular, Align::center);
    const std::string words = wrong ? fill(ui("gallery.wrong"), {s.class_name(label), s.class_name(truth)}) : s.class_name(label);
    ImGui::SetCursorScreenPos(at.min());
    ImGui::Dummy({at.w, at.h});
    if (wrong) ui.tip(words);
    s.ui.note_item("sample." + std::to_string(s.side) + "." + std::to_string(i), words, "img", wrong ? "wrong" : "", at);
  }
}

std::string csv(const ViewNumbers& n) {
  std::string out;
  const Images* images = n.race.looks().images(n.view.gallery_batch ? kBatchSheets : kGallerySheet);
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

const ViewRow kSamplesView{
    .id = "samples", .needs = Needs::images, .of_lane = [](const RaceView& view) { return view.gallery_batch; }, .draw = draw, .csv = csv};

} // namespace downhill
