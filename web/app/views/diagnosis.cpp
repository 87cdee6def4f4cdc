// What a lane's training and test error say together, remedies that change one setting each, and what became of them: before and after.
#include "app/core/diagnosis.hpp"
#include "app/core/text.hpp"
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace downhill {

using namespace ui;

namespace {

constexpr float kBar = 12, kBarRow = 20, kTwoColumns = 620, kThreeColumns = 860; // px

std::string points_text(double share) { return grouped(100 * share, 1); }
std::string change_value(const Race& race, std::size_t lane, const Change& change, const Json& value) {
  if (change.pointer == "/network/hidden") {
    std::string text;
    if (is_dropout_of_layers(change)) {
      for (const Json& layer : value) text += (text.empty() ? "" : ", ") + setting(layer["dropout"].get<double>());
      return text;
    }
    for (const Json& layer : value) text += (text.empty() ? "" : "×") + setting(layer["units"].get<double>());
    return text.empty() ? std::string(tr("diagnosis.no_hidden")) : text;
  }
  FieldInfo info = field_info(race, {lane, change.pointer});
  info.value = value;
  return field_text(info);
}
/// "Units 5 → 128"
std::string change_text(const Race& race, std::size_t lane, const Change& change) {
  return field_label(is_dropout_of_layers(change) ? "/network/hidden/dropout" : change.pointer) + " " + change_value(race, lane, change, change.before) +
         " → " + change_value(race, lane, change, change.after);
}

/// The name of the lane that a remedy makes, in both languages; behind the lane's own where others are about something else.
Json remedy_label(const Race& race, std::size_t lane, const Offer& offer) {
  constexpr std::size_t kNameMost = 24; // bytes: longer ones are cut on the screen anyway
  const auto& lanes = race.experiment().lanes;
  bool others = false;
  for (std::size_t i = 0; i < lanes.size(); ++i) others = others || (i != lane && !only_change(lanes[lane].complete, lanes[i].complete));
  const std::string value = offer.change.after.is_number() ? setting(offer.change.after.get<double>()) : std::string();
  Json label;
  for (const auto& [key, language] : {std::pair{"zh", Language::zh}, {"en", Language::en}}) {
    const std::string own = others ? lane_name(race.experiment(), lane, language) : std::string();
    const std::string name = fill(name_in("remedy.lane." + std::string(offer.remedy->id), language), {value});
    label[key] = own.empty() || own.size() > kNameMost ? name : own + " · " + name;
  }
  return label;
}

class DiagnosisView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui& ui, const Race& race, std::size_t) const override {
    return diagnosis_csv(race, lane_names(race.experiment(), ui.language), model_);
  }
  std::optional<double> acceptable() const override { return model_.acceptable(); }
  std::optional<UserError> type(std::string_view id, const std::string& text) override { return id == "view.acceptable" ? model_.type(text) : std::nullopt; }

private:
  DiagnosisModel model_;
};

// What a frame draws of one lane.
struct Findings {
  const ViewPlace& s;
  const DiagnosisModel& model;
  Diagnosis d = diagnose(s.race, s.lane, model.acceptable());
  std::vector<Offer> offered = offers(s.race, s.lane, d);
  std::vector<Comparison> pairs = model.comparisons(s.race, s.lane);
  Ui& ui = s.ui;
  std::string id = "diagnosis." + std::to_string(s.side) + ".";

  /// The largest share that bars show.
  double most() const;
  void bar(Rect row, double share, std::uint32_t color) const;
  void acceptable(Column& column) const;
  void errors(Column& column) const;
  std::string said() const;
  void finding(Column& column) const;
  /// The remedy that was pressed.
  std::optional<std::size_t> remedies(Column& column) const;
  void measure_row(Column& column, const std::string& name, std::string_view label, double before, double after, bool share) const;
  void comparisons(Column& column) const;
};

double Findings::most() const {
  double most = d.acceptable;
  if (d.measured() && d.finding != Finding::no_classes) most = std::max({most, d.errors.train, d.errors.test});
  for (const Comparison& pair : pairs)
    if (pair.measured)
      for (const double error : {pair.before.train, pair.before.test, pair.after.train, pair.after.test})
        if (std::isfinite(error)) most = std::max(most, error);
  return std::min(1.0, most * 1.15);
}

void Findings::bar(Rect row, double share, std::uint32_t color) const {
  const float width = std::max(1.0F, row.w * static_cast<float>(share / most()));
  ui.draw()->AddRectFilled(row.min(), {row.x + width, row.bottom()}, color, 2);
}

void Findings::acceptable(Column& column) const {
  const Rect at = column.field("view.acceptable", ui("diagnosis.acceptable"), 76, ui("help.diagnosis.acceptable"));
  ui.number("view.acceptable", at, ui("diagnosis.acceptable"), setting(100 * d.acceptable) + " %", ui("help.diagnosis.acceptable"));
}

// Both errors from one zero, the acceptable one as a line through them, the gap as the piece between their ends.
void Findings::errors(Column& column) const {
  const std::string gap = fill(ui("diagnosis.points"), {points_text(d.errors.gap())});
  const float names = std::max({ui.text_width(ui("diagnosis.train")), ui.text_width(ui("diagnosis.test")), ui.text_width(ui("diagnosis.gap"))}) + 12;
  const float numbers = std::max(ui.text_width(gap, kLabel), ui.text_width(percent(1), kLabel, Weight::bold)) + 8;
  Rect area = column.rest.cut_top(3 * kBarRow);
  const Rect all = area;
  area.cut_left(names), area.cut_right(numbers);
  const auto x_of = [&](double share) { return area.x + area.w * static_cast<float>(share / most()); };
  const auto row = [&](int place, const char* name, std::string_view label, const std::string& number, Weight weight) {
    const Rect line{all.x, all.y + kBarRow * static_cast<float>(place), all.w, kBarRow};
    ui.text({line.x, line.y, names - 8, line.h}, label, ui.theme->soft, kText);
    ui.text({area.right(), line.y, numbers, line.h}, number, ui.theme->ink, kLabel, weight, Align::right);
    ui.note_item(id + name, label, "status", number, line);
    return Rect{area.x, line.y + (kBarRow - kBar) / 2, area.w, kBar};
  };
  bar(row(0, "train", ui("diagnosis.train"), percent(d.errors.train), Weight::bold), d.errors.train, faded(ui.theme->accent, 0.5F));
  bar(row(1, "test", ui("diagnosis.test"), percent(d.errors.test), Weight::bold), d.errors.test, ui.theme->accent);
  const Rect between = row(2, "gap", ui("diagnosis.gap"), gap, Weight::regular);
  const float from = x_of(d.errors.train), to = x_of(d.errors.test), y = between.y + kBar / 2;
  const std::uint32_t color = d.errors.gap() < 0 || d.finding == Finding::high_variance || d.finding == Finding::both ? ui.theme->bad : ui.theme->soft;
  ui.draw()->AddLine({from, y}, {to, y}, color, 2);
  for (const float x : {from, to}) ui.draw()->AddLine({x, y - 4}, {x, y + 4}, color, 2);
  const float mark = std::round(x_of(d.acceptable)) + 0.5F;
  Ui::dashed_line(ui.draw(), {{mark, area.y}, {mark, area.bottom()}}, ui.theme->ink, Dash::dashed, 1);
  const std::string words = fill(ui("diagnosis.acceptable_mark"), {setting(100 * d.acceptable) + " %"});
  const float width = ui.text_width(words, kSmall);
  const Rect foot = column.rest.cut_top(16);
  ui.text({std::clamp(mark - width / 2, foot.x, std::max(foot.x, foot.right() - width)), foot.y, width + 2, foot.h}, words, ui.theme->soft, kSmall);
}

std::string Findings::said() const {
  const std::string next = between_sentences(ui);
  std::string words = finding_text(d);
  if (!d.measured() || d.finding == Finding::no_classes) return words;
  if (d.label_noise > 0) words += next + fill(ui("diagnosis.labels"), {percent(d.label_noise)});
  if (d.finding == Finding::inverted) {
    if (d.label_noise == 0) words += next + std::string(ui("diagnosis.draw"));
    if (d.dropout) words += next + std::string(ui("diagnosis.dropout"));
  }
  if (d.stopped) words += next + std::string(ui("diagnosis.stopped"));
  if (!d.ended) words += next + std::string(ui("diagnosis.running"));
  return words;
}

void Findings::finding(Column& column) const {
  const Rect before = column.rest;
  const std::string_view title = ui.by_id("diagnosis.finding." + std::string(kFindingIds[static_cast<std::size_t>(d.finding)]));
  const bool well = d.finding == Finding::good || d.finding == Finding::untrained || d.finding == Finding::no_classes;
  ui.text(column.rest.cut_top(24), title, well ? ui.theme->ink : ui.theme->bad, kTitle, Weight::bold);
  const std::string words = said();
  column.paragraph(words, ui.theme->ink);
  ui.note_item(id + "finding", title, "status", words, {before.x, before.y, before.w, column.rest.y - before.y});
  if (!d.measured() || d.finding == Finding::no_classes) return;
  column.rest.cut_top(kHalf);
  column.paragraph(fill(ui("diagnosis.counted"),
                        {grouped(static_cast<double>(d.train_asked)), grouped(static_cast<double>(d.tests)), setting(std::round(d.errors.epoch * 10) / 10)}),
                   ui.theme->faint);
}

std::optional<std::size_t> Findings::remedies(Column& column) const {
  if (offered.empty()) {
    const bool calls = d.ended && d.measured() && d.finding != Finding::good && d.finding != Finding::no_classes;
    const bool full = s.race.lanes().size() >= kLanesMost; // each remedy but those of the data is a lane more
    if (calls) column.rest.cut_top(kGrid);
    if (calls) column.paragraph(full ? fill(ui("diagnosis.no_room"), {std::to_string(kLanesMost)}) : std::string(ui("diagnosis.none_left")), ui.theme->soft);
    return {};
  }
  std::optional<std::size_t> pressed;
  column.title(ui("diagnosis.remedies"));
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const Offer& offer = offered[i];
    const std::string words = change_text(s.race, s.lane, offer.change);
    std::string why(ui.by_id("remedy." + std::string(offer.remedy->id)));
    if (offer.change.of_base()) why += between_sentences(ui) + std::string(ui("diagnosis.for_all"));
    const Rect at = column.rest.cut_top(ui.control_height());
    const float width = std::min(at.w, ui.text_width(words) + 28);
    const std::string name = id + "try." + std::string(offer.remedy->id);
    if (ui.button(name, {at.x, at.y, width, at.h}, words)) pressed = i;
    if (!ui.items.empty() && ui.items.back().id == name) ui.items.back().help = why;
    column.rest.cut_top(2);
    column.paragraph(why, ui.theme->soft);
    column.rest.cut_top(6);
  }
  return pressed;
}

void Findings::measure_row(Column& column, const std::string& name, std::string_view label, double before, double after, bool share) const {
  const auto text = [&](double v) { return !std::isfinite(v) ? std::string("–") : share ? percent(v) : grouped(v, 3); };
  const std::string numbers = text(before) + " → " + text(after);
  const float names =
      std::max({ui.text_width(ui("diagnosis.train"), kLabel), ui.text_width(ui("diagnosis.test"), kLabel), ui.text_width(ui("metric.test_loss"), kLabel)}) + 12;
  const float width = ui.text_width("88.8 % → 88.8 %", kLabel, Weight::bold) + 12;
  const Rect row = column.rest.cut_top(kBarRow);
  ui.text({row.x, row.y, names - 4, row.h}, label, ui.theme->soft, kLabel);
  ui.text({row.right() - width, row.y, width, row.h}, numbers, ui.theme->ink, kLabel, Weight::bold, Align::right);
  ui.note_item(name, label, "status", numbers, row);
  if (!share || row.w - names - width < 40) return;
  const Rect bars{row.x + names, row.y + 3, row.w - names - width - 8, (kBarRow - 6) / 2};
  if (std::isfinite(before)) bar(bars, before, faded(ui.theme->accent, 0.4F));
  if (std::isfinite(after)) bar({bars.x, bars.y + bars.h, bars.w, bars.h}, after, after > before ? ui.theme->bad : ui.theme->accent);
}

void Findings::comparisons(Column& column) const {
  if (pairs.empty()) return;
  column.title(ui("diagnosis.pairs"));
  column.paragraph(ui("diagnosis.pairs_says"), ui.theme->soft);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Comparison& pair = pairs[i];
    const std::string name = id + "pair." + std::to_string(i);
    std::string head = change_text(s.race, s.lane, pair.change);
    if (pair.lane) head += " " + fill(ui("diagnosis.pair_lane"), {lane_name(s.race.experiment(), *pair.lane, ui.language)});
    const std::string_view state = pair.failed      ? ui("diagnosis.pair_failed")
                                   : !pair.measured ? ui("diagnosis.pair_waiting")
                                   : !pair.ended    ? ui("diagnosis.pair_running")
                                                    : std::string_view();
    const Rect top = column.rest.cut_top(20);
    ui.text(top, head, ui.theme->ink, kLabel, Weight::bold);
    ui.note_item(name, head, "status", std::string(state), top);
    if (!state.empty()) column.paragraph(state, ui.theme->soft);
    if (pair.measured || pair.failed) {
      const auto known = [](double before, double after) { return std::isfinite(before) || std::isfinite(after); };
      if (known(pair.before.train, pair.after.train)) {
        measure_row(column, name + ".train", ui("diagnosis.train"), pair.before.train, pair.after.train, true);
        measure_row(column, name + ".test", ui("diagnosis.test"), pair.before.test, pair.after.test, true);
        const auto points = [](const Errors& errors) { return std::isfinite(errors.gap()) ? points_text(errors.gap()) : std::string("–"); };
        const std::string gap = points(pair.before) + " → " + fill(ui("diagnosis.points"), {points(pair.after)});
        const Rect row = column.rest.cut_top(18);
        ui.text(row, ui("diagnosis.gap"), ui.theme->soft, kLabel);
        ui.text(row, gap, ui.theme->ink, kLabel, Weight::bold, Align::right);
        ui.note_item(name + ".gap", ui("diagnosis.gap"), "status", gap, row);
      }
      if (pair.one_loss() && known(pair.before.test_loss, pair.after.test_loss))
        measure_row(column, name + ".loss", ui("metric.test_loss"), pair.before.test_loss, pair.after.test_loss, false);
    }
    column.rest.cut_top(kGrid);
  }
}

void DiagnosisView::draw(const ViewPlace& s, Rect box) {
  std::optional<Offer> chosen;
  {
    const Findings findings{s, model_};
    // as many columns as there is room: what is, what was tried, what can be
    const bool empty = findings.pairs.empty();
    const int columns = box.w > kThreeColumns && !empty ? 3 : box.w > kTwoColumns ? 2 : 1;
    const float width = box.w / static_cast<float>(columns);
    const auto column_at = [&](int n) { return Rect{box.x + width * static_cast<float>(n) - kPadding, box.y, width + kPadding, box.h}; };
    const auto remedies = [&](Column& column) {
      if (const auto pressed = findings.remedies(column)) chosen = findings.offered[*pressed];
    };
    const std::string name = "diagnosis" + std::to_string(s.side);
    {
      Column column(s.ui, name.c_str(), column_at(0), false);
      if (s.side == 0) findings.acceptable(column);
      if (findings.d.measured() && findings.d.finding != Finding::no_classes) findings.errors(column);
      findings.finding(column);
      if (columns == 1) findings.comparisons(column), remedies(column);
    }
    if (columns > 1) {
      Column column(s.ui, (name + "second").c_str(), column_at(1), false);
      findings.comparisons(column);
      if (columns == 2) remedies(column);
    }
    if (columns > 2) {
      Column column(s.ui, (name + "third").c_str(), column_at(2), false);
      remedies(column);
    }
  }
  if (chosen) keep(s.view, model_.apply(s.race, s.lane, chosen->change, remedy_label(s.race, s.lane, *chosen)));
}

} // namespace

const ViewRow kDiagnosisView{.id = "diagnosis", .needs = Needs::anything, .make = make_view<DiagnosisView>, .height_share = 0.5F};

} // namespace downhill
