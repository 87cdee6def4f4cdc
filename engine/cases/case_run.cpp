#include "cases/case_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace downhill {

namespace {

constexpr std::int64_t kMeasuredAtOnce = 500; // pictures in one piece of work

// Where a loss is no number, nothing is right or wrong.
double beside(double loss, double metric) { return std::isfinite(loss) ? metric : std::numeric_limits<double>::quiet_NaN(); }

} // namespace

CaseRun::CaseRun(CaseSettings settings, CaseData data)
    : settings_(std::move(settings)), data_(std::move(data)), trainer_(lane_of_case(settings_), data_.learned) {}

bool CaseRun::advance() {
  if (measuring_)
    measure_more();
  else if (trainer_.advance() == Trainer::Piece::evaluation) {
    const Evaluation& e = trainer_.last_evaluation();
    const CaseStand stand{trainer_.step() / trainer_.steps_per_epoch(), e.train_loss, beside(e.train_loss, e.train_accuracy), e.test_loss,
                          beside(e.test_loss, e.test_accuracy)};
    if (settings_.kind == CaseKind::scores)
      measuring_ = Measuring{stand};
    else
      stands_.push_back(stand);
  }
  return !ended();
}

void CaseRun::measure_more() {
  Measuring& m = *measuring_;
  const std::int64_t train = std::min(kEvaluateTrainMost, data_.size(CasePart::train)), validation = data_.size(CasePart::validation);
  const bool of_train = m.done < train;
  const CasePart part = of_train ? CasePart::train : CasePart::validation;
  const std::int64_t from = of_train ? m.done : m.done - train, count = std::min(kMeasuredAtOnce, (of_train ? train : validation) - from);
  for (const Prediction& p : say(part, from, count)) (of_train ? m.train : m.validation) += points_off(p, part);
  m.done += count;
  if (m.done < train + validation) return;
  m.stand.train_metric = beside(m.stand.train_loss, m.train / static_cast<double>(train));
  m.stand.validation_metric = beside(m.stand.validation_loss, m.validation / static_cast<double>(validation));
  stands_.push_back(m.stand);
  measuring_.reset();
}

std::vector<Prediction> CaseRun::say(CasePart part, std::int64_t from, std::int64_t count) const {
  std::vector<std::uint32_t> which(static_cast<std::size_t>(count));
  std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(from));
  return predict(trainer_, data_.subset(part), part == CasePart::train, which);
}

std::vector<Prediction> CaseRun::say(CasePart part, std::int64_t most) const { return say(part, 0, std::min(most, data_.size(part))); }

double CaseRun::points_off(const Prediction& said, CasePart part) const {
  return std::fabs(static_cast<double>(said.output[0]) - static_cast<double>(data_.answers(part).targets[said.place]));
}

CaseMeasure CaseRun::measure(CasePart part, std::span<const Prediction> said) const {
  CaseMeasure sum;
  for (const Prediction& p : said) {
    sum.loss += p.loss;
    sum.metric += settings_.kind == CaseKind::scores ? points_off(p, part) : static_cast<double>(p.predicted == p.label);
  }
  const auto count = static_cast<double>(data_.size(part));
  return {sum.loss / count, beside(sum.loss, sum.metric / count)};
}

std::vector<double> CaseRun::yes(CasePart part) const {
  assert(settings_.kind == CaseKind::yes_no);
  std::vector<double> out;
  for (const Prediction& p : say(part)) out.push_back(p.probabilities[1]);
  return out;
}

std::vector<float> CaseRun::weights(std::int64_t unit) const {
  const std::vector<float> layer = trainer_.network().torch_parameters(0); // O×784 (or as many as an example has numbers), then the biases
  const auto features = static_cast<std::ptrdiff_t>(settings_.features());
  const auto begin = layer.begin() + static_cast<std::ptrdiff_t>(unit) * features;
  return {begin, begin + features};
}

std::vector<Surprise> surprises(const CaseRun& run, CasePart part, std::size_t most) { return surprises(run, part, run.say(part), most); }

std::vector<Surprise> surprises(const CaseRun& run, CasePart part, std::span<const Prediction> said, std::size_t most) {
  assert(run.settings().kind == CaseKind::scores);
  const Part& answers = run.data().answers(part);
  std::vector<Surprise> all;
  for (const Prediction& p : said) all.push_back({p.place, static_cast<double>(answers.targets[p.place]), static_cast<double>(p.output[0])});
  const auto apart = [](const Surprise& one) {
    const double off = std::fabs(one.said - one.given);
    return off == off ? off : std::numeric_limits<double>::infinity(); // of a run that has diverged
  };
  std::stable_sort(all.begin(), all.end(), [&](const Surprise& a, const Surprise& b) { return apart(a) > apart(b); });
  if (all.size() > most) all.resize(most);
  return all;
}

} // namespace downhill
