// From soft to hard: the output as a slider makes it steeper, the loss over the weight with its slope, and the steps that follow it.
#include "app/labs/neuron/parts.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace downhill::cell {
namespace {

constexpr int kPoints = 600;
constexpr double kZLeast = -3, kZMost = 5;

std::string examples_words() {
  std::string text;
  for (const SoftExample& e : kSoftExamples) text += (text.empty() ? "" : ", ") + setting(e.x) + " → " + setting(e.target);
  return text;
}

} // namespace

void soft_setup(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const SoftSettings soft = s.model.soft();
  column.paragraph(fill(ui("neuron.soft_says"), {examples_words()}), ui.theme->soft);
  column.rest.cut_top(6);
  field_slider(s, column.row(), "/soft/steepness", {.least = 0.5, .most = kSteepnessMost, .logarithmic = true, .digits = 2}, 76);
  const FieldId hard{{}, "/soft/hard"};
  if (ui.check(hard.text(), column.row(), field_label(hard.pointer), soft.hard, field_help(s.lab.field_of(hard), hard.pointer)))
    s.lab.put(hard.pointer, !soft.hard);
  field_slider(s, column.row(), "/soft/threshold", {.least = -kSoftWeightMost, .most = kSoftWeightMost, .parts = 10}, 76);
  column.rule();
  field_slider(s, column.row(), "/soft/weight", {.least = -kSoftWeightMost, .most = kSoftWeightMost, .parts = 20}, 76);
  field_slider(s, column.row(), "/soft/rate", {.least = 0.01, .most = 100, .logarithmic = true, .digits = 2}, 76);
  field_slider(s, column.row(), "/soft/steps", {.least = 1, .most = 200, .parts = 1}, 76);
  run_buttons(s, column);
  column.rule();
  const SoftStand &first = s.model.path().front(), &last = s.model.stand();
  const bool moved = std::fabs(last.weight - first.weight) > 1e-4;
  const std::string words = fill(ui("neuron.soft_walk"), {std::to_string(s.model.step()), short_number(first.weight), short_number(last.weight),
                                                          short_number(first.loss), short_number(last.loss)});
  const std::string slope = fill(ui("neuron.soft_slope"), {first.slope == 0 ? "0" : short_number(first.slope)});
  const std::string right = fill(ui("neuron.soft_right"), {std::to_string(soft_right(soft, last.weight)), std::to_string(kSoftExamples.size())});
  const auto say = [&](const char* id, const std::string& text, std::uint32_t color) {
    const Rect at = column.rest;
    column.paragraph(text, color);
    ui.note_item(id, ui("choice./part.soft"), "status", text, {at.x, at.y, at.w, column.rest.y - at.y});
    column.rest.cut_top(4);
  };
  say("neuron.soft.slope", slope, ui.theme->ink);
  say("neuron.soft.walk", words, moved || s.model.step() == 0 ? ui.theme->ink : ui.theme->bad);
  say("neuron.soft.right", right, soft_right(soft, last.weight) == static_cast<int>(kSoftExamples.size()) ? ui.theme->positive : ui.theme->ink);
  if (s.model.step() > 0) column.paragraph(soft.hard ? ui("neuron.soft_hard") : moved ? ui("neuron.soft_moves") : ui("neuron.soft_stuck"), ui.theme->soft);
}

void soft_output_plot(const Scene& s, Rect box) {
  const SoftSettings soft = s.model.soft();
  PlotSpec spec;
  spec.id = "neuron.output";
  spec.x_title = s.ui("neuron.z");
  spec.y_title = s.ui("neuron.soft_output");
  spec.x_least = kZLeast, spec.x_most = kZMost;
  spec.y_from = -0.1, spec.y_to = 1.1;
  spec.x_text = [](double x) { return "z = " + grouped(x, 2); };
  Series curve;
  curve.label = soft.hard ? s.ui("neuron.step_function") : "σ(k(z − θ))", curve.color = s.ui.theme->accent;
  for (int i = 0; i <= kPoints; ++i) {
    const double z = kZLeast + (kZMost - kZLeast) * i / kPoints;
    curve.x.push_back(z), curve.y.push_back(soft_output(soft, z));
  }
  // where the examples are at the end of the way
  const double weight = s.model.stand().weight;
  for (const SoftExample& e : kSoftExamples) {
    const double z = weight * e.x;
    if (z >= kZLeast && z <= kZMost)
      spec.marks.push_back({z, soft_output(soft, z), e.target > 0.5 ? s.ui.theme->positive : s.ui.theme->negative, e.target > 0.5});
  }
  plot(s.ui, box, spec, {curve}, &s.kept.output);
}

void soft_loss_plot(const Scene& s, Rect box) {
  const SoftSettings soft = s.model.soft();
  PlotSpec spec;
  spec.id = "plot";
  spec.x_title = s.ui("neuron.weight");
  spec.y_title = s.ui("neuron.loss_and_slope");
  spec.x_least = -kSoftWeightMost, spec.x_most = kSoftWeightMost;
  spec.y_from = -1.05, spec.y_to = 1.05;
  spec.show_legend = true;
  spec.x_text = [](double x) { return "w = " + grouped(x, 2); };
  Series loss, slope;
  loss.label = s.ui("neuron.loss"), loss.color = s.ui.theme->accent;
  slope.label = s.ui("neuron.slope"), slope.color = s.ui.theme->adadelta, slope.dash = Dash::dashed;
  for (int i = 0; i <= kPoints; ++i) {
    const double w = -kSoftWeightMost + 2 * kSoftWeightMost * i / kPoints;
    const SoftStand at = soft_at(soft, w);
    loss.x.push_back(w), loss.y.push_back(at.loss), slope.x.push_back(w), slope.y.push_back(at.slope);
  }
  for (const SoftStand& stand : std::span(s.model.path()).first(static_cast<std::size_t>(s.model.step()) + 1))
    if (std::fabs(stand.weight) <= kSoftWeightMost) spec.marks.push_back({stand.weight, stand.loss, s.ui.theme->ink, false});
  if (!spec.marks.empty()) spec.marks.back().filled = true;
  plot(s.ui, box, spec, {loss, slope}, &s.kept.loss);
}

} // namespace downhill::cell
