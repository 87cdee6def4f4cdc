// The PyTorch code of exactly this run, beside what happens.
#include "app/labs/cases/parts.hpp"

namespace downhill::walk {

void code_panel(CasesLab& lab, Rect box, CodeKept& kept) {
  static_cast<void>(kept);
  Ui& ui = lab.controls();
  ui.panel(box);
  box = box.inset(kPadding, kGrid);
  const ScriptPiece& piece = lab.model().piece(lab.script_options_now());
  for (std::size_t i = 0; i < piece.lines.size() && box.h > 20; ++i) ui.text(box.cut_top(18), piece.lines[i], ui.theme->ink, kSmall);
}

} // namespace downhill::walk
