// Where a run has been: weights along its way, from its checkpoints and from its first steps taken again.
#pragma once
#include "inspect/plane.hpp"
#include "trainer/history.hpp"

#include <memory>
#include <optional>
#include <set>

namespace downhill {

/// Works on copies, a piece at a time: the run goes on.
class CourseSearch {
public:
  /// The trainer is between two steps, or has ended. `points_most` ≥ 2: the start and where it stands are always among them.
  CourseSearch(const Trainer& trainer, const History& history, std::size_t points_most);
  /// False when all points are known.
  bool advance();
  std::size_t done() const { return course_.steps.size(); }
  std::size_t total() const { return total_; }
  /// Steps ascending.
  Course take() { return std::move(course_); }

  /// Steps from the start that are taken again for want of checkpoints; of runs that have none yet, all.
  static constexpr std::int64_t kAgain = 16;

private:
  void note(const Trainer& trainer);

  std::optional<Trainer> again_; // from the start
  Vector end_;
  std::int64_t end_step_;
  std::set<std::int64_t> first_steps_; // to be taken again
  std::vector<History::Kept> kept_;    // checkpoints of later ones, the last first
  std::size_t total_;
  Course course_;
};

} // namespace downhill
