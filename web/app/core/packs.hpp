// The data that workers have: packs are fetched once for all races, every worker keeps the one it opened last.
#pragma once
#include "experiment/experiment.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <map>
#include <optional>

namespace downhill {

/// A data pack that can be fetched; a row of packs.json.
struct PackInfo {
  std::string id;
  std::int64_t bytes = 0, train = 0, test = 0;
  std::optional<std::uint64_t> seed; ///< of the draw it begins; none: everything
};

class Packs {
public:
  /// Fetch it and hand it to every worker; `anew`: past any cache, since the last one failed.
  using Load = std::function<void(const std::string& pack, bool anew)>;
  Packs(Load load, std::vector<PackInfo> infos);

  const std::vector<PackInfo>& infos() const { return infos_; }
  /// The smallest pack that holds what `data` draws; of a user's own file "own:HASH".
  const PackInfo& needed(const DataSettings& data) const;
  /// What is known of the user's own file that `data` names (or, naming none, of the latest); null: none, or it was not here yet.
  const protocol::OwnFacts* own(const DataSettings& data) const;
  const protocol::OwnFacts* own(const std::string& hash) const;
  /// The one that was opened last; null: none.
  const protocol::OwnFacts* latest_own() const { return own(latest_own_); }
  /// What the file was called on the user's device: shown, and in a link, never part of a document.
  void name_own(const std::string& hash, const std::string& name) { own_names_[hash] = name; }
  std::string own_name(const std::string& hash) const;
  /// Whether what was last refused or could not be had is a user's own file: only who needs that one is concerned.
  bool own_failed() const { return is_own(failed_pack_); }
  /// Whether every worker can draw it. Toys are made from formulas and need no pack, only workers.
  bool ready(const DataSettings& data) const;
  void request(const DataSettings& data);
  /// The smallest of all, where nothing else is there or asked for: whatever is shown now, images will be wanted.
  void request_smallest();

  std::size_t worker_count() const { return opened_.size(); }
  /// New workers, none of which has data.
  void set_worker_count(std::size_t count) { opened_.assign(count, ""), opened_own_.assign(count, ""), answered_.assign(count, false), loading_.clear(); }
  void worker_lost(std::size_t worker);
  /// What a worker said of a pack it was given.
  void take(std::size_t worker, const protocol::PackOpened& m);
  /// What is wrong with the data that were loaded, if the last answer made that known. All workers find the same, one after the
  /// other: it is known when the last has answered, so that no late refusal is taken for one of what is loaded next.
  const std::optional<UserError>& refused() const { return refused_; }
  /// Fetching failed, for this reason; the next request asks anew.
  void failed(UserError why) { failed_pack_ = loading_, failure_ = std::move(why), load_failed_ = true, loading_.clear(); }
  /// Why what these data need is not there, if that was asked for last; none while it is under way.
  const std::optional<UserError>& failure(const DataSettings& data) const { return failed_pack_ == needed(data).id ? failure_ : kNone; }

  double received = 0, total = 0; ///< bytes of the one that is being fetched

private:
  void load(const std::string& id);
  static bool is_own(const std::string& pack) { return pack.starts_with("own:"); }

  Load load_;
  std::vector<PackInfo> infos_;
  std::vector<std::string> opened_, opened_own_;  // pack that each worker has open; its "own:HASH" beside that
  std::map<std::string, protocol::OwnFacts> own_; // by hash: of every file that was here
  std::map<std::string, std::string> own_names_;
  std::string latest_own_;
  mutable std::map<std::string, PackInfo> own_packs_; // by hash, as `needed` gives them
  std::vector<bool> answered_;                        // of what is being loaded
  std::string loading_, failed_pack_;
  std::optional<UserError> refusal_, refused_, failure_;
  bool load_failed_ = false;
  static constexpr std::optional<UserError> kNone{};
};

} // namespace downhill
