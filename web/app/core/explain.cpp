#include "app/core/explain.hpp"

#include "app/core/field_info.hpp"
#include "app/core/lane_look.hpp"
#include "app/core/text.hpp"
#include "core/printable.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {

using protocol::LaneStatus;

std::vector<std::string> lane_names(const Experiment& experiment, Language language) {
  std::vector<std::string> names;
  for (const Lane& lane : experiment.lanes)
    names.push_back(printable(label_text(lane.label, language, std::string(tr_id("lane." + std::string(lane_look(lane.settings).id))))));
  return told_apart(std::move(names));
}

std::string lane_name(const Experiment& experiment, std::size_t lane, Language language) { return lane_names(experiment, language)[lane]; }

namespace {

// "Adam, SGD and 3 others"
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) out += (i > 0 ? std::string(tr("list.and")) : "") + names[i];
  return names.size() <= kMost ? out : fill(tr("list.more"), {out, std::to_string(names.size() - kMost)});
}

std::string value_text(Metric metric, double value) { return is_accuracy(metric) ? percent(value / 100) : grouped(value, 3); }

} // namespace

namespace {

// The sentences of one race, in the order in which they matter.
struct Explainer {
  const Race& race;
  Language language;
  Metric by;         ///< what lanes are ranked by
  double acceptable; ///< as explain() has it
  std::vector<Explanation> out{};
  const std::vector<LaneState>& lanes = race.lanes();
  const std::vector<Lane>& settings = race.experiment().lanes;
  std::vector<std::string> names = lane_names(race.experiment(), language);
  StringKey go_on = race.transport() != Transport::ready ? StringKey("transport.resume") : StringKey("transport.start");

  void say(std::string rule, StringKey key, std::initializer_list<std::string_view> with, std::string field = {}, std::string show = {}) {
    out.push_back({std::move(rule), fill(tr(key), with), std::move(field), std::move(show)});
  }
  const std::string& name(std::size_t i) const { return names[i]; }
  static std::string field(std::size_t i, const std::string& pointer) { return FieldId{i, pointer}.text(); }

  void rates();
  void losses();
  void leader();
  void last();
  void diverged();
  void overfitting();
  void stopped();
  void equal();
  void hardly_moved();
  void errors();
  void groups();
};

void Explainer::rates() {
  // rates that a sweep has just chosen are no result yet
  const auto& swept = race.sweep().curves();
  const auto at_best = [&](std::size_t i) { return i >= swept.size() || swept[i].best() == settings[i].settings.optimizer.values[0]; };
  std::vector<std::string> waiting;
  bool all_at_best = !swept.empty() && !race.sweep().running();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    all_at_best = all_at_best && at_best(i);
    if (lanes[i].step == 0) waiting.push_back(name(i));
  }
  const bool rates_chosen = all_at_best && !waiting.empty() && race.transport() != Transport::running;
  if (rates_chosen) {
    say("rates_chosen", "explain.rates_chosen", {tr(go_on)}, {}, "view=sweep");
    for (std::size_t i = 0; i < std::min(lanes.size(), swept.size()); ++i)
      if (swept[i].best_at_edge())
        say("rates_edge", "explain.rates_edge",
            {name(i), setting(*swept[i].best()), setting(std::begin(Sweep::kRates)[0]), setting(std::end(Sweep::kRates)[-1])}, field(i, "/optimizer/lr"),
            "view=sweep");
  }
  std::vector<std::string> again;
  for (std::size_t i = 0; i < lanes.size(); ++i)
    if (lanes[i].catching_up) again.push_back(name(i));
  if (!again.empty() && !rates_chosen) {
    if (race.transport() == Transport::running)
      say("again", "explain.again_running", {listed(again)});
    else
      say("again", "explain.again", {listed(again), tr(go_on)});
  }
}

// Of lanes with different losses.
void Explainer::losses() {
  if (one_loss(race)) return;
  if (race.has_classes())
    say("losses", "explain.losses", {}, {}, "metric=test_accuracy");
  else
    say("losses", "explain.losses_numbers", {}, {}, "view=fitted");
}

void Explainer::leader() {
  const auto order = ranking(race, by);
  const std::size_t first = order[0], second = order[1];
  const Evaluation *a = lanes[first].evaluation(), *b = lanes[second].evaluation();
  const double p = a ? metric_value(*a, by) : 0, q = b ? metric_value(*b, by) : 0;
  if (a && b && std::isfinite(p) && std::isfinite(q) && p != q && lanes[second].status != LaneStatus::diverged) {
    // two accuracies on the same n images differ by more than chance if by more than about twice the spread of their difference
    const auto n = static_cast<double>(settings[first].settings.data.test);
    const double u = a->test_accuracy, v = b->test_accuracy, spread = std::sqrt((u * (1 - u) + v * (1 - v)) / n);
    const bool luck = std::fabs(u - v) <= 2 * spread;
    if (by == Metric::test_accuracy && luck)
      say("leader", "explain.leader_chance", {name(first), percent(u), grouped(100 * (u - v), 1), grouped(n), grouped(200 * spread, 1)}, "field:/repeats");
    else if (by == Metric::test_accuracy)
      say("leader", "explain.leader", {name(first), percent(u), name(second), percent(v)});
    else
      say("leader", "explain.leader_by",
          {tr_id("metric." + std::string(kMetricIds[static_cast<std::size_t>(by)])), name(first), value_text(by, p), name(second), value_text(by, q)});
    if (by == Metric::test_loss && luck && !std::isnan(spread))
      say("luck", "explain.luck", {percent(u), percent(v), grouped(n), grouped(200 * spread, 1)}, "field:/repeats");
  }
}

void Explainer::last() {
  if (const auto cause = why_last(race, by)) {
    const auto number = [](double v) { return grouped(v); };
    const std::string last = name(cause->last), front = name(cause->first);
    if (cause->kind == Cause::Kind::fewer_updates)
      say("why", "explain.why_updates", {last, number(cause->of_last), front, number(cause->of_first)}, {}, "axis=steps");
    if (cause->kind == Cause::Kind::smaller_steps)
      say("why", "explain.why_smaller", {last, front, grouped(cause->of_first / cause->of_last, 1)}, {}, "metric=update_ratio");
    if (cause->kind == Cause::Kind::larger_steps)
      say("why", "explain.why_larger", {last, front, grouped(cause->of_last / cause->of_first, 1)}, {}, "metric=update_ratio");
  }
}

void Explainer::diverged() {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].status != LaneStatus::diverged) continue;
    const LaneSettings& s = settings[i].settings;
    const OptimizerEntry& rule = entry_of(optimizers(), s.optimizer.name);
    const double lr = s.optimizer.values[0], standard = rule.parameters[0].standard;
    const std::string step = grouped(static_cast<double>(lanes[i].step + 1)), rate = setting(lr);
    const bool normalised = s.optimizer.name == "rmsprop" || s.optimizer.name == "adam" || s.optimizer.name == "adamw";
    if (normalised && lr >= 10 * standard)
      say("diverged", "explain.diverged_normalised", {name(i), step, rate, grouped(std::round(lr / standard))}, field(i, "/optimizer/lr"));
    else
      say("diverged", "explain.diverged", {name(i), step, rate, setting(lr / 10)}, field(i, "/optimizer/lr"));
  }
}

void Explainer::overfitting() {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    // the least test loss lies well behind, test loss has risen since and training loss has fallen on
    const auto& e = lanes[i].evaluations;
    if (e.size() < 5 || lanes[i].status == LaneStatus::diverged) continue;
    const auto least = std::min_element(e.begin(), e.end(), [](const Evaluation& a, const Evaluation& b) { return a.test_loss < b.test_loss; });
    const Evaluation& last = e.back();
    if (last.epoch - least->epoch < std::max(2.0, 0.25 * last.epoch) || last.test_loss < 1.1 * least->test_loss || last.train_loss > 0.8 * least->train_loss)
      continue;
    say("overfitting", "explain.overfitting",
        {name(i), setting(std::round(least->epoch * 10) / 10), grouped(least->test_loss, 3), grouped(last.test_loss, 3), grouped(least->train_loss, 3),
         grouped(last.train_loss, 3)},
        "field:/regularization/l2");
    if (last.test_accuracy >= least->test_accuracy - 0.005)
      out.back().text +=
          (language == Language::zh ? "" : " ") + fill(tr("explain.overfitting_steady"), {percent(least->test_accuracy), percent(last.test_accuracy)});
    break; // one such sentence is enough
  }
}

void Explainer::stopped() {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].stop == Stop::accuracy)
      say("stopped", "explain.stop_accuracy", {name(i), grouped(static_cast<double>(lanes[i].step)), percent(race.stop_rules().accuracy)});
    if (lanes[i].stop == Stop::no_improvement)
      say("stopped", "explain.stop_no_improvement", {name(i), grouped(static_cast<double>(lanes[i].step)), std::to_string(race.stop_rules().no_improvement)});
  }
}

void Explainer::equal() {
  for (std::size_t i = 0; i < lanes.size(); ++i)
    for (std::size_t j = i + 1; j < lanes.size(); ++j)
      if (lanes[i].step > 0 && lanes[i].hash != 0 && lanes[i].hash == lanes[j].hash && lanes[i].step == lanes[j].step)
        say("equal", "explain.equal", {name(i), name(j)});
}

void Explainer::hardly_moved() {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const auto& e = lanes[i].evaluations;
    if (e.size() < 2 || lanes[i].epoch < 2 || settings[i].settings.batch == 0 || lanes[i].status == LaneStatus::diverged) continue;
    if (e.back().train_loss < kHardlyMoved * e.front().train_loss) continue;
    const double lr = settings[i].settings.optimizer.values[0];
    if (thrown_up(lanes[i]))
      say("too_large", "explain.thrown", {name(i), grouped(highest_loss(lanes[i]), 1), grouped(e.front().train_loss, 1), setting(lr)},
          field(i, "/optimizer/lr"));
    else if (e.back().train_loss > 1.05 * e.front().train_loss)
      say("too_large", "explain.too_large", {name(i), grouped(e.front().train_loss, 3), grouped(e.back().train_loss, 3), setting(lr)},
          field(i, "/optimizer/lr"));
    else
      say("too_small", "explain.too_small", {name(i), setting(std::round(lanes[i].epoch * 10) / 10), setting(lr)}, field(i, "/optimizer/lr"));
  }
}

// what the two errors of the lane in front say, where nothing sharper was said of a lane's
void Explainer::errors() {
  if (std::any_of(out.begin(), out.end(), [](const Explanation& e) { return e.rule == "overfitting"; })) return;
  const std::size_t i = ranking(race, by)[0];
  const Diagnosis d = diagnose(race, i, acceptable);
  const bool calls = d.finding == Finding::inverted || d.finding == Finding::both || d.finding == Finding::high_bias || d.finding == Finding::high_variance;
  if (!d.ended || !calls) return;
  const std::string finding = "diagnosis.finding." + std::string(kFindingIds[static_cast<std::size_t>(d.finding)]);
  say("errors", "explain.errors", {name(i), finding_text(d), tr_id(finding)}, {}, "view=diagnosis,lane=" + std::to_string(i));
}

void Explainer::groups() {
  const bool full = std::any_of(settings.begin(), settings.end(),
                                [](const Lane& lane) { return lane.settings.batch == 0 || lane.settings.batch == lane.settings.data.train; });
  const bool classes =
      std::any_of(settings.begin(), settings.end(), [&](const Lane& lane) { return lane_look(lane.settings).group != lane_look(settings[0].settings).group; });
  if (settings.size() > 1 && out.size() < 3) out.push_back({"groups", std::string(classes ? tr("lanes.note") : tr("lanes.note_same")), {}, {}});
  if (full && out.size() < 4) out.push_back({"full", std::string(tr("lanes.note_full")), "field:/epochs", {}});
}

} // namespace

std::string finding_text(const Diagnosis& d) {
  const auto points = [](double share) { return grouped(100 * share, 1); };
  return fill(tr_id("diagnosis.say." + std::string(kFindingIds[static_cast<std::size_t>(d.finding)])),
              {percent(d.errors.train), percent(d.errors.test), points(d.errors.gap()), setting(100 * d.acceptable) + " %", points(d.gap_most()),
               points(d.luck), percent(d.chance)});
}

std::vector<Explanation> explain(const Race& race, Language language, Metric plotted, double acceptable) {
  Explainer all{.race = race, .language = language, .by = ranked_by(race, plotted), .acceptable = acceptable};
  all.rates();
  all.losses();
  if (comparable(race) && race.lanes().size() > 1) all.leader(), all.last();
  all.diverged();
  all.overfitting();
  all.stopped();
  all.equal();
  all.hardly_moved();
  all.errors();
  all.groups();
  return std::move(all.out);
}

} // namespace downhill
