// One sigmoid neuron taught under squared error and under cross-entropy, step by step: outputs, losses, the gradient as a product, and
// both losses over weight and bias with the ways down them.
#include "app/labs/losses/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::cost {
namespace {

constexpr SigmoidLoss kBoth[] = {SigmoidLoss::squared, SigmoidLoss::cross_entropy};
constexpr float kLabelPx = 96;
constexpr int kMapColumns = 49, kMapRows = 37;

// Squared error looks as it does everywhere in this lab.
const LossLook& look_of_way(SigmoidLoss loss) { return look_of(loss == SigmoidLoss::squared ? "mse" : "cross_entropy"); }

void way_plot(const Scene& s, Rect box, bool outputs) {
  PlotSpec spec;
  spec.id = outputs ? "losses.outputs" : "losses.costs";
  spec.x_title = s.ui("losses.step");
  spec.y_title = outputs ? s.ui("losses.output") : s.ui("losses.loss");
  spec.x_most = std::max(1, s.model.steps());
  if (outputs) spec.y_from = -0.03, spec.y_to = 1.03;
  spec.y_decimals = 4;
  spec.y_span_least = 0.1;
  spec.show_legend = true;
  spec.cursor = s.model.step();
  spec.x_text = [words = std::string(s.ui("surface.step_at"))](double x) { return fill(words, {grouped(x)}); };
  std::vector<Series> all;
  for (const SigmoidLoss loss : kBoth) {
    const LossLook& look = look_of_way(loss);
    const auto& path = s.model.path(loss);
    Series one;
    one.label = way_name(loss), one.color = s.ui.theme->*look.color, one.dash = look.dash;
    for (std::size_t i = 0; i < path.size() && i <= static_cast<std::size_t>(s.model.step()); ++i)
      one.x.push_back(static_cast<double>(i)), one.y.push_back(outputs ? path[i].a : path[i].loss);
    all.push_back(std::move(one));
  }
  if (outputs) {
    Series target;
    target.label = s.ui("losses.target"), target.color = s.ui.theme->faint, target.dash = Dash::dotted;
    target.x = {0, spec.x_most}, target.y = {s.model.neuron().y, s.model.neuron().y};
    all.push_back(std::move(target));
  }
  plot(s.ui, box, spec, all, outputs ? &s.kept.output : &s.kept.loss);
}

// A drag on the map moves the start of both ways.
void drag_start(const Scene& s, const HeightFrame& frame, std::size_t which, bool held) {
  Ui& ui = s.ui;
  auto& it = s.kept.start_held;
  if (held) {
    ui.slider_held = true;
    if (!it) it = Held{which, frame.view, {s.model.neuron().w, s.model.neuron().b}};
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) s.lab.keep(s.model.move_start(frame.place(ImGui::GetIO().MousePos), true));
  } else if (it && it->which == which) {
    if (ui.drag_cancelled) s.lab.keep(s.model.put_start(it->before));
    it.reset();
    s.model.let_go();
  }
}

void map(const Scene& s, Rect box, SigmoidLoss loss) {
  Ui& ui = s.ui;
  const auto which = static_cast<std::size_t>(loss);
  const LossLook& look = look_of_way(loss);
  const std::string number = std::to_string(which), name = way_name(loss);
  Rect head = box.cut_top(ui.touch ? 30 : 20);
  const std::string_view link = ui("losses.to_surface");
  if (ui.link("losses.surface." + number, head.cut_right(std::min(head.w * 0.6F, ui.text_width(link, kLabel, Weight::bold) + 4)), link))
    s.lab.lead({{"document", sigmoid_on_surface(s.model.neuron(), loss)}});
  legend_entry(s, head, look, name);
  const Rect area{box.x + kHeightAxisY - 8, box.y, box.w - kHeightAxisY + 8, box.h - kHeightAxisX};
  if (area.w < 50 || area.h < 50) return;
  const auto& held = s.kept.start_held;
  const HeightFrame frame{area, held && held->which == which ? held->extent : shown_in(s.model.weights_extent(), area)};
  HeightPicture& picture = s.kept.maps[which];
  picture.follow(s.model.surface(loss), s.lab.version(), frame.view, kMapColumns, kMapRows, false, {}, true);
  ui.draw()->PushClipRect(area.min(), area.max(), true);
  picture.draw(ui, frame, {});
  const auto& path = s.model.path(loss);
  const std::size_t count = std::min(path.size(), static_cast<std::size_t>(s.model.step()) + 1);
  draw_path(ui, frame,
            {count, [&path](std::size_t i) { return Place{path[i].w, path[i].b}; }, [&path](std::size_t i) { return path[i].loss; }, ui.theme->*look.color,
             Dash::solid, Marker::circle, true, false});
  const ImVec2 start = frame.at(path[0].w, path[0].b);
  ui.draw()->AddCircle(start, 6, ui.theme->ink, 24, 2);
  ui.draw()->PopClipRect();
  ui.draw()->AddRect(area.min(), area.max(), ui.theme->line);
  height_axes(ui, frame, "w", "b");
  const Ui::Press press = ui.press("losses.map." + number, area);
  ui.drag_areas.push_back(area);
  drag_start(s, frame, which, press.held);
  if (press.hovered && !ui.touch) {
    const Place at = frame.place(ImGui::GetIO().MousePos);
    const Slope slope = s.model.surface(loss)->at(at.x, at.y);
    pointer_note(ui, frame,
                 "w = " + short_number(at.x) + ", b = " + short_number(at.y) + "   L = " + short_number(slope.f) + "   ∂L/∂w = " + short_number(slope.dx));
  }
  const SigmoidStand& stand = s.model.stand(loss);
  ui.note_item("losses.map." + number, fill(ui("losses.map_of"), {name}), "img", "w = " + digits(stand.w, 4) + ", b = " + digits(stand.b, 4), area);
}

void maps(const Scene& s, Rect box) {
  const Rect left = box.cut_left((box.w - kGrid) / 2);
  box.cut_left(kGrid);
  map(s, left, SigmoidLoss::squared);
  map(s, box, SigmoidLoss::cross_entropy);
}

void way_buttons(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  column.rest.cut_top(kHalf);
  Rect row = column.row();
  const Transport now = s.model.transport();
  const bool running = now == Transport::running;
  const std::string_view label = running                      ? ui("transport.pause")
                                 : now == Transport::finished ? ui("transport.again")
                                 : now == Transport::paused   ? ui("transport.resume")
                                                              : ui("transport.start");
  if (ui.button(running ? "losses.pause" : "losses.start", row.cut_left(ui.text_width(label, kText, Weight::bold) + 28), label, true))
    running ? s.model.pause() : s.model.start();
  row.cut_left(6);
  if (ui.button("losses.step", row.cut_left(ui.text_width(ui("transport.step")) + 24), ui("transport.step"), false, now != Transport::finished)) s.model.go(1);
  row.cut_left(6);
  if (ui.icon_button("losses.reset", {row.x, row.y, row.h, row.h}, Icon::to_start, ui("transport.reset"), now != Transport::ready)) s.model.reset();
  row.cut_left(row.h + kGrid);
  ui.text(row, fill(ui("losses.step_of"), {grouped(s.model.step()), grouped(s.model.steps())}), ui.theme->soft, kLabel);
}

// Where both are, and the gradient as the product that it is.
void factors(const Scene& s, Column& column) {
  std::vector<TableHead> heads;
  for (const SigmoidLoss loss : kBoth) heads.push_back({way_name(loss), &look_of_way(loss)});
  table_head(s, column, heads, kLabelPx);
  struct Line {
    const char* id;
    std::string_view label;
    double SigmoidStand::* number;
  };
  const Line before[] = {{"w", "w", &SigmoidStand::w},
                         {"b", "b", &SigmoidStand::b},
                         {"z", "z = wx + b", &SigmoidStand::z},
                         {"a", "a = σ(z)", &SigmoidStand::a},
                         {"loss", "L", &SigmoidStand::loss}};
  const Line product[] = {{"loss_by_a", "∂L/∂a", &SigmoidStand::loss_by_a}, {"a_by_z", "× σ′(z)", &SigmoidStand::a_by_z}};
  const auto line = [&](const Line& it, std::ptrdiff_t bold = -1) {
    std::vector<std::string> values;
    for (const SigmoidLoss loss : kBoth) values.push_back(digits(s.model.stand(loss).*it.number, 5));
    table_line(s, column, std::string("losses.now.") + it.id, it.label, values, kLabelPx, bold);
  };
  for (const Line& it : before) line(it);
  column.rule();
  for (const Line& it : product) line(it);
  const std::string x = digits(s.model.neuron().x, 5);
  const std::string same[] = {x, x};
  table_line(s, column, "losses.now.x", "× x", same, kLabelPx);
  line({"loss_by_w", "= ∂L/∂w", &SigmoidStand::loss_by_w}, 2);
  line({"loss_by_b", "∂L/∂b", &SigmoidStand::loss_by_z});
}

} // namespace

void neuron_picture(const Scene& s, Rect box) {
  const auto plots = [&](Rect area, bool beside) {
    Rect first = beside ? area.cut_left((area.w - kGrid) / 2) : area.cut_top((area.h - kGrid) * 0.54F);
    beside ? area.cut_left(kGrid) : area.cut_top(kGrid);
    way_plot(s, first, true);
    way_plot(s, area, false);
  };
  if (s.room == Room::column) return plots(box, false); // the maps come below
  const bool tall = box.h > kHeightForTwo;
  plots(box.cut_top((box.h - kGrid) * (tall ? 0.46F : 0.5F)), true);
  box.cut_top(kGrid);
  maps(s, box);
}

void neuron_setup(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  way_buttons(s, column);
  column.rule();
  factors(s, column);
  column.rule();
  if (s.room == Room::column) {
    maps(s, column.rest.cut_top(std::clamp(column.rest.w * 0.5F, 150.0F, 300.0F)));
    column.rest.cut_top(kGrid);
  }
  column.paragraph(ui("losses.neuron_says"), ui.theme->soft);
  column.rest.cut_top(kHalf);
  s.lab.slider(column.row(), {{}, "/neuron/w"}, {.least = -4, .most = 4, .parts = 20}, 76, 64);
  s.lab.slider(column.row(), {{}, "/neuron/b"}, {.least = -4, .most = 4, .parts = 20}, 76, 64);
  s.lab.slider(column.row(), {{}, "/neuron/lr"}, {.least = 0.01, .most = 10, .logarithmic = true, .digits = 2}, 76, 64);
  s.lab.slider(column.row(), {{}, "/neuron/steps"}, {.least = 10, .most = 1000, .parts = 1, .digits = 2}, 76, 64);
  s.lab.slider(column.row(), {{}, "/neuron/x"}, {.least = -3, .most = 3, .parts = 10}, 76, 64);
  s.lab.slider(column.row(), {{}, "/neuron/y"}, {.least = 0, .most = 1, .parts = 20}, 76, 64);
}

} // namespace downhill::cost
