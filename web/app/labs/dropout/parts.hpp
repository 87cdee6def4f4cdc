// What the pieces of the dropout lab share: what is looked at. What is decided is the model's.
#pragma once
#include "app/core/dropout_model.hpp"
#include "app/labs/race_lab.hpp"

#include <string>

namespace downhill::drop {

using namespace ui;
using namespace protocol;

inline constexpr std::string_view kDropoutTabs[] = {"network", "unit", "ensemble", "curves", "boundary"};

/// What is looked at in this lab.
struct DropoutView {
  explicit DropoutView(DropoutModel& decides) : model(decides) {}
  DropoutModel& model; ///< what is decided
  int mode = 0;        ///< training, evaluation
  int tab = 0;         ///< of kDropoutTabs, where there is no room for all
  int quantity = 0;    ///< loss, accuracy
  Look<ask::Ensemble> ensemble;
  Look<ask::Batch> batch;
  Look<ask::Trace> trace;
  PictureSheet picture; ///< the test image
  std::array<BoundaryPicture, 2> boundaries;

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

/// Asks for the masks of the image that is shown; null: no answer yet.
const EnsembleLook* ensemble_of(Race& race, const RaceView& view, DropoutView& own);

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
void boundaries(ui::Ui& ui, DropoutView& own, ui::Rect box);

} // namespace downhill::drop
