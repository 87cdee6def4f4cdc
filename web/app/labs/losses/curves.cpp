// Losses as curves: value above, derivative below, over what is predicted or over the logit, with exact numbers at a cursor.
#include "app/labs/losses/parts.hpp"

#include "app/presets.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::cost {
namespace {

constexpr std::string_view kRacePreset = "race_losses"; // the same network under each loss
constexpr float kNumberPx = 68;

// What is linear in the distance from the target reaches the upper edge; what grows faster leaves the picture there.
double highest(const CurveSettings& s) {
  const double target = s.axis == LossAxis::prediction ? s.target : 0;
  return 1.25 * std::max(std::fabs(s.from - target), std::fabs(s.to - target));
}

std::string place_text(const CurveSettings& s, double x) { return (s.axis == LossAxis::prediction ? "ŷ = " : "z = ") + height_text(x); }

void curve_plot(const Scene& s, Rect box, bool slope) {
  const CurveSettings& settings = s.model.settings().curves;
  PlotSpec spec;
  spec.id = slope ? "losses.slopes" : "losses.values";
  spec.x_title = settings.axis == LossAxis::prediction ? s.ui("losses.over_prediction") : s.ui("losses.over_logit");
  spec.y_title = slope ? s.ui("losses.slope") : s.ui("losses.loss");
  spec.x_least = settings.from, spec.x_most = settings.to;
  const double top = highest(settings);
  if (!slope)
    spec.y_from = -0.05 * top, spec.y_to = top;
  else if (settings.axis == LossAxis::prediction)
    spec.y_to = std::max(1.3, 0.8 * top), spec.y_from = -spec.y_to;
  else
    spec.y_from = -1.2, spec.y_to = 1.2;
  spec.y_decimals = 4;
  spec.pinned = std::clamp(settings.at, settings.from, settings.to);
  spec.numbers_elsewhere = true;
  spec.x_text = [settings](double x) { return place_text(settings, x); };
  std::vector<Series> all;
  for (const DrawnCurve& curve : s.model.curves()) {
    const LossLook& look = look_of(curve.of->id);
    Series one;
    one.label = loss_name(look.id), one.color = s.ui.theme->*look.color, one.dash = look.dash;
    one.x = curve.x, one.y = slope ? curve.slope : curve.value;
    all.push_back(std::move(one));
  }
  if (const auto moved = plot(s.ui, box, spec, all)) s.lab.keep(s.model.move_cursor(*moved, s.ui.slider_held));
}

// A loss of the table: whether it is shown, its numbers at the cursor, PyTorch's name, which explains it with its formula.
void loss_line(const Scene& s, Column& column, const LossEntry& loss) {
  Ui& ui = s.ui;
  const CurveSettings& settings = s.model.settings().curves;
  const LossLook& look = look_of(loss.id);
  const LossCurve& curve = loss_curve(loss.id, settings.axis);
  const FieldId id{{}, "/curves/show/" + std::string(loss.id)};
  Rect row = column.row();
  const Rect slope = row.cut_right(kNumberPx), value = row.cut_right(kNumberPx);
  const Rect swatch = row.cut_right(22);
  s.lab.check(row, id);
  const auto& shown = s.model.curves();
  const auto it = std::find_if(shown.begin(), shown.end(), [&](const DrawnCurve& each) { return each.of->id == loss.id; });
  if (it != shown.end()) {
    const float middle = swatch.y + swatch.h / 2;
    Ui::dashed_line(ui.draw(), {{swatch.x, middle}, {swatch.right(), middle}}, ui.theme->*look.color, look.dash, 2.5F);
    const std::string numbers[] = {it->here ? digits(it->here->value, 6) : "–", it->here ? digits(it->here->slope, 6) : "–"};
    const auto short_text = [](const std::optional<LossAt>& at, double LossAt::* number) { return at ? digits((*at).*number, 4) : std::string("–"); };
    ui.text(value, short_text(it->here, &LossAt::value), ui.theme->ink, kText, Weight::bold, Align::right);
    ui.text(slope, short_text(it->here, &LossAt::slope), ui.theme->ink, kText, Weight::regular, Align::right);
    ui.note_item("losses.read." + std::string(loss.id), loss_name(loss.id) + ", " + place_text(settings, settings.at), "status",
                 fill(ui("losses.reads"), {numbers[0], numbers[1]}), {value.x, value.y, 2 * kNumberPx, value.h});
  }
  Rect name = column.row(ui.touch ? 36 : 22);
  name.cut_left(22);
  const std::string torch = torch_of(curve, settings); // as it is made: "nn.MSELoss()" of "nn.MSELoss()(y_hat, t)"
  ui.label(id.text(), name, torch.substr(0, torch.find(")(") + 1), field_help(s.lab.field_of(id.pointer), id.pointer));
}

} // namespace

void curves_picture(const Scene& s, Rect box) {
  Rect above = box.cut_top((box.h - kGrid) * 0.53F);
  box.cut_top(kGrid);
  curve_plot(s, above, false);
  curve_plot(s, box, true);
}

void curves_setup(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  const CurveSettings settings = s.model.settings().curves;
  s.lab.segments(column.row(), {{}, "/curves/axis"}, "losses.axis");
  const double grain = s.model.grain();
  s.lab.slider(column.row(), {{}, "/curves/at"}, {.least = settings.from, .most = settings.to, .parts = std::max(1.0, std::round(1 / grain))}, 76, 64);
  s.lab.slider(column.row(), {{}, "/curves/target"}, {.least = -3, .most = 3, .parts = 10}, 76, 64);
  column.rule();
  {
    Rect head = column.row(20);
    ui.text(head.cut_right(kNumberPx), ui("losses.slope"), ui.theme->soft, kSmall, Weight::bold, Align::right);
    ui.text(head.cut_right(kNumberPx), ui("losses.loss"), ui.theme->soft, kSmall, Weight::bold, Align::right);
    ui.text(head, place_text(settings, settings.at), ui.theme->soft, kSmall, Weight::bold);
  }
  for (const LossEntry& loss : losses()) loss_line(s, column, loss);
  if (settings.axis == LossAxis::prediction) column.paragraph(ui("losses.of_probability"), ui.theme->soft);
  column.rule();
  s.lab.slider(column.row(), {{}, "/curves/delta"}, {.least = 0.1, .most = 10, .logarithmic = true, .digits = 2}, 76, 64);
  if (settings.axis == LossAxis::logit)
    s.lab.slider(column.row(), {{}, "/curves/classes"}, {.least = 2, .most = 1000, .logarithmic = true, .parts = 1}, 76, 64);
  s.lab.slider(column.row(), {{}, "/curves/from"}, {.least = std::min(-20.0, settings.to - 40), .most = settings.to - 1, .parts = 2}, 76, 64);
  s.lab.slider(column.row(), {{}, "/curves/to"}, {.least = settings.from + 1, .most = std::max(20.0, settings.from + 40), .parts = 2}, 76, 64);
  if (preset_of(std::string(kRacePreset)).is_null()) return;
  column.rule();
  column.paragraph(ui("losses.race_says"), ui.theme->soft);
  if (ui.link("losses.race", column.row(), ui("losses.race"), Align::left)) s.lab.lead({{"preset", kRacePreset}});
}

} // namespace downhill::cost
