#include "app/core/looks.hpp"

#include "app/core/fresh_number.hpp"

#include <algorithm>
#include <utility>

namespace downhill {

using namespace protocol;

namespace {

constexpr double kAskEvery_s = 0.2;
constexpr double kGiveUp_s = 3; // a worker that died never answers

constexpr double kUnwanted_s = 1; // a view that is drawn wants its answer in every frame

bool same(const AskLook& a, const AskLook& b) { return a.key == b.key && a.question == b.question; }

} // namespace

Looks::~Looks() {
  for (Looks** user : users_) *user = nullptr;
}

void Looks::want(std::uint32_t slot, AskLook ask, std::int64_t step, Post post) {
  Slot& s = slots_[slot];
  ask.slot = first_ + slot;
  if (!same(ask, s.wanted) && ask.key != s.wanted.key) s.answer.reset();
  s.wanted = std::move(ask);
  s.step = step;
  s.post = std::move(post);
  s.fresh = true;
}

void Looks::drop(std::uint32_t number, Slot& it) {
  if (!it.waiting) return;
  it.asked_post(DropLook{first_ + number});
  it.waiting = false, it.asked_step = -1, it.progress = -1;
}

void Looks::cancel() {
  for (auto& [number, slot] : slots_) drop(number, slot);
}

bool Looks::send(double now_s) {
  bool later = false;
  for (auto& [number, slot] : slots_) {
    if (slot.progressed) slot.asked_s = now_s, slot.progressed = false; // long, but alive
    if (!slot.fresh) {
      if (slot.progress >= 0 && now_s - slot.wanted_s > kUnwanted_s) drop(number, slot);
      continue;
    }
    slot.fresh = false;
    slot.wanted_s = now_s;
    const bool changed = !same(slot.wanted, slot.asked);
    if (!changed && (slot.failed || slot.asked_step == slot.step)) continue;
    // the answer will come, and with it the next chance; one about another lane, and a long one to another question, are not waited for
    const bool idle = slot.wanted.key != slot.asked.key || (changed && slot.progress >= 0);
    if (slot.waiting && now_s - slot.asked_s < kGiveUp_s && !idle) continue;
    if (!changed && now_s - slot.asked_s < kAskEvery_s && now_s >= slot.asked_s) {
      slot.fresh = later = true; // nothing may be drawn until then
      continue;
    }
    drop(number, slot); // whoever was asked before may be another worker
    slot.asked = slot.wanted;
    slot.asked_post = slot.post;
    slot.asked_step = slot.step;
    slot.asked_s = now_s;
    slot.waiting = true;
    slot.failed = false;
    slot.progress = -1;
    slot.post(slot.asked);
  }
  return later;
}

bool Looks::take_answer(std::uint32_t number, const LaneKey& key, ToApp answer) {
  const auto it = slots_.find(number - first_);
  if (it == slots_.end() || it->second.asked.key != key) return false; // what was asked before, of another lane, may come late
  Slot& slot = it->second;
  slot.waiting = false;
  slot.progress = -1;
  slot.answer = std::move(answer);
  slot.version = fresh_number();
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
  sheet.version = fresh_number();
  return true;
}

bool Looks::take(const LookProblem& m) {
  const auto it = slots_.find(m.head.slot - first_);
  if (it == slots_.end() || it->second.asked.key != m.head.key) return false;
  Slot& slot = it->second;
  slot.waiting = false;
  slot.failed = true;
  slot.answer.reset();
  return true;
}

bool Looks::take(const LookProgress& m) {
  const auto it = slots_.find(m.head.slot - first_);
  if (it == slots_.end() || !it->second.waiting || it->second.asked.key != m.head.key || m.all == 0) return false;
  it->second.progress = static_cast<double>(m.done) / m.all;
  it->second.progressed = true;
  return true;
}

void Looks::renumber(const LaneKey& from, const LaneKey& to) {
  for (auto& [number, slot] : slots_)
    for (AskLook* ask : {&slot.wanted, &slot.asked})
      if (ask->key == from) ask->key = to;
}

void Looks::forget() {
  for (auto& [number, slot] : slots_) drop(number, slot), slot.asked_step = -1;
  for (auto& [request, sheet] : sheets_) sheet.asked = {}, sheet.waiting = false;
}

// ---- places ----

void LooksPlace::leave() {
  if (!looks_) return;
  if (const auto it = looks_->slots_.find(number_); it != looks_->slots_.end()) {
    looks_->drop(number_, it->second);
    looks_->slots_.erase(it);
  }
  looks_->sheets_.erase(number_);
  std::erase(looks_->users_, &looks_);
  looks_ = nullptr;
}

void LooksPlace::take(LooksPlace& other) {
  if (!other.looks_) return;
  std::replace(other.looks_->users_.begin(), other.looks_->users_.end(), &other.looks_, &looks_);
  looks_ = std::exchange(other.looks_, nullptr);
  number_ = other.number_;
}

void LooksPlace::go_to(Looks& looks) {
  if (looks_ == &looks) return;
  leave();
  looks_ = &looks;
  looks.users_.push_back(&looks_);
  number_ = looks.next_++;
}

void LookPlace::want(Looks& looks, AskLook ask, std::int64_t step, Looks::Post post) {
  go_to(looks);
  looks.want(number_, std::move(ask), step, std::move(post));
}

const Looks::Slot* LookPlace::slot() const {
  if (!looks_) return nullptr;
  const auto it = looks_->slots_.find(number_);
  return it == looks_->slots_.end() ? nullptr : &it->second;
}
bool LookPlace::failed() const {
  const Looks::Slot* it = slot();
  return it && it->failed && it->asked.key == it->wanted.key;
}
double LookPlace::progress() const {
  const Looks::Slot* it = slot();
  return it && it->waiting ? it->progress : -1;
}
std::uint64_t LookPlace::version() const {
  const Looks::Slot* it = slot();
  return it ? it->version : 0;
}

void Pictures::want(Looks& looks, const std::string& experiment, bool train, std::vector<std::uint32_t> places, const Looks::Post& post) {
  go_to(looks);
  Looks::Sheet& it = looks.sheets_[number_];
  if (it.asked.experiment == experiment && it.asked.train == train && it.asked.places == places && (it.waiting || it.images)) return;
  it.asked = {looks.first_ + number_, experiment, train, std::move(places)};
  it.waiting = true;
  post(it.asked);
}

const Looks::Sheet* Pictures::sheet() const {
  if (!looks_) return nullptr;
  const auto it = looks_->sheets_.find(number_);
  return it == looks_->sheets_.end() ? nullptr : &it->second;
}
const Images* Pictures::seen() const {
  const Looks::Sheet* it = sheet();
  return it && it->images ? &*it->images : nullptr;
}
std::uint64_t Pictures::version() const {
  const Looks::Sheet* it = sheet();
  return it ? it->version : 0;
}

} // namespace downhill
