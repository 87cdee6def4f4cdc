// Curves over a common x: axes with units, linear or logarithmic, lines told apart by colour and dash, exact
// values of all of them under the pointer. It draws what it is given and keeps nothing.
#pragma once
#include "app/ui/ui.hpp"

namespace downhill::ui {

struct Series {
  std::string label;
  std::uint32_t color = 0;
  Dash dash = Dash::solid;
  std::vector<double> x, y; ///< equally many, x ascending; y may be infinite or NaN, which breaks the line
};

struct PlotSpec {
  std::string id, x_title, y_title;
  bool log_y = false;
  double x_most = 1;       ///< the axis runs from 0 to here at least
  double y_ceiling = 0;    ///< linear axis: nothing above this stretches it; 0: no such bound
  double y_span_least = 0; ///< linear axis: it spans this much at least
  int y_decimals = 3;      ///< of the read-out
  bool show_legend = false;
  std::function<std::string(double)> x_text; ///< heads the read-out: "9 000 examples"
};

void plot(Ui& ui, Rect box, const PlotSpec& spec, const std::vector<Series>& series);

/// Values from `least` to `most` that an axis shows: steps of 1, 2 or 5 times a power of ten, at most `count` or so.
std::vector<double> axis_ticks(double least, double most, int count);

} // namespace downhill::ui
