// The pass step by step: on, back, played, and the line on which any step is reached.
#include "app/labs/backprop/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::chain {
namespace {

constexpr float kTwoRowsBelow = 620;
constexpr double kSlowest = 0.4, kFastest = 16; // stops a second

float buttons(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  BackpropModel& model = s.model;
  const bool running = model.transport() == Transport::running, ended = model.done() == model.steps().size();
  const float h = ui.touch ? 40 : 32;
  float x = box.x;
  const auto words = [&](const char* id, std::string_view text, bool accent, bool enabled) {
    const float width = ui.text_width(text, kText, accent ? Weight::bold : Weight::regular) + 26;
    const bool pressed = ui.button(id, {x, box.y, width, h}, text, accent, enabled);
    x += width + 6;
    return pressed;
  };
  if (ui.icon_button("backprop.reset", {x, box.y, h, h}, Icon::to_start, ui("backprop.to_start"), model.done() > 0)) model.reset();
  x += h + 6;
  if (words("backprop.step_back", ui("backprop.back"), false, model.done() > 0 && !running)) model.step(-1);
  if (words("backprop.step", ui("backprop.next"), true, !ended && !running)) model.step(1);
  if (words("backprop.play", running ? ui("transport.pause") : ui("backprop.play"), false, true)) running ? model.pause() : model.start();
  return x - box.x;
}

void speed(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const std::string rate = fill(ui("backprop.speed_is"), {setting(std::round(s.model.stops_per_s * 10) / 10)});
  const Rect value = box.cut_right(std::min(ui.text_width(rate, kSmall) + 8, box.w * 0.5F));
  if (ui.slider("backprop.speed", box, ui("transport.speed"), rate, s.kept.speed, ui("help.backprop.speed")))
    s.model.stops_per_s = kSlowest * std::pow(kFastest / kSlowest, static_cast<double>(s.kept.speed));
  ui.text({value.x + 6, value.y, value.w - 6, value.h}, rate, ui.theme->soft, kSmall);
}

void timeline(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const auto last = static_cast<float>(s.model.stop_count() - 1);
  float share = static_cast<float>(s.model.stop()) / last;
  const std::string at = whereabouts(s);
  const Rect value = box.cut_right(std::min(ui.text_width(at, kSmall) + 12, box.w * 0.62F));
  if (ui.slider("backprop.timeline", box, ui("transport.timeline"), at, share, ui("help.backprop.timeline")))
    s.model.seek_stop(static_cast<std::size_t>(std::lround(share * last)));
  ui.text({value.x + 8, value.y, value.w - 8, value.h}, at, ui.theme->soft, kSmall);
}

} // namespace

// "backward 3 of 6": which of the stops of its part the pass has come to.
std::string whereabouts(const Scene& s) {
  const BackpropModel& model = s.model;
  if (model.done() == 0) return std::string(s.ui("backprop.at.given"));
  const Stage stage = entry_of(model.steps()[model.done() - 1].kind).stage;
  const auto stage_at = [&](std::size_t done) { return entry_of(model.steps()[done - 1].kind).stage; };
  std::size_t here = 0, all = 0;
  for (const std::size_t stop : stops(model.steps(), model.grain()))
    if (stage_at(stop) == stage) ++all, here += stop <= model.done() ? 1 : 0;
  const StringKey key = stage == Stage::forward    ? StringKey("backprop.at.forward")
                        : stage == Stage::loss     ? StringKey("backprop.at.loss")
                        : stage == Stage::backward ? StringKey("backprop.at.backward")
                                                   : StringKey("backprop.at.update");
  return fill(s.ui("backprop.at"), {s.ui(key), std::to_string(here), std::to_string(all)});
}

float transport_height(const Ui& ui, float width) {
  const float h = ui.touch ? 40 : 32;
  return 16 + h + (width < kTwoRowsBelow ? h + 4 : 0);
}

void transport(const Scene& s, Rect box) {
  const float h = s.ui.touch ? 40 : 32;
  const Rect row{box.x, box.y + 8, box.w, h};
  const float used = buttons(s, row);
  Rect rest = box.w < kTwoRowsBelow ? Rect{box.x, row.bottom() + 4, box.w, h} : Rect{box.x + used + 8, row.y, box.w - used - 8, h};
  if (rest.w > 330) {
    speed(s, rest.cut_right(std::clamp(rest.w * 0.36F, 120.0F, 190.0F)));
    rest.cut_right(kGrid);
  }
  timeline(s, rest);
}

} // namespace downhill::chain
