// The controls that several parts of the lab Fit have: the function, the points, the model.
#include "app/labs/fit/parts.hpp"

#include "app/core/fit_form.hpp"
#include "app/core/typed_number.hpp"
#include "network/activation.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

constexpr float kFitLabel = 92, kFitNumber = 60;

std::string fit_choice(std::string_view pointer, std::string_view id) { return std::string(tr_id("choice." + std::string(pointer) + "." + std::string(id))); }

// One of several named things, behind a field's label.
std::optional<std::size_t> chosen_of(FitLab& lab, Column& column, std::string_view pointer, std::span<const std::string> names, std::size_t now) {
  Ui& ui = lab.controls();
  const FieldId id{{}, std::string(pointer)};
  const FieldInfo info = lab.field_of(pointer);
  Rect row = column.row();
  ui.label(id.text(), row.cut_left(kFitLabel), field_label(id.pointer), field_help(info, id.pointer));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  const auto picked = ui.select(id.text(), row, field_label(id.pointer), labels, static_cast<int>(now), field_help(info, id.pointer));
  return picked ? std::optional(static_cast<std::size_t>(*picked)) : std::nullopt;
}

// A slider of this lab's own, for what is no field by itself.
std::optional<double> own_slider(FitLab& lab, Rect box, const std::string& id, std::string_view label, std::string_view help, double value,
                                 const SliderRange& range, const std::string& text) {
  Ui& ui = lab.controls();
  box = {box.x, box.y + (box.h - ui.control_height()) / 2, box.w, ui.control_height()};
  const auto moved = ui.slider_field(
      {.id = id, .label = label, .text = text, .help = help, .value = value, .range = range, .label_px = kFitLabel, .number_px = kFitNumber, .explains = id},
      box);
  if (!ui.slider_held) lab.let_go();
  return moved;
}

void drawn_height(FitLab& lab, Column& column, int& height) {
  Ui& ui = lab.controls();
  FitLabModel& model = lab.model();
  const auto& heights = model.settings().target.heights;
  height = std::clamp(height, 0, static_cast<int>(heights.size()) - 1);
  const double last = static_cast<double>(heights.size() - 1), y = heights[static_cast<std::size_t>(height)];
  column.paragraph(ui("fit.draw_here"), ui.theme->soft);
  const std::string place = "x = " + setting(model.grain_x() * std::round(model.height_place(static_cast<std::size_t>(height)) / model.grain_x()));
  if (const auto to = own_slider(lab, column.row(), "fit.drawn.place", ui("fit.drawn_place"), ui("help.fit.drawn_place"), height,
                                 {.least = 0, .most = last, .parts = 1}, std::to_string(height + 1)))
    height = static_cast<int>(*to);
  const auto [low, high] = model.heights_shown();
  if (const auto to =
          own_slider(lab, column.row(), "fit.drawn.height", place, ui("help.fit.drawn_height"), y, {.least = low, .most = high, .digits = 2}, setting(y)))
    lab.keep(model.set_height(static_cast<std::size_t>(height), *to, ui.slider_held));
}

void own_point(FitLab& lab, Column& column, int& chosen) {
  Ui& ui = lab.controls();
  FitLabModel& model = lab.model();
  const auto& points = model.points();
  chosen = std::clamp(chosen, 0, static_cast<int>(points.size()) - 1);
  const auto which = static_cast<std::size_t>(chosen);
  const FitPoint at = points[which];
  if (const auto to = own_slider(lab, column.row(), "fit.point", ui("fit.point"), ui("help.fit.point"), chosen + 1,
                                 {.least = 1, .most = static_cast<double>(points.size()), .parts = 1}, std::to_string(chosen + 1)))
    chosen = static_cast<int>(*to) - 1;
  const FitSettings& s = model.settings();
  const auto [low, high] = model.heights_shown();
  if (const auto to = own_slider(lab, column.row(), "fit.point.x", "x", ui("help.fit.point_x"), at.x, {.least = s.low, .most = s.high}, setting(at.x)))
    lab.keep(model.move_point(which, {*to, at.y}, ui.slider_held));
  if (const auto to = own_slider(lab, column.row(), "fit.point.y", "y", ui("help.fit.point_y"), at.y, {.least = low, .most = high}, error_text(at.y)))
    lab.keep(model.move_point(which, {at.x, *to}, ui.slider_held));
}

void training_rows(FitLab& lab, Column& column) {
  field_slider(lab, column.row(), "/model/epochs", {.least = 10, .most = 10000, .logarithmic = true, .parts = 1, .digits = 2});
  if (!lab.field_of("/model/optimizer/lr").value.is_null())
    field_slider(lab, column.row(), "/model/optimizer/lr", {.least = 1e-4, .most = 1, .logarithmic = true, .digits = 1});
  decay_slider(lab, column.row());
}

void network_rows(FitLab& lab, Column& column) {
  Ui& ui = lab.controls();
  FitLabModel& model = lab.model();
  const auto& hidden = model.settings().model.hidden;
  if (const auto to = own_slider(lab, column.row(), "fit.layers", ui("fit.layers"), ui("help.fit.layers"), static_cast<double>(hidden.size()),
                                 {.least = 0, .most = FitLabModel::kLayersMost, .parts = 1}, std::to_string(hidden.size())))
    lab.keep(model.set_layers(static_cast<std::size_t>(*to)));
  if (hidden.empty()) return column.paragraph(ui("fit.no_hidden"), ui.theme->soft), training_rows(lab, column);
  if (const auto to = own_slider(lab, column.row(), "fit.width", ui("fit.width"), ui("help.fit.width"), static_cast<double>(model.width()),
                                 {.least = 1, .most = FitLabModel::kWidthMost, .logarithmic = true, .parts = 1}, std::to_string(model.width())))
    lab.keep(model.set_width(static_cast<std::int64_t>(*to), ui.slider_held));
  std::vector<std::string> names;
  std::vector<std::string_view> ids;
  std::size_t now = 0;
  for (const ActivationEntry& entry : activations()) {
    if (entry.id == hidden.front().activation.name) now = names.size();
    ids.push_back(entry.id), names.emplace_back(ui.by_id("activation." + std::string(entry.id)));
  }
  Rect row = column.row();
  ui.label("fit.activation", row.cut_left(kFitLabel), ui("fit.activation"), ui("help.fit.activation"));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  if (const auto pick = ui.select("fit.activation", row, ui("fit.activation"), labels, static_cast<int>(now), ui("help.fit.activation")))
    lab.keep(model.set_activation(ids[static_cast<std::size_t>(*pick)]));
  training_rows(lab, column);
  if (const auto to = own_slider(lab, column.row(), "fit.dropout", "Dropout p", ui("help.fit.dropout"), model.dropout(),
                                 {.least = 0, .most = FitLabModel::kDropMost, .parts = 20}, setting(model.dropout())))
    lab.keep(model.set_dropout(*to, ui.slider_held));
}

} // namespace

void field_slider(FitLab& lab, Rect box, std::string_view pointer, const SliderRange& range, float label_px, float number_px) {
  lab.slider(box, {{}, std::string(pointer)}, range, label_px, number_px);
}

void field_segments(FitLab& lab, Column& column, std::string_view pointer, const std::string& id) {
  lab.segments(column.row(), {{}, std::string(pointer)}, id, kFitLabel);
}

void decay_slider(FitLab& lab, Rect box) {
  Ui& ui = lab.controls();
  constexpr std::string_view kPointer = "/model/weight_decay";
  constexpr int kLeastPower = -6; // then 0
  const FieldId id{{}, std::string(kPointer)};
  const FieldInfo info = lab.field_of(kPointer);
  const double now = info.value.get<double>();
  const double power = now > 0 ? std::clamp(std::log10(now), static_cast<double>(kLeastPower), 0.0) : kLeastPower - 1;
  box = {box.x, box.y + (box.h - ui.control_height()) / 2, box.w, ui.control_height()};
  const std::string label = field_label(id.pointer), help(field_help(info, id.pointer));
  const auto moved = ui.slider_field({.id = id.text(),
                                      .label = label,
                                      .text = field_text(info),
                                      .help = help,
                                      .value = power,
                                      .range = {.least = kLeastPower - 1, .most = 0, .parts = 1},
                                      .label_px = kFitLabel,
                                      .number_px = kFitNumber,
                                      .explains = id.text()},
                                     box);
  if (moved) {
    double decay = *moved < kLeastPower ? 0 : 1;
    for (int k = static_cast<int>(*moved); decay > 0 && k < 0; ++k) decay /= 10;
    lab.put(kPointer, decay, ui.slider_held);
  }
  if (!ui.slider_held) lab.let_go();
}

void say(FitLab& lab, Column& column, const char* id, std::string_view label, const std::string& text, std::uint32_t color) {
  const Rect at = column.rest;
  column.paragraph(text, color);
  lab.controls().note_item(id, label, "status", text, {at.x, at.y, at.w, column.rest.y - at.y});
  column.rest.cut_top(kHalf);
}

std::optional<std::size_t> buttons(Ui& ui, Column& column, std::span<const ButtonText> all) {
  std::optional<std::size_t> pressed;
  Rect row = column.row();
  const float whole = row.w;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const float width = std::min(whole, ui.text_width(all[i].label, kText, all[i].accent ? Weight::bold : Weight::regular) + 24);
    if (width > row.w && row.w < whole) row = column.row();
    if (ui.button(all[i].id, row.cut_left(width), all[i].label, all[i].accent, all[i].enabled)) pressed = i;
    if (!all[i].help.empty() && !ui.items.empty() && ui.items.back().id == all[i].id) ui.items.back().help = all[i].help;
    row.cut_left(6);
  }
  return pressed;
}

void target_setup(FitLab& lab, Column& column, int& height) {
  Ui& ui = lab.controls();
  FitLabModel& model = lab.model();
  const FieldInfo info = lab.field_of("/target/name");
  std::vector<std::string> names;
  std::size_t now = 0;
  for (const std::string_view each : info.ids) {
    if (each == model.target_name()) now = names.size();
    names.push_back(fit_choice("/target/name", each));
  }
  if (const auto picked = chosen_of(lab, column, "/target/name", names, now)) lab.keep(model.choose_target(info.ids[*picked]));
  if (model.target_name() == "drawn") {
    drawn_height(lab, column, height);
  } else if (model.target_name() == "formula") {
    const FieldId id{{}, "/target/formula"};
    Rect row = column.row();
    ui.text(row.cut_left(34), "f(x) =", ui.theme->soft, kLabel);
    row.cut_left(8);
    ui.number("fit.formula", row, field_label(id.pointer), model.settings().target.formula, ui.by_id("help./target/formula"));
  } else {
    column.paragraph("f(x) = " + model.settings().target.formula, ui.theme->soft);
  }
  const FieldId interval{{}, "/interval"};
  const FieldInfo range = lab.field_of(interval.pointer);
  const Rect box = column.field(interval.text(), field_label(interval.pointer), 108, field_help(range, interval.pointer));
  ui.number(interval.text(), box, field_label(interval.pointer), field_text(range), field_help(range, interval.pointer));
}

void points_setup(FitLab& lab, Column& column, int& chosen) {
  Ui& ui = lab.controls();
  FitLabModel& model = lab.model();
  const bool own = model.own_points();
  if (!own) {
    field_slider(lab, column.row(), "/points", {.least = 2, .most = 1000, .logarithmic = true, .parts = 1, .digits = 2});
    field_segments(lab, column, "/x", "fit.even");
  }
  field_slider(lab, column.row(), "/noise", {.least = 0, .most = 1, .parts = 20});
  if (own) own_point(lab, column, chosen);
  const std::string count = std::to_string(model.points().size());
  const std::vector<ButtonText> all{{"fit.anew", std::string(ui("fit.anew"))},
                                    {"fit.add_point", std::string(ui("fit.add_point")), "", false, model.can_add_point()},
                                    {"fit.remove_point", std::string(ui("fit.remove_point")), "", false, own && model.points().size() > 1}};
  if (const auto pressed = buttons(ui, column, all)) {
    if (*pressed == 0) lab.keep(model.draw_anew());
    if (*pressed == 1) lab.keep(model.add_middle_point()), chosen = static_cast<int>(model.points().size()) - 1;
    if (*pressed == 2) lab.keep(model.remove_point(static_cast<std::size_t>(chosen)));
  }
  column.paragraph(own ? fill(ui("fit.own_points"), {count}) : std::string(ui("fit.points_here")), ui.theme->soft);
}

void model_setup(FitLab& lab, Column& column, bool or_polynomial) {
  Ui& ui = lab.controls();
  FitLabModel& model = lab.model();
  if (or_polynomial) field_segments(lab, column, "/model/name", "fit.model");
  if (model.network() || !or_polynomial) return network_rows(lab, column);
  field_slider(lab, column.row(), "/model/degree", {.least = 0, .most = kDegreeMost, .parts = 1});
  decay_slider(lab, column.row());
  column.paragraph(ui("fit.polynomial_says"), ui.theme->soft);
}

std::optional<UserError> type_shared(FitLab& lab, const std::string& id, const std::string& text, int& height, int& point) {
  FitLabModel& model = lab.model();
  const auto choose = [&](std::size_t count, int& chosen) -> std::optional<UserError> {
    const auto number = number_between(text, 1, static_cast<double>(std::max<std::size_t>(1, count)));
    if (!number) return number.error();
    return chosen = static_cast<int>(*number) - 1, std::nullopt;
  };
  if (id == "fit.formula") return model.type_formula(text);
  if (id == "fit.drawn.place") return choose(model.settings().target.heights.size(), height);
  if (id == "fit.point") return choose(model.points().size(), point);
  if (id == "fit.drawn.height") return type_fit_cell(model, "heights", static_cast<std::size_t>(std::max(0, height)), 0, text);
  if (id == "fit.point.x" || id == "fit.point.y")
    return type_fit_cell(model, "points", static_cast<std::size_t>(std::max(0, point)), id == "fit.point.x" ? 0 : 1, text);
  return {};
}

} // namespace downhill::fitting
