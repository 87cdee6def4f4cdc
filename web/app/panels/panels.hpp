// The panels of the Race: each draws from a Race into a box and edits it; what is only looked at is kept in RaceView.
#pragma once
#include "app/core/explain.hpp"
#include "app/core/field_info.hpp"
#include "app/core/own_rates.hpp"
#include "app/core/standing.hpp"
#include "app/ui/image_sheet.hpp"
#include "app/ui/plot.hpp"

#include <array>

namespace downhill {

struct ViewRow; // app/views/view.hpp
extern const ViewRow kWeightsView;

/// Requests and slots of the looks that views ask for (app/core/looks.hpp).
/// Pictures: some are one of either side of two lanes compared, this number and the next.
enum Sheet : std::uint32_t {
  kCardSheet,
  kGallerySheet,
  kBatchSheets,
  kCellSheets = kBatchSheets + 2,
  kPredictionSheets = kCellSheets + 2,
  kSheets = kPredictionSheets + 2
};
inline constexpr std::uint32_t kOwnSlots = 100; ///< and one for each lane
/// Slots of the labs' own pictures, one for each lane where several are shown.
inline constexpr std::uint32_t kBoundarySlots = 200, kUnitSlots = 250, kMaskSlot = 300, kTraceSlot = 301, kEnsembleSlot = 302;

struct RaceView {
  std::array<int, 2> metric{0, 2};
  int axis = 0, scale = 0;
  bool two_charts = false, batch_losses = false;
  ui::PlotView zoom;
  int tab = 0;            ///< where there is no room for all: curves (−1), lanes, views, settings
  bool drawer = false;    ///< the settings, where they are behind a button
  bool views_open = true; ///< the views below, where there is room for both
  bool chose_views = false;
  float views_share = 0;                          ///< of the middle's height, as it was dragged; 0: as the view itself wants it
  bool views_whole = false;                       ///< the view has the whole middle, and the curves none of it
  bool hide_settings = false, hide_views = false; ///< parts that an embedding page does without
  const ViewRow* view = &kWeightsView;
  std::size_t lane = 8;             ///< the lane whose views are shown
  int other = -1;                   ///< one to compare it with; −1: none
  std::optional<std::size_t> scope; ///< the lane that settings are of; none: the base
  bool more_settings = false;
  bool grouped = false; ///< lanes by the book's classes, not by rank
  float speed = 1;      ///< the slider, 1 is full speed
  float timeline = 0;
  bool scrubbing = false;
  // where two lanes are compared, both sides show the same of these
  std::uint32_t gallery_from = 0;
  bool gallery_batch = false;
  int cell = -1;            ///< of the confusion matrix: label · classes + predicted
  int prediction_order = 0; ///< most wrong, all
  std::uint32_t prediction_from = 0;
  std::uint32_t unit_from = 0;
  double all_rate = 0.01;
  OwnRates own_rates;                  ///< the lanes' before one of the ways to choose them all was taken
  std::vector<std::size_t> lane_order; ///< of the rows as they are drawn
  bool linked = false;                 ///< a link brought the experiment; its result has not been asked for
  std::vector<std::uint8_t> pad;       ///< 28×28, drawn or dropped
  bool pad_used = false;
  std::uint64_t pad_version = 1;
  ImVec2 pen{-1, -1};
  std::array<ui::ImageSheet, kSheets> sheets;
  std::array<std::array<ui::ImageSheet, 6>, 2> numbers; ///< of either side's views
  ui::ImageSheet pad_sheet;
  std::array<ui::ImageSheet, 4> boundaries;
  std::optional<UserError> complaint; ///< an edit that was refused
};

inline void keep(RaceView& view, std::optional<UserError> error) {
  if (error) view.complaint = std::move(error);
}
/// Chinese sentences follow each other without a space.
inline std::string between_sentences(const ui::Ui& ui) { return ui.language == Language::zh ? "" : " "; }

/// Labels of a table's entries, and the place of the current one.
std::vector<std::string_view> labels_of(const ui::Ui& ui, const std::vector<std::string_view>& ids, const std::string& prefix, std::string_view current,
                                        int& chosen);

void settings_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box);
void lanes_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box);
void curves_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box, bool legend);
/// `below`: it stands below the curves, so it can be closed, and have all of their room.
void views_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box, bool below);
/// Where a lane of a race over points of the plane says one class or the other, with the training points: a square in `box`.
/// Asks for it and draws the last answer, which it returns (null: none yet). `place` < 4 tells pictures on the screen apart.
const protocol::BoundaryLook* boundary_picture(ui::Ui& ui, Race& race, RaceView& view, std::size_t lane, std::size_t place, ui::Rect box);
/// What stands where a look of a lane is awaited: data are missing, it is on its way, or there is no memory for it.
void awaited(const ui::Ui& ui, const Race& race, ui::Rect box, std::uint32_t slot, std::size_t lane);
/// The curves of one metric, with axes and legend, without the controls above them.
void chart_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box, std::size_t number, bool legend);
/// Start, pause, reset and steps in a row. Returns the width used.
float transport_buttons(ui::Ui& ui, Race& race, ui::Rect box);
/// Buttons, timeline, speed; and, `strip`, the flow strip above them.
void transport_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box, bool strip = true);
float transport_height(const ui::Ui& ui, float width, bool strip = true);

/// The plotted numbers of a chart: a line for each point of each lane.
std::string curves_csv(const ui::Ui& ui, const Race& race);
/// The sweep's: a line for each rate of each lane.
std::string sweep_csv(const ui::Ui& ui, const Race& race);
/// The numbers of the view that is shown, of its lane: whatever the last answer holds. Empty where there is none.
std::string view_csv(const ui::Ui& ui, const Race& race, const RaceView& view);
/// Puts the images of a request into their sheet and returns them, or null.
const protocol::Images* sheet_images(Race& race, RaceView& view, std::uint32_t sheet);

} // namespace downhill
