// One lane's run: batches, epochs, evaluation, the verdict. It does its work in small pieces, so that
// whoever drives it (command line, worker, page) can stop between any two; how it is sliced changes no bit.
// It has no clock: drivers add the seconds they measured.
#pragma once
#include "core/archive.hpp"
#include "core/hash.hpp"
#include "data/source.hpp"
#include "network/loss.hpp"
#include "network/network.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"
#include "trainer/evaluation.hpp"

#include <algorithm>
#include <optional>

namespace downhill {

enum class Verdict : std::uint8_t { running, finished, diverged, last = diverged };

/// Adds to the gradient the decay that these settings ask for.
void add_decay(const LaneSettings& settings, std::span<const float> weights, std::span<float> gradient);

class Trainer {
public:
  /// `settings` must fit the data: see misfit().
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
  /// Evaluates the run where it stands between two steps though no evaluation is due: the next pieces are its parts. It
  /// changes nothing of the run, not even its verdict, and has no norms (NaN).
  void evaluate_here();
  /// Whether an evaluation at this step is such an extra one.
  bool extra() const { return step_ > 0 && !evaluation_due(step_); }
  /// Leaves an extra evaluation that is half done; else nothing.
  void leave_extra();
  /// Leaves any evaluation undone, for steps that are taken again and have been measured before; at the run's end nothing.
  void leave_evaluation();

  std::int64_t step() const { return step_; }
  std::int64_t steps() const { return steps_; } ///< in the whole run
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t batch_size() const { return batch_; } ///< of all batches but an epoch's last
  std::int64_t examples() const { return examples_at(step_); }
  double epoch() const { return static_cast<double>(examples()) / static_cast<double>(epoch_examples()); }
  double seconds() const { return seconds_; }
  double batch_loss() const { return batch_loss_; }
  double lr() const { return lr_at(step_); } ///< of the step that comes next
  const Evaluation& last_evaluation() const { return evaluation_; }
  Verdict verdict() const { return verdict_; }
  const LaneSettings& settings() const { return settings_; }
  const Subset& data() const { return *data_; }
  const LossEntry& loss() const { return *loss_; }
  const OptimizerEntry& optimizer() const { return *optimizer_; }
  const Network& network() const { return network_; }
  Network& network() { return network_; }
  /// State arrays of the rule, P floats each or empty, in the order of OptimizerEntry::state.
  std::span<const float> state0() const { return state0_; }
  std::span<const float> state1() const { return state1_; }
  /// Adds all weights, layer by layer as PyTorch holds them; for one run and for all repeats of a lane.
  void add_to(Hash& hash) const;
  std::uint64_t hash() const;
  /// Examples of the step that would come next (the last batch of an epoch may be smaller).
  std::int64_t next_batch_size() const { return batch_size_at(step_); }
  /// Training examples of a step, as places in the training part, in the order they are worked in.
  std::vector<std::uint32_t> batch_of(std::int64_t step) const;
  /// Where the dropout masks of a step's first example lie.
  DropoutPlace dropout_place(std::int64_t step) const { return {settings_.seed, step / steps_per_epoch_, step % steps_per_epoch_ * batch_}; }

  /// From now on network().gradient() holds the gradient of the step just taken, decay added, after every step. Otherwise
  /// steps of one example move the weights without writing it down. The run is the same to the bit.
  void keep_gradient() { keeps_gradient_ = true; }
  /// Back to the beginning of the run.
  void reset();
  /// Forgets what has been worked off of a batch that is not done: between_steps() again, at the same step. Nothing in evaluations.
  void drop_batch();
  /// Everything that changes in a run, at any moment between two calls of advance(), as bytes (layout: Checkpoint in
  /// trainer.cpp and engine/README.md). A trainer restored from them goes on bit for bit.
  archive::Bytes save() const;
  /// Errors: checkpoint_damaged, checkpoint_other (of other settings or data); then nothing has changed.
  Result<bool> restore(std::span<const std::uint8_t> bytes);

private:
  enum class Phase : std::uint8_t { evaluate_train, evaluate_test, train, done, last = done };
  struct Checkpoint;
  std::int64_t train_count() const { return data_->train.size(); }
  std::int64_t epoch_examples() const { return settings_.drop_last ? steps_per_epoch_ * batch_ : train_count(); } // that an epoch works off
  std::int64_t examples_at(std::int64_t step) const { return step / steps_per_epoch_ * epoch_examples() + step % steps_per_epoch_ * batch_; }
  std::int64_t batch_size_at(std::int64_t step) const { return std::min(batch_, train_count() - step % steps_per_epoch_ * batch_); }
  double lr_at(std::int64_t step) const;
  std::vector<std::uint32_t> order_of(std::int64_t epoch) const;
  std::int64_t evaluated_count(bool train) const;
  std::uint64_t fingerprint() const;
  void evaluate_block();
  void train_block();
  bool in_one_pass() const; // whether the next step's gradient need not be written down
  void update();
  void update_in_one_pass();
  void begin_evaluation();
  bool evaluation_due(std::int64_t step) const; // after that many steps

  LaneSettings settings_;
  std::shared_ptr<const Subset> data_;
  const OptimizerEntry* optimizer_;
  const LossEntry* loss_;
  const ScheduleEntry* schedule_;
  Network network_;
  Vector state0_, state1_;

  std::int64_t batch_, steps_per_epoch_, steps_, block_rows_;
  std::int64_t step_ = 0;
  std::int64_t block_begin_ = 0; // rows already done of the current batch or evaluation
  bool keeps_gradient_ = false;
  std::int64_t order_epoch_ = -1;
  std::vector<std::uint32_t> order_; // of that epoch
  Phase phase_ = Phase::evaluate_train;
  Verdict verdict_ = Verdict::running;

  Matrix input_;
  Gathered gathered_;
  LossSum sum_;
  double batch_loss_ = 0, seconds_ = 0;
  Evaluation evaluation_;
};

/// Training examples that an evaluation looks at, at most.
inline constexpr std::int64_t kEvaluateTrainMost = 2000;

/// Why these settings can't train on this data, which only a user's own file can bring about. Codes: loss_needs_classes,
/// loss_needs_two, too_many_features.
std::optional<UserError> misfit(const LaneSettings& settings, const Subset& data);

} // namespace downhill
