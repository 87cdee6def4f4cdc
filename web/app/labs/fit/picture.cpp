// The picture that the parts of the lab Fit share: f, what lies about it, and what a hand does there.
#include "app/labs/fit/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {

std::string error_text(double error) {
  if (!std::isfinite(error)) return "–";
  const double size = std::fabs(error);
  return size >= 1000 || (size > 0 && size < 0.0001) ? short_number(error) : grouped(error, size >= 10 ? 2 : 4);
}

HandNews hand_on(Ui& ui, const PlotFrame& frame, std::span<const ImVec2> grips, Hand& hand) {
  const bool active = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  ui.drag_areas.push_back(frame.area);
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const FitPoint at{std::clamp(frame.x.back(mouse.x), frame.x.least, frame.x.most), std::clamp(frame.y.back(mouse.y), frame.y.least, frame.y.most)};
  const auto nearest = [&]() -> int {
    const float reach = ui.touch ? 24.0F : 12.0F;
    int found = -1;
    float best = reach * reach;
    for (std::size_t i = 0; i < grips.size(); ++i) {
      const float dx = grips[i].x - mouse.x, dy = grips[i].y - mouse.y, off = dx * dx + dy * dy;
      if (off < best) best = off, found = static_cast<int>(i);
    }
    return found;
  };
  if (!active) {
    if (hovered && nearest() >= 0) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (!std::exchange(hand.down, false)) return {};
    const HandNews::What what = ui.drag_cancelled ? HandNews::What::given_up : hand.moved ? HandNews::What::let_go : HandNews::What::taps;
    return {what, std::exchange(hand.held, -1), hand.last, hand.last};
  }
  ui.slider_held = true;
  if (!std::exchange(hand.down, true)) {
    hand.held = nearest(), hand.moved = false;
    hand.pressed_at = mouse, hand.last = at, hand.y_range = {frame.y.least, frame.y.most};
    return {};
  }
  const float dx = mouse.x - hand.pressed_at.x, dy = mouse.y - hand.pressed_at.y;
  if (!hand.moved && dx * dx + dy * dy < 9) return {};
  hand.moved = true;
  return {HandNews::What::moves, hand.held, std::exchange(hand.last, at), at};
}

void draw_points(FitLab& lab, const PlotFrame& frame, int chosen) {
  Ui& ui = lab.controls();
  const FitLabModel& model = lab.model();
  const auto& points = model.points();
  const float radius = points.size() > 60 ? 2.2F : 4;
  ui.draw()->PushClipRect(frame.area.min(), frame.area.max(), true);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ImVec2 at = frame.at(points[i].x, points[i].y);
    ui.draw()->AddCircleFilled(at, radius, ui.theme->ink, 14);
    if (model.own_points() && static_cast<int>(i) == chosen) ui.draw()->AddCircle(at, radius + 4, ui.theme->accent, 20, 2);
  }
  ui.draw()->PopClipRect();
}

std::vector<ImVec2> point_grips(FitLab& lab, const PlotFrame& frame) {
  std::vector<ImVec2> grips;
  if (lab.model().points().size() <= kOwnPointsMost)
    for (const FitPoint& p : lab.model().points()) grips.push_back(frame.at(p.x, p.y));
  return grips;
}

void hand_on_points(FitLab& lab, const HandNews& news, Hand& hand, int& chosen) {
  using What = HandNews::What;
  FitLabModel& model = lab.model();
  if (news.what == What::none) return;
  if (news.what == What::moves) {
    if (hand.before.is_null()) hand.before = lab.document();
    if (news.grip >= 0)
      chosen = news.grip, lab.keep(model.move_point(static_cast<std::size_t>(news.grip), news.at, true));
    else if (model.target_name() == "drawn")
      lab.keep(model.stroke(news.from, news.at, true));
    return;
  }
  if (news.what == What::taps) {
    if (news.grip >= 0)
      chosen = news.grip;
    else if (model.can_add_point())
      lab.keep(model.add_point(news.at)), chosen = static_cast<int>(model.points().size()) - 1;
  }
  if (news.what == What::given_up && !hand.before.is_null()) lab.give_up(hand.before);
  hand.before = Json();
  lab.let_go();
}

PlotSpec picture_spec(FitLab& lab, const Hand& hand) {
  Ui& ui = lab.controls();
  const FitLabModel& model = lab.model();
  const FitSettings& s = model.settings();
  PlotSpec spec;
  spec.id = "fit.picture";
  spec.x_title = "x", spec.y_title = "y";
  spec.x_least = model.shown_low(), spec.x_most = model.shown_high();
  const auto range = hand.down ? hand.y_range : model.heights_shown();
  spec.y_from = range[0], spec.y_to = range[1];
  spec.show_legend = true;
  spec.x_text = [](double x) { return "x = " + grouped(x, 3); };
  if (model.shown_low() < s.low) {
    const std::uint32_t shade = faded(ui.theme->faint, 0.16F);
    spec.zones = {{model.shown_low(), s.low, shade, std::string(ui("fit.outside"))}, {s.high, model.shown_high(), shade, std::string(ui("fit.outside"))}};
  }
  return spec;
}

Series target_series(FitLab& lab) {
  Series f;
  f.label = "f", f.color = lab.controls().theme->adadelta, f.dash = Dash::dashed;
  f.x = lab.model().places(), f.y = lab.model().f();
  return f;
}

void epochs_plot(FitLab& lab, Rect box, const std::vector<FitStand>& stands, bool best, PlotView& view) {
  Ui& ui = lab.controls();
  PlotSpec spec;
  spec.id = "plot";
  spec.x_title = ui("fit.epoch"), spec.y_title = ui("fit.mean_square");
  spec.log_y = true;
  spec.x_most = std::max(1.0, static_cast<double>(lab.model().settings().model.epochs));
  spec.show_legend = true;
  spec.y_decimals = -1;
  spec.minimum_label = ui("fit.least");
  spec.x_text = [&ui](double x) { return std::string(ui("fit.epoch")) + " " + grouped(x); };
  Series train, expected;
  train.label = ui("fit.train_error"), train.color = ui.theme->accent;
  expected.label = ui("fit.expected_error"), expected.color = ui.theme->adadelta, expected.dash = Dash::dashed;
  for (const FitStand& stand : stands) {
    train.x.push_back(stand.epoch), train.y.push_back(stand.train_error);
    expected.x.push_back(stand.epoch), expected.y.push_back(stand.expected_error);
    if (best && (expected.minimum < 0 || stand.expected_error < expected.y[static_cast<std::size_t>(expected.minimum)]))
      expected.minimum = static_cast<int>(expected.y.size()) - 1;
  }
  plot(ui, box, spec, {train, expected}, &view);
}

std::optional<double> capacity_plot(FitLab& lab, Rect box, const std::vector<CapacityFit>& fits, const std::string& id, PlotView& view, bool moves) {
  Ui& ui = lab.controls();
  const bool network = lab.model().network();
  PlotSpec spec;
  spec.id = id;
  spec.x_title = network ? ui("fit.width") : ui("fit.degree"), spec.y_title = ui("fit.mean_square");
  spec.log_y = true, spec.log_x = network;
  spec.x_least = network ? 1 : 0, spec.x_most = network ? 256 : kDegreeMost;
  spec.show_legend = true;
  spec.y_decimals = -1;
  spec.minimum_label = ui("fit.least");
  spec.x_text = [title = spec.x_title](double x) { return title + " " + grouped(x); };
  const auto now = static_cast<double>(lab.model().capacity());
  spec.cursor = now;
  Series train, expected;
  train.label = ui("fit.train_error"), train.color = ui.theme->accent, train.marker = Marker::circle;
  expected.label = ui("fit.expected_error"), expected.color = ui.theme->adadelta, expected.dash = Dash::dashed;
  for (const CapacityFit& fit : fits) {
    const auto x = static_cast<double>(fit.capacity);
    train.x.push_back(x), train.y.push_back(fit.diverged ? std::nan("") : fit.train_error);
    expected.x.push_back(x), expected.y.push_back(fit.diverged ? std::nan("") : fit.expected_error);
  }
  if (const auto least = least_error(fits, false)) {
    expected.minimum = static_cast<int>(*least);
    if (const auto just = just_fitting(fits); just && !network) { // which side of those that fit is which
      const auto [low, high] = std::pair{static_cast<double>((*just)[0]), static_cast<double>((*just)[1])};
      if (low > 0) spec.zones.push_back({0, low - 0.5, faded(ui.theme->faint, 0.08F), std::string(ui("fit.under"))});
      if (high < kDegreeMost) spec.zones.push_back({high + 0.5, kDegreeMost, faded(ui.theme->faint, 0.08F), std::string(ui("fit.over"))});
    }
  }
  PlotFrame frame;
  plot(ui, box, spec, {train, expected}, moves ? nullptr : &view, &frame);
  if (!moves || !ImGui::IsItemActive()) return {};
  ui.slider_held = true;
  return std::clamp(frame.x.back(ImGui::GetIO().MousePos.x), spec.x_least, spec.x_most);
}

std::string csv_cell(double number) { return number == number ? shortest_text(number) : "nan"; }
std::string stands_csv(const std::vector<FitStand>& stands) {
  std::string out = "epoch,train,expected\n";
  for (const FitStand& s : stands) out += csv_cell(s.epoch) + "," + csv_cell(s.train_error) + "," + csv_cell(s.expected_error) + "\n";
  return out;
}
std::string training_csv(const FitLabModel& model) {
  std::string out = "x,y\n";
  for (const FitPoint& p : model.points()) out += csv_cell(p.x) + "," + csv_cell(p.y) + "\n";
  return out;
}
std::string capacities_csv(const std::vector<CapacityFit>& fits) {
  std::string out = "capacity,train,expected\n";
  for (const CapacityFit& f : fits) out += std::to_string(f.capacity) + "," + csv_cell(f.train_error) + "," + csv_cell(f.expected_error) + "\n";
  return out;
}

} // namespace downhill::fitting
