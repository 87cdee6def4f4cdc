// What the lab Neuron decides: what a press, a drag or a stroke makes of its document, and what follows from that. No ImGui, no words.
#pragma once
#include "app/core/lab_document.hpp"
#include "app/core/step_walk.hpp"
#include "neuron/neuron_document.hpp"
#include "surfaces/surface.hpp"

#include <array>

namespace downhill {

/// A unit's line in the plane of two inputs: where its sum is just its threshold. It fires on the side that `fires` points to.
struct UnitLine {
  Place foot;  ///< the point of the line nearest to the middle of the four rows, (½, ½)
  Place along; ///< of length 1
  Place fires; ///< of length 1
};

/// A brush that paints weights.
struct Brush {
  double radius = 1.5;   ///< pixels
  double strength = 0.5; ///< the weight that it leaves, 0.01 to 1.27
  int sign = 1;          ///< 1, −1, or 0: an eraser
};

class NeuronModel final : public StepWalk {
public:
  explicit NeuronModel(LabDocument& document) : document_(document) { follow(); }
  /// After the document was changed otherwise.
  void follow();
  const NeuronDocument& settings() const { return settings_; }

  // ---- zeros and ones ----
  const LogicSettings& logic() const { return settings_.logic; }
  const std::vector<LogicRow>& rows() const { return rows_; }
  int wrong() const {
    return static_cast<int>(std::count_if(rows_.begin(), rows_.end(), [](const LogicRow& row) { return !row.right(); }));
  }
  /// Why no unit can do what is wanted; nullopt: one can.
  const std::optional<Contradiction>& against() const { return against_; }
  std::optional<UserError> choose_task(std::string_view id);
  std::optional<UserError> set_inputs(int inputs);
  std::optional<UserError> set_layers(int layers);
  /// Turns what is wanted in a row round: it is the student's own function from then on.
  std::optional<UserError> turn_wanted(int row);

  /// Whose numbers are meant: the unit itself, or of two layers the hidden ones and the output.
  enum class Which : std::uint8_t { unit, first, second, output };
  static std::string_view pointer_of(Which which);
  const Unit& unit(Which which) const;
  /// nullopt: its weights are 0, it fires everywhere or nowhere.
  static std::optional<UnitLine> line_of(const Unit& unit);
  /// Shifts the line so that it goes through a place, as far as it stays in the plane that is shown; `held`: by a drag under way.
  std::optional<UserError> move_line(Which which, Place through, bool held);
  /// Turns it about `pivot` so that it goes through a place; the weights keep their length `size`. Nothing happens where rounding
  /// would leave no weights.
  std::optional<UserError> turn_line(Which which, Place pivot, Place through, double size, bool held);
  /// By keys: along its normal by a distance, or about its foot by a share of a whole turn; each time at least so far that the numbers
  /// change.
  std::optional<UserError> nudge_line(Which which, double by);
  std::optional<UserError> nudge_turn(Which which, double turns);
  /// A drag is given up: the unit is as it was when it began. `turned`: it was a turn.
  std::optional<UserError> put_back(Which which, const Unit& before, bool turned);

  // ---- images ----
  const ImageSettings& image() const { return settings_.image; }
  /// A stroke from one place to another, without gaps, however thin the brush; pixels are 1 wide, the first begins at 0. `held`: until the
  /// hand lets go it is one step of undo.
  std::optional<UserError> stroke(std::array<double, 2> from, std::array<double, 2> to, const Brush& brush, bool held);
  std::optional<UserError> paint(const Painting& painting, bool held = false);
  /// The other sign everywhere.
  std::optional<UserError> invert();
  std::optional<UserError> swap_classes();
  /// Of the two classes: the one that the other has changes places with it.
  std::optional<UserError> choose_class(bool fires, int label);

  // ---- its fields, as a form sets them ----
  /// What other fields must follow is what a press in the lab makes of it. Errors: as LabDocument::set.
  std::optional<UserError> set_field(const FieldId& id, const Json& value);
  /// Back to the field's standard.
  std::optional<UserError> reset_field(const FieldId& id);

  // ---- from soft to hard ----
  const SoftSettings& soft() const { return settings_.soft; }
  /// The weight's whole way; `step` says how far it has been gone.
  const std::vector<SoftStand>& path() const { return path_; }
  const SoftStand& stand() const { return path_[static_cast<std::size_t>(step())]; }

  // ---- what runs: row after row of the truth table, or step after step of the way ----
  int steps() const override;

private:
  using Values = std::vector<std::pair<std::string, Json>>;
  double step_s() const override;
  std::optional<UserError> put(const Values& values, bool held = false);
  std::optional<UserError> put_unit(Which which, const Unit& unit, bool held);

  LabDocument& document_;
  NeuronDocument settings_;
  std::vector<LogicRow> rows_;
  std::optional<Contradiction> against_;
  std::vector<SoftStand> path_;
  std::uint64_t followed_ = 0;
};

} // namespace downhill
