#include "app/core/case_said.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace downhill {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kAtOnce = 32; // pictures between two looks at the clock
constexpr CasePart kWorked[] = {CasePart::validation, CasePart::test};

double as_double(float value) { return static_cast<double>(value); }

} // namespace

ThresholdCurves threshold_curves(std::span<const ThresholdCounts> counts) {
  ThresholdCurves out;
  const auto add = [&](double threshold, const YesNoCounts& c) {
    out.thresholds.push_back(threshold);
    out.accuracy.push_back(c.accuracy()), out.precision.push_back(c.precision()), out.recall.push_back(c.recall());
  };
  double from = 0;
  for (const ThresholdCounts& at : counts) {
    add(from, at.counts); // all thresholds above the probability before say the same
    add(at.threshold, at.counts);
    from = at.threshold;
  }
  if (counts.empty() || from >= 1) return out;
  YesNoCounts none = counts.back().counts; // above all that occur nothing is yes
  none.false_no += none.true_yes, none.true_no += none.false_yes;
  none.true_yes = none.false_yes = 0;
  add(from, none), add(1, none);
  return out;
}

double best_threshold_of(std::span<const double> yes, std::span<const std::uint8_t> labels) {
  constexpr int kParts = 100;
  int best = kParts / 2;
  double most = -1;
  for (int off = 0; off <= kParts / 2; ++off)
    for (const int part : {kParts / 2 - off, kParts / 2 + off}) {
      const double accuracy = counts_at(yes, labels, static_cast<double>(part) / kParts).accuracy();
      if (accuracy > most) most = accuracy, best = part;
    }
  return static_cast<double>(best) / kParts;
}

double correlation_of(std::span<const double> a, std::span<const double> b) {
  const auto count = static_cast<double>(a.size());
  if (a.size() < 2) return kNone;
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count, mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = a[i] - mean_a, db = b[i] - mean_b;
    ab += da * db, aa += da * da, bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : kNone;
}

void CaseSaid::forget() {
  const std::uint64_t version = version_;
  *this = CaseSaid();
  version_ = version + 1;
}

bool CaseSaid::work(const CaseRun& run, const std::function<bool()>& enough) {
  const std::uint64_t weights = run.trainer().hash();
  if (data_ != run.data().held || weights_ != weights) {
    forget();
    data_ = run.data().held, weights_ = weights;
  }
  if (complete_) return false;
  do {
    const bool test = parts_[0].size() == static_cast<std::size_t>(run.data().size(CasePart::validation));
    const CasePart part = kWorked[test ? 1 : 0];
    std::vector<Prediction>& known = parts_[test ? 1 : 0];
    const std::size_t more = std::min(kAtOnce, static_cast<std::size_t>(run.data().size(part)) - known.size());
    std::vector<std::uint32_t> which(more);
    std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(known.size()));
    for (Prediction& each : predict(run.trainer(), run.data().subset(part), false, which)) known.push_back(std::move(each));
    if (test && known.size() == static_cast<std::size_t>(run.data().size(part))) {
      conclude(run);
      return false;
    }
  } while (!enough());
  ++version_;
  return true;
}

void CaseSaid::conclude(const CaseRun& run) {
  complete_ = true;
  ++version_;
  test_ = run.measure(CasePart::test, parts_[1]);
  baseline_ = case_baseline(run.data(), CasePart::test);
  run.settings().kind == CaseKind::scores ? conclude_scores(run) : conclude_classes();
  if (run.settings().kind != CaseKind::yes_no) return;
  for (const std::size_t which : {0U, 1U}) {
    for (const Prediction& p : parts_[which]) yes_[which].push_back(p.probabilities[1]);
    labels_[which] = run.data().answers(kWorked[which]).labels;
    curves_[which] = threshold_curves(counts_at_all(yes_[which], labels_[which]));
  }
  best_ = best_threshold_of(yes_[0], labels_[0]);
}

YesNoCounts CaseSaid::counts(CasePart part, double threshold) const { return counts_at(yes(part), labels_[part == CasePart::test ? 1 : 0], threshold); }

void CaseSaid::conclude_scores(const CaseRun& run) {
  surprises_ = surprises(run, CasePart::test, parts_[1], kMost);
  std::vector<double> said, given;
  const Part& answers = run.data().answers(CasePart::test);
  for (const Prediction& p : parts_[1]) said.push_back(as_double(p.output[0])), given.push_back(as_double(answers.targets[p.place]));
  if (run.settings().own) return; // the rules are Fashion-MNIST's pictures', light on dark
  for (const ScoreEntry& rule : scores()) {
    std::vector<double> measured;
    for (std::size_t i = 0; i < said.size(); ++i) measured.push_back(rule.of(run.data().picture(CasePart::test, i)));
    along_.push_back({rule.id, correlation_of(said, measured), correlation_of(given, measured)});
  }
}

void CaseSaid::conclude_classes() {
  std::map<std::pair<int, int>, std::int64_t> between;
  for (const Prediction& p : parts_[1])
    if (p.predicted != p.label) ++between[std::minmax(p.label, p.predicted)];
  for (const auto& [pair, count] : between)
    if (count > mixed_up_.count) mixed_up_ = {pair.first, pair.second, count};
  for (const Prediction& p : most_wrong(parts_[1], kMost)) mistakes_.push_back(p.place);
}

SaidOfPicture said_of(const CaseRun& run, std::span<const std::uint8_t> picture) {
  Matrix x(1, static_cast<Index>(kCasePixels));
  for (std::size_t p = 0; p < kCasePixels; ++p) x(0, static_cast<Index>(p)) = static_cast<float>(picture[p]) / 255.0F;
  const Matrix z = outputs_for_values(run.trainer(), x);
  SaidOfPicture out;
  out.output.assign(z.data(), z.data() + z.size());
  const CaseSettings& s = run.settings();
  if (s.kind == CaseKind::scores) return out;
  out.probabilities = predict_pixels(run.trainer(), picture);
  if (!std::all_of(out.output.begin(), out.output.end(), [](float each) { return std::isfinite(each); })) return out;
  out.said = s.kind == CaseKind::yes_no ? static_cast<int>(out.probabilities[1] >= s.threshold)
                                        : static_cast<int>(std::max_element(out.output.begin(), out.output.end()) - out.output.begin());
  return out;
}

CaseStep case_step(const CaseRun& run) {
  const Trainer& trainer = run.trainer();
  const std::int64_t iterations = run.settings().iterations();
  CaseStep out;
  const bool ended = trainer.step() >= trainer.steps() || run.ended();
  const std::int64_t step = ended ? std::max<std::int64_t>(0, trainer.step() - 1) : trainer.step();
  out.epoch = step / iterations, out.iteration = step % iterations;
  out.batch = trainer.batch_of(step);
  if (ended || !trainer.between_steps() || 3 * trainer.network().flops_per_row() * static_cast<double>(out.batch.size()) > kStepFlopsMost) return out;
  NextStep next = next_step(trainer, false);
  out.loss = next.batch_loss;
  out.layers = std::move(next.layers);
  return out;
}

} // namespace downhill
