// One sigmoid unit on one example, taught under squared error and under cross-entropy: the experiment of Nielsen 2015, chapter 3.
// Squared error is ½(a − y)² there, and so here; nn.MSELoss() is twice that, and takes half the rate for the same steps.
#pragma once
#include "document/json_text.hpp"
#include "surfaces/surface.hpp"

#include <array>
#include <cstdint>

namespace downhill {

enum class SigmoidLoss : std::uint8_t { squared, cross_entropy };
inline constexpr std::array<std::string_view, 2> kSigmoidLosses{"squared", "cross_entropy"};

struct SigmoidSettings {
  double x = 1, y = 0;     ///< the example: input and target, y from 0 to 1
  double w = 0.6, b = 0.9; ///< where it starts
  double rate = 0.15;
  std::int64_t steps = 300;
};

/// Where it stands: z = w·x + b, a = σ(z), and the gradient by the chain rule.
struct SigmoidStand {
  double w = 0, b = 0, z = 0, a = 0, loss = 0;
  double loss_by_a = 0; ///< ∂L/∂a: a − y, or (a − y)/(a(1 − a)), infinite where a or 1 − a is too small for a number
  double a_by_z = 0;    ///< σ′(z) = a(1 − a)
  double loss_by_z = 0; ///< δ, their product; of cross-entropy worked out as a − y, which is the same and loses nothing
  double loss_by_w = 0; ///< δ·x; ∂L/∂b is δ
};
SigmoidStand sigmoid_stand(const SigmoidSettings& settings, SigmoidLoss loss, double w, double b);
/// w ← w − rate·∂L/∂w, b likewise, from the start on: steps + 1 stands.
std::vector<SigmoidStand> sigmoid_path(const SigmoidSettings& settings, SigmoidLoss loss);
/// The loss over (w, b) = (x, y), to be drawn as heights; it keeps what it needs.
std::shared_ptr<const Surface> sigmoid_surface(const SigmoidSettings& settings, SigmoidLoss loss);
/// The same unit as a document of the lab Surface, whose mse has no ½: the rate is half of this one's there.
Json sigmoid_on_surface(const SigmoidSettings& settings, SigmoidLoss loss);

} // namespace downhill
