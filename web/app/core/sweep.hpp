// The sweep that finds each lane's best rate: every lane at every rate of a grid, on a budget, by the same trainers.
// Each worker has one run at a time, so that the grid needs no more memory than the race does.
#pragma once
#include "experiment/experiment.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <optional>

namespace downhill {

class Sweep {
public:
  using Post = std::function<void(std::size_t worker, const protocol::ToTrainer&)>;
  struct Point {
    double lr = 0;
    std::optional<double> loss; ///< training loss after the budget; infinite if it diverged; none until it is done
    bool given_up = false;      ///< it could not be run
    std::int64_t step = 0, steps = 1;
    double last_loss = 0; ///< of the latest evaluation
    bool done() const { return loss || given_up; }
  };
  struct Curve {
    Json lane; ///< the lane's complete settings at the start
    std::vector<Point> points;
    /// The rate with the least loss, or none while points are missing or if none has a finite loss.
    std::optional<double> best() const;
    /// Whether the best is the least or the largest rate that was tried, so that a better one may lie beyond.
    bool best_at_edge() const { return best() && (*best() == points.front().lr || *best() == points.back().lr); }
  };

  /// Begins anew. Budget: the lanes' own epochs, or fewer, so that a run sees at most kBudgetExamples examples.
  void start(const Experiment& experiment, std::size_t workers, std::uint32_t run, const Post& post);
  void cancel(const Post& post);
  /// Whether the snapshot is of a run under way here.
  bool take(const protocol::Snapshot& m, const Post& post);
  /// A run under way here can't be run: it is left out. Returns its lane's place; none: it is no run of this sweep.
  std::optional<std::size_t> take(const protocol::LaneProblem& m, const Post& post);
  /// Its worker died: the run waits to be begun anew.
  void worker_lost(std::size_t worker);
  /// Worker after worker died of the run: it is left out, and all that wait if nobody is left. Returns the run's lane's place.
  std::optional<std::size_t> worker_hopeless(std::size_t worker);
  /// All workers have data: those without a run get one.
  void resume(const Post& post);
  /// Lanes are others: curves follow their lanes; those of lanes that differ in more than the rate are dropped.
  void follow(const Experiment& experiment);

  bool running() const { return running_; }
  /// Share of the steps done, 0 to 1.
  double progress() const;
  /// One a lane (without points where a lane has none), or none at all.
  const std::vector<Curve>& curves() const { return curves_; }
  std::int64_t epochs() const { return epochs_; } ///< the budget

  static constexpr double kRates[] = {1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3};
  static constexpr std::int64_t kBudgetExamples = 20000;
  /// Lanes of a sweep are numbered from here.
  static constexpr std::uint32_t kFirstLane = 1U << 20;

private:
  struct Seat {
    protocol::LaneKey key;
    std::size_t lane = 0, rate = 0; // of the point that is run
  };
  Point& point(const Seat& seat) { return curves_[seat.lane].points[seat.rate]; }
  std::optional<std::size_t> worker_of(const protocol::LaneKey& key) const;
  void begin_next(std::size_t worker, const Post& post);
  void leave(std::size_t worker, const Post& post);

  std::vector<Curve> curves_;
  std::vector<std::optional<Seat>> seats_; // one a worker
  std::uint32_t run_ = 0, next_lane_ = kFirstLane;
  std::int64_t epochs_ = 1;
  bool running_ = false;
};

} // namespace downhill
