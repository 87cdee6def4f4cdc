// The lab Surface: every update rule's way down one surface of two parameters. The document is a surface and lanes that walk on it
// (engine/surfaces); the model has their paths.
#include "app/labs/surface/parts.hpp"

#include "app/core/typed_number.hpp"

#include <emscripten.h>

#include <algorithm>

namespace downhill {
namespace hills {
namespace {

constexpr float kSetupWidth = 228, kLanesWidth = 372;
constexpr float kCurvesShare = 0.3F;
constexpr double kWalkFor_s = 0.006, kHeightsFor_s = 0.004; // of a frame

// Instead of what needs the surface, as long as its points are not there.
void awaited(const Scene& s, Rect box) {
  const auto& problem = s.lab.problem();
  const std::string text = problem ? problem->sentence(s.ui.language) : std::string(s.ui("surface.waiting"));
  s.ui.paragraph(box.inset(8, 8), text, s.ui.theme->soft);
  s.ui.note_item("surface.waiting", s.ui("surface.picture"), "status", text, box);
}

// The picture: from above or from the side, with what is chosen about it in its head.
void picture(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Rect head = box.cut_top(ui.control_height() + 6);
  head.cut_left(ui.segmented("surface.view", head.min(), {ui("surface.contours"), ui("surface.relief")}, s.looks.picture) + kGrid);
  int log = s.looks.log;
  head.cut_left(ui.segmented("surface.log", head.min(), {ui("surface.linear"), ui("surface.log")}, log) + kGrid);
  s.looks.log = log;
  const std::string_view words = s.looks.picture == 0 ? ui("surface.drag") : ui("surface.drag_relief");
  if (s.model.waiting()) return awaited(s, box);
  if (ui.text_width(words, kSmall) < head.w)
    ui.text({head.x, head.y, head.w, ui.control_height()}, words, ui.theme->faint, kSmall, Weight::regular, Align::right);
  s.looks.picture == 0 ? contours(s, box) : relief(s, box);
}

void picture_panel(const Scene& s, Rect box) {
  s.ui.panel(box);
  Rect inner = box.inset(kPadding, 8);
  const Rect foot = inner.cut_bottom(transport_height(s.ui, inner.w) - 8);
  transport(s, foot);
  picture(s, inner);
}

void tab(const Scene& s, int which, Rect box) {
  if (s.model.waiting() && which != kSetupTab) return;
  switch (which) {
  case kLanesTab: return lanes(s, box);
  case kInsideTab: return inside(s, box);
  case kCurvesTab: return curves(s, box);
  case kMapTab: return walks_map(s, box);
  default: return setup(s, box);
  }
}

void tabs(const Scene& s, Rect box, const std::vector<int>& which) {
  const auto [shown, room] = tabs_panel(s.ui, box, "surface.tab", s.ui("surface.tabs"), kTabs, which, s.looks.tab);
  tab(s, shown, room);
}

void arrange(const Scene& s, Rect window) {
  auto [box, room] = lab_frame(s.ui, window);
  if (room == Room::wide && box.h >= 420) {
    const Rect left = box.cut_left(kSetupWidth);
    s.ui.panel(left);
    setup(s, left.inset(kPadding, 8));
    box.cut_left(kGrid);
    const Rect below = box.cut_bottom(std::clamp(box.h * kCurvesShare, 150.0F, 300.0F));
    box.cut_bottom(kGrid);
    tabs(s, box.cut_right(kLanesWidth), {kLanesTab, kInsideTab});
    box.cut_right(kGrid);
    picture_panel(s, box);
    const float map_width = std::clamp(below.w * 0.38F, 300.0F, 460.0F);
    Rect left_below = below;
    const Rect map = left_below.cut_right(map_width);
    left_below.cut_right(kGrid);
    s.ui.panel(left_below), s.ui.panel(map);
    if (s.model.waiting()) return;
    curves(s, left_below.inset(kPadding, 8));
    return walks_map(s, map.inset(kPadding, 8));
  }
  if (room != Room::column) {
    const Rect right = box.cut_right(std::min(kLanesWidth, box.w * 0.46F));
    box.cut_right(kGrid);
    picture_panel(s, box);
    return tabs(s, right, {kLanesTab, kInsideTab, kCurvesTab, kMapTab, kSetupTab});
  }
  const float picture_height = std::clamp(box.h * 0.56F, std::min(box.h, 260.0F), std::max(260.0F, box.h - 220));
  picture_panel(s, box.cut_top(picture_height));
  box.cut_top(kGrid);
  if (box.h > 80) tabs(s, box, {kLanesTab, kInsideTab, kCurvesTab, kMapTab, kSetupTab});
}

// Race-like settings, so that methods look here as they do there.
std::vector<LaneLook> looks_of(const SurfaceModel& model) {
  std::vector<downhill::Lane> as_lanes(model.lanes().size());
  for (std::size_t i = 0; i < as_lanes.size(); ++i) {
    const WalkSettings& walk = model.lanes()[i].given.settings;
    as_lanes[i].settings.optimizer = walk.optimizer;
    as_lanes[i].settings.batch = walk.batch;
    as_lanes[i].settings.data.train = model.surface().size();
  }
  std::vector<LaneLook> looks;
  for (std::size_t i = 0; i < as_lanes.size(); ++i) looks.push_back(lane_look(as_lanes, i));
  return looks;
}

} // namespace

SurfaceLab::SurfaceLab(LabWorld& world, const LabRow& row) : DocumentLab(world, row, kSurfaceFormat) {}

Place SurfaceLab::base_start() const {
  const Json& start = document_.at("/start");
  return {start[0].get<double>(), start[1].get<double>()};
}

std::optional<UserError> SurfaceLab::open(const Json& document, Opening how) {
  auto error = DocumentLab::open(document, how);
  model_.follow();
  if (!error && how.anew) model_.reset();
  return error;
}

// Another surface, from the form, is chosen as by a press: its start, and rates that suit it.
std::optional<UserError> SurfaceLab::set_field(const std::string& id, const Json& value) {
  if (id == "field:/surface" && value.is_string()) return model_.choose(value.get_ref<const std::string&>());
  // one of two classes or directions: the one that the other has changes places with it
  for (const char* key : {"classes", "along"})
    for (const std::size_t place : {0U, 1U})
      if (id == "field:/surface/" + std::string(key) + "/" + std::to_string(place) && document_.at("/surface").contains(key)) {
        const auto number = value.is_string() ? read_number(value.get_ref<const std::string&>()) : std::nullopt;
        return model_.set_one_of_two(key, place, number ? Json(number->value) : value);
      }
  return followed(DocumentLab::set_field(id, value));
}

std::vector<std::string> SurfaceLab::names() const {
  std::vector<std::string> all;
  for (const auto& lane : model_.lanes()) {
    std::string own(tr_id("method." + lane.given.settings.optimizer.name));
    const std::int64_t points = model_.surface().size(), batch = lane.given.settings.batch;
    if (points > 0 && lane.given.settings.optimizer.name == "sgd")
      own = tr_id(batch == 0 || batch >= points ? "lane.bgd" : batch == 1 ? "lane.sgd1" : "lane.sgd");
    all.push_back(label_text(lane.given.label, world_.ui.language, std::move(own)));
  }
  return told_apart(std::move(all));
}

void SurfaceLab::add_shown(Json& shown) const {
  shown["picture"] = kPictures[static_cast<std::size_t>(looks_.picture)];
  shown["log"] = looks_.log;
  shown["lane"] = looks_.lane;
  shown["tab"] = kTabs[static_cast<std::size_t>(looks_.tab)];
  shown["map"] = kMaps[static_cast<std::size_t>(looks_.map)];
}

void SurfaceLab::show(const Json& wanted) {
  const auto choose = [&](const char* key, const auto& ids, int& chosen) {
    for (int i = 0; i < static_cast<int>(std::size(ids)); ++i)
      if (wanted.contains(key) && wanted[key] == ids[static_cast<std::size_t>(i)]) chosen = i;
  };
  choose("picture", kPictures, looks_.picture);
  choose("tab", kTabs, looks_.tab);
  choose("map", kMaps, looks_.map);
  if (wanted.contains("log")) looks_.log = wanted["log"].get<bool>() ? 1 : 0;
  if (wanted.contains("lane")) looks_.lane = std::min(wanted["lane"].get<std::size_t>(), model_.lanes().size() - 1);
}

void SurfaceLab::look_anew() { looks_ = {}, kept_.picture.zoomed.reset(); }

int SurfaceLab::tick(double now_s) {
  walks_on_ = model_.tick(now_s, [] { return emscripten_get_now() / 1000; }, kWalkFor_s);
  return 0; // no worker wants the processor
}

// Heights are refined after a frame, when there is time.
bool SurfaceLab::ask(double) {
  if (model_.waiting()) return ask_for_points(), false; // what comes wakes the page
  bool more = walks_on_ || model_.transport() == Transport::running;
  if (kept_.picture.map.begun() && !kept_.picture.map.whole()) {
    const double until = emscripten_get_now() / 1000 + kHeightsFor_s;
    kept_.picture.map.advance([&] { return emscripten_get_now() / 1000 > until; });
    more = true;
  }
  return more;
}

// The data that the points of this surface are drawn from.
static DataSettings data_of(const SurfaceSettings& settings) {
  const ParameterValues& values = settings.surface.values;
  DataSettings data;
  data.source = "fashion-mnist";
  data.train = static_cast<std::int64_t>(point_count(settings)), data.test = 2;
  data.classes = {static_cast<int>(values[0]), static_cast<int>(values[1])};
  return data;
}

// From a worker that has data, which are fetched if need be. Where that failed it is tried again when Start is pressed.
void SurfaceLab::ask_for_points() {
  if (world_.packs.worker_count() == 0) return;
  const DataSettings data = data_of(model_.settings());
  const bool failed = problem().has_value(), running = model_.transport() == Transport::running;
  if (failed && !running) return void(tried_again_ = false);
  if (failed && std::exchange(tried_again_, !tried_again_)) return model_.pause();
  if (failed) points_.again();
  if (world_.packs.ready(data))
    points_.want(model_.settings());
  else
    world_.packs.request(data);
}

const std::optional<UserError>& SurfaceLab::problem() const {
  if (!model_.waiting()) return Lab::problem();
  if (const auto* own = points_.problem_of(model_.settings())) return *own;
  const DataSettings data = data_of(model_.settings());
  return world_.packs.ready(data) ? Lab::problem() : world_.packs.failure(data);
}

void SurfaceLab::leave() {
  model_.pause();
  if (kept_.walks) kept_.walks->cancel();
}

void SurfaceLab::take(std::size_t, const protocol::ToApp& message) {
  if (kept_.walks && kept_.walks->take(message)) ++walks_news_;
  if (points_.take(message)) model_.follow(), ++walks_news_;
}

// The last worker has least to do, where there are several.
void SurfaceLab::post_to_last(const protocol::ToTrainer& message) const {
  if (const std::size_t count = world_.packs.worker_count(); count > 0) world_.post(count - 1, message);
}
SurfaceMap SurfaceLab::make_walks() {
  return SurfaceMap(row().number, [this](const protocol::ToTrainer& message) { post_to_last(message); });
}

void SurfaceLab::draw(Rect box) {
  looks_.lane = std::min(looks_.lane, model_.lanes().size() - 1);
  arrange({ui(), *this, model_, looks_, kept_, names(), looks_of(model_)}, box);
  if (const auto edit = std::exchange(later_, nullptr)) keep(edit());
  looks_.lane = std::min(looks_.lane, model_.lanes().size() - 1);
}

std::string SurfaceLab::csv(std::string_view plot) const { return plot == "view" ? std::string() : paths_csv(model_, names()); }

// What the module of web/script/ makes a script of.
Answer SurfaceLab::script_of(std::size_t lane) const {
  if (lane >= model_.lanes().size()) return UserError{"no_such_lane", "", {std::to_string(lane + 1), std::to_string(model_.lanes().size())}};
  if (model_.waiting()) return UserError{"needs_images", "", {}};
  Json out{{"experiment", document()}, {"lane", lane}, {"title", names()[lane]}, {"language", world_.ui.language == Language::en ? "en" : "zh"}};
  if (!model_.settings().along.empty()) out["points"] = with_points(document_.at("/surface"), model_.settings().points)["points"];
  return out;
}

// A surface that is offered is explained by its formula.
void SurfaceLab::explain_control(Json& out) const {
  DocumentLab::explain_control(out);
  constexpr std::string_view kOffered = "surface.of.";
  if (const std::string id = out["id"].get<std::string>(); id.starts_with(kOffered)) out["formula"] = "choice./surface." + id.substr(kOffered.size());
}

// The form has what a student types, too, and what lanes differ in.
Json SurfaceLab::fields() const {
  Json out = Json::array();
  for (Json& row : DocumentLab::fields()) {
    const bool surface = row["id"] == "field:/surface";
    out.push_back(std::move(row));
    if (surface && model_.entry().typed())
      out.push_back(
          {{"id", "surface.formula"}, {"label", ui()("surface.formula")}, {"help", ui()("help.surface.formula")}, {"value", formula_of(model_.settings())}});
  }
  const auto all = names();
  for (std::size_t lane = 0; lane < all.size(); ++lane)
    for (const char* pointer : {"/optimizer", "/optimizer/lr"}) {
      Json row = field(FieldId{lane, pointer}.text());
      row["label"] = all[lane] + ": " + row["label"].get<std::string>();
      out.push_back(std::move(row));
    }
  return out;
}

std::optional<UserError> SurfaceLab::type(const std::string& id, const std::string& text) {
  if (id == "surface.formula") return model_.set_formula(text);
  if (id == "surface.x" || id == "surface.y") {
    const auto number = number_between(text, -kPlaceMost, kPlaceMost);
    if (!number) return number.error();
    Place to = base_start();
    (id == "surface.x" ? to.x : to.y) = *number;
    return followed(document_.set({{}, "/start"}, Json{to.x, to.y}));
  }
  return followed(DocumentLab::type(id, text));
}

Json SurfaceLab::results(bool curves) const {
  Json out = Json::array();
  const auto all = names();
  for (std::size_t i = 0; i < model_.lanes().size(); ++i) {
    const Stand& stand = model_.stand(i);
    const auto number = [](float value) { return std::isfinite(value) ? Json(static_cast<double>(value)) : Json(); };
    const bool waits = model_.waiting();
    Json lane = {{"label", all[i]},
                 {"step", model_.reached(i)},
                 {"steps", model_.steps()},
                 {"x", number(stand.place[0])},
                 {"y", number(stand.place[1])},
                 {"f", waits ? Json() : number(stand.f)},
                 {"distance", model_.minima().empty()
                                  ? Json()
                                  : number(static_cast<float>(model_.distance({static_cast<double>(stand.place[0]), static_cast<double>(stand.place[1])})))},
                 {"status", model_.diverged(i)                                              ? "diverged"
                            : model_.reached(i) == static_cast<std::size_t>(model_.steps()) ? "finished"
                            : model_.transport() == Transport::running                      ? "running"
                            : model_.step() > 0                                             ? "paused"
                                                                                            : "ready"}};
    const auto path = model_.path(i);
    lane["hash"] = waits ? Json() : Json(hex16(hash_of({path.begin(), path.end()})));
    if (curves) {
      lane["curve"] = Json::array();
      for (const Stand& each : waits ? std::span<const Stand>() : path) lane["curve"].push_back({number(each.place[0]), number(each.place[1]), number(each.f)});
    }
    out.push_back(std::move(lane));
  }
  return out;
}

std::string SurfaceLab::spoken(bool ended) const {
  if (model_.waiting()) return {};
  const auto all = names();
  std::size_t lowest = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!model_.diverged(i) && (model_.diverged(lowest) || model_.stand(i).f < model_.stand(lowest).f)) lowest = i;
  if (model_.diverged(lowest)) return std::string(tr("surface.spoken_diverged"));
  const std::string f = short_number(static_cast<double>(model_.stand(lowest).f));
  return ended ? fill(tr("surface.spoken_end"), {all[lowest], f}) : fill(tr("surface.spoken"), {grouped(static_cast<double>(model_.step())), all[lowest], f});
}

namespace {

SurfaceModel& of(Lab& lab) { return static_cast<SurfaceLab&>(lab).model(); }

using namespace takes;
constexpr Verb<Lab> kVerbs[] = {
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).pause(), ok(); }},
    {"step", Reach::acts, {whole("n", -kWholeMost, kWholeMost, "1")}, [](Lab& lab, const Json& a) { return of(lab).step(a["n"].get<std::int64_t>()), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).reset(), ok(); }},
    {"seek",
     Reach::acts,
     {must(whole("step", -kWholeMost, kWholeMost))},
     [](Lab& lab, const Json& a) { return of(lab).seek(a["step"].get<std::int64_t>()), ok(); }},
    {"toggle", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).transport() == Transport::running ? of(lab).pause() : of(lab).start(), ok(); }},
    {"lane_names", Reach::page, {}, [](Lab& lab, const Json&) -> Answer { return Json(static_cast<SurfaceLab&>(lab).names()); }},
    {"script",
     Reach::page,
     {whole("lane", 0, kLanesMost - 1, "0")},
     [](Lab& lab, const Json& a) { return static_cast<SurfaceLab&>(lab).script_of(a["lane"].get<std::size_t>()); }},
};
constexpr Argument kLooks[] = {choice("picture", kPictures), choice("tab", kTabs), choice("map", kMaps), flag("log"), whole("lane", 0, kLanesMost - 1)};

} // namespace

} // namespace hills

extern const LabRoom kSurfaceRoom{.make = make_lab<hills::SurfaceLab>, .verbs = hills::kVerbs, .looks = hills::kLooks};

} // namespace downhill
