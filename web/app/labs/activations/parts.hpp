// What the pieces of the lab of activation functions share: what is looked at. What is chosen is the model's.
#pragma once
#include "app/core/activation_model.hpp"
#include "app/core/activation_traits.hpp"
#include "app/labs/race_lab.hpp"

#include <string>

namespace downhill::act {

using namespace ui;

inline constexpr std::string_view kActivationTabs[] = {"chain", "network", "linear", "card", "plot", "picker"};
inline constexpr std::string_view kLayerMeasures[] = {"gradient", "dead", "saturated"};

/// What is looked at in this lab.
struct ActivationsView {
  explicit ActivationsView(ActivationModel& decides) : model(decides) {}
  ActivationModel& model; ///< what is decided
  int shown = 0;
  int tab = 0;     ///< of kActivationTabs
  int chain = 0;   ///< the product of f′ at x, or the largest that it can be
  int measure = 0; ///< a LayerMeasure
  int linear = 0;  ///< the lane of the toy that is shown: 0 has no activation
  Highlight highlight = Highlight::none;
  bool highlight_held = false;                              ///< pressed, not only pointed at
  std::array<Look<protocol::ask::Units>, kLanesMost> units; ///< one a lane
  BoundaryPicture boundary;                                 ///< of the toy

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

inline constexpr int kPickerTab = 5;

std::string name_of(const ui::Ui& ui, const Choice& choice);
/// A lane by its function; by its own name where another lane has the same one.
std::string called(const ui::Ui& ui, const Race& race, const ActivationsView& own, std::size_t i);

// ---- the pieces ----
/// All functions of the table, small; pressed, they are taken or left.
void picker(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box);
/// f and f′ of the chosen ones, with a cursor.
void large_plot(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box);
std::string exact(double v);
/// The current one: formula, parameters, what speaks for and against it.
void card(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box, bool framed);
/// So many layers of so many units.
void depth_fields(ui::Ui& ui, const ActivationsView& own, ui::Rect box);
/// The product of f′ along layers.
void chain(ui::Ui& ui, Race& race, ActivationsView& own, ui::Rect box);
/// The same network with each of them, while it trains.
void network(ui::Ui& ui, Race& race, RaceView& view, ActivationsView& own, ui::Rect box);
/// Two linear layers that are one, and what a bend changes; on the toy.
void linear(ui::Ui& ui, ActivationsView& own, ui::Rect box);

} // namespace downhill::act
