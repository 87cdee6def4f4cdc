#include "losses/sigmoid_neuron.hpp"

#include "core/elementary.hpp"
#include "network/loss.hpp"

#include <cmath>

namespace downhill {
namespace {

class SigmoidSurface final : public Surface {
public:
  SigmoidSurface(const SigmoidSettings& settings, SigmoidLoss loss) : settings_(settings), loss_(loss) {}
  Slope at(double w, double b) const override {
    const SigmoidStand stand = sigmoid_stand(settings_, loss_, w, b);
    return {stand.loss, stand.loss_by_w, stand.loss_by_z};
  }

private:
  SigmoidSettings settings_;
  SigmoidLoss loss_;
};

} // namespace

SigmoidStand sigmoid_stand(const SigmoidSettings& s, SigmoidLoss loss, double w, double b) {
  SigmoidStand out;
  out.w = w, out.b = b, out.z = w * s.x + b;
  // neither a nor 1 − a is rounded away
  const double small = exact::exp(-std::fabs(out.z)), share = 1 / (1 + small);
  out.a = out.z < 0 ? small * share : share;
  out.a_by_z = small * share * share;
  if (loss == SigmoidLoss::squared) {
    const LossAt mse = entry_of(losses(), "mse").at(out.a, s.y, {});
    out.loss = mse.value / 2, out.loss_by_a = mse.slope / 2;
    out.loss_by_z = out.loss_by_a * out.a_by_z;
  } else {
    const LossAt bce = entry_of(losses(), "bce").at(out.z, s.y, {});
    out.loss = bce.value, out.loss_by_z = bce.slope;
    // a share of nothing counts for nothing, also where a or 1 − a has come to 0
    out.loss_by_a = (s.y < 1 ? (1 - s.y) / (out.z < 0 ? share : small * share) : 0) - (s.y > 0 ? s.y / out.a : 0);
  }
  out.loss_by_w = out.loss_by_z * s.x;
  return out;
}

std::vector<SigmoidStand> sigmoid_path(const SigmoidSettings& s, SigmoidLoss loss) {
  std::vector<SigmoidStand> path{sigmoid_stand(s, loss, s.w, s.b)};
  while (static_cast<std::int64_t>(path.size()) <= s.steps) {
    const SigmoidStand& last = path.back();
    path.push_back(sigmoid_stand(s, loss, last.w - s.rate * last.loss_by_w, last.b - s.rate * last.loss_by_z));
  }
  return path;
}

std::shared_ptr<const Surface> sigmoid_surface(const SigmoidSettings& settings, SigmoidLoss loss) { return std::make_shared<SigmoidSurface>(settings, loss); }

Json sigmoid_on_surface(const SigmoidSettings& s, SigmoidLoss loss) {
  const bool squared = loss == SigmoidLoss::squared;
  Json points = Json::array();
  points.push_back(Json::array({s.x, s.y}));
  return {{"downhill", 1},
          {"lab", "surface"},
          {"surface", {{"name", "neuron"}, {"loss", squared ? "mse" : "cross_entropy"}, {"points", std::move(points)}}},
          {"start", Json::array({s.w, s.b})},
          {"steps", s.steps},
          {"optimizer", {{"name", "sgd"}, {"lr", squared ? s.rate / 2 : s.rate}}},
          {"lanes", Json::array({Json::object()})}};
}

} // namespace downhill
