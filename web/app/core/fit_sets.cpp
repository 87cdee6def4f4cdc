#include "app/core/fit_sets.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace downhill {

using namespace protocol;

namespace {

// Workers that die of one question, one after the other.
constexpr int kDeathsMost = 6;

// What of the document decides the fits to its sets: not how many there are, nor what is looked at, nor the other parts' own.
Json decisive(const Json& complete) {
  Json out = complete;
  for (const char* key : {"downhill", "lab", "title", "part", "place", "sets", "own", "towers", "steepness", "goal"}) out.erase(key);
  return out;
}

Json decisive(const Json& complete, bool with_sets) {
  Json out = decisive(complete);
  out["own"] = complete["own"];
  if (with_sets) out["sets"] = complete["sets"];
  Json& model = out["model"];
  model["degree"] = nullptr;
  if (model["hidden"].empty()) model["hidden"].push_back(nullptr); // one is added
  for (Json& layer : model["hidden"])
    if (layer.is_object()) layer["units"] = nullptr;
  return out;
}

// The ends first, then what lies between, twice as fine each time.
std::vector<std::int64_t> coarse_first(const std::vector<std::int64_t>& all) {
  std::vector<std::int64_t> out;
  const auto add = [&](std::int64_t each) {
    if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(each);
  };
  if (!all.empty()) add(all.front()), add(all.back());
  std::size_t step = 1;
  while (step < all.size()) step *= 2;
  for (; step >= 1; step /= 2)
    for (std::size_t i = 0; i < all.size(); i += step) add(all[i]);
  return out;
}

bool makes_sense(const SetFit& fit, std::size_t sets, std::size_t places) {
  return fit.set >= 0 && static_cast<std::uint64_t>(fit.set) < sets && fit.predictions.size() == places;
}

} // namespace

std::string fit_document_text(const Json& complete) {
  Json document = complete;
  document["downhill"] = kFormatVersion;
  document["lab"] = kFitFormat.lab;
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// ---- FitSeats ----

void FitSeats::drop() {
  for (std::size_t w = 0; w < owed_.size(); ++w)
    if (std::exchange(owed_[w], 0) != 0) post_(w, DropFits{slot_});
}

bool FitSeats::waiting() const {
  return std::any_of(owed_.begin(), owed_.end(), [](std::uint32_t request) { return request != 0; });
}

bool FitSeats::lost() {
  const bool any = waiting();
  drop(); // those that live may be at it
  return any;
}

// ---- DealtFits ----

void DealtFits::want(const Json& complete, const FitSettings& settings, std::size_t workers) {
  Json deciding = decisive(complete);
  const auto sets = static_cast<std::size_t>(settings.sets);
  Picture* now = wanted();
  const bool same = now && deciding == asked_;
  if (same && now->sets() == sets && (problem_ || seats_.waiting())) return;
  if (!same) {
    next_.emplace(Picture{settings, std::make_shared<Target>(settings), std::vector<std::optional<SetFit>>(sets)});
    asked_ = std::move(deciding);
    problem_.reset();
    deaths_ = 0;
    seats_.drop();
    ++version_;
  } else if (now->sets() != sets) {
    set_count(sets);
  }
  if (wanted()->done == sets || workers == 0) return;
  text_ = fit_document_text(complete);
  deal(workers);
}

void DealtFits::set_count(std::size_t sets) {
  Picture& now = *wanted();
  now.settings.sets = static_cast<std::int64_t>(sets);
  if (now.fits.size() < sets) now.fits.resize(sets);
  now.done = 0;
  for (std::size_t set = 0; set < sets; ++set) now.done += now.fits[set].has_value();
  now.decomposition.reset();
  problem_.reset();
  seats_.drop();
  ++version_;
}

void DealtFits::follow(const Json& complete) {
  if (!any() || is_of(complete)) return;
  if (!current() || decisive(complete) != asked_) return forget();
  set_count(complete["sets"].get<std::size_t>());
}

void DealtFits::deal(std::size_t workers) {
  std::vector<AskFits> questions(workers);
  std::size_t missing = 0;
  const Picture& now = *wanted();
  for (std::size_t set = 0; set < now.sets(); ++set)
    if (!now.fits[set]) questions[missing++ % workers].sets.push_back(static_cast<std::uint32_t>(set));
  for (std::size_t w = 0; w < workers; ++w)
    if (!questions[w].sets.empty()) {
      questions[w].document = text_;
      seats_.ask(w, std::move(questions[w]));
    }
  ++version_;
}

bool DealtFits::add(const FitPiece& piece) {
  Picture& now = *wanted();
  if (piece.fits.empty()) return false;
  for (const SetFit& fit : piece.fits)
    if (!makes_sense(fit, now.sets(), static_cast<std::size_t>(now.settings.at))) return false;
  for (const SetFit& fit : piece.fits) {
    auto& place = now.fits[static_cast<std::size_t>(fit.set)];
    if (!place) ++now.done;
    place = fit;
  }
  now.decomposition.reset();
  if (next_) picture_ = std::exchange(next_, {});
  deaths_ = 0;
  return ++version_, true;
}

bool DealtFits::take(std::size_t worker, const ToApp& message) {
  if (const auto* piece = std::get_if<FitPiece>(&message)) {
    if (!seats_.owes(worker, *piece) || !add(*piece)) return false;
    if (picture_->done == picture_->sets()) seats_.drop(); // all have paid; who has dropped nothing is told so once more
    return true;
  }
  const auto* problem = std::get_if<FitProblem>(&message);
  if (!problem || !seats_.owes(worker, *problem)) return false;
  problem_ = UserError{problem->code, problem->place, problem->with};
  if (next_) picture_.reset(); // nothing comes that would take the place of the document's before
  seats_.drop();
  return ++version_, true;
}

void DealtFits::forget() {
  seats_.drop();
  picture_.reset(), next_.reset(), problem_.reset();
  asked_ = Json();
  deaths_ = 0;
  ++version_;
}

void DealtFits::worker_lost() {
  if (!seats_.lost()) return;
  if (++deaths_ > kDeathsMost) problem_ = UserError{"memory", "", {}};
  ++version_;
}

bool DealtFits::is_of(const Json& complete) const { return current() && complete["sets"] == picture_->sets() && decisive(complete) == asked_; }

double DealtFits::progress() const {
  if (!seats_.waiting()) return -1;
  return next_ ? 0 : static_cast<double>(picture_->done) / static_cast<double>(picture_->sets());
}

std::vector<SetFit> DealtFits::fits() const {
  std::vector<SetFit> out;
  for (std::size_t set = 0; picture_ && set < picture_->sets(); ++set)
    if (picture_->fits[set]) out.push_back(*picture_->fits[set]);
  return out;
}

const Decomposition& DealtFits::decomposition() const {
  if (!picture_->decomposition) picture_->decomposition = decompose(picture_->settings, *picture_->target, fits());
  return *picture_->decomposition;
}

// ---- DealtCapacities ----

void DealtCapacities::want(const Json& complete, const FitSettings& settings, bool with_sets, std::size_t workers) {
  if (!is_of(complete, with_sets)) {
    seats_.drop();
    asked_ = decisive(complete, with_sets);
    with_sets_ = with_sets;
    text_ = fit_document_text(complete);
    capacities_ = coarse_first(fit_capacities(settings.model));
    under_way_.clear();
    known_.clear();
    problem_.reset();
    deaths_ = 0;
    ++version_;
  }
  if (problem_) return;
  under_way_.resize(std::max(under_way_.size(), workers));
  for (std::size_t w = 0; w < workers; ++w) {
    if (seats_.waiting(w)) continue;
    const auto free = std::find_if(capacities_.begin(), capacities_.end(), [&](std::int64_t each) {
      for (std::size_t other = 0; other < under_way_.size(); ++other)
        if (seats_.waiting(other) && under_way_[other].capacity == each) return false;
      return !has(each);
    });
    if (free == capacities_.end()) return;
    under_way_[w] = {*free, 0};
    seats_.ask(w, AskFitCapacity{0, 0, text_, static_cast<std::uint32_t>(*free), with_sets_});
    ++version_;
  }
}

bool DealtCapacities::has(std::int64_t capacity) const {
  return std::any_of(known_.begin(), known_.end(), [&](const CapacityFit& fit) { return fit.capacity == capacity; });
}

bool DealtCapacities::is_of(const Json& complete, bool with_sets) const {
  return !capacities_.empty() && with_sets == with_sets_ && decisive(complete, with_sets) == asked_;
}

bool DealtCapacities::take(std::size_t worker, const ToApp& message) {
  if (const auto* m = std::get_if<FitCapacity>(&message)) {
    if (!seats_.owes(worker, *m) || !(m->progress >= 0 && m->progress <= 1)) return false;
    UnderWay& here = under_way_[worker];
    here.progress = m->progress;
    if (m->progress < 1) return ++version_, true;
    if (m->fit.capacity != here.capacity) return false;
    known_.insert(std::find_if(known_.begin(), known_.end(), [&](const CapacityFit& fit) { return fit.capacity > here.capacity; }), m->fit);
    seats_.paid(worker);
    deaths_ = 0;
    return ++version_, true;
  }
  const auto* problem = std::get_if<FitProblem>(&message);
  if (!problem || !seats_.owes(worker, *problem)) return false;
  problem_ = UserError{problem->code, problem->place, problem->with};
  seats_.drop();
  return ++version_, true;
}

void DealtCapacities::forget() {
  seats_.drop();
  capacities_.clear(), known_.clear(), under_way_.clear();
  problem_.reset();
  deaths_ = 0;
  ++version_;
}

void DealtCapacities::worker_lost() {
  if (!seats_.lost()) return;
  if (++deaths_ > kDeathsMost) problem_ = UserError{"memory", "", {}};
  ++version_;
}

double DealtCapacities::progress() const {
  if (!seats_.waiting()) return -1;
  auto sum = static_cast<double>(known_.size());
  for (std::size_t w = 0; w < under_way_.size(); ++w)
    if (seats_.waiting(w)) sum += under_way_[w].progress;
  return sum / static_cast<double>(capacities_.size());
}

} // namespace downhill
