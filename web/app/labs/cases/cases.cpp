// The lab Cases: a score, yes or no, one of ten, each as a walk through seven stations. One document (engine/cases); the model has its
// data, its run and its script; each station is a part.
#include "app/labs/cases/ending.hpp"

#include "app/core/own_classes.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace downhill {
namespace walk {
namespace {

constexpr float kSetupWidth = 264;
constexpr std::string_view kRunWords[] = {"ready", "running", "paused", "finished"};

double clock_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

} // namespace

CasesLab::CasesLab(LabWorld& world, const LabRow& row)
    : DocumentLab(world, row, kCasesFormat),
      // the last worker has least to do, where there are several
      model_(
          document_,
          [this](const protocol::ToTrainer& message) {
            if (const std::size_t count = world_.packs.worker_count(); count > 0) world_.post(count - 1, message);
          },
          clock_s),
      parts_{data_part(*this), dataset_part(*this), loader_part(*this), look_part(*this), model_part(*this), training_part(*this), prediction_part(*this)},
      rate_(rate_part(*this)) {
  model_.own_facts = [this](const std::string& hash) { return hash.empty() ? world_.packs.latest_own() : world_.packs.own(hash); };
  follow();
}

void CasesLab::follow() {
  model_.follow();
  Part* now = &part();
  if (shown_ && shown_ != now) shown_->leave();
  shown_ = now;
  now->follow();
}

void CasesLab::set(const FieldId& id, const Json& value, bool held) {
  const auto all = model_.with_others(id.pointer, value);
  if (all.size() == 1)
    DocumentLab::set(id, value, held);
  else
    keep(document_.set_all(all, held));
  follow();
}

void CasesLab::put_all(const std::vector<std::pair<std::string, Json>>& values) {
  keep(document_.set_all(values));
  follow();
}

std::optional<UserError> CasesLab::open(const Json& document, Opening how) {
  auto error = DocumentLab::open(document, how);
  if (!error && how.anew) {
    model_.reset();
    for (const auto& each : parts_) each->forget();
    rate_->forget();
  }
  return followed(std::move(error));
}

std::optional<UserError> CasesLab::set_field(const std::string& id, const Json& value) {
  if (value.is_string() && !id.starts_with("field:")) return followed(part().choose_field(id, value.get_ref<const std::string&>()));
  if (id == "field:/case" && value.is_string()) return followed(model_.set_case(value.get<std::string>()));
  return followed(DocumentLab::set_field(id, value));
}

std::optional<UserError> CasesLab::type(const std::string& id, const std::string& text) {
  if (part().press(id)) return followed(std::exchange(refused_, {}));
  return followed(id.starts_with("field:") ? DocumentLab::type(id, text) : part().type(id, text));
}

void CasesLab::explain_control(Json& out) const {
  DocumentLab::explain_control(out);
  part().explain(out);
}

// ---- what is looked at ----

void CasesLab::add_shown(Json& shown) const {
  shown["code"] = code_, shown["rate"] = rating_;
  if (const std::string name = world_.packs.own_name(model_.settings().file); model_.settings().own && !name.empty()) shown["file"] = name;
  shown["item"] = model_.item(), shown["epoch"] = model_.epoch(), shown["batch"] = model_.batch();
  for (const auto& each : parts_) each->add_shown(shown);
  rate_->add_shown(shown);
}

void CasesLab::show(const Json& wanted) {
  if (wanted.contains("code")) code_ = wanted["code"].get<bool>();
  if (wanted.contains("file") && model_.settings().own) world_.packs.name_own(model_.settings().file, wanted["file"].get<std::string>());
  if (wanted.contains("rate")) rating_ = wanted["rate"].get<bool>();
  const auto number = [&](const char* key) { return wanted[key].get<std::int64_t>(); };
  if (wanted.contains("item")) model_.set_item(number("item"));
  if (wanted.contains("epoch")) model_.set_epoch(number("epoch"));
  if (wanted.contains("batch")) model_.set_batch(number("batch"));
  for (const auto& each : parts_) each->show(wanted);
  rate_->show(wanted);
  follow();
}

void CasesLab::look_anew() {
  code_ = rating_ = false;
  model_.set_item(0), model_.set_epoch(0), model_.set_batch(0);
  code_kept_ = {};
  for (const auto& each : parts_) each->look_anew();
  rate_->look_anew();
  follow();
}

std::uint64_t CasesLab::news() const {
  std::uint64_t all = version() + model_.news() + rate_->news() + said_.version();
  for (const auto& each : parts_) all += each->news();
  return all;
}

// ---- drawing ----

void CasesLab::strip(Rect box, Room room) {
  Ui& u = ui();
  const auto now = static_cast<int>(model_.station());
  const auto go = [&](int to) { put("/station", kCaseStations[static_cast<std::size_t>(to)]); };
  const Rect next = box.cut_right(box.h);
  box.cut_right(kHalf);
  const Rect previous = box.cut_right(box.h);
  box.cut_right(kGrid);
  if (u.icon_button("cases.previous", previous, Icon::step_back, u("cases.previous"), now > 0)) go(now - 1);
  if (u.icon_button("cases.next", next, Icon::step, u("cases.next"), now + 1 < static_cast<int>(std::size(kCaseStations)))) go(now + 1);
  if (room == Room::column) {
    const std::vector<std::string_view> sides{u("cases.picture"), u("cases.code")};
    int side = code_ ? 1 : 0;
    const Rect right = box.cut_right(u.segments_width(sides));
    box.cut_right(kGrid);
    u.segmented("cases.side", right.min(), sides, side);
    code_ = side == 1;
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::size(kCaseStations); ++i)
    names.push_back(std::to_string(i + 1) + " " + std::string(u.by_id("choice./station." + std::string(kCaseStations[i]))));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  int chosen = now;
  u.tabs("cases.station", box, u("cases.station"), labels, chosen);
  if (chosen != now) go(chosen);
}

void CasesLab::arrange(Rect box, Room room) {
  Ui& u = ui();
  if (room == Room::column) {
    if (code_) return code_panel(*this, box, code_kept_);
  } else {
    const Rect code = box.cut_right(room == Room::wide ? std::clamp(box.w * 0.36F, 380.0F, 620.0F) : box.w * 0.46F);
    box.cut_right(kGrid);
    code_panel(*this, code, code_kept_);
  }
  Rect picture = box;
  if (room == Room::wide) {
    box = picture.cut_left(kSetupWidth);
    picture.cut_left(kGrid);
  } else {
    picture = box.cut_top(std::clamp(box.h * part().share(), std::min(box.h, 200.0F), 560.0F));
    box.cut_top(kGrid);
  }
  Part& shown = part();
  u.panel(picture);
  shown.picture(picture.inset(kPadding, kGrid), room);
  if (box.h < 40 || &shown != &part()) return;                                                                              // what was pressed leads elsewhere
  Column column(u, ("cases.setup." + std::string(kCaseStations[static_cast<std::size_t>(model_.station())])).c_str(), box); // each scrolls by itself
  shown.setup(column);
}

void CasesLab::draw(Rect window) {
  auto [box, room] = lab_frame(ui(), window);
  model_.follow();
  strip(box.cut_top(ui().control_height()), room);
  box.cut_top(kGrid);
  arrange(box, room);
  follow(); // to what sliders have set: results are told between frames
}

// ---- what runs ----

const std::optional<UserError>& CasesLab::problem() const {
  if (model_.problem() || model_.data()) return model_.problem();
  const DataSettings data = model_.packs_needed();
  return world_.packs.worker_count() == 0 || world_.packs.ready(data) ? Lab::problem() : world_.packs.failure(data);
}

bool CasesLab::say_more() {
  const CaseRun* run = model_.data() ? model_.run() : nullptr;
  if (!run || !run->ended() || run->diverged()) {
    if (said_.complete()) said_.forget(); // nothing of one run is to stand beside another
    return false;
  }
  const double until_s = clock_s() + CasesModel::kSlice_s;
  return said_.work(*run, [&] { return clock_s() >= until_s; });
}

const CaseStep& CasesLab::step_at_hand(const CaseRun& run) {
  if (step_news_ != model_.news()) step_news_ = model_.news(), step_ = case_step(run);
  return step_;
}

void CasesLab::start() {
  model_.start();
  retry_ = !model_.data() && world_.packs.failure(model_.packs_needed());
}

// Pictures are asked for while the lab is looked at.
bool CasesLab::ask(double) {
  if (world_.packs.worker_count() == 0) return moving_;
  const DataSettings data = model_.packs_needed();
  if (world_.packs.ready(data))
    model_.want();
  else if (!world_.packs.failure(data) || std::exchange(retry_, false)) // what comes wakes the page; where it failed, a press of Start asks again
    world_.packs.request(data);
  return moving_;
}

void CasesLab::leave() {
  model_.pause();
  part().leave();
}

void CasesLab::take(std::size_t, const protocol::ToApp& message) {
  if (model_.take(message)) follow();
}

std::vector<std::string_view> CasesLab::columns() const { return {"step", "epoch", "train_loss", "train_metric", "validation_loss", "validation_metric"}; }

// One line: how the run stands, and, once it has ended and that is worked off, how it does on the test part. `curve`: [epoch, training loss,
// metric, validation loss, metric].
Json CasesLab::results(bool curves) const {
  Json row{{"label", tr_id("nav.cases")}, {"status", kRunWords[static_cast<std::size_t>(transport())]}, {"step", model_.step()}, {"steps", model_.steps()}};
  for (const std::string_view column : columns()) row.emplace(std::string(column), nullptr); // what is not known yet
  for (const char* end : {"test_loss", "test_metric", "baseline"}) row.emplace(end, nullptr);
  Json curve = Json::array();
  if (const CaseRun* run = model_.run(); run && !run->stands().empty()) {
    row["parameters"] = parameters_of_model(run->settings());
    if (run->ended() && said_.complete())
      row["test_loss"] = finite_or_null(said_.test().loss), row["test_metric"] = finite_or_null(said_.test().metric), row["baseline"] = said_.test_baseline();
    const CaseStand& last = run->stands().back();
    row["epoch"] = last.epoch;
    row["train_loss"] = finite_or_null(last.train_loss), row["train_metric"] = finite_or_null(last.train_metric);
    row["validation_loss"] = finite_or_null(last.validation_loss), row["validation_metric"] = finite_or_null(last.validation_metric);
    if (run->ended()) row["hash"] = hex16(model_.hash());
    for (const CaseStand& s : run->stands())
      curve.push_back(
          {s.epoch, finite_or_null(s.train_loss), finite_or_null(s.train_metric), finite_or_null(s.validation_loss), finite_or_null(s.validation_metric)});
  }
  if (curves) row["curve"] = std::move(curve);
  return Json::array({std::move(row)});
}

std::string CasesLab::csv(std::string_view plot) const {
  std::string out = part().csv(plot);
  const CaseRun* run = out.empty() && plot == "curves" && model_.data() ? model_.run() : nullptr;
  return run ? training_csv(*run) : out;
}

std::string CasesLab::spoken(bool) const {
  if (std::string own = part().spoken(); !own.empty()) return own;
  if (const auto& why = problem()) return why->sentence(world_.ui.language);
  const CaseRun* run = model_.data() ? model_.run() : nullptr;
  if (!run || run->stands().empty()) return std::string(tr(model_.data() ? StringKey("cases.ready") : StringKey("cases.waiting")));
  const CaseStand& last = run->stands().back();
  const bool points = model_.settings().kind == CaseKind::scores;
  const auto text = [&](double metric) { return points ? setting(std::round(100 * metric) / 100) : percent(metric); };
  return fill(tr(points ? StringKey("cases.spoken_points") : StringKey("cases.spoken")),
              {std::to_string(last.epoch), text(last.train_metric), text(last.validation_metric)});
}

// What the module of web/script/ makes a script of.
Answer CasesLab::script_of() const {
  return Json{{"experiment", document()}, {"lane", 0}, {"title", script_options_now().title}, {"language", world_.ui.language == Language::en ? "en" : "zh"}};
}

ScriptOptions CasesLab::script_options_now() const { return script_options(document_.now().title, {}, std::string(tr_id("nav.cases")), world_.ui.language); }

std::string CasesLab::class_name(int kind) const {
  if (!model_.settings().own) return std::string(tr_id("class." + std::to_string(kind)));
  const protocol::OwnFacts* file = model_.file();
  return file && kind >= 0 && kind < class_count() ? file->classes[static_cast<std::size_t>(kind)] : std::to_string(kind);
}

int CasesLab::class_count() const {
  if (!model_.settings().own) return 10;
  const protocol::OwnFacts* file = model_.file();
  return file ? static_cast<int>(file->classes.size()) : 0;
}

// ---- the user's own file ----

std::string CasesLab::own_name() const {
  const protocol::OwnFacts* file = model_.file();
  const std::string name = world_.packs.own_name(file ? file->hash : model_.settings().file);
  return name.empty() ? model_.settings().file.substr(0, 8) : name;
}

Answer CasesLab::use_own(const std::string& hash, const std::string& name) {
  world_.packs.name_own(hash, name);
  if (auto error = followed(model_.set_own(hash))) return *error;
  return Json{{"left_out", left_out_classes(*world_.packs.own(hash), true)}, {"far", model_.answers_far()}};
}

// What is wanted of it: its hash, or nothing.
Answer CasesLab::own_wanted() const {
  const CaseSettings& s = model_.settings();
  return Json{{"own", s.own}, {"file", s.file}, {"name", world_.packs.own_name(s.file)}, {"here", s.own && world_.packs.ready(model_.packs_needed())}};
}

std::string CasesLab::answer_text(CasePart part, std::size_t i) const {
  const CaseData& data = *model_.data();
  if (model_.settings().kind == CaseKind::scores) return setting(std::round(100 * static_cast<double>(data.answers(part).targets[i])) / 100);
  return class_name(data.examples[static_cast<std::size_t>(part)][i].kind);
}

namespace {

CasesLab& of(Lab& lab) { return static_cast<CasesLab&>(lab); }

using namespace takes;
constexpr Verb<Lab> kVerbs[] = {
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).pause(), ok(); }},
    {"step",
     Reach::acts,
     {whole("n", -kWholeMost, kWholeMost, "1")},
     [](Lab& lab, const Json& a) { return of(lab).model().go(std::clamp(a["n"].get<int>(), -1000000, 1000000)), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).reset(), ok(); }},
    {"toggle", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).transport() == Transport::running ? of(lab).pause() : of(lab).start(), ok(); }},
    {"rating", Reach::page, {}, [](Lab& lab, const Json&) -> Answer { return of(lab).rate().stand_json(); }},
    {"open_raters", Reach::page, {any("files")}, [](Lab& lab, const Json& a) { return of(lab).rate().open(a["files"]), ok(); }},
    {"recalled",
     Reach::page,
     {text("text", 1e6), flag("works", "true"), flag("refused", "false")},
     [](Lab& lab, const Json& a) { return of(lab).rate().recalled(a["text"].get<std::string>(), a["works"].get<bool>(), a["refused"].get<bool>()), ok(); }},
    {"use_own",
     Reach::page,
     {must(text("hash")), must(text("name"))},
     [](Lab& lab, const Json& a) { return of(lab).use_own(a["hash"].get<std::string>(), a["name"].get<std::string>()); }},
    {"own_wanted", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).own_wanted(); }},
    {"lane_names", Reach::page, {}, [](Lab&, const Json&) -> Answer { return Json::array({tr_id("nav.cases")}); }},
    {"script", Reach::page, {whole("lane", 0, 0, "0")}, [](Lab& lab, const Json&) { return of(lab).script_of(); }},
};
constexpr Argument kLooks[] = {
    text("file"), flag("code"), flag("rate"), whole("item", 0, 9999), whole("epoch", 0, 199), whole("batch", 0, 9999), choice("said", kSaidViews)};

} // namespace

} // namespace walk

extern const LabRoom kCasesRoom{.make = make_lab<walk::CasesLab>, .verbs = walk::kVerbs, .looks = walk::kLooks};

} // namespace downhill
