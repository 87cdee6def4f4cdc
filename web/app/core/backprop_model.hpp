// What the lab Backprop decides: how far a pass has been worked out and what of it is seen, what is asked of the student and whether
// an answer is right, what an edit makes of the network. All numbers are functions of the document (engine/backprop).
#pragma once
#include "app/core/lab_document.hpp"
#include "app/core/race.hpp"
#include "backprop/backprop_document.hpp"
#include "backprop/mistakes.hpp"
#include "backprop/quantity.hpp"
#include "backprop/workings.hpp"

#include <functional>
#include <unordered_map>

namespace downhill {

/// How much of a number is seen.
enum class Sight : std::uint8_t {
  ahead, ///< not worked out yet, or from a number that the student is to work out first
  asked, ///< the student is to work it out
  seen,
};

/// What became of an answer, or of a number that was taken for the planted mistake.
struct Reply {
  enum class Kind : std::uint8_t { right, more_digits, known_mistake, wrong, unreadable, found, innocent } kind;
  Quantity of;
  std::string_view mistake = {};         ///< which one, where it is known
  std::optional<UserError> problem = {}; ///< of what can't be read
  std::string typed = {};
};

/// What can be hidden at once.
struct HidingEntry {
  std::string_view id;
  bool (*takes)(const Quantity& quantity);
};
const std::vector<HidingEntry>& hidings();

/// The error of a difference over its h.
struct DifferencePoint {
  double h = 0, difference = 0, error = 0; ///< error: of the difference from the gradient, without sign
};

class BackpropModel {
public:
  explicit BackpropModel(LabDocument& document);
  /// Reads the document if it has changed: to be called by whoever changes it.
  void follow() { read(); }

  // ---- the pass ----
  const BackpropSettings& settings() const { return settings_; }
  /// As the book has them.
  const BackpropNumbers& truth() const { return *truth_; }
  /// With the planted mistake, where there is one.
  const BackpropNumbers& shown() const { return wrong_ ? *wrong_ : *truth_; }
  const std::vector<Quantity>& steps() const { return steps_; }
  /// Its place among the steps; none: it is given, or the same as another.
  std::optional<std::size_t> place_of(const Quantity& quantity) const;

  // ---- where it stands ----
  std::size_t done() const { return done_; } ///< operations, of steps().size()
  Grain grain() const { return grain_; }
  void set_grain(Grain grain);
  /// Stops of this grain; the first is 0, before anything.
  std::size_t stop_count() const { return stops_.size(); }
  /// The last stop at or before done().
  std::size_t stop() const;
  void seek_stop(std::size_t stop);
  void seek(std::size_t done);
  /// To the end of what works this number out.
  void seek_to(const Quantity& quantity);
  void step(std::int64_t stops);
  Transport transport() const;
  void start();
  void pause() { running_ = false; }
  void reset() { seek(0), pause(); }
  double stops_per_s = 2;
  /// Before each frame: moves on while playing, and takes updates for at most `budget_s` of the clock. Whether there is more to do.
  bool tick(double now_s, const std::function<double()>& clock_s, double budget_s);
  /// What the last stop worked out: where the pass stands.
  std::span<const Quantity> lit() const;
  bool is_lit(const Quantity& quantity) const;
  /// Whose working is shown: the one that was chosen, else the last that was worked out. None: nothing is.
  std::optional<Quantity> focus() const;
  void choose(const Quantity& quantity);
  bool is_given(const Quantity& quantity) const { return entry_of(quantity.kind).stage == Stage::given; }
  Sight sight(const Quantity& quantity) const;
  /// Of the focus, or of any other number; kept until the numbers change.
  const BackpropWorking& working(const Quantity& quantity) const;
  /// Grows with everything that is to be drawn.
  std::uint64_t news() const { return news_; }
  /// The example that is looked at, where one has to be.
  std::size_t example() const { return std::min(example_, settings_.examples.size() - 1); }
  void set_example(std::size_t example) { example_ = example, ++news_; }

  // ---- do it yourself ----
  /// How many numbers are asked for, and how many of these were answered rightly.
  std::size_t asked_count() const { return hidden_.size(); }
  std::size_t solved_count() const { return solved_.size(); }
  std::size_t found_count() const { return found_; }
  const std::vector<Quantity>& hidden() const { return hidden_; }
  bool is_hidden(const Quantity& quantity) const;
  bool is_solved(const Quantity& quantity) const;
  /// What the student is to work out before this number can be seen, since it would give that away.
  std::optional<Quantity> blocked_by(const Quantity& quantity) const;
  /// A number that stands in its working and that the student has still to work out, or that waits for such a number.
  std::optional<Quantity> secret_in(const Quantity& quantity) const;
  bool all_solved() const { return solved_.size() == hidden_.size(); }
  /// Hides what this row of hidings() takes, of what is worked out; what was solved is forgotten.
  std::optional<UserError> hide(std::string_view hiding);
  /// Hides one number, or shows it again.
  std::optional<UserError> hide_one(const Quantity& quantity, bool hidden);
  /// Of this number; a right one is kept in the document.
  std::optional<UserError> answer(const Quantity& quantity, const std::string& typed);
  const std::optional<Reply>& reply() const { return reply_; }
  /// How many of the three hints were taken for this number.
  int hints(const Quantity& quantity) const { return hinted_ == quantity ? hints_ : 0; }
  void take_hint(const Quantity& quantity);
  /// Plants another mistake, or none.
  std::optional<UserError> plant(bool mistake);
  const std::optional<Mistake>& planted() const { return planted_; }
  /// The student takes this number for the one that was worked out wrongly.
  std::optional<UserError> accuse(const Quantity& quantity);
  bool found() const { return planted_found_; }

  // ---- is it so? ----
  /// Whether it is a gradient that a difference can be held against.
  static bool has_difference(QuantityKind kind);
  /// Over h from 10^−1 to 10^−13, three a decade.
  const std::vector<DifferencePoint>& differences(const Quantity& quantity) const;
  /// The mean loss after 0, 1, … updates, as far as they have been taken: all of the document's steps once tick() is done.
  const std::vector<double>& losses() const { return losses_; }
  /// What the updates taken so far made of the network.
  const BackpropLayers& layers_now() const { return descent_->layers(); }
  /// The same pass where the hidden layers' δ are carried back by the weights that one update made.
  const BackpropPass& with_new_weights() const;
  /// The loss after one update by those gradients.
  double loss_with_new_weights() const;

  // ---- edits; each is one step of undo ----
  // What was answered and what was planted was of the numbers before, and goes.
  /// A given number: input, target, weight or bias. `held`: it is dragged.
  std::optional<UserError> set_given(const Quantity& quantity, double value, bool held = false);
  std::optional<UserError> set_layers(std::size_t count);
  /// Of layer `layer`, the last is the output's; new weights are small round numbers.
  std::optional<UserError> set_units(std::size_t layer, std::size_t count);
  std::optional<UserError> set_inputs(std::size_t count);
  std::optional<UserError> set_examples(std::size_t count);
  std::optional<UserError> set_activation(std::size_t layer, std::string_view activation);
  /// Targets that the loss can't take become such that it can.
  std::optional<UserError> set_loss(std::string_view loss);
  /// The range of a given number: what the loss takes, or what the document does.
  std::pair<double, double> range_of(const Quantity& quantity) const;
  /// What was answered or planted goes: something that the numbers hang on has changed otherwise.
  std::optional<UserError> forget_answers();
  /// Weights of both signs, drawn from a seed that is another each time; biases 0.
  std::optional<UserError> draw_weights();

private:
  void read();
  void stand_still();
  void find_blocked();
  std::optional<UserError> edit(const std::function<void(Json&)>& change);
  std::optional<UserError> change_numbers(const std::function<void(Json&)>& change);
  double before_update(const Quantity& quantity) const;
  std::optional<UserError> keep_lists(const std::vector<Quantity>& hidden, const std::vector<Quantity>& solved);

  LabDocument& document_;
  std::uint64_t read_version_ = 0, news_ = 1;
  BackpropSettings settings_;
  std::optional<BackpropNumbers> truth_, wrong_;
  std::vector<Quantity> steps_;
  std::unordered_map<std::uint64_t, std::size_t> places_; // of steps_
  Grain grain_ = Grain::unit;
  std::vector<std::size_t> stops_{0};
  std::size_t done_ = 0, example_ = 0;
  bool running_ = false;
  double ticked_s_ = -1, waited_s_ = 0;
  std::optional<Quantity> chosen_;

  std::vector<Quantity> hidden_, solved_;
  std::vector<std::optional<Quantity>> blocked_; // of steps_; empty: nothing is asked
  std::size_t found_ = 0;
  std::optional<Mistake> planted_;
  bool planted_found_ = false;
  std::optional<Reply> reply_;
  std::optional<Quantity> hinted_;
  int hints_ = 0;

  std::optional<BackpropDescent> descent_;
  std::vector<double> losses_;
  // worked out when they are asked for
  mutable std::optional<BackpropWorking> working_;
  mutable std::optional<Quantity> difference_of_;
  mutable std::vector<DifferencePoint> differences_;
  mutable std::optional<BackpropPass> with_new_;
};

/// Every number that is seen, as a table: name, symbol, formula, numbers, value. What is asked for stands there without its value.
std::string numbers_csv(const BackpropModel& model);

} // namespace downhill
