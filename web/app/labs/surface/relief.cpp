// The same surface as a relief, seen from the side: turned by dragging. Paths lie on it at their own heights.
#include "app/labs/surface/parts.hpp"

namespace downhill::hills {

void relief(const Scene& s, Rect box) {
  if (box.w < 40 || box.h < 40) return;
  const Extent view = shown_in(s, box);
  follow_heights(s, view);
  s.kept.picture.draw_relief(s.ui, "surface", box, view, paths_of(s), s.model.minima(), [&](Place at) { return s.model.surface().at(at.x, at.y).f; }, "x", "y");
}

} // namespace downhill::hills
