#include "app/core/explain.hpp"

#include "app/core/field_info.hpp"
#include "app/core/lane_look.hpp"
#include "app/core/text.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace downhill {

using protocol::EvaluationRow, protocol::LaneStatus;

std::string lane_name(const Lane& lane, Language language) {
  return label_text(lane.label, language, std::string(tr_id("lane." + std::string(lane_look(lane.settings).id), language)));
}

std::vector<std::size_t> ranking(const Race& race) {
  std::vector<std::size_t> order(race.lanes().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) -> std::pair<double, double> {
    const LaneState& lane = race.lanes()[i];
    const EvaluationRow* last = lane.evaluation();
    if (!last || lane.status == LaneStatus::diverged) return {2, 0};
    return {std::isnan(last->test_accuracy) ? 0 : -last->test_accuracy, last->test_loss};
  };
  if (race.transport() == Transport::ready) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

std::vector<Explanation> explain(const Race& race, Language language) {
  std::vector<Explanation> out;
  const auto say = [&](std::string rule, StringKey key, std::initializer_list<std::string_view> with, std::string field = {}) {
    out.push_back({std::move(rule), fill(tr(key, language), with), std::move(field)});
  };
  const auto& lanes = race.lanes();
  const auto& settings = race.experiment().lanes;
  const auto name = [&](std::size_t i) { return lane_name(settings[i], language); };
  const auto field = [](std::size_t i, const std::string& pointer) { return FieldId{i, pointer}.text(); };

  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].status != LaneStatus::diverged) continue;
    const LaneSettings& s = settings[i].settings;
    const OptimizerEntry& rule = entry_of(optimizers(), s.optimizer.name);
    const double lr = s.optimizer.values[0], standard = rule.parameters[0].standard;
    const std::string step = grouped(static_cast<double>(lanes[i].step + 1)), rate = setting(lr);
    const bool normalised = s.optimizer.name == "rmsprop" || s.optimizer.name == "adam" || s.optimizer.name == "adamw" || s.optimizer.name == "adagrad";
    if (normalised && lr >= 10 * standard)
      say("diverged", "explain.diverged_normalised", {name(i), step, rate, grouped(std::round(lr / standard))}, field(i, "/optimizer/lr"));
    else
      say("diverged", "explain.diverged", {name(i), step, rate, setting(lr / 10)}, field(i, "/optimizer/lr"));
  }

  for (std::size_t i = 0; i < lanes.size(); ++i) {
    // the least test loss lies well behind, test loss has risen since and training loss has fallen on
    const auto& e = lanes[i].evaluations;
    if (e.size() < 5 || lanes[i].status == LaneStatus::diverged) continue;
    const auto least = std::min_element(e.begin(), e.end(), [](const EvaluationRow& a, const EvaluationRow& b) { return a.test_loss < b.test_loss; });
    const EvaluationRow& last = e.back();
    if (last.epoch - least->epoch < std::max(2.0, 0.25 * last.epoch) || last.test_loss < 1.1 * least->test_loss || last.train_loss > 0.8 * least->train_loss)
      continue;
    say("overfitting", "explain.overfitting",
        {name(i), setting(std::round(least->epoch * 10) / 10), grouped(least->test_loss, 3), grouped(last.test_loss, 3), grouped(least->train_loss, 3),
         grouped(last.train_loss, 3)},
        "field:/regularization/l2");
    break; // one such sentence is enough
  }

  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].stop == Stop::accuracy)
      say("stopped", "explain.stop_accuracy", {name(i), grouped(static_cast<double>(lanes[i].step)), percent(race.stop_rules().accuracy)});
    if (lanes[i].stop == Stop::no_improvement)
      say("stopped", "explain.stop_no_improvement", {name(i), grouped(static_cast<double>(lanes[i].step)), std::to_string(race.stop_rules().no_improvement)});
  }

  for (std::size_t i = 0; i < lanes.size(); ++i)
    for (std::size_t j = i + 1; j < lanes.size(); ++j)
      if (lanes[i].step > 0 && lanes[i].hash != 0 && lanes[i].hash == lanes[j].hash && lanes[i].step == lanes[j].step)
        say("equal", "explain.equal", {name(i), name(j)});

  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const auto& e = lanes[i].evaluations;
    if (e.size() < 2 || lanes[i].epoch < 2 || settings[i].settings.batch == 0 || lanes[i].status == LaneStatus::diverged) continue;
    if (e.back().train_loss < 0.97 * e.front().train_loss) continue;
    const double lr = settings[i].settings.optimizer.values[0];
    if (e.back().train_loss > 1.05 * e.front().train_loss)
      say("too_large", "explain.too_large", {name(i), grouped(e.front().train_loss, 3), grouped(e.back().train_loss, 3), setting(lr)},
          field(i, "/optimizer/lr"));
    else
      say("too_small", "explain.too_small", {name(i), setting(std::round(lanes[i].epoch * 10) / 10), setting(lr)}, field(i, "/optimizer/lr"));
  }

  const auto order = ranking(race);
  if (race.transport() != Transport::ready && lanes.size() > 1) {
    const EvaluationRow *first = lanes[order[0]].evaluation(), *second = lanes[order[1]].evaluation();
    if (first && second && first->step > 0 && !std::isnan(first->test_accuracy) && lanes[order[1]].status != LaneStatus::diverged) {
      // two accuracies on the same n images differ by more than chance if by more than about twice the spread of their difference
      const auto n = static_cast<double>(settings[order[0]].settings.data.test);
      const double p = first->test_accuracy, q = second->test_accuracy, spread = std::sqrt((p * (1 - p) + q * (1 - q)) / n);
      if (p - q > 2 * spread)
        say("leader", "explain.leader", {name(order[0]), percent(p), name(order[1]), percent(q)});
      else
        say("leader", "explain.leader_chance", {name(order[0]), percent(p), grouped(100 * (p - q), 1), grouped(n), grouped(200 * spread, 1)}, "field:/repeats");
    }
  }

  const bool full = std::any_of(settings.begin(), settings.end(),
                                [](const Lane& lane) { return lane.settings.batch == 0 || lane.settings.batch == lane.settings.data.train; });
  const bool classes =
      std::any_of(settings.begin(), settings.end(), [&](const Lane& lane) { return lane_look(lane.settings).group != lane_look(settings[0].settings).group; });
  if (out.size() < 3) out.push_back({"groups", std::string(classes ? tr("lanes.note", language) : tr("lanes.note_same", language)), {}});
  if (full && out.size() < 4) out.push_back({"full", std::string(tr("lanes.note_full", language)), "field:/epochs"});
  return out;
}

} // namespace downhill
