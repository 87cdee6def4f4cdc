// The lab Backprop: every number of a small network's pass, step by step. The document is the network with its examples (engine/backprop); the
// model knows how far the pass has come and what is asked of the student.
#include "app/labs/backprop/parts.hpp"

#include "app/core/typed_number.hpp"
#include "backprop/scalar_formulas.hpp"
#include "backprop/trace_text.hpp"
#include "core/hash.hpp"
#include "document/json_text.hpp"

#include <emscripten.h>

#include <algorithm>
#include <cmath>

namespace downhill {
namespace chain {
namespace {

constexpr float kSideWidth = 388, kTablesShare = 0.28F;
constexpr std::size_t kCurveMost = 400;
constexpr double kUpdatesFor_s = 0.006; // of a frame

// Which example is looked at, where there are several.
void which_example(const Scene& s, Rect& head) {
  const std::size_t count = s.settings().examples.size(), now = s.model.example();
  if (count < 2) return;
  Ui& ui = s.ui;
  const float h = ui.control_height();
  const std::string words = fill(ui("backprop.example_is"), {std::to_string(now + 1), std::to_string(count)});
  const float width = ui.text_width(words, kLabel) + 8;
  if (ui.icon_button("backprop.example_next", {head.right() - h, head.y, h, h}, Icon::step, ui("backprop.example_next"), now + 1 < count))
    s.model.set_example(now + 1);
  ui.text({head.right() - h - width, head.y, width, h}, words, ui.theme->soft, kLabel, Weight::regular, Align::center);
  if (ui.icon_button("backprop.example_back", {head.right() - 2 * h - width, head.y, h, h}, Icon::step_back, ui("backprop.example_back"), now > 0))
    s.model.set_example(now - 1);
  head.cut_right(2 * h + width + kGrid);
}

void head_of(const Scene& s, Rect head) {
  Ui& ui = s.ui;
  const bool narrow = head.w < 560;
  std::vector<std::string_view> pictures, grains;
  for (const std::string_view id : kPictures) pictures.push_back(ui.by_id("backprop.picture." + std::string(id)));
  for (const std::string_view id : kGrains) grains.push_back(ui.by_id("backprop.grain." + std::string(id)));
  if (narrow) {
    // two lists
    const float width = (head.w - kGrid) / 2;
    if (const auto pick = ui.select("backprop.view", {head.x, head.y, width, ui.control_height()}, ui("backprop.picture"), pictures, s.looks.picture,
                                    ui("help.control.backprop.view")))
      s.looks.picture = *pick;
    if (const auto pick = ui.select("backprop.grain", {head.x + width + kGrid, head.y, width, ui.control_height()}, ui("backprop.grain"), grains,
                                    static_cast<int>(s.model.grain()), ui("help.control.backprop.grain")))
      s.model.set_grain(static_cast<Grain>(*pick));
    return;
  }
  head.cut_left(ui.segmented("backprop.view", head.min(), pictures, s.looks.picture) + kGrid);
  int grain = static_cast<int>(s.model.grain());
  head.cut_left(ui.segmented("backprop.grain", head.min(), grains, grain) + kGrid);
  if (grain != static_cast<int>(s.model.grain())) s.model.set_grain(static_cast<Grain>(grain));
  Rect rest{head.x, head.y, head.w, ui.control_height()};
  which_example(s, rest);
  const std::string words = fill(ui("backprop.setting_is"), {ui.by_id("loss." + s.settings().loss), ui.by_id("method." + s.settings().optimizer.name),
                                                             setting(s.settings().optimizer.values[0])});
  if (ui.text_width(words, kSmall) < rest.w) ui.text(rest, words, ui.theme->soft, kSmall, Weight::regular, Align::right);
}

void picture_panel(const Scene& s, Rect box) {
  s.ui.panel(box);
  Rect inner = box.inset(kPadding, 8);
  const Rect foot = inner.cut_bottom(transport_height(s.ui, inner.w) - 8);
  transport(s, foot);
  const Rect head = inner.cut_top(s.ui.control_height() + 6);
  head_of(s, head);
  if (head.w < 560 && s.settings().examples.size() > 1) {
    Rect row = inner.cut_top(s.ui.control_height() + 4);
    which_example(s, row);
  }
  s.looks.picture == 0 ? network(s, inner) : s.looks.picture == 1 ? graph(s, inner) : matrices(s, inner);
}

void tab(const Scene& s, int which, Rect box) {
  switch (which) {
  case kWorkingTab: return working(s, box);
  case kPracticeTab: return practice(s, box);
  case kCheckTab: return check(s, box);
  case kSetupTab: return setup(s, box);
  default: return tables(s, box);
  }
}

void tabs(const Scene& s, Rect box, const std::vector<int>& which) {
  const auto [shown, room] = tabs_panel(s.ui, box, "backprop.tab", s.ui("backprop.tabs"), kTabs, which, s.looks.tab);
  tab(s, shown, room);
}

void arrange(const Scene& s, Rect window) {
  auto [box, room] = lab_frame(s.ui, window);
  if (room == Room::wide && box.h >= 480) {
    const Rect below = box.cut_bottom(std::clamp(box.h * kTablesShare, 168.0F, 320.0F));
    box.cut_bottom(kGrid);
    tabs(s, box.cut_right(kSideWidth), {kWorkingTab, kPracticeTab, kCheckTab, kSetupTab});
    box.cut_right(kGrid);
    picture_panel(s, box);
    s.ui.panel(below);
    return tables(s, below.inset(kPadding, 6));
  }
  const std::vector<int> all{kWorkingTab, kPracticeTab, kCheckTab, kSetupTab, kTablesTab};
  if (room != Room::column) {
    const Rect right = box.cut_right(std::min(kSideWidth, box.w * 0.42F));
    box.cut_right(kGrid);
    picture_panel(s, box);
    return tabs(s, right, all);
  }
  picture_panel(s, box.cut_top(std::clamp(box.h * 0.56F, std::min(box.h, 280.0F), std::max(280.0F, box.h - 230))));
  box.cut_top(kGrid);
  if (box.h > 80) tabs(s, box, all);
}

std::string after(const std::string& id, std::string_view prefix) { return id.starts_with(prefix) ? id.substr(prefix.size()) : std::string(); }

Json form_number(std::string id, std::string label, std::string_view help, std::string value) {
  return {{"id", std::move(id)}, {"label", std::move(label)}, {"help", help}, {"value", std::move(value)}};
}

} // namespace

BackpropLab::BackpropLab(LabWorld& world, const LabRow& row) : DocumentLab(world, row, kBackpropFormat) {}

std::optional<UserError> BackpropLab::open(const Json& document, Opening how) {
  auto error = followed(DocumentLab::open(document, how));
  if (!error && how.anew) model_.reset();
  return error;
}

void BackpropLab::add_shown(Json& shown) const {
  shown["picture"] = kPictures[static_cast<std::size_t>(looks_.picture)];
  shown["grain"] = kGrains[static_cast<std::size_t>(model_.grain())];
  shown["tab"] = kTabs[static_cast<std::size_t>(looks_.tab)];
  shown["step"] = model_.stop();
  shown["example"] = model_.example();
}

void BackpropLab::show(const Json& wanted) {
  const auto choose = [&](const char* key, const auto& ids, int& chosen) {
    for (int i = 0; i < static_cast<int>(std::size(ids)); ++i)
      if (wanted.contains(key) && wanted[key] == ids[static_cast<std::size_t>(i)]) chosen = i;
  };
  int grain = static_cast<int>(model_.grain());
  choose("picture", kPictures, looks_.picture);
  choose("grain", kGrains, grain);
  choose("tab", kTabs, looks_.tab);
  model_.set_grain(static_cast<Grain>(grain));
  if (wanted.contains("step")) model_.seek_stop(wanted["step"].get<std::size_t>());
  if (wanted.contains("example")) model_.set_example(wanted["example"].get<std::size_t>());
}

void BackpropLab::look_anew() {
  looks_ = {}, kept_.network = kept_.graph = {};
  model_.set_grain(Grain::unit);
  model_.set_example(0);
}

int BackpropLab::tick(double now_s) {
  ticking_ = model_.tick(now_s, [] { return emscripten_get_now() / 1000; }, kUpdatesFor_s);
  return 0; // no worker wants the processor
}

void BackpropLab::draw(Rect box) {
  arrange({ui(), *this, model_, looks_, kept_}, box);
  if (const auto edit = std::exchange(later_, nullptr)) keep(edit());
  if (kept_.dragged && !ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    if (ui().drag_cancelled) keep(model_.set_given(kept_.dragged->of, kept_.dragged->from, true));
    kept_.dragged.reset();
    document_.let_go();
  }
}

std::string BackpropLab::csv(std::string_view) const { return numbers_csv(model_); }

std::optional<UserError> BackpropLab::type(const std::string& id, const std::string& text) {
  if (const std::string name = after(id, kAnswerId); !name.empty()) {
    const auto q = quantity_named(name, model_.settings());
    return q ? model_.answer(*q, text) : no_field(id);
  }
  if (const std::string name = after(id, kGivenId); !name.empty()) {
    const auto q = quantity_named(name, model_.settings());
    if (!q) return no_field(id);
    const auto number = answer_from(text);
    return number ? model_.set_given(*q, *number) : std::optional(number.error());
  }
  if (id.starts_with("backprop.")) return set_field(id, text);
  return followed(DocumentLab::type(id, text));
}

// ---- the form view ----

Json BackpropLab::fields() const {
  const auto say = [&](std::string_view key) { return std::string(tr_id(key)); };
  Json out = Json::array();
  const BackpropLayers& layers = model_.settings().layers;
  // first what is asked
  Json hiding = form_number("backprop.hide", say("backprop.hide"), tr("help.backprop.hide"), "");
  hiding["choices"] = Json::array();
  hiding["choices"].push_back({{"id", ""}, {"label", "–"}});
  for (const HidingEntry& entry : hidings()) hiding["choices"].push_back({{"id", entry.id}, {"label", say("backprop.hide." + std::string(entry.id))}});
  out.push_back(hiding);
  for (const Quantity& q : model_.hidden())
    out.push_back(form_number(std::string(kAnswerId) + name_of(q), symbol_of(model_.settings(), q), tr("help.backprop.answer"),
                              model_.is_solved(q) ? shortest_text(model_.truth().of(q)) : ""));
  const auto count = [&](const std::string& id, std::string label, std::string_view help, std::size_t value) {
    out.push_back(form_number(id, std::move(label), help, std::to_string(value)));
  };
  count("backprop.layers", say("backprop.layers"), tr("help.backprop.layers"), layers.size());
  count("backprop.inputs", say("backprop.inputs"), tr("help.backprop.inputs"), layers.front().inputs);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::string number = std::to_string(l + 1);
    count("backprop.units." + number, fill(tr("backprop.units"), {number}), tr("help.backprop.units"), layers[l].units());
    Json row =
        form_number("backprop.activation." + number, fill(tr("backprop.activation_of"), {number}), tr("help.backprop.activation"), layers[l].activation.name);
    for (const ScalarActivation& activation : scalar_activations())
      row["choices"].push_back({{"id", activation.id}, {"label", say("activation." + std::string(activation.id))}});
    out.push_back(row);
  }
  count("backprop.examples", say("backprop.examples"), tr("help.backprop.examples"), model_.settings().examples.size());
  for (Json& row : DocumentLab::fields()) {
    if (row["id"] == "field:/steps") row["label"] = tr("backprop.updates"), row["help"] = tr("help.backprop.updates"); // no lanes that take them
    out.push_back(std::move(row));
  }
  const auto given = [&](const Quantity& q) {
    out.push_back(
        form_number(std::string(kGivenId) + name_of(q), symbol_of(model_.settings(), q), tr("help.backprop.given"), shortest_text(model_.truth().of(q))));
  };
  const auto u8 = [](std::size_t n) { return static_cast<std::uint8_t>(n); };
  for (std::size_t l = 0; l < layers.size(); ++l)
    for (std::size_t o = 0; o < layers[l].units(); ++o) {
      for (std::size_t i = 0; i < layers[l].inputs; ++i) given({QuantityKind::weight, 0, u8(l), u8(o), u8(i)});
      given({QuantityKind::bias, 0, u8(l), u8(o), 0});
    }
  for (std::size_t e = 0; e < model_.settings().examples.size(); ++e) {
    for (std::size_t i = 0; i < layers.front().inputs; ++i) given({QuantityKind::input, u8(e), 0, u8(i), 0});
    for (std::size_t o = 0; o < layers.back().units(); ++o) given({QuantityKind::target, u8(e), 0, u8(o), 0});
  }
  return out;
}

Json BackpropLab::field(const std::string& id) const {
  if (id.starts_with("field:")) return DocumentLab::field(id);
  for (const Json& row : fields())
    if (row["id"] == id) return row;
  return {};
}

std::optional<UserError> BackpropLab::set_field(const std::string& id, const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (id == "field:/loss" && value.is_string() && find_entry(scalar_losses(), text)) return model_.set_loss(text);
  if (id == "backprop.hide") {
    const bool known = std::any_of(hidings().begin(), hidings().end(), [&](const HidingEntry& entry) { return entry.id == text; });
    return known ? model_.hide(text) : text.empty() ? std::nullopt : std::optional(no_field(id));
  }
  if (const std::string name = after(id, kAnswerId); !name.empty()) {
    if (auto error = type(id, text)) return error;
    const auto& said = model_.reply(); // a form has no other place to say it
    return said && said->kind == Reply::Kind::right
               ? std::nullopt
               : std::optional(UserError{"not_the_number", "", {symbol_of(model_.settings(), *quantity_named(name, model_.settings()))}});
  }
  if (!after(id, kGivenId).empty()) return type(id, text);
  if (const std::string layer = after(id, "backprop.activation."); !layer.empty()) {
    const auto place = place_in(id, "backprop.activation.");
    return place && *place > 0 ? model_.set_activation(*place - 1, text) : no_field(id);
  }
  const auto number = [&](std::size_t most) { return number_between(text, 1, static_cast<double>(most)); };
  const auto whole = [](double n) { return static_cast<std::size_t>(n); };
  const auto counted = [&](std::size_t most, const auto& set) {
    const auto n = number(most);
    if (n && *n != std::floor(*n)) return std::optional(wrong_type("", "1, 2, …"));
    return n ? set(whole(*n)) : std::optional(n.error());
  };
  if (id == "backprop.layers") return counted(kBackpropLayersMost, [&](std::size_t n) { return model_.set_layers(n); });
  if (id == "backprop.inputs") return counted(kBackpropUnitsMost, [&](std::size_t n) { return model_.set_inputs(n); });
  if (id == "backprop.examples") return counted(kBackpropExamplesMost, [&](std::size_t n) { return model_.set_examples(n); });
  if (const auto place = place_in(id, "backprop.units."); place && *place > 0)
    return counted(kBackpropUnitsMost, [&](std::size_t n) { return model_.set_units(*place - 1, n); });
  const Json before = document();
  auto error = followed(DocumentLab::set_field(id, value));
  if (!error && id != "field:/mistake" && document() != before) error = model_.forget_answers();
  return error;
}

// ---- for the page ----

Json BackpropLab::results(bool curves) const {
  const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
  const auto& losses = model_.losses();
  const bool whole = static_cast<std::int64_t>(losses.size()) == model_.settings().steps + 1;
  const bool told = model_.done() == model_.steps().size();
  Json row{{"label", tr("nav.backprop")},
           {"step", model_.stop()},
           {"steps", model_.stop_count() - 1},
           {"loss", told && model_.all_solved() ? number(losses.front()) : Json()},
           {"loss_after", told && whole && model_.all_solved() ? number(losses.back()) : Json()},
           {"status", told                                       ? "finished"
                      : model_.transport() == Transport::running ? "running"
                      : model_.done() > 0                        ? "paused"
                                                                 : "ready"}};
  if (curves) {
    // the loss over updates, at most some hundred of them
    const std::size_t every = losses.size() / kCurveMost + 1;
    const bool open = told && model_.all_solved();
    row["curve"] = Json::array();
    for (std::size_t i = 0; i < losses.size(); i += every) row["curve"].push_back({i, open ? number(losses[i]) : Json()});
  }
  row["hash"] = whole ? Json(hex16(hash_of({backprop_pass(model_.settings(), model_.settings().layers), model_.layers_now(), losses.back()}))) : Json();
  return Json::array({row});
}

std::string BackpropLab::spoken(bool) const {
  const auto q = model_.focus();
  if (!q) return std::string(tr("backprop.at.given"));
  return symbol_of(model_.settings(), *q) + " = " + (model_.sight(*q) == Sight::seen ? written(model_.shown().of(*q)) : "?");
}

Answer BackpropLab::script() const {
  return Json{{"experiment", document()}, {"lane", 0}, {"title", tr("nav.backprop")}, {"language", world_.ui.language == Language::en ? "en" : "zh"}};
}

void BackpropLab::save_worksheet(bool solutions) const {
  const std::string sheet = worksheet_html(model_, solutions, world_.ui.language == Language::en ? "en" : "zh");
  world_.save(solutions ? "backprop-solved.html" : "backprop.html", {reinterpret_cast<const std::uint8_t*>(sheet.data()), sheet.size()});
}

namespace {

BackpropModel& of(Lab& lab) { return static_cast<BackpropLab&>(lab).model(); }

using namespace takes;
constexpr Verb<Lab> kVerbs[] = {
    {"start", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).start(), ok(); }},
    {"pause", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).pause(), ok(); }},
    {"step", Reach::acts, {whole("n", -kWholeMost, kWholeMost, "1")}, [](Lab& lab, const Json& a) { return of(lab).step(a["n"].get<std::int64_t>()), ok(); }},
    {"reset", Reach::acts, {}, [](Lab& lab, const Json&) { return of(lab).reset(), ok(); }},
    {"seek",
     Reach::acts,
     {must(whole("step", -kWholeMost, kWholeMost))},
     [](Lab& lab, const Json& a) {
       return of(lab).seek_stop(static_cast<std::size_t>(std::clamp<std::int64_t>(a["step"].get<std::int64_t>(), 0, 1000000))), ok();
     }},
    {"toggle", Reach::page, {}, [](Lab& lab, const Json&) { return of(lab).transport() == Transport::running ? of(lab).pause() : of(lab).start(), ok(); }},
    {"script", Reach::page, {whole("lane", 0, 0, "0")}, [](Lab& lab, const Json&) { return static_cast<BackpropLab&>(lab).script(); }},
};
constexpr Argument kLooks[] = {choice("picture", kPictures), choice("grain", kGrains), choice("tab", kTabs), whole("step", 0, 100000),
                               whole("example", 0, kBackpropExamplesMost - 1)};

} // namespace

} // namespace chain

extern const LabRoom kBackpropRoom{.make = make_lab<chain::BackpropLab>, .verbs = chain::kVerbs, .looks = chain::kLooks};

} // namespace downhill
