// A view is a room: a file with its drawing and its CSV, and its name in list.hpp. It shows one lane of a race, once or beside
// another lane, or what all lanes have in common.
#pragma once
#include "app/panels/panels.hpp"

namespace downhill {

/// One view of one lane: `side` 0 or 1 tells its slots and textures from the other's.
struct Stand {
  ui::Ui& ui;
  Race& race;
  RaceView& view;
  std::size_t lane;
  std::uint32_t side, slot;

  const LaneState& state() const { return race.lanes()[lane]; }
  /// Asks for a look of the lane, and returns the last answer: null while there is none.
  template <class T> const T* want(protocol::LookKind look, std::uint32_t from = 0, std::uint32_t count = 0) const {
    race.want_look(slot, lane, look, from, count);
    return race.looks().answer<T>(slot, state().key);
  }
  std::uint64_t version() const { return race.looks().version(slot); }
  std::string class_name(std::size_t label) const;
  /// What stands there until the answer comes.
  void waiting(ui::Rect box) const { awaited(ui, race, box, slot, lane); }
  /// The longer words where they fit; cut short they would say nothing.
  void caption(ui::Rect box, std::string_view text, std::string_view shorter = {}) const;
};

/// What the CSV of a view is made of: the last answer that it has shown.
struct ViewNumbers {
  const ui::Ui& ui;
  const Race& race;
  const RaceView& view;
  protocol::LaneKey key;
  std::uint32_t slot;
  template <class T> const T* answer() const { return race.looks().answer<T>(slot, key); }
};

enum class Needs { anything, images, points };

struct ViewRow {
  std::string_view id; ///< its name is the string view.ID
  Needs needs;         ///< the data without which it is not offered
  /// Whether it shows a lane, so that another can stand beside it, or what all have in common.
  bool (*of_lane)(const RaceView& view);
  void (*draw)(const Stand& stand, ui::Rect box);
  std::string (*csv)(const ViewNumbers& numbers); ///< empty: there are no numbers yet
  float height_share = 0.32F;                     ///< of the Race's middle, where it stands below the curves
};
inline bool always(const RaceView&) { return true; }
inline bool never(const RaceView&) { return false; }

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
/// Each test example's label, prediction, loss and probabilities.
std::string predictions_csv(const ViewNumbers& numbers);

} // namespace downhill
