// What several tests train on.
#pragma once
#include "experiment/experiment.hpp"
#include "trainer/trainer.hpp"

#include <doctest/doctest.h>

namespace downhill::fixtures {

inline DataSettings data_settings(std::int64_t train, std::int64_t test, std::vector<int> classes) {
  DataSettings data;
  data.source = "fashion-mnist";
  data.train = train;
  data.test = test;
  data.classes = std::move(classes);
  return data;
}

/// Images with something to learn: a bright bar whose place tells the class (of four), in noise.
inline std::shared_ptr<const Subset> bars(std::int64_t train, std::int64_t test) {
  auto source = std::make_shared<Source>();
  source->classes = 4;
  PhiloxStream stream({9, 9});
  for (const auto& [part, count] : {std::pair{&source->train, train}, {&source->test, test}}) {
    part->features = 64;
    for (std::int64_t i = 0; i < count; ++i) {
      part->labels.push_back(static_cast<std::uint8_t>(i % 4));
      for (int f = 0; f < 64; ++f) part->pixels.push_back(static_cast<std::uint8_t>((f / 16 == i % 4 ? 150 : 0) + static_cast<int>(stream.next_word() % 100)));
    }
  }
  return std::make_shared<Subset>(*draw_subset(source, data_settings(train, test, {0, 1, 2, 3})));
}

/// Settings of a lane over a small base that suits bars(100, …).
inline LaneSettings lane(const Json& patch) {
  const Json json = {{"downhill", 1}, {"epochs", 2},     {"data", {{"train", 100}}}, {"network", {{"hidden", {{{"units", 12}}}}}},
                     {"batch", 16},   {"lanes", {patch}}};
  const auto experiment = experiment_from_json(json);
  REQUIRE(experiment.ok());
  return experiment->lanes[0].settings;
}

inline void finish(Trainer& trainer) {
  while (trainer.advance() != Trainer::Piece::end) {
  }
}
inline Trainer finished(const LaneSettings& settings, const std::shared_ptr<const Subset>& data) {
  Trainer trainer(settings, data);
  finish(trainer);
  return trainer;
}

} // namespace downhill::fixtures
