// Bias and variance: a model fitted to many training sets of one function, and what its expected squared error is made of.
#pragma once
#include "fit/fit_run.hpp"

namespace downhill {

/// What is kept of the fit to one set.
struct SetFit {
  std::int64_t set = 0; ///< from 0
  bool diverged = false;
  double train_error = 0, test_error = 0; ///< mean of (y − ŷ)² over its training points, and over as many drawn anew
  double expected_error = 0;              ///< FitStand::expected_error
  std::vector<double> predictions;        ///< ŷ at the document's `at` places
  void fields(auto& a) { a(set, diverged, train_error, test_error, expected_error, predictions); }
  bool operator==(const SetFit&) const = default;
};

/// At each of the places, and on average over them. E(y − ŷ)² = σ² + bias² + variance for new y = f + noise; of `error`, the mean over
/// sets of (f − ŷ)², it is an identity: error = bias² + variance. All sums in the order of the fits, averages in that of the places.
struct Decomposition {
  std::size_t fits = 0, left_out = 0; ///< those that diverged are left out
  double noise2 = 0;                  ///< σ²
  std::vector<double> x, f, mean;     ///< ȳ: the mean over sets
  std::vector<double> bias2;          ///< (f − ȳ)²
  std::vector<double> variance;       ///< mean over sets of (ŷ − ȳ)²
  std::vector<double> error;          ///< mean over sets of (f − ŷ)², worked out by itself
  double average_bias2 = 0, average_variance = 0, average_error = 0;
  std::vector<double> share; ///< of each fit that is counted, in their order, in the sum of all (ŷ − ȳ)²; 0 where that is 0

  /// The share that the `count` fits with the largest have together.
  double share_of_largest(std::size_t count) const;
  /// As few fits as have at least `part` (0 … 1) of the variance together.
  std::size_t fits_with(double part) const;
};

/// Of these fits of one document, in their order. None that counts: everything is NaN.
Decomposition decompose(const FitSettings& settings, const Target& target, std::span<const SetFit> fits);

/// Fits to the sets `first` … `last` − 1 of a document, in pieces and in order.
class FitSets {
public:
  explicit FitSets(const FitSettings& settings) : FitSets(settings, 0, settings.sets) {}
  FitSets(const FitSettings& settings, std::int64_t first, std::int64_t last);
  /// A piece of work, at most some ms; whether there is more.
  bool advance();
  bool ended() const { return next_ == last_; }
  /// Those that are done.
  const std::vector<SetFit>& fits() const { return fits_; }
  /// Within all sets, the one under way with its part.
  double progress() const;
  const Target& target() const { return *target_; }
  Decomposition decomposition() const { return decompose(settings_, *target_, fits_); }

private:
  FitSettings settings_;
  std::shared_ptr<const Target> target_;
  std::vector<double> places_;
  std::int64_t first_, last_, next_;
  std::optional<FitRun> run_; // of next_, when it has begun
  std::vector<SetFit> fits_;
};

// ---- over capacity ----

/// Degrees 0 to kDegreeMost, or widths 1, 2, 4 … 256, ascending.
std::vector<std::int64_t> fit_capacities(const FitModel& model);
/// The degree, or the width of the first hidden layer (0 where there is none).
std::int64_t capacity_of(const FitModel& model);
/// The same document with another capacity; of a network all hidden layers get the width, and one is added where there is none.
FitSettings with_capacity(FitSettings settings, std::int64_t capacity);

struct CapacityFit {
  std::int64_t capacity = 0;
  bool diverged = false;                                ///< the one fit
  double train_error = 0, expected_error = 0;           ///< of the one fit to first_points(); NaN where it diverged
  double mean_train_error = 0, mean_expected_error = 0; ///< over all sets, without those that diverged; NaN where no sets were asked for
  double bias2 = 0, variance = 0;                       ///< on average over the places; NaN where no sets were asked for
  std::int64_t left_out = 0;                            ///< sets that diverged
  void fields(auto& a) { a(capacity, diverged, train_error, expected_error, mean_train_error, mean_expected_error, bias2, variance, left_out); }
};
/// What becomes of one capacity: the one fit, and, if sets are asked for, their fits, in pieces.
class CapacityRun {
public:
  CapacityRun(const FitSettings& settings, std::int64_t capacity, bool with_sets);
  bool advance();
  bool ended() const { return ended_; }
  double progress() const;
  /// Once it has ended.
  const CapacityFit& result() const { return result_; }

private:
  FitSettings settings_;
  std::shared_ptr<const Target> target_;
  std::optional<FitRun> one_;
  std::optional<FitSets> sets_;
  CapacityFit result_;
  bool ended_ = false;
};

/// All capacities, in pieces, ascending.
class FitSweep {
public:
  FitSweep(const FitSettings& settings, bool with_sets);
  bool advance();
  bool ended() const { return results_.size() == capacities_.size(); }
  double progress() const;
  const std::vector<CapacityFit>& results() const { return results_; }

private:
  FitSettings settings_;
  bool with_sets_;
  std::vector<std::int64_t> capacities_;
  std::optional<CapacityRun> run_;
  std::vector<CapacityFit> results_;
};
/// Place of the least expected error of the one fit (`of_sets`: of bias² + variance) among those that are finite; nullopt: there is none.
std::optional<std::size_t> least_error(std::span<const CapacityFit> fits, bool of_sets);

} // namespace downhill
