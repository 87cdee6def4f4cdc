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
  constexpr int kSide = static_cast<int>(kCaseSide);
  sheet_.set_pixels(pixels_, places_.size(), kSide, kSide, version_);
}

void CasePictures::draw(const Ui& ui, std::span<const Rect> boxes) {
  if (places_.empty()) return;
  sheet_.begin(ui);
  for (std::size_t i = 0; i < std::min(boxes.size(), places_.size()); ++i) sheet_.draw(ui, i, boxes[i]);
  sheet_.end(ui);
}

std::optional<std::size_t> large_picture(const Ui& ui, Rect box, std::span<const std::uint8_t> picture) {
  const float side = box.w / static_cast<float>(kCaseSide);
  ImDrawList* list = ui.draw();
  const auto [paper, ink] = ImageSheet::shades(ui);
  for (std::size_t p = 0; p < picture.size(); ++p) {
    const ImVec2 from{box.x + side * static_cast<float>(p % kCaseSide), box.y + side * static_cast<float>(p / kCaseSide)};
    list->AddRectFilled(from, {from.x + side, from.y + side}, mixed(paper, ink, picture[p] / 255.0));
  }
  list->AddRect({box.x - 0.5F, box.y - 0.5F}, {box.right() + 0.5F, box.bottom() + 0.5F}, ui.theme->line);
  const ImVec2 at = ImGui::GetIO().MousePos;
  if (!ImGui::IsWindowHovered() || at.x < box.x || at.y < box.y || at.x >= box.right() || at.y >= box.bottom()) return {};
  return static_cast<std::size_t>((at.y - box.y) / side) * kCaseSide + std::min(kCaseSide - 1, static_cast<std::size_t>((at.x - box.x) / side));
}

} // namespace downhill::walk
