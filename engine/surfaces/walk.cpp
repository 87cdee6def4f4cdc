#include "surfaces/walk.hpp"

#include "data/source.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

Walk::Walk(std::shared_ptr<const Surface> surface, const WalkSettings& settings)
    : surface_(std::move(surface)), settings_(settings), optimizer_(&entry_of(optimizers(), settings.optimizer.name)),
      schedule_(&entry_of(schedules(), settings.schedule.name)) {
  const std::int64_t size = surface_->size();
  batch_ = settings_.batch == 0 ? size : std::min(settings_.batch, size);
  if (size > 0) steps_per_epoch_ = (size + batch_ - 1) / batch_;
  here_.place = {static_cast<float>(settings_.start.x), static_cast<float>(settings_.start.y)};
  look();
}

void Walk::look() {
  const double x = here_.place[0], y = here_.place[1];
  const std::int64_t epoch = step_ / steps_per_epoch_, size = surface_->size();
  Slope slope = surface_->at(x, y);
  here_.f = static_cast<float>(slope.f);
  if (batch_ < size) {
    if (order_epoch_ != epoch) {
      order_epoch_ = epoch;
      order_ =
          random_order(PhiloxStream(stream_key(settings_.seed, Purpose::order), {0, static_cast<std::uint64_t>(epoch), 0}), static_cast<std::size_t>(size));
    }
    const std::int64_t begin = step_ % steps_per_epoch_ * batch_;
    slope = surface_->at(x, y, std::span(order_).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(std::min(batch_, size - begin))));
  }
  here_.gradient = {flush_product(static_cast<float>(slope.dx)), flush_product(static_cast<float>(slope.dy))};
  here_.lr = schedule_->rate_at(settings_.optimizer.values[0], {step_, epoch, epochs()}, settings_.schedule.values);
  diverged_ = !std::isfinite(here_.place[0]) || !std::isfinite(here_.place[1]) || !std::isfinite(here_.f) || !std::isfinite(here_.gradient[0]) ||
              !std::isfinite(here_.gradient[1]);
}

bool Walk::advance() {
  if (diverged_ || step_ == settings_.steps) return false;
  const std::size_t states = optimizer_->state.size();
  const auto kept = [&](std::array<float, 2>& state, std::size_t number) { return states > number ? std::span<float>(state) : std::span<float>(); };
  ++step_;
  const Update update{here_.place, here_.gradient, kept(here_.state0, 0), kept(here_.state1, 1), step_, here_.lr};
  optimizer_->update(update, settings_.optimizer.values);
  OptimizerEntry::settle(update);
  look();
  return true;
}

std::vector<Stand> whole_path(Walk walk) {
  std::vector<Stand> path{walk.here()};
  while (walk.advance()) path.push_back(walk.here());
  return path;
}

std::uint64_t hash_of(const std::vector<Stand>& path) {
  Hash hash;
  for (const Stand& stand : path) {
    hash.add_floats(stand.place);
    hash.add_floats({&stand.f, 1});
  }
  return hash.value();
}

} // namespace downhill
