#include "app/ui/ui.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace downhill::ui {
namespace {

constexpr float kPanelRadius = 8, kControlRadius = 6, kSegmentPad = 8, kSegmentInner = 2;
} // namespace

void Ui::begin_frame() {
  items.clear();
  drag_areas.clear();
  scrollable_under_pointer = tip_waits = false;
  slider_held = slider_held && ImGui::IsMouseDown(ImGuiMouseButton_Left);
}

bool Ui::drags_at(ImVec2 at) const {
  const auto hit = [&](const Rect& r) { return at.x >= r.x && at.x <= r.right() && at.y >= r.y && at.y <= r.bottom(); };
  return std::any_of(drag_areas.begin(), drag_areas.end(), hit) ||
         std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.role == "slider" && !item.by_keys && item.visible && hit(item.rect); });
}

bool Ui::end_frame() {
  if (!activated.empty()) activated.erase(activated.begin());
  activation_taken_ = false;
  nudged.clear();
  revealed.clear();
  close_list = drag_cancelled = double_clicked = false;
  return !activated.empty();
}

float Ui::text_width(std::string_view text, float size, Weight weight) const {
  const Font& chosen = font(size, weight);
  want(chosen, text);
  return chosen.made->CalcTextSizeA(size, 1e9F, 0, text.data(), text.data() + text.size()).x;
}

float Ui::text(Rect box, std::string_view text, std::uint32_t color, float size, Weight weight, Align align) const {
  std::string cut;
  float width = text_width(text, size, weight);
  if (width > box.w + 0.5F) {
    // the longest beginning that fits with the dots behind it: `fits` bytes do, those after `most` don't
    const float room = box.w - text_width("…", size, weight);
    std::size_t fits = 0, most = text.size();
    while (fits < most) {
      std::size_t middle = (fits + most + 1) / 2;
      while (middle < text.size() && (static_cast<unsigned char>(text[middle]) & 0xc0) == 0x80) ++middle;
      if (middle <= most && text_width(text.substr(0, middle), size, weight) <= room)
        fits = middle;
      else
        most = (fits + most + 1) / 2 - 1;
    }
    cut = std::string(text.substr(0, fits)) + "…";
    text = cut;
    width = text_width(text, size, weight);
  }
  const float x = align == Align::left ? box.x : align == Align::right ? box.right() - width : box.x + (box.w - width) / 2;
  // the em box sits a little high in CJK faces; half a pixel of rounding keeps lines of both scripts level
  const float y = std::round((box.y + (box.h - size) / 2 - 1) * pixel_ratio_) / pixel_ratio_;
  draw()->AddText(font(size, weight).made, size, {std::round(x * pixel_ratio_) / pixel_ratio_, y}, color, text.data(), text.data() + text.size());
  return width;
}

float Ui::paragraph(Rect box, std::string_view text, std::uint32_t color, float size, bool visible) const {
  const float line_height = std::round(size * 1.55F);
  float y = box.y;
  std::size_t begin = 0;
  while (begin < text.size()) {
    // the longest run that fits, ending where a line may break: at a space, or beside a Chinese character
    std::size_t end = begin, last_break = begin;
    float width = 0;
    while (end < text.size()) {
      std::size_t next = end + 1;
      while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
      const std::string_view character = text.substr(end, next - end);
      width += text_width(character, size);
      if (width > box.w && last_break > begin) break;
      static constexpr std::string_view kFirstWide = "\u2e80"; // of the Chinese ones; ∂ and ′ belong to the letter beside them
      const bool wide = character >= kFirstWide;
      const std::string_view following = next < text.size() ? text.substr(next, 3) : std::string_view{};
      static constexpr std::string_view kClosing[] = {"，", "。", "；", "：", "、", "）", "”", "！", "？", "…", "\u202f", ",", ".", ";", ":", ")", "%"};
      const bool closing = std::any_of(std::begin(kClosing), std::end(kClosing), [&](std::string_view c) { return following.starts_with(c); });
      const bool wide_next = following >= kFirstWide;
      const bool opening = character == "（" || character == "“" || character == "(" || character == "−" || character == "\u202f";
      if (character == " " || next == text.size() || ((wide || wide_next) && !closing && !opening)) last_break = next;
      end = next;
    }
    if (end < text.size()) end = last_break;
    if (visible) this->text({box.x, y, box.w + 4, line_height}, text.substr(begin, end - begin), color, size);
    y += line_height;
    begin = end;
    while (begin < text.size() && text[begin] == ' ') ++begin;
  }
  return y - box.y;
}

void Ui::panel(Rect box) const {
  draw()->AddRectFilled(box.min(), box.max(), theme->panel, kPanelRadius);
  draw()->AddRect({box.x + 0.5F, box.y + 0.5F}, {box.right() - 0.5F, box.bottom() - 0.5F}, theme->line, kPanelRadius);
}

void Ui::dashed_line(ImDrawList* list, const std::vector<ImVec2>& points, std::uint32_t color, Dash dash, float width) {
  if (points.size() < 2) return;
  if (dash == Dash::solid) {
    list->AddPolyline(points.data(), static_cast<int>(points.size()), color, 0, width);
    return;
  }
  static constexpr float kDashed[] = {6, 3}, kDotted[] = {1.6F, 3.4F}, kDashDot[] = {7, 3, 1.6F, 3};
  const float* pattern = dash == Dash::dashed ? kDashed : dash == Dash::dotted ? kDotted : kDashDot;
  const std::size_t parts = dash == Dash::dash_dot ? 4 : 2;
  std::size_t part = 0;
  float left = pattern[0];
  std::vector<ImVec2> stroke{points[0]};
  for (std::size_t i = 1; i < points.size(); ++i) {
    ImVec2 from = points[i - 1];
    const ImVec2 to = points[i];
    float length = std::hypot(to.x - from.x, to.y - from.y);
    while (length > left) {
      const float t = left / length;
      from = {from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t};
      length -= left;
      if (part % 2 == 0) {
        stroke.push_back(from);
        list->AddPolyline(stroke.data(), static_cast<int>(stroke.size()), color, 0, width);
        stroke.clear();
      } else
        stroke.assign(1, from);
      part = (part + 1) % parts;
      left = pattern[part];
    }
    left -= length;
    if (part % 2 == 0) stroke.push_back(to);
  }
  if (part % 2 == 0 && stroke.size() > 1) list->AddPolyline(stroke.data(), static_cast<int>(stroke.size()), color, 0, width);
}

Ui::Press Ui::press(const std::string& id, Rect box, bool enabled) {
  ImGui::SetCursorScreenPos(box.min());
  ImGui::BeginDisabled(!enabled);
  bool pressed = ImGui::InvisibleButton(id.c_str(), {std::max(1.0F, box.w), std::max(1.0F, box.h)});
  if (!activated.empty() && activated.front() == id && !activation_taken_) activation_taken_ = true, pressed = enabled;
  const Press out{pressed, enabled && ImGui::IsItemHovered(), enabled && ImGui::IsItemActive()};
  ImGui::EndDisabled();
  if (out.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  return out;
}

Item* Ui::note_item(std::string id, std::string_view label, std::string role, std::string value, Rect rect, bool enabled, std::string_view help) {
  // what has scrolled out of its panel is not visible, but the keyboard can go there
  const ImVec2 low = draw()->GetClipRectMin(), high = draw()->GetClipRectMax();
  const bool out = rect.bottom() <= low.y || rect.y >= high.y, whole = rect.y >= low.y - 0.5F && rect.bottom() <= high.y + 0.5F;
  const bool scrolls = ImGui::GetCurrentWindowRead()->ParentWindow && ImGui::GetScrollMaxY() > 0;
  if (rect.right() <= low.x || rect.x >= high.x || (out && !scrolls)) return nullptr;
  if (scrolls && !whole && id == revealed) ImGui::SetScrollY(ImGui::GetScrollY() + (rect.y < low.y ? rect.y - low.y - kHalf : rect.bottom() - high.y + kHalf));
  for (auto* request : {&edit_request, &help_request}) // laid out twice, it stands elsewhere now
    if (*request && (*request)->id == id) (*request)->rect = rect;
  items.push_back({std::move(id), std::string(label), std::move(role), std::move(value), rect, enabled, std::string(help), -1, {}, !out, whole || !scrolls});
  return &items.back();
}

void Ui::explained(std::string id, std::string_view label, std::string role, std::string value, Rect rect, std::string_view help) {
  note_item(std::move(id), label, std::move(role), std::move(value), rect, true, help);
  tip(help);
}

void Ui::tip(std::string_view help) const {
  if (help.empty() || touch || !ImGui::IsItemHovered()) return;
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort)) return void(tip_waits = true);
  constexpr float kWidth = 264;
  const float height = paragraph({0, 0, kWidth, 0}, help, 0, kLabel, false);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
  const float x = std::clamp(low.x, kGrid, std::max(kGrid, screen.x - kWidth - 3 * kGrid));
  const float y = high.y + height + 3 * kGrid < screen.y ? high.y + kHalf : low.y - height - 2 * kGrid - kHalf;
  ImGui::SetNextWindowPos({x, y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {kGrid + 2, kGrid});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, kControlRadius);
  if (ImGui::BeginTooltip()) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({kWidth, height});
    paragraph({at.x, at.y, kWidth, height}, help, theme->ink, kLabel);
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar(2);
}

bool Ui::button(const std::string& id, Rect box, std::string_view label, bool accent, bool enabled) {
  const Press p = press(id, box, enabled);
  const std::uint32_t fill = accent ? theme->accent : theme->fill;
  draw()->AddRectFilled(box.min(), box.max(), faded(fill, !enabled ? 0.45F : p.held ? 0.75F : p.hovered ? 0.88F : 1), kControlRadius);
  text(box, label, faded(accent ? theme->on_accent : theme->ink, enabled ? 1 : 0.45F), kText, accent ? Weight::bold : Weight::regular, Align::center);
  note_item(id, label, "button", "", box, enabled);
  return p.pressed;
}

bool Ui::link(const std::string& id, Rect box, std::string_view label, Align align, bool enabled) {
  const float width = std::min(box.w, text_width(label, kLabel, Weight::bold));
  const Rect tight{align == Align::right ? box.right() - width : box.x, box.y, width, box.h};
  const Press p = press(id, tight, enabled);
  text(tight, label, faded(theme->accent, !enabled ? 0.4F : p.hovered ? 0.75F : 1), kLabel, Weight::bold);
  note_item(id, label, "button", "", tight, enabled);
  return p.pressed;
}

float Ui::segments_width(const std::vector<std::string_view>& labels) const {
  float width = 2 * kSegmentInner;
  for (const std::string_view label : labels) width += text_width(label, kLabel, Weight::bold) + 2 * kSegmentPad;
  return width;
}

float Ui::tabs(const std::string& id, Rect head, std::string_view label, const std::vector<std::string_view>& labels, int& chosen, float list_px) {
  if (segments_width(labels) <= head.w) return segmented(id, head.min(), labels, chosen);
  const float width = std::min(head.w, list_px);
  if (const auto pick = select(id, {head.x, head.y, width, control_height()}, label, labels, chosen)) chosen = *pick;
  return width;
}

Ui::Tabs Ui::tabs_of(const std::string& id, Rect head, std::string_view label, std::span<const std::string_view> ids, const std::vector<int>& places,
                     int& chosen) {
  auto here = std::find(places.begin(), places.end(), chosen);
  if (here == places.end()) here = places.begin();
  int place = static_cast<int>(here - places.begin());
  std::vector<std::string_view> labels;
  for (const int p : places) labels.push_back(by_id(id + "." + std::string(ids[static_cast<std::size_t>(p)])));
  const float width = tabs(id, head, label, labels, place);
  chosen = places[static_cast<std::size_t>(place)];
  return {width, segments_width(labels) > head.w};
}

float Ui::segmented(const std::string& id, ImVec2 at, const std::vector<std::string_view>& labels, int& chosen) {
  constexpr float kPad = kSegmentPad, kInner = kSegmentInner;
  const float width = segments_width(labels);
  draw()->AddRectFilled(at, {at.x + width, at.y + control_height()}, theme->fill, kControlRadius);
  float x = at.x + kInner;
  for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
    const std::string_view label = labels[static_cast<std::size_t>(i)];
    const Rect box{x, at.y + kInner, text_width(label, kLabel, Weight::bold) + 2 * kPad, control_height() - 2 * kInner};
    const std::string item = id + "." + std::to_string(i);
    const Press p = press(item, box);
    const bool on = chosen == i;
    if (on) {
      draw()->AddRectFilled(box.min(), box.max(), theme->panel, kControlRadius - 1);
      draw()->AddRect(box.min(), box.max(), theme->line, kControlRadius - 1);
    }
    text(box, label, on ? theme->ink : p.hovered ? theme->ink : theme->soft, kLabel, on ? Weight::bold : Weight::regular, Align::center);
    note_item(item, label, "radio", on ? "true" : "false", box);
    if (p.pressed) chosen = i;
    x += box.w;
  }
  return width;
}

void Ui::number(const std::string& id, Rect box, std::string_view label, const std::string& value, std::string_view help) {
  const Press p = press(id, box);
  draw()->AddRectFilled(box.min(), box.max(), theme->fill, kControlRadius);
  if (p.hovered) draw()->AddRect(box.min(), box.max(), theme->accent, kControlRadius);
  if (editing != id) text(box.inset(6, 0), value, theme->ink, kText, Weight::regular, Align::right);
  explained(id, label, "textbox", value, box, help);
  if (p.pressed) edit_request = EditRequest{id, std::string(label), value, box};
}

std::optional<int> Ui::select(const std::string& id, Rect box, std::string_view label, const std::vector<std::string_view>& labels, int chosen,
                              std::string_view help) {
  const Press p = press(id, box);
  const std::string_view shown = chosen >= 0 && chosen < static_cast<int>(labels.size()) ? labels[static_cast<std::size_t>(chosen)] : "";
  draw()->AddRectFilled(box.min(), box.max(), theme->fill, kControlRadius);
  if (p.hovered) draw()->AddRect(box.min(), box.max(), theme->accent, kControlRadius);
  text({box.x + kGrid, box.y, box.w - 28, box.h}, shown, theme->ink);
  const ImVec2 tip_at{box.right() - 13, box.y + box.h / 2 + 2};
  draw()->AddTriangleFilled({tip_at.x - 3.5F, tip_at.y - 4}, {tip_at.x + 3.5F, tip_at.y - 4}, tip_at, theme->soft);
  note_item(id, label, "combobox", std::string(shown), box, true, help);

  if (!list_open(id)) tip(help);
  return list(id, box, labels, chosen, p.pressed);
}

bool Ui::list_open(const std::string& id) { return ImGui::IsPopupOpen((id + ".list").c_str()); }

std::optional<int> Ui::list(const std::string& id, Rect under, const std::vector<std::string_view>& labels, int chosen, bool pressed) {
  const std::string popup = id + ".list";
  const bool was_open = list_open(id), opens = pressed && !was_open;
  if (opens) ImGui::OpenPopup(popup.c_str());
  std::optional<int> picked;
  float width = under.w;
  for (const std::string_view option : labels) width = std::max(width, text_width(option) + 3 * kGrid);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float height = std::min(static_cast<float>(labels.size()) * control_height() + kGrid, screen.y - kGrid);
  const float y = under.bottom() + kHalf + height < screen.y ? under.bottom() + kHalf : std::max(kHalf, under.y - kHalf - height);
  ImGui::SetNextWindowPos({std::min(under.x, screen.x - width - kHalf), y});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, kHalf});
  ImGui::PushStyleVar(ImGuiStyleVar_PopupRounding, kControlRadius);
  const auto found = std::find_if(items.rbegin(), items.rend(), [&](const Item& item) { return item.id == id; });
  const auto opener = static_cast<std::size_t>(items.rend() - found); // its place + 1
  if (opener) items[opener - 1].expanded = false;
  if (ImGui::BeginPopup(popup.c_str())) {
    const std::size_t before = items.size();
    const std::string role = opener && items[opener - 1].role == "combobox" ? "option" : "menuitem";
    scrolls({ImGui::GetWindowPos().x, ImGui::GetWindowPos().y, width, height});
    if (opens && chosen >= 0) ImGui::SetScrollY(static_cast<float>(chosen) * control_height() - height / 2);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    Rect rest{at.x, at.y, width, 100000};
    bool close = close_list || (pressed && was_open);
    for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
      const std::string_view option = labels[static_cast<std::size_t>(i)];
      const Rect row = rest.cut_top(control_height());
      const std::string item = id + "." + std::to_string(i);
      const Press q = press(item, row);
      if (q.hovered) draw()->AddRectFilled(row.inset(kHalf, 0).min(), row.inset(kHalf, 0).max(), theme->fill, kControlRadius - 2);
      text(row.inset(kGrid + 2, 0), option, i == chosen ? theme->accent : theme->ink, kText, i == chosen ? Weight::bold : Weight::regular);
      note_item(item, option, role, i == chosen ? "true" : "false", row);
      if (q.pressed) picked = i, close = true;
    }
    if (close) ImGui::CloseCurrentPopup(), items.resize(before);
    if (opener) items[opener - 1].expanded = !close;
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
  if (picked && *picked == chosen) picked.reset();
  return picked;
}

bool Ui::slider(const std::string& id, Rect box, std::string_view label, const std::string& value_text, float& value, std::string_view help) {
  const Press p = press(id, box);
  constexpr float kKnob = 7;
  const float left = box.x + kKnob, span = box.w - 2 * kKnob, middle = box.y + box.h / 2;
  bool changed = false;
  const auto move = [&](float wanted) {
    wanted = std::clamp(wanted, 0.0F, 1.0F);
    changed = changed || wanted != value;
    value = wanted;
  };
  if (nudged == id) nudged.clear(), move(value + nudge);
  if (p.held) {
    if (dragged_ != id) dragged_ = id, dragged_from_ = value;
    slider_held = true;
    move((ImGui::GetIO().MousePos.x - left) / span);
  } else if (dragged_ == id) {
    if (drag_cancelled) move(dragged_from_);
    dragged_.clear();
  }
  const float x = left + span * value;
  draw()->AddRectFilled({left, middle - 2}, {left + span, middle + 2}, theme->line, 2);
  draw()->AddRectFilled({left, middle - 2}, {x, middle + 2}, theme->accent, 2);
  draw()->AddCircleFilled({x, middle}, kKnob, theme->accent, 24);
  draw()->AddCircleFilled({x, middle}, kKnob - 2.5F, p.hovered || p.held ? theme->fill : theme->panel, 24);
  if (Item* item = note_item(id, label, "slider", value_text, box, true, help)) item->position = value;
  tip(help);
  return changed;
}

std::optional<double> Ui::slider_field(const SliderField& f, Rect box) {
  number(f.id, box.cut_right(f.number_px), f.label, f.text, f.help);
  box.cut_right(6);
  const Rect at = box.cut_left(f.label_px);
  const std::string_view shown = f.shown.empty() ? f.label : f.shown;
  if (f.explains.empty())
    text(at, shown, theme->soft, kText, Weight::regular, f.label_align);
  else
    label(f.explains, at, shown, f.help);
  const std::string id = f.slider_id.empty() ? f.id + ".slider" : f.slider_id;
  const bool by_key = nudged == id;
  const float before = f.range.share(f.value);
  float share = before;
  if (!slider(id, box, f.label, f.text, share, f.help)) return {};
  double value = f.range.value(share);
  if (by_key && value == f.value && f.range.parts > 0) // few steps: a key goes one
    value = std::clamp(f.value + (share < before ? -1 : 1) / f.range.parts, f.range.least, f.range.most);
  return value == f.value ? std::nullopt : std::optional(value);
}

bool Ui::divider(const std::string& id, Rect gap, float bottom, float least_px, float most_px, std::string_view label, const std::string& value_text,
                 float& below_px) {
  const Press p = press(id, gap);
  const float before = below_px;
  if (nudged == id) nudged.clear(), below_px += nudge * (most_px - least_px);
  if (p.held) {
    if (dragged_ != id) dragged_ = id, dragged_from_ = below_px;
    slider_held = true;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) below_px = bottom - ImGui::GetIO().MousePos.y - gap.h / 2;
  } else if (dragged_ == id) {
    if (drag_cancelled) below_px = dragged_from_;
    dragged_.clear();
  }
  below_px = std::clamp(below_px, least_px, most_px);
  const bool lit = p.hovered || p.held;
  if (lit) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  const float middle = gap.y + gap.h / 2, half = lit ? 28.0F : 16.0F;
  draw()->AddRectFilled({gap.x + gap.w / 2 - half, middle - 1.5F}, {gap.x + gap.w / 2 + half, middle + 1.5F}, lit ? theme->accent : theme->faint, 1.5F);
  if (Item* item = note_item(id, label, "slider", value_text, gap)) item->position = std::round(1e4F * (below_px - least_px) / (most_px - least_px)) / 1e4F;
  if (p.hovered && (double_clicked || ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))) below_px = 0;
  return below_px != before;
}

bool Ui::icon_button(const std::string& id, Rect box, Icon symbol, std::string_view label, bool enabled, bool filled) {
  const Press p = press(id, box, enabled);
  if (filled || p.hovered) draw()->AddRectFilled(box.min(), box.max(), faded(theme->fill, !enabled ? 0.45F : p.held ? 0.75F : 1), kControlRadius);
  icon(box, symbol, faded(p.hovered ? theme->ink : theme->soft, enabled ? 1 : 0.4F));
  note_item(id, label, "button", "", box, enabled);
  tip(label);
  return p.pressed;
}

bool Ui::check(const std::string& id, Rect box, std::string_view label, bool on, std::string_view help) {
  const Press p = press(id, box);
  const Rect square{box.x, box.y + (box.h - 16) / 2, 16, 16};
  draw()->AddRectFilled(square.min(), square.max(), on ? theme->accent : theme->fill, 4);
  if (p.hovered) draw()->AddRect(square.min(), square.max(), theme->accent, 4);
  if (on) {
    const ImVec2 tick[3] = {{square.x + 4, square.y + 8}, {square.x + 7, square.y + 11}, {square.x + 12, square.y + 5}};
    draw()->AddPolyline(tick, 3, theme->on_accent, 0, 1.8F);
  }
  text({box.x + 22, box.y, box.w - 22, box.h}, label, theme->soft);
  explained(id, label, "checkbox", on ? "true" : "false", box, help);
  return p.pressed;
}

void Ui::label(const std::string& id, Rect box, std::string_view words, std::string_view help, bool marked) {
  const float width = std::min(box.w, text_width(words));
  const Rect place{box.x, box.y, std::max(1.0F, width), box.h};
  const Press p = help.empty() ? Press{} : press("help:" + id, place);
  text(box, words, p.hovered || marked ? theme->accent : theme->soft, kText, marked ? Weight::bold : Weight::regular);
  if (help.empty()) return;
  if (p.hovered)
    for (float x = place.x; x < place.right(); x += 4)
      draw()->AddLine({x, box.y + box.h / 2 + 8.5F}, {std::min(x + 2, place.right()), box.y + box.h / 2 + 8.5F}, theme->accent);
  tip(help);
  if (p.pressed) help_request = EditRequest{id, std::string(words), std::string(help), place};
}

void Ui::scrolls(Rect box) {
  if (ImGui::GetScrollMaxY() <= 0) return;
  drag_areas.push_back(box);
  if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem)) return;
  scrollable_under_pointer = true;
  // a press that moves is a drag of the list, not a press of what is under it; sliders and plots keep theirs
  if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 8) && !slider_held) {
    ImGui::ClearActiveID();
    ImGui::SetScrollY(ImGui::GetScrollY() - ImGui::GetIO().MouseDelta.y);
  }
}

Column::Column(Ui& u, const char* id, Rect box, bool framed) : ui(u) {
  if (framed) ui.panel(box);
  ImGui::SetCursorScreenPos({box.x + 1, box.y + kHalf});
  ImGui::BeginChild(id, {box.w - 2, box.h - kGrid}, ImGuiChildFlags_None, ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  rest = {at.x + kPadding - 1, at.y + kHalf, box.w - 2 * kPadding, 100000};
  ui.scrolls(box);
}
Column::~Column() {
  ImGui::SetCursorScreenPos({rest.x, rest.y});
  ImGui::Dummy({1, kGrid});
  ImGui::EndChild();
}
void Column::rule() {
  rest.cut_top(kGrid - 1);
  ui.line({rest.x - kPadding, rest.y + 0.5F}, {rest.right() + kPadding, rest.y + 0.5F});
  rest.cut_top(kGrid);
}
Rect Column::row(float height) { return rest.cut_top(height > 0 ? height : ui.control_height() + 2).inset(0, 1); }
Rect Column::field(const std::string& id, std::string_view label, float width, std::string_view help, bool marked) {
  Rect r = row();
  const Rect box = r.cut_right(width);
  r.w -= kHalf;
  ui.label(id, r, label, help, marked);
  return box;
}
void Column::title(std::string_view text) { ui.text(row(24), text, ui.theme->soft, kLabel, Weight::bold); }
void Column::paragraph(std::string_view text, std::uint32_t color) { rest.cut_top(ui.paragraph(rest, text, color)); }

} // namespace downhill::ui
