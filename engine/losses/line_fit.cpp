#include "losses/line_fit.hpp"

#include "network/loss.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace downhill {
namespace {

using Points = std::vector<LinePoint>;

struct Span {
  double low = 0, high = 0;
  double middle() const { return low == high ? low : 0.5 * (low + high); }
};

struct Found {
  Span a, b; // slopes of all best lines; b of those with the middle slope
};

bool above(const LinePoint& one, const LinePoint& other) { return std::fabs(one.x - other.x) < kSameX; }
bool upright(const Points& points) {
  return std::all_of(points.begin(), points.end(), [&](const LinePoint& p) { return above(p, points.front()); });
}

LinePoint mean_of(const Points& points) {
  LinePoint sum;
  for (const LinePoint& p : points) sum.x += p.x, sum.y += p.y;
  const auto count = static_cast<double>(points.size());
  return {sum.x / count, sum.y / count};
}

std::vector<double> rests_of(const Points& points, double a) {
  std::vector<double> rests;
  for (const LinePoint& p : points) rests.push_back(p.y - a * p.x);
  return rests;
}

// ---- squared: the closed form ----

// What points beyond δ pull: together, and about x = 0.
struct Pull {
  double push = 0, turn = 0;
};
struct Solved {
  double a = 0, b = 0;
  bool operator==(const Solved&) const = default;
};
// Where the residuals of `points` and what others pull come to nothing, and their moments likewise.
Solved balance(const Points& points, Pull others, bool sloped) {
  const LinePoint mean = mean_of(points);
  const double lift = others.push / static_cast<double>(points.size());
  if (!sloped) return {0, mean.y + lift};
  double across = 0, along = 0;
  for (const LinePoint& p : points) along += (p.x - mean.x) * (p.x - mean.x), across += (p.x - mean.x) * (p.y - mean.y);
  const double a = (across + others.turn - mean.x * others.push) / along;
  return {a, mean.y - a * mean.x + lift};
}

Found exactly(Solved line) { return {{line.a, line.a}, {line.b, line.b}}; }

// ---- absolute: a best line goes through two points ----

// All that lie in the middle: of an odd number of values one, of an even one everything between two.
Span medians(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[(values.size() - 1) / 2], values[values.size() / 2]};
}

Found least_absolute(const Points& points, bool sloped) {
  Found found;
  if (sloped) {
    double best = 0, spread = 0;
    for (const LinePoint& p : points) spread += std::fabs(p.y);
    const double tie = 1e-12 * spread; // what sums of equal lines may differ by
    bool first = true;
    for (std::size_t i = 0; i < points.size(); ++i)
      for (std::size_t j = i + 1; j < points.size(); ++j) {
        if (above(points[i], points[j])) continue;
        const double a = (points[j].y - points[i].y) / (points[j].x - points[i].x);
        double sum = 0;
        for (const LinePoint& p : points) sum += std::fabs((p.y - points[i].y) - a * (p.x - points[i].x));
        if (first || sum < best - tie)
          best = sum, found.a = {a, a};
        else if (sum <= best + tie)
          best = std::min(best, sum), found.a = {std::min(found.a.low, a), std::max(found.a.high, a)};
        first = false;
      }
  }
  found.b = medians(rests_of(points, found.a.middle()));
  return found;
}

// ---- Huber: a residual pulls by itself, but by δ at most ----

double pull(double residual, double delta) { return std::clamp(residual, -delta, delta); }

// Where a function that never grows is 0: where it stops being above `tie`, and where it begins being below −tie.
template <class Function> Span zeros(const Function& function, double low, double high, double tie) {
  const auto edge = [&](double level) {
    double below = low, above = high;
    for (int halvings = 0; halvings < 80; ++halvings) {
      const double middle = 0.5 * (below + above);
      (function(middle) > level ? below : above) = middle;
    }
    return below;
  };
  return {edge(tie), edge(-tie)};
}

// b for values = y − a·x: the sum of pulls falls from nδ to −nδ, along a straight line between the 2n places where one of them ends.
Span huber_middle(const std::vector<double>& values, double delta) {
  double size = 0;
  for (const double v : values) size += std::fabs(v);
  const double tie = 1e-12 * delta + 1e-15 * size;
  const auto total = [&](double b) {
    double sum = 0;
    for (const double v : values) sum += pull(v - b, delta);
    return sum;
  };
  std::vector<double> ends;
  for (const double v : values) ends.push_back(v - delta), ends.push_back(v + delta);
  std::sort(ends.begin(), ends.end());
  const auto crossing = [&](double level) {
    const auto right = std::partition_point(ends.begin(), ends.end(), [&](double b) { return total(b) > level; });
    if (right == ends.begin()) return *right;
    if (right == ends.end()) return ends.back();
    const double left = *(right - 1), above = total(left) - level, below = level - total(*right);
    return left + (*right - left) * (above / (above + below));
  };
  return {crossing(tie), crossing(-tie)};
}

// Which pull by themselves, and what the others pull. One at δ itself does either.
struct Sides {
  Points near;
  Pull far;
};
Sides sides_of(const Points& points, double a, double b, double delta) {
  Sides out;
  for (const LinePoint& p : points) {
    const double residual = p.y - a * p.x - b;
    if (std::fabs(residual) <= delta * (1 + 1e-12))
      out.near.push_back(p);
    else {
      const double by = residual > 0 ? delta : -delta;
      out.far.push += by, out.far.turn += by * p.x;
    }
  }
  return out;
}

// For the points that pull by themselves it is a linear system. One whose solution leaves the same points beyond δ is the minimum, and
// the only one; nullopt: none is found from here, or too few points pull by themselves to say where a line lies.
std::optional<Solved> settled(const Points& points, Solved line, bool sloped, double delta) {
  for (int rounds = 0; rounds < 40; ++rounds) {
    const Sides sides = sides_of(points, line.a, line.b, delta);
    if (sides.near.empty() || (sloped && upright(sides.near))) return {};
    const Solved next = balance(sides.near, sides.far, sloped);
    if (next == line) return line;
    line = next;
  }
  return {};
}

Found least_huber(const Points& points, bool sloped, double delta) {
  if (const auto line = settled(points, balance(points, {}, sloped), sloped, delta)) return exactly(*line);
  // Rounds may go in circles, or there is more than one line: the slope is bisected, with the best b for each.
  Found found;
  if (sloped) {
    double width = 0, steepest = 1;
    for (const LinePoint& p : points) {
      width += std::fabs(p.x);
      for (const LinePoint& q : points)
        if (!above(p, q)) steepest = std::max(steepest, std::fabs((p.y - q.y) / (p.x - q.x)));
    }
    const auto turn = [&](double a) {
      const std::vector<double> rests = rests_of(points, a);
      const double b = huber_middle(rests, delta).middle();
      double sum = 0;
      for (std::size_t i = 0; i < points.size(); ++i) sum += pull(rests[i] - b, delta) * points[i].x;
      return sum;
    };
    double reach = 2 * steepest; // hardly is a best line steeper than the steepest through two points
    while (reach < 1e18 && (turn(-reach) < 0 || turn(reach) > 0)) reach *= 2;
    found.a = zeros(turn, -reach, reach, 1e-12 * delta * width);
  }
  found.b = huber_middle(rests_of(points, found.a.middle()), delta);
  const auto line = settled(points, {found.a.middle(), found.b.middle()}, sloped, delta);
  return line ? exactly(*line) : found;
}

} // namespace

FittedLine fit_line(const LineSettings& settings, std::size_t loss) {
  const bool all_above = upright(settings.points), sloped = !settings.constant && !all_above;
  // about their means neither sums nor intercepts lose digits where points are far from 0; a mean and a median are to be exact
  const LinePoint mean = sloped ? mean_of(settings.points) : LinePoint();
  Points points = settings.points;
  double width = 0, height = 0;
  for (LinePoint& p : points) {
    p.x -= mean.x, p.y -= mean.y;
    width = std::max(width, std::fabs(p.x)), height = std::max(height, std::fabs(p.y));
  }
  const Found found = loss == 0   ? exactly(balance(points, {}, sloped))
                      : loss == 1 ? least_absolute(points, sloped)
                                  : least_huber(points, sloped, settings.delta);
  FittedLine line;
  line.a = found.a.middle() + 0.0; // no −0
  line.b = mean.y + (found.b.middle() - line.a * mean.x) + 0.0;
  const double slack = 1e-9 * height; // what roundings leave of one line is not two
  line.only = (settings.constant || !all_above) && (found.a.high - found.a.low) * width <= slack && found.b.high - found.b.low <= slack;
  const auto count = static_cast<double>(settings.points.size());
  for (std::size_t l = 0; l < kLineLosses.size(); ++l) {
    const LossEntry& entry = entry_of(losses(), kLineLosses[l]);
    const ParameterValues values(entry.parameters.size(), settings.delta);
    for (const LinePoint& p : settings.points) line.losses[l] += entry.at(line.a * p.x + line.b, p.y, values).value / count;
  }
  return line;
}

std::array<FittedLine, 3> fit_lines(const LineSettings& settings) { return {fit_line(settings, 0), fit_line(settings, 1), fit_line(settings, 2)}; }

std::vector<double> residuals_of(const std::vector<LinePoint>& points, const FittedLine& line) {
  std::vector<double> out;
  for (const LinePoint& p : points) out.push_back(p.y - (line.a * p.x + line.b));
  return out;
}

} // namespace downhill
