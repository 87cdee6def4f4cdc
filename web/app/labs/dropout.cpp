// The dropout lab: the network with the units that this batch drops, one unit's two states, many masks as an ensemble,
// training with and without, and the boundary on a toy with and without. Rates are those of the lab's race.
#include "app/labs/race_lab.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

constexpr std::string_view kDropoutTabs[] = {"network", "unit", "ensemble", "curves", "boundary"};

/// What is only looked at in this lab.
struct DropoutView {
  int mode = 0; ///< training, evaluation
  int tab = 0;  ///< of kDropoutTabs, where there is no room for all
  std::size_t layer = 0;
  std::optional<std::size_t> unit; ///< none chosen: the one that speaks loudest
  float masks = 1;                 ///< the slider: 0 to 1 is 1 to 200 masks
  std::uint32_t image = 0;         ///< a test image, for the ensemble
  int quantity = 0;                ///< loss, accuracy
  std::string toy_of;              ///< the rate that the toy was made for

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

constexpr std::uint32_t kMasks = 200;

// Units of a layer that are drawn: all of a small one, else so many, evenly spread.
constexpr std::size_t kDrawn = 14;
std::size_t drawn(std::size_t units) { return std::min(units, kDrawn); }
std::size_t unit_at(std::size_t dot, std::size_t units) { return units <= kDrawn ? dot : dot * (units - 1) / (kDrawn - 1); }

const LaneSettings& settings_of(const Race& race, const RaceView& view) { return race.experiment().lanes[view.lane].settings; }

std::optional<UserError> set_rate(Race& race, std::size_t lane, std::size_t layer, double p) {
  Json hidden = race.experiment().lanes[lane].complete["network"]["hidden"];
  hidden[layer]["dropout"] = p;
  Json json = race.experiment().json();
  json["lanes"][lane]["network"]["hidden"] = hidden;
  // a label that names the rate goes along with it
  bool one_rate = true;
  for (const Json& l : hidden) one_rate = one_rate && l["dropout"] == hidden[0]["dropout"];
  std::string name;
  for (const Json& l : hidden) name += (name.empty() ? "p = " : ", ") + setting(l["dropout"].get<double>());
  json["lanes"][lane]["label"] = one_rate ? "p = " + setting(p) : name;
  return race.change_to(json);
}

const EnsembleLook* ensemble_of(Race& race, RaceView& view, const DropoutView& own) {
  race.want_look(kEnsembleSlot, view.lane, LookKind::ensemble, own.image, kMasks);
  const auto* look = race.looks().answer<EnsembleLook>(kEnsembleSlot, race.lanes()[view.lane].key);
  if (!look || look->classes == 0 || look->eval.size() != look->classes ||
      look->probabilities.size() != static_cast<std::size_t>(look->count) * look->classes || look->label >= look->classes ||
      look->eval_units.size() != look->mean_units.size())
    return nullptr;
  return look;
}

// The unit whose states are shown: the chosen one, or of those that are drawn the one with the largest output.
std::size_t unit_shown(const EnsembleLook* look, const DropoutView& own) {
  if (own.unit || !look || own.layer >= look->eval_units.size()) return own.unit.value_or(0);
  const auto& y = look->eval_units[own.layer];
  std::size_t best = 0;
  for (std::size_t d = 0; d < drawn(y.size()); ++d)
    if (const std::size_t u = unit_at(d, y.size()); y[u] > y[best]) best = u;
  return best;
}

// ---- the network and its masks ----

void network(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  const std::size_t layers = settings_of(race, view).network.hidden.size();
  race.want_look(kMaskSlot, view.lane, LookKind::batch);
  race.want_look(kTraceSlot, view.lane, LookKind::trace);
  const auto* batch = race.looks().answer<BatchLook>(kMaskSlot, race.lanes()[view.lane].key);
  const auto* trace = race.looks().answer<TraceLook>(kTraceSlot, race.lanes()[view.lane].key);
  if (batch && batch->masks.size() != layers) batch = nullptr;
  if (trace && trace->layers.size() != layers) trace = nullptr;
  const bool training = own.mode == 0;
  const std::size_t chosen_unit = unit_shown(ensemble_of(race, view, own), own);

  Rect head = box.cut_top(ui.control_height() + 4);
  head.cut_left(ui.segmented("drop.mode", head.min(), {ui("drop.train"), ui("drop.eval")}, own.mode) + kGrid);
  const bool still = race.transport() != Transport::running;
  const float words_width = std::max(ui.text_width(ui("drop.next")), ui.text_width(ui("drop.back"))) + 24;
  const bool as_words = 2 * words_width + 6 <= head.w;
  const auto button = [&](const std::string& id, Icon icon, std::string_view label, bool enabled) {
    const float width = as_words ? words_width : ui.control_height();
    const Rect at{head.right() - width, head.y, width, ui.control_height()};
    head.cut_right(width + 6);
    return as_words ? ui.button(id, at, label, false, enabled) : ui.icon_button(id, at, icon, label, enabled);
  };
  const LaneState& shown = race.lanes()[view.lane];
  if (button("drop.next", Icon::step, ui("drop.next"), still && shown.step < shown.steps)) race.step(1);
  if (button("drop.back", Icon::step_back, ui("drop.back"), still && shown.step > 0)) race.step(-1);
  const std::string batch_number = grouped(static_cast<double>(race.lanes()[view.lane].step + 1));
  std::string which = training ? fill(ui("drop.batch"), {batch_number}) : std::string(ui("drop.no_mask"));
  if (training && ui.text_width(which, kLabel) > head.w) which = fill(ui("drop.batch_short"), {batch_number});
  if (ui.text_width(which, kLabel) <= head.w) ui.text(head, which, ui.theme->soft, kLabel);

  // sliders below, one a hidden layer
  Rect foot = box.cut_bottom(static_cast<float>(ui.touch ? 44 : 34) *
                             static_cast<float>(box.w < 150 * static_cast<float>(std::max<std::size_t>(1, layers)) * 2 ? layers : 1));
  const std::size_t in_row = box.w < 150 * static_cast<float>(std::max<std::size_t>(1, layers)) * 2 ? 1 : layers;
  for (std::size_t l = 0; l < layers; ++l) {
    const float width = foot.w / static_cast<float>(in_row);
    Rect cell{foot.x + width * static_cast<float>(in_row == 1 ? 0 : l), foot.y + (in_row == 1 ? (ui.touch ? 44.0F : 34.0F) * static_cast<float>(l) : 0) + 3,
              width - (in_row == 1 ? 0 : 14.0F), ui.control_height()};
    const double p = settings_of(race, view).network.hidden[l].dropout;
    const std::string label = fill(ui("drop.rate"), {std::to_string(l + 1)});
    const std::string id = "drop.p." + std::to_string(l);
    ui.number(id, cell.cut_right(56), label, setting(p), ui("help./network/hidden/dropout"));
    cell.cut_right(6);
    ui.label("lane:" + std::to_string(view.lane) + ":/network/hidden/" + std::to_string(l) + "/dropout",
             cell.cut_left(std::min(cell.w * 0.55F, ui.text_width(label) + 8)), label, ui("help./network/hidden/dropout"));
    auto share = static_cast<float>(p / kDropoutMost);
    // whole twentieths, so that a drag is not a hundred experiments
    if (ui.slider(id + ".slider", cell, label, setting(p), share, ui("help./network/hidden/dropout")))
      if (const double wanted = std::round(static_cast<double>(share) * kDropoutMost * 20) / 20; wanted != p)
        return keep(view, set_rate(race, view.lane, l, wanted));
  }
  box.cut_bottom(2);

  // columns: input, hidden layers, output
  const auto columns = layers + 2;
  if (race.looks().failed(kMaskSlot, race.lanes()[view.lane].key)) return awaited(ui, race, box, kMaskSlot, view.lane);
  const Rect names = box.cut_bottom(34);
  const Rect why = box.cut_top(18);
  const auto x_of = [&](std::size_t c) { return box.x + 30 + (box.w - 60) * static_cast<float>(c) / static_cast<float>(columns - 1); };
  const auto classes = static_cast<std::size_t>(race.data().classes.size());
  const auto units_in = [&](std::size_t c) -> std::size_t {
    if (c == 0) return race.has_images() ? 784 : 2;
    if (c == columns - 1) return classes;
    return batch ? batch->masks[c - 1].units : static_cast<std::size_t>(settings_of(race, view).network.hidden[c - 1].units);
  };
  const auto dots = [&](std::size_t c) { return c == 0 ? std::min<std::size_t>(9, units_in(c)) : drawn(units_in(c)); };
  const auto place = [&](std::size_t c, std::size_t d) {
    const float pitch = std::min(26.0F, box.h / static_cast<float>(kDrawn));
    return ImVec2{x_of(c),
                  box.y + box.h / 2 +
                      (static_cast<float>(d) - static_cast<float>(dots(c) - 1) / 2) *
                          (c == 0 || c == columns - 1 ? std::min(pitch * 1.3F, box.h / static_cast<float>(std::max<std::size_t>(1, dots(c)))) : pitch)};
  };
  const auto kept = [&](std::size_t c, std::size_t unit) {
    if (!training || c == 0 || c == columns - 1 || !batch || batch->masks[c - 1].kept.empty()) return true;
    return batch->masks[c - 1].kept[unit] != 0;
  };
  const float radius = std::clamp(box.h / 42, 4.0F, 8.0F), spacing = (box.w - 60) / static_cast<float>(columns - 1);
  for (std::size_t c = 0; c + 1 < columns; ++c)
    for (std::size_t a = 0; a < dots(c); ++a)
      for (std::size_t b = 0; b < dots(c + 1); ++b)
        if (kept(c, c == 0 ? 0 : unit_at(a, units_in(c))) && kept(c + 1, unit_at(b, units_in(c + 1))))
          ui.draw()->AddLine(place(c, a), place(c + 1, b), faded(ui.theme->accent, 0.16F));
  for (std::size_t c = 0; c < columns; ++c) {
    const bool hidden = c > 0 && c + 1 < columns;
    for (std::size_t d = 0; d < dots(c); ++d) {
      const ImVec2 at = place(c, d);
      const std::size_t unit = hidden ? unit_at(d, units_in(c)) : d;
      if (!hidden) {
        ui.draw()->AddCircleFilled(at, radius, ui.theme->faint, 20);
        continue;
      }
      const bool on = kept(c, unit);
      if (on) {
        ui.draw()->AddCircleFilled(at, radius, ui.theme->accent, 20);
      } else {
        ui.draw()->AddCircleFilled(at, radius, ui.theme->panel, 20);
        ui.draw()->AddCircle(at, radius, ui.theme->faint, 20);
        const float r = radius * 0.45F;
        ui.draw()->AddLine({at.x - r, at.y - r}, {at.x + r, at.y + r}, ui.theme->faint);
        ui.draw()->AddLine({at.x - r, at.y + r}, {at.x + r, at.y - r}, ui.theme->faint);
      }
      const bool chosen = own.layer == c - 1 && chosen_unit == unit;
      if (chosen) ui.draw()->AddCircle(at, radius + 3, ui.theme->ink, 24, 1.6F);
      const std::string id = "drop.unit." + std::to_string(c - 1) + "." + std::to_string(unit);
      const Rect hit{at.x - radius - 2, at.y - radius - 2, 2 * radius + 4, 2 * radius + 4};
      if (ui.press(id, hit).pressed) own.layer = c - 1, own.unit = unit;
      std::string words = fill(ui("drop.unit_is"), {std::to_string(unit + 1), on ? std::string(ui("drop.kept")) : std::string(ui("drop.dropped"))});
      if (trace && unit < trace->layers[c - 1].y.size()) {
        const TraceLayer& t = trace->layers[c - 1];
        const auto number = [](float v) { return grouped(static_cast<double>(v), 4); };
        const std::string scale = setting(std::round(1000 / (1 - t.p)) / 1000);
        words += training ? on ? ": " + number(t.y[unit]) + " × " + scale + " = " + number(t.given[unit]) : ": " + number(t.y[unit]) + " → 0"
                          : ": " + number(t.eval[unit]);
      }
      ui.tip(words);
      if (Item* item = ui.note_item(id, words, "radio", chosen ? "true" : "false", hit)) item->help = ui("help.drop.unit");
    }
    std::string below = c == 0    ? fill(ui("drop.inputs"), {std::to_string(units_in(c))})
                        : !hidden ? fill(ui("drop.classes"), {std::to_string(classes)})
                                  : std::to_string(units_in(c));
    std::string second;
    if (hidden && batch) {
      const MaskLayer& layer = batch->masks[c - 1];
      // of the first example of the batch, whose mask is drawn
      const std::size_t off =
          layer.kept.empty() || !training
              ? 0
              : static_cast<std::size_t>(
                    std::count(layer.kept.begin(), layer.kept.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(layer.units, layer.kept.size())), 0));
      second = fill(ui("drop.count"), {std::to_string(off), std::to_string(layer.units)});
      if (ui.text_width(second, kLabel) > spacing - 4) second = fill(ui("drop.count_short"), {std::to_string(off), std::to_string(layer.units)});
      ui.note_item("drop.mask." + std::to_string(c - 1), fill(ui("drop.mask"), {std::to_string(c)}), "status", second, {x_of(c) - 60, names.y, 120, 34});
    }
    ui.text({x_of(c) - 70, names.y, 140, 17}, below, ui.theme->soft, kLabel, Weight::regular, Align::center);
    ui.text({x_of(c) - 70, names.y + 16, 140, 17}, second, ui.theme->ink, kLabel, Weight::regular, Align::center);
  }
  const Rect never{why.right() - std::min(why.w, ui.text_width(ui("drop.never"), kLabel) + 4), why.y,
                   std::min(why.w, ui.text_width(ui("drop.never"), kLabel) + 4), why.h};
  ui.press("drop.never", never);
  ui.text(never, ui("drop.never"), ui.theme->soft, kLabel, Weight::regular, Align::right);
  ui.tip(ui("drop.why_never"));
  if (Item* item = ui.note_item("drop.never", ui("drop.never"), "note", "", never)) item->help = ui("drop.why_never");
}

// ---- one unit ----

void one_unit(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  const EnsembleLook* look = ensemble_of(race, view, own);
  const std::size_t unit = unit_shown(look, own);
  ui.text(box.cut_top(22), fill(ui("drop.unit_title"), {std::to_string(own.layer + 1), std::to_string(unit + 1)}), ui.theme->ink, kTitle, Weight::bold);
  if (!look || own.layer >= look->eval_units.size() || unit >= look->eval_units[own.layer].size() || unit >= look->mean_units[own.layer].size()) {
    return awaited(ui, race, box, kEnsembleSlot, view.lane);
  }
  const double p = settings_of(race, view).network.hidden[own.layer].dropout;
  const auto y = static_cast<double>(look->eval_units[own.layer][unit]), mean = static_cast<double>(look->mean_units[own.layer][unit]);
  const std::string scale = setting(std::round(1000 / (1 - p)) / 1000);
  box.cut_top(ui.paragraph(box, fill(ui("drop.two_states"), {setting(p), scale}), ui.theme->soft) + 2);
  const float most = std::clamp((box.h - 60) / 2, 8.0F, 30.0F);
  const Rect row = box.cut_top(2 * most + 38);
  const double whole = std::max(std::fabs(y) / (1 - p), 1e-9);
  const auto radius = [&](double v) { return std::max(2.5F, most * static_cast<float>(std::sqrt(std::fabs(v) / whole))); };
  // dropped, kept, their mean, and the same unit in evaluation
  constexpr float kShares[] = {0.18F, 0.38F, 0.24F, 0.2F};
  float x = row.x;
  const auto state = [&](std::size_t place, double v, bool on, std::string_view words, const std::string& value, const std::string& id) {
    const Rect cell{x, row.y, row.w * kShares[place], row.h};
    x += cell.w;
    const ImVec2 at{cell.x + cell.w / 2, row.y + most};
    if (on)
      ui.draw()->AddCircleFilled(at, radius(v), v < 0 ? ui.theme->negative : place == 1 ? ui.theme->accent : faded(ui.theme->accent, 0.7F), 32);
    else
      ui.draw()->AddCircle(at, radius(y), ui.theme->faint, 32);
    ui.text({cell.x, row.bottom() - 36, cell.w, 17}, words, ui.theme->soft, kSmall, Weight::regular, Align::center);
    ui.text({cell.x - 4, row.bottom() - 20, cell.w + 8, 18}, value, ui.theme->ink, kLabel, Weight::bold, Align::center);
    ui.note_item(id, words, "status", value, cell);
  };
  const auto number = [](double v) { return grouped(v, 3); };
  state(0, 0, false, ui("drop.dropped"), "0", "drop.state.dropped");
  state(1, y / (1 - p), true, ui("drop.kept"), number(y) + " × " + scale + " = " + number(y / (1 - p)), "drop.state.kept");
  state(2, mean, true, fill(ui("drop.state_mean"), {std::to_string(kMasks)}), number(mean), "drop.state.mean");
  state(3, y, true, ui("drop.eval"), number(y), "drop.state.eval");
  const std::string_view agree = own.layer == 0 ? ui("drop.agree") : ui("drop.agree_deeper");
  if (box.h > 16) ui.paragraph(box, agree, ui.theme->soft);
}

// ---- the ensemble ----

void ensemble(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  Rect head = box.cut_top(std::max(34.0F, ui.control_height() + 4));
  const auto tests = static_cast<std::uint32_t>(race.data().test);
  own.image = std::min(own.image, tests - 1);
  const float h = ui.control_height();
  if (race.has_images()) race.want_images(kCellSheets, false, {own.image});
  const Images* images = race.has_images() ? sheet_images(race, view, kCellSheets) : nullptr;
  const Rect picture = head.cut_left(race.has_images() ? 32 : 0);
  if (images && images->places.size() == 1 && images->places[0] == own.image) {
    view.sheets[kCellSheets].begin(ui);
    view.sheets[kCellSheets].draw(ui, 0, {picture.x, picture.y, 32, 32});
    view.sheets[kCellSheets].end(ui);
  }
  head.cut_left(6);
  if (ui.icon_button("ensemble.back", {head.x, head.y + 1, h, h}, Icon::step_back, ui("ensemble.back"), own.image > 0)) --own.image;
  if (ui.icon_button("ensemble.next", {head.x + h + 4, head.y + 1, h, h}, Icon::step, ui("ensemble.next"), own.image + 1 < tests)) ++own.image;
  head.cut_left(2 * h + 12);
  const auto n = static_cast<std::uint32_t>(std::lround(1 + static_cast<double>(own.masks) * (kMasks - 1)));
  ui.number("ensemble.n", head.cut_right(48), ui("ensemble.n"), std::to_string(n), ui("help.ensemble.n"));
  head.cut_right(6);
  ui.text(head.cut_left(std::min(head.w * 0.3F, 24.0F)), "n", ui.theme->soft, kText, Weight::regular, Align::center);
  ui.slider("ensemble.slider", head, ui("ensemble.n"), std::to_string(n), own.masks, ui("help.ensemble.n"));
  const EnsembleLook* look = ensemble_of(race, view, own);
  if (!look) return awaited(ui, race, box, kEnsembleSlot, view.lane);
  const auto label = static_cast<std::size_t>(look->label);
  const auto truth = static_cast<double>(look->eval[label]);
  const auto& classes = race.data().classes;
  const std::string name(label < classes.size() ? ui.by_id((race.has_images() ? "class." : "class.point.") + std::to_string(classes[label])) : "");
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
  double sum = 0, at_n = 0;
  for (std::uint32_t k = 0; k < look->count; ++k) {
    const auto q = static_cast<double>(look->probabilities[static_cast<std::size_t>(k) * look->classes + label]);
    sum += q;
    mean.x.push_back(k + 1), mean.y.push_back(sum / (k + 1));
    mean.faint_x.push_back(k + 1), mean.faint_y.push_back(q);
    if (k + 1 == n) at_n = sum / n;
  }
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
    ui.tip(ui("help.drop.lane"));
    if (Item* item = ui.note_item(id, name + (numbers.empty() ? "" : " · " + numbers), "radio", view.lane == i ? "true" : "false", row))
      item->help = ui("help.drop.lane");
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
    if (own.quantity == 0 && test.y.size() > 4) {
      const auto least = std::min_element(test.y.begin(), test.y.end());
      if (least + 2 < test.y.end() && test.y.back() > 1.05 * *least) test.minimum = static_cast<int>(least - test.y.begin());
    }
    series.push_back(std::move(test)), series.push_back(std::move(train));
  }
  if (own.quantity == 0) spec.y_ceiling = 2.6;
  ui::plot(ui, box, spec, series, &view.zoom);
}

// ---- the boundary ----

// The toy drops as the chosen lane's first layer does, or half where that drops nothing.
void follow(const Race& race, Race& toy, RaceView& view, DropoutView& own) {
  const auto& hidden = settings_of(race, view).network.hidden;
  const double wanted = hidden.empty() || hidden[0].dropout == 0 ? 0.5 : hidden[0].dropout;
  if (own.toy_of != setting(wanted)) {
    own.toy_of = setting(wanted);
    Json json = toy.experiment().json();
    for (Json& layer : json["lanes"][1]["network"]["hidden"]) layer["dropout"] = wanted;
    json["lanes"][1]["label"] = "p = " + setting(wanted);
    keep(view, toy.change_to(json));
  }
  if (toy.transport() == Transport::ready && toy.pack_ready()) toy.start();
}

void boundaries(Ui& ui, Race& race, Race& own_toy, RaceView& view, DropoutView& own, Rect box) {
  // a race over points of the plane is shown itself: its Start is the lab's
  const bool itself = !race.has_images() && race.lanes().size() > 1;
  if (!itself) follow(race, own_toy, view, own);
  Race& toy = itself ? race : own_toy;
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
    boundary_picture(ui, toy, view, i, i, at);
    ui.text({at.x, at.bottom() + 1, side, 18}, name(i), ui.theme->ink, kLabel, Weight::regular, Align::center);
  }
  const Rect frame{box.x, box.y + side + 22, box.w, note};
  if (said.empty() || frame.bottom() > box.bottom() + 4) return;
  ui.draw()->AddRectFilled(frame.min(), frame.max(), ui.theme->note, 6);
  ui.paragraph(frame.inset(10, 6), said, ui.theme->ink);
  ui.note_item("drop.boundary_says", said, "note", "", frame);
}

void DropoutView::add_to(Json& shown_now) const {
  shown_now["tab"] = kDropoutTabs[static_cast<std::size_t>(tab)];
  shown_now["mode"] = mode;
  shown_now["image"] = image;
}
void DropoutView::take(const Json& wanted) {
  for (int i = 0; i < static_cast<int>(std::size(kDropoutTabs)); ++i)
    if (wanted.contains("tab") && wanted["tab"] == kDropoutTabs[static_cast<std::size_t>(i)]) tab = i;
  if (wanted.contains("mode")) mode = wanted["mode"].get<int>();
  if (wanted.contains("image")) image = wanted["image"].get<std::uint32_t>();
}

// The ensemble that is shown: each mask's probabilities, and those of evaluation mode. Empty while there is no answer.
std::string dropout_csv(const Race& race, const RaceView& view) {
  const auto* look = race.looks().answer<EnsembleLook>(kEnsembleSlot, race.lanes()[std::min(view.lane, race.lanes().size() - 1)].key);
  if (!look) return {};
  std::string out = "test_example,mask";
  for (std::uint32_t c = 0; c < look->classes; ++c) out += ",p" + std::to_string(c);
  const auto row = [&](const std::string& name, const float* p) {
    out += "\n" + std::to_string(look->place) + "," + name;
    for (std::uint32_t c = 0; c < look->classes; ++c) out += "," + csv_number(static_cast<double>(p[c]));
  };
  for (std::uint32_t k = 0; k < look->count; ++k) row(std::to_string(k + 1), look->probabilities.data() + static_cast<std::size_t>(k) * look->classes);
  row("eval", look->eval.data());
  return out + "\n";
}

/// False: it is no field of this lab's.
bool type_own(Race& race, RaceView& view, DropoutView& own, const std::string& id, const std::string& text) {
  char* end = nullptr;
  const double v = std::strtod(text.c_str(), &end);
  const auto outside = [&](double least, double most) {
    if (end != text.c_str() && std::isfinite(v) && v >= least && v <= most) return false;
    view.complaint = UserError{"out_of_range", "", {shortened(text, 40), setting(least), setting(most)}};
    return true;
  };
  if (id == "ensemble.n") {
    if (!outside(1, kMasks)) own.masks = static_cast<float>((v - 1) / (kMasks - 1));
    return true;
  }
  if (!id.starts_with("drop.p.")) return false;
  const auto layer = static_cast<std::size_t>(std::atoi(id.c_str() + 7));
  if (layer < settings_of(race, view).network.hidden.size() && !outside(0, kDropoutMost)) keep(view, set_rate(race, view.lane, layer, v));
  return true;
}

void arrange(Ui& ui, Race& race, Race& toy, RaceView& view, DropoutView& own, Rect box) {
  ui.touch = box.w < 640;
  box = box.inset(kGrid, kGrid);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  const std::size_t layers = settings_of(race, view).network.hidden.size();
  if (own.layer >= layers) own.layer = 0, own.unit.reset();
  const auto piece = [&](int which, Rect area) {
    switch (which) {
    case 0: network(ui, race, view, own, area); break;
    case 1: one_unit(ui, race, view, own, area); break;
    case 2: ensemble(ui, race, view, own, area); break;
    case 3: curves(ui, race, view, own, area); break;
    default: boundaries(ui, race, toy, view, own, area);
    }
  };
  const auto panel = [&](int which, Rect area) {
    ui.panel(area);
    piece(which, area.inset(kPadding, 8));
  };
  const auto tabs = [&](Rect area, std::vector<int> which) {
    ui.panel(area);
    area = area.inset(kPadding, 8);
    if (std::find(which.begin(), which.end(), own.tab) == which.end()) own.tab = which.front();
    std::vector<std::string_view> labels;
    for (const int t : which) labels.push_back(ui.by_id("drop.tab." + std::string(kDropoutTabs[t])));
    int place = static_cast<int>(std::find(which.begin(), which.end(), own.tab) - which.begin());
    float width = 4;
    for (const std::string_view label : labels) width += ui.text_width(label, kLabel, Weight::bold) + 2 * kSegmentPad;
    const Rect head = area.cut_top(ui.control_height() + 8);
    if (width <= head.w)
      ui.segmented("drop.tab", head.min(), labels, place);
    else if (const auto pick = ui.select("drop.tab", {head.x, head.y, std::min(head.w, 190.0F), ui.control_height()}, ui("drop.tabs"), labels, place))
      place = *pick;
    own.tab = which[static_cast<std::size_t>(place)];
    piece(own.tab, area);
  };
  if (box.w >= 1000 && box.h >= 540) {
    Rect right = box.cut_right(std::clamp(box.w * 0.32F, 330.0F, 440.0F));
    box.cut_right(kGrid);
    panel(0, box.cut_top(box.h * 0.58F));
    box.cut_top(kGrid);
    panel(3, box);
    Rect above = right.cut_top(right.h * 0.6F);
    right.cut_top(kGrid);
    ui.panel(above);
    above = above.inset(kPadding, 8);
    piece(1, above.cut_top(std::clamp(above.h * 0.44F, 150.0F, 220.0F)));
    ui.line({above.x, above.y}, {above.right(), above.y});
    above.cut_top(6);
    ui.text(above.cut_top(20), ui("ensemble.title"), ui.theme->soft, kLabel, Weight::bold);
    piece(2, above);
    return panel(4, right);
  }
  if (box.h >= 600) {
    panel(0, box.cut_top(box.h * 0.5F));
    box.cut_top(kGrid);
    return tabs(box, {3, 1, 2, 4});
  }
  tabs(box, {0, 3, 1, 2, 4});
}

class Dropout final : public RaceLab {
public:
  Dropout(LabWorld& world, const LabRow& row) : RaceLab(world, row) { view_.lane = 2; }
  void add_shown(Json& out) const override { RaceLab::add_shown(out), own_.add_to(out); }
  void show(const Json& wanted) override { RaceLab::show(wanted), own_.take(wanted); }
  std::string csv(std::string_view plot) const override { return plot == "view" ? dropout_csv(race_, view_) : RaceLab::csv(plot); }
  std::optional<UserError> type(const std::string& id, const std::string& text) override {
    return type_own(race_, view_, own_, id, text) ? std::nullopt : RaceLab::type(id, text);
  }

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, toy_, view_, own_, box); }
  DropoutView own_;
};

constexpr Argument kLooks[] = {takes::choice("tab", takes::all_of<kDropoutTabs>), takes::flag("mode"), takes::whole("image", 0, 9999)};

} // namespace

extern const LabRoom kDropoutRoom{.make = make_lab<Dropout>, .verbs = {}, .looks = kLooks, .like = &kLanesRoom};

} // namespace downhill
