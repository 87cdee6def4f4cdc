// 5. The model: its layers, through which shapes flow, and their parameters, counted by hand beside. A layer that is pressed lights its line
// in the code.
#include "app/labs/cases/parts.hpp"

#include "app/core/typed_number.hpp"
#include "network/activation.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

constexpr double kUnitsShownMost = 1024; // the slider's end; more can be typed
constexpr std::int64_t kUnitsFirst = 64;
constexpr const char* kUnitsId = "cases.units";

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string out;
  for (const std::int64_t side : shape) out += (out.empty() ? "" : "×") + with_commas(side);
  return out;
}

class ModelPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void add_fields(Json& out) const override;
  std::optional<UserError> choose_field(const std::string& id, const std::string& to) override;
  bool press(const std::string& id) override;
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  std::vector<SummaryRow> rows() const { return model_summary(lab_.model().settings()); }
  void flow(Rect box, std::span<const SummaryRow> rows);
  void table(Column& column, std::span<const SummaryRow> rows, bool narrow);
  void hidden_setup(Column& column);
  Json hidden() const { return lab_.complete()["hidden"]; }
  void toggle_hidden();
  void set_units(double units, bool held);
  std::string total_text() const;
};

// From the picture to the outputs: each layer as high as what comes in on the left and goes out on the right.
void ModelPart::flow(Rect box, std::span<const SummaryRow> rows) {
  Ui& u = ui();
  const float names = 18, tall = box.h - 2 * names, middle = box.y + names + tall / 2;
  const auto height = [&](std::int64_t units) { // as tall as a power of 2 is large: 1 and 784 shall both be seen
    return std::max(6.0F, tall * static_cast<float>(std::log2(static_cast<double>(units) + 1) / std::log2(1025.0)));
  };
  const float side = std::min({56.0F, tall, box.w * 0.16F}), gap = std::clamp(box.w * 0.05F, 10.0F, 40.0F);
  const float width = std::min(110.0F, (box.w - side) / static_cast<float>(rows.size()) - gap);
  float x = box.x + std::max(0.0F, (box.w - side - static_cast<float>(rows.size()) * (width + gap)) / 2);
  u.draw()->AddRectFilled({x, middle - side / 2}, {x + side, middle + side / 2}, u.theme->fill, 3);
  u.draw()->AddRect({x, middle - side / 2}, {x + side, middle + side / 2}, u.theme->soft, 3);
  const CaseSettings& s = lab_.model().settings();
  u.text({x - 10, middle - 8, side + 20, 16}, shape_text(s.shape), u.theme->ink, kSmall, Weight::bold, Align::center);
  u.text({x - 20, box.bottom() - names, side + 40, names}, "B×" + shape_text(picture_tensor(s).shape), u.theme->soft, kSmall, Weight::regular, Align::center);
  x += side;
  std::int64_t in = s.features();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SummaryRow& row = rows[i];
    const std::int64_t out = row.output.back();
    const float from = (i == 0 ? side : height(in)) / 2, to = height(out) / 2;
    u.line({x + 2, middle}, {x + gap - 2, middle});
    x += gap;
    const bool lit = lab_.model().lit(row.mark);
    const std::uint32_t color =
        row.parameters > 0 ? mixed(u.theme->panel, u.theme->accent, lit ? 0.5 : 0.22) : mixed(u.theme->panel, u.theme->faint, lit ? 0.5 : 0.2);
    const ImVec2 corners[] = {{x, middle - from}, {x + width, middle - to}, {x + width, middle + to}, {x, middle + from}};
    u.draw()->AddConvexPolyFilled(corners, 4, color);
    u.draw()->AddPolyline(corners, 4, lit ? u.theme->accent : u.theme->soft, ImDrawFlags_Closed, lit ? 2.0F : 1.0F);
    u.text({x - gap / 2, box.y, width + gap, names}, row.layer, u.theme->ink, kSmall, Weight::bold, Align::center);
    const std::string label = row.parameters > 0 ? with_commas(in) + " → " + with_commas(out) : std::string();
    u.text({x - gap / 2, middle - 8, width + gap, 16}, label, u.theme->ink, kSmall, Weight::regular, Align::center);
    u.text({x + width / 2 - gap / 2, box.bottom() - names, width + gap, names}, "B×" + with_commas(out), u.theme->soft, kSmall, Weight::regular, Align::center);
    const Rect area{x, middle - std::max(from, to), width, 2 * std::max(from, to)};
    const Ui::Press press = u.press("cases.block." + std::to_string(i), area);
    u.explained("cases.block." + std::to_string(i), row.layer, "button", "B×" + with_commas(out), area, u("help.cases.layer"));
    if (press.pressed) lab_.model().work(row.mark);
    x += width, in = out;
  }
}

void ModelPart::table(Column& column, std::span<const SummaryRow> rows, bool narrow) {
  Ui& u = ui();
  const float shape_px = narrow ? 88 : 104, count_px = 76;
  const auto cells = [&](Rect row, const std::string& name, const std::string& shape, const std::string& count, const std::string& hand, std::uint32_t color,
                         Weight weight) {
    row = row.inset(6, 0);
    const Rect below = narrow && !hand.empty() ? row.cut_bottom(16) : Rect();
    const float name_px = narrow ? row.w - shape_px - count_px : std::min(130.0F, row.w * 0.28F);
    u.text(row.cut_left(name_px), name, color, kLabel, weight);
    u.text(row.cut_left(shape_px), shape, color, kLabel, Weight::regular);
    u.text(row.cut_left(count_px), count, color, kLabel, weight, Align::right);
    row.cut_left(16);
    u.text(narrow ? below : row, hand, u.theme->soft, kSmall);
  };
  cells(column.row(22), std::string(u("cases.layer")), std::string(u("cases.output_shape")), std::string(u("cases.parameters")),
        narrow ? std::string() : std::string(u("cases.by_hand")), u.theme->faint, Weight::regular);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SummaryRow& row = rows[i];
    const Rect box = column.row(narrow && !row.by_hand.empty() ? 44 : std::max(26.0F, u.control_height()));
    const std::string id = "cases.layer." + std::to_string(i), shape = shape_text(row.output), count = with_commas(row.parameters);
    const Ui::Press press = u.press(id, box);
    if (lab_.model().lit(row.mark) || press.hovered)
      u.draw()->AddRectFilled(box.min(), box.max(), mixed(u.theme->panel, u.theme->accent, lab_.model().lit(row.mark) ? 0.18 : 0.08), 4);
    cells(box, row.layer, shape, count, row.by_hand, u.theme->ink, Weight::bold);
    u.explained(id, row.layer, "button", shape + ", " + count + (row.by_hand.empty() ? "" : ": " + row.by_hand), box, u("help.cases.layer"));
    if (press.pressed) lab_.model().work(row.mark);
  }
  column.rule();
  cells(column.row(26), std::string(u("cases.total")), "", with_commas(parameters_of_model(lab_.model().settings())), "", u.theme->ink, Weight::bold);
  say(lab_, column, "cases.total", u("cases.total"), total_text(), u.theme->soft);
}

std::string ModelPart::total_text() const {
  const CaseSettings& s = lab_.model().settings();
  const std::int64_t all = parameters_of_model(s);
  return fill(ui()("cases.total_says"), {with_commas(all), with_commas(s.count(CasePart::train)), with_commas(4 * all)});
}

void ModelPart::picture(Rect box, Room room) {
  if (lab_.model().settings().features() == 0 && without_data(lab_, box)) return; // the file that says it is not here
  const auto all = rows();
  const bool narrow = box.w < 440;
  if (room != Room::medium || box.h > 330) flow(box.cut_top(std::clamp(box.h * 0.34F, 96.0F, 190.0F)), all);
  box.cut_top(kGrid);
  Column column(ui(), "cases.summary", box, false);
  table(column, all, narrow);
}

void ModelPart::toggle_hidden() {
  Json layers = Json::array();
  if (hidden().empty()) {
    Json layer = {{"units", kUnitsFirst}, {"activation", "relu"}};
    layers.push_back(std::move(layer));
  }
  lab_.put("/hidden", layers);
}

void ModelPart::set_units(double units, bool held) {
  Json layers = hidden();
  if (layers.empty()) return;
  layers[0]["units"] = static_cast<std::int64_t>(std::llround(units));
  lab_.put("/hidden", layers, held);
}

void ModelPart::hidden_setup(Column& column) {
  Ui& u = ui();
  const bool on = !hidden().empty();
  if (u.check("cases.hidden", column.row(), u("cases.hidden"), on, u("help.cases.hidden"))) return toggle_hidden();
  if (!on) return;
  const HiddenLayer& layer = lab_.model().settings().hidden.front();
  Rect row = column.row();
  row = {row.x, row.y + (row.h - u.control_height()) / 2, row.w, u.control_height()};
  const SliderField field{.id = kUnitsId,
                          .label = u("cases.units"),
                          .text = std::to_string(layer.units),
                          .help = u("help.cases.units"),
                          .value = static_cast<double>(layer.units),
                          .range = {.least = 1, .most = kUnitsShownMost, .logarithmic = true, .parts = 1},
                          .label_px = 92,
                          .number_px = 60};
  if (const auto moved = u.slider_field(field, row)) set_units(*moved, u.slider_held);
  if (!u.slider_held) lab_.let_go();
  std::vector<std::string_view> names;
  int chosen = 0;
  for (const ActivationEntry& each : activations()) {
    if (each.id == layer.activation.name) chosen = static_cast<int>(names.size());
    names.push_back(u.by_id("activation." + std::string(each.id)));
  }
  row = column.row();
  u.text(row.cut_left(92), u("cases.activation"), u.theme->soft);
  if (const auto picked = u.select("cases.activation", row, u("cases.activation"), names, chosen, u("help.cases.activation")))
    choose_field("cases.activation", std::string(activations()[static_cast<std::size_t>(*picked)].id));
}

void ModelPart::setup(Column& column) {
  Ui& u = ui();
  const CaseSettings& s = lab_.model().settings();
  if (s.kind == CaseKind::scores) column.paragraph(u("cases.model_scores"), u.theme->soft);
  if (s.kind == CaseKind::yes_no) {
    field_segments(lab_, column, "/output", "cases.output");
    column.paragraph(s.one_output ? u("cases.model_one") : u("cases.model_two"), u.theme->soft);
  }
  if (s.kind == CaseKind::one_of_ten) {
    column.paragraph(s.hidden.empty() ? u("cases.model_softmax") : u("cases.model_hidden"), u.theme->soft);
    hidden_setup(column);
  }
  column.rule();
  column.paragraph(u("cases.count_by_hand"), u.theme->soft);
}

std::optional<UserError> ModelPart::type(const std::string& id, const std::string& text) {
  if (id != kUnitsId || hidden().empty()) return {};
  const auto units = read_number(text);
  if (!units) return not_a_number();
  Json layers = hidden();
  layers[0]["units"] = units->value;
  return lab_.set_field("field:/hidden", layers);
}

void ModelPart::add_fields(Json& out) const {
  if (lab_.model().settings().kind != CaseKind::one_of_ten) return;
  const bool on = !hidden().empty();
  out.push_back(form_button("cases.hidden", on ? ui()("cases.hidden_off") : ui()("cases.hidden_on"), ui()("help.cases.hidden")));
  if (!on) return;
  const HiddenLayer& layer = lab_.model().settings().hidden.front();
  out.push_back(form_line(kUnitsId, ui()("cases.units"), ui()("help.cases.units"), std::to_string(layer.units)));
  Json activation = form_line("cases.activation", ui()("cases.activation"), ui()("help.cases.activation"), layer.activation.name);
  activation["choices"] = Json::array();
  for (const ActivationEntry& each : activations()) {
    Json choice = {{"id", std::string(each.id)}, {"label", ui().by_id("activation." + std::string(each.id))}};
    activation["choices"].push_back(std::move(choice));
  }
  out.push_back(std::move(activation));
}

std::optional<UserError> ModelPart::choose_field(const std::string& id, const std::string& to) {
  if (id != "cases.activation" || hidden().empty()) return no_field(id);
  Json layers = hidden();
  layers[0]["activation"] = to;
  lab_.put("/hidden", layers);
  return {};
}

bool ModelPart::press(const std::string& id) {
  if (id != "cases.hidden" || lab_.model().settings().kind != CaseKind::one_of_ten) return false;
  return toggle_hidden(), true;
}

std::string ModelPart::csv(std::string_view plot) const {
  if (plot != "view") return {};
  std::string out = "layer,output,parameters\n";
  for (const SummaryRow& row : rows()) out += row.layer + "," + csv_text(shape_text(row.output)) + "," + std::to_string(row.parameters) + "\n";
  return out + "total,," + std::to_string(parameters_of_model(lab_.model().settings())) + "\n";
}

std::string ModelPart::spoken() const { return total_text(); }

} // namespace

std::unique_ptr<Part> model_part(CasesLab& lab) { return std::make_unique<ModelPart>(lab); }

} // namespace downhill::walk
