// What the lab of activation functions decides: which functions are chosen, as lanes of its race, so that link, undo and export
// hold them; where f and f′ are read; what layers do to a slope; which toy follows. The lab draws from it and reports presses.
#pragma once
#include "app/core/activation_probe.hpp"
#include "app/core/slider_range.hpp"
#include "app/core/toy.hpp"
#include "core/philox.hpp"

#include <map>

namespace downhill {

inline constexpr std::size_t kChosenMost = 3;
inline constexpr double kReaches[] = {4.5, 10}; ///< functions are drawn from −reach to reach

/// The function of a lane's first hidden layer; of a lane without one, the identity.
const Choice& activation_of(const Lane& lane);
/// The same text for the same curve: name and parameters.
std::string curve_key(const Choice& choice);
/// What the slider of a parameter goes through: by the logarithm where the range spans three decades.
SliderRange range_of(const ParameterSpec& spec);

/// Of each layer of a network in training; the output layer has a gradient alone.
enum class LayerMeasure { gradient, dead, saturated };
std::vector<double> measured(const protocol::UnitsLook& look, LayerMeasure measure);

class ActivationModel {
public:
  /// What a lane of this function is called, as a label holds it.
  using Label = std::function<Json(const std::string& activation)>;
  ActivationModel(Race& race, Race& toy, Label label);

  // ---- the chosen functions; edits answer as Race::change_to ----
  /// One a lane.
  std::vector<Choice> chosen() const;
  /// Whether no other lane has the function of this one.
  bool sole(std::size_t lane) const;
  /// Whether an earlier lane has the same curve.
  bool drawn_before(std::size_t lane) const;
  /// A function is pressed: one that is chosen is left, unless it is the last; another is taken, in the last one's place where
  /// there are kChosenMost. `lane` becomes its lane, or 0.
  std::optional<UserError> press(const ActivationEntry& entry, std::size_t& lane);
  /// As it is chosen, or else with its standard parameters.
  Choice choice_of(const ActivationEntry& entry) const;
  std::optional<UserError> set_parameter(std::size_t lane, std::size_t parameter, double value);
  /// Hidden layers of every lane, at least 1, and units of each.
  std::size_t depth() const;
  std::int64_t units() const;
  std::optional<UserError> set_layers(std::size_t depth, std::int64_t units);
  /// What was typed into "act.x", "act.layers", "act.units" or "act.parameter.NAME" (of `lane`).
  std::optional<UserError> type(std::string_view id, const std::string& text, std::size_t lane);

  // ---- where they are read ----
  double x() const { return x_; }
  /// Left as it was where there is no curve at x.
  void read_at(double x);
  /// On the plot: in hundredths.
  void move_to(double x);
  /// The next of the engine's normal numbers.
  void draw_x();
  int far = 0; ///< of kReaches

  // ---- numbers; what is handed out is kept until begin_frame ----
  const ActivationCurve& curve(const Choice& choice, double reach);
  const PassedNormal& passed(const Choice& choice);
  /// |f′| multiplied along the layers, after each: from x, or, `most`, the largest that it can be.
  std::vector<double> slopes(std::size_t lane, bool most);
  /// f and f′ of the chosen functions over the reach that is shown.
  std::string csv() const;

  // ---- the toy ----
  void begin_frame();
  /// The race whose boundaries are shown: the toy, or the lab's own, if that is over points of the plane.
  Race& plane() { return race_.has_plane() ? race_ : own_toy_; }
  /// It is in this frame.
  void show_plane();
  /// After a frame: lane 0 of the toy has no activation, the others have the chosen ones.
  std::optional<UserError> follow();

private:
  std::optional<UserError> set_lanes(const std::vector<Choice>& chosen, std::size_t depth, std::int64_t units);

  Race &race_, &own_toy_;
  Toy toy_;
  Label label_;
  double x_ = 1.2;
  PhiloxStream drawn_;
  std::map<std::string, ActivationCurve> curves_;
  std::map<std::string, PassedNormal> passed_;
};

} // namespace downhill
