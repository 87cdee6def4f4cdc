// What the pieces of the lab of activation functions share: what is looked at, and the functions that are chosen, which are
// the lanes of its race.
#pragma once
#include "app/core/activation_probe.hpp"
#include "app/labs/race_lab.hpp"

#include <map>
#include <string>

namespace downhill::act {

using namespace ui;

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
  std::array<Look<protocol::ask::Units>, kLanesMost> units; ///< one a lane
  BoundaryPicture boundary;                                 ///< of the toy

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

inline constexpr std::size_t kChosenMost = 3;
inline constexpr int kPickerTab = 5;
inline constexpr double kReaches[] = {4.5, 10};
inline constexpr std::size_t kCurvesMost = 100;

// ---- the chosen functions ----
const Choice& activation_of(const Lane& lane);
std::string name_of(const ui::Ui& ui, const Choice& choice);
std::string key_of(const Choice& choice);
const ActivationCurve& curve_of(ActivationsView& own, const Choice& choice, double reach);
const PassedNormal& passed_of(ActivationsView& own, const Choice& choice);
std::size_t depth_of(const Race& race);
std::int64_t units_of(const Race& race);
Json layers(std::size_t depth, std::int64_t units, const Json& activation);
Json as_json(const Choice& choice);
Json label_of(const Choice& choice);
std::vector<Choice> chosen_of(const Race& race);
/// A lane by its function; by its own name where another lane has the same one.
std::string called(const ui::Ui& ui, const Race& race, std::size_t i);
/// Whether an earlier lane draws the same curve.
bool drawn_before(const std::vector<Choice>& chosen, std::size_t i);
/// The race with these functions, and so many layers of so many units.
std::optional<UserError> set_lanes(Race& race, const std::vector<Choice>& chosen, std::size_t depth, std::int64_t units);

// ---- the pieces ----
/// All functions of the table, small; pressed, they are taken or left.
void picker(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box);
/// f and f′ of the chosen ones, with a cursor.
void large_plot(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box);
std::string exact(double v);
/// The current one: formula, parameters, what speaks for and against it.
void card(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box, bool framed);
void depth_fields(ui::Ui& ui, Race& race, ui::Rect box);
/// The product of f′ along layers.
void chain(ui::Ui& ui, Race& race, ActivationsView& own, ui::Rect box);
/// The same network with each of them, while it trains.
void network(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box);
/// Two linear layers that are one, and what a bend changes; on the toy.
void linear(ui::Ui& ui, Race& race, Race& own_toy, RaceView& view, ActivationsView& own, ui::Rect box);

} // namespace downhill::act
