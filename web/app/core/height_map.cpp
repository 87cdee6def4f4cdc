#include "app/core/height_map.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace downhill {
namespace {

constexpr int kCoarsest = 8;

} // namespace

void HeightMap::begin(std::shared_ptr<const Surface> surface, const Extent& view, int columns, int rows) {
  surface_ = std::move(surface);
  view_ = view;
  columns_ = std::max(2, columns), rows_ = std::max(2, rows);
  heights_.assign(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_), 0.0);
  source_.assign(static_cast<std::size_t>(rows_), 0);
  stride_ = kCoarsest, next_ = 0;
  lowest_ = INFINITY, highest_ = -INFINITY;
  ++version_;
}

Place HeightMap::place(int column, int row) const {
  return {view_.x_least + view_.width() * column / (columns_ - 1), view_.y_least + view_.height() * row / (rows_ - 1)};
}

bool HeightMap::advance(const std::function<bool()>& over) {
  if (!begun()) return false;
  bool first = true;
  while (stride_ > 0) {
    if (next_ >= rows_) {
      stride_ /= 2, next_ = stride_;
      continue;
    }
    if (!first && over()) return true; // a row at least: it gets on however little time there is
    first = false;
    for (int column = 0; column < columns_; ++column) {
      const Place at = place(column, next_);
      const double height = surface_->at(at.x, at.y).f;
      heights_[index(column, next_)] = height;
      if (std::isfinite(height)) lowest_ = std::min(lowest_, height), highest_ = std::max(highest_, height);
    }
    // it stands for itself, and for those up to the next one of its stride
    for (int row = next_; row < std::min(rows_, next_ + stride_); ++row) source_[static_cast<std::size_t>(row)] = next_;
    next_ += stride_ == kCoarsest ? stride_ : 2 * stride_;
    ++version_;
  }
  return false;
}

double HeightMap::between(double x, double y) const {
  const double c = std::clamp((x - view_.x_least) / view_.width(), 0.0, 1.0) * (columns_ - 1),
               r = std::clamp((y - view_.y_least) / view_.height(), 0.0, 1.0) * (rows_ - 1);
  const int column = std::min(static_cast<int>(c), columns_ - 2), row = std::min(static_cast<int>(r), rows_ - 2);
  const double u = c - column, v = r - row;
  return (1 - v) * ((1 - u) * at(column, row) + u * at(column + 1, row)) + v * ((1 - u) * at(column, row + 1) + u * at(column + 1, row + 1));
}

// ---- levels ----

double HeightScale::share(double height) const {
  if (std::isnan(height)) return 1;
  const auto on = [&](double h) { return log ? std::log10(std::max(h - ground, 1e-300)) : h; };
  const double from = on(low), to = on(high);
  return to > from ? std::clamp((on(height) - from) / (to - from), 0.0, 1.0) : 0;
}

HeightScale scale_of(const HeightMap& map, bool log, double ground) {
  HeightScale scale{log, std::min(ground, map.lowest()), map.lowest(), map.highest()};
  if (!(scale.high > scale.low)) scale.high = scale.low + 1; // flat
  if (log) {
    // nearer to the ground than a grid can tell there is nothing to be seen
    const double span = scale.high - scale.ground;
    scale.low = scale.ground + std::max(scale.low - scale.ground, 1e-4 * span);
  }
  return scale;
}

std::vector<double> levels_of(const HeightScale& scale, int count) {
  std::vector<double> levels;
  // what varies less than numbers of its size can tell, or further than they reach, has none
  const double range = scale.high - scale.low;
  if (!std::isfinite(range) || !(range > 1e-10 * std::max(std::fabs(scale.high), std::fabs(scale.low)))) return levels;
  if (scale.log) {
    const double most = scale.high - scale.ground, least = std::max(scale.low - scale.ground, 1e-12 * most);
    // as many round numbers a power of ten as there is room for
    std::vector<double> all;
    for (const std::vector<double>& times : {std::vector{1.0, 1.5, 2.0, 3.0, 5.0, 7.0}, {1.0, 2.0, 5.0}, {1.0, 3.0}, {1.0}}) {
      all.clear();
      for (int power = static_cast<int>(std::floor(std::log10(least))); power <= static_cast<int>(std::ceil(std::log10(most))); ++power)
        for (const double each : times)
          if (const double above = each * std::pow(10.0, power); above >= least && above < most) all.push_back(above);
      if (static_cast<int>(all.size()) <= count) break;
    }
    for (const double above : all) levels.push_back(scale.ground + above);
    return levels;
  }
  const double span = scale.high - scale.low, raw = span / count, power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double times : {5.0, 2.0, 1.0})
    if (times * power >= raw) step = times * power;
  for (double number = std::ceil(scale.low / step); number * step < scale.high; ++number)
    if (number * step > scale.low) levels.push_back(number * step);
  return levels;
}

// ---- lines ----

namespace {

// Edges of the grid by number: 2 × crossing, + 1 for the one that goes up.
struct Piece {
  std::int64_t from, to;
};

// Joins pieces that share an edge into lines.
class Joiner {
public:
  void add(std::int64_t from, std::int64_t to) {
    const std::size_t number = pieces_.size();
    pieces_.push_back({from, to});
    ends_[from].push_back(number);
    ends_[to].push_back(number);
  }
  template <class PointOf> void lines(double level, const PointOf& point_of, std::vector<Contour>& out) {
    std::vector<bool> used(pieces_.size(), false);
    const auto follow = [&](std::size_t first, std::int64_t from) {
      Contour line{level, {point_of(from)}};
      std::optional<std::size_t> piece = first;
      while (piece) {
        used[*piece] = true;
        from = pieces_[*piece].from == from ? pieces_[*piece].to : pieces_[*piece].from;
        line.points.push_back(point_of(from));
        piece.reset();
        for (const std::size_t next : ends_[from])
          if (!used[next]) piece = next;
      }
      out.push_back(std::move(line));
    };
    // open ones from their ends, then those that are closed
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      for (const std::int64_t end : {pieces_[i].from, pieces_[i].to})
        if (!used[i] && ends_[end].size() == 1) follow(i, end);
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      if (!used[i]) follow(i, pieces_[i].from);
  }

private:
  std::vector<Piece> pieces_;
  std::unordered_map<std::int64_t, std::vector<std::size_t>> ends_;
};

} // namespace

std::vector<Contour> contours_of(const HeightMap& map, const std::vector<double>& levels) {
  std::vector<Contour> out;
  const int columns = map.columns();
  const auto crossing = [&](int column, int row) { return static_cast<std::int64_t>(row) * columns + column; };
  for (const double level : levels) {
    Joiner joiner;
    for (int row = 0; row + 1 < map.rows(); ++row)
      for (int column = 0; column + 1 < columns; ++column) {
        const double a = map.at(column, row), b = map.at(column + 1, row), c = map.at(column + 1, row + 1), d = map.at(column, row + 1);
        if (!std::isfinite(a) || !std::isfinite(b) || !std::isfinite(c) || !std::isfinite(d)) continue;
        // the edges that the level crosses, in turn: below, right, above, left
        std::int64_t cut[4];
        int cuts = 0;
        if ((a < level) != (b < level)) cut[cuts++] = 2 * crossing(column, row);
        if ((b < level) != (c < level)) cut[cuts++] = 2 * crossing(column + 1, row) + 1;
        if ((c < level) != (d < level)) cut[cuts++] = 2 * crossing(column, row + 1);
        if ((d < level) != (a < level)) cut[cuts++] = 2 * crossing(column, row) + 1;
        if (cuts == 2) joiner.add(cut[0], cut[1]);
        if (cuts == 4) { // a saddle: whether its middle is below tells who belongs together
          const bool joined = ((a + b + c + d) / 4 < level) == (a < level);
          joiner.add(cut[0], joined ? cut[1] : cut[3]);
          joiner.add(cut[2], joined ? cut[3] : cut[1]);
        }
      }
    const auto point_of = [&](std::int64_t edge) {
      const int column = static_cast<int>(edge / 2 % columns), row = static_cast<int>(edge / 2 / columns);
      const int right = edge % 2 == 0 ? 1 : 0, up = 1 - right;
      const double from = map.at(column, row), to = map.at(column + right, row + up), share = (level - from) / (to - from);
      const Place p = map.place(column, row), q = map.place(column + right, row + up);
      return Place{p.x + share * (q.x - p.x), p.y + share * (q.y - p.y)};
    };
    joiner.lines(level, point_of, out);
  }
  return out;
}

} // namespace downhill
