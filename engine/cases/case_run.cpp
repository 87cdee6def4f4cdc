#include "cases/case_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace downhill {

CaseRun::CaseRun(CaseSettings settings, CaseData data)
    : settings_(std::move(settings)), data_(std::move(data)), trainer_(lane_of_case(settings_), data_.learned) {}

bool CaseRun::advance() {
  if (trainer_.advance() == Trainer::Piece::evaluation) {
    const Evaluation& e = trainer_.last_evaluation();
    CaseStand stand{trainer_.step() / trainer_.steps_per_epoch(), e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy};
    if (settings_.kind == CaseKind::scores) {
      stand.train_metric = measured(say(CasePart::train, kEvaluateTrainMost), CasePart::train).metric;
      stand.validation_metric = measure(CasePart::validation).metric;
    }
    stands_.push_back(stand);
  }
  return !ended();
}

std::vector<Prediction> CaseRun::say(CasePart part, std::int64_t most) const {
  std::vector<std::uint32_t> which(static_cast<std::size_t>(std::min(most, data_.size(part))));
  std::iota(which.begin(), which.end(), 0U);
  return predict(trainer_, data_.subset(part), part == CasePart::train, which);
}

CaseMeasure CaseRun::measured(const std::vector<Prediction>& said, CasePart part) const {
  const Part& answers = data_.answers(part);
  CaseMeasure sum;
  for (const Prediction& p : said) {
    sum.loss += p.loss;
    sum.metric += settings_.kind == CaseKind::scores ? std::fabs(static_cast<double>(p.output[0]) - static_cast<double>(answers.targets[p.place]))
                                                     : static_cast<double>(p.predicted == p.label);
  }
  const auto count = static_cast<double>(said.size());
  return {sum.loss / count, sum.metric / count};
}

CaseMeasure CaseRun::measure(CasePart part) const { return measured(say(part), part); }

std::vector<double> CaseRun::yes(CasePart part) const {
  assert(settings_.kind == CaseKind::yes_no);
  std::vector<double> out;
  for (const Prediction& p : say(part)) out.push_back(p.probabilities[1]);
  return out;
}

std::vector<float> CaseRun::weights(std::int64_t unit) const {
  const std::vector<float> layer = trainer_.network().torch_parameters(0); // O×784, then the biases
  const auto begin = layer.begin() + unit * static_cast<std::int64_t>(kCasePixels);
  return {begin, begin + static_cast<std::ptrdiff_t>(kCasePixels)};
}

std::vector<Surprise> surprises(const CaseRun& run, CasePart part, std::size_t most) {
  assert(run.settings().kind == CaseKind::scores);
  const Part& answers = run.data().answers(part);
  std::vector<Surprise> all;
  for (const Prediction& p : run.say(part)) all.push_back({p.place, static_cast<double>(answers.targets[p.place]), static_cast<double>(p.output[0])});
  const auto apart = [](const Surprise& one) {
    const double off = std::fabs(one.said - one.given);
    return off == off ? off : std::numeric_limits<double>::infinity(); // of a run that has diverged
  };
  std::stable_sort(all.begin(), all.end(), [&](const Surprise& a, const Surprise& b) { return apart(a) > apart(b); });
  if (all.size() > most) all.resize(most);
  return all;
}

} // namespace downhill
