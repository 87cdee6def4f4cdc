#include "app/core/looks.hpp"

namespace downhill {

using namespace protocol;

namespace {

constexpr double kAskEvery_s = 0.2;
constexpr double kGiveUp_s = 3; // a worker that died never answers

bool same(const AskLook& a, const AskLook& b) { return a.key == b.key && a.kind == b.kind && a.from == b.from && a.count == b.count && a.image == b.image; }

} // namespace

void Looks::want(std::uint32_t slot, AskLook ask, std::int64_t step, Post post) {
  Slot& s = slots_[slot];
  ask.slot = first_ + slot;
  if (!same(ask, s.wanted) && ask.key != s.wanted.key) s.answer.reset();
  s.wanted = std::move(ask);
  s.step = step;
  s.post = std::move(post);
  s.fresh = true;
}

void Looks::want_images(std::uint32_t request, const std::string& experiment, bool train, std::vector<std::uint32_t> places, const Post& post) {
  Sheet& sheet = sheets_[request];
  if (sheet.asked.experiment == experiment && sheet.asked.train == train && sheet.asked.places == places && (sheet.waiting || sheet.images)) return;
  sheet.asked = {first_ + request, experiment, train, std::move(places)};
  sheet.waiting = true;
  post(sheet.asked);
}

bool Looks::failed(std::uint32_t slot, const LaneKey& key) const {
  const auto it = slots_.find(slot);
  return it != slots_.end() && it->second.failed && it->second.asked.key == key;
}

std::uint64_t Looks::version(std::uint32_t slot) const {
  const auto it = slots_.find(slot);
  return it == slots_.end() ? 0 : it->second.version;
}

const Images* Looks::images(std::uint32_t request) const {
  const auto it = sheets_.find(request);
  return it == sheets_.end() || !it->second.images ? nullptr : &*it->second.images;
}
std::uint64_t Looks::images_version(std::uint32_t request) const {
  const auto it = sheets_.find(request);
  return it == sheets_.end() ? 0 : it->second.version;
}

bool Looks::send(double now_s) {
  bool later = false;
  for (auto& [number, slot] : slots_) {
    if (!slot.fresh) continue;
    slot.fresh = false;
    const bool changed = !same(slot.wanted, slot.asked);
    if (!changed && (slot.failed || slot.asked_step == slot.step)) continue;
    if (slot.waiting && now_s - slot.asked_s < kGiveUp_s) continue; // the answer will come, and with it the next chance
    if (!changed && now_s - slot.asked_s < kAskEvery_s && now_s >= slot.asked_s) {
      slot.fresh = later = true; // nothing may be drawn until then
      continue;
    }
    slot.asked = slot.wanted;
    slot.asked_step = slot.step;
    slot.asked_s = now_s;
    slot.waiting = true;
    slot.failed = false;
    slot.post(slot.asked);
  }
  return later;
}

bool Looks::take_answer(std::uint32_t number, ToApp answer) {
  const auto it = slots_.find(number - first_);
  if (it == slots_.end()) return false;
  Slot& slot = it->second;
  slot.waiting = false;
  slot.answer = std::move(answer);
  ++slot.version;
  return true;
}

bool Looks::take(const Images& m) {
  const auto it = sheets_.find(m.request - first_);
  const std::size_t count = m.labels.size();
  if (m.width == 0 || m.height == 0 || m.places.size() != count || m.true_labels.size() != count ||
      m.pixels.size() != static_cast<std::size_t>(m.width) * m.height * count || it == sheets_.end())
    return false;
  Sheet& sheet = it->second;
  sheet.waiting = false;
  sheet.images = m;
  ++sheet.version;
  return true;
}

bool Looks::take(const LookProblem& m) {
  const auto it = slots_.find(m.head.slot - first_);
  if (it == slots_.end()) return false;
  Slot& slot = it->second;
  slot.waiting = false;
  slot.failed = slot.asked.key == m.head.key;
  slot.answer.reset();
  return true;
}

void Looks::renumber(const LaneKey& from, const LaneKey& to) {
  for (auto& [number, slot] : slots_)
    for (AskLook* ask : {&slot.wanted, &slot.asked})
      if (ask->key == from) ask->key = to;
}

void Looks::forget() {
  for (auto& [number, slot] : slots_) slot.asked_step = -1, slot.waiting = false;
  for (auto& [request, sheet] : sheets_) sheet.asked = {}, sheet.waiting = false;
}

} // namespace downhill
