// Every number of one example's way forward and back, for the eye and for checking by hand.
#pragma once
#include "trainer/trainer.hpp"

namespace downhill {

struct LayerTrace {
  Matrix weight;   ///< O×I, as nn.Linear holds it
  Vector bias;     ///< O
  Vector input;    ///< I
  Vector z;        ///< O: weight·input + bias
  Vector y;        ///< f(z): O, or 2·O (crelu)
  Vector mask;     ///< as y: 0 or 1/(1 − p); empty without dropout
  Vector given;    ///< y times mask: the next layer's input
  Vector d_z;      ///< O: gradient of the loss by z
  Matrix d_weight; ///< O×I
  Vector d_bias;   ///< O
  Vector d_input;  ///< I; of the first layer only if it was asked for
};
struct Trace {
  std::vector<LayerTrace> layers;
  Vector output;                     ///< of the last layer
  std::vector<double> probabilities; ///< empty for regression
  double loss = 0;
};

/// The example at `place` of the training part, as a batch of its own at the present weights. `step`, if given, is the
/// training step whose masks are used, with the example as the first of the batch; otherwise eval mode, nothing dropped.
/// `to_input`: ∂L/∂x, too, which training has no use for.
Trace trace_example(const Trainer& trainer, std::uint32_t place, std::optional<std::int64_t> step = {}, bool to_input = false);

/// All layers' weights and biases multiplied out as if there were no activations: z of the last layer is weight·x + bias.
/// Exactly the network where every activation is the identity. Worked in float64. Not defined for crelu's doubled widths.
struct LinearMap {
  std::vector<double> weight; ///< O×I
  std::vector<double> bias;   ///< O
};
LinearMap collapsed(const Network& network);

} // namespace downhill
