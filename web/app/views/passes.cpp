// One training example's way forward and back: its numbers as pictures, and the largest paths of its gradient down to single numbers.
#include "app/core/passes_model.hpp"
#include "app/views/list.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace downhill {

using namespace ui;
using namespace protocol;

namespace {

constexpr float kStrip = 14, kNumbers = 13, kLegendHeight = 16;
constexpr std::size_t kAllTold = 16; // numbers of a strip that are all told

struct Side {
  Look<ask::Passes> look;
  std::deque<ImageSheet> sheets; // one a picture, in the order in which they are drawn; they stay where they are until the frame is drawn
};

class PassesView final : public View {
public:
  void draw(const ViewPlace& s, Rect box) override;
  std::string csv(const Ui&, const Race& race, std::size_t lane) const override {
    const auto* look = sides_[0].look.seen_of(race, lane);
    return look ? passes_csv(*look) : std::string();
  }
  std::optional<UserError> type(std::string_view id, const std::string& text) override {
    const auto* look = sides_[0].look.seen();
    return look ? model_.type(id, text, *look) : std::nullopt;
  }

private:
  void controls(const ViewPlace& s, const PassesLook* look, Rect& box);

  PassesModel model_;
  std::array<Side, 2> sides_;
};

// Points of the plane have no names.
std::string class_of(const ViewPlace& s, std::size_t label) {
  return s.race.has_images() ? s.class_name(label) : fill(s.ui("passes.class"), {std::to_string(label)});
}
std::string number_text(float v) { return short_number(static_cast<double>(v)); }

// What a frame draws of one answer.
struct Drawing {
  const ViewPlace& s;
  const PassesLook& look;
  Side& here;
  PassesModel& model;
  Column& column;
  const Ui& ui = s.ui;
  std::string id = "passes." + std::to_string(s.side) + ".";
  int image_side = s.race.has_images() ? static_cast<int>(std::lround(std::sqrt(static_cast<double>(look.x.size())))) : 0; // 0: inputs are no image
  std::size_t sheets_used = 0;

  /// The path that is opened; null: none.
  const PassesPath* path() const {
    const auto open = model.open(look);
    return open ? &look.paths[*open] : nullptr;
  }
  std::optional<std::size_t> marked_input() const {
    if (const PassesPath* p = path()) return p->places.back();
    return look.input >= 0 ? std::optional(static_cast<std::size_t>(look.input)) : std::nullopt;
  }
  /// The neurons of layer `l`, counted from 0, that are marked on a strip of so many cells.
  std::vector<std::size_t> marked(std::size_t l, std::size_t cells) const;
  std::string pixel_place(std::size_t i) const; // column and row, counted from 1
  std::string input_name(std::size_t i) const;
  std::string class_or_number(std::size_t k) const;
  std::string path_name(const PassesPath& p) const;

  ImageSheet& sheet() {
    if (here.sheets.size() == sheets_used) here.sheets.emplace_back();
    return here.sheets[sheets_used++];
  }
  void legend(Rect box, double most) const;
  void image(const std::string& name, Rect box, const std::string& title, std::string_view shorter, const std::vector<float>& values, bool is_input);
  /// Of the numbers in one row of cells; the cell that was pressed.
  std::optional<std::size_t> strip(const std::string& name, std::string_view label, const std::vector<float>& values, const std::vector<std::size_t>& marks);
  void inputs();
  void layer(std::size_t l);
  void sizes(Rect box) const;
  void paths();
  void path_row(std::size_t i);
};

std::vector<std::size_t> Drawing::marked(std::size_t l, std::size_t cells) const {
  std::vector<std::size_t> out;
  const std::size_t units = look.layers[l].z.size();
  const auto mark = [&](std::size_t place) {
    // what a neuron hands on stands once or twice on a strip, the neuron itself once
    out.push_back(cells > units ? place : place % units);
  };
  if (const PassesPath* p = path()) mark(p->places[look.layers.size() - 1 - l]);
  if (l == 0 && (out.empty() || out[0] % units != look.unit)) mark(look.unit);
  return out;
}

std::string Drawing::pixel_place(std::size_t i) const {
  const auto side = static_cast<std::size_t>(image_side);
  return "(" + std::to_string(i % side + 1) + ", " + std::to_string(i / side + 1) + ")";
}

std::string Drawing::input_name(std::size_t i) const {
  return image_side > 0 ? fill(ui("passes.pixel"), {pixel_place(i)}) : fill(ui("passes.feature"), {std::to_string(i + 1)});
}

std::string Drawing::class_or_number(std::size_t k) const {
  return look.probabilities.size() == look.layers.back().z.size() ? class_of(s, k) : fill(ui("passes.output"), {std::to_string(k + 1)});
}

std::string Drawing::path_name(const PassesPath& p) const {
  std::string name = class_or_number(p.places.front());
  const std::size_t hidden = p.places.size() - 2;
  for (std::size_t i = 1; i <= hidden; ++i) {
    const std::size_t l = hidden - i, units = look.layers[l].z.size(), unit = p.places[i] % units;
    const std::string which = hidden > 1 ? std::to_string(l + 1) + " " : " ";
    name = fill(ui("passes.from"), {name, "h" + which + std::to_string(unit + 1) + (p.places[i] >= units ? "−" : "")});
  }
  return fill(ui("passes.from"), {name, image_side > 0 ? pixel_place(p.places.back()) : input_name(p.places.back())});
}

// ---- pictures ----

// The colours from −most to most, as shaders/signed.frag has them.
void Drawing::legend(Rect box, double most) const {
  const std::string text = "±" + short_number(most);
  const float bar = std::clamp(box.w - ui.text_width(text, kSmall) - 6, 0.0F, 60.0F);
  constexpr int kParts = 24;
  for (int i = 0; i < kParts && bar > 16; ++i) {
    const double v = (2.0 * i + 1) / kParts - 1;
    const float x = box.x + bar * static_cast<float>(i) / kParts;
    ui.draw()->AddRectFilled({x, box.y + 4}, {x + bar / kParts, box.bottom() - 4},
                             mixed(ui.theme->panel, v < 0 ? ui.theme->negative : ui.theme->positive, std::sqrt(std::fabs(v))));
  }
  box.cut_left(bar > 16 ? bar + 6 : 0);
  ui.text(box, text, ui.theme->soft, kSmall);
}

void Drawing::image(const std::string& name, Rect box, const std::string& title, std::string_view shorter, const std::vector<float>& values, bool is_input) {
  s.caption(box.cut_top(16), title, shorter);
  const Rect foot = box.cut_bottom(kLegendHeight);
  const Sizes sizes = sizes_of(values);
  ImageSheet& sheet_ = sheet();
  if (is_input) {
    std::vector<std::uint8_t> pixels;
    for (const float v : values) pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(v, 0.0F, 1.0F))));
    sheet_.set_pixels(pixels, 1, image_side, image_side, here.look.version());
  } else {
    sheet_.set_numbers(values, 1, image_side, image_side, here.look.version());
    legend(foot, sizes.most);
  }
  sheet_.begin(ui);
  sheet_.draw(ui, 0, box);
  sheet_.end(ui);
  ui.draw()->AddRect(box.min(), box.max(), ui.theme->line);
  const float cell = box.w / static_cast<float>(image_side);
  const auto side = static_cast<std::size_t>(image_side);
  if (const auto at = marked_input()) {
    const ImVec2 corner{box.x + cell * static_cast<float>(*at % side), box.y + cell * static_cast<float>(*at / side)};
    ui.draw()->AddRect({corner.x - 1.5F, corner.y - 1.5F}, {corner.x + cell + 1.5F, corner.y + cell + 1.5F}, ui.theme->bad, 0, 0, 1.5F);
  }
  const Ui::Press press = s.ui.press(id + name, box);
  if (press.hovered || press.pressed) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const auto along = [&](float v) { return static_cast<std::size_t>(std::clamp(static_cast<int>(v / cell), 0, image_side - 1)); };
    const std::size_t i = along(mouse.y - box.y) * side + along(mouse.x - box.x);
    ui.tip(std::to_string(i + 1) + " · " + input_name(i) + " · " + number_text(values[i]));
    if (press.pressed) model.choose_input(static_cast<std::uint32_t>(i), look);
  }
  s.ui.note_item(id + name, title, "img", "±" + short_number(sizes.most), box);
}

std::optional<std::size_t> Drawing::strip(const std::string& name, std::string_view label, const std::vector<float>& values,
                                          const std::vector<std::size_t>& marks) {
  Rect row = column.rest.cut_top(kStrip + 3);
  row.h = kStrip;
  ui.text(row.cut_left(name.starts_with("input") ? 44 : 22), label, ui.theme->soft, kSmall);
  const Sizes sizes = sizes_of(values);
  Rect foot = row.cut_right(std::clamp(row.w * 0.24F, 56.0F, 120.0F));
  foot.cut_left(6);
  legend(foot, sizes.most);
  ImageSheet& sheet_ = sheet();
  sheet_.set_numbers(values, 1, static_cast<int>(values.size()), 1, here.look.version());
  sheet_.begin(ui);
  sheet_.draw(ui, 0, row);
  sheet_.end(ui);
  ui.draw()->AddRect(row.min(), row.max(), ui.theme->line);
  const float cell = row.w / static_cast<float>(values.size());
  for (const std::size_t at : marks) {
    const float x = row.x + cell * static_cast<float>(at);
    ui.draw()->AddRect({x - 1.5F, row.y - 1.5F}, {x + cell + 1.5F, row.bottom() + 1.5F}, ui.theme->bad, 0, 0, 1.5F);
  }
  const Ui::Press press = s.ui.press(id + name, row);
  std::optional<std::size_t> pressed;
  if (press.hovered || press.pressed) {
    const auto at = std::min(values.size() - 1, static_cast<std::size_t>(std::max(0.0F, (ImGui::GetIO().MousePos.x - row.x) / cell)));
    ui.tip(fill(ui("passes.of_unit"), {std::to_string(at + 1), number_text(values[at])}));
    if (press.pressed) pressed = at;
  }
  std::string told;
  for (std::size_t i = 0; i < values.size() && values.size() <= kAllTold; ++i) told += (i ? ", " : "") + number_text(values[i]);
  if (told.empty())
    told = fill(ui("passes.summary"), {short_number(sizes.rms), short_number(sizes.most), std::to_string(sizes.place + 1), std::to_string(sizes.zeros)});
  s.ui.note_item(id + name, label, "img", told, row);
  if (values.size() > kAllTold || cell < 44) return pressed;
  const Rect below = column.rest.cut_top(kNumbers);
  for (std::size_t i = 0; i < values.size(); ++i)
    ui.text({row.x + cell * static_cast<float>(i), below.y - 2, cell, kNumbers}, number_text(values[i]), ui.theme->ink, kSmall, Weight::regular, Align::center);
  return pressed;
}

// The input, a neuron's weights and the two gradients; beside them, or below, how large the numbers of each layer are.
void Drawing::inputs() {
  const std::string unit = std::to_string(look.unit + 1);
  const bool wide = column.rest.w > 720;
  const std::string of_unit = fill(ui("passes.w"), {unit});
  if (image_side == 0) {
    const auto mark = marked_input();
    const std::vector<std::size_t> marks = mark ? std::vector{*mark} : std::vector<std::size_t>{};
    ui.text(column.rest.cut_top(18), of_unit, ui.theme->ink, kLabel, Weight::bold);
    const std::pair<std::string_view, const std::vector<float>*> rows[] = {
        {"x", &look.x}, {"w", &look.weight}, {"∂L/∂w", &look.d_weight}, {"∂L/∂x", &look.d_x}};
    for (std::size_t i = 0; i < std::size(rows); ++i)
      if (const auto pressed = strip("input." + std::to_string(i), rows[i].first, *rows[i].second, marks))
        model.choose_input(static_cast<std::uint32_t>(*pressed), look);
    return sizes(column.rest.cut_top(170));
  }
  constexpr float kGap = 8;
  const float all = wide ? std::min(560.0F, column.rest.w * 0.62F) : column.rest.w, side = std::min(132.0F, (all - 3 * kGap) / 4);
  Rect row = column.rest.cut_top(side + 16 + kLegendHeight);
  const auto next = [&] {
    const Rect box = row.cut_left(side);
    row.cut_left(kGap);
    return box;
  };
  image("x", next(), std::string(ui("passes.x")), "x", look.x, true);
  image("w", next(), of_unit, "w", look.weight, false);
  image("d_w", next(), std::string(ui("passes.d_w")), "∂L/∂w", look.d_weight, false);
  image("d_x", next(), "∂L/∂x", "∂L/∂x", look.d_x, false);
  sizes(wide ? row : column.rest.cut_top(170));
}

// ---- layers ----

void Drawing::layer(std::size_t l) {
  const PassesLayer& it = look.layers[l];
  const bool last = l + 1 == look.layers.size();
  const auto& hidden = s.race.experiment().lanes[s.lane].settings.network.hidden;
  column.rest.cut_top(4);
  Rect title = column.rest.cut_top(18);
  std::string name(ui("units.output"));
  if (!last && l < hidden.size())
    name = fill(ui("passes.layer"), {std::to_string(l + 1), std::to_string(it.z.size()), ui.by_id("activation." + hidden[l].activation.name)});
  if (!last) {
    const std::string zeros = fill(ui("passes.zeros"), {std::to_string(sizes_of(it.delta).zeros)});
    ui.text(title.cut_right(ui.text_width(zeros, kSmall) + 2), zeros, ui.theme->soft, kSmall, Weight::regular, Align::right);
  }
  ui.text(title, name, ui.theme->ink, kLabel, Weight::bold);
  const std::string which = std::to_string(l);
  const auto choose = [&](std::optional<std::size_t> cell) {
    if (cell && l == 0) model.choose_unit(static_cast<std::uint32_t>(*cell % it.z.size()));
  };
  choose(strip("z." + which, "z", it.z, marked(l, it.z.size())));
  if (!last)
    choose(strip("a." + which, "a", it.a, marked(l, it.a.size())));
  else if (look.probabilities.size() == it.z.size())
    choose(strip("p", "p", look.probabilities, marked(l, it.z.size())));
  choose(strip("delta." + which, "δ", it.delta, marked(l, it.z.size())));
}

void Drawing::sizes(Rect box) const {
  std::vector<BarSeries> series{{std::string(ui("passes.rms")), ui.theme->positive, {}, {}},
                                {std::string(ui("passes.most")), ui.theme->faint, {}, {}},
                                {std::string(ui("passes.gradient")), ui.theme->negative, {}, {}}};
  BarSpec spec{.id = id + "sizes", .title = std::string(ui("passes.bars")), .groups = {}, .most = 0, .least = 1};
  for (std::size_t l = 0; l < look.layers.size(); ++l) {
    spec.groups.push_back(l + 1 == look.layers.size() ? std::string(ui("units.output")) : std::to_string(l + 1));
    const Sizes delta = sizes_of(look.layers[l].delta);
    for (const auto& [which, value] : {std::pair{0U, delta.rms}, {1U, delta.most}, {2U, look.layers[l].gradient_rms}}) {
      series[which].values.push_back(value);
      if (std::isfinite(value)) spec.most = std::max(spec.most, value);
    }
  }
  if (spec.most == 0) spec.most = 1;
  spec.least = spec.most / 10; // a decade at least
  float x = box.x;
  const Rect names = box.cut_top(16);
  for (const BarSeries& each : series) {
    const float width = ui.text_width(each.label, kSmall);
    if (x + width + 12 > names.right()) break;
    ui.draw()->AddRectFilled({x, names.y + 4}, {x + 8, names.y + 12}, each.color, 2);
    ui.text({x + 12, names.y, width + 2, names.h}, each.label, ui.theme->soft, kSmall);
    x += width + 24;
  }
  bars(s.ui, box, spec, series);
}

// ---- paths ----

void Drawing::path_row(std::size_t i) {
  const PassesPath& p = look.paths[i];
  const bool open = model.open(look) == i;
  const std::string name = path_name(p), value = short_number(p.product);
  Rect row = column.rest.cut_top(ui.touch ? 40 : 24);
  const std::string button = id + "path." + std::to_string(i);
  const Ui::Press press = s.ui.press(button, row);
  if (press.hovered) ui.draw()->AddRectFilled(row.min(), row.max(), ui.theme->fill, 4);
  const Rect whole = row;
  ui.icon(row.cut_left(20), open ? Icon::chevron_up : Icon::chevron_down, ui.theme->soft);
  ui.text(row.cut_right(76), value, p.product < 0 ? ui.theme->negative : ui.theme->positive, kLabel, Weight::bold, Align::right);
  ui.text(row, name, ui.theme->ink, kLabel);
  s.ui.note_item(button, name, "button", value, whole);
  if (open) {
    column.rest.cut_left(20);
    const float x = column.rest.x;
    column.paragraph(product_symbols(p), ui.theme->soft);
    const std::string product = product_text(p);
    const Rect before = column.rest;
    column.paragraph(product, ui.theme->ink);
    s.ui.note_item(id + "product", product_symbols(p), "status", product, {x, before.y, before.w, column.rest.y - before.y});
    column.rest.x -= 20, column.rest.w += 20;
    column.rest.cut_top(4);
  }
  if (press.pressed) model.press_path(i, look);
}

void Drawing::paths() {
  column.rest.cut_top(kGrid);
  Rect head = column.rest.cut_top(ui.control_height());
  if (s.side == 0) {
    const std::string shown = look.input < 0 ? std::string() : std::to_string(look.input + 1);
    s.ui.number("view.input", head.cut_right(56), ui("passes.input"), shown, ui("help.passes.input"));
    head.cut_right(6);
    s.ui.label("view.input", head.cut_right(std::min(head.w * 0.5F, ui.text_width(ui("passes.input")) + 2)), ui("passes.input"), ui("help.passes.input"));
  }
  ui.text(head, ui("passes.paths"), ui.theme->ink, kLabel, Weight::bold);
  const std::string end = look.input < 0 ? std::string(ui("passes.inputs")) : input_name(static_cast<std::size_t>(look.input));
  if (!is_finite(look)) return column.paragraph(ui("passes.not_finite"), ui.theme->soft);
  if (look.paths.empty()) return column.paragraph(ui("passes.none"), ui.theme->soft);
  double shown = 0;
  for (const PassesPath& p : look.paths) shown += std::fabs(p.product);
  std::string words =
      fill(ui("passes.say"), {end, grouped(look.path_count), std::to_string(look.paths.size()), short_number(100 * shown / look.path_size) + " %"});
  if (look.input >= 0)
    words += between_sentences(ui) + fill(ui("passes.sum"), {short_number(static_cast<double>(look.d_x[static_cast<std::size_t>(look.input)]))});
  column.paragraph(words, ui.theme->soft);
  column.rest.cut_top(4);
  for (std::size_t i = 0; i < look.paths.size(); ++i) path_row(i);
}

// ---- what is looked at ----

void PassesView::controls(const ViewPlace& s, const PassesLook* look, Rect& box) {
  Ui& ui = s.ui;
  Rect row = box.cut_top(ui.control_height() + 4);
  row.h = ui.control_height();
  const float h = row.h;
  if (s.side == 0) {
    ui.label("view.example", row.cut_left(ui.text_width(ui("passes.example")) + 6), ui("passes.example"), ui("help.passes.example"));
    if (ui.icon_button("view.example.back", row.cut_left(h), Icon::step_back, ui("passes.back"), look != nullptr)) model_.turn(-1, *look);
    row.cut_left(2);
    ui.number("view.example", row.cut_left(60), ui("passes.example"), std::to_string((look ? look->place : model_.question().place) + 1),
              ui("help.passes.example"));
    row.cut_left(2);
    if (ui.icon_button("view.example.next", row.cut_left(h), Icon::step, ui("passes.next"), look != nullptr)) model_.turn(1, *look);
    row.cut_left(kGrid);
    ui.label("view.unit", row.cut_left(ui.text_width(ui("passes.unit")) + 6), ui("passes.unit"), ui("help.passes.unit"));
    ui.number("view.unit", row.cut_left(52), ui("passes.unit"), std::to_string((look ? look->unit : model_.question().unit) + 1), ui("help.passes.unit"));
    row.cut_left(kGrid);
  }
  if (!look) return;
  const std::string loss = short_number(look->loss);
  const std::string words = look->probabilities.empty()
                                ? fill(ui("passes.target"), {short_number(look->target), loss})
                                : fill(ui("passes.truth"), {class_of(s, look->label), number_text(look->probabilities[look->label]), loss});
  const Rect place = ui.text_width(words, kLabel) <= row.w ? row : box.cut_top(18);
  ui.text(place, words, ui.theme->ink, kLabel);
  ui.note_item("passes." + std::to_string(s.side) + ".truth", ui("passes.example"), "status", words, place);
}

void PassesView::draw(const ViewPlace& s, Rect box) {
  Side& here = sides_[s.side];
  const auto* look = here.look.want(s.race, s.lane, model_.question());
  if (look) model_.fit(*look);
  controls(s, look, box);
  if (!look || look->layers.empty()) return s.waiting(box, here.look);
  const std::string name = "passes" + std::to_string(s.side);
  Column column(s.ui, name.c_str(), {box.x - kPadding, box.y, box.w + 2 * kPadding, box.h}, false);
  Drawing drawing{s, *look, here, model_, column};
  drawing.inputs();
  for (std::size_t l = 0; l < look->layers.size(); ++l) drawing.layer(l);
  drawing.paths();
}

} // namespace

const ViewRow kPassesView{.id = "passes", .needs = Needs::anything, .make = make_view<PassesView>, .height_share = 0.5F};

} // namespace downhill
