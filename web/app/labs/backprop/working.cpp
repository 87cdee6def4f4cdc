// How the number under study comes about: the rule, the formula in symbols, with numbers, the result; where it is asked of the student, a field
// for the answer, three hints, and what is said to it.
#include "app/labs/backprop/parts.hpp"

#include "core/worked_text.hpp"

#include <algorithm>

namespace downhill::chain {
namespace {

// What the rule is, by the number's kind.
std::string_view rule_of(const Scene& s, const Quantity& q) { return s.ui.by_id("backprop.rule." + std::string(entry_of(q.kind).id)); }

void lines(const Scene& s, Column& column, const Quantity& q, bool formula, bool numbers, bool result) {
  Ui& ui = s.ui;
  std::string spoken;
  const auto secret = s.model.secret_in(q); // its numbers would give that away
  const BackpropWorking& working = s.model.working(q);
  for (const WorkedLine& line : working.lines) {
    if (formula && line.formula != line.symbol)
      column.paragraph(line.symbol + " = " + line.formula, ui.theme->ink), spoken += line.symbol + " = " + line.formula;
    if (numbers && !secret) column.paragraph("= " + line.filled, ui.theme->soft), spoken += " = " + line.filled;
    if (!result) continue;
    ui.text(column.row(22), "= " + line.result, color_of(s, q), kText, Weight::bold);
    spoken += " = " + line.result + "; ";
  }
  // the addends one by one, in the colours of their paths
  if (result && !secret && working.parts.size() > 1) {
    for (const WorkedLine& part : working.parts)
      column.paragraph(part.symbol + " = " + part.filled + " = " + part.result, part.value < 0 ? ui.theme->negative : ui.theme->positive),
          spoken += part.symbol + " = " + part.filled + " = " + part.result + "; ";
  }
  if (numbers && secret) column.paragraph(fill(ui("backprop.secret"), {s.symbol(*secret)}), ui.theme->faint);
  ui.note_item("backprop.line", s.symbol(q), "note", spoken, {column.rest.x, column.rest.y - 1, column.rest.w, 1});
}

void verdict(const Scene& s, Column& column, const Quantity& q) {
  Ui& ui = s.ui;
  const auto& it = s.model.reply();
  if (!it || it->of != q) return;
  std::string words;
  std::uint32_t color = ui.theme->bad;
  switch (it->kind) {
  case Reply::Kind::right: words = ui("backprop.right"), color = ui.theme->accent; break;
  case Reply::Kind::more_digits: words = ui("backprop.more_digits"); break;
  case Reply::Kind::known_mistake:
    words = std::string(ui("backprop.not_right")) + " " + std::string(ui.by_id("backprop.mistake." + std::string(it->mistake)));
    break;
  case Reply::Kind::wrong: words = ui("backprop.not_right"); break;
  case Reply::Kind::unreadable: words = it->problem->sentence(ui.language); break;
  case Reply::Kind::found:
    words = std::string(ui("backprop.found")) + " " + std::string(ui.by_id("backprop.mistake." + std::string(it->mistake))), color = ui.theme->accent;
    break;
  case Reply::Kind::innocent: words = ui("backprop.innocent"); break;
  }
  const float height = ui.paragraph(column.rest.inset(8, 0), words, color, kLabel, false);
  const Rect box{column.rest.x, column.rest.y + 2, column.rest.w, height + 12};
  ui.draw()->AddRectFilled(box.min(), box.max(), ui.theme->note, 6);
  ui.paragraph(box.inset(8, 6), words, color);
  ui.note_item("backprop.verdict", s.symbol(q), "status", words, box);
  column.rest.cut_top(box.h + 8);
}

void your_turn(const Scene& s, Column& column, const Quantity& q) {
  Ui& ui = s.ui;
  column.title(fill(ui("backprop.your_turn"), {s.symbol(q)}));
  Rect row = column.row(ui.control_height() + 4);
  const std::string hint = fill(ui("backprop.hint"), {std::to_string(s.model.hints(q))});
  const float width = ui.text_width(hint) + 22;
  const auto& said = s.model.reply();
  ui.number(std::string(kAnswerId) + name_of(q), row.cut_left(std::min(150.0F, row.w - width - 8)), fill(ui("backprop.answer_for"), {s.symbol(q)}),
            said && said->of == q ? said->typed : "", ui("help.backprop.answer"));
  row.cut_left(8);
  if (ui.button("backprop.hint", row.cut_left(width), hint, false, s.model.hints(q) < 3)) s.model.take_hint(q);
  verdict(s, column, q);
  const int hints = s.model.hints(q);
  if (hints >= 1) column.paragraph(rule_of(s, q), ui.theme->soft);
  if (hints >= 2) lines(s, column, q, true, hints >= 3, false);
}

// What else the same step worked out, a line each.
void others(const Scene& s, Column& column, const Quantity& focus) {
  constexpr int kMost = 8;
  int shown = 0;
  for (const Quantity& q : s.model.lit()) {
    const bool piece = q.kind == QuantityKind::product || q.kind == QuantityKind::path || q.kind == QuantityKind::share || q.kind == QuantityKind::input_path;
    if (q == focus || piece || s.model.sight(q) != Sight::seen || shown == kMost) continue;
    if (shown++ == 0) column.rule(), column.title(s.ui("backprop.same_step"));
    const WorkedLine line = working_of(s.model.shown(), q).lines.back();
    column.paragraph(line.symbol + " = " + (line.formula == line.symbol ? "" : line.formula + " = ") + line.result, color_of(s, q));
  }
}

void about(const Scene& s, Column& column) {
  column.title(s.ui("backprop.intro_title"));
  column.paragraph(s.ui("backprop.intro"), s.ui.theme->soft);
  column.rest.cut_top(4);
  column.paragraph(s.ui("backprop.intro_more"), s.ui.theme->faint);
}

} // namespace

void working(const Scene& s, Rect box) {
  Ui& ui = s.ui;
  Column column(ui, "backprop.working", box, false);
  const auto q = s.model.focus();
  if (!q) return about(s, column);
  const Sight sight = s.model.sight(*q);
  if (sight == Sight::asked) {
    your_turn(s, column, *q);
    column.rule();
    if (ui.link("backprop.show_it", column.row(), ui("backprop.show_it"), Align::left))
      s.lab.later([&model = s.model, q = *q] { return model.hide_one(q, false); });
    return;
  }
  column.title(std::string(ui.by_id("backprop.kind." + std::string(entry_of(q->kind).id))) + "  " + s.symbol(*q));
  if (const auto first = s.model.blocked_by(*q)) {
    column.paragraph(fill(ui("backprop.blocked"), {s.symbol(*first)}), ui.theme->soft);
    if (ui.link("backprop.to_blocking", column.row(), fill(ui("backprop.to_blocking"), {s.symbol(*first)}), Align::left))
      s.lab.later([&model = s.model, first = *first] { return model.choose(first), std::optional<UserError>(); });
    return;
  }
  if (sight == Sight::ahead) {
    column.paragraph(ui("backprop.ahead"), ui.theme->soft);
    if (ui.button("backprop.until_here", column.row(ui.control_height() + 4).cut_left(150), ui("backprop.until_here"))) s.model.seek_to(*q);
    return;
  }
  if (s.model.is_given(*q))
    ui.text(column.row(22), s.symbol(*q) + " = " + exact_number(s.model.shown().of(*q)).text, ui.theme->ink, kText, Weight::bold);
  else
    lines(s, column, *q, true, true, true);
  column.paragraph(rule_of(s, *q), ui.theme->faint);
  verdict(s, column, *q);
  if (s.model.is_lit(*q)) others(s, column, *q);
  if (s.model.is_given(*q)) return;
  column.rule();
  if (s.model.planted() && !s.model.found()) {
    if (ui.button("backprop.accuse", column.row(ui.control_height() + 4).cut_left(ui.text_width(ui("backprop.accuse")) + 26), ui("backprop.accuse"), true))
      s.lab.later([&model = s.model, q = *q] { return model.accuse(q); });
  } else if (ui.link("backprop.ask_it", column.row(), ui("backprop.ask_it"), Align::left)) {
    s.lab.later([&model = s.model, q = *q] { return model.hide_one(q, true); });
  }
}

} // namespace downhill::chain
