// The panels of the Race: each draws from a Race into a box and edits it; what is only looked at is kept in RaceView.
#pragma once
#include "app/core/explain.hpp"
#include "app/core/field_info.hpp"
#include "app/core/fitted.hpp"
#include "app/core/own_rates.hpp"
#include "app/core/pad.hpp"
#include "app/core/standing.hpp"
#include "app/ui/image_sheet.hpp"
#include "app/ui/plot.hpp"

#include <array>
#include <map>
#include <memory>

namespace downhill {

struct ViewRow; // app/views/view.hpp
class View;
extern const ViewRow kWeightsView;

/// Images of a race's data, and the texture that shows them.
class PictureSheet {
public:
  /// See Pictures::want().
  const protocol::Images* want(Race& race, bool train, std::vector<std::uint32_t> places);
  const protocol::Images* seen() const { return pictures_.seen(); }
  ui::ImageSheet sheet;

private:
  Pictures pictures_;
};

/// How a class of points of the plane looks, by its number in the run.
struct PlaneLook {
  std::uint32_t Tokens::* color;
  Marker marker;
};
const PlaneLook& plane_look(std::size_t label);

/// Where a lane of a race over points of the plane says which class, with the training points.
class BoundaryPicture {
public:
  /// A square in `box`. Asks for it and draws the last answer, which it returns (null: none yet); `number` is the item's.
  const protocol::BoundaryLook* draw(ui::Ui& ui, Race& race, std::size_t lane, std::size_t number, ui::Rect box);
  const protocol::BoundaryLook* seen_of(const Race& race, std::size_t lane) const { return look_.seen_of(race, lane); }

private:
  Look<protocol::ask::Boundary> look_;
  ui::ImageSheet sheet_;
};

/// What a lane of a race over an interval gives there, with the training points: small, without axes. The view Fitted has them.
class FittedPicture {
public:
  /// Asks for it and draws the last answer.
  void draw(ui::Ui& ui, Race& race, std::size_t lane, ui::Rect box);

private:
  Look<protocol::ask::Fitted> look_;
};

// What is kept of a race beside its experiment, by how long it lives. No part of it changes a number.

/// What a link carries; another preset begins with it anew.
struct RaceLooks {
  std::array<int, 2> metric{0, 2};
  int axis = 0, scale = 0;
  bool two_charts = false, batch_losses = false;
  const ViewRow* view = &kWeightsView;
  std::size_t lane = 8; ///< the lane whose views are shown
  int other = -1;       ///< one to compare it with; −1: none
};

/// What belongs to the experiment that is open, and ends with it.
struct RaceSession {
  ui::PlotView zoom;
  int tab = 0;                      ///< where there is no room for all: curves (−1), lanes, views, settings
  bool views_whole = false;         ///< the view has the whole middle, and the curves none of it
  std::optional<std::size_t> scope; ///< the lane that settings are of; none: the base
  bool more_settings = false;
  bool grouped = false; ///< lanes by the book's classes, not by rank
  float timeline = 0;
  bool scrubbing = false;
  double all_rate = 0.01;
  OwnRates own_rates;                  ///< the lanes' before one of the ways to choose them all was taken
  std::vector<std::size_t> lane_order; ///< of the rows as they are drawn
  bool linked = false;                 ///< a link brought the experiment; its result has not been asked for
  Pad pad;
  PictureSheet class_pictures; ///< of the settings: an example of each class,
  BoundaryPicture boundary;    ///< or the points of the plane,
  FittedPicture fitted;        ///< or of a curve
  /// What each view that was shown keeps: its questions, its pictures, the page of it. Freed with it.
  std::map<const ViewRow*, std::unique_ptr<View>> views;
};

/// How the page is laid out: it stays, whatever is opened.
struct RaceLayout {
  bool drawer = false;    ///< the settings, where they are behind a button
  bool views_open = true; ///< the views below, where there is room for both
  bool chose_views = false;
  float views_share = 0;                          ///< of the middle's height, as it was dragged; 0: as the view itself wants it
  float speed = 1;                                ///< the slider, 1 is full speed
  bool hide_settings = false, hide_views = false; ///< parts that an embedding page does without
};

struct RaceView : RaceLooks, RaceSession, RaceLayout {
  RaceView();
  ~RaceView();
  /// Another experiment is opened: what was looked at and what belonged to the one before ends.
  void begin_anew();
  std::optional<UserError> complaint; ///< an edit that was refused
  bool asks_own = false;              ///< somebody wants to see to their own files
};

inline void keep(RaceView& view, std::optional<UserError> error) {
  if (error) view.complaint = std::move(error);
}
/// Chinese sentences follow each other without a space.
inline std::string between_sentences(const ui::Ui& ui) { return ui.language == Language::zh ? "" : " "; }

/// Labels of a table's entries, and the place of the current one.
std::vector<std::string_view> labels_of(const ui::Ui& ui, const std::vector<std::string_view>& ids, const std::string& prefix, std::string_view current,
                                        int& chosen);

/// What the class of the network's output `label` is called: in a user's own file as that says.
std::string class_name(const ui::Ui& ui, const Race& race, std::size_t label);

void settings_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box);
void lanes_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box);
void curves_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box, bool legend);
/// `below`: it stands below the curves, so it can be closed, and have all of their room.
void views_panel(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box, bool below);
/// What stands where a look of a lane is awaited: data are missing, it is on its way, or there is no memory for it.
void awaited(const ui::Ui& ui, const Race& race, ui::Rect box, const LookPlace& look, std::size_t lane);
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

} // namespace downhill
