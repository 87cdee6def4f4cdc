// "Rate it yourself" of the lab Cases: pictures are shown one by one and given 1 to 5, by one person after the other; what others gave is
// opened from files. All of it is in the document's `raters`, so link, undo and reload go on with it: 300 ratings make a link 1,100
// characters longer. No ImGui, no words.
#pragma once
#include "app/core/lab_document.hpp"
#include "cases/cases_document.hpp"

#include <array>
#include <map>

namespace downhill {

/// A file that was chosen.
struct NamedText {
  std::string name, text;
};
struct OpenedRaters {
  std::size_t added = 0, had = 0; ///< `had`: raters that were here already, word for word
  std::vector<UserError> refused; ///< with the file's name; one a file
};

class RatingModel {
public:
  static constexpr int kScores = 5;
  /// With these a hidden rule is found from a hundred ratings (tests/browser/cases_rate.test.ts).
  static constexpr std::size_t kTasteBatch = 16;
  static constexpr int kTasteEpochs = 60;
  static constexpr double kTasteRate = 0.001;
  static constexpr std::size_t kTrainLeast = 10; ///< rated pictures that a model is trained on, validated and tested with

  explicit RatingModel(LabDocument& document) : document_(document) { read(); }
  /// After the document was changed otherwise.
  void follow();

  // ---- whoever rates here ----
  const std::vector<Rater>& raters() const { return raters_; }
  /// A place in `raters`; their number: somebody who has given no score yet.
  std::size_t who() const { return who_; }
  const Rater* own() const { return who_ < raters_.size() ? &raters_[who_] : nullptr; }
  std::int64_t items() const { return items_; }
  /// Of which draw the pictures are: the first rater's, else the document's.
  std::uint64_t draw_seed() const { return draw_.seed; }
  const std::vector<int>& draw_classes() const { return draw_.classes; }
  /// Whether the document's data are of that draw, so that its pictures can be shown.
  bool draw_is_shown() const { return draw_shown_; }
  /// Makes it so.
  std::optional<UserError> show_draw();
  /// Of a place in that draw, by its official number.
  int class_of(std::uint32_t place) const { return draw_.classes[place % draw_.classes.size()]; }
  /// Showings in all, with those of a picture that comes a second time, and how many of them have their score.
  std::size_t total() const { return order_.size(); }
  std::size_t given() const { return given_; }
  /// The picture that is to be rated now; none: all are. While the last score is on its way out, the next one can be fetched.
  std::optional<std::uint32_t> now() const { return upcoming_.empty() ? std::nullopt : std::optional(upcoming_.front()); }
  /// Those that come, the one to be rated first; at most `kAhead`.
  static constexpr std::size_t kAhead = 8;
  const std::vector<std::uint32_t>& upcoming() const { return upcoming_; }
  /// What was given last; null: nothing yet.
  const Rating* last() const { return own() && !own()->ratings.empty() ? &own()->ratings.back() : nullptr; }
  std::array<std::int64_t, kScores> histogram() const;
  Agreement agreement() const { return own() ? agreement_with_oneself(*own()) : Agreement{}; }

  /// Gives the picture of now a score from 1 to 5; somebody new is called `name` then. Nothing where all are rated.
  std::optional<UserError> rate(int score, const std::string& name);
  /// Takes the last score back: its picture is the one of now.
  std::optional<UserError> take_back();
  std::optional<UserError> set_items(std::int64_t items);

  // ---- all raters ----
  /// How many pictures have a score of anybody.
  std::size_t rated() const { return rated_; }
  double mean_of(std::size_t rater) const;
  /// Goes on with the scores of that rater; of their number: with somebody new.
  std::optional<UserError> choose(std::size_t rater);
  /// Error: as of the document.
  std::optional<UserError> rename(std::size_t rater, const std::string& name);
  /// What the browser keeps of that rater is forgotten, too; undo in this window brings both back.
  std::optional<UserError> remove(std::size_t rater);
  /// Adds the raters of files, all in one step; what can't be read, is of another draw or finds no place is refused, file by file. Who rates
  /// here stays.
  OpenedRaters open(const std::vector<NamedText>& files);
  /// The file of one rater.
  std::string file(std::size_t rater) const;

  /// A score is learned from what the raters gave, three fifths of it for training; the station is training. Error: too_few_rated.
  std::optional<UserError> train();

  // ---- kept by the browser ----
  /// What the browser kept of former visits, or another window has it keep: scores that were given here, not those of files. Unreadable text
  /// is as good as none. What was removed or forgotten in either window comes back in none.
  /// Returns whether the text holds what is forgotten here: a window that did not know yet has written it, and it is to be written anew.
  bool take_kept(const std::string& text);
  /// What it is to keep now; empty: nothing.
  std::string kept_text() const;
  /// Grows when that has changed.
  std::uint64_t kept_version() const { return kept_version_; }
  struct Kept {
    Json rater; ///< as in a document
    std::int64_t items = 0;
  };
  const std::vector<Kept>& kept() const { return kept_; }
  /// Places in `kept` of those that are not on the screen.
  std::vector<std::size_t> waiting() const;
  /// Goes on with one of them. Error: other_draw, and as of the document.
  std::optional<UserError> go_on(std::size_t kept);
  void forget_kept();

private:
  const Json& raters_json() const { return document_.at("/raters"); }
  void read();
  std::optional<UserError> put(Json raters, std::size_t who);
  std::vector<std::pair<std::string, Json>> draw_values(const Json& rater) const;
  void keep(const Json& before);
  void add_kept(Kept kept);
  void forget(std::size_t kept);
  void follow_removed();
  bool is_removed(const Json& rater) const;
  void cut_marks(const std::string& newest);
  void cut_kept();

  LabDocument& document_;
  std::vector<Rater> raters_;
  Rater draw_; // whose ratings are none
  std::vector<std::uint32_t> order_, upcoming_;
  std::size_t who_ = 0, given_ = 0, rated_ = 0;
  std::int64_t items_ = 0;
  bool draw_shown_ = true;
  Json own_json_; // as it was read last; null: somebody new
  std::vector<Kept> kept_;
  // How often scores were forgotten and came back, by their hash: odd, they are forgotten. Of two windows the larger number is right.
  std::map<std::string, std::uint64_t> turns_;
  std::vector<Kept> removed_here_; // in this window, whose undo may bring them back
  std::uint64_t kept_version_ = 1;
};

} // namespace downhill
