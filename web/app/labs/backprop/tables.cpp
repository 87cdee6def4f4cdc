// All numbers as tables: weights with their gradients and new values, units, the update.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>

namespace downhill::chain {
namespace {

constexpr float kRow = 24;
constexpr int kTableDigits = 9;

std::uint8_t byte(std::size_t n) { return static_cast<std::uint8_t>(n); }

// Equal columns behind a first one; the caller fills them.
struct Cells {
  Rect row;
  float first, width;
  Rect next(bool head = false) {
    Rect cell = row.cut_left(head ? first : width);
    return {cell.x + 2, cell.y, cell.w - 4, cell.h};
  }
};
Cells cells(Column& column, float first, std::size_t count) {
  const Rect row = column.row(kRow);
  return {row, first, (row.w - first) / static_cast<float>(count)};
}

void heads(const Scene& s, Column& column, float first, const std::vector<std::string>& names, std::string_view head) {
  Cells at = cells(column, first, names.size());
  s.ui.text(at.next(true), head, s.ui.theme->faint, kSmall);
  for (const std::string& name : names) s.ui.text(at.next(), name, s.ui.theme->faint, kSmall, Weight::regular, Align::right);
  s.ui.line({column.rest.x, column.rest.y}, {column.rest.right(), column.rest.y});
}

NumberLook right() { return {.size = kLabel, .align = Align::right, .digits = kTableDigits}; }

void weights(const Scene& s, Rect box) {
  Column column(s.ui, "backprop.weights", box, false);
  column.title(s.ui("backprop.table.weights"));
  const float first = std::min(86.0F, column.rest.w * 0.24F);
  heads(s, column, first, {std::string(s.ui("backprop.now")), "∂L/∂w", std::string(s.ui("backprop.new"))}, s.ui("backprop.edge"));
  for (std::size_t l = 0; l < s.settings().layers.size(); ++l) {
    const BackpropLayer& layer = s.settings().layers[l];
    for (std::size_t o = 0; o < layer.units(); ++o)
      for (std::size_t i = 0; i <= layer.inputs; ++i) {
        const bool bias = i == layer.inputs;
        const auto of = [&](QuantityKind weight, QuantityKind of_bias) {
          return bias ? Quantity{of_bias, 0, byte(l), byte(o), 0} : Quantity{weight, 0, byte(l), byte(o), byte(i)};
        };
        const Quantity it = of(QuantityKind::weight, QuantityKind::bias), gradient = of(QuantityKind::d_weight, QuantityKind::d_bias);
        Cells at = cells(column, first, 3);
        const std::string from = bias ? "" : l == 0 ? s.symbol({QuantityKind::input, 0, 0, byte(i), 0}) : unit_name(s.settings(), l - 1, i);
        s.ui.text(at.next(true), s.symbol(it) + (from.empty() ? "" : "  " + from + "→" + unit_name(s.settings(), l, o)), s.ui.theme->soft, kSmall);
        given(s, it, at.next().inset(2, 2), "", Align::right);
        number(s, gradient, at.next(), right());
        number(s, of(QuantityKind::new_weight, QuantityKind::new_bias), at.next(), right());
      }
  }
}

void units(const Scene& s, Rect box) {
  Column column(s.ui, "backprop.units", box, false);
  column.title(s.settings().examples.size() > 1 ? fill(s.ui("backprop.table.units_of"), {std::to_string(s.model.example() + 1)})
                                                : std::string(s.ui("backprop.table.units")));
  const std::size_t e = s.model.example();
  const float first = 34;
  heads(s, column, first, {"z", "a", "f′(z)", "∂L/∂a", "δ"}, "");
  for (std::size_t l = 0; l < s.settings().layers.size(); ++l)
    for (std::size_t u = 0; u < s.settings().layers[l].units(); ++u) {
      Cells at = cells(column, first, 5);
      s.ui.text(at.next(true), unit_name(s.settings(), l, u), s.ui.theme->ink, kLabel, Weight::bold);
      for (const QuantityKind kind : {QuantityKind::z, QuantityKind::a, QuantityKind::slope, QuantityKind::d_a, QuantityKind::delta})
        number(s, {kind, byte(e), byte(l), byte(u), 0}, at.next(), right());
    }
}

void update(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "backprop.update", box, false);
  column.title(ui("backprop.table.update"));
  const auto& losses = s.model.losses();
  const auto value = [&](std::string_view name, const std::string& text) {
    Rect row = column.row(kRow);
    ui.text(row.cut_right(std::min(110.0F, row.w * 0.5F)), text, ui.theme->ink, kLabel, Weight::bold, Align::right);
    ui.text(row, name, ui.theme->soft, kLabel);
  };
  const bool told = s.model.done() == s.model.steps().size() && s.model.all_solved();
  if (!told) return column.paragraph(ui("backprop.update_later"), ui.theme->soft);
  value(ui("backprop.loss_before"), written(losses.front()));
  value(fill(ui("backprop.loss_after"), {grouped(static_cast<double>(losses.size() - 1))}), written(losses.back()));
  BackpropSettings other = s.settings();
  other.train_bias = !other.train_bias;
  if (other.steps == 1) value(other.train_bias ? ui("backprop.if_trained") : ui("backprop.if_held"), written(backprop_loss(other, layers_after(other))));
  column.paragraph(ui("backprop.old_weights"), ui.theme->faint);
}

} // namespace

void tables(const Scene& s, Rect box) {
  if (box.w >= 1000) {
    const Rect left = box.cut_left(box.w * 0.37F), middle = box.cut_left(box.w * 0.66F);
    weights(s, left);
    units(s, middle.inset(6, 0));
    return update(s, box);
  }
  const Rect head = box.cut_top(s.ui.control_height() + 6);
  s.ui.tabs_of("backprop.table", head, s.ui("backprop.tables"), kTables, {0, 1, 2}, s.looks.table);
  s.looks.table == 0 ? weights(s, box) : s.looks.table == 1 ? units(s, box) : update(s, box);
}

} // namespace downhill::chain
