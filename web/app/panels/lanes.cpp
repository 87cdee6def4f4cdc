#include "app/views/list.hpp"

#include "app/core/lane_look.hpp"
#include "app/core/typed_number.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace downhill {

using namespace ui;

namespace {

constexpr float kRankWidth = 17, kSwatchWidth = 33, kRateWidth = 52, kLossWidth = 46, kAccuracyWidth = 62, kMenuWidth = 24; // columns of the table

void lane_menu(Ui& ui, Race& race, RaceView& view, Rect box, std::size_t i) {
  const std::string id = "lane:" + std::to_string(i) + ":menu";
  const bool pressed = ui.icon_button(id, box, Icon::more, ui("lanes.menu"), true, false);
  const std::vector<std::string_view> labels{ui("lanes.settings"), ui("lanes.duplicate"), ui("lanes.rename"), ui("lanes.solo"),
                                             ui("lanes.up"),       ui("lanes.down"),      ui("lanes.remove")};
  const auto picked = ui.list(id, box, labels, -1, pressed);
  if (!picked) return;
  switch (*picked) {
  case 0: view.scope = i, view.drawer = true, view.more_settings = true, view.tab = 2; break;
  case 1: keep(view, race.duplicate_lane(i)); break;
  case 2:
    ui.edit_request = EditRequest{"lane:" + std::to_string(i) + ":label",
                                  std::string(ui("lanes.rename")),
                                  lane_name(race.experiment(), i, ui.language),
                                  {box.x - 180, box.y, 180, box.h}};
    break;
  case 3: race.solo_lane(i); break;
  case 4:
    if (i > 0) keep(view, race.move_lane(i, i - 1));
    break;
  case 5: keep(view, race.move_lane(i, i + 1)); break;
  default: keep(view, race.remove_lane(i));
  }
}

// `place`: from 0; nullopt where lanes are not ranked.
void lane_row(Ui& ui, Race& race, RaceView& view, Rect row, std::optional<std::size_t> place, std::size_t i) {
  const Lane& lane = race.experiment().lanes[i];
  const LaneState& state = race.lanes()[i];
  const LaneLook look = lane_look(race.experiment().lanes, i);
  const std::string id = "lane:" + std::to_string(i) + ":";
  const std::string name = lane_name(race.experiment(), i, ui.language);
  if (view.lane == i || view.other == static_cast<int>(i))
    ui.draw()->AddRectFilled({row.x - 6, row.y + 1}, {row.right() + 6, row.bottom() - 1}, faded(ui.theme->fill, 0.7F), 4);
  ui.line({row.x, row.bottom() - 0.5F}, {row.right(), row.bottom() - 0.5F});
  const float dim = state.hidden ? 0.35F : 1;

  // the line's own look shows or hides it
  ui.text(row.cut_left(kRankWidth), place ? std::to_string(*place + 1) : "–", ui.theme->faint, kLabel);
  const Rect swatch = row.cut_left(kSwatchWidth);
  if (ui.press(id + "show", swatch).pressed) race.hide_lane(i, !state.hidden);
  ui.tip((state.hidden ? ui("lanes.show") : ui("lanes.hide")));
  if (Item* item = ui.note_item(id + "show", name, "checkbox", state.hidden ? "false" : "true", swatch))
    item->help = (state.hidden ? ui("lanes.show") : ui("lanes.hide"));
  Ui::dashed_line(ui.draw(), {{swatch.x, row.y + row.h / 2}, {swatch.x + 27, row.y + row.h / 2}}, faded(ui.theme->*look.color, dim), look.dash, 2.5F);
  draw_marker(ui.draw(), {swatch.x + 13.5F, row.y + row.h / 2}, look.marker, faded(ui.theme->*look.color, dim));

  const std::uint64_t version = race.experiment_version();
  lane_menu(ui, race, view, row.cut_right(kMenuWidth).inset(0, ui.touch ? 2 : 3), i);
  if (race.experiment_version() != version) return; // the menu changed the lanes: `lane` and `state` are no more
  const Rect accuracy = row.cut_right(race.has_classes() ? kAccuracyWidth : 0), loss = row.cut_right(kLossWidth);
  const Rect rate = row.cut_right(kRateWidth).inset(0, ui.touch ? 2 : 3);
  row.cut_right(4);

  // the name opens the list of methods; the batch size follows it
  const std::string batch_value = lane.settings.batch == 0 ? std::string(ui("lanes.full")) : grouped(static_cast<double>(lane.settings.batch));
  std::string batch_tag = std::string(ui("lanes.batch")) + " " + batch_value;
  Rect batch = row;
  row.w = std::min(row.w, ui.text_width(name, kText, Weight::bold) + 1);
  batch.cut_left(row.w + 6);
  if (ui.text_width(batch_tag, kSmall) + 2 > batch.w) batch_tag = batch_value; // English is longer
  batch.w = std::max(0.0F, std::min(batch.w, ui.text_width(batch_tag, kSmall) + 2));
  const Ui::Press p = ui.press(id + "method", row);
  if (p.pressed) view.lane = i;
  ui.text(row, name, p.hovered ? ui.theme->accent : faded(ui.theme->ink, dim), kText, Weight::bold);
  if (Item* item = ui.note_item(id + "method", ui("lanes.method"), "combobox", name, row)) item->help = ui("help.lane.method");
  if (!Ui::list_open(id + "method")) ui.tip(ui("help.lane.method"));
  std::vector<std::string_view> ids;
  for (const OptimizerEntry& entry : optimizers()) ids.push_back(entry.id);
  int chosen = 0;
  const auto methods = labels_of(ui, ids, "method.", lane.settings.optimizer.name, chosen);
  const auto picked = ui.list(id + "method", row, methods, chosen, p.pressed);

  // its batch size, its rate
  if (batch.w > 6) {
    const Ui::Press b = ui.press(id + "/batch", batch);
    if (b.pressed)
      ui.edit_request = EditRequest{id + "/batch", std::string(ui("training.batch")), batch_value, Rect{batch.x - 4, batch.y + 3, 72, batch.h - 6}};
    if (ui.editing != id + "/batch") ui.text(batch, batch_tag, b.hovered ? ui.theme->accent : ui.theme->faint, kSmall);
    if (Item* item = ui.note_item(id + "/batch", ui("training.batch"), "textbox", batch_value, batch)) item->help = ui("help./batch");
    ui.tip(ui("help./batch"));
  }
  ui.number(id + "/optimizer/lr", rate, ui("lanes.rate"), setting(lane.settings.optimizer.values[0]), ui("help./optimizer/lr"));

  const auto* last = state.evaluation();
  if (state.status == protocol::LaneStatus::diverged) {
    ui.text({loss.x, loss.y, loss.w + accuracy.w - 2, loss.h}, ui("lanes.diverged"), ui.theme->bad, kText, Weight::bold, Align::right);
  } else if (last) {
    ui.text(loss, grouped(last->test_loss, 3), faded(ui.theme->soft, dim), kText, Weight::regular, Align::right);
    if (race.has_classes())
      ui.text({accuracy.x, accuracy.y, accuracy.w - 2, accuracy.h}, percent(last->test_accuracy), faded(ui.theme->ink, dim), kText, Weight::bold, Align::right);
  }
  const std::string result = last ? grouped(last->test_loss, 3) + (race.has_classes() ? " · " + percent(last->test_accuracy) : "") : "";
  ui.note_item(id + "result", name, "status", result, {loss.x, loss.y, loss.w + accuracy.w, loss.h});
  if (picked) {
    const std::string_view rule = optimizers()[static_cast<std::size_t>(*picked)].id;
    LaneSettings wanted = lane.settings;
    wanted.optimizer.name = rule;
    keep(view, race.edit_lane(i, "/optimizer", {{"name", rule}, {"lr", lane_look(wanted).good_lr}}));
  }
}

void rate_buttons(Ui& ui, Race& race, RaceView& view, Column& column) {
  const Rect row = column.row(ui.control_height() + 8);
  const auto& lanes = race.experiment().lanes;
  // which of the three holds now
  int chosen = -1;
  const double first = lanes[0].settings.optimizer.values[0];
  if (std::all_of(lanes.begin(), lanes.end(), [&](const Lane& l) { return l.settings.optimizer.values[0] == first; })) chosen = 0;
  if (std::all_of(lanes.begin(), lanes.end(),
                  [](const Lane& l) { return l.settings.optimizer.values[0] == entry_of(optimizers(), l.settings.optimizer.name).parameters[0].standard; }))
    chosen = 1;
  const auto& curves = race.sweep().curves();
  if (curves.size() == lanes.size() && !race.sweep().running()) {
    bool best = true;
    for (std::size_t i = 0; i < lanes.size(); ++i) best = best && curves[i].best() == lanes[i].settings.optimizer.values[0];
    if (best) chosen = 2;
  }
  if (chosen < 0) chosen = 3; // each its own
  const int before = chosen;
  const float width = ui.segmented("rates", {row.x, row.y + 2}, {ui("rates.same"), ui("rates.defaults"), ui("rates.best"), ui("rates.own")}, chosen);
  if (before == 3 && chosen != 3) view.own_rates.keep(lanes);
  if (chosen == 3 && before != 3) {
    const auto own = view.own_rates.of(lanes);
    std::vector<double> rates;
    for (std::size_t i = 0; i < lanes.size(); ++i) rates.push_back(own[i].value_or(lane_look(lanes[i].settings).good_lr));
    keep(view, race.set_each_rate(rates));
  }
  const bool same_pressed = chosen == 0 && before != 0;
  if (same_pressed) keep(view, race.set_rates(view.all_rate));
  if (chosen == 1 && before != 1) keep(view, race.set_rates({}));
  if (chosen == 2 && before != 2) race.start_sweep(), view.view = &kSweepView, view.views_open = true, view.tab = 1;
  Rect rest = row;
  rest.cut_left(width + kGrid);
  if (before == 0 && !same_pressed && rest.w > 50) {
    ui.number("rates.value", {rest.x, row.y + 2, std::min(60.0F, rest.w), ui.control_height()}, ui("lanes.rate"), setting(first), ui("help.rates.same"));
    rest.cut_left(64);
  }
  if (race.sweep().running()) {
    const Rect line = column.row(26);
    Rect bar = line;
    if (ui.link("sweep.cancel", bar.cut_right(52), ui("sweep.cancel"))) race.cancel_sweep();
    ui.text({bar.x, bar.y, bar.w, 16}, fill(ui("sweep.progress"), {grouped(100 * race.sweep().progress())}), ui.theme->soft, kSmall);
    ui.draw()->AddRectFilled({bar.x, bar.bottom() - 5}, {bar.right() - 8, bar.bottom() - 1}, ui.theme->fill, 2);
    ui.draw()->AddRectFilled({bar.x, bar.bottom() - 5}, {bar.x + (bar.w - 8) * static_cast<float>(race.sweep().progress()), bar.bottom() - 1}, ui.theme->accent,
                             2);
  }
}

// What an explanation says to look at, "metric=update_ratio", "view=diagnosis,lane=2": as App::show takes it.
void look_at(RaceView& view, const std::string& show) {
  const std::size_t equals = show.find('='), comma = show.find(',');
  const std::string key = show.substr(0, equals), id = show.substr(equals + 1, comma == std::string::npos ? comma : comma - equals - 1);
  if (comma != std::string::npos)
    if (const auto lane = place_in(std::string_view(show).substr(comma), ",lane=")) view.lane = *lane;
  const auto place = [&](const auto& ids) { return static_cast<int>(std::find(std::begin(ids), std::end(ids), id) - std::begin(ids)); };
  if (key == "metric") view.metric[0] = place(kMetricIds), view.views_whole = false;
  if (key == "axis") view.axis = place(kAxisIds), view.zoom = {}, view.views_whole = false;
  if (const ViewRow* wanted = key == "view" ? view_of(id) : nullptr) view.view = wanted, view.views_open = view.chose_views = true;
  view.tab = key == "view" ? 1 : view.tab == 1 || view.tab == 2 ? 0 : view.tab;
}

} // namespace

namespace {

void column_heads(Ui& ui, RaceView& view, Column& column, Metric ranked, bool classes) {
  Rect head = column.row(24);
  head.cut_right(kMenuWidth);
  // the column that ranks them is in bold; where another number does, the note below says which
  const auto title = [&](Rect at, const char* id, std::string_view words, Metric metric) {
    const bool ranks = ranked == metric;
    ui.text(at, words, ranks ? ui.theme->ink : ui.theme->faint, kLabel, ranks ? Weight::bold : Weight::regular, Align::right);
    if (Item* item = ui.note_item(id, words, "note", ranks ? std::string(ui("lanes.ranks")) : "", at)) item->help = ui("help.lanes.ranked");
  };
  if (classes) title(head.cut_right(kAccuracyWidth - 2), "lanes.accuracy", ui("lanes.accuracy"), Metric::test_accuracy);
  title(head.cut_right(kLossWidth + 2), "lanes.loss", ui("lanes.loss"), Metric::test_loss);
  ui.text(head.cut_right(kRateWidth), ui("lanes.rate"), ui.theme->faint, kLabel, Weight::regular, Align::right);
  const float before = kRankWidth + kSwatchWidth;
  const Rect by{head.x + before, head.y, std::max(1.0F, std::min(head.w - before, 96.0F)), head.h};
  const Ui::Press p_group = ui.press("lanes.grouped", by);
  if (p_group.pressed) view.grouped = !view.grouped;
  ui.text(by, view.grouped ? ui("lanes.by_class") : ui("lanes.method"), p_group.hovered ? ui.theme->accent : ui.theme->faint, kLabel);
  ui.tip(ui("help.lanes.grouped"));
  if (Item* item = ui.note_item("lanes.grouped", ui("lanes.by_class"), "checkbox", view.grouped ? "true" : "false", by)) item->help = ui("help.lanes.grouped");
  ui.line({column.rest.x, column.rest.y}, {column.rest.right(), column.rest.y});
}

// as many of the explanations as there is room for, the first in any case; each leads to what mends or shows it
void explanations(Ui& ui, Race& race, RaceView& view, Column& column, float room) {
  std::size_t said = 0;
  std::map<std::string, int> names;
  for (const Explanation& e : explain(race, ui.language, plotted(race, view.metric), acceptable_error(view))) {
    const auto id = FieldId::parse(e.field);
    const bool leads = id || !e.show.empty();
    const float text_width = column.rest.w - (leads ? 38.0F : 20.0F);
    const float height = ui.paragraph({0, 0, text_width, 0}, e.text, 0, kLabel, false) + 12;
    if (said > 0 && column.rest.y + kHalf + height > room) break;
    column.rest.cut_top(kHalf);
    const Rect frame = column.rest.cut_top(height);
    // by what it says, not by its place: what has the keyboard keeps it when another sentence comes before it
    const int again = names[e.rule]++;
    const std::string name = "explanation." + e.rule + (again == 0 ? "" : "." + std::to_string(again));
    ++said;
    const Ui::Press p = leads ? ui.press(name, frame) : Ui::Press{};
    ui.draw()->AddRectFilled(frame.min(), frame.max(), ui.theme->note, 6);
    if (p.hovered) ui.draw()->AddRect(frame.min(), frame.max(), ui.theme->accent, 6);
    ui.paragraph({frame.x + 10, frame.y + 6, text_width, frame.h}, e.text, ui.theme->ink);
    const std::string_view help = e.show.empty() ? ui("explain.mend") : ui("explain.show");
    if (leads) ui.icon({frame.right() - 20, frame.y + (frame.h - 16) / 2, 16, 16}, Icon::step, ui.theme->accent), ui.tip(help);
    if (Item* item = ui.note_item(name, e.text, leads ? "button" : "note", "", frame); item && leads) item->help = help;
    if (!p.pressed) continue;
    if (!e.show.empty()) {
      look_at(view, e.show);
      continue;
    }
    // to the setting that mends it, ready for another value
    view.scope = id->lane;
    view.drawer = true, view.tab = 2, view.more_settings = true;
    const FieldInfo info = field_info(race, *id);
    ui.edit_request = EditRequest{e.field, std::string(ui.by_id("help." + info.key)), field_text(info), {frame.x + 10, frame.bottom() - 36, 90, 28}};
  }
}

} // namespace

void lanes_panel(Ui& ui, Race& race, RaceView& view, Rect box) {
  Column column(ui, "lanes", box);
  // rows give way, within reason, so that the explanation below them is seen
  const float above = ui.control_height() + 8 + 24 + (race.sweep().running() ? 26 : 0), below_rows = ui.control_height() + 2 + 80;
  const float row_height =
      std::clamp((box.h - 2 * kGrid - above - below_rows) / static_cast<float>(race.lanes().size()), ui.touch ? 44.0F : 27.0F, ui.row_height());
  rate_buttons(ui, race, view, column);
  const Metric ranked = ranked_by(race, plotted(race, view.metric));
  column_heads(ui, view, column, ranked, race.has_classes());
  // a row that is being used stays where it is, though its rank is another by now
  const auto ranks = ranking(race, ranked);
  const Rect rows{column.rest.x, column.rest.y, column.rest.w - kMenuWidth - kAccuracyWidth - kLossWidth, row_height * static_cast<float>(ranks.size())};
  const bool used = ui.editing.starts_with("lane:") || ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId) ||
                    (!ui.touch && ImGui::IsMouseHoveringRect({rows.x + kRankWidth, rows.y}, rows.max()));
  if (!used || view.lane_order.size() != ranks.size()) view.lane_order = ranks;
  auto order = view.lane_order;
  const auto group_of = [&](std::size_t i) { return lane_look(race.experiment().lanes[i].settings).group; };
  if (view.grouped) std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return group_of(a) < group_of(b); });
  for (std::size_t place = 0; place < order.size(); ++place) {
    if (order[place] >= race.lanes().size()) break; // an edit in an earlier row made the race anew
    if (view.grouped && (place == 0 || group_of(order[place]) != group_of(order[place - 1])))
      ui.text(column.rest.cut_top(20), ui.by_id("group." + std::to_string(group_of(order[place]))), ui.theme->soft, kSmall, Weight::bold);
    const auto rank = static_cast<std::size_t>(std::find(ranks.begin(), ranks.end(), order[place]) - ranks.begin());
    lane_row(ui, race, view, column.rest.cut_top(row_height), ranked == Metric::count ? std::nullopt : std::optional(rank), order[place]);
  }
  Rect below = column.row();
  if (race.lanes().size() < kLanesMost) {
    const Rect at = below.cut_left(below.w * 0.4F);
    const bool pressed = ui.link("lanes.add", at, ui("lanes.add"), Align::left);
    std::vector<std::string_view> names;
    for (const LaneLook& look : lane_looks()) names.push_back(ui.by_id("lane." + std::string(look.id)));
    if (const auto picked = ui.list("lanes.add", at, names, -1, pressed)) {
      const LaneLook& look = lane_looks()[static_cast<std::size_t>(*picked)];
      keep(view, race.add_lane(std::string(look.rule), look.good_lr, look.batch));
    }
  }
  if (ui.link("lanes.differences", below, ui("lanes.differences"))) view.view = &kDifferencesView, view.views_open = true, view.tab = 1;

  explanations(ui, race, view, column, box.bottom() - kGrid);
}

} // namespace downhill
