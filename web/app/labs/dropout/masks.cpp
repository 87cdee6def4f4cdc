// Many masks as an ensemble, training with and without, and the boundary on a toy with and without.
#include "app/labs/dropout/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::drop {

void ensemble(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  Rect head = box.cut_top(std::max(34.0F, ui.control_height() + 4));
  const std::uint32_t image = own.model.image();
  const float h = ui.control_height();
  const Images* images = race.has_images() ? own.picture.want(race, false, {image}) : nullptr;
  const Rect picture = head.cut_left(race.has_images() ? 32 : 0);
  if (images && images->places.size() == 1 && images->places[0] == image) {
    own.picture.sheet.begin(ui);
    own.picture.sheet.draw(ui, 0, {picture.x, picture.y, 32, 32});
    own.picture.sheet.end(ui);
  }
  head.cut_left(6);
  if (ui.icon_button("ensemble.back", {head.x, head.y + 1, h, h}, Icon::step_back, ui("ensemble.back"), image > 0)) own.model.set_image(image - 1);
  if (ui.icon_button("ensemble.next", {head.x + h + 4, head.y + 1, h, h}, Icon::step, ui("ensemble.next"), image + 1 < own.model.images()))
    own.model.set_image(image + 1);
  head.cut_left(2 * h + 12);
  const SliderField field{.id = "ensemble.n",
                          .slider_id = "ensemble.slider",
                          .label = ui("ensemble.n"),
                          .shown = "n",
                          .text = std::to_string(own.model.masks()),
                          .help = ui("help.ensemble.n"),
                          .value = static_cast<double>(own.model.masks()),
                          .range = kMaskCounts,
                          .label_px = std::min((head.w - 54) * 0.3F, 24.0F),
                          .number_px = 48,
                          .label_align = Align::center};
  if (const auto moved = ui.slider_field(field, head)) own.model.set_masks(*moved);
  const std::uint32_t n = own.model.masks();
  const EnsembleLook* look = ensemble_of(race, view, own);
  if (!look) return awaited(ui, race, box, own.ensemble, view.lane);
  const auto label = static_cast<std::size_t>(look->label);
  const MaskMeans means = mask_means(*look);
  const auto& classes = race.data().classes;
  const std::string name(!race.is_toy()           ? class_name(ui, race, label)
                         : label < classes.size() ? ui.by_id("class.point." + std::to_string(classes[label]))
                                                  : "");
  PlotSpec spec;
  spec.id = "ensemble.plot";
  spec.x_title = ui("ensemble.x");
  spec.y_title = fill(ui("ensemble.y"), {name});
  spec.x_least = 1, spec.x_most = kMasks;
  spec.y_span_least = 0.1;
  spec.y_decimals = 4;
  spec.show_legend = box.h > 190;
  spec.cursor = n;
  spec.x_text = [&ui](double v) { return fill(ui("ensemble.at"), {grouped(v)}); };
  Series mean{std::string(ui("ensemble.mean")), ui.theme->accent, Dash::solid, Marker::none, {}, {}, {}, {}, {}, {}, -1};
  for (std::size_t k = 1; k <= means.mean.size(); ++k) mean.x.push_back(static_cast<double>(k));
  mean.faint_x = mean.x;
  mean.y = means.mean, mean.faint_y = means.each;
  const double at_n = means.of(n), truth = means.evaluation;
  const std::string says = fill(ui("ensemble.says"), {std::to_string(n), name, percent(at_n), percent(truth)});
  const std::string said = box.h > 220 ? says + between_sentences(ui) + std::string(ui("ensemble.why")) : says;
  const float height = ui.paragraph({0, 0, box.w, 0}, said, 0, kLabel, false);
  Rect words = box.cut_bottom(height + 4);
  words.cut_top(4);
  ui.paragraph(words, said, ui.theme->ink);
  ui.note_item("ensemble.says", said, "status", grouped(at_n, 4) + " / " + grouped(truth, 4), words);
  const Series eval{std::string(ui("ensemble.eval")), ui.theme->adam, Dash::dashed, Marker::none, {1, kMasks}, {truth, truth}, {}, {}, {}, {}, -1};
  if (box.h > 70) ui::plot(ui, box, spec, {mean, eval});
}

// ---- with and without ----

void curves(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  Rect head = box.cut_top((ui.touch ? 40.0F : 32.0F) + 4);
  const float used = transport_buttons(ui, race, {head.x, head.y, std::min(head.w, 520.0F), head.h});
  head.cut_left(used + kGrid);
  if (head.w > 130) ui.segmented("drop.quantity", {head.x, head.y + 2}, {ui("drop.loss"), ui("drop.accuracy")}, own.quantity);
  // lanes right, each with its numbers; pressed, it is the one that the network shows
  const bool beside = box.w > 430;
  const float row_height = ui.touch ? 44 : 34;
  const std::size_t across = beside ? 1 : 2, down = (race.lanes().size() + across - 1) / across;
  const Rect list = beside ? box.cut_right(168) : box.cut_bottom(row_height * static_cast<float>(down));
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const Rect row{list.x + list.w / static_cast<float>(across) * static_cast<float>(i % across), list.y + row_height * static_cast<float>(i / across),
                   list.w / static_cast<float>(across) - (beside ? 0.0F : 6.0F), row_height};
    if (row.bottom() > list.bottom() + 1) break;
    const LaneLook look = lane_look(race.experiment().lanes, i);
    const std::string id = "drop.lane." + std::to_string(i), name = lane_name(race.experiment(), i, ui.language);
    const Ui::Press p = ui.press(id, row);
    if (p.pressed) view.lane = i;
    if (view.lane == i) ui.draw()->AddRectFilled({row.x - 4, row.y + 1}, {row.right(), row.bottom() - 1}, ui.theme->fill, 4);
    const std::uint32_t color = ui.theme->*look.color;
    Ui::dashed_line(ui.draw(), {{row.x, row.y + 9}, {row.x + 18, row.y + 9}}, color, Dash::solid, 2.5F);
    ui.text({row.x + 24, row.y, row.w - 24, 18}, name, p.hovered ? ui.theme->accent : ui.theme->ink, kLabel, Weight::bold);
    const auto* e = race.lanes()[i].evaluation();
    const std::string numbers = e ? fill(ui("drop.numbers"), {percent(e->train_accuracy), percent(e->test_accuracy)}) : "";
    ui.text({row.x + 24, row.y + 15, row.w - 24, 18}, numbers, ui.theme->soft, kSmall);
    ui.explained(id, name + (numbers.empty() ? "" : " · " + numbers), "radio", view.lane == i ? "true" : "false", row, ui("help.drop.lane"));
  }
  PlotSpec spec;
  spec.id = "plot";
  spec.x_title = ui.by_id("axis.title.epochs");
  spec.y_title = own.quantity == 0 ? ui("drop.loss_title") : ui("drop.accuracy_title");
  spec.y_decimals = own.quantity == 0 ? 4 : 1;
  spec.y_span_least = own.quantity == 0 ? 0.5 : 10;
  spec.x_text = [&ui](double v) { return fill(ui.by_id("axis.at.epochs"), {setting(std::round(v * 100) / 100)}); };
  std::vector<Series> series;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const LaneLook look = lane_look(race.experiment().lanes, i);
    const LaneState& lane = race.lanes()[i];
    if (lane.hidden) continue;
    const std::string name = lane_name(race.experiment(), i, ui.language);
    spec.x_most = std::max(spec.x_most, static_cast<double>(race.experiment().lanes[i].settings.epochs));
    Series test{name + " " + std::string(ui("drop.test")), ui.theme->*look.color, Dash::solid, look.marker, {}, {}, {}, {}, {}, {}, -1};
    Series train{name + " " + std::string(ui("drop.training")), ui.theme->*look.color, Dash::dashed, Marker::none, {}, {}, {}, {}, {}, {}, -1};
    for (const Evaluation& e : lane.evaluations) {
      test.x.push_back(e.epoch), train.x.push_back(e.epoch);
      test.y.push_back(own.quantity == 0 ? e.test_loss : 100 * e.test_accuracy);
      train.y.push_back(own.quantity == 0 ? e.train_loss : 100 * e.train_accuracy);
    }
    if (own.quantity == 0)
      if (const auto turn = turned_at(test.y)) test.minimum = static_cast<int>(*turn);
    series.push_back(std::move(test)), series.push_back(std::move(train));
  }
  if (own.quantity == 0) spec.y_ceiling = 2.6;
  ui::plot(ui, box, spec, series, &view.zoom);
}

// ---- the boundary ----

void boundaries(Ui& ui, DropoutView& own, Rect box) {
  own.model.show_plane();
  Race& toy = own.model.plane();
  Rect head = box.cut_top(22);
  if (ui.link("drop.again", head.cut_right(std::min(100.0F, head.w * 0.4F)), ui("act.again"))) toy.reset(), toy.start();
  ui.text(head, ui("drop.boundary_title"), ui.theme->soft, kLabel, Weight::bold);
  const auto name = [&](std::size_t i) { return lane_name(toy.experiment(), i, ui.language); };
  const std::string said = [&] {
    const auto *a = toy.lanes()[0].evaluation(), *b = toy.lanes()[1].evaluation();
    if (!a || !b) return std::string();
    std::string out = fill(ui("drop.boundary_says"),
                           {name(0), percent(a->train_accuracy), percent(a->test_accuracy), name(1), percent(b->train_accuracy), percent(b->test_accuracy)});
    if (toy.transport() != Transport::finished) return out;
    if (const std::string_view rule = boundary_verdict(*a, *b); !rule.empty())
      out += between_sentences(ui) + fill(ui.by_id(std::string(rule)), {name(0), name(1)});
    return out;
  }();
  const float note = ui.paragraph({0, 0, box.w - 20, 0}, said, 0, kLabel, false) + 12;
  const float side = std::max(40.0F, std::min((box.w - kGrid) / 2, box.h - 20 - (box.h > 150 ? note + 6 : 0)));
  const float gap = std::max(kGrid, std::min(40.0F, (box.w - 2 * side) / 3)), left = box.x + (box.w - 2 * side - gap) / 2;
  for (std::size_t i = 0; i < 2; ++i) {
    const Rect at{left + (side + gap) * static_cast<float>(i), box.y, side, side};
    own.boundaries[i].draw(ui, toy, i, i, at);
    ui.text({at.x, at.bottom() + 1, side, 18}, name(i), ui.theme->ink, kLabel, Weight::regular, Align::center);
  }
  const Rect frame{box.x, box.y + side + 22, box.w, note};
  if (said.empty() || frame.bottom() > box.bottom() + 4) return;
  ui.draw()->AddRectFilled(frame.min(), frame.max(), ui.theme->note, 6);
  ui.paragraph(frame.inset(10, 6), said, ui.theme->ink);
  ui.note_item("drop.boundary_says", said, "note", "", frame);
}

} // namespace downhill::drop
