// A lane on other training examples: the same network from the same start, trained on one draw after the other, and what the runs say of
// the same test examples. Each worker has one run at a time.
#pragma once
#include "experiment/experiment.hpp"
#include "inspect/draws.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <optional>

namespace downhill {

class Draws {
public:
  using Post = std::function<void(std::size_t worker, const protocol::ToTrainer&)>;
  struct Run {
    std::int64_t step = 0, steps = 1;
    std::uint64_t hash = 0;         ///< of the weights at the end
    std::vector<std::uint8_t> said; ///< the class of each test example; empty until it is done
    bool given_up = false;          ///< it could not be run, or diverged
    bool done() const { return given_up || !said.empty(); }
  };
  /// Of one lane.
  struct Result {
    Json lane; ///< its complete settings
    std::int64_t classes = 0;
    std::vector<Run> runs;
    std::vector<std::uint8_t> labels; ///< of the test examples; empty until a run is done
    /// Of the runs that are done; none where there are fewer than two.
    std::optional<Disagreement> disagreement;
    std::optional<Disagreement> of_runs() const; ///< works it out
    std::size_t given_up() const;                ///< how many runs
  };

  /// Workers know the questions by the slots from `first_slot` on, one a worker.
  explicit Draws(std::uint32_t first_slot) : first_slot_(first_slot) {}
  static constexpr std::uint32_t kFirstSlot = 0xff0000, kFirstLane = 1U << 21;

  /// How many draws of this experiment's training examples Fashion-MNIST has (of generated points there are always enough), at most
  /// kDrawsMost; none where there are no classes.
  static std::size_t most(const DataSettings& data);
  /// Begins anew with the lane; the results of others stay. `count` is 2 to most().
  void start(const Experiment& experiment, std::size_t lane, std::size_t count, std::size_t workers, std::uint32_t run, const Post& post);
  /// What is done stays.
  void cancel(const Post& post);
  /// Whether the message is about a run under way here.
  bool take(const protocol::Snapshot& m, const Post& post);
  bool take(const protocol::PredictionsLook& m, const Post& post);
  bool take(const protocol::LaneProblem& m, const Post& post);
  bool take(const protocol::LookProblem& m, const Post& post);
  /// Its worker died: the run waits to be begun anew.
  void worker_lost(std::size_t worker);
  /// Worker after worker died of the run: it is left out, and all that wait if nobody is left. Whether there was one.
  bool worker_hopeless(std::size_t worker);
  /// All workers have data: those without a run get one.
  void resume(const Post& post);
  /// Lanes are others: the results of those that there are no more are dropped.
  void follow(const Experiment& experiment);

  bool running() const { return running_; }
  /// Whether it is this lane that is being trained.
  bool running(const Json& lane) const { return running_ && results_.back().lane == lane; }
  /// Share of the steps done, 0 to 1.
  double progress() const;
  /// Null: there is none of this lane.
  const Result* of(const Json& lane) const;

private:
  struct Seat {
    protocol::LaneKey key;
    std::size_t draw = 0;
  };
  Run& run(const Seat& seat) { return results_.back().runs[seat.draw]; }
  std::optional<std::size_t> worker_of(const protocol::LaneKey& key) const;
  void begin_next(std::size_t worker, const Post& post);
  void leave(std::size_t worker, const Post& post);
  bool give_up(const protocol::LaneKey& key, const Post& post);

  std::uint32_t first_slot_;
  std::vector<Result> results_;            // the last is the one under way
  std::vector<std::optional<Seat>> seats_; // one a worker
  std::uint32_t run_ = 0, next_lane_ = kFirstLane;
  bool running_ = false;
};

} // namespace downhill
