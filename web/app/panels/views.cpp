#include "app/panels/panels.hpp"

#include "app/core/lane_look.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace downhill {

using namespace ui;
using namespace protocol;

void awaited(const Ui& ui, const Race& race, Rect box, std::uint32_t slot, std::size_t lane) {
  if (race.looks().failed(slot, race.lanes()[lane].key))
    ui.paragraph(box, fill(ui("views.no_memory"), {lane_name(race.experiment(), lane, ui.language)}), ui.theme->bad, kText);
  else
    ui.text(box, race.pack_ready() ? ui("views.waiting") : ui("views.no_data"), ui.theme->faint, kText, Weight::regular, Align::center);
}

namespace {

// One view of one lane: `side` 0 or 1 tells its slots and textures from the other's.
struct Stand {
  Ui& ui;
  Race& race;
  RaceView& view;
  std::size_t lane;
  std::uint32_t side;

  const LaneState& state() const { return race.lanes()[lane]; }
  template <class T> const T* want(View kind, LookKind look, std::uint32_t from = 0, std::uint32_t count = 0) const {
    const std::uint32_t slot = static_cast<std::uint32_t>(kind) * 2 + side;
    race.want_look(slot, lane, look, from, count);
    return race.looks().answer<T>(slot, state().key);
  }
  std::uint64_t version(View kind) const { return race.looks().version(static_cast<std::uint32_t>(kind) * 2 + side); }
  std::string class_name(std::size_t label) const {
    const auto& classes = race.experiment().lanes.front().settings.data.classes;
    return label < classes.size() ? std::string(ui.by_id("class." + std::to_string(classes[label]))) : std::to_string(label);
  }
  // for what a view wants, or for images
  void waiting(Rect box, View kind = View::count) const { awaited(ui, race, box, static_cast<std::uint32_t>(kind) * 2 + side, lane); }
  // the longer words where they fit; cut short they would say nothing
  void caption(Rect box, std::string_view text, std::string_view shorter = {}) const {
    const bool fits = ui.text_width(text, kSmall) <= box.w;
    if (fits || ui.text_width(shorter, kSmall) <= box.w) ui.text(box, fits ? text : shorter, ui.theme->soft, kSmall);
  }
};

// How many squares of about `side` px fit, and their exact pitch.
struct Grid {
  Grid(Rect b, float wanted, float gap, float below = 0) : box(b) {
    columns = std::max(1, static_cast<int>((box.w + gap) / (wanted + gap)));
    rows = std::max(1, static_cast<int>((box.h + gap) / (wanted + below + gap)));
    side = wanted, pitch_x = wanted + gap, pitch_y = wanted + below + gap;
  }
  Rect at(int i) const { return {box.x + pitch_x * static_cast<float>(i % columns), box.y + pitch_y * static_cast<float>(i / columns), side, side}; }
  int size() const { return columns * rows; }
  Rect box;
  int columns, rows;
  float side, pitch_x, pitch_y;
};

// Where the page begins that is shown: two lanes turn their pages together, and one that has fewer stays at its last.
std::uint32_t page_start(std::uint32_t from, std::uint32_t page, std::uint32_t all) { return std::min(from, all > 0 ? (all - 1) / page * page : 0); }

// ‹ 1–24 of 128 ›; changes `from` by whole pages
void pages(Ui& ui, Rect box, const std::string& id, std::uint32_t& from, std::uint32_t page, std::uint32_t all) {
  const float h = ui.touch ? 40 : 24;
  const std::uint32_t here = page_start(from, page, all);
  const std::string text = fill(ui("views.page"), {grouped(all ? here + 1 : 0), grouped(std::min(all, here + page)), grouped(all)});
  if (ui.icon_button(id + ".next", box.cut_right(h), Icon::step, ui("views.next"), here + page < all)) from = here + page;
  const float width = ui.text_width(text, kSmall) + 12;
  if (width + h <= box.w) ui.text(box.cut_right(width), text, ui.theme->soft, kSmall, Weight::regular, Align::center); // else the buttons alone
  if (ui.icon_button(id + ".back", box.cut_right(h), Icon::step_back, ui("views.back"), here > 0)) from = here - std::min(page, here);
}

// ---- samples ----

void samples(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  RaceView& view = s.view;
  int which = view.gallery_batch ? 1 : 0;
  Rect head = box.cut_top(s.ui.control_height() + 4);
  if (s.side == 0) head.cut_left(s.ui.segmented("gallery", head.min(), {ui("gallery.subset"), ui("gallery.batch")}, which) + kGrid);
  view.gallery_batch = which == 1;
  const Grid grid(box, 40, 6, 13);
  const auto page = static_cast<std::uint32_t>(grid.size());
  std::uint32_t sheet = kGallerySheet;
  std::string caption;
  if (view.gallery_batch) {
    sheet = kBatchSheets + s.side;
    if (const auto* batch = s.want<BatchLook>(View::samples, LookKind::batch)) {
      auto places = batch->places;
      if (places.size() > page) places.resize(page);
      caption = fill(ui("gallery.batch_caption"), {lane_name(s.race.experiment(), s.lane, ui.language), grouped(static_cast<double>(batch->head.step + 1)),
                                                   grouped(batch->size), std::to_string(places.size())});
      s.race.want_images(sheet, true, std::move(places));
    }
  } else {
    const auto all = static_cast<std::uint32_t>(s.race.experiment().lanes.front().settings.data.train);
    pages(s.ui, head.cut_right(std::min(head.w, 220.0F)), "gallery", view.gallery_from, page, all);
    const std::uint32_t from = page_start(view.gallery_from, page, all);
    std::vector<std::uint32_t> places(std::min(page, all - from));
    std::iota(places.begin(), places.end(), from);
    s.race.want_images(sheet, true, std::move(places));
    caption = ui("gallery.subset_caption");
  }
  s.caption(head, caption);
  const Images* images = sheet_images(s.race, view, sheet);
  if (!images) return s.waiting(box);
  const int count = std::min(grid.size(), static_cast<int>(images->labels.size()));
  view.sheets[sheet].begin(ui);
  for (int i = 0; i < count; ++i) view.sheets[sheet].draw(ui, static_cast<std::size_t>(i), grid.at(i));
  view.sheets[sheet].end(ui);
  for (int i = 0; i < count; ++i) {
    const Rect at = grid.at(i);
    const std::size_t label = images->labels[static_cast<std::size_t>(i)], truth = images->true_labels[static_cast<std::size_t>(i)];
    const bool wrong = label != truth;
    if (wrong) ui.draw()->AddRect({at.x - 1.5F, at.y - 1.5F}, {at.right() + 1.5F, at.bottom() + 1.5F}, ui.theme->bad, 3, 0, 2);
    ui.text({at.x - 3, at.bottom() + (wrong ? 1.0F : 0.0F), at.w + 6, 13}, s.class_name(label), wrong ? ui.theme->bad : ui.theme->soft, kSmall,
            wrong ? Weight::bold : Weight::regular, Align::center);
    const std::string words = wrong ? fill(ui("gallery.wrong"), {s.class_name(label), s.class_name(truth)}) : s.class_name(label);
    ImGui::SetCursorScreenPos(at.min());
    ImGui::Dummy({at.w, at.h});
    if (wrong) ui.tip(words);
    s.ui.note_item("sample." + std::to_string(s.side) + "." + std::to_string(i), words, "img", wrong ? "wrong" : "", at);
  }
}

// ---- weights ----

void weights(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  const bool hidden = !s.race.experiment().lanes[s.lane].settings.network.hidden.empty();
  Rect foot = box.cut_bottom(s.ui.touch ? 40 : 24);
  const Grid grid(box, hidden ? 46 : 60, 4, hidden ? 0 : 14);
  const auto page = static_cast<std::uint32_t>(std::min(grid.size(), 128));
  const auto& network = s.race.experiment().lanes[s.lane].settings.network;
  const auto units = static_cast<std::uint32_t>(hidden ? network.hidden.front().units : static_cast<std::int64_t>(s.race.data().classes.size()));
  const std::uint32_t from = page_start(s.view.unit_from, page, units);
  const auto* look = s.want<WeightsLook>(View::weights, LookKind::weights, from, page);
  if (!look) return s.waiting(box, View::weights);
  pages(s.ui, foot.cut_right(std::min(200.0F, foot.w * 0.5F)), "units" + std::to_string(s.side), s.view.unit_from, page, look->units);
  s.caption(foot, fill((hidden ? ui("weights.caption") : ui("weights.caption_classes")), {std::to_string(look->units), std::to_string(look->shown)}),
            ui("weights.short"));
  ImageSheet& sheet = s.view.numbers[s.side][0];
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(look->inputs))));
  sheet.set_numbers(look->weights, look->shown, side, side, s.version(View::weights) * 2 + 1);
  const int count = std::min(grid.size(), static_cast<int>(look->shown));
  sheet.begin(ui);
  for (int i = 0; i < count; ++i) sheet.draw(ui, static_cast<std::size_t>(i), grid.at(i));
  sheet.end(ui);
  for (int i = 0; i < count; ++i) {
    const Rect at = grid.at(i);
    ui.draw()->AddRect(at.min(), at.max(), ui.theme->line);
    const auto unit = static_cast<std::size_t>(look->from) + static_cast<std::size_t>(i);
    if (!hidden) ui.text({at.x - 4, at.bottom(), at.w + 8, 14}, s.class_name(unit), ui.theme->soft, kSmall, Weight::regular, Align::center);
    s.ui.note_item("weight." + std::to_string(s.side) + "." + std::to_string(unit), fill(ui("weights.unit"), {std::to_string(unit + 1)}), "img", "", at);
  }
}

// ---- confusion ----

void cell_images(const Stand& s, Rect box, const PredictionsLook& look) {
  const Ui& ui = s.ui;
  const auto c = static_cast<int>(look.classes);
  const int label = s.view.cell / c, predicted = s.view.cell % c;
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < look.labels.size(); ++i)
    if (look.labels[i] == label && look.predicted[i] == predicted) places.push_back(static_cast<std::uint32_t>(i));
  ui.text(box.cut_top(20),
          fill(ui("confusion.cell"),
               {s.class_name(static_cast<std::size_t>(label)), s.class_name(static_cast<std::size_t>(predicted)), grouped(static_cast<double>(places.size()))}),
          ui.theme->ink, kLabel, Weight::bold);
  const Grid grid(box, 36, 4);
  if (places.size() > static_cast<std::size_t>(grid.size())) places.resize(static_cast<std::size_t>(grid.size()));
  if (places.empty()) return;
  s.race.want_images(kCellSheets + s.side, false, places);
  const Images* images = sheet_images(s.race, s.view, kCellSheets + s.side);
  if (!images || images->places != places) return;
  ImageSheet& sheet = s.view.sheets[kCellSheets + s.side];
  sheet.begin(ui);
  for (int i = 0; i < static_cast<int>(places.size()); ++i) sheet.draw(ui, static_cast<std::size_t>(i), grid.at(i));
  sheet.end(ui);
  s.ui.note_item("confusion.images." + std::to_string(s.side), "", "img", std::to_string(places.size()), box);
}

void confusion(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  const auto* look = s.want<PredictionsLook>(View::confusion, LookKind::predictions);
  if (!look || look->classes == 0) return s.waiting(box, View::confusion);
  const auto c = static_cast<int>(look->classes);
  std::vector<int> counts(static_cast<std::size_t>(c * c)), totals(static_cast<std::size_t>(c));
  for (std::size_t i = 0; i < look->labels.size(); ++i) {
    ++counts[static_cast<std::size_t>(look->labels[i] * c + look->predicted[i])];
    ++totals[look->labels[i]];
  }
  float names = 0;
  for (int i = 0; i < c; ++i) names = std::max(names, ui.text_width(s.class_name(static_cast<std::size_t>(i)), kSmall));
  const float head = 16, left = names + 8, right = ui.text_width(percent(1), kSmall) + 8;
  const bool beside = box.w > 460;
  // cells as high as there is room, and wide enough for their counts
  const float room = (beside ? box.w * 0.5F : box.w) - left - right;
  const float cell = std::floor(std::max(60.0F, std::min(box.h - head - 18, room)) / static_cast<float>(c));
  const float cell_width = std::max(cell, std::floor(std::min(room / static_cast<float>(c), 34.0F)));
  const Rect area{box.x + left, box.y + head, cell_width * static_cast<float>(c), cell * static_cast<float>(c)};
  ui.text({box.x, box.y, left + area.w + right, head}, ui("confusion.title"), ui.theme->soft, kSmall);
  for (int row = 0; row < c; ++row) {
    const Rect line{area.x, area.y + cell * static_cast<float>(row), area.w, cell};
    if (cell >= 9) {
      ui.text({box.x, line.y, names + 2, cell}, s.class_name(static_cast<std::size_t>(row)), ui.theme->soft, kSmall, Weight::regular, Align::right);
      const double right_share = static_cast<double>(counts[static_cast<std::size_t>(row * c + row)]) / std::max(1, totals[static_cast<std::size_t>(row)]);
      ui.text({line.right() + 4, line.y, right - 4, cell}, percent(right_share), ui.theme->ink, kSmall);
    }
    for (int column = 0; column < c; ++column) {
      const int index = row * c + column, n = counts[static_cast<std::size_t>(index)];
      const Rect at{line.x + cell_width * static_cast<float>(column), line.y, cell_width - 1, cell - 1};
      const float share = static_cast<float>(n) / static_cast<float>(std::max(1, totals[static_cast<std::size_t>(row)]));
      const std::string id = "confusion." + std::to_string(s.side) + "." + std::to_string(row) + "." + std::to_string(column);
      const Ui::Press p = s.ui.press(id, {at.x, at.y, cell_width, cell});
      if (p.pressed) s.view.cell = index;
      ui.draw()->AddRectFilled(at.min(), at.max(), ui.theme->fill, 2);
      if (n > 0)
        ui.draw()->AddRectFilled(at.min(), at.max(), faded(row == column ? ui.theme->positive : ui.theme->negative, 0.12F + 0.88F * std::sqrt(share)), 2);
      if (s.view.cell == index) ui.draw()->AddRect({at.x - 1, at.y - 1}, {at.right() + 1, at.bottom() + 1}, ui.theme->ink, 2, 0, 2);
      if (cell >= 11 && cell_width >= 22 && n > 0)
        ui.text(at, std::to_string(n), share > 0.5F ? ui.theme->panel : ui.theme->ink, kSmall, Weight::regular, Align::center);
      const std::string words =
          fill(ui("confusion.cell"), {s.class_name(static_cast<std::size_t>(row)), s.class_name(static_cast<std::size_t>(column)), std::to_string(n)});
      ui.tip(words);
      s.ui.note_item(id, words, "button", std::to_string(n), at);
    }
  }
  ui.text({area.x, area.bottom() + 1, area.w, 16}, ui("confusion.predicted"), ui.theme->soft, kSmall, Weight::regular, Align::center);
  Rect rest = beside ? Rect{area.right() + right + 12, box.y, box.right() - area.right() - right - 12, box.h}
                     : Rect{box.x, area.bottom() + 20, box.w, box.bottom() - area.bottom() - 20};
  if (s.view.cell >= c * c) s.view.cell = -1;
  if (s.view.cell >= 0 && rest.h > 50)
    cell_images(s, rest, *look);
  else if (rest.h > 30)
    ui.paragraph({rest.x, rest.y + 16, std::min(rest.w, 260.0F), 60}, ui("confusion.help"), ui.theme->faint);
}

// ---- predictions ----

void predictions(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  const auto* look = s.want<PredictionsLook>(View::predictions, LookKind::predictions);
  if (!look || look->classes == 0) return s.waiting(box, View::predictions);
  Rect head = box.cut_top(s.ui.control_height() + 4);
  head.cut_left(
      s.ui.segmented("prediction_order" + std::to_string(s.side), head.min(), {ui("predictions.worst"), ui("predictions.all")}, s.view.prediction_order) +
      kGrid);
  std::vector<std::uint32_t> order(look->labels.size());
  std::iota(order.begin(), order.end(), 0U);
  if (s.view.prediction_order == 0) {
    std::erase_if(order, [&](std::uint32_t i) { return look->labels[i] == look->predicted[i]; });
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return look->losses[a] > look->losses[b]; });
  }
  box.cut_top(kHalf);
  const float card_w = 150, card_h = 64;
  const int columns = std::max(1, static_cast<int>((box.w + 6) / (card_w + 6))), rows = std::max(1, static_cast<int>((box.h + 4) / (card_h + 4)));
  const auto page = static_cast<std::uint32_t>(columns * rows);
  pages(s.ui, head.cut_right(std::min(head.w, 220.0F)), "predictions" + std::to_string(s.side), s.view.prediction_from, page,
        static_cast<std::uint32_t>(order.size()));
  s.caption(head, fill(ui("predictions.caption"), {grouped(static_cast<double>(std::count_if(
                                                       order.begin(), order.end(), [&](std::uint32_t i) { return look->labels[i] != look->predicted[i]; }))),
                                                   grouped(static_cast<double>(look->labels.size()))}));
  const auto first = order.begin() + static_cast<std::ptrdiff_t>(page_start(s.view.prediction_from, page, static_cast<std::uint32_t>(order.size())));
  const std::vector<std::uint32_t> places(first, first + std::min(static_cast<std::ptrdiff_t>(page), order.end() - first));
  const std::uint32_t sheet = kPredictionSheets + s.side;
  if (!places.empty()) s.race.want_images(sheet, false, places);
  const Images* images = sheet_images(s.race, s.view, sheet);
  const bool ready = images && images->places == places;
  const auto card_at = [&](std::size_t i) {
    return Rect{box.x + (card_w + 6) * static_cast<float>(static_cast<int>(i) % columns),
                box.y + (card_h + 4) * static_cast<float>(static_cast<int>(i) / columns), card_w, card_h};
  };
  s.view.sheets[sheet].begin(ui);
  for (std::size_t i = 0; ready && i < places.size(); ++i) {
    const Rect card = card_at(i);
    s.view.sheets[sheet].draw(ui, i, {card.x, card.y + 4, 52, 52});
  }
  s.view.sheets[sheet].end(ui);
  for (std::size_t i = 0; i < places.size(); ++i) {
    Rect card = card_at(i);
    const std::uint32_t place = places[i];
    const float* p = look->probabilities.data() + static_cast<std::size_t>(place) * look->classes;
    std::vector<std::size_t> classes(look->classes);
    std::iota(classes.begin(), classes.end(), std::size_t{0});
    std::stable_sort(classes.begin(), classes.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
    const std::size_t label = look->labels[place];
    std::string words = s.class_name(label) + ": ";
    card.cut_left(58);
    // the three most probable, and the right one if it is none of them
    std::vector<std::size_t> shown(classes.begin(), classes.begin() + std::min<std::ptrdiff_t>(3, static_cast<std::ptrdiff_t>(classes.size())));
    if (std::find(shown.begin(), shown.end(), label) == shown.end()) shown.back() = label;
    for (const std::size_t k : shown) {
      const Rect row = card.cut_top(19);
      const float bar = (row.w - 2) * p[k];
      ui.draw()->AddRectFilled({row.x, row.y + 15}, {row.x + row.w - 2, row.y + 17}, ui.theme->fill);
      ui.draw()->AddRectFilled({row.x, row.y + 15}, {row.x + bar, row.y + 17}, k == label ? ui.theme->positive : ui.theme->negative);
      ui.text({row.x, row.y, row.w - 34, 15}, s.class_name(k), k == label ? ui.theme->ink : ui.theme->soft, kSmall,
              k == label ? Weight::bold : Weight::regular);
      ui.text({row.x, row.y, row.w - 2, 15}, std::to_string(static_cast<int>(std::lround(100 * p[k]))) + "%", ui.theme->soft, kSmall, Weight::regular,
              Align::right);
      words += s.class_name(k) + " " + percent(static_cast<double>(p[k])) + "; ";
    }
    s.ui.note_item("prediction." + std::to_string(s.side) + "." + std::to_string(place), words, "img",
                   look->labels[place] == look->predicted[place] ? "right" : "wrong", card_at(i));
  }
  if (places.empty()) ui.text(box, ui("predictions.none"), ui.theme->soft, kText, Weight::regular, Align::center);
}

// ---- units and gradients ----

void units(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  const auto* look = s.want<UnitsLook>(View::units, LookKind::units);
  if (!look) return s.waiting(box, View::units);
  if (look->examples < look->of) s.caption(box.cut_bottom(18), fill(ui("units.sample"), {grouped(look->examples), grouped(look->of)}));
  const std::uint32_t color = ui.theme->*lane_look(s.race.experiment().lanes, s.lane).color;
  const float needed = 150;
  const auto count = static_cast<float>(look->layers.size());
  // layers beside each other, or, where there is no room, below each other in a list that scrolls
  const bool beside = needed * count <= box.w;
  const float width = beside ? std::min(280.0F, box.w / count) : box.w;
  // a title, the histogram and six lines fill the height, which is little in a low window
  const float histogram_height = std::clamp(box.h - 22 - 6 * 16, 34.0F, 90.0F);
  const float line_height = std::clamp((box.h - 22 - histogram_height) / 6, 16.0F, 18.0F);
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginChild(("units" + std::to_string(s.side)).c_str(), {box.w, box.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (ImGui::IsWindowHovered() && ImGui::GetScrollMaxY() > 0) s.ui.scrollable_under_pointer = true;
  float y = at.y;
  for (std::size_t l = 0; l < look->layers.size(); ++l) {
    const UnitsRow& layer = look->layers[l];
    const bool last = l + 1 == look->layers.size();
    Rect column{beside ? box.x + width * static_cast<float>(l) : box.x, beside ? at.y : y, width - 16, box.h};
    const float top = column.y;
    ui.text(column.cut_top(20), last ? std::string(ui("units.output")) : fill(ui("units.layer"), {std::to_string(l + 1), std::to_string(layer.units)}),
            ui.theme->ink, kLabel, Weight::bold);
    if (!last) {
      histogram(s.ui, column.cut_top(histogram_height), layer.low, layer.high, layer.bins, faded(color, 0.8F));
      column.cut_top(2);
    }
    const auto row = [&](StringKey key, const std::string& value, bool bad = false) {
      const Rect line = column.cut_top(line_height);
      ui.text({line.x, line.y, line.w * 0.68F, line.h}, ui(key), ui.theme->soft, kLabel);
      ui.text(line, value, bad ? ui.theme->bad : ui.theme->ink, kLabel, Weight::bold, Align::right);
      s.ui.note_item("units." + std::to_string(s.side) + "." + std::to_string(l) + "." + std::to_string(static_cast<int>(key.index)), ui(key), "status", value,
                     line);
    };
    if (!last) {
      row("units.zeros", percent(layer.zero_share));
      row("units.dead", std::to_string(std::lround(layer.dead_share * layer.units)) + " / " + std::to_string(layer.units), layer.dead_share > 0.2);
      row("units.saturated", percent(layer.saturated_share), layer.saturated_share > 0.9 && layer.zero_share < 0.5);
      row("units.shift", short_number(layer.mean - layer.mean_in));
    }
    row("units.gradient", short_number(layer.gradient_norm));
    row("units.ratio", layer.weight_norm > 0 ? short_number(layer.update_norm / layer.weight_norm) : "–");
    y = top + (column.y - top) + 10;
  }
  ImGui::SetCursorScreenPos({box.x, y});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

// ---- inside the optimizer ----

// gradient, states, effective rate, update
std::size_t planes_of(const LaneSettings& settings) {
  const OptimizerEntry& rule = entry_of(optimizers(), settings.optimizer.name);
  return 2 + rule.state.size() + (rule.effective_rate ? 1 : 0);
}

void optimizer(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  Rect foot = box.cut_bottom(20);
  const float label_width = box.w < 420 ? 96 : 118, histogram_width = std::clamp(box.w * 0.2F, 112.0F, 190.0F);
  const float images_width = std::max(44.0F, box.w - label_width - histogram_width - 20);
  const std::size_t planes = planes_of(s.race.experiment().lanes[s.lane].settings);
  const float row_height = std::clamp(box.h / static_cast<float>(planes), 26.0F, std::clamp(images_width / 4 + 5, 34.0F, 68.0F)), side = row_height - 5;
  const auto shown = static_cast<std::uint32_t>(std::clamp(images_width / (side + 4), 1.0F, 32.0F));
  const auto* look = s.want<OptimizerLook>(View::optimizer, LookKind::optimizer, 0, shown);
  if (!look) {
    if (s.state().ended() && s.state().step > 0) return s.ui.text(box, ui("optimizer.over"), ui.theme->soft, kText, Weight::regular, Align::center), void();
    return s.waiting(box, View::optimizer);
  }
  const std::string rule = s.race.experiment().lanes[s.lane].settings.optimizer.name;
  s.caption(foot, fill(ui("optimizer.caption"), {setting(look->lr), std::to_string(look->shown), std::to_string(look->units)}),
            fill(ui("optimizer.short"), {setting(look->lr)}));
  const std::uint32_t color = ui.theme->*lane_look(s.race.experiment().lanes, s.lane).color;
  const int pixels = static_cast<int>(std::lround(std::sqrt(static_cast<double>(look->inputs))));
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginChild(("optimizer" + std::to_string(s.side)).c_str(), {box.w, box.h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  if (ImGui::IsWindowHovered() && ImGui::GetScrollMaxY() > 0) s.ui.scrollable_under_pointer = true;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  Rect rest{at.x, at.y, box.w - 8, row_height * static_cast<float>(look->planes.size())};
  for (std::size_t k = 0; k < look->planes.size() && k < 5; ++k) {
    const OptimizerPlane& plane = look->planes[k];
    Rect row = rest.cut_top(row_height).inset(0, 2);
    Rect words = row.cut_left(label_width);
    words.cut_top(std::max(0.0F, (words.h - 44) / 2));
    const std::string key = "optimizer." + plane.id;
    const bool own_sign = plane.id == "gradient" || plane.id == "rate" || plane.id == "update";
    const std::string_view sign = own_sign ? ui.by_id("optimizer.symbol." + plane.id) : std::string_view(plane.id);
    const bool low = words.h < 28; // the sign beside the name, if it fits there
    Rect line = words.cut_top(15);
    const float name_width = ui.text(line, ui.by_id(key), ui.theme->ink, kLabel, Weight::bold);
    line.cut_left(name_width + 6);
    if (!low || ui.text_width(sign, kSmall) <= line.w) ui.text(low ? line : words.cut_top(13), sign, ui.theme->faint, kSmall);
    if (!low && words.h > 12) ui.text(words.cut_top(14), "|·| " + short_number(plane.spread.norm), ui.theme->soft, kSmall);
    Rect pictures = row.cut_left(images_width);
    ImageSheet& sheet = s.view.numbers[s.side][1 + k];
    sheet.set_numbers(plane.values, look->shown, pixels, pixels, s.version(View::optimizer) * 8 + k + 1);
    sheet.begin(ui);
    for (std::uint32_t i = 0; i < look->shown; ++i) sheet.draw(ui, i, {pictures.x + (side + 4) * static_cast<float>(i), pictures.y, side, side});
    sheet.end(ui);
    row.cut_left(8);
    histogram(s.ui, row.inset(0, 1), plane.spread.low, plane.spread.high, plane.spread.bins, faded(color, 0.8F));
    s.ui.note_item("optimizer." + std::to_string(s.side) + "." + plane.id, ui.by_id(key), "img", short_number(plane.spread.norm),
                   {pictures.x, pictures.y, pictures.w, side});
  }
  ImGui::SetCursorScreenPos({at.x, rest.y});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

// ---- masks ----

void masks(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  const auto* look = s.want<BatchLook>(View::masks, LookKind::batch);
  if (!look) return s.waiting(box, View::masks);
  std::vector<std::size_t> with;
  for (std::size_t l = 0; l < look->masks.size(); ++l)
    if (!look->masks[l].kept.empty()) with.push_back(l);
  if (with.empty()) {
    ui.text({box.x, box.y, box.w, 40}, ui("masks.none"), ui.theme->soft, kText, Weight::regular, Align::center);
    return;
  }
  const float width = box.w / static_cast<float>(with.size());
  for (std::size_t k = 0; k < with.size() && k < 5; ++k) {
    const MaskLayer& layer = look->masks[with[k]];
    Rect column{box.x + width * static_cast<float>(k), box.y, width - 12, box.h};
    const std::size_t rows = layer.kept.size() / std::max(1U, layer.units);
    const auto kept = std::count(layer.kept.begin(), layer.kept.end(), 1);
    ui.text(column.cut_top(18), fill(ui("masks.layer"), {std::to_string(with[k] + 1), setting(layer.p)}), ui.theme->ink, kLabel, Weight::bold);
    ui.text(
        column.cut_top(16),
        fill(ui("masks.kept"), {percent(static_cast<double>(kept) / static_cast<double>(layer.kept.size())), setting(std::round(1000 / (1 - layer.p)) / 1000)}),
        ui.theme->soft, kSmall);
    s.caption(column.cut_bottom(16), fill(ui("masks.axes"), {std::to_string(layer.units), std::to_string(rows)}),
              fill(ui("masks.short"), {std::to_string(layer.units), std::to_string(rows)}));
    std::vector<float> values(layer.kept.begin(), layer.kept.end());
    ImageSheet& sheet = s.view.numbers[s.side][k];
    sheet.set_numbers(values, 1, static_cast<int>(layer.units), static_cast<int>(rows), s.version(View::masks) * 8 + k + 2);
    const Rect picture{column.x, column.y + 2, column.w, std::min(column.h - 4, static_cast<float>(rows) * 6)};
    sheet.begin(ui);
    sheet.draw(ui, 0, picture);
    sheet.end(ui);
    ui.draw()->AddRect(picture.min(), picture.max(), ui.theme->line);
    s.ui.note_item("masks." + std::to_string(s.side) + "." + std::to_string(with[k]), fill(ui("masks.layer"), {std::to_string(with[k] + 1), setting(layer.p)}),
                   "img", std::to_string(kept) + "/" + std::to_string(layer.kept.size()), picture);
  }
}

// ---- draw ----

void pad(Ui& ui, Race& race, RaceView& view, Rect box) {
  constexpr int kSide = 28;
  if (view.pad.empty()) view.pad.assign(kSide * kSide, 0);
  const float side = std::min({box.h - ui.control_height() - 8, box.w * 0.4F, 280.0F});
  const Rect area{box.x + 1, box.y + 1, side, side};
  const Ui::Press p = ui.press("pad", area);
  if (p.held) {
    // a round pen of about two pixels, along the way since the last frame
    ui.slider_held = true;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const ImVec2 now{(mouse.x - area.x) / side * kSide, (mouse.y - area.y) / side * kSide};
    const ImVec2 from = view.pen.x < 0 ? now : view.pen;
    const int strokes = 1 + static_cast<int>(std::hypot(now.x - from.x, now.y - from.y) * 2);
    for (int k = 0; k <= strokes; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(strokes), cx = from.x + (now.x - from.x) * t, cy = from.y + (now.y - from.y) * t;
      for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
          const float d = std::hypot(static_cast<float>(x) + 0.5F - cx, static_cast<float>(y) + 0.5F - cy);
          const auto ink = static_cast<std::uint8_t>(255 * std::clamp(1.8F - d, 0.0F, 1.0F));
          std::uint8_t& pixel = view.pad[static_cast<std::size_t>(y * kSide + x)];
          pixel = std::max(pixel, ink);
        }
    }
    view.pen = now;
    view.pad_used = true;
    ++view.pad_version;
  } else {
    view.pen = {-1, -1};
  }
  view.pad_sheet.set_pixels(view.pad, 1, kSide, kSide, view.pad_version);
  view.pad_sheet.begin(ui);
  view.pad_sheet.draw(ui, 0, area);
  view.pad_sheet.end(ui);
  ui.draw()->AddRect(area.min(), area.max(), p.hovered ? ui.theme->accent : ui.theme->line, 4);
  ui.drag_areas.push_back(area);
  ui.note_item("pad", ui("draw.pad"), "img", view.pad_used ? "drawn" : "", area);
  if (!view.pad_used) ui.paragraph({area.x + 12, area.y + side / 2 - 24, side - 24, 60}, ui("draw.help"), ui.theme->faint);
  const Rect below{box.x, area.bottom() + 6, side, ui.control_height()};
  if (ui.button("pad.clear", {below.x, below.y, std::min(below.w, ui.text_width(ui("draw.clear")) + 28), below.h}, ui("draw.clear"), false, view.pad_used)) {
    view.pad.assign(kSide * kSide, 0);
    view.pad_used = false;
    ++view.pad_version;
  }
  Rect table{area.right() + 20, box.y, box.right() - area.right() - 20, box.h};
  if (!view.pad_used) return void(ui.paragraph({table.x, table.y + 4, std::min(table.w, 420.0F), 80}, ui("draw.explain"), ui.theme->soft));
  const std::size_t count = race.lanes().size();
  const float row_height = std::clamp(table.h / static_cast<float>(count), 16.0F, 24.0F);
  const auto& classes = race.experiment().lanes.front().settings.data.classes;
  for (std::size_t i = 0; i < count && table.h >= row_height; ++i) {
    race.want_look(kOwnSlots + static_cast<std::uint32_t>(i), i, LookKind::own, 0, 0, view.pad);
    const auto* own = race.looks().answer<OwnLook>(kOwnSlots + static_cast<std::uint32_t>(i), race.lanes()[i].key);
    Rect row = table.cut_top(row_height);
    ui.text(row.cut_left(96), lane_name(race.experiment(), i, ui.language), ui.theme->soft, kLabel);
    if (!own || own->probabilities.empty()) {
      if (race.looks().failed(kOwnSlots + static_cast<std::uint32_t>(i), race.lanes()[i].key)) ui.text(row, ui("views.no_memory_short"), ui.theme->bad, kLabel);
      continue;
    }
    const auto best = static_cast<std::size_t>(std::max_element(own->probabilities.begin(), own->probabilities.end()) - own->probabilities.begin());
    const float p_best = own->probabilities[best];
    const std::string name(best < classes.size() ? ui.by_id("class." + std::to_string(classes[best])) : "");
    ui.text(row.cut_left(64), name, ui.theme->ink, kLabel, Weight::bold);
    ui.text(row.cut_left(52), percent(static_cast<double>(p_best)), ui.theme->ink, kLabel, Weight::regular, Align::right);
    row.cut_left(8);
    // all classes as one bar of shares
    float x = row.x;
    const float w = std::min(row.w, 320.0F);
    for (std::size_t k = 0; k < own->probabilities.size(); ++k) {
      const float share = w * own->probabilities[k];
      ui.draw()->AddRectFilled({x, row.y + 4}, {x + share, row.bottom() - 4},
                               k == best ? ui.theme->*lane_look(race.experiment().lanes, i).color : faded(ui.theme->faint, k % 2 ? 0.25F : 0.45F));
      x += share;
    }
    ui.note_item("own." + std::to_string(i), lane_name(race.experiment(), i, ui.language), "status", name + " " + percent(static_cast<double>(p_best)), row);
  }
}

// ---- boundary ----

void boundary(const Stand& s, Rect box) {
  const Ui& ui = s.ui;
  const float side = std::min(box.h, box.w > 420 ? box.w * 0.5F : box.w);
  const BoundaryLook* look = boundary_picture(s.ui, s.race, s.view, s.lane, s.side, {box.x, box.y, side, side});
  box.cut_left(side + 2 * kGrid);
  if (!look || box.w < 100) return;
  const EvaluationRow* e = s.state().evaluation();
  box.cut_top(ui.paragraph(box, ui("boundary.explain"), ui.theme->soft) + kGrid);
  if (e) ui.text(box.cut_top(20), fill(ui("boundary.accuracy"), {percent(e->train_accuracy), percent(e->test_accuracy)}), ui.theme->ink, kText, Weight::bold);
}

// ---- sweep ----

void sweep(Ui& ui, Race& race, Rect box) {
  const auto& curves = race.sweep().curves();
  if (curves.empty()) {
    Rect middle{box.x, box.y + 8, std::min(box.w, 520.0F), 80};
    middle.cut_top(ui.paragraph(middle, ui("sweep.none"), ui.theme->soft) + 6);
    if (ui.button("sweep.start", {middle.x, middle.y, ui.text_width(ui("sweep.start")) + 28, ui.control_height()}, ui("sweep.start"))) race.start_sweep();
    return;
  }
  PlotSpec spec;
  spec.id = "sweep.plot";
  spec.x_title = ui("sweep.x");
  spec.y_title = fill(ui("sweep.y"), {grouped(static_cast<double>(race.sweep().epochs()))});
  spec.log_x = true;
  spec.x_least = Sweep::kRates[0];
  spec.x_most = std::end(Sweep::kRates)[-1];
  spec.y_ceiling = 3;
  spec.y_decimals = 4;
  spec.x_text = [&](double v) { return fill(ui("sweep.at"), {setting(v)}); };
  spec.minimum_label = ui("sweep.minimum");
  std::vector<Series> series;
  for (std::size_t i = 0; i < std::min(curves.size(), race.lanes().size()); ++i) {
    if (curves[i].points.empty()) continue; // a lane that was not in the sweep
    const LaneLook look = lane_look(race.experiment().lanes, i);
    Series s{lane_name(race.experiment(), i, ui.language), ui.theme->*look.color, look.dash, look.marker, {}, {}, {}, {}, {}, {}, -1};
    for (const auto& point : curves[i].points) {
      if (!point.loss) continue;
      if (curves[i].best() == point.lr) s.minimum = static_cast<int>(s.x.size());
      s.x.push_back(point.lr);
      s.y.push_back(*point.loss);
    }
    series.push_back(std::move(s));
  }
  Rect side = box.cut_right(std::min(220.0F, box.w * 0.34F));
  plot(ui, box, spec, series);
  side.cut_left(8);
  side.cut_top(ui.paragraph(side, fill(ui("sweep.explain"), {grouped(static_cast<double>(race.sweep().epochs()))}), ui.theme->soft) + kHalf);
  for (std::size_t i = 0; i < std::min(curves.size(), race.lanes().size()); ++i) {
    if (!curves[i].best_at_edge()) continue;
    const std::string words = fill(ui("explain.rates_edge"), {lane_name(race.experiment(), i, ui.language), setting(*curves[i].best()),
                                                              setting(Sweep::kRates[0]), setting(std::end(Sweep::kRates)[-1])});
    side.cut_top(ui.paragraph(side, words, ui.theme->bad) + kHalf);
  }
}

// ---- what differs ----

void leaves(const Json& value, const std::string& path, std::vector<std::pair<std::string, Json>>& out) {
  if (value.is_object())
    for (const auto& [key, child] : value.items()) leaves(child, path + "/" + key, out);
  else if (value.is_array() && path != "/data/classes")
    for (std::size_t i = 0; i < value.size(); ++i) leaves(value[i], path + "/" + std::to_string(i), out);
  else
    out.push_back({path, value});
}

// The settings in which lanes differ, by path; a lane that lacks one (another rule's parameter) has null.
struct Differences {
  std::vector<std::string> columns;
  std::vector<std::vector<std::pair<std::string, Json>>> rows;
  Json at(std::size_t lane, const std::string& path) const {
    for (const auto& [p, value] : rows[lane])
      if (p == path) return value;
    return {};
  }
};
Differences differences_of(const Race& race) {
  const auto& lanes = race.experiment().lanes;
  Differences table;
  table.rows.resize(lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    leaves(lanes[i].complete, "", table.rows[i]);
    for (const auto& [path, value] : table.rows[i])
      if (std::find(table.columns.begin(), table.columns.end(), path) == table.columns.end()) table.columns.push_back(path);
  }
  std::erase_if(table.columns, [&](const std::string& path) {
    for (std::size_t i = 1; i < lanes.size(); ++i)
      if (table.at(i, path) != table.at(0, path)) return false;
    return true;
  });
  // what is read first stands first
  const auto rank = [](const std::string& path) {
    constexpr std::string_view kFirst[] = {"/optimizer/name", "/optimizer/lr", "/batch", "/epochs"};
    return std::find(std::begin(kFirst), std::end(kFirst), path) - std::begin(kFirst);
  };
  std::stable_sort(table.columns.begin(), table.columns.end(), [&](const std::string& x, const std::string& y) { return rank(x) < rank(y); });
  return table;
}

void differences(Ui& ui, Race& race, RaceView& view, Rect box) {
  const auto& lanes = race.experiment().lanes;
  const Differences table = differences_of(race);
  const auto& columns = table.columns;
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginChild("differences.table", {box.w, box.h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_HorizontalScrollbar);
  if (ImGui::IsWindowHovered() && ImGui::GetScrollMaxY() > 0) ui.scrollable_under_pointer = true;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (columns.empty()) ui.text({at.x, at.y, box.w, 24}, ui("equal.nothing"), ui.theme->soft);
  const float name_width = 110, width = 104;
  float x = at.x + name_width;
  for (const std::string& path : columns) {
    ui.text({x, at.y, width - 8, 20}, field_label(path, ui.language), ui.theme->faint, kSmall, Weight::regular, Align::right);
    x += width;
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const float y = at.y + 22 + 22 * static_cast<float>(i);
    ui.line({at.x, y}, {at.x + name_width + width * static_cast<float>(columns.size()), y});
    const LaneLook look = lane_look(lanes, i);
    Ui::dashed_line(ui.draw(), {{at.x, y + 11}, {at.x + 18, y + 11}}, ui.theme->*look.color, look.dash, 2);
    ui.text({at.x + 24, y, name_width - 28, 22}, lane_name(race.experiment(), i, ui.language), ui.theme->ink, kLabel, Weight::bold);
    x = at.x + name_width;
    for (const std::string& path : columns) {
      const Json value = table.at(i, path);
      std::string text = value.is_null() ? "–" : value.is_number() ? setting(value.get<double>()) : value.is_string() ? value.get<std::string>() : value.dump();
      if (path == "/batch" && value == "full") text = ui("lanes.full");
      const Json::json_pointer pointer(path);
      const bool own = !race.experiment().complete.contains(pointer) || race.experiment().complete[pointer] != value;
      ui.text({x, y, width - 8, 22}, text, own ? ui.theme->accent : ui.theme->soft, kLabel, Weight::regular, Align::right);
      ui.note_item("differs." + std::to_string(i) + "." + path, field_label(path, ui.language), "status", text, {x, y, width, 22});
      x += width;
    }
    if (ui.press("differs." + std::to_string(i), {at.x, y, name_width, 22}).pressed) view.scope = i, view.drawer = true, view.tab = 2;
  }
  ImGui::SetCursorScreenPos({at.x + name_width + width * static_cast<float>(columns.size()), at.y + 24 + 22 * static_cast<float>(lanes.size())});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

// Whether it shows a lane, or what all have in common.
bool of_lane(const RaceView& view) {
  const auto v = static_cast<View>(view.view);
  return v != View::draw && v != View::sweep && v != View::differences && (v != View::samples || view.gallery_batch);
}

void one_side(Ui& ui, Race& race, RaceView& view, Rect box, std::size_t lane, std::uint32_t side) {
  const Stand stand{ui, race, view, lane, side};
  switch (static_cast<View>(view.view)) {
  case View::samples: samples(stand, box); break;
  case View::weights: weights(stand, box); break;
  case View::confusion: confusion(stand, box); break;
  case View::predictions: predictions(stand, box); break;
  case View::units: units(stand, box); break;
  case View::optimizer: optimizer(stand, box); break;
  case View::masks: masks(stand, box); break;
  case View::draw: pad(ui, race, view, box); break;
  case View::boundary: boundary(stand, box); break;
  case View::sweep: sweep(ui, race, box); break;
  case View::differences: differences(ui, race, view, box); break;
  case View::count: break;
  }
}

} // namespace

std::string view_csv(const Ui& ui, const Race& race, const RaceView& view) {
  const auto slot = static_cast<std::uint32_t>(view.view) * 2;
  const LaneKey key = race.lanes()[std::min(view.lane, race.lanes().size() - 1)].key;
  const Looks& looks = race.looks();
  const auto number = [](double v) { return "," + csv_number(v); };
  const auto names = lane_names(race.experiment(), ui.language);
  std::string out;
  const auto spread = [&](const std::string& name, double low, double high, const std::vector<std::uint32_t>& bins) {
    out += name + number(low) + number(high);
    for (const std::uint32_t n : bins) out += "," + std::to_string(n);
    out += "\n";
  };
  switch (static_cast<View>(view.view)) {
  case View::weights:
    if (const auto* look = looks.answer<WeightsLook>(slot, key)) {
      out = "unit,weights\n";
      for (std::uint32_t u = 0; u < look->shown; ++u) {
        out += std::to_string(look->from + u);
        for (std::uint32_t i = 0; i < look->inputs; ++i) out += number(static_cast<double>(look->weights[static_cast<std::size_t>(u) * look->inputs + i]));
        out += "\n";
      }
    }
    break;
  case View::confusion:
  case View::predictions:
    if (const auto* look = looks.answer<PredictionsLook>(slot, key)) {
      out = "test_example,label,predicted,loss";
      for (std::uint32_t c = 0; c < look->classes; ++c) out += ",p" + std::to_string(c);
      out += "\n";
      for (std::size_t i = 0; i < look->labels.size(); ++i) {
        out +=
            std::to_string(i) + "," + std::to_string(look->labels[i]) + "," + std::to_string(look->predicted[i]) + number(static_cast<double>(look->losses[i]));
        for (std::uint32_t c = 0; c < look->classes; ++c) out += number(static_cast<double>(look->probabilities[i * look->classes + c]));
        out += "\n";
      }
    }
    break;
  case View::units:
    if (const auto* look = looks.answer<UnitsLook>(slot, key)) {
      out = "layer,units,test_examples,zero_share,dead_share,saturated_share,mean_in,mean,gradient_norm,update_norm,weight_norm\n";
      for (std::size_t l = 0; l < look->layers.size(); ++l) {
        const UnitsRow& r = look->layers[l];
        out += std::to_string(l + 1) + "," + std::to_string(r.units) + "," + std::to_string(look->examples);
        for (const double v : {r.zero_share, r.dead_share, r.saturated_share, r.mean_in, r.mean, r.gradient_norm, r.update_norm, r.weight_norm})
          out += number(v);
        out += "\n";
      }
      out += "layer,low,high,histogram\n";
      for (std::size_t l = 0; l + 1 < look->layers.size(); ++l) spread(std::to_string(l + 1), look->layers[l].low, look->layers[l].high, look->layers[l].bins);
    }
    break;
  case View::optimizer:
    if (const auto* look = looks.answer<OptimizerLook>(slot, key)) {
      out = "quantity,low,high,histogram\n";
      for (const OptimizerPlane& plane : look->planes) spread(plane.id, plane.spread.low, plane.spread.high, plane.spread.bins);
    }
    break;
  case View::samples: {
    const Images* images = looks.images(view.gallery_batch ? kBatchSheets : kGallerySheet);
    if (!images) break;
    out = "train_example,label,true_label,pixels\n";
    const std::size_t size = static_cast<std::size_t>(images->width) * images->height;
    for (std::size_t i = 0; i < images->labels.size(); ++i) {
      out += std::to_string(images->places[i]) + "," + std::to_string(images->labels[i]) + "," + std::to_string(images->true_labels[i]);
      for (std::size_t k = 0; k < size; ++k) out += "," + std::to_string(images->pixels[i * size + k]);
      out += "\n";
    }
    break;
  }
  case View::masks:
    if (const auto* look = looks.answer<BatchLook>(slot, key)) {
      out = "layer,train_example,kept\n";
      for (std::size_t l = 0; l < look->masks.size(); ++l)
        for (std::size_t r = 0; r * look->masks[l].units < look->masks[l].kept.size(); ++r) {
          out += std::to_string(l + 1) + "," + std::to_string(look->places[r]);
          for (std::size_t u = 0; u < look->masks[l].units; ++u) out += look->masks[l].kept[r * look->masks[l].units + u] ? ",1" : ",0";
          out += "\n";
        }
    }
    break;
  case View::draw:
    out = "lane,probabilities\n";
    for (std::size_t i = 0; i < race.lanes().size(); ++i)
      if (const auto* own = looks.answer<OwnLook>(kOwnSlots + static_cast<std::uint32_t>(i), race.lanes()[i].key)) {
        out += csv_text(names[i]);
        for (const float q : own->probabilities) out += number(static_cast<double>(q));
        out += "\n";
      }
    break;
  case View::boundary:
    if (const auto* look = looks.answer<BoundaryLook>(kBoundarySlots, key)) {
      out = "x,y,probability\n";
      for (std::size_t i = 0; i < look->probabilities.size(); ++i) {
        const auto at = [&](std::size_t cell) { return look->reach * (2 * (static_cast<double>(cell) + 0.5) / look->side - 1); };
        out += csv_number(at(i % look->side)) + number(-at(i / look->side)) + number(static_cast<double>(look->probabilities[i])) + "\n";
      }
      out += "x,y,label\n";
      for (std::size_t i = 0; i < look->labels.size(); ++i)
        out += csv_number(static_cast<double>(look->points[2 * i])) + number(static_cast<double>(look->points[2 * i + 1])) + "," +
               std::to_string(look->labels[i]) + "\n";
    }
    break;
  case View::differences: {
    const Differences table = differences_of(race);
    out = "lane";
    for (const std::string& path : table.columns) out += "," + path;
    out += "\n";
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      out += csv_text(names[i]);
      for (const std::string& path : table.columns) {
        const Json value = table.at(i, path);
        out += "," + (value.is_null() ? "" : csv_text(value.is_string() ? value.get<std::string>() : value.dump()));
      }
      out += "\n";
    }
    break;
  }
  case View::sweep: out = sweep_csv(ui, race); break;
  case View::count: break;
  }
  return out;
}

void views_panel(Ui& ui, Race& race, RaceView& view, Rect box, bool can_close) {
  ui.panel(box);
  Rect head = box.cut_top(ui.control_height() + 12).inset(kPadding, 6);
  view.lane = std::min(view.lane, race.lanes().size() - 1);
  if (view.other >= static_cast<int>(race.lanes().size())) view.other = -1;
  // images and points of the plane have different things to show
  std::vector<std::string_view> labels;
  std::vector<int> ids;
  for (int i = 0; i < static_cast<int>(View::count); ++i) {
    const auto v = static_cast<View>(i);
    const bool of_images = v == View::samples || v == View::weights || v == View::predictions || v == View::optimizer || v == View::draw;
    if (race.has_images() ? v == View::boundary : of_images) continue;
    ids.push_back(i);
    labels.push_back(ui.by_id("view." + std::string(kViewIds[static_cast<std::size_t>(i)])));
  }
  if (std::find(ids.begin(), ids.end(), view.view) == ids.end())
    view.view = race.has_images() ? static_cast<int>(View::weights) : static_cast<int>(View::boundary);
  if (can_close && ui.icon_button("views.toggle", head.cut_right(28), view.views_open ? Icon::chevron_down : Icon::chevron_up,
                                  (view.views_open ? ui("views.close") : ui("views.open")), true, false))
    view.views_open = !view.views_open, view.chose_views = true;
  if (can_close) head.cut_right(4);

  // lanes right; tabs left, as a list where they don't fit
  std::vector<std::string> names{std::string(ui("views.no_other"))};
  for (std::string& name : lane_names(race.experiment(), ui.language)) names.push_back(std::move(name));
  std::vector<std::string_view> name_views(names.begin(), names.end());
  float tabs_width = 4;
  for (const std::string_view label : labels) tabs_width += ui.text_width(label, kLabel, Weight::bold) + 2 * kSegmentPad;
  const bool lanes_shown = of_lane(view);
  const float lane_width = std::clamp(head.w * 0.24F, 84.0F, 122.0F);
  const bool two = lanes_shown && head.w > 520;
  if (lanes_shown) {
    if (two) {
      if (const auto pick = ui.select("views.other", head.cut_right(lane_width), ui("views.other"), name_views, view.other + 1, ui("help.views.other")))
        view.other = *pick - 1;
      head.cut_right(6);
    }
    const std::vector<std::string_view> only(name_views.begin() + 1, name_views.end());
    if (const auto pick = ui.select("views.lane", head.cut_right(lane_width), ui("views.lane"), only, static_cast<int>(view.lane), ui("help.views.lane")))
      view.lane = static_cast<std::size_t>(*pick);
    head.cut_right(8);
  }
  const int before = view.view;
  int place = static_cast<int>(std::find(ids.begin(), ids.end(), view.view) - ids.begin());
  if (tabs_width <= head.w) {
    ui.segmented("view", head.min(), labels, place);
  } else if (const auto pick = ui.select("view", {head.x, head.y, std::min(head.w, 150.0F), ui.control_height()}, ui("views.label"), labels, place)) {
    place = *pick;
  }
  view.view = ids[static_cast<std::size_t>(place)];
  if (view.view != before) view.views_open = true, view.chose_views = true;
  if (box.h < 40) return;
  Rect content = box.inset(kPadding, 0);
  content.h -= 8;
  ui.line({box.x, box.y - 0.5F}, {box.right(), box.y - 0.5F});
  content.cut_top(6);
  ui.note_item("views.content", ui.by_id("view." + std::string(kViewIds[static_cast<std::size_t>(view.view)])), "note", "", content);
  ui.draw()->PushClipRect(content.min(), content.max(), true);
  const bool both = two && view.other >= 0 && of_lane(view);
  if (both) {
    Rect second = content.cut_right(content.w / 2);
    content.w -= 10;
    second.cut_left(10);
    one_side(ui, race, view, second, static_cast<std::size_t>(view.other), 1);
    ui.line({second.x - 10, second.y}, {second.x - 10, second.bottom()});
  }
  one_side(ui, race, view, content, view.lane, 0);
  ui.draw()->PopClipRect();
}

} // namespace downhill
