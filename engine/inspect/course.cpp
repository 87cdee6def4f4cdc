#include "inspect/course.hpp"

#include <algorithm>
#include <cassert>

namespace downhill {

CourseSearch::CourseSearch(const Trainer& trainer, const History& history, std::size_t points_most)
    : end_(trainer.network().parameters().begin(), trainer.network().parameters().end()), end_step_(trainer.step()) {
  assert(points_most >= 2);
  // near the start, where most happens, step by step and then more seldom; later as far as checkpoints are
  std::set<std::int64_t> between;
  const bool short_run = end_step_ <= History::kFirstInterval; // has no checkpoints
  const std::int64_t again = short_run ? end_step_ : kAgain;
  for (std::int64_t step = 1; step <= again; step *= 2) between.insert(step);
  if (short_run)
    for (std::int64_t eighth = 1; eighth < 8; ++eighth) between.insert(end_step_ * eighth / 8);
  for (const History::Kept& kept : history.kept()) between.insert(kept.step);
  std::erase_if(between, [&](std::int64_t step) { return step <= 0 || step >= end_step_; });
  std::vector<std::int64_t> wanted(between.begin(), between.end());
  const std::size_t room = points_most - 2;
  if (wanted.size() > room) {
    std::vector<std::int64_t> fewer;
    for (std::size_t i = 0; i < room; ++i) fewer.push_back(wanted[(2 * i + 1) * wanted.size() / (2 * room)]);
    wanted = std::move(fewer);
  }
  for (const std::int64_t step : wanted)
    if (step < History::kFirstInterval) first_steps_.insert(step);
  for (const History::Kept& kept : history.kept())
    if (std::binary_search(wanted.begin(), wanted.end(), kept.step)) kept_.push_back(kept);
  std::reverse(kept_.begin(), kept_.end());
  total_ = first_steps_.size() + kept_.size() + (end_step_ > 0 ? 2 : 1);
  again_.emplace(trainer);
  again_->reset();
}

void CourseSearch::note(const Trainer& trainer) {
  course_.steps.push_back(trainer.step());
  const auto weights = trainer.network().parameters();
  course_.weights.insert(course_.weights.end(), weights.begin(), weights.end());
}

bool CourseSearch::advance() {
  if (done() == total_) return false;
  if (course_.steps.empty()) {
    note(*again_);
  } else if (!first_steps_.empty()) {
    const std::int64_t next = *first_steps_.begin();
    if (again_->step() < next) {
      again_->leave_evaluation();
      again_->advance();
      return true;
    }
    note(*again_);
    first_steps_.erase(next);
  } else if (!kept_.empty()) {
    const auto restored = again_->restore(*kept_.back().bytes);
    assert(restored.ok() && "a run's own checkpoints fit it");
    static_cast<void>(restored);
    note(*again_);
    kept_.pop_back();
  } else {
    course_.steps.push_back(end_step_);
    course_.weights.insert(course_.weights.end(), end_.begin(), end_.end());
    again_.reset();
  }
  return done() < total_;
}

} // namespace downhill
