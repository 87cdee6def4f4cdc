// The lab of activation functions: all of the table as small pictures, up to three large with f and f′, what layers of
// them do to a gradient, to a normal input and to a boundary, and the same inside a network that trains.
// The chosen functions are the lanes of the lab's race, so that link, undo and export hold them.
#pragma once
#include "app/core/activation_probe.hpp"
#include "app/panels/panels.hpp"

#include <map>

namespace downhill {

enum class Shown { f_and_slope, f, slope };
enum class Highlight { none, range, saturation, steepest, zero, mean, kink };

inline constexpr std::string_view kActivationTabs[] = {"chain", "network", "linear", "card", "plot", "picker"};
inline constexpr std::string_view kLayerMeasures[] = {"gradient", "dead", "saturated"};

/// What is only looked at in this lab.
struct ActivationsView {
  double x = 1.2; ///< where f and f′ are read
  int shown = 0;
  int reach = 0; ///< ±5 or ±10
  int tab = 0;   ///< of kActivationTabs
  int chain = 0; ///< the product of f′ at x, or the largest that it can be
  int measure = 0;
  int linear = 0; ///< the lane of the toy that is shown: 0 has no activation
  Highlight highlight = Highlight::none;
  bool highlight_held = false; ///< pressed, not only pointed at
  std::string toy_of;          ///< the chosen functions that the toy was made for
  std::map<std::string, ActivationCurve> curves;
  std::map<std::string, PassedNormal> passed;

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

void draw_activations(ui::Ui& ui, Race& race, Race& toy, RaceView& view, ActivationsView& own, ui::Rect box);
/// f and f′ of the chosen functions over x.
std::string activations_csv(const Race& race, const ActivationsView& own);
/// What was typed into one of this lab's fields; false: it is none of them.
bool type_activations(Race& race, RaceView& view, ActivationsView& own, const std::string& id, const std::string& text);

} // namespace downhill
