#include "cases/cases_csv.hpp"

#include "cases/stations.hpp"
#include "core/nine_digits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

// Empty where there is none.
std::string cell(double value) { return value != value ? "" : nine_digits(value); }
std::string row(const std::string& head, std::initializer_list<double> cells) {
  std::string out = head;
  for (const double value : cells) out += "," + cell(value);
  return out + "\n";
}

} // namespace

std::string cases_csv(const CaseRun& run) {
  const CaseSettings& s = run.settings();
  const std::string metric(s.metric());
  std::string out = "epoch,train_loss,train_" + metric + ",validation_loss,validation_" + metric + "\n";
  for (const CaseStand& at : run.stands())
    if (std::isfinite(at.train_loss) && std::isfinite(at.validation_loss))
      out += row(std::to_string(at.epoch), {at.train_loss, at.train_metric, at.validation_loss, at.validation_metric});
  if (run.diverged()) return out + "diverged\n";
  const CaseMeasure test = run.measure(CasePart::test);
  out += "part,loss," + metric + "\n" + row("test", {test.loss, test.metric});
  if (s.kind == CaseKind::yes_no) {
    out += "threshold,part,accuracy,precision,recall\n";
    for (const CasePart part : {CasePart::validation, CasePart::test}) {
      const YesNoCounts counts = counts_at(run.yes(part), run.data().answers(part).labels, s.threshold);
      out += row(cell(s.threshold) + "," + std::string(kCaseParts[static_cast<std::size_t>(part)]), {counts.accuracy(), counts.precision(), counts.recall()});
    }
  }
  const CaseAnswer answer = answer_of(run, s.picture);
  out += s.own ? "example" : "picture";
  if (s.kind == CaseKind::scores) return out + ",truth,said\n" + row(std::to_string(s.picture), {answer.truth, answer.said});
  const auto said = std::find_if(s.classes.begin(), s.classes.end(), [&](int label) { return static_cast<double>(label) == answer.said; });
  const double probability =
      said == s.classes.end() ? std::numeric_limits<double>::quiet_NaN() : answer.probabilities[static_cast<std::size_t>(said - s.classes.begin())];
  return out + ",truth,said,probability\n" + row(std::to_string(s.picture), {answer.truth, answer.said, probability});
}

} // namespace downhill
