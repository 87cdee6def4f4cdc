#include "trainer/history.hpp"

#include "engine/fixtures.hpp"

using namespace downhill;
using namespace downhill::fixtures;

namespace {

const std::vector<Json> kLanes{
    Json::object(),
    {{"optimizer", "adam"}, {"network", {{"hidden", {{{"units", 12}, {"dropout", 0.3}}}}}}},
    {{"batch", "full"}, {"optimizer", "adadelta"}},
    {{"batch", 1}, {"epochs", 1}, {"optimizer", "momentum"}, {"schedule", {{"name", "cosine"}, {"warmup", 3}}}},
};

// Batches above a block, so that checkpoints fall within them
std::shared_ptr<const Subset> many() { return bars(300, 40); }
LaneSettings large(const Json& patch) {
  LaneSettings settings = lane(patch);
  settings.data.train = 300;
  return settings;
}

} // namespace

TEST_CASE("a run restored at any moment, within batches and evaluations too, goes on to the same weights") {
  const auto data = many();
  for (const Json& patch : kLanes) {
    CAPTURE(patch.dump());
    const LaneSettings settings = large(patch);
    const Trainer whole = finished(settings, data);
    Trainer trainer(settings, data), other(settings, data);
    int pieces = 0;
    bool in_batch = false;
    do {
      ++pieces;
      if (pieces % 7 == 0 || settings.batch == 0) {
        in_batch |= trainer.next_is_training() && !trainer.between_steps();
        REQUIRE(other.restore(trainer.save()).ok());
        CHECK(other.save() == trainer.save());
        std::swap(trainer.network(), other.network()); // nothing of the old one is needed
        REQUIRE(other.restore(trainer.save()).ok());
        Trainer fresh(settings, data);
        REQUIRE(fresh.restore(other.save()).ok());
        CHECK(fresh.hash() == trainer.hash());
        if (pieces % 49 == 0 || settings.batch == 0) {
          finish(fresh);
          CHECK(fresh.hash() == whole.hash());
          CHECK(fresh.last_evaluation().test_loss == whole.last_evaluation().test_loss);
        }
      }
    } while (trainer.advance() != Trainer::Piece::end);
    CHECK(trainer.hash() == whole.hash());
    CHECK(in_batch == (settings.batch == 0));
  }
}

TEST_CASE("seeking to any step, back and forth, gives the weights the run had there") {
  const auto data = bars(100, 40);
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{40000}, std::size_t{64} << 20}) {
    LaneSettings settings = lane({{"optimizer", "adam"}, {"batch", 1}, {"epochs", 5}});
    Trainer trainer(settings, data);
    History history(bytes);
    std::vector<std::uint64_t> hashes;
    for (auto piece = Trainer::Piece::part; piece != Trainer::Piece::end; piece = trainer.advance()) {
      history.note(trainer);
      if (trainer.between_steps() || trainer.verdict() != Verdict::running) {
        hashes.resize(static_cast<std::size_t>(trainer.step()) + 1);
        hashes.back() = trainer.hash();
      }
    }
    CHECK(history.bytes() <= bytes);
    if (bytes > 1) CHECK(history.count() > 1);
    for (const std::int64_t step : {500, 0, 1, 499, 250, 64, 63, 65, 320, 2}) {
      seek(trainer, history, step);
      CHECK(trainer.step() == step);
      CHECK(trainer.hash() == hashes[static_cast<std::size_t>(step)]);
    }
    finish(trainer);
    CHECK(trainer.hash() == hashes.back());
  }
}

TEST_CASE("seeking to the step a run stands at, from within its batch or evaluation or from its end, rests there and replays nothing") {
  const auto data = many();
  for (const char* batch : {"full", "200"}) {
    LaneSettings settings = large({{"batch", "full"}, {"epochs", 3}});
    if (std::string(batch) != "full") settings.batch = 200;
    Trainer trainer(settings, data);
    const History none;
    std::vector<std::uint64_t> hashes{trainer.hash()};
    for (int pieces = 0;; ++pieces) {
      CAPTURE(pieces);
      Trainer other(settings, data);
      REQUIRE(other.restore(trainer.save()).ok());
      CHECK(!none.aim(other, trainer.step()));
      seek(other, none, trainer.step());
      CHECK(other.step() == trainer.step());
      CHECK(other.hash() == hashes.back());
      finish(other);
      CHECK(other.hash() == finished(settings, data).hash());
      const auto piece = trainer.advance();
      if (piece == Trainer::Piece::step) hashes.push_back(trainer.hash());
      if (piece == Trainer::Piece::end) break;
    }
  }
}

TEST_CASE("checkpoints that are cut, altered or another run's are refused, and nothing changes") {
  const auto data = bars(100, 40);
  Trainer trainer(lane({{"optimizer", "adam"}}), data);
  for (int i = 0; i < 9; ++i) trainer.advance();
  const archive::Bytes good = trainer.save();
  Trainer other(lane({{"optimizer", "adam"}}), data);
  const archive::Bytes before = other.save();
  const auto code = [&](std::span<const std::uint8_t> bytes) {
    const auto done = other.restore(bytes);
    return done ? std::string("none") : done.error().code;
  };
  for (std::size_t size = 0; size < good.size(); size += size < 300 ? 1 : 97) CHECK(code(std::span(good).first(size)) == "checkpoint_damaged");
  archive::Bytes longer = good;
  longer.push_back(0);
  CHECK(code(longer) == "checkpoint_damaged");
  CHECK(other.save() == before);
  for (std::size_t i = 0; i < 200; ++i)
    for (const int bit : {0, 7}) {
      archive::Bytes altered = good;
      altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1 << bit));
      if (code(altered) == "none") finish(other); // whatever passes must be a state a run can be in
    }
  Trainer adamw(lane({{"optimizer", "adamw"}}), data);
  CHECK(adamw.restore(good).error().code == "checkpoint_other");
  CHECK(other.restore(good).ok());
}
