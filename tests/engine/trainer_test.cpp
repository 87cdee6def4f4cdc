#include "trainer/trainer.hpp"

#include "core/hash.hpp"
#include "engine/pinned_hashes.hpp"
#include "experiment/experiment.hpp"
#include "network/initializer.hpp"
#include "network/safetensors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

using namespace downhill;

namespace {

// Images with something to learn: a bright bar whose place tells the class, in noise.
std::shared_ptr<const Subset> bars(std::int64_t train, std::int64_t test) {
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
  return std::make_shared<Subset>(*draw_subset(source, {"fashion-mnist", 1, train, test, {0, 1, 2, 3}, 0}));
}

LaneSettings lane(const Json& patch) {
  Json json = {{"downhill", 1}, {"epochs", 2}, {"data", {{"train", 100}}}, {"network", {{"hidden", {{{"units", 12}}}}}}, {"batch", 16}, {"lanes", {patch}}};
  const auto experiment = experiment_from_json(json);
  REQUIRE(experiment.ok());
  return experiment->lanes[0].settings;
}

Trainer finished(const LaneSettings& settings, const std::shared_ptr<const Subset>& data) {
  Trainer trainer(settings, data);
  while (trainer.advance() != Trainer::Piece::end) {
  }
  return trainer;
}

} // namespace

TEST_CASE("every rule, activation and initialiser learns the bars, and its weights have the pinned hash") {
  const auto data = bars(100, 40);
  std::vector<std::pair<std::string, Json>> runs;
  for (const OptimizerEntry& rule : optimizers())
    runs.push_back({std::string(rule.id),
                    {{"optimizer",
                      {{"name", rule.id},
                       {"lr", rule.id == "adadelta"                               ? 1.0
                              : rule.id.starts_with("ad") || rule.id == "rmsprop" ? 0.01
                                                                                  : 0.1}}}}});
  for (const ActivationEntry& entry : activations())
    runs.push_back({std::string(entry.id), {{"network", {{"hidden", {{{"units", 12}, {"activation", entry.id}}}}}}}});
  for (const InitializerEntry& entry : initializers()) runs.push_back({std::string(entry.id), {{"network", {{"init", entry.id}}}}});
  runs.push_back({"batch full", {{"batch", "full"}, {"epochs", 40}}});
  runs.push_back({"batch 1", {{"batch", 1}, {"epochs", 1}}});
  runs.push_back({"dropout", {{"network", {{"hidden", {{{"units", 12}, {"dropout", 0.3}}, {{"units", 9}, {"dropout", 0.1}}}}}}}});
  runs.push_back({"no hidden", {{"network", {{"hidden", Json::array()}}}}});
  runs.push_back({"decay", {{"regularization", {{"l1", 0.001}, {"l2", 0.01}}}}});
  for (const auto& [name, patch] : runs) {
    CAPTURE(name);
    LaneSettings settings = lane(patch);
    if (settings.epochs == 2) settings.epochs = 8;
    const Trainer trainer = finished(settings, data);
    CHECK(trainer.verdict() == Verdict::finished);
    CHECK(trainer.last_evaluation().test_accuracy > 0.5);
    const std::string hash = hex16(trainer.hash());
    if (std::getenv("DOWNHILL_BLESS")) std::printf("bless:     {\"%s\", \"%s\"},\n", name.c_str(), hash.c_str());
    std::string pinned = "not pinned: run ./dev bless";
    for (const PinnedHash& row : kPinnedHashes)
      if (name == row.run) pinned = row.hash;
    CHECK(hash == pinned);
  }
}

TEST_CASE("each epoch's batches take every example once; the last may be smaller") {
  const auto data = bars(100, 40);
  Trainer trainer(lane({{"batch", 16}}), data);
  std::vector<std::int64_t> sizes;
  while (true) {
    const std::int64_t size = trainer.next_batch_size();
    const auto piece = trainer.advance();
    if (piece == Trainer::Piece::end) break;
    if (piece == Trainer::Piece::step) sizes.push_back(size);
  }
  CHECK(sizes == std::vector<std::int64_t>{16, 16, 16, 16, 16, 16, 4, 16, 16, 16, 16, 16, 16, 4});
  CHECK(trainer.examples() == 200);
  CHECK(trainer.steps() == 14);
  CHECK(trainer.epoch() == 2.0);
  const auto order = random_order(PhiloxStream(stream_key(1, Purpose::order)), 1000);
  CHECK(std::set<std::uint32_t>(order.begin(), order.end()).size() == 1000);
}

TEST_CASE("evaluations come before the first step, at the stated interval, and at the end") {
  const auto data = bars(100, 40);
  const auto examples_at = [&](const Json& every) {
    Trainer trainer(lane({{"evaluate", {{"every", every}}}}), data);
    std::vector<std::int64_t> at;
    for (auto piece = trainer.advance(); piece != Trainer::Piece::end; piece = trainer.advance())
      if (piece == Trainer::Piece::evaluation) at.push_back(trainer.last_evaluation().examples);
    return at;
  };
  CHECK(examples_at("epoch") == std::vector<std::int64_t>{0, 100, 200});
  CHECK(examples_at(5) == std::vector<std::int64_t>{0, 80, 148, 200});
  CHECK(examples_at("64 examples") == std::vector<std::int64_t>{0, 64, 132, 196, 200});
}

TEST_CASE("dropout is off in evaluation: it changes no value before the first step") {
  const auto data = bars(100, 40);
  const auto first = [&](double p) {
    Trainer trainer(lane({{"network", {{"hidden", {{{"units", 12}, {"dropout", p}}}}}}}), data);
    while (trainer.advance() != Trainer::Piece::evaluation) {
    }
    return trainer.last_evaluation().test_loss;
  };
  CHECK(first(0) == first(0.5));
}

TEST_CASE("a lane that diverges stops at its first loss that is not finite, and says so") {
  const auto data = bars(100, 40);
  const Trainer trainer =
      finished(lane({{"optimizer", {{"lr", 100}}}, {"network", {{"hidden", {{{"units", 12}, {"activation", "identity"}}}}}}, {"epochs", 100}}), data);
  CHECK(trainer.verdict() == Verdict::diverged);
  CHECK(trainer.step() < trainer.steps());
  CHECK(!(std::isfinite(trainer.batch_loss()) && std::isfinite(trainer.last_evaluation().test_loss)));
}

TEST_CASE("lanes that differ only in method or batch start at the same loss; another seed starts elsewhere") {
  const auto data = bars(100, 40);
  const auto start = [&](const Json& patch, std::uint64_t seed) {
    LaneSettings settings = lane(patch);
    settings.seed = seed;
    Trainer trainer(settings, data);
    while (trainer.advance() != Trainer::Piece::evaluation) {
    }
    return trainer.last_evaluation().test_loss;
  };
  const double base = start(Json::object(), 1);
  CHECK(start({{"optimizer", "adam"}}, 1) == base);
  CHECK(start({{"batch", "full"}}, 1) == base);
  CHECK(start(Json::object(), 2) != base);
}

TEST_CASE("a full batch of equal length is the same as the batch of that size, to the bit") {
  const auto data = bars(100, 40);
  CHECK(finished(lane({{"batch", "full"}}), data).hash() == finished(lane({{"batch", 100}}), data).hash());
}

TEST_CASE("the hash sees every weight, and all NaN alike") {
  Hash a, b, c;
  const float values[] = {1, 2}, other[] = {1, 2.0000002F}, nan1[] = {std::bit_cast<float>(0x7fc00000U)}, nan2[] = {std::bit_cast<float>(0xffc12345U)};
  a.add_floats(values);
  b.add_floats(other);
  CHECK(a.value() != b.value());
  Hash d;
  c.add_floats(nan1);
  d.add_floats(nan2);
  CHECK(c.value() == d.value());
  CHECK(hex16(0x0123456789abcdefU) == "0123456789abcdef");
}

TEST_CASE("safetensors: header, shapes and floats where they belong") {
  const Network network({{{3, {"relu", {}}, 0}}, {"pytorch", {}}}, 5, 2, 1);
  const std::string file = safetensors(network, {{"lane", "x"}});
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(file[0])) + 256U * static_cast<unsigned char>(file[1]);
  const Json header = Json::parse(file.substr(8, length));
  CHECK(header["layers.0.weight"]["shape"] == Json({3, 5}));
  CHECK(header["layers.1.bias"]["data_offsets"] == Json({15 * 4 + 3 * 4 + 6 * 4, 15 * 4 + 3 * 4 + 6 * 4 + 2 * 4}));
  CHECK(file.size() == 8 + length + (15 + 3 + 6 + 2) * 4);
  float w = 0;
  std::memcpy(&w, file.data() + 8 + length + 4, 4);
  CHECK(w == network.torch_parameters(0)[1]);
}
