// The numbers of a small network's pass by name, and the order in which they are worked out by hand.
#pragma once
#include "backprop/passes.hpp"

#include <optional>

namespace downhill {

/// What a number is. Which of Quantity's places it goes by: E example, L layer, U unit of it, I one of the units (or inputs) before it,
/// K one of the units of the next layer.
enum class QuantityKind : std::uint8_t {
  input,       ///< E U: x
  target,      ///< E U: t
  weight,      ///< L U I: w
  bias,        ///< L U: b
  product,     ///< E L U I: w·x, what one input brings to z
  z,           ///< E L U
  a,           ///< E L U: f(z)
  probability, ///< E U: what the loss makes of an output; only where it makes something
  term,        ///< E U: what one output brings to the example's loss
  loss,        ///< E: of one example
  mean_loss,   ///< L, the mean over examples
  path,        ///< E L U K: w·δ, what one unit of the next layer brings to ∂L/∂a
  d_a,         ///< E L U: ∂L/∂a
  slope,       ///< E L U: f′(z)
  delta,       ///< E L U: δ = ∂L/∂z
  share,       ///< E L U I: δ·x, what one example brings to ∂L/∂w
  d_weight,    ///< L U I: ∂L/∂w
  d_bias,      ///< L U: ∂L/∂b
  input_path,  ///< E U K: w·δ, what one unit of the first layer brings to ∂L/∂x
  d_input,     ///< E U: ∂L/∂x
  new_weight,  ///< L U I: after one update
  new_bias,    ///< L U: likewise; the same as before where biases are held
};

/// All counted from 0; those a kind does not go by are 0.
struct Quantity {
  QuantityKind kind = QuantityKind::input;
  std::uint8_t example = 0, layer = 0, unit = 0;
  std::uint8_t index = 0; ///< I or K
  bool operator==(const Quantity&) const = default;
};

/// The parts of the way.
enum class Stage : std::uint8_t { given, forward, loss, backward, update };

/// What is known of a kind.
struct QuantityKindEntry {
  QuantityKind kind;
  std::string_view id; ///< "d_weight"
  Stage stage;
  bool of_example, of_layer, of_unit, of_index;
};
/// In the order of QuantityKind.
const std::vector<QuantityKindEntry>& quantity_kinds();
const QuantityKindEntry& entry_of(QuantityKind kind);

/// "delta/1/2/1": its kind and the places it goes by, counted from 1.
std::string name_of(const Quantity& quantity);
/// None: there is no such number in this network.
std::optional<Quantity> quantity_named(std::string_view name, const BackpropSettings& settings);

/// As it stands in formulas: "x₁", "w₅", "z(h₁)", "δ(o₂)", "∂L/∂w₅". Units of the last layer are o, of a single hidden layer h, of
/// several h, k, m in order; weights and biases are numbered through all layers, row by row. With several examples what goes by one has
/// its number: "z(h₁, 2)".
std::string symbol_of(const BackpropSettings& settings, const Quantity& quantity);
/// A unit alone: "h₁".
std::string unit_name(const BackpropSettings& settings, std::size_t layer, std::size_t unit);

/// All that is worked out, one after another: forward by example, layer and unit; the losses; back by layer, in each the units of all
/// examples, then the layer's gradients; ∂L/∂x; the update. Left out is what would say the same twice: `term` with one output,
/// `mean_loss` and `share` with one example, `path` and `input_path` where the next layer has one unit, new biases that are held.
std::vector<Quantity> backprop_steps(const BackpropSettings& settings);

/// How much one press works out.
enum class Grain : std::uint8_t { operation, unit, layer };
/// Where steps of this grain end: how many of `steps` are done then; ascending, the last is all of them. A unit: what leads to its a, or to
/// its δ, or to the gradients (or the update) of its weights and bias; an example's loss. A layer: all its units of one example, all its gradients,
/// its update; the losses.
std::vector<std::size_t> stops(const std::vector<Quantity>& steps, Grain grain);

/// A mistake of `known_mistakes()`, made at one number.
struct Mistake {
  std::string_view id;
  Quantity at;
  bool operator==(const Mistake&) const = default;
};

/// All numbers, each to the bit as backprop_pass and one BackpropDescent::advance() have it. With a mistake: that number is worked
/// out wrongly, all that hangs on it rightly from there.
class BackpropNumbers {
public:
  explicit BackpropNumbers(const BackpropSettings& settings, const std::optional<Mistake>& mistake = {});
  double of(const Quantity& quantity) const { return values_[place_of(quantity)]; }
  const BackpropSettings& settings() const { return settings_; }
  const std::optional<Mistake>& mistake() const { return mistake_; }

private:
  std::size_t place_of(const Quantity& quantity) const;

  BackpropSettings settings_;
  std::optional<Mistake> mistake_;
  std::size_t widest_ = 0;          // units or inputs of a layer
  std::vector<std::size_t> begins_; // in values_, by kind
  std::vector<double> values_;
};

} // namespace downhill
