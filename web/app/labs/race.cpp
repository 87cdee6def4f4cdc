#include "app/labs/race.hpp"

#include "app/ui/plot.hpp"
#include "network/activation.hpp"
#include "network/initializer.hpp"
#include "optimizers/list.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace downhill {

using namespace ui;

namespace {

constexpr float kWide = 1100, kMedium = 640; // widths
constexpr float kShort = 600;                // height
constexpr float kSettingsWidth = 264, kLanesWidth = 368, kPadding = 12;
constexpr float kRateWidth = 54, kLossWidth = 48, kAccuracyWidth = 60; // columns of the lanes' table
constexpr double kSlowest = 20, kFastest = 50000;                      // examples a second at the slider's ends; beyond them: full speed

template <class Entries>
std::vector<std::string_view> names_of(const Ui& ui, const Entries& entries, const std::string& prefix, std::string_view current, int& chosen) {
  std::vector<std::string_view> out;
  chosen = -1;
  for (const auto& entry : entries) {
    if (entry.id == current) chosen = static_cast<int>(out.size());
    out.push_back(ui.by_id(prefix + std::string(entry.id)));
  }
  return out;
}

// Chinese sentences follow each other without a space.
std::string between_sentences(const Ui& ui) { return ui.language == Language::zh ? "" : " "; }

void keep(RaceView& view, std::optional<UserError> error) {
  if (error) view.complaint = std::move(error);
}

// ---- settings ----

// A column of cards in a panel that scrolls when it is too short, by wheel or by dragging.
struct Column {
  Column(Ui& u, RaceView& view, const char* id, Rect box) : ui(u) {
    ui.panel(box);
    ImGui::SetCursorScreenPos({box.x + 1, box.y + kHalf});
    ImGui::BeginChild(id, {box.w - 2, box.h - kGrid}, ImGuiChildFlags_None, ImGuiWindowFlags_NoBackground);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    rest = {at.x + kPadding - 1, at.y + kHalf, box.w - 2 * kPadding, 100000};
    top = at.y;
    if (ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) && ImGui::GetScrollMaxY() > 0) {
      view.scrollable_under_pointer = true;
      // a press that moves is a drag of the list, not a press of what is under it; sliders keep theirs
      if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 8) && !view.slider_held) {
        ImGui::ClearActiveID();
        ImGui::SetScrollY(ImGui::GetScrollY() - ImGui::GetIO().MouseDelta.y);
      }
    }
  }
  ~Column() {
    ImGui::SetCursorScreenPos({rest.x, rest.y});
    ImGui::Dummy({1, kGrid});
    ImGui::EndChild();
  }
  void rule() {
    rest.cut_top(kGrid - 1);
    ui.line({rest.x - kPadding, rest.y + 0.5F}, {rest.right() + kPadding, rest.y + 0.5F});
    rest.cut_top(kGrid);
  }
  Rect row(float height = 30) { return rest.cut_top(height).inset(0, 1); }
  // label left, the field's box right
  Rect field(std::string_view label, float width) {
    Rect r = row();
    const Rect box = r.cut_right(width);
    ui.text(r, label, ui.theme->soft);
    return box;
  }
  Ui& ui;
  Rect rest;
  float top;
};

void data_card(Ui& ui, Race& race, RaceView& view, Column& column) {
  const Json& data = race.experiment().complete["data"];
  Rect title = column.row(24);
  ui.text(title, std::string(ui("data.title")) + " · Fashion-MNIST", ui.theme->soft, kLabel, Weight::bold);

  // one image of each class, with its name
  const protocol::Images& images = race.images();
  constexpr std::size_t kColumns = 5;
  const std::size_t classes = data["classes"].size();
  const float cell = column.rest.w / kColumns, side = 32;
  const auto each_class = [&](const auto& act) {
    for (std::size_t i = 0; i < classes; ++i) {
      const Rect place{column.rest.x + cell * static_cast<float>(i % kColumns) + (cell - side) / 2,
                       column.rest.y + static_cast<float>(i / kColumns) * (side + 20), side, side};
      act(i, place);
    }
  };
  const std::size_t shown = std::min(view.images.count(), images.labels.size());
  view.images.begin(ui);
  each_class([&](std::size_t i, Rect place) {
    if (i < shown) view.images.draw(ui, i, place);
  });
  view.images.end(ui);
  each_class([&](std::size_t i, Rect place) {
    if (i >= shown) ui.draw()->AddRectFilled(place.min(), place.max(), ui.theme->fill, 4);
    const auto label = data["classes"][i].get<int>();
    const std::string_view name = ui.by_id("class." + std::to_string(label));
    ui.text({place.x - (cell - side) / 2, place.bottom(), cell, 18}, name, ui.theme->soft, kSmall, Weight::regular, Align::center);
    ui.note_item("image." + std::to_string(label), name, "img", "", place);
  });
  column.rest.cut_top(static_cast<float>((classes + kColumns - 1) / kColumns) * (side + 20));
  Rect row = column.row();
  const Rect test = row.cut_right(66);
  ui.text(row.cut_right(14), "/", ui.theme->soft, kText, Weight::regular, Align::center);
  const Rect train = row.cut_right(66);
  ui.text(row, ui("data.train_test"), ui.theme->soft);
  ui.number("field:/data/train", train, ui("data.train_test"), grouped(data["train"].get<double>()), ui("help.data.train"));
  ui.number("field:/data/test", test, ui("data.train_test"), grouped(data["test"].get<double>()), ui("help.data.test"));
  ui.number("field:/data/label_noise", column.field(ui("data.noise"), 66), ui("data.noise"),
            setting(std::round(data["label_noise"].get<double>() * 1e6) / 1e4) + " %", ui("help.data.noise"));

  const auto megabytes = [](double bytes) { return grouped(bytes / 1e6, 1); };
  if (view.pack_total > 0 && view.pack_received < view.pack_total) {
    const Rect bar = column.row(24);
    ui.text({bar.x, bar.y, bar.w, 16}, fill(ui("data.progress"), {megabytes(view.pack_received), megabytes(view.pack_total)}), ui.theme->soft, kSmall);
    ui.draw()->AddRectFilled({bar.x, bar.bottom() - 4}, {bar.right(), bar.bottom()}, ui.theme->fill, 2);
    ui.draw()->AddRectFilled({bar.x, bar.bottom() - 4}, {bar.x + bar.w * static_cast<float>(view.pack_received / view.pack_total), bar.bottom()},
                             ui.theme->accent, 2);
  } else if (!race.pack_ready() && race.pack_needed().id != race.packs().front().id) {
    ui.text(column.row(22), fill(ui("data.download"), {megabytes(static_cast<double>(race.pack_needed().bytes))}), ui.theme->soft, kSmall);
  }
}

void draw_network(Ui& ui, Rect box, const std::vector<std::int64_t>& widths) {
  ImDrawList* list = ui.draw();
  constexpr std::int64_t kDotsMost = 9;
  const auto x_of = [&](std::size_t l) { return box.x + 20 + (box.w - 40) * static_cast<float>(l) / static_cast<float>(widths.size() - 1); };
  const auto dots = [&](std::size_t l) { return std::min(widths[l], kDotsMost); };
  const auto y_of = [&](std::size_t l, std::int64_t i) {
    const float step = (box.h - 20) / static_cast<float>(kDotsMost);
    return box.y + 4 + (box.h - 20) / 2 + (static_cast<float>(i) - static_cast<float>(dots(l) - 1) / 2) * step;
  };
  for (std::size_t l = 0; l + 1 < widths.size(); ++l)
    for (std::int64_t a = 0; a < dots(l); ++a)
      for (std::int64_t b = 0; b < dots(l + 1); ++b) list->AddLine({x_of(l), y_of(l, a)}, {x_of(l + 1), y_of(l + 1, b)}, faded(ui.theme->faint, 0.22F));
  for (std::size_t l = 0; l < widths.size(); ++l) {
    const bool hidden = l > 0 && l + 1 < widths.size();
    for (std::int64_t i = 0; i < dots(l); ++i) list->AddCircleFilled({x_of(l), y_of(l, i)}, 3, hidden ? ui.theme->accent : ui.theme->faint, 12);
    ui.text({x_of(l) - 30, box.bottom() - 14, 60, 14}, std::to_string(widths[l]), ui.theme->soft, kSmall, Weight::regular, Align::center);
  }
}

void network_card(Ui& ui, Race& race, RaceView& view, Column& column) {
  const Json hidden = race.experiment().complete["network"]["hidden"];
  std::vector<std::int64_t> widths{784};
  double parameters = 0;
  for (const Json& layer : hidden) widths.push_back(layer["units"].get<std::int64_t>());
  widths.push_back(static_cast<std::int64_t>(race.experiment().complete["data"]["classes"].size()));
  for (std::size_t l = 1; l < widths.size(); ++l) parameters += static_cast<double>((widths[l - 1] + 1) * widths[l]);

  Rect title = column.row(24);
  if (hidden.size() < kHiddenLayersMost && ui.link("network.add", title.cut_right(42), ui("network.add"))) {
    Json more = hidden;
    more.push_back(hidden.empty() ? Json{{"units", 128}, {"activation", "relu"}, {"dropout", 0}} : hidden.back());
    keep(view, race.edit("/network/hidden", more));
  }
  if (!hidden.empty()) {
    title.cut_right(6);
    if (ui.link("network.remove", title.cut_right(42), ui("network.remove"))) {
      Json fewer = hidden;
      fewer.erase(fewer.size() - 1);
      keep(view, race.edit("/network/hidden", fewer));
    }
  }
  const std::string count = fill(ui("network.parameters"), {grouped(parameters)});
  std::string name = std::string(ui("network.title")) + " · " + count;
  if (ui.text_width(name, kLabel, Weight::bold) > title.w) name = count; // English is longer
  ui.text(title, name, ui.theme->soft, kLabel, Weight::bold);
  draw_network(ui, column.rest.cut_top(76), widths);

  if (hidden.empty()) ui.text(column.row(24), ui("network.none"), ui.theme->soft, kLabel);
  for (std::size_t l = 0; l < hidden.size(); ++l) {
    const std::string place = "/network/hidden/" + std::to_string(l);
    Rect row = column.row();
    int chosen = 0;
    const auto names = names_of(ui, activations(), "activation.", hidden[l]["activation"]["name"].get<std::string>(), chosen);
    const std::string layer = fill(ui("network.layer"), {std::to_string(l + 1)});
    if (const auto pick =
            ui.select("select:" + place + "/activation", row.cut_right(104), ui("network.activation"), names, chosen, ui("help.network.activation")))
      keep(view, race.edit(place + "/activation", activations()[static_cast<std::size_t>(*pick)].id));
    row.cut_right(6);
    ui.number("field:" + place + "/units", row.cut_right(52), layer, grouped(hidden[l]["units"].get<double>()), ui("help.network.units"));
    ui.text(row, layer, ui.theme->soft);
    ui.number("field:" + place + "/dropout", column.field(ui("network.dropout"), 66), ui("network.dropout"), setting(hidden[l]["dropout"].get<double>()),
              ui("help.network.dropout"));
  }
  int chosen = 0;
  const auto names = names_of(ui, initializers(), "init.", race.experiment().complete["network"]["init"]["name"].get<std::string>(), chosen);
  if (const auto pick = ui.select("select:/network/init", column.field(ui("network.init"), 128), ui("network.init"), names, chosen, ui("help.network.init")))
    keep(view, race.edit("/network/init", initializers()[static_cast<std::size_t>(*pick)].id));
}

std::string batch_text(const Ui& ui, const Json& batch) { return batch.is_number() ? grouped(batch.get<double>()) : std::string(ui("lanes.full")); }

void training_card(Ui& ui, Race& race, Column& column) {
  const Json& base = race.experiment().complete;
  ui.text(column.row(24), ui("training.title"), ui.theme->soft, kLabel, Weight::bold);
  ui.number("field:/batch", column.field(ui("training.batch"), 66), ui("training.batch"), batch_text(ui, base["batch"]), ui("help.training.batch"));
  ui.number("field:/epochs", column.field(ui("training.epochs"), 66), ui("training.epochs"), grouped(base["epochs"].get<double>()), ui("help.training.epochs"));
  ui.number("field:/regularization/l2", column.field(ui("training.l2"), 66), ui("training.l2"), setting(base["regularization"]["l2"].get<double>()),
            ui("help.training.l2"));
  ui.number("field:/seed", column.field(ui("training.seed"), 66), ui("training.seed"), setting(base["seed"].get<double>()), ui("help.training.seed"));
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
  const std::string text =
      std::string(ui("equal.same")) + between_sentences(ui) + (differs.empty() ? std::string(ui("equal.nothing")) : fill(ui("equal.differs"), {differs}));
  const float height = ui.paragraph(column.rest, text, ui.theme->soft);
  column.rest.cut_top(height);
}

void settings_panel(Ui& ui, Race& race, RaceView& view, Rect box) {
  Column column(ui, view, "settings", box);
  data_card(ui, race, view, column);
  column.rule();
  network_card(ui, race, view, column);
  column.rule();
  training_card(ui, race, column);
  column.rule();
  equality(ui, race, column);
}

// ---- lanes ----

// Places of the lanes by result: accuracy, then loss; those that have none or diverged come last.
std::vector<std::size_t> ranking(const Race& race) {
  std::vector<std::size_t> order(race.lanes().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) -> std::pair<double, double> {
    const LaneState& lane = race.lanes()[i];
    if (lane.evaluations.empty() || lane.status == protocol::LaneStatus::diverged) return {2, 0};
    return {-lane.evaluations.back().test_accuracy, lane.evaluations.back().test_loss};
  };
  if (race.transport() == Transport::ready) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

void lane_row(Ui& ui, Race& race, RaceView& view, Rect row, std::size_t place, std::size_t i) {
  const Lane& lane = race.experiment().lanes[i];
  const LaneState& state = race.lanes()[i];
  const LaneLook& look = lane_look(lane.settings);
  const std::string id = "lane:" + std::to_string(i) + ":";
  ui.line({row.x, row.bottom() - 0.5F}, {row.right(), row.bottom() - 0.5F});
  ui.text(row.cut_left(14), std::to_string(place + 1), ui.theme->faint, kLabel);
  const Rect swatch = row.cut_left(34);
  Ui::dashed_line(ui.draw(), {{swatch.x, row.y + row.h / 2}, {swatch.x + 27, row.y + row.h / 2}}, ui.theme->*look.color, look.dash, 2.5F);
  const Rect accuracy = row.cut_right(kAccuracyWidth), loss = row.cut_right(kLossWidth);
  const Rect rate = row.cut_right(kRateWidth).inset(0, 4);
  row.cut_right(4);

  // the name opens the list of methods; the batch size follows it
  const std::string name = lane_name(lane, ui.language);
  const std::string batch_value = lane.settings.batch == 0 ? std::string(ui("lanes.full")) : grouped(static_cast<double>(lane.settings.batch));
  const std::string batch_tag = std::string(ui("lanes.batch")) + " " + batch_value;
  Rect batch = row;
  row.w = std::min(row.w, ui.text_width(name, kText, Weight::bold) + 1);
  batch.cut_left(row.w + 6);
  batch.w = std::min(batch.w, ui.text_width(batch_tag, kSmall) + 2);
  ImGui::SetCursorScreenPos(row.min());
  const bool pressed = ImGui::InvisibleButton((id + "method").c_str(), {row.w, row.h});
  const bool hovered = ImGui::IsItemHovered();
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ui.text(row, name, hovered ? ui.theme->accent : ui.theme->ink, kText, Weight::bold);
  ui.note_item(id + "method", ui("lanes.method"), "combobox", name, row);
  if (!Ui::list_open(id + "method")) ui.tip(ui("help.lane.method"));
  int chosen = 0;
  const auto methods = names_of(ui, optimizers(), "method.", lane.settings.optimizer.name, chosen);
  const auto picked = ui.list(id + "method", row, methods, chosen, pressed);

  // its batch size, its rate
  ImGui::SetCursorScreenPos(batch.min());
  if (ImGui::InvisibleButton((id + "/batch").c_str(), {batch.w, batch.h}))
    ui.edit_request = EditRequest{id + "/batch", std::string(ui("training.batch")), batch_value, Rect{batch.x - 4, batch.y + 3, 72, batch.h - 6}};
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (ui.editing != id + "/batch") ui.text(batch, batch_tag, ImGui::IsItemHovered() ? ui.theme->accent : ui.theme->faint, kSmall, Weight::regular, Align::left);
  ui.note_item(id + "/batch", ui("training.batch"), "textbox", batch_value, batch);
  ui.tip(ui("help.lane.batch"));
  ui.number(id + "/optimizer/lr", rate, ui("lanes.rate"), setting(lane.settings.optimizer.values[0]), ui("help.lane.lr"));

  const auto* last = state.evaluations.empty() ? nullptr : &state.evaluations.back();
  if (state.status == protocol::LaneStatus::diverged) {
    const Rect both{loss.x, loss.y, loss.w + accuracy.w, loss.h};
    ui.text(both, ui("lanes.diverged"), ui.theme->bad, kText, Weight::bold, Align::right);
  } else if (last) {
    ui.text(loss, grouped(last->test_loss, 3), ui.theme->soft, kText, Weight::regular, Align::right);
    ui.text(accuracy, percent(last->test_accuracy), ui.theme->ink, kText, Weight::bold, Align::right);
  }
  if (picked) {
    const std::string_view rule = optimizers()[static_cast<std::size_t>(*picked)].id;
    LaneSettings wanted = lane.settings;
    wanted.optimizer.name = rule;
    keep(view, race.edit_lane(i, "/optimizer", {{"name", rule}, {"lr", lane_look(wanted).good_lr}}));
  }
}

std::string explanation(const Ui& ui, const Race& race) {
  for (std::size_t i = 0; i < race.lanes().size(); ++i)
    if (race.lanes()[i].status == protocol::LaneStatus::diverged)
      return fill(ui("lanes.diverged_help"), {lane_name(race.experiment().lanes[i], ui.language), grouped(static_cast<double>(race.lanes()[i].step + 1))});
  std::string text;
  const auto order = ranking(race);
  const LaneState& first = race.lanes()[order[0]];
  if (race.transport() != Transport::ready && !first.evaluations.empty())
    text = fill(ui("lanes.leader"), {lane_name(race.experiment().lanes[order[0]], ui.language), percent(first.evaluations.back().test_accuracy)}) +
           between_sentences(ui);
  text += ui("lanes.note");
  const bool full = std::any_of(race.experiment().lanes.begin(), race.experiment().lanes.end(), [](const Lane& lane) { return lane.settings.batch == 0; });
  if (full) text += between_sentences(ui) + std::string(ui("lanes.note_full"));
  return text;
}

void lanes_panel(Ui& ui, Race& race, RaceView& view, Rect box) {
  Column column(ui, view, "lanes", box);
  Rect head = column.row(24);
  ui.text({head.x + 48, head.y, 100, head.h}, ui("lanes.method"), ui.theme->faint, kLabel);
  ui.text(head.cut_right(kAccuracyWidth), ui("lanes.accuracy"), ui.theme->faint, kLabel, Weight::regular, Align::right);
  ui.text(head.cut_right(kLossWidth), ui("lanes.loss"), ui.theme->faint, kLabel, Weight::regular, Align::right);
  ui.text(head.cut_right(kRateWidth), ui("lanes.rate"), ui.theme->faint, kLabel, Weight::regular, Align::right);
  ui.line({column.rest.x, column.rest.y}, {column.rest.right(), column.rest.y});
  const auto order = ranking(race);
  for (std::size_t place = 0; place < order.size(); ++place) {
    if (order[place] >= race.lanes().size()) break; // an edit in an earlier row made the race anew
    lane_row(ui, race, view, column.rest.cut_top(kRowHeight), place, order[place]);
  }
  column.rest.cut_top(kGrid + kHalf);
  const std::string note = explanation(ui, race);
  const float height = ui.paragraph({0, 0, column.rest.w - 20, 0}, note, 0, kLabel, false) + 16;
  const Rect frame = column.rest.cut_top(height);
  ui.draw()->AddRectFilled(frame.min(), frame.max(), ui.theme->note, 6);
  ui.paragraph(frame.inset(10, 8), note, ui.theme->ink);
}

// ---- curves and transport ----

double axis_value(const protocol::EvaluationRow& e, Axis axis) {
  switch (axis) {
  case Axis::examples: return static_cast<double>(e.examples);
  case Axis::epochs: return e.epoch;
  case Axis::steps: return static_cast<double>(e.step);
  case Axis::seconds: return e.seconds;
  }
  return 0;
}

void curves(Ui& ui, Race& race, RaceView& view, Rect box, bool legend) {
  // controls in as many rows as the width needs
  constexpr std::array<const char*, 4> kAxisIds{"examples", "epochs", "steps", "seconds"};
  float x = box.x, y = box.y;
  const auto place = [&](const std::string& id, const std::vector<std::string_view>& labels, int& chosen) {
    float width = 4;
    for (const std::string_view label : labels) width += ui.text_width(label, kLabel, Weight::bold) + 2 * kSegmentPad;
    if (x > box.x && x + width > box.right()) x = box.x, y += kControlHeight + 6;
    x += ui.segmented(id, {x, y}, labels, chosen) + kGrid;
  };
  place("metric", {ui("metric.short.test_loss"), ui("metric.short.train_loss"), ui("metric.short.test_accuracy")}, view.metric);
  place("axis", {ui("axis.examples"), ui("axis.epochs"), ui("axis.steps"), ui("axis.seconds")}, view.axis);
  place("scale", {ui("scale.linear"), ui("scale.log")}, view.scale);
  box.cut_top(y + kControlHeight + 6 - box.y);

  const auto metric = static_cast<Metric>(view.metric);
  const auto axis = static_cast<Axis>(view.axis);
  const std::string axis_id = kAxisIds[static_cast<std::size_t>(view.axis)];
  PlotSpec spec;
  spec.id = "plot";
  spec.x_title = ui.by_id("axis.title." + axis_id);
  const std::string_view name = metric == Metric::test_loss    ? ui("metric.test_loss")
                                : metric == Metric::train_loss ? ui("metric.train_loss")
                                                               : ui("metric.test_accuracy");
  spec.y_title = fill(metric == Metric::test_accuracy ? ui("metric.unit_accuracy") : ui("metric.unit_loss"), {name});
  spec.log_y = view.scale == 1;
  spec.y_decimals = metric == Metric::test_accuracy ? 1 : 4;
  spec.show_legend = legend;
  spec.y_span_least = metric == Metric::test_accuracy ? 10 : 0.5;
  spec.x_most = axis == Axis::seconds ? 0.01 : 1;
  spec.x_text = [&ui, axis, axis_id](double v) {
    return fill(ui.by_id("axis.at." + axis_id), {axis == Axis::seconds  ? grouped(v, 2)
                                                 : axis == Axis::epochs ? setting(std::round(v * 100) / 100)
                                                                        : grouped(v)});
  };
  std::vector<Series> series;
  double start_loss = 0;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const Lane& lane = race.experiment().lanes[i];
    const LaneState& state = race.lanes()[i];
    const LaneLook& look = lane_look(lane.settings);
    Series s{lane_name(lane, ui.language), ui.theme->*look.color, look.dash, {}, {}};
    for (const protocol::EvaluationRow& e : state.evaluations) {
      s.x.push_back(axis_value(e, axis));
      s.y.push_back(metric == Metric::test_loss ? e.test_loss : metric == Metric::train_loss ? e.train_loss : 100 * e.test_accuracy);
    }
    if (!state.evaluations.empty()) start_loss = std::max(start_loss, state.evaluations[0].test_loss);
    const auto examples = static_cast<double>(lane.settings.data.train * lane.settings.epochs);
    if (axis == Axis::examples) spec.x_most = std::max(spec.x_most, examples);
    if (axis == Axis::epochs) spec.x_most = std::max(spec.x_most, static_cast<double>(lane.settings.epochs));
    series.push_back(std::move(s));
  }
  // a lane that explodes must not press the others flat
  if (metric != Metric::test_accuracy) spec.y_ceiling = 1.6 * start_loss;
  plot(ui, box, spec, series);
  const bool moved = std::any_of(race.lanes().begin(), race.lanes().end(), [](const LaneState& lane) { return lane.step > 0; });
  if (!moved && race.transport() != Transport::running) {
    const Rect middle{box.x + 60, box.y + box.h * 0.42F, box.w - 80, 24};
    ui.text(middle, race.waiting() ? ui("plot.waiting") : ui("plot.empty"), ui.theme->soft, kText, Weight::regular, Align::center);
  }
}

void transport(Ui& ui, Race& race, RaceView& view, Rect box, bool two_rows) {
  const bool running = race.transport() == Transport::running;
  const bool begun = std::any_of(race.lanes().begin(), race.lanes().end(), [](const LaneState& lane) { return lane.step > 0; });
  const bool finished = race.transport() == Transport::finished;
  const float y = two_rows ? box.y + 10 : box.y + (box.h - 32) / 2;
  float x = box.x;
  const std::string_view label = running ? ui("transport.pause") : finished ? ui("transport.again") : begun ? ui("transport.resume") : ui("transport.start");
  const float main_width = std::max(88.0F, ui.text_width(label, kText, Weight::bold) + 32);
  if (ui.button(running ? "pause" : "start", {x, y, main_width, 32}, label, true)) running ? race.pause() : race.start();
  x += main_width + kGrid;
  const float step_width = ui.text_width(ui("transport.step")) + 28, reset_width = ui.text_width(ui("transport.reset")) + 28;
  if (ui.button("step", {x, y, step_width, 32}, ui("transport.step"), false, !finished)) race.pause(), race.step(1);
  x += step_width + kGrid;
  if (ui.button("reset", {x, y, reset_width, 32}, ui("transport.reset"))) race.reset();
  x += reset_width + 2 * kGrid;

  // how far, how fast: behind the buttons, or in a row of their own
  double epoch = -1, most = 0; // of the lane that is furthest behind
  std::int64_t epochs = 0;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const LaneState& lane = race.lanes()[i];
    most = std::max(most, lane.epoch);
    epochs = std::max(epochs, race.experiment().lanes[i].settings.epochs);
    if (!lane.ended()) epoch = epoch < 0 ? lane.epoch : std::min(epoch, lane.epoch);
  }
  if (epoch < 0) epoch = most;
  Rect rest = two_rows ? Rect{box.x, box.y + 46, box.w, 32} : Rect{x, y, box.right() - x, 32};
  const std::string progress = fill(ui("transport.progress"), {setting(std::floor(epoch * 10) / 10), std::to_string(epochs)});
  const float progress_width = ui.text_width(progress, kLabel) + 4;
  if (rest.w > progress_width + 190) ui.text({rest.x, rest.y, progress_width, 32}, progress, ui.theme->soft, kLabel), rest.cut_left(progress_width + 2 * kGrid);
  const std::string rate = race.speed() == 0 ? std::string(ui("transport.full_speed")) : fill(ui("transport.rate"), {grouped(race.speed())});
  rest = rest.cut_right(std::min(260.0F, rest.w));
  const Rect value = rest.cut_right(104);
  const float word = ui.text_width(ui("transport.speed"), kLabel) + kGrid;
  if (rest.w > word + 60) ui.text(rest.cut_left(word), ui("transport.speed"), ui.theme->soft, kLabel);
  if (ui.slider("speed", rest, ui("transport.speed"), rate, view.speed, ui("help.speed")) || (view.speed > 0.985F) != (race.speed() == 0))
    race.set_speed(view.speed > 0.985F ? 0 : std::round(kSlowest * std::pow(kFastest / kSlowest, static_cast<double>(view.speed) / 0.985)));
  view.slider_held = ImGui::IsAnyItemActive() && ImGui::GetActiveID() == ImGui::GetID("speed");
  ui.text({value.x + kGrid, value.y, value.w - kGrid, value.h}, rate, ui.theme->soft, kSmall, Weight::regular, Align::left);
}

constexpr float kTwoRowsBelow = 480;
float transport_height(float width) { return width < kTwoRowsBelow ? 90 : 52; }

void plot_panel(Ui& ui, Race& race, RaceView& view, Rect box, bool legend) {
  ui.panel(box);
  Rect foot = box.cut_bottom(transport_height(box.w));
  ui.line({foot.x, foot.y + 0.5F}, {foot.right(), foot.y + 0.5F});
  transport(ui, race, view, foot.inset(kPadding, 0), box.w < kTwoRowsBelow);
  curves(ui, race, view, box.inset(kPadding, 10), legend);
}

} // namespace

std::string lane_name(const Lane& lane, Language language) {
  return label_text(lane.label, language, std::string(tr_id("lane." + std::string(lane_look(lane.settings).id), language)));
}

std::optional<UserError> apply_typed(Race& race, const std::string& id, const std::string& typed) {
  std::string text;
  for (const char c : typed)
    if (c != ' ') text += c;
  for (const std::string space : {"\u202f", "\u00a0", "\u3000"})
    for (std::size_t at = text.find(space); at != std::string::npos; at = text.find(space)) text.erase(at, space.size());
  const bool lane = id.starts_with("lane:");
  const std::string pointer = id.substr(id.find('/'));
  Json value;
  if (pointer == "/batch" && (text == "full" || text == tr("lanes.full", Language::zh))) {
    value = "full";
  } else {
    const bool percents = pointer == "/data/label_noise";
    if (percents && !text.empty() && text.back() == '%') text.pop_back();
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(number)) return UserError{"wrong_type", "", {"0.1, 1e-3, 64"}};
    value = percents ? number / 100 : number;
    if (number == std::floor(number) && std::fabs(number) < 9e15 && !percents) value = static_cast<std::int64_t>(number);
  }
  if (lane) return race.edit_lane(static_cast<std::size_t>(std::atoi(id.c_str() + 5)), pointer, value);
  return race.edit(pointer, value);
}

void draw_race(Ui& ui, Race& race, RaceView& view, Rect box) {
  view.scrollable_under_pointer = false;
  view.images.set(race.images(), race.images_version());
  box = box.inset(kGrid, kGrid);
  if (box.w >= kWide - 2 * kGrid) {
    settings_panel(ui, race, view, box.cut_left(kSettingsWidth));
    box.cut_left(kGrid);
    const Rect right = box.cut_right(kLanesWidth);
    box.cut_right(kGrid);
    plot_panel(ui, race, view, box, false);
    lanes_panel(ui, race, view, right);
    return;
  }
  const std::string_view lanes = ui("tab.lanes"), settings = ui("tab.settings");
  const auto side_panel = [&](Rect at) { view.tab == 1 ? settings_panel(ui, race, view, at) : lanes_panel(ui, race, view, at); };
  const bool side_by_side = box.w >= kMedium - 2 * kGrid;
  if (!side_by_side && box.h < kShort) {
    // a small frame: one thing at a time, and always the transport
    const Rect foot = box.cut_bottom(transport_height(box.w));
    box.cut_bottom(kGrid);
    constexpr int kOrder[] = {2, 0, 1};
    int place = view.tab == 2 ? 0 : view.tab + 1;
    if (!view.chose_tab) place = 0;
    const int before = place;
    ui.segmented("tab", box.min(), {ui("tab.curves"), lanes, settings}, place);
    if (place != before) view.chose_tab = true;
    if (view.chose_tab) view.tab = kOrder[place];
    box.cut_top(kControlHeight + 6);
    if (place == 0) {
      ui.panel(box);
      curves(ui, race, view, box.inset(kPadding, 10), false);
    } else
      side_panel(box);
    ui.panel(foot);
    transport(ui, race, view, foot.inset(kPadding, 0), foot.w < kTwoRowsBelow);
    return;
  }
  // narrower: settings and lanes share a place, chosen by tabs
  Rect side = side_by_side ? box.cut_right(std::min(kLanesWidth, box.w * 0.46F)) : box.cut_bottom(std::max(box.h * 0.44F, box.h - 460));
  side_by_side ? box.cut_right(kGrid) : box.cut_bottom(kGrid);
  plot_panel(ui, race, view, box, view.tab == 1);
  int place = view.tab == 1;
  ui.segmented("tab", side.min(), {lanes, settings}, place);
  view.tab = place;
  side.cut_top(kControlHeight + 6);
  side_panel(side);
}

} // namespace downhill
