// The same pass as PyTorch has it: matrices with their shapes, a row for each example.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>

namespace downhill::chain {
namespace {

constexpr float kCell = 64, kRow = 20, kSign = 18, kBlockHead = 18;

// Signs are PyTorch's: @ is the product of matrices, * that of numbers in the same place, .T turns a matrix over.
// A matrix, its name and shape above it; `at` gives the number of a row and column.
struct Block {
  std::string name;
  std::size_t rows, columns;
  std::function<Quantity(std::size_t row, std::size_t column)> at;
  std::string_view sign = {}; ///< before it
};

std::uint8_t byte(std::size_t n) { return static_cast<std::uint8_t>(n); }

class Sheet {
public:
  Sheet(const Scene& scene, Rect box) : s_(scene), column_(scene.ui, "backprop.matrices", box, false) {}
  void draw() {
    const BackpropLayers& layers = s_.settings().layers;
    for (std::size_t l = 0; l < layers.size(); ++l) forward(l);
    column_.rule();
    for (std::size_t l = layers.size(); l-- > 0;) backward(l);
  }

private:
  std::size_t examples() const { return s_.settings().examples.size(); }
  std::string layer_sign(const char* letter, std::size_t l) const {
    return letter + std::string(s_.settings().layers.size() > 1 ? " " + std::to_string(l + 1) : "");
  }
  Block given_input(std::size_t l, std::string_view sign) const {
    const std::size_t inputs = s_.settings().layers[l].inputs;
    if (l == 0) return {"X", examples(), inputs, [](std::size_t e, std::size_t i) { return Quantity{QuantityKind::input, byte(e), 0, byte(i), 0}; }, sign};
    return {layer_sign("A", l - 1), examples(), inputs,
            [l](std::size_t e, std::size_t i) { return Quantity{QuantityKind::a, byte(e), byte(l - 1), byte(i), 0}; }, sign};
  }
  Block of_units(const std::string& name, QuantityKind kind, std::size_t l, std::string_view sign) const {
    return {name, examples(), s_.settings().layers[l].units(), [kind, l](std::size_t e, std::size_t u) { return Quantity{kind, byte(e), byte(l), byte(u), 0}; },
            sign};
  }
  Block of_weights(const std::string& name, QuantityKind kind, std::size_t l, std::string_view sign) const {
    return {name, s_.settings().layers[l].units(), s_.settings().layers[l].inputs,
            [kind, l](std::size_t o, std::size_t i) { return Quantity{kind, 0, byte(l), byte(o), byte(i)}; }, sign};
  }
  // as it stands in the product
  Block turned(Block block) const {
    std::swap(block.rows, block.columns);
    block.name += ".T";
    block.at = [at = std::move(block.at)](std::size_t r, std::size_t c) { return at(c, r); };
    return block;
  }
  Block of_biases(const std::string& name, QuantityKind kind, std::size_t l, std::string_view sign) const {
    return {name, 1, s_.settings().layers[l].units(), [kind, l](std::size_t, std::size_t u) { return Quantity{kind, 0, byte(l), byte(u), 0}; }, sign};
  }
  void title(const std::string& formula) {
    column_.rest.cut_top(4);
    s_.ui.text(column_.row(22), formula, s_.ui.theme->ink, kLabel, Weight::bold);
  }
  void forward(std::size_t l) {
    title(layer_sign("Z", l) + " = " + (l == 0 ? "X" : layer_sign("A", l - 1)) + " @ " + layer_sign("W", l) + ".T + b,   " + layer_sign("A", l) + " = f(Z)");
    flow({given_input(l, ""), turned(of_weights(layer_sign("W", l), QuantityKind::weight, l, "@")), of_biases("b", QuantityKind::bias, l, "+"),
          of_units(layer_sign("Z", l), QuantityKind::z, l, "="), of_units(layer_sign("A", l), QuantityKind::a, l, "→")});
  }
  void backward(std::size_t l) {
    const std::string w = "∂L/∂" + layer_sign("W", l);
    title(layer_sign("Δ", l) + " = ∂L/∂" + layer_sign("A", l) + " * f′(Z),   " + w + " = " + layer_sign("Δ", l) + ".T @ " +
          (l == 0 ? "X" : layer_sign("A", l - 1)));
    flow({of_units("∂L/∂" + layer_sign("A", l), QuantityKind::d_a, l, ""), of_units("f′(Z)", QuantityKind::slope, l, "*"),
          of_units(layer_sign("Δ", l), QuantityKind::delta, l, "="), of_weights(w, QuantityKind::d_weight, l, ""),
          of_biases("∂L/∂b", QuantityKind::d_bias, l, "")});
  }
  // Side by side as far as there is room, then below.
  void flow(const std::vector<Block>& blocks) {
    const float left = column_.rest.x, right = column_.rest.right();
    float x = left, high = 0;
    for (const Block& block : blocks) {
      const float width = kSign + static_cast<float>(block.columns) * kCell + 12;
      if (x > left && x + width > right) column_.rest.cut_top(high + 8), x = left, high = 0;
      draw_block(block, {x, column_.rest.y, width, kBlockHead + static_cast<float>(block.rows) * kRow + 4});
      x += width;
      high = std::max(high, kBlockHead + static_cast<float>(block.rows) * kRow + 4);
    }
    column_.rest.cut_top(high + 8);
  }
  void draw_block(const Block& block, Rect box) {
    Ui& ui = s_.ui;
    ImGui::PushID(blocks_++); // what one layer gives the next one takes: the same numbers once more
    const Rect sign = box.cut_left(kSign);
    ui.text({sign.x, sign.y + kBlockHead, sign.w, sign.h - kBlockHead}, block.sign, ui.theme->soft, kLabel, Weight::bold, Align::center);
    const Rect head = box.cut_top(kBlockHead);
    ui.text({head.x, head.y, head.w + 30, head.h}, block.name + "  " + std::to_string(block.rows) + "×" + std::to_string(block.columns), ui.theme->soft,
            kSmall);
    box.w -= 12;
    const std::uint32_t color = ui.theme->faint;
    for (const float x : {box.x, box.right()}) {
      const float inward = x == box.x ? 5.0F : -5.0F;
      ui.draw()->AddLine({x, box.y}, {x, box.bottom()}, color, 1.3F);
      ui.draw()->AddLine({x, box.y}, {x + inward, box.y}, color, 1.3F);
      ui.draw()->AddLine({x, box.bottom()}, {x + inward, box.bottom()}, color, 1.3F);
    }
    for (std::size_t r = 0; r < block.rows; ++r)
      for (std::size_t c = 0; c < block.columns; ++c) {
        const Quantity q = block.at(r, c);
        const Rect cell{box.x + static_cast<float>(c) * kCell + 2, box.y + 2 + static_cast<float>(r) * kRow, kCell - 4, kRow - 2};
        s_.model.is_given(q) ? given(s_, q, cell) : number(s_, q, cell);
      }
    ImGui::PopID();
  }

  const Scene& s_;
  Column column_;
  int blocks_ = 0;
};

} // namespace

void matrices(const Scene& s, Rect box) { Sheet(s, box).draw(); }

} // namespace downhill::chain
