#include "app/labs/race_lab.hpp"

#include "app/core/own_classes.hpp"
#include "app/core/race_results.hpp"
#include "app/core/typed_number.hpp"
#include "app/presets.hpp"
#include "app/views/list.hpp"
#include "network/activation.hpp"

#include <algorithm>

namespace downhill {
namespace {

using namespace takes;

/// The toy's number is odd: the races of all labs are told apart by theirs.
constexpr std::uint32_t race_number(const LabRow& row, bool toy) { return 2 * row.number + (toy ? 1 : 0); }

std::optional<UserError> no_lane(const Race& race, const Json& a) {
  const std::size_t count = race.experiment().lanes.size(), lane = a["lane"].get<std::size_t>();
  if (lane < count) return {};
  return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(count)}};
}

} // namespace

RaceLab::RaceLab(LabWorld& world, const LabRow& row)
    : Lab(world, row), race_(world.post, world.packs, race_number(row, false)), toy_(world.post, world.packs, race_number(row, true)) {
  std::optional<UserError> error = race_.set_experiment(RaceLab::standard());
  if (!error && !row.toy.empty()) error = toy_.set_experiment(preset_of(row.toy)["experiment"]);
  assert(!error);
  race_.changes().company = [this] { return company(); };
  race_.changes().on_company = [this](const Json& before) { on_company(before); };
  race_.on_weights = [this](std::size_t lane, const std::vector<std::uint8_t>& file) {
    world_.save(lane_names(race_.experiment(), ui().language)[lane] + ".safetensors", file);
  };
  if (world.packs.worker_count() > 0)
    for (Race* each : races()) each->begin_with_workers();
}

Json RaceLab::standard() const { return preset_of(row().preset)["experiment"]; }

std::optional<UserError> RaceLab::open(const Json& document, Opening how) {
  return race_.set_experiment(document, how.anew ? Race::Runs::anew : Race::Runs::kept);
}

std::optional<UserError> RaceLab::open_text(const std::string& text) {
  const auto read = read_experiment(text);
  return read ? open(read->json(), {}) : std::optional(read.error());
}

Json RaceLab::normal(const Json& document) const {
  const auto made = experiment_from_json(document);
  return made ? made->json() : Json();
}

// ---- what is looked at ----

void RaceLab::add_shown(Json& out) const {
  const RaceView& v = view_;
  out["view"] = v.views_open || v.tab == 1 ? v.view->id : std::string_view("none");
  out["lane"] = v.lane;
  out["other"] = v.other;
  out["metric"] = kMetricIds[static_cast<std::size_t>(v.metric[0])];
  out["axis"] = kAxisIds[static_cast<std::size_t>(v.axis)];
  out["log"] = v.scale;
  if (const std::string name = race_.packs().own_name(race_.data().file); race_.is_own() && !name.empty()) out["file"] = name;
  if (v.two_charts) out["second"] = kMetricIds[static_cast<std::size_t>(v.metric[1])];
}

void RaceLab::show(const Json& c) {
  const auto choose = [&](const char* key, const auto& ids, int& chosen) {
    if (!c.contains(key)) return;
    for (int i = 0; i < static_cast<int>(std::size(ids)); ++i)
      if (c[key] == ids[static_cast<std::size_t>(i)]) chosen = i;
  };
  const auto whole_of = [&](const char* key, int otherwise) { return c.contains(key) ? c[key].get<int>() : otherwise; };
  RaceView& v = view_;
  if (c.contains("file") && race_.is_own()) world_.packs.name_own(race_.data().file, c["file"].get<std::string>());
  if (c.contains("view")) {
    if (const ViewRow* wanted = view_of(c["view"].get_ref<const std::string&>())) v.view = wanted;
    v.views_open = c["view"] != "none", v.chose_views = true, v.tab = v.views_open ? 1 : 0;
  }
  if ((c.contains("metric") || c.contains("axis")) && !c.contains("view")) v.views_whole = false; // curves are asked for
  choose("metric", kMetricIds, v.metric[0]);
  choose("axis", kAxisIds, v.axis);
  if (c.contains("second")) choose("second", kMetricIds, v.metric[1]), v.two_charts = true;
  const int last = static_cast<int>(race_.lanes().size()) - 1; // lanes that there are not become the last
  v.lane = static_cast<std::size_t>(std::clamp(whole_of("lane", static_cast<int>(v.lane)), 0, last));
  v.other = std::clamp(whole_of("other", v.other), -1, last);
  v.scale = whole_of("log", v.scale);
  v.batch_losses = whole_of("batch_losses", v.batch_losses) != 0;
}

void RaceLab::look_anew() { view_.begin_anew(); }

// ---- drawing ----

// What every race says in its first second: these letters come with the first atlas, instead of an atlas each.
void RaceLab::foresee() const {
  for (const std::string_view sentence : {ui()("plot.waiting"), ui()("views.waiting")}) ui().text_width(sentence);
  ui().text_width(ui()("transport.pause"), ui::kText, ui::Weight::bold);
  for (const std::string_view words : {ui()("weights.caption"), std::string_view("–")}) ui().text_width(words, ui::kSmall); // which of them: 1–16
}

void RaceLab::draw(ui::Rect box) {
  foresee();
  view_.hide_views = world_.hides("views"), view_.hide_settings = world_.hides("settings");
  draw_lab(box);
}

std::string RaceLab::csv(std::string_view plot) const { return plot == "view" ? view_csv(ui(), race_, view_) : curves_csv(ui(), race_); }

std::optional<UserError> RaceLab::type(const std::string& id, const std::string& text) {
  if (id == "rates.value") {
    const auto number = read_number(text);
    if (!number) return not_a_number();
    const auto error = race_.set_rates(number->value);
    if (!error) view_.all_rate = number->value;
    return error;
  }
  if (id.starts_with("view.")) return shown_view(view_).type(id, text);
  if (id.starts_with("stop:")) return set_stop_rule(race_, id, text);
  constexpr std::size_t kNoLane = std::string::npos; // is refused as any that there is not
  if (id.starts_with("lane:") && id.ends_with(":label")) return race_.rename_lane(place_in(id, "lane:").value_or(kNoLane), text);
  const auto field = FieldId::parse(id);
  return field ? set_typed(race_, *field, text) : std::nullopt;
}

void RaceLab::explain_control(Json& out) const {
  std::string id = out["id"].get<std::string>();
  if (id.starts_with("metric")) {
    const std::string metric(kMetricIds[static_cast<std::size_t>(plotted(race_, view_.metric, id == "metric2" ? 1 : 0))]);
    const std::string loss(race_.experiment().lanes.front().settings.loss.name);
    out["formula"] = metric.ends_with("_loss") && loss != "cross_entropy" ? "loss." + loss : "metric." + metric;
  }
  if (id.ends_with(":method")) out["id"] = id = id.substr(0, id.size() - 6) + "/optimizer"; // a lane's method is its optimizer
  if (const auto field = FieldId::parse(id)) explain_field(out, field_info(race_, *field), *field);
}

// ---- what runs in it ----

bool RaceLab::started() const {
  return std::any_of(race_.lanes().begin(), race_.lanes().end(), [](const LaneState& lane) { return lane.step > 0; });
}

void RaceLab::leave() {
  Lab::leave();
  for (const auto& [row, view] : view_.views) view->leave();
}

void RaceLab::take(std::size_t, const protocol::ToApp& message) {
  for (const auto& [row, view] : view_.views) views_news_ += view->take(message);
}

void RaceLab::worker_lost() {
  for (const auto& [row, view] : view_.views) view->worker_lost();
}

int RaceLab::tick(double now_s) {
  int running = 0;
  for (Race* each : races()) {
    each->tick(now_s);
    running += each->transport() == Transport::running;
  }
  return running;
}

// at a speed slow enough to watch, the flow strip moves on between two steps
int RaceLab::stage() const { return static_cast<int>(race_.step_phase(std::min(view_.lane, race_.lanes().size() - 1)) * 6); }

bool RaceLab::ask(double now_s) {
  bool more = false;
  for (Race* each : races()) more = each->ask_looks(now_s) || more;
  for (const auto& [row, view] : view_.views)
    if (row != view_.view) view->leave();
  const std::uint64_t before = news();
  keep(view_, follow());
  if (std::exchange(view_.asks_own, false)) world_.ask_own();
  return more || news() != before; // what followed is to be drawn
}

Json RaceLab::results(bool curves) const { return race_results(race_, lane_names(race_.experiment(), ui().language), curves); }

std::vector<std::string_view> RaceLab::columns() const {
  std::vector<std::string_view> all{"step", "epoch", "train_loss", "test_loss"};
  if (race_.has_classes()) all.push_back("test_accuracy");
  return all;
}

// ---- the form view ----

Json RaceLab::fields() const {
  Json out = Json::array();
  for (const std::string& pointer : form_fields(race_)) out.push_back(field(FieldId{{}, pointer}.text()));
  return out;
}

Json RaceLab::field(const std::string& id) const {
  const auto parsed = FieldId::parse(id);
  if (!parsed) return {};
  const FieldInfo info = field_info(race_, *parsed);
  return info.value.is_null() ? Json() : form_row(info, *parsed);
}

std::optional<UserError> RaceLab::set_field(const std::string& id, const Json& value) {
  const auto parsed = FieldId::parse(id);
  return parsed ? downhill::set_field(race_, *parsed, value) : no_field(id);
}

std::optional<UserError> RaceLab::reset_field(const std::string& id) {
  const auto parsed = FieldId::parse(id);
  return parsed ? downhill::reset_field(race_, *parsed) : no_field(id);
}

// ---- its verbs ----

namespace {

RaceLab& of(Lab& lab) { return static_cast<RaceLab&>(lab); } // these verbs are found through labs with lanes alone
constexpr Argument lane() { return whole("lane", 0, kLanesMost - 1, "0"); }
std::vector<std::string_view> view_ids() {
  std::vector<std::string_view> ids;
  for (const ViewRow* view : views()) ids.push_back(view->id);
  ids.push_back("none");
  return ids;
}

Answer explanations(Lab& lab, const Json&) {
  Json out = Json::array();
  const Race& race = of(lab).race();
  const RaceView& view = of(lab).view();
  for (const Explanation& e : explain(race, of(lab).world().ui.language, plotted(race, view.metric), acceptable_error(view)))
    out.push_back({{"rule", e.rule}, {"text", e.text}, {"field", e.field}, {"show", e.show}});
  return out;
}

// What the module of web/script/ makes a script of.
Answer script_of(Lab& lab, const Json& a) {
  const Race& race = of(lab).race();
  if (auto error = no_lane(race, a)) return *error;
  const auto wanted = a["lane"].get<std::size_t>();
  const Language language = of(lab).world().ui.language;
  return Json{{"experiment", race.experiment().json()},
              {"lane", wanted},
              {"title", lane_name(race.experiment(), wanted, language)},
              {"language", language == Language::en ? "en" : "zh"}};
}

Answer ask_weights(Lab& lab, const Json& a) {
  if (auto error = no_lane(of(lab).race(), a)) return *error;
  return of(lab).race().ask_weights(a["lane"].get<std::size_t>()), ok();
}

Answer activations_named(Lab& lab, const Json&) {
  Json out = Json::array();
  for (const ActivationEntry& entry : activations())
    out.push_back({{"id", entry.id}, {"label", of(lab).world().ui.by_id("activation." + std::string(entry.id))}});
  return out;
}

// Of the page alone: a file that workers have opened.
Answer use_own(Lab& lab, const Json& a) {
  const auto hash = a["hash"].get<std::string>();
  of(lab).world().packs.name_own(hash, a["name"].get<std::string>());
  if (auto error = of(lab).race().set_own(hash)) return *error;
  return Json{{"left_out", left_out_classes(*of(lab).world().packs.own(hash), false)}};
}

// What is wanted of a user's own file: its hash, or nothing.
Answer own_wanted(Lab& lab, const Json&) {
  const Race& race = of(lab).race();
  return Json{{"own", race.is_own()}, {"file", race.data().file}, {"name", race.packs().own_name(race.data().file)}, {"here", race.pack_ready()}};
}

constexpr Verb<Lab> kVerbs[] = {
    // ---- public ----
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).race().start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).race().pause(), ok(); }},
    {"step",
     Reach::acts,
     {whole("n", -kWholeMost, kWholeMost, "1")},
     [](Lab& lab, const Json& a) { return of(lab).race().step(a["n"].get<std::int64_t>()), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).race().reset(), ok(); }},
    {"seek",
     Reach::acts,
     {must(whole("step", -kWholeMost, kWholeMost))},
     [](Lab& lab, const Json& a) { return of(lab).race().seek_step(a["step"].get<std::int64_t>()), ok(); }},
    {"explain", Reach::asks, {}, explanations},

    // ---- transport ----
    {"toggle",
     Reach::page,
     {},
     [](Lab& lab, const Json&) {
       Race& race = of(lab).race();
       return race.transport() == Transport::running ? race.pause() : race.start(), ok();
     }},
    {"step_epoch", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).race().step_epoch(), ok(); }},
    {"seek_examples",
     Reach::page,
     {must(number("examples", 0, kWholeMost))},
     [](Lab& lab, const Json& a) { return of(lab).race().seek_examples(a["examples"].get<double>()), ok(); }},

    // ---- lanes ----
    {"lane_names", Reach::page, {}, [](Lab& lab, const Json&) -> Answer { return Json(lane_names(of(lab).race().experiment(), of(lab).world().ui.language)); }},
    {"activation_functions", Reach::page, {}, activations_named},
    {"use_own", Reach::page, {must(text("hash")), must(text("name"))}, use_own},
    {"own_wanted", Reach::page, {}, own_wanted},
    {"script", Reach::page, {lane()}, script_of},
    {"weights", Reach::page, {lane()}, ask_weights},
    {"linked", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).view().linked = true, ok(); }},
    {"bench", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).race().ask_bench(), ok(); }},
    {"bench_lines", Reach::page, {}, [](Lab& lab, const Json&) -> Answer { return Json(of(lab).race().bench_lines()); }},
};

constexpr Argument kLooks[] = {choice("view", view_ids),
                               whole("lane", 0, kLanesMost - 1),
                               whole("other", -1, kLanesMost - 1),
                               choice("metric", kMetricIds),
                               choice("second", kMetricIds),
                               choice("axis", kAxisIds),
                               flag("log"),
                               flag("batch_losses"),
                               text("file")};

} // namespace

extern const LabRoom kLanesRoom{.make = nullptr, .verbs = kVerbs, .looks = kLooks};

} // namespace downhill
