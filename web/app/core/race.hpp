// A race as the page holds it: the experiment, where each lane is, and the step credits that keep lanes together.
// No ImGui, no browser: messages go out through one function, come in through take(), and time comes in
// through tick(), so that it is tested alone. Several races share workers and packs; each has a number of its own.
#pragma once
#include "app/core/draws.hpp"
#include "app/core/looks.hpp"
#include "app/core/packs.hpp"
#include "app/core/sweep.hpp"
#include "app/core/undo.hpp"
#include "data/source.hpp"
#include "experiment/experiment.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <optional>

namespace downhill {

enum class Transport { ready, running, paused, finished };

/// Why a lane rests for good before its last step.
enum class Stop { none, accuracy, no_improvement };

/// When lanes stop early. 0 and false: never.
struct StopRules {
  double accuracy = 0;             ///< test accuracy reached, 0 to 1
  std::int64_t no_improvement = 0; ///< so many evaluations in a row without a new least test loss
  bool divergence = false;         ///< the race pauses as soon as a lane diverges
};

/// One run of a lane: of its own seed, or of a later one where `repeats` asks for more.
struct RunState {
  protocol::LaneKey key;
  std::size_t worker = 0;
  bool started = false; ///< a StartLane is out
  protocol::LaneStatus status = protocol::LaneStatus::running;
  Stop stop = Stop::none;
  bool returning = false; ///< shown where it was, while its worker is still on the way there
  bool lost = false;      ///< its worker died; the run is to be brought back to where it was
  std::uint32_t turn = 0; ///< of the last Seek
  std::int64_t step = 0, steps = 0, examples = 0, granted = 0;
  double epoch = 0, seconds = 0, batch_loss = 0;
  std::uint64_t hash = 0; ///< 0: not known at this step
  std::vector<Evaluation> evaluations;
  std::optional<Evaluation> here; ///< measured where the run last rested between two of them; no point of the curve
  archive::Bytes checkpoint;      ///< the latest that its worker has sent, taken at checkpoint_step
  std::int64_t checkpoint_step = 0;
  std::vector<float> losses; ///< of the batches, losses[i] of step i + 1
  std::optional<UserError> problem;
  bool ended() const { return problem || status != protocol::LaneStatus::running || stop != Stop::none; }
};
struct LaneState : RunState {
  std::vector<RunState> repeats; ///< the runs after the first
  bool hidden = false;           ///< from the curves
  bool catching_up = false;      ///< it began again while others kept their runs, and has not reached them yet
  /// What is known of the lane where it stands: its values at this step, or else those of the last evaluation before it, or null.
  const Evaluation* evaluation() const;
};

class Race {
public:
  using Post = std::function<void(std::size_t worker, const protocol::ToTrainer&)>;
  /// `number` keeps apart, in the workers, what belongs to different races; 0 to 255.
  Race(Post post, Packs& packs, std::uint32_t number = 0);

  // ---- the experiment ----
  const Experiment& experiment() const { return experiment_; }
  /// What becomes of runs when the experiment is replaced: lanes whose numbers it does not change keep theirs; all begin
  /// anew; or, besides those kept, those that an earlier change ended are brought back (undo).
  enum class Runs { kept, anew, brought_back };
  /// Replaces it, or says why not and leaves everything as it was.
  std::optional<UserError> set_experiment(const Json& json, Runs runs = Runs::kept);
  /// The same for this experiment with some of its fields changed, rather than another one: see Undo.
  std::optional<UserError> change_to(const Json& json);
  /// Sets one field of the base, by its JSON pointer. Same answer as set_experiment.
  std::optional<UserError> edit(const std::string& pointer, const Json& value);
  /// A user's own file, which workers have opened, as the data, by its hash: as set_source. Refused where nothing is known of it
  /// (needs_file), and where its answers are numbers and the race takes none (race_source).
  std::optional<UserError> set_own(const std::string& hash);
  /// Other data: as many examples and classes as are usual for it; lanes and batches stay where they can.
  std::optional<UserError> set_source(const std::string& source);
  /// Sets one field of a lane; back to the base's value, the lane no longer differs in it.
  /// Another method or batch takes the lane's given label away: it would no longer be true.
  std::optional<UserError> edit_lane(std::size_t lane, const std::string& pointer, const Json& value);
  /// Back to the base in one field.
  std::optional<UserError> clear_lane_field(std::size_t lane, const std::string& pointer);
  /// One more lane, of this rule and rate; `batch`: where it makes the method, 0 for the full one; else the base's, if that
  /// is a mini-batch.
  std::optional<UserError> add_lane(const std::string& rule, double lr, std::optional<std::int64_t> batch);
  std::optional<UserError> duplicate_lane(std::size_t lane);
  std::optional<UserError> remove_lane(std::size_t lane);
  std::optional<UserError> move_lane(std::size_t lane, std::size_t to);
  /// An empty name gives the lane its standard name back.
  std::optional<UserError> rename_lane(std::size_t lane, const std::string& name);
  /// The same rate in every lane; nullopt: each rule's default in PyTorch.
  std::optional<UserError> set_rates(std::optional<double> lr);
  std::optional<UserError> set_each_rate(const std::vector<double>& rates); ///< one a lane
  void hide_lane(std::size_t lane, bool hidden);
  /// All others hidden, or, if they are already, all shown.
  void solo_lane(std::size_t lane);
  /// Back to the experiment before the last change, and to its runs, where their numbers are still known.
  bool undo();
  bool redo();
  std::size_t undo_bytes = 48U << 20; ///< what the runs kept for undo may take
  /// Whoever holds the race says there what goes with the experiment.
  Undo& changes() { return undo_; }
  const Undo& changes() const { return undo_; }
  /// Whether anything that decides the numbers has changed since the link was last made.
  std::uint64_t experiment_version() const { return version_; }

  // ---- transport ----
  void start();
  void pause();
  /// Nobody sees it any more: pauses, and asks workers for nothing; a sweep and draws end with what they have.
  void leave();
  /// Whether it ran when it was left, and nobody has paused or moved it since.
  bool left_running() const { return left_running_ && transport_ == Transport::paused; }
  /// Every lane makes `n` updates and rests; negative: goes back.
  void step(std::int64_t n);
  /// Every lane goes on to the end of its epoch.
  void step_epoch();
  /// Every lane to its place after `examples` examples, or to update `step`; back or forward.
  void seek_examples(double examples);
  void seek_step(std::int64_t step);
  void reset();
  /// Examples a second and lane; 0 is as fast as the machine goes.
  void set_speed(double examples_per_second) { speed_ = examples_per_second; }
  double speed() const { return speed_; }
  Transport transport() const { return transport_; }
  /// A start or step was asked for, and data or workers are not there yet.
  bool waiting() const { return wanted_.has_value(); }
  const StopRules& stop_rules() const { return stop_rules_; }
  void set_stop_rules(const StopRules& rules) { stop_rules_ = rules, ++news_; }
  /// How far a lane is on its way to the next update, 0 to 1, at a speed slow enough to watch; 0 otherwise.
  double step_phase(std::size_t lane) const;

  // ---- the sweep over rates ----
  const Sweep& sweep() const { return sweep_; }
  /// At its end each lane gets its best rate, in one edit. Ends draws: it would change their lanes under them.
  void start_sweep();
  void cancel_sweep();

  // ---- a lane on other training examples ----
  const Draws& draws() const { return draws_; }
  /// Trains the lane on `count` draws; the first of them is its own. Ends a sweep.
  void start_draws(std::size_t lane, std::size_t count);
  /// On how many draws a lane can be trained: so many times its training examples are there.
  std::size_t draws_most() const;
  /// What would have to be fetched before so many draws are trained; null: nothing.
  const PackInfo* draws_pack(std::size_t count) const;
  void cancel_draws();

  // ---- the world ----
  /// Workers are new: everything begins again. The packs have been told.
  void begin_with_workers();
  /// A message of a worker; what is another race's is left alone. PackOpened goes to the packs first, then to every race.
  void take(std::size_t worker, const protocol::ToApp& message);
  /// The worker died and a new one without data took its place: its lanes go on from their last checkpoint and catch up, to the same bits.
  void worker_restarted(std::size_t worker);
  /// Worker after worker died in this place: what was left to do there is given up, and said.
  void worker_hopeless(std::size_t worker);
  void pack_failed(const UserError& error);
  /// To be called in every frame that shows the race. Lanes are prepared by it as soon as data is there: a race that has not
  /// been looked at yet does no work.
  void tick(double now_s);
  /// Asks for what was wanted since the last call. Whether something must be asked later, without news from outside.
  bool ask_looks(double now_s);

  // ---- what there is to see ----
  const std::vector<LaneState>& lanes() const { return lanes_; }
  const Packs& packs() const { return packs_; }
  const DataSettings& data() const { return experiment_.lanes.front().settings.data; }
  const PackInfo& pack_needed() const { return packs_.needed(data()); }
  bool pack_ready() const { return packs_.ready(data()); }
  /// What is known of the user's own file that the data are; null: they are no such file, or it was not here yet.
  const protocol::OwnFacts* own() const { return packs_.own(data()); }
  bool is_own() const { return data().source == "own"; }
  /// Whether the data are made by a formula: points of a plane, or of a curve.
  bool is_toy() const { return entry_of(sources(), data().source).generated; }
  /// Whether the data are images that are as high as wide, and not points or a table.
  bool has_images() const;
  /// Whether the data are points of a plane, of classes that can be told apart by colour and form: generated, or a table of two features.
  bool has_plane() const;
  /// Whether classes are told apart; else a number is learned. Of a file that is not here the loss tells.
  bool has_classes() const;
  /// The classes that are told apart: the document's, or, where it names none, all of the user's own file. Empty for numbers.
  std::vector<int> classes() const;
  /// Most examples that there are for a part of a user's own file, with the classes that are told apart; 0 where that is not known.
  std::int64_t own_most(bool train) const;
  /// The same with these classes, as a document lists them; 0 as well where that is no list of classes.
  std::int64_t own_most(bool train, const Json& classes) const;
  /// Numbers that a network takes (0: the file is not here), and that one with this lane's loss gives.
  std::int64_t inputs() const;
  std::int64_t outputs(std::size_t lane) const;
  bool takes_numbers = false; ///< whether it may be of data without classes; who holds the race says so
  const std::optional<UserError>& problem() const { return problem_; }
  /// For views: see Look and Pictures.
  Looks& looks() { return looks_; }
  std::function<void(const protocol::ToTrainer&)> to_worker(std::size_t worker);
  /// An experiment of the same data, as one that asks for their images says which.
  const std::string& data_text() const { return data_text_; }
  const std::vector<std::string>& bench_lines() const { return bench_lines_; }
  void ask_bench() { post_(0, protocol::AskBench{}); }
  /// The file of a lane's weights comes to `on_weights`.
  void ask_weights(std::size_t lane);
  std::function<void(std::size_t lane, const std::vector<std::uint8_t>& file)> on_weights;
  /// Grows with every piece of news; who draws compares.
  std::uint64_t news() const { return news_; }
  std::int64_t steps_per_epoch(std::size_t lane) const;
  std::int64_t batch_size(std::size_t lane) const;
  /// Most examples that a lane will have seen at its end.
  std::int64_t examples_at_end() const;

private:
  // What was asked for and has to wait for data. Where a lane is to go is reckoned when they are there: lanes may be others by then.
  struct Move {
    std::int64_t steps = 0, epochs = 0; // one of them; whole epochs lead to the end of one
  };
  struct Wanted {
    enum class Kind { run, to, sweep, draws } kind = Kind::run;
    std::function<std::int64_t(std::size_t lane)> target = {};
    std::vector<Move> moves = {}; // from there
    Json complete = {};           // the lane that is to be drawn: by its settings, since places change meanwhile
    std::size_t draws = 1;        // how many times
  };
  struct KeptRun {
    Json complete; // the lane's settings
    LaneState lane;
  };
  std::optional<UserError> put(const Json& json, Runs runs, bool opening);
  std::optional<UserError> replace(const Json& json, Runs runs);
  std::optional<UserError> set_data(const std::function<void(Json& data)>& change, bool with_classes, std::size_t class_count);
  std::optional<UserError> too_many(const DataSettings& data) const;
  void bring_back(const Json& json);
  void keep(const Json& complete, const LaneState& lane);
  bool find_again(LaneState& lane, const Json& complete);
  void return_lost();
  std::optional<UserError> edit_json(const std::function<void(Json&)>& change);
  std::vector<LaneState> new_lanes();
  void share_out();
  void begin_lanes();
  void resume();
  void begin_run(std::size_t lane, RunState& run);
  void move(Move by);
  void seek(std::function<std::int64_t(std::size_t lane)> target);
  std::optional<UserError> missing(std::size_t lane) const;
  void act_on_wish();
  DataSettings wished_data() const;
  DataSettings draws_data(std::size_t count) const;
  void grant(RunState& run, std::int64_t steps, bool hash_at_rest);
  void grant_running();
  void each_run(const std::function<void(std::size_t lane, RunState& run)>& act);
  bool all_ended() const;
  bool behind(const LaneState& lane) const;
  RunState* find(const protocol::LaneKey& key);
  void apply_stop_rules(RunState& run, std::size_t from);
  std::int64_t steps_begun_before(std::size_t lane, double examples) const;
  void on(std::size_t worker, const protocol::PackOpened& m);
  void on(std::size_t worker, const protocol::Snapshot& m);
  void on(std::size_t worker, const protocol::LaneProblem& m);
  void on(std::size_t worker, const protocol::Checkpoint& m);
  void give_up(RunState& run, UserError error);
  void give_up_point(std::optional<std::size_t> lane, UserError error);
  void take_rates();
  void on(std::size_t worker, const protocol::PredictionsLook& m);
  void on(std::size_t worker, const protocol::LookProblem& m);
  void on(std::size_t worker, const protocol::Weights& m);
  void on(std::size_t worker, const protocol::BenchReport& m);
  // maps, planes, points, fits and pictures of a draw belong to no race
  void on(std::size_t, const protocol::Points&) {}
  void on(std::size_t, const protocol::NeuronScore&) {}
  void on(std::size_t, const protocol::LearningPiece&) {}
  void on(std::size_t, const protocol::LearningProblem&) {}
  void on(std::size_t, const protocol::FitPiece&) {}
  void on(std::size_t, const protocol::FitCapacity&) {}
  void on(std::size_t, const protocol::FitRunPiece&) {}
  void on(std::size_t, const protocol::FitProblem&) {}
  void on(std::size_t, const protocol::DrawnPictures&) {}
  void on(std::size_t, const protocol::MapBegun&) {}
  void on(std::size_t, const protocol::MapPiece&) {}
  void on(std::size_t, const protocol::MapProblem&) {}
  void on(std::size_t, const protocol::PlaneBegun&) {}
  void on(std::size_t, const protocol::PlanePiece&) {}
  void on(std::size_t, const protocol::PlaneProblem&) {}
  template <class Seen> void on(std::size_t, const Seen& m) { news_ += looks_.take(m); }
  void settle();

  Post post_;
  Packs& packs_;
  Experiment experiment_;
  std::uint64_t version_ = 0;
  Undo undo_;
  std::vector<KeptRun> kept_;
  std::vector<LaneState> lanes_;
  std::uint32_t next_lane_ = 0, run_;
  Transport transport_ = Transport::ready;
  std::optional<Wanted> wanted_;
  std::vector<std::int64_t> targets_; // of a seek or step under way; empty while running freely
  bool left_running_ = false;
  bool due_ = false; // lanes are to be prepared, or to go on, with the next tick that finds data
  StopRules stop_rules_;
  double speed_ = 0, allowance_ = 0, ticked_s_ = -1;
  std::optional<UserError> problem_;
  Looks looks_;
  std::string data_text_;
  Sweep sweep_;
  Draws draws_;
  std::vector<std::string> bench_lines_;
  std::uint64_t news_ = 1;
};

/// The experiment with one of its lanes only, as a trainer takes it.
std::string single_lane(const Experiment& experiment, std::size_t lane);

} // namespace downhill
