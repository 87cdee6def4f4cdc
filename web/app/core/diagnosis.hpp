// What a lane's training and test error say together, and what can be done about it: findings and remedies are tables. A remedy
// changes one setting and nothing else, so that what comes of it can be laid at its door. Numbers only; the view has the words.
#pragma once
#include "app/core/race.hpp"

#include <span>
#include <string_view>

namespace downhill {

/// What there is to say, the first that holds. Bias is judged against what is acceptable, never against zero: how low the error
/// can be at all nobody knows.
enum class Finding {
  untrained,     ///< not measured since the first step
  diverged,      ///< or given up
  no_classes,    ///< regression has no share of wrong answers
  guessing,      ///< both errors are no better than chance's
  inverted,      ///< training error above test error, by more than luck
  both,          ///< the next two at once
  high_bias,     ///< training error above what is acceptable
  high_variance, ///< test error above training error by more than half of that, and by more than luck
  unclear,       ///< so large a gap, but on so few examples that it may be luck
  good,
  count
};
inline constexpr std::string_view kFindingIds[] = {"untrained", "diverged",  "no_classes",    "guessing", "inverted",
                                                   "both",      "high_bias", "high_variance", "unclear",  "good"};
static_assert(std::size(kFindingIds) == static_cast<std::size_t>(Finding::count));

/// What is measured of a lane at a step; errors are shares of wrong answers, 0 to 1, NaN for regression.
struct Errors {
  double train = 0, test = 0, test_loss = 0, epoch = 0;
  double gap() const { return test - train; }
};
Errors errors_of(const Evaluation& e);

/// The measures of Errors that a remedy can claim to lower, and `luck`, the spread of the gap.
enum class Measure { train, test, gap, test_loss, luck };
inline constexpr std::string_view kMeasureIds[] = {"train", "test", "gap", "test_loss", "luck"};
double measure_of(const Errors& errors, Measure measure); ///< NaN for `luck`, which hangs on how many were asked

inline constexpr double kAcceptable = 0.1, kAcceptableLeast = 0.001, kAcceptableMost = 0.9;

struct Diagnosis {
  Finding finding = Finding::untrained;
  Errors errors;                           ///< where it stands; only where it was measured
  double acceptable = kAcceptable;         ///< the error that is well enough
  double chance = 0;                       ///< the error of guessing
  double luck = 0;                         ///< twice the spread of the gap that the counts of examples alone make
  double label_noise = 0;                  ///< share of training labels that are wrong; training error is counted against them
  std::int64_t train_asked = 0, tests = 0; ///< examples that the errors are counted over
  bool dropout = false;                    ///< the lane trains with it; neither error is measured with it
  bool ended = false;                      ///< else it is on its way, and the finding may change
  bool stopped = false;                    ///< a stop rule ended it before its last step

  bool measured() const { return finding >= Finding::guessing; }
  double gap_most() const { return acceptable / 2; }
};

/// Where nothing else stands in the way: by the errors and what they are judged by.
Finding finding_of(const Diagnosis& d);
Diagnosis diagnose(const Race& race, std::size_t lane, double acceptable = kAcceptable);

/// One setting, from one value to another.
struct Change {
  std::string pointer; ///< into a lane with every field; it may lead into a list
  Json before, after;
  bool of_base() const { return pointer.starts_with("/data/"); } ///< lanes can't differ in it
};
/// The one setting in which two lanes differ; none where it is none or more than one. A choice of another name is one setting, and so are
/// the rates of dropout of several layers: then it is "/network/hidden", with nothing else in it changed.
std::optional<Change> only_change(const Json& before, const Json& after);

struct Remedy {
  std::string_view id;
  std::initializer_list<Finding> against;
  Measure lowers; ///< what it is said to lower
  /// What it changes in this lane; null where there is nothing left to change.
  std::optional<Change> (*change)(const Race& race, std::size_t lane);
};
std::span<const Remedy> remedies();

struct Offer {
  const Remedy* remedy;
  Change change;
};
/// Those that help against what was found, in the table's order. None before the lane has ended: time is the first remedy.
std::vector<Offer> offers(const Race& race, std::size_t lane, const Diagnosis& diagnosis);

/// A lane beside one that differs from it in one setting.
struct Comparison {
  Change change;
  Errors before, after;            ///< NaN of one that has no numbers
  std::optional<std::size_t> lane; ///< the other one; none: it is the same lane, measured before the data were changed for all
  bool measured = false;           ///< both have numbers
  bool ended = false;              ///< and those are of their ends
  bool failed = false;             ///< one of them diverged or was given up: it will have none
  /// Losses of other losses, or of one with another parameter, can't be held against each other.
  bool one_loss() const { return !change.pointer.starts_with("/loss"); }
};

/// What the view keeps: what is acceptable, and numbers of runs that ended when the data of all lanes were changed.
class DiagnosisModel {
public:
  double acceptable() const { return acceptable_; }
  /// What was typed, in percent. Error: out_of_range.
  std::optional<UserError> type(const std::string& text);
  /// A lane more, the same but for this change, with this label; or, where lanes can't differ in it, the change for all, which all
  /// begin anew. Then runs. Answers as Race::change_to.
  std::optional<UserError> apply(Race& race, std::size_t lane, const Change& change, const Json& label);
  /// The lane against each other one that differs in one setting, and against itself before the data were changed. None where
  /// nothing of them can be compared: a regression's of two losses.
  std::vector<Comparison> comparisons(const Race& race, std::size_t lane) const;

private:
  struct Past {
    Json complete;
    Errors errors;
  };
  double acceptable_ = kAcceptable;
  std::vector<Past> pasts_;
};

/// Whether a change of "/network/hidden" is one of rates of dropout alone.
bool is_dropout_of_layers(const Change& change);

/// lane, epoch, train_error, test_error, test_loss, acceptable, finding: a line a lane. Then, where lanes that differ in one setting are
/// both measured, a line a pair: the lane, the other one (empty: the same, before the data were changed), the setting, its values and the
/// errors before and after.
std::string diagnosis_csv(const Race& race, const std::vector<std::string>& names, const DiagnosisModel& model);

} // namespace downhill
