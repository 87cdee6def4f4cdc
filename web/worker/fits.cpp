#include "worker/fits.hpp"

#include "fit/decomposition.hpp"
#include "fit/fit_document.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

// A step of a small network takes some microseconds, and to look at the clock one, too.
constexpr std::int64_t kPieceWork = 400000, kPieceStepsMost = 64;

std::int64_t steps_in_piece(const FitSettings& settings) {
  const FitModel& model = settings.model;
  std::int64_t work = 0, inputs = 1; // of a point
  for (const HiddenLayer& layer : model.hidden) work += std::exchange(inputs, layer.units) * layer.units;
  work += inputs;
  if (!model.network) work = (model.degree + std::int64_t{1}) * (model.degree + 1);
  const auto points = std::max(settings.points, static_cast<std::int64_t>(settings.own.size()));
  return std::clamp<std::int64_t>(kPieceWork / (work * points), 1, kPieceStepsMost);
}

template <class Work> bool advance_by(Work& work, std::int64_t steps) {
  while (steps-- > 0)
    if (!work.advance()) return false;
  return true;
}

// 1 is said at the end alone.
template <class Work> double told_progress(const Work& work) { return work.ended() ? 1 : std::min(work.progress(), 0.999); }

class SetsJob final : public Job {
public:
  SetsJob(const AskFits& ask, const FitSettings& settings)
      : slot_(ask.slot), request_(ask.request), settings_(settings), steps_(steps_in_piece(settings)), sets_(ask.sets) {}
  bool ended() const override { return next_ == sets_.size(); }
  void advance() override {
    if (!fit_) fit_.emplace(settings_, sets_[next_], std::int64_t{sets_[next_]} + 1);
    if (advance_by(*fit_, steps_)) return;
    done_.push_back(fit_->fits().front());
    fit_.reset();
    ++next_;
  }
  void tell(const Post& post) override {
    if (done_.empty()) return;
    post(FitPiece{slot_, request_, std::exchange(done_, {})});
    told_ = true;
  }
  // the first curve
  bool eager() const override { return !told_ && !done_.empty(); }
  ToApp without_memory() const override { return FitProblem{slot_, request_, "memory", "", {}}; }

private:
  std::uint32_t slot_, request_;
  FitSettings settings_;
  std::int64_t steps_;
  std::vector<std::uint32_t> sets_;
  std::size_t next_ = 0;
  std::optional<FitSets> fit_; // to sets_[next_], when it has begun
  std::vector<SetFit> done_;   // not told yet
  bool told_ = false;
};

class CapacityJob final : public Job {
public:
  CapacityJob(const AskFitCapacity& ask, const FitSettings& settings)
      : slot_(ask.slot), request_(ask.request), steps_(steps_in_piece(with_capacity(settings, ask.capacity))), run_(settings, ask.capacity, ask.with_sets) {}
  bool ended() const override { return run_.ended(); }
  void advance() override { advance_by(run_, steps_); }
  void tell(const Post& post) override { post(FitCapacity{slot_, request_, told_progress(run_), run_.ended() ? run_.result() : CapacityFit{}}); }
  ToApp without_memory() const override { return FitProblem{slot_, request_, "memory", "", {}}; }

private:
  std::uint32_t slot_, request_;
  std::int64_t steps_;
  CapacityRun run_;
};

// Those that add most; what the others add is summed up, so that nothing of the whole is missing.
void put_units(FitRunPiece& piece, const Contributions& parts) {
  const std::vector<std::size_t> shown = parts.largest(kFitUnitsMost);
  piece.unit_count = static_cast<std::uint32_t>(parts.units.size());
  piece.bias = parts.bias;
  auto next = shown.begin();
  for (std::size_t j = 0; j < parts.units.size(); ++j) {
    const std::vector<double>& unit = parts.units[j];
    if (next != shown.end() && *next == j) {
      ++next;
      for (const double each : unit) piece.units.push_back(static_cast<float>(each));
      continue;
    }
    piece.others.resize(unit.size());
    for (std::size_t i = 0; i < unit.size(); ++i) piece.others[i] += unit[i];
  }
}

class CourseJob final : public Job {
public:
  CourseJob(const AskFitRun& ask, const FitSettings& settings)
      : slot_(ask.slot), request_(ask.request), steps_(steps_in_piece(settings)), places_(ask.places), target_(std::make_shared<Target>(settings)),
        run_(settings, target_, first_points(settings, *target_), ask.evaluations) {}
  bool ended() const override { return run_.ended(); }
  void advance() override { advance_by(run_, steps_); }
  void tell(const Post& post) override {
    FitRunPiece piece{slot_, request_, static_cast<std::uint32_t>(told_), {}, told_progress(run_), run_.diverged(), run_.predict(places_), {}, 0, {}, 0};
    const auto& stands = run_.stands();
    piece.stands.assign(stands.begin() + static_cast<std::ptrdiff_t>(told_), stands.end());
    told_ = stands.size();
    if (const auto parts = run_.contributions(places_)) put_units(piece, *parts);
    post(piece);
  }
  ToApp without_memory() const override { return FitProblem{slot_, request_, "memory", "", {}}; }

private:
  std::uint32_t slot_, request_;
  std::int64_t steps_;
  std::vector<double> places_;
  std::shared_ptr<const Target> target_;
  FitRun run_;
  std::size_t told_ = 0; // stands
};

UserError out_of_range(const char* name, std::size_t value, std::size_t least, std::size_t most) {
  return {"out_of_range", name, {std::to_string(value), std::to_string(least), std::to_string(most)}};
}

Result<FitSettings> settings_asked(const std::string& text) {
  if (text.size() > kTextMost) return UserError{"json_too_large", "", {std::to_string(kTextMost)}};
  const auto json = read_json(text);
  if (!json) return json.error();
  const auto document = fit_document_from_json(*json);
  return document ? Result<FitSettings>(document->settings) : document.error();
}

} // namespace

Result<std::unique_ptr<Job>> fit_job(const AskFits& ask) {
  if (ask.sets.empty() || ask.sets.size() > kFitSetsAsked) return out_of_range("sets", ask.sets.size(), 1, kFitSetsAsked);
  for (const std::uint32_t set : ask.sets)
    if (set >= kSetsMost) return out_of_range("sets", set, 0, kSetsMost - 1);
  const auto settings = settings_asked(ask.document);
  if (!settings) return settings.error();
  return std::unique_ptr<Job>(std::make_unique<SetsJob>(ask, *settings));
}

Result<std::unique_ptr<Job>> fit_job(const AskFitCapacity& ask) {
  const auto settings = settings_asked(ask.document);
  if (!settings) return settings.error();
  const std::vector<std::int64_t> all = fit_capacities(settings->model);
  const auto least = static_cast<std::size_t>(all.front()), most = static_cast<std::size_t>(all.back());
  if (ask.capacity < least || ask.capacity > most) return out_of_range("capacity", ask.capacity, least, most);
  return std::unique_ptr<Job>(std::make_unique<CapacityJob>(ask, *settings));
}

Result<std::unique_ptr<Job>> fit_job(const AskFitRun& ask) {
  if (ask.evaluations < 1 || ask.evaluations > kFitStandsMost) return out_of_range("evaluations", ask.evaluations, 1, kFitStandsMost);
  if (ask.places.size() > kFitPlacesMost) return out_of_range("places", ask.places.size(), 0, kFitPlacesMost);
  for (const double x : ask.places)
    if (!(std::fabs(x) <= 1e6)) return UserError{"out_of_range", "places", {brief(Json(x)), "-1000000", "1000000"}};
  const auto settings = settings_asked(ask.document);
  if (!settings) return settings.error();
  return std::unique_ptr<Job>(std::make_unique<CourseJob>(ask, *settings));
}

} // namespace downhill
