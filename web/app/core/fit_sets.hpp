// Fits to many training sets, dealt out to all workers and collected; and what becomes of each capacity, likewise. What they come to does
// not hang on the number of workers, nor on who is done first. No ImGui, no words.
#pragma once
#include "app/core/fresh_number.hpp"
#include "fit/decomposition.hpp"
#include "fit/fit_document.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace downhill {

/// The document as a question carries it. `complete`: with every field.
std::string fit_document_text(const Json& complete);

/// What the lab asks of its workers, and who of them owes an answer: what both kinds of questions have in common.
class FitSeats {
public:
  using Post = std::function<void(std::size_t worker, const protocol::ToTrainer&)>;
  /// `slot`: nobody else of the page's has it.
  FitSeats(std::uint32_t slot, Post post) : slot_(slot), post_(std::move(post)) {}
  FitSeats(const FitSeats&) = delete;
  FitSeats& operator=(const FitSeats&) = delete;
  ~FitSeats() { drop(); }

  /// Nobody waits any more.
  void drop();
  /// Puts slot and a request of its own into the question; the worker then owes the answer.
  template <class Ask> void ask(std::size_t worker, Ask question) {
    if (owed_.size() <= worker) owed_.resize(worker + 1, 0);
    question.slot = slot_;
    owed_[worker] = question.request = fresh_request();
    post_(worker, question);
  }
  bool waiting() const;
  bool waiting(std::size_t worker) const { return worker < owed_.size() && owed_[worker] != 0; }
  /// Whether the message answers what this worker was asked last.
  template <class Answer> bool owes(std::size_t worker, const Answer& m) const {
    return m.slot == slot_ && worker < owed_.size() && owed_[worker] == m.request && m.request != 0;
  }
  void paid(std::size_t worker) { owed_[worker] = 0; }
  /// A worker died, nobody says which: nobody owes anything any more. Whether anybody did.
  bool lost();

private:
  std::uint32_t slot_;
  Post post_;
  std::vector<std::uint32_t> owed_; // the request, by worker; 0: nothing
};

/// The fits to a document's training sets.
class DealtFits {
public:
  DealtFits(std::uint32_t slot, FitSeats::Post post) : seats_(slot, std::move(post)) {}

  /// To be called as long as they are wanted and there are workers: what is not known is asked for, set i of those that are missing of
  /// worker i modulo `workers`. `complete`: the document with every field. Fits are kept where only the number of sets has changed.
  void want(const Json& complete, const FitSettings& settings, std::size_t workers);
  /// The document is this one now, and nothing is wanted of it yet: what is known of its sets stays, whatever their number; what is of
  /// another document is forgotten.
  void follow(const Json& complete);
  /// What a worker said. False: it is no answer to what was wanted last, or makes no sense.
  bool take(std::size_t worker, const protocol::ToApp& message);
  /// Nobody looks now: what is under way is dropped; wanted again, what is missing is asked for.
  void cancel() { seats_.drop(); }
  /// Nothing is known any more.
  void forget();
  /// A worker died, or all are new: what is missing is asked for again when it is next wanted. If workers die of it again and again,
  /// it is given up.
  void worker_lost();

  // ---- what there is: of what was wanted last (`current`), or, as long as no fit of that is known, of what was wanted before ----
  /// Whether those are of this document, as many as it has sets.
  bool is_of(const Json& complete) const;
  bool any() const { return picture_ && picture_->done > 0; }
  bool current() const { return picture_ && !next_; }
  /// Whether every set is done, or has been given up.
  bool complete() const { return current() && picture_->done == picture_->sets(); }
  std::size_t done() const { return picture_ ? picture_->done : 0; }
  /// Of what was wanted last.
  std::size_t sets() const { return next_ ? next_->sets() : picture_ ? picture_->sets() : 0; }
  /// 0 to 1; −1: nothing is under way.
  double progress() const;
  /// Null: not known.
  const SetFit* fit(std::size_t set) const { return picture_ && set < picture_->sets() && picture_->fits[set] ? &*picture_->fits[set] : nullptr; }
  /// Null: there is no picture.
  const FitSettings* settings() const { return picture_ ? &picture_->settings : nullptr; }
  const Target* target() const { return picture_ ? picture_->target.get() : nullptr; }
  /// Of those that are done, in the order of the sets: of all of them exactly what downhill::FitSets gives. `any()` must hold.
  const Decomposition& decomposition() const;
  /// Those that are done, in the order of the sets.
  std::vector<SetFit> fits() const;
  /// Why what was wanted last can't be had.
  const std::optional<UserError>& problem() const { return problem_; }
  /// Grows with every change.
  std::uint64_t version() const { return version_; }

private:
  struct Picture {
    FitSettings settings;
    std::shared_ptr<const Target> target;
    std::vector<std::optional<SetFit>> fits; // of at least as many sets as there are: those beyond are there when there are more again
    std::size_t done = 0;
    mutable std::optional<Decomposition> decomposition{}; // of what is done
    std::size_t sets() const { return static_cast<std::size_t>(settings.sets); }
  };
  Picture* wanted() { return next_ ? &*next_ : picture_ ? &*picture_ : nullptr; }
  void set_count(std::size_t sets);
  bool add(const protocol::FitPiece& piece);
  void deal(std::size_t workers);

  FitSeats seats_;
  Json asked_;                            // what of the document decides the fits
  std::string text_;                      // the document, as it is asked for
  std::optional<Picture> picture_, next_; // next_: wanted, none of it known yet
  std::optional<UserError> problem_;
  int deaths_ = 0; // of workers, since a fit came
  std::uint64_t version_ = 1;
};

/// What becomes of each capacity of a document's model, asked for coarse first, one at a time of each worker.
class DealtCapacities {
public:
  DealtCapacities(std::uint32_t slot, FitSeats::Post post) : seats_(slot, std::move(post)) {}

  /// As DealtFits::want. The document's own capacity does not matter. `with_sets`: also over all training sets.
  void want(const Json& complete, const FitSettings& settings, bool with_sets, std::size_t workers);
  bool take(std::size_t worker, const protocol::ToApp& message);
  void cancel() { seats_.drop(); }
  void forget();
  void worker_lost();

  /// Whether what is known is of this document, but for its capacity.
  bool is_of(const Json& complete, bool with_sets) const;
  /// Those that are known, ascending.
  const std::vector<CapacityFit>& known() const { return known_; }
  bool complete() const { return !capacities_.empty() && known_.size() == capacities_.size(); }
  /// How many there are in all.
  std::size_t count() const { return capacities_.size(); }
  bool waiting() const { return seats_.waiting(); }
  /// 0 to 1; −1: nothing is under way.
  double progress() const;
  const std::optional<UserError>& problem() const { return problem_; }
  std::uint64_t version() const { return version_; }

private:
  bool has(std::int64_t capacity) const;

  FitSeats seats_;
  Json asked_;
  std::string text_;
  bool with_sets_ = false;
  std::vector<std::int64_t> capacities_; // in the order in which they are asked for
  struct UnderWay {
    std::int64_t capacity = 0;
    double progress = 0;
  };
  std::vector<UnderWay> under_way_; // by worker
  std::vector<CapacityFit> known_;
  std::optional<UserError> problem_;
  int deaths_ = 0;
  std::uint64_t version_ = 1;
};

} // namespace downhill
