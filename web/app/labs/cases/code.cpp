// The PyTorch code of exactly this run, beside what happens: the line at work is lit, names can be asked about, all of it can be copied.
#include "app/labs/cases/parts.hpp"

#include <algorithm>

namespace downhill::walk {
namespace {

constexpr float kCodeLine = 19, kHanging = 4; // what does not fit hangs so many spaces further in

// Where a remark or a long text may be broken: behind a space, and beside Chinese letters, which have none.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0, at = 0;
  while (at < text.size()) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
    const std::string_view following = text.substr(next, 3);
    const bool closing = following.starts_with("，") || following.starts_with("。") || following.starts_with("：") || following.starts_with("；") ||
                         following.starts_with("、") || following.starts_with("）") || following.starts_with("”");
    const bool wide = text.substr(at, next - at) >= "\u2e80" || following >= "\u2e80";
    const bool hash = text.substr(begin, next - begin) == "# "; // no line ends with it
    if ((text[at] == ' ' && !hash) || (wide && !closing)) out.push_back(text.substr(begin, next - begin)), begin = next;
    at = next;
  }
  if (begin < text.size()) out.push_back(text.substr(begin));
  return out;
}

float width_of(const Ui& ui, const PlacedCode& piece) { return ui.text_width(piece.text, kLabel, Weight::code); }

// One line, over as many as it needs. Returns its height.
float place_line(const Ui& ui, CodeKept& kept, std::string_view line, float y, bool& in_text) {
  const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
  const float gap = ui.text_width(" ", kLabel, Weight::code), left = gap * static_cast<float>(spaces),
              hanging = std::min(left + gap * kHanging, kept.width * 0.4F);
  float x = left, top = y;
  for (const CodeSpan& span : code_spans(line, in_text)) {
    std::string_view rest = line.substr(span.begin, span.size);
    if (span.begin < spaces) rest.remove_prefix(std::min(rest.size(), spaces - span.begin));
    for (std::string_view word : words_of(rest)) {
      const auto blanks = static_cast<float>(word.size() - std::min(word.find_last_not_of(' ') + 1, word.size()));
      word = word.substr(0, word.find_last_not_of(' ') + 1);
      PlacedCode piece{x, top, 0, std::string(word), span};
      piece.width = width_of(ui, piece);
      if (x + piece.width > kept.width && x > hanging) piece.x = x = hanging, piece.y = top += kCodeLine;
      x += piece.width + blanks * gap;
      if (word.empty()) continue;
      PlacedCode* before = kept.placed.empty() ? nullptr : &kept.placed.back(); // what stands side by side alike is drawn as one
      if (before && before->y == piece.y && before->span.kind == span.kind && span.kind != CodeKind::name && before->span.begin == span.begin) {
        before->text.append(static_cast<std::size_t>(std::max(0.0F, (piece.x - before->x - before->width) / gap + 0.5F)), ' ').append(piece.text);
        before->width = piece.x + piece.width - before->x;
        continue;
      }
      kept.placed.push_back(std::move(piece));
    }
  }
  return top + kCodeLine - y;
}

// All of the script, or the station's.
std::span<const ScriptPiece> shown_pieces(const CasesLab& lab, const CodeKept& kept) {
  const ScriptOptions options = lab.script_options_now();
  return kept.whole ? std::span(lab.model().script(options)) : lab.model().pieces(options);
}

void lay_out_code(CasesLab& lab, CodeKept& kept, float width) {
  const Ui& ui = lab.controls();
  const int station = kept.whole ? -1 : static_cast<int>(lab.model().station());
  if (kept.made_of == lab.version() && kept.language == ui.language && kept.station == station && kept.width == width && !kept.placed.empty()) return;
  kept.language = ui.language, kept.station = station, kept.width = width;
  kept.placed.clear(), kept.marks.clear();
  float y = 0;
  for (const ScriptPiece& piece : shown_pieces(lab, kept)) {
    bool in_text = false;
    auto mark = piece.marks.begin();
    for (std::size_t i = 0; i < piece.lines.size(); ++i) {
      // an empty line above the first one has nothing to separate
      const float height = y > 0 || !piece.lines[i].empty() ? place_line(ui, kept, piece.lines[i], y, in_text) : 0;
      for (; mark != piece.marks.end() && mark->line == i; ++mark) kept.marks.push_back({mark->id, {y, y + height}});
      y += height;
    }
  }
  kept.height = y;
  kept.made_of = ui.letters_lack() ? 0 : lab.version(); // without its letters it has other widths
}

std::uint32_t color_of(const Tokens& theme, CodeKind kind) {
  switch (kind) {
  case CodeKind::keyword: return mixed(theme.ink, theme.accent, 0.75);
  case CodeKind::text: return mixed(theme.ink, theme.adam, 0.55);
  case CodeKind::remark: return theme.faint;
  case CodeKind::plain:
  case CodeKind::name: break;
  }
  return theme.ink;
}

// Names are asked about: each has its sentence, the first of a kind its place among the controls.
void name_in_code(CasesLab& lab, const PlacedCode& piece, Rect at, std::vector<std::string_view>& met) {
  Ui& ui = lab.controls();
  const std::string key = "cases.name." + std::string(piece.span.name);
  const std::string_view sentence = ui.by_id(key);
  const bool first = std::find(met.begin(), met.end(), piece.span.name) == met.end();
  met.push_back(piece.span.name);
  const std::string id = "cases.name." + std::string(piece.span.name) + (first ? "" : "." + std::to_string(met.size()));
  const Ui::Press press = ui.press(id, at);
  const std::uint32_t color = press.hovered ? ui.theme->accent : faded(ui.theme->accent, 0.55F);
  for (float x = at.x; x < at.right() - 1; x += 4) ui.draw()->AddLine({x, at.bottom() - 2}, {std::min(x + 2, at.right()), at.bottom() - 2}, color);
  first ? ui.explained(id, piece.text, "button", "", at, sentence) : ui.tip(sentence);
  if (press.pressed) ui.help_request = EditRequest{first ? id : "cases.name." + std::string(piece.span.name), piece.text, std::string(sentence), at};
}

void draw_code(CasesLab& lab, Column& column, CodeKept& kept) {
  Ui& ui = lab.controls();
  const Rect all = column.rest.cut_top(kept.height + kGrid);
  const ImVec2 low = ui.draw()->GetClipRectMin(), high = ui.draw()->GetClipRectMax();
  const std::string_view work = lab.model().at_work();
  Rect lit_at{all.x, all.y, all.w, kCodeLine};
  for (const auto& [id, reach] : kept.marks) {
    if (!lab.model().lit(id)) continue;
    const Rect lit{all.x - kPadding + 3, all.y + reach.first, all.w + 2 * kPadding - 6, reach.second - reach.first};
    ui.draw()->AddRectFilled(lit.min(), lit.max(), ui.theme->note, 4);
    ui.draw()->AddRectFilled(lit.min(), {lit.x + 3, lit.bottom()}, ui.theme->accent, 2);
    lit_at = lit;
    if (work != kept.lit && (lit.y < low.y || lit.bottom() > high.y - 2 * kCodeLine)) // with what comes next
      ImGui::SetScrollY(std::max(0.0F, ImGui::GetScrollY() + lit.y - low.y - (high.y - low.y) / 3));
  }
  if (!ui.letters_lack()) kept.lit = work; // else it still moves
  std::vector<std::string_view> met;
  std::string lit_line;
  const PlacedCode* before = nullptr;
  for (const PlacedCode& piece : kept.placed) {
    const Rect at{all.x + piece.x, all.y + piece.y, piece.width, kCodeLine};
    const bool name = piece.span.kind == CodeKind::name;
    for (const auto& [id, reach] : kept.marks)
      if (lab.model().lit(id) && piece.y >= reach.first && piece.y < reach.second)
        lit_line += (!before || (piece.y == before->y && piece.x < before->x + before->width + 1) ? "" : " ") + piece.text, before = &piece;
    if (!name && (at.bottom() < low.y || at.y > high.y)) continue;
    ui.text({at.x, at.y, at.w + 4, at.h}, piece.text, color_of(*ui.theme, piece.span.kind), kLabel, Weight::code);
    if (name) name_in_code(lab, piece, at, met);
  }
  if (!lit_line.empty()) ui.note_item("cases.lit", ui("cases.lit"), "status", lit_line, lit_at);
}

std::string text_of(std::span<const ScriptPiece> pieces) {
  std::string out;
  for (const ScriptPiece& piece : pieces)
    for (const std::string& line : piece.lines) out += line + "\n";
  return out.erase(0, out.find_first_not_of('\n')); // what parts a station from the one before
}

} // namespace

void code_panel(CasesLab& lab, Rect box, CodeKept& kept) {
  Ui& ui = lab.controls();
  ui.panel(box);
  Rect head = box.cut_top(ui.control_height() + 2 * kGrid).inset(kPadding, kGrid);
  const std::string_view copy = ui("cases.copy");
  const Rect button = head.cut_right(ui.text_width(copy) + 24);
  head.cut_right(kGrid);
  int whole = kept.whole ? 1 : 0;
  ui.tabs("cases.code", head, ui("cases.code"), {ui("cases.code_station"), ui("cases.code_whole")}, whole);
  kept.whole = whole == 1;
  if (ui.button("cases.copy", button, copy)) lab.copy(text_of(shown_pieces(lab, kept)));
  ui.line({box.x + 1, box.y}, {box.right() - 1, box.y});
  Column column(ui, "cases.code.text", box, false);
  lay_out_code(lab, kept, column.rest.w);
  draw_code(lab, column, kept);
}

} // namespace downhill::walk
