// The card of the current function: formula, parameters, what speaks for and against it, a normal input after one layer.
#include "app/labs/activations/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::act {

namespace {

void parameter_slider(Ui& ui, RaceView& view, ActivationModel& model, Column& column, const Choice& choice, std::size_t which) {
  const ParameterSpec& spec = entry_of(activations(), choice.name).parameters[which];
  const SliderField field{.id = "act.parameter." + std::string(spec.name),
                          .label = spec.name,
                          .text = setting(choice.values[which]),
                          .help = ui("help.act.parameter"),
                          .value = choice.values[which],
                          .range = range_of(spec),
                          .label_px = std::max(52.0F, ui.text_width(spec.name) + 8),
                          .number_px = 66};
  if (const auto moved = ui.slider_field(field, column.row())) keep(view, model.set_parameter(view.lane, which, *moved));
}

// What speaks for it and against it; each is shown in the picture while it is pointed at, or pressed.
void show_traits(Ui& ui, ActivationsView& own, Column& column, const std::string& activation) {
  bool pointed = false;
  const auto list = traits_of(activation);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Trait& trait = list[i];
    const std::string_view words = ui.by_id("trait." + activation + "." + std::to_string(i + 1));
    const float height = ui.paragraph({0, 0, column.rest.w - 20, 0}, words, 0, kLabel, false) + 5;
    const Rect row = column.rest.cut_top(std::max(height, ui.touch ? 40.0F : 22.0F));
    const std::string id = "act.trait." + std::to_string(i);
    const Ui::Press q = trait.at == Highlight::none ? Ui::Press{} : ui.press(id, row);
    const bool lit = trait.at != Highlight::none && own.highlight == trait.at;
    if (lit) ui.draw()->AddRectFilled({row.x - 4, row.y}, {row.right() + 4, row.bottom() - 1}, ui.theme->note, 4);
    ui.text({row.x, row.y, 14, 19}, trait.good ? "+" : "−", trait.good ? ui.theme->adam : ui.theme->bad, kText, Weight::bold);
    ui.paragraph({row.x + 18, row.y + 1, row.w - 20, height}, words, ui.theme->ink, kLabel);
    ui.note_item(id, words, trait.at == Highlight::none ? "note" : "checkbox", lit ? "true" : "false", row, true, ui("help.act.trait"));
    if (q.hovered && !own.highlight_held) own.highlight = trait.at, pointed = true;
    if (q.pressed) own.highlight_held = !(own.highlight_held && lit), own.highlight = trait.at, pointed = true;
  }
  if (!pointed && !own.highlight_held) own.highlight = Highlight::none;
}

// A normal input after one layer.
void after_one_layer(Ui& ui, ActivationsView& own, Column& column, const Choice& choice, std::uint32_t color) {
  column.title(ui("act.normal"));
  const PassedNormal& passed = own.model.passed(choice);
  const Rect area = column.rest.cut_top(92);
  histogram(ui, area, passed.low, passed.high, passed.bins, faded(color, 0.8F));
  if (passed.high > passed.low) {
    const float x = area.x + area.w * static_cast<float>((passed.mean - passed.low) / (passed.high - passed.low));
    ui.draw()->AddLine({x, area.y}, {x, area.bottom() - 15}, ui.theme->ink, own.highlight == Highlight::mean ? 3.0F : 1.5F);
  }
  const std::string numbers = fill(ui("act.normal_numbers"), {grouped(passed.mean, 3), grouped(passed.deviation, 3)});
  const std::string shares = fill(ui("act.normal_signs"), {percent(passed.positive), percent(passed.zero), percent(passed.negative)});
  ui.text(column.row(18), numbers, own.highlight == Highlight::mean ? ui.theme->accent : ui.theme->ink, kLabel,
          own.highlight == Highlight::mean ? Weight::bold : Weight::regular);
  ui.text(column.row(18), shares, ui.theme->soft, kLabel);
  ui.note_item("act.normal", ui("act.normal"), "status", numbers + " · " + shares, area);
}

} // namespace

void card(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box, bool framed) {
  Column column(ui, "act.card", box, framed);
  const auto chosen = own.model.chosen();
  view.lane = std::min(view.lane, chosen.size() - 1);
  if (chosen.size() > 1) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < chosen.size(); ++i) names.push_back(called(ui, race, own, i));
    const std::vector<std::string_view> labels(names.begin(), names.end());
    int current = static_cast<int>(view.lane);
    ui.segmented("act.current", column.row(ui.control_height() + 2).min(), labels, current);
    if (current != static_cast<int>(view.lane)) view.lane = static_cast<std::size_t>(current), own.highlight = Highlight::none, own.highlight_held = false;
  }
  const Choice choice = chosen[view.lane];
  const ActivationEntry& entry = entry_of(activations(), choice.name);
  const std::uint32_t color = ui.theme->*lane_look(race.experiment().lanes, view.lane).color;
  Rect title = column.row(26);
  const float width = ui.text(title, name_of(ui, choice), color, kTitle, Weight::bold);
  title.cut_left(width + 8);
  ui.text(title, entry.torch.empty() ? ui("act.no_torch") : entry.torch, ui.theme->faint, kLabel);
  const std::string formula_id = "activation:" + choice.name;
  const std::string_view formula = ui.by_id("act.formula." + choice.name);
  const Rect line = column.row(24);
  const Ui::Press p = ui.press(formula_id, line);
  ui.text(line, formula, p.hovered ? ui.theme->accent : ui.theme->ink, kText);
  ui.explained(formula_id, formula, "button", "", line, ui("help.act.formula"));
  if (p.pressed) ui.help_request = EditRequest{formula_id, name_of(ui, choice), std::string(ui.by_id("help.act.formula")), line};
  for (std::size_t i = 0; i < entry.parameters.size(); ++i) parameter_slider(ui, view, own.model, column, choice, i);

  const ActivationCurve& curve = own.model.curve(choice, kReaches[own.model.far]);
  // words and numbers of what is seen
  const auto fact = [&](const std::string& id, const std::string& text) {
    const Rect row = column.row(20);
    ui.text(row, text, ui.theme->soft, kLabel);
    ui.note_item(id, text, "note", "", row);
  };
  for (std::size_t k = 0; k < curve.kinks.size(); ++k) {
    const Kink& kink = curve.kinks[k];
    fact("act.kink." + std::to_string(k), fill(ui("act.kink"), {setting(std::round(kink.x * 100) / 100), setting(std::round(kink.below * 1e4) / 1e4),
                                                                setting(std::round(kink.above * 1e4) / 1e4), setting(std::round(kink.taken * 1e4) / 1e4)}));
  }
  fact("act.steepest", fill(ui("act.steepest"), {setting(std::round(curve.steepest * 1e4) / 1e4)}));
  column.rest.cut_top(kHalf);

  show_traits(ui, own, column, choice.name);

  column.rest.cut_top(kHalf);
  after_one_layer(ui, own, column, choice, color);
}

} // namespace downhill::act
