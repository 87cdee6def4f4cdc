// The four pairs of training and test error that the book tells apart, each with a run of the Race that shows one of the kind.
#include "app/labs/fit/parts.hpp"

#include "app/presets.hpp"

#include <algorithm>

namespace downhill::fitting {
namespace {

struct Case {
  std::string_view id; ///< its words: fit.case.ID
  std::string_view preset;
  double train, test; ///< the book's numbers, in percent
};
constexpr Case kCases[] = {
    {"high_variance", "case_high_variance", 5, 20}, {"odd", "case_odd", 20, 5}, {"both", "case_both", 20, 30}, {"good", "case_good", 1, 2}};
constexpr double kMostShown = 32; // percent, the width of the bars

class DiagnosisPart final : public Part {
public:
  explicit DiagnosisPart(FitLab& lab) : Part(lab) {}
  void draw(Rect box, Room room) override;
  std::string csv(std::string_view plot) const override;
  void add_results(Json&, Json* curve) const override {
    if (curve)
      for (const Case& each : kCases) curve->push_back({each.train / 100, each.test / 100});
  }
  std::string spoken() const override { return std::string(lab_.controls()("fit.cases_says")); }

private:
  void card(Rect box, const Case& each);
  void bar(Rect row, std::string_view name, double value, std::uint32_t color) const;
};

void DiagnosisPart::bar(Rect row, std::string_view name, double value, std::uint32_t color) const {
  Ui& ui = lab_.controls();
  ui.text(row.cut_left(72), name, ui.theme->soft, kLabel);
  const Rect number = row.cut_right(44);
  const float width = row.w * static_cast<float>(value / kMostShown);
  ui.draw()->AddRectFilled({row.x, row.y + 5}, {row.x + width, row.bottom() - 5}, color, 3);
  ui.text(number, setting(value) + " %", ui.theme->ink, kText, Weight::bold, Align::right);
}

void DiagnosisPart::card(Rect box, const Case& each) {
  Ui& ui = lab_.controls();
  const std::string id(each.id);
  ui.panel(box);
  box = box.inset(kPadding, kPadding);
  const std::string title = fill(ui("fit.case_title"), {setting(each.train), setting(each.test)});
  const Rect head = box.cut_top(24);
  ui.text(head, title, ui.theme->ink, kTitle, Weight::bold);
  bar(box.cut_top(24), ui("fit.train_of"), each.train, ui.theme->accent);
  bar(box.cut_top(24), ui("fit.test_of"), each.test, ui.theme->adadelta);
  box.cut_top(4);
  const bool there = !preset_of(std::string(each.preset)).is_null();
  Rect row = box.cut_bottom(ui.control_height());
  const std::string_view words = ui.by_id("fit.case." + id);
  ui.paragraph(box, words, ui.theme->soft);
  ui.note_item("fit.case_words." + id, title, "note", std::string(words), box);
  const std::string_view open = ui("fit.case_open");
  if (ui.button("fit.case." + id, row.cut_left(ui.text_width(open, kText, Weight::bold) + 28), open, true, there)) lab_.lead_to(std::string(each.preset));
}

void DiagnosisPart::draw(Rect box, Room room) {
  Ui& ui = lab_.controls();
  const int columns = room == Room::wide ? 4 : room == Room::medium ? 2 : 1;
  constexpr float kCard = 230;
  Column column(ui, "fit.cases", box, false);
  column.paragraph(ui("fit.cases_says"), ui.theme->ink);
  column.rest.cut_top(kGrid);
  const float width = (column.rest.w - kGrid * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const int count = static_cast<int>(std::size(kCases));
  for (int i = 0; i < count; i += columns) {
    Rect row = column.rest.cut_top(kCard);
    column.rest.cut_top(kGrid);
    for (int k = i; k < std::min(count, i + columns); ++k) card(row.cut_left(width), kCases[k]), row.cut_left(kGrid);
  }
  column.paragraph(ui("fit.cases_note"), ui.theme->soft);
}

std::string DiagnosisPart::csv(std::string_view plot) const {
  if (plot == "view") return {};
  std::string out = "case,train_error,test_error\n";
  for (const Case& each : kCases) out += std::string(each.id) + "," + shortest_text(each.train / 100) + "," + shortest_text(each.test / 100) + "\n";
  return out;
}

} // namespace

std::unique_ptr<Part> diagnosis_part(FitLab& lab) { return std::make_unique<DiagnosisPart>(lab); }

} // namespace downhill::fitting
