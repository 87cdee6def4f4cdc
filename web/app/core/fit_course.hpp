// The fit to the one training set of a document of the lab Fit, as a worker makes it: how it goes, and what comes of it. No ImGui, no words.
#pragma once
#include "app/core/fit_sets.hpp"

namespace downhill {

class FitCourse {
public:
  FitCourse(std::uint32_t slot, FitSeats::Post post) : seats_(slot, std::move(post)) {}

  /// Begins anew; what was there is no more. `places`: x where it shall predict. `evaluations`: stands besides the beginning's.
  void start(const Json& complete, std::vector<double> places, std::uint32_t evaluations, std::size_t worker);
  /// What is under way ends where it is.
  void stop() { seats_.drop(); }
  void forget();
  bool take(std::size_t worker, const protocol::ToApp& message);
  /// A worker died, or all are new. Whether this was under way: nothing of it is left then, and it can be started again.
  /// If workers die of it again and again, it is given up: there is a problem then.
  bool worker_lost();

  bool running() const { return seats_.waiting(); }
  bool ended() const { return progress_ >= 1; }
  bool diverged() const { return diverged_; }
  double progress() const { return progress_; } ///< 0 to 1
  /// Whether what there is is the fit of this document, to its one training set.
  bool is_of(const Json& complete) const;
  /// Those that are known; none: nothing is there yet.
  const std::vector<FitStand>& stands() const { return stands_; }
  const std::vector<double>& places() const { return places_; }
  /// At the places, at the last of the stands or a little later; none yet: empty.
  const std::vector<double>& predictions() const { return predictions_; }
  /// Its hidden units, where there is one hidden layer, else 0; and what those of them that add most (at most kFitUnitsMost) add to it,
  /// unit after unit, at the places.
  std::size_t unit_count() const { return unit_count_; }
  std::size_t units() const { return places_.empty() ? 0 : units_.size() / places_.size(); }
  std::span<const float> unit(std::size_t number) const { return std::span(units_).subspan(number * places_.size(), places_.size()); }
  /// What all units add at the place of this number.
  double sum_of_units(std::size_t place) const;
  double bias() const { return bias_; }
  const std::optional<UserError>& problem() const { return problem_; }
  std::uint64_t version() const { return version_; }

private:
  FitSeats seats_;
  Json asked_, died_of_;
  std::vector<double> places_, predictions_;
  std::vector<FitStand> stands_;
  std::vector<float> units_;
  std::vector<double> others_; // what the others add together; empty: there are none
  std::size_t unit_count_ = 0;
  double bias_ = 0, progress_ = 0;
  bool diverged_ = false;
  int deaths_ = 0; // of workers, of that, since a piece came
  std::optional<UserError> problem_;
  std::uint64_t version_ = 1;
};

} // namespace downhill
