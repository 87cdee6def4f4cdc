// 4. A look at a batch: its pictures with their answers, and the shapes of its tensors.
#include "app/labs/cases/parts.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::walk {
namespace {

constexpr std::size_t kSeenMost = 256; // pictures of a batch that are shown

class LookPart final : public Part {
public:
  using Part::Part;
  void picture(Rect box, Room room) override;
  void setup(Column& column) override;
  float share() const override { return 0.62F; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override { return type_batch(lab_, id, text); }
  bool press(const std::string& id) override;
  void add_fields(Json& out) const override;
  void look_anew() override { chosen_ = 0; }
  std::string spoken() const override { return lab_.model().data() ? chosen_text() : std::string(); }
  std::uint64_t news() const override { return chosen_; }

private:
  const std::vector<std::uint32_t>& batch() const { return lab_.model().batches()[static_cast<std::size_t>(lab_.model().batch())]; }
  std::size_t chosen() const { return std::min(chosen_, batch().size() - 1); }
  std::string chosen_text() const;
  std::string values_text() const;
  void sheet(Column& column);
  std::size_t chosen_ = 0; // a place in the batch
  CasePictures pictures_;
};

std::string LookPart::chosen_text() const {
  const std::uint32_t index = batch()[chosen()];
  const CaseItem item = item_of(*lab_.model().data(), CasePart::train, index);
  const auto number = [](double value) { return setting(std::round(1000 * value) / 1000); };
  return fill(tr("cases.chosen"), {std::to_string(chosen()), std::to_string(index), lab_.answer_text(CasePart::train, index), number(item.least),
                                   number(item.most), number(item.mean)});
}

// The numbers of y, as far as they fit.
std::string LookPart::values_text() const {
  constexpr std::size_t kToldMost = 16;
  std::string out;
  for (std::size_t i = 0; i < std::min(kToldMost, batch().size()); ++i)
    out += (i == 0 ? "" : ", ") + setting(std::round(100 * item_of(*lab_.model().data(), CasePart::train, batch()[i]).answer) / 100);
  return out + (batch().size() > kToldMost ? ", …" : "");
}

void LookPart::sheet(Column& column) {
  Ui& ui = lab_.controls();
  const bool scored = lab_.model().settings().kind == CaseKind::scores;
  const float side = column.rest.w < 360 ? 40.0F : 48.0F, pitch = side + 10, rise = side + 20;
  const auto across = static_cast<std::size_t>(std::max(1.0F, column.rest.w / pitch));
  const std::vector<std::uint32_t> places(batch().begin(), batch().begin() + static_cast<std::ptrdiff_t>(std::min(kSeenMost, batch().size())));
  const Rect area = column.rest.cut_top(rise * static_cast<float>((places.size() + across - 1) / across));
  std::vector<Rect> boxes;
  for (std::size_t i = 0; i < places.size(); ++i)
    boxes.push_back({area.x + 4 + pitch * static_cast<float>(i % across), area.y + 3 + rise * static_cast<float>(i / across), side, side});
  pictures_.show(lab_, CasePart::train, places);
  pictures_.draw(ui, boxes);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::string id = "cases.of_batch." + std::to_string(i), answer = lab_.answer_text(CasePart::train, places[i]);
    const bool now = i == chosen();
    if (ui.press(id, boxes[i]).pressed) chosen_ = i, lab_.model().work("batch");
    if (now) ui.draw()->AddRect({boxes[i].x - 2, boxes[i].y - 2}, {boxes[i].right() + 2, boxes[i].bottom() + 2}, ui.theme->accent, 3, 0, 2);
    ui.text({boxes[i].x - 5, boxes[i].bottom() + 1, pitch, 14}, answer, now ? ui.theme->accent : ui.theme->soft, kSmall,
            now || scored ? Weight::bold : Weight::regular, Align::center);
    ui.explained(id, fill(ui("cases.near"), {std::to_string(places[i])}), "button", answer, boxes[i], ui("help.cases.of_batch"));
  }
}

void LookPart::picture(Rect box, Room) {
  if (without_data(lab_, box)) return;
  Ui& ui = lab_.controls();
  Column column(ui, "cases.look", {box.x - kPadding, box.y - kHalf, box.w + 2 * kPadding, box.h + kGrid}, false);
  const auto size = static_cast<std::int64_t>(batch().size());
  code_answer(lab_, column, "cases.shapes", "batch", "x, y = next(iter(train_loader))",
              "x: " + tensor_text(picture_tensor(lab_.model().settings(), size)) + "; y: " + tensor_text(answer_tensor(lab_.model().settings(), size)));
  code_answer(lab_, column, "cases.y_values", "batch", "y", values_text());
  if (lab_.model().epoch() > 0 || lab_.model().batch() > 0) column.paragraph(ui("cases.not_first"), ui.theme->soft);
  say(lab_, column, "cases.chosen", ui("cases.chosen_label"), chosen_text(), ui.theme->ink);
  sheet(column);
  if (batch().size() > kSeenMost) column.paragraph(fill(ui("cases.seen_most"), {std::to_string(kSeenMost)}), ui.theme->soft);
}

bool LookPart::press(const std::string& id) {
  if (id != "cases.to_dataset") return press_batch(lab_, id);
  lab_.model().set_item(batch()[chosen()]);
  lab_.put("/station", "dataset");
  lab_.model().work("getitem");
  return true;
}

void LookPart::setup(Column& column) {
  Ui& ui = lab_.controls();
  batch_choice(lab_, column);
  const std::string_view lead = ui("cases.to_dataset");
  Rect row = column.row();
  if (ui.button("cases.to_dataset", row.cut_left(std::min(row.w, ui.text_width(lead) + 24)), lead)) return void(press("cases.to_dataset"));
  column.paragraph(ui("cases.look_says"), ui.theme->soft);
}

void LookPart::add_fields(Json& out) const {
  add_batch_fields(lab_, out);
  out.push_back(form_button("cases.to_dataset", tr("cases.to_dataset"), tr("help.control.cases.to_dataset")));
}

std::string LookPart::csv(std::string_view plot) const {
  if (plot != "view" || !lab_.model().data()) return {};
  std::string out = "place_in_batch,index,answer\n";
  for (std::size_t i = 0; i < batch().size(); ++i)
    out += std::to_string(i) + "," + std::to_string(batch()[i]) + "," + csv_number(item_of(*lab_.model().data(), CasePart::train, batch()[i]).answer) + "\n";
  return out;
}

} // namespace

std::unique_ptr<Part> look_part(CasesLab& lab) { return std::make_unique<LookPart>(lab); }

} // namespace downhill::walk
