// Answers to what views ask of a lane: engine/inspect put into messages.
#pragma once
#include "trainer/history.hpp"
#include "worker/job.hpp"

#include <memory>
#include <optional>

namespace downhill {

/// Memory that an answer takes on the way, about, in bytes.
std::size_t memory_for(const Trainer& trainer, const protocol::AskLook& ask);
/// An answer that takes long. It works on a copy: the lane goes on.
class LookJob : public Job {
public:
  explicit LookJob(const protocol::LookHead& head) : head_(head) {}
  const protocol::LookHead& head() const { return head_; }
  virtual std::uint32_t done() const = 0;
  virtual std::uint32_t all() const = 0;
  /// Once, at the end.
  virtual protocol::ToApp answer() = 0;

  bool about(const protocol::LaneKey& lane) const override { return lane == head_.key; }
  bool ended() const override { return done() == all(); }
  void tell(const Post& post) override { post(ended() ? answer() : protocol::LookProgress{head_, done(), all()}); }
  protocol::ToApp without_memory() const override { return protocol::LookProblem{head_}; }

private:
  protocol::LookHead head_;
};
/// Null: the question is answered at once, by look().
std::unique_ptr<LookJob> look_job(const Trainer& trainer, const History& history, const protocol::AskLook& ask);

/// Nothing where the run has no such thing: no predictions for regression, no next step after the last.
std::optional<protocol::ToApp> look(const Trainer& trainer, const protocol::AskLook& ask);

} // namespace downhill
