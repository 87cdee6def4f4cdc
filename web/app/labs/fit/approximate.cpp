// Approximating: what runs, the network's words, the picture, and how all of it is arranged.
#include "app/labs/fit/approximate.hpp"

#include "app/core/fit_form.hpp"
#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

constexpr float kSetup = 276, kBeside = 316;
constexpr std::int64_t kOutside = 20; // places beyond each end of the interval
constexpr std::uint32_t kStands = 100;

} // namespace

void ApproximatePart::follow() {
  tower_ = std::clamp(tower_, 0, std::max(0, static_cast<int>(lab_.model().towers().size()) - 1));
  if (course_.running() && !course_.is_of(lab_.complete())) course_.forget();
  if (widths_wanted_ && !widths_.is_of(lab_.complete(), false)) widths_wanted_ = false, widths_.cancel();
}

Transport ApproximatePart::transport() const {
  if (!by_network()) return Transport::ready;
  if (wanted_ || course_.running() || widths_.waiting()) return Transport::running;
  return course_.ended() && has_model() ? Transport::finished : Transport::ready;
}

void ApproximatePart::start() {
  if (!by_network()) return;
  if (!lab_.model().network()) lab_.keep(lab_.model().choose_model(true)), lab_.model().follow();
  course_.forget();
  wanted_ = true, ++presses_;
}

std::vector<double> ApproximatePart::asked_places() const {
  const FitLabModel& model = lab_.model();
  const FitSettings& s = model.settings();
  std::vector<double> x;
  for (std::int64_t i = 0; i < kOutside; ++i) x.push_back(model.shown_low() + (s.low - model.shown_low()) * static_cast<double>(i) / kOutside);
  for (const double each : middles(s, kFitFine)) x.push_back(each);
  for (std::int64_t i = 1; i <= kOutside; ++i) x.push_back(s.high + (model.shown_high() - s.high) * static_cast<double>(i) / kOutside);
  return x;
}

bool ApproximatePart::ask(double) {
  const std::size_t workers = lab_.worker_count();
  if (workers == 0) return false;
  if (std::exchange(wanted_, false)) course_.start(lab_.complete(), asked_places(), kStands, workers - 1);
  if (widths_wanted_) {
    widths_.want(lab_.complete(), lab_.model().settings(), false, workers);
    if (widths_.complete() || widths_.problem()) widths_wanted_ = false;
  }
  return false;
}

double ApproximatePart::model_deviation() const {
  const FitLabModel& model = lab_.model();
  return mean_deviation(model.settings(), model.target(), std::span(course_.predictions()).subspan(kOutside, kFitFine));
}

double ApproximatePart::outside_deviation() const {
  const auto &x = course_.places(), &y = course_.predictions();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i < kOutside || i + kOutside >= x.size()) sum += std::fabs(lab_.model().target().at(x[i]) - y[i]);
  return sum / (2 * kOutside);
}

// ---- the network ----

std::string ApproximatePart::sum_words(double x) const {
  const auto& places = course_.places();
  const auto at =
      static_cast<std::size_t>(std::min<std::ptrdiff_t>(std::lower_bound(places.begin(), places.end(), x) - places.begin(), std::ssize(places) - 1));
  return fill(ui()("fit.sum"), {grouped(places[at], 3), std::to_string(course_.unit_count()), error_text(course_.sum_of_units(at)), error_text(course_.bias()),
                                error_text(course_.predictions()[at])});
}

void ApproximatePart::network_words(Column& column) {
  const Transport now = transport();
  const bool running = course_.running() || wanted_;
  const std::vector<ButtonText> all{{running ? "fit.pause" : "fit.start",
                                     std::string(running                      ? ui()("transport.pause")
                                                 : now == Transport::finished ? ui()("transport.again")
                                                                              : ui()("transport.start")),
                                     "", true},
                                    {"fit.reset", std::string(ui()("transport.reset")), "", false, has_model() || running}};
  if (const auto pressed = buttons(ui(), column, all)) *pressed == 1 ? reset() : running ? pause() : start();
  if (has_model()) {
    const FitStand& last = course_.stands().back();
    say(lab_, column, "fit.network", ui()("fit.deviation"),
        course_.diverged() ? std::string(ui()("fit.diverged"))
                           : fill(ui()("fit.after_epochs"),
                                  {grouped(last.epoch), error_text(model_deviation()), error_text(last.train_error), error_text(last.expected_error)}),
        course_.diverged() ? ui().theme->bad : ui().theme->ink);
    if (const double outside = outside_deviation(); std::isfinite(outside) && !course_.diverged())
      say(lab_, column, "fit.outside", ui()("fit.outside"), fill(ui()("fit.outside_says"), {error_text(outside)}), ui().theme->ink);
    if (!units_.empty()) say(lab_, column, "fit.sum", ui()("fit.contributions"), sum_words(lab_.model().settings().place), ui().theme->ink);
    if (const std::size_t others = course_.unit_count() - course_.units(); others > 0)
      say(lab_, column, "fit.units_left_out", ui()("fit.contributions"),
          fill(ui()("fit.units_left_out"), {std::to_string(course_.units()), std::to_string(others)}), ui().theme->soft);
  } else if (const auto& why = course_.problem()) {
    say(lab_, column, "fit.problem", ui()("fit.network"), why->sentence(ui().language), ui().theme->bad);
  } else {
    column.paragraph(running ? ui()("fit.training") : network_kind(), ui().theme->soft);
  }
  epochs_plot(lab_, column.rest.cut_top(196), has_model() ? course_.stands() : std::vector<FitStand>{}, false, epochs_);
  column.rule();
  widths(column);
}

void ApproximatePart::toggle_widths() {
  if (std::exchange(widths_wanted_, !widths_wanted_))
    widths_.cancel();
  else if (!lab_.model().network())
    lab_.put("/model/name", "network"), widths_wanted_ = true;
  if (widths_.problem()) widths_.forget(); // asked for again
  ++presses_;
}

void ApproximatePart::widths(Column& column) {
  const bool known = widths_.is_of(lab_.complete(), false) && !widths_.known().empty();
  const std::vector<ButtonText> all{
      {widths_wanted_ ? "fit.stop_widths" : "fit.widths", std::string(widths_wanted_ ? ui()("fit.stop") : ui()("fit.over_width"))}};
  if (buttons(ui(), column, all)) toggle_widths();
  if (const auto& why = widths_.problem()) say(lab_, column, "fit.widths_problem", ui()("fit.network"), why->sentence(ui().language), ui().theme->bad);
  if (!known) return column.paragraph(widths_wanted_ ? ui()("fit.training") : ui()("fit.widths_says"), ui().theme->soft);
  capacity_plot(lab_, column.rest.cut_top(196), widths_.known(), "fit.widths_plot", over_width_);
  if (widths_wanted_)
    column.paragraph(fill(ui()("fit.widths_done"), {std::to_string(widths_.known().size()), std::to_string(widths_.count())}), ui().theme->soft);
}

// ---- all ----

void ApproximatePart::setup(Column& column) {
  target_setup(lab_, column, height_);
  column.rule();
  int by = by_;
  ui().segmented("fit.by", column.row().min(), {ui()("fit.by_towers"), ui()("fit.by_network")}, by);
  if (by != by_) choose_by(by);
  if (!by_network()) return towers_setup(column);
  model_setup(lab_, column, false);
  column.rule();
  points_setup(lab_, column, point_);
}

void ApproximatePart::picture(Rect box) {
  const FitLabModel& model = lab_.model();
  ui().text(box.cut_top(20),
            by_network()                     ? deep() ? ui()("fit.see_deep") : ui()("fit.see_units")
                                : model.target_name() == "drawn" ? ui()("fit.drag_or_draw")
                                             : ui()("fit.drag_towers"),
            ui().theme->faint, kSmall);
  PlotSpec spec = picture_spec(lab_, hand_);
  std::vector<Series> series{target_series(lab_)};
  Series own;
  own.color = ui().theme->accent;
  if (!by_network()) {
    own.label = ui()("fit.towers_sum"), own.x = model.places(), own.y = model.towers_curve();
  } else if (has_model()) {
    own.label = ui()("fit.network"), own.x = course_.places(), own.y = course_.predictions();
    if (drawn_ != course_.version()) {
      drawn_ = course_.version();
      units_.assign(course_.units(), {});
      for (std::size_t j = 0; j < units_.size(); ++j)
        for (const float each : course_.unit(j)) units_[j].push_back(static_cast<double>(each));
    }
    FaintCurves faint{course_.places(), {}, ui().theme->violet, units_.size() > 40 ? 0.22F : 0.4F};
    for (const auto& unit : units_) faint.ys.emplace_back(unit);
    spec.faint.push_back(std::move(faint));
  } else {
    own.label = ui()("fit.network"), units_.clear(), drawn_ = 0;
  }
  series.push_back(std::move(own));
  PlotFrame frame;
  plot(ui(), box, spec, series, nullptr, &frame);
  std::vector<ImVec2> grips;
  if (!by_network())
    for (const Tower& t : model.towers())
      for (const ImVec2 at : {frame.at(t.from, t.height / 2), frame.at(t.to, t.height / 2), frame.at((t.from + t.to) / 2, t.height)}) grips.push_back(at);
  const HandNews news = hand_on(ui(), frame, by_network() ? point_grips(lab_, frame) : grips, hand_);
  if (by_network()) return draw_points(lab_, frame, point_), hand_on_points(lab_, news, hand_, point_);
  towers_on(frame);
  take_hand(news);
}

void ApproximatePart::draw(Rect box, Room room) {
  const auto words = [&](Column& column) { by_network() ? network_words(column) : towers_words(column); };
  const auto framed = [&](Rect area) { ui().panel(area), picture(area.inset(kPadding, kGrid)); };
  if (room == Room::column) {
    framed(box.cut_top(std::clamp(box.h * 0.46F, std::min(box.h, 250.0F), 420.0F)));
    box.cut_top(kGrid);
    Column column(ui(), "fit.setup", box);
    words(column);
    column.rule();
    setup(column);
    if (!by_network()) towers_theory(column);
    return;
  }
  const Rect left = box.cut_left(room == Room::wide ? kSetup : std::min(kSetup, box.w * 0.4F));
  box.cut_left(kGrid);
  {
    Column column(ui(), "fit.setup", left);
    setup(column);
  }
  Rect beside = room == Room::wide ? box.cut_right(kBeside) : box.cut_bottom(box.h * 0.42F);
  room == Room::wide ? box.cut_right(kGrid) : box.cut_bottom(kGrid);
  framed(box);
  Column column(ui(), "fit.words", beside);
  words(column);
  if (!by_network()) towers_theory(column);
}

std::optional<UserError> ApproximatePart::type(const std::string& id, const std::string& text) {
  FitLabModel& model = lab_.model();
  if (id == "fit.tower") {
    const auto to = number_between(text, 1, std::max(1.0, static_cast<double>(model.towers().size())));
    if (!to) return to.error();
    tower_ = static_cast<int>(*to) - 1;
    return {};
  }
  constexpr std::string_view kEdges[] = {"fit.tower.left", "fit.tower.right", "fit.tower.height"}; // the columns of the table of towers
  for (std::size_t column = 0; column < std::size(kEdges); ++column)
    if (id == kEdges[column]) return type_fit_cell(model, "towers", static_cast<std::size_t>(tower_), column, text);
  return type_shared(lab_, id, text, height_, point_);
}

void ApproximatePart::add_fields(Json& out) const {
  Json by = form_line("fit.by", ui()("fit.by"), ui()("help.control.fit.by"), std::string(kFitBy[by_]));
  for (const std::string_view id : kFitBy) by["choices"].push_back({{"id", id}, {"label", id == kFitBy[0] ? ui()("fit.by_towers") : ui()("fit.by_network")}});
  out.push_back(std::move(by));
  if (by_network())
    out.push_back(form_button("fit.widths", widths_wanted_ ? ui()("fit.stop") : ui()("fit.over_width"), ui()("help.control.fit.widths")));
  else
    out.push_back(form_button("fit.spread", fill(ui()("fit.spread"), {std::to_string(spread_count())}), ui()("help.control.fit.spread")));
}

std::optional<UserError> ApproximatePart::choose_field(const std::string& id, const std::string& to) {
  if (id != "fit.by" || (to != kFitBy[0] && to != kFitBy[1])) return no_field(id);
  return choose_by(to == kFitBy[1] ? 1 : 0), std::nullopt;
}

bool ApproximatePart::press(const std::string& id) {
  if (id == "fit.spread" && !by_network()) return spread(), true;
  if (id == "fit.widths" && by_network()) return toggle_widths(), true;
  return false;
}

std::string ApproximatePart::csv(std::string_view plot) const {
  const FitLabModel& model = lab_.model();
  std::string out;
  if (plot == "view") {
    out = by_network() ? "x,f,model\n" : "x,f,towers\n";
    const bool trained = by_network() && has_model();
    const auto& x = trained ? course_.places() : model.places();
    const auto* y = trained ? &course_.predictions() : by_network() ? nullptr : &model.towers_curve(); // null: none is drawn
    for (std::size_t i = 0; i < x.size(); ++i) out += csv_cell(x[i]) + "," + csv_cell(model.target().at(x[i])) + "," + (y ? csv_cell((*y)[i]) : "") + "\n";
    return out;
  }
  if (!by_network()) {
    out = "from,to,height\n";
    for (const Tower& t : model.towers()) out += csv_cell(t.from) + "," + csv_cell(t.to) + "," + csv_cell(t.height) + "\n";
    return out + "deviation,," + csv_cell(model.towers_deviation()) + "\n";
  }
  if (has_model()) out = stands_csv(course_.stands());
  if (widths_.is_of(lab_.complete(), false) && !widths_.known().empty()) out += (out.empty() ? "" : "\n") + capacities_csv(widths_.known());
  return out.empty() ? training_csv(model) : out;
}

void ApproximatePart::add_results(Json& row, Json* curve) const {
  if (!by_network()) {
    row["deviation"] = lab_.model().towers_deviation();
    return;
  }
  if (!has_model()) return;
  const FitStand& last = course_.stands().back();
  row["step"] = last.epoch, row["steps"] = lab_.model().settings().model.epochs, row["deviation"] = model_deviation();
  row["train_error"] = last.train_error, row["expected_error"] = last.expected_error;
  if (curve)
    for (const FitStand& stand : course_.stands()) curve->push_back({stand.epoch, stand.train_error, stand.expected_error});
}

std::string ApproximatePart::spoken() const {
  const FitLabModel& model = lab_.model();
  if (!by_network())
    return fill(ui()("fit.spoken_towers"), {std::to_string(model.towers().size()), error_text(model.towers_deviation()), setting(model.settings().goal)});
  if (!has_model()) return std::string(network_kind());
  const FitStand& last = course_.stands().back();
  return fill(ui()("fit.after_epochs"), {grouped(last.epoch), error_text(model_deviation()), error_text(last.train_error), error_text(last.expected_error)});
}

std::unique_ptr<Part> approximate_part(FitLab& lab) { return std::make_unique<ApproximatePart>(lab); }

} // namespace downhill::fitting
