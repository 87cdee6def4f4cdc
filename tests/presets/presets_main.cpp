// Every preset of assets/presets.json keeps its word: its claims are measured on the engine over five seeds, of the
// weights and of the data. Prints TAP, and for each claim the worst measure beside its bound.
//   downhill_presets ASSETS_DIR DATA_DIR [ID]     with an ID: that preset alone
// A claim: {"lane": 1, "value": "test_accuracy", "least": 0.7, "most": 1, "at": 5}. `at` is an epoch; absent: the end.
// "minus": 0 or "over": 0 takes the difference from, or the ratio to, another lane's value; "against_epoch" and
// "minus_epoch" do so with the lane's own value at another epoch; "minus_at": the other lane's epoch, where it is not the same. `lane` may be a list. {"same":
// [0, 1]}: equal to the bit, curve and weights. "with": {"optimizer": {"lr": 0.001}} measures the lane so changed, in a run that the preset does not show but
// speaks of. With an ID the table of what every lane came to is printed, too: from smallest to largest over the seeds.
#include "cli/files.hpp"
#include "experiment/experiment.hpp"
#include "inspect/layers.hpp"
#include "inspect/predictions.hpp"
#include "trainer/trainer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

using namespace downhill;

namespace {

constexpr std::uint64_t kSeeds = 5;

// One lane's run, and the states of it that claims ask for.
struct Run {
  std::vector<Evaluation> evaluations;
  std::vector<float> losses;
  std::map<std::int64_t, Trainer> at; // by step
  std::unique_ptr<Trainer> last;
  std::int64_t steps_per_epoch = 1;
};

Run train(const LaneSettings& settings, const std::shared_ptr<const Subset>& data, const std::vector<double>& epochs) {
  Run run;
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

double value_of(const Run& run, const std::string& name, std::optional<double> at) {
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
  if (name == "accuracy_gap") return e->train_accuracy - e->test_accuracy;
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

std::vector<std::size_t> lanes_of(const Json& lane) { return lane.is_array() ? lane.get<std::vector<std::size_t>>() : std::vector{lane.get<std::size_t>()}; }

struct Bounds {
  double low = std::numeric_limits<double>::infinity(), high = -low;
};
// What is printed of every lane of a preset that is asked for by name.
constexpr const char* kTable[] = {"train_loss", "test_loss", "train_accuracy", "test_accuracy", "least_test_loss", "least_test_loss_epoch",
                                  "dead_share", "steps"};
struct Outcome { // of one preset over all its seeds
  bool good = true;
  std::vector<Bounds> claims;
  std::vector<std::array<Bounds, std::size(kTable)>> lanes;
  std::string trouble;
};
void widen(Bounds& bounds, double v) { bounds.low = std::min(bounds.low, v), bounds.high = std::max(bounds.high, v); }

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void measure(const Json& preset, const std::string& assets, const std::shared_ptr<const Source>& source, std::uint64_t seed, std::mutex& mutex, Outcome& out) {
  Json json = Json::parse(text_of(assets + "/experiments/" + preset["id"].get<std::string>() + ".json"), nullptr, false);
  const auto fail = [&](const std::string& why) {
    const std::lock_guard lock(mutex);
    out.good = false, out.trouble = why;
  };
  if (json.is_discarded()) return fail("no experiment of that name");
  json["seed"] = seed;
  json["data"]["seed"] = seed;
  const std::size_t shown = json["lanes"].size();
  std::map<std::pair<std::size_t, std::string>, std::size_t> besides; // lane and change → the lane so changed
  for (const Json& claim : preset["claims"])
    if (claim.contains("with"))
      for (const std::size_t lane : lanes_of(claim["lane"]))
        if (besides.try_emplace({lane, claim["with"].dump()}, json["lanes"].size()).second) {
          Json changed = json["lanes"].at(lane);
          changed.merge_patch(claim["with"]);
          json["lanes"].push_back(std::move(changed));
        }
  const auto experiment = experiment_from_json(json);
  if (!experiment) return fail(experiment.error().sentence(Language::en));
  std::vector<double> epochs{0, 1e9};
  for (const Json& claim : preset["claims"])
    for (const char* key : {"at", "against_epoch", "minus_epoch", "minus_at"})
      if (claim.contains(key)) epochs.push_back(claim[key].get<double>());
  std::vector<Run> runs;
  for (const Lane& lane : experiment->lanes) {
    auto subset = draw_subset(source, lane.settings.data);
    if (!subset) return fail(subset.error().sentence(Language::en));
    std::vector<double> asked = epochs;
    for (double& e : asked) e = std::min(e, static_cast<double>(lane.settings.epochs));
    runs.push_back(train(lane.settings, std::make_shared<Subset>(std::move(*subset)), asked));
  }
  for (std::size_t c = 0; c < preset["claims"].size(); ++c) {
    const Json& claim = preset["claims"][c];
    if (claim.contains("same")) {
      const Run &a = runs.at(claim["same"][0].get<std::size_t>()), &b = runs.at(claim["same"][1].get<std::size_t>());
      const bool same = a.losses == b.losses && a.last->hash() == b.last->hash();
      const std::lock_guard lock(mutex);
      widen(out.claims[c], same ? 1 : 0);
      out.good = out.good && same;
      continue;
    }
    const std::string name = claim["value"].get<std::string>();
    const auto at = claim.contains("at") ? std::optional(claim["at"].get<double>()) : std::nullopt;
    for (const std::size_t lane : lanes_of(claim["lane"])) {
      const Run& run = runs.at(claim.contains("with") ? besides.at({lane, claim["with"].dump()}) : lane);
      double v = value_of(run, name, at);
      if (claim.contains("minus"))
        v -= value_of(runs.at(claim["minus"].get<std::size_t>()), name, claim.contains("minus_at") ? std::optional(claim["minus_at"].get<double>()) : at);
      if (claim.contains("over")) v /= value_of(runs.at(claim["over"].get<std::size_t>()), name, at);
      if (claim.contains("against_epoch")) v /= value_of(run, name, claim["against_epoch"].get<double>());
      if (claim.contains("minus_epoch")) v -= value_of(run, name, claim["minus_epoch"].get<double>());
      const bool holds = v >= claim.value("least", -1e300) && (v <= claim.value("most", 1e300) || (std::isinf(v) && !claim.contains("most")));
      const std::lock_guard lock(mutex);
      widen(out.claims[c], v);
      out.good = out.good && holds; // NaN holds nothing
    }
  }
  const std::lock_guard lock(mutex);
  out.lanes.resize(shown);
  for (std::size_t lane = 0; lane < shown; ++lane)
    for (std::size_t k = 0; k < std::size(kTable); ++k) widen(out.lanes[lane][k], value_of(runs[lane], kTable[k], std::nullopt));
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: downhill_presets ASSETS_DIR DATA_DIR [ID]\n", stderr), 2;
  const std::string assets = argv[1];
  Json presets = Json::parse(text_of(assets + "/presets.json"), nullptr, false);
  if (!presets.is_array()) return std::fputs("no presets.json there\n", stderr), 2;
  if (argc > 3) std::erase_if(presets.get_ref<Json::array_t&>(), [&](const Json& p) { return p["id"] != argv[3]; });
  auto source = read_fashion_mnist(argv[2]);
  if (!source) return std::fputs((source.error().sentence(Language::en) + "\n").c_str(), stderr), 2;
  const std::shared_ptr<const Source> shared = std::make_shared<Source>(std::move(*source));

  std::vector<Outcome> outcomes(presets.size());
  for (std::size_t i = 0; i < presets.size(); ++i) outcomes[i].claims.resize(presets[i]["claims"].size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t)
    threads.emplace_back([&] {
      for (std::size_t job; (job = next++) < presets.size() * kSeeds;)
        measure(presets[job / kSeeds], assets, shared, 1 + job % kSeeds, mutex, outcomes[job / kSeeds]);
    });
  for (std::thread& thread : threads) thread.join();

  std::size_t failed = 0;
  for (std::size_t i = 0; i < presets.size(); ++i) {
    if (presets[i]["claims"].empty()) outcomes[i].good = false, outcomes[i].trouble = "claims nothing";
    failed += !outcomes[i].good;
    std::printf("%s %zu - preset %s%s\n", outcomes[i].good ? "ok" : "not ok", i + 1, presets[i]["id"].get<std::string>().c_str(),
                outcomes[i].trouble.empty() ? "" : (": " + outcomes[i].trouble).c_str());
    for (std::size_t c = 0; c < outcomes[i].claims.size(); ++c)
      std::printf("#   %s: %.4g to %.4g\n", presets[i]["claims"][c].dump().c_str(), outcomes[i].claims[c].low, outcomes[i].claims[c].high);
    for (std::size_t lane = 0; argc > 3 && lane < outcomes[i].lanes.size(); ++lane) {
      std::printf("#   lane %zu:", lane);
      for (std::size_t k = 0; k < std::size(kTable); ++k)
        std::printf(" %s %.4g to %.4g", kTable[k], outcomes[i].lanes[lane][k].low, outcomes[i].lanes[lane][k].high);
      std::printf("\n");
    }
  }
  std::printf("# pass %zu\n# fail %zu\n", presets.size() - failed, failed);
  return failed ? 1 : 0;
}
