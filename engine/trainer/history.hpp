// A run that can be taken back to any of its steps: checkpoints along the way, and replay from the nearest.
#pragma once
#include "trainer/trainer.hpp"

#include <map>
#include <memory>
#include <vector>

namespace downhill {

class History {
public:
  /// Keeps at most about `bytes_most` of checkpoints; the beginning costs nothing, as it can be made anew.
  explicit History(std::size_t bytes_most = 64U << 20) : bytes_most_(bytes_most) {}

  /// To be called after each piece of work: takes a checkpoint where one is due, every kFirstInterval steps at first. When
  /// they grow too large every second one is dropped and the interval doubles, so that they stay spread over the whole run.
  void note(const Trainer& trainer);

  /// Puts a trainer that is past `step` to the nearest checkpoint at or before it, or to the run's beginning, and one that
  /// has begun the batch after it back to before that; whoever drives it then advances until at_rest_at(step). Steps replayed
  /// are the same to the bit. 0 ≤ step ≤ trainer.steps(). Returns whether steps are replayed.
  bool aim(Trainer& trainer, std::int64_t step) const;

  /// Drops every second checkpoint, and takes half as many from now on.
  void thin();

  /// A checkpoint, which stays as long as somebody has it.
  struct Kept {
    std::int64_t step;
    std::shared_ptr<const archive::Bytes> bytes;
  };
  /// All of them, steps ascending.
  std::vector<Kept> kept() const;

  std::size_t bytes() const { return bytes_; }
  std::size_t count() const { return checkpoints_.size(); }

  static constexpr std::int64_t kFirstInterval = 64;

private:
  std::map<std::int64_t, std::shared_ptr<const archive::Bytes>> checkpoints_;
  std::size_t bytes_most_, bytes_ = 0;
  std::int64_t interval_ = kFirstInterval;
};

/// Whether the trainer stands at `step` with its evaluation, if one is due there, done; or has ended before.
inline bool at_rest_at(const Trainer& trainer, std::int64_t step) {
  return trainer.verdict() != Verdict::running || (trainer.between_steps() && trainer.step() >= step);
}

/// Aims and replays to `step` at once.
void seek(Trainer& trainer, const History& history, std::int64_t step);

} // namespace downhill
