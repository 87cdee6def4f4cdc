// What adam and adamw have in common: the step, without any decay of the weights.
#pragma once
#include "core/elementary.hpp"
#include "optimizers/optimizer.hpp"

namespace downhill {

struct AdamParameters {
  double beta1, beta2, eps;
};
void adam_step(const Update& u, const AdamParameters& p);
void adam_rate(const Update& u, const AdamParameters& p, std::span<float> rates);

} // namespace downhill
