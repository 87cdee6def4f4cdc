// 3. DataLoader: the order of an epoch, cut into batches.
#include "app/labs/cases/parts.hpp"

#include <algorithm>

namespace downhill::walk {
namespace {

class LoaderPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override { return type_batch(lab_, id, text); }
  bool press(const std::string& id) override { return press_batch(lab_, id); }
  void add_fields(Json& out) const override { add_batch_fields(lab_, out); }
  std::string spoken() const override { return sum_text() + (lab_.controls().language == Language::zh ? "" : " ") + batch_text(); }

private:
  std::string sum_text() const;
  std::string batch_text() const;
  void cells(Column& column);
  void batch_pictures(Column& column);
  CasePictures pictures_;
};

// How many iterations, and what becomes of the rest.
std::string LoaderPart::sum_text() const {
  const LoaderLook look = loader_look(lab_.model().settings());
  if (look.left > 0) return fill(tr("cases.loader_drops"), {std::to_string(look.left)});
  if (look.last != look.batch) return fill(tr("cases.loader_last"), {std::to_string(look.last), std::to_string(look.batch)});
  return fill(tr("cases.loader_even"), {std::to_string(look.batch)});
}

std::string LoaderPart::batch_text() const {
  const CasesModel& model = lab_.model();
  const auto& batch = model.batches()[static_cast<std::size_t>(model.batch())];
  constexpr std::size_t kToldMost = 24;
  std::string indices;
  for (std::size_t i = 0; i < std::min(kToldMost, batch.size()); ++i) indices += (i == 0 ? "" : ", ") + std::to_string(batch[i]);
  if (batch.size() > kToldMost) indices += ", …";
  return fill(tr("cases.batch_holds"), {std::to_string(model.epoch()), std::to_string(model.batch()), std::to_string(batch.size()), indices});
}

// A square for each picture in the order of the epoch, the darker the larger its index; a gap between batches.
void LoaderPart::cells(Column& column) {
  Ui& ui = lab_.controls();
  CasesModel& model = lab_.model();
  const auto& batches = model.batches();
  const std::int64_t count = model.settings().count(CasePart::train);
  const float cell = count <= 300 ? 13.0F : count <= 1200 ? 9.0F : count <= 4000 ? 6.0F : 4.0F, gap = cell * 0.6F;
  const Rect all = column.rest;
  ImDrawList* list = ui.draw();
  const auto shade = [&](std::uint32_t index) {
    return mixed(ui.theme->panel, ui.theme->accent, 0.12 + 0.88 * static_cast<double>(index) / static_cast<double>(std::max<std::int64_t>(1, count - 1)));
  };
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool over = ImGui::IsWindowHovered();
  std::optional<std::size_t> under;
  std::uint32_t under_index = 0;
  float x = all.x, y = all.y + 2;
  std::vector<Rect> chosen; // what of the batch stands in one row
  for (std::size_t b = 0; b < batches.size(); ++b) {
    const bool now = static_cast<std::int64_t>(b) == model.batch();
    for (const std::uint32_t index : batches[b]) {
      if (x + cell > all.right()) x = all.x, y += cell + 3;
      list->AddRectFilled({x, y}, {x + cell - 1, y + cell - 1}, shade(index));
      if (over && mouse.x >= x && mouse.x < x + cell && mouse.y >= y && mouse.y < y + cell + 3) under = b, under_index = index;
      if (now && (chosen.empty() || chosen.back().y != y)) chosen.push_back({x, y, 0, cell - 1});
      if (now) chosen.back().w = x + cell - 1 - chosen.back().x;
      x += cell;
    }
    x += gap;
  }
  const LoaderLook look = loader_look(model.settings());
  for (std::int64_t k = 0; k < look.left; ++k) { // that no batch has
    if (x + cell > all.right()) x = all.x, y += cell + 3;
    list->AddRect({x + 0.5F, y + 0.5F}, {x + cell - 1.5F, y + cell - 1.5F}, ui.theme->faint);
    x += cell;
  }
  for (const Rect& row : chosen) list->AddRect({row.x - 1.5F, row.y - 1.5F}, {row.right() + 1.5F, row.bottom() + 1.5F}, ui.theme->negative, 1, 0, 1.5F);
  const Rect area{all.x, all.y, all.w, y + cell + 4 - all.y};
  column.rest.cut_top(area.h + kHalf);
  const bool pressed = ui.press("cases.cells", area).pressed && under;
  ui.note_item("cases.cells", ui("cases.cells"), "img", fill(ui("cases.cells_value"), {std::to_string(batches.size()), std::to_string(model.batch())}), area,
               true, ui("help.cases.cells"));
  if (under) ui.tip(fill(ui("cases.cell"), {std::to_string(under_index), std::to_string(*under)}));
  if (pressed) model.set_batch(static_cast<std::int64_t>(*under)), model.work("loader");
}

void LoaderPart::batch_pictures(Column& column) {
  Ui& ui = lab_.controls();
  const CasesModel& model = lab_.model();
  const auto& batch = model.batches()[static_cast<std::size_t>(model.batch())];
  constexpr std::size_t kSeenMost = 128;
  constexpr float kPicture = 28, kPitch = kPicture + 3;
  const auto across = static_cast<std::size_t>(std::max(1.0F, column.rest.w / kPitch));
  std::vector<std::uint32_t> places(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(std::min(batch.size(), kSeenMost)));
  const Rect area = column.rest.cut_top(kPitch * static_cast<float>((places.size() + across - 1) / across));
  std::vector<Rect> boxes;
  for (std::size_t i = 0; i < places.size(); ++i)
    boxes.push_back({area.x + kPitch * static_cast<float>(i % across), area.y + kPitch * static_cast<float>(i / across), kPicture, kPicture});
  pictures_.show(lab_, CasePart::train, places);
  pictures_.draw(ui, boxes);
  if (batch.size() > kSeenMost) column.paragraph(fill(ui("cases.seen_most"), {std::to_string(kSeenMost)}), ui.theme->soft);
  ui.note_item("cases.batch_pictures", ui("cases.batch_pictures"), "img", std::to_string(places.size()), area);
}

void LoaderPart::picture(Rect box, Room) {
  Ui& ui = lab_.controls();
  const CasesModel& model = lab_.model();
  Column column(ui, "cases.loader", {box.x - kPadding, box.y - kHalf, box.w + 2 * kPadding, box.h + kGrid}, false);
  const LoaderLook look = loader_look(model.settings());
  code_answer(lab_, column, "cases.len_loader", "loader", "len(train_loader)", look.formula);
  say(lab_, column, "cases.loader_sum", ui("cases.loader_sum"), sum_text(), ui.theme->soft);
  say(lab_, column, "cases.order", ui("cases.order"), std::string(model.settings().shuffle ? ui("cases.shuffled") : ui("cases.in_order")), ui.theme->soft);
  cells(column);
  say(lab_, column, "cases.batch_now", ui("cases.batch_now"), batch_text(), ui.theme->ink);
  if (model.data()) batch_pictures(column);
}

void LoaderPart::setup(Column& column) {
  Ui& ui = lab_.controls();
  const FieldId id{{}, "/batch"};
  const FieldInfo info = lab_.field_of("/batch");
  const std::string label = field_label(id.pointer);
  if (info.value.is_number()) {
    field_slider(lab_, column, "/batch",
                 {.least = 1, .most = static_cast<double>(lab_.model().settings().count(CasePart::train)), .logarithmic = true, .parts = 1, .digits = 2});
  } else {
    const Rect box = column.field(id.text(), label, 72, field_help(info, id.pointer));
    ui.number(id.text(), box, label, field_text(info), field_help(info, id.pointer));
  }
  field_check(lab_, column, "/shuffle");
  field_check(lab_, column, "/drop_last");
  field_slider(lab_, column, "/workers", {.least = 0, .most = 16, .parts = 1});
  const std::int64_t workers = lab_.model().settings().workers;
  column.paragraph(workers == 0   ? std::string(ui("cases.no_workers"))
                   : workers == 1 ? std::string(ui("cases.one_worker"))
                                  : fill(ui("cases.workers"), {std::to_string(workers)}),
                   ui.theme->soft);
  column.rule();
  batch_choice(lab_, column);
}

std::string LoaderPart::csv(std::string_view plot) const {
  if (plot != "view") return {};
  const CasesModel& model = lab_.model();
  std::string out = "epoch,batch,place_in_batch,index\n";
  for (std::size_t b = 0; b < model.batches().size(); ++b)
    for (std::size_t i = 0; i < model.batches()[b].size(); ++i)
      out += std::to_string(model.epoch()) + "," + std::to_string(b) + "," + std::to_string(i) + "," + std::to_string(model.batches()[b][i]) + "\n";
  return out;
}

} // namespace

std::unique_ptr<Part> loader_part(CasesLab& lab) { return std::make_unique<LoaderPart>(lab); }

} // namespace downhill::walk
