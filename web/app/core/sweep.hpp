// The sweep that finds each lane's best rate: every lane at every rate of a grid, on a budget, by the same trainers.
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
    std::int64_t step = 0, steps = 1;
  };
  struct Curve {
    Json lane; ///< the lane's complete settings at the start
    std::vector<Point> points;
    /// The rate with the least loss, or none while points are missing or if all diverged.
    std::optional<double> best() const;
  };

  /// Begins anew. Budget: the lanes' own epochs, or fewer, so that a run sees at most kBudgetExamples examples.
  void start(const Experiment& experiment, std::size_t workers, std::uint32_t run, const Post& post);
  void cancel(const Post& post);
  /// Whether the snapshot is of a run of this sweep.
  bool take(const protocol::Snapshot& m);

  bool running() const { return running_; }
  /// Share of the steps done, 0 to 1.
  double progress() const;
  const std::vector<Curve>& curves() const { return curves_; }
  std::int64_t epochs() const { return epochs_; } ///< the budget

  static constexpr double kRates[] = {1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3};
  static constexpr std::int64_t kBudgetExamples = 20000;
  /// Lanes of a sweep are numbered from here.
  static constexpr std::uint32_t kFirstLane = 1U << 20;

private:
  std::vector<Curve> curves_;
  std::vector<protocol::LaneKey> keys_;
  std::vector<std::size_t> workers_;
  std::int64_t epochs_ = 1;
  bool running_ = false;
};

} // namespace downhill
