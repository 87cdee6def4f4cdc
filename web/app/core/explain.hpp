// What happened, in plain words: rules over a race's results, each true whenever it speaks, with the setting that mends it.
#pragma once
#include "app/core/diagnosis.hpp"
#include "app/core/standing.hpp"

namespace downhill {

struct Explanation {
  std::string rule;  ///< "diverged", "overfitting", …
  std::string text;  ///< a sentence or two in the reader's language
  std::string field; ///< id of the setting that mends it; may be empty
  std::string show;  ///< what shows it, as `show` takes it: "axis=steps", "metric=update_ratio", "view=sweep", "view=diagnosis,lane=2"; may be empty
};

/// What there is to say, most important first: who is in front by what is plotted, then why. `acceptable`: the error by which the view
/// Diagnosis judges.
std::vector<Explanation> explain(const Race& race, Language language, Metric plotted, double acceptable);

/// The sentence of a finding, in its numbers.
std::string finding_text(const Diagnosis& d);

/// What two ended runs on the same points say of dropout: the string's key, or empty where there is no more to say than their numbers.
inline std::string_view boundary_verdict(const Evaluation& without, const Evaluation& with) {
  if (with.test_accuracy < without.test_accuracy) return "drop.boundary_worse";
  if (with.test_accuracy > without.test_accuracy && with.train_accuracy < without.train_accuracy) return "drop.boundary_better";
  return {};
}

/// The lanes' names wherever they are shown or written: printable, and told apart where they are equal.
std::vector<std::string> lane_names(const Experiment& experiment, Language language);
std::string lane_name(const Experiment& experiment, std::size_t lane, Language language);

} // namespace downhill
