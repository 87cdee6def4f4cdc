// Approximating: f by towers that are set by hand, or by a network that a worker trains, with what each of its hidden units adds.
#include "app/labs/fit/parts.hpp"

#include "app/core/fit_course.hpp"
#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

constexpr float kSetup = 276, kBeside = 316;
constexpr std::int64_t kOutside = 20; // places beyond each end of the interval
constexpr std::uint32_t kStands = 100;
constexpr std::size_t kFirstTowers = 5;

class ApproximatePart final : public Part {
public:
  explicit ApproximatePart(FitLab& lab)
      : Part(lab), course_(lab.slot(0), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }),
        widths_(lab.slot(1), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }) {}
  void draw(Rect box, Room room) override;
  void follow() override;
  void forget() override { course_.forget(), widths_.forget(), wanted_ = widths_wanted_ = false; }
  std::uint64_t news() const override { return course_.version() + widths_.version() + presses_; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void add_shown(Json& shown) const override { shown["by"] = by_ == 0 ? "towers" : "network"; }
  void show(const Json& wanted) override {
    if (wanted.contains("by")) choose(wanted["by"] == "network" ? 1 : 0);
  }
  void look_anew() override { by_ = 0, tower_ = 0; }
  Transport transport() const override;
  void start() override;
  void pause() override { course_.stop(), widths_.cancel(), wanted_ = widths_wanted_ = false, ++presses_; }
  void reset() override { forget(), ++presses_; }
  bool waiting() const override { return wanted_; }
  void take(std::size_t worker, const protocol::ToApp& message) override {
    if (!course_.take(worker, message)) widths_.take(worker, message);
  }
  void worker_lost() override {
    if (course_.worker_lost()) wanted_ = true;
    widths_.worker_lost();
  }
  bool ask(double now_s) override;
  const std::optional<UserError>& problem() const override { return by_ == 0 ? Part::problem() : course_.problem() ? course_.problem() : widths_.problem(); }
  void add_results(Json& row, Json* curve) const override;
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  bool by_network() const { return by_ == 1; }
  /// By towers, or by a network. What is trained is not trained on where nobody sees it.
  void choose(int by) {
    if (by == by_) return;
    if (by == 0 && transport() == Transport::running) pause();
    by_ = by, ++presses_;
  }
  bool deep() const { return lab_.model().settings().model.hidden.size() != 1; }
  /// What kind of network it is, while there is none yet.
  std::string_view network_kind() const {
    return lab_.model().settings().model.hidden.empty() ? ui()("fit.no_hidden") : deep() ? ui()("fit.network_says_deep") : ui()("fit.network_says");
  }
  bool has_model() const { return course_.is_of(lab_.complete()) && !course_.predictions().empty(); }
  /// Of the network over the interval.
  double model_deviation() const;
  /// The same over what is shown beyond it; NaN: f has no values there.
  double outside_deviation() const;
  std::vector<double> asked_places() const;
  void setup(Column& column);
  void towers_setup(Column& column);
  void towers_words(Column& column);
  void towers_theory(Column& column);
  void network_words(Column& column);
  void widths(Column& column);
  void picture(Rect box);
  void towers_on(const PlotFrame& frame);
  void take_hand(const HandNews& news);
  std::string sum_words(double x) const;

  int by_ = 0, tower_ = 0, height_ = 0, point_ = 0;
  Hand hand_;
  FitCourse course_;
  DealtCapacities widths_;
  bool wanted_ = false, widths_wanted_ = false;
  std::uint64_t presses_ = 0;
  PlotView epochs_, over_width_;
  std::uint64_t drawn_ = 0; // the course's version that these are of
  std::vector<std::vector<double>> units_;
};

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

// ---- towers ----

void ApproximatePart::towers_setup(Column& column) {
  FitLabModel& model = lab_.model();
  const auto& towers = model.towers();
  const FitSettings& s = model.settings();
  const std::vector<ButtonText> all{{"fit.add_tower", std::string(ui()("fit.add_tower")), "", true, model.can_add_tower()},
                                    {"fit.remove_tower", std::string(ui()("fit.remove_tower")), "", false, !towers.empty()},
                                    {"fit.spread", fill(ui()("fit.spread"), {std::to_string(towers.empty() ? kFirstTowers : towers.size())})}};
  if (const auto pressed = buttons(ui(), column, all)) {
    if (*pressed == 0) lab_.keep(model.add_tower()), tower_ = static_cast<int>(model.towers().size()) - 1;
    if (*pressed == 1) lab_.keep(model.remove_tower(static_cast<std::size_t>(tower_)));
    if (*pressed == 2) lab_.keep(model.spread_towers(towers.empty() ? kFirstTowers : towers.size()));
    follow();
  }
  if (!model.towers().empty()) {
    const auto which = static_cast<std::size_t>(tower_);
    const Tower t = model.towers()[which];
    const auto slide = [&](const char* id, std::string_view label, std::string_view help, double value, double least, double most, bool whole = false) {
      const Rect row = column.row();
      const auto to = ui().slider_field({.id = id,
                                         .label = label,
                                         .text = setting(value),
                                         .help = help,
                                         .value = value,
                                         .range = {.least = least, .most = most, .parts = whole ? 1.0 : 0.0},
                                         .label_px = 92,
                                         .number_px = 60,
                                         .explains = id},
                                        {row.x, row.y, row.w, ui().control_height()});
      if (!ui().slider_held) lab_.let_go();
      return to;
    };
    using Edge = FitLabModel::Edge;
    const auto [low, high] = model.heights_shown();
    if (const auto to = slide("fit.tower", ui()("fit.tower"), ui()("help.fit.tower"), tower_ + 1, 1, static_cast<double>(model.towers().size()), true))
      tower_ = static_cast<int>(*to) - 1;
    if (const auto to = slide("fit.tower.left", ui()("fit.tower_left"), ui()("help.fit.tower_left"), t.from, s.low, s.high))
      lab_.keep(model.move_tower(which, Edge::left, *to, ui().slider_held));
    if (const auto to = slide("fit.tower.right", ui()("fit.tower_right"), ui()("help.fit.tower_right"), t.to, s.low, s.high))
      lab_.keep(model.move_tower(which, Edge::right, *to, ui().slider_held));
    if (const auto to = slide("fit.tower.height", ui()("fit.tower_height"), ui()("help.fit.tower_height"), t.height, low, high))
      lab_.keep(model.move_tower(which, Edge::top, *to, ui().slider_held));
  }
  column.rule();
  field_slider(lab_, column.row(), "/steepness", {.least = 1, .most = 100000, .logarithmic = true, .digits = 2});
  field_slider(lab_, column.row(), "/goal", {.least = 0.001, .most = 1, .logarithmic = true, .digits = 2});
}

void ApproximatePart::towers_words(Column& column) {
  const FitLabModel& model = lab_.model();
  const FitSettings& s = model.settings();
  const bool reached = model.goal_reached();
  column.title(ui()("fit.deviation"));
  const Rect row = column.row(30);
  const std::string number = error_text(model.towers_deviation());
  ui().text(row, number, reached ? ui().theme->positive : ui().theme->ink, 20, Weight::bold);
  ui().note_item("fit.deviation", ui()("fit.deviation"), "status", number, row);
  say(lab_, column, "fit.goal", ui()("fit.goal"),
      fill(reached ? ui()("fit.goal_reached") : ui()("fit.goal_open"), {std::to_string(model.towers().size()), setting(s.goal)}),
      reached ? ui().theme->positive : ui().theme->ink);
}

void ApproximatePart::towers_theory(Column& column) {
  const FitLabModel& model = lab_.model();
  const FitSettings& s = model.settings();
  column.rule();
  column.paragraph(ui()("fit.tower_says"), ui().theme->soft);
  if (!model.towers().empty()) {
    const Tower& t = model.towers()[static_cast<std::size_t>(tower_)];
    const double w = s.steepness / (s.high - s.low);
    column.rest.cut_top(kHalf);
    say(lab_, column, "fit.tower_formula", ui()("fit.tower"),
        fill(ui()("fit.tower_formula"), {setting(t.height), error_text(w), setting(t.from), setting(t.to)}), ui().theme->ink);
  }
  column.rest.cut_top(kHalf);
  column.paragraph(ui()("fit.theorem"), ui().theme->soft);
}

// The towers as they stand, with the handles of the chosen one, or of the one under the hand.
void ApproximatePart::towers_on(const PlotFrame& frame) {
  const auto& towers = lab_.model().towers();
  ImDrawList* list = ui().draw();
  list->PushClipRect(frame.area.min(), frame.area.max(), true);
  for (std::size_t i = 0; i < towers.size(); ++i) {
    const Tower& t = towers[i];
    const bool chosen = static_cast<int>(i) == tower_;
    const ImVec2 a = frame.at(t.from, std::max(0.0, t.height)), b = frame.at(t.to, std::min(0.0, t.height));
    list->AddRectFilled(a, b, faded(ui().theme->accent, chosen ? 0.16F : 0.07F));
    list->AddRect(a, b, faded(ui().theme->accent, chosen ? 0.9F : 0.35F), 0, 0, 1);
  }
  if (!towers.empty()) {
    const Tower& t = towers[static_cast<std::size_t>(tower_)];
    const double half = t.height / 2;
    for (const ImVec2 at : {frame.at(t.from, half), frame.at(t.to, half), frame.at((t.from + t.to) / 2, t.height)}) {
      list->AddCircleFilled(at, 6, ui().theme->panel, 20);
      list->AddCircle(at, 6, ui().theme->accent, 20, 2.2F);
    }
  }
  list->PopClipRect();
}

void ApproximatePart::take_hand(const HandNews& news) {
  using What = HandNews::What;
  FitLabModel& model = lab_.model();
  if (news.what == What::none) return;
  if (news.what == What::moves) {
    if (hand_.before.is_null()) hand_.before = lab_.document();
    if (news.grip >= 0 && news.grip / 3 < static_cast<int>(model.towers().size())) { // it may have been undone under the hand
      tower_ = news.grip / 3;
      const auto edge = static_cast<FitLabModel::Edge>(news.grip % 3);
      lab_.keep(model.move_tower(static_cast<std::size_t>(tower_), edge, edge == FitLabModel::Edge::top ? news.at.y : news.at.x, true));
    } else if (news.grip < 0 && model.target_name() == "drawn") {
      lab_.keep(model.stroke(news.from, news.at, true));
    }
    return;
  }
  if (news.what == What::taps) { // the tower that stands there
    const auto& towers = model.towers();
    for (std::size_t i = 0; i < towers.size(); ++i)
      if (news.at.x >= towers[i].from && news.at.x <= towers[i].to) tower_ = static_cast<int>(i);
  }
  if (news.what == What::given_up && !hand_.before.is_null()) lab_.give_up(hand_.before);
  hand_.before = Json();
  lab_.let_go();
}

// ---- the network ----

std::string ApproximatePart::sum_words(double x) const {
  const auto& places = course_.places();
  const auto at =
      static_cast<std::size_t>(std::min<std::ptrdiff_t>(std::lower_bound(places.begin(), places.end(), x) - places.begin(), std::ssize(places) - 1));
  double sum = 0;
  for (const auto& unit : units_) sum += unit[at];
  return fill(ui()("fit.sum"),
              {grouped(places[at], 3), std::to_string(units_.size()), error_text(sum), error_text(course_.bias()), error_text(course_.predictions()[at])});
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
  } else if (const auto& why = course_.problem()) {
    say(lab_, column, "fit.problem", ui()("fit.network"), why->sentence(ui().language), ui().theme->bad);
  } else {
    column.paragraph(running ? ui()("fit.training") : network_kind(), ui().theme->soft);
  }
  epochs_plot(lab_, column.rest.cut_top(196), has_model() ? course_.stands() : std::vector<FitStand>{}, false, epochs_);
  column.rule();
  widths(column);
}

void ApproximatePart::widths(Column& column) {
  const bool known = widths_.is_of(lab_.complete(), false) && !widths_.known().empty();
  const std::vector<ButtonText> all{
      {widths_wanted_ ? "fit.stop_widths" : "fit.widths", std::string(widths_wanted_ ? ui()("fit.stop") : ui()("fit.over_width"))}};
  if (buttons(ui(), column, all)) {
    if (std::exchange(widths_wanted_, !widths_wanted_))
      widths_.cancel();
    else if (!lab_.model().network())
      lab_.put("/model/name", "network"), widths_wanted_ = true;
    if (widths_.problem()) widths_.forget(); // asked for again
    ++presses_;
  }
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
  if (by != by_) {
    choose(by);
    if (by_network() && !lab_.model().network()) lab_.put("/model/name", "network");
  }
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
  const auto number = [&](double least, double most) { return number_between(text, least, most); };
  using Edge = FitLabModel::Edge;
  const auto which = static_cast<std::size_t>(tower_);
  const FitSettings& s = model.settings();
  if (id == "fit.tower") {
    const auto to = number(1, std::max(1.0, static_cast<double>(model.towers().size())));
    if (!to) return to.error();
    tower_ = static_cast<int>(*to) - 1;
    return {};
  }
  for (const auto& [name, edge] :
       {std::pair{"fit.tower.left", Edge::left}, std::pair{"fit.tower.right", Edge::right}, std::pair{"fit.tower.height", Edge::top}})
    if (id == name) {
      const auto to = edge == Edge::top ? number(-kFitHeightMost, kFitHeightMost) : number(s.low, s.high);
      return to ? model.move_tower(which, edge, *to, false) : std::optional(to.error());
    }
  return type_shared(lab_, id, text, height_, point_);
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
  row["step"] = last.epoch, row["deviation"] = model_deviation();
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

} // namespace

std::unique_ptr<Part> approximate_part(FitLab& lab) { return std::make_unique<ApproximatePart>(lab); }

} // namespace downhill::fitting
