// What the pieces of the dropout lab share: what is looked at, and the rates, which are those of its race.
#pragma once
#include "app/labs/race_lab.hpp"

#include <algorithm>
#include <string>

namespace downhill::drop {

using namespace ui;
using namespace protocol;

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
  Look<ask::Ensemble> ensemble;
  Look<ask::Batch> batch;
  Look<ask::Trace> trace;
  PictureSheet picture; ///< the test image
  std::array<BoundaryPicture, 2> boundaries;

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

inline constexpr std::uint32_t kMasks = 200;

// Units of a layer that are drawn: all of a small one, else so many, evenly spread.
inline constexpr std::size_t kDrawn = 14;
inline std::size_t drawn(std::size_t units) { return std::min(units, kDrawn); }
inline std::size_t unit_at(std::size_t dot, std::size_t units) { return units <= kDrawn ? dot : dot * (units - 1) / (kDrawn - 1); }

const LaneSettings& settings_of(const Race& race, const RaceView& view);
/// A layer's rate in one lane, and its label with it.
std::optional<UserError> set_rate(Race& race, std::size_t lane, std::size_t layer, double p);
/// Asks for the masks of the image that is shown; null: no answer yet.
const EnsembleLook* ensemble_of(Race& race, RaceView& view, DropoutView& own);
std::size_t unit_shown(const EnsembleLook* look, const DropoutView& own);

// ---- the pieces ----
/// The network, with the units that this batch drops.
void network(ui::Ui& ui, Race& race, RaceView& view, DropoutView& own, ui::Rect box);
/// One unit in training and in evaluation.
void one_unit(ui::Ui& ui, Race& race, RaceView& view, DropoutView& own, ui::Rect box);
/// Many masks as an ensemble.
void ensemble(ui::Ui& ui, Race& race, RaceView& view, DropoutView& own, ui::Rect box);
/// Training with and without.
void curves(ui::Ui& ui, Race& race, RaceView& view, DropoutView& own, ui::Rect box);
/// The boundary with and without, on the toy.
void boundaries(ui::Ui& ui, Race& race, Race& own_toy, RaceView& view, DropoutView& own, ui::Rect box);

} // namespace downhill::drop
