// One lane's run: batches, epochs, evaluation, the verdict. It does its work in small pieces, so that
// whoever drives it (command line, worker, page) can stop between any two; how it is sliced changes no bit.
// It has no clock: drivers add the seconds they measured.
#pragma once
#include "data/source.hpp"
#include "network/loss.hpp"
#include "network/network.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"

namespace downhill {

/// One row of curves.csv. Losses and accuracies are of eval mode (no dropout): train over at most the first 2,000
/// training examples, test over the whole test part.
struct Evaluation {
  std::int64_t step = 0, examples = 0;
  double epoch = 0, seconds = 0, lr = 0;
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
};

enum class Verdict { running, finished, diverged };

class Trainer {
public:
  Trainer(const LaneSettings& settings, std::shared_ptr<const Subset> data);

  /// What one call of advance() completed.
  enum class Piece {
    part,       ///< a block of a batch or of an evaluation, with more to come
    step,       ///< an update; batch_loss() is of this step
    evaluation, ///< last_evaluation() is new
    end,        ///< nothing left to do: verdict() says why
  };
  Piece advance();

  /// Whether the next piece is training (counted in seconds) rather than evaluation.
  bool next_is_training() const { return phase_ == Phase::train; }
  /// Whether a step is about to begin, i.e. nothing is half done.
  bool between_steps() const { return phase_ == Phase::train && block_begin_ == 0; }
  void add_seconds(double seconds) { seconds_ += seconds; }

  std::int64_t step() const { return step_; }
  std::int64_t steps() const { return steps_; } ///< in the whole run
  std::int64_t examples() const { return examples_; }
  double epoch() const { return static_cast<double>(examples_) / static_cast<double>(train_count()); }
  double seconds() const { return seconds_; }
  double batch_loss() const { return batch_loss_; }
  const Evaluation& last_evaluation() const { return evaluation_; }
  Verdict verdict() const { return verdict_; }
  const LaneSettings& settings() const { return settings_; }
  const Network& network() const { return network_; }
  Network& network() { return network_; }
  /// Hash of all weights, layer by layer as PyTorch holds them.
  std::uint64_t hash() const;
  /// Examples of the step that would come next (the last batch of an epoch may be smaller).
  std::int64_t next_batch_size() const { return std::min(batch_, train_count() - epoch_position_); }

private:
  enum class Phase { evaluate_train, evaluate_test, train, done };
  std::int64_t train_count() const { return static_cast<std::int64_t>(data_->train.rows.size()); }
  void gather(const Part& part, bool train, std::span<const std::uint32_t> which);
  void evaluate_block();
  void train_block();
  void update();
  void begin_evaluation();
  bool evaluation_due(std::int64_t examples_before) const;

  LaneSettings settings_;
  std::shared_ptr<const Subset> data_;
  Network network_;
  const OptimizerEntry& optimizer_;
  const LossEntry& loss_;
  const ScheduleEntry& schedule_;
  Vector state0_, state1_;

  std::int64_t batch_, steps_per_epoch_, steps_, block_rows_;
  std::int64_t step_ = 0, examples_ = 0, epoch_index_ = -1, epoch_position_ = 0;
  std::int64_t block_begin_ = 0; // rows already done of the current batch or evaluation
  std::vector<std::uint32_t> order_;
  Phase phase_ = Phase::evaluate_train;
  Verdict verdict_ = Verdict::running;

  Matrix input_;
  std::vector<std::uint8_t> labels_;
  double loss_sum_ = 0, batch_loss_ = 0, seconds_ = 0;
  std::int64_t correct_ = 0;
  Evaluation evaluation_;
};

/// Training examples that an evaluation looks at, at most.
inline constexpr std::int64_t kEvaluateTrainMost = 2000;

} // namespace downhill
