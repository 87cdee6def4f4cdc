// A race that no worker runs: what can be edited in it, and read of it, at rest.
#pragma once
#include "app/core/race.hpp"

#include <doctest/doctest.h>

namespace downhill {

struct BareRace {
  explicit BareRace(const Json& experiment) { REQUIRE(!race.set_experiment(experiment)); }
  Packs packs{[](const std::string&, bool) {}, {{"full", 1000, 60000, 10000, {}}}};
  Race race{[](std::size_t, const protocol::ToTrainer&) {}, packs};
};

} // namespace downhill
