// The page's module: SDL2 window, WebGL2, Dear ImGui, and the commands the page gives it. It draws a frame only when
// the page asks, and says whether it wants another.
#include "app/app.hpp"
#include "app/views/list.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "embedded.hpp"

#include <backends/imgui_impl_opengl3.h>
#include <backends/imgui_impl_sdl2.h>
#include <emscripten.h>
#include <imgui_internal.h>

#include <GLES3/gl3.h>

#include <algorithm>

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
    made.race.company = [this, &made] { return &made == &here() ? shown() : Json{{"preset", made.preset}}; };
    // a preset's undo brings back the note and what was looked at before it
    made.race.on_company = [this, &made](const Json& before) {
      made.set_preset(before.value("preset", ""));
      made.seen = made.race.transport() == Transport::finished; // its runs may be back, too
      if (&made == &here()) show(before);
    };
    made.race.on_weights = [this, &made](std::size_t lane, const std::vector<std::uint8_t>& file) {
      const std::string name = lane_names(made.race.experiment(), ui.language)[lane] + ".safetensors";
      host_file(name.c_str(), file.data(), file.size());
    };
  }
  labs[static_cast<std::size_t>(LabId::dropout)]->view.lane = 2;
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
  const auto races = here().races();
  for (Race* each : races) each->tick(now_ms / 1000);
  const auto running = std::count_if(races.begin(), races.end(), [](const Race* each) { return each->transport() == Transport::running; });
  const bool paced = pace.allows(now_ms, running);
  // at a speed slow enough to watch, the flow strip moves on between two steps
  const double phase = race().step_phase(std::min(view().lane, race().lanes().size() - 1));
  if (const int stage = static_cast<int>(phase * 6); stage != drawn_stage) drawn_stage = stage, input = true;
  if (input) frames_due = kFramesAfterInput;
  if (ui.tip_waits && now_ms - drawn_ms > 1000 * static_cast<double>(ui::Ui::kTipDelay_s)) frames_due = std::max(frames_due, 1);
  bool drew = false;
  if (!window) {
    drawn_news = here().news(); // no WebGL2: the form view shows it
    frames_due = 0;
  } else if (!graphics_lost && (frames_due > 0 || activation_waits || (paced && here().news() != drawn_news))) {
    drawn_news = here().news();
    frames_due = std::max(0, frames_due - 1);
    drawn_ms = now_ms;
    draw();
    drew = true;
    // press and release in one batch are taken one a frame; and what a press did is to be shown
    if (here().news() != drawn_news || activation_waits || !ImGui::GetCurrentContext()->InputEventsQueue.empty()) frames_due = kFramesAfterInput;
  }
  bool more = !graphics_lost && (frames_due > 0 || ui.tip_waits);
  for (Race* each : races) more = each->ask_looks(now_ms / 1000) || each->transport() == Transport::running || more;
  tell_changes();
  if (drew) pace.drew(now_ms, stats.cpu_ms.back(), running, more);
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
  const auto& lanes = race().lanes();
  if (const bool begun = std::any_of(lanes.begin(), lanes.end(), [](const LaneState& lane) { return lane.step > 0; }); begun != told_begun) {
    told_begun = begun;
    tell({{"type", "begun"}});
  }
  if (race().transport() != told_transport) {
    told_transport = race().transport();
    // a run that has ended tells what is to be seen; back at the start everything can be guessed anew
    if (told_transport == Transport::finished) here().seen = true;
    if (told_transport == Transport::ready) here().guess = -1, here().seen = false;
    if (told_transport == Transport::finished) tell({{"type", "finished"}, {"results", results(true)}});
    tell({{"type", "transport"},
          {"transport", told_transport == Transport::running    ? "running"
                        : told_transport == Transport::paused   ? "paused"
                        : told_transport == Transport::finished ? "finished"
                                                                : "ready"}});
  }
  if (race().problem() && !told_problem) tell({{"type", "notice"}, {"text", race().problem()->sentence(ui.language)}});
  told_problem = race().problem().has_value();
}

Json App::results(bool curves) const {
  Json out = Json::array();
  for (std::size_t i = 0; i < race().lanes().size(); ++i) {
    const LaneState& lane = race().lanes()[i];
    static constexpr const char* kStatus[] = {"running", "finished", "diverged"};
    Json row = {{"label", lane_name(race().experiment(), i, ui.language)},
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
    const auto point = [](const auto& e) {
      return Json{{"step", e.step},
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
                  {"weight_norm", e.weight_norm}};
    };
    if (curves) {
      Json& curve = row["curve"] = Json::array();
      for (const auto& e : lane.evaluations) curve.push_back(point(e));
    }
    const auto* here = lane.evaluation();
    const Json now = here ? point(*here) : Json();
    for (const char* key : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}) row[key] = here ? now[key] : Json();
    row["hidden"] = lane.hidden;
    out.push_back(std::move(row));
  }
  return out;
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
                     {"rectangle", {{"x", item.rect.x * zoom}, {"y", item.rect.y * zoom}, {"width", item.rect.w * zoom}, {"height", item.rect.h * zoom}}}});
  return out;
}

void App::set_fonts() {
  if (pixel_ratio <= 0) return;
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
  if (request.id.starts_with("metric")) {
    const std::string metric(kMetricIds[static_cast<std::size_t>(view().metric[request.id == "metric2" ? 1 : 0])]);
    const std::string loss = race().experiment().complete["loss"]["name"].get<std::string>();
    out["formula"] = metric.ends_with("_loss") && loss != "cross_entropy" ? "loss." + loss : "metric." + metric;
  }
  if (request.id.starts_with("activation:")) out["formula"] = "activation." + request.id.substr(11);
  const auto add_word = [&] { // what is chosen may have one of its own
    if (!out.contains("formula")) return;
    const std::string key = "help." + out["formula"].get<std::string>();
    if (const auto word = tr_id(key, ui.language); word != key)
      out["text"] = out["text"].get<std::string>() + (ui.language == Language::zh ? "" : " ") + std::string(word);
  };
  // a lane's method is its optimizer
  if (request.id.ends_with(":method")) out["id"] = request.id.substr(0, request.id.size() - 6) + "/optimizer";
  const auto id = FieldId::parse(out["id"].get<std::string>());
  if (!id) return add_word(), out;
  const FieldInfo info = field_info(race(), *id);
  if (info.value.is_null()) return out;
  out["value"] = field_text(info, ui.language);
  out["key"] = info.key;
  if (info.kind == FieldKind::named)
    out["formula"] = info.choices + (info.value.is_object() ? info.value["name"].get<std::string>() : info.value.get<std::string>());
  add_word();
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
              {"view", v.views_open || v.tab == 1 ? v.view->id : std::string_view("none")},
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
  const auto choose = [&](const char* key, const auto& ids, int& chosen) {
    if (!c.contains(key)) return;
    for (int i = 0; i < static_cast<int>(std::size(ids)); ++i)
      if (c[key] == ids[static_cast<std::size_t>(i)]) chosen = i;
  };
  int wanted = static_cast<int>(lab);
  choose("lab", kLabIds, wanted);
  show_lab(static_cast<LabId>(wanted));
  RaceView& v = view();
  if (c.contains("view")) {
    if (const ViewRow* wanted_view = view_of(c["view"].get_ref<const std::string&>())) v.view = wanted_view;
    v.views_open = c["view"] != "none", v.chose_views = true, v.tab = v.views_open ? 1 : 0;
  }
  choose("metric", kMetricIds, v.metric[0]);
  choose("axis", kAxisIds, v.axis);
  if (c.contains("second")) choose("second", kMetricIds, v.metric[1]), v.two_charts = true;
  const auto whole = [&](const char* key, int otherwise) { return c.contains(key) ? c[key].get<int>() : otherwise; };
  const int last = static_cast<int>(race().lanes().size()) - 1;
  v.lane = static_cast<std::size_t>(std::clamp(whole("lane", static_cast<int>(v.lane)), 0, last));
  v.other = std::clamp(whole("other", v.other), -1, last);
  v.scale = whole("log", v.scale);
  v.batch_losses = whole("batch_losses", v.batch_losses) != 0;
  if (c.contains("preset")) here().set_preset(c["preset"].get<std::string>());
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
  if (id.empty() || wanted.is_null()) return UserError{"no_preset", "", {shortened(id, 40)}};
  Json look = wanted["show"];
  look["lab"] = wanted["lab"];
  int number = 0;
  for (std::size_t i = 0; i < std::size(kLabIds); ++i)
    if (kLabIds[i] == wanted["lab"]) number = static_cast<int>(i);
  show_lab(static_cast<LabId>(number));
  if (auto error = race().set_experiment(wanted["experiment"], Race::Runs::anew)) return error;
  RaceView fresh;
  fresh.tab = -1, fresh.drawer = view().drawer, fresh.views_open = view().views_open, fresh.chose_views = view().chose_views;
  fresh.speed = view().speed;
  fresh.hide_views = view().hide_views, fresh.hide_settings = view().hide_settings;
  fresh.lane = 0;
  view() = std::move(fresh);
  here().set_preset(id), here().guess = -1, here().seen = false; // the same one, anew, too
  look["preset"] = id;
  show(look); // opens the view it speaks of, if it speaks of one
  return {};
}

Json App::note() const {
  const Json& opened = preset(here().preset);
  if (here().preset.empty() || opened.is_null()) return {};
  const auto made = experiment_from_json(opened["experiment"]);
  const bool started = race().transport() == Transport::running ||
                       std::any_of(race().lanes().begin(), race().lanes().end(), [](const LaneState& lane) { return lane.step > 0; });
  return {{"changed", !made || made->json() != race().experiment().json()}, {"started", started}, {"guess", here().guess}, {"seen", here().seen}};
}

// A picture from outside: seen on the Race's pad, wherever it was dropped.
std::optional<UserError> App::put_on_pad(const Json& pixels) {
  const Lab& race_lab = *labs[static_cast<std::size_t>(LabId::race)];
  if (!window || race_lab.view.hide_views) return UserError{"pad_hidden", "", {}};
  if (!race_lab.race.has_images()) return UserError{"pad_points", "", {}};
  show({{"lab", kLabIds[0]}, {"view", "draw"}});
  RaceView& v = view();
  v.pad.assign(28 * 28, 0);
  for (std::size_t i = 0; i < std::min(v.pad.size(), pixels.size()); ++i) v.pad[i] = pixels[i].get<std::uint8_t>();
  v.pad_used = true;
  ++v.pad_version;
  return {};
}

// A field as the form view shows it: id, label, help, value, and the choices if it is one.
Json App::field(const FieldId& id) const {
  const FieldInfo info = field_info(race(), id);
  Json row = {
      {"id", id.text()}, {"value", field_text(info, ui.language)}, {"help", ui.by_id("help." + info.key)}, {"label", field_label(id.pointer, ui.language)}};
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
