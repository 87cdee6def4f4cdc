// Is it so? The gradient beside a difference, the difference's error over h; updates, and the loss after them; what if the hidden layer's δ
// had been carried back by the new weights.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::chain {
namespace {

constexpr double kToldAt = 1e-5;

// The gradient that is held against a difference: the one under study, else the first weight's.
Quantity held_against(const Scene& s) {
  const auto q = s.model.focus();
  if (q && BackpropModel::has_difference(q->kind)) return *q;
  if (q && (q->kind == QuantityKind::weight || q->kind == QuantityKind::new_weight)) return {QuantityKind::d_weight, 0, q->layer, q->unit, q->index};
  return {QuantityKind::d_weight};
}

void difference(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const Quantity q = held_against(s);
  column.title(ui("backprop.difference_title"));
  const auto& points = s.model.differences(q);
  if (s.model.sight(q) == Sight::asked || s.model.blocked_by(q)) return column.paragraph(ui("backprop.difference_asked"), ui.theme->soft);
  const auto told = std::min_element(points.begin(), points.end(), [](const DifferencePoint& a, const DifferencePoint& b) {
    return std::fabs(std::log(a.h / kToldAt)) < std::fabs(std::log(b.h / kToldAt));
  });
  const std::string words =
      fill(ui("backprop.difference_is"), {s.symbol(q), written(s.model.shown().of(q)), written(told->difference), written(told->error, 2)});
  const float y = column.rest.y;
  column.paragraph(words, ui.theme->soft);
  ui.note_item("backprop.difference", ui("backprop.difference_title"), "note", words, {column.rest.x, y, column.rest.w, column.rest.y - y});
  Series error;
  error.label = ui("backprop.error"), error.color = ui.theme->accent;
  double most = 1e-12;
  for (const DifferencePoint& point : points) {
    error.x.push_back(std::log10(point.h)), error.y.push_back(std::max(point.error, 1e-17));
    most = std::max(most, point.error);
  }
  PlotSpec spec;
  spec.id = "backprop.error", spec.x_title = "log10 h", spec.y_title = ui("backprop.error_axis");
  spec.log_y = true, spec.x_least = -13, spec.x_most = -1, spec.y_decimals = -1;
  spec.x_text = [](double x) { return "h = " + written(std::pow(10.0, x), 2); };
  plot(ui, column.row(170), spec, {error}, &s.kept.error);
  column.paragraph(ui("backprop.error_says"), ui.theme->faint);
}

void updates(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  column.title(ui("backprop.updates_title"));
  const FieldId steps{{}, "/steps"};
  ui.number(steps.text(), column.field(steps.text(), ui("backprop.updates"), 84, ui("help.backprop.updates")), ui("backprop.updates"), s.lab.text_of(steps),
            ui("help.backprop.updates"));
  if (ui.check("backprop.train_bias", column.row(), ui("backprop.train_bias"), s.settings().train_bias, ui("help./train_bias")))
    s.lab.later([&lab = s.lab, on = s.settings().train_bias] { return lab.set_field("field:/train_bias", !on); });
  if (!s.model.all_solved()) return column.paragraph(ui("backprop.later"), ui.theme->soft);
  const auto& losses = s.model.losses();
  const std::string words = fill(ui("backprop.loss_goes"), {written(losses.front()), grouped(static_cast<double>(losses.size() - 1)), written(losses.back())});
  const float y = column.rest.y;
  column.paragraph(words, ui.theme->ink);
  ui.note_item("backprop.after", ui("backprop.updates_title"), "status", words, {column.rest.x, y, column.rest.w, column.rest.y - y});
  if (losses.size() > 2) {
    Series line;
    line.label = ui("backprop.mean_loss"), line.color = ui.theme->accent;
    const std::size_t every = losses.size() / 400 + 1;
    for (std::size_t i = 0; i < losses.size(); i += every) line.x.push_back(static_cast<double>(i)), line.y.push_back(losses[i]);
    if ((losses.size() - 1) % every != 0) line.x.push_back(static_cast<double>(losses.size() - 1)), line.y.push_back(losses.back());
    PlotSpec spec;
    spec.id = "backprop.losses", spec.x_title = ui("backprop.update_axis"), spec.y_title = ui("backprop.mean_loss");
    spec.x_most = static_cast<double>(s.settings().steps), spec.y_decimals = -1;
    plot(ui, column.row(150), spec, {line}, &s.kept.losses);
  }
}

void what_if(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  if (s.settings().layers.size() < 2 || !s.model.all_solved()) return;
  column.title(ui("backprop.what_if"));
  const std::size_t layer = s.settings().layers.size() - 2, e = s.model.example();
  const auto u8 = [](std::size_t n) { return static_cast<std::uint8_t>(n); };
  std::string words;
  for (std::size_t u = 0; u < s.settings().layers[layer].units(); ++u) {
    const Quantity q{QuantityKind::delta, u8(e), u8(layer), u8(u), 0};
    words += (words.empty() ? "" : "; ") + s.symbol(q) + ": " + written(s.model.truth().of(q), 6) + " → " +
             written(s.model.with_new_weights().examples[e].layers[layer].delta[u], 6);
  }
  BackpropSettings one = s.settings();
  one.steps = 1;
  const std::string all = fill(ui("backprop.what_if_is"), {words, written(backprop_loss(one, layers_after(one))), written(s.model.loss_with_new_weights())});
  const float y = column.rest.y;
  column.paragraph(all, ui.theme->soft);
  ui.note_item("backprop.what_if", ui("backprop.what_if"), "note", all, {column.rest.x, y, column.rest.w, column.rest.y - y});
}

} // namespace

void check(const Scene& s, Rect box) {
  Column column(s.ui, "backprop.check", box, false);
  difference(s, column);
  column.rule();
  updates(s, column);
  column.rule();
  what_if(s, column);
}

} // namespace downhill::chain
