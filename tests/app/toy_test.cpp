#include "app/bare_race.hpp"
#include "app/core/toy.hpp"

using namespace downhill;

namespace {
const Json kMoons = {{"downhill", 1}, {"data", {{"source", "moons"}, {"train", 60}, {"test", 40}}}, {"batch", 20}, {"lanes", {Json::object()}}};
} // namespace

TEST_CASE("a toy becomes what it follows from, and starts by itself once there are workers") {
  BareRace table(kMoons);
  Toy toy(table.race);
  int made = 0;
  const auto follow = [&](const char* of, std::int64_t batch) { return toy.follow(of, [&](Json& json) { json["batch"] = batch, ++made; }); };
  CHECK(!toy.shown());
  toy.show();
  CHECK(toy.shown());
  CHECK(!follow("a", 10));
  CHECK(table.race.batch_size(0) == 10);
  CHECK(table.race.transport() == Transport::ready); // nobody could run it
  table.packs.set_worker_count(1);
  table.race.begin_with_workers();
  CHECK(!follow("a", 10));
  CHECK(made == 1);
  CHECK(table.race.transport() == Transport::running);
  table.race.pause();
  table.race.step(1);
  toy.begin_frame();
  CHECK(!toy.shown());
  CHECK(!follow("b", 15)); // another experiment begins anew
  CHECK(made == 2);
  CHECK(table.race.batch_size(0) == 15);
  CHECK(table.race.transport() == Transport::running);
  table.race.leave(); // another lab is shown
  CHECK(table.race.transport() == Transport::paused);
  CHECK(!follow("b", 15));
  CHECK(table.race.transport() == Transport::running);
  table.race.leave();
  table.race.step(1); // somebody took it in hand
  CHECK(!table.race.left_running());
  const auto refused = follow("c", 61); // more than there are examples
  REQUIRE(refused);
  CHECK(table.race.batch_size(0) == 15);
  CHECK(!follow("c", 61)); // it is told once
}
