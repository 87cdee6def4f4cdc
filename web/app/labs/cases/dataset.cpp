// 2. Dataset: __init__, __len__ and __getitem__, and what one index gives.
#include "app/labs/cases/parts.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

class DatasetPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  float share() const override { return 0.74F; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void add_fields(Json& out) const override {
    out.push_back(form_line("cases.item", tr("cases.item"), tr("help.cases.item"), std::to_string(lab_.model().item())));
  }
  std::string spoken() const override;
  std::uint64_t news() const override { return pixel_; }

private:
  std::string pixel_text(std::span<const std::uint8_t> picture) const;
  void expressions(Column& column, const CaseItem& item);
  void by_keys(Rect at, std::span<const std::uint8_t> picture);
  void neighbours(Column& column);
  float numbers(Rect box, std::span<const std::uint8_t> picture);
  std::size_t width() const { return picture_size(lab_.model().settings()).width; }
  std::size_t pixel_ = 14 * kCaseSide + 14; // which one's number is told
  CasePictures strip_;
};

std::string number_text(double value) { return setting(std::round(value * 10000) / 10000); }

std::string DatasetPart::pixel_text(std::span<const std::uint8_t> picture) const {
  return fill(tr("cases.pixel_reads"),
              {std::to_string(pixel_ / width()), std::to_string(pixel_ % width()), std::to_string(picture[pixel_]), number_text(picture[pixel_] / 255.0)});
}

std::string DatasetPart::spoken() const {
  const CasesModel& model = lab_.model();
  if (!model.data()) return {};
  const auto i = static_cast<std::size_t>(model.item());
  return fill(tr("cases.item_spoken"), {std::to_string(i), lab_.answer_text(CasePart::train, i)});
}

// What the three methods give.
void DatasetPart::expressions(Column& column, const CaseItem& item) {
  const CasesModel& model = lab_.model();
  const CaseSettings& s = model.settings();
  const std::string n = grouped(static_cast<double>(s.count(CasePart::train))), i = std::to_string(model.item());
  code_answer(lab_, column, "cases.init", "init", std::string("train_set = ") + (s.own ? "Examples" : "Pictures") + "(*train_part)",
              fill(tr("cases.init_gives"), {n}));
  code_answer(lab_, column, "cases.len", "len", "len(train_set)", n);
  std::string y = s.kind == CaseKind::scores ? setting(std::round(10000 * item.answer) / 10000) : setting(item.answer);
  if (s.kind != CaseKind::scores) y += " (" + lab_.class_name(item.example.kind) + ")";
  code_answer(lab_, column, "cases.getitem", "getitem", "x, y = train_set[" + i + "]",
              fill(tr("cases.getitem_gives"), {tensor_text(picture_tensor(s)), tensor_text(answer_tensor(s)), y}));
}

// The pixel that is told, moved by keys.
void DatasetPart::by_keys(Rect at, std::span<const std::uint8_t> picture) {
  Ui& ui = lab_.controls();
  const std::string id = "cases.pixel";
  if (ui.nudged == id) {
    ui.nudged.clear();
    const auto by = static_cast<std::ptrdiff_t>(std::lround(static_cast<double>(ui.nudge) * static_cast<double>(picture.size())));
    const std::ptrdiff_t step = by == 0 ? (ui.nudge > 0 ? 1 : -1) : by;
    pixel_ =
        static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(pixel_) + step, 0, static_cast<std::ptrdiff_t>(picture.size()) - 1));
  }
  if (Item* item = ui.note_item(id, ui("cases.pixel"), "slider", pixel_text(picture), at, true, ui("help.cases.pixel")))
    item->position = static_cast<float>(pixel_) / static_cast<float>(picture.size() - 1), item->by_keys = true;
}

// The pictures before and after it, to be pressed.
void DatasetPart::neighbours(Column& column) {
  Ui& ui = lab_.controls();
  CasesModel& model = lab_.model();
  constexpr float kSmallPicture = 34, kPitch = kSmallPicture + 6;
  const Rect row = column.rest.cut_top(kSmallPicture + 18);
  const auto fits = std::max<std::int64_t>(1, static_cast<std::int64_t>(row.w / kPitch)), count = model.settings().count(CasePart::train);
  const std::int64_t shown = std::min(fits, count), from = std::clamp<std::int64_t>(model.item() - shown / 2, 0, count - shown);
  std::vector<std::uint32_t> places;
  std::vector<Rect> boxes;
  for (std::int64_t k = 0; k < shown; ++k) {
    places.push_back(static_cast<std::uint32_t>(from + k));
    boxes.push_back({row.x + static_cast<float>(k) * kPitch + 2, row.y + 2, kSmallPicture, kSmallPicture});
  }
  strip_.show(lab_, CasePart::train, places);
  strip_.draw(ui, boxes);
  for (std::size_t k = 0; k < places.size(); ++k) {
    const std::string id = "cases.near." + std::to_string(k), number = std::to_string(places[k]);
    const bool now = places[k] == static_cast<std::uint32_t>(model.item());
    if (ui.press(id, boxes[k]).pressed) model.set_item(places[k]), model.work("getitem");
    if (now) ui.draw()->AddRect({boxes[k].x - 2, boxes[k].y - 2}, {boxes[k].right() + 2, boxes[k].bottom() + 2}, ui.theme->accent, 3, 0, 2);
    ui.text({boxes[k].x - 3, boxes[k].bottom() + 1, kPitch, 14}, number, now ? ui.theme->accent : ui.theme->soft, kSmall, now ? Weight::bold : Weight::regular,
            Align::center);
    ui.explained(id, fill(ui("cases.near"), {number}), "button", lab_.answer_text(CasePart::train, places[k]), boxes[k], ui("help.cases.near"));
  }
}

// Some of the tensor's numbers, those about the pixel, each on its grey. Returns the height.
float DatasetPart::numbers(Rect box, std::span<const std::uint8_t> picture) {
  Ui& ui = lab_.controls();
  constexpr std::size_t kNear = 5;
  const std::size_t wide = width(), tall = picture.size() / wide, across = std::min(kNear, wide), down = std::min(kNear, tall);
  const auto first = [&](std::size_t at, std::size_t all, std::size_t shown) { return std::min(at > kNear / 2 ? at - kNear / 2 : 0, all - shown); };
  const std::size_t row = first(pixel_ / wide, tall, down), column = first(pixel_ % wide, wide, across);
  const auto slice = [&](std::size_t from, std::size_t shown) { return std::to_string(from) + ":" + std::to_string(from + shown); };
  const std::string code = "x[0, " + slice(row, down) + ", " + slice(column, across) + "]";
  const float cell = std::min(38.0F, box.w / kNear);
  ui.text({box.x, box.y, box.w, 20}, code, ui.theme->soft, kLabel, Weight::bold);
  const auto [paper, ink] = ImageSheet::shades(ui);
  std::string words;
  for (std::size_t r = 0; r < down; ++r)
    for (std::size_t c = 0; c < across; ++c) {
      const std::size_t at = (row + r) * wide + column + c;
      const Rect square{box.x + cell * static_cast<float>(c), box.y + 22 + cell * static_cast<float>(r), cell, cell};
      const double share = picture[at] / 255.0;
      const std::string number = setting(std::round(share * 100) / 100);
      ui.draw()->AddRectFilled(square.min(), square.max(), mixed(paper, ink, share));
      ui.text(square, number, share > 0.5 ? paper : ink, kSmall, at == pixel_ ? Weight::bold : Weight::regular, Align::center);
      if (at == pixel_) ui.draw()->AddRect(square.min(), square.max(), ui.theme->negative, 0, 0, 2);
      words += (c > 0 ? ", " : r > 0 ? "; " : "") + number;
    }
  const float height = 22 + cell * static_cast<float>(down), right = cell * static_cast<float>(across);
  ui.draw()->AddRect({box.x - 0.5F, box.y + 21.5F}, {box.x + right + 0.5F, box.y + height + 0.5F}, ui.theme->line);
  ui.note_item("cases.patch", code, "img", words, {box.x, box.y, right, height});
  return height + kGrid;
}

void DatasetPart::picture(Rect box, Room) {
  if (without_data(lab_, box)) return;
  Ui& ui = lab_.controls();
  CasesModel& model = lab_.model();
  Column column(ui, "cases.dataset", {box.x - kPadding, box.y - kHalf, box.w + 2 * kPadding, box.h + kGrid}, false);
  const auto i = static_cast<std::size_t>(model.item());
  const auto picture = model.data()->picture(CasePart::train, i);
  const CaseItem item = item_of(*model.data(), CasePart::train, i);
  expressions(column, item);
  column.rest.cut_top(kHalf);
  if (model.settings().table()) {
    const std::string text = fill(ui("cases.range"), {number_text(item.least), number_text(item.most), number_text(item.mean)});
    say(lab_, column, "cases.numbers", ui("cases.numbers"), text, ui.theme->soft);
    return row_list(lab_, column, CasePart::train, i);
  }
  pixel_ = std::min(pixel_, picture.size() - 1);
  neighbours(column);
  const float side = std::clamp(std::min(column.rest.w, box.h - 190), 140.0F, 420.0F);
  const Rect large = Rect{column.rest.x, column.rest.y + 2, side, side};
  column.rest.cut_top(side + kGrid);
  if (const auto under = large_picture(ui, large, picture, width())) pixel_ = *under;
  const float square = side / static_cast<float>(width());
  const ImVec2 from{large.x + square * static_cast<float>(pixel_ % width()), large.y + square * static_cast<float>(pixel_ / width())};
  ui.draw()->AddRect({from.x - 1, from.y - 1}, {from.x + square + 1, from.y + square + 1}, ui.theme->negative, 0, 0, 2);
  by_keys(large, picture);
  // beside it, where there is room, else below
  Rect words{large.right() + kPadding, large.y, column.rest.right() - large.right() - kPadding, side};
  const bool beside = words.w > 130;
  if (!beside) words = column.rest;
  const Rect at = words;
  words.cut_top(numbers({words.x, words.y, std::min(words.w, 190.0F), 0}, picture));
  for (const std::string& text : {pixel_text(picture), fill(ui("cases.range"), {number_text(item.least), number_text(item.most), number_text(item.mean)}),
                                  fill(ui("cases.from_draw"), {grouped(static_cast<double>(item.example.place))})})
    words.cut_top(ui.paragraph(words, text, ui.theme->ink, kLabel) + kHalf);
  ui.note_item("cases.numbers", ui("cases.numbers"), "status", pixel_text(picture), {at.x, at.y, at.w, words.y - at.y});
  if (!beside) column.rest = {column.rest.x, words.y, column.rest.w, column.rest.h};
}

void DatasetPart::setup(Column& column) {
  Ui& ui = lab_.controls();
  CasesModel& model = lab_.model();
  const auto last = static_cast<double>(model.settings().count(CasePart::train) - 1);
  if (const auto to = own_slider(lab_, column, "cases.item", ui("cases.item"), ui("help.cases.item"), static_cast<double>(model.item()),
                                 {.least = 0, .most = std::max(1.0, last), .parts = 1}, std::to_string(model.item())))
    model.set_item(static_cast<std::int64_t>(*to)), model.work("getitem");
  column.paragraph(ui("cases.dataset_says"), ui.theme->soft);
}

std::optional<UserError> DatasetPart::type(const std::string& id, const std::string& text) {
  if (id != "cases.item") return {};
  CasesModel& model = lab_.model();
  const auto number = number_between(text, 0, static_cast<double>(model.settings().count(CasePart::train) - 1));
  if (!number) return number.error();
  return model.set_item(static_cast<std::int64_t>(*number)), model.work("getitem"), std::nullopt;
}

std::string DatasetPart::csv(std::string_view plot) const {
  const CasesModel& model = lab_.model();
  if (plot != "view" || !model.data()) return {};
  const auto picture = model.data()->picture(CasePart::train, static_cast<std::size_t>(model.item()));
  if (picture.empty()) { // a row of a table
    const std::vector<float> x = model.data()->input(CasePart::train, static_cast<std::size_t>(model.item()));
    std::string rows = "column,x\n";
    for (std::size_t c = 0; c < x.size(); ++c) rows += csv_text(model.data()->source().columns[c]) + "," + csv_number(static_cast<double>(x[c])) + "\n";
    return rows;
  }
  std::string out = "row,column,byte,x\n";
  for (std::size_t p = 0; p < picture.size(); ++p)
    out += std::to_string(p / width()) + "," + std::to_string(p % width()) + "," + std::to_string(picture[p]) + "," +
           csv_number(static_cast<double>(static_cast<float>(picture[p]) / 255.0F)) + "\n";
  return out;
}

} // namespace

std::unique_ptr<Part> dataset_part(CasesLab& lab) { return std::make_unique<DatasetPart>(lab); }

} // namespace downhill::walk
