// The page's module: SDL2 window, WebGL2, Dear ImGui, and the commands the page gives it. It draws a frame only when
// the page asks, and says whether it wants another.
#include "app/app.hpp"
#include "app/presets.hpp"
#include "core/printable.hpp"

#include <backends/imgui_impl_opengl3.h>
#include <backends/imgui_impl_sdl2.h>
#include <emscripten.h>
#include <imgui_internal.h>

#include <GLES3/gl3.h>

#include <algorithm>
#include <numeric>

EM_JS(void, host_post, (std::size_t worker, const std::uint8_t* bytes, std::size_t size),
      { Module["host"]["post"](worker, HEAPU8.slice(bytes, bytes + size)); });
EM_JS(void, host_file, (const char* name, const std::uint8_t* bytes, std::size_t size),
      { Module["host"]["file"](UTF8ToString(name), HEAPU8.slice(bytes, bytes + size)); });
EM_JS(void, host_event, (const char* json), { Module["host"]["event"](JSON.parse(UTF8ToString(json))); });

namespace downhill {

void tell(const Json& event) { host_event(event.dump(-1, ' ', false, Json::error_handler_t::replace).c_str()); }

namespace {
std::unique_ptr<App> app;

// The frame that takes the input; one more for a list that opens, laid out unseen at first, or closes; and one each until what
// now lies under the pointer, and what lies over that, knows it.
constexpr int kFramesAfterInput = 4;
} // namespace

App::App(std::vector<PackInfo> infos)
    : packs([](const std::string& pack, bool anew) { tell({{"type", "load_pack"}, {"pack", pack}, {"anew", anew}}); }, std::move(infos)),
      world{.ui = ui,
            .packs = packs,
            .post =
                [](std::size_t worker, const protocol::ToTrainer& message) {
                  const auto bytes = protocol::encode(message);
                  host_post(worker, bytes.data(), bytes.size());
                },
            .save = [](const std::string& name, std::span<const std::uint8_t> file) { host_file(name.c_str(), file.data(), file.size()); },
            .drawn = [this] { return window != nullptr; },
            .lead = [](Json where) { where["type"] = "lead", tell(where); },
            .copy = [](std::string text) { tell({{"type", "copy"}, {"text", std::move(text)}}); },
            .tell = [](const Json& event) { tell(event); },
            .ask_own = [] { tell({{"type", "own_asked"}}); }},
      made(labs().size()), fetched(labs().size()) {
  fetched[first_lab().number] = true;
  told_lab = here_ = &lab(first_lab());
}

Lab& App::lab(const LabRow& row) {
  std::unique_ptr<Lab>& place = made[row.number];
  if (place) return *place;
  place = row.room.make(world, row);
  Lab& it = *place;
  it.company = [this, &it] { return &it == here_ ? shown() : Json{{"preset", it.preset}}; };
  // a preset's undo brings back the note and what was looked at before it
  it.on_company = [this, &it](const Json& before) {
    it.set_preset(before.value("preset", ""));
    it.seen = it.transport() == Transport::finished; // its runs may be back, too
    if (&it == here_) show(before);
  };
  return it;
}

std::vector<Race*> App::races() const {
  std::vector<Race*> all;
  for (const auto& each : made)
    if (each)
      for (Race* one : each->races()) all.push_back(one);
  return all;
}

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
  io.MouseDoubleClickTime = 0.5F; // two taps: of a mouse, the browser tells
  ImGui_ImplSDL2_InitForOpenGL(window, context);
  ImGui_ImplOpenGL3_Init("#version 300 es");
  return true;
}

void App::lay_out() {
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
  style.HoverDelayShort = ui::Ui::kTipDelay_s;
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
  here().draw({0, 0, width / zoom, height / zoom});
  activation_waits = ui.end_frame();
  ImGui::End();
  ImGui::PopStyleVar();
  ImGui::Render();
}

void App::draw() {
  const double start_ms = emscripten_get_now();
  lay_out();
  for (int i = 0; ui.letters_lack() && i < 3; ++i) { // what a longer text left room for may have letters of its own
    set_fonts();
    lay_out();
    frames_due = std::max(frames_due, 1); // what is as large as the frame before found it: tool tips
  }
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
  const int running = here().tick(now_ms / 1000);
  const bool paced = pace.allows(now_ms, running);
  if (const int stage = here().stage(); stage != drawn_stage) drawn_stage = stage, input = true;
  if (input) frames_due = kFramesAfterInput;
  if (ui.tip_waits && now_ms - drawn_ms > 1000 * static_cast<double>(ui::Ui::kTipDelay_s)) frames_due = std::max(frames_due, 1);
  bool drew = false;
  if (!window) {
    drawn_news = here().news(); // no WebGL2: the form view shows it
    frames_due = 0;
  } else if (!graphics_lost && ui.has_letters() && (frames_due > 0 || activation_waits || (paced && here().news() != drawn_news))) {
    drawn_news = here().news();
    frames_due = std::max(0, frames_due - 1);
    drawn_ms = now_ms;
    draw();
    drew = true;
    // press and release in one batch are taken one a frame; and what a press did is to be shown
    if (here().news() != drawn_news || activation_waits || !ImGui::GetCurrentContext()->InputEventsQueue.empty()) frames_due = kFramesAfterInput;
  }
  bool more = here().ask(now_ms / 1000) || (!graphics_lost && (frames_due > 0 || ui.tip_waits));
  for (const Race* each : here().races()) more = more || each->transport() == Transport::running;
  tell_changes();
  if (drew) pace.drew(now_ms, stats.cpu_ms.back(), running, more);
  return more;
}

void App::deliver(std::size_t worker, std::span<const std::uint8_t> bytes) {
  const auto message = protocol::decode<protocol::ToApp>(bytes);
  if (!message || worker >= packs.worker_count()) return;
  if (const auto* opened = std::get_if<protocol::PackOpened>(&*message)) {
    // a user's own file that nobody waited for and that is no good: told, and nothing else becomes of it
    if (opened->pack == "own:" && !opened->error_code.empty()) {
      if (worker == 0) tell({{"type", "own_refused"}, {"text", UserError{opened->error_code, "", opened->error_with}.sentence(ui.language)}});
      return;
    }
    packs.take(worker, *opened);
    if (!opened->own.empty()) {
      const protocol::OwnFacts& facts = opened->own[0];
      tell({{"type", "own_opened"},
            {"hash", facts.hash},
            {"classes", facts.classes.size()},
            {"examples", std::accumulate(facts.train.begin(), facts.train.end(), 0.0) + std::accumulate(facts.test.begin(), facts.test.end(), 0.0) +
                             std::accumulate(facts.validation.begin(), facts.validation.end(), 0.0)}});
    } else if (opened->error_code.empty())
      tell({{"type", "pack_opened"}, {"pack", opened->pack}});
    if (packs.refused()) {
      tell({{"type", "pack_refused"}, {"pack", opened->pack}});
      told_problem = false; // what is wrong with these data is news, though other data failed before
    }
  }
  for (Race* each : races()) each->take(worker, *message);
  for (const auto& lab : made)
    if (lab) lab->take(worker, *message);
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
  if (ui.wants_chinese()) tell({{"type", "chinese_wanted"}});
  if (words_lack()) tell({{"type", "words_wanted"}});
  if (const auto complaint = here().take_complaint()) tell({{"type", "notice"}, {"text", complaint->sentence(ui.language)}});
  if (here().version() != told_version || here_ != told_lab) {
    told_version = here().version();
    told_lab = here_;
    tell({{"type", "state"}, {"experiment", here().document()}});
  }
  if (Json now = shown(); now != told_shown) {
    // the first time nobody has chosen anything yet
    if (!told_shown.is_null()) tell({{"type", "shown"}});
    told_shown = std::move(now);
  }
  if (const bool begun = here().started(); begun != told_begun) {
    told_begun = begun;
    tell({{"type", "begun"}});
  }
  if (here().transport() != told_transport) {
    told_transport = here().transport();
    // a run that has ended tells what is to be seen; back at the start everything can be guessed anew
    if (told_transport == Transport::finished) here().seen = true;
    if (told_transport == Transport::ready) here().guess = -1, here().seen = false;
    if (told_transport == Transport::finished) tell({{"type", "finished"}, {"results", here().results(true)}});
    tell({{"type", "transport"},
          {"transport", told_transport == Transport::running    ? "running"
                        : told_transport == Transport::paused   ? "paused"
                        : told_transport == Transport::finished ? "finished"
                                                                : "ready"}});
  }
  const auto& problem = here().problem();
  if (problem && !told_problem) tell({{"type", "notice"}, {"text", problem->sentence(ui.language)}});
  told_problem = problem.has_value();
}

Json App::items(bool all) const {
  Json out = Json::array();
  for (const ui::Item& item : ui.items)
    if (all || item.visible)
      out.push_back({{"id", item.id},
                     {"label", item.label},
                     {"role", item.role},
                     {"value", item.value},
                     {"enabled", item.enabled},
                     {"help", help_of(item)},
                     {"position", item.position < 0 ? Json() : Json(item.position)},
                     {"expanded", item.expanded ? Json(*item.expanded) : Json()},
                     {"whole", item.whole},
                     {"by_keys", item.by_keys},
                     {"key", item.key},
                     {"rectangle", {{"x", item.rect.x * zoom}, {"y", item.rect.y * zoom}, {"width", item.rect.w * zoom}, {"height", item.rect.h * zoom}}}});
  return out;
}

void App::set_fonts() {
  if (pixel_ratio <= 0 || !ui.has_letters()) return;
  ui.load_fonts(pixel_ratio * zoom);
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void App::set_theme(const std::string& id, const Json& colors) {
  for (const Tokens& theme : kThemes)
    if (theme.id == id) ui.theme = &theme;
  projector = id == "projector";
  fit_zoom();
  if (!colors.is_object()) return;
  // the system's colours for paper and ink; those that tell lanes apart from the theme that suits such paper
  const auto set = [&](const TokenName& token) {
    if (const auto color = colors.find(token.name); color != colors.end() && color->is_number_unsigned())
      forced.*token.member = 0xff000000U | color->get<std::uint32_t>();
  };
  std::for_each(std::begin(kTokenNames), std::end(kTokenNames), set);
  const std::uint32_t page = forced.page;
  forced = kThemes[(page & 0xff) + (page >> 8 & 0xff) + (page >> 16 & 0xff) < 384 ? 1 : 0];
  std::for_each(std::begin(kTokenNames), std::end(kTokenNames), set);
  ui.theme = &forced;
}

// The projector's letters are 1.4 times as large; on a wide screen, seen from the same distance, larger still, as long as the
// wide layout has its room.
void App::fit_zoom() {
  const float room = std::floor(10 * std::min(width / 1120, height / 560)) / 10; // in tenths: each makes the fonts anew
  const float wanted = projector ? std::clamp(room, 1.4F, 2.4F) : 1;
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
  here().explain_control(out);
  if (!out.contains("formula")) return out;
  // what is chosen may have a word of its own
  const std::string key = "help." + out["formula"].get<std::string>();
  if (const auto word = tr_id(key); word != key) out["text"] = out["text"].get<std::string>() + (ui.language == Language::zh ? "" : " ") + std::string(word);
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
  Json out = {{"lab", here().row().id}};
  here().add_shown(out);
  if (!here().preset.empty()) out["preset"] = here().preset;
  return out;
}

void App::show_lab(const LabRow& wanted) {
  if (&wanted == &here().row()) return;
  here().leave();
  here_ = &lab(wanted);
  ui.editing.clear();
  told_transport = here().transport();
  drawn_news = 0;
}

void App::show(const Json& c) {
  if (c.contains("lab"))
    if (const LabRow* row = lab_of(c["lab"].get_ref<const std::string&>())) show_lab(*row);
  here().show(c);
  if (!c.contains("preset")) return;
  const auto& id = c["preset"].get_ref<const std::string&>();
  const Json& wanted = preset_of(id); // another lab's speaks of nothing here, and may not have come
  if (wanted.is_null() || wanted["lab"] == here().row().id) here().set_preset(id);
}

std::optional<UserError> App::open_preset(const std::string& id) {
  const Json& wanted = preset_of(id);
  if (wanted.is_null()) return UserError{"no_preset", "", {shortened(id, 40)}};
  show_lab(*lab_of(wanted["lab"].get_ref<const std::string&>()));
  if (auto error = here().open(wanted["experiment"], {.anew = true})) return error;
  here().look_anew();
  here().set_preset(id), here().guess = -1, here().seen = false; // the same one, anew, too
  show(wanted["show"]);                                          // opens the view it speaks of, if it speaks of one
  return {};
}

Json App::note() const {
  const Json& opened = preset_of(here().preset);
  if (opened.is_null()) return {};
  const Json as_opened = here().normal(opened["experiment"]);
  return {{"changed", as_opened.is_null() || as_opened != here().document()},
          {"started", here().transport() == Transport::running || here().started()},
          {"guess", here().guess},
          {"seen", here().seen}};
}

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
  app->told_version = app->here().version();
  return app->open_window() ? 1 : 0;
}

/// Of one language, as set_words() takes them.
EMSCRIPTEN_KEEPALIVE void app_words(std::size_t first, const char* bytes, std::size_t size) { downhill::set_words(first, {bytes, size}); }

/// Of a script, as Ui::take_letters() takes them.
EMSCRIPTEN_KEEPALIVE void app_letters(std::size_t script, const std::uint8_t* bytes, std::size_t size) {
  app->ui.take_letters(script, {bytes, size});
  app->set_fonts();
}

EMSCRIPTEN_KEEPALIVE void app_resize(float width, float height, float pixel_ratio) {
  app->width = width;
  app->height = height;
  app->fit_zoom();
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
  answer = app->command(json).dump(-1, ' ', false, downhill::Json::error_handler_t::replace);
  return answer.c_str();
}
}
