#include "app/core/race_results.hpp"

#include "core/hash.hpp"

#include <cassert>

namespace downhill {

Json point_of(const Evaluation& e) {
  Json out;
  for (const EvaluationColumn& column : kEvaluationColumns) out[std::string(column.id)] = column.whole ? Json(e.*column.whole) : Json(e.*column.number);
  return out;
}

std::string_view status_of(const Race& race, const LaneState& lane) {
  static constexpr std::string_view kStatus[] = {"running", "finished", "diverged"};
  if (lane.problem) return "error";
  if (lane.stop != Stop::none) return "stopped";
  if (lane.status == protocol::LaneStatus::running && race.transport() != Transport::running) return lane.step > 0 ? "paused" : "ready";
  return kStatus[static_cast<std::size_t>(lane.status)];
}

Json race_results(const Race& race, const std::vector<std::string>& names, bool curves) {
  assert(names.size() == race.lanes().size());
  Json out = Json::array();
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const LaneState& lane = race.lanes()[i];
    Json row = {{"label", names[i]},
                {"step", lane.step},
                {"steps", lane.steps},
                {"epoch", lane.epoch},
                {"examples", lane.examples},
                {"seconds", lane.seconds},
                {"status", status_of(race, lane)},
                {"hash", lane.hash ? Json(hex16(lane.hash)) : Json()}};
    if (curves) {
      Json& curve = row["curve"] = Json::array();
      for (const Evaluation& e : lane.evaluations) curve.push_back(point_of(e));
    }
    const Evaluation* here = lane.evaluation();
    const Json now = here ? point_of(*here) : Json();
    for (const char* key : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}) row[key] = here ? now[key] : Json();
    row["hidden"] = lane.hidden;
    out.push_back(std::move(row));
  }
  return out;
}

} // namespace downhill
