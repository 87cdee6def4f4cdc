#include "app/panels/panels.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace downhill {

using namespace ui;

namespace {

constexpr double kFastest = 50000; // examples a second at the slider's end; beyond it: full speed
constexpr float kTwoRowsBelow = 560;

struct Stage {
  std::string_view id, line; // the PyTorch line it stands for
};
constexpr std::array<Stage, 7> kStages{{{"init", "net = Net()"},
                                        {"batch", "for x, y in loader:"},
                                        {"forward", "out = net(x)"},
                                        {"loss", "loss = criterion(out, y)"},
                                        {"backward", "optimizer.zero_grad(); loss.backward()"},
                                        {"update", "optimizer.step()"},
                                        {"enough", "for epoch in range(epochs):"}}};

// The lane whose steps are followed: the one chosen for the views.
std::size_t followed(const Race& race, const RaceView& view) { return std::min(view.lane, race.lanes().size() - 1); }

void flow_strip(Ui& ui, const Race& race, const RaceView& view, Rect box) {
  const std::size_t i = followed(race, view);
  const LaneState& lane = race.lanes()[i];
  const bool running = race.transport() == Transport::running && !lane.ended();
  const double phase = race.step_phase(i);
  // of the seven, the first is before all steps and the last after each
  std::size_t lit = lane.step == 0 && !running ? 0 : 6;
  if (phase > 0) lit = 1 + std::min<std::size_t>(5, static_cast<std::size_t>(phase * 6));
  const bool all = running && phase == 0; // too fast to follow
  const std::string progress = fill(
      ui("flow.progress"), {lane_name(race.experiment(), i, ui.language), grouped(static_cast<double>(lane.step)), grouped(static_cast<double>(lane.steps))});
  const float progress_width = ui.text_width(progress, kLabel) + kGrid;
  float needed = 0;
  for (const Stage& stage : kStages) needed += ui.text_width(ui.by_id("flow." + std::string(stage.id)), kLabel) + 28;
  const bool room_for_progress = needed + progress_width < box.w;
  if (room_for_progress) ui.text(box.cut_right(progress_width), progress, ui.theme->soft, kLabel, Weight::regular, Align::right);
  // where there is no room for all names, the one that is at work keeps its own and the others have their numbers
  const bool numbered = needed > box.w;
  float x = box.x;
  for (std::size_t s = 0; s < kStages.size(); ++s) {
    const std::string id = "flow." + std::string(kStages[s].id);
    const std::string_view label = ui.by_id(id);
    const bool on = !all && s == lit;
    const std::string text = numbered && !on ? std::to_string(s + 1) : std::string(label);
    const float width = ui.text_width(text, kLabel) + 16;
    const Rect chip{x, box.y + (box.h - 22) / 2, width, 22};
    ui.press(id, chip);
    ui.tip(std::string(ui.by_id("flow.help." + std::string(kStages[s].id))) + "\n" + std::string(kStages[s].line));
    ui.draw()->AddRectFilled(chip.min(), chip.max(), on ? ui.theme->accent : all && s > 0 ? ui.theme->note : ui.theme->fill, 11);
    ui.text(chip, text, on ? ui.theme->on_accent : ui.theme->soft, kLabel, on ? Weight::bold : Weight::regular, Align::center);
    if (Item* item = ui.note_item(id, label, "img", on ? "true" : "false", chip)) item->help = kStages[s].line;
    x += width;
    if (s + 1 < kStages.size()) ui.text({x, box.y, 12, box.h}, "›", ui.theme->faint, kLabel, Weight::regular, Align::center);
    x += 12;
  }
}

void speed_slider(Ui& ui, Race& race, RaceView& view, Rect box) {
  // from one update a second (of the followed lane) to as fast as the machine goes
  const std::size_t i = followed(race, view);
  const auto batch = static_cast<double>(race.batch_size(i));
  const double least = std::min(batch, kFastest / 100);
  std::string rate(ui("transport.full_speed"));
  if (race.speed() > 0) {
    const double steps = race.speed() / batch;
    rate = steps < 100 ? fill(ui("transport.steps_rate"), {setting(std::round(steps * 10) / 10)}) : fill(ui("transport.rate"), {grouped(race.speed())});
  }
  const float word = ui.text_width(ui("transport.speed"), kLabel) + kGrid;
  const Rect value = box.cut_right(std::clamp(box.w * 0.4F, ui.text_width(ui("transport.full_speed"), kSmall) + 8, 96.0F));
  if (box.w > word + 60) ui.text(box.cut_left(word), ui("transport.speed"), ui.theme->soft, kLabel);
  if (ui.slider("speed", box, ui("transport.speed"), rate, view.speed, ui("help.speed")))
    race.set_speed(view.speed > 0.985F ? 0 : std::max(1.0, least * std::pow(kFastest / least, static_cast<double>(view.speed) / 0.985)));
  ui.text({value.x + 6, value.y, value.w - 6, value.h}, rate, ui.theme->soft, kSmall);
}

void timeline(Ui& ui, Race& race, RaceView& view, Rect box) {
  double reached = 0;
  for (const LaneState& lane : race.lanes()) reached = std::max(reached, static_cast<double>(lane.examples));
  const auto end = static_cast<double>(race.examples_at_end());
  if (!view.scrubbing) view.timeline = static_cast<float>(reached / end);
  const std::string at =
      fill(ui("transport.timeline_value"), {grouped(view.scrubbing ? std::round(static_cast<double>(view.timeline) * end) : reached), grouped(end)});
  if (ui.slider("timeline", box, ui("transport.timeline"), at, view.timeline, ui("help.timeline"))) {
    view.scrubbing = ImGui::IsMouseDown(ImGuiMouseButton_Left);
    race.pause();
    race.seek_examples(static_cast<double>(view.timeline) * end);
  }
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) view.scrubbing = false;
}

} // namespace

float transport_height(const Ui& ui, float width, bool strip) {
  const float h = ui.touch ? 40 : 32;
  return (strip ? 30.0F : 0.0F) + 6 + h + (width < kTwoRowsBelow ? h + 4 : 0) + 10;
}

float transport_buttons(Ui& ui, Race& race, Rect box) {
  const bool narrow = box.w + 2 * kPadding < kTwoRowsBelow;
  const bool running = race.transport() == Transport::running;
  const bool begun = std::any_of(race.lanes().begin(), race.lanes().end(), [](const LaneState& lane) { return lane.step > 0; });
  const bool finished = race.transport() == Transport::finished;
  const float h = ui.touch ? 40 : 32, y = box.y;
  float x = box.x;
  const std::string_view label = running ? ui("transport.pause") : finished ? ui("transport.again") : begun ? ui("transport.resume") : ui("transport.start");
  const float main_width = std::max(narrow ? 84.0F : 96.0F, ui.text_width(label, kText, Weight::bold) + 60);
  const Rect main{x, y, main_width, h};
  if (ui.button(running ? "pause" : "start", main, label, true)) running ? race.pause() : race.start();
  ui.icon({main.x + 8, main.y, 16, main.h}, running ? Icon::pause : Icon::play, ui.theme->on_accent);
  x += main_width + 6;
  const auto button = [&](const std::string& id, Icon icon, std::string_view words, bool enabled) {
    const bool pressed = ui.icon_button(id, {x, y, h, h}, icon, words, enabled);
    x += h + 4;
    return pressed;
  };
  if (button("reset", Icon::to_start, ui("transport.reset"), begun || finished)) race.reset();
  if (button("step_back", Icon::step_back, ui("transport.step_back"), begun && !running)) race.step(-1);
  const auto words = [&](const std::string& id, std::string_view text) {
    const float width = ui.text_width(text) + (narrow ? 14 : 20);
    if (x + width > box.right() + 0.5F) return false; // the narrowest frames do without the longest stride
    const bool pressed = ui.button(id, {x, y, width, h}, text, false, !finished);
    x += width + 4;
    return pressed;
  };
  if (words("step", ui("transport.step"))) race.step(1);
  if (words("step_ten", ui("transport.step_ten"))) race.step(10);
  if (words("step_epoch", ui("transport.step_epoch"))) race.step_epoch();

  return x - box.x;
}

void transport_panel(Ui& ui, Race& race, RaceView& view, Rect box, bool strip) {
  if (strip) flow_strip(ui, race, view, box.cut_top(30));
  const bool two_rows = box.w + 2 * kPadding < kTwoRowsBelow;
  const float h = ui.touch ? 40 : 32, y = box.y + 6;
  const float x = box.x + transport_buttons(ui, race, {box.x, y, box.w, h});
  Rect rest = two_rows ? Rect{box.x, y + h + 4, box.w, h} : Rect{x + 6, y, box.right() - x - 6, h};
  // both sliders, or the timeline alone where there is little room
  const float speed_width = std::clamp(rest.w * 0.48F, 120.0F, 250.0F);
  if (rest.w > 190) {
    speed_slider(ui, race, view, rest.cut_right(speed_width));
    rest.cut_right(kGrid);
  }
  if (rest.w > 60) timeline(ui, race, view, rest);
}

} // namespace downhill
