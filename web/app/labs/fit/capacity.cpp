// Under-, over- and just fitted: noisy points, a polynomial or a network of some capacity, its training error and the error that it can
// be expected to make on new points, and what helps, before and after.
#include "app/labs/fit/parts.hpp"

#include "app/core/fit_course.hpp"
#include "app/core/text.hpp"
#include "app/presets.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

constexpr float kSetup = 276, kBeside = 380;
constexpr std::uint32_t kStands = 100;
constexpr double kPatience_s = 0.25; // a network that is being trained gives way to another one no sooner
constexpr std::string_view kOver[] = {"epochs", "width"};
constexpr std::string_view kPlanePreset = "boundary_capacity";

std::string_view id_of(const RemedyOffer& offer) {
  constexpr std::string_view kIds[] = {"fit.remedy.capacity", "fit.remedy.decay", "fit.remedy.dropout", "fit.remedy.data", "fit.remedy.stop"};
  return kIds[static_cast<std::size_t>(offer.kind)];
}

// Of the lane that a student's network becomes.
Json plane_label() {
  Json label;
  for (const auto& [key, language] : {std::pair{"zh", Language::zh}, {"en", Language::en}}) label[key] = name_in("fit.lane.plane", language);
  return label;
}

class CapacityPart final : public Part {
public:
  explicit CapacityPart(FitLab& lab)
      : Part(lab), course_(lab.slot(2), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }),
        widths_(lab.slot(3), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }) {}
  void draw(Rect box, Room room) override;
  void follow() override;
  void forget() override;
  std::uint64_t news() const override { return course_.version() + widths_.version() + presses_; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override { return type_shared(lab_, id, text, height_, point_); }
  void add_shown(Json& shown) const override { shown["over"] = kOver[static_cast<std::size_t>(over_)]; }
  void show(const Json& wanted) override {
    if (wanted.contains("over")) over_ = wanted["over"] == kOver[1] ? 1 : 0;
  }
  void look_anew() override { over_ = 0; }
  void add_fields(Json& out) const override;
  bool press(const std::string& id) override;
  Transport transport() const override;
  void start() override { started_ = true, ++presses_; }
  void pause() override;
  void reset() override { forget(), ++presses_; }
  bool waiting() const override { return started_ && network() && !course_.is_of(lab_.complete()); }
  void leave() override {
    if (course_.running() || waiting()) pause();
    widths_.cancel(), widths_wanted_ = false;
  }
  void take(std::size_t worker, const protocol::ToApp& message) override {
    if (course_.take(worker, message))
      keep_outcome();
    else
      widths_.take(worker, message);
  }
  void worker_lost() override { course_.worker_lost(), widths_.worker_lost(); }
  bool ask(double now_s) override;
  const std::optional<UserError>& problem() const override { return !network() ? Part::problem() : course_.problem() ? course_.problem() : widths_.problem(); }
  void add_results(Json& row, Json* curve) const override;
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  bool network() const { return lab_.model().network(); }
  /// Null: none is known yet. Of a network it may be the one before, until the first of the next comes.
  const FitOutcome* outcome() const { return network() ? trained_ ? &*trained_ : nullptr : lab_.model().polynomial(); }
  bool outcome_is_new() const { return !network() || (course_.is_of(lab_.complete()) && !course_.predictions().empty()); }
  void keep_outcome();
  /// Which capacity is best, once all are known.
  std::optional<std::int64_t> best_capacity() const;
  std::optional<std::int64_t> best_epoch() const;
  const std::vector<CapacityFit>* capacities() const;
  /// Null while some are missing.
  const std::vector<CapacityFit>* all_capacities() const { return network() && !widths_.complete() ? nullptr : capacities(); }
  void picture(Rect box);
  void errors(Column& column);
  void verdict(Column& column);
  void remedies(Column& column);
  std::string remedy_name(const RemedyOffer& offer) const;
  /// What they would be compared with is known.
  bool can_try() const { return outcome() && outcome_is_new() && (!network() || course_.ended()); }
  std::vector<RemedyOffer> offers() const { return lab_.model().remedies(best_capacity(), best_epoch()); }
  void try_remedy(const RemedyOffer& offer);
  void toggle_widths();
  /// To the Race, where points lie in a plane.
  void to_plane() const;
  void plane_row(Column& column);
  void setup(Column& column);

  int height_ = 0, point_ = 0, over_ = 0;
  Hand hand_;
  FitCourse course_;
  DealtCapacities widths_;
  bool started_ = false; ///< the errors are shown, and a network is trained whenever something has changed
  bool widths_wanted_ = false;
  double begun_s_ = 0;
  std::optional<FitOutcome> trained_;
  std::uint64_t presses_ = 0;
  PlotView epochs_, over_width_;
};

void CapacityPart::forget() {
  course_.forget(), widths_.forget();
  trained_.reset();
  started_ = widths_wanted_ = false;
  lab_.model().forget_before();
}

void CapacityPart::follow() {
  point_ = std::clamp(point_, 0, static_cast<int>(lab_.model().points().size()) - 1);
  if (!network() && course_.running()) course_.stop();
  if (network() && outcome_is_new())
    keep_outcome(); // an undo led back to it
  else if (!started_ || course_.problem())
    trained_.reset(); // nothing comes that would take the place of another document's
  if (widths_wanted_ && (!network() || !widths_.is_of(lab_.complete(), false))) widths_wanted_ = false, widths_.cancel();
}

void CapacityPart::pause() {
  started_ = false, widths_wanted_ = false, ++presses_;
  course_.stop(), widths_.cancel();
}

Transport CapacityPart::transport() const {
  if (widths_.waiting()) return Transport::running;
  if (!started_) return Transport::ready;
  if (!network()) return Transport::finished;
  if (course_.problem()) return Transport::ready;
  return course_.ended() && course_.is_of(lab_.complete()) ? Transport::finished : Transport::running;
}

bool CapacityPart::ask(double now_s) {
  const std::size_t workers = lab_.worker_count();
  if (workers == 0 || !network()) return false;
  bool later = false;
  if (started_ && !(course_.is_of(lab_.complete()) && (course_.running() || course_.ended() || course_.problem()))) {
    later = course_.running() && now_s - begun_s_ < kPatience_s;
    if (!later) begun_s_ = now_s, course_.start(lab_.complete(), lab_.model().places(), kStands, workers - 1);
  }
  if (widths_wanted_) {
    widths_.want(lab_.complete(), lab_.model().settings(), false, workers);
    if (widths_.complete() || widths_.problem()) widths_wanted_ = false;
  }
  return later;
}

void CapacityPart::keep_outcome() {
  if (course_.predictions().size() != lab_.model().places().size() || course_.stands().empty()) return;
  trained_ = FitOutcome{course_.predictions(), course_.stands().back().train_error, course_.stands().back().expected_error};
}

const std::vector<CapacityFit>* CapacityPart::capacities() const {
  if (!network()) return &lab_.model().degrees();
  return widths_.is_of(lab_.complete(), false) && !widths_.known().empty() ? &widths_.known() : nullptr;
}
std::optional<std::int64_t> CapacityPart::best_capacity() const {
  const auto* all = all_capacities();
  const auto least = all ? least_error(*all, false) : std::nullopt;
  return least ? std::optional((*all)[*least].capacity) : std::nullopt;
}
std::optional<std::int64_t> CapacityPart::best_epoch() const {
  if (!network() || !outcome_is_new() || !course_.ended()) return {};
  const auto& stands = course_.stands();
  const auto best = std::min_element(stands.begin(), stands.end(), [](const FitStand& a, const FitStand& b) { return a.expected_error < b.expected_error; });
  return best->epoch >= 1 ? std::optional(static_cast<std::int64_t>(std::llround(best->epoch))) : std::nullopt;
}

// ---- the picture ----

void CapacityPart::picture(Rect box) {
  const FitLabModel& model = lab_.model();
  ui().text(box.cut_top(20), model.target_name() == "drawn" ? ui()("fit.tap_or_draw") : ui()("fit.tap_points"), ui().theme->faint, kSmall);
  PlotSpec spec = picture_spec(lab_, hand_);
  std::vector<Series> series{target_series(lab_)};
  if (const auto* before = model.before()) {
    Series faint;
    faint.label = ui()("fit.before"), faint.color = faded(ui().theme->faint, 0.7F);
    faint.x = model.places(), faint.y = before->outcome.curve;
    if (faint.y.size() == faint.x.size()) series.push_back(std::move(faint));
  }
  Series fit;
  fit.label = model.before() ? ui()("fit.after") : network() ? ui()("fit.network") : ui()("fit.polynomial");
  fit.color = ui().theme->accent;
  if (const FitOutcome* now = outcome(); now && now->curve.size() == model.places().size()) fit.x = model.places(), fit.y = now->curve;
  series.push_back(std::move(fit));
  PlotFrame frame;
  plot(ui(), box, spec, series, nullptr, &frame);
  const HandNews news = hand_on(ui(), frame, point_grips(lab_, frame), hand_);
  draw_points(lab_, frame, point_);
  hand_on_points(lab_, news, hand_, point_);
}

// ---- the errors ----

void CapacityPart::verdict(Column& column) {
  const FitLabModel& model = lab_.model();
  const FitOutcome* now = outcome();
  if (!now) return column.paragraph(ui()("fit.training"), ui().theme->soft);
  const std::string capacity = fill(network() ? ui()("fit.at_width") : ui()("fit.at_degree"), {std::to_string(model.capacity())});
  say(lab_, column, "fit.errors", ui()("fit.errors"), fill(ui()("fit.errors_now"), {capacity, error_text(now->train_error), error_text(now->expected_error)}),
      outcome_is_new() ? ui().theme->ink : ui().theme->faint);
  if (network() && course_.diverged()) return say(lab_, column, "fit.verdict", ui()("fit.verdict"), std::string(ui()("fit.diverged")), ui().theme->bad);
  if (!outcome_is_new() || (network() && !course_.ended())) return;
  const auto* all = all_capacities();
  const auto fitness = all ? fitness_of(*all, model.capacity(), now->expected_error) : std::nullopt;
  if (!fitness) return;
  using Side = Fitness::Side;
  const std::string at = fill(network() ? ui()("fit.at_width") : ui()("fit.at_degree"), {std::to_string(fitness->best)});
  const auto words = fitness->side == Side::under ? ui()("fit.is_under") : fitness->side == Side::over ? ui()("fit.is_over") : ui()("fit.is_just");
  say(lab_, column, "fit.verdict", ui()("fit.verdict"), fill(words, {at, error_text(fitness->least)}),
      fitness->side == Side::just ? ui().theme->positive : ui().theme->ink);
}

void CapacityPart::errors(Column& column) {
  const bool net = network();
  if (!started_) {
    const std::vector<ButtonText> all{{"fit.start", std::string(net ? ui()("fit.train") : ui()("fit.show_errors")), "", true}};
    if (buttons(ui(), column, all)) start();
    column.paragraph(net ? ui()("fit.train_says") : ui()("fit.errors_says"), ui().theme->soft);
    return;
  }
  if (net) {
    Rect row = column.row();
    if (ui().button("fit.stop_training", row.cut_right(ui().text_width(ui()("fit.stop")) + 24), ui()("fit.stop"))) pause();
    ui().segmented("fit.over", row.min(), {ui()("fit.over.epochs"), ui()("fit.over.width")}, over_);
  }
  verdict(column);
  if (net && over_ == 0) {
    epochs_plot(lab_, column.rest.cut_top(232), outcome_is_new() ? course_.stands() : std::vector<FitStand>{}, true, epochs_);
  } else if (net) {
    const std::vector<ButtonText> all{
        {widths_wanted_ ? "fit.stop_widths" : "fit.widths", std::string(widths_wanted_ ? ui()("fit.stop") : ui()("fit.over_width"))}};
    if (buttons(ui(), column, all)) toggle_widths();
    if (const auto& why = widths_.problem()) say(lab_, column, "fit.widths_problem", ui()("fit.network"), why->sentence(ui().language), ui().theme->bad);
    if (const auto* all_widths = capacities())
      capacity_plot(lab_, column.rest.cut_top(232), *all_widths, "fit.widths_plot", over_width_);
    else
      column.paragraph(widths_wanted_ ? ui()("fit.training") : ui()("fit.widths_says"), ui().theme->soft);
  } else {
    const std::vector<CapacityFit> all = lab_.model().degrees(); // a drag in it makes others
    if (const auto to = capacity_plot(lab_, column.rest.cut_top(232), all, "plot", over_width_, true))
      lab_.keep(lab_.model().set_capacity(std::llround(*to), true));
    else if (!ui().slider_held)
      lab_.let_go();
  }
  column.paragraph(ui()("fit.not_a_law"), ui().theme->soft);
  column.rule();
  remedies(column);
  column.rule();
  plane_row(column);
}

void CapacityPart::to_plane() const {
  const Json& preset = preset_of(kPlanePreset);
  if (preset.is_null()) return;
  Json document = lab_.model().in_plane(preset["experiment"], plane_label());
  document["lab"] = preset["lab"]; // its own document may do without
  lab_.lead_with(std::move(document), preset["show"]);
}

// In two dimensions the same: classes and a boundary in place of a curve.
void CapacityPart::plane_row(Column& column) {
  const std::vector<ButtonText> all{{"fit.plane", std::string(ui()("fit.plane"))}};
  if (buttons(ui(), column, all)) to_plane();
  column.paragraph(fill(network() ? ui()("fit.plane_network") : ui()("fit.plane_says"), {std::to_string(lab_.model().points_in_plane())}), ui().theme->soft);
}

void CapacityPart::toggle_widths() {
  if (std::exchange(widths_wanted_, !widths_wanted_)) widths_.cancel();
  if (widths_.problem()) widths_.forget(); // asked for again
  ++presses_;
}

std::string CapacityPart::remedy_name(const RemedyOffer& offer) const {
  const std::string from = setting(offer.from), to = setting(offer.to);
  switch (offer.kind) {
  case FitRemedy::capacity: return fill(network() ? ui()("fit.remedy_width") : ui()("fit.remedy_degree"), {from, to});
  case FitRemedy::weight_decay: return fill(ui()("fit.remedy_decay"), {from, to});
  case FitRemedy::dropout: return fill(ui()("fit.remedy_dropout"), {from, to});
  case FitRemedy::data: return fill(ui()("fit.remedy_data"), {from, to});
  case FitRemedy::early_stop: return fill(ui()("fit.remedy_stop"), {from, to});
  }
  return {};
}

void CapacityPart::try_remedy(const RemedyOffer& offer) {
  if (!can_try()) return;
  lab_.keep(lab_.model().apply(offer, *outcome()));
  follow();
}

void CapacityPart::remedies(Column& column) {
  const FitLabModel& model = lab_.model();
  column.title(ui()("fit.remedies"));
  const auto offered = offers();
  std::vector<ButtonText> all;
  for (const RemedyOffer& offer : offered) all.push_back({std::string(id_of(offer)), remedy_name(offer), "", false, can_try()});
  if (const auto pressed = buttons(ui(), column, all)) try_remedy(offered[*pressed]);
  const auto* before = model.before();
  if (!before) return column.paragraph(ui()("fit.remedies_says"), ui().theme->soft);
  const FitOutcome* after = outcome();
  if (!after || !outcome_is_new() || (network() && !course_.ended())) return column.paragraph(ui()("fit.training"), ui().theme->soft);
  const auto change = [](double from, double to) { return error_text(from) + " → " + error_text(to); };
  const bool better = after->expected_error < before->outcome.expected_error;
  say(lab_, column, "fit.effect", ui()("fit.effect"),
      fill(ui()("fit.effect_says"), {remedy_name(before->offer), change(before->outcome.train_error, after->train_error),
                                     change(before->outcome.expected_error, after->expected_error)}),
      better ? ui().theme->positive : ui().theme->bad);
}

// ---- all ----

void CapacityPart::add_fields(Json& out) const {
  if (network() && started_) out.push_back(form_button("fit.widths", widths_wanted_ ? ui()("fit.stop") : ui()("fit.over_width"), ui()("help.control.fit.widths")));
  if (started_ && can_try())
    for (const RemedyOffer& offer : offers())
      out.push_back(form_button(std::string(id_of(offer)), remedy_name(offer), tr_id("help.control." + std::string(id_of(offer)))));
  out.push_back(form_button("fit.plane", ui()("fit.plane"), ui()("help.control.fit.plane")));
}

bool CapacityPart::press(const std::string& id) {
  if (id == "fit.plane") return to_plane(), true;
  if (id == "fit.widths" && network()) return toggle_widths(), true;
  if (!started_) return false;
  for (const RemedyOffer& offer : offers())
    if (id == id_of(offer)) return try_remedy(offer), true;
  return false;
}

void CapacityPart::setup(Column& column) {
  target_setup(lab_, column, height_);
  column.rule();
  points_setup(lab_, column, point_);
  column.rule();
  model_setup(lab_, column, true);
}

void CapacityPart::draw(Rect box, Room room) {
  const auto framed = [&](Rect area) { ui().panel(area), picture(area.inset(kPadding, kGrid)); };
  if (room == Room::column) {
    framed(box.cut_top(std::clamp(box.h * 0.46F, std::min(box.h, 250.0F), 420.0F)));
    box.cut_top(kGrid);
    Column column(ui(), "fit.setup", box);
    model_setup(lab_, column, true);
    column.rule();
    errors(column);
    column.rule();
    target_setup(lab_, column, height_);
    column.rule();
    return points_setup(lab_, column, point_);
  }
  const Rect left = box.cut_left(room == Room::wide ? kSetup : std::min(kSetup, box.w * 0.4F));
  box.cut_left(kGrid);
  {
    Column column(ui(), "fit.setup", left);
    setup(column);
  }
  const Rect beside = room == Room::wide ? box.cut_right(kBeside) : box.cut_bottom(box.h * 0.5F);
  room == Room::wide ? box.cut_right(kGrid) : box.cut_bottom(kGrid);
  framed(box);
  Column column(ui(), "fit.errors", beside);
  errors(column);
}

std::string CapacityPart::csv(std::string_view plot) const {
  const FitLabModel& model = lab_.model();
  if (plot == "view") {
    std::string out = "x,f,model\n";
    const FitOutcome* now = outcome_is_new() ? outcome() : nullptr;
    for (std::size_t i = 0; i < model.places().size(); ++i)
      out += csv_cell(model.places()[i]) + "," + csv_cell(model.f()[i]) + "," + (now ? csv_cell(now->curve[i]) : "") + "\n";
    return out + "\n" + training_csv(model);
  }
  if (!started_) return training_csv(model);
  std::string out = network() && outcome_is_new() ? stands_csv(course_.stands()) : std::string();
  if (const auto* all = capacities()) out += (out.empty() ? "" : "\n") + capacities_csv(*all);
  return out;
}

void CapacityPart::add_results(Json& row, Json* curve) const {
  const FitOutcome* now = outcome_is_new() ? outcome() : nullptr;
  if (!started_ || !now) return;
  row["train_error"] = now->train_error, row["expected_error"] = now->expected_error;
  if (network()) row["step"] = course_.stands().back().epoch, row["steps"] = lab_.model().settings().model.epochs;
  if (!curve) return;
  if (network())
    for (const FitStand& s : course_.stands()) curve->push_back({s.epoch, s.train_error, s.expected_error});
  else
    for (const CapacityFit& f : lab_.model().degrees()) curve->push_back({f.capacity, f.train_error, f.expected_error});
}

std::string CapacityPart::spoken() const {
  const FitOutcome* now = outcome_is_new() ? outcome() : nullptr;
  if (!started_ || !now) return std::string(network() ? ui()("fit.train_says") : ui()("fit.errors_says"));
  const std::string capacity = fill(network() ? ui()("fit.at_width") : ui()("fit.at_degree"), {std::to_string(lab_.model().capacity())});
  return fill(ui()("fit.errors_now"), {capacity, error_text(now->train_error), error_text(now->expected_error)});
}

} // namespace

std::unique_ptr<Part> capacity_part(FitLab& lab) { return std::make_unique<CapacityPart>(lab); }

} // namespace downhill::fitting
