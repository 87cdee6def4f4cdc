// Numbers as they stand in the pictures and tables: what is given can be typed and dragged, what is worked out can be pressed.
#include "app/labs/backprop/parts.hpp"

#include "core/worked_text.hpp"

#include <algorithm>
#include <cmath>

namespace downhill::chain {
namespace {

constexpr float kDragFrom_px = 3, kPerGrain_px = 3;
constexpr double kGrain = 0.01;

double dragged_to(double from, float by_px) { return std::round((from + kGrain * std::round(static_cast<double>(by_px / kPerGrain_px))) * 1e6) / 1e6; }

} // namespace

std::string seen_text(const Scene& s, const Quantity& q, int digits) {
  switch (s.model.sight(q)) {
  case Sight::ahead: return {};
  case Sight::asked: return "?";
  case Sight::seen: break;
  }
  return written(s.model.shown().of(q), digits);
}

std::uint32_t color_of(const Scene& s, const Quantity& q) {
  switch (entry_of(q.kind).stage) {
  case Stage::given: return s.ui.theme->ink;
  case Stage::forward:
  case Stage::loss: return s.ui.theme->accent;
  case Stage::backward: return s.ui.theme->bad;
  case Stage::update: break;
  }
  return s.ui.theme->violet;
}

// Whether it is seen whole; what is half outside a picture that is dragged about is drawn, and no control. In a list that scrolls the keyboard
// can go to what is above and below.
bool whole(const Ui& ui, Rect box) {
  const ImVec2 low = ui.draw()->GetClipRectMin(), high = ui.draw()->GetClipRectMax();
  const bool across = box.x >= low.x - 0.5F && box.right() <= high.x + 0.5F;
  return across && (ImGui::GetScrollMaxY() > 0 || (box.y >= low.y - 0.5F && box.bottom() <= high.y + 0.5F));
}

// Another place has entered it already: one number is one control for keys and screen readers.
bool noted(const Ui& ui, const std::string& id) {
  return std::any_of(ui.items.begin(), ui.items.end(), [&](const Item& item) { return item.id == id; });
}

void number(const Scene& s, const Quantity& q, Rect box, const NumberLook& look) {
  Ui& ui = s.ui;
  std::string text = seen_text(s, q, look.digits);
  if (text.empty()) return;
  // fewer digits rather than a number cut off
  for (int digits = look.digits - 1; digits >= 3 && ui.text_width(std::string(look.before) + text, look.size, Weight::bold) > box.w - 4; --digits)
    text = seen_text(s, q, digits);
  const bool asked = s.model.sight(q) == Sight::asked, chosen = s.model.focus() == q;
  const std::string all = std::string(look.before) + text;
  const float width = std::min(box.w, ui.text_width(all, look.size) + 6);
  const float x = look.align == Align::left ? box.x : look.align == Align::right ? box.right() - width : box.x + (box.w - width) / 2;
  const Rect tight{x, box.y, width, box.h};
  const std::string id = std::string(kNumberId) + name_of(q);
  const bool control = whole(ui, tight);
  const Ui::Press press = control ? ui.press(id, tight) : Ui::Press{};
  if (asked) {
    ui.draw()->AddRectFilled(tight.min(), tight.max(), ui.theme->note, 4);
    ui.draw()->AddRect(tight.min(), tight.max(), ui.theme->accent, 4);
  } else if (chosen || press.hovered) {
    ui.draw()->AddRectFilled(tight.min(), tight.max(), chosen ? ui.theme->note : ui.theme->fill, 4);
  }
  ui.text(tight.inset(1, 0), all, color_of(s, q), look.size, s.model.is_lit(q) ? Weight::bold : Weight::regular, Align::center);
  if (!control) return;
  const std::string value = asked ? std::string(ui("backprop.asked")) : written(s.model.shown().of(q));
  if (!noted(ui, id)) ui.note_item(id, s.symbol(q), "radio", chosen ? "true" : "false", tight, true, s.symbol(q) + " = " + value);
  ui.tip(s.symbol(q) + " = " + value);
  if (press.pressed) s.lab.later([&model = s.model, q] { return model.choose(q), std::optional<UserError>(); });
}

void given(const Scene& s, const Quantity& q, Rect box, std::string_view before, Align align) {
  Ui& ui = s.ui;
  const double value = s.model.truth().of(q);
  const std::string text = exact_number(value).text, id = std::string(kGivenId) + name_of(q), symbol = s.symbol(q);
  const bool control = whole(ui, box);
  const Ui::Press press = control ? ui.press(id, box) : Ui::Press{};
  const ImGuiID instance = control ? ImGui::GetItemID() : 0; // a number may stand in several places
  if (control) ui.drag_areas.push_back(box);
  const ImVec2 by = press.held ? ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0) : ImVec2{};
  // sideways: a list that scrolls has the drags up and down
  if (press.held && !s.kept.dragged && std::fabs(by.x) > kDragFrom_px && std::fabs(by.x) > std::fabs(by.y)) s.kept.dragged = Dragged{instance, q, value};
  const bool was_dragged = control && s.kept.dragged && s.kept.dragged->instance == instance;
  if (press.held && was_dragged) {
    ui.slider_held = true;
    const auto [least, most] = s.model.range_of(q);
    const double to = std::clamp(dragged_to(s.kept.dragged->from, by.x), least, most);
    if (to != value) s.lab.later([&model = s.model, q, to] { return model.set_given(q, to, true); });
  }
  if (press.hovered || press.held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  ui.draw()->AddRectFilled(box.min(), box.max(), press.hovered || press.held ? ui.theme->fill : ui.theme->panel, 5);
  ui.draw()->AddRect(box.min(), box.max(), press.hovered || press.held ? ui.theme->accent : ui.theme->line, 5);
  if (ui.editing != id) {
    const std::string all = std::string(before) + text;
    ui.text(box.inset(4, 0), ui.text_width(all, kSmall) <= box.w - 8 ? all : text, ui.theme->ink, kSmall, Weight::regular, align);
  }
  if (!control) return;
  const std::string help = symbol + " = " + text + ". " + std::string(ui("help.backprop.given"));
  if (noted(ui, id))
    ui.tip(help);
  else
    ui.explained(id, symbol, "textbox", text, box, help);
  if (press.pressed && !was_dragged) ui.edit_request = EditRequest{id, symbol, text, box};
}

ImVec2 placed(const Scene& s, Rect box, ImVec2 size, std::optional<Rect> wanted, Pan& pan) {
  const float room_x = std::max(0.0F, size.x - box.w), room_y = std::max(0.0F, size.y - box.h);
  if (wanted && pan.followed != s.model.news() && !pan.held) {
    constexpr float kMargin = 24;
    if (wanted->x + pan.by.x < kMargin || wanted->right() + pan.by.x > box.w - kMargin) pan.by.x = box.w / 2 - wanted->x - wanted->w / 2;
    if (wanted->y + pan.by.y < kMargin || wanted->bottom() + pan.by.y > box.h - kMargin) pan.by.y = box.h / 2 - wanted->y - wanted->h / 2;
  }
  pan.followed = s.model.news();
  pan.by = {std::clamp(pan.by.x, -room_x, 0.0F), std::clamp(pan.by.y, -room_y, 0.0F)};
  return {box.x + (room_x > 0 ? pan.by.x : (box.w - size.x) / 2), box.y + (room_y > 0 ? pan.by.y : (box.h - size.y) / 2)};
}

void drag(const Scene& s, const std::string& id, Rect box, ImVec2 size, Pan& pan) {
  if (size.x <= box.w && size.y <= box.h) return pan.held.reset();
  s.ui.drag_areas.push_back(box);
  const Ui::Press press = s.ui.press(id, box);
  if (press.hovered || press.held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  if (!press.held) return pan.held.reset();
  s.ui.slider_held = true;
  if (!pan.held) pan.held = pan.by;
  const ImVec2 by = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
  pan.by = {pan.held->x + by.x, pan.held->y + by.y};
}

} // namespace downhill::chain
