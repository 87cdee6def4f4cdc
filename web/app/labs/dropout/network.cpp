// The network with the units that this batch drops, and one unit’s two states.
#include "app/labs/dropout/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::drop {

const EnsembleLook* ensemble_of(Race& race, const RaceView& view, DropoutView& own) {
  const auto* look = own.ensemble.want(race, view.lane, {own.model.image(), kMasks});
  return look && is_whole(*look) ? look : nullptr;
}

// ---- the network and its masks ----

namespace {

// Which batch is seen, training or evaluation, and the steps to the next one and back.
void which_batch(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect head) {
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
  std::string which = own.mode == 0 ? fill(ui("drop.batch"), {batch_number}) : std::string(ui("drop.no_mask"));
  if (own.mode == 0 && ui.text_width(which, kLabel) > head.w) which = fill(ui("drop.batch_short"), {batch_number});
  if (ui.text_width(which, kLabel) <= head.w) ui.text(head, which, ui.theme->soft, kLabel);
}

// A rate for each hidden layer. True: one was changed, and the race is another.
bool rate_sliders(Ui& ui, RaceView& view, DropoutModel& model, Rect foot, std::size_t layers, std::size_t in_row) {
  for (std::size_t l = 0; l < layers; ++l) {
    const float width = foot.w / static_cast<float>(in_row), number = 56;
    const Rect cell{foot.x + width * static_cast<float>(in_row == 1 ? 0 : l),
                    foot.y + (in_row == 1 ? (ui.touch ? 44.0F : 34.0F) * static_cast<float>(l) : 0) + 3, width - (in_row == 1 ? 0 : 14.0F),
                    ui.control_height()};
    const double p = model.rate(view.lane, l);
    const std::string label = fill(ui("drop.rate"), {std::to_string(l + 1)});
    const SliderField field{.id = "drop.p." + std::to_string(l),
                            .label = label,
                            .text = setting(p),
                            .help = ui("help./network/hidden/dropout"),
                            .value = p,
                            .range = kRates,
                            .label_px = std::min((cell.w - number - 6) * 0.55F, ui.text_width(label) + 8),
                            .number_px = number,
                            .explains = "lane:" + std::to_string(view.lane) + ":/network/hidden/" + std::to_string(l) + "/dropout"};
    if (const auto moved = ui.slider_field(field, cell)) return keep(view, model.set_rate(view.lane, l, *moved)), true;
  }
  return false;
}

// Input, hidden layers, output, a column each, of so many dots as there is room for.
struct Columns {
  Ui& ui;
  const Race& race;
  const LaneSettings& settings;
  const BatchLook* batch; ///< null: no answer yet
  const TraceLook* trace;
  bool training;
  std::size_t count;
  Rect box;
  std::size_t classes = race.classes().size();
  float radius = std::clamp(box.h / 42, 4.0F, 8.0F), spacing = (box.w - 60) / static_cast<float>(count - 1);

  bool hidden(std::size_t c) const { return c > 0 && c + 1 < count; }
  float x_of(std::size_t c) const { return box.x + 30 + spacing * static_cast<float>(c); }
  std::size_t units_in(std::size_t c) const;
  std::size_t dots(std::size_t c) const { return c == 0 ? std::min<std::size_t>(9, units_in(c)) : drawn(units_in(c)); }
  ImVec2 place(std::size_t c, std::size_t dot) const;
  bool kept(std::size_t c, std::size_t unit) const {
    if (!training || !hidden(c) || !batch || batch->masks[c - 1].kept.empty()) return true;
    return batch->masks[c - 1].kept[unit] != 0;
  }
  void lines() const;
  void dot(ImVec2 at, bool on) const;
  /// A unit of a hidden layer: kept or dropped, and what that makes of its output.
  std::string words(std::size_t c, std::size_t unit) const;
  /// What stands below a column.
  void foot(std::size_t c, Rect names) const;
};

std::size_t Columns::units_in(std::size_t c) const {
  if (c == 0) return static_cast<std::size_t>(race.inputs());
  if (c == count - 1) return classes;
  return batch ? batch->masks[c - 1].units : static_cast<std::size_t>(settings.network.hidden[c - 1].units);
}

ImVec2 Columns::place(std::size_t c, std::size_t dot) const {
  const float pitch = std::min(26.0F, box.h / static_cast<float>(kUnitsDrawn)), of_units = box.h / static_cast<float>(std::max<std::size_t>(1, dots(c)));
  return {x_of(c),
          box.y + box.h / 2 + (static_cast<float>(dot) - static_cast<float>(dots(c) - 1) / 2) * (hidden(c) ? pitch : std::min(pitch * 1.3F, of_units))};
}

void Columns::lines() const {
  for (std::size_t c = 0; c + 1 < count; ++c)
    for (std::size_t a = 0; a < dots(c); ++a)
      for (std::size_t b = 0; b < dots(c + 1); ++b)
        if (kept(c, c == 0 ? 0 : unit_at(a, units_in(c))) && kept(c + 1, unit_at(b, units_in(c + 1))))
          ui.draw()->AddLine(place(c, a), place(c + 1, b), faded(ui.theme->accent, 0.16F));
}

void Columns::dot(ImVec2 at, bool on) const {
  if (on) {
    ui.draw()->AddCircleFilled(at, radius, ui.theme->accent, 20);
  } else {
    ui.draw()->AddCircleFilled(at, radius, ui.theme->panel, 20);
    ui.draw()->AddCircle(at, radius, ui.theme->faint, 20);
    const float r = radius * 0.45F;
    ui.draw()->AddLine({at.x - r, at.y - r}, {at.x + r, at.y + r}, ui.theme->faint);
    ui.draw()->AddLine({at.x - r, at.y + r}, {at.x + r, at.y - r}, ui.theme->faint);
  }
}

std::string Columns::words(std::size_t c, std::size_t unit) const {
  const bool on = kept(c, unit);
  std::string said = fill(ui("drop.unit_is"), {std::to_string(unit + 1), on ? std::string(ui("drop.kept")) : std::string(ui("drop.dropped"))});
  if (trace && unit < trace->layers[c - 1].y.size()) {
    const TraceLayer& t = trace->layers[c - 1];
    const auto number = [](float v) { return grouped(static_cast<double>(v), 4); };
    const std::string scale = setting(kept_scale(t.p));
    said += training ? on ? ": " + number(t.y[unit]) + " × " + scale + " = " + number(t.given[unit]) : ": " + number(t.y[unit]) + " → 0"
                     : ": " + number(t.eval[unit]);
  }
  return said;
}

void Columns::foot(std::size_t c, Rect names) const {
  std::string below = c == 0       ? fill(ui("drop.inputs"), {std::to_string(units_in(c))})
                      : !hidden(c) ? fill(ui("drop.classes"), {std::to_string(classes)})
                                   : std::to_string(units_in(c));
  std::string second;
  if (hidden(c) && batch) {
    const MaskLayer& layer = batch->masks[c - 1];
    const std::size_t off = training ? dropped(layer) : 0;
    second = fill(ui("drop.count"), {std::to_string(off), std::to_string(layer.units)});
    if (ui.text_width(second, kLabel) > spacing - 4) second = fill(ui("drop.count_short"), {std::to_string(off), std::to_string(layer.units)});
    ui.note_item("drop.mask." + std::to_string(c - 1), fill(ui("drop.mask"), {std::to_string(c)}), "status", second, {x_of(c) - 60, names.y, 120, 34});
  }
  ui.text({x_of(c) - 70, names.y, 140, 17}, below, ui.theme->soft, kLabel, Weight::regular, Align::center);
  ui.text({x_of(c) - 70, names.y + 16, 140, 17}, second, ui.theme->ink, kLabel, Weight::regular, Align::center);
}

} // namespace

void network(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  const std::size_t layers = own.model.layers(view.lane);
  const auto* batch = own.batch.want(race, view.lane);
  const auto* trace = own.trace.want(race, view.lane);
  if (batch && batch->masks.size() != layers) batch = nullptr;
  if (trace && trace->layers.size() != layers) trace = nullptr;
  const bool training = own.mode == 0;
  const std::size_t chosen_unit = own.model.unit_shown(ensemble_of(race, view, own));

  which_batch(ui, race, view, own, box.cut_top(ui.control_height() + 4));
  // sliders below, one a hidden layer
  const bool one_column = box.w < 300 * static_cast<float>(std::max<std::size_t>(1, layers));
  const Rect foot = box.cut_bottom((ui.touch ? 44.0F : 34.0F) * static_cast<float>(one_column ? layers : 1));
  if (rate_sliders(ui, view, own.model, foot, layers, one_column ? 1 : layers)) return;
  box.cut_bottom(2);

  if (own.batch.failed()) return awaited(ui, race, box, own.batch, view.lane);
  const Rect names = box.cut_bottom(34);
  const Rect why = box.cut_top(18);
  const Columns columns{ui, race, own.model.settings(view.lane), batch, trace, training, layers + 2, box};
  columns.lines();
  const float radius = columns.radius;
  for (std::size_t c = 0; c < columns.count; ++c) {
    for (std::size_t d = 0; d < columns.dots(c); ++d) {
      const ImVec2 at = columns.place(c, d);
      if (!columns.hidden(c)) {
        ui.draw()->AddCircleFilled(at, radius, ui.theme->faint, 20);
        continue;
      }
      const std::size_t unit = unit_at(d, columns.units_in(c));
      columns.dot(at, columns.kept(c, unit));
      const bool chosen = own.model.layer() == c - 1 && chosen_unit == unit;
      if (chosen) ui.draw()->AddCircle(at, radius + 3, ui.theme->ink, 24, 1.6F);
      const std::string id = "drop.unit." + std::to_string(c - 1) + "." + std::to_string(unit), words = columns.words(c, unit);
      const Rect hit{at.x - radius - 2, at.y - radius - 2, 2 * radius + 4, 2 * radius + 4};
      if (ui.press(id, hit).pressed) own.model.choose_unit(c - 1, unit);
      ui.tip(words);
      ui.note_item(id, words, "radio", chosen ? "true" : "false", hit, true, ui("help.drop.unit"));
    }
    columns.foot(c, names);
  }
  const Rect never{why.right() - std::min(why.w, ui.text_width(ui("drop.never"), kLabel) + 4), why.y,
                   std::min(why.w, ui.text_width(ui("drop.never"), kLabel) + 4), why.h};
  ui.press("drop.never", never);
  ui.text(never, ui("drop.never"), ui.theme->soft, kLabel, Weight::regular, Align::right);
  ui.explained("drop.never", ui("drop.never"), "note", "", never, ui("drop.why_never"));
}

// ---- one unit ----

void one_unit(Ui& ui, Race& race, RaceView& view, DropoutView& own, Rect box) {
  const EnsembleLook* look = ensemble_of(race, view, own);
  const std::size_t layer = own.model.layer(), unit = own.model.unit_shown(look);
  ui.text(box.cut_top(22), fill(ui("drop.unit_title"), {std::to_string(layer + 1), std::to_string(unit + 1)}), ui.theme->ink, kTitle, Weight::bold);
  if (!look || layer >= look->eval_units.size() || unit >= look->eval_units[layer].size() || unit >= look->mean_units[layer].size()) {
    return awaited(ui, race, box, own.ensemble, view.lane);
  }
  const double p = own.model.rate(view.lane, layer);
  const auto y = static_cast<double>(look->eval_units[layer][unit]), mean = static_cast<double>(look->mean_units[layer][unit]);
  const std::string scale = setting(kept_scale(p));
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
  const std::string_view agree = layer == 0 ? ui("drop.agree") : ui("drop.agree_deeper");
  if (box.h > 16) ui.paragraph(box, agree, ui.theme->soft);
}

} // namespace downhill::drop
