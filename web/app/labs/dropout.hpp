// The dropout lab: the network with the units that this batch drops, one unit's two states, many masks as an ensemble,
// training with and without, and the boundary on a toy with and without. Rates are those of the lab's race.
#pragma once
#include "app/panels/panels.hpp"

namespace downhill {

inline constexpr std::string_view kDropoutTabs[] = {"network", "unit", "ensemble", "curves", "boundary"};

/// What is only looked at in this lab.
struct DropoutView {
  int mode = 0; ///< training, evaluation
  int tab = 0;  ///< of kDropoutTabs, where there is no room for all
  std::size_t layer = 0;
  std::optional<std::size_t> unit; ///< none chosen: the one that speaks loudest
  float masks = 1;                 ///< the slider: 0 to 1 is 1 to 200 masks
  std::uint32_t image = 0;         ///< a test image, for the ensemble
  int quantity = 0;                ///< loss, accuracy
  std::string toy_of;              ///< the rate that the toy was made for

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

void draw_dropout(ui::Ui& ui, Race& race, Race& toy, RaceView& view, DropoutView& own, ui::Rect box);
/// The ensemble that is shown: each mask's probabilities, and those of evaluation mode. Empty while there is no answer.
std::string dropout_csv(const Race& race, const RaceView& view);
/// What was typed into one of this lab's fields; false: it is none of them.
bool type_dropout(Race& race, RaceView& view, DropoutView& own, const std::string& id, const std::string& text);

} // namespace downhill
