// Rows of a user's own table, where the other stations have pictures: numbers in columns, legibly.
#include "app/labs/cases/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

constexpr float kLine = 24, kCell = 84, kPressed = 30;
constexpr std::size_t kColumnsMost = 200; // that are listed below each other

std::string number_text(float value) {
  const auto x = static_cast<double>(value);
  const double size = std::fabs(x);
  const double unit = size >= 1000 ? 1 : size >= 1 ? 100 : 10000;
  return setting(std::round(x * unit) / unit);
}

std::span<const std::string> names_of(const CasesLab& lab) { return lab.model().data()->source().columns; }

// As much of a text as there is room for.
std::string cut(const Ui& ui, std::string text, float width, float size) {
  if (ui.text_width(text, size) <= width) return text;
  while (!text.empty() && ui.text_width(text + "…", size) > width) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) text.pop_back();
    if (!text.empty()) text.pop_back();
  }
  return text + "…";
}

} // namespace

std::optional<std::size_t> row_table(CasesLab& lab, Column& column, CasePart part, std::span<const std::uint32_t> places, std::optional<std::size_t> chosen) {
  Ui& ui = lab.controls();
  const auto names = names_of(lab);
  const float width = column.rest.w;
  const auto fit = static_cast<std::size_t>(std::max(1.0F, (width - 46 - kCell) / kCell)), shown = std::min(fit, names.size());
  const bool more = shown < names.size();
  const auto line = [&](Rect row, const std::string& number, auto cell, const std::string& answer, std::uint32_t color, Weight weight) {
    ui.text(row.cut_left(40), number, ui.theme->faint, kSmall);
    ui.text(row.cut_right(kCell), answer, color, kLabel, Weight::bold, Align::right);
    for (std::size_t c = 0; c < shown; ++c) ui.text(row.cut_left(kCell - 4), cell(c), color, kLabel, weight, Align::right), row.cut_left(4);
    if (more) ui.text(row, "…", ui.theme->faint, kLabel);
  };
  const std::string& answer = lab.model().data()->source().answer;
  line(
      column.row(kLine), "", [&](std::size_t c) { return cut(ui, names[c], kCell - 8, kLabel); },
      cut(ui, answer.empty() ? std::string(ui("cases.answer")) : answer, kCell - 4, kLabel), ui.theme->soft, Weight::regular);
  std::optional<std::size_t> pressed;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Rect box = column.row(chosen ? kPressed : kLine);
    const std::vector<float> x = lab.model().data()->input(part, places[i]);
    const std::string text = lab.answer_text(part, places[i]), id = "cases.row." + std::to_string(i);
    const bool now = chosen == i;
    if (chosen) {
      const Ui::Press press = ui.press(id, box);
      if (press.pressed) pressed = i;
      if (now || press.hovered) ui.draw()->AddRectFilled(box.min(), box.max(), mixed(ui.theme->panel, ui.theme->accent, now ? 0.18 : 0.08), 4);
    }
    line(box, std::to_string(places[i]), [&](std::size_t c) { return number_text(x[c]); }, cut(ui, text, kCell - 4, kLabel), ui.theme->ink, Weight::regular);
    std::string words;
    for (std::size_t c = 0; c < shown; ++c) words += names[c] + " " + number_text(x[c]) + "; ";
    if (chosen)
      ui.explained(id, fill(ui("cases.row"), {std::to_string(places[i])}), "button", words + text, box, ui("help.cases.row"));
    else
      ui.note_item(id, fill(ui("cases.row"), {std::to_string(places[i])}), "status", words + text, box);
  }
  return pressed;
}

void row_list(CasesLab& lab, Column& column, CasePart part, std::size_t i) {
  Ui& ui = lab.controls();
  const auto names = names_of(lab);
  const std::vector<float> x = lab.model().data()->input(part, i);
  for (std::size_t c = 0; c < std::min(kColumnsMost, names.size()); ++c) {
    const Rect whole = column.row(kLine);
    Rect row = whole;
    const float name_px = std::min(260.0F, row.w * 0.6F);
    ui.text(row.cut_left(name_px), cut(ui, names[c], name_px - 8, kLabel), ui.theme->soft, kLabel);
    ui.text(row.cut_left(110), number_text(x[c]), ui.theme->ink, kLabel, Weight::bold, Align::right);
    ui.note_item("cases.cell." + std::to_string(c), names[c], "status", number_text(x[c]), whole);
  }
  if (names.size() > kColumnsMost)
    column.paragraph(fill(ui("cases.columns_first"), {std::to_string(kColumnsMost), with_commas(static_cast<std::int64_t>(names.size()))}), ui.theme->faint);
}

void weight_list(CasesLab& lab, Column& column, std::span<const float> weights) {
  Ui& ui = lab.controls();
  const auto names = names_of(lab);
  float most = 1e-30F;
  for (const float w : weights) most = std::max(most, std::fabs(w));
  for (std::size_t c = 0; c < std::min({kColumnsMost, names.size(), weights.size()}); ++c) {
    const Rect whole = column.row(kLine);
    Rect row = whole;
    const float name_px = std::min(200.0F, row.w * 0.4F);
    ui.text(row.cut_left(name_px), cut(ui, names[c], name_px - 8, kLabel), ui.theme->soft, kLabel);
    ui.text(row.cut_right(80), number_text(weights[c]), ui.theme->ink, kLabel, Weight::regular, Align::right);
    const float middle = row.x + row.w / 2, length = row.w / 2 * std::fabs(weights[c]) / most;
    const bool plus = weights[c] >= 0;
    ui.draw()->AddRectFilled({plus ? middle : middle - length, row.y + 6}, {plus ? middle + length : middle, row.bottom() - 6},
                             plus ? ui.theme->positive : ui.theme->negative, 2);
    ui.draw()->AddLine({middle, row.y}, {middle, row.bottom()}, ui.theme->line);
    ui.note_item("cases.weight_of." + std::to_string(c), names[c], "status", number_text(weights[c]), whole);
  }
}

} // namespace downhill::walk
