// Curves over a common x: axes with units, linear or logarithmic, lines told apart by colour, dash and marker, exact
// values of all of them under the pointer, a range of x to look closer at. It draws what it is given.
#pragma once
#include "app/ui/scale.hpp"

namespace downhill::ui {

struct Series {
  std::string label;
  std::uint32_t color = 0;
  Dash dash = Dash::solid;
  Marker marker = Marker::none;
  std::vector<double> x, y;             ///< equally many, x ascending; y may be infinite or NaN, which breaks the line
  std::vector<double> low, high;        ///< a band about the line, as many as x, or empty
  std::vector<double> faint_x, faint_y; ///< a faint line behind, of its own points
  int minimum = -1;                     ///< a point that is marked as the least
  std::string ended = {};               ///< why the line stops before the others ("diverged"): said beside its name, marked at the point below
  double ended_x = 0, ended_y = 0;      ///< beyond the axes: marked at their edge
  float band = 0.16F;                   ///< opacity of the band
  std::vector<double> told = {};        ///< what is read out instead of y, as many as x, or empty
};

/// What of the plot is looked at, kept between frames.
struct PlotView {
  double from = 0, to = 0; ///< of x; equal: everything
  bool zoomed() const { return to > from; }
  float press_x = -1; ///< where a drag began
};

/// A range of x that is tinted, and named if there is room.
struct Zone {
  double from = 0, to = 0;
  std::uint32_t color = 0;
  std::string label;
};
/// A point of its own: filled where the value is taken, hollow where it is not.
struct Mark {
  double x = 0, y = 0;
  std::uint32_t color = 0;
  bool filled = true;
};

/// Where a plot was drawn, for what is drawn on it and dragged.
struct PlotFrame {
  Rect area;
  Scale x, y;
  ImVec2 at(double px, double py) const { return {x.at(px), y.at(py)}; }
};

/// Many curves over one x, behind the series: they are neither named nor read out, and do not stretch the axis.
struct FaintCurves {
  std::vector<double> x;
  std::vector<std::span<const double>> ys; ///< each as many as x
  std::uint32_t color = 0;
  float opacity = 0.3F;
};

struct PlotSpec {
  std::string id, x_title, y_title;
  bool log_y = false, log_x = false;
  double x_least = 0;
  double x_most = 1;       ///< the axis runs from x_least to here at least
  double y_ceiling = 0;    ///< linear axis: nothing above this stretches it; 0: no such bound
  double y_span_least = 0; ///< linear axis: it spans this much at least
  int y_decimals = 3;      ///< of the read-out; −1: as many as a setting needs
  bool show_legend = false;
  std::string minimum_label;   ///< what the ring about a series' minimum means; stands on the plot where there is one
  double y_from = 0, y_to = 0; ///< linear axis: exactly this range, if it is one
  std::vector<Zone> zones;
  std::vector<Mark> marks;
  std::vector<FaintCurves> faint;
  std::vector<Mark> dots;                    ///< small points behind the lines; the y axis takes them in
  std::optional<double> pinned;              ///< the read-out stays at this x, and is moved by pressing and dragging
  bool numbers_elsewhere = false;            ///< pinned: a table has them, no box need cover the curves
  std::optional<double> cursor;              ///< a vertical line at this x: where the race stands
  std::function<std::string(double)> x_text; ///< heads the read-out: "9 000 examples"; where there is none, the axis' title and the number do
};

/// Returns the x that a pinned read-out was moved to. `frame`: is told where it was drawn.
std::optional<double> plot(Ui& ui, Rect box, const PlotSpec& spec, const std::vector<Series>& series, PlotView* view = nullptr, PlotFrame* frame = nullptr);

/// Groups of bars over a logarithmic axis: one bar a series in each group, the series told apart by colour and order.
struct BarSeries {
  std::string label;
  std::uint32_t color = 0;
  std::vector<double> values; ///< one a group; 0 or less, or NaN: no bar
  std::string ended = {};     ///< why there are no bars: said beside the name, a cross in every group
};
struct BarSpec {
  std::string id, title;
  std::vector<std::string> groups;
  bool log = true;
  double most = 1, least = 1e-6; ///< the axis spans this at least (log), or 0 to `most`
  bool percents = false;
};
void bars(Ui& ui, Rect box, const BarSpec& spec, const std::vector<BarSeries>& series);

void draw_marker(ImDrawList* list, ImVec2 at, Marker marker, std::uint32_t color, float radius = 3.6F);

/// Bars of equal width over [low, high]; heights are logarithms of the counts, since most weights crowd about 0.
void histogram(Ui& ui, Rect box, double low, double high, const std::vector<std::uint32_t>& bins, std::uint32_t color);

/// Values from `least` to `most` that an axis shows: steps of 1, 2 or 5 times a power of ten, at most `count` or so.
std::vector<double> axis_ticks(double least, double most, int count);

/// A number for a tick or a small table: three or four digits that matter.
std::string short_number(double value);

} // namespace downhill::ui
