// Heights over a plane as a picture: from above, with bands, lines of equal height and their values; or from the side, as a relief that
// is turned. Paths lie on both. The lab Surface shows surfaces this way, a view of the Race the loss over a plane of weight space.
#pragma once
#include "app/core/height_map.hpp"
#include "app/core/lane_look.hpp"
#include "app/ui/image_sheet.hpp"

namespace downhill {

/// From the plane to the screen and back.
struct HeightFrame {
  ui::Rect area;
  Extent view;
  ImVec2 at(double x, double y) const;
  Place place(ImVec2 p) const;
  /// A power of ten below a px.
  double grain() const;
};

/// The part of the plane that `area` shows if it shows `wanted`: both directions to one scale, since only so what stands upright on lines
/// of equal height looks it.
Extent shown_in(const Extent& wanted, ui::Rect area);

/// A path over the plane.
struct HeightPath {
  std::size_t count = 0;
  std::function<Place(std::size_t)> place;
  std::function<double(std::size_t)> height;
  std::uint32_t color = 0;
  Dash dash = Dash::solid;
  Marker marker = Marker::none;
  bool chosen = false;
  bool dots = false; ///< its points, too
};

class HeightPicture {
public:
  std::optional<Extent> zoomed;    ///< the part of the plane that was asked for; none: all of it
  double turn = -0.6, tilt = 0.95; ///< of the relief, radians
  HeightMap map;

  /// Heights of `view`, on a grid of columns × rows, are worked out anew where surface (told by `version`), part or grid are others: the
  /// coarsest at once, the rest by map.advance(), or, `whole`, all at once. `ground`: the lowest height that is known, if it is below what
  /// the map shows.
  void follow(const std::shared_ptr<const Surface>& surface, std::uint64_t version, const Extent& view, int columns, int rows, bool log,
              std::optional<double> ground, bool whole = false);
  const HeightScale& scale() const { return scale_; }

  /// Bands and lines with their values; none where `taken` is.
  void draw(const ui::Ui& ui, const HeightFrame& frame, const ui::Rect& taken);
  /// Press and drag moves the picture, two presses show all of it; buttons in the corner. True: the pointer rests on it.
  bool move(ui::Ui& ui, const std::string& id, const HeightFrame& frame);
  /// The same by keys, as two sliders; before whatever stands on the picture.
  void move_by_keys(ui::Ui& ui, const std::string& id, const HeightFrame& frame);
  /// `whole` is what is shown at first.
  void zoom_buttons(ui::Ui& ui, const std::string& id, const HeightFrame& frame, const Extent& whole);

  /// The relief, with paths, and marks at these places; `id` turns it. Returns the path's point that the pointer rests on: which path, which
  /// of its points.
  std::optional<std::pair<std::size_t, std::size_t>> draw_relief(ui::Ui& ui, const std::string& id, ui::Rect box, const Extent& view,
                                                                 std::span<const HeightPath> paths, std::span<const Place> marks,
                                                                 const std::function<double(Place)>& mark_height, std::string_view x_name,
                                                                 std::string_view y_name);

private:
  void level_labels(const ui::Ui& ui, const HeightFrame& frame, const ui::Rect& taken) const;
  void mesh(const ui::Ui& ui, const class ReliefCamera& camera, const Extent& view) const;

  std::uint64_t map_of_ = 0;
  std::vector<Contour> contours_;
  HeightScale scale_;
  std::uint64_t drawn_map_ = 0; // version of what contours and bands are of
  bool drawn_log_ = false;
  std::optional<double> drawn_ground_;
  ui::ImageSheet bands_;
  std::vector<float> band_of_; // each pixel's, as the sheet has them: a new graphics context asks for them again
  std::uint64_t bands_version_ = 0;
};

/// Room for the numbers at the axes.
inline constexpr float kHeightAxisX = 22, kHeightAxisY = 40;
/// Numbers and names at the left and lower edge.
void height_axes(const ui::Ui& ui, const HeightFrame& frame, std::string_view x_name, std::string_view y_name);
void draw_path(const ui::Ui& ui, const HeightFrame& frame, const HeightPath& path);
/// What stands beside the pointer.
void pointer_note(const ui::Ui& ui, const HeightFrame& frame, std::string_view text);
/// A number with the minus of text.
std::string height_text(double value);

} // namespace downhill
