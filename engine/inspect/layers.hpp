// What goes on inside the layers: how their outputs are spread, which units are dead, how large the gradients are.
#pragma once
#include "trainer/trainer.hpp"

#include <limits>

namespace downhill {

/// Where |f′| is below this, f counts as saturated, in views and in the activations lab.
inline constexpr float kSaturatedSlope = 0.05F;

/// One hidden layer over test examples, in eval mode.
struct LayerView {
  double mean_in = 0;                  ///< of z over units and examples
  double mean = 0;                     ///< of the outputs f(z); mean − mean_in is the mean shift
  double deviation = 0;                ///< of the outputs
  double zero_share = 0;               ///< of outputs that are exactly 0
  double dead_share = 0;               ///< of units whose f′ is 0 for every example: nothing can move them
  double saturated_share = 0;          ///< of outputs with |f′| < kSaturatedSlope
  double low = 0, high = 0;            ///< range of the histogram: of all outputs
  std::vector<std::int64_t> histogram; ///< of the outputs in equal bins over [low, high]
};
/// Of the first `most` test examples.
std::vector<LayerView> layer_views(const Trainer& trainer, std::size_t bins = 40, std::int64_t most = std::numeric_limits<std::int64_t>::max());
/// Test examples that layer_views() is through with in some tenths of a second and 16 MB: all there are, but for large networks;
/// at least 100.
std::int64_t examples_to_look_at(const Trainer& trainer);

/// Euclidean norms of one layer's parameters (weight and bias together) over the step that would come next: of the gradient
/// as the rule gets it, of the rule's change, of the weights before it.
struct StepView {
  double gradient_norm = 0, update_norm = 0, weight_norm = 0;
};
/// What the next step would do, layer by layer and, if asked for, weight by weight; found on a copy. Empty when the run has ended.
struct NextStep {
  std::vector<StepView> layers;
  double batch_loss = 0;
  Vector gradient, update; ///< P, in the order of Network::parameters()
  Vector state0, state1;   ///< of the rule after the step, P or empty
  Vector effective_rate;   ///< P: see OptimizerEntry::effective_rate; lr for every weight where that is null
};
NextStep next_step(const Trainer& trainer, bool with_weights = true);

/// Norm of each layer's gradient (of the loss alone, no decay) at the present weights over the batch of the step that comes
/// next, with its masks; when the run has ended, over the last step's batch.
std::vector<double> gradient_norms(const Trainer& trainer);

/// How much the gradient of a batch hangs on which examples are in it, at the present weights. Gradients are of the loss
/// alone (no decay), over the batches of the present epoch from its start, with their dropout masks.
struct GradientNoise {
  double full_norm = 0;               ///< of the gradient over the whole epoch
  double spread = 0;                  ///< √ of the mean of |g_batch − g_full|²
  std::vector<double> norms, cosines; ///< of each batch's gradient; cosine of its angle to the full one
};
/// Over at most `batches` batches (the last, smaller one is left out if there are others).
GradientNoise gradient_noise(const Trainer& trainer, std::int64_t batches = 50);

/// Masks of a hidden layer in a step: one row an example of the batch (batch_of(step)), 0 or 1/(1 − p).
Matrix masks_of(const Trainer& trainer, std::int64_t step, Index layer);

} // namespace downhill
