// The network as a book draws it: inputs left, layers, the loss right, and on it every number that is known by now.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::chain {
namespace {

constexpr float kGapLeast = 206, kSpacingLeast = 94, kSpacingMost = 176, kLossWidth = 132, kMargin = 58;
constexpr float kChipWidth = 64, kChipHeight = 18, kLine = 13, kHead = 20, kHalfHead = 71, kHalfFoot = 68;
constexpr std::size_t kChipsMost = 9; // between two columns; of more only those that are lit

bool overlap(const Rect& a, const Rect& b) { return a.x < b.right() + 3 && b.x < a.right() + 3 && a.y < b.bottom() && b.y < a.bottom(); }

// A line from one unit to the next.
struct Edge {
  std::size_t layer, unit, input;
  Quantity weight, product, path, share, gradient, changed;
};

Edge edge_of(std::size_t example, std::size_t layer, std::size_t unit, std::size_t input) {
  const auto byte = [](std::size_t n) { return static_cast<std::uint8_t>(n); };
  const auto e = byte(example), l = byte(layer), u = byte(unit), i = byte(input);
  const Quantity path = layer == 0 ? Quantity{QuantityKind::input_path, e, 0, i, u} : Quantity{QuantityKind::path, e, byte(layer - 1), i, u};
  return {layer,
          unit,
          input,
          {QuantityKind::weight, 0, l, u, i},
          {QuantityKind::product, e, l, u, i},
          path,
          {QuantityKind::share, e, l, u, i},
          {QuantityKind::d_weight, 0, l, u, i},
          {QuantityKind::new_weight, 0, l, u, i}};
}

class Drawing {
public:
  Drawing(const Scene& scene, Rect box) : s_(scene), ui_(scene.ui), box_(box), example_(scene.model.example()) {
    const auto& layers = s_.settings().layers;
    sizes_ = {layers.front().inputs};
    for (const BackpropLayer& layer : layers) sizes_.push_back(layer.units());
    const std::size_t most = *std::max_element(sizes_.begin(), sizes_.end());
    const auto gaps = static_cast<float>(layers.size());
    gap_ = std::clamp((box.w - 2 * kMargin - kLossWidth) / gaps, kGapLeast, 290.0F);
    spacing_ = std::clamp((box.h - 8) / static_cast<float>(most), kSpacingLeast, kSpacingMost);
    radius_ = std::clamp(spacing_ * 0.23F, 22.0F, 36.0F);
    size_ = {2 * kMargin + gap_ * gaps + kLossWidth, spacing_ * static_cast<float>(most) + 8};
    middle_ = size_.y / 2;
  }
  void draw();

private:
  ImVec2 within(std::size_t column, std::size_t unit) const {
    return {kMargin + gap_ * static_cast<float>(column), middle_ + spacing_ * (static_cast<float>(unit) - static_cast<float>(sizes_[column] - 1) / 2)};
  }
  ImVec2 at(std::size_t column, std::size_t unit) const {
    const ImVec2 p = within(column, unit);
    return {p.x + origin_.x, p.y + origin_.y};
  }
  Quantity of(QuantityKind kind, std::size_t layer, std::size_t unit) const {
    const bool one = entry_of(kind).of_example;
    return {kind, static_cast<std::uint8_t>(one ? example_ : 0), static_cast<std::uint8_t>(entry_of(kind).of_layer ? layer : 0),
            static_cast<std::uint8_t>(unit), 0};
  }
  std::optional<Rect> wanted() const;
  bool lit(const Quantity& q) const { return s_.model.is_lit(q) || s_.model.focus() == q; }
  bool carries_forward(const Edge& edge) const;
  bool carries_back(const Edge& edge) const;
  // with one path alone it is no step of its own, but ∂L/∂a is
  bool path_seen(const Edge& edge) const {
    const Quantity sum = edge.layer == 0 ? of(QuantityKind::d_input, 0, edge.input) : of(QuantityKind::d_a, edge.layer - 1, edge.input);
    return s_.model.sight(s_.model.place_of(edge.path) ? edge.path : sum) == Sight::seen;
  }
  bool changes(const Edge& edge) const { return lit(edge.gradient) || lit(edge.share) || lit(edge.changed); }
  void line(const Edge& edge) const;
  void chip(const Edge& edge, Rect at) const;
  void edges();
  void input(std::size_t unit);
  void unit(std::size_t layer, std::size_t unit);
  void losses();
  void circle(ImVec2 at, bool on) const;

  const Scene& s_;
  Ui& ui_;
  Rect box_;
  std::size_t example_;
  std::vector<std::size_t> sizes_; // of columns
  float gap_, spacing_, radius_, middle_ = 0;
  ImVec2 size_, origin_{0, 0};
  std::vector<Rect> taken_; // by nodes and their words, and by chips
};

// What the pass has come to, for a picture that doesn't fit.
std::optional<Rect> Drawing::wanted() const {
  const auto q = s_.model.focus();
  if (!q) return Rect{0, 0, 1, 1};
  const QuantityKindEntry& kind = entry_of(q->kind);
  std::size_t column = kind.of_layer ? q->layer + std::size_t{1} : kind.stage == Stage::loss ? sizes_.size() - 1 : 0;
  if (q->kind == QuantityKind::target) column = sizes_.size() - 1;
  const ImVec2 p = within(column, kind.of_unit ? std::min<std::size_t>(q->unit, sizes_[column] - 1) : 0);
  // with the edges along which it came
  const bool behind = kind.stage == Stage::loss || q->kind == QuantityKind::path || q->kind == QuantityKind::d_a || q->kind == QuantityKind::delta ||
                      q->kind == QuantityKind::slope || !kind.of_layer;
  const float left = behind ? radius_ + 8 : gap_ * 0.8F;
  return Rect{p.x - left, p.y - spacing_ / 2, left + (behind ? gap_ * 0.8F : radius_ + 8), spacing_};
}

bool Drawing::carries_forward(const Edge& edge) const {
  const Quantity z = of(QuantityKind::z, edge.layer, edge.unit), a = of(QuantityKind::a, edge.layer, edge.unit);
  return lit(edge.product) || lit(z) || (s_.model.is_lit(a) && s_.model.grain() != Grain::operation);
}
bool Drawing::carries_back(const Edge& edge) const {
  if (lit(edge.path)) return true;
  const Quantity into = edge.layer == 0 ? of(QuantityKind::d_input, 0, edge.input) : of(QuantityKind::d_a, edge.layer - 1, edge.input);
  return lit(into) || (edge.layer > 0 && s_.model.focus() == of(QuantityKind::delta, edge.layer - 1, edge.input));
}

void Drawing::line(const Edge& edge) const {
  const ImVec2 from = at(edge.layer, edge.input), to = at(edge.layer + 1, edge.unit);
  const float length = std::hypot(to.x - from.x, to.y - from.y);
  const ImVec2 along{(to.x - from.x) / length * radius_, (to.y - from.y) / length * radius_};
  const ImVec2 a{from.x + along.x, from.y + along.y}, b{to.x - along.x, to.y - along.y};
  std::uint32_t color = ui_.theme->line;
  float width = 1.6F;
  if (carries_back(edge))
    color = !path_seen(edge) ? ui_.theme->bad : s_.model.shown().of(edge.path) < 0 ? ui_.theme->negative : ui_.theme->positive, width = 3.2F;
  else if (carries_forward(edge))
    color = ui_.theme->accent, width = 2.6F;
  else if (changes(edge))
    color = color_of(s_, lit(edge.changed) ? edge.changed : edge.gradient), width = 2.6F;
  ui_.draw()->AddLine(a, b, color, width);
}

void Drawing::chip(const Edge& edge, Rect place) const {
  given(s_, edge.weight, place.cut_top(kChipHeight), s_.symbol(edge.weight) + "  ");
  place = place.inset(-6, 0);
  if (carries_back(edge)) {
    const double value = s_.model.shown().of(edge.path);
    if (path_seen(edge))
      ui_.text(place.cut_top(kLine), "← " + written(value, kShortDigits), value < 0 ? ui_.theme->negative : ui_.theme->positive, kSmall, Weight::bold,
               Align::center);
  } else if (s_.model.sight(edge.gradient) != Sight::ahead) {
    number(s_, edge.gradient, place.cut_top(kLine), {.before = "∂ "});
  }
  if (s_.model.sight(edge.changed) != Sight::ahead) number(s_, edge.changed, place.cut_top(kLine), {.before = "→ "});
}

void Drawing::edges() {
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
    std::vector<Edge> all;
    for (std::size_t i = 0; i < sizes_[l]; ++i)
      for (std::size_t o = 0; o < sizes_[l + 1]; ++o) all.push_back(edge_of(example_, l, o, i));
    for (const Edge& edge : all) line(edge);
    const bool crowded = all.size() > kChipsMost;
    for (const Edge& edge : all) {
      if (crowded && !carries_back(edge) && !carries_forward(edge) && !changes(edge) && s_.model.focus() != edge.weight) continue;
      const ImVec2 from = at(edge.layer, edge.input), to = at(edge.layer + 1, edge.unit);
      // nearer to where the edge comes from or to where it goes, by turns
      static constexpr float kPlaces[2][11] = {{0.40F, 0.50F, 0.36F, 0.32F, 0.44F, 0.48F, 0.28F, 0.54F, 0.60F, 0.66F, 0.72F},
                                               {0.60F, 0.50F, 0.64F, 0.56F, 0.68F, 0.52F, 0.72F, 0.46F, 0.40F, 0.34F, 0.28F}};
      for (const float t : kPlaces[edge.input % 2 == 1 && edge.unit != edge.input ? 1 : 0]) {
        const Rect place{from.x + (to.x - from.x) * t - kChipWidth / 2, from.y + (to.y - from.y) * t - kChipHeight / 2, kChipWidth, kChipHeight + 2 * kLine};
        if (std::any_of(taken_.begin(), taken_.end(), [&](const Rect& other) { return overlap(other, place); })) continue;
        taken_.push_back(place);
        chip(edge, place);
        break;
      }
    }
  }
}

void Drawing::circle(ImVec2 p, bool on) const {
  ui_.draw()->AddCircleFilled(p, radius_, on ? ui_.theme->note : ui_.theme->panel, 40);
  ui_.draw()->AddCircle(p, radius_, on ? ui_.theme->accent : ui_.theme->faint, 40, on ? 2.6F : 1.4F);
}

void Drawing::input(std::size_t u) {
  const ImVec2 p = at(0, u);
  const Quantity x = of(QuantityKind::input, 0, u), slope = of(QuantityKind::d_input, 0, u);
  circle(p, lit(slope));
  ui_.text({p.x - radius_, p.y - radius_ - kHead, 2 * radius_, kHead}, s_.symbol(x), ui_.theme->ink, kLabel, Weight::bold, Align::center);
  given(s_, x, {p.x - radius_ + 4, p.y - 10, 2 * radius_ - 8, 20});
  number(s_, slope, {p.x - 44, p.y + radius_ + 2, 88, kLine}, {.before = "∂ "});
}

void Drawing::unit(std::size_t layer, std::size_t u) {
  const ImVec2 p = at(layer + 1, u);
  const Quantity z = of(QuantityKind::z, layer, u), a = of(QuantityKind::a, layer, u), delta = of(QuantityKind::delta, layer, u);
  const Quantity bias = of(QuantityKind::bias, layer, u), slope = of(QuantityKind::d_bias, layer, u), changed = of(QuantityKind::new_bias, layer, u);
  const auto any_lit = [&] {
    const auto all = s_.model.lit();
    return std::any_of(all.begin(), all.end(), [&](const Quantity& q) {
      const QuantityKindEntry& kind = entry_of(q.kind);
      return kind.of_layer && kind.of_unit && q.layer == layer && q.unit == u && (!kind.of_example || q.example == example_);
    });
  };
  circle(p, any_lit());
  // name, z and bias above; a and δ inside; what becomes of the bias below
  Rect head{p.x - kHalfHead, p.y - radius_ - kHead, 2 * kHalfHead, kHead - 2};
  const std::string name = unit_name(s_.settings(), layer, u);
  ui_.text(head.cut_left(22), name, ui_.theme->ink, kLabel, Weight::bold, Align::center);
  given(s_, bias, head.cut_right(56), s_.symbol(bias) + " ");
  number(s_, z, head.inset(1, 0), {.before = "z "});
  const float line = 16;
  const bool two = s_.model.sight(delta) != Sight::ahead;
  number(s_, a, {p.x - radius_, p.y - (two ? line : line / 2), 2 * radius_, line}, {.before = radius_ > 30 ? "a " : "", .size = kLabel});
  number(s_, delta, {p.x - radius_ - 4, p.y + 1, 2 * radius_ + 8, line}, {.before = radius_ > 30 ? "δ " : ""});
  Rect foot{p.x - kHalfFoot, p.y + radius_ + 2, 2 * kHalfFoot, kLine};
  const bool both = s_.model.sight(changed) != Sight::ahead;
  number(s_, slope, both ? foot.cut_left(kHalfFoot) : foot, {.before = "∂ "});
  if (both) number(s_, changed, foot, {.before = "→ "});
}

void Drawing::losses() {
  const std::size_t last = s_.settings().layers.size();
  const float x = kMargin + gap_ * static_cast<float>(last) + radius_ + 16 + origin_.x, width = kLossWidth + kMargin - radius_ - 22;
  for (std::size_t u = 0; u < sizes_[last]; ++u) {
    const ImVec2 p = at(last, u);
    Rect cell{x, p.y - 30, width, 62};
    const Rect head = cell.cut_top(20);
    given(s_, of(QuantityKind::target, 0, u), {head.x, head.y, std::min(head.w, 92.0F), head.h}, std::string(ui_("backprop.target")) + " ");
    const Quantity term = of(QuantityKind::term, 0, u), probability = of(QuantityKind::probability, 0, u);
    if (s_.model.place_of(probability)) number(s_, probability, cell.cut_top(kLine + 1), {.before = "p = ", .align = Align::left});
    if (s_.model.place_of(term)) number(s_, term, cell.cut_top(kLine + 1), {.before = "+ ", .align = Align::left});
  }
  const Quantity loss = of(QuantityKind::loss, 0, 0), mean{QuantityKind::mean_loss};
  const float below = size_.y + origin_.y - (s_.model.place_of(mean) ? 40.0F : 22.0F);
  // between two outputs, or below the only one
  const float y = sizes_[last] % 2 == 0 ? middle_ + origin_.y - 10 : std::min(below, at(last, sizes_[last] - 1).y + 36);
  number(s_, loss, {x, y, width, 18}, {.before = s_.symbol(loss) + " = ", .size = kLabel, .align = Align::left, .digits = 5});
  if (s_.model.place_of(mean)) number(s_, mean, {x, y + 18, width, 18}, {.before = s_.symbol(mean) + " = ", .size = kLabel, .align = Align::left, .digits = 5});
}

void Drawing::draw() {
  origin_ = placed(s_, box_, size_, wanted(), s_.kept.network);
  ImDrawList* list = ui_.draw();
  list->PushClipRect(box_.min(), box_.max(), true);
  for (std::size_t c = 0; c < sizes_.size(); ++c)
    for (std::size_t u = 0; u < sizes_[c]; ++u) {
      const ImVec2 p = at(c, u);
      const float half = c == 0 ? radius_ : kHalfHead;
      taken_.push_back({p.x - half, p.y - radius_ - kHead, 2 * half, kHead});
      taken_.push_back({p.x - radius_, p.y - radius_, 2 * radius_, 2 * radius_});
      const float foot = c == 0 ? 40.0F : kHalfFoot;
      taken_.push_back({p.x - foot, p.y + radius_, 2 * foot, kLine});
    }
  edges();
  for (std::size_t u = 0; u < sizes_[0]; ++u) input(u);
  for (std::size_t l = 0; l + 1 < sizes_.size(); ++l)
    for (std::size_t u = 0; u < sizes_[l + 1]; ++u) unit(l, u);
  losses();
  drag(s_, "backprop.network", box_, size_, s_.kept.network);
  list->PopClipRect();
}

} // namespace

void network(const Scene& s, Rect box) {
  Drawing(s, box).draw();
  s.ui.note_item("backprop.picture", s.ui("backprop.picture"), "img", whereabouts(s), box);
}

} // namespace downhill::chain
