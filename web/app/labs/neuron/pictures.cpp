// What a unit does, as a picture: two inputs are a plane that its line cuts, three a cube that its plane cuts, and any number of them
// sums on a line that the threshold cuts. Lines and the threshold are dragged.
#include "app/labs/neuron/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::cell {
namespace {

constexpr Extent kPlane{-0.5, 1.5, -0.5, 1.5};
constexpr double kTurnReach = 0.45; // of the handle that turns, along the line
constexpr double kMargin = 0.05;

using Polygon = std::vector<Place>;

// What of a convex polygon lies where the unit fires, or does not.
Polygon clipped(const Polygon& polygon, const Unit& unit, bool fires) {
  const auto over = [&](Place p) { return (unit.weights[0] * p.x + unit.weights[1] * p.y - unit.threshold + kSumSlack) * (fires ? 1 : -1); };
  Polygon out;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Place a = polygon[i], b = polygon[(i + 1) % polygon.size()];
    const double from = over(a), to = over(b);
    if (from >= 0) out.push_back(a);
    if ((from >= 0) != (to >= 0)) out.push_back({a.x + (b.x - a.x) * from / (from - to), a.y + (b.y - a.y) * from / (from - to)});
  }
  return out;
}

void fill_polygon(const Scene& s, const HeightFrame& frame, const Polygon& polygon) {
  std::vector<ImVec2> points;
  for (const Place& p : polygon) points.push_back(frame.at(p.x, p.y));
  if (points.size() > 2) s.ui.draw()->AddConvexPolyFilled(points.data(), static_cast<int>(points.size()), mixed(s.ui.theme->panel, s.ui.theme->positive, 0.18));
}

// A row: full where it shall fire, hollow where not, and marked where the unit gets it wrong.
void row_mark(const Scene& s, ImVec2 at, const LogicRow& row, std::string_view name, bool named_below) {
  ImDrawList* list = s.ui.draw();
  const Tokens& theme = *s.ui.theme;
  list->AddCircleFilled(at, 8, row.wanted ? theme.ink : theme.panel, 24);
  list->AddCircle(at, 8, theme.ink, 24, 2);
  if (!row.right()) list->AddCircle(at, 13, theme.bad, 24, 2.5F);
  s.ui.text({at.x - 40, named_below ? at.y + 14 : at.y - 30, 80, 16}, name, row.right() ? theme.soft : theme.bad, kSmall, Weight::bold, Align::center);
}

void axes(const Scene& s, const HeightFrame& frame, std::string_view across, std::string_view up) {
  Ui& ui = s.ui;
  const ImVec2 low = frame.at(0, 0), high = frame.at(1, 1);
  ui.draw()->AddRect({low.x, high.y}, {high.x, low.y}, ui.theme->line, 0, 0, 1);
  ui.text({frame.area.right() - 40, low.y - 8, 36, 16}, across, ui.theme->soft, kLabel, Weight::bold, Align::right);
  ui.text({low.x - 50, frame.area.y + 4, 36, 16}, up, ui.theme->soft, kLabel, Weight::bold, Align::right); // beside the corner's name where that is near
}

// Pressed and moved: the line goes along. Two handles: one shifts it, the other turns it.
void handle(const Scene& s, const HeightFrame& frame, Which which, const UnitLine& line, bool turns, std::uint32_t color) {
  Ui& ui = s.ui;
  Kept& kept = s.kept;
  const std::string name(NeuronModel::pointer_of(which).substr(1));
  const std::string id = (turns ? "neuron.turn." : "neuron.move.") + std::to_string(static_cast<int>(which));
  const Place at = turns ? Place{line.foot.x + kTurnReach * line.along.x, line.foot.y + kTurnReach * line.along.y} : line.foot;
  const ImVec2 p = frame.at(at.x, at.y);
  const bool inside = p.x > frame.area.x && p.x < frame.area.right() && p.y > frame.area.y && p.y < frame.area.bottom();
  const bool held_before = kept.line && kept.line->which == which && kept.line->turned == turns;
  if (!inside && !held_before) return;
  const float reach = ui.touch ? 20.0F : 11.0F;
  const Rect box{p.x - reach, p.y - reach, 2 * reach, 2 * reach};
  const Ui::Press press = ui.press(id, box);
  ui.drag_areas.push_back(box);
  ui.draw()->AddCircleFilled(p, 7, ui.theme->panel, 20);
  ui.draw()->AddCircle(p, 7, color, 20, press.hovered || press.held ? 3.2F : 2.2F);
  if (!turns) ui.draw()->AddCircleFilled(p, 3, color, 12);
  ui.tip(turns ? ui("help.neuron.turn") : ui("help.neuron.move"));
  if (press.held) {
    ui.slider_held = true;
    const Unit& unit = s.model.unit(which);
    if (!held_before) kept.line = HeldLine{which, turns, line.foot, std::hypot(unit.weights[0], unit.weights[1]), unit};
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) {
      const Place pointer = frame.place(ImGui::GetIO().MousePos); // the handle stays where it can be seen
      const Place to{std::clamp(pointer.x, kPlane.x_least + kMargin, kPlane.x_most - kMargin),
                     std::clamp(pointer.y, kPlane.y_least + kMargin, kPlane.y_most - kMargin)};
      s.lab.keep(turns ? s.model.turn_line(which, kept.line->pivot, to, kept.line->size, true) : s.model.move_line(which, to, true));
    }
  } else if (held_before) {
    if (ui.drag_cancelled) s.lab.keep(s.model.put_back(which, kept.line->before, turns));
    kept.line.reset();
    s.lab.let_go();
  }
}

// By keys: the line is shifted along its own normal, or turned about its foot.
void handle_by_keys(const Scene& s, Which which, const UnitLine& line, const HeightFrame& frame) {
  Ui& ui = s.ui;
  const Unit& unit = s.model.unit(which);
  const double size = std::hypot(unit.weights[0], unit.weights[1]);
  const std::string number = std::to_string(static_cast<int>(which));
  const std::string own(which == Which::unit ? ui("neuron.line") : which == Which::output ? ui("neuron.output") : which == Which::first ? "h₁" : "h₂");
  const double angle = std::atan2(line.fires.y, line.fires.x), off = (unit.threshold - (unit.weights[0] + unit.weights[1]) / 2) / size;
  for (const bool turns : {false, true}) {
    const std::string id = (turns ? "neuron.turned." : "neuron.moved.") + number;
    if (ui.nudged == id) {
      ui.nudged.clear();
      const double by = static_cast<double>(ui.nudge);
      s.lab.keep(turns ? s.model.nudge_turn(which, by) : s.model.nudge_line(which, 2 * by));
    }
    const std::string value = turns ? setting(std::round(angle * 180 / 3.14159265358979)) + "°" : setting(unit.threshold);
    if (Item* item = ui.note_item(id, own + ": " + std::string(turns ? ui("neuron.turned") : ui("neuron.moved")), "slider", value, frame.area, true,
                                  turns ? ui("help.neuron.turn") : ui("help.neuron.move")))
      item->position = static_cast<float>(turns ? (angle + 3.14159265358979) / (2 * 3.14159265358979) : std::clamp(0.5 + off / 4, 0.0, 1.0)),
      item->by_keys = true;
  }
}

void unit_line(const Scene& s, const HeightFrame& frame, Which which, std::uint32_t color, std::string_view name) {
  const auto line = NeuronModel::line_of(s.model.unit(which));
  if (!line) return;
  const auto point = [&](double t) { return frame.at(line->foot.x + t * line->along.x, line->foot.y + t * line->along.y); };
  s.ui.draw()->AddLine(point(-4), point(4), color, 2.4F);
  // on which side it fires
  const ImVec2 from = point(-0.3),
               to = frame.at(line->foot.x - 0.3 * line->along.x + 0.12 * line->fires.x, line->foot.y - 0.3 * line->along.y + 0.12 * line->fires.y);
  s.ui.draw()->AddLine(from, to, color, 2);
  const ImVec2 by{to.x - from.x, to.y - from.y};
  s.ui.draw()->AddTriangleFilled({to.x + by.x * 0.35F, to.y + by.y * 0.35F}, {to.x - by.y * 0.2F, to.y + by.x * 0.2F}, {to.x + by.y * 0.2F, to.y - by.x * 0.2F},
                                 color);
  if (!name.empty()) s.ui.text({to.x + by.x * 0.7F - 12, to.y + by.y * 0.7F - 8, 24, 16}, name, color, kLabel, Weight::bold, Align::center);
}

void handles(const Scene& s, const HeightFrame& frame, Which which, std::uint32_t color) {
  for (const bool turns : {false, true})
    if (const auto line = NeuronModel::line_of(s.model.unit(which))) handle(s, frame, which, *line, turns, color);
  if (const auto line = NeuronModel::line_of(s.model.unit(which))) handle_by_keys(s, which, *line, frame);
}

std::string bits(int row, int inputs) {
  std::string text;
  for (int i = 0; i < inputs; ++i) text += input_in(row, inputs, i) ? '1' : '0';
  return text;
}

HeightFrame square(Rect box) {
  const float side = std::min(box.w, box.h);
  return {{box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side}, kPlane};
}

const Polygon kWhole{{kPlane.x_least, kPlane.y_least}, {kPlane.x_most, kPlane.y_least}, {kPlane.x_most, kPlane.y_most}, {kPlane.x_least, kPlane.y_most}};

// The plane of x₁ and x₂, where the unit, or two layers together, fire.
void input_plane(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const LogicSettings logic = s.model.logic();
  const HeightFrame frame = square(box);
  ui.draw()->PushClipRect(frame.area.min(), frame.area.max(), true);
  if (!logic.two_layers) {
    fill_polygon(s, frame, clipped(kWhole, logic.unit, true));
  } else {
    for (int between = 0; between < 4; ++between)
      if (reaches(sum_of(logic.output, between, 2), logic.output.threshold))
        fill_polygon(s, frame, clipped(clipped(kWhole, logic.hidden[0], between >= 2), logic.hidden[1], between % 2 == 1));
  }
  axes(s, frame, "x₁", "x₂");
  if (!logic.two_layers)
    unit_line(s, frame, Which::unit, ui.theme->accent, "");
  else
    unit_line(s, frame, Which::first, ui.theme->violet, "h₁"), unit_line(s, frame, Which::second, ui.theme->brown, "h₂");
  for (int row = 0; row < 4; ++row)
    row_mark(s, frame.at(input_in(row, 2, 0) ? 1 : 0, input_in(row, 2, 1) ? 1 : 0), s.model.rows()[static_cast<std::size_t>(row)], bits(row, 2),
             !input_in(row, 2, 1));
  if (!logic.two_layers)
    handles(s, frame, Which::unit, ui.theme->accent);
  else
    handles(s, frame, Which::first, ui.theme->violet), handles(s, frame, Which::second, ui.theme->brown);
  ui.draw()->PopClipRect();
  ui.draw()->AddRect(frame.area.min(), frame.area.max(), ui.theme->line);
  ui.note_item("neuron.plane", ui("neuron.plane"), "img", "", frame.area);
}

// The plane of h₁ and h₂: where the hidden units put the rows, and the output's line between them.
void hidden_plane(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const LogicSettings logic = s.model.logic();
  const HeightFrame frame = square(box);
  ui.draw()->PushClipRect(frame.area.min(), frame.area.max(), true);
  fill_polygon(s, frame, clipped(kWhole, logic.output, true));
  axes(s, frame, "h₁", "h₂");
  unit_line(s, frame, Which::output, ui.theme->accent, "");
  const std::vector<LogicRow> rows = s.model.rows();
  for (int place = 0; place < 4; ++place) {
    std::string here;
    std::vector<LogicRow> those;
    for (int row = 0; row < 4; ++row)
      if (const LogicRow& it = rows[static_cast<std::size_t>(row)]; (it.hidden[0] ? 2 : 0) + (it.hidden[1] ? 1 : 0) == place)
        here += (here.empty() ? "" : " ") + bits(row, 2), those.push_back(it);
    // where rows of both kinds meet, no line can tell them apart
    for (std::size_t k = 0; k < those.size(); ++k) {
      const ImVec2 at = frame.at(place >= 2 ? 1 : 0, place % 2 == 1 ? 1 : 0);
      const float aside = (static_cast<float>(k) - static_cast<float>(those.size() - 1) / 2) * 12;
      row_mark(s, {at.x + aside, at.y}, those[k], k == 0 ? here : "", place % 2 == 0);
    }
  }
  handles(s, frame, Which::output, ui.theme->accent);
  ui.draw()->PopClipRect();
  ui.draw()->AddRect(frame.area.min(), frame.area.max(), ui.theme->line);
  ui.note_item("neuron.hidden_plane", ui("neuron.hidden_plane"), "img", "", frame.area);
}

// ---- three inputs ----

struct Corner {
  double x, y, z;
};

// Turned by the hand, seen from far away.
struct View3 {
  ImVec2 middle;
  float scale, yaw, pitch;
  ImVec2 at(Corner p) const {
    const float x = static_cast<float>(p.x) - 0.5F, y = static_cast<float>(p.y) - 0.5F, z = static_cast<float>(p.z) - 0.5F;
    const float across = x * std::cos(yaw) - y * std::sin(yaw), deep = x * std::sin(yaw) + y * std::cos(yaw);
    return {middle.x + scale * across, middle.y - scale * (z * std::cos(pitch) + deep * std::sin(pitch))};
  }
};

Corner corner_of(int row) { return {input_in(row, 3, 0) ? 1.0 : 0.0, input_in(row, 3, 1) ? 1.0 : 0.0, input_in(row, 3, 2) ? 1.0 : 0.0}; }

// Where the unit's plane cuts a cube somewhat larger than the one of the rows.
std::vector<Corner> cut_of(const Unit& unit) {
  constexpr double kBeyond = 0.2;
  std::vector<Corner> points;
  const auto over = [&](Corner p) { return unit.weights[0] * p.x + unit.weights[1] * p.y + unit.weights[2] * p.z - unit.threshold; };
  const auto larger = [&](int row) {
    const Corner c = corner_of(row);
    const auto out = [](double v) { return v > 0.5 ? 1 + kBeyond : -kBeyond; };
    return Corner{out(c.x), out(c.y), out(c.z)};
  };
  for (int a = 0; a < 8; ++a)
    for (const int bit : {1, 2, 4}) {
      if ((a & bit) != 0) continue;
      const Corner p = larger(a), q = larger(a | bit);
      const double from = over(p), to = over(q);
      if ((from >= 0) == (to >= 0)) continue;
      const double t = from / (from - to);
      points.push_back({p.x + t * (q.x - p.x), p.y + t * (q.y - p.y), p.z + t * (q.z - p.z)});
    }
  return points;
}

void turn_cube(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Kept& kept = s.kept;
  constexpr float kTwoPi = 6.2831853F;
  const auto turned = [&](float by) { return std::fmod(std::fmod(kept.yaw + by, kTwoPi) + kTwoPi, kTwoPi); };
  const Ui::Press press = ui.press("neuron.cube", box);
  ui.drag_areas.push_back(box);
  if (press.held) {
    ui.slider_held = true;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 2)) { // a finger comes from where the last one left
      const ImVec2 by = ImGui::GetIO().MouseDelta;
      kept.yaw = turned(by.x * 0.01F);
      kept.pitch = std::clamp(kept.pitch + by.y * 0.008F, -0.2F, 1.4F);
    }
  }
  ui.explained("neuron.cube", ui("neuron.cube"), "img", "", box, ui("help.neuron.cube"));
  if (ui.nudged == "neuron.cube.turn") ui.nudged.clear(), kept.yaw = turned(ui.nudge * kTwoPi);
  if (Item* item = ui.note_item("neuron.cube.turn", ui("neuron.cube"), "slider", setting(std::round(static_cast<double>(kept.yaw) * 57.29578)) + "°", box, true,
                                ui("help.neuron.cube")))
    item->position = kept.yaw / kTwoPi, item->by_keys = true;
}

void cube(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const LogicSettings& logic = s.model.logic();
  turn_cube(s, box);
  const View3 view{{box.x + box.w / 2, box.y + box.h / 2}, std::min(box.w, box.h) * 0.48F, s.kept.yaw, s.kept.pitch};
  ImDrawList* list = ui.draw();
  list->PushClipRect(box.min(), box.max(), true);
  for (int a = 0; a < 8; ++a)
    for (const int bit : {1, 2, 4})
      if ((a & bit) == 0) list->AddLine(view.at(corner_of(a)), view.at(corner_of(a | bit)), ui.theme->line, 1.5F);
  std::vector<ImVec2> cut;
  for (const Corner& p : cut_of(logic.unit)) cut.push_back(view.at(p));
  if (cut.size() > 2) {
    ImVec2 middle{};
    for (const ImVec2& p : cut) middle.x += p.x / static_cast<float>(cut.size()), middle.y += p.y / static_cast<float>(cut.size());
    std::sort(cut.begin(), cut.end(),
              [&](ImVec2 a, ImVec2 b) { return std::atan2(a.y - middle.y, a.x - middle.x) < std::atan2(b.y - middle.y, b.x - middle.x); });
    list->AddConvexPolyFilled(cut.data(), static_cast<int>(cut.size()), faded(ui.theme->positive, 0.2F));
    list->AddPolyline(cut.data(), static_cast<int>(cut.size()), ui.theme->accent, ImDrawFlags_Closed, 2);
  }
  for (int row = 0; row < 8; ++row) {
    const LogicRow& it = s.model.rows()[static_cast<std::size_t>(row)];
    const ImVec2 at = view.at(corner_of(row));
    if (it.fires) list->AddCircleFilled(at, 16, mixed(ui.theme->panel, ui.theme->positive, 0.3), 28);
    row_mark(s, at, it, bits(row, 3), (row & 1) == 0);
  }
  list->PopClipRect();
}

// ---- sums on a line ----

void sums(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const LogicSettings logic = s.model.logic();
  const std::vector<LogicRow> rows = s.model.rows();
  double low = std::min(0.0, logic.unit.threshold), high = std::max(1.0, logic.unit.threshold);
  for (const LogicRow& row : rows) low = std::min(low, row.sum), high = std::max(high, row.sum);
  low -= 0.8, high += 0.8;
  if (const auto& held = s.kept.cut) low = held->low, high = held->high;
  // those of one sum above each other
  std::vector<std::pair<double, int>> stacks;
  int tallest = 1;
  std::vector<int> level;
  for (const LogicRow& row : rows) {
    auto stack = std::find_if(stacks.begin(), stacks.end(), [&](const auto& each) { return std::fabs(each.first - row.sum) < kSumSlack; });
    if (stack == stacks.end()) stack = stacks.insert(stacks.end(), {row.sum, 0});
    level.push_back(stack->second++);
    tallest = std::max(tallest, stack->second);
  }
  Rect area = box.inset(6, 4);
  area.h = std::min(area.h, 90 + 46 * static_cast<float>(tallest)); // dots stay near their numbers
  const float base = area.bottom() - 26;
  const auto at = [&](double sum) { return area.x + static_cast<float>((sum - low) / (high - low)) * area.w; };
  const float cut = at(logic.unit.threshold);
  ImDrawList* list = ui.draw();
  list->AddRectFilled({cut, area.y}, {area.right(), base}, mixed(ui.theme->panel, ui.theme->positive, 0.18));
  list->AddLine({area.x, base}, {area.right(), base}, ui.theme->faint, 1);
  for (const double tick : axis_ticks(low, high, 9)) {
    list->AddLine({at(tick), base}, {at(tick), base + 4}, ui.theme->faint, 1);
    ui.text({at(tick) - 30, base + 5, 60, 14}, height_text(tick), ui.theme->faint, kSmall, Weight::regular, Align::center);
  }
  ui.text({area.right() - 30, base - 20, 28, 16}, "Σ", ui.theme->soft, kLabel, Weight::bold, Align::right);
  const float step = std::min(46.0F, (base - area.y - 34) / static_cast<float>(tallest));
  for (int r = 0; r < static_cast<int>(rows.size()); ++r) {
    const LogicRow& row = rows[static_cast<std::size_t>(r)];
    const ImVec2 p{at(row.sum), base - 20 - step * static_cast<float>(level[static_cast<std::size_t>(r)])};
    row_mark(s, p, row, "", true);
    ui.text({p.x + 12, p.y - 8, 60, 16}, bits(r, logic.inputs), row.right() ? ui.theme->soft : ui.theme->bad, kSmall, Weight::bold);
    if (row.vetoed) list->AddLine({p.x - 12, p.y + 10}, {p.x + 12, p.y - 10}, ui.theme->bad, 2.5F);
  }
  list->AddLine({cut, area.y + 16}, {cut, base}, ui.theme->accent, 2.5F);
  const std::string name = "θ = " + height_text(logic.unit.threshold);
  ui.text({std::clamp(cut - 50, area.x, area.right() - 100), area.y - 2, 100, 16}, name, ui.theme->accent, kLabel, Weight::bold, Align::center);
  drag_cut(s, "neuron.cut", {cut - 12, area.y, 24, base - area.y}, area, low, high, "/logic/threshold", 10, kLogicThresholdMost);
  ui.note_item("neuron.sums", ui("neuron.sums"), "img", name, area);
}

} // namespace

void drag_cut(const Scene& s, const std::string& id, Rect grip, Rect area, double low, double high, std::string_view pointer, double parts, double most) {
  Ui& ui = s.ui;
  const Ui::Press press = ui.press(id, grip);
  ui.drag_areas.push_back(grip);
  if (press.hovered || press.held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  ui.tip(ui("help.neuron.cut"));
  if (press.held) {
    ui.slider_held = true;
    if (!s.kept.cut) s.kept.cut = HeldCut{low, high, s.lab.field_of({{}, std::string(pointer)}).value.get<double>()};
    const double to = low + std::clamp(static_cast<double>((ImGui::GetIO().MousePos.x - area.x) / area.w), 0.0, 1.0) * (high - low);
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) s.lab.put(pointer, std::clamp(std::round(to * parts) / parts, -most, most), true);
  } else if (s.kept.cut) {
    if (ui.drag_cancelled) s.lab.put(pointer, s.kept.cut->before, true);
    s.kept.cut.reset();
    s.lab.let_go();
  }
}

void logic_picture(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const LogicSettings& logic = s.model.logic();
  const bool plane = logic.inputs == 2 && (logic.two_layers || !logic.veto), solid = logic.inputs == 3 && !logic.veto;
  const std::string_view words = plane ? ui("neuron.drag_line") : solid ? ui("neuron.drag_cube") : ui("neuron.drag_cut");
  ui.text(box.cut_top(20), words, ui.theme->faint, kSmall);
  if (solid) return cube(s, box);
  if (!plane) return sums(s, box);
  if (!logic.two_layers) return input_plane(s, box);
  const bool beside = box.w > box.h;
  Rect first = beside ? box.cut_left((box.w - kGrid) / 2) : box.cut_top((box.h - kGrid) / 2);
  beside ? box.cut_left(kGrid) : box.cut_top(kGrid);
  ui.text(first.cut_top(18), ui("neuron.plane"), ui.theme->soft, kLabel, Weight::bold);
  ui.text(box.cut_top(18), ui("neuron.hidden_plane"), ui.theme->soft, kLabel, Weight::bold);
  input_plane(s, first);
  hidden_plane(s, box);
}

} // namespace downhill::cell
