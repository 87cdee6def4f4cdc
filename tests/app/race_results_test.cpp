#include "app/bare_race.hpp"
#include "app/core/race_results.hpp"

using namespace downhill;

namespace {
const Json kMoons = {{"downhill", 1}, {"data", {{"source", "moons"}, {"train", 60}, {"test", 40}}}, {"batch", 20}, {"lanes", {Json::object(), Json::object()}}};
} // namespace

TEST_CASE("a lane's status is the first that holds of it") {
  BareRace table(kMoons);
  Race& race = table.race;
  LaneState lane;
  CHECK(status_of(race, lane) == "ready");
  lane.step = 1;
  CHECK(status_of(race, lane) == "paused");
  lane.status = protocol::LaneStatus::finished;
  CHECK(status_of(race, lane) == "finished");
  lane.status = protocol::LaneStatus::diverged;
  CHECK(status_of(race, lane) == "diverged");
  lane.stop = Stop::accuracy;
  CHECK(status_of(race, lane) == "stopped");
  lane.problem = UserError{"out_of_memory", "", {}};
  CHECK(status_of(race, lane) == "error");
}

TEST_CASE("results have a row a lane, numbers only where they are known") {
  BareRace table(kMoons);
  Race& race = table.race;
  race.hide_lane(1, true);
  const Json rows = race_results(race, {"a", "b"}, false);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1]["label"] == "b");
  CHECK(rows[1]["hidden"] == true);
  CHECK(rows[0]["hidden"] == false);
  CHECK(rows[0]["status"] == "ready");
  CHECK(rows[0]["hash"].is_null());
  CHECK(rows[0]["test_loss"].is_null());
  CHECK(!rows[0].contains("curve"));
  CHECK(race_results(race, {"a", "b"}, true)[0]["curve"] == Json::array());
  Evaluation e;
  e.step = 7, e.test_accuracy = 0.25;
  const Json point = point_of(e);
  CHECK(point["step"] == 7);
  CHECK(point["test_accuracy"] == 0.25);
  CHECK(point.size() == std::size(kEvaluationColumns));
}
