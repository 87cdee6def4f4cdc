#include "app/labs/cases/ending.hpp"

#include "cases/cases_csv.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

constexpr const char* kRaceId = "cases.race";

Json race_of(const CasesLab& lab) {
  Json race = race_of_case(lab.model().document());
  if (!race.is_null()) race["lab"] = "race"; // its own document may do without
  return race;
}

} // namespace

std::string metric_text(const CaseSettings& settings, double metric) {
  if (settings.kind != CaseKind::scores) return percent(metric);
  return settings.own ? grouped(metric, 3) : fill(tr(StringKey("cases.points")), {grouped(metric, 3)}); // of what unit a file's numbers are, nobody knows
}

std::string kind_name(const CasesLab& lab, int place) {
  const auto& classes = lab.model().settings().classes;
  return place >= 0 && place < static_cast<int>(classes.size()) ? lab.class_name(classes[static_cast<std::size_t>(place)]) : std::string();
}

std::string verdict_text(const CasesLab& lab) {
  const CaseRun* run = lab.model().data() ? lab.model().run() : nullptr;
  if (!run || !run->ended()) return {};
  if (run->diverged()) return fill(tr(StringKey("cases.diverged")), {std::to_string(run->trainer().step() / run->settings().iterations() + 1)});
  const CaseSaid& said = lab.said();
  if (!said.complete()) return {};
  std::string tested = metric_text(run->settings(), said.test().metric);
  if (run->settings().kind == CaseKind::yes_no) tested += " (" + std::string(tr(StringKey("cases.threshold_axis"))) + " 0.5)"; // whatever is looked at
  return fill(tr(run->settings().kind == CaseKind::scores ? StringKey("cases.tested_points") : StringKey("cases.tested")),
              {tested, grouped(said.test().loss, 4), metric_text(run->settings(), said.test_baseline())});
}

void verdict(CasesLab& lab, Column& column) {
  const std::string text = verdict_text(lab);
  if (text.empty()) return;
  Ui& u = lab.controls();
  const bool diverged = lab.model().run()->diverged();
  say(lab, column, "cases.verdict", u("cases.part.test"), text, diverged ? u.theme->bad : u.theme->ink);
}

void race_button(CasesLab& lab, Column& column) {
  Ui& u = lab.controls();
  Json race = race_of(lab);
  if (race.is_null()) return;
  Rect row = column.row();
  if (u.button(kRaceId, row.cut_left(std::min(row.w, u.text_width(u("cases.race")) + 26)), u("cases.race"))) lab.lead({{"document", std::move(race)}});
}

void add_race_field(const CasesLab& lab, Json& out) {
  if (!race_of(lab).is_null()) out.push_back(form_button(kRaceId, tr(StringKey("cases.race")), tr(StringKey("help.control.cases.race"))));
}

bool press_race(CasesLab& lab, const std::string& id) {
  if (id != kRaceId) return false;
  if (Json race = race_of(lab); !race.is_null()) lab.lead({{"document", std::move(race)}});
  return true;
}

std::string untrained_words(const CasesLab& lab) {
  const CaseRun* run = lab.model().run();
  if (!run || run->ended()) return {};
  return std::string(run->trainer().step() == 0 ? tr(StringKey("cases.untrained")) : tr(StringKey("cases.half_trained")));
}

std::string training_csv(const CaseRun& run) {
  std::string out = cases_csv(run);
  if (!run.ended()) out.resize(out.find("part,"));
  return out;
}

ImageSheet& TestSheet::sheet(const CaseData& data) {
  if (of_ != data.held) {
    of_ = data.held;
    ++version_;
    pixels_.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(data.size(CasePart::test)); ++i) {
      const auto picture = data.picture(CasePart::test, i);
      pixels_.insert(pixels_.end(), picture.begin(), picture.end());
    }
  }
  const auto& shape = data.source().shape;
  const int width = shape.size() == 2 ? static_cast<int>(shape[1]) : 1, height = shape.size() == 2 ? static_cast<int>(shape[0]) : 1;
  if (shape.size() != 2) pixels_.assign(static_cast<std::size_t>(data.size(CasePart::test)), 0); // a table's rows are blank squares
  sheet_.set_pixels(pixels_, static_cast<std::size_t>(data.size(CasePart::test)), width, height, version_);
  return sheet_;
}

} // namespace downhill::walk
