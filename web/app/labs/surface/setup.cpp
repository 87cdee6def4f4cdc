// Which surface: one of the table, with its parameters, or a formula that is typed; where to start, how many steps.
#include "app/labs/surface/parts.hpp"

#include <algorithm>

namespace downhill::hills {

namespace {

// "100*(y - x^2)^2" as a book has it.
std::string readable(std::string text) {
  for (const auto& [from, to] : {std::pair{"**", "^"}, {"*", "·"}, {"^2", "²"}, {" - ", " − "}})
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + std::string_view(to).size()))
      text.replace(at, std::string_view(from).size(), to);
  return text;
}

// One of the two classes or directions: the other one changes places with it.
void one_of_two(const Scene& s, Rect box, const char* key, std::size_t place) {
  const std::string pointer = "/surface/" + std::string(key) + "/" + std::to_string(place);
  const FieldInfo info = s.lab.field_of({{}, pointer});
  if (info.value.is_null()) return; // points are given, or an edit earlier in this frame took it away
  std::vector<std::string_view> labels;
  int chosen = 0;
  const std::string now = info.value.is_string() ? info.value.get<std::string>() : std::to_string(info.value.get<int>());
  for (const std::string_view id : info.ids) {
    if (id == now) chosen = static_cast<int>(labels.size());
    labels.push_back(s.ui.by_id(info.choices + std::string(id)));
  }
  const std::string id = FieldId{{}, pointer}.text(), label = field_label(pointer), help(field_help(info, pointer));
  s.ui.label(id, box.cut_left(62), label, help);
  const auto picked = s.ui.select(id, box, label, labels, chosen, help);
  if (!picked) return;
  const Json value = info.value.is_string() ? Json(info.ids[static_cast<std::size_t>(*picked)]) : Json(*picked);
  s.lab.later([&model = s.model, key, place, value] { return model.set_one_of_two(key, place, value); });
}

} // namespace

void setup(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "surface.setup", box, false);
  ui.label("field:/surface", column.row(22), ui("surface.choose"), ui("help./surface"));
  const int columns = std::max(1, static_cast<int>((column.rest.w + 6) / 92));
  const float width = (column.rest.w - 6 * static_cast<float>(columns - 1)) / static_cast<float>(columns), height = ui.control_height();
  const Rect start = column.rest;
  int i = 0;
  for (const SurfaceEntry& entry : surfaces()) {
    const std::string id(entry.id), name(ui.by_id("choice./surface." + id));
    const bool on = entry.id == s.model.entry().id;
    const Rect at{start.x + (width + 6) * static_cast<float>(i % columns), start.y + (height + 6) * static_cast<float>(i / columns), width, height};
    ++i;
    const Ui::Press press = ui.press("surface.of." + id, at);
    ui.draw()->AddRectFilled(at.min(), at.max(), press.hovered ? ui.theme->fill : ui.theme->panel, 7);
    ui.draw()->AddRect(at.min(), at.max(), on ? ui.theme->accent : ui.theme->line, 7, 0, on ? 2.0F : 1.0F);
    ui.text(at.inset(6, 0), name, on ? ui.theme->accent : ui.theme->ink, kLabel, on ? Weight::bold : Weight::regular, Align::center);
    ui.explained("surface.of." + id, name, "radio", on ? "true" : "false", at, ui.by_id("help.surface." + id));
    if (press.pressed && !on) {
      s.kept.picture.zoomed.reset();
      s.lab.later([&model = s.model, chosen = entry.id] { return model.choose(chosen); });
    }
  }
  column.rest.cut_top((height + 6) * static_cast<float>((i + columns - 1) / columns));
  column.rule();
  // what it is
  const std::string formula = s.model.entry().over_points() ? std::string() : formula_of(s.model.settings());
  if (s.model.entry().typed()) {
    Rect row = column.row();
    ui.text(row.cut_left(28), "f =", ui.theme->soft, kText);
    ui.number("surface.formula", row, ui("surface.formula"), formula, ui("help.surface.formula"));
  } else if (!formula.empty()) {
    const std::string own = "surface.formula." + std::string(s.model.entry().id); // where numbers of parameters would hide it
    const std::string_view words = ui.by_id(own);
    column.paragraph("f = " + (words == own ? readable(formula) : std::string(words)), ui.theme->soft);
  } else {
    column.paragraph(ui.by_id("help.surface." + std::string(s.model.entry().id)), ui.theme->soft);
  }
  if (const auto& losses = s.model.entry().losses; losses.size() > 1) {
    std::vector<std::string_view> labels;
    int chosen = 0;
    for (std::size_t k = 0; k < losses.size(); ++k) {
      labels.push_back(ui.by_id("loss." + std::string(losses[k].id)));
      if (losses[k].id == s.model.settings().loss) chosen = static_cast<int>(k);
    }
    if (const auto picked = ui.select("surface.loss", column.row(), ui("surface.loss"), labels, chosen, ui("help.surface.loss")))
      return s.lab.keep(s.model.set_loss(losses[static_cast<std::size_t>(*picked)].id));
  }
  if (s.model.entry().images)
    for (const char* key : {"classes", "along"})
      for (const std::size_t place : {0U, 1U}) one_of_two(s, column.row(), key, place);
  for (const ParameterSpec& spec : s.model.entry().parameters)
    if (spec.name.find('/') == std::string_view::npos) s.lab.slider(column.row(), {{}, "/surface/" + std::string(spec.name)}, 62, 62);
  // starts
  const Place at = s.lab.base_start();
  Rect row = column.row();
  ui.label("field:/start", row.cut_left(62), ui("surface.start"), ui("help./start"));
  ui.number("surface.y", row.cut_right(62), "y", setting(at.y), ui("help./start"));
  row.cut_right(6);
  ui.number("surface.x", row.cut_right(62), "x", setting(at.x), ui("help./start"));
  const std::size_t lane = s.looks.lane;
  const bool own = s.model.has_own_start(lane);
  if (ui.check("surface.own", column.row(), fill(ui("surface.own_start"), {s.names[lane]}), own, ui("help.surface.own_start")))
    return s.lab.keep(s.model.own_start(lane, !own));
  if (s.model.entry().over_points()) {
    // how many points a step looks at: here it means something
    const FieldId batch{lane, "/batch"};
    row = column.row();
    ui.label(batch.text(), row.cut_left(row.w - 74), fill(ui("surface.batch_of"), {s.names[lane]}), ui("help./batch"));
    ui.number(batch.text(), row, ui("surface.batch"), s.lab.text_of(batch), ui("help./batch"));
  }
  row = column.row();
  ui.label("field:/steps", row.cut_left(62), ui("surface.steps"), ui("help./steps"));
  ui.number("field:/steps", row.cut_right(80), ui("surface.steps"), grouped(static_cast<double>(s.model.steps())), ui("help./steps"));
}

} // namespace downhill::hills
