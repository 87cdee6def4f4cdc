// Start, pause, steps, the timeline, the speed.
#include "app/labs/surface/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::hills {
namespace {

constexpr float kTwoRowsBelow = 600;
constexpr double kSlowest = 1, kFastest = 200; // steps a second; beyond: as fast as frames come

float buttons(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  SurfaceModel& model = s.model;
  const Transport now = model.transport();
  const bool running = now == Transport::running, begun = model.step() > 0;
  const float h = ui.touch ? 40 : 32;
  float x = box.x;
  const std::string_view label = running                      ? ui("transport.pause")
                                 : now == Transport::finished ? ui("transport.again")
                                 : begun                      ? ui("transport.resume")
                                                              : ui("transport.start");
  const float width = ui.text_width(label, kText, Weight::bold) + 60;
  const Rect main{x, box.y, width, h};
  if (ui.button(running ? "pause" : "start", main, label, true)) running ? model.pause() : model.start();
  ui.icon({main.x + 8, main.y, 16, main.h}, running ? Icon::pause : Icon::play, ui.theme->on_accent);
  x += width + 6;
  const auto icon = [&](const char* id, Icon which, std::string_view words, bool enabled) {
    const bool pressed = ui.icon_button(id, {x, box.y, h, h}, which, words, enabled);
    x += h + 4;
    return pressed;
  };
  if (icon("reset", Icon::to_start, ui("transport.reset"), begun)) model.reset();
  if (icon("step_back", Icon::step_back, ui("transport.step_back"), begun && !running)) model.step(-1);
  const auto words = [&](const char* id, std::string_view text) {
    const float wide = ui.text_width(text) + 18;
    if (x + wide > box.right() + 0.5F) return false;
    const bool pressed = ui.button(id, {x, box.y, wide, h}, text, false, now != Transport::finished);
    x += wide + 4;
    return pressed;
  };
  if (words("step", ui("transport.step"))) model.step(1);
  if (words("step_ten", ui("transport.step_ten"))) model.step(10);
  return x - box.x;
}

void speed(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const std::string rate =
      s.model.steps_per_s > 0 ? fill(ui("transport.steps_rate"), {setting(rounded_to(s.model.steps_per_s, 2))}) : std::string(ui("transport.full_speed"));
  const Rect value = box.cut_right(std::min(ui.text_width(rate, kSmall) + 10, box.w * 0.5F));
  if (ui.slider("surface.speed", box, ui("transport.speed"), rate, s.kept.speed, ui("help.surface.speed")))
    s.model.steps_per_s = s.kept.speed > 0.985F ? 0 : kSlowest * std::pow(kFastest / kSlowest, static_cast<double>(s.kept.speed) / 0.985);
  ui.text({value.x + 6, value.y, value.w - 6, value.h}, rate, ui.theme->soft, kSmall);
}

void timeline(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const auto all = static_cast<double>(s.model.steps());
  float share = static_cast<float>(static_cast<double>(s.model.step()) / all);
  const std::string at = fill(ui("surface.step_of"), {grouped(static_cast<double>(s.model.step())), grouped(all)});
  const Rect value = box.cut_right(std::min(ui.text_width(at, kSmall) + 10, box.w * 0.5F));
  if (ui.slider("timeline", box, ui("transport.timeline"), at, share, ui("help.surface.timeline"))) s.model.seek(std::lround(static_cast<double>(share) * all));
  ui.text({value.x + 6, value.y, value.w - 6, value.h}, at, ui.theme->soft, kSmall);
}

} // namespace

float transport_height(const Ui& ui, float width) {
  const float h = ui.touch ? 40 : 32;
  return 16 + h + (width < kTwoRowsBelow ? h + 4 : 0);
}

void transport(const Scene& s, Rect box) {
  const float h = s.ui.touch ? 40 : 32;
  const bool two_rows = box.w < kTwoRowsBelow;
  const Rect row{box.x, box.y + 8, box.w, h};
  const float used = buttons(s, row);
  Rect rest = two_rows ? Rect{box.x, row.bottom() + 4, box.w, h} : Rect{box.x + used + 8, row.y, box.w - used - 8, h};
  if (rest.w > 260) {
    speed(s, rest.cut_right(std::clamp(rest.w * 0.42F, 130.0F, 220.0F)));
    rest.cut_right(kGrid);
  }
  timeline(s, rest);
}

} // namespace downhill::hills
