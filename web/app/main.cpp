// The page's module: SDL2 window, WebGL2, Dear ImGui, and the commands the page gives it. It draws a frame only when
// the page asks, and says whether it wants another.
#include "app/labs/activations.hpp"
#include "app/labs/dropout.hpp"
#include "app/labs/race.hpp"
#include "core/hash.hpp"
#include "embedded.hpp"
#include "export/script.hpp"
#include "network/activation.hpp"

#include <SDL2/SDL.h>
#include <backends/imgui_impl_opengl3.h>
#include <backends/imgui_impl_sdl2.h>
#include <emscripten.h>

#include <GLES3/gl3.h>

#include <algorithm>
#include <memory>

EM_JS(void, host_post, (std::size_t worker, const std::uint8_t* bytes, std::size_t size),
      { Module["host"]["post"](worker, HEAPU8.slice(bytes, bytes + size)); });
EM_JS(void, host_file, (const char* name, const std::uint8_t* bytes, std::size_t size),
      { Module["host"]["file"](UTF8ToString(name), HEAPU8.slice(bytes, bytes + size)); });
EM_JS(void, host_event, (const char* json), { Module["host"]["event"](JSON.parse(UTF8ToString(json))); });

namespace downhill {
namespace {

void tell(const Json& event) { host_event(event.dump(-1, ' ', false, Json::error_handler_t::replace).c_str()); }

// The last frames' CPU times, for window.downhill.stats() and the tests.
struct FrameStats {
  std::int64_t drawn = 0;
  std::vector<double> cpu_ms, interval_ms, app_ms; ///< app_ms: without the graphics driver
  double last_ms = 0;
  static void put(std::vector<double>& list, double value) {
    if (list.size() == 600) list.erase(list.begin());
    list.push_back(value);
  }
  static double quantile(std::vector<double> list, double q) {
    if (list.empty()) return 0;
    std::sort(list.begin(), list.end());
    return list[static_cast<std::size_t>(q * static_cast<double>(list.size() - 1))];
  }
};

/// The labs, in the order of the header's links; each has its own file in app/labs.
enum class LabId { race, activations, dropout, count };
constexpr std::string_view kLabIds[] = {"race", "activations", "dropout"};
/// The preset that a lab opens with, and the one whose toy it trains beside it.
constexpr std::string_view kFirstPreset[] = {"nine", "deep_sigmoid", "dropout_cures"}, kToyPreset[] = {"", "linear_is_linear", "dropout_boundary"};

struct Lab {
  Lab(LabId id, const Race::Post& post, Packs& packs)
      : race(post, packs, 2 * static_cast<std::uint32_t>(id)), toy(post, packs, 2 * static_cast<std::uint32_t>(id) + 1) {}
  Race race, toy;
  RaceView view;
  std::string preset; ///< that was opened last
  std::vector<Race*> races() { return toy.experiment().lanes.empty() ? std::vector{&race} : std::vector{&race, &toy}; }
  std::uint64_t news() const { return race.news() + toy.news(); }
};

struct App {
  explicit App(std::vector<PackInfo> infos)
      : packs([](const std::string& pack, bool anew) { tell({{"type", "load_pack"}, {"pack", pack}, {"anew", anew}}); }, std::move(infos)) {
    const auto post = [](std::size_t worker, const protocol::ToTrainer& message) {
      const auto bytes = protocol::encode(message);
      host_post(worker, bytes.data(), bytes.size());
    };
    for (std::size_t i = 0; i < std::size(kLabIds); ++i) {
      Lab& made = *labs.emplace_back(std::make_unique<Lab>(static_cast<LabId>(i), post, packs));
      std::optional<UserError> error = made.race.set_experiment(preset(kFirstPreset[i])["experiment"]);
      if (!error && !kToyPreset[i].empty()) error = made.toy.set_experiment(preset(kToyPreset[i])["experiment"]);
      assert(!error);
      made.race.on_weights = [this, &made](std::size_t lane, const std::vector<std::uint8_t>& file) {
        const std::string name = lane_name(made.race.experiment().lanes[lane], ui.language) + ".safetensors";
        host_file(name.c_str(), file.data(), file.size());
      };
    }
    labs[static_cast<std::size_t>(LabId::dropout)]->view.lane = 2;
  }

  bool open_window();
  bool frame(double now_ms, bool input);
  void set_fonts();
  void set_theme(const std::string& id);
  void deliver(std::size_t worker, std::span<const std::uint8_t> bytes);
  Json placed(const char* type, const ui::EditRequest& request) const;
  Json help(const ui::EditRequest& request) const;
  /// What is looked at, as `show` takes it: part of a link.
  Json shown() const;
  void show(const Json& c);
  void show_lab(LabId wanted);
  static const Json& preset(std::string_view id);
  std::optional<UserError> open_preset(const std::string& id);
  Json field(const FieldId& id) const;
  Json fields() const;
  void draw();
  void tell_changes();
  Json command(const Json& c);
  Json results() const;
  Json items() const;
  std::string help_of(const ui::Item& item) const;

  Lab& here() { return *labs[static_cast<std::size_t>(lab)]; }
  const Lab& here() const { return *labs[static_cast<std::size_t>(lab)]; }
  Race& race() { return here().race; }
  const Race& race() const { return here().race; }
  RaceView& view() { return here().view; }
  const RaceView& view() const { return here().view; }

  Packs packs;
  std::vector<std::unique_ptr<Lab>> labs;
  LabId lab = LabId::race;
  ActivationsView activations_view;
  DropoutView dropout_view;
  ui::Ui ui;
  FrameStats stats;
  SDL_Window* window = nullptr;
  SDL_GLContext context = nullptr;
  float width = 1280, height = 672, pixel_ratio = 0; ///< of the canvas, in CSS px
  float zoom = 1;                                    ///< the projector's type is larger; the lab's px are CSS px / zoom
  int drawn_stage = -1;
  bool activation_waits = false; ///< a press by key is due in the next frame
  std::uint64_t drawn_news = 0, told_version = 0;
  LabId told_lab = LabId::race;
  Transport told_transport = Transport::ready;
  bool told_problem = false;
  bool graphics_lost = false; ///< nothing is drawn until the browser gives the context back
  Json told_shown;
};

std::unique_ptr<App> app;

bool App::open_window() {
  // the keyboard belongs to the canvas, not to the whole page
  SDL_SetHint(SDL_HINT_EMSCRIPTEN_KEYBOARD_ELEMENT, "#canvas");
  SDL_SetHint(SDL_HINT_EMSCRIPTEN_ASYNCIFY, "0");
  if (SDL_Init(SDL_INIT_VIDEO) != 0) return false;
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_ES);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
  SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
  SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
  window = SDL_CreateWindow("Downhill", 0, 0, static_cast<int>(width), static_cast<int>(height), SDL_WINDOW_OPENGL | SDL_WINDOW_ALLOW_HIGHDPI);
  if (!window) return false;
  context = SDL_GL_CreateContext(window);
  if (!context) return SDL_Quit(), window = nullptr, false; // whoever has no window is not drawn
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  ImGui_ImplSDL2_InitForOpenGL(window, context);
  ImGui_ImplOpenGL3_Init("#version 300 es");
  return true;
}

void App::draw() {
  const double start_ms = emscripten_get_now();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplSDL2_NewFrame();
  ImGui::GetIO().DisplaySize = {width / zoom, height / zoom};
  ImGui::GetIO().DisplayFramebufferScale = {pixel_ratio * zoom, pixel_ratio * zoom};
  ImGui::NewFrame();
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowBorderSize = 0;
  style.PopupBorderSize = 1;
  style.ScrollbarSize = 8;
  style.ScrollbarRounding = 4;
  style.HoverDelayShort = 0.45F;
  const auto color = [&](ImGuiCol slot, std::uint32_t c) { style.Colors[slot] = ImGui::ColorConvertU32ToFloat4(c); };
  color(ImGuiCol_PopupBg, ui.theme->panel);
  color(ImGuiCol_Border, ui.theme->line);
  color(ImGuiCol_ScrollbarBg, 0);
  color(ImGuiCol_ScrollbarGrab, ui.theme->line);
  color(ImGuiCol_ScrollbarGrabHovered, ui.theme->faint);
  color(ImGuiCol_ScrollbarGrabActive, ui.theme->faint);

  ui.begin_frame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({width / zoom, height / zoom});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::Begin("lab", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  const ui::Rect whole{0, 0, width / zoom, height / zoom};
  switch (lab) {
  case LabId::activations: draw_activations(ui, race(), here().toy, view(), activations_view, whole); break;
  case LabId::dropout: draw_dropout(ui, race(), here().toy, view(), dropout_view, whole); break;
  default: draw_race(ui, race(), view(), whole);
  }
  activation_waits = ui.end_frame();
  ImGui::End();
  ImGui::PopStyleVar();
  ImGui::Render();
  FrameStats::put(stats.app_ms, emscripten_get_now() - start_ms);

  const ImVec4 page = ImGui::ColorConvertU32ToFloat4(ui.theme->page);
  glViewport(0, 0, static_cast<int>(width * pixel_ratio), static_cast<int>(height * pixel_ratio));
  glClearColor(page.x, page.y, page.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  SDL_GL_SwapWindow(window);

  ++stats.drawn;
  FrameStats::put(stats.cpu_ms, emscripten_get_now() - start_ms);
  if (stats.last_ms > 0 && start_ms - stats.last_ms < 1000) FrameStats::put(stats.interval_ms, start_ms - stats.last_ms);
  stats.last_ms = start_ms;
}

bool App::frame(double now_ms, bool input) {
  SDL_Event event;
  while (window && SDL_PollEvent(&event)) {
    if (event.type == SDL_MOUSEMOTION) {
      ImGui::GetIO().AddMouseSourceEvent(event.motion.which == SDL_TOUCH_MOUSEID ? ImGuiMouseSource_TouchScreen : ImGuiMouseSource_Mouse);
      ImGui::GetIO().AddMousePosEvent(static_cast<float>(event.motion.x) / zoom, static_cast<float>(event.motion.y) / zoom);
    } else {
      ImGui_ImplSDL2_ProcessEvent(&event);
    }
    input = true;
  }
  for (Race* each : here().races()) each->tick(now_ms / 1000);
  // at a speed slow enough to watch, the flow strip moves on between two steps
  const double phase = race().step_phase(std::min(view().lane, race().lanes().size() - 1));
  if (const int stage = static_cast<int>(phase * 6); stage != drawn_stage) drawn_stage = stage, input = true;
  if (!window) {
    drawn_news = here().news(); // no WebGL2: the form view shows it
  } else if (!graphics_lost && (input || activation_waits || here().news() != drawn_news)) {
    drawn_news = here().news();
    draw();
    if (here().news() != drawn_news || activation_waits) input = true; // a press did something: one more frame shows it
  }
  bool more = input;
  for (Race* each : here().races()) more = each->ask_looks(now_ms / 1000) || each->transport() == Transport::running || more;
  tell_changes();
  return more;
}

void App::deliver(std::size_t worker, std::span<const std::uint8_t> bytes) {
  const auto message = protocol::decode<protocol::ToApp>(bytes);
  if (!message || worker >= packs.worker_count()) return;
  if (const auto* opened = std::get_if<protocol::PackOpened>(&*message)) {
    packs.take(worker, *opened);
    if (opened->error_code.empty()) {
      tell({{"type", "pack_opened"}, {"pack", opened->pack}});
    } else if (worker == 0) { // the others say the same, later
      tell({{"type", "pack_refused"}, {"pack", opened->pack}});
      told_problem = false; // what is wrong with these data is news, though other data failed before
    }
  }
  for (const auto& each : labs)
    for (Race* one : each->races()) one->take(worker, *message);
}

void App::tell_changes() {
  if (ui.edit_request) {
    tell(placed("edit", *ui.edit_request));
    ui.edit_request.reset();
  }
  if (ui.help_request) {
    tell(help(*ui.help_request));
    ui.help_request.reset();
  }
  if (view().complaint) {
    tell({{"type", "notice"}, {"text", view().complaint->sentence(ui.language)}});
    view().complaint.reset();
  }
  if (race().experiment_version() != told_version || lab != told_lab) {
    told_version = race().experiment_version();
    told_lab = lab;
    tell({{"type", "state"}, {"experiment", race().experiment().json()}});
  }
  if (Json now = shown(); now != told_shown) {
    // the first time nobody has chosen anything yet
    if (!told_shown.is_null()) tell({{"type", "shown"}});
    told_shown = std::move(now);
  }
  if (race().transport() != told_transport) {
    told_transport = race().transport();
    if (told_transport == Transport::finished) tell({{"type", "finished"}, {"results", results()}});
    tell({{"type", "transport"},
          {"transport", told_transport == Transport::running    ? "running"
                        : told_transport == Transport::paused   ? "paused"
                        : told_transport == Transport::finished ? "finished"
                                                                : "ready"}});
  }
  if (race().problem() && !told_problem) tell({{"type", "notice"}, {"text", race().problem()->sentence(ui.language)}});
  told_problem = race().problem().has_value();
}

Json App::results() const {
  Json out = Json::array();
  for (std::size_t i = 0; i < race().lanes().size(); ++i) {
    const LaneState& lane = race().lanes()[i];
    static constexpr const char* kStatus[] = {"running", "finished", "diverged"};
    Json row = {{"label", lane_name(race().experiment().lanes[i], ui.language)},
                {"step", lane.step},
                {"steps", lane.steps},
                {"epoch", lane.epoch},
                {"examples", lane.examples},
                {"seconds", lane.seconds},
                {"status", lane.problem                                                                               ? "error"
                           : lane.stop != Stop::none                                                                  ? "stopped"
                           : lane.status == protocol::LaneStatus::running && race().transport() != Transport::running ? (lane.step > 0 ? "paused" : "ready")
                                                                                                                      : kStatus[static_cast<int>(lane.status)]},
                {"hash", lane.hash ? Json(hex16(lane.hash)) : Json()}};
    Json& curve = row["curve"] = Json::array();
    for (const auto& e : lane.evaluations)
      curve.push_back({{"step", e.step},
                       {"epoch", e.epoch},
                       {"examples", e.examples},
                       {"seconds", e.seconds},
                       {"lr", e.lr},
                       {"train_loss", e.train_loss},
                       {"train_accuracy", e.train_accuracy},
                       {"test_loss", e.test_loss},
                       {"test_accuracy", e.test_accuracy},
                       {"gradient_norm", e.gradient_norm},
                       {"update_norm", e.update_norm},
                       {"weight_norm", e.weight_norm}});
    const auto* here = lane.evaluation();
    for (const char* key : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"})
      row[key] = here ? curve[static_cast<std::size_t>(here - lane.evaluations.data())][key] : Json();
    row["hidden"] = lane.hidden;
    out.push_back(std::move(row));
  }
  return out;
}

Json App::items() const {
  Json out = Json::array();
  for (const ui::Item& item : ui.items)
    out.push_back({{"id", item.id},
                   {"label", item.label},
                   {"role", item.role},
                   {"value", item.value},
                   {"enabled", item.enabled},
                   {"help", help_of(item)},
                   {"position", item.position < 0 ? Json() : Json(item.position)},
                   {"rectangle", {{"x", item.rect.x * zoom}, {"y", item.rect.y * zoom}, {"width", item.rect.w * zoom}, {"height", item.rect.h * zoom}}}});
  return out;
}

void App::set_fonts() {
  if (pixel_ratio <= 0) return;
  ui.load_fonts(pixel_ratio * zoom);
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void App::set_theme(const std::string& id) {
  for (const Tokens& theme : kThemes)
    if (theme.id == id) ui.theme = &theme;
  const float wanted = ui.theme->id == "projector" ? 1.4F : 1;
  if (wanted == zoom) return;
  zoom = wanted;
  set_fonts();
}

// What the page is to lay over the canvas, and where, in its px.
Json App::placed(const char* type, const ui::EditRequest& request) const {
  const ui::Rect& r = request.rect;
  return {{"type", type},    {"id", request.id}, {"label", request.label}, {"text", request.text},
          {"x", r.x * zoom}, {"y", r.y * zoom},  {"w", r.w * zoom},        {"h", r.h * zoom}};
}

// What the page's explanation of a control says: a sentence, range, default; the page adds the formula by `key`.
Json App::help(const ui::EditRequest& request) const {
  Json out = placed("help", request);
  if (request.id.starts_with("metric"))
    out["formula"] = "metric." + std::string(kMetricIds[static_cast<std::size_t>(view().metric[request.id == "metric2" ? 1 : 0])]);
  if (request.id.starts_with("activation:")) out["formula"] = "activation." + request.id.substr(11);
  const auto id = FieldId::parse(request.id);
  if (!id) return out;
  const FieldInfo info = field_info(race(), *id);
  if (info.value.is_null()) return out;
  out["value"] = field_text(info, ui.language);
  out["key"] = info.key;
  if (info.kind == FieldKind::named)
    out["formula"] = info.choices + (info.value.is_object() ? info.value["name"].get<std::string>() : info.value.get<std::string>());
  if (info.most > info.least && info.most < 1e15) out["least"] = setting(info.least), out["most"] = grouped(info.most, info.most < 1 ? 2 : 0);
  if (!info.standard.is_null()) {
    FieldInfo standard = info;
    standard.value = info.standard;
    if (info.kind != FieldKind::layers && info.kind != FieldKind::classes) out["standard"] = field_text(standard, ui.language);
  }
  out["lane"] = id->lane.has_value();
  out["differs"] = id->lane ? info.differs : info.standard != info.value;
  return out;
}

// The sentence of a control: its own, or the one in the strings for its kind: "metric.3" is a metric, "lane:2:menu" a lane's menu.
std::string App::help_of(const ui::Item& item) const {
  if (!item.help.empty()) return item.help;
  std::string kind;
  for (const char c : item.id)
    if (c < '0' || c > '9') kind += c == ':' ? '.' : c;
  while (kind.ends_with('.')) kind.pop_back();
  for (std::size_t at = kind.find(".."); at != std::string::npos; at = kind.find("..")) kind.erase(at, 1);
  const std::string key = "help.control." + kind;
  const std::string_view text = ui.by_id(key);
  return text == key ? std::string() : std::string(text);
}

Json App::shown() const {
  const RaceView& v = view();
  Json out = {{"lab", kLabIds[static_cast<std::size_t>(lab)]},
              {"view", v.views_open || v.tab == 1 ? kViewIds[static_cast<std::size_t>(v.view)] : std::string_view("none")},
              {"lane", v.lane},
              {"other", v.other},
              {"metric", kMetricIds[static_cast<std::size_t>(v.metric[0])]},
              {"axis", kAxisIds[static_cast<std::size_t>(v.axis)]},
              {"log", v.scale}};
  if (v.two_charts) out["second"] = kMetricIds[static_cast<std::size_t>(v.metric[1])];
  if (!here().preset.empty()) out["preset"] = here().preset;
  if (lab == LabId::activations) activations_view.add_to(out);
  if (lab == LabId::dropout) dropout_view.add_to(out);
  return out;
}

void App::show_lab(LabId wanted) {
  if (wanted == lab) return;
  for (Race* each : here().races()) each->pause();
  lab = wanted;
  ui.editing.clear();
  told_transport = race().transport();
  drawn_news = 0;
}

void App::show(const Json& c) {
  const auto place_of = [](const auto& ids, const Json& id) {
    return static_cast<std::size_t>(std::find(std::begin(ids), std::end(ids), id) - std::begin(ids));
  };
  const auto choose = [&](const char* key, const auto& ids, int& chosen) {
    if (const std::size_t i = c.contains(key) ? place_of(ids, c[key]) : std::size(ids); i < std::size(ids)) chosen = static_cast<int>(i);
  };
  int wanted = static_cast<int>(lab);
  choose("lab", kLabIds, wanted);
  show_lab(static_cast<LabId>(wanted));
  RaceView& v = view();
  if (c.contains("view")) {
    choose("view", kViewIds, v.view);
    v.views_open = c["view"] != "none", v.chose_views = true, v.tab = v.views_open ? 1 : 0;
  }
  choose("metric", kMetricIds, v.metric[0]);
  choose("axis", kAxisIds, v.axis);
  if (c.contains("second")) choose("second", kMetricIds, v.metric[1]), v.two_charts = true;
  const auto whole = [&](const char* key, int otherwise) { return c.contains(key) && c[key].is_number() ? c[key].get<int>() : otherwise; };
  const int last = static_cast<int>(race().lanes().size()) - 1;
  v.lane = static_cast<std::size_t>(std::clamp(whole("lane", static_cast<int>(v.lane)), 0, last));
  v.other = std::clamp(whole("other", v.other), -1, last);
  v.scale = whole("log", v.scale) != 0;
  v.batch_losses = whole("batch_losses", v.batch_losses) != 0;
  if (c.contains("preset") && c["preset"].is_string() && !preset(c["preset"].get<std::string>()).is_null()) here().preset = c["preset"].get<std::string>();
  if (lab == LabId::activations) activations_view.take(c);
  if (lab == LabId::dropout) dropout_view.take(c);
}

const Json& App::preset(std::string_view id) {
  static const Json all = Json::parse(kPresets);
  static const Json none;
  if (id.empty()) return all;
  for (const Json& one : all)
    if (one["id"] == id) return one;
  return none;
}

std::optional<UserError> App::open_preset(const std::string& id) {
  const Json& wanted = preset(id);
  if (id.empty() || wanted.is_null()) return UserError{"no_preset", "", {id}};
  Json look = wanted["show"];
  look["lab"] = wanted["lab"];
  int number = 0;
  for (std::size_t i = 0; i < std::size(kLabIds); ++i)
    if (kLabIds[i] == wanted["lab"]) number = static_cast<int>(i);
  show_lab(static_cast<LabId>(number));
  if (auto error = race().set_experiment(wanted["experiment"])) return error;
  RaceView fresh;
  fresh.tab = view().tab, fresh.drawer = view().drawer, fresh.views_open = view().views_open, fresh.chose_views = view().chose_views;
  fresh.speed = view().speed;
  fresh.hide_views = view().hide_views, fresh.hide_settings = view().hide_settings;
  fresh.sheets = view().sheets, fresh.numbers = view().numbers, fresh.pad_sheet = view().pad_sheet;
  fresh.lane = 0;
  view() = fresh;
  here().preset = id;
  look["preset"] = id;
  show(look);
  return {};
}

// A field as the form view shows it: id, label, help, value, and the choices if it is one.
Json App::field(const FieldId& id) const {
  const FieldInfo info = field_info(race(), id);
  std::string label(ui.by_id("label." + id.pointer));
  if (label.starts_with("label.")) label = id.pointer.substr(id.pointer.find_last_of('/') + 1); // a parameter, by PyTorch's name
  Json row = {{"id", id.text()}, {"value", field_text(info, ui.language)}, {"help", ui.by_id("help." + info.key)}, {"label", label}};
  if (info.kind == FieldKind::named) {
    for (const std::string_view choice : info.ids) row["choices"].push_back({{"id", choice}, {"label", ui.by_id(info.choices + std::string(choice))}});
    row["value"] = info.value.is_object() ? info.value["name"] : info.value;
  }
  return row;
}

// The table of fields, for the form view().
Json App::fields() const {
  Json out = Json::array();
  const auto add = [&](const std::string& pointer) {
    const FieldInfo info = field_info(race(), {{}, pointer});
    const bool simple = info.kind != FieldKind::layers && info.kind != FieldKind::hash && info.kind != FieldKind::classes && info.kind != FieldKind::choice;
    if (!info.value.is_null() && simple && pointer != "/data/noise") out.push_back(field({{}, pointer}));
  };
  for (const Field& field : downhill::fields()) {
    const std::string pointer(field.pointer);
    add(pointer);
    if (field.kind != FieldKind::named) continue;
    const Json chosen = race().experiment().complete[Json::json_pointer(pointer)];
    for (const auto& [name, value] : chosen.items())
      if (name != "name" && value.is_number()) add(pointer + "/" + name);
  }
  return out;
}

// Everything the page (and through it window.downhill) can ask. Answers {"ok": …} or {"error": sentence}.
Json App::command(const Json& c) {
  const std::string verb = c.value("verb", "");
  const auto done = [&](const std::optional<UserError>& error) { return error ? Json{{"error", error->sentence(ui.language)}} : Json{{"ok", true}}; };
  if (verb == "get_state") return {{"ok", race().experiment().json()}};
  if (verb == "set_state") {
    if (!c["experiment"].is_string()) return done(race().set_experiment(c["experiment"]));
    const auto read = read_experiment(c["experiment"].get<std::string>());
    return done(read ? race().set_experiment(read->json()) : std::optional(read.error()));
  }
  if (verb == "defaults") return done(race().set_experiment(preset(kFirstPreset[static_cast<std::size_t>(lab)])["experiment"]));
  if (verb == "start") return race().start(), Json{{"ok", true}};
  if (verb == "pause") return race().pause(), Json{{"ok", true}};
  if (verb == "step") return race().pause(), race().step(c.value("n", 1)), Json{{"ok", true}};
  if (verb == "reset") return race().reset(), Json{{"ok", true}};
  if (verb == "results") return {{"ok", results()}};
  if (verb == "items") return {{"ok", items()}};
  if (verb == "transport")
    return {{"ok",
             {{"running", race().transport() == Transport::running}, {"waiting", race().waiting()}, {"finished", race().transport() == Transport::finished}}}};
  if (verb == "stats")
    return {{"ok",
             {{"frames", stats.drawn},
              {"app_ms_50", FrameStats::quantile(stats.app_ms, 0.5)},
              {"app_ms_99", FrameStats::quantile(stats.app_ms, 0.99)},
              {"cpu_ms_50", FrameStats::quantile(stats.cpu_ms, 0.5)},
              {"cpu_ms_99", FrameStats::quantile(stats.cpu_ms, 0.99)},
              {"interval_ms_50", FrameStats::quantile(stats.interval_ms, 0.5)},
              {"interval_ms_99", FrameStats::quantile(stats.interval_ms, 0.99)},
              {"heap_bytes", __builtin_wasm_memory_size(0) * 65536.0}}}};
  if (verb == "stats_anew") return stats = {}, Json{{"ok", true}};
  if (verb == "language") return ui.language = c.value("language", "zh") == "en" ? Language::en : Language::zh, Json{{"ok", true}};
  if (verb == "theme") return set_theme(c.value("theme", "light")), Json{{"ok", true}};
  if (verb == "seek_step") return race().seek_step(c.value("step", std::int64_t{0})), Json{{"ok", true}};
  if (verb == "seek_examples") return race().seek_examples(c.value("examples", 0.0)), Json{{"ok", true}};
  if (verb == "step_epoch") return race().pause(), race().step_epoch(), Json{{"ok", true}};
  if (verb == "undo") return {{"ok", race().undo()}};
  if (verb == "redo") return {{"ok", race().redo()}};
  if (verb == "can_undo") return {{"ok", {race().can_undo(), race().can_redo()}}};
  if (verb == "activate") return ui.activated.push_back(c.value("id", "")), Json{{"ok", true}};
  if (verb == "nudge") {
    // keys may come faster than frames
    const std::string id = c.value("id", "");
    ui.nudge = c.value("by", 0.0F) + (ui.nudged == id ? ui.nudge : 0.0F);
    ui.nudged = id;
    return {{"ok", true}};
  }
  if (verb == "fields") return {{"ok", fields()}};
  if (verb == "field") {
    const auto id = FieldId::parse(c.value("id", ""));
    if (!id || field_info(race(), *id).value.is_null()) return {{"error", "no field"}};
    return {{"ok", field(*id)}};
  }
  if (verb == "activations") {
    Json out = Json::array();
    for (const ActivationEntry& entry : activations()) out.push_back({{"id", entry.id}, {"label", ui.by_id("activation." + std::string(entry.id))}});
    return {{"ok", out}};
  }
  if (verb == "toggle") return race().transport() == Transport::running ? race().pause() : race().start(), Json{{"ok", true}};
  if (verb == "set_field") {
    const auto id = FieldId::parse(c.value("id", ""));
    if (!id) return {{"error", "no field"}};
    return done(set_field(race(), *id, c["value"]));
  }
  if (verb == "reset_field") {
    const auto id = FieldId::parse(c.value("id", ""));
    return id ? done(reset_field(race(), *id)) : Json{{"error", "no field"}};
  }
  if (verb == "explain") {
    Json out = Json::array();
    for (const Explanation& e : explain(race(), ui.language)) out.push_back({{"rule", e.rule}, {"text", e.text}, {"field", e.field}});
    return {{"ok", out}};
  }
  if (verb == "csv") {
    const bool of_view = c.value("plot", "") == "view";
    if (of_view && lab == LabId::activations) return {{"ok", activations_csv(race(), activations_view)}};
    if (of_view && lab == LabId::dropout) return {{"ok", dropout_csv(race(), view())}};
    return {{"ok", of_view ? view_csv(ui, race(), view()) : curves_csv(ui, race())}};
  }
  if (verb == "lane_names") {
    Json names = Json::array();
    for (const Lane& lane : race().experiment().lanes) names.push_back(lane_name(lane, ui.language));
    return {{"ok", names}};
  }
  if (verb == "script") {
    const auto lane = c.value("lane", std::size_t{0});
    if (lane >= race().experiment().lanes.size()) return {{"error", "no lane"}};
    return {{"ok", torch_script(race().experiment().lanes[lane].settings, {lane_name(race().experiment().lanes[lane], ui.language), ui.language})}};
  }
  if (verb == "weights") {
    const auto lane = c.value("lane", std::size_t{0});
    if (lane < race().lanes().size()) race().ask_weights(lane);
    return {{"ok", true}};
  }
  if (verb == "pad") {
    view().pad.assign(28 * 28, 0);
    for (std::size_t i = 0; i < std::min<std::size_t>(view().pad.size(), c["pixels"].size()); ++i) view().pad[i] = c["pixels"][i].get<std::uint8_t>();
    view().pad_used = true;
    ++view().pad_version;
    view().view = static_cast<int>(View::draw);
    view().views_open = view().chose_views = true, view().tab = 1;
    return {{"ok", true}};
  }
  if (verb == "show") return show(c), Json{{"ok", true}};
  if (verb == "lab") {
    for (std::size_t i = 0; i < std::size(kLabIds); ++i)
      if (c.value("id", "") == kLabIds[i]) show_lab(static_cast<LabId>(i));
    return {{"ok", kLabIds[static_cast<std::size_t>(lab)]}};
  }
  if (verb == "presets") {
    const auto words = [&](const Json& text) { return text[ui.language == Language::en ? "en" : "zh"]; };
    Json out = Json::array();
    for (const Json& one : preset(""))
      out.push_back(
          {{"id", one["id"]}, {"lab", one["lab"]}, {"title", words(one["experiment"]["title"])}, {"do", words(one["do"])}, {"see", words(one["see"])}});
    return {{"ok", {{"presets", out}, {"current", here().preset}}}};
  }
  if (verb == "open_preset") return done(open_preset(c.value("id", "")));
  if (verb == "close_preset") return here().preset.clear(), Json{{"ok", true}};
  if (verb == "help_at") {
    // the topmost control there, or the one of that id
    const std::string id = c.value("id", "");
    const float x = c.value("x", -1.0F) / zoom, y = c.value("y", -1.0F) / zoom;
    for (auto item = ui.items.rbegin(); item != ui.items.rend(); ++item) {
      const bool hit = id.empty() ? x >= item->rect.x && x <= item->rect.right() && y >= item->rect.y && y <= item->rect.bottom() : item->id == id;
      if (!hit || help_of(*item).empty()) continue;
      tell(help({item->id, item->label, help_of(*item), item->rect}));
      return {{"ok", true}};
    }
    return {{"ok", false}};
  }
  if (verb == "touch_at") {
    // SDL keeps the browser from scrolling only where fingers are events of their own; they are never used, so this is its switch
    const bool ours = c.value("ours", false) || ui.drags_at({c.value("x", 0.0F) / zoom, c.value("y", 0.0F) / zoom});
    SDL_EventState(SDL_FINGERDOWN, ours ? SDL_ENABLE : SDL_IGNORE);
    return {{"ok", true}};
  }
  if (verb == "touch_cancelled") return ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX), Json{{"ok", true}}; // letting go presses nothing
  if (verb == "graphics") {
    graphics_lost = c.value("lost", false);
    if (window && !graphics_lost) {
      ImGui_ImplOpenGL3_Shutdown();
      ImGui_ImplOpenGL3_Init("#version 300 es");
      ui::ImageSheet::forget_graphics();
      set_fonts();
    }
    return {{"ok", true}};
  }
  if (verb == "hide") {
    for (const auto& each : labs)
      for (const Json& part : c["parts"]) {
        if (part == "views") each->view.hide_views = true;
        if (part == "settings") each->view.hide_settings = true;
      }
    return {{"ok", true}};
  }
  if (verb == "shown") return {{"ok", shown()}};
  if (verb == "workers") {
    packs.set_worker_count(c.value("count", std::size_t{1}));
    for (const auto& each : labs)
      for (Race* one : each->races()) one->begin_with_workers();
    return {{"ok", true}};
  }
  if (verb == "worker_restarted") {
    const auto worker = c.value("worker", std::size_t{0});
    if (worker >= packs.worker_count()) return {{"error", "no worker"}};
    packs.worker_lost(worker);
    for (const auto& each : labs)
      for (Race* one : each->races()) one->worker_restarted(worker);
    return {{"ok", true}};
  }
  if (verb == "worker_hopeless") {
    for (const auto& each : labs)
      for (Race* one : each->races()) one->worker_hopeless(c.value("worker", std::size_t{0}));
    return {{"ok", true}};
  }
  if (verb == "pack_progress") {
    for (const auto& each : labs) each->view.pack_received = c.value("received", 0.0), each->view.pack_total = c.value("total", 0.0);
    return {{"ok", true}};
  };
  if (verb == "pack_failed") {
    packs.failed();
    for (const auto& each : labs) each->race.pack_failed({c.value("code", "pack_damaged"), "", {}});
    return told_problem = true, Json{{"ok", true}};
  }
  if (verb == "editing") return ui.editing = c.value("id", ""), Json{{"ok", true}};
  if (verb == "typed") {
    const std::string id = c.value("id", ""), text = c.value("text", "");
    if (type_activations(race(), view(), activations_view, id, text) || type_dropout(race(), view(), dropout_view, id, text)) return {{"ok", true}};
    return done(apply_typed(race(), view(), id, text));
  }
  if (verb == "bench") return race().ask_bench(), Json{{"ok", true}};
  if (verb == "bench_lines") return {{"ok", race().bench_lines()}};
  return {{"error", "no verb " + verb}};
}

} // namespace
} // namespace downhill

using downhill::app;

extern "C" {

/// `packs`: packs.json. Returns 1, or 0 where there is no WebGL2.
EMSCRIPTEN_KEEPALIVE int app_create(const char* packs) {
  std::vector<downhill::PackInfo> infos;
  for (const auto& p : downhill::Json::parse(packs)) {
    downhill::PackInfo info{p["id"].get<std::string>(), p["bytes"].get<std::int64_t>(), p["train"].get<std::int64_t>(), p["test"].get<std::int64_t>(), {}};
    if (p.contains("seed")) info.seed = p["seed"].get<std::uint64_t>();
    infos.push_back(info);
  }
  app = std::make_unique<downhill::App>(std::move(infos));
  app->told_version = app->race().experiment_version();
  return app->open_window() ? 1 : 0;
}

EMSCRIPTEN_KEEPALIVE void app_resize(float width, float height, float pixel_ratio) {
  app->width = width;
  app->height = height;
  if (!app->window) return;
  SDL_SetWindowSize(app->window, static_cast<int>(width), static_cast<int>(height));
  if (pixel_ratio != app->pixel_ratio) {
    app->pixel_ratio = pixel_ratio;
    app->set_fonts();
  }
}

/// Bit 0: wants another frame. Bit 1: something under the pointer takes the wheel.
EMSCRIPTEN_KEEPALIVE int app_frame(double now_ms, int input) {
  const bool more = app->frame(now_ms, input != 0);
  return (more ? 1 : 0) | (app->ui.scrollable_under_pointer ? 2 : 0);
}

EMSCRIPTEN_KEEPALIVE void app_deliver(std::size_t worker, const std::uint8_t* bytes, std::size_t size) { app->deliver(worker, {bytes, size}); }

EMSCRIPTEN_KEEPALIVE const char* app_command(const char* json) {
  static std::string answer;
  const auto command = downhill::Json::parse(json, nullptr, false);
  answer =
      (command.is_object() ? app->command(command) : downhill::Json{{"error", "not an object"}}).dump(-1, ' ', false, downhill::Json::error_handler_t::replace);
  return answer.c_str();
}
}
