// The lanes of an experiment, as claims measure them: `at` is an epoch, the seeds are those of weights and of data.
#include "measured.hpp"

#include "experiment/experiment.hpp"
#include "inspect/draws.hpp"
#include "inspect/layers.hpp"
#include "inspect/predictions.hpp"
#include "trainer/trainer.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

// One lane's run, and the states of it that claims ask for.
struct Training {
  std::vector<Evaluation> evaluations;
  std::vector<float> losses;
  std::map<std::int64_t, Trainer> at; // by step
  std::unique_ptr<Trainer> last;
  std::int64_t steps_per_epoch = 1;
  std::optional<Disagreement> draws; // of kDraws runs on other training examples, if a claim asks for it
};

constexpr std::size_t kDraws = 5;
constexpr std::pair<std::string_view, double Disagreement::*> kOfDraws[] = {{"mean_error", &Disagreement::mean_error},
                                                                            {"error_deviation", &Disagreement::deviation},
                                                                            {"disagreement", &Disagreement::disagreement},
                                                                            {"majority_error", &Disagreement::majority_error}};

Training train(const LaneSettings& settings, const std::shared_ptr<const Subset>& data, const std::vector<double>& epochs) {
  Training run;
  Trainer trainer(settings, data);
  run.steps_per_epoch = trainer.steps_per_epoch();
  std::vector<std::int64_t> steps;
  for (const double e : epochs) steps.push_back(std::min<std::int64_t>(trainer.steps() - 1, std::llround(e * static_cast<double>(run.steps_per_epoch))));
  for (;;) {
    if (trainer.between_steps() && std::find(steps.begin(), steps.end(), trainer.step()) != steps.end()) run.at.try_emplace(trainer.step(), trainer);
    const auto piece = trainer.advance();
    if (piece == Trainer::Piece::step) run.losses.push_back(static_cast<float>(trainer.batch_loss()));
    if (piece == Trainer::Piece::evaluation) run.evaluations.push_back(trainer.last_evaluation());
    if (piece == Trainer::Piece::end) break;
  }
  run.last = std::make_unique<Trainer>(std::move(trainer));
  return run;
}

// Largest eigenvalue of the loss's second derivative for mse without hidden layers: 2/C · λmax of the mean of x·xᵀ, x with a 1.
double curvature(const Trainer& trainer) {
  const Subset& data = trainer.data();
  const auto n = static_cast<Index>(data.train.size()), d = static_cast<Index>(data.features());
  std::vector<std::uint32_t> which(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < which.size(); ++i) which[i] = static_cast<std::uint32_t>(i);
  Matrix x(n, d);
  Gathered gathered;
  gather(data, true, which, x, gathered);
  std::vector<double> v(static_cast<std::size_t>(d) + 1, 1.0);
  double lambda = 0;
  for (int k = 0; k < 60; ++k) {
    std::vector<double> next(v.size(), 0.0);
    for (Index r = 0; r < n; ++r) {
      double dot = v.back();
      for (Index i = 0; i < d; ++i) dot += static_cast<double>(x(r, i)) * v[static_cast<std::size_t>(i)];
      for (Index i = 0; i < d; ++i) next[static_cast<std::size_t>(i)] += dot * static_cast<double>(x(r, i));
      next.back() += dot;
    }
    double norm = 0;
    for (const double u : next) norm += u * u;
    norm = std::sqrt(norm);
    for (double& u : next) u /= norm;
    v = next;
    lambda = norm / static_cast<double>(n);
  }
  return 2.0 / static_cast<double>(data.classes) * lambda;
}

// The lane trained on kDraws draws, its own the first.
Result<Disagreement> over_draws(LaneSettings settings, const std::shared_ptr<const Source>& source) {
  std::vector<std::vector<std::uint8_t>> said;
  std::vector<std::uint8_t> labels;
  std::int64_t classes = 0;
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    settings.data.draw = static_cast<std::int64_t>(draw);
    auto subset = draw_subset(source, settings.data);
    if (!subset) return subset.error();
    labels = subset->test.labels, classes = subset->classes;
    const Training run = train(settings, std::make_shared<Subset>(std::move(*subset)), {});
    auto& its = said.emplace_back();
    for (const Prediction& p : predict_first(*run.last, false, static_cast<std::int64_t>(labels.size()))) its.push_back(static_cast<std::uint8_t>(p.predicted));
  }
  return disagreement_of(labels, said, classes);
}

double value_of(const Training& run, const std::string& name, std::optional<double> at) {
  for (const auto& [id, member] : kOfDraws)
    if (run.draws && id == name) return (*run.draws).*member;
  const double inf = std::numeric_limits<double>::infinity();
  const Evaluation* e = &run.evaluations.back();
  if (at)
    for (const Evaluation& candidate : run.evaluations)
      if (candidate.epoch <= *at + 1e-9) e = &candidate;
  const bool diverged = run.last->verdict() == Verdict::diverged;
  const auto finite = [&](double v) { return diverged && !at ? inf : v; };
  for (const EvaluationColumn& column : kEvaluationColumns) // norms are of the step before the evaluation
    if (column.number && name == column.id) return name.ends_with("_loss") ? finite(e->*column.number) : e->*column.number;
  if (name == "loss_gap") return e->test_loss - e->train_loss;
  if (name == "accuracy_gap") return e->train_accuracy - e->test_accuracy; // of errors the same gap, test less train
  if (name == "train_error") return 1 - e->train_accuracy;
  if (name == "test_error") return 1 - e->test_accuracy;
  if (name == "diverged") return diverged ? 1 : 0;
  if (name == "highest_batch_loss") return run.losses.empty() ? 0 : static_cast<double>(*std::max_element(run.losses.begin(), run.losses.end()));
  if (name == "examples") return static_cast<double>(run.last->examples());
  if (name == "steps") return static_cast<double>(run.last->step());
  if (name == "least_test_loss") {
    double least = e->test_loss;
    for (const Evaluation& candidate : run.evaluations) least = std::min(least, candidate.test_loss);
    return least;
  }
  if (name == "moved") return run.last->hash() != run.at.begin()->second.hash() ? 1 : 0;
  const Evaluation* least = e;
  for (const Evaluation& candidate : run.evaluations)
    if (candidate.test_loss < least->test_loss) least = &candidate;
  if (name == "least_test_loss_epoch") return least->epoch;
  if (name == "rise_since_least_test_loss") return e->test_loss / least->test_loss;
  if (name == "test_accuracy_since_least_test_loss") return e->test_accuracy - least->test_accuracy;
  if (name == "batch_noise") { // mean difference of neighbouring batch losses over the last epoch
    const std::size_t n = std::min(run.losses.size(), static_cast<std::size_t>(run.steps_per_epoch) + 1);
    double sum = 0;
    for (std::size_t i = run.losses.size() - n + 1; i < run.losses.size(); ++i) sum += std::fabs(static_cast<double>(run.losses[i] - run.losses[i - 1]));
    return n < 2 ? 0 : sum / static_cast<double>(n - 1);
  }
  const std::int64_t step = std::min<std::int64_t>(run.last->steps() - 1, std::llround(at.value_or(1e9) * static_cast<double>(run.steps_per_epoch)));
  const auto found = run.at.find(step);
  const Trainer& trainer = found == run.at.end() ? *run.last : found->second;                          // diverged before: where it is
  if (name == "rate_to_limit") return trainer.settings().optimizer.values[0] * curvature(trainer) / 2; // 1: the largest stable rate
  if (name == "dead_share") {
    double dead = 0, units = 0;
    const auto views = layer_views(trainer);
    for (std::size_t l = 0; l < views.size(); ++l) {
      const auto n = static_cast<double>(trainer.network().shape(static_cast<Index>(l)).given);
      dead += views[l].dead_share * n, units += n;
    }
    return units > 0 ? dead / units : 0;
  }
  if (name == "signal") return layer_views(trainer).back().deviation; // spread of the last hidden layer's outputs
  if (name == "unit_spread") {                                        // how far the first layer's units are from the first of them
    const Vector w = trainer.network().torch_parameters(0);
    const auto shape = trainer.network().shape(0);
    double most = 0;
    for (Index o = 1; o < shape.outputs; ++o)
      for (Index i = 0; i < shape.inputs; ++i)
        most = std::max(most, std::fabs(static_cast<double>(w[static_cast<std::size_t>(o * shape.inputs + i)] - w[static_cast<std::size_t>(i)])));
    return most;
  }
  if (name == "confidence_when_wrong") { // mean probability of what is said, over the test images of which it is wrong
    double sum = 0, n = 0;
    for (const Prediction& p : predict_first(trainer, false, 300))
      if (p.predicted != p.label) sum += p.probabilities[static_cast<std::size_t>(p.predicted)], n += 1;
    return sum / n;
  }
  const NextStep next = next_step(trainer);
  if (next.layers.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (name == "first_gradient") return next.layers.front().gradient_norm;
  const double ratio = next.layers.front().gradient_norm / next.layers.back().gradient_norm;
  if (name == "gradient_ratio") return ratio;
  if (name == "gradient_per_layer") return std::pow(ratio, 1 / std::max(1.0, static_cast<double>(next.layers.size()) - 1)); // what is left after each
  if (name == "mean_square") { // of the gradients, as the rule remembers them: geometric mean over the weights that have one
    double sum = 0, n = 0;
    for (const float v : next.state0)
      if (v > 0) sum += std::log(static_cast<double>(v)), n += 1;
    return std::exp(sum / n);
  }
  if (name == "effective_rate") { // geometric mean over the weights that have one, against lr
    double sum = 0, n = 0;
    for (const float r : next.effective_rate)
      if (r > 0 && r < 1e6F) sum += std::log(static_cast<double>(r) / trainer.lr()), n += 1;
    return std::exp(sum / n);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

class TrainedLane : public MeasuredLane {
public:
  explicit TrainedLane(Training training) : training_(std::move(training)) {}
  double value(const Json& claim, std::optional<double> at) const override { return value_of(training_, claim["value"].get<std::string>(), at); }
  std::uint64_t hash() const override {
    Hash hash;
    hash.add_floats(training_.losses);
    return hash.value() ^ training_.last->hash();
  }

private:
  Training training_;
};

} // namespace

Result<Course> train_lanes(Json json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  json["seed"] = json["data"]["seed"] = 1 + sample;
  std::vector<double> epochs{0, 1e9};
  for (const Json& claim : claims)
    for (const char* key : {"at", "against_epoch", "minus_epoch", "minus_at"})
      if (claim.contains(key)) epochs.push_back(claim[key].get<double>());
  const bool draws = std::any_of(claims.begin(), claims.end(), [](const Json& claim) {
    return std::any_of(std::begin(kOfDraws), std::end(kOfDraws), [&](const auto& each) { return claim.contains("value") && claim["value"] == each.first; });
  });
  const auto trained = [&](const LaneSettings& settings) -> Result<std::unique_ptr<TrainedLane>> {
    auto subset = draw_subset(source, settings.data);
    if (!subset) return subset.error();
    std::vector<double> asked = epochs;
    for (double& e : asked) e = std::min(e, static_cast<double>(settings.epochs));
    Training run = train(settings, std::make_shared<Subset>(std::move(*subset)), asked);
    if (draws) {
      const auto found = over_draws(settings, source);
      if (!found) return found.error();
      run.draws = *found;
    }
    return std::make_unique<TrainedLane>(std::move(run));
  };
  const auto experiment = experiment_from_json(json);
  if (!experiment) return experiment.error();
  Course course;
  for (const Lane& lane : experiment->lanes) {
    auto made = trained(lane.settings);
    if (!made) return made.error();
    course.lanes.push_back(std::move(*made));
  }
  for (const auto& changed : changed_lanes(claims)) {
    // an experiment of its own: lanes can't differ in their data
    Json with = Json::parse(changed.second), alone = json, patch = json["lanes"].at(changed.first);
    if (with.contains("data")) alone["data"].merge_patch(with["data"]);
    with.erase("data");
    patch.merge_patch(with);
    alone["lanes"] = Json::array({std::move(patch)});
    const auto other = experiment_from_json(alone);
    if (!other) return other.error();
    auto made = trained(other->lanes.front().settings);
    if (!made) return made.error();
    course.changed.emplace(changed, std::move(*made));
  }
  return course;
}

} // namespace downhill
