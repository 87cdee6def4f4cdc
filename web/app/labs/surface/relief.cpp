// The same surface as a relief, seen from the side: turned by dragging. Paths lie on it at their own heights.
#include "app/labs/surface/parts.hpp"

namespace downhill::hills {

void relief(const Scene& s, Rect box) {
  if (box.w < 40 || box.h < 40) return;
  const Extent view = shown_in(s, box);
  follow_heights(s, view);
  const std::vector<HeightPath> paths = paths_of(s);
  const auto under =
      s.kept.picture.draw_relief(s.ui, "surface", box, view, paths, s.model.minima(), [&](Place at) { return s.model.surface().at(at.x, at.y).f; }, "x", "y");
  if (!under) return;
  const HeightPath& path = paths[under->first];
  const Place at = path.place(under->second);
  pointer_note(s.ui, {box, view},
               s.names[under->first] + "   " + fill(s.ui("surface.step_at"), {grouped(static_cast<double>(under->second))}) + "   (" + short_number(at.x) +
                   ", " + short_number(at.y) + ")   f = " + short_number(path.height(under->second)));
}

} // namespace downhill::hills
