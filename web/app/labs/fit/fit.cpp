// The lab Fit: how much a model can express, and when it is too much. One document (engine/fit) for its parts; each has a tab, a file
// or several, and what runs for it. The diagnosis is no part of the document: it leads to runs of the Race.
#include "app/labs/fit/parts.hpp"

#include "app/core/fit_form.hpp"
#include "app/presets.hpp"

#include <algorithm>

namespace downhill {
namespace fitting {

FitLab::FitLab(LabWorld& world, const LabRow& row)
    : DocumentLab(world, row, kFitFormat), parts_{approximate_part(*this), capacity_part(*this), sets_part(*this), diagnosis_part(*this)} {
  follow();
}

void FitLab::follow() {
  model_.follow();
  const std::size_t before = tab_;
  tab_ = diagnosis_ ? kDiagnosisTab : static_cast<std::size_t>(model_.part());
  if (tab_ != before) parts_[before]->leave();
  part().follow();
}

std::optional<UserError> FitLab::open(const Json& document, Opening how) {
  auto error = DocumentLab::open(document, how);
  if (!error) diagnosis_ = false; // a document is of the other tabs
  if (!error && how.anew)
    for (const auto& each : parts_) each->forget();
  follow();
  return error;
}

void FitLab::add_shown(Json& shown) const {
  shown["diagnosis"] = diagnosis_;
  for (const auto& each : parts_) each->add_shown(shown);
}
void FitLab::show(const Json& wanted) {
  if (wanted.contains("diagnosis")) diagnosis_ = wanted["diagnosis"].get<bool>();
  for (const auto& each : parts_) each->show(wanted);
  follow();
}
void FitLab::look_anew() {
  diagnosis_ = false;
  for (const auto& each : parts_) each->look_anew();
  follow();
}

std::optional<UserError> FitLab::type(const std::string& id, const std::string& text) {
  if (id == "field:/target/formula") return followed(model_.type_formula(text));
  if (of_fit_layers(id)) return followed(type_fit_layers(model_, id, text));
  if (id == "fit.anew") return followed(model_.draw_anew());
  if (part().press(id)) return std::exchange(refused_, {}); // it follows itself, as after a press in the lab
  return followed(id.find('/') == std::string::npos ? part().type(id, text) : DocumentLab::type(id, text));
}

// What other fields must follow is what a press in the lab makes of it.
std::optional<UserError> FitLab::set_field(const std::string& id, const Json& value) {
  const bool text = value.is_string();
  if (text && id == "field:/target/name") {
    const auto ids = field_of("/target/name").ids;
    if (std::find(ids.begin(), ids.end(), value.get_ref<const std::string&>()) != ids.end())
      return followed(model_.choose_target(value.get_ref<const std::string&>()));
  }
  if (text && id == "field:/target/formula") return followed(model_.type_formula(value.get<std::string>()));
  if (text && id == "fit.activation") return followed(model_.set_activation(value.get_ref<const std::string&>()));
  if (text && id.starts_with("fit.")) return followed(part().choose_field(id, value.get_ref<const std::string&>()));
  if (id == "field:/part") diagnosis_ = false;
  return followed(DocumentLab::set_field(id, value));
}

std::uint64_t FitLab::news() const {
  std::uint64_t all = version();
  for (const auto& each : parts_) all += each->news();
  return all;
}

void FitLab::set(const FieldId& id, const Json& value, bool held) {
  DocumentLab::set(id, value, held);
  follow();
}

void FitLab::leave() { part().leave(); }

void FitLab::take(std::size_t worker, const protocol::ToApp& message) {
  for (const auto& each : parts_) each->take(worker, message);
}
void FitLab::worker_lost() {
  for (const auto& each : parts_) each->worker_lost();
}

bool FitLab::untried() const {
  if (preset.empty() || seen || started()) return false;
  if (std::pair now(version(), preset); now != compared_) {
    const Json& opened = preset_of(preset);
    untouched_ = !opened.is_null() && normal(opened["experiment"]) == document();
    compared_ = std::move(now);
  }
  return untouched_;
}

void FitLab::draw(Rect window) {
  auto [box, room] = lab_frame(ui(), window);
  std::vector<std::string_view> names;
  for (const std::string_view each : kTabs) names.push_back(ui().by_id("fit.tab." + std::string(each)));
  int chosen = static_cast<int>(tab_);
  ui().tabs("fit.part", box.cut_top(ui().control_height()), ui()("fit.part"), names, chosen);
  if (const auto wanted = static_cast<std::size_t>(chosen); wanted != tab_) {
    diagnosis_ = wanted == kDiagnosisTab;
    diagnosis_ ? follow() : put("/part", kTabs[wanted]);
  }
  box.cut_top(kGrid);
  part().draw(box, room);
}

namespace {
constexpr std::string_view kRunWords[] = {"ready", "running", "paused", "finished"};
}

Json FitLab::results(bool curves) const {
  Json row{{"label", tr_id("nav.fit")}, {"status", kRunWords[static_cast<std::size_t>(transport())]}};
  for (const std::string_view column : columns()) row.emplace(std::string(column), nullptr); // what is not known yet, or not of this part
  Json curve = Json::array();
  part().add_results(row, curves ? &curve : nullptr);
  if (curve.empty()) // nothing has been run: what there is are the points
    for (const FitPoint& p : model_.points()) curve.push_back({p.x, p.y});
  if (curves) row["curve"] = std::move(curve);
  return Json::array({std::move(row)});
}

// Of all parts, since the form's table keeps its heads while the part changes.
std::vector<std::string_view> FitLab::columns() const { return {"step", "deviation", "train_error", "expected_error", "bias2", "variance", "noise2", "error"}; }

// What the module of web/script/ makes a script of.
Answer FitLab::script_of() const {
  return Json{{"experiment", document()}, {"lane", 0}, {"title", tr_id("nav.fit")}, {"language", world_.ui.language == Language::en ? "en" : "zh"}};
}

namespace {

FitLab& of(Lab& lab) { return static_cast<FitLab&>(lab); }

using namespace takes;
constexpr Verb<Lab> kVerbs[] = {
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).part().start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).part().pause(), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).part().reset(), ok(); }},
    {"toggle",
     Reach::page,
     {},
     [](Lab& lab, const Json&) { return of(lab).transport() == Transport::running ? of(lab).part().pause() : of(lab).part().start(), ok(); }},
    {"lane_names", Reach::page, {}, [](Lab&, const Json&) -> Answer { return Json::array({tr_id("nav.fit")}); }},
    {"script", Reach::page, {whole("lane", 0, 0, "0")}, [](Lab& lab, const Json&) { return of(lab).script_of(); }},
};
constexpr std::string_view kWays[] = {"towers", "network"}, kOvers[] = {"epochs", "width"};
constexpr Argument kLooks[] = {flag("diagnosis"), choice("by", kWays), choice("over", kOvers), whole("set", 1, kSetsMost)};

} // namespace

} // namespace fitting

extern const LabRoom kFitRoom{.make = make_lab<fitting::FitLab>, .verbs = fitting::kVerbs, .looks = fitting::kLooks};

} // namespace downhill
