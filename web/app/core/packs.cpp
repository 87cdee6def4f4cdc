#include "app/core/packs.hpp"

#include "data/source.hpp"

#include <algorithm>

namespace downhill {

Packs::Packs(Load load, std::vector<PackInfo> infos) : load_(std::move(load)), infos_(std::move(infos)) {
  std::sort(infos_.begin(), infos_.end(), [](const PackInfo& a, const PackInfo& b) { return a.bytes < b.bytes; });
}

const protocol::OwnFacts* Packs::own(const std::string& hash) const {
  const auto found = own_.find(hash);
  return found == own_.end() ? nullptr : &found->second;
}

const protocol::OwnFacts* Packs::own(const DataSettings& data) const {
  if (data.source != "own") return nullptr;
  return data.file.empty() ? latest_own() : own(data.file);
}

std::string Packs::own_name(const std::string& hash) const {
  const auto found = own_names_.find(hash);
  return found == own_names_.end() ? std::string() : found->second;
}

const PackInfo& Packs::needed(const DataSettings& data) const {
  if (data.source == "own") {
    const std::string& hash = data.file.empty() ? latest_own_ : data.file;
    return own_packs_.try_emplace(hash, PackInfo{"own:" + hash, 0, 0, 0, {}}).first->second;
  }
  const auto per_class = [&](std::int64_t n) {
    const auto classes = std::max<std::int64_t>(1, static_cast<std::int64_t>(data.classes.size()));
    return (n + classes - 1) / classes;
  };
  for (const PackInfo& pack : infos_)
    if (!pack.seed || (*pack.seed == data.seed && per_class(data.train) * 10 <= pack.train && per_class(data.test) * 10 <= pack.test)) return pack;
  return infos_.back();
}

bool Packs::ready(const DataSettings& data) const {
  if (opened_.empty()) return false;
  if (entry_of(sources(), data.source).generated) return true;
  const PackInfo& wanted = needed(data);
  if (is_own(wanted.id)) return own(data) && std::all_of(opened_own_.begin(), opened_own_.end(), [&](const std::string& id) { return id == wanted.id; });
  return std::all_of(opened_.begin(), opened_.end(), [&](const std::string& id) {
    // a larger pack that is open already will do, too
    return std::any_of(infos_.begin(), infos_.end(),
                       [&](const PackInfo& p) { return p.id == id && (p.id == wanted.id || !p.seed || (p.seed == wanted.seed && p.train >= wanted.train)); });
  });
}

void Packs::request(const DataSettings& data) {
  if (ready(data)) return;
  const std::string& id = needed(data).id;
  if (loading_ != id) load(id);
}

void Packs::request_smallest() {
  const bool nothing = std::all_of(opened_.begin(), opened_.end(), [](const std::string& id) { return id.empty(); });
  if (nothing && loading_.empty() && !infos_.empty()) load(infos_.front().id);
}

// A refusal stays: a worker may have died of what it refused, and the new one would do the same.
void Packs::worker_lost(std::size_t worker) {
  opened_[worker].clear();
  opened_own_[worker].clear();
  if (!refusal_) answered_[worker] = false;
}

void Packs::load(const std::string& id) {
  loading_ = id;
  refusal_.reset();
  failure_.reset();
  answered_.assign(answered_.size(), false);
  load_(id, load_failed_);
}

void Packs::take(std::size_t worker, const protocol::PackOpened& m) {
  refused_.reset();
  const bool good = m.error_code.empty(), awaited = m.pack == loading_;
  if (good) (is_own(m.pack) ? opened_own_ : opened_)[worker] = m.pack;
  // a file of the user's own that is missing is as missing when another one comes
  if (good && (is_own(failed_pack_) ? m.pack == failed_pack_ : !is_own(m.pack))) load_failed_ = false, failure_.reset();
  if (!m.own.empty()) latest_own_ = m.own[0].hash, own_[latest_own_] = m.own[0];
  if (!awaited) { // the user's own files, which nobody asked for
    if (!good && worker == 0) refused_ = UserError{m.error_code, "", m.error_with}, failed(*refused_), failed_pack_ = m.pack;
    return;
  }
  answered_[worker] = true;
  if (!good) refusal_ = UserError{m.error_code, "", m.error_with};
  if (!std::all_of(answered_.begin(), answered_.end(), [](bool answered) { return answered; })) return;
  failed_pack_ = std::exchange(loading_, {});
  if (!refusal_) return;
  refused_ = std::move(refusal_);
  refusal_.reset();
  load_failed_ = true;
  failure_ = refused_;
}

} // namespace downhill
