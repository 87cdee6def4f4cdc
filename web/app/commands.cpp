// Everything that the page, and through it an embedding page, can ask of the app: one table of verbs, besides those of the labs.
// Which are public (window.downhill, messages), and what arguments each takes, stands in these tables and nowhere else.
#include "app/app.hpp"
#include "app/presets.hpp"
#include "app/ui/image_sheet.hpp"
#include "core/printable.hpp"

#include <backends/imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <algorithm>

namespace downhill {
namespace {

using namespace takes;
using Ids = std::vector<std::string_view>;

constexpr double kRowsMost = 100000; // of a table in the form view
constexpr Argument worker() { return must(whole("worker", 0, kWholeMost)); }
constexpr std::string_view kLanguages[] = {"zh", "en"}, kParts[] = {"header", "views", "settings"}, kCsv[] = {"curves", "view"};
Ids lab_ids() {
  Ids ids;
  for (const LabRow& row : labs()) ids.push_back(row.id);
  return ids;
}
Ids theme_ids() {
  Ids ids;
  for (const Tokens& theme : kThemes) ids.push_back(theme.id);
  return ids;
}
Ids preset_ids() {
  Ids ids;
  for (const Json& one : presets()) ids.push_back(one["id"].get_ref<const std::string&>());
  return ids;
}
Ids error_codes() {
  Ids ids;
  for (const ErrorText& row : error_texts()) ids.push_back(row.code);
  return ids;
}

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
  Json out = Json::array();
  for (const Json& one : presets()) out.push_back({{"id", one["id"]}, {"lab", one["lab"]}});
  return Json{{"labs", lab_ids()}, {"presets", out}, {"current", app.here().preset}, {"note", app.note()}};
}

// Only before the run.
Answer take_guess(App& app, const Json& a) {
  const Json now = app.note();
  if (now.is_null() || now["started"].get<bool>() || now["changed"].get<bool>()) return Json(false);
  const auto answers = preset_of(app.here().preset)["answers"].get<int>(), answer = a["answer"].get<int>();
  app.here().guess = answer < answers ? answer : -1;
  return ok();
}

// What can be looked at: first what the lab in question has to say, since labs may use one name for different things.
std::vector<Argument> looks_for(const App& app, const Json& given) {
  const LabRow* row = given.contains("lab") && given["lab"].is_string() ? lab_of(given["lab"].get_ref<const std::string&>()) : &app.here().row();
  std::vector<Argument> all;
  const auto add = [&](const LabRow& of, std::size_t own) {
    for (const LabRoom* room = &of.room; room; room = room->like)
      for (const Argument& argument : room->looks)
        if (std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(own), [&](const Argument& a) { return a.name == argument.name; }))
          all.push_back(argument);
  };
  if (row) add(*row, 0);
  const std::size_t own = all.size();
  for (const LabRow& each : labs()) add(each, own); // what only others have may be any of theirs: it is not looked at here
  return all;
}

// What a link may speak of.
Answer showable(App& app, const Json&) {
  Json keys = {"lab", "preset"};
  for (const Argument& look : looks_for(app, Json::object()))
    if (std::find(keys.begin(), keys.end(), look.name) == keys.end()) keys.push_back(look.name);
  return Json{{"labs", lab_ids()}, {"keys", keys}};
}

// What leads to a lab that has not been fetched is not done: the page is told which it is (App::command), fetches it and asks again.
std::optional<UserError> absent(const App& app, const LabRow* row) {
  if (!row || app.fetched[row->number]) return {};
  return UserError{"lab_absent", "", {std::string(row->id)}};
}
const LabRow* lab_in(const Json& a, const char* key) { return lab_of(a.value(key, std::string())); }

Answer verbs_told(App&, const Json&);
Answer verbs_of_lab(App&, const Json&);

constexpr Verb<App> kVerbs[] = {
    // ---- public ----
    {"getState", Reach::asks, {}, [](App& app, const Json&) -> Answer { return app.here().document(); }},
    {"setState",
     Reach::promises,
     {any("experiment")},
     [](App& app, const Json& a) -> Answer {
       const Json& given = a["experiment"];
       return done(given.is_string() ? app.here().open_text(given.get_ref<const std::string&>()) : app.here().open(given));
     }},
    {"undo", Reach::acts, {}, [](App& app, const Json&) -> Answer { return Json(app.here().undo()); }},
    {"redo", Reach::acts, {}, [](App& app, const Json&) -> Answer { return Json(app.here().redo()); }},
    {"show",
     Reach::promises,
     {choice("lab", lab_ids), choice("preset", preset_ids)}, // and what labs have to look at
     [](App& app, const Json& a) -> Answer {
       if (auto error = absent(app, lab_in(a, "lab"))) return *error;
       return app.show(a), ok();
     },
     true},
    {"screenshot",
     Reach::promises,
     {},
     [](App& app, const Json&) { return app.window && !app.graphics_lost ? ok() : Answer(UserError{"no_graphics", "", {}}); }},
    {"results", Reach::asks, {}, [](App& app, const Json&) -> Answer { return app.here().results(true); }},
    {"items", Reach::asks, {}, [](App& app, const Json&) -> Answer { return app.items(false); }},
    {"stats", Reach::asks, {}, [](App& app, const Json&) { return stats_of(app); }},

    // ---- experiment ----
    {"defaults", Reach::page, {}, [](App& app, const Json&) { return done(app.here().open(app.here().standard())); }},
    {"can_undo", Reach::page, {}, [](App& app, const Json&) -> Answer { return Json::array({app.here().can_undo(), app.here().can_redo()}); }},
    {"fields", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.here().fields(); }},
    {"field",
     Reach::page,
     {must(text("id"))},
     [](App& app, const Json& a) -> Answer {
       Json field = app.here().field(a["id"].get<std::string>());
       return field.is_null() ? Answer(no_field(a["id"].get<std::string>())) : Answer(std::move(field));
     }},
    {"set_field",
     Reach::page,
     {must(text("id")), any("value")},
     [](App& app, const Json& a) { return done(app.here().set_field(a["id"].get<std::string>(), a["value"])); }},
    {"reset_field", Reach::page, {must(text("id"))}, [](App& app, const Json& a) { return done(app.here().reset_field(a["id"].get<std::string>())); }},
    {"tables", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.here().tables(); }},
    {"type_cell",
     Reach::page,
     {must(text("table")), must(whole("row", 0, kRowsMost)), must(whole("column", 0, kRowsMost)), must(text("text", kTypedMost))},
     [](App& app, const Json& a) {
       return done(app.here().type_cell(a["table"].get<std::string>(), a["row"].get<std::size_t>(), a["column"].get<std::size_t>(), a["text"].get<std::string>()));
     }},
    {"add_row", Reach::page, {must(text("table"))}, [](App& app, const Json& a) { return done(app.here().add_row(a["table"].get<std::string>())); }},
    {"remove_row",
     Reach::page,
     {must(text("table")), must(whole("row", 0, kRowsMost))},
     [](App& app, const Json& a) { return done(app.here().remove_row(a["table"].get<std::string>(), a["row"].get<std::size_t>())); }},
    {"typed",
     Reach::page,
     {must(text("id")), must(text("text", kTypedMost))},
     [](App& app, const Json& a) { return done(app.here().type(a["id"].get<std::string>(), a["text"].get<std::string>())); }},
    {"presets", Reach::page, {}, [](App& app, const Json&) { return presets_of(app); }},
    {"open_preset",
     Reach::page,
     {must(text("id"))},
     [](App& app, const Json& a) {
       const auto& id = a["id"].get_ref<const std::string&>();
       const Json& preset = preset_of(id);
       if (auto error = absent(app, preset.is_null() ? nullptr : lab_in(preset, "lab"))) return done(error);
       return done(app.open_preset(id));
     }},
    {"guess", Reach::page, {must(whole("answer", -1, 100))}, take_guess},
    {"see_answer", Reach::page, {}, [](App& app, const Json&) { return app.here().seen = true, ok(); }},
    {"close_preset", Reach::page, {}, [](App& app, const Json&) { return app.here().set_preset(""), ok(); }},

    // ---- transport ----
    {"standings", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.here().results(false); }},
    {"columns", Reach::page, {}, [](App& app, const Json&) -> Answer { return Json(app.here().columns()); }},
    {"spoken", Reach::page, {flag("ended", "false")}, [](App& app, const Json& a) -> Answer { return Json(app.here().spoken(a["ended"].get<bool>())); }},
    {"transport",
     Reach::page,
     {},
     [](App& app, const Json&) -> Answer {
       const Transport now = app.here().transport();
       return Json{{"running", now == Transport::running}, {"waiting", app.here().waiting()}, {"finished", now == Transport::finished}};
     }},

    // ---- what is looked at ----
    {"shown", Reach::page, {}, [](App& app, const Json&) -> Answer { return app.shown(); }},
    {"can_show", Reach::page, {}, showable},
    {"lab",
     Reach::page,
     {choice("id", lab_ids)},
     [](App& app, const Json& a) -> Answer {
       if (auto error = absent(app, lab_in(a, "id"))) return *error;
       if (a.contains("id")) app.show({{"lab", a["id"]}});
       return Json(app.here().row().id);
     }},
    {"language",
     Reach::page,
     {must(choice("language", kLanguages))},
     [](App& app, const Json& a) { return app.ui.language = a["language"] == "en" ? Language::en : Language::zh, ok(); }},
    {"theme",
     Reach::page,
     {must(choice("theme", theme_ids)), {.name = "colors", .kind = ArgumentKind::any}},
     [](App& app, const Json& a) { return app.set_theme(a["theme"].get<std::string>(), a.value("colors", Json())), ok(); }},
    {"hide",
     Reach::page,
     {list(std::size(kParts), choice("parts", kParts))},
     [](App& app, const Json& a) {
       for (const Json& part : a["parts"]) app.world.hidden.push_back(part.get<std::string>());
       return ok();
     }},
    {"csv",
     Reach::page,
     {choice("plot", kCsv, "\"curves\"")},
     [](App& app, const Json& a) -> Answer { return Json(app.here().csv(a["plot"].get_ref<const std::string&>())); }},
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
    {"lab_fetched",
     Reach::page,
     {must(choice("id", lab_ids)), any("presets")},
     [](App& app, const Json& a) { return take_presets(a["presets"]), app.fetched[lab_in(a, "id")->number] = true, ok(); }},
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
       for (Race* each : app.races()) each->begin_with_workers();
       for (const auto& lab : app.made)
         if (lab) lab->worker_lost();
       app.packs.request_smallest();
       return ok();
     }},
    {"worker_restarted",
     Reach::page,
     {worker()},
     [](App& app, const Json& a) {
       const auto worker = a["worker"].get<std::size_t>();
       if (worker >= app.packs.worker_count()) return ok(); // there is none
       app.packs.worker_lost(worker);
       for (Race* each : app.races()) each->worker_restarted(worker);
       for (const auto& lab : app.made)
         if (lab) lab->worker_lost();
       return ok();
     }},
    {"worker_hopeless",
     Reach::page,
     {worker()},
     [](App& app, const Json& a) {
       for (Race* each : app.races()) each->worker_hopeless(a["worker"].get<std::size_t>());
       return ok();
     }},
    {"pack_progress",
     Reach::page,
     {number("received", 0, kWholeMost, "0"), number("total", 0, kWholeMost, "0")},
     [](App& app, const Json& a) {
       app.frames_due = std::max(app.frames_due, 1);
       app.packs.received = a["received"].get<double>(), app.packs.total = a["total"].get<double>();
       return ok();
     }},
    {"pack_failed",
     Reach::page,
     {choice("code", error_codes, "\"pack_damaged\"")},
     [](App& app, const Json& a) {
       const UserError why{a["code"].get<std::string>(), "", {}};
       app.packs.failed(why);
       for (Race* each : app.races())
         if (!app.packs.own_failed() || app.packs.failure(each->data())) each->pack_failed(why);
       return app.told_problem = true, ok();
     }},
    {"public_verbs", Reach::page, {}, verbs_told},
    {"lab_verbs", Reach::page, {}, verbs_of_lab},
};

std::span<const Verb<App>> verbs() { return kVerbs; }

// Those of labs are told once, though several have them.
template <class Act> void each_lab_verb(const LabRow& row, Act act) {
  for (const LabRoom* room = &row.room; room; room = room->like)
    for (const Verb<Lab>& verb : room->verbs) act(verb);
}
struct Known {
  std::string_view name;
  Reach reach;
};
std::vector<Known> public_verbs() {
  std::vector<Known> all;
  const auto add = [&](const auto& verb) {
    if (verb.reach != Reach::page && std::none_of(all.begin(), all.end(), [&](const Known& k) { return k.name == verb.name; }))
      all.push_back({verb.name, verb.reach});
  };
  for (const Verb<App>& verb : verbs()) add(verb);
  for (const LabRow& row : labs()) each_lab_verb(row, add);
  return all;
}
Answer verbs_told(App&, const Json&) {
  Json out = Json::array();
  for (const Known& verb : public_verbs())
    out.push_back({{"name", verb.name}, {"acts", verb.reach != Reach::asks}, {"promises", verb.reach == Reach::promises}});
  return out;
}

Answer verbs_of_lab(App& app, const Json&) {
  Json out = Json::array();
  each_lab_verb(app.here().row(), [&](const Verb<Lab>& verb) { out.push_back(verb.name); });
  return out;
}

/// Who is called, and with what.
struct Call {
  std::string name;
  bool outside;
  const Json& given; ///< from outside a list of arguments, else an object that holds them
};

// The arguments by name, checked.
Result<Json> checked(const Call& call, std::span<const Argument> arguments, std::span<const Argument> more, bool one_object) {
  Json by = call.given;
  if (call.outside && one_object) {
    if (!call.given.is_array() || call.given.size() != 1 || !call.given[0].is_object()) return UserError{"wrong_type", call.name, {"{…}"}};
    by = call.given[0];
  } else if (call.outside) {
    auto named = by_name(call.name, arguments, call.given);
    if (!named) return named;
    by = *named;
  }
  std::vector<Argument> all(arguments.begin(), arguments.end());
  all.insert(all.end(), more.begin(), more.end());
  if (auto error = check_arguments(call.name, all, by)) return *error;
  return by;
}

template <class Self> Answer act_on(Self& self, const Verb<Self>& verb, const Call& call, std::span<const Argument> more = {}) {
  const auto arguments = checked(call, verb.arguments, more, verb.one_object);
  return arguments ? verb.act(self, *arguments) : arguments;
}

UserError no_verb(const std::string& shown_name) {
  std::string known;
  for (const Known& verb : public_verbs()) known += (known.empty() ? "" : ", ") + std::string(verb.name);
  return {"no_verb", "", {shown_name, known}};
}

Answer call_lab(App& app, const Call& call) {
  const auto in = [&](const LabRow& row) {
    const Verb<Lab>* found = nullptr;
    each_lab_verb(row, [&](const Verb<Lab>& verb) {
      if (!found && verb.name == call.name && (verb.reach != Reach::page || !call.outside)) found = &verb;
    });
    return found;
  };
  if (const Verb<Lab>* verb = in(app.here().row())) return act_on(app.here(), *verb, call);
  bool elsewhere = false;
  for (const LabRow& row : labs()) {
    const Verb<Lab>* verb = in(row);
    elsewhere = elsewhere || verb;
    if (!verb || !verb->leads_here) continue;
    if (auto error = absent(app, &row)) return *error;
    const Answer answer = act_on(app.lab(row), *verb, call);
    if (answer) app.show_lab(row);
    return answer;
  }
  if (!elsewhere) return no_verb(shortened(call.name, 40));
  return UserError{"not_in_lab", "", {call.name, std::string(app.ui.by_id("nav." + std::string(app.here().row().id)))}};
}

Answer command_of(App& app, const Json& c) {
  if (!c.is_object()) return UserError{"wrong_type", "", {"{…}"}};
  const bool outside = c.contains("call");
  const Json name = outside ? c["call"] : c.value("verb", Json());
  if (!name.is_string()) return no_verb(name.type_name());
  Json given = c;
  given.erase("verb");
  if (outside) given = c.contains("arguments") ? c["arguments"] : Json::array();
  const Call call{name.get<std::string>(), outside, given};
  const auto verb =
      std::find_if(verbs().begin(), verbs().end(), [&](const Verb<App>& v) { return v.name == call.name && (v.reach != Reach::page || !outside); });
  if (verb == verbs().end()) return call_lab(app, call);
  if (call.name != "show") return act_on(app, *verb, call);
  const Json& wanted = outside && given.is_array() && given.size() == 1 ? given[0] : given;
  return act_on(app, *verb, call, looks_for(app, wanted));
}

} // namespace

Json App::command(std::string_view text) {
  const auto c = read_json(text);
  const Answer answer = c ? command_of(*this, *c) : c;
  if (answer) return {{"ok", *answer}};
  Json out = {{"error", answer.error().sentence(ui.language)}};
  if (answer.error().code == "lab_absent") out["absent"] = answer.error().with[0];
  return out;
}

} // namespace downhill
