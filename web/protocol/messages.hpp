// Every message between the page's app and a trainer (a worker, or the page's own thread). One struct a
// message, one line in each Message list; JavaScript carries the bytes without reading them.
// A pack of data travels beside the protocol, as the file it is (see trainer_host.hpp).
#pragma once
#include "core/archive.hpp"

#include <optional>
#include <variant>

namespace downhill::protocol {

using archive::Bytes, archive::Reader, archive::Writer;

/// Lanes are numbered as in the experiment; `run` counts restarts, so that what belongs to an earlier run is dropped.
struct LaneKey {
  std::uint32_t lane = 0, run = 0;
  void fields(auto& a) { a(lane, run); }
  bool operator==(const LaneKey&) const = default;
};

// ---- app → trainer ----

/// Starts a lane at its first evaluation. `experiment` has this one lane only.
struct StartLane {
  LaneKey key;
  std::string experiment;
  void fields(auto& a) { a(key, experiment); }
};
/// Step credits: the lane may begin steps while it has done fewer than `steps`. Less than before takes credit back.
struct Grant {
  LaneKey key;
  std::int64_t steps = 0;
  bool hash_at_rest = false; ///< tell the weights' hash once this credit is used up
  void fields(auto& a) { a(key, steps, hash_at_rest); }
};
/// Drops every lane.
struct DropLanes {
  std::uint8_t unused = 0;
  void fields(auto& a) { a(unused); }
};
/// Asks for the first `count` training images of the experiment's subset.
struct AskImages {
  std::string experiment;
  std::uint32_t count = 0;
  void fields(auto& a) { a(experiment, count); }
};
/// Asks for the speed of this build in this place.
struct AskBench {
  std::uint8_t unused = 0;
  void fields(auto& a) { a(unused); }
};

// ---- trainer → app ----

/// The pack was read and verified, or why it could not be.
struct PackOpened {
  std::string pack, error_code;
  std::vector<std::string> error_with;
  void fields(auto& a) { a(pack, error_code, error_with); }
};
struct EvaluationRow {
  std::int64_t step = 0, examples = 0;
  double epoch = 0, seconds = 0, lr = 0, train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
  void fields(auto& a) { a(step, examples, epoch, seconds, lr, train_loss, train_accuracy, test_loss, test_accuracy); }
};
enum class LaneStatus : std::uint8_t { running, finished, diverged, last = diverged };
/// Where a lane is, with the evaluations since the last snapshot. At most 30 a second come from one trainer.
struct Snapshot {
  LaneKey key;
  LaneStatus status = LaneStatus::running;
  std::int64_t step = 0, steps = 0, examples = 0;
  double epoch = 0, seconds = 0, batch_loss = 0;
  std::uint64_t hash = 0; ///< of the weights: when the lane has ended, or rests and was asked to; else 0
  std::vector<EvaluationRow> evaluations;
  void fields(auto& a) { a(key, status, step, steps, examples, epoch, seconds, batch_loss, hash, evaluations); }
};
/// A lane could not be started.
struct LaneProblem {
  LaneKey key;
  std::string code, place;
  std::vector<std::string> with;
  void fields(auto& a) { a(key, code, place, with); }
};
struct Images {
  std::uint32_t width = 0, height = 0;
  std::vector<std::uint8_t> pixels, labels;
  void fields(auto& a) { a(width, height, pixels, labels); }
};
struct BenchReport {
  std::vector<std::string> lines;
  void fields(auto& a) { a(lines); }
};

using ToTrainer = std::variant<StartLane, Grant, DropLanes, AskImages, AskBench>;
using ToApp = std::variant<PackOpened, Snapshot, LaneProblem, Images, BenchReport>;

/// The message's place in its variant, then its fields.
template <class Variant> Bytes encode(const Variant& message) {
  Writer writer;
  writer(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& m) { writer(m); }, message);
  return writer.take();
}

/// Nothing, if the bytes are not exactly one message of the variant.
template <class Variant> std::optional<Variant> decode(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  std::uint8_t index = 0;
  reader(index);
  std::optional<Variant> message;
  const auto read = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (void)((index == I ? (reader(std::get<I>(message.emplace(std::in_place_index<I>))), true) : false) || ...);
  };
  read(std::make_index_sequence<std::variant_size_v<Variant>>{});
  if (!message || !reader.good() || !reader.at_end()) return std::nullopt;
  return message;
}

} // namespace downhill::protocol
