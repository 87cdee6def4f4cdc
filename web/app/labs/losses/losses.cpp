// The lab Losses: losses as curves, softmax with cross-entropy, a line through points under three losses, and one sigmoid neuron taught
// under two. The document has all four parts (engine/losses); the model has what they come to.
#include "app/labs/losses/parts.hpp"

#include "app/core/typed_number.hpp"

#include "losses/losses_csv.hpp"
#include "losses/losses_hash.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace cost {
namespace {

constexpr float kSetupWidth = 336;
constexpr std::string_view kRunWords[] = {"ready", "running", "paused", "finished"};

// Colour is never the only difference.
constexpr LossLook kLooks[] = {{"cross_entropy", &Tokens::adadelta, Dash::solid},
                               {"bce", &Tokens::violet, Dash::dotted},
                               {"mse", &Tokens::momentum, Dash::solid},
                               {"mae", &Tokens::adam, Dash::dashed},
                               {"huber", &Tokens::rmsprop, Dash::dash_dot}};

struct PartPieces {
  const char* id; ///< of its column
  void (*picture)(const Scene&, Rect);
  void (*setup)(const Scene&, Column&);
  float share; ///< of the height, where picture and setup are one column
};
constexpr PartPieces kPieces[] = {{"losses.curves.setup", curves_picture, curves_setup, 0.56F},
                                  {"losses.softmax.setup", softmax_picture, softmax_setup, 0.5F},
                                  {"losses.line.setup", line_picture, line_setup, 0.46F},
                                  {"losses.neuron.setup", neuron_picture, neuron_setup, 0.52F}};

void arrange_part(const Scene& s, Rect box) {
  const PartPieces& part = kPieces[static_cast<std::size_t>(s.model.part())];
  Rect picture = box;
  if (s.room == Room::column) {
    picture = box.cut_top(std::clamp(box.h * part.share, std::min(box.h, 250.0F), 460.0F));
    box.cut_top(kGrid);
  } else {
    const Rect left = picture.cut_left(s.room == Room::wide ? kSetupWidth : std::min(kSetupWidth, box.w * 0.44F));
    picture.cut_left(kGrid);
    box = left;
  }
  s.ui.panel(picture);
  part.picture(s, picture.inset(kPadding, kGrid));
  if (box.h < 40) return;
  Column column(s.ui, part.id, box); // each scrolls by itself
  part.setup(s, column);
}

std::string joined(const std::vector<double>& numbers) {
  std::string out;
  for (const double v : numbers) out += (out.empty() ? "" : ", ") + shortest_text(v);
  return out;
}

} // namespace

const LossLook& look_of(std::string_view loss) {
  return *std::find_if(std::begin(kLooks), std::end(kLooks) - 1, [&](const LossLook& look) { return look.id == loss; });
}
std::string loss_name(std::string_view loss) { return field_label("/curves/show/" + std::string(loss)); }
std::string way_name(SigmoidLoss loss) { return std::string(tr_id("losses.way." + std::string(kSigmoidLosses[static_cast<std::size_t>(loss)]))); }

std::string digits(double value, int count) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const std::string text = setting(rounded_to(std::fabs(value), count));
  return (value < 0 && text != "0" ? "−" : "") + text;
}

void table_head(const Scene& s, Column& column, std::span<const TableHead> heads, float label_px) {
  Rect row = column.row(22);
  row.cut_left(label_px);
  const float wide = row.w / static_cast<float>(heads.size());
  for (const TableHead& head : heads) {
    Rect at = row.cut_left(wide);
    const float name = std::min(at.w, s.ui.text_width(head.name, kSmall, Weight::bold) + 2);
    s.ui.text(at.cut_right(name), head.name, s.ui.theme->*head.look->color, kSmall, Weight::bold, Align::right);
    const float right = at.right() - 4, left = std::max(at.x, right - 18), middle = at.y + at.h / 2;
    if (right - left > 6) Ui::dashed_line(s.ui.draw(), {{left, middle}, {right, middle}}, s.ui.theme->*head.look->color, head.look->dash, 2);
  }
}

void table_line(const Scene& s, Column& column, const std::string& id, std::string_view label, std::span<const std::string> values, float label_px,
                std::ptrdiff_t best) {
  const Rect whole = column.row(22);
  Rect row = whole;
  s.ui.text(row.cut_left(label_px), label, s.ui.theme->soft, kLabel);
  const float wide = row.w / static_cast<float>(values.size());
  std::string words;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool bold = best == static_cast<std::ptrdiff_t>(i) || best == static_cast<std::ptrdiff_t>(values.size());
    s.ui.text(row.cut_left(wide), values[i], s.ui.theme->ink, kLabel, bold ? Weight::bold : Weight::regular, Align::right);
    words += (i == 0 ? "" : "; ") + values[i];
  }
  s.ui.note_item(id, label, "status", words, whole);
}

Rect legend_entry(const Scene& s, Rect line, const LossLook& look, std::string_view name) {
  const Rect swatch = line.cut_left(std::min(line.w, 22.0F));
  const float middle = swatch.y + swatch.h / 2;
  Ui::dashed_line(s.ui.draw(), {{swatch.x, middle}, {swatch.right() - 2, middle}}, s.ui.theme->*look.color, look.dash, 2.5F);
  line.cut_left(4);
  const float width = std::min(line.w, s.ui.text_width(name, kSmall, Weight::bold) + 2);
  s.ui.text(line.cut_left(width), name, s.ui.theme->ink, kSmall, Weight::bold);
  line.cut_left(std::min(line.w, 12.0F));
  return line;
}

void say(const Scene& s, Column& column, const char* id, std::string_view label, const std::string& text, std::uint32_t color) {
  const Rect at = column.rest;
  column.paragraph(text, color);
  s.ui.note_item(id, label, "status", text, {at.x, at.y, at.w, column.rest.y - at.y});
  column.rest.cut_top(kHalf);
}

LossesLab::LossesLab(LabWorld& world, const LabRow& row) : DocumentLab(world, row, kLossesFormat) {}

std::optional<UserError> LossesLab::open(const Json& document, Opening how) {
  auto error = followed(DocumentLab::open(document, how));
  if (!error && how.anew) model_.reset();
  return error;
}

std::optional<UserError> LossesLab::set_field(const std::string& id, const Json& value) {
  if (id == "field:/curves/axis" && value.is_string())
    for (const LossAxis axis : {LossAxis::prediction, LossAxis::logit})
      if (value == axis_id(axis)) return model_.choose_axis(axis);
  return followed(DocumentLab::set_field(id, value));
}

void LossesLab::draw(Rect window) {
  auto [box, room] = lab_frame(ui(), window);
  model_.follow();
  segments(box.cut_top(ui().control_height()), {{}, "/part"}, "losses.part", 0);
  model_.follow();
  box.cut_top(kGrid);
  arrange_part({ui(), *this, model_, kept_, room}, box);
  model_.follow(); // to what sliders have set: results are told between frames
}

std::string LossesLab::csv(std::string_view plot) const { return plot == "view" ? std::string() : losses_csv(model_.settings()); }

// Logits and points, which are lists, are typed as such.
Json LossesLab::row_of(std::string_view name) const {
  const std::string id = "losses." + std::string(name);
  return {{"id", id},
          {"label", tr_id("label." + id)},
          {"help", tr_id("help." + id)},
          {"value", name == "logits" ? joined(model_.settings().softmax.logits) : model_.points_text()}};
}

Json LossesLab::fields() const {
  Json out = Json::array();
  for (Json& row : DocumentLab::fields()) {
    if (row["id"] == "field:/softmax/label") out.push_back(row_of("logits"));
    if (row["id"] == "field:/line/delta") out.push_back(row_of("points"));
    out.push_back(std::move(row));
  }
  return out;
}

std::optional<UserError> LossesLab::type(const std::string& id, const std::string& text) {
  return id.starts_with("losses.") ? type_own(id, text) : followed(DocumentLab::type(id, text));
}

std::optional<UserError> LossesLab::type_own(const std::string& id, const std::string& text) {
  if (id == "losses.logits") return model_.set_logits(text);
  if (id == "losses.points") return model_.set_points(text);
  if (const auto which = place_in(id, "losses.logit.")) {
    const auto number = number_between(text, -kLogitMost, kLogitMost);
    return number ? model_.set_logit(*which, *number, false) : number.error();
  }
  if (id == "losses.point") {
    const auto number = number_between(text, 1, static_cast<double>(model_.points().size()));
    if (!number) return number.error();
    return kept_.point = static_cast<std::size_t>(std::floor(*number)) - 1, std::nullopt;
  }
  if (id != "losses.point.x" && id != "losses.point.y") return {};
  const auto number = number_between(text, -kLinePlaceMost, kLinePlaceMost);
  if (!number) return number.error();
  LinePoint to = model_.points()[std::min(kept_.point, model_.points().size() - 1)];
  (id == "losses.point.x" ? to.x : to.y) = *number;
  return model_.move_point(kept_.point, to, false);
}

// A loss is explained by its formula on the axis that is shown, and by PyTorch's name.
void LossesLab::explain_control(Json& out) const {
  DocumentLab::explain_control(out);
  constexpr std::string_view kShow = "field:/curves/show/";
  const std::string id = out["id"].get<std::string>();
  if (!id.starts_with(kShow)) return;
  const CurveSettings& settings = model_.settings().curves;
  const std::string loss = id.substr(kShow.size());
  for (const LossCurve& curve : loss_curves())
    if (curve.id == loss && curve.axis == settings.axis) {
      out["formula"] = "losses." + std::string(axis_id(curve.axis)) + "." + loss;
      out["text"] = fill(tr("losses.in_torch"), {out["text"].get<std::string>(), torch_of(curve, settings)});
    }
}

namespace {

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

} // namespace

// What is compared, a line each. `curve`: [x, L, derivative] of a loss, [z, p, ∂L/∂z] of the classes, [x, residual] of a line's points, [a, L]
// of a way.
Json LossesLab::results(bool curves) const {
  Json out = Json::array();
  if (hashed_.first != version()) hashed_ = {version(), hex16(losses_hash(model_.settings()))};
  const auto add = [&](const std::string& label, std::initializer_list<std::pair<const char*, double>> numbers, const std::function<Json()>& curve) {
    Json one{{"label", label}, {"status", kRunWords[static_cast<std::size_t>(transport())]}, {"step", model_.step()}, {"steps", model_.steps()}};
    for (const std::string_view column : columns()) one.emplace(std::string(column), nullptr); // what is not of this part
    for (const auto& [key, value] : numbers) one[key] = finite(value);
    one["hash"] = hashed_.second; // of all lines, as the command line has it
    if (curves) one["curve"] = curve();
    out.push_back(std::move(one));
  };
  switch (model_.part()) {
  case LossesPart::curves:
    for (const DrawnCurve& curve : model_.curves()) {
      const LossAt here = curve.here.value_or(LossAt{NAN, NAN});
      add(loss_name(curve.of->id), {{"loss", here.value}, {"slope", here.slope}}, [&curve] {
        Json all = Json::array();
        for (std::size_t i = 0; i < curve.x.size(); ++i) all.push_back({curve.x[i], finite(curve.value[i]), finite(curve.slope[i])});
        return all;
      });
    }
    break;
  case LossesPart::softmax: {
    const SoftmaxStand& stand = model_.softmax();
    const SoftmaxSettings& soft = model_.settings().softmax;
    add(std::string(tr("choice./part.softmax")), {{"output", stand.probabilities[soft.label]}, {"loss", stand.loss}, {"slope", stand.steepness}}, [&] {
      Json all = Json::array();
      for (std::size_t k = 0; k < soft.logits.size(); ++k) all.push_back({soft.logits[k], stand.probabilities[k], stand.gradient[k]});
      return all;
    });
    break;
  }
  case LossesPart::line:
    for (std::size_t k = 0; k < kLineLosses.size(); ++k) {
      const FittedLine& line = model_.lines()[k];
      add(loss_name(kLineLosses[k]), {{"a", line.a}, {"b", line.b}, {"loss", line.losses[k]}}, [&] {
        Json all = Json::array();
        for (const LinePoint& p : model_.points()) all.push_back({p.x, p.y - (line.a * p.x + line.b)});
        return all;
      });
    }
    break;
  case LossesPart::neuron:
    for (const SigmoidLoss loss : {SigmoidLoss::squared, SigmoidLoss::cross_entropy}) {
      const SigmoidStand& stand = model_.stand(loss);
      add(way_name(loss), {{"output", stand.a}, {"loss", stand.loss}, {"slope", stand.loss_by_w}}, [&] {
        Json all = Json::array();
        for (const SigmoidStand& each : model_.path(loss)) all.push_back({finite(each.a), finite(each.loss)});
        return all;
      });
    }
  }
  return out;
}

std::string LossesLab::spoken(bool) const {
  std::string out;
  const auto more = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  switch (model_.part()) {
  case LossesPart::curves:
    for (const DrawnCurve& curve : model_.curves())
      more(loss_name(curve.of->id) + ": " + (curve.here ? fill(tr("losses.reads"), {digits(curve.here->value), digits(curve.here->slope)}) : "–"));
    return out;
  case LossesPart::softmax: return fill(tr("losses.softmax_loss"), {digits(model_.softmax().loss), digits(model_.softmax().steepness)});
  case LossesPart::line:
    for (std::size_t k = 0; k < kLineLosses.size(); ++k)
      more(loss_name(kLineLosses[k]) + ": a = " + digits(model_.lines()[k].a, 4) + ", b = " + digits(model_.lines()[k].b, 4));
    return out;
  case LossesPart::neuron:
    return fill(tr("losses.spoken_neuron"),
                {grouped(model_.step()), digits(model_.stand(SigmoidLoss::squared).a, 3), digits(model_.stand(SigmoidLoss::cross_entropy).a, 3)});
  }
  return out;
}

// What the module of web/script/ makes a script of.
Answer LossesLab::script_of() const {
  return Json{{"experiment", document()}, {"lane", 0}, {"title", tr_id("nav.losses")}, {"language", world_.ui.language == Language::en ? "en" : "zh"}};
}

namespace {

LossesModel& of_losses(Lab& lab) { return static_cast<LossesLab&>(lab).model(); }

using namespace takes;
constexpr Verb<Lab> kVerbs[] = {
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of_losses(lab).start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of_losses(lab).pause(), ok(); }},
    {"step",
     Reach::acts,
     {whole("n", -kWholeMost, kWholeMost, "1")},
     [](Lab& lab, const Json& a) { return of_losses(lab).go(std::clamp(a["n"].get<int>(), -10000, 10000)), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of_losses(lab).reset(), ok(); }},
    {"toggle",
     Reach::page,
     {},
     [](Lab& lab, const Json&) { return of_losses(lab).transport() == Transport::running ? of_losses(lab).pause() : of_losses(lab).start(), ok(); }},
    {"lane_names", Reach::page, {}, [](Lab&, const Json&) -> Answer { return Json::array({tr_id("nav.losses")}); }},
    {"script", Reach::page, {whole("lane", 0, 0, "0")}, [](Lab& lab, const Json&) { return static_cast<LossesLab&>(lab).script_of(); }},
};

} // namespace

} // namespace cost

extern const LabRoom kLossesRoom{.make = make_lab<cost::LossesLab>, .verbs = cost::kVerbs, .looks = {}};

} // namespace downhill
