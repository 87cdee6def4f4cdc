// The computation graph of one example: each operation a node with what it gives and, once the way back has come by, the gradient that
// arrives at it; on the edges the local derivatives.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::chain {
namespace {

constexpr float kNodeWidth = 92, kNodeHeight = 36, kChip = 20, kRow = kNodeHeight + kChip + 10, kColumnLeast = 142, kColumnMost = 190;

class Graph {
public:
  Graph(const Scene& scene, Rect box) : s_(scene), ui_(scene.ui), box_(box), example_(static_cast<std::uint8_t>(scene.model.example())) {
    const BackpropLayers& layers = s_.settings().layers;
    columns_ = static_cast<float>(1 + 3 * layers.size() + (has_terms() ? 1 : 0) + 1 + (s_.model.place_of({QuantityKind::mean_loss}) ? 1 : 0));
    std::size_t rows = layers.front().inputs;
    for (const BackpropLayer& layer : layers) rows = std::max(rows, layer.units() * layer.inputs);
    column_ = std::clamp(box.w / columns_, kColumnLeast, kColumnMost);
    size_ = {columns_ * column_, static_cast<float>(rows) * kRow + 24};
  }
  void draw();

private:
  bool has_terms() const { return s_.model.place_of({QuantityKind::term, example_}).has_value(); }
  Quantity of(QuantityKind kind, std::size_t layer, std::size_t unit, std::size_t index = 0) const {
    return {kind, example_, static_cast<std::uint8_t>(layer), static_cast<std::uint8_t>(unit), static_cast<std::uint8_t>(index)};
  }
  Rect node(float column, float row, float rows) const {
    const float y = size_.y / 2 + (row - (rows - 1) / 2) * kRow;
    return {origin_.x + (column + 0.5F) * column_ - kNodeWidth / 2, origin_.y + y - kNodeHeight / 2 + kChip / 2, kNodeWidth, kNodeHeight};
  }
  Rect input(std::size_t i) const { return node(0, static_cast<float>(i), static_cast<float>(s_.settings().layers.front().inputs)); }
  Rect product(std::size_t l, std::size_t o, std::size_t i) const {
    const BackpropLayer& layer = s_.settings().layers[l];
    return node(static_cast<float>(1 + 3 * l), static_cast<float>(o * layer.inputs + i), static_cast<float>(layer.units() * layer.inputs));
  }
  // z and a stand beside the middle of the unit's products
  Rect unit(std::size_t l, std::size_t o, bool activated) const {
    const BackpropLayer& layer = s_.settings().layers[l];
    const auto inputs = static_cast<float>(layer.inputs);
    return node(static_cast<float>((activated ? 3 : 2) + 3 * l), static_cast<float>(o) * inputs + (inputs - 1) / 2, static_cast<float>(layer.units()) * inputs);
  }
  Rect output_node(float after, std::size_t o) const {
    const Rect a = unit(s_.settings().layers.size() - 1, o, true);
    return {a.x + after * column_, a.y, a.w, a.h};
  }
  Rect single(float after) const {
    const float column = static_cast<float>(3 * s_.settings().layers.size()) + after;
    return node(column, 0, 1);
  }
  bool lit(const Quantity& q) const { return s_.model.is_lit(q) || s_.model.focus() == q; }
  void edge(const Rect& from, const Rect& to, bool forward, bool back, const Quantity* slope, std::string_view words) const;
  void box(const Rect& at, std::string_view sign, const Quantity& value, const Quantity* gradient) const;
  void layer(std::size_t l) const;
  void losses() const;
  std::optional<Rect> wanted() const;

  const Scene& s_;
  Ui& ui_;
  Rect box_;
  std::uint8_t example_;
  float columns_ = 1, column_ = kColumnLeast;
  ImVec2 size_, origin_{0, 0};
};

void Graph::edge(const Rect& from, const Rect& to, bool forward, bool back, const Quantity* slope, std::string_view words) const {
  const ImVec2 a{from.right(), from.y + from.h / 2}, b{to.x, to.y + to.h / 2};
  const std::uint32_t color = back ? ui_.theme->bad : forward ? ui_.theme->accent : ui_.theme->line;
  ui_.draw()->AddLine(a, b, color, back || forward ? 2.2F : 1.3F);
  if (slope && s_.model.sight(*slope) != Sight::ahead) {
    ImGui::PushID("edge"); // ∂L/∂a of an output stands in its node, too
    number(s_, *slope, {(a.x + b.x) / 2 - 30, (a.y + b.y) / 2 - 15, 60, 14});
    return ImGui::PopID();
  }
  if (!words.empty()) ui_.text({(a.x + b.x) / 2 - 30, (a.y + b.y) / 2 - 15, 60, 14}, words, ui_.theme->faint, kSmall, Weight::regular, Align::center);
}

// An operation: its sign, its value, and below it the gradient of the loss by it.
void Graph::box(const Rect& at, std::string_view sign, const Quantity& value, const Quantity* gradient) const {
  const bool on = lit(value) || (gradient && lit(*gradient));
  ui_.draw()->AddRectFilled(at.min(), at.max(), on ? ui_.theme->note : ui_.theme->panel, 8);
  ui_.draw()->AddRect(at.min(), at.max(), on ? ui_.theme->accent : ui_.theme->faint, 8, 0, on ? 2.0F : 1.0F);
  Rect inner = at.inset(4, 2);
  ui_.text(inner.cut_left(20), sign, ui_.theme->soft, kLabel, Weight::bold, Align::center);
  number(s_, value, inner.cut_top(16), {});
  if (gradient) number(s_, *gradient, inner, {.before = "∂ "});
}

void Graph::layer(std::size_t l) const {
  const BackpropLayer& it = s_.settings().layers[l];
  for (std::size_t o = 0; o < it.units(); ++o) {
    const Rect z_at = unit(l, o, false), a_at = unit(l, o, true);
    const Quantity z = of(QuantityKind::z, l, o), a = of(QuantityKind::a, l, o), delta = of(QuantityKind::delta, l, o), d_a = of(QuantityKind::d_a, l, o),
                   slope = of(QuantityKind::slope, l, o);
    edge(z_at, a_at, lit(a), lit(delta) || lit(slope), &slope, "");
    for (std::size_t i = 0; i < it.inputs; ++i) {
      const Rect at = product(l, o, i), from = l == 0 ? input(i) : unit(l - 1, i, true);
      const Quantity product = of(QuantityKind::product, l, o, i);
      const Quantity path = l == 0 ? of(QuantityKind::input_path, 0, i, o) : of(QuantityKind::path, l - 1, i, o);
      const Quantity weight{QuantityKind::weight, 0, static_cast<std::uint8_t>(l), static_cast<std::uint8_t>(o), static_cast<std::uint8_t>(i)};
      const Quantity gradient{QuantityKind::d_weight, 0, static_cast<std::uint8_t>(l), static_cast<std::uint8_t>(o), static_cast<std::uint8_t>(i)};
      // the local derivative of w·x by x is w
      edge(from, at, lit(product), lit(path), nullptr, s_.symbol(weight));
      edge(at, z_at, lit(z), lit(gradient), nullptr, "1");
      given(s_, weight, {at.x, at.y - kChip, at.w, kChip - 2}, s_.symbol(weight) + "  ");
      box(at, "×", product, &gradient);
    }
    const Quantity bias{QuantityKind::bias, 0, static_cast<std::uint8_t>(l), static_cast<std::uint8_t>(o), 0};
    given(s_, bias, {z_at.x, z_at.y - kChip, z_at.w, kChip - 2}, s_.symbol(bias) + "  ");
    box(z_at, "+", z, &delta);
    box(a_at, "f", a, &d_a);
    ui_.text({a_at.x - 12, a_at.y - kChip, a_at.w + 24, kChip - 2}, ui_.by_id("activation." + it.activation.name), ui_.theme->soft, kSmall, Weight::regular,
             Align::center);
  }
}

void Graph::losses() const {
  const std::size_t last = s_.settings().layers.size() - 1, outputs = s_.settings().layers[last].units();
  const Quantity loss{QuantityKind::loss, example_}, mean{QuantityKind::mean_loss};
  const float first = has_terms() ? 1 : 0;
  const Rect loss_at = single(first + 1);
  for (std::size_t o = 0; o < outputs; ++o) {
    const Quantity d_a = of(QuantityKind::d_a, last, o), term = of(QuantityKind::term, 0, o), target = of(QuantityKind::target, 0, o);
    const Rect from = unit(last, o, true), at = has_terms() ? output_node(1, o) : loss_at;
    edge(from, at, lit(term) || lit(loss), lit(d_a), &d_a, "");
    const Rect chip = has_terms() ? at : from;
    given(s_, target, {chip.x, has_terms() ? chip.y - kChip : chip.bottom() + 3, chip.w, kChip - 2}, std::string(ui_("backprop.target")) + " ");
    if (!has_terms()) continue;
    edge(at, loss_at, lit(loss), lit(d_a), nullptr, "1");
    box(at, "L", term, nullptr);
  }
  box(loss_at, has_terms() ? "+" : "L", loss, nullptr);
  ui_.text({loss_at.x, loss_at.y - kChip, loss_at.w, kChip - 2}, s_.symbol(loss), ui_.theme->soft, kSmall, Weight::bold, Align::center);
  if (!s_.model.place_of(mean)) return;
  const Rect mean_at = single(first + 2);
  const std::string share = "1/" + std::to_string(s_.settings().examples.size());
  edge(loss_at, mean_at, lit(mean), false, nullptr, share);
  box(mean_at, "L", mean, nullptr);
}

std::optional<Rect> Graph::wanted() const {
  const auto q = s_.model.focus();
  if (!q) return Rect{0, size_.y / 2, 1, 1};
  const QuantityKindEntry& kind = entry_of(q->kind);
  Rect at = kind.stage == Stage::loss ? single(has_terms() ? 2 : 1) : input(0);
  if (kind.of_layer) {
    const BackpropLayer& it = s_.settings().layers[q->layer];
    const bool by_input = q->kind == QuantityKind::product || q->kind == QuantityKind::share || q->kind == QuantityKind::d_weight ||
                          q->kind == QuantityKind::new_weight || q->kind == QuantityKind::weight;
    at = by_input ? product(q->layer, std::min<std::size_t>(q->unit, it.units() - 1), std::min<std::size_t>(q->index, it.inputs - 1))
                  : unit(q->layer, std::min<std::size_t>(q->unit, it.units() - 1), true);
  }
  return Rect{at.x - origin_.x - 30, at.y - origin_.y - 30, at.w + 60, at.h + 60};
}

void Graph::draw() {
  origin_ = placed(s_, box_, size_, wanted(), s_.kept.graph);
  ImDrawList* list = ui_.draw();
  list->PushClipRect(box_.min(), box_.max(), true);
  for (std::size_t i = 0; i < s_.settings().layers.front().inputs; ++i) {
    const Rect at = input(i);
    const Quantity x{QuantityKind::input, example_, 0, static_cast<std::uint8_t>(i), 0},
        slope{QuantityKind::d_input, example_, 0, static_cast<std::uint8_t>(i), 0};
    given(s_, x, {at.x, at.y + 6, at.w, 22}, s_.symbol(x) + "  ");
    number(s_, slope, {at.x, at.y + 29, at.w, 15}, {.before = "∂ "});
  }
  for (std::size_t l = 0; l < s_.settings().layers.size(); ++l) layer(l);
  losses();
  drag(s_, "backprop.graph", box_, size_, s_.kept.graph);
  list->PopClipRect();
}

} // namespace

void graph(const Scene& s, Rect box) {
  Graph(s, box).draw();
  s.ui.note_item("backprop.picture", s.ui("backprop.picture"), "img", whereabouts(s), box);
}

} // namespace downhill::chain
