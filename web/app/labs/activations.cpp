// The lab of activation functions: all of the table as small pictures, up to three large with f and f′, what layers of
// them do to a gradient, to a normal input and to a boundary, and the same inside a network that trains.
// The chosen functions are the lanes of the lab's race, so that link, undo and export hold them.
#include "app/core/activation_probe.hpp"
#include "app/labs/race_lab.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace downhill {

using namespace ui;

namespace {

enum class Highlight { none, range, saturation, steepest, zero, mean, kink };

constexpr std::string_view kActivationTabs[] = {"chain", "network", "linear", "card", "plot", "picker"};
constexpr std::string_view kLayerMeasures[] = {"gradient", "dead", "saturated"};

/// What is only looked at in this lab.
struct ActivationsView {
  double x = 1.2; ///< where f and f′ are read
  int shown = 0;
  int reach = 0; ///< ±5 or ±10
  int tab = 0;   ///< of kActivationTabs
  int chain = 0; ///< the product of f′ at x, or the largest that it can be
  int measure = 0;
  int linear = 0; ///< the lane of the toy that is shown: 0 has no activation
  Highlight highlight = Highlight::none;
  bool highlight_held = false; ///< pressed, not only pointed at
  std::string toy_of;          ///< the chosen functions that the toy was made for
  std::map<std::string, ActivationCurve> curves;
  std::map<std::string, PassedNormal> passed;

  void add_to(Json& shown) const;
  void take(const Json& shown);
};

constexpr std::size_t kChosenMost = 3;
constexpr int kPickerTab = 5;
constexpr double kReaches[] = {4.5, 10};
constexpr std::size_t kCurvesMost = 100;

// What speaks for a function and against it; each is shown in the picture when it is pointed at.
struct Trait {
  bool good;
  Highlight at;
};
struct Traits {
  std::string_view id;
  std::vector<Trait> list; // the words are trait.<id>.<place>
};
const std::vector<Traits>& traits() {
  using enum Highlight;
  static const std::vector<Traits> table{
      {"identity", {{true, steepest}, {false, none}}},
      {"sigmoid", {{true, range}, {true, none}, {false, mean}, {false, steepest}, {false, none}}},
      {"tanh", {{true, range}, {true, mean}, {false, saturation}}},
      {"relu", {{true, none}, {true, steepest}, {true, zero}, {false, mean}, {false, saturation}}},
      {"leaky_relu", {{true, kink}, {false, mean}}},
      {"elu", {{true, mean}, {true, range}, {false, saturation}}},
      {"crelu", {{true, range}, {false, none}}},
      {"selu", {{true, mean}, {false, none}}},
      {"relu6", {{true, range}, {false, saturation}}},
      {"softplus", {{true, kink}, {false, mean}}},
      {"softsign", {{true, saturation}, {true, mean}}},
      {"gelu", {{true, kink}, {true, range}, {false, none}}},
      {"silu", {{true, kink}, {true, range}, {false, none}}},
      {"step", {{true, range}, {false, steepest}}},
  };
  return table;
}

const Choice& activation_of(const Lane& lane) {
  static const Choice identity{"identity", {}};
  return lane.settings.network.hidden.empty() ? identity : lane.settings.network.hidden.front().activation;
}
std::string name_of(const Ui& ui, const Choice& choice) { return std::string(ui.by_id("activation." + choice.name)); }
std::string key_of(const Choice& choice) {
  std::string key = choice.name;
  for (const double v : choice.values) key += " " + setting(v);
  return key;
}

const ActivationCurve& curve_of(ActivationsView& own, const Choice& choice, double reach) {
  const std::string key = key_of(choice) + " " + setting(reach); // small pictures and the large one may differ in reach
  const auto it = own.curves.find(key);
  return it != own.curves.end() ? it->second : own.curves.emplace(key, ActivationProbe(choice).curve(reach)).first->second;
}
const PassedNormal& passed_of(ActivationsView& own, const Choice& choice) {
  const std::string key = key_of(choice);
  const auto it = own.passed.find(key);
  return it != own.passed.end() ? it->second : own.passed.emplace(key, ActivationProbe(choice).pass_normal()).first->second;
}

std::size_t depth_of(const Race& race) { return std::max<std::size_t>(1, race.experiment().lanes.front().settings.network.hidden.size()); }
std::int64_t units_of(const Race& race) {
  const auto& hidden = race.experiment().lanes.front().settings.network.hidden;
  return hidden.empty() ? 64 : hidden.front().units;
}

Json layers(std::size_t depth, std::int64_t units, const Json& activation) {
  Json out = Json::array();
  for (std::size_t l = 0; l < depth; ++l) out.push_back({{"units", units}, {"activation", activation}, {"dropout", 0}});
  return out;
}
Json as_json(const Choice& choice) {
  Json out = {{"name", choice.name}};
  const auto& specs = entry_of(activations(), choice.name).parameters;
  for (std::size_t i = 0; i < specs.size(); ++i) out[std::string(specs[i].name)] = choice.values[i];
  return out;
}
Json label_of(const Choice& choice) {
  return {{"zh", name_in("activation." + choice.name, Language::zh)}, {"en", name_in("activation." + choice.name, Language::en)}};
}

std::vector<Choice> chosen_of(const Race& race) {
  std::vector<Choice> out;
  for (const Lane& lane : race.experiment().lanes) out.push_back(activation_of(lane));
  return out;
}

// A lane by its function; by its own name where another lane has the same one.
std::string called(const Ui& ui, const Race& race, std::size_t i) {
  const auto chosen = chosen_of(race);
  const auto same = std::count_if(chosen.begin(), chosen.end(), [&](const Choice& c) { return c.name == chosen[i].name; });
  return same > 1 ? lane_name(race.experiment(), i, ui.language) : name_of(ui, chosen[i]);
}
// Whether an earlier lane draws the same curve.
bool drawn_before(const std::vector<Choice>& chosen, std::size_t i) {
  return std::any_of(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i), [&](const Choice& c) { return key_of(c) == key_of(chosen[i]); });
}

// The race with these functions, and so many layers of so many units.
std::optional<UserError> set_lanes(Race& race, const std::vector<Choice>& chosen, std::size_t depth, std::int64_t units) {
  Json json = race.experiment().json();
  const Json old = json["lanes"];
  Json lanes = Json::array();
  std::vector<bool> gone_on(race.experiment().lanes.size(), false);
  for (const Choice& choice : chosen) {
    // a lane that goes on keeps what else it differs in; lanes of one function keep their order
    Json lane = Json::object();
    bool kept = false;
    for (std::size_t i = 0; i < race.experiment().lanes.size() && !kept; ++i)
      if (!gone_on[i] && activation_of(race.experiment().lanes[i]).name == choice.name) lane = old[i], kept = gone_on[i] = true;
    if (!kept) lane["label"] = label_of(choice);
    lane["network"]["hidden"] = layers(depth, units, as_json(choice));
    lanes.push_back(std::move(lane));
  }
  json["network"]["hidden"] = layers(depth, units, as_json(chosen.front()));
  json["lanes"] = std::move(lanes);
  return race.change_to(json);
}

// One function of the table: small, drawn, named; pressed, it is taken or left.
void small_picture(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box, const ActivationEntry& entry) {
  auto chosen = chosen_of(race);
  const auto here = std::find_if(chosen.begin(), chosen.end(), [&](const Choice& c) { return c.name == entry.id; });
  const bool on = here != chosen.end();
  const auto lane = static_cast<std::size_t>(here - chosen.begin());
  Choice choice{std::string(entry.id), {}};
  if (on)
    choice = *here;
  else
    for (const ParameterSpec& spec : entry.parameters) choice.values.push_back(spec.standard);
  const std::uint32_t color = on && lane < race.lanes().size() ? ui.theme->*lane_look(race.experiment().lanes, lane).color : ui.theme->soft;
  const std::string id = "act." + choice.name;
  const Ui::Press p = ui.press(id, box);
  ui.draw()->AddRectFilled(box.min(), box.max(), p.hovered ? ui.theme->fill : ui.theme->panel, 8);
  ui.draw()->AddRect(box.min(), box.max(), on ? color : ui.theme->line, 8, 0, on ? 2.0F : 1.0F);
  const std::string name = name_of(ui, choice);
  ui.text({box.x + 8, box.y + 3, box.w - 12, 16}, name, on ? color : ui.theme->ink, kLabel, on ? Weight::bold : Weight::regular);
  const Rect area{box.x + 8, box.y + 22, box.w - 16, box.h - 28};
  const ActivationCurve& curve = curve_of(own, choice, kReaches[0]);
  const auto at = [&](double x, double y) {
    return ImVec2{area.x + area.w * static_cast<float>((x + kReaches[0]) / (2 * kReaches[0])), area.y + area.h * static_cast<float>((2.4 - y) / 3.8)};
  };
  ui.line(at(-kReaches[0], 0), at(kReaches[0], 0));
  ui.line(at(0, -1.4), at(0, 2.4));
  ui.draw()->PushClipRect(area.min(), area.max(), true); // what goes on beyond the picture leaves it, and does not turn flat
  for (std::size_t k = 0; k < static_cast<std::size_t>(entry.width); ++k) {
    std::vector<ImVec2> points;
    for (std::size_t i = 0; i < curve.x.size(); i += 10) points.push_back(at(curve.x[i], curve.f[k][i]));
    Ui::dashed_line(ui.draw(), points, color, k == 0 ? Dash::solid : Dash::dotted, on ? 2.0F : 1.5F);
  }
  ui.draw()->PopClipRect();
  ui.tip(ui("help.act.choose"));
  if (Item* item = ui.note_item(id, name, "checkbox", on ? "true" : "false", box)) item->help = ui("help.act.choose");
  if (!p.pressed) return;
  if (on && chosen.size() > 1)
    chosen.erase(here);
  else if (!on && chosen.size() < kChosenMost)
    chosen.push_back(choice);
  else if (!on)
    chosen.back() = choice; // the last one makes room
  const auto place = std::find_if(chosen.begin(), chosen.end(), [&](const Choice& c) { return c.name == entry.id; });
  view.lane = place == chosen.end() ? 0 : static_cast<std::size_t>(place - chosen.begin());
  keep(view, set_lanes(race, chosen, depth_of(race), units_of(race)));
}

void picker(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box) {
  Column column(ui, "act.picker", box);
  column.title(ui("act.choose"));
  const int columns = std::max(1, static_cast<int>((column.rest.w + 6) / 116));
  const float width = (column.rest.w - 6 * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const auto count = static_cast<int>(activations().size()), rows = (count + columns - 1) / columns;
  const float height = std::clamp((box.h - 64) / static_cast<float>(rows) - 6, ui.touch ? 64.0F : 56.0F, 76.0F);
  const Rect start = column.rest;
  for (int i = 0; i < count; ++i)
    small_picture(ui, race, view, own,
                  {start.x + (width + 6) * static_cast<float>(i % columns), start.y + (height + 6) * static_cast<float>(i / columns), width, height},
                  activations()[static_cast<std::size_t>(i)]);
  column.rest.cut_top((height + 6) * static_cast<float>(rows));
}

// ---- f and f′ ----

std::string exact(double v) { return grouped(v, 4); }

void large_plot(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box) {
  const double reach = kReaches[own.reach];
  const auto chosen = chosen_of(race);
  Rect head = box.cut_top(ui.control_height() + 4);
  head.cut_left(ui.segmented("act.shown", head.min(), {ui("act.both"), ui("act.f"), ui("act.slope")}, own.shown) + kGrid);
  head.cut_left(ui.segmented("act.reach", head.min(), {ui("act.near"), ui("act.far")}, own.reach) + kGrid);
  ui.number("act.x", head.cut_right(66), ui("act.x"), grouped(own.x, 2), ui("help.act.x"));
  head.cut_right(4);
  ui.text(head.cut_right(std::min(head.w, 24.0F)), "x =", ui.theme->soft, kText, Weight::regular, Align::right);
  if (head.w > ui.text_width(ui("act.drag"), kSmall)) ui.text(head, ui("act.drag"), ui.theme->faint, kSmall, Weight::regular, Align::right);

  PlotSpec spec;
  spec.id = "act.plot";
  spec.x_title = ui("act.input");
  spec.y_title = own.shown == 2 ? ui("act.slope") : own.shown == 1 ? ui("act.f") : ui("act.f_and_slope");
  spec.x_least = -reach, spec.x_most = reach;
  spec.y_from = own.reach == 0 ? -1.6 : -2.6, spec.y_to = own.reach == 0 ? 3.2 : 7.2;
  if (own.shown == 2) spec.y_from = -1.2, spec.y_to = 1.4;
  spec.y_decimals = 4;
  spec.show_legend = true;
  spec.pinned = std::clamp(own.x, -reach, reach);
  spec.x_text = [](double x) { return "x = " + grouped(x, 2); };
  std::vector<Series> series;
  for (std::size_t i = 0; i < chosen.size() && i < race.lanes().size(); ++i) {
    if (drawn_before(chosen, i)) continue;
    const ActivationCurve& curve = curve_of(own, chosen[i], reach);
    const std::uint32_t color = ui.theme->*lane_look(race.experiment().lanes, i).color;
    const std::string name = name_of(ui, chosen[i]);
    const bool pair = !curve.f[1].empty();
    for (std::size_t k = 0; k < (pair ? 2U : 1U); ++k) {
      const std::string number = pair ? (k == 0 ? " ₁" : " ₂") : "";
      if (own.shown != 2)
        series.push_back({name + number + " f", color, k == 0 ? Dash::solid : Dash::dash_dot, Marker::none, curve.x, curve.f[k], {}, {}, {}, {}, -1});
      if (own.shown != 1)
        series.push_back({name + number + " f′", color, k == 0 ? Dash::dashed : Dash::dotted, Marker::none, curve.x, curve.d[k], {}, {}, {}, {}, -1});
    }
    const bool current = view.lane < chosen.size() && key_of(chosen[i]) == key_of(chosen[view.lane]);
    if (current) {
      const bool strong = own.highlight == Highlight::saturation;
      for (const auto& zone : curve.saturated) spec.zones.push_back({zone[0], zone[1], faded(color, strong ? 0.22F : 0.08F), std::string(ui("act.saturated"))});
      if (own.highlight == Highlight::zero)
        for (std::size_t a = 0; a < curve.x.size(); ++a)
          if (curve.f[0][a] == 0 && (a == 0 || curve.f[0][a - 1] != 0)) {
            std::size_t b = a;
            while (b + 1 < curve.x.size() && curve.f[0][b + 1] == 0) ++b;
            spec.zones.push_back({curve.x[a], curve.x[b], faded(color, 0.2F), "f = 0"});
          }
      if (own.highlight == Highlight::range) {
        for (const double level : {curve.least, curve.most})
          series.push_back(
              {setting(std::round(level * 1000) / 1000), faded(color, 0.6F), Dash::dotted, Marker::none, {-reach, reach}, {level, level}, {}, {}, {}, {}, -1});
      }
      if (own.highlight == Highlight::steepest) {
        const auto top = static_cast<std::size_t>(
            std::max_element(curve.d[0].begin(), curve.d[0].end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }) - curve.d[0].begin());
        spec.marks.push_back({curve.x[top], curve.d[0][top], color, true});
      }
    }
    if (own.shown != 1)
      for (const Kink& kink : curve.kinks) {
        if (!current && chosen.size() > 1) continue;
        spec.marks.push_back({kink.x, kink.below, color, kink.below == kink.taken});
        spec.marks.push_back({kink.x, kink.above, color, kink.above == kink.taken});
        if (kink.taken != kink.below && kink.taken != kink.above) spec.marks.push_back({kink.x, kink.taken, color, true});
      }
    const ActivationPoint p = ActivationProbe(chosen[i]).at(static_cast<float>(*spec.pinned));
    std::string value = "f " + exact(static_cast<double>(p.f[0])) + ", f′ " + exact(static_cast<double>(p.d[0]));
    if (pair) value += "; f₂ " + exact(static_cast<double>(p.f[1])) + ", f₂′ " + exact(static_cast<double>(p.d[1]));
    // lanes may share a function, and differ in something else
    const bool again = std::any_of(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i), [&](const Choice& c) { return c.name == chosen[i].name; });
    ui.note_item("act.read." + chosen[i].name + (again ? "." + std::to_string(i) : ""), name + ", x = " + grouped(own.x, 2), "status", value,
                 {box.x, box.y, 1, 1});
  }
  if (const auto moved = ui::plot(ui, box, spec, series)) own.x = std::round(*moved * 100) / 100;
}

// ---- the card of the current one ----

void parameter_slider(Ui& ui, Race& race, RaceView& view, Column& column, const Choice& choice, std::size_t which) {
  const ParameterSpec& spec = entry_of(activations(), choice.name).parameters[which];
  const bool logarithmic = spec.least > 0 && spec.most / spec.least >= 1000;
  const double value = choice.values[which];
  const auto to_share = [&](double v) {
    return static_cast<float>(logarithmic ? std::log(v / spec.least) / std::log(spec.most / spec.least) : (v - spec.least) / (spec.most - spec.least));
  };
  float share = std::clamp(to_share(value), 0.0F, 1.0F);
  const std::string id = "act.parameter." + std::string(spec.name);
  Rect row = column.row();
  ui.number(id, row.cut_right(66), spec.name, setting(value), ui("help.act.parameter"));
  row.cut_right(6);
  ui.text(row.cut_left(std::max(52.0F, ui.text_width(spec.name) + 8)), spec.name, ui.theme->soft);
  if (!ui.slider(id + ".slider", row, spec.name, setting(value), share, ui("help.act.parameter"))) return;
  double wanted = logarithmic ? spec.least * std::pow(spec.most / spec.least, static_cast<double>(share))
                              : spec.least + (spec.most - spec.least) * static_cast<double>(share);
  const double unit = std::pow(10, std::floor(std::log10(std::max(1e-9, std::fabs(wanted)))) - 1); // two digits
  wanted = std::clamp(std::round(wanted / unit) * unit, spec.least, spec.most);
  wanted = std::strtod(setting(std::round(wanted * 1e9) / 1e9).c_str(), nullptr);
  auto chosen = chosen_of(race);
  chosen[view.lane].values[which] = std::clamp(wanted, spec.least, spec.most);
  keep(view, set_lanes(race, chosen, depth_of(race), units_of(race)));
}

void card(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box, bool framed) {
  Column column(ui, "act.card", box, framed);
  auto chosen = chosen_of(race);
  view.lane = std::min(view.lane, chosen.size() - 1);
  if (chosen.size() > 1) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < chosen.size(); ++i) names.push_back(called(ui, race, i));
    const std::vector<std::string_view> labels(names.begin(), names.end());
    int current = static_cast<int>(view.lane);
    ui.segmented("act.current", column.row(ui.control_height() + 2).min(), labels, current);
    if (current != static_cast<int>(view.lane)) view.lane = static_cast<std::size_t>(current), own.highlight = Highlight::none, own.highlight_held = false;
  }
  const Choice choice = chosen[view.lane];
  const ActivationEntry& entry = entry_of(activations(), choice.name);
  const std::uint32_t color = ui.theme->*lane_look(race.experiment().lanes, view.lane).color;
  Rect title = column.row(26);
  const float width = ui.text(title, name_of(ui, choice), color, kTitle, Weight::bold);
  title.cut_left(width + 8);
  ui.text(title, entry.torch.empty() ? ui("act.no_torch") : entry.torch, ui.theme->faint, kLabel);
  const std::string formula_id = "activation:" + choice.name;
  const std::string_view formula = ui.by_id("act.formula." + choice.name);
  const Rect line = column.row(24);
  const Ui::Press p = ui.press(formula_id, line);
  ui.text(line, formula, p.hovered ? ui.theme->accent : ui.theme->ink, kText);
  ui.tip(ui("help.act.formula"));
  if (Item* item = ui.note_item(formula_id, formula, "button", "", line)) item->help = ui("help.act.formula");
  if (p.pressed) ui.help_request = EditRequest{formula_id, name_of(ui, choice), std::string(ui.by_id("help.act.formula")), line};
  for (std::size_t i = 0; i < entry.parameters.size(); ++i) parameter_slider(ui, race, view, column, choice, i);

  const ActivationCurve& curve = curve_of(own, choice, kReaches[own.reach]);
  // words and numbers of what is seen
  const auto fact = [&](const std::string& id, const std::string& text) {
    const Rect row = column.row(20);
    ui.text(row, text, ui.theme->soft, kLabel);
    ui.note_item(id, text, "note", "", row);
  };
  for (std::size_t k = 0; k < curve.kinks.size(); ++k) {
    const Kink& kink = curve.kinks[k];
    fact("act.kink." + std::to_string(k), fill(ui("act.kink"), {setting(std::round(kink.x * 100) / 100), setting(std::round(kink.below * 1e4) / 1e4),
                                                                setting(std::round(kink.above * 1e4) / 1e4), setting(std::round(kink.taken * 1e4) / 1e4)}));
  }
  fact("act.steepest", fill(ui("act.steepest"), {setting(std::round(curve.steepest * 1e4) / 1e4)}));
  column.rest.cut_top(kHalf);

  bool pointed = false;
  for (const Traits& all : traits()) {
    if (all.id != choice.name) continue;
    for (std::size_t i = 0; i < all.list.size(); ++i) {
      const Trait& trait = all.list[i];
      const std::string_view words = ui.by_id("trait." + choice.name + "." + std::to_string(i + 1));
      const float height = ui.paragraph({0, 0, column.rest.w - 20, 0}, words, 0, kLabel, false) + 5;
      const Rect row = column.rest.cut_top(std::max(height, ui.touch ? 40.0F : 22.0F));
      const std::string id = "act.trait." + std::to_string(i);
      const Ui::Press q = trait.at == Highlight::none ? Ui::Press{} : ui.press(id, row);
      const bool lit = trait.at != Highlight::none && own.highlight == trait.at;
      if (lit) ui.draw()->AddRectFilled({row.x - 4, row.y}, {row.right() + 4, row.bottom() - 1}, ui.theme->note, 4);
      ui.text({row.x, row.y, 14, 19}, trait.good ? "+" : "−", trait.good ? ui.theme->adam : ui.theme->bad, kText, Weight::bold);
      ui.paragraph({row.x + 18, row.y + 1, row.w - 20, height}, words, ui.theme->ink, kLabel);
      if (Item* item = ui.note_item(id, words, trait.at == Highlight::none ? "note" : "checkbox", lit ? "true" : "false", row))
        item->help = ui("help.act.trait");
      if (q.hovered && !own.highlight_held) own.highlight = trait.at, pointed = true;
      if (q.pressed) own.highlight_held = !(own.highlight_held && lit), own.highlight = trait.at, pointed = true;
    }
  }
  if (!pointed && !own.highlight_held) own.highlight = Highlight::none;

  column.rest.cut_top(kHalf);
  column.title(ui("act.normal"));
  const PassedNormal& passed = passed_of(own, choice);
  const Rect area = column.rest.cut_top(92);
  histogram(ui, area, passed.low, passed.high, passed.bins, faded(color, 0.8F));
  if (passed.high > passed.low) {
    const float x = area.x + area.w * static_cast<float>((passed.mean - passed.low) / (passed.high - passed.low));
    ui.draw()->AddLine({x, area.y}, {x, area.bottom() - 15}, ui.theme->ink, own.highlight == Highlight::mean ? 3.0F : 1.5F);
  }
  const std::string numbers = fill(ui("act.normal_numbers"), {grouped(passed.mean, 3), grouped(passed.deviation, 3)});
  const std::string shares = fill(ui("act.normal_signs"), {percent(passed.positive), percent(passed.zero), percent(passed.negative)});
  ui.text(column.row(18), numbers, own.highlight == Highlight::mean ? ui.theme->accent : ui.theme->ink, kLabel,
          own.highlight == Highlight::mean ? Weight::bold : Weight::regular);
  ui.text(column.row(18), shares, ui.theme->soft, kLabel);
  ui.note_item("act.normal", ui("act.normal"), "status", numbers + " · " + shares, area);
}

// ---- through layers ----

void depth_fields(Ui& ui, Race& race, Rect box) {
  // so many layers of so many units, in every lane
  const auto field = [&](const std::string& id, std::string_view label, const std::string& value, std::string_view help) {
    ui.number(id, box.cut_right(52), label, value, help);
    box.cut_right(4);
    const float width = ui.text_width(label, kLabel) + 2;
    ui.text(box.cut_right(width), label, ui.theme->soft, kLabel, Weight::regular, Align::right);
    box.cut_right(10);
  };
  field("act.units", ui("act.units"), std::to_string(units_of(race)), ui("help.act.units"));
  field("act.layers", ui("act.layers"), std::to_string(depth_of(race)), ui("help.act.layers"));
}

void chain(Ui& ui, Race& race, ActivationsView& own, Rect box) {
  Rect head = box.cut_top(ui.control_height() + 4);
  head.cut_left(ui.segmented("act.chain", head.min(), {ui("act.chain_x"), ui("act.chain_most")}, own.chain) + kGrid);
  if (head.w > 90 && own.chain == 0 &&
      ui.button("act.draw_x", {head.x, head.y, std::min(head.w, ui.text_width(ui("act.draw_x")) + 24), ui.control_height()}, ui("act.draw_x"))) {
    // the next of the engine's normal numbers
    static PhiloxStream stream(stream_key(2, Purpose::probe));
    double two[2];
    fill_normal(stream, two);
    own.x = std::round(two[0] * 100) / 100;
  }
  const auto chosen = chosen_of(race);
  const int depth = static_cast<int>(depth_of(race));
  BarSpec spec;
  spec.id = "act.bar";
  spec.title = own.chain == 0 ? fill(ui("act.chain_title_x"), {grouped(own.x, 2)}) : std::string(ui("act.chain_title_most"));
  spec.least = 1e-5;
  for (int l = 1; l <= depth; ++l) spec.groups.push_back(fill(ui("act.layer"), {std::to_string(l)}));
  std::vector<BarSeries> series;
  std::string said;
  for (std::size_t i = 0; i < chosen.size() && i < race.lanes().size(); ++i) {
    if (drawn_before(chosen, i)) continue;
    const ActivationProbe probe(chosen[i]);
    std::vector<double> products = own.chain == 0 ? probe.slopes_along(own.x, depth) : largest_slopes_along(curve_of(own, chosen[i], kReaches[1]), depth);
    for (double& v : products) v = std::fabs(v);
    said += (said.empty() ? "" : between_sentences(ui)) +
            fill(own.chain == 0 ? ui("act.chain_says_x") : ui("act.chain_says_most"),
                 {name_of(ui, chosen[i]), std::to_string(depth), short_number(products.back()), grouped(own.x, 2), short_number(products.front())});
    series.push_back({name_of(ui, chosen[i]), ui.theme->*lane_look(race.experiment().lanes, i).color, std::move(products)});
  }
  // the numbers in words, and the way on: beside the bars, or below them
  const bool beside = box.w > 620;
  const float button = ui.text_width(ui("act.try")) + 36;
  const float words_width = beside ? std::min(300.0F, box.w * 0.36F) - 16 : box.w;
  const float words_height = ui.paragraph({0, 0, words_width, 0}, said, 0, kLabel, false);
  const bool room = beside || box.h - words_height - ui.control_height() > 150;
  Rect words = beside ? box.cut_right(words_width) : box.cut_bottom(std::min(box.h * 0.5F, words_height + (room ? ui.control_height() + 2 * kGrid : kHalf)));
  if (beside) box.cut_right(16);
  bars(ui, box, spec, series);
  words.cut_top(ui.paragraph(words, said, ui.theme->ink, kLabel) + kGrid);
  ui.note_item("act.chain.says", said, "note", "", {words.x, words.y - words_height - kGrid, words.w, words_height});
  if (room && ui.button("act.try", {words.x, words.y, button, ui.control_height()}, ui("act.try"), true)) {
    own.tab = 1;
    if (race.transport() != Transport::running) race.start();
  }
}

// ---- in the network ----

void network(Ui& ui, Race& race, RaceView& view, ActivationsView& own, Rect box) {
  Rect head = box.cut_top((ui.touch ? 40.0F : 32.0F) + 4);
  head.cut_left(transport_buttons(ui, race, {head.x, head.y, std::min(head.w, 520.0F), head.h}) + kGrid);
  const std::vector<std::string_view> measures{ui("act.gradient"), ui("act.dead"), ui("act.saturated_share")};
  float measures_width = 4;
  for (const std::string_view m : measures) measures_width += ui.text_width(m, kLabel, Weight::bold) + 2 * kSegmentPad;
  const bool in_head = measures_width <= head.w;
  if (in_head) ui.segmented("act.measure", {head.right() - measures_width, head.y + 2}, measures, own.measure);
  const bool beside = box.w > 560;
  Rect right = beside ? box.cut_right(box.w * 0.52F) : box.cut_bottom(box.h * 0.52F);
  if (beside) right.cut_left(kGrid);
  chart_panel(ui, race, view, box, 0, true);

  if (!in_head) ui.segmented("act.measure", right.cut_top(ui.control_height() + 2).min(), measures, own.measure);
  BarSpec spec;
  spec.id = "act.net";
  spec.title = ui.by_id("act.title." + std::string(kLayerMeasures[own.measure]));
  spec.log = own.measure == 0;
  spec.percents = own.measure != 0;
  spec.least = 1e-4;
  std::vector<BarSeries> series;
  std::string sampled;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const std::uint32_t slot = kUnitSlots + static_cast<std::uint32_t>(i);
    race.want_look(slot, i, protocol::LookKind::units);
    const auto* look = race.looks().answer<protocol::UnitsLook>(slot, race.lanes()[i].key);
    BarSeries s{lane_name(race.experiment(), i, ui.language), ui.theme->*lane_look(race.experiment().lanes, i).color, {}};
    if (race.lanes()[i].status == protocol::LaneStatus::diverged) s.ended = ui("lanes.diverged");
    if (race.looks().failed(slot, race.lanes()[i].key)) s.ended = ui("views.no_memory_short");
    if (look && look->examples < look->of && own.measure != 0) sampled = fill(ui("units.sample"), {grouped(look->examples), grouped(look->of)});
    for (std::size_t l = 0; look && l < look->layers.size(); ++l) {
      const protocol::UnitsRow& row = look->layers[l];
      const bool last = l + 1 == look->layers.size();
      if (own.measure != 0 && last) continue;
      s.values.push_back(own.measure == 0 ? row.gradient_norm : own.measure == 1 ? row.dead_share : row.saturated_share);
      if (spec.groups.size() < s.values.size())
        spec.groups.push_back(last ? std::string(ui("act.output_layer")) : fill(ui("act.layer"), {std::to_string(l + 1)}));
    }
    series.push_back(std::move(s));
  }
  if (!sampled.empty()) ui.text(right.cut_bottom(16), sampled, ui.theme->soft, kSmall);
  if (right.w < 46 * static_cast<float>(spec.groups.size()) + 60)
    for (std::size_t g = 0; g < spec.groups.size(); ++g) spec.groups[g] = std::to_string(g + 1);
  bars(ui, right, spec, series);
}

// ---- linear of linear ----

std::string matrix_text(const protocol::Dense& dense, std::uint32_t row) {
  std::string out;
  for (std::uint32_t i = 0; i < dense.inputs; ++i) out += (i ? "  " : "") + grouped(static_cast<double>(dense.weight[row * dense.inputs + i]), 2);
  return out;
}

// A toy that follows from the chosen functions: lane 0 has no activation; the others the chosen ones.
void follow(Race& race, Race& toy, RaceView& view, ActivationsView& own) {
  const auto chosen = chosen_of(race);
  std::string made_for;
  for (const Choice& c : chosen) made_for += key_of(c) + ";";
  if (made_for != own.toy_of) {
    own.toy_of = made_for;
    Json json = toy.experiment().json();
    const std::int64_t units = 8;
    json["network"]["hidden"] = layers(1, units, "identity");
    json["lanes"] = Json::array({{{"label", label_of({"identity", {}})}}});
    for (const Choice& c : chosen)
      if (c.name != "identity") json["lanes"].push_back({{"label", label_of(c)}, {"network", {{"hidden", layers(1, units, as_json(c))}}}});
    keep(view, toy.change_to(json));
  }
  if (toy.transport() == Transport::ready && toy.pack_ready()) toy.start();
}

void linear(Ui& ui, Race& race, Race& own_toy, RaceView& view, ActivationsView& own, Rect box) {
  // a race over points of the plane is shown itself: its Start is the lab's
  if (race.has_images()) follow(race, own_toy, view, own);
  Race& toy = race.has_images() ? own_toy : race;
  own.linear = std::clamp(own.linear, 0, static_cast<int>(toy.lanes().size()) - 1);
  Rect head = box.cut_top(ui.control_height() + 4);
  const auto plain = [&](std::size_t i) { return activation_of(toy.experiment().lanes[i]).name == "identity"; };
  std::vector<std::string> names;
  for (std::size_t i = 0; i < toy.lanes().size(); ++i)
    names.push_back(plain(i) ? std::string(ui("act.no_activation")) : lane_name(toy.experiment(), i, ui.language));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  head.cut_left(ui.segmented("act.linear", head.min(), labels, own.linear) + kGrid);
  if (head.w > 60 && ui.link("act.linear.again", head.cut_right(std::min(head.w, 90.0F)), ui("act.again"))) toy.reset(), toy.start();
  const auto lane = static_cast<std::size_t>(own.linear);
  const float side = std::min(box.h, box.w * (box.w > 420 ? 0.45F : 0.6F));
  const protocol::BoundaryLook* look = boundary_picture(ui, toy, view, lane, 0, {box.x, box.y, side, side});
  Rect words = box;
  words.cut_left(side + 2 * kGrid);
  if (words.w < 80) return;
  const auto* e = toy.lanes()[lane].evaluation();
  const std::string accuracy = e ? percent(e->test_accuracy) : "–";
  const std::string said = plain(lane)                           ? fill(ui("act.linear_says"), {accuracy})
                           : toy.transport() == Transport::ready ? std::string() // untrained it parts nothing yet
                                                                 : fill(ui("act.bent_says"), {names[lane], accuracy});
  words.cut_top(ui.paragraph(words, said, ui.theme->ink, kLabel) + kGrid);
  ui.note_item("act.linear.says", said, "note", "", {words.x, box.y, words.w, 40});
  if (!look || look->layers.size() != 2 || look->product.weight.size() != 2 * look->product.outputs || !plain(lane)) return;
  // W₂W₁ in numbers, with the two matrices it comes from where there is room
  ui.text(words.cut_top(18), fill(ui("act.product"), {std::to_string(look->layers[0].outputs)}), ui.theme->soft, kLabel, Weight::bold);
  for (std::uint32_t o = 0; o < look->product.outputs; ++o) {
    const std::string matrix = "[ " + matrix_text(look->product, o) + " ]", bias = "b " + grouped(static_cast<double>(look->product.bias[o]), 2),
                      row = matrix + "   " + bias;
    const Rect line = words.cut_top(18);
    const bool fits = ui.text_width(row, kLabel) <= words.w;
    ui.text(line, fits ? row : matrix, ui.theme->ink, kLabel);
    if (!fits) ui.text(words.cut_top(18), bias, ui.theme->soft, kLabel);
    ui.note_item("act.product." + std::to_string(o), ui("act.product_row"), "status", row, line);
  }
  words.cut_top(kHalf);
  if (words.h < 18 * 9) return;
  const float half = words.w / 2;
  const auto list = [&](Rect at, const protocol::Dense& dense, std::string_view title) {
    ui.text(at.cut_top(18), title, ui.theme->soft, kLabel, Weight::bold);
    for (std::uint32_t o = 0; o < dense.outputs; ++o) ui.text(at.cut_top(16), "[ " + matrix_text(dense, o) + " ]", ui.theme->soft, kSmall);
  };
  list({words.x, words.y, half, words.h}, look->layers[0], "W₁");
  list({words.x + half, words.y, half, words.h}, look->layers[1], "W₂");
}

void ActivationsView::add_to(Json& shown_now) const {
  shown_now["tab"] = kActivationTabs[static_cast<std::size_t>(tab)];
  shown_now["at"] = std::round(x * 1e4) / 1e4; // a link takes no exponents
  shown_now["measure"] = kLayerMeasures[static_cast<std::size_t>(measure)];
}
void ActivationsView::take(const Json& wanted) {
  for (int i = 0; i < static_cast<int>(std::size(kActivationTabs)); ++i)
    if (wanted.contains("tab") && wanted["tab"] == kActivationTabs[static_cast<std::size_t>(i)]) tab = i;
  for (int i = 0; i < static_cast<int>(std::size(kLayerMeasures)); ++i)
    if (wanted.contains("measure") && wanted["measure"] == kLayerMeasures[static_cast<std::size_t>(i)]) measure = i;
  if (wanted.contains("at"))
    if (const double v = wanted["at"].get<double>(); std::fabs(v) <= kReaches[1]) x = v;
}

std::string activations_csv(const Race& race, const ActivationsView& own) {
  std::string out = "x";
  std::vector<ActivationCurve> curves;
  const auto chosen = chosen_of(race);
  for (const Choice& c : chosen) {
    curves.push_back(ActivationProbe(c).curve(kReaches[own.reach]));
    out += "," + c.name + "_f," + c.name + "_slope";
    if (!curves.back().f[1].empty()) out += "," + c.name + "_f2," + c.name + "_slope2";
  }
  out += "\n";
  for (std::size_t i = 0; i < curves[0].x.size(); ++i) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f", curves[0].x[i]);
    out += text;
    for (const ActivationCurve& curve : curves)
      for (std::size_t k = 0; k < 2 && !curve.f[k].empty(); ++k) {
        out += "," + csv_number(curve.f[k][i]) + "," + csv_number(curve.d[k][i]);
      }
    out += "\n";
  }
  return out;
}

void type_own(Race& race, RaceView& view, ActivationsView& own, const std::string& id, const std::string& text) {
  std::string plain = text;
  for (std::size_t at = plain.find("−"); at != std::string::npos; at = plain.find("−")) plain.replace(at, std::string("−").size(), "-");
  char* end = nullptr;
  const double v = std::strtod(plain.c_str(), &end);
  const auto outside = [&](double least, double most) {
    if (end != plain.c_str() && std::isfinite(v) && v >= least && v <= most) return false;
    view.complaint = UserError{"out_of_range", "", {shortened(text, 40), setting(least), setting(most)}};
    return true;
  };
  if (id == "act.x") {
    if (outside(-kReaches[1], kReaches[1])) return;
    own.x = v;
    if (std::fabs(v) > kReaches[0]) own.reach = 1;
  }
  if (id == "act.layers" && !outside(1, kHiddenLayersMost))
    keep(view, set_lanes(race, chosen_of(race), static_cast<std::size_t>(std::lround(v)), units_of(race)));
  if (id == "act.units" && !outside(1, kUnitsMost)) keep(view, set_lanes(race, chosen_of(race), depth_of(race), std::lround(v)));
  if (id.starts_with("act.parameter.")) {
    auto chosen = chosen_of(race);
    Choice& choice = chosen[std::min(view.lane, chosen.size() - 1)];
    const auto& specs = entry_of(activations(), choice.name).parameters;
    for (std::size_t i = 0; i < specs.size(); ++i)
      if (id.substr(14) == specs[i].name && !outside(specs[i].least, specs[i].most)) {
        choice.values[i] = v;
        keep(view, set_lanes(race, chosen, depth_of(race), units_of(race)));
      }
  }
}

void arrange(Ui& ui, Race& race, Race& toy, RaceView& view, ActivationsView& own, Rect box) {
  ui.touch = box.w < 640;
  box = box.inset(kGrid, kGrid);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  // a slider of a parameter goes through many curves
  if (own.curves.size() > kCurvesMost) own.curves.clear(), own.passed.clear();
  const auto tabs = [&](Rect area, std::vector<int> which) {
    ui.panel(area);
    area = area.inset(kPadding, 8);
    Rect head = area.cut_top(ui.control_height() + 6);
    if (std::find(which.begin(), which.end(), own.tab) == which.end()) own.tab = which.front();
    std::vector<std::string_view> labels;
    for (const int t : which) labels.push_back(ui.by_id("act.tab." + std::string(kActivationTabs[t])));
    int place = static_cast<int>(std::find(which.begin(), which.end(), own.tab) - which.begin());
    float width = 4;
    for (const std::string_view label : labels) width += ui.text_width(label, kLabel, Weight::bold) + 2 * kSegmentPad;
    const bool depth = own.tab <= 1;
    if (width <= head.w) {
      ui.segmented("act.tab", head.min(), labels, place);
      head.cut_left(width + kGrid);
    } else {
      const float list = std::min(head.w, 190.0F);
      if (const auto pick = ui.select("act.tab", {head.x, head.y, list, ui.control_height()}, ui("act.tabs"), labels, place)) place = *pick;
      head.cut_left(list + kGrid);
      // what is chosen first must not hide in a list
      const auto choose = std::find(which.begin(), which.end(), kPickerTab);
      const float button = ui.text_width(ui("act.tab.picker")) + 24;
      if (choose != which.end() && which[static_cast<std::size_t>(place)] != kPickerTab && button <= head.w &&
          ui.button("act.pick", {head.x, head.y, button, ui.control_height()}, ui("act.tab.picker")))
        place = static_cast<int>(choose - which.begin());
      head.cut_left(std::min(head.w, button + kGrid));
    }
    own.tab = which[static_cast<std::size_t>(place)];
    if (depth && head.w > 190)
      depth_fields(ui, race, {head.x, head.y, head.w, ui.control_height()});
    else if (depth && area.h > 240)
      depth_fields(ui, race, area.cut_top(ui.control_height() + kGrid));
    switch (own.tab) {
    case 0: chain(ui, race, own, area); break;
    case 1: network(ui, race, view, own, area); break;
    case 2: linear(ui, race, toy, view, own, area); break;
    case 3: card(ui, race, view, own, area, false); break;
    case 4: large_plot(ui, race, view, own, area); break;
    default: picker(ui, race, view, own, area);
    }
  };
  const auto plot_panel = [&](Rect area) {
    ui.panel(area);
    large_plot(ui, race, view, own, area.inset(kPadding, 8));
  };
  if (box.w >= 1100 - 2 * kGrid && box.h >= 480) {
    picker(ui, race, view, own, box.cut_left(264));
    box.cut_left(kGrid);
    const Rect below = box.cut_bottom(std::clamp(box.h * (own.tab == 1 ? 0.45F : 0.38F), 210.0F, 380.0F));
    box.cut_bottom(kGrid);
    card(ui, race, view, own, box.cut_right(330), true);
    box.cut_right(kGrid);
    plot_panel(box);
    return tabs(below, {0, 1, 2});
  }
  if (box.w >= 640 - 2 * kGrid) {
    picker(ui, race, view, own, box.cut_left(146));
    box.cut_left(kGrid);
    if (box.h < 560) return tabs(box, {4, 3, 0, 1, 2});
    plot_panel(box.cut_top(box.h * 0.52F));
    box.cut_top(kGrid);
    return tabs(box, {3, 0, 1, 2});
  }
  if (box.h < 680) return tabs(box, {4, 5, 3, 0, 1, 2}); // below a note each has the whole height
  plot_panel(box.cut_top(box.h * (own.tab == 1 ? 0.36F : 0.46F)));
  box.cut_top(kGrid);
  tabs(box, {5, 3, 0, 1, 2});
}

class Activations final : public RaceLab {
public:
  using RaceLab::RaceLab;
  void add_shown(Json& out) const override { RaceLab::add_shown(out), own_.add_to(out); }
  void show(const Json& wanted) override { RaceLab::show(wanted), own_.take(wanted); }
  std::string csv(std::string_view plot) const override { return plot == "view" ? activations_csv(race_, own_) : RaceLab::csv(plot); }
  std::optional<UserError> type(const std::string& id, const std::string& text) override {
    if (!id.starts_with("act.")) return RaceLab::type(id, text);
    return type_own(race_, view_, own_, id, text), std::nullopt;
  }
  void explain_control(Json& out) const override {
    const std::string id = out["id"].get<std::string>();
    if (id.starts_with("activation:")) out["formula"] = "activation." + id.substr(11);
    RaceLab::explain_control(out);
  }

private:
  void draw_lab(Rect box) override { arrange(ui(), race_, toy_, view_, own_, box); }
  ActivationsView own_;
};

constexpr Argument kLooks[] = {takes::choice("tab", takes::all_of<kActivationTabs>), takes::number("at", -kReaches[1], kReaches[1]),
                               takes::choice("measure", takes::all_of<kLayerMeasures>)};

} // namespace

extern const LabRoom kActivationsRoom{.make = make_lab<Activations>, .verbs = {}, .looks = kLooks, .like = &kLanesRoom};

} // namespace downhill
