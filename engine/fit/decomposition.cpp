#include "fit/decomposition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

SetFit kept(const FitSettings& settings, const Target& target, std::int64_t set, const FitRun& run, std::span<const double> places) {
  const FitStand& end = run.stands().back();
  return {set, run.diverged(), end.train_error, run.error_on(drawn_points(settings, target, set, Drawn::test)), end.expected_error, run.predict(places)};
}

} // namespace

double Decomposition::share_of_largest(std::size_t count) const {
  std::vector<double> sorted = share;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < std::min(count, sorted.size()); ++i) sum += sorted[i];
  return sum;
}

std::size_t Decomposition::fits_with(double part) const {
  std::size_t count = 0;
  while (count < share.size() && share_of_largest(count) < part) ++count;
  return count;
}

Decomposition decompose(const FitSettings& settings, const Target& target, std::span<const SetFit> fits) {
  std::vector<const SetFit*> counted;
  for (const SetFit& fit : fits)
    if (!fit.diverged) counted.push_back(&fit);
  Decomposition out;
  out.fits = counted.size();
  out.left_out = fits.size() - counted.size();
  out.noise2 = settings.noise * settings.noise;
  out.x = even_places(settings, settings.at);
  const auto count = static_cast<double>(counted.size()); // 0: all that follows is 0/0
  std::vector<double> spread(counted.size());
  for (std::size_t i = 0; i < out.x.size(); ++i) {
    const double f = target.at(out.x[i]);
    double sum = 0, squares = 0, errors = 0;
    for (const SetFit* fit : counted) sum += fit->predictions[i];
    const double mean = sum / count;
    for (std::size_t k = 0; k < counted.size(); ++k) {
      const double from_mean = counted[k]->predictions[i] - mean, from_f = f - counted[k]->predictions[i];
      squares += from_mean * from_mean;
      errors += from_f * from_f;
      spread[k] += from_mean * from_mean;
    }
    out.f.push_back(f);
    out.mean.push_back(mean);
    out.bias2.push_back((f - mean) * (f - mean));
    out.variance.push_back(squares / count);
    out.error.push_back(errors / count);
  }
  out.average_bias2 = mean_of(out.bias2);
  out.average_variance = mean_of(out.variance);
  out.average_error = mean_of(out.error);
  double all = 0;
  for (const double each : spread) all += each;
  for (const double each : spread) out.share.push_back(all > 0 ? each / all : 0);
  return out;
}

FitSets::FitSets(const FitSettings& settings, std::int64_t first, std::int64_t last)
    : settings_(settings), target_(std::make_shared<Target>(settings)), places_(even_places(settings, settings.at)), first_(first), last_(last), next_(first) {}

bool FitSets::advance() {
  if (ended()) return false;
  if (!run_) run_.emplace(settings_, target_, drawn_points(settings_, *target_, next_));
  if (run_->advance()) return true;
  fits_.push_back(kept(settings_, *target_, next_, *run_, places_));
  run_.reset();
  ++next_;
  return !ended();
}

double FitSets::progress() const {
  if (ended()) return 1;
  return (static_cast<double>(next_ - first_) + (run_ ? run_->progress() : 0)) / static_cast<double>(last_ - first_);
}

std::vector<std::int64_t> fit_capacities(const FitModel& model) {
  std::vector<std::int64_t> all;
  if (model.network)
    for (std::int64_t width = 1; width <= 256; width *= 2) all.push_back(width);
  else
    for (int degree = 0; degree <= kDegreeMost; ++degree) all.push_back(degree);
  return all;
}

std::int64_t capacity_of(const FitModel& model) {
  if (!model.network) return model.degree;
  return model.hidden.empty() ? 0 : model.hidden.front().units;
}

FitSettings with_capacity(FitSettings settings, std::int64_t capacity) {
  FitModel& model = settings.model;
  if (!model.network) {
    model.degree = static_cast<int>(capacity);
    return settings;
  }
  if (model.hidden.empty()) model.hidden.push_back({1, {"tanh", {}}, 0});
  for (HiddenLayer& layer : model.hidden) layer.units = capacity;
  return settings;
}

CapacityRun::CapacityRun(const FitSettings& settings, std::int64_t capacity, bool with_sets)
    : settings_(with_capacity(settings, capacity)), target_(std::make_shared<Target>(settings_)) {
  one_.emplace(settings_, target_, first_points(settings_, *target_));
  if (with_sets) sets_.emplace(settings_);
  result_.capacity = capacity;
  result_.mean_train_error = result_.mean_expected_error = result_.bias2 = result_.variance = kNone;
}

bool CapacityRun::advance() {
  if (one_) {
    if (one_->advance()) return true;
    result_.diverged = one_->diverged();
    const FitStand& end = one_->stands().back(); // of what has diverged: the last before it did
    result_.train_error = one_->diverged() ? kNone : end.train_error;
    result_.expected_error = one_->diverged() ? kNone : end.expected_error;
    one_.reset();
    ended_ = !sets_;
    return !ended_;
  }
  if (ended_ || sets_->advance()) return !ended_;
  const Decomposition all = sets_->decomposition();
  result_.bias2 = all.average_bias2;
  result_.variance = all.average_variance;
  result_.left_out = static_cast<std::int64_t>(all.left_out);
  double train = 0, expected = 0;
  for (const SetFit& fit : sets_->fits())
    if (!fit.diverged) train += fit.train_error, expected += fit.expected_error;
  const auto count = static_cast<double>(all.fits);
  result_.mean_train_error = train / count;
  result_.mean_expected_error = expected / count;
  sets_.reset();
  ended_ = true;
  return false;
}

double CapacityRun::progress() const {
  if (ended_) return 1;
  const auto sets = static_cast<double>(settings_.sets);
  if (!sets_) return one_->progress();
  return (one_ ? one_->progress() : 1 + sets * sets_->progress()) / (1 + sets);
}

FitSweep::FitSweep(const FitSettings& settings, bool with_sets) : settings_(settings), with_sets_(with_sets), capacities_(fit_capacities(settings.model)) {}

bool FitSweep::advance() {
  if (ended()) return false;
  if (!run_) run_.emplace(settings_, capacities_[results_.size()], with_sets_);
  if (run_->advance()) return true;
  results_.push_back(run_->result());
  run_.reset();
  return !ended();
}

double FitSweep::progress() const { return (static_cast<double>(results_.size()) + (run_ ? run_->progress() : 0)) / static_cast<double>(capacities_.size()); }

std::optional<std::size_t> least_error(std::span<const CapacityFit> fits, bool of_sets) {
  const auto error = [&](const CapacityFit& fit) { return of_sets ? fit.bias2 + fit.variance : fit.expected_error; };
  std::optional<std::size_t> least;
  for (std::size_t i = 0; i < fits.size(); ++i)
    if (std::isfinite(error(fits[i])) && (of_sets || !fits[i].diverged) && (!least || error(fits[i]) < error(fits[*least]))) least = i;
  return least;
}

} // namespace downhill
