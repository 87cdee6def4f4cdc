#include "trainer/history.hpp"

namespace downhill {

void History::note(const Trainer& trainer) {
  const std::int64_t step = trainer.step();
  if (!trainer.between_steps() || step == 0 || step % interval_ != 0 || checkpoints_.contains(step)) return;
  bytes_ += checkpoints_.emplace(step, trainer.save()).first->second.size();
  while (bytes_ > bytes_most_) {
    interval_ *= 2;
    for (auto it = checkpoints_.begin(); it != checkpoints_.end();) {
      if (it->first % interval_ == 0) {
        ++it;
        continue;
      }
      bytes_ -= it->second.size();
      it = checkpoints_.erase(it);
    }
  }
}

void History::rewind(Trainer& trainer, std::int64_t step) const {
  auto after = checkpoints_.upper_bound(step);
  if (after == checkpoints_.begin()) {
    trainer.reset();
    return;
  }
  const auto done = trainer.restore(std::prev(after)->second);
  assert(done.ok() && "our own checkpoints fit the trainer they came from");
  static_cast<void>(done);
}

void seek(Trainer& trainer, const History& history, std::int64_t step) {
  if (trainer.step() > step || trainer.verdict() != Verdict::running) history.rewind(trainer, step);
  while (!at_rest_at(trainer, step)) trainer.advance();
}

} // namespace downhill
