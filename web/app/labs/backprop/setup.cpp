// The network's size and functions, the loss, the rule, the examples.
#include "app/labs/backprop/parts.hpp"

#include "backprop/scalar_formulas.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::chain {
namespace {

// A small whole number: fewer, the number, more.
void count(const Scene& s, Rect row, const std::string& id, std::string_view label, std::size_t now, std::size_t most, std::string_view help,
           const std::function<std::optional<UserError>(std::size_t)>& set) {
  Ui& ui = s.ui;
  const float h = ui.control_height();
  const Rect more = row.cut_right(h), value = row.cut_right(34), fewer = row.cut_right(h);
  row.cut_right(6);
  ui.label(id, row, label, help);
  if (ui.button(id + ".fewer", fewer, "−", false, now > 1)) s.lab.later([set, now] { return set(now - 1); });
  if (ui.button(id + ".more", more, "+", false, now < most)) s.lab.later([set, now] { return set(now + 1); });
  ui.text(value, std::to_string(now), ui.theme->ink, kText, Weight::bold, Align::center);
  ui.note_item(id, label, "status", std::to_string(now), value, true, help);
}

template <class Set> void choice(const Scene& s, Rect row, const std::string& id, std::string_view label, const char* prefix,
                                 const std::vector<std::string_view>& ids, std::string_view now, std::string_view help, Set set) {
  std::vector<std::string_view> labels;
  int chosen = 0;
  for (const std::string_view each : ids) {
    if (each == now) chosen = static_cast<int>(labels.size());
    labels.push_back(s.ui.by_id(prefix + std::string(each)));
  }
  s.ui.label(id, row.cut_left(std::min(86.0F, row.w * 0.4F)), label, help);
  if (const auto picked = s.ui.select(id, row, label, labels, chosen, help))
    s.lab.later([set, picked = std::string(ids[static_cast<std::size_t>(*picked)])] { return set(picked); });
}

void layers(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  BackpropModel& model = s.model;
  const BackpropLayers& all = s.settings().layers;
  count(s, column.row(), "backprop.layers", ui("backprop.layers"), all.size(), kBackpropLayersMost, ui("help.backprop.layers"),
        [&model](std::size_t n) { return model.set_layers(n); });
  count(s, column.row(), "backprop.inputs", ui("backprop.inputs"), all.front().inputs, kBackpropUnitsMost, ui("help.backprop.inputs"),
        [&model](std::size_t n) { return model.set_inputs(n); });
  std::vector<std::string_view> ids;
  for (const ScalarActivation& activation : scalar_activations()) ids.push_back(activation.id);
  for (std::size_t l = 0; l < all.size(); ++l) {
    const std::string number = std::to_string(l + 1), id = "backprop.units." + number;
    count(s, column.row(), id, fill(ui("backprop.units"), {number}), all[l].units(), kBackpropUnitsMost, ui("help.backprop.units"),
          [&model, l](std::size_t n) { return model.set_units(l, n); });
    choice(s, column.row(), "backprop.activation." + number, ui("backprop.activation"), "activation.", ids, all[l].activation.name,
           ui("help.backprop.activation"), [&model, l](const std::string& to) { return model.set_activation(l, to); });
  }
  if (ui.button("backprop.draw", column.row(ui.control_height() + 4).cut_left(ui.text_width(ui("backprop.draw")) + 26), ui("backprop.draw")))
    s.lab.later([&model] { return model.draw_weights(); });
}

void learning(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  BackpropModel& model = s.model;
  std::vector<std::string_view> losses, rules;
  for (const ScalarLoss& loss : scalar_losses()) losses.push_back(loss.id);
  for (const ScalarRule& rule : scalar_rules()) rules.push_back(rule.id);
  choice(s, column.row(), "field:/loss", field_label("/loss"), "loss.", losses, s.settings().loss, ui("help./loss"),
         [&model](const std::string& to) { return model.set_loss(to); });
  choice(s, column.row(), "field:/optimizer", field_label("/optimizer"), "method.", rules, s.settings().optimizer.name, ui("help./optimizer"),
         [&lab = s.lab](const std::string& to) { return lab.set_field("field:/optimizer", to); });
  for (const ParameterSpec& spec : entry_of(optimizers(), s.settings().optimizer.name).parameters) {
    const FieldId id{{}, "/optimizer/" + std::string(spec.name)};
    const std::string label = field_label(id.pointer);
    ui.number(id.text(), column.field(id.text(), label, 84, ui("help./optimizer/parameter")), label, s.lab.text_of(id), ui("help./optimizer/parameter"));
  }
  if (ui.check("backprop.bias", column.row(), ui("backprop.train_bias"), s.settings().train_bias, ui("help./train_bias")))
    s.lab.later([&lab = s.lab, on = s.settings().train_bias] { return lab.set_field("field:/train_bias", !on); });
}

// An example's inputs and targets in a row each.
void examples(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  BackpropModel& model = s.model;
  count(s, column.row(), "backprop.examples", ui("backprop.examples"), s.settings().examples.size(), kBackpropExamplesMost, ui("help.backprop.examples"),
        [&model](std::size_t n) { return model.set_examples(n); });
  const auto numbers = [&](QuantityKind kind, std::size_t e, std::size_t size, std::string_view label) {
    Rect row = column.row();
    ui.text(row.cut_left(66), label, ui.theme->soft, kSmall);
    const float width = std::min(72.0F, row.w / static_cast<float>(size));
    for (std::size_t u = 0; u < size; ++u) {
      const Rect cell = row.cut_left(width);
      given(s, {kind, static_cast<std::uint8_t>(e), 0, static_cast<std::uint8_t>(u), 0}, {cell.x + 1, cell.y + 2, cell.w - 3, cell.h - 4});
    }
  };
  for (std::size_t e = 0; e < s.settings().examples.size(); ++e) {
    numbers(QuantityKind::input, e, s.settings().examples[e].input.size(), fill(ui("backprop.input_of"), {std::to_string(e + 1)}));
    numbers(QuantityKind::target, e, s.settings().examples[e].target.size(), fill(ui("backprop.target_of"), {std::to_string(e + 1)}));
  }
}

} // namespace

void setup(const Scene& s, Rect box) {
  Column column(s.ui, "backprop.setup", box, false);
  column.title(s.ui("backprop.setup_network"));
  layers(s, column);
  column.rule();
  column.title(s.ui("backprop.setup_learning"));
  learning(s, column);
  column.rule();
  column.title(s.ui("backprop.setup_examples"));
  examples(s, column);
}

} // namespace downhill::chain
