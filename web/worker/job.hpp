// Work that takes long, in pieces that a worker puts between those of the training.
#pragma once
#include "protocol/messages.hpp"

#include <functional>

namespace downhill {

class Job {
public:
  using Post = std::function<void(const protocol::ToApp&)>;
  Job() = default;
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  /// Whether it is about this lane, and goes with it.
  virtual bool about(const protocol::LaneKey&) const { return false; }
  virtual bool ended() const = 0;
  /// One piece, of a few milliseconds at most; while it has not ended.
  virtual void advance() = 0;
  /// Says how far it is, or what there is of the answer: now and then, and once at the end.
  virtual void tell(const Post& post) = 0;
  /// Whether there is something to tell that shall not wait.
  virtual bool eager() const { return false; }
  /// What is said where there is no memory for it.
  virtual protocol::ToApp without_memory() const = 0;
};

} // namespace downhill
