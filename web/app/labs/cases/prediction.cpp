// 7. The prediction of one picture: of the test part, or drawn by the student; all test pictures; the weights.
#include "app/labs/cases/ending.hpp"

#include "app/core/pad.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

class PredictionPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  float share() const override { return 0.68F; }
  std::string csv(std::string_view plot) const override;
  void add_fields(Json& out) const override;
  bool press(const std::string& id) override;
  std::optional<UserError> choose_field(const std::string& id, const std::string& to) override;
  void add_shown(Json& shown) const override { shown["said"] = std::string(kSaidViews[static_cast<std::size_t>(view_)]); }
  void show(const Json& wanted) override;
  void look_anew() override { view_ = 0, pad_.clear(); }
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  const CaseRun* run() const { return lab_.model().data() ? lab_.model().run() : nullptr; }
  std::int64_t chosen() const { return lab_.model().settings().picture; }
  void choose(std::int64_t picture) { lab_.put("/picture", std::clamp<std::int64_t>(picture, 0, lab_.model().settings().count(CasePart::test) - 1)); }
  void one(Column& column, const CaseRun& run);
  void thumbs(Rect box, const CaseRun& run);
  void drawn(Column& column, const CaseRun& run);
  std::string truth_text(const CaseAnswer& answer) const;
  std::string said_text(const CaseAnswer& answer) const;

  int view_ = 0;
  PredictionKept kept_;
  Pad pad_;
  std::optional<std::array<float, 2>> pen_; // where it was in the last frame
  ImageSheet pad_sheet_;
};

void PredictionPart::show(const Json& wanted) {
  if (!wanted.contains("said")) return;
  const auto found = std::find(std::begin(kSaidViews), std::end(kSaidViews), wanted["said"].get_ref<const std::string&>());
  if (found != std::end(kSaidViews)) view_ = static_cast<int>(found - std::begin(kSaidViews));
}

std::string PredictionPart::truth_text(const CaseAnswer& answer) const {
  if (lab_.model().settings().kind == CaseKind::scores) return fill(ui()("cases.given"), {grouped(answer.truth, 2)});
  return fill(ui()("cases.truth"), {lab_.class_name(static_cast<int>(answer.truth))});
}

std::string PredictionPart::said_text(const CaseAnswer& answer) const {
  if (!std::isfinite(answer.said)) return std::string(ui()("cases.says_nothing"));
  if (lab_.model().settings().kind == CaseKind::scores) return fill(ui()("cases.says_score"), {grouped(answer.said, 2)});
  const auto& classes = lab_.model().settings().classes;
  const auto place = static_cast<std::size_t>(std::find(classes.begin(), classes.end(), static_cast<int>(answer.said)) - classes.begin());
  return fill(ui()("cases.says"), {lab_.class_name(static_cast<int>(answer.said)), percent(answer.probabilities[place])});
}

// A row of test pictures about the chosen one; a press chooses.
void PredictionPart::thumbs(Rect box, const CaseRun& run) {
  Ui& u = ui();
  const float size = box.h, gap = 4;
  const std::int64_t count = run.data().size(CasePart::test);
  const float arrow = u.control_height();
  const Rect back = box.cut_left(arrow), on = box.cut_right(arrow);
  box = box.inset(gap, 0);
  if (u.icon_button("cases.picture.back", {back.x, back.y + (back.h - arrow) / 2, arrow, arrow}, Icon::step_back, u("cases.picture_back"), chosen() > 0))
    choose(chosen() - 1);
  if (u.icon_button("cases.picture.next", {on.x, on.y + (on.h - arrow) / 2, arrow, arrow}, Icon::step, u("cases.picture_next"), chosen() + 1 < count))
    choose(chosen() + 1);
  const auto fit = std::max<std::int64_t>(1, static_cast<std::int64_t>((box.w + gap) / (size + gap)));
  const std::int64_t first = chosen() / fit * fit, last = std::min(count, first + fit);
  const auto place = [&](std::int64_t i) { return Rect{box.x + static_cast<float>(i - first) * (size + gap), box.y, size, size}; };
  ImageSheet& sheet = kept_.pictures.sheet(run.data());
  sheet.begin(u);
  for (std::int64_t i = first; i < last; ++i) sheet.draw(u, static_cast<std::size_t>(i), place(i));
  sheet.end(u);
  for (std::int64_t i = first; i < last; ++i) {
    const std::string id = "cases.thumb." + std::to_string(i - first);
    const Ui::Press press = u.press(id, place(i));
    if (run.settings().table()) u.text(place(i), std::to_string(i), u.theme->ink, kSmall, Weight::regular, Align::center);
    if (i == chosen() || press.hovered) u.draw()->AddRect(place(i).min(), place(i).max(), u.theme->accent, 2, 0, i == chosen() ? 2.5F : 1.0F);
    u.explained(id, fill(u("cases.test_picture"), {std::to_string(i)}), "button", lab_.answer_text(CasePart::test, static_cast<std::size_t>(i)), place(i),
                u("help.cases.thumb"));
    if (press.pressed) choose(i);
  }
}

void PredictionPart::one(Column& column, const CaseRun& run) {
  Ui& u = ui();
  const CaseAnswer answer = answer_of(run, chosen());
  const float side = std::min({std::clamp(column.rest.h * 0.26F, 96.0F, 168.0F), column.rest.w * 0.34F});
  Rect top = column.rest.cut_top(side);
  const Rect big = top.cut_left(side);
  top.cut_left(kPadding);
  ImageSheet& sheet = kept_.pictures.sheet(run.data());
  sheet.begin(u);
  sheet.draw(u, static_cast<std::size_t>(chosen()), big);
  sheet.end(u);
  const bool scored = run.settings().kind == CaseKind::scores, right = answer.said == answer.truth;
  const std::string truth = truth_text(answer), said = said_text(answer);
  u.text(top.cut_top(20), fill(u("cases.test_picture"), {std::to_string(chosen())}), u.theme->soft, kLabel);
  u.text(top.cut_top(20), truth, u.theme->ink, kLabel);
  top.cut_top(u.paragraph(top, said, scored ? u.theme->ink : right ? u.theme->positive : u.theme->bad, kText));
  u.note_item("cases.said", u("cases.said"), "status", truth + " " + said, {big.x, big.y, column.rest.w, side});
  if (const std::string words = untrained_words(lab_); !words.empty()) u.paragraph(top, words, u.theme->faint, kSmall);
  column.rest.cut_top(kGrid);
  thumbs(column.rest.cut_top(column.rest.w > 520 ? 48 : 40), run);
  column.rest.cut_top(kGrid);
  said_view(lab_, column, run, {answer.output, answer.probabilities, -1}, answer.truth, kept_);
  if (run.settings().table()) row_list(lab_, column, CasePart::test, static_cast<std::size_t>(chosen()));
}

// A picture that nobody has photographed.
void PredictionPart::drawn(Column& column, const CaseRun& run) {
  Ui& u = ui();
  const float side = std::min({column.rest.w * 0.6F, 280.0F, std::max(120.0F, column.rest.h * 0.5F)});
  Rect top = column.rest.cut_top(side);
  const Rect area = top.cut_left(side);
  const Ui::Press p = u.press("cases.pad", area);
  if (p.held) {
    u.slider_held = true;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const std::array now{(mouse.x - area.x) / side * Pad::kSide, (mouse.y - area.y) / side * Pad::kSide};
    pad_.stroke(pen_.value_or(now), now); // along the way since the last frame
    pen_ = now;
  } else {
    pen_.reset();
  }
  pad_sheet_.set_pixels(pad_.pixels(), 1, Pad::kSide, Pad::kSide, pad_.version());
  pad_sheet_.begin(u);
  pad_sheet_.draw(u, 0, area);
  pad_sheet_.end(u);
  u.draw()->AddRect(area.min(), area.max(), p.hovered ? u.theme->accent : u.theme->line, 4);
  u.drag_areas.push_back(area);
  u.note_item("cases.pad", u("draw.pad"), "img", pad_.used() ? "drawn" : "", area);
  top.cut_left(kPadding);
  const auto button_box = [&](StringKey words) {
    const Rect row = top.cut_top(u.control_height());
    return Rect{row.x, row.y, std::min(row.w, u.text_width(u(words)) + 24), row.h};
  };
  if (u.button("cases.pad.take", button_box(StringKey("cases.pad_take")), u("cases.pad_take")))
    pad_.put(run.data().picture(CasePart::test, static_cast<std::size_t>(chosen())));
  top.cut_top(kHalf);
  if (u.button("cases.pad.clear", button_box(StringKey("draw.clear")), u("draw.clear"), false, pad_.used())) pad_.clear();
  top.cut_top(kHalf);
  u.paragraph(top, run.settings().own ? u("cases.pad_says_own") : u("cases.pad_says"), u.theme->soft);
  column.rest.cut_top(kGrid);
  if (pad_.used()) said_view(lab_, column, run, said_of(run, pad_.pixels()), {}, kept_);
}

void PredictionPart::picture(Rect box, Room) {
  if (without_data(lab_, box)) return;
  const CaseRun& now = *run();
  Ui& u = ui();
  std::vector<std::string> names;
  for (const std::string_view id : kSaidViews) names.emplace_back(u.by_id("cases.view." + std::string(id)));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  u.tabs("cases.view", box.cut_top(u.control_height()), u("cases.view"), labels, view_);
  box.cut_top(kGrid);
  Column column(u, "cases.prediction", box, false);
  if (now.diverged()) return say(lab_, column, "cases.verdict", u("cases.part.test"), verdict_text(lab_), u.theme->bad);
  if (view_ == 0) return one(column, now);
  if (view_ == 2) return weights_view(lab_, column, now, kept_);
  const std::vector<std::int64_t> pad{Pad::kSide, Pad::kSide};
  if (view_ == 3 && now.data().source().shape != pad) return void(column.paragraph(u("cases.pad_own"), u.theme->soft));
  if (view_ == 3) return drawn(column, now);
  if (const auto pressed = all_view(lab_, column, now, kept_)) {
    choose(*pressed);
    view_ = 0;
  }
}

void PredictionPart::setup(Column& column) {
  Ui& u = ui();
  const CaseSettings& s = lab_.model().settings();
  run_buttons(lab_, column);
  column.rest.cut_top(kHalf);
  verdict(lab_, column);
  column.rule();
  field_slider(lab_, column, "/picture", {.least = 0, .most = static_cast<double>(s.count(CasePart::test) - 1), .parts = 1});
  if (s.kind == CaseKind::yes_no) field_slider(lab_, column, "/threshold", {.least = 0, .most = 1, .parts = 100});
  race_button(lab_, column);
  column.rule();
  column.paragraph(u("cases.prediction_says"), u.theme->soft);
}

// ---- in numbers ----

std::string PredictionPart::csv(std::string_view plot) const {
  const CaseRun* now = run();
  if (!now || plot != "view") return now ? training_csv(*now) : std::string();
  const CaseSaid& said = lab_.said();
  if (!said.complete()) return {};
  const CaseSettings& s = now->settings();
  std::string out;
  if (s.kind == CaseKind::yes_no) {
    const ThresholdCurves& curves = said.curves(CasePart::validation);
    out += "threshold,validation_accuracy,validation_precision,validation_recall\n";
    const auto cell = [](double value) { return value != value ? std::string() : csv_number(value); };
    for (std::size_t i = 0; i < curves.thresholds.size(); ++i)
      out += csv_number(curves.thresholds[i]) + "," + cell(curves.accuracy[i]) + "," + cell(curves.precision[i]) + "," + cell(curves.recall[i]) + "\n";
    out += "\n";
  }
  const auto& answers = now->data().answers(CasePart::test);
  out += s.kind == CaseKind::scores   ? "picture,given,said\n"
         : s.kind == CaseKind::yes_no ? "picture,truth,probability_of_yes\n"
                                      : "picture,truth,said,probability\n";
  for (const Prediction& p : said.of(CasePart::test)) {
    out += std::to_string(p.place) + ",";
    if (s.kind == CaseKind::scores)
      out += csv_number(static_cast<double>(answers.targets[p.place])) + "," + csv_number(static_cast<double>(p.output[0]));
    else if (s.kind == CaseKind::yes_no)
      out += std::to_string(s.classes[static_cast<std::size_t>(p.label)]) + "," + csv_number(p.probabilities[1]);
    else
      out += std::to_string(s.classes[static_cast<std::size_t>(p.label)]) + "," + std::to_string(s.classes[static_cast<std::size_t>(p.predicted)]) + "," +
             csv_number(p.probabilities[static_cast<std::size_t>(p.predicted)]);
    out += "\n";
  }
  return out;
}

void PredictionPart::add_fields(Json& out) const {
  Json row = form_line("cases.view", ui()("cases.view"), ui()("help.control.cases.view"), std::string(kSaidViews[static_cast<std::size_t>(view_)]));
  row["choices"] = Json::array();
  for (const std::string_view id : kSaidViews) {
    Json choice = {{"id", std::string(id)}, {"label", ui().by_id("cases.view." + std::string(id))}};
    row["choices"].push_back(std::move(choice));
  }
  out.push_back(std::move(row));
  if (lab_.model().settings().kind == CaseKind::yes_no && lab_.said().complete())
    out.push_back(form_button("cases.best", fill(ui()("cases.best"), {setting(lab_.said().best_threshold())}), ui()("help.control.cases.best")));
  add_race_field(lab_, out);
}

bool PredictionPart::press(const std::string& id) {
  if (id == "cases.best" && lab_.model().settings().kind == CaseKind::yes_no && lab_.said().complete())
    return lab_.put("/threshold", lab_.said().best_threshold()), true;
  return press_race(lab_, id);
}

std::optional<UserError> PredictionPart::choose_field(const std::string& id, const std::string& to) {
  if (id != "cases.view") return no_field(id);
  show({{"said", to}});
  return {};
}

std::string PredictionPart::spoken() const {
  const CaseRun* now = run();
  if (!now) return {};
  if (now->diverged()) return verdict_text(lab_);
  const CaseAnswer answer = answer_of(*now, chosen());
  const std::string verdict = verdict_text(lab_);
  return truth_text(answer) + " " + said_text(answer) + (verdict.empty() ? "" : " " + verdict);
}

} // namespace

std::unique_ptr<Part> prediction_part(CasesLab& lab) { return std::make_unique<PredictionPart>(lab); }

} // namespace downhill::walk
