// A unit that looks at images: its weights are painted, it is measured while they are, and it is taught beside them.
#include "app/labs/neuron/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::cell {
namespace {

constexpr int kSide = static_cast<int>(kNeuronSide);
constexpr int kSigns[] = {1, -1, 0};
/// Weights of this size have the full colour.
constexpr float kFull = 1;

std::string class_name(int label) { return std::string(tr_id("class." + std::to_string(label))); }

std::vector<float> as_numbers(const Painting& painting) {
  std::vector<float> out;
  for (const std::int8_t w : painting) out.push_back(static_cast<float>(w) / static_cast<float>(kPaintParts));
  return out;
}

// A press, or what was painted since the last frame.
void paint(const Scene& s, Rect area, const Ui::Press& press) {
  Kept& kept = s.kept;
  if (!press.held) {
    if (!kept.pen) return;
    if (s.ui.drag_cancelled) s.lab.keep(s.model.paint(kept.before_stroke, true));
    kept.pen.reset();
    return s.lab.let_go();
  }
  if (!kept.pen) kept.before_stroke = s.model.image().painting;
  s.ui.slider_held = true;
  kept.cursor_shown = false;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const std::array now{static_cast<double>((mouse.x - area.x) / area.w) * kSide, static_cast<double>((mouse.y - area.y) / area.h) * kSide};
  if (kept.pen != now) s.lab.keep(s.model.stroke(kept.pen.value_or(now), now, kept.brush, true));
  kept.pen = now;
}

// A cross that the arrow keys move, and the brush where it stands.
void by_keys(const Scene& s, Rect area) {
  Ui& ui = s.ui;
  Kept& kept = s.kept;
  for (const int axis : {0, 1}) {
    const std::string id = axis == 0 ? "neuron.cursor.x" : "neuron.cursor.y";
    int& at = kept.cursor[static_cast<std::size_t>(axis)];
    if (ui.nudged == id) {
      ui.nudged.clear();
      const float nudge = axis == 0 ? ui.nudge : -ui.nudge; // rows are counted downwards
      const int by = static_cast<int>(std::lround(static_cast<double>(nudge) * kSide));
      at = std::clamp(at + (by != 0 ? by : nudge > 0 ? 1 : -1), 0, kSide - 1);
      kept.cursor_shown = true;
    }
    const int w = s.model.image().painting[static_cast<std::size_t>(kept.cursor[1] * kSide + kept.cursor[0])];
    const std::string value =
        fill(ui("neuron.cursor_at"), {std::to_string(kept.cursor[1] + 1), std::to_string(kept.cursor[0] + 1), height_text(w / kPaintParts)});
    if (Item* item = ui.note_item(id, axis == 0 ? ui("neuron.column") : ui("neuron.row_of"), "slider", value, area, true, ui("help.neuron.cursor")))
      item->position = axis == 0 ? static_cast<float>(at) / (kSide - 1) : 1 - static_cast<float>(at) / (kSide - 1), item->by_keys = true;
  }
  if (!kept.cursor_shown) return;
  const float step = area.w / kSide;
  const ImVec2 p{area.x + (static_cast<float>(kept.cursor[0]) + 0.5F) * step, area.y + (static_cast<float>(kept.cursor[1]) + 0.5F) * step};
  for (const float width : {4.0F, 1.6F}) {
    const std::uint32_t color = width > 2 ? ui.theme->panel : ui.theme->ink;
    ui.draw()->AddLine({p.x - 9, p.y}, {p.x + 9, p.y}, color, width);
    ui.draw()->AddLine({p.x, p.y - 9}, {p.x, p.y + 9}, color, width);
  }
}

std::string share_words(const Scene& s, std::uint32_t right, std::uint32_t count) {
  return fill(s.ui("neuron.share"), {percent(static_cast<double>(right) / count), grouped(right), grouped(count)});
}

void class_choice(const Scene& s, Column& column, bool fires) {
  const FieldId id{{}, fires ? "/image/fires" : "/image/quiet"};
  const FieldInfo info = s.lab.field_of(id);
  std::vector<std::string> names;
  for (int label = 0; label < 10; ++label) names.push_back(class_name(label));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  Rect row = column.row();
  s.ui.label(id.text(), row.cut_left(92), field_label(id.pointer), field_help(info, id.pointer));
  if (const auto picked =
          s.ui.select(id.text(), row, field_label(id.pointer), labels, fires ? s.model.image().fires : s.model.image().quiet, field_help(info, id.pointer)))
    s.lab.keep(s.model.choose_class(fires, *picked));
}

// How the training images' sums are spread, class by class, and the threshold between them, which is dragged.
void spread(const Scene& s, Rect box, const protocol::NeuronScore& score) {
  Ui& ui = s.ui;
  const double threshold = s.model.image().threshold;
  double low = std::min(score.low, threshold), high = std::max(score.high, threshold);
  const double margin = std::max(0.5, (high - low) * 0.04);
  low -= margin, high += margin;
  if (const auto& held = s.kept.cut) low = held->low, high = held->high;
  const Rect area{box.x, box.y + 16, box.w, box.h - 32};
  const auto at = [&](double z) { return area.x + static_cast<float>((z - low) / (high - low)) * area.w; };
  const float cut = at(threshold), half = area.h / 2;
  ImDrawList* list = ui.draw();
  list->AddRectFilled({cut, area.y}, area.max(), mixed(ui.theme->panel, ui.theme->positive, 0.1));
  std::uint32_t most = 1;
  for (const std::uint32_t count : score.bins) most = std::max(most, count);
  constexpr std::size_t kBins = protocol::NeuronScore::kBins;
  const double width = (score.high - score.low) / static_cast<double>(kBins);
  for (const std::size_t fires : {1U, 0U}) { // upwards those for which it shall fire, downwards the others
    for (std::size_t k = 0; k < kBins; ++k) {
      const std::uint32_t count = score.bins[fires * kBins + k];
      if (count == 0) continue;
      const float x = at(score.low + width * static_cast<double>(k)), right = std::max(x + 1.5F, at(score.low + width * static_cast<double>(k + 1)) - 0.5F);
      const float tall = std::max(1.5F, (half - 2) * static_cast<float>(count) / static_cast<float>(most)), middle = area.y + half;
      list->AddRectFilled({x, fires ? middle - tall : middle}, {right, fires ? middle : middle + tall}, fires ? ui.theme->positive : ui.theme->negative);
    }
    const std::string name =
        fill(fires ? ui("neuron.shall_fire") : ui("neuron.shall_not"), {class_name(fires ? s.model.image().fires : s.model.image().quiet)});
    ui.text({area.x + 4, fires ? area.y : area.bottom() - 16, area.w - 8, 16}, name, fires ? ui.theme->positive : ui.theme->negative, kSmall, Weight::bold);
  }
  list->AddLine({area.x, area.y + half}, {area.right(), area.y + half}, ui.theme->line, 1);
  list->AddLine({cut, area.y}, {cut, area.bottom()}, ui.theme->accent, 2.5F);
  for (const double tick : axis_ticks(low, high, 6))
    ui.text({at(tick) - 30, area.bottom() + 1, 60, 14}, height_text(tick), ui.theme->faint, kSmall, Weight::regular, Align::center);
  ui.text({std::clamp(cut - 60, box.x, box.right() - 120), box.y, 120, 16}, "θ = " + height_text(std::round(threshold * 100) / 100), ui.theme->accent, kLabel,
          Weight::bold, Align::center);
  drag_cut(s, "neuron.image_cut", {cut - 12, area.y, 24, area.h}, area, low, high, "/image/threshold", 100, kImageThresholdMost);
  ui.note_item("neuron.spread", ui("neuron.spread"), "img", fill(ui("neuron.spread_words"), {height_text(score.low), height_text(score.high)}), area);
}

// The images that are furthest on the wrong side, with their sums.
void mistakes(const Scene& s, Column& column, const protocol::NeuronScore& score) {
  Ui& ui = s.ui;
  Rect head = column.row();
  ui.text(head.cut_left(std::min(head.w * 0.5F, ui.text_width(ui("neuron.worst"), kLabel, Weight::bold) + 10)), ui("neuron.worst"), ui.theme->soft, kLabel,
          Weight::bold);
  ui.segmented("neuron.worst_of", head.min(), {ui("neuron.test"), ui("neuron.train")}, s.looks.of_train);
  std::vector<std::size_t> shown;
  for (std::size_t k = 0; k < score.worst_train.size(); ++k)
    if ((score.worst_train[k] != 0) == (s.looks.of_train != 0)) shown.push_back(k);
  if (shown.empty()) return column.paragraph(ui("neuron.no_mistakes"), ui.theme->soft);
  s.kept.worst.set_pixels(score.worst_pixels, score.worst_train.size(), kSide, kSide, s.images.version());
  const float size = 52;
  const auto across = static_cast<std::size_t>(std::max(1.0F, (column.rest.w + 6) / (size + 6)));
  const std::size_t rows = (shown.size() + across - 1) / across;
  const Rect all = column.rest.cut_top(static_cast<float>(rows) * (size + 20));
  s.kept.worst.begin(ui);
  const auto place = [&](std::size_t i) {
    return Rect{all.x + static_cast<float>(i % across) * (size + 6), all.y + static_cast<float>(i / across) * (size + 20), size, size};
  };
  for (std::size_t i = 0; i < shown.size(); ++i) s.kept.worst.draw(ui, shown[i], place(i));
  s.kept.worst.end(ui);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const Rect at = place(i);
    const bool fires = score.worst_labels[shown[i]] == 1;
    const std::string z = height_text(std::round(static_cast<double>(score.worst_z[shown[i]]) * 100) / 100);
    ui.text({at.x, at.bottom(), at.w, 16}, z, fires ? ui.theme->positive : ui.theme->negative, kSmall, Weight::regular, Align::center);
    ui.note_item("neuron.mistake." + std::to_string(i), class_name(fires ? s.model.image().fires : s.model.image().quiet), "img", "Σ = " + z, at);
  }
}

void accuracy_plot(const Scene& s, Rect box, const NeuronImages::Learned& learned) {
  const auto* score = s.lab.told_score();
  PlotSpec spec;
  spec.id = "neuron.accuracy";
  spec.x_title = s.ui("neuron.step");
  spec.y_title = s.ui("neuron.accuracy");
  spec.x_most = static_cast<double>(learned.steps);
  spec.show_legend = true;
  spec.x_text = [words = std::string(s.ui("surface.step_at"))](double x) { return fill(words, {grouped(x)}); };
  std::vector<Series> all;
  for (const std::size_t part : {0U, 1U}) {
    const std::string name(part == 0 ? s.ui("neuron.train") : s.ui("neuron.test"));
    Series taught, painted;
    taught.label = fill(s.ui("neuron.learned_of"), {name}), taught.color = part == 0 ? s.ui.theme->adam : s.ui.theme->momentum;
    const auto& right = part == 0 ? learned.right_train : learned.right_test;
    for (std::size_t k = 0; k < right.size(); ++k)
      taught.x.push_back(static_cast<double>(k)), taught.y.push_back(static_cast<double>(right[k]) / learned.counts[part]);
    painted.label = fill(s.ui("neuron.painted_of"), {name}), painted.color = taught.color, painted.dash = Dash::dotted;
    all.push_back(std::move(taught));
    if (!score) continue;
    const double share = static_cast<double>(score->right[part]) / score->counts[part];
    painted.x = {0, spec.x_most}, painted.y = {share, share};
    all.push_back(std::move(painted));
  }
  plot(s.ui, box, spec, all, &s.kept.accuracy);
}

} // namespace

void canvas(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  const float side = std::min(box.w, box.h);
  const Rect area{box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side};
  const Ui::Press press = ui.press("neuron.canvas", area);
  paint(s, area, press);
  ui.drag_areas.push_back(area);
  const Painting& painting = s.model.image().painting;
  s.kept.painted.set_numbers(as_numbers(painting), 1, kSide, kSide, s.lab.version(), kFull);
  s.kept.painted.begin(ui);
  s.kept.painted.draw(ui, 0, area);
  s.kept.painted.end(ui);
  ui.draw()->AddRect(area.min(), area.max(), press.hovered ? ui.theme->accent : ui.theme->line, 4);
  const auto painted = static_cast<double>(std::count_if(painting.begin(), painting.end(), [](std::int8_t w) { return w != 0; }));
  ui.note_item("neuron.canvas", ui("neuron.canvas"), "img", fill(ui("neuron.painted_pixels"), {grouped(painted)}), area);
  if (painted == 0 && !press.held) {
    const float inset = std::min(24.0F, side * 0.1F);
    ui.paragraph({area.x + inset, area.y + side * 0.4F, side - 2 * inset, side / 2}, ui("neuron.canvas_help"), ui.theme->faint);
  }
  if (press.hovered && !ui.touch) // what the brush would cover
    ui.draw()->AddCircle(ImGui::GetIO().MousePos, static_cast<float>(s.kept.brush.radius) * side / kSide, ui.theme->ink, 32, 1);
  by_keys(s, area);
}

void score_line(const Scene& s, Rect box) {
  const auto* score = s.lab.told_score();
  if (!score) return void(s.ui.text(box, s.lab.waiting_words(), s.ui.theme->soft, kLabel, Weight::regular, Align::center));
  std::string words;
  for (const std::size_t part : {0U, 1U})
    words += std::string(part == 0 ? s.ui("neuron.train") : s.ui("neuron.test")) + " " +
             percent(static_cast<double>(score->right[part]) / score->counts[part]) + (part == 0 ? "   " : "");
  s.ui.text(box, words, s.ui.theme->ink, kText, Weight::bold, Align::center);
}

void brushes(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  Kept& kept = s.kept;
  Rect row = column.row();
  ui.segmented("neuron.brush", row.min(), {ui("neuron.brush_plus"), ui("neuron.brush_minus"), ui("neuron.eraser")}, kept.sign);
  kept.brush.sign = kSigns[kept.sign];
  const auto knob = [&](const char* id, std::string_view label, std::string_view help, double& value, const SliderRange& range) {
    Rect line = column.row();
    const std::string text = setting(value);
    ui.text(line.cut_left(62), label, ui.theme->soft);
    ui.text(line.cut_right(40), text, ui.theme->ink, kText, Weight::regular, Align::right);
    float share = range.share(value);
    if (ui.slider(id, line, label, text, share, help)) value = range.value(share);
  };
  knob("neuron.size", ui("neuron.size"), ui("help.neuron.size"), kept.brush.radius, {.least = 0.5, .most = 6, .parts = 2});
  knob("neuron.strength", ui("neuron.strength"), ui("help.neuron.strength"), kept.brush.strength, {.least = 0.05, .most = 1, .parts = 20});
  // pictures to begin with, once a worker has told them
  const std::string fires = class_name(s.model.image().fires), quiet = class_name(s.model.image().quiet);
  struct Start {
    const char* id;
    std::string label;
    int mean; // 0, 1, 2: see NeuronImages::mean
  };
  const Start starts[] = {{"neuron.mean.fires", fill(ui("neuron.mean_of"), {fires}), 1},
                          {"neuron.mean.quiet", fill(ui("neuron.minus_mean_of"), {quiet}), 0},
                          {"neuron.mean.both", std::string(ui("neuron.mean_difference")), 2}};
  for (const Start& start : starts)
    if (ui.button(start.id, column.row(), start.label, false, s.images.has_means_of(s.lab.complete())))
      if (auto mean = s.images.mean(start.mean)) {
        if (start.mean == 0)
          for (std::int8_t& w : *mean) w = static_cast<std::int8_t>(-w);
        s.lab.keep(s.model.paint(*mean));
      }
  row = column.row();
  const float third = (row.w - 2 * 6) / 3;
  const auto small = [&](const char* id, std::string_view label) {
    const bool pressed = ui.button(id, row.cut_left(third), label);
    row.cut_left(6);
    return pressed;
  };
  if (small("neuron.invert", ui("neuron.invert"))) s.lab.keep(s.model.invert());
  if (small("neuron.blank", ui("draw.clear"))) s.lab.keep(s.model.paint({}));
  if (small("neuron.stamp", ui("neuron.stamp"))) {
    kept.cursor_shown = true;
    const std::array at{kept.cursor[0] + 0.5, kept.cursor[1] + 0.5};
    s.lab.keep(s.model.stroke(at, at, kept.brush, false));
  }
}

void score(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  class_choice(s, column, true);
  class_choice(s, column, false);
  column.paragraph(ui("neuron.image_fires"), ui.theme->soft);
  column.rest.cut_top(6);
  const auto* score = s.images.score();
  if (!score || s.lab.score_is_old()) { // what stands below then is of before
    const std::string words = s.lab.waiting_words();
    const Rect at = column.rest;
    column.paragraph(words, ui.theme->soft);
    ui.note_item("neuron.waiting", ui("neuron.score"), "status", words, {at.x, at.y, at.w, column.rest.y - at.y});
  }
  if (!score) return;
  for (const std::size_t part : {0U, 1U}) {
    Rect row = column.row(26);
    const std::string words = share_words(s, score->right[part], score->counts[part]);
    const std::string_view name = part == 0 ? ui("neuron.train") : ui("neuron.test");
    ui.text(row.cut_left(70), name, ui.theme->soft);
    ui.text(row, words, ui.theme->ink, kTitle, Weight::bold);
    ui.note_item(part == 0 ? "neuron.score.train" : "neuron.score.test", std::string(ui("neuron.painted")) + ", " + std::string(name), "status",
                 words + (s.lab.score_is_new() ? "" : " …"), row);
  }
  spread(s, column.rest.cut_top(138), *score);
  column.rest.cut_top(4);
  field_slider(s, column.row(), "/image/threshold", {.least = std::min(score->low, -1.0), .most = std::max(score->high, 1.0), .digits = 3}, 28, 62, "θ");
  if (ui.button("neuron.best", column.row(), ui("neuron.best"), false, s.images.has_best_of(s.lab.complete())))
    s.lab.put("/image/threshold", score->best_threshold);
  column.rule();
  mistakes(s, column, *score);
}

void learning(const Scene& s, Column& column) {
  Ui& ui = s.ui;
  column.title(ui("neuron.let_it_learn"));
  column.paragraph(ui("neuron.learning_says"), ui.theme->soft);
  column.rest.cut_top(4);
  field_segments(s, column, "/image/start", "neuron.start_from");
  field_slider(s, column.row(), "/image/rate", {.least = 1e-4, .most = 1, .logarithmic = true, .digits = 2}, 76, 62);
  field_slider(s, column.row(), "/image/steps", {.least = 1, .most = 500, .parts = 1}, 76, 62);
  const bool busy = s.lab.transport() == Transport::running, can = busy || s.images.score() || s.lab.problem(); // after a failure it is tried again
  if (ui.button(busy ? "neuron.stop" : "neuron.learn", column.row(), busy ? ui("neuron.stop") : ui("neuron.learn"), true, can))
    busy ? s.lab.pause() : s.lab.start();
  const auto* learned = s.images.learned();
  if (!learned) return;
  column.rest.cut_top(4);
  const auto line = [&](const char* id, std::string_view label, const std::string& value) {
    Rect row = column.row(24);
    ui.note_item(id, label, "status", value, row);
    ui.text(row.cut_left(70), label, ui.theme->soft);
    ui.text(row, value, ui.theme->ink, kTitle, Weight::bold);
  };
  line("neuron.learned.train", ui("neuron.train"), share_words(s, learned->right_train.back(), learned->counts[0]));
  line("neuron.learned.test", ui("neuron.test"), share_words(s, learned->right_test.back(), learned->counts[1]));
  const std::string words =
      fill(ui("neuron.learned_after"), {grouped(static_cast<double>(learned->step())), short_number(static_cast<double>(learned->losses.back())),
                                        height_text(std::round(-learned->bias * 1000) / 1000)});
  const Rect at = column.rest;
  column.paragraph(s.lab.learned_is_new() ? words : words + " " + std::string(ui("neuron.learned_before")), ui.theme->soft);
  ui.note_item("neuron.learned.words", ui("neuron.learned"), "status", words, {at.x, at.y, at.w, column.rest.y - at.y});
  column.rest.cut_top(6);
  // painted and learned beside each other
  const float side = std::min(170.0F, (column.rest.w - kGrid) / 2);
  Rect both = column.rest.cut_top(side + 18);
  Rect names = both.cut_top(18);
  s.kept.learned.set_numbers(learned->weights, 1, kSide, kSide, s.images.version());
  const Rect left{both.x, both.y, side, side}, right{both.x + side + kGrid, both.y, side, side};
  s.kept.painted.begin(ui), s.kept.painted.draw(ui, 0, left), s.kept.painted.end(ui);
  s.kept.learned.begin(ui), s.kept.learned.draw(ui, 0, right), s.kept.learned.end(ui);
  for (const Rect& box : {left, right}) ui.draw()->AddRect(box.min(), box.max(), ui.theme->line);
  ui.text({left.x, names.y, side, 18}, ui("neuron.painted"), ui.theme->soft, kLabel, Weight::bold);
  ui.text({right.x, names.y, side, 18}, ui("neuron.learned"), ui.theme->soft, kLabel, Weight::bold);
  ui.note_item("neuron.learned.picture", ui("neuron.learned"), "img", std::string(ui("neuron.colours")), right);
  column.paragraph(ui("neuron.colours"), ui.theme->faint);
  accuracy_plot(s, column.rest.cut_top(190), *learned);
}

} // namespace downhill::cell
