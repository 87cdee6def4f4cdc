#include "app/labs/fit/sets.hpp"

#include "app/core/typed_number.hpp"
#include "core/hash.hpp"
#include "fit/fit_csv.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

constexpr float kSetsSetup = 276, kSetsBeside = 348;
constexpr std::uint32_t kFirstSlot = 16;
// A few fits make most of the variance: fewer than so many of a hundred have this share.
constexpr double kMost = 0.5;
constexpr std::size_t kFewOfHundred = 5;

double mean_test_error(const DealtFits& fits) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t set = 0; set < fits.sets(); ++set)
    if (const SetFit* fit = fits.fit(set); fit && !fit->diverged) sum += fit->test_error, ++count;
  return sum / static_cast<double>(count);
}

} // namespace

std::unique_ptr<Part> sets_part(FitLab& lab) { return std::make_unique<SetsPart>(lab); }

SetsPart::SetsPart(FitLab& lab)
    : Part(lab), fits_(lab.slot(kFirstSlot), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }),
      sweep_(lab.slot(kFirstSlot + 1), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }) {
  std::uint32_t slot = kFirstSlot + 2;
  for (auto& quarter : quarters_)
    quarter = std::make_unique<DealtFits>(lab.slot(slot++), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); });
}

std::uint64_t SetsPart::news() const {
  std::uint64_t sum = fits_.version() + sweep_.version() + presses_;
  for (const auto& quarter : quarters_) sum += quarter->version();
  return sum;
}

std::size_t SetsPart::chosen() const {
  const auto sets = static_cast<int>(lab_.model().settings().sets);
  return static_cast<std::size_t>(std::clamp(set_, 1, sets) - 1);
}

// ---- what runs ----

// What was fitted to another document is no more, but where it is being fitted anew: then it stays until there is something new.
void SetsPart::follow() {
  if (!wanted_ && fits_.any()) {
    fits_.follow(lab_.complete());
    if (!fits_.any()) forget();
  }
  for (std::size_t i = 0; i < quarters_.size(); ++i)
    if (quarters_[i]->current()) quarters_[i]->follow(quarter_document(lab_.complete(), kFitQuarters[i]));
  if (sweep_wanted_ && !sweep_.is_of(lab_.complete(), true)) sweep_wanted_ = false, sweep_.cancel();
}

void SetsPart::forget() {
  wanted_ = sweep_wanted_ = false;
  fits_.forget(), sweep_.forget();
  for (const auto& quarter : quarters_) quarter->forget();
}

void SetsPart::start() {
  if (problem()) forget();
  wanted_ = true, ++presses_;
}

// What comes after the fits goes on by itself.
void SetsPart::pause() {
  if (transport() == Transport::running) wanted_ = sweep_wanted_ = false, ++presses_, rest();
}

void SetsPart::rest() {
  fits_.cancel(), sweep_.cancel();
  for (const auto& quarter : quarters_) quarter->cancel();
}

Transport SetsPart::transport() const {
  if (fits_.problem()) return Transport::paused;
  if (wanted_ && !(told() && fits_.complete())) return Transport::running;
  if (!fits_.any()) return Transport::ready;
  return told() && fits_.complete() ? Transport::finished : Transport::paused;
}

void SetsPart::take(std::size_t worker, const protocol::ToApp& message) {
  if (fits_.take(worker, message) || sweep_.take(worker, message)) return;
  for (const auto& quarter : quarters_)
    if (quarter->take(worker, message)) return;
}

void SetsPart::worker_lost() {
  fits_.worker_lost(), sweep_.worker_lost();
  for (const auto& quarter : quarters_) quarter->worker_lost();
}

// First the fits that are looked at, then the four for comparison, then the other capacities: of a network only if they are asked for.
bool SetsPart::ask(double) {
  const std::size_t workers = lab_.worker_count();
  if (!wanted_ || workers == 0) return false;
  const Json& complete = lab_.complete();
  const FitSettings& settings = lab_.model().settings();
  fits_.want(complete, settings, workers);
  if (!fits_.complete()) return sweep_.cancel(), false;
  bool all = true;
  for (std::size_t i = 0; i < quarters_.size(); ++i) {
    if (quarters_[i]->problem()) continue;
    Json json = quarter_document(complete, kFitQuarters[i]);
    json["downhill"] = kFormatVersion, json["lab"] = kFitFormat.lab;
    if (!quarters_[i]->is_of(json) || !quarters_[i]->complete()) {
      const auto document = fit_document_from_json(json);
      if (document) quarters_[i]->want(document->complete, document->settings, workers);
    }
    all = all && (quarters_[i]->complete() || quarters_[i]->problem());
  }
  if (all && (!settings.model.network || sweep_wanted_)) sweep_.want(complete, settings, true, workers);
  return false;
}

// ---- numbers ----

std::string SetsPart::csv(std::string_view plot) const {
  if (plot != "view") return sweep_.is_of(lab_.complete(), true) && !sweep_.known().empty() ? sweep_csv(sweep_.known()) : std::string();
  return told() ? decomposition_csv(fits_.decomposition()) : std::string();
}

void SetsPart::add_results(Json& row, Json* curve) const {
  if (!told()) return;
  const Decomposition& d = fits_.decomposition();
  row["step"] = fits_.done(), row["steps"] = fits_.sets();
  if (fits_.complete()) { // as the command line's
    Hash hash;
    for (const SetFit& fit : fits_.fits()) hash.add_doubles(fit.predictions);
    row["hash"] = hex16(hash.value());
  }
  row["bias2"] = d.average_bias2, row["variance"] = d.average_variance, row["noise2"] = d.noise2, row["error"] = d.average_error;
  if (curve)
    for (std::size_t i = 0; i < d.x.size(); ++i) curve->push_back({d.x[i], d.f[i], d.mean[i], d.bias2[i], d.variance[i]});
}

std::string SetsPart::sum_text(StringKey key, double bias2, double variance, double error, const std::string& where) const {
  const double parts[] = {fits_.decomposition().noise2, bias2, variance};
  const WrittenSum sum = written_sum(parts);
  return fill(tr(key), {sum.parts[0], sum.parts[1], sum.parts[2], sum.exact ? "=" : "≈", sum.sum, grouped(parts[0] + error, sum.decimals), where});
}

std::string SetsPart::spoken() const {
  if (!told()) return std::string(tr("fit.sets.nothing"));
  const Decomposition& d = fits_.decomposition();
  return sum_text("fit.sets.average", d.average_bias2, d.average_variance, d.average_error, "");
}

void SetsPart::words(Column& column) {
  column.title(ui()("fit.sets.title"));
  if (!fits_.any()) {
    if (const auto& why = problem()) return say(lab_, column, "fit.sets.problem", ui()("fit.sets.title"), why->sentence(ui().language), ui().theme->bad);
    return column.paragraph(wanted_ ? ui()("fit.sets.begins") : ui()("fit.sets.says"), ui().theme->soft);
  }
  const Decomposition& d = fits_.decomposition();
  const std::uint32_t ink = told() ? ui().theme->ink : ui().theme->faint; // of the document before, for a moment
  const std::size_t here = nearest_place(d.x, lab_.model().settings().place);
  const auto line = [&](const char* id, std::string_view label, const std::string& text, std::uint32_t color) {
    say(lab_, column, id, label, told() ? text : text + " …", color);
  };
  line("fit.sets.average", ui()("fit.sets.title"), sum_text("fit.sets.average", d.average_bias2, d.average_variance, d.average_error, ""), ink);
  line("fit.sets.measured", ui()("fit.sets.title"), fill(ui()("fit.sets.measured"), {std::to_string(d.fits), error_text(mean_test_error(fits_))}),
       ui().theme->soft);
  line("fit.sets.here", ui()("fit.sets.title"), sum_text("fit.sets.here", d.bias2[here], d.variance[here], d.error[here], setting(rounded_to(d.x[here], 6))),
       ink);
  if (d.left_out > 0) line("fit.sets.left_out", ui()("fit.sets.title"), fill(ui()("fit.sets.left_out"), {std::to_string(d.left_out)}), ui().theme->bad);
  if (const std::size_t few = d.fits_with(kMost); d.average_variance > 0 && few > 0 && few * 100 <= d.fits * kFewOfHundred)
    line("fit.sets.few", ui()("fit.sets.title"), fill(ui()("fit.sets.few"), {std::to_string(few), std::to_string(d.fits), percent(d.share_of_largest(few))}),
         ui().theme->bad);
  if (const auto& why = problem()) say(lab_, column, "fit.sets.problem", ui()("fit.sets.title"), why->sentence(ui().language), ui().theme->bad);
}

void SetsPart::toggle_sweep() {
  const bool running = sweeping();
  sweep_wanted_ = !running, ++presses_;
  running ? sweep_.cancel() : start();
}

void SetsPart::add_fields(Json& out) const {
  out.push_back(form_line("fit.set", ui()("fit.sets.set"), ui()("help.fit.sets.set"), std::to_string(chosen() + 1)));
  if (lab_.model().network() && (sweeping() || (fits_.any() && !swept())))
    out.push_back(form_button("fit.sets.sweep", sweeping() ? ui()("fit.sets.stop") : ui()("fit.sets.sweep"), ui()("help.fit.sets.sweep")));
}

bool SetsPart::press(const std::string& id) {
  if (id != "fit.sets.sweep" || !lab_.model().network()) return false;
  return toggle_sweep(), true;
}

void SetsPart::sweep_row(Column& column) {
  const bool network = lab_.model().network(), here = sweep_.is_of(lab_.complete(), true);
  column.title(network ? ui()("fit.sets.over_width") : ui()("fit.sets.over_degree"));
  if (network) {
    const bool running = sweeping();
    const std::vector<ButtonText> all{{running ? "fit.sets.stop" : "fit.sets.sweep", std::string(running ? ui()("fit.sets.stop") : ui()("fit.sets.sweep")),
                                       std::string(ui()("help.fit.sets.sweep")), false, running || (fits_.any() && !swept())}};
    if (buttons(ui(), column, all)) toggle_sweep();
  }
  if (const double progress = sweep_.progress(); here && progress >= 0) column.paragraph(fill(ui()("views.progress"), {percent(progress)}), ui().theme->soft);
  if (!here || sweep_.known().empty()) return column.paragraph(network ? ui()("fit.sets.sweep_says") : ui()("fit.sets.sweep_later"), ui().theme->soft);
  capacity_areas(column.rest.cut_top(230));
  const auto least = least_error(sweep_.known(), true);
  if (!sweep_.complete() || !least) return;
  const CapacityFit& best = sweep_.known()[*least];
  say(lab_, column, "fit.sets.least", ui()("fit.sets.title"),
      fill(network ? ui()("fit.sets.least_width") : ui()("fit.sets.least_degree"),
           {std::to_string(best.capacity), error_text(fits_.any() ? fits_.decomposition().noise2 + best.bias2 + best.variance : best.bias2 + best.variance),
            std::to_string(capacity_of(lab_.model().settings().model))}),
      ui().theme->ink);
}

// ---- controls ----

void SetsPart::run_row(Column& column) {
  const Transport now = transport();
  const bool running = now == Transport::running;
  const std::string words = fill(ui()("fit.sets.start"), {std::to_string(lab_.model().settings().sets)});
  const std::vector<ButtonText> all{{running ? "fit.pause" : "fit.start", running ? std::string(ui()("transport.pause")) : words,
                                     std::string(ui()("help.fit.sets.start")), true, now != Transport::finished},
                                    {"fit.reset", std::string(ui()("transport.reset")), "", false, now != Transport::ready}};
  if (const auto pressed = buttons(ui(), column, all)) *pressed == 1 ? reset() : running ? pause() : start();
  if (fits_.any() || running) {
    const std::string done = fill(ui()("fit.sets.done"), {std::to_string(told() ? fits_.done() : 0), std::to_string(fits_.sets())});
    say(lab_, column, "fit.sets.done", ui()("fit.sets.start_short"), done, ui().theme->soft);
  }
}

void SetsPart::setup(Column& column) {
  field_slider(lab_, column.row(), "/sets", {.least = 2, .most = 200, .parts = 1});
  const auto sets = static_cast<double>(lab_.model().settings().sets);
  const Rect row = column.row();
  const Rect box{row.x, row.y + (row.h - ui().control_height()) / 2, row.w, ui().control_height()};
  const std::size_t which = chosen();
  if (const auto to = ui().slider_field({.id = "fit.set",
                                         .label = ui()("fit.sets.set"),
                                         .text = std::to_string(which + 1),
                                         .help = ui()("help.fit.sets.set"),
                                         .value = static_cast<double>(which + 1),
                                         .range = {.least = 1, .most = sets, .parts = 1},
                                         .label_px = 92,
                                         .number_px = 60},
                                        box))
    set_ = static_cast<int>(*to), ++presses_;
  const FitSettings& s = lab_.model().settings();
  field_slider(lab_, column.row(), "/place", {.least = s.low, .most = s.high, .parts = static_cast<double>(s.at - 1) / (s.high - s.low)});
  column.rule();
  model_setup(lab_, column, true);
  column.rule();
  target_setup(lab_, column, height_);
  column.rule();
  field_slider(lab_, column.row(), "/points", {.least = 2, .most = 1000, .logarithmic = true, .parts = 1, .digits = 2});
  field_segments(lab_, column, "/x", "fit.even");
  field_slider(lab_, column.row(), "/noise", {.least = 0, .most = 1, .parts = 20});
  const std::vector<ButtonText> anew{{"fit.anew", std::string(ui()("fit.sets.anew")), std::string(ui()("help.fit.sets.anew"))}};
  if (buttons(ui(), column, anew)) lab_.keep(lab_.model().draw_anew());
}

std::optional<UserError> SetsPart::type(const std::string& id, const std::string& text) {
  if (id != "fit.set") return type_shared(lab_, id, text, height_, point_);
  const auto to = number_between(text, 1, static_cast<double>(lab_.model().settings().sets));
  if (!to) return to.error();
  set_ = static_cast<int>(std::lround(*to)), ++presses_;
  return {};
}

void SetsPart::draw(Rect box, Room room) {
  const auto framed = [&](Rect area) { ui().panel(area), picture(area.inset(kPadding, kGrid)); };
  const auto beside = [&](Column& column) {
    words(column);
    if (!fits_.any()) return;
    column.rule();
    sweep_row(column);
    column.rule();
    column.title(ui()("fit.sets.over_x"));
    over_x(column.rest.cut_top(210));
  };
  const auto target = [&](Column& column) {
    if (!fits_.any()) return;
    column.rule();
    darts(column.rest.cut_top(column.rest.w < 420 ? 2 * column.rest.w * 0.62F + 70 : 230));
  };
  if (room == Room::column) {
    framed(box.cut_top(std::clamp(box.h * 0.42F, std::min(box.h, 230.0F), 400.0F)));
    box.cut_top(kGrid);
    Column column(ui(), "fit.sets", box);
    run_row(column);
    column.rule();
    beside(column);
    target(column);
    column.rule();
    return setup(column);
  }
  const bool wide = room == Room::wide;
  {
    Column column(ui(), "fit.setup", box.cut_left(wide ? kSetsSetup : std::min(kSetsSetup, box.w * 0.36F)));
    run_row(column);
    column.rule();
    setup(column);
  }
  box.cut_left(kGrid);
  if (wide) {
    const Rect right = box.cut_right(kSetsBeside);
    box.cut_right(kGrid);
    if (box.h > 430) {
      const Rect below = box.cut_bottom(std::clamp(box.h * 0.36F, 196.0F, 280.0F));
      box.cut_bottom(kGrid);
      ui().panel(below);
      darts(below.inset(kPadding, kGrid));
    }
    framed(box);
    Column column(ui(), "fit.sets", right);
    beside(column);
    if (box.h <= 430 && right.h <= 430) target(column);
    return;
  }
  framed(box.cut_top(std::clamp(box.h * 0.5F, 180.0F, 420.0F)));
  box.cut_top(kGrid);
  Column column(ui(), "fit.sets", box);
  beside(column);
  target(column);
}

} // namespace downhill::fitting
