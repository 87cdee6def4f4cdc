#include "app/core/fit_course.hpp"

#include <algorithm>

namespace downhill {

using namespace protocol;

namespace {

// Workers that die of one question, one after the other.
constexpr int kCourseDeathsMost = 6;

// What of the document decides the fit.
Json deciding_course(const Json& complete) {
  Json out = complete;
  for (const char* key : {"part", "place", "sets", "at", "towers", "steepness", "goal"}) out.erase(key);
  return out;
}

} // namespace

void FitCourse::start(const Json& complete, std::vector<double> places, std::uint32_t evaluations, std::size_t worker) {
  forget();
  asked_ = deciding_course(complete);
  places_ = std::move(places);
  seats_.ask(worker, AskFitRun{0, 0, fit_document_text(complete), evaluations, places_});
}

void FitCourse::forget() {
  seats_.drop();
  asked_ = Json();
  places_.clear(), predictions_.clear(), stands_.clear(), units_.clear(), others_.clear();
  bias_ = progress_ = 0;
  unit_count_ = 0;
  diverged_ = false;
  problem_.reset();
  ++version_;
}

bool FitCourse::is_of(const Json& complete) const { return !asked_.is_null() && deciding_course(complete) == asked_; }

bool FitCourse::take(std::size_t worker, const ToApp& message) {
  if (const auto* m = std::get_if<FitRunPiece>(&message)) {
    if (!seats_.owes(worker, *m) || m->from != stands_.size() || m->predictions.size() != places_.size() || !(m->progress >= 0 && m->progress <= 1))
      return false;
    const std::size_t shown = std::min<std::size_t>(m->unit_count, kFitUnitsMost);
    if (m->units.size() != shown * places_.size() || m->others.size() != (m->unit_count > shown ? places_.size() : 0)) return false;
    stands_.insert(stands_.end(), m->stands.begin(), m->stands.end());
    if (!stands_.empty()) { // nothing is shown before it was measured
      predictions_ = m->predictions, units_ = m->units, others_ = m->others, bias_ = m->bias;
      unit_count_ = m->unit_count;
    }
    deaths_ = 0;
    diverged_ = m->diverged, progress_ = m->diverged ? 1 : m->progress;
    if (ended()) seats_.paid(worker);
    return ++version_, true;
  }
  const auto* problem = std::get_if<FitProblem>(&message);
  if (!problem || !seats_.owes(worker, *problem)) return false;
  seats_.drop();
  problem_ = UserError{problem->code, problem->place, problem->with};
  return ++version_, true;
}

double FitCourse::sum_of_units(std::size_t place) const {
  double sum = others_.empty() ? 0 : others_[place];
  for (std::size_t j = 0; j < units(); ++j) sum += static_cast<double>(unit(j)[place]);
  return sum;
}

bool FitCourse::worker_lost() {
  if (!seats_.lost()) return false;
  if (asked_ != died_of_) deaths_ = 0, died_of_ = asked_;
  if (++deaths_ <= kCourseDeathsMost) return forget(), true;
  problem_ = UserError{"memory", "", {}};
  return ++version_, false;
}

} // namespace downhill
