// The lab Fit, as claims measure it: its one lane is the document itself, with five seeds of its points, noise and networks, its own
// first. `at` is an epoch of a network. Values of the one fit: train_error, expected_error, test_error (on as many points drawn
// anew), deviation (from f, over the interval), outside (the same over the fifth of its width on either side that the page shows) and
// far_outside (over half of it), least_error and least_epoch (of the expected error over the epochs), past_least (its end over its
// least); of the towers: tower_deviation. Of all sets: bias2, variance, their sum error, noise2, largest_share (of one set in the
// variance), bias2_here and variance_here (at the document's place). Over capacity: least_capacity (of the expected error of the one
// fit), least_capacity_of_sets (of bias² + variance). Another capacity is `with` another document.
#include "measured.hpp"

#include "core/hash.hpp"
#include "fit/decomposition.hpp"
#include "fit/fit_document.hpp"
#include "fit/towers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kEvaluations = 100;

template <class Job> void finish(Job& job) {
  while (job.advance()) {
  }
}

class MeasuredFit final : public MeasuredLane {
public:
  explicit MeasuredFit(FitSettings settings)
      : s_(std::move(settings)), target_(std::make_shared<Target>(s_)), one_(s_, target_, first_points(s_, *target_), kEvaluations) {
    finish(one_);
  }

  double value(const Json& claim, std::optional<double> at) const override {
    const std::string name = claim["value"].get<std::string>();
    const FitStand& stand = stand_at(at);
    if (name == "train_error") return stand.train_error;
    if (name == "expected_error") return stand.expected_error;
    if (name == "test_error") return one_.error_on(drawn_points(s_, *target_, 0, Drawn::test));
    if (name == "deviation") return mean_deviation(s_, *target_, one_.predict(middles(s_, kFitFine)));
    if (name == "outside") return outside(0.2);
    if (name == "far_outside") return outside(0.5);
    if (name == "tower_deviation") return tower_deviation(s_, *target_);
    if (name == "least_error") return least_stand().expected_error;
    if (name == "least_epoch") return least_stand().epoch;
    if (name == "past_least") return one_.stands().back().expected_error / least_stand().expected_error;
    if (name == "least_capacity" || name == "least_capacity_of_sets") return least_capacity(name == "least_capacity_of_sets");
    return of_sets(name);
  }
  std::uint64_t hash() const override {
    Hash hash;
    hash.add_doubles(one_.predict(even_places(s_, s_.at)));
    return hash.value();
  }

private:
  const FitStand& stand_at(std::optional<double> epoch) const {
    const auto& stands = one_.stands();
    if (!epoch) return stands.back();
    return *std::min_element(stands.begin(), stands.end(),
                             [&](const FitStand& a, const FitStand& b) { return std::fabs(a.epoch - *epoch) < std::fabs(b.epoch - *epoch); });
  }
  const FitStand& least_stand() const {
    const auto& stands = one_.stands();
    return *std::min_element(stands.begin(), stands.end(), [](const FitStand& a, const FitStand& b) { return a.expected_error < b.expected_error; });
  }
  // Over a share of the interval's width on either side of it, at the places where the page measures what it shows (a share of 0.2).
  double outside(double share) const {
    constexpr int kPlaces = 20; // beyond each end
    const double step = share * (s_.high - s_.low) / kPlaces;
    std::vector<double> places;
    for (int i = kPlaces; i >= 1; --i) places.push_back(s_.low - step * i);
    for (int i = 1; i <= kPlaces; ++i) places.push_back(s_.high + step * i);
    const auto predictions = one_.predict(places);
    double sum = 0;
    for (std::size_t i = 0; i < places.size(); ++i) sum += std::fabs(target_->at(places[i]) - predictions[i]);
    return sum / static_cast<double>(places.size());
  }
  double least_capacity(bool of_sets) const {
    FitSweep sweep(s_, of_sets);
    finish(sweep);
    const auto least = least_error(sweep.results(), of_sets);
    return least ? static_cast<double>(sweep.results()[*least].capacity) : kNone;
  }
  double of_sets(const std::string& name) const {
    if (!sets_) {
      FitSets sets(s_);
      finish(sets);
      sets_ = sets.decomposition();
    }
    const auto here = static_cast<std::size_t>(
        std::min_element(sets_->x.begin(), sets_->x.end(), [&](double a, double b) { return std::fabs(a - s_.place) < std::fabs(b - s_.place); }) -
        sets_->x.begin());
    if (name == "bias2") return sets_->average_bias2;
    if (name == "variance") return sets_->average_variance;
    if (name == "error") return sets_->average_error;
    if (name == "noise2") return sets_->noise2;
    if (name == "largest_share") return sets_->share_of_largest(1);
    if (name == "bias2_here") return sets_->bias2[here];
    if (name == "variance_here") return sets_->variance[here];
    return kNone;
  }

  FitSettings s_;
  std::shared_ptr<const Target> target_;
  FitRun one_;
  mutable std::optional<Decomposition> sets_; // when it is first asked for
};

Result<std::unique_ptr<MeasuredLane>> measured_fit(const Json& json, std::uint64_t sample) {
  auto document = fit_document_from_json(json);
  if (!document) return document.error();
  document->settings.seed += sample;
  return std::unique_ptr<MeasuredLane>(std::make_unique<MeasuredFit>(std::move(document->settings)));
}

} // namespace

Result<Course> measured_fits(const Json& json, const Json& claims, std::uint64_t sample) {
  Course course;
  auto own = measured_fit(json, sample);
  if (!own) return own.error();
  course.lanes.push_back(std::move(*own));
  for (ChangedLane& each : changed_lanes(claims)) {
    Json changed = json;
    merge_patch(changed, Json::parse(each.second));
    auto other = measured_fit(changed, sample);
    if (!other) return other.error();
    course.changed.emplace(std::move(each), std::move(*other));
  }
  return course;
}

} // namespace downhill
