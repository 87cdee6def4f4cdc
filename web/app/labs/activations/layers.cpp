// What layers of the functions do: to a gradient, in a network that trains, and, being linear, to a boundary.
#include "app/labs/activations/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::act {

// ---- through layers ----

void depth_fields(Ui& ui, const ActivationsView& own, Rect box) {
  const auto field = [&](const std::string& id, std::string_view label, const std::string& value, std::string_view help) {
    ui.number(id, box.cut_right(52), label, value, help);
    box.cut_right(4);
    const float width = ui.text_width(label, kLabel) + 2;
    ui.text(box.cut_right(width), label, ui.theme->soft, kLabel, Weight::regular, Align::right);
    box.cut_right(10);
  };
  field("act.units", ui("act.units"), std::to_string(own.model.units()), ui("help.act.units"));
  field("act.layers", ui("act.layers"), std::to_string(own.model.depth()), ui("help.act.layers"));
}

void chain(Ui& ui, Race& race, ActivationsView& own, Rect box) {
  Rect head = box.cut_top(ui.control_height() + 4);
  head.cut_left(ui.segmented("act.chain", head.min(), {ui("act.chain_x"), ui("act.chain_most")}, own.chain) + kGrid);
  if (head.w > 90 && own.chain == 0 &&
      ui.button("act.draw_x", {head.x, head.y, std::min(head.w, ui.text_width(ui("act.draw_x")) + 24), ui.control_height()}, ui("act.draw_x")))
    own.model.draw_x();
  const auto chosen = own.model.chosen();
  const std::size_t depth = own.model.depth();
  const double x = own.model.x();
  BarSpec spec;
  spec.id = "act.bar";
  spec.title = own.chain == 0 ? fill(ui("act.chain_title_x"), {grouped(x, 2)}) : std::string(ui("act.chain_title_most"));
  spec.least = 1e-5;
  for (std::size_t l = 1; l <= depth; ++l) spec.groups.push_back(fill(ui("act.layer"), {std::to_string(l)}));
  std::vector<BarSeries> series;
  std::string said;
  for (std::size_t i = 0; i < chosen.size() && i < race.lanes().size(); ++i) {
    if (own.model.drawn_before(i)) continue;
    std::vector<double> products = own.model.slopes(i, own.chain != 0);
    said += (said.empty() ? "" : between_sentences(ui)) +
            fill(own.chain == 0 ? ui("act.chain_says_x") : ui("act.chain_says_most"),
                 {name_of(ui, chosen[i]), std::to_string(depth), short_number(products.back()), grouped(x, 2), short_number(products.front())});
    series.push_back({name_of(ui, chosen[i]), ui.theme->*lane_look(race.experiment().lanes, i).color, std::move(products)});
  }
  // the numbers in words, and the way on: beside the bars, or below them
  const bool beside = box.w > 620;
  const float button = ui.text_width(ui("act.try")) + 36;
  const float words_width = beside ? std::min(300.0F, box.w * 0.36F) - 16 : box.w;
  const float words_height = ui.paragraph({0, 0, words_width, 0}, said, 0, kLabel, false);
  const bool room = beside || box.h - words_height - ui.control_height() > 150;
  Rect words = beside ? box.cut_right(words_width) : box.cut_bottom(std::min(box.h * 0.5F, words_height + (room ? ui.control_height() + 2 * kGrid : kHalf)));
  if (beside) box.cut_right(16);
  bars(ui, box, spec, series);
  words.cut_top(ui.paragraph(words, said, ui.theme->ink, kLabel) + kGrid);
  ui.note_item("act.chain.says", said, "note", "", {words.x, words.y - words_height - kGrid, words.w, words_height});
  if (room && ui.button("act.try", {words.x, words.y, button, ui.control_height()}, ui("act.try"), true)) {
    own.tab = 1;
    if (race.transport() != Transport::running) race.start();
  }
}

// ---- in the network ----

void network(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box) {
  Rect head = box.cut_top((ui.touch ? 40.0F : 32.0F) + 4);
  head.cut_left(transport_buttons(ui, race, {head.x, head.y, std::min(head.w, 520.0F), head.h}) + kGrid);
  const std::vector<std::string_view> measures{ui("act.gradient"), ui("act.dead"), ui("act.saturated_share")};
  const float measures_width = ui.segments_width(measures);
  const bool in_head = measures_width <= head.w;
  if (in_head) ui.segmented("act.measure", {head.right() - measures_width, head.y + 2}, measures, own.measure);
  const bool beside = box.w > 560;
  Rect right = beside ? box.cut_right(box.w * 0.52F) : box.cut_bottom(box.h * 0.52F);
  if (beside) right.cut_left(kGrid);
  chart_panel(ui, race, view, box, 0, true);

  if (!in_head) ui.segmented("act.measure", right.cut_top(ui.control_height() + 2).min(), measures, own.measure);
  BarSpec spec;
  spec.id = "act.net";
  spec.title = ui.by_id("act.title." + std::string(kLayerMeasures[own.measure]));
  spec.log = own.measure == 0;
  spec.percents = own.measure != 0;
  spec.least = 1e-4;
  std::vector<BarSeries> series;
  std::string sampled;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const auto* look = own.units[i].want(race, i);
    BarSeries s{lane_name(race.experiment(), i, ui.language), ui.theme->*lane_look(race.experiment().lanes, i).color, {}};
    if (race.lanes()[i].status == protocol::LaneStatus::diverged) s.ended = ui("lanes.diverged");
    if (own.units[i].failed()) s.ended = ui("views.no_memory_short");
    if (look && look->examples < look->of && own.measure != 0) sampled = fill(ui("units.sample"), {grouped(look->examples), grouped(look->of)});
    if (look) s.values = measured(*look, static_cast<LayerMeasure>(own.measure));
    for (std::size_t l = spec.groups.size(); l < s.values.size(); ++l) {
      const bool last = own.measure == 0 && l + 1 == s.values.size();
      spec.groups.push_back(last ? std::string(ui("act.output_layer")) : fill(ui("act.layer"), {std::to_string(l + 1)}));
    }
    series.push_back(std::move(s));
  }
  if (!sampled.empty()) ui.text(right.cut_bottom(16), sampled, ui.theme->soft, kSmall);
  if (right.w < 46 * static_cast<float>(spec.groups.size()) + 60)
    for (std::size_t g = 0; g < spec.groups.size(); ++g) spec.groups[g] = std::to_string(g + 1);
  bars(ui, right, spec, series);
}

// ---- linear of linear ----

namespace {

std::string matrix_text(const protocol::Dense& dense, std::uint32_t row) {
  std::string out;
  for (std::uint32_t i = 0; i < dense.inputs; ++i) out += (i ? "  " : "") + grouped(static_cast<double>(dense.weight[row * dense.inputs + i]), 2);
  return out;
}

} // namespace

void linear(Ui& ui, ActivationsView& own, Rect box) {
  own.model.show_plane();
  Race& toy = own.model.plane();
  own.linear = std::clamp(own.linear, 0, static_cast<int>(toy.lanes().size()) - 1);
  Rect head = box.cut_top(ui.control_height() + 4);
  const auto plain = [&](std::size_t i) { return activation_of(toy.experiment().lanes[i]).name == "identity"; };
  std::vector<std::string> names;
  for (std::size_t i = 0; i < toy.lanes().size(); ++i)
    names.push_back(plain(i) ? std::string(ui("act.no_activation")) : lane_name(toy.experiment(), i, ui.language));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  head.cut_left(ui.segmented("act.linear", head.min(), labels, own.linear) + kGrid);
  if (head.w > 60 && ui.link("act.linear.again", head.cut_right(std::min(head.w, 90.0F)), ui("act.again"))) toy.reset(), toy.start();
  const auto lane = static_cast<std::size_t>(own.linear);
  const float side = std::min(box.h, box.w * (box.w > 420 ? 0.45F : 0.6F));
  const protocol::BoundaryLook* look = own.boundary.draw(ui, toy, lane, 0, {box.x, box.y, side, side});
  Rect words = box;
  words.cut_left(side + 2 * kGrid);
  if (words.w < 80) return;
  const auto* e = toy.lanes()[lane].evaluation();
  const std::string accuracy = e ? percent(e->test_accuracy) : "–";
  const std::string said = plain(lane)                           ? fill(ui("act.linear_says"), {accuracy})
                           : toy.transport() == Transport::ready ? std::string() // untrained it parts nothing yet
                                                                 : fill(ui("act.bent_says"), {names[lane], accuracy});
  words.cut_top(ui.paragraph(words, said, ui.theme->ink, kLabel) + kGrid);
  ui.note_item("act.linear.says", said, "note", "", {words.x, box.y, words.w, 40});
  if (!look || look->layers.size() != 2 || look->product.weight.size() != 2 * look->product.outputs || !plain(lane)) return;
  // W₂W₁ in numbers, with the two matrices it comes from where there is room
  ui.text(words.cut_top(18), fill(ui("act.product"), {std::to_string(look->layers[0].outputs)}), ui.theme->soft, kLabel, Weight::bold);
  for (std::uint32_t o = 0; o < look->product.outputs; ++o) {
    const std::string matrix = "[ " + matrix_text(look->product, o) + " ]", bias = "b " + grouped(static_cast<double>(look->product.bias[o]), 2),
                      row = matrix + "   " + bias;
    const Rect line = words.cut_top(18);
    const bool fits = ui.text_width(row, kLabel) <= words.w;
    ui.text(line, fits ? row : matrix, ui.theme->ink, kLabel);
    if (!fits) ui.text(words.cut_top(18), bias, ui.theme->soft, kLabel);
    ui.note_item("act.product." + std::to_string(o), ui("act.product_row"), "status", row, line);
  }
  words.cut_top(kHalf);
  if (words.h < 18 * 9) return;
  const float half = words.w / 2;
  const auto list = [&](Rect at, const protocol::Dense& dense, std::string_view title) {
    ui.text(at.cut_top(18), title, ui.theme->soft, kLabel, Weight::bold);
    for (std::uint32_t o = 0; o < dense.outputs; ++o) ui.text(at.cut_top(16), "[ " + matrix_text(dense, o) + " ]", ui.theme->soft, kSmall);
  };
  list({words.x, words.y, half, words.h}, look->layers[0], "W₁");
  list({words.x + half, words.y, half, words.h}, look->layers[1], "W₂");
}

} // namespace downhill::act
