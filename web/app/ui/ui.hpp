// The page's own controls, drawn on Dear ImGui's draw list: text, buttons, fields, choices, sliders. Each control also
// enters itself in `items`, the list that window.downhill.items(), tests and helpers read.
#pragma once
#include "app/core/lane_look.hpp"
#include "app/core/slider_range.hpp"
#include "app/core/text.hpp"

#include <imgui.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace downhill::ui {

struct Rect {
  float x = 0, y = 0, w = 0, h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  ImVec2 min() const { return {x, y}; }
  ImVec2 max() const { return {x + w, y + h}; }
  Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
  /// Cuts a piece off a side and leaves the rest in place.
  Rect cut_top(float size) {
    const Rect piece{x, y, w, size};
    y += size, h -= size;
    return piece;
  }
  Rect cut_bottom(float size) { return h -= size, Rect{x, y + h, w, size}; }
  Rect cut_left(float size) {
    const Rect piece{x, y, size, h};
    x += size, w -= size;
    return piece;
  }
  Rect cut_right(float size) { return w -= size, Rect{x + w, y, size, h}; }
};

/// A control or picture on the screen, by its ARIA role; the page mirrors them in the DOM for keyboards and screen readers.
struct Item {
  std::string id, label, role, value;
  Rect rect;
  bool enabled = true;
  std::string help;             ///< what it does, in a sentence
  float position = -1;          ///< of a slider, 0 to 1
  std::optional<bool> expanded; ///< of what opens a list: whether it is open
  bool visible = true;          ///< false: it has scrolled out of its panel
  bool whole = true;            ///< false: at least a part of it has
  bool by_keys = false;         ///< a slider that is no place to drag: it stands for what is dragged otherwise
  std::string_view key = {};    ///< that presses it wherever the lab has the focus, by its name in the DOM: a digit or Backspace
};

enum class Weight { regular, bold, code }; ///< code: all letters of one width, where a lab has brought them (assets/labs.json)
enum class Align { left, center, right };

// The type scale, in px: plot ticks and captions, labels, text.
inline constexpr float kSmall = 11, kLabel = 12, kText = 13, kTitle = 15;
// The 8 px grid and its half.
inline constexpr float kGrid = 8, kHalf = 4;
inline constexpr float kPadding = 12;
/// The symbols that buttons can carry, drawn as lines.
enum class Icon { play, pause, to_start, step_back, step, more, close, chevron_down, chevron_up, eye, eye_off, menu, undo, redo, enlarge, reduce };

/// One number field's request to be edited; the page puts an <input> over it.
struct EditRequest {
  std::string id, label, text;
  Rect rect;
};

/// One value: its label, a slider, and its number, which can be typed.
struct SliderField {
  std::string id;             ///< of the number
  std::string slider_id = {}; ///< empty: the same with ".slider"
  std::string_view label;
  std::string_view shown = {}; ///< on the screen, where that is a shorter one
  std::string text;            ///< the value as it is shown
  std::string_view help;
  double value;
  SliderRange range;
  float label_px, number_px;
  std::string explains = {}; ///< the field that its label, pressed, explains; empty: that is mere text
  Align label_align = Align::left;
};

class Ui {
public:
  Language language = Language::zh;
  const Tokens* theme = &kThemes[0];
  std::vector<Item> items;
  std::optional<EditRequest> edit_request; ///< stays until it is told: a frame may be laid out twice
  std::optional<EditRequest> help_request; ///< a control whose explanation was asked for; `text` is the sentence
  std::string editing;                     ///< id of the field that an <input> covers now
  bool touch = false;                      ///< fingers need 40 px
  bool slider_held = false;                ///< a slider under the pointer moves, so lists must not
  bool drag_cancelled = false;             ///< the finger turned out to be the first of two: its slider goes back to where it was
  bool double_clicked = false;             ///< by the browser's clock: frames on a slow machine are too far apart for ImGui's
  bool scrollable_under_pointer = false;
  mutable bool tip_waits = false; ///< the pointer rests on something whose tool tip is due in a moment
  std::vector<Rect> drag_areas;   ///< lists that scroll and surfaces that are drawn on: with the sliders, what a finger may drag
  bool drags_at(ImVec2 at) const;
  /// Pressed or moved by keyboard or by a script: taken by the control of that id when it is drawn next.
  std::vector<std::string> activated; ///< in the order pressed, one a frame: keys may come faster than frames
  std::string nudged;
  float nudge = 0;
  std::string revealed;    ///< its panel scrolls so far that it is seen whole
  bool close_list = false; ///< the open list is closed without a choice

  float control_height() const { return touch ? 40 : 28; }
  float row_height() const { return touch ? 44 : 34; }

  Ui();
  /// The letters of a script, as write_letters() of data/letters.hpp gives them. Latin ones come first; without them nothing can be
  /// laid out.
  void take_letters(std::size_t script, std::span<const std::uint8_t> bytes);
  bool has_letters() const { return !fonts_of_[kLatin][0].empty(); }
  static constexpr std::size_t kLatin = 0, kChinese = 1, kRare = 2, kCode = 3; ///< rare: Chinese ones that only labs beside the first show
  /// A Chinese letter was drawn that nobody has brought, and may yet: told once.
  bool wants_chinese() { return std::exchange(chinese_wanted_, false); }
  /// (Re)makes the font atlas for a device pixel ratio, with the letters that were wanted so far: all that the page can show
  /// would take a second on a slow machine.
  void load_fonts(float pixel_ratio);
  /// Whether this frame had letters that the atlas lacks: the fonts are to be loaded again, and the frame made again.
  bool letters_lack() const { return letters_lack_; }
  void begin_frame();
  /// Ends what was asked for this frame, also where whoever was meant is not on the screen. Whether more waits.
  bool end_frame();

  std::string_view operator()(StringKey key) const { return tr(key); }
  std::string_view by_id(std::string_view key) const { return tr_id(key); }

  // ---- drawing ----
  ImDrawList* draw() const { return ImGui::GetWindowDrawList(); }
  float text_width(std::string_view text, float size = kText, Weight weight = Weight::regular) const;
  /// One line within `box`, centred in its height, cut with … if it is too long. Returns its width.
  float text(Rect box, std::string_view text, std::uint32_t color, float size = kText, Weight weight = Weight::regular, Align align = Align::left) const;
  /// Several lines, broken where Chinese and English break. Returns the height; draws only if `visible`.
  float paragraph(Rect box, std::string_view text, std::uint32_t color, float size = kLabel, bool visible = true) const;
  void panel(Rect box) const;
  void line(ImVec2 from, ImVec2 to) const { draw()->AddLine(from, to, theme->line); }
  /// A line from point to point in a lane's dash; `phase` carries the pattern on.
  static void dashed_line(ImDrawList* list, const std::vector<ImVec2>& points, std::uint32_t color, Dash dash, float width);

  // ---- controls: true or a value when the user acted ----
  bool button(const std::string& id, Rect box, std::string_view label, bool accent = false, bool enabled = true);
  /// A button with a symbol instead of words; `label` is for those who don't see it, and for the tool tip.
  bool icon_button(const std::string& id, Rect box, Icon icon, std::string_view label, bool enabled = true, bool filled = true);
  void icon(Rect box, Icon icon, std::uint32_t color) const;
  /// A box with a tick and its label beside it. True when it was pressed.
  bool check(const std::string& id, Rect box, std::string_view label, bool on, std::string_view help = {});
  /// The label of a field: pressed, it asks the page for the explanation of `id`.
  void label(const std::string& id, Rect box, std::string_view text, std::string_view help, bool marked = false);
  /// A quiet text button.
  bool link(const std::string& id, Rect box, std::string_view label, Align align = Align::right, bool enabled = true);
  /// Exclusive choices side by side. Returns the width used.
  float segmented(const std::string& id, ImVec2 at, const std::vector<std::string_view>& labels, int& chosen);
  /// The width that they use.
  float segments_width(const std::vector<std::string_view>& labels) const;
  /// The same choices as segments where they fit into `head`, else as a list of at most `list_px`. Returns the width used.
  float tabs(const std::string& id, Rect head, std::string_view label, const std::vector<std::string_view>& labels, int& chosen, float list_px = 190);
  /// Tabs, or a list, of those places in `ids` that share a part of the screen; their labels are the strings ID.PLACE. `chosen`
  /// becomes the first of them where it is none.
  struct Tabs {
    float width; ///< used
    bool listed;
  };
  Tabs tabs_of(const std::string& id, Rect head, std::string_view label, std::span<const std::string_view> ids, const std::vector<int>& places, int& chosen);
  /// A value that opens a text field when pressed.
  void number(const std::string& id, Rect box, std::string_view label, const std::string& text, std::string_view help = {});
  /// A choice from a list. `labels` in the order of the list.
  std::optional<int> select(const std::string& id, Rect box, std::string_view label, const std::vector<std::string_view>& labels, int chosen,
                            std::string_view help = {});
  /// The list alone, for a control of another look that has entered itself as `id`; a combobox has options, a button a menu.
  /// `pressed`: that control was; it opens the list, or closes it. Lists that are too tall scroll.
  std::optional<int> list(const std::string& id, Rect under, const std::vector<std::string_view>& labels, int chosen, bool pressed);
  static bool list_open(const std::string& id);
  /// A line in `gap` that is dragged up and down: `below_px` is the height of what lies under it, to `bottom`. Two presses: 0,
  /// whatever may be below.
  bool divider(const std::string& id, Rect gap, float bottom, float least_px, float most_px, std::string_view label, const std::string& value_text,
               float& below_px);
  /// 0 … 1.
  bool slider(const std::string& id, Rect box, std::string_view label, const std::string& value_text, float& value, std::string_view help = {});
  /// The value that it was moved to.
  std::optional<double> slider_field(const SliderField& field, Rect box);
  /// The pointer must rest so long before a tool tip shows.
  static constexpr float kTipDelay_s = 0.45F;
  /// A tool tip in a sentence, for the control just made.
  void tip(std::string_view text) const;
  /// Enters something that is not one of the controls above.
  /// Null where it is not visible, unless its panel can be scrolled to it.
  Item* note_item(std::string id, std::string_view label, std::string role, std::string value, Rect rect, bool enabled = true, std::string_view help = {});
  /// Enters the control just made of `press`, with what it does: also as its tool tip.
  void explained(std::string id, std::string_view label, std::string role, std::string value, Rect rect, std::string_view help);

  struct Press {
    bool pressed, hovered, held;
  };
  /// The bare area that all controls are made of.
  Press press(const std::string& id, Rect box, bool enabled = true);

private:
  friend struct Column;
  struct Font {
    float size;
    Weight weight;
    ImFont* made;
    mutable std::vector<bool> letters;   ///< by code point: was wanted
    mutable std::vector<ImWchar> ranges; ///< the same as ImGui takes it: first and last, of one letter each
  };
  const Font& font(float size, Weight weight) const;
  void want(const Font& font, std::string_view text) const;
  /// The current window scrolls by wheel, and by dragging within `box`.
  void scrolls(Rect box);

  bool activation_taken_ = false; // in this frame
  std::string dragged_;           // the slider that is held
  float dragged_from_ = 0;        // where it was before
  std::vector<Font> fonts_;
  mutable bool letters_lack_ = false, chinese_wanted_ = false;
  std::array<std::array<std::vector<std::uint8_t>, 2>, 4> fonts_of_; // by script, regular and bold: OpenType
  std::vector<bool> brought_;                                        // by code
  float pixel_ratio_ = 1;
};

// A column of rows in a panel that scrolls when it is too short, by wheel or by dragging.
struct Column {
  Column(Ui& u, const char* id, Rect box, bool framed = true);
  ~Column();
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;
  void rule();
  Rect row(float height = 0); ///< 0: the usual
  /// A label left that explains `id` when pressed; the box of the control right.
  Rect field(const std::string& id, std::string_view label, float width, std::string_view help, bool marked = false);
  void title(std::string_view text);
  /// Text over as many lines as it needs.
  void paragraph(std::string_view text, std::uint32_t color);
  Ui& ui;
  Rect rest;
};

/// A colour between two, without opacity.
inline std::uint32_t mixed(std::uint32_t from, std::uint32_t to, double share) {
  std::uint32_t out = 0xff000000U;
  for (int shift = 0; shift < 24; shift += 8) {
    const double a = from >> shift & 0xff, b = to >> shift & 0xff;
    out |= static_cast<std::uint32_t>(a + (b - a) * share + 0.5) << shift;
  }
  return out;
}
/// `color` with its opacity scaled.
inline std::uint32_t faded(std::uint32_t color, float opacity) {
  return (color & 0x00ffffffU) | (static_cast<std::uint32_t>(static_cast<float>(color >> 24) * opacity) << 24);
}

} // namespace downhill::ui
