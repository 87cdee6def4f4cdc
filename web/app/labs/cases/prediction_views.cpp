// What the model says, in numbers and pictures: of one picture, of all test pictures, and its weights.
#include "app/labs/cases/ending.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace downhill::walk {
namespace {

constexpr std::int64_t kWeightsMost = 64; // images of hidden units
constexpr std::int64_t kListedMost = 10;  // units whose weights are listed
constexpr const char* kParts[] = {"cases.part.validation", "cases.part.test"};

std::int64_t units_of(const CaseSettings& s) { return s.hidden.empty() ? s.outputs() : s.hidden.front().units; }

// The images of the first layer's weights, one a unit.
void show_weights(const CaseRun& run, ImageSheet& sheet, std::int64_t count) {
  std::vector<float> all;
  for (std::int64_t unit = 0; unit < count; ++unit) {
    const auto weights = run.weights(unit);
    all.insert(all.end(), weights.begin(), weights.end());
  }
  const PictureSize size = picture_size(run.settings());
  sheet.set_numbers(all, static_cast<std::size_t>(count), static_cast<int>(size.width), static_cast<int>(size.height), run.trainer().hash());
}

std::string unit_name(const CasesLab& lab, std::int64_t unit) {
  const CaseSettings& s = lab.model().settings();
  if (!s.hidden.empty()) return fill(tr(StringKey("cases.unit")), {std::to_string(unit)});
  if (s.kind == CaseKind::scores) return std::string(tr(StringKey("cases.score_weights")));
  if (s.one_number()) return fill(tr(StringKey("cases.logit_weights")), {kind_name(lab, 1)});
  return kind_name(lab, static_cast<int>(unit));
}

// A score on its scale, from 1 to 5 or over a file's numbers: what is said, and what was given.
void score_scale(CasesLab& lab, Rect box, double said, std::optional<double> given) {
  Ui& u = lab.controls();
  box = box.inset(16, 0);
  const float y = box.y + box.h / 2;
  const ScoreRange range = score_range(lab.model().settings(), *lab.model().data());
  const auto at = [&](double score) {
    return box.x + box.w * static_cast<float>((std::clamp(score, range.least, range.most) - range.least) / (range.most - range.least));
  };
  u.draw()->AddLine({box.x, y}, {box.right(), y}, u.theme->line, 3);
  for (int tick = 0; tick <= 4; ++tick) {
    const double score = range.least + (range.most - range.least) * tick / 4;
    const float x = at(score);
    u.draw()->AddLine({x, y - 4}, {x, y + 4}, u.theme->faint);
    u.text({x - 30, y + 6, 60, 14}, setting(std::round(score * 100) / 100), u.theme->faint, kSmall, Weight::regular, Align::center);
  }
  if (given) u.draw()->AddCircle({at(*given), y}, 8, u.theme->ink, 24, 2);
  if (std::isfinite(said)) u.draw()->AddCircleFilled({at(said), y}, 5, u.theme->accent, 20);
  u.note_item("cases.scale", fill(u("cases.scale"), {setting(std::round(range.least * 100) / 100), setting(std::round(range.most * 100) / 100)}), "img",
              grouped(said, 2) + (given ? " / " + grouped(*given, 2) : ""), box);
}

void probability_bar(CasesLab& lab, Rect box, double p, bool strong, std::optional<double> threshold) {
  Ui& u = lab.controls();
  const Rect bar{box.x, box.y + box.h / 2 - 5, box.w, 10};
  u.draw()->AddRectFilled(bar.min(), bar.max(), u.theme->fill, 3);
  if (p > 0) u.draw()->AddRectFilled(bar.min(), {bar.x + bar.w * static_cast<float>(p), bar.bottom()}, strong ? u.theme->accent : u.theme->faint, 3);
  if (!threshold) return;
  const float x = bar.x + bar.w * static_cast<float>(*threshold);
  u.draw()->AddLine({x, bar.y - 4}, {x, bar.bottom() + 4}, u.theme->bad, 2);
}

// ---- all test pictures ----

// Test pictures, each in a place; of a table's rows their numbers.
void draw_examples(Ui& u, const CaseRun& run, PredictionKept& kept, std::span<const std::uint32_t> which, const std::function<Rect(std::size_t)>& place) {
  if (run.settings().table()) {
    for (std::size_t i = 0; i < which.size(); ++i) u.text(place(i), std::to_string(which[i]), u.theme->ink, kText, Weight::bold, Align::center);
    return;
  }
  ImageSheet& sheet = kept.pictures.sheet(run.data());
  sheet.begin(u);
  for (std::size_t i = 0; i < which.size(); ++i) sheet.draw(u, which[i], place(i));
  sheet.end(u);
}

std::optional<std::int64_t> picture_rows(CasesLab& lab, Column& column, const CaseRun& run, PredictionKept& kept, std::span<const std::uint32_t> places,
                                         const std::function<std::string(std::size_t)>& words) {
  Ui& u = lab.controls();
  const float size = 44, wide = 92, high = size + 32;
  const auto across = static_cast<std::size_t>(std::max(1.0F, column.rest.w / wide));
  const std::size_t rows = (places.size() + across - 1) / across;
  const Rect all = column.rest.cut_top(static_cast<float>(rows) * high);
  const auto place = [&](std::size_t i) {
    return Rect{all.x + static_cast<float>(i % across) * wide, all.y + static_cast<float>(i / across) * high, wide - 6, high - 4};
  };
  draw_examples(u, run, kept, places, [&](std::size_t i) { return Rect{place(i).x + (wide - 6 - size) / 2, place(i).y, size, size}; });
  std::optional<std::int64_t> out;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::string id = "cases.of_test." + std::to_string(i), text = words(i);
    const Ui::Press press = u.press(id, place(i));
    if (press.hovered) u.draw()->AddRect(place(i).min(), place(i).max(), u.theme->accent, 3);
    u.paragraph({place(i).x, place(i).y + size + 1, wide - 6, 30}, text, u.theme->soft, kSmall);
    u.explained(id, fill(u("cases.test_picture"), {std::to_string(places[i])}), "button", text, place(i), u("help.cases.of_test"));
    if (press.pressed) out = places[i];
  }
  return out;
}

std::optional<std::int64_t> scores_of_all(CasesLab& lab, Column& column, const CaseRun& run, PredictionKept& kept) {
  Ui& u = lab.controls();
  const CaseSaid& said = lab.said();
  const auto& targets = run.data().answers(CasePart::test).targets;
  PlotSpec spec;
  spec.id = "cases.scatter";
  spec.x_title = u("cases.score_given"), spec.y_title = u("cases.score_said");
  const ScoreRange range = score_range(run.settings(), run.data());
  spec.x_least = range.least, spec.x_most = range.most;
  spec.numbers_elsewhere = true; // a card with the picture
  for (const Prediction& p : said.of(CasePart::test))
    spec.dots.push_back({static_cast<double>(targets[p.place]), static_cast<double>(p.output[0]), u.theme->accent, true});
  Series same;
  same.label = u("cases.same"), same.color = u.theme->faint, same.dash = Dash::dotted, same.x = {range.least, range.most}, same.y = {range.least, range.most};
  PlotFrame frame;
  plot(u, column.rest.cut_top(std::clamp(column.rest.h * 0.6F, 190.0F, 320.0F)), spec, {same}, nullptr, &frame);
  std::optional<std::int64_t> out;
  if (ImGui::IsItemHovered()) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const float reach = u.touch ? 24.0F : 12.0F;
    float best = reach * reach;
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < spec.dots.size(); ++i) {
      const ImVec2 at = frame.at(spec.dots[i].x, spec.dots[i].y);
      const float off = (at.x - mouse.x) * (at.x - mouse.x) + (at.y - mouse.y) * (at.y - mouse.y);
      if (off < best) best = off, found = i;
    }
    if (found) {
      const ImVec2 at = frame.at(spec.dots[*found].x, spec.dots[*found].y);
      u.draw()->AddCircle(at, 6, u.theme->ink, 20, 2);
      const Rect card{std::clamp(at.x + 10, frame.area.x, std::max(frame.area.x, frame.area.right() - 150)), std::max(frame.area.y, at.y - 54), 150, 48};
      u.panel(card);
      draw_examples(u, run, kept, std::array{static_cast<std::uint32_t>(*found)}, [&](std::size_t) { return Rect{card.x + 4, card.y + 4, 40, 40}; });
      u.paragraph({card.x + 50, card.y + 6, 96, 40}, fill(u("cases.given_said"), {grouped(spec.dots[*found].x, 2), grouped(spec.dots[*found].y, 2)}),
                  u.theme->ink, kSmall);
      if (ImGui::IsMouseReleased(ImGuiMouseButton_Left)) out = static_cast<std::int64_t>(*found);
    }
  }
  if (!said.goes_along().empty()) column.title(u("cases.goes_along"));
  for (const GoesAlong& each : said.goes_along()) {
    const bool narrow = column.rest.w < 420;
    Rect row = column.row(20);
    const std::string name(u.by_id("choice./score." + std::string(each.rule))), text = grouped(each.said, 2) + " / " + grouped(each.given, 2);
    u.note_item("cases.along." + std::string(each.rule), name, "status", text, row);
    u.text(row.cut_left(std::min(150.0F, row.w * 0.4F)), name, u.theme->soft, kLabel);
    const std::string words = fill(u("cases.along_says"), {grouped(each.said, 2), grouped(each.given, 2)});
    narrow ? column.paragraph(words, u.theme->ink) : static_cast<void>(u.text(row, words, u.theme->ink, kLabel));
  }
  column.title(u("cases.surprising"));
  std::vector<std::uint32_t> places;
  for (const Surprise& each : said.surprising()) places.push_back(each.place);
  const auto pressed = picture_rows(lab, column, run, kept, places, [&](std::size_t i) {
    return fill(u("cases.given_said"), {grouped(said.surprising()[i].given, 2), grouped(said.surprising()[i].said, 2)});
  });
  return pressed ? pressed : out;
}

// The four counts of a part, as rows of what is so and columns of what is said.
void four_counts(CasesLab& lab, Column& column, std::size_t which) {
  Ui& u = lab.controls();
  const YesNoCounts c = lab.said().counts(which == 0 ? CasePart::validation : CasePart::test, lab.model().settings().threshold);
  const auto share = [](double value) { return value == value ? percent(value) : std::string("–"); };
  const std::string part(u.by_id(kParts[which])), no = kind_name(lab, 0), yes = kind_name(lab, 1);
  column.paragraph(fill(u("cases.at_threshold"), {part, share(c.accuracy()), share(c.precision()), share(c.recall())}), u.theme->ink);
  const auto cells = [&](const char* id, const std::string& head, const std::string& one, const std::string& other, bool numbers) {
    Rect row = column.row(20);
    if (numbers) u.note_item(id + std::to_string(which), part + " " + head, "status", one + ", " + other, row);
    u.text(row.cut_left(row.w * 0.4F), head, u.theme->soft, kSmall);
    u.text(row.cut_left(row.w * 0.5F), one, numbers ? u.theme->ink : u.theme->soft, kSmall, numbers ? Weight::bold : Weight::regular);
    u.text(row, other, numbers ? u.theme->ink : u.theme->soft, kSmall, numbers ? Weight::bold : Weight::regular);
  };
  cells("", "", fill(u("cases.said_as"), {yes}), fill(u("cases.said_as"), {no}), false);
  cells("cases.counts.yes.", fill(u("cases.is"), {yes}), with_commas(c.true_yes), with_commas(c.false_no), true);
  cells("cases.counts.no.", fill(u("cases.is"), {no}), with_commas(c.false_yes), with_commas(c.true_no), true);
  column.rest.cut_top(kGrid);
}

void thresholds(CasesLab& lab, Column& column) {
  Ui& u = lab.controls();
  const ThresholdCurves& curves = lab.said().curves(CasePart::validation);
  PlotSpec spec;
  spec.id = "cases.thresholds";
  spec.x_title = u("cases.threshold_axis"), spec.y_title = u("cases.share_axis");
  spec.show_legend = true, spec.y_decimals = 1, spec.y_from = 0, spec.y_to = 100;
  spec.pinned = lab.model().settings().threshold, spec.numbers_elsewhere = true;
  const auto series = [&](std::string_view label, std::uint32_t color, Dash dash, const std::vector<double>& values) {
    Series out;
    out.label = label, out.color = color, out.dash = dash, out.x = curves.thresholds;
    for (const double value : values) out.y.push_back(100 * value);
    return out;
  };
  const auto moved = plot(u, column.rest.cut_top(std::clamp(column.rest.h * 0.55F, 190.0F, 300.0F)), spec,
                          {series(u("cases.accuracy_word"), u.theme->ink, Dash::solid, curves.accuracy),
                           series(u("cases.precision"), u.theme->momentum, Dash::dashed, curves.precision),
                           series(u("cases.recall"), u.theme->adadelta, Dash::dotted, curves.recall)});
  if (moved) lab.put("/threshold", std::clamp(std::round(*moved * 100) / 100, 0.0, 1.0), true);
  const double best = lab.said().best_threshold();
  Rect row = column.row();
  const std::string words = fill(u("cases.best"), {setting(best)});
  if (u.button("cases.best", row.cut_left(std::min(row.w, u.text_width(words) + 26)), words)) lab.put("/threshold", best);
  for (const std::size_t which : {0U, 1U}) four_counts(lab, column, which);
}

} // namespace

std::optional<std::int64_t> all_view(CasesLab& lab, Column& column, const CaseRun& run, PredictionKept& kept) {
  Ui& u = lab.controls();
  const CaseSaid& said = lab.said();
  if (!run.ended()) return column.paragraph(u("cases.at_the_end"), u.theme->soft), std::nullopt;
  if (!said.complete()) return column.paragraph(u("cases.working"), u.theme->soft), std::nullopt;
  const CaseSettings& s = run.settings();
  if (s.kind == CaseKind::scores) return scores_of_all(lab, column, run, kept);
  if (s.kind == CaseKind::yes_no) thresholds(lab, column);
  if (said.mistakes().empty()) return column.paragraph(u("cases.no_mistakes"), u.theme->soft), std::nullopt;
  const auto& mixed = said.mixed_up();
  if (s.classes.size() > 2) // of two there is one pair
    say(lab, column, "cases.mixed", u("cases.mixed_label"),
        fill(u("cases.mixed"), {kind_name(lab, mixed.one), kind_name(lab, mixed.other), with_commas(mixed.count)}), u.theme->ink);
  column.title(u("cases.worst"));
  return picture_rows(lab, column, run, kept, said.mistakes(), [&](std::size_t i) {
    const Prediction& p = said.of(CasePart::test)[said.mistakes()[i]];
    return fill(u("cases.mistaken"), {kind_name(lab, p.label), kind_name(lab, p.predicted), percent(p.probabilities[static_cast<std::size_t>(p.predicted)])});
  });
}

// Of a table: a list for each unit.
static void weight_lists(CasesLab& lab, Column& column, const CaseRun& run) {
  Ui& u = lab.controls();
  const std::int64_t units = units_of(run.settings());
  for (std::int64_t i = 0; i < std::min(kListedMost, units); ++i) {
    column.title(unit_name(lab, i));
    weight_list(lab, column, run.weights(i));
  }
  if (kListedMost < units) column.paragraph(fill(u("cases.weights_first"), {std::to_string(kListedMost), with_commas(units)}), u.theme->faint);
}

void weights_view(CasesLab& lab, Column& column, const CaseRun& run, PredictionKept& kept) {
  Ui& u = lab.controls();
  const CaseSettings& s = run.settings();
  const std::int64_t count = std::min(kWeightsMost, units_of(s));
  column.paragraph(s.table()                    ? u("cases.weights_table")
                   : !s.hidden.empty()          ? u("cases.weights_hidden")
                   : s.kind == CaseKind::yes_no ? u("cases.weights_boundary")
                                                : u("cases.weights_says"),
                   u.theme->soft);
  column.rest.cut_top(kGrid);
  if (s.table()) return weight_lists(lab, column, run);
  show_weights(run, kept.weights, count);
  const float least = count == 1 ? 200 : count <= 2 ? 150 : s.hidden.empty() ? 92 : 60;
  const float size = std::min(least, column.rest.w), high = size + 20;
  const auto across = static_cast<std::int64_t>(std::max(1.0F, (column.rest.w + 8) / (size + 8)));
  const Rect all = column.rest.cut_top(static_cast<float>((count + across - 1) / across) * high);
  const auto place = [&](std::int64_t i) {
    return Rect{all.x + static_cast<float>(i % across) * (size + 8), all.y + static_cast<float>(i / across) * high, size, size};
  };
  kept.weights.begin(u);
  for (std::int64_t i = 0; i < count; ++i) kept.weights.draw(u, static_cast<std::size_t>(i), place(i));
  kept.weights.end(u);
  for (std::int64_t i = 0; i < count; ++i) {
    u.text({place(i).x, place(i).bottom(), size, 16}, unit_name(lab, i), u.theme->soft, kSmall, Weight::regular, Align::center);
    u.note_item("cases.weight." + std::to_string(i), unit_name(lab, i), "img", "", place(i));
  }
  if (count < units_of(s)) column.paragraph(fill(u("cases.weights_first"), {std::to_string(count), with_commas(units_of(s))}), u.theme->faint);
}

void said_view(CasesLab& lab, Column& column, const CaseRun& run, const SaidOfPicture& said, std::optional<double> truth, PredictionKept& kept) {
  Ui& u = lab.controls();
  const CaseSettings& s = run.settings();
  const std::string flow = "x " + tensor_text(picture_tensor(s, 1)) + "  →  z = model(x) " + tensor_text({{1, s.outputs()}, "torch.float32"});
  column.paragraph(flow, u.theme->soft);
  if (said.output.empty()) return;
  const double z = static_cast<double>(said.output.front());
  if (s.kind == CaseKind::scores) {
    say(lab, column, "cases.output", u("cases.output_label"), "z = " + grouped(z, 4), u.theme->ink);
    return score_scale(lab, column.rest.cut_top(46), z, truth);
  }
  if (s.one_number()) {
    const double p = said.probabilities[1];
    say(lab, column, "cases.output", u("cases.output_label"), "z = " + grouped(z, 4) + ",  σ(z) = 1/(1 + e^(−z)) = " + grouped(p, 4), u.theme->ink);
  }
  const bool beside = s.hidden.empty() && !s.one_number() && !s.table();
  if (beside) show_weights(run, kept.weights, s.outputs());
  const float high = beside ? 30.0F : 24.0F;
  const Rect all = column.rest.cut_top(high * static_cast<float>(said.probabilities.size()));
  const auto row_at = [&](std::size_t k) { return Rect{all.x, all.y + high * static_cast<float>(k), all.w, high}; };
  if (beside) {
    kept.weights.begin(u);
    for (std::size_t k = 0; k < said.probabilities.size(); ++k) kept.weights.draw(u, k, {all.x, row_at(k).y + 2, 26, 26});
    kept.weights.end(u);
  }
  const double most = *std::max_element(said.probabilities.begin(), said.probabilities.end());
  for (std::size_t k = 0; k < said.probabilities.size(); ++k) {
    Rect row = row_at(k);
    const double p = said.probabilities[k];
    const bool is = truth && *truth == static_cast<double>(s.classes[k]);
    const std::string name = kind_name(lab, static_cast<int>(k));
    const std::string logit = s.one_number() ? std::string() : grouped(static_cast<double>(said.output[k]), 3);
    u.note_item("cases.class." + std::to_string(k), name, "status", (logit.empty() ? "" : "z = " + logit + ", ") + "p = " + grouped(p, 4), row);
    if (beside) row.cut_left(32);
    u.text(row.cut_left(72), name, is ? u.theme->ink : u.theme->soft, kLabel, is ? Weight::bold : Weight::regular);
    if (!s.one_number()) u.text(row.cut_left(58), logit, u.theme->ink, kLabel, Weight::regular, Align::right);
    const Rect number = row.cut_right(58);
    u.text(number, percent(p), u.theme->ink, kLabel, Weight::regular, Align::right);
    row.cut_left(10);
    probability_bar(lab, row, p, p == most, s.kind == CaseKind::yes_no && k == 1 ? std::optional(s.threshold) : std::nullopt);
  }
  if (s.kind == CaseKind::one_of_ten || !s.one_output) column.paragraph(u("cases.softmax_says"), u.theme->faint);
}

} // namespace downhill::walk
