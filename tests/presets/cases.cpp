// The lab Cases, as claims measure it: its one lane is the document itself, with five seeds of its pictures, weights and batches, its own
// first. Where pictures are rated, the ratings have to follow one of the scores that can be measured (in whole points); the other four times
// as many pictures of another draw are rated by that rule. `at` is an epoch: of train_loss, train_metric, validation_loss and
// validation_metric. Of the end: test_loss, test_metric, the same of whoever knows nothing (baseline), validation_baseline, parameters; of
// yes or no accuracy, precision and recall of the test pictures at the document's threshold; of scores of_baseline (test_metric over
// baseline), and `correlation` of what is said with the `rule`, over 1,000 pictures of the official test part, or those of them that are `of`
// some classes; `goes_along` is the same over the test pictures themselves, as the page shows it, and `ahead` by
// how much that is larger than with any other score; mean_weight of the `unit` (0, where it is not told) over `rows` and `columns`,
// from the first to before the last; likeness: of the changes of outputs 0 and 1's weights, their correlation; confused: the share
// of the mistakes that are made among the classes `of`.
#include "measured.hpp"

#include "cases/case_run.hpp"
#include "cases/stations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kFreshPictures = 1000;

double rounded(double score) { return std::floor(score + 0.5); }

struct Pairs {
  std::vector<double> a, b;
  double correlation() const {
    const auto n = static_cast<double>(a.size());
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) ma += a[i] / n, mb += b[i] / n;
    for (std::size_t i = 0; i < a.size(); ++i) ab += (a[i] - ma) * (b[i] - mb), aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb);
    return ab / std::sqrt(aa * bb);
  }
};

class MeasuredCase final : public MeasuredLane {
public:
  MeasuredCase(const CaseSettings& settings, CaseData data, std::shared_ptr<const Source> source)
      : source_(std::move(source)), run_(settings, std::move(data)) {
    if (run_.settings().outputs() > 1) first_[0] = run_.weights(0), first_[1] = run_.weights(1);
    while (run_.advance()) {
    }
  }

  double value(const Json& claim, std::optional<double> at) const override {
    const std::string name = claim["value"].get<std::string>();
    const CaseSettings& s = run_.settings();
    const auto& stands = run_.stands();
    const CaseStand& stand = at ? stands.at(std::min(stands.size() - 1, static_cast<std::size_t>(*at))) : stands.back();
    if (name == "train_loss") return stand.train_loss;
    if (name == "train_metric") return stand.train_metric;
    if (name == "validation_loss") return stand.validation_loss;
    if (name == "validation_metric") return stand.validation_metric;
    if (name == "test_loss") return run_.measure(CasePart::test).loss;
    if (name == "test_metric") return run_.measure(CasePart::test).metric;
    if (name == "baseline") return case_baseline(run_.data(), CasePart::test);
    if (name == "validation_baseline") return case_baseline(run_.data(), CasePart::validation);
    if (name == "parameters") return static_cast<double>(parameters_of_model(s));
    if (name == "mean_weight") return mean_weight(claim);
    if (name == "likeness") return likeness();
    if (name == "confused") return confused(claim["of"].get<std::vector<int>>());
    if (name == "correlation") return correlation(claim["rule"].get<std::string>(), claim.value("of", s.classes));
    if (name == "goes_along") return goes_along(entry_of(scores(), claim["rule"].get<std::string>()));
    if (name == "ahead") return ahead(claim["rule"].get<std::string>());
    if (name == "of_baseline") return run_.measure(CasePart::test).metric / case_baseline(run_.data(), CasePart::test);
    return s.kind == CaseKind::yes_no ? of_threshold(name) : kNone;
  }
  std::uint64_t hash() const override { return run_.trainer().hash(); }

private:
  double of_threshold(const std::string& name) const {
    const YesNoCounts counts = counts_at(run_.yes(CasePart::test), run_.data().answers(CasePart::test).labels, run_.settings().threshold);
    if (name == "accuracy") return counts.accuracy();
    if (name == "precision") return counts.precision();
    if (name == "recall") return counts.recall();
    return kNone;
  }
  double mean_weight(const Json& claim) const {
    const auto weights = run_.weights(claim.value("unit", 0));
    const auto range = [&](const char* key) {
      return claim.contains(key) ? claim[key].get<std::pair<std::size_t, std::size_t>>() : std::pair<std::size_t, std::size_t>{0, kCaseSide};
    };
    const auto rows = range("rows"), columns = range("columns");
    double sum = 0;
    for (std::size_t row = rows.first; row < rows.second; ++row)
      for (std::size_t column = columns.first; column < columns.second; ++column) sum += static_cast<double>(weights[row * kCaseSide + column]);
    return sum / static_cast<double>((rows.second - rows.first) * (columns.second - columns.first));
  }
  double likeness() const {
    if (first_[0].empty()) return kNone;
    Pairs pairs;
    const std::vector<float> now[] = {run_.weights(0), run_.weights(1)};
    for (std::size_t p = 0; p < kCasePixels; ++p) {
      pairs.a.push_back(static_cast<double>(now[0][p] - first_[0][p]));
      pairs.b.push_back(static_cast<double>(now[1][p] - first_[1][p]));
    }
    return pairs.correlation();
  }
  double confused(const std::vector<int>& of) const {
    const auto& classes = run_.settings().classes;
    const auto among = [&](int place) { return std::find(of.begin(), of.end(), classes[static_cast<std::size_t>(place)]) != of.end(); };
    double within = 0, all = 0;
    for (const Prediction& p : run_.say(CasePart::test)) {
      if (p.predicted == p.label) continue;
      all += 1, within += static_cast<double>(among(p.label) && among(p.predicted));
    }
    return within / all;
  }
  // Of test pictures that nobody has rated, of some of the classes.
  double correlation(const std::string& rule, const std::vector<int>& of) const {
    CaseSettings fresh = run_.settings();
    fresh.score = rule, fresh.raters.clear();
    fresh.counts[static_cast<std::size_t>(CasePart::test)] = kFreshPictures;
    const auto data = case_data(source_, fresh);
    if (!data) return kNone;
    std::vector<std::uint32_t> which(kFreshPictures);
    for (std::size_t i = 0; i < which.size(); ++i) which[i] = static_cast<std::uint32_t>(i);
    Pairs pairs;
    for (const Prediction& p : predict(run_.trainer(), data->subset(CasePart::test), false, which)) {
      if (std::find(of.begin(), of.end(), data->examples[static_cast<std::size_t>(CasePart::test)][p.place].kind) == of.end()) continue;
      pairs.a.push_back(static_cast<double>(p.output[0]));
      pairs.b.push_back(static_cast<double>(data->answers(CasePart::test).targets[p.place]));
    }
    return pairs.correlation();
  }

  double goes_along(const ScoreEntry& rule) const {
    Pairs pairs;
    for (const Prediction& p : run_.say(CasePart::test)) {
      pairs.a.push_back(static_cast<double>(p.output[0]));
      pairs.b.push_back(rule.of(run_.data().picture(CasePart::test, p.place)));
    }
    return pairs.correlation();
  }

  double ahead(const std::string& rule) const {
    double most = -1;
    for (const ScoreEntry& each : scores())
      if (each.id != rule) most = std::max(most, goes_along(each));
    return goes_along(entry_of(scores(), rule)) - most;
  }

  std::shared_ptr<const Source> source_;
  CaseRun run_;
  std::vector<float> first_[2]; // weights of the first two outputs at the start
};

// Scores of the first pictures of a draw, in whole points.
Result<std::vector<double>> scores_by(const ScoreEntry& rule, const CaseSettings& rated, std::size_t count, const std::shared_ptr<const Source>& source) {
  CaseSettings asked = rated;
  asked.score = std::string(rule.id), asked.raters.clear();
  asked.counts[0] = static_cast<std::int64_t>(count), asked.counts[1] = asked.counts[2] = 1;
  const auto data = case_data(source, asked);
  if (!data) return data.error();
  std::vector<double> out;
  for (const float score : data->answers(CasePart::train).targets) out.push_back(rounded(static_cast<double>(score)));
  return out;
}

// The pictures of another draw, rated by the same rule.
std::optional<UserError> rate_anew(CaseSettings& s, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  for (Rater& rater : s.raters) {
    std::uint32_t most = 0;
    for (const Rating& rating : rater.ratings) most = std::max(most, rating.place);
    bool found = false;
    for (const ScoreEntry& rule : scores()) {
      const auto told = scores_by(rule, s, std::size_t{most} + 1, source);
      if (!told) return told.error();
      if (!std::all_of(rater.ratings.begin(), rater.ratings.end(), [&](const Rating& r) { return (*told)[r.place] == r.score; })) continue;
      found = true;
      CaseSettings other = s;
      other.data_seed += sample;
      const auto anew = scores_by(rule, other, std::size_t{most} + 1, source);
      if (!anew) return anew.error();
      for (Rating& rating : rater.ratings) rating.score = (*anew)[rating.place];
      break;
    }
    if (!found) return UserError{"invalid_json", "/raters", {"no rule"}};
    rater.seed += sample;
  }
  return {};
}

Result<std::unique_ptr<MeasuredLane>> measured_case(const Json& json, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  auto document = cases_document_from_json(json);
  if (!document) return document.error();
  CaseSettings& s = document->settings;
  if (s.rated())
    if (const auto error = rate_anew(s, sample, source)) return *error;
  s.seed += sample, s.data_seed += sample;
  auto data = case_data(source, s);
  if (!data) return data.error();
  return std::unique_ptr<MeasuredLane>(std::make_unique<MeasuredCase>(s, std::move(*data), source));
}

} // namespace

Result<Course> measured_cases(const Json& json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  Course course;
  auto own = measured_case(json, sample, source);
  if (!own) return own.error();
  course.lanes.push_back(std::move(*own));
  for (ChangedLane& each : changed_lanes(claims)) {
    Json changed = json;
    merge_patch(changed, Json::parse(each.second));
    auto other = measured_case(changed, sample, source);
    if (!other) return other.error();
    course.changed.emplace(std::move(each), std::move(*other));
  }
  return course;
}

} // namespace downhill
