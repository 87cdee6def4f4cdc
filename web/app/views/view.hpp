// A view is a room: a file with its drawing and its CSV, and its name in list.hpp. It shows one lane of a race, once or beside
// another lane, or what all lanes have in common.
#pragma once
#include "app/panels/panels.hpp"

namespace downhill {

/// Where a view of a lane is drawn: `side` 0, or 1 beside it.
struct ViewPlace {
  ui::Ui& ui;
  Race& race;
  RaceView& view;
  std::size_t lane;
  std::uint32_t side;

  const LaneState& state() const { return race.lanes()[lane]; }
  std::string class_name(std::size_t label) const;
  /// What stands there until the answer comes.
  void waiting(ui::Rect box, const LookPlace& look = {}) const { awaited(ui, race, box, look, lane); }
  /// The longer words where they fit; cut short they would say nothing.
  void caption(ui::Rect box, std::string_view text, std::string_view shorter = {}) const;
};

/// What a view keeps between frames: its questions, its pictures, the page that is shown. One object draws a lane, or two lanes
/// beside each other, which have their own questions and show the same page.
class View {
public:
  virtual ~View() = default;
  /// Whether it shows a lane, so that another can stand beside it, or what all have in common.
  virtual bool of_lane() const { return true; }
  virtual void draw(const ViewPlace& stand, ui::Rect box) = 0;
  /// The numbers of the last answer about this lane; empty: there are none yet.
  virtual std::string csv(const ui::Ui& ui, const Race& race, std::size_t lane) const = 0;
  /// The error that is well enough, where the view asks for it.
  virtual std::optional<double> acceptable() const { return {}; }
  /// What was typed into one of its fields, whose ids begin with "view.".
  virtual std::optional<UserError> type(std::string_view, const std::string&) { return {}; }
  /// What a worker says besides what races are told. Whether it is to be drawn.
  virtual bool take(const protocol::ToApp&) { return false; }
  /// Nobody looks any more: what it has asked for besides its Looks is dropped.
  virtual void leave() {}
  /// A worker died, and knows nothing any more.
  virtual void worker_lost() {}
};

enum class Needs { anything, images, image_classes, pad, points, classes, numbers };

struct ViewRow {
  std::string_view id; ///< its name is the string view.ID
  Needs needs;         ///< the data without which it is not offered
  std::unique_ptr<View> (*make)();
  float height_share = 0.32F; ///< of the Race's middle, where it stands below the curves
};
template <class Made> std::unique_ptr<View> make_view() { return std::make_unique<Made>(); }
/// Whether the data of a race are what the view needs: points are those of a plane, numbers the targets of a regression over an interval.
bool offers(const Race& race, const ViewRow& row);
/// The view of a row, made if it was not shown before.
View& shown_view(RaceView& view);
/// The error that is well enough, as it was typed in this session.
double acceptable_error(const RaceView& view);

/// How many squares of about `side` px fit, and their exact pitch.
struct Grid {
  Grid(ui::Rect b, float wanted, float gap, float below = 0);
  ui::Rect at(int i) const { return {box.x + pitch_x * static_cast<float>(i % columns), box.y + pitch_y * static_cast<float>(i / columns), side, side}; }
  int size() const { return columns * rows; }
  ui::Rect box;
  int columns, rows;
  float side, pitch_x, pitch_y;
};

/// Where the page begins that is shown: two lanes turn their pages together, and one that has fewer stays at its last.
std::uint32_t page_start(std::uint32_t from, std::uint32_t page, std::uint32_t all);
/// ‹ 1–24 of 128 ›; changes `from` by whole pages.
void pages(ui::Ui& ui, ui::Rect box, const std::string& id, std::uint32_t& from, std::uint32_t page, std::uint32_t all);

/// A further column of a CSV line.
std::string comma_number(double value);
/// name,low,high,counts…
std::string spread_row(const std::string& name, double low, double high, const std::vector<std::uint32_t>& counts);
/// Each test example's label, prediction, loss and probabilities; null: none yet.
std::string predictions_csv(const protocol::PredictionsLook* look);

} // namespace downhill
