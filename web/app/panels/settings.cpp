#include "app/views/list.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {

using namespace ui;

std::vector<std::string_view> labels_of(const Ui& ui, const std::vector<std::string_view>& ids, const std::string& prefix, std::string_view current,
                                        int& chosen) {
  std::vector<std::string_view> out;
  chosen = -1;
  for (const std::string_view id : ids) {
    if (id == current) chosen = static_cast<int>(out.size());
    out.push_back(ui.by_id(prefix + std::string(id)));
  }
  return out;
}

namespace {

constexpr float kFieldWidth = 74;

// The fields of the base, or of the lane in view.scope; both are edited by the same rows.
struct Fields {
  Ui& ui;
  Race& race;
  RaceView& view;
  Column& column;

  const Json& values() const { return view.scope ? race.experiment().lanes[*view.scope].complete : race.experiment().complete; }
  FieldId id(const std::string& pointer) const { return {view.scope, pointer}; }
  bool shown(const FieldInfo& info) const { return !info.value.is_null() && (!view.scope || info.lanes_may); }

  void number_in(Rect box, const std::string& pointer, std::string_view label) {
    const FieldInfo info = field_info(race, id(pointer));
    if (info.value.is_null()) return; // an edit earlier in this frame took it away
    ui.number(id(pointer).text(), box, label, field_text(info), ui.by_id("help." + info.key));
  }
  void number(const std::string& pointer, std::string_view label, float width = kFieldWidth) {
    const FieldInfo info = field_info(race, id(pointer));
    if (!shown(info)) return;
    number_in(column.field(id(pointer).text(), label, width, ui.by_id("help." + info.key), info.differs), pointer, label);
  }
  void choice_in(Rect box, const std::string& pointer, std::string_view label) {
    const FieldInfo info = field_info(race, id(pointer));
    if (info.value.is_null()) return;
    const std::string name = info.value.is_object() ? info.value["name"].get<std::string>() : info.value.get<std::string>();
    int chosen = 0;
    const auto labels = labels_of(ui, info.ids, info.choices, name, chosen);
    if (const auto pick = ui.select("select:" + id(pointer).text(), box, label, labels, chosen, ui.by_id("help." + info.key)))
      keep(view, set_field(race, id(pointer), info.ids[static_cast<std::size_t>(*pick)]));
  }
  // the names' parameters, by PyTorch's names, in rows of their own
  void parameters(const std::string& pointer) {
    const Json::json_pointer at(pointer);
    if (!values().contains(at)) return;
    const Json chosen = values()[at];
    if (!chosen.is_object()) return;
    for (const auto& [name, value] : chosen.items()) {
      if (name == "name") continue;
      if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i) number(pointer + "/" + name + "/" + std::to_string(i), name + "[" + std::to_string(i) + "]");
      else
        number(pointer + "/" + name, name);
    }
  }
  void choice(const std::string& pointer, std::string_view label, float width = 128) {
    const FieldInfo info = field_info(race, id(pointer));
    if (!shown(info)) return;
    choice_in(column.field(id(pointer).text(), label, width, ui.by_id("help." + info.key), info.differs), pointer, label);
    parameters(pointer);
  }
};

void class_images(Ui& ui, Race& race, RaceView& view, Column& column) {
  // one image of each class with its name; pressed, the class is left out or taken in
  const std::vector<int> kept = race.classes();
  const protocol::OwnFacts* facts = race.own();
  std::vector<std::uint32_t> first(kept.size());
  std::iota(first.begin(), first.end(), 0U);
  const protocol::Images* images = view.class_pictures.want(race, true, first);
  constexpr int kColumns = 5, kClassesMost = 20;
  const int classes_all = facts ? std::min(kClassesMost, static_cast<int>(facts->classes.size())) : 10;
  const float cell = column.rest.w / kColumns, side = 32;
  const auto place_of = [&](int label) {
    return Rect{column.rest.x + cell * static_cast<float>(label % kColumns) + (cell - side) / 2,
                column.rest.y + static_cast<float>(label / kColumns) * (side + 20), side, side};
  };
  const auto index_of = [&](int label) { return static_cast<std::size_t>(std::find(kept.begin(), kept.end(), label) - kept.begin()); };
  view.class_pictures.sheet.begin(ui);
  for (int label = 0; label < classes_all; ++label)
    if (const std::size_t i = index_of(label); images && i < images->labels.size()) view.class_pictures.sheet.draw(ui, i, place_of(label));
  view.class_pictures.sheet.end(ui);
  std::optional<int> pressed;
  for (int label = 0; label < classes_all; ++label) {
    const Rect place = place_of(label);
    const bool on = index_of(label) < kept.size();
    if (!on || !images) ui.draw()->AddRectFilled(place.min(), place.max(), ui.theme->fill, 4);
    const std::string id = "class." + std::to_string(label);
    const std::string name = facts ? facts->classes[static_cast<std::size_t>(label)] : std::string(ui.by_id(id));
    const Rect whole{place.x - (cell - side) / 2, place.y, cell, side + 18};
    if (ui.press(id, whole).pressed) pressed = label;
    if (ImGui::IsItemHovered()) ui.draw()->AddRect({place.x - 2, place.y - 1}, {place.right() + 2, place.bottom() + 1}, ui.theme->accent, 4);
    ui.tip(ui("help.data.classes"));
    ui.text({whole.x, place.bottom(), cell, 18}, name, on ? ui.theme->soft : ui.theme->faint, kSmall, Weight::regular, Align::center);
    if (!on) ui.line({place.x + 2, place.bottom() - 2}, {place.right() - 2, place.y + 2});
    if (Item* item = ui.note_item(id, name, "checkbox", on ? "true" : "false", whole)) item->help = ui("help.data.classes");
  }
  column.rest.cut_top(static_cast<float>((classes_all + kColumns - 1) / kColumns) * (side + 20));
  if (!pressed) return;
  std::vector<int> classes = kept;
  if (const std::size_t i = index_of(*pressed); i < kept.size())
    classes.erase(classes.begin() + static_cast<std::ptrdiff_t>(i));
  else
    classes.insert(std::lower_bound(classes.begin(), classes.end(), *pressed), *pressed);
  if (classes.size() >= 2) keep(view, race.edit("/data/classes", classes));
}

// A user's own file, in words: what is in it, or that it is not here. Where numbers are the answers pictures have no classes to choose.
void own_card(Ui& ui, Race& race, Column& column) {
  const protocol::OwnFacts* facts = race.own();
  if (!facts) return column.paragraph(ui("data.own_absent"), ui.theme->bad);
  const auto count = [](const std::vector<std::uint32_t>& of) { return grouped(static_cast<double>(std::accumulate(of.begin(), of.end(), std::uint64_t{0}))); };
  std::string words = facts->shape.size() == 2 ? fill(ui("data.own_pictures"), {std::to_string(facts->shape[1]), std::to_string(facts->shape[0])})
                                               : fill(ui("data.own_table"), {std::to_string(facts->features)});
  words += facts->classes.empty() ? fill(ui("data.own_numbers"), {facts->answer.empty() ? "?" : facts->answer})
                                  : fill(ui("data.own_classes"), {std::to_string(facts->classes.size())});
  words += fill(ui("data.own_parts"), {count(facts->train), count(facts->test)});
  column.paragraph(words, ui.theme->soft);
  if (race.has_images() || facts->classes.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(8, facts->classes.size()); ++i) names += (i ? " · " : "") + facts->classes[i];
  column.paragraph(names + (facts->classes.size() > 8 ? " …" : ""), ui.theme->soft);
}

void data_card(Ui& ui, Race& race, RaceView& view, Column& column, Fields& fields) {
  Rect title = column.row(24);
  if (race.has_images() && ui.link("data.more", title.cut_right(64), ui("data.more")))
    view.view = &kSamplesView, view.views_open = true, view.chose_views = true, view.tab = 1;
  std::string name = race.is_own() ? race.packs().own_name(race.data().file) : std::string();
  if (name.empty()) name = ui.by_id("source." + race.data().source);
  ui.text(title, std::string(ui("data.title")) + " · " + name, ui.theme->soft, kLabel, Weight::bold);
  if (race.is_own()) own_card(ui, race, column);
  if (race.has_images() && race.has_classes()) {
    class_images(ui, race, view, column);
  } else if (race.has_plane() || race.is_toy()) {
    const Rect picture = column.rest.cut_top(120);
    const std::size_t lane = std::min(view.lane, race.lanes().size() - 1);
    if (race.has_plane())
      view.boundary.draw(ui, race, lane, 3, {picture.x + (picture.w - 112) / 2, picture.y, 112, 112});
    else
      view.fitted.draw(ui, race, lane, {picture.x, picture.y, picture.w, 112});
  }
  if (view.more_settings || !race.has_images() || race.is_own() || race.packs().latest_own()) {
    std::vector<std::string_view> ids;
    for (const SourceEntry& source : sources())
      if (source.classes >= 2 || (source.classes == 0 && race.takes_numbers) || (source.classes < 0 && (race.is_own() || race.packs().latest_own())))
        ids.push_back(source.id);
    int chosen = 0;
    const auto labels = labels_of(ui, ids, "source.", race.data().source, chosen);
    const Rect box = column.field("data.source", ui("data.source"), 128, ui("help.data.source"));
    if (const auto pick = ui.select("select:data.source", box, ui("data.source"), labels, chosen, ui("help.data.source"))) {
      const std::string wanted(ids[static_cast<std::size_t>(*pick)]);
      if (wanted != "own")
        keep(view, race.set_source(wanted));
      else if (race.packs().latest_own())
        keep(view, race.set_own(race.packs().latest_own()->hash));
    }
    if (race.is_toy()) fields.number("/data/noise", ui("data.spread"));
  }

  if ((view.more_settings || race.is_own()) && ui.link("data.own", column.row(24), ui("data.own"))) view.asks_own = true;

  Rect row = column.row();
  const Rect test = row.cut_right(66);
  ui.text(row.cut_right(14), "/", ui.theme->soft, kText, Weight::regular, Align::center);
  const Rect train = row.cut_right(66);
  ui.label("field:/data/train", row, ui("data.train_test"), ui("help./data/train"));
  fields.number_in(train, "/data/train", ui("data.train"));
  fields.number_in(test, "/data/test", ui("data.test"));
  if (race.has_classes()) fields.number("/data/label_noise", ui("data.noise"));
  if (view.more_settings) fields.number("/data/seed", ui("data.seed"));

  const auto megabytes = [](double bytes) { return grouped(bytes / 1e6, 1); };
  if (const double received = race.packs().received, total = race.packs().total; total > 0 && received < total) {
    const Rect bar = column.row(26);
    ui.text({bar.x, bar.y, bar.w, 16}, fill(ui("data.progress"), {megabytes(received), megabytes(total)}), ui.theme->soft, kSmall);
    ui.draw()->AddRectFilled({bar.x, bar.bottom() - 4}, {bar.right(), bar.bottom()}, ui.theme->fill, 2);
    ui.draw()->AddRectFilled({bar.x, bar.bottom() - 4}, {bar.x + bar.w * static_cast<float>(received / total), bar.bottom()}, ui.theme->accent, 2);
  } else if (!race.is_own() && !race.pack_ready() && race.pack_needed().id != race.packs().infos().front().id) {
    column.paragraph(fill(ui("data.download"), {megabytes(static_cast<double>(race.pack_needed().bytes))}), ui.theme->soft);
  }
}

void draw_network(Ui& ui, Rect box, const std::vector<std::int64_t>& widths, const Json& hidden) {
  ImDrawList* list = ui.draw();
  constexpr std::int64_t kDotsMost = 9;
  const auto x_of = [&](std::size_t l) { return box.x + 20 + (box.w - 40) * static_cast<float>(l) / static_cast<float>(widths.size() - 1); };
  const auto dots = [&](std::size_t l) { return widths[l] > 0 ? std::min(widths[l], kDotsMost) : kDotsMost; };
  const auto y_of = [&](std::size_t l, std::int64_t i) {
    const float step = (box.h - 20) / static_cast<float>(kDotsMost);
    return box.y + 4 + (box.h - 20) / 2 + (static_cast<float>(i) - static_cast<float>(dots(l) - 1) / 2) * step;
  };
  for (std::size_t l = 0; l + 1 < widths.size(); ++l)
    for (std::int64_t a = 0; a < dots(l); ++a)
      for (std::int64_t b = 0; b < dots(l + 1); ++b) list->AddLine({x_of(l), y_of(l, a)}, {x_of(l + 1), y_of(l + 1, b)}, faded(ui.theme->faint, 0.22F));
  for (std::size_t l = 0; l < widths.size(); ++l) {
    const bool inner = l > 0 && l + 1 < widths.size();
    // a share of the dots is hollow where units are dropped
    const double p = inner ? hidden[l - 1]["dropout"].get<double>() : 0;
    for (std::int64_t i = 0; i < dots(l); ++i) {
      const bool dropped = static_cast<double>((i * 4) % dots(l)) < p * static_cast<double>(dots(l));
      const ImVec2 at{x_of(l), y_of(l, i)};
      list->AddCircleFilled(at, 3, !inner ? ui.theme->faint : dropped ? ui.theme->panel : ui.theme->accent, 12);
      if (inner && dropped) list->AddCircle(at, 3, ui.theme->accent, 12);
    }
    ui.text({x_of(l) - 30, box.bottom() - 14, 60, 14}, widths[l] > 0 ? std::to_string(widths[l]) : "?", ui.theme->soft, kSmall, Weight::regular, Align::center);
  }
}

void network_card(Ui& ui, Race& race, RaceView& view, Column& column, Fields& fields) {
  const Json hidden = fields.values()["network"]["hidden"];
  std::int64_t given = race.inputs();
  std::vector<std::int64_t> widths{given};
  std::vector<double> counts;
  for (const Json& layer : hidden) {
    widths.push_back(layer["units"].get<std::int64_t>());
    counts.push_back(static_cast<double>((given + 1) * widths.back()));
    given = widths.back() * (layer["activation"]["name"] == "crelu" ? 2 : 1);
  }
  widths.push_back(race.outputs(view.scope.value_or(0)));
  counts.push_back(static_cast<double>((given + 1) * widths.back()));
  const double parameters = std::accumulate(counts.begin(), counts.end(), 0.0);
  // a file of the user's own that is not here has who knows how many inputs
  const auto told = [&](double number, bool of_inputs) { return of_inputs && race.inputs() == 0 ? std::string("?") : grouped(number); };

  const FieldId at = fields.id("/network/hidden");
  Rect title = column.row(24);
  if (hidden.size() < kHiddenLayersMost && ui.link("network.add", title.cut_right(46), ui("network.add"))) {
    Json more = hidden;
    more.push_back(hidden.empty() ? Json{{"units", 128}, {"activation", "relu"}, {"dropout", 0}} : hidden.back());
    keep(view, set_field(race, at, more));
  }
  if (!hidden.empty()) {
    title.cut_right(4);
    if (ui.link("network.remove", title.cut_right(46), ui("network.remove"))) {
      Json fewer = hidden;
      fewer.erase(fewer.size() - 1);
      keep(view, set_field(race, at, fewer));
    }
  }
  const std::string count = fill(ui("network.parameters"), {told(parameters, true)});
  std::string name = std::string(ui("network.title")) + " · " + count;
  if (ui.text_width(name, kLabel, Weight::bold) > title.w) name = count; // English is longer
  ui.text(title, name, ui.theme->soft, kLabel, Weight::bold);
  draw_network(ui, column.rest.cut_top(76), widths, hidden);

  if (hidden.empty()) {
    const Json& values = view.scope ? race.experiment().lanes[*view.scope].complete : race.experiment().complete;
    const LossEntry& loss = entry_of(losses(), values["loss"]["name"].get<std::string>());
    ui.text(column.row(24),
            loss.one_logit     ? ui("network.none_bce")
            : loss.for_numbers ? ui("network.none_numbers")
                               : ui("network.none"),
            ui.theme->soft, kLabel);
  }
  for (std::size_t l = 0; l < hidden.size(); ++l) {
    const std::string place = "/network/hidden/" + std::to_string(l);
    Rect row = column.row();
    const std::string layer = fill(ui("network.layer"), {std::to_string(l + 1)});
    fields.choice_in(row.cut_right(104), place + "/activation", ui("network.activation"));
    row.cut_right(6);
    fields.number_in(row.cut_right(52), place + "/units", layer);
    ui.label(fields.id(place + "/units").text(), row, layer, ui("help./network/hidden/units"), field_info(race, fields.id(place)).differs);
    fields.parameters(place + "/activation");
    fields.number(place + "/dropout", ui("network.dropout"));
  }
  if (view.more_settings) {
    // what torchinfo's summary says: layer, output shape, parameters
    Rect head = column.row(20);
    const auto cells = [&](Rect row, std::string_view a, std::string_view b, std::string_view c, std::uint32_t color) {
      ui.text(row.cut_right(72), c, color, kSmall, Weight::regular, Align::right);
      ui.text(row.cut_right(64), b, color, kSmall, Weight::regular, Align::right);
      ui.text(row, a, color, kSmall);
    };
    cells(head, ui("network.summary_layer"), ui("network.summary_shape"), ui("network.summary_parameters"), ui.theme->faint);
    for (std::size_t l = 0; l < counts.size(); ++l) {
      cells(column.row(18), "Linear", "[B, " + std::to_string(widths[l + 1]) + "]", told(counts[l], l == 0), ui.theme->soft);
      if (l >= hidden.size()) continue;
      const auto activation = hidden[l]["activation"]["name"].get<std::string>();
      const std::int64_t out = widths[l + 1] * (activation == "crelu" ? 2 : 1);
      if (activation != "identity") cells(column.row(18), ui.by_id("activation." + activation), "[B, " + std::to_string(out) + "]", "0", ui.theme->soft);
      if (hidden[l]["dropout"].get<double>() > 0) cells(column.row(18), "Dropout", "[B, " + std::to_string(out) + "]", "0", ui.theme->soft);
    }
    cells(column.row(20), ui("network.summary_total"), "", told(parameters, true), ui.theme->ink);
  }
  fields.choice("/network/init", ui("network.init"));
}

void training_card(Ui& ui, RaceView& view, Column& column, Fields& fields) {
  column.title(ui("training.title"));
  if (view.scope || view.more_settings) fields.choice("/optimizer", ui("training.optimizer"));
  fields.number("/batch", ui("training.batch"));
  fields.number("/epochs", ui("training.epochs"));
  fields.number("/regularization/l2", ui("training.l2"));
  if (view.more_settings) {
    fields.number("/regularization/l1", ui("training.l1"));
    fields.choice("/loss", ui("training.loss"));
    fields.choice("/schedule", ui("training.schedule"));
    fields.number("/evaluate/every", ui("training.evaluate"), 110);
    fields.number("/repeats", ui("training.repeats"));
  }
  fields.number("/seed", ui("training.seed"));
}

void stop_card(Ui& ui, Race& race, Column& column) {
  column.title(ui("stop.title"));
  StopRules rules = race.stop_rules();
  const std::string accuracy = rules.accuracy > 0 ? setting(rules.accuracy * 100) + " %" : std::string(ui("stop.off"));
  if (race.has_classes())
    ui.number("stop:accuracy", column.field("stop:accuracy", ui("stop.accuracy"), kFieldWidth, ui("help.stop.accuracy")), ui("stop.accuracy"), accuracy,
              ui("help.stop.accuracy"));
  const std::string patience = rules.no_improvement > 0 ? std::to_string(rules.no_improvement) : std::string(ui("stop.off"));
  ui.number("stop:no_improvement", column.field("stop:no_improvement", ui("stop.no_improvement"), kFieldWidth, ui("help.stop.no_improvement")),
            ui("stop.no_improvement"), patience, ui("help.stop.no_improvement"));
  if (ui.check("stop:divergence", column.row(), ui("stop.divergence"), rules.divergence, ui("help.stop.divergence"))) {
    rules.divergence = !rules.divergence;
    race.set_stop_rules(rules);
  }
}

// What is equal between lanes and what is not, read off the patches themselves.
void equality(Ui& ui, const Race& race, Column& column) {
  std::string differs;
  for (const Field& field : fields()) {
    const Json::json_pointer at{std::string(field.pointer)};
    const auto& lanes = race.experiment().lanes;
    if (std::all_of(lanes.begin(), lanes.end(), [&](const Lane& lane) { return lane.complete[at] == lanes[0].complete[at]; })) continue;
    differs += (differs.empty() ? "" : std::string(ui("list.and"))) + std::string(ui.by_id("field." + std::string(field.pointer)));
  }
  column.paragraph(std::string(same_start(race.experiment()) ? ui("equal.same") : ui("equal.order")) + between_sentences(ui) +
                       (differs.empty() ? std::string(ui("equal.nothing")) : fill(ui("equal.differs"), {differs})),
                   ui.theme->soft);
}

} // namespace

void settings_panel(Ui& ui, Race& race, RaceView& view, Rect box) {
  if (view.scope && *view.scope >= race.lanes().size()) view.scope.reset();
  Column column(ui, "settings", box);
  Fields fields{ui, race, view, column};
  if (view.scope) {
    Rect head = column.row(28);
    if (ui.icon_button("scope.close", head.cut_right(28), Icon::close, ui("scope.close"))) view.scope.reset();
    if (view.scope) ui.text(head, fill(ui("scope.lane"), {lane_name(race.experiment(), *view.scope, ui.language)}), ui.theme->ink, kText, Weight::bold);
    column.paragraph(ui("scope.help"), ui.theme->soft);
  } else {
    data_card(ui, race, view, column, fields);
  }
  column.rule();
  network_card(ui, race, view, column, fields);
  column.rule();
  training_card(ui, view, column, fields);
  if (view.more_settings && !view.scope) {
    column.rule();
    stop_card(ui, race, column);
    if (ui.touch && ui.check("batch_losses", column.row(), ui("plot.batch_losses"), view.batch_losses, ui("help.batch_losses")))
      view.batch_losses = !view.batch_losses;
  }
  if (ui.link("settings.more", column.row(), (view.more_settings ? ui("settings.fewer") : ui("settings.more")), Align::left))
    view.more_settings = !view.more_settings;
  column.rule();
  equality(ui, race, column);
}

} // namespace downhill
