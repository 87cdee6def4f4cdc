// What the lab Losses decides: what a press, a drag or a typed number makes of its document, and what follows from that. No ImGui, no words.
#pragma once
#include "app/core/lab_document.hpp"
#include "app/core/step_walk.hpp"
#include "losses/losses_document.hpp"

#include <array>

namespace downhill {

/// A loss over what is shown of x: at places evenly apart, and at the cursor.
struct DrawnCurve {
  const LossCurve* of = nullptr;
  std::vector<double> x, value, slope; ///< equally many, x ascending; NaN where the loss has no value
  std::optional<LossAt> here;          ///< at the cursor
};

/// As the document has it.
inline constexpr std::string_view axis_id(LossAxis axis) { return axis == LossAxis::logit ? "logit" : "prediction"; }

/// A piece of a line, from its left end to its right one.
using LinePiece = std::array<Place, 2>;

class LossesModel final : public StepWalk {
public:
  explicit LossesModel(LabDocument& document) : document_(document) { follow(); }
  /// After the document was changed otherwise.
  void follow();
  const LossesDocument& settings() const { return settings_; }
  LossesPart part() const { return settings_.part; }

  // ---- curves ----
  static constexpr int kCurvePieces = 480;
  /// Those that are shown, in the table's order; where the part is shown.
  const std::vector<DrawnCurve>& curves() const { return curves_; }
  /// Shows it, or no longer.
  std::optional<UserError> turn_loss(std::string_view id);
  /// Another axis comes with the range that is usual there, if the one that is shown was usual before.
  std::optional<UserError> choose_axis(LossAxis axis);
  /// Places of the cursor are multiples of it.
  double grain() const;
  /// To the nearest such place of what is shown.
  std::optional<UserError> move_cursor(double x, bool held);

  // ---- softmax ----
  const SoftmaxStand& softmax() const { return softmax_; }
  /// The same logits with one softmax: what `twice` is compared with.
  const SoftmaxStand& softmax_once() const { return once_; }
  std::optional<UserError> set_logit(std::size_t which, double value, bool held);
  std::optional<UserError> set_logits(const std::string& typed);
  /// One more, with the logit 0.
  std::optional<UserError> add_class();
  /// The last; where it was the right one, the one before is.
  std::optional<UserError> remove_class();
  std::optional<UserError> choose_label(std::size_t label);
  /// z ← z − ∂L/∂z, so many times.
  std::optional<UserError> descend(int steps);

  // ---- line ----
  const std::vector<LinePoint>& points() const { return settings_.line.points; }
  /// Under each of kLineLosses.
  const std::array<FittedLine, 3>& lines() const { return lines_; }
  /// As they were before the last change of points, while that is the last change; nullopt: another one came since.
  const std::optional<std::array<FittedLine, 3>>& lines_before() const { return before_; }
  /// What a picture of the points shows: all of them, with room about them.
  Extent extent() const;
  /// The part of a line that lies in it; nullopt: none does.
  static std::optional<LinePiece> piece_in(const FittedLine& line, const Extent& extent);
  /// `held`: by a drag under way.
  std::optional<UserError> move_point(std::size_t which, LinePoint to, bool held);
  std::optional<UserError> add_point(LinePoint at);
  std::optional<UserError> remove_point(std::size_t which);
  /// A point over the last x, far below all others.
  std::optional<UserError> add_outlier();
  /// "x y; x y; …".
  std::optional<UserError> set_points(const std::string& typed);
  /// The hand that held something is off it.
  void let_go() { document_.let_go(), held_move_ = false; }
  /// Points as `set_points` takes them.
  std::string points_text() const;

  // ---- neuron ----
  const SigmoidSettings& neuron() const { return settings_.neuron; }
  /// The whole way; `step` says how far it has been gone.
  const std::vector<SigmoidStand>& path(SigmoidLoss loss) const { return paths_[static_cast<std::size_t>(loss)]; }
  const SigmoidStand& stand(SigmoidLoss loss) const { return path(loss)[std::min(static_cast<std::size_t>(step()), path(loss).size() - 1)]; }
  const std::shared_ptr<const Surface>& surface(SigmoidLoss loss) const { return surfaces_[static_cast<std::size_t>(loss)]; }
  /// What a map of (w, b) shows: both ways, with room about them.
  Extent weights_extent() const;
  std::optional<UserError> move_start(Place to, bool held);
  /// Where it was before a drag that is given up: to the bit.
  std::optional<UserError> put_start(Place at) { return put({{"/neuron/w", at.x}, {"/neuron/b", at.y}}, true); }

  // ---- what runs: step after step of both ways ----
  int steps() const override { return part() == LossesPart::neuron ? static_cast<int>(neuron().steps) : 0; }

private:
  using Values = std::vector<std::pair<std::string, Json>>;
  double step_s() const override;
  std::optional<UserError> put(const Values& values, bool held = false);
  std::optional<UserError> put_points(const std::vector<LinePoint>& points, bool held = false);
  void draw_curves();

  LabDocument& document_;
  LossesDocument settings_;
  std::vector<DrawnCurve> curves_;
  SoftmaxStand softmax_, once_;
  std::array<FittedLine, 3> lines_;
  std::optional<std::array<FittedLine, 3>> before_;
  bool own_change_ = false; // this change is of points alone
  bool held_move_ = false;  // the last one was by a hand that may still hold the point
  std::array<std::vector<SigmoidStand>, 2> paths_{{std::vector<SigmoidStand>(1), std::vector<SigmoidStand>(1)}};
  std::array<std::shared_ptr<const Surface>, 2> surfaces_;
  std::uint64_t followed_ = 0;
};

} // namespace downhill
