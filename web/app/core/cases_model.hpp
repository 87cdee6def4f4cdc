// What becomes of a document of the lab Cases: its pictures (asked of a worker, since only workers have images), their three parts, the
// run that learns from them in slices, which line of the script is at work, and the script itself in pieces. No ImGui, no words.
#pragma once
#include "app/core/lab_document.hpp"
#include "app/core/race.hpp"
#include "cases/stations.hpp"
#include "export/cases_script.hpp"
#include "protocol/messages.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>

namespace downhill {

class CasesModel {
public:
  using Post = std::function<void(const protocol::ToTrainer&)>;
  /// `post` goes to a worker, `clock_s` tells how long a slice has taken.
  CasesModel(LabDocument& document, Post post, std::function<double()> clock_s);

  /// To be called after the document was changed, however that was, before anything else is asked: what hangs on it is made anew, and what
  /// does not stays. A run stays while nothing is changed that it is trained by.
  void follow();
  const CasesDocument& document() const { return read_; }
  /// The document's; of own data with what the file says (settings_with), once it is known.
  const CaseSettings& settings() const { return settings_; }
  /// What is known of a user's own file, by its hash (empty: of the latest); null: it was not here yet. To be set before own data are shown.
  std::function<const protocol::OwnFacts*(const std::string& hash)> own_facts = [](const std::string&) { return nullptr; };
  /// The one that this document is about; null: it is about none, or nothing is known of it.
  const protocol::OwnFacts* file() const { return settings_.own ? own_facts(settings_.file) : nullptr; }
  /// A user's own file, which workers have opened, as the data: the case that its answers fit, with as many examples as it has; where they
  /// are numbers trained as suited_training says. Errors:
  /// needs_file, case_needs_packed, and those of the case where it has too few examples.
  std::optional<UserError> set_own(const std::string& hash);
  /// The answers of the file that is used are too large for the training that comes with it (SuitedTraining::far).
  bool answers_far() const;
  /// Fashion-MNIST again.
  std::optional<UserError> set_fashion();
  CaseStation station() const { return settings().station; }
  /// Another case: what it does not have in common with the one before becomes its default; raters, seeds, the loader's settings and the
  /// station stay. So does the user's own file. Errors: wrong_type of what is no case, those of settings_with where the file's answers do not fit.
  std::optional<UserError> set_case(const std::string& kind);
  /// A field with what must go along with it: no batch has more pictures than there are, and the picture that is predicted is one of them.
  std::vector<std::pair<std::string, Json>> with_others(const std::string& pointer, const Json& value) const;
  /// Grows with every piece of news that is to be drawn.
  std::uint64_t news() const { return news_; }

  // ---- pictures ----
  /// What packs must hold for it.
  DataSettings packs_needed() const;
  /// To be called while pictures are wanted and the worker has that: asks for them, one question at a time.
  void want();
  /// What a worker said. False: it is no answer to this, or makes no sense.
  bool take(const protocol::ToApp& message);
  /// The worker is new: what it has not answered is asked for again when it is next wanted.
  void worker_lost() { waiting_ = false; }
  /// The three parts; null: the pictures have not come, or the document asks for what there is not (`problem`).
  const CaseData* data() const { return data_ ? &*data_ : nullptr; }
  /// Why there is no data. Errors: those of case_data and of the worker.
  const std::optional<UserError>& problem() const { return problem_; }
  /// 28×28 bytes of the picture at a place in the document's draw of the training part, rated or not; empty: it has not come. Of scores the
  /// first kRatingsMost places come with the data, and do so where too few are rated for any training.
  std::span<const std::uint8_t> drawn(std::uint32_t place) const;
  /// How many places of that draw are here; none of own data, whose examples nobody rates here.
  std::uint32_t drawn_count() const;
  /// Of which class that picture is.
  int drawn_class(std::uint32_t place) const { return settings().classes[place % settings().classes.size()]; }

  // ---- what is looked at, which is not part of the document ----
  /// Dataset: the index i of train_set[i].
  std::int64_t item() const { return item_; }
  void set_item(std::int64_t i);
  /// DataLoader and look: an epoch of the run, from 0, and a batch of it, from 0.
  std::int64_t epoch() const { return epoch_; }
  std::int64_t batch() const { return batch_; }
  void set_epoch(std::int64_t epoch);
  void set_batch(std::int64_t batch);
  /// The next one, the epoch's last being followed by the next epoch's first, and the run's last by nothing.
  void next_batch();
  /// The batches of that epoch, as places in the training part: case_batches, which is what the run takes.
  const std::vector<std::vector<std::uint32_t>>& batches() const;

  // ---- the run ----
  /// As far as it has got; before it is started with its start weights. Made when it is first asked for. Null: there is no data.
  const CaseRun* run() const;
  /// start: goes on, or begins anew where it has ended; it waits for data.
  void start();
  void pause();
  /// Back to the start weights.
  void reset();
  /// So many steps on, or, where `by` is negative, back: the run is then gone again from its beginning. It runs until it is there.
  void go(std::int64_t by);
  /// To the next line of the training loop: those of kTrainingLines. What takes long runs until it is done.
  void next_line();
  /// To be called before each frame: works for some ms, where there is something to do. Whether there was, or will be.
  bool tick(double now_s);
  Transport transport() const;
  std::int64_t step() const { return run_ ? run_->trainer().step() : 0; }
  std::int64_t steps() const { return settings().iterations() * settings().epochs; }
  /// Of the weights as they stand, as `downhill hash` has it of a run that has ended; 0: nothing has been run.
  std::uint64_t hash() const;
  /// Steps a second, five lines each; 0: as fast as it goes.
  double steps_per_s = 0;

  // ---- the code ----
  /// The script of this document in pieces: settings, then the seven stations. Kept until the document or the options change.
  const std::vector<ScriptPiece>& script(const ScriptOptions& options) const;
  /// Those of the station that is shown: the first one has the settings, too, without which the others don't run.
  std::span<const ScriptPiece> pieces(const ScriptOptions& options) const;
  /// The line at work at the station that is shown, one of kScriptMarks; empty: none is.
  std::string_view at_work() const;
  bool lit(std::string_view mark) const { return !mark.empty() && at_work() == mark; }
  /// What was pressed at the station that is shown has made this line work; not of training, whose line is that of the run.
  void work(std::string_view mark);

  static constexpr std::string_view kTrainingLines[] = {"epoch", "step_batch", "zero_grad", "step_forward", "step_backward", "step_update", "validation"};
  static constexpr double kSlice_s = 0.008; ///< of work between two frames; a piece that has begun is ended

private:
  void read();
  void learn_of_file();
  Json changed_case(const std::string& kind) const;
  std::optional<UserError> put_own(Json json, const protocol::OwnFacts& facts, const std::vector<int>& classes);
  void lay_out_data();
  std::optional<UserError> asks_too_much() const;
  std::shared_ptr<const Source> made_of(const protocol::DrawnPictures& answer) const;
  bool enough() const;
  CaseRun* made_run() const;
  void work_piece(CaseRun& run);
  void next_line_of(CaseRun& run);
  void rest();

  LabDocument& document_;
  Post post_;
  std::function<double()> clock_s_;
  CasesDocument read_;
  CaseSettings settings_;
  std::optional<UserError> misfit_; // why settings_ are still the document's
  std::string known_file_;          // hash of the file that they were worked out with
  std::uint64_t version_ = 0, news_ = 1;
  Json data_key_, run_key_; // what of the document they hang on

  struct Asked {
    std::uint64_t seed = 0;
    std::vector<int> classes;
    std::int64_t train = 0, test = 0, validation = 0;
    std::string file; // of the user's own; empty: Fashion-MNIST
    bool operator==(const Asked&) const = default;
  };
  Asked wanted() const;
  bool waiting_ = false;
  std::uint32_t request_ = 0;
  Asked asked_, held_;                   // last; what the pictures are of that are here
  std::shared_ptr<const Source> source_; // in the order of the draw: row i is place i
  std::optional<UserError> refused_;     // by the worker, of asked_
  std::optional<CaseData> data_;
  std::optional<UserError> problem_;

  std::int64_t item_ = 0, epoch_ = 0, batch_ = 0;
  struct Cut {
    std::uint64_t version = 0;
    std::int64_t epoch = -1;
    std::vector<std::vector<std::uint32_t>> batches;
  };
  mutable Cut cut_;

  mutable std::optional<CaseRun> run_;
  bool running_ = false, busy_ = false;                          // busy: until nothing is half done
  std::int64_t target_ = -1;                                     // step at which it rests
  bool one_line_ = false;                                        // it rests when that is done
  int line_ = -1;                                                // of kTrainingLines; −1: none yet
  double moved_s_ = -1;                                          // when a line was last gone on by pace
  mutable std::pair<std::int64_t, std::uint64_t> hashed_{-1, 0}; // of which step
  std::array<std::string_view, std::size(kCaseStations)> worked_;

  struct Script {
    std::uint64_t version = 0;
    std::string title;
    Language language = Language::zh;
    std::vector<ScriptPiece> pieces;
  };
  mutable Script script_;
};

} // namespace downhill
