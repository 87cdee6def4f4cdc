// Pictures of the case's parts, as many as are looked at, and one of them large.
#include "app/labs/cases/parts.hpp"

#include "app/core/fresh_number.hpp"

#include <algorithm>

namespace downhill::walk {

void CasePictures::show(const CasesLab& lab, CasePart part, std::span<const std::uint32_t> places) {
  const CaseData& data = *lab.model().data();
  if (of_ != data.learned || part_ != part || !std::equal(places.begin(), places.end(), places_.begin(), places_.end())) {
    of_ = data.learned, part_ = part, places_.assign(places.begin(), places.end());
    version_ = fresh_number();
    pixels_.clear();
    for (const std::uint32_t place : places) {
      const auto picture = data.picture(part, place);
      pixels_.insert(pixels_.end(), picture.begin(), picture.end());
    }
  }
  const PictureSize size = picture_size(lab.model().settings());
  if (!pixels_.empty()) sheet_.set_pixels(pixels_, places_.size(), static_cast<int>(size.width), static_cast<int>(size.height), version_);
}

void CasePictures::draw(const Ui& ui, std::span<const Rect> boxes) {
  if (places_.empty() || pixels_.empty()) return; // rows of a table have none
  sheet_.begin(ui);
  for (std::size_t i = 0; i < std::min(boxes.size(), places_.size()); ++i) sheet_.draw(ui, i, boxes[i]);
  sheet_.end(ui);
}

PictureSize picture_size(const CaseSettings& settings) {
  if (settings.shape.size() != 2) return {};
  return {static_cast<std::size_t>(settings.shape[1]), static_cast<std::size_t>(settings.shape[0])};
}

std::optional<std::size_t> large_picture(const Ui& ui, Rect box, std::span<const std::uint8_t> picture, std::size_t width) {
  const float side = box.w / static_cast<float>(width);
  box.h = side * static_cast<float>(picture.size() / width);
  ImDrawList* list = ui.draw();
  const auto [paper, ink] = ImageSheet::shades(ui);
  for (std::size_t p = 0; p < picture.size(); ++p) {
    const ImVec2 from{box.x + side * static_cast<float>(p % width), box.y + side * static_cast<float>(p / width)};
    list->AddRectFilled(from, {from.x + side, from.y + side}, mixed(paper, ink, picture[p] / 255.0));
  }
  list->AddRect({box.x - 0.5F, box.y - 0.5F}, {box.right() + 0.5F, box.bottom() + 0.5F}, ui.theme->line);
  const ImVec2 at = ImGui::GetIO().MousePos;
  if (!ImGui::IsWindowHovered() || at.x < box.x || at.y < box.y || at.x >= box.right() || at.y >= box.bottom()) return {};
  return std::min(picture.size() - 1,
                  static_cast<std::size_t>((at.y - box.y) / side) * width + std::min(width - 1, static_cast<std::size_t>((at.x - box.x) / side)));
}

} // namespace downhill::walk
