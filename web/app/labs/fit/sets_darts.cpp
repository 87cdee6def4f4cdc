// Targets: each dart is one fitted model, the middle is f. The document's own fits, and beside them those of four settings that were
// fitted likewise.
#include "app/core/typed_number.hpp"
#include "app/labs/fit/sets.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::fitting {
namespace {

constexpr std::array<StringKey, 2> kBiasWords{"fit.sets.low_bias", "fit.sets.high_bias"}, kVarianceWords{"fit.sets.low_variance", "fit.sets.high_variance"};

} // namespace

void draw_darts(Ui& ui, Rect square, const FitDarts& darts, double reach, const std::string& id, std::string_view label) {
  ImDrawList* list = ui.draw();
  const float radius = std::min(square.w, square.h) / 2 - 3;
  const ImVec2 middle{square.x + square.w / 2, square.y + square.h / 2};
  for (const float share : {1.0F, 2.0F / 3, 1.0F / 3}) list->AddCircle(middle, radius * share, ui.theme->line, 48, 1.2F);
  const auto at = [&](const std::array<double, 2>& off) {
    return ImVec2{middle.x + radius * static_cast<float>(off[0] / reach), middle.y - radius * static_cast<float>(off[1] / reach)};
  };
  const float dot = radius > 50 ? 2.6F : 1.8F;
  for (const auto& each : darts.darts) {
    const double distance = std::sqrt(each[0] * each[0] + each[1] * each[1]);
    if (!std::isfinite(distance)) continue;
    if (distance > reach)
      list->AddCircle(at({each[0] * reach / distance, each[1] * reach / distance}), dot, ui.theme->accent, 10, 1);
    else
      list->AddCircleFilled(at(each), dot, faded(ui.theme->accent, 0.6F), 10);
  }
  list->AddCircleFilled(middle, dot + 1.4F, ui.theme->adadelta, 14);
  if (darts.bias2 <= reach * reach) { // the mean of the darts
    const ImVec2 mean = at(darts.mean);
    for (const float up : {-1.0F, 1.0F}) list->AddLine({mean.x - 4, mean.y - 4 * up}, {mean.x + 4, mean.y + 4 * up}, ui.theme->ink, 2);
  }
  ui.note_item(id, label, "img", fill(ui("fit.sets.dart_numbers"), {error_text(darts.bias2), error_text(darts.variance)}), square);
}

const FitDarts& SetsPart::darts_here() const {
  const std::pair of(fits_.version(), lab_.model().settings().place);
  if (!darts_ || of != darts_of_) darts_ = darts_at(fits_.decomposition(), fits_.fits(), of.second), darts_of_ = of;
  return *darts_;
}

// Rows: a large degree, then a small one; columns: many points, then few. What is measured says whether they may be called low and high.
void SetsPart::quarters(Rect box) {
  std::array<FitDarts, 4> each;
  std::array<const FitDarts*, 4> all{};
  for (std::size_t i = 0; i < quarters_.size(); ++i) {
    if (!quarters_[i]->complete() || quarters_[i]->decomposition().fits == 0) return;
    each[i] = darts_at(quarters_[i]->decomposition(), quarters_[i]->fits(), lab_.model().settings().place);
    all[i] = &each[i];
  }
  const QuartersApart apart = quarters_apart(all);
  const double reach = darts_reach(all);
  ui().text(box.cut_top(18), ui()("fit.sets.four"), ui().theme->soft, kSmall);
  const auto called = [&](bool apart_by, StringKey word, const std::string& setting_text) {
    return apart_by ? std::string(tr(word)) + " · " + setting_text : setting_text;
  };
  Rect heads = box.cut_top(16);
  const float side = std::clamp(std::min((box.w - 118) / 2, box.h / 2 - 2), 24.0F, 130.0F);
  const float left = std::min(118.0F, std::max(0.0F, box.w - 2 * side));
  for (const std::size_t column : {0U, 1U}) {
    const std::string text =
        called(apart.variance, kVarianceWords[column], fill(ui()("fit.sets.quarter_points"), {std::to_string(kFitQuarters[column].points)}));
    ui().text({heads.x + left + static_cast<float>(column) * (side + 4), heads.y, side, 16}, text, ui().theme->soft, kSmall, Weight::regular, Align::center);
  }
  for (const std::size_t row : {0U, 1U}) {
    const float top = box.y + static_cast<float>(row) * (side + 4);
    const std::string text = called(apart.bias, kBiasWords[row], fill(ui()("fit.sets.quarter_degree"), {std::to_string(kFitQuarters[2 * row].degree)}));
    ui().paragraph({box.x, top + side / 2 - 12, left - 6, 40}, text, ui().theme->soft, kSmall);
    for (const std::size_t column : {0U, 1U}) {
      const std::size_t i = 2 * row + column;
      const std::string label = fill(ui()("fit.sets.quarter"), {std::to_string(kFitQuarters[i].degree), std::to_string(kFitQuarters[i].points)});
      draw_darts(ui(), {box.x + left + static_cast<float>(column) * (side + 4), top, side, side}, each[i], reach, "fit.target." + std::to_string(i), label);
    }
  }
}

void SetsPart::darts(Rect box) {
  if (!fits_.any() || fits_.decomposition().fits == 0) {
    ui().text(box.cut_top(18), ui()("fit.sets.darts"), ui().theme->soft, kLabel, Weight::bold);
    ui().paragraph(box, ui()("fit.sets.darts_later"), ui().theme->soft);
    return;
  }
  const FitDarts& here = darts_here();
  ui().text(box.cut_top(18), ui()("fit.sets.darts"), ui().theme->soft, kLabel, Weight::bold);
  const FitDarts* alone[] = {&here};
  const double reach = darts_reach(alone);
  const bool beside = box.w >= 420;
  Rect own = beside ? box.cut_left(std::min(box.w * 0.46F, box.h + 190)) : box.cut_top(box.h * 0.42F);
  beside ? box.cut_left(kPadding) : box.cut_top(kGrid);
  const float side = std::clamp(std::min(own.h, own.w * 0.5F), 40.0F, 220.0F);
  draw_darts(ui(), own.cut_left(side), here, reach, "fit.target", ui()("fit.sets.darts"));
  own.cut_left(kGrid);
  const std::string text = fill(ui()("fit.sets.dart_says"), {setting(rounded_to(here.x, 6)), setting(rounded_to(here.other_x, 6)), error_text(reach),
                                                             error_text(here.bias2), error_text(here.variance)});
  ui().paragraph(own, text, ui().theme->soft, kSmall);
  quarters(box);
}

} // namespace downhill::fitting
