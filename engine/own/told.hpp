// What readers tell of a user's files: what was left out, and why.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>

namespace downhill {

/// Sentences in the order in which they came; of very many only the first are kept, all are counted.
class Told {
public:
  void add(UserError what) {
    ++count_;
    if (list_.size() < kMost) list_.push_back(std::move(what));
  }
  /// As it was when it had so many.
  void back_to(std::uint64_t count) {
    count_ = count;
    if (list_.size() > count) list_.resize(static_cast<std::size_t>(count));
  }
  const std::vector<UserError>& list() const { return list_; }
  std::uint64_t count() const { return count_; }

private:
  static constexpr std::size_t kMost = 1000;
  std::vector<UserError> list_;
  std::uint64_t count_ = 0;
};

} // namespace downhill
