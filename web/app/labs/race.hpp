// The Race: settings, curves, lanes, transport. Draws from a Race and edits it; keeps only what is looked at and how.
#pragma once
#include "app/core/race.hpp"
#include "app/ui/image_sheet.hpp"
#include "app/ui/ui.hpp"

namespace downhill {

enum class Metric { test_loss, train_loss, test_accuracy };
enum class Axis { examples, epochs, steps, seconds };

struct RaceView {
  int metric = 0, axis = 0, scale = 0;
  int tab = 0;            ///< where there is no room for all: lanes, settings, and in short narrow frames the curves
  bool chose_tab = false; ///< until then a small frame shows the curves
  float speed = 1;        ///< the slider, 1 is full speed
  double pack_received = 0, pack_total = 0;
  ui::ImageSheet images;
  bool scrollable_under_pointer = false;
  bool slider_held = false;           ///< a slider under the pointer moves, so lists must not
  std::optional<UserError> complaint; ///< an edit that was refused
};

void draw_race(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box);
/// What was typed into the number field `id`. Empty: done.
std::optional<UserError> apply_typed(Race& race, const std::string& id, const std::string& text);
/// A lane's name as the page shows it.
std::string lane_name(const Lane& lane, Language language);

} // namespace downhill
