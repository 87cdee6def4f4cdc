// A small network wholly open: every number of the way forward and back over a few examples, and of updates, in float64, so that
// ten digits can be checked by hand. The Race's own float32 trace is another thing (inspect/trace.hpp).
//
// Order of sums: z from 0, inputs ascending, the bias last; ∂L/∂a from 0, units of the next layer ascending; gradients from 0,
// examples ascending. B examples, I inputs and O units of a layer.
#pragma once
#include "core/parameters.hpp"

#include <cstdint>

namespace downhill {

struct BackpropLayer {
  Choice activation;
  std::size_t inputs = 0;     ///< I
  std::vector<double> weight; ///< O×I, row by row, as nn.Linear's
  std::vector<double> bias;   ///< O

  std::size_t units() const { return bias.size(); }
  double weight_at(std::size_t unit, std::size_t input) const { return weight[unit * inputs + input]; }
};

struct BackpropExample {
  std::vector<double> input, target;
};

struct BackpropSettings {
  std::vector<BackpropLayer> layers;
  std::vector<BackpropExample> examples;
  std::string loss;       ///< a row of scalar_losses()
  Choice optimizer;       ///< values[0] is lr
  bool train_bias = true; ///< else biases have gradients and stay
  std::int64_t steps = 1; ///< updates by all examples at once
};

/// One layer for one example; all of O numbers but `input`. Gradients are those of the mean loss over all examples.
struct LayerPass {
  std::vector<double> input; ///< I
  std::vector<double> z;     ///< weight·input + bias
  std::vector<double> a;     ///< f(z)
  std::vector<double> slope; ///< f′(z)
  std::vector<double> d_a;   ///< ∂L/∂a: from the loss, or the sum of paths_into()
  std::vector<double> delta; ///< ∂L/∂z = ∂L/∂a·f′(z)
};
struct ExamplePass {
  std::vector<LayerPass> layers;
  std::vector<double> d_input;       ///< ∂L/∂x, as ∂L/∂a of a unit: from 0, units of the first layer ascending
  std::vector<double> probabilities; ///< that the loss makes of the outputs; empty for mse
  double loss = 0;                   ///< of this example alone
};
struct LayerGradient {
  std::vector<double> weight; ///< O×I
  std::vector<double> bias;   ///< O
};
struct BackpropPass {
  std::vector<ExamplePass> examples;
  double loss = 0;                      ///< the mean of theirs
  std::vector<LayerGradient> gradients; ///< of that mean, by layer
};

using BackpropLayers = std::vector<BackpropLayer>;

/// Forward and backward through `layers` (the settings' own, or what updates made of them). `back`, where given, are the layers
/// whose weights carry δ back: the known mistake of taking the new ones.
BackpropPass backprop_pass(const BackpropSettings& settings, const BackpropLayers& layers, const BackpropLayers* back = nullptr);

/// The mean loss alone; the same to the bit.
double backprop_loss(const BackpropSettings& settings, const BackpropLayers& layers);

/// What ∂L/∂a of a unit below the last layer is the sum of: weight times δ of each unit of the next layer, in order.
std::vector<double> paths_into(const BackpropLayers& layers, const ExamplePass& example, std::size_t layer, std::size_t unit);

/// A number that a gradient is by.
struct GradientPlace {
  enum class Of : std::uint8_t { weight, bias, z } of;
  std::size_t layer, unit;
  std::size_t index = 0; ///< of a weight its input, of z the example
};
/// As the pass has it.
double gradient_at(const BackpropPass& pass, const BackpropLayers& layers, const GradientPlace& place);
/// (L(x + h) − L(x − h)) / 2h.
double gradient_by_difference(const BackpropSettings& settings, const BackpropLayers& layers, const GradientPlace& place, double h);

/// Updates, one after another.
class BackpropDescent {
public:
  explicit BackpropDescent(BackpropSettings settings);

  std::int64_t step() const { return step_; } ///< updates done
  const BackpropLayers& layers() const { return layers_; }
  /// One update, by the gradients of all examples.
  void advance();

private:
  struct State {
    double numbers[2] = {0, 0};
  };
  BackpropSettings settings_;
  BackpropLayers layers_;
  std::vector<std::vector<State>> states_; // by layer: weights, then biases
  std::int64_t step_ = 0;
};

/// What all of the settings' steps come to.
BackpropLayers layers_after(const BackpropSettings& settings);

} // namespace downhill
