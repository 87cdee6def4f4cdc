#include "app/core/fit_training.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {
std::uint32_t next_training() {
  static std::uint32_t last = 0;
  return ++last;
}
} // namespace

std::size_t FitTraining::State::best() const {
  std::size_t least = 0;
  for (std::size_t i = 1; i < stands.size(); ++i)
    if (stands[i].expected_error < stands[least].expected_error) least = i;
  return least;
}

Json FitTraining::key_of(const Json& document, double beyond) {
  Json key = document;
  for (const char* other : {"title", "place", "at", "sets", "towers", "steepness", "goal", "part"}) key.erase(other);
  if (key.contains("model")) key["model"].erase("degree");
  key["beyond"] = beyond;
  return key;
}

void FitTraining::train(const Json& document, double beyond) {
  stop();
  asked_ = key_of(document, beyond);
  problem_.reset();
  const auto read = fit_document_from_json(document);
  if (!read) {
    problem_ = read.error(), ++version_;
    return;
  }
  FitSettings wide = read->settings;
  const double more = beyond * (wide.high - wide.low);
  wide.low -= more, wide.high += more;
  x_ = even_places(wide, kPlaces);
  const auto& hidden = read->settings.model.hidden;
  units_ = hidden.size() == 1 ? static_cast<std::size_t>(hidden.front().units) : 0;
  running_ = true, begun_ = false;
  request_ = next_training();
  ++version_;
  post_(AskFitRun{slot_, request_, document.dump(), kStands, x_});
}

void FitTraining::stop() {
  if (!std::exchange(running_, false)) return;
  ++version_;
  post_(DropFits{slot_});
}

bool FitTraining::fits(const FitRunPiece& piece) const {
  const std::size_t known = begun_ ? state_->stands.size() : 0, places = x_.size();
  return piece.from == known && known + piece.stands.size() <= kFitStandsMost + 1 && (piece.predictions.empty() || piece.predictions.size() == places) &&
         (piece.units.empty() || piece.units.size() == units_ * places) && piece.progress >= 0 && piece.progress <= 1;
}

bool FitTraining::take(const ToApp& message) {
  if (const auto* piece = std::get_if<FitRunPiece>(&message)) {
    if (!running_ || piece->slot != slot_ || piece->request != request_ || !fits(*piece)) return false;
    if (!std::exchange(begun_, true)) state_.emplace(), state_->x = x_, of_ = asked_;
    State& s = *state_;
    s.stands.insert(s.stands.end(), piece->stands.begin(), piece->stands.end());
    s.progress = piece->progress, s.diverged = piece->diverged, s.bias = piece->bias;
    if (!piece->predictions.empty()) s.curve = piece->predictions;
    if (!piece->units.empty()) {
      s.units.assign(units_, {});
      for (std::size_t j = 0; j < units_; ++j) {
        const auto from = piece->units.begin() + static_cast<std::ptrdiff_t>(j * x_.size());
        s.units[j].assign(from, from + static_cast<std::ptrdiff_t>(x_.size()));
      }
    }
    if (s.progress >= 1) running_ = false;
    return ++version_, true;
  }
  if (const auto* problem = std::get_if<FitProblem>(&message)) {
    if (!running_ || problem->slot != slot_ || problem->request != request_) return false;
    running_ = false;
    problem_ = UserError{problem->code, problem->place, problem->with};
    return ++version_, true;
  }
  return false;
}

bool FitTraining::worker_lost() {
  if (!running_) return false;
  stop(); // the worker that lives may be the one that trains
  asked_ = Json();
  if (state_ && state_->progress < 1) state_.reset(), of_ = Json();
  return true;
}

} // namespace downhill
