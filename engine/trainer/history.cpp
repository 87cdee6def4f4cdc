#include "trainer/history.hpp"

namespace downhill {

void History::note(const Trainer& trainer) {
  const std::int64_t step = trainer.step();
  if (!trainer.between_steps() || step == 0 || step % interval_ != 0 || checkpoints_.contains(step)) return;
  bytes_ += checkpoints_.emplace(step, std::make_shared<const archive::Bytes>(trainer.save())).first->second->size();
  while (bytes_ > bytes_most_) thin();
}

void History::thin() {
  interval_ *= 2;
  for (auto it = checkpoints_.begin(); it != checkpoints_.end();) {
    if (it->first % interval_ == 0) {
      ++it;
      continue;
    }
    bytes_ -= it->second->size();
    it = checkpoints_.erase(it);
  }
}

std::vector<History::Kept> History::kept() const {
  std::vector<Kept> all;
  for (const auto& [step, bytes] : checkpoints_) all.push_back({step, bytes});
  return all;
}

bool History::aim(Trainer& trainer, std::int64_t step) const {
  if (trainer.step() == step) trainer.drop_batch();
  if (trainer.step() <= step) return false;
  auto after = checkpoints_.upper_bound(step);
  if (after == checkpoints_.begin()) {
    trainer.reset();
    return true;
  }
  const auto done = trainer.restore(*std::prev(after)->second);
  assert(done.ok() && "our own checkpoints fit the trainer they came from");
  static_cast<void>(done);
  return true;
}

void seek(Trainer& trainer, const History& history, std::int64_t step) {
  history.aim(trainer, step);
  while (!at_rest_at(trainer, step)) trainer.advance();
}

} // namespace downhill
