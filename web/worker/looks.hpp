// Answers to what views ask of a lane: engine/inspect put into messages.
#pragma once
#include "protocol/messages.hpp"
#include "trainer/trainer.hpp"

#include <memory>
#include <optional>

namespace downhill {

/// Memory that an answer takes on the way, about, in bytes.
std::size_t memory_for(const Trainer& trainer, const protocol::AskLook& ask);
/// An answer that takes long, in pieces that a worker puts between those of the training. It works on a copy: the lane goes on.
class LookJob {
public:
  explicit LookJob(const protocol::LookHead& head) : head_(head) {}
  virtual ~LookJob() = default;
  LookJob(const LookJob&) = delete;
  LookJob& operator=(const LookJob&) = delete;
  const protocol::LookHead& head() const { return head_; }
  virtual std::uint32_t done() const = 0;
  virtual std::uint32_t all() const = 0;
  /// One piece, of a few milliseconds at most; while done() < all().
  virtual void advance() = 0;
  /// Once, at the end.
  virtual protocol::ToApp answer() = 0;

private:
  protocol::LookHead head_;
};
/// Null: the question is answered at once, by look().
std::unique_ptr<LookJob> look_job(const Trainer& trainer, const protocol::AskLook& ask);

/// Nothing where the run has no such thing: no predictions for regression, no next step after the last.
std::optional<protocol::ToApp> look(const Trainer& trainer, const protocol::AskLook& ask);

} // namespace downhill
