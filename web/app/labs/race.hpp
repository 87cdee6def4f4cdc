// The Race: settings, curves, lanes, transport and views, arranged by the room there is.
#pragma once
#include "app/panels/panels.hpp"

namespace downhill {

void draw_race(ui::Ui& ui, Race& race, RaceView& view, ui::Rect box);
/// What was typed into the text field `id`. Empty: done.
std::optional<UserError> apply_typed(Race& race, RaceView& view, const std::string& id, const std::string& text);

} // namespace downhill
