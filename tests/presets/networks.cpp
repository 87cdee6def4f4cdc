// The small network of the lab Backprop, as claims measure it: one lane, and `at` a number of updates (absent: none). A value is the name of a
// number (engine/backprop/quantity.hpp), or "loss", the mean over the examples. The five samples are the preset's own numbers, and four
// networks whose weights and biases are up to a hundredth larger or smaller; what is 0 stays 0.
// Besides what all claims may have: "less" and "against": another value of the same moment that is taken off, or divided by; "less_at": its own value of
// another moment is taken off; "size": without its sign; "alone": over the same value of d_weight where only that example is given; "over_first": over its own
// value before any update.
#include "measured.hpp"

#include "backprop/backprop_document.hpp"
#include "backprop/quantity.hpp"
#include "backprop/trace_text.hpp"
#include "core/philox.hpp"

#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

class MeasuredNetwork final : public MeasuredLane {
public:
  explicit MeasuredNetwork(BackpropSettings settings) : settings_(std::move(settings)) {}

  double value(const Json& claim, std::optional<double> at) const override {
    const auto steps = static_cast<std::int64_t>(at.value_or(0));
    const std::string name = claim["value"].get<std::string>();
    double v = number(settings_, name, steps);
    if (claim.contains("less")) v -= number(settings_, claim["less"].get<std::string>(), steps);
    if (claim.contains("less_at")) v -= number(settings_, name, claim["less_at"].get<std::int64_t>());
    if (claim.contains("against")) v /= number(settings_, claim["against"].get<std::string>(), steps);
    if (claim.contains("over_first")) v /= number(settings_, name, 0);
    if (claim.contains("alone")) {
      const auto q = quantity_named(name, settings_);
      if (!q || q->kind != QuantityKind::share) return kNone;
      BackpropSettings alone = settings_;
      alone.examples = {settings_.examples.at(claim["alone"].get<std::size_t>())};
      v /= BackpropNumbers(alone).of({QuantityKind::d_weight, 0, q->layer, q->unit, q->index});
    }
    return claim.value("size", false) ? std::fabs(v) : v;
  }
  std::uint64_t hash() const override { return hash_of(backprop_trace(settings_)); }

private:
  static double number(BackpropSettings settings, const std::string& name, std::int64_t steps) {
    BackpropDescent descent(settings);
    while (descent.step() < steps) descent.advance();
    settings.layers = descent.layers();
    if (name == "loss") return backprop_loss(settings, settings.layers);
    const auto q = quantity_named(name, settings);
    return q ? BackpropNumbers(settings).of(*q) : kNone;
  }

  BackpropSettings settings_;
};

} // namespace

Result<Course> work_out_networks(const Json& json, const Json& claims, std::uint64_t sample) {
  const auto network = [&](const Json& document) -> Result<BackpropSettings> {
    auto read = backprop_document_from_json(document);
    if (!read) return read.error();
    PhiloxStream draw({sample, 0x6270});
    if (sample > 0)
      for (BackpropLayer& layer : read->settings.layers)
        for (std::vector<double>* numbers : {&layer.weight, &layer.bias})
          for (double& each : *numbers) each *= 1 + 0.01 * (2 * draw.next_uniform() - 1);
    return std::move(read->settings);
  };
  Course course;
  auto own = network(json);
  if (!own) return own.error();
  course.lanes.push_back(std::make_unique<MeasuredNetwork>(std::move(*own)));
  for (const ChangedLane& lane : changed_lanes(claims)) {
    Json changed = json;
    changed.merge_patch(Json::parse(lane.second));
    auto other = network(changed);
    if (!other) return other.error();
    course.changed.emplace(lane, std::make_unique<MeasuredNetwork>(std::move(*other)));
  }
  return course;
}

} // namespace downhill
