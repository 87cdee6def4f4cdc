#include "random_experiment.hpp"

#include "engine/fixtures.hpp"
#include "trainer/history.hpp"

#include "engine/pinned_hashes.hpp"

#include <map>
#include <set>

using namespace downhill;
using namespace downhill::fixtures;

namespace {

struct Run {
  LaneSettings settings;
  std::shared_ptr<const Subset> data;
};
Run random_run(std::uint64_t number) {
  const auto experiment = experiment_from_json(RandomExperiment(number, false).make());
  REQUIRE(experiment.ok());
  const LaneSettings& settings = experiment->lanes[0].settings;
  return {settings, std::make_shared<Subset>(*draw_subset(nullptr, settings.data))};
}

// Notes the numbers that `choice`, an entry by its name or with parameters, gives to the entry's parameters.
void note_parameters(const Field& field, const Json& choice, std::map<std::string, std::set<std::string>>& seen) {
  const std::string id = choice.is_string() ? choice : choice["name"];
  for (const ParameterSpec& spec : *field.parameters(id)) {
    const Json::json_pointer place("/" + std::string(spec.name));
    if (choice.is_object() && choice.contains(place)) seen[std::string(field.pointer) + "/" + id + "/" + std::string(spec.name)].insert(choice[place].dump());
  }
}

} // namespace

TEST_CASE("random experiments are valid and draw every number of the format and every entry of its tables") {
  std::map<std::string, std::set<std::string>> seen;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    const Json json = RandomExperiment(number, true).make();
    CAPTURE(json.dump());
    REQUIRE(experiment_from_json(json).ok());
    for (const Field& field : fields()) {
      const Json::json_pointer place{std::string(field.pointer)};
      if (!json.contains(place)) continue;
      seen[std::string(field.pointer)].insert(json[place].dump());
      if (field.kind == FieldKind::named) note_parameters(field, json[place], seen);
    }
    for (const Json& layer : json["network"]["hidden"]) {
      seen["units"].insert(layer["units"].dump());
      if (layer.contains("dropout")) seen["dropout"].insert(layer["dropout"].dump());
      note_parameters(activation_field(), layer["activation"], seen);
    }
  }
  const auto drawn = [&](const std::string& what) {
    CAPTURE(what);
    CHECK(seen[what].size() > 1);
  };
  for (const Field& field : fields()) {
    if (field.pointer != "/repeats" && field.pointer != "/data/file") drawn(std::string(field.pointer));
    if (field.kind == FieldKind::named)
      for (const std::string_view id : field.ids())
        for (const ParameterSpec& spec : *field.parameters(id)) drawn(std::string(field.pointer) + "/" + std::string(id) + "/" + std::string(spec.name));
  }
  for (const std::string_view id : activation_field().ids())
    for (const ParameterSpec& spec : *activation_field().parameters(id)) drawn("/activation/" + std::string(id) + "/" + std::string(spec.name));
  drawn("units");
  drawn("dropout");
}

TEST_CASE("fifty random experiments have the pinned hashes, in every build") {
  for (std::uint64_t group = 0; group < 5; ++group) {
    Hash all;
    for (std::uint64_t i = 0; i < 10; ++i) {
      const Run run = random_run(10 * group + i);
      finished(run.settings, run.data).add_to(all);
    }
    CHECK(hex16(all.value()) == pinned_hash("random " + std::to_string(10 * group), all.value()));
  }
}

TEST_CASE("random experiments: lanes beside each other, stops, seeks and restores change no bit") {
  for (std::uint64_t number = 100; number < 120; ++number) {
    CAPTURE(number);
    RandomExperiment chooser(number + 1000, false);
    const Run a = random_run(number), b = random_run(number + 500);
    const std::uint64_t expected_a = finished(a.settings, a.data).hash(), expected_b = finished(b.settings, b.data).hash();
    // two lanes in turns of random length, one of them saved, lost and restored, sought back and on
    Trainer one(a.settings, a.data), two(b.settings, b.data);
    History history(200000);
    while (one.verdict() == Verdict::running || two.verdict() == Verdict::running) {
      for (std::int64_t n = chooser.whole(1, 9); n > 0; --n) {
        one.advance();
        history.note(one);
      }
      for (std::int64_t n = chooser.whole(1, 9); n > 0; --n) two.advance();
      if (chooser.chance(0.05)) {
        const archive::Bytes saved = one.save();
        one = Trainer(a.settings, a.data);
        REQUIRE(one.restore(saved).ok());
      }
      if (chooser.chance(0.02) && one.step() > 0) seek(one, history, chooser.whole(0, one.step()));
    }
    CHECK(one.hash() == expected_a);
    CHECK(two.hash() == expected_b);
  }
}
