// The trainer's side of the protocol: holds the data and some lanes, spends their step credits in short slices,
// reports. It knows no browser: in a worker, on the page's thread and in tests it is the same.
#pragma once
#include "data/idx.hpp"
#include "protocol/messages.hpp"
#include "trainer/history.hpp"
#include "worker/looks.hpp"

#include <functional>
#include <map>

namespace downhill {

class TrainerHost {
public:
  /// Whether so many bytes can be had.
  static bool has_room(std::size_t bytes);
  /// `now_s` is a clock; `post` takes a message to the app; `history_bytes` bounds the checkpoints of all lanes together; `room` is
  /// asked before a look.
  TrainerHost(std::function<double()> now_s, std::function<void(const protocol::ToApp&)> post, std::size_t history_bytes = 64U << 20,
              std::function<bool(std::size_t)> room = has_room)
      : now_s_(std::move(now_s)), post_(std::move(post)), history_bytes_most_(history_bytes), room_(std::move(room)) {}

  /// One message from the app; bytes that are no message are ignored.
  void receive(std::span<const std::uint8_t> bytes);
  /// A pack as fetched; `hash` is the FNV-1a the manifest gives. Answers PackOpened.
  void open_pack(const std::string& id, std::span<const std::uint8_t> packed, const std::string& hash);
  /// The four official files instead of the pack that holds everything; `hash` is the one the manifest gives for them.
  void open_files(const std::string& id, const IdxFiles& files, const std::string& hash);
  /// A user's own file (.downhill-data) beside whatever pack is there. `hash`: which one is wanted, 16 hex digits, or empty. Answers
  /// PackOpened of the pack "own:HASH", HASH being the file's own, or, where it is refused, `hash`.
  void open_own(const std::string& hash, std::span<const std::uint8_t> file);
  /// There is no memory for what is being done: tells the app. Whoever calls this then ends the trainer.
  void out_of_memory();
  /// Works for at most about `budget_s`. Returns whether there is more that could be done at once.
  bool work(double budget_s);
  /// Of the checkpoints that are kept for going back, of whatever race.
  std::size_t history_bytes() const;

private:
  struct Runner {
    protocol::LaneKey key;
    Trainer trainer;
    History history;
    std::int64_t granted = 0;
    std::uint32_t turn = 0;                              // of the last Seek
    std::vector<Evaluation> evaluations = {}, here = {}; // not told yet; `here` holds one at most
    std::int64_t evaluated_step = -1;                    // of the last evaluation that was done
    std::vector<float> losses = {};                      // of the steps up to the trainer's, not told yet
    bool news = true;                                    // something the app has not been told
    bool owes_hash = false;
    std::int64_t shared_step = 0; // of the last Checkpoint
    double shared_s = 0;
    bool can_work() const { return trainer.verdict() == Verdict::running && (!trainer.between_steps() || trainer.step() < granted); }
    /// Everything that is owed of this step is known.
    bool rests() const { return !can_work() && (trainer.verdict() != Verdict::running || evaluated_step == trainer.step()); }
    bool between_steps() const { return trainer.verdict() != Verdict::running || trainer.between_steps(); }
  };
  void opened(std::shared_ptr<const Source> source, const UserError& error);
  const std::shared_ptr<const Source>& source_for(const DataSettings& data) const;
  void start(const protocol::StartLane& message);
  void seek(const protocol::Seek& message);
  void send_images(const protocol::AskImages& message);
  void answer_looks();
  void start_map(const protocol::AskMap& message);
  void send_points(const protocol::AskPoints& message);
  void start_plane(const protocol::AskPlane& message);
  void send_score(const protocol::AskNeuron& message);
  void send_drawn(const protocol::AskDrawn& message);
  void start_learning(const protocol::AskLearning& message);
  template <class Ask> void start_fit(const Ask& message);
  void advance_jobs(double until_s);
  void tell_progress();
  void note(Runner& runner);
  Runner* find(const protocol::LaneKey& key);
  Result<std::shared_ptr<const Subset>> subset_for(const DataSettings& data);
  bool evaluate_at_rest();
  void report(bool at_rest);
  void share(Runner& runner);
  Runner* next_runner();

  std::function<double()> now_s_;
  std::function<void(const protocol::ToApp&)> post_;
  std::size_t history_bytes_most_;
  std::function<bool(std::size_t)> room_;
  std::string opening_;                         // pack that is being opened
  std::optional<protocol::LaneKey> working_on_; // lane that is being started or advanced
  std::shared_ptr<const Source> source_, own_;
  std::vector<std::pair<DataSettings, std::shared_ptr<const Subset>>> subsets_; // the latest; lanes of a race share one
  std::map<protocol::LaneKey, Runner> runners_;
  enum class Asked : std::uint8_t { look, map, plane, learning, fit };
  using JobKey = std::pair<Asked, std::uint32_t>;    // each kind has slots of its own
  std::map<std::uint32_t, protocol::AskLook> looks_; // by slot
  std::map<JobKey, std::unique_ptr<Job>> jobs_;      // long answers under way
  JobKey last_job_{};                                // that had a piece
  std::optional<protocol::ToApp> last_words_;        // of the answer that is being worked out, if there is no memory for it
  double reported_s_ = -1, progress_s_ = -1;
};

} // namespace downhill
