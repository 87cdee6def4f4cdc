// The lab Losses, as claims measure it: its one lane is the document's part. The other four times its points, its logits or its start lie
// a little beside; curves have nothing that could. `at` is the x of a curve, or a step.
#include "measured.hpp"

#include "core/philox.hpp"
#include "losses/losses_hash.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr double kBeside = 0.02; // a hand that drags it misses by no more

// "a_mse" is the name `a` of the loss `mse`.
struct Named {
  std::string what, of;
};
Named split(const std::string& name) {
  const std::size_t at = name.find('_');
  return at == std::string::npos ? Named{name, ""} : Named{name.substr(0, at), name.substr(at + 1)};
}

class MeasuredCost : public MeasuredLane {
public:
  explicit MeasuredCost(LossesDocument document) : document_(std::move(document)) {}

  double value(const Json& claim, std::optional<double> at) const override {
    const auto [what, of] = split(claim["value"].get<std::string>());
    switch (document_.part) {
    case LossesPart::curves: return of_curve(what, of, at.value_or(document_.curves.at));
    case LossesPart::softmax: return of_softmax(what);
    case LossesPart::line: return of_line(what, of);
    case LossesPart::neuron: break;
    }
    return of_neuron(what, of, at);
  }
  std::uint64_t hash() const override { return losses_hash(document_); }

private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  double of_curve(const std::string& what, const std::string& of, double x) const {
    const auto& shown = document_.curves.shown;
    if (std::find(shown.begin(), shown.end(), of) == shown.end()) return kNone;
    const auto here = loss_curve(of, document_.curves.axis).at(x, document_.curves);
    return !here ? kNone : what == "value" ? here->value : what == "slope" ? here->slope : kNone;
  }

  double of_softmax(const std::string& what) const {
    const SoftmaxStand stand = softmax_stand(document_.softmax);
    if (what == "loss") return stand.loss;
    if (what == "floor") return stand.floor;
    if (what == "steepness") return stand.steepness;
    if (what == "probability") return stand.probabilities[document_.softmax.label];
    return kNone;
  }

  // a and b of the fit under a loss, and `below`: how many points lie below it.
  double of_line(const std::string& what, const std::string& of) const {
    const auto loss = static_cast<std::size_t>(std::find(kLineLosses.begin(), kLineLosses.end(), of) - kLineLosses.begin());
    if (loss == kLineLosses.size()) return kNone;
    const FittedLine line = fit_line(document_.line, loss);
    const auto residuals = residuals_of(document_.line.points, line);
    if (what == "a") return line.a;
    if (what == "b") return line.b;
    if (what == "below") return static_cast<double>(std::count_if(residuals.begin(), residuals.end(), [](double r) { return r < 0; }));
    return kNone;
  }

  double of_neuron(const std::string& what, const std::string& of, std::optional<double> at) const {
    const auto loss = std::find(kSigmoidLosses.begin(), kSigmoidLosses.end(), of);
    if (loss == kSigmoidLosses.end()) return kNone;
    const auto path = sigmoid_path(document_.neuron, static_cast<SigmoidLoss>(loss - kSigmoidLosses.begin()));
    const SigmoidStand& stand = path[std::min(path.size() - 1, static_cast<std::size_t>(at.value_or(1e9)))];
    if (what == "output") return stand.a;
    if (what == "delta") return stand.loss_by_z;
    if (what == "factor") return stand.a_by_z;
    return kNone;
  }

  LossesDocument document_;
};

Result<std::unique_ptr<MeasuredLane>> measured_cost(const Json& json, std::uint64_t sample) {
  auto document = losses_document_from_json(json);
  if (!document) return document.error();
  if (sample > 0) {
    PhiloxStream stream({sample, 0});
    const auto beside = [&] { return kBeside * (2 * stream.next_uniform() - 1); };
    for (double& logit : document->softmax.logits) logit += beside();
    for (LinePoint& point : document->line.points) point.y += beside();
    document->neuron.w += beside(), document->neuron.b += beside();
  }
  return std::unique_ptr<MeasuredLane>(std::make_unique<MeasuredCost>(std::move(*document)));
}

} // namespace

Result<Course> measured_losses(const Json& json, const Json& claims, std::uint64_t sample) {
  Course course;
  auto own = measured_cost(json, sample);
  if (!own) return own.error();
  course.lanes.push_back(std::move(*own));
  for (ChangedLane& each : changed_lanes(claims)) {
    Json changed = json;
    merge_patch(changed, Json::parse(each.second));
    auto other = measured_cost(changed, sample);
    if (!other) return other.error();
    course.changed.emplace(std::move(each), std::move(*other));
  }
  return course;
}

} // namespace downhill
