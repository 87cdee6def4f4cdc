// Everything that the page, and through it an embedding page, can ask of the app: one table of verbs. Which are public
// (window.downhill, messages), and what arguments each takes, stands here and nowhere else.
#include "app/app.hpp"
#include "app/core/verbs.hpp"
#include "app/views/list.hpp"
#include "core/printable.hpp"
#include "export/script.hpp"
#include "network/activation.hpp"

#include <backends/imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <algorithm>

namespace downhill {
namespace {

using Answer = Result<Json>;

/// Whom a verb answers.
enum class Reach {
  page,     ///< this page alone
  asks,     ///< anyone: it changes nothing
  acts,     ///< anyone
  promises, ///< anyone, and its answer takes a while
};

struct Verb {
  std::string_view name;
  Reach reach;
  std::initializer_list<Argument> arguments; ///< from outside in this order
  Answer (*act)(App& app, const Json& a);
  bool one_object = false; ///< from outside they come by name, in one object
};

constexpr double kWholeMost = 9007199254740991.0; // 2^53 − 1
constexpr double kIdMost = 200, kTypedMost = 1000;

constexpr Argument must(Argument argument) { return argument.must = true, argument; }
constexpr Argument whole(std::string_view name, double least, double most, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::whole, .standard = standard, .least = least, .most = most};
}
constexpr Argument number(std::string_view name, double least, double most, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::number, .standard = standard, .least = least, .most = most};
}
constexpr Argument flag(std::string_view name, const char* standard = nullptr) { return {.name = name, .kind = ArgumentKind::flag, .standard = standard}; }
constexpr Argument text(std::string_view name, double most = kIdMost, const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::text, .standard = standard, .most = most};
}
constexpr Argument choice(std::string_view name, std::vector<std::string_view> (*ids)(), const char* standard = nullptr) {
  return {.name = name, .kind = ArgumentKind::choice, .standard = standard, .ids = ids};
}
constexpr Argument any(std::string_view name) { return must({.name = name, .kind = ArgumentKind::any}); }
constexpr Argument list(std::size_t entries, Argument argument) { return argument.entries = entries, must(argument); }
constexpr Argument lane() { return whole("lane", 0, kLanesMost - 1, "0"); }
constexpr Argument worker() { return must(whole("worker", 0, kWholeMost)); }

using Ids = std::vector<std::string_view>;
template <const auto&... lists> Ids all_of() {
  Ids ids;
  (ids.insert(ids.end(), std::begin(lists), std::end(lists)), ...);
  return ids;
}
constexpr std::string_view kLanguages[] = {"zh", "en"}, kParts[] = {"header", "views", "settings"}, kCsv[] = {"curves", "view"};
Ids theme_ids() {
  Ids ids;
  for (const Tokens& theme : kThemes) ids.push_back(theme.id);
  return ids;
}
Ids preset_ids() {
  Ids ids;
  for (const Json& one : App::preset("")) ids.push_back(one["id"].get_ref<const std::string&>());
  return ids;
}
Ids view_ids() {
  Ids ids;
  for (const ViewRow* view : views()) ids.push_back(view->id);
  ids.push_back("none");
  return ids;
}
Ids error_codes() {
  Ids ids;
  for (const ErrorText& row : error_texts()) ids.push_back(row.code);
  return ids;
}

Answer ok() { return Json(true); }
Answer done(const std::optional<UserError>& error) { return error ? Answer(*error) : ok(); }
Answer no_field(const std::string& id) { return UserError{"no_field", "", {shortened(id, 40)}}; }

template <class Act> void each_race(App& app, Act act) {
  for (const auto& each : app.labs)
    for (Race* one : each->races()) act(*one);
}

std::span<const Verb> verbs();

Answer stats_of(App& app) {
  const FrameStats& stats = app.stats;
  return Json{{"frames", stats.drawn},
              {"app_ms_50", FrameStats::quantile(stats.app_ms, 0.5)},
              {"app_ms_99", FrameStats::quantile(stats.app_ms, 0.99)},
              {"cpu_ms_50", FrameStats::quantile(stats.cpu_ms, 0.5)},
              {"cpu_ms_99", FrameStats::quantile(stats.cpu_ms, 0.99)},
              {"interval_ms_50", FrameStats::quantile(stats.interval_ms, 0.5)},
              {"interval_ms_99", FrameStats::quantile(stats.interval_ms, 0.99)},
              {"heap_bytes", __builtin_wasm_memory_size(0) * 65536.0}};
}

// The explanation of the topmost control at a place, or of the one with that id.
Answer help_at(App& app, const Json& a) {
  const std::string id = a["id"].get<std::string>();
  const float x = a["x"].get<float>() / app.zoom, y = a["y"].get<float>() / app.zoom;
  for (auto item = app.ui.items.rbegin(); item != app.ui.items.rend(); ++item) {
    const bool hit =
        id.empty() ? item->visible && x >= item->rect.x && x <= item->rect.right() && y >= item->rect.y && y <= item->rect.bottom() : item->id == id;
    if (!hit || app.help_of(*item).empty()) continue;
    tell(app.help({item->id, item->label, app.help_of(*item), item->rect}));
    return ok();
  }
  return Json(false);
}

Answer presets_of(App& app) {
  const auto words = [&](const Json& text) { return text[app.ui.language == Language::en ? "en" : "zh"]; };
  Json out = Json::array();
  for (const Json& one : App::preset("")) {
    Json answers = Json::array();
    for (const Json& answer : one["guess"]["answers"]) answers.push_back(words(answer));
    out.push_back({{"id", one["id"]},
                   {"lab", one["lab"]},
                   {"title", words(one["experiment"]["title"])},
                   {"do", words(one["do"])},
                   {"ask", words(one["guess"]["ask"])},
                   {"answers", answers},
                   {"see", words(one["see"])}});
  }
  return Json{{"presets", out}, {"current", app.here().preset}, {"note", app.note()}};
}

// Only before the run.
Answer take_guess(App& app, const Json& a) {
  const Json now = app.note();
  if (now.is_null() || now["started"].get<bool>() || now["changed"].get<bool>()) return Json(false);
  const auto answers = static_cast<int>(App::preset(app.here().preset)["guess"]["answers"].size()), answer = a["answer"].get<int>();
  app.here().guess = answer < answers ? answer : -1;
  return ok();
}

Answer take_pad(App& app, const Json& a) { return done(app.put_on_pad(a["pixels"])); }

Answer typed(App& app, const Json& a) {
  const std::string id = a["id"].get<std::string>(), given = a["text"].get<std::string>();
  if (type_activations(app.race(), app.view(), app.activations_view, id, given) || type_dropout(app.race(), app.view(), app.dropout_view, id, given))
    return ok();
  return done(apply_typed(app.race(), app.view(), id, given));
}

Answer csv_of(App& app, const Json& a) {
  const bool of_view = a["plot"] == "view";
  if (of_view && app.lab == LabId::activations) return Json(activations_csv(app.race(), app.activations_view));
  if (of_view && app.lab == LabId::dropout) return Json(dropout_csv(app.race(), app.view()));
  return Json(of_view ? view_csv(app.ui, app.race(), app.view()) : curves_csv(app.ui, app.race()));
}

std::optional<UserError> no_lane(const App& app, const Json& a) {
  const std::size_t count = app.race().experiment().lanes.size(), lane = a["lane"].get<std::size_t>();
  if (lane < count) return {};
  return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(count)}};
}

std::span<const Verb> verbs() {
  static constexpr Verb table[] = {
      // ---- public ----
      {"getState", Reach::asks, {}, [](App& app, const Json&) -> Answer { return app.race().experiment().json(); }},
      {"setState",
       Reach::promises,
       {any("experiment")},
       [](App& app, const Json& a) -> Answer {
         if (!a["experiment"].is_string()) return done(app.race().set_experiment(a["experiment"]));
         const auto read = read_experiment(a["experiment"].get_ref<const std::string&>());
         return done(read ? app.race().set_experiment(read->json()) : std::optional(read.error()));
       }},
      {"start", Reach::acts, {}, [](App& app, const Json&) { return app.race().start(), ok(); }},
      {"pause", Reach::acts, {}, [](App& app, const Json&) { return app.race().pause(), ok(); }},
      {"step",
       Reach::acts,
       {whole("n", -kWholeMost, kWholeMost, "1")},
       [](App& app, const Json& a) { return app.race().step(a["n"].get<std::int64_t>()), ok(); }},
      {"reset", Reach::acts, {}, [](App& app, const Json&) { return app.race().reset(), ok(); }},
      {"seek",
       Reach::acts,
       {must(whole("step", -kWholeMost, kWholeMost))},
       [](App& app, const Json& a) { return app.race().seek_step(a["step"].get<std::int64_t>()), ok(); }},
      {"undo", Reach::acts, {}, [](App& app, const Json&) -> Answer { return Json(app.race().undo()); }},
      {"redo", Reach::acts, {}, [](App& app, const Json&) -> Answer { return Json(app.race().redo()); }},
      {"show",
       Reach::acts,
       {choice("lab", all_of<kLabIds>), choice("preset", preset_ids), choice("view", view_ids), whole("lane", 0, kLanesMost - 1),
        whole("other", -1, kLanesMost - 1), choice("metric", all_of<kMetricIds>), choice("second", all_of<kMetricIds>), choice("axis", all_of<kAxisIds>),
        flag("log"), flag("batch_losses"), choice("tab", all_of<kActivationTabs, kDropoutTabs>), number("at", -10, 10), choice("measure", all_of<kLayerMeasures>), flag("mode"), whole("image", 0, 9999)},
       [](App& app, const Json& a) { return app.show(a), ok(); },
       true},
      {"explain",
       Reach::asks,
       {},
       [](App& app, const Json&) -> Answer {
         Json out = Json::array();
         for (const Explanation& e : explain(app.race(), app.ui.language, static_cast<Metric>(app.view().metric[0])))
           out.push_back({{"rule", e.rule}, {"text", e.text}, {"field", e.field}, {"show", e.show}});
         return out;
       }},
      {"screenshot",
       Reach::promises,
       {},
       [](App& app, const Json&) { return app.window && !app.graphics_lost ? ok() : Answer(UserError{"no_graphics", "", {}}); }},
      {"results", Reach::asks, {}, [](App& app, const Json&) -> Answer { return app.results(true); }},
      {"items", Reach::asks, {}, [](App& app, const Json&) -> Answer { return app.items(false); }},
      {"stats", Reach::asks, {}, [](App& app, const Json&) { return stats_of(app); }},

      // ---- experiment ----
      {"defaults",
       Reach::page,
       {},
       [](App& app, const Json&) { return done(app.race().set_experiment(App::preset(kFirstPreset[static_cast<std::size_t>(app.lab)])["experiment"])); }},
      {"can_undo", Reach::page, {}, [](App& app, const Json&) -> Answer { return Json::array({app.race().can_undo(), app.race().can_redo()}); }},
      {"fields", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.fields(); }},
      {"field",
       Reach::page,
       {must(text("id"))},
       [](App& app, const Json& a) -> Answer {
         const auto id = FieldId::parse(a["id"].get<std::string>());
         return id && !field_info(app.race(), *id).value.is_null() ? app.field(*id) : no_field(a["id"].get<std::string>());
       }},
      {"set_field",
       Reach::page,
       {must(text("id")), any("value")},
       [](App& app, const Json& a) {
         const auto id = FieldId::parse(a["id"].get<std::string>());
         return id ? done(set_field(app.race(), *id, a["value"])) : no_field(a["id"].get<std::string>());
       }},
      {"reset_field",
       Reach::page,
       {must(text("id"))},
       [](App& app, const Json& a) {
         const auto id = FieldId::parse(a["id"].get<std::string>());
         return id ? done(reset_field(app.race(), *id)) : no_field(a["id"].get<std::string>());
       }},
      {"typed", Reach::page, {must(text("id")), must(text("text", kTypedMost))}, typed},
      {"lane_names",
       Reach::page,
       {},
       [](App& app, const Json&) -> Answer {
         return Json(lane_names(app.race().experiment(), app.ui.language));
       }},
      {"activations",
       Reach::page,
       {},
       [](App& app, const Json&) -> Answer {
         Json out = Json::array();
         for (const ActivationEntry& entry : activations()) out.push_back({{"id", entry.id}, {"label", app.ui.by_id("activation." + std::string(entry.id))}});
         return out;
       }},
      {"presets", Reach::page, {}, [](App& app, const Json&) { return presets_of(app); }},
      {"open_preset", Reach::page, {must(text("id"))}, [](App& app, const Json& a) { return done(app.open_preset(a["id"].get<std::string>())); }},
      {"guess", Reach::page, {must(whole("answer", -1, 100))}, take_guess},
      {"see_answer", Reach::page, {}, [](App& app, const Json&) { return app.here().seen = true, ok(); }},
      {"close_preset", Reach::page, {}, [](App& app, const Json&) { return app.here().set_preset(""), ok(); }},

      // ---- transport ----
      {"standings", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.results(false); }},
      {"toggle",
       Reach::page,
       {},
       [](App& app, const Json&) { return app.race().transport() == Transport::running ? app.race().pause() : app.race().start(), ok(); }},
      {"transport",
       Reach::page,
       {},
       [](App& app, const Json&) -> Answer {
         const Transport now = app.race().transport();
         return Json{{"running", now == Transport::running}, {"waiting", app.race().waiting()}, {"finished", now == Transport::finished}};
       }},
      {"step_epoch", Reach::page, {}, [](App& app, const Json&) { return app.race().step_epoch(), ok(); }},
      {"seek_examples",
       Reach::page,
       {must(number("examples", 0, kWholeMost))},
       [](App& app, const Json& a) { return app.race().seek_examples(a["examples"].get<double>()), ok(); }},

      // ---- what is looked at ----
      {"shown", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.shown(); }},
      {"lab",
       Reach::page,
       {choice("id", all_of<kLabIds>)},
       [](App& app, const Json& a) -> Answer {
         if (a.contains("id")) app.show({{"lab", a["id"]}});
         return Json(kLabIds[static_cast<std::size_t>(app.lab)]);
       }},
      {"language",
       Reach::page,
       {must(choice("language", all_of<kLanguages>))},
       [](App& app, const Json& a) { return app.ui.language = a["language"] == "en" ? Language::en : Language::zh, ok(); }},
      {"theme",
       Reach::page,
       {must(choice("theme", theme_ids)), {.name = "colors", .kind = ArgumentKind::any}},
       [](App& app, const Json& a) { return app.set_theme(a["theme"].get<std::string>(), a.value("colors", Json())), ok(); }},
      {"hide",
       Reach::page,
       {list(std::size(kParts), choice("parts", all_of<kParts>))},
       [](App& app, const Json& a) {
         for (const auto& each : app.labs)
           for (const Json& part : a["parts"]) {
             if (part == "views") each->view.hide_views = true;
             if (part == "settings") each->view.hide_settings = true;
           }
         return ok();
       }},
      {"csv", Reach::page, {choice("plot", all_of<kCsv>, "\"curves\"")}, csv_of},
      {"script",
       Reach::page,
       {lane()},
       [](App& app, const Json& a) -> Answer {
         if (auto error = no_lane(app, a)) return *error;
         const Lane& wanted = app.race().experiment().lanes[a["lane"].get<std::size_t>()];
         return Json(torch_script(wanted.settings, {lane_name(app.race().experiment(), a["lane"].get<std::size_t>(), app.ui.language), app.ui.language}));
       }},
      {"weights",
       Reach::page,
       {lane()},
       [](App& app, const Json& a) -> Answer {
         if (auto error = no_lane(app, a)) return *error;
         return app.race().ask_weights(a["lane"].get<std::size_t>()), ok();
       }},
      {"pad", Reach::page, {list(28 * 28, whole("pixels", 0, 255))}, take_pad},
      {"linked", Reach::page, {}, [](App& app, const Json&) { return app.view().linked = true, ok(); }},
      {"bench", Reach::page, {}, [](App& app, const Json&) { return app.race().ask_bench(), ok(); }},
      {"bench_lines", Reach::page, {}, [](App& app, const Json&) -> Answer { return Json(app.race().bench_lines()); }},
      {"stats_anew", Reach::page, {}, [](App& app, const Json&) { return app.stats = {}, ok(); }},

      // ---- controls by key, touch and text field ----
      {"all_items", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.items(true); }},
      {"reveal", Reach::page, {must(text("id"))}, [](App& app, const Json& a) { return app.ui.revealed = a["id"].get<std::string>(), ok(); }},
      {"close_list",
       Reach::page,
       {},
       [](App& app, const Json&) -> Answer {
         return app.ui.close_list = true, Json(app.window && ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)); // whether one is open
       }},
      {"activate", Reach::page, {must(text("id"))}, [](App& app, const Json& a) { return app.ui.activated.push_back(a["id"].get<std::string>()), ok(); }},
      {"nudge",
       Reach::page,
       {must(text("id")), must(number("by", -1, 1))},
       [](App& app, const Json& a) {
         // keys may come faster than frames
         const std::string id = a["id"].get<std::string>();
         app.ui.nudge = a["by"].get<float>() + (app.ui.nudged == id ? app.ui.nudge : 0.0F);
         app.ui.nudged = id;
         return ok();
       }},
      {"editing", Reach::page, {text("id", kIdMost, "\"\"")}, [](App& app, const Json& a) { return app.ui.editing = a["id"].get<std::string>(), ok(); }},
      {"help_at", Reach::page, {text("id", kIdMost, "\"\""), number("x", -1e6, 1e6, "-1"), number("y", -1e6, 1e6, "-1")}, help_at},
      {"touch_at",
       Reach::page,
       {number("x", -1e6, 1e6, "0"), number("y", -1e6, 1e6, "0")},
       [](App& app, const Json& a) {
         // SDL keeps the browser from scrolling only where fingers are events of their own; they are never used, so this is its switch
         const bool ours = app.ui.drags_at({a["x"].get<float>() / app.zoom, a["y"].get<float>() / app.zoom});
         SDL_EventState(SDL_FINGERDOWN, ours ? SDL_ENABLE : SDL_IGNORE);
         return ok();
       }},
      {"double_click", Reach::page, {}, [](App& app, const Json&) { return app.ui.double_clicked = true, ok(); }},
      {"touch_cancelled",
       Reach::page,
       {},
       [](App& app, const Json&) {
         if (!app.window) return ok();
         ImGui::ClearActiveID(); // letting go presses nothing, and a slider is let go of
         app.ui.drag_cancelled = true;
         ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
         return ok();
       }},

      // ---- what happens to the page ----
      {"graphics",
       Reach::page,
       {flag("lost", "false")},
       [](App& app, const Json& a) {
         app.graphics_lost = a["lost"].get<bool>();
         if (app.window && !app.graphics_lost) {
           ImGui_ImplOpenGL3_Shutdown();
           ImGui_ImplOpenGL3_Init("#version 300 es");
           ui::ImageSheet::forget_graphics();
           app.set_fonts();
         }
         return ok();
       }},
      {"workers",
       Reach::page,
       {must(whole("count", 1, 64))},
       [](App& app, const Json& a) {
         app.packs.set_worker_count(a["count"].get<std::size_t>());
         each_race(app, [](Race& race) { race.begin_with_workers(); });
         return ok();
       }},
      {"worker_restarted",
       Reach::page,
       {worker()},
       [](App& app, const Json& a) {
         const auto worker = a["worker"].get<std::size_t>();
         if (worker >= app.packs.worker_count()) return ok(); // there is none
         app.packs.worker_lost(worker);
         each_race(app, [&](Race& race) { race.worker_restarted(worker); });
         return ok();
       }},
      {"worker_hopeless",
       Reach::page,
       {worker()},
       [](App& app, const Json& a) {
         each_race(app, [&](Race& race) { race.worker_hopeless(a["worker"].get<std::size_t>()); });
         return ok();
       }},
      {"pack_progress",
       Reach::page,
       {number("received", 0, kWholeMost, "0"), number("total", 0, kWholeMost, "0")},
       [](App& app, const Json& a) {
         app.frames_due = std::max(app.frames_due, 1);
         for (const auto& each : app.labs) each->view.pack_received = a["received"].get<double>(), each->view.pack_total = a["total"].get<double>();
         return ok();
       }},
      {"pack_failed",
       Reach::page,
       {choice("code", error_codes, "\"pack_damaged\"")},
       [](App& app, const Json& a) {
         app.packs.failed();
         for (const auto& each : app.labs) each->race.pack_failed({a["code"].get<std::string>(), "", {}});
         return app.told_problem = true, ok();
       }},
      {"public_verbs",
       Reach::page,
       {},
       [](App&, const Json&) -> Answer {
         Json out = Json::array();
         for (const Verb& verb : verbs())
           if (verb.reach != Reach::page)
             out.push_back({{"name", verb.name}, {"acts", verb.reach != Reach::asks}, {"promises", verb.reach == Reach::promises}});
         return out;
       }},
  };
  return table;
}

Answer command_of(App& app, const Json& c) {
  if (!c.is_object()) return UserError{"wrong_type", "", {"{…}"}};
  const bool outside = c.contains("call");
  const Json name = outside ? c["call"] : c.value("verb", Json());
  const auto verb = std::find_if(verbs().begin(), verbs().end(), [&](const Verb& v) { return name == v.name && (v.reach != Reach::page || !outside); });
  if (verb == verbs().end()) {
    std::string known;
    for (const Verb& v : verbs())
      if (v.reach != Reach::page) known += (known.empty() ? "" : ", ") + std::string(v.name);
    return UserError{"no_verb", "", {name.is_string() ? shortened(name.get_ref<const std::string&>(), 40) : name.type_name(), known}};
  }
  Json arguments = c;
  if (outside) {
    const Json given = c.contains("arguments") ? c["arguments"] : Json::array();
    if (verb->one_object) {
      if (!given.is_array() || given.size() != 1 || !given[0].is_object()) return UserError{"wrong_type", std::string(verb->name), {"{…}"}};
      arguments = given[0];
    } else {
      auto named = by_name(verb->name, verb->arguments, given);
      if (!named) return named;
      arguments = *named;
    }
  } else {
    arguments.erase("verb");
  }
  if (auto error = check_arguments(verb->name, verb->arguments, arguments)) return *error;
  return verb->act(app, arguments);
}

} // namespace

Json App::command(std::string_view text) {
  const auto c = read_json(text);
  const Answer answer = c ? command_of(*this, *c) : c;
  return answer ? Json{{"ok", *answer}} : Json{{"error", answer.error().sentence(ui.language)}};
}

} // namespace downhill
