#include "app/core/diagnosis.hpp"

#include "app/core/field_info.hpp"
#include "app/core/number_text.hpp"
#include "app/core/standing.hpp"
#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {

using protocol::LaneStatus;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr Errors kNoErrors{kNone, kNone, kNone, kNone};
constexpr std::string_view kHiddenLayers = "/network/hidden";
constexpr std::int64_t kTrainAsked = 2000; // evaluations ask the first so many, see Evaluation

// At its last step no rule ends anything.
bool stopped_early(const LaneState& state) { return state.stop != Stop::none && state.step < state.steps; }
bool failed(const LaneState& state) { return state.problem || state.status == LaneStatus::diverged; }

double variance(double share, std::int64_t asked) { return asked > 0 ? share * (1 - share) / static_cast<double>(asked) : 0; }

} // namespace

Errors errors_of(const Evaluation& e) { return {1 - e.train_accuracy, 1 - e.test_accuracy, e.test_loss, e.epoch}; }

double measure_of(const Errors& errors, Measure measure) {
  switch (measure) {
  case Measure::train: return errors.train;
  case Measure::test: return errors.test;
  case Measure::gap: return errors.gap();
  case Measure::test_loss: return errors.test_loss;
  case Measure::luck: break;
  }
  return kNone;
}

Finding finding_of(const Diagnosis& d) {
  const Errors& e = d.errors;
  if (std::isnan(e.train) || std::isnan(e.test)) return Finding::no_classes;
  const auto guessed = [&](double error, std::int64_t asked) { return error >= d.chance - 2 * std::sqrt(variance(d.chance, asked)); };
  if (guessed(e.test, d.tests) && guessed(e.train, d.train_asked)) return Finding::guessing;
  if (-e.gap() > d.luck) return Finding::inverted;
  const bool wide = e.gap() > d.gap_most(), sure = e.gap() > d.luck;
  // of a lane that goes on to learn its training labels, the wrong ones are what is left to learn: no sign of bias
  const bool biased = e.train > d.acceptable + (wide ? d.label_noise : 0);
  if (biased) return wide && sure ? Finding::both : Finding::high_bias;
  if (!wide) return Finding::good;
  return sure ? Finding::high_variance : Finding::unclear;
}

Diagnosis diagnose(const Race& race, std::size_t lane, double acceptable) {
  const LaneState& state = race.lanes()[lane];
  const LaneSettings& settings = race.experiment().lanes[lane].settings;
  Diagnosis d;
  d.acceptable = acceptable;
  d.label_noise = settings.data.label_noise;
  d.train_asked = std::min(settings.data.train, kTrainAsked), d.tests = settings.data.test;
  d.dropout = std::any_of(settings.network.hidden.begin(), settings.network.hidden.end(), [](const HiddenLayer& layer) { return layer.dropout > 0; });
  d.ended = state.ended(), d.stopped = stopped_early(state);
  const Evaluation* e = state.evaluation();
  if (failed(state)) return d.finding = Finding::diverged, d;
  if (!e || e->step == 0) return d;
  d.errors = errors_of(*e);
  d.chance = 1 - 1 / std::max(1.0, static_cast<double>(race.experiment().complete["data"]["classes"].size()));
  d.luck = 2 * std::sqrt(variance(d.errors.train, d.train_asked) + variance(d.errors.test, d.tests));
  d.finding = finding_of(d);
  return d;
}

// ---- one setting ----

namespace {

// Every place where the two differ, at most two: more are of no interest.
void differing(const Json& before, const Json& after, const std::string& place, std::vector<Change>& out) {
  if (out.size() > 1 || before == after) return;
  const bool objects = before.is_object() && after.is_object(), lists = before.is_array() && after.is_array() && before.size() == after.size();
  const bool other_choice = objects && before.value("name", Json()) != after.value("name", Json());
  if (objects && !other_choice && before.size() == after.size()) {
    for (const auto& [key, value] : before.items())
      if (after.contains(key)) differing(value, after[key], place + "/" + key, out);
  } else if (lists && !before.empty() && before[0].is_object()) {
    for (std::size_t i = 0; i < before.size(); ++i) differing(before[i], after[i], place + "/" + std::to_string(i), out);
  } else {
    out.push_back({place, before, after});
  }
}

} // namespace

bool is_dropout_of_layers(const Change& change) {
  if (change.pointer != kHiddenLayers || change.before.size() != change.after.size()) return false;
  Json same = change.after;
  for (std::size_t i = 0; i < same.size(); ++i) same[i]["dropout"] = change.before[i]["dropout"];
  return same == change.before;
}

std::optional<Change> only_change(const Json& before, const Json& after) {
  std::vector<Change> all;
  differing(before, after, "", all);
  if (all.size() < 2) return all.empty() ? std::nullopt : std::optional(std::move(all[0]));
  const Json::json_pointer layers{std::string(kHiddenLayers)};
  Change change{std::string(kHiddenLayers), before[layers], after[layers]};
  Json rest = after;
  rest[layers] = change.before;
  return rest == before && is_dropout_of_layers(change) ? std::optional(std::move(change)) : std::nullopt;
}

// ---- remedies ----

namespace {

constexpr double kUnitsRich = 128, kStrongL2 = 0.01, kHalf_dropped = 0.5, kEpochsLong = 300;
constexpr std::int64_t kDataFactor = 10, kImagesPerClass = 1000, kPointsMost = 5000; // images of the medium pack

const LaneSettings& settings_of(const Race& race, std::size_t lane) { return race.experiment().lanes[lane].settings; }

std::optional<Change> changed(const Race& race, std::size_t lane, const std::string& pointer, Json after) {
  const Json& before = race.experiment().lanes[lane].complete[Json::json_pointer(pointer)];
  if (before == after) return {};
  return Change{pointer, before, std::move(after)};
}

std::string of_layer(std::size_t layer, const char* what) { return "/network/hidden/" + std::to_string(layer) + "/" + what; }
bool narrower(const HiddenLayer& a, const HiddenLayer& b) { return a.units < b.units; }

std::optional<Change> hidden_layer(const Race& race, std::size_t lane) {
  if (!settings_of(race, lane).network.hidden.empty()) return {};
  // in full, as lanes have it: so that one that runs it already is known by it
  const Json activation{{"name", activation_field().standard}};
  return changed(race, lane, "/network/hidden", Json::array({Json{{"units", kUnitsRich}, {"activation", activation}, {"dropout", 0}}}));
}

std::optional<Change> more_units(const Race& race, std::size_t lane) {
  const auto& hidden = settings_of(race, lane).network.hidden;
  const auto narrowest = std::min_element(hidden.begin(), hidden.end(), narrower);
  if (narrowest == hidden.end()) return {};
  const auto units = static_cast<double>(narrowest->units), more = std::min(kUnitsMost, std::max(kUnitsRich, 4 * units));
  if (more < 2 * units) return {};
  return changed(race, lane, of_layer(static_cast<std::size_t>(narrowest - hidden.begin()), "units"), static_cast<std::int64_t>(more));
}

std::optional<Change> fewer_units(const Race& race, std::size_t lane) {
  const auto& hidden = settings_of(race, lane).network.hidden;
  const auto widest = std::max_element(hidden.begin(), hidden.end(), narrower);
  if (widest == hidden.end() || widest->units < 16) return {};
  return changed(race, lane, of_layer(static_cast<std::size_t>(widest - hidden.begin()), "units"), widest->units / 8);
}

// A lane that a rule has stopped would not run them.
std::optional<Change> more_epochs(const Race& race, std::size_t lane) {
  if (stopped_early(race.lanes()[lane])) return {};
  const std::int64_t epochs = settings_of(race, lane).epochs;
  return static_cast<double>(epochs) < kEpochsLong ? changed(race, lane, "/epochs", 3 * epochs) : std::nullopt;
}

// The whole epoch after which the test loss was least, where it has clearly risen since.
std::optional<Change> early_stop(const Race& race, std::size_t lane) {
  const LaneSettings& settings = settings_of(race, lane);
  if (settings.schedule.name != "constant") return {}; // of fewer epochs the rates would be others, too
  std::vector<double> losses, epochs;
  for (const Evaluation& e : race.lanes()[lane].evaluations)
    if (e.step > 0 && std::fabs(e.epoch - std::round(e.epoch)) < 1e-9) losses.push_back(e.test_loss), epochs.push_back(std::round(e.epoch));
  const auto least = turned_at(losses);
  return least ? changed(race, lane, "/epochs", static_cast<std::int64_t>(epochs[*least])) : std::nullopt;
}

// Where the training loss has come down by less than a fifth, and was never thrown up. One that goes on falling from further down
// may have a good rate already; one that has risen, by more than rounding, needs no larger steps.
std::optional<Change> larger_rate(const Race& race, std::size_t lane) {
  const LaneState& state = race.lanes()[lane];
  if (state.evaluations.empty() || thrown_up(state)) return {};
  const double left = state.evaluations.back().train_loss / state.evaluations.front().train_loss;
  if (!(left > 0.8 && left < 1.001)) return {};
  return changed(race, lane, "/optimizer/lr", rounded_to(settings_of(race, lane).optimizer.values[0] * (left > kHardlyMoved ? 10 : 3), 3));
}

std::optional<Change> smaller_rate(const Race& race, std::size_t lane) {
  const LaneState& state = race.lanes()[lane];
  if (state.status != LaneStatus::diverged && !thrown_up(state)) return {};
  return changed(race, lane, "/optimizer/lr", rounded_to(settings_of(race, lane).optimizer.values[0] / 10, 3));
}

std::optional<Change> usual_init(const Race& race, std::size_t lane) {
  const FieldInfo init = field_info(race, {lane, "/network/init"});
  const bool other = init.value["name"] != init.standard["name"];
  return other ? changed(race, lane, "/network/init", init.standard) : std::nullopt;
}

std::optional<Change> no_l1(const Race& race, std::size_t lane) {
  return settings_of(race, lane).l1 > 0 ? changed(race, lane, "/regularization/l1", 0) : std::nullopt;
}
std::optional<Change> no_l2(const Race& race, std::size_t lane) {
  return settings_of(race, lane).l2 > 0 ? changed(race, lane, "/regularization/l2", 0) : std::nullopt;
}
std::optional<Change> l2(const Race& race, std::size_t lane) {
  return settings_of(race, lane).l2 < kStrongL2 ? changed(race, lane, "/regularization/l2", kStrongL2) : std::nullopt;
}

// Of one layer its rate, of several all of them.
std::optional<Change> no_dropout(const Race& race, std::size_t lane) {
  const auto& hidden = settings_of(race, lane).network.hidden;
  const auto drops = [](const HiddenLayer& layer) { return layer.dropout > 0; };
  const auto first = std::find_if(hidden.begin(), hidden.end(), drops);
  if (first == hidden.end()) return {};
  if (std::count_if(hidden.begin(), hidden.end(), drops) == 1)
    return changed(race, lane, of_layer(static_cast<std::size_t>(first - hidden.begin()), "dropout"), 0);
  Json without = race.experiment().lanes[lane].complete[Json::json_pointer(std::string(kHiddenLayers))];
  for (Json& layer : without) layer["dropout"] = 0;
  return changed(race, lane, std::string(kHiddenLayers), std::move(without));
}
std::optional<Change> dropout(const Race& race, std::size_t lane) {
  const auto& hidden = settings_of(race, lane).network.hidden;
  const auto widest = std::max_element(hidden.begin(), hidden.end(), narrower);
  if (widest == hidden.end() || widest->dropout >= 0.3) return {};
  return changed(race, lane, of_layer(static_cast<std::size_t>(widest - hidden.begin()), "dropout"), kHalf_dropped);
}

std::optional<Change> more_data(const Race& race, std::size_t lane) {
  const DataSettings& data = race.data();
  if (data.source == "own") return {}; // nobody knows how much more there is
  const std::int64_t most = race.has_images() ? kImagesPerClass * static_cast<std::int64_t>(data.classes.size()) : kPointsMost;
  const std::int64_t more = std::min(kDataFactor * data.train, most);
  return more >= 2 * data.train ? changed(race, lane, "/data/train", more) : std::nullopt;
}
std::optional<Change> more_tests(const Race& race, std::size_t lane) {
  const DataSettings& data = race.data();
  if (data.source == "own" || data.label_noise > 0) return {};
  const std::int64_t most = race.has_images() ? 200 * static_cast<std::int64_t>(data.classes.size()) : kPointsMost;
  const std::int64_t more = std::min(4 * data.test, most);
  return more >= 2 * data.test ? changed(race, lane, "/data/test", more) : std::nullopt;
}
std::optional<Change> right_labels(const Race& race, std::size_t lane) {
  return race.data().label_noise > 0 ? changed(race, lane, "/data/label_noise", 0) : std::nullopt;
}

} // namespace

std::span<const Remedy> remedies() {
  using enum Finding;
  static const Remedy kTable[] = {
      {"smaller_rate", {diverged, guessing}, Measure::train, smaller_rate},
      {"usual_init", {guessing}, Measure::train, usual_init},
      {"hidden_layer", {guessing, high_bias, both}, Measure::train, hidden_layer},
      {"more_units", {high_bias, both}, Measure::train, more_units},
      {"more_epochs", {high_bias, both}, Measure::train, more_epochs},
      {"larger_rate", {guessing, high_bias, both}, Measure::train, larger_rate},
      {"no_l1", {guessing, high_bias}, Measure::train, no_l1},
      {"no_l2", {guessing, high_bias}, Measure::train, no_l2},
      {"no_dropout", {guessing, high_bias}, Measure::train, no_dropout},
      {"more_data", {high_variance, both}, Measure::test, more_data},
      {"fewer_units", {high_variance}, Measure::gap, fewer_units},
      {"l2", {high_variance}, Measure::gap, l2},
      {"dropout", {high_variance}, Measure::gap, dropout},
      {"early_stop", {high_variance, both}, Measure::test_loss, early_stop},
      {"right_labels", {inverted}, Measure::train, right_labels},
      {"more_tests", {inverted, unclear}, Measure::luck, more_tests},
  };
  return kTable;
}

std::vector<Offer> offers(const Race& race, std::size_t lane, const Diagnosis& diagnosis) {
  std::vector<Offer> out;
  if (!diagnosis.ended) return out;
  const auto& lanes = race.experiment().lanes;
  for (const Remedy& remedy : remedies()) {
    if (std::find(remedy.against.begin(), remedy.against.end(), diagnosis.finding) == remedy.against.end()) continue;
    auto change = remedy.change(race, lane);
    if (!change || (!change->of_base() && lanes.size() >= kLanesMost)) continue;
    Json complete = lanes[lane].complete;
    complete[Json::json_pointer(change->pointer)] = change->after;
    if (std::any_of(lanes.begin(), lanes.end(), [&](const Lane& other) { return other.complete == complete; })) continue; // it runs there
    out.push_back({&remedy, std::move(*change)});
  }
  return out;
}

// ---- what the view keeps ----

std::optional<UserError> DiagnosisModel::type(const std::string& text) {
  const auto percents = number_between(text, 100 * kAcceptableLeast, 100 * kAcceptableMost);
  if (!percents) return percents.error();
  acceptable_ = *percents / 100;
  return {};
}

std::optional<UserError> DiagnosisModel::apply(Race& race, std::size_t lane, const Change& change, const Json& label) {
  std::optional<UserError> error;
  if (change.of_base()) {
    std::vector<Past> before;
    for (std::size_t i = 0; i < race.lanes().size(); ++i)
      if (const LaneState& state = race.lanes()[i]; state.ended() && !failed(state) && state.evaluation())
        before.push_back({race.experiment().lanes[i].complete, errors_of(*state.evaluation())});
    error = race.edit(change.pointer, change.after);
    if (!error) {
      for (Past& past : before) {
        std::erase_if(pasts_, [&](const Past& other) { return other.complete == past.complete; });
        pasts_.push_back(std::move(past));
      }
      if (pasts_.size() > 2 * kLanesMost) pasts_.erase(pasts_.begin(), pasts_.end() - static_cast<std::ptrdiff_t>(2 * kLanesMost));
    }
  } else {
    Json json = race.experiment().json();
    Json patch = json["lanes"][lane];
    const auto [pointer, whole] = whole_array(race.experiment().lanes[lane].complete, change.pointer, change.after);
    put_in(patch, race.experiment().complete, pointer, whole);
    patch["label"] = label;
    json["lanes"].push_back(std::move(patch));
    error = race.change_to(json);
  }
  if (!error) race.start();
  return error;
}

std::vector<Comparison> DiagnosisModel::comparisons(const Race& race, std::size_t lane) const {
  std::vector<Comparison> out;
  const auto& lanes = race.experiment().lanes;
  const LaneState& own = race.lanes()[lane];
  const auto measured = [](const LaneState& state) {
    const Evaluation* e = state.evaluation();
    return e && e->step > 0 && !failed(state) ? std::optional(errors_of(*e)) : std::nullopt;
  };
  const auto add = [&](Change change, std::optional<Errors> before, std::optional<Errors> after, std::optional<std::size_t> other, const LaneState& last) {
    Comparison pair{std::move(change), before.value_or(kNoErrors),  after.value_or(kNoErrors),  other,
                    before && after,   own.ended() && last.ended(), failed(own) || failed(last)};
    if (pair.one_loss() || race.has_classes()) out.push_back(std::move(pair));
  };
  for (const Past& past : pasts_)
    if (auto change = only_change(past.complete, lanes[lane].complete); change && change->of_base())
      add(std::move(*change), past.errors, measured(own), {}, own);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    if (auto change = i == lane ? std::nullopt : only_change(lanes[lane].complete, lanes[i].complete))
      add(std::move(*change), measured(own), measured(race.lanes()[i]), i, race.lanes()[i]);
  return out;
}

namespace {

// A pair of lanes once: the later one is what came after.
std::string pairs_csv(const Race& race, const std::vector<std::string>& names, const DiagnosisModel& model) {
  std::string out;
  const auto pair_of = [](double before, double after) {
    const auto number = [](double v) { return std::isfinite(v) ? csv_number(v) : std::string(); };
    return "," + number(before) + "," + number(after);
  };
  for (std::size_t i = 0; i < race.lanes().size(); ++i)
    for (const Comparison& pair : model.comparisons(race, i)) {
      if (!pair.measured || (pair.lane && *pair.lane < i)) continue;
      out += csv_text(names[i]) + "," + (pair.lane ? csv_text(names[*pair.lane]) : std::string()) + "," + pair.change.pointer + "," +
             csv_text(pair.change.before.dump()) + "," + csv_text(pair.change.after.dump()) + pair_of(pair.before.train, pair.after.train) +
             pair_of(pair.before.test, pair.after.test) + (pair.one_loss() ? pair_of(pair.before.test_loss, pair.after.test_loss) : ",,") + "\n";
    }
  constexpr const char* kHead =
      "lane,other_lane,setting,before,after,train_error_before,train_error_after,test_error_before,test_error_after,test_loss_before,test_loss_after\n";
  return out.empty() ? out : kHead + out;
}

} // namespace

std::string diagnosis_csv(const Race& race, const std::vector<std::string>& names, const DiagnosisModel& model) {
  std::string out = "lane,epoch,train_error,test_error,test_loss,acceptable,finding\n";
  const double acceptable = model.acceptable();
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const Diagnosis d = diagnose(race, i, acceptable);
    const auto number = [&](double v) { return d.measured() && std::isfinite(v) ? csv_number(v) : std::string(); };
    out += csv_text(names[i]) + "," + number(d.errors.epoch) + "," + number(d.errors.train) + "," + number(d.errors.test) + "," + number(d.errors.test_loss) +
           "," + csv_number(acceptable) + "," + std::string(kFindingIds[static_cast<std::size_t>(d.finding)]) + "\n";
  }
  return out + pairs_csv(race, names, model);
}

} // namespace downhill
