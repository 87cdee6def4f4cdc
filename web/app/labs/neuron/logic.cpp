// Zeros and ones: the task and the unit's numbers, the truth table, whether it does the task, and why none can where none can.
#include "app/labs/neuron/parts.hpp"

#include <algorithm>

namespace downhill::cell {
namespace {

constexpr const char* kSubscripts[] = {"₁", "₂", "₃", "₄"};
constexpr const char* kWeights[] = {"/w1", "/w2", "/w3", "/w4"};
constexpr const char* kInputs[] = {"/logic/x1", "/logic/x2", "/logic/x3", "/logic/x4"};
constexpr SliderRange kWeightRange{.least = -kLogicWeightMost, .most = kLogicWeightMost, .parts = 2};
constexpr SliderRange kThresholdRange{.least = -6, .most = 6, .parts = 2};

std::string x_name(int i) { return std::string("x") + kSubscripts[i]; }

void task_choice(const Scene& s, Column& column) {
  const FieldId id{{}, "/logic/task"};
  const FieldInfo info = s.lab.field_of(id);
  std::vector<std::string> names;
  int chosen = 0;
  for (const std::string_view each : info.ids) {
    if (each == s.model.logic().task) chosen = static_cast<int>(names.size());
    names.push_back(choice_name(id.pointer, each));
  }
  Rect row = column.row();
  s.ui.label(id.text(), row.cut_left(76), field_label(id.pointer), field_help(info, id.pointer));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  if (const auto picked = s.ui.select(id.text(), row, field_label(id.pointer), labels, chosen, field_help(info, id.pointer)))
    s.lab.keep(s.model.choose_task(info.ids[static_cast<std::size_t>(*picked)]));
}

void counts(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  Rect row = column.row();
  const FieldId id{{}, "/logic/inputs"};
  ui.label(id.text(), row.cut_left(76), field_label(id.pointer), field_help(s.lab.field_of(id), id.pointer));
  const int now = s.model.logic().inputs;
  int chosen = now - 1;
  ui.segmented("neuron.inputs", row.min(), {"1", "2", "3", "4"}, chosen);
  if (chosen != now - 1) s.lab.keep(s.model.set_inputs(chosen + 1));
  row = column.row();
  const FieldId layers{{}, "/logic/layers"};
  ui.label(layers.text(), row.cut_left(76), field_label(layers.pointer), field_help(s.lab.field_of(layers), layers.pointer));
  int two = s.model.logic().two_layers ? 1 : 0;
  const int before = two;
  ui.segmented("neuron.layers", row.min(), {ui("choice./logic/layers.1"), ui("choice./logic/layers.2")}, two);
  if (two != before) s.lab.keep(s.model.set_layers(two + 1));
}

void unit_sliders(const Scene& s, Column& column, Which which, std::string_view title) {
  if (!title.empty()) column.title(title);
  const std::string at(NeuronModel::pointer_of(which));
  const int inputs = which == Which::unit ? s.model.logic().inputs : 2;
  for (int i = 0; i < inputs; ++i) field_slider(s, column.row(), at + kWeights[i], kWeightRange, 30, 56, std::string("w") + kSubscripts[i]);
  field_slider(s, column.row(), at + "/threshold", kThresholdRange, 30, 56, "θ");
}

// In 1943 an input has no weight: it excites or inhibits.
void wires(const Scene& s, Column& column) {
  for (int i = 0; i < s.model.logic().inputs; ++i) field_segments(s, column, kInputs[i], "neuron.wire." + std::to_string(i + 1));
  field_slider(s, column.row(), "/logic/threshold", {.least = -1, .most = 5, .parts = 1}, 76);
}

std::string inputs_of(const LogicSettings& s, int row) {
  std::string text;
  for (int i = 0; i < s.inputs; ++i) text += (i > 0 ? ", " : "") + x_name(i) + " = " + (input_in(row, s.inputs, i) ? "1" : "0");
  return text;
}

// The sum of a row's weights: "w₁ + w₂", or 0.
std::string sum_text(const LogicSettings& s, int row) {
  std::string text;
  for (int i = 0; i < s.inputs; ++i)
    if (input_in(row, s.inputs, i)) text += (text.empty() ? "w" : " + w") + std::string(kSubscripts[i]);
  return text.empty() ? "0" : text;
}

// The same of two rows together: "w₁ + w₂ + 2w₃".
std::string sum_of_two(const LogicSettings& s, int a, int b) {
  std::string text;
  for (int i = 0; i < s.inputs; ++i) {
    const int count = input_in(a, s.inputs, i) + input_in(b, s.inputs, i);
    if (count > 0) text += (text.empty() ? "" : " + ") + std::string(count == 2 ? "2w" : "w") + kSubscripts[i];
  }
  return text.empty() ? "0" : text;
}

// "0.5·1 + (−1)·0": a unit's sum in a row of what it sees.
std::string terms(const Unit& unit, int row, int inputs) {
  std::string text;
  for (int i = 0; i < inputs; ++i) {
    const double w = unit.weights[static_cast<std::size_t>(i)];
    const std::string number = w < 0 && i > 0 ? "(" + height_text(w) + ")" : height_text(w);
    text += (i > 0 ? " + " : "") + number + "·" + (input_in(row, inputs, i) ? "1" : "0");
  }
  return text;
}
std::string fires_text(const std::string& sum, double value, double threshold, const std::string& name) {
  const bool on = reaches(value, threshold);
  return sum + " = " + height_text(value) + (on ? " ≥ " : " < ") + height_text(threshold) + " → " + name + " = " + (on ? "1" : "0");
}

// A row worked out.
std::string working(const Scene& s, int row) {
  const LogicSettings& logic = s.model.logic();
  const LogicRow& it = s.model.rows()[static_cast<std::size_t>(row)];
  const std::string y = "y";
  if (logic.two_layers) {
    const int between = (it.hidden[0] ? 2 : 0) + (it.hidden[1] ? 1 : 0);
    std::string text;
    for (const std::size_t h : {0U, 1U})
      text += fires_text(terms(logic.hidden[h], row, 2), it.hidden_sums[h], logic.hidden[h].threshold, h == 0 ? "h₁" : "h₂") + "\n";
    return text + fires_text(terms(logic.output, between, 2), it.sum, logic.output.threshold, y);
  }
  if (!logic.veto) return fires_text(terms(logic.unit, row, logic.inputs), it.sum, logic.unit.threshold, y);
  if (it.vetoed) return std::string(s.ui("neuron.veto")) + " → y = 0";
  return fires_text("Σ", it.sum, logic.unit.threshold, y);
}

} // namespace

void logic_setup(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  task_choice(s, column);
  counts(s, column);
  const LogicSettings& logic = s.model.logic();
  if (!logic.two_layers) field_segments(s, column, "/logic/kind", "neuron.kind");
  column.rule();
  if (logic.two_layers) {
    unit_sliders(s, column, Which::first, "h₁");
    unit_sliders(s, column, Which::second, "h₂");
    unit_sliders(s, column, Which::output, ui("neuron.output"));
  } else if (logic.veto) {
    wires(s, column);
  } else {
    unit_sliders(s, column, Which::unit, "");
  }
  column.rest.cut_top(4);
  column.paragraph(logic.veto && !logic.two_layers ? ui("neuron.fires_veto") : ui("neuron.fires_at"), ui.theme->soft);
}

void truth_table(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const LogicSettings logic = s.model.logic();
  const std::vector<LogicRow> rows = s.model.rows();
  const int columns = logic.inputs + (logic.two_layers ? 2 : 0) + 4;
  const float wide = column.rest.w / static_cast<float>(columns), height = ui.touch ? 36 : logic.inputs == 4 ? 22.0F : 26.0F;
  const auto cell = [&](Rect& row, std::string_view text, std::uint32_t color, Weight weight = Weight::regular) {
    ui.text(row.cut_left(wide), text, color, kText, weight, Align::center);
  };
  Rect head = column.row(22);
  for (int i = 0; i < logic.inputs; ++i) cell(head, x_name(i), ui.theme->faint);
  if (logic.two_layers) cell(head, "h₁", ui.theme->faint), cell(head, "h₂", ui.theme->faint);
  for (const std::string_view name : {std::string_view("Σ"), ui("neuron.fires"), ui("neuron.wanted"), std::string_view("")}) cell(head, name, ui.theme->faint);
  ui.line({column.rest.x, column.rest.y}, {column.rest.right(), column.rest.y});
  for (int r = 0; r < static_cast<int>(rows.size()); ++r) {
    const LogicRow& it = rows[static_cast<std::size_t>(r)];
    Rect row = column.rest.cut_top(height);
    const Rect whole = row;
    if (!it.right()) ui.draw()->AddRectFilled(whole.min(), whole.max(), faded(ui.theme->bad, 0.12F), 4);
    if (r + 1 == s.model.step()) ui.draw()->AddRect(whole.min(), whole.max(), ui.theme->accent, 4, 0, 2);
    for (int i = 0; i < logic.inputs; ++i) cell(row, input_in(r, logic.inputs, i) ? "1" : "0", input_in(r, logic.inputs, i) ? ui.theme->ink : ui.theme->faint);
    if (logic.two_layers)
      for (const bool h : it.hidden) cell(row, h ? "1" : "0", h ? ui.theme->ink : ui.theme->faint);
    const std::string sum = it.vetoed ? std::string(ui("neuron.veto")) : height_text(it.sum);
    cell(row, sum, it.vetoed ? ui.theme->bad : ui.theme->soft);
    cell(row, it.fires ? "1" : "0", it.right() ? ui.theme->ink : ui.theme->bad, Weight::bold);
    const Rect wanted = row.cut_left(wide);
    const std::string id = "neuron.want." + std::to_string(r);
    const Ui::Press press = ui.press(id, wanted);
    ui.draw()->AddRectFilled(wanted.inset(8, 3).min(), wanted.inset(8, 3).max(), press.hovered ? ui.theme->line : ui.theme->fill, 5);
    ui.text(wanted, it.wanted ? "1" : "0", ui.theme->ink, kText, Weight::regular, Align::center);
    ui.explained(id, inputs_of(logic, r) + ": " + std::string(ui("neuron.wanted")), "checkbox", it.wanted ? "true" : "false", wanted, ui("help.neuron.want"));
    cell(row, it.right() ? ui("neuron.right") : ui("neuron.wrong"), it.right() ? ui.theme->positive : ui.theme->bad, Weight::bold);
    ui.note_item("neuron.row." + std::to_string(r), inputs_of(logic, r), "note",
                 fill(ui("neuron.row"), {sum, it.fires ? "1" : "0", it.wanted ? "1" : "0", it.right() ? ui("neuron.right") : ui("neuron.wrong")}),
                 {whole.x, whole.y, 1, whole.h});
    if (press.pressed) s.lab.keep(s.model.turn_wanted(r));
  }
}

void verdict(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const LogicSettings& logic = s.model.logic();
  const int wrong = s.model.wrong();
  if (s.model.step() > 0) {
    const std::string words = working(s, s.model.step() - 1);
    const Rect at = column.rest;
    column.paragraph(words, ui.theme->ink);
    ui.note_item("neuron.working", ui("neuron.working"), "status", words, {at.x, at.y, at.w, column.rest.y - at.y});
  }
  column.rest.cut_top(6);
  const std::string words = wrong == 0 ? std::string(ui("neuron.all_right")) : fill(ui("neuron.wrong_rows"), {std::to_string(wrong)});
  const Rect row = column.row(24);
  ui.text(row, words, wrong == 0 ? ui.theme->positive : ui.theme->bad, kTitle, Weight::bold);
  ui.note_item("neuron.verdict", ui("neuron.verdict"), "status", words, row);
  if (s.lab.untried()) return; // first the student tries
  if (const auto& against = s.model.against()) {
    const auto [a, b] = against->fire;
    const auto [c, d] = against->silent;
    const std::string proof =
        fill(ui("neuron.proof"), {sum_text(logic, a), sum_text(logic, b), sum_text(logic, c), sum_text(logic, d), sum_of_two(logic, a, b)});
    const Rect at = column.rest;
    column.paragraph(proof, ui.theme->ink);
    ui.note_item("neuron.proof", ui("neuron.why_not"), "note", proof, {at.x, at.y, at.w, column.rest.y - at.y});
    column.rest.cut_top(6);
  }
  const std::string all = grouped(static_cast<double>(std::uint64_t{1} << row_count(logic.inputs)));
  std::string possible = fill(ui("neuron.possible"), {std::to_string(logic.inputs), all, grouped(static_cast<double>(possible_count(logic.inputs, false)))});
  if (logic.veto && !logic.two_layers) possible += fill(ui("neuron.possible_veto"), {grouped(static_cast<double>(possible_count(logic.inputs, true)))});
  const Rect at = column.rest;
  column.paragraph(possible, ui.theme->soft);
  ui.note_item("neuron.possible", ui("neuron.how_many"), "note", possible, {at.x, at.y, at.w, column.rest.y - at.y});
}

} // namespace downhill::cell
