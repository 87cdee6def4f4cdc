// A race as the page holds it: the experiment, where each lane is, and the step credits that keep lanes together.
// No ImGui, no browser: messages go out through one function, come in through deliver(), and time comes in
// through tick(), so that it is tested alone.
#pragma once
#include "experiment/experiment.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <optional>

namespace downhill {

/// A data pack that can be fetched; a row of packs.json.
struct PackInfo {
  std::string id;
  std::int64_t bytes = 0, train = 0, test = 0;
  std::optional<std::uint64_t> seed; ///< of the draw it begins; none: everything
};

enum class Transport { ready, running, paused, finished };

struct LaneState {
  protocol::LaneKey key;
  std::size_t worker = 0;
  bool started = false; ///< a StartLane is out
  protocol::LaneStatus status = protocol::LaneStatus::running;
  std::int64_t step = 0, steps = 0, examples = 0, granted = 0;
  double epoch = 0, seconds = 0, batch_loss = 0;
  std::uint64_t hash = 0; ///< 0: not known at this step
  std::vector<protocol::EvaluationRow> evaluations;
  std::optional<UserError> problem;
  bool ended() const { return problem || status != protocol::LaneStatus::running; }
};

class Race {
public:
  struct Host {
    std::function<void(std::size_t worker, const protocol::ToTrainer&)> post;
    /// Fetch it and hand it to every worker; `anew`: past any cache, since the last one failed.
    std::function<void(const std::string& pack, bool anew)> load_pack;
  };
  Race(Host host, std::vector<PackInfo> packs);

  // ---- the experiment ----
  const Experiment& experiment() const { return experiment_; }
  /// Replaces it and resets, or says why not and leaves everything as it was.
  std::optional<UserError> set_experiment(const Json& json);
  /// Sets one field of the base, by its JSON pointer. Same answer as set_experiment.
  std::optional<UserError> edit(const std::string& pointer, const Json& value);
  /// Sets one field of a lane; back to the base's value, the lane no longer differs in it.
  /// Another method or batch takes the lane's given label away: it would no longer be true.
  std::optional<UserError> edit_lane(std::size_t lane, const std::string& pointer, const Json& value);
  /// Whether anything that decides the numbers has changed since the link was last made.
  std::uint64_t experiment_version() const { return version_; }

  // ---- transport ----
  void start();
  void pause();
  /// Every lane makes `n` updates and rests.
  void step(std::int64_t n);
  void reset();
  /// Examples a second and lane; 0 is as fast as the machine goes.
  void set_speed(double examples_per_second) { speed_ = examples_per_second; }
  double speed() const { return speed_; }
  Transport transport() const { return transport_; }
  /// A start or step was asked for, and data or workers are not there yet.
  bool waiting() const { return wanted_.has_value(); }

  // ---- the world ----
  void set_worker_count(std::size_t count);
  void deliver(std::size_t worker, std::span<const std::uint8_t> bytes);
  /// The worker died and a new one without data took its place: its lanes begin again and catch up, to the same bits.
  void worker_restarted(std::size_t worker);
  void pack_failed(const UserError& error);
  void tick(double now_s);

  // ---- what there is to see ----
  const std::vector<LaneState>& lanes() const { return lanes_; }
  const std::vector<PackInfo>& packs() const { return packs_; }
  /// The smallest pack that holds the experiment's subset.
  const PackInfo& pack_needed() const;
  bool pack_ready() const;
  const std::optional<UserError>& problem() const { return problem_; }
  const protocol::Images& images() const { return images_; }
  /// Grows when other images have come.
  std::uint64_t images_version() const { return images_version_; }
  const std::vector<std::string>& bench_lines() const { return bench_lines_; }
  void ask_bench() { host_.post(0, protocol::AskBench{}); }
  /// Grows with every piece of news; who draws compares.
  std::uint64_t news() const { return news_; }
  std::int64_t steps_per_epoch(std::size_t lane) const;
  std::int64_t batch_size(std::size_t lane) const;

private:
  struct Wanted {
    std::int64_t steps; // 0: run
  };
  void request_pack();
  void begin_lanes();
  void begin_lane(std::size_t lane);
  void act_on_wish();
  void grant(std::size_t lane, std::int64_t steps, bool hash_at_rest);
  void grant_running();
  std::int64_t steps_begun_before(std::size_t lane, double examples) const;
  void on(std::size_t worker, const protocol::PackOpened& m);
  void on(std::size_t worker, const protocol::Snapshot& m);
  void on(std::size_t worker, const protocol::LaneProblem& m);
  void on(std::size_t worker, const protocol::Images& m);
  void on(std::size_t worker, const protocol::BenchReport& m);
  void settle();

  Host host_;
  std::vector<PackInfo> packs_;
  Experiment experiment_;
  std::uint64_t version_ = 0;
  std::vector<LaneState> lanes_;
  std::uint32_t run_ = 0;
  Transport transport_ = Transport::ready;
  std::optional<Wanted> wanted_;
  std::vector<std::int64_t> step_targets_; // of a step() under way; empty while running freely
  double speed_ = 0, allowance_ = 0, ticked_s_ = -1;
  std::vector<std::string> opened_; // pack that each worker has open
  std::string loading_;
  bool load_failed_ = false;
  std::optional<UserError> problem_;
  protocol::Images images_;
  std::uint64_t images_version_ = 0;
  std::vector<std::string> bench_lines_;
  std::uint64_t news_ = 1;
};

/// Training images that the data card shows.
inline constexpr std::uint32_t kCardImages = 20;

} // namespace downhill
