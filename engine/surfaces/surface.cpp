#include "surfaces/surface.hpp"

#include "core/elementary.hpp"
#include "core/streams.hpp"
#include "document/json_text.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <tuple>

namespace downhill {
namespace {

using P = const ParameterValues&;

constexpr double kTwoPi = 6.283185307179586;

// The cosine and the sine of the angle a bowl is turned by, exact at quarter turns.
Place turned(double degrees) {
  const double turns = degrees / 360 - std::floor(degrees / 360);
  return {exact::cos_turns(turns), exact::sin_turns(turns)};
}

Slope bowl(double x, double y, P p) {
  const double kappa = p[0];
  const auto [c, s] = turned(p[1]);
  const double u = c * x + s * y, v = c * y - s * x;
  return {(u * u + kappa * v * v) / 2, c * u - s * kappa * v, s * u + c * kappa * v};
}
std::string bowl_formula(P p) {
  const auto [c, s] = turned(p[1]);
  const std::string kappa = shortest_text(p[0]), cosine = shortest_text(c), sine = shortest_text(s);
  if (p[1] == 0) return "(x^2 + " + kappa + "*y^2)/2";
  return "((" + cosine + "*x + " + sine + "*y)^2 + " + kappa + "*(" + cosine + "*y - " + sine + "*x)^2)/2";
}

Slope beale(double x, double y, P) {
  const double a = 1.5 - x + x * y, b = 2.25 - x + x * y * y, c = 2.625 - x + x * y * y * y;
  return {a * a + b * b + c * c, 2 * (a * (y - 1) + b * (y * y - 1) + c * (y * y * y - 1)), 2 * (a * x + b * 2 * x * y + c * 3 * x * y * y)};
}

Slope rosenbrock(double x, double y, P) {
  const double a = 1 - x, b = y - x * x;
  return {a * a + 100 * b * b, -2 * a - 400 * x * b, 200 * b};
}

Slope booth(double x, double y, P) {
  const double a = x + 2 * y - 7, b = 2 * x + y - 5;
  return {a * a + b * b, 2 * a + 4 * b, 4 * a + 2 * b};
}

Slope himmelblau(double x, double y, P) {
  const double a = x * x + y - 11, b = x + y * y - 7;
  return {a * a + b * b, 4 * x * a + 2 * b, 2 * a + 4 * y * b};
}

Slope rastrigin(double x, double y, P) {
  const double u = kTwoPi * x, v = kTwoPi * y;
  return {20 + x * x - 10 * exact::cos(u) + y * y - 10 * exact::cos(v), 2 * x + 10 * kTwoPi * exact::sin(u), 2 * y + 10 * kTwoPi * exact::sin(v)};
}
// One beside each whole number, in each direction.
std::vector<Place> rastrigin_minima() {
  constexpr double kSteps[] = {0, 0.9949586376523348, 1.9899122337085497, 2.984855701039481, 3.9797838603007536, 4.974691390895051};
  std::vector<Place> all;
  for (int i = -5; i <= 5; ++i)
    for (int j = -5; j <= 5; ++j) all.push_back({i < 0 ? -kSteps[-i] : kSteps[i], j < 0 ? -kSteps[-j] : kSteps[j]});
  const auto rank = [](Place at) { return std::tuple(at.x * at.x + at.y * at.y, at.x, at.y); };
  std::sort(all.begin(), all.end(), [&](Place a, Place b) { return rank(a) < rank(b); });
  return all;
}

Slope three_hump_camel(double x, double y, P) {
  const double z = x * x;
  return {2 * z - 1.05 * z * z + z * z * z / 6 + x * y + y * y, 4 * x - 4.2 * x * z + x * z * z + y, x + 2 * y};
}

Slope styblinski_tang(double x, double y, P) {
  const auto part = [](double z) { return z * z * z * z - 16 * z * z + 5 * z; };
  const auto slope = [](double z) { return 4 * z * z * z - 32 * z + 5; };
  return {(part(x) + part(y)) / 2, slope(x) / 2, slope(y) / 2};
}

Slope saddle(double x, double y, P) { return {x * x - y * y + y * y * y * y / 4, 2 * x, -2 * y + y * y * y}; }

Slope plateau(double x, double y, P) {
  const double t = exact::tanh(x);
  return {t * t + y * y / 4, 2 * t * (1 - t * t), y / 2};
}

// ---- losses of w and b over points (x, y, t); where b is a bias y is 1, and a product with it changes no bit ----

// (wx + by − t)²
Slope line_mse(double w, double b, Sample at) {
  const double off = w * at.x + b * at.y - at.t;
  return {off * off, 2 * off * at.x, 2 * off * at.y};
}

struct Sigmoid {
  double z, small, value; // small: e^−|z|
  explicit Sigmoid(double of) : z(of), small(exact::exp(of < 0 ? of : -of)), value(of < 0 ? small / (1 + small) : 1 / (1 + small)) {}
};
// a = σ(wx + by): (a − t)²; the slope by z is 2(a − t)·a(1 − a)
Slope neuron_mse(double w, double b, Sample at) {
  const Sigmoid a(w * at.x + b * at.y);
  const double off = a.value - at.t, share = 1 / (1 + a.small), delta = 2 * off * (a.small * share * share);
  return {off * off, delta * at.x, delta * at.y};
}
// −t·log a − (1 − t)·log(1 − a), from z; the slope by z is a − t
Slope neuron_cross_entropy(double w, double b, Sample at) {
  const Sigmoid a(w * at.x + b * at.y);
  const double delta = a.value - at.t;
  return {(a.z > 0 ? a.z : 0.0 * a.z) - at.t * a.z + exact::log1p(a.small), delta * at.x, delta * at.y};
}

// About t = 1 + x/2 over 0 ≤ x < 3, where the two parameters pull on each other: a turned ravine.
std::vector<Point> points_near_a_line(P p) {
  std::vector<Point> points;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(p[0]); ++i) {
    PhiloxStream stream(stream_key(static_cast<std::uint64_t>(p[2]), Purpose::surface), {i});
    const double x = 3 * stream.next_uniform();
    stream.next_word(); // as toys: words 2 and 3 make the normal
    double normal[1];
    fill_normal(stream, normal);
    points.push_back({static_cast<float>(x), static_cast<float>(1 + x / 2 + p[1] * normal[0])});
  }
  return points;
}

// ---- what is walked on ----

class FunctionSurface : public Surface {
public:
  FunctionSurface(const SurfaceEntry& entry, ParameterValues values) : entry_(entry), values_(std::move(values)) {}
  Slope at(double x, double y) const override { return entry_.at(x, y, values_); }

private:
  const SurfaceEntry& entry_;
  ParameterValues values_;
};

class FormulaSurface : public Surface {
public:
  explicit FormulaSurface(Formula formula) : formula_(std::move(formula)) {}
  Slope at(double x, double y) const override { return formula_.at(x, y); }
  double cost() const override { return std::max(1.0, static_cast<double>(formula_.size()) / 20); }

private:
  Formula formula_;
};

// The mean over points, summed in float64 in their order.
class PointSurface : public Surface {
public:
  PointSurface(const PointLoss& loss, std::vector<Point> points) : loss_(loss), points_(std::move(points)) {}
  Slope at(double x, double y) const override {
    Slope sum;
    for (const Point point : points_) add(sum, x, y, point);
    return mean(sum, points_.size());
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(points_.size()); }
  double cost() const override { return std::max(1.0, static_cast<double>(points_.size()) / 10 * loss_.cost); }
  Slope at(double x, double y, std::span<const std::uint32_t> batch) const override {
    Slope sum;
    for (const std::uint32_t i : batch) add(sum, x, y, points_[i]);
    return mean(sum, batch.size());
  }

private:
  void add(Slope& sum, double x, double y, Point point) const {
    const Slope one = loss_.at(x, y, {static_cast<double>(point.x), static_cast<double>(point.y), static_cast<double>(point.t)});
    sum.f += one.f, sum.dx += one.dx, sum.dy += one.dy;
  }
  static Slope mean(const Slope& sum, std::size_t count) {
    const auto n = static_cast<double>(count);
    return {sum.f / n, sum.dx / n, sum.dy / n};
  }

  const PointLoss& loss_;
  std::vector<Point> points_;
};

} // namespace

const std::vector<SurfaceEntry>& surfaces() {
  constexpr double kCamel = 1.7475523458302889, kCamelSaddle = 1.07054229182366, kLow = -2.903534027771177, kBetween = 0.15673125678034017,
                   kHigh = 2.746802770990837, kRoot2 = 1.4142135623730951;
  static const std::vector<SurfaceEntry> table{
      // (u² + κv²)/2 of the place turned back by `angle` degrees: gradient descent needs a rate below 2/κ
      {.id = "bowl",
       .parameters = {{"kappa", 20, 1, 1000}, {"angle", 0, -180, 180}},
       .view = {-5, 5, -5, 5},
       .start = {-5, -2},
       .rate = 0.09,
       .at = bowl,
       .formula = bowl_formula,
       .minima = {{0, 0}}},
      {.id = "beale",
       .parameters = {},
       .view = {-4.5, 4.5, -4.5, 4.5},
       .start = {2.8, 0.35},
       .rate = 0.01,
       .at = beale,
       .formula = [](P) -> std::string { return "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2"; },
       .minima = {{3, 0.5}},
       .saddles = {{0, 1}}},
      {.id = "rosenbrock",
       .parameters = {},
       .view = {-2, 2, -2, 2},
       .start = {-1.2, 1},
       .rate = 0.001,
       .at = rosenbrock,
       .formula = [](P) -> std::string { return "(1 - x)^2 + 100*(y - x^2)^2"; },
       .minima = {{1, 1}}},
      {.id = "booth",
       .parameters = {},
       .view = {-10, 10, -10, 10},
       .start = {-9, -9},
       .rate = 0.05,
       .at = booth,
       .formula = [](P) -> std::string { return "(x + 2*y - 7)^2 + (2*x + y - 5)^2"; },
       .minima = {{1, 3}}},
      {.id = "himmelblau",
       .parameters = {},
       .view = {-5, 5, -5, 5},
       .start = {5, -5},
       .rate = 0.01,
       .at = himmelblau,
       .formula = [](P) -> std::string { return "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"; },
       .minima = {{3, 2}, {-2.805118086952745, 3.131312518250573}, {-3.779310253377747, -3.2831859912861696}, {3.5844283403304917, -1.8481265269644034}},
       .saddles = {{3.385154183607021, 0.07385187983774928},
                   {0.08667750455539634, 2.884254701174776},
                   {-3.0730257507643897, -0.08135304428796751},
                   {-0.12796134673068005, -1.9537149802445766}}},
      {.id = "rastrigin",
       .parameters = {},
       .view = {-5.12, 5.12, -5.12, 5.12},
       .start = {-2, 3.5},
       .rate = 0.002,
       .at = rastrigin,
       .formula = [](P) -> std::string { return "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)"; },
       .minima = rastrigin_minima()},
      {.id = "three_hump_camel",
       .parameters = {},
       .view = {-2, 2, -1.5, 1.5},
       .start = {1, 1},
       .rate = 0.1,
       .at = three_hump_camel,
       .formula = [](P) -> std::string { return "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2"; },
       .minima = {{0, 0}, {-kCamel, kCamel / 2}, {kCamel, -kCamel / 2}},
       .saddles = {{-kCamelSaddle, kCamelSaddle / 2}, {kCamelSaddle, -kCamelSaddle / 2}}},
      {.id = "styblinski_tang",
       .parameters = {},
       .view = {-5, 5, -5, 5},
       .start = {1, 1},
       .rate = 0.01,
       .at = styblinski_tang,
       .formula = [](P) -> std::string { return "(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y)/2"; },
       .minima = {{kLow, kLow}, {kLow, kHigh}, {kHigh, kLow}, {kHigh, kHigh}},
       .saddles = {{kLow, kBetween}, {kBetween, kLow}, {kHigh, kBetween}, {kBetween, kHigh}}},
      {.id = "saddle",
       .parameters = {},
       .view = {-3, 3, -3, 3},
       .start = {-2.5, 0.01},
       .rate = 0.05,
       .at = saddle,
       .formula = [](P) -> std::string { return "x^2 - y^2 + y^4/4"; },
       .minima = {{0, kRoot2}, {0, -kRoot2}},
       .saddles = {{0, 0}}},
      // flat on both sides of a valley: at x = −4 the slope is 0.003
      {.id = "plateau",
       .parameters = {},
       .view = {-5, 5, -3, 3},
       .start = {-4, 1.5},
       .rate = 0.5,
       .at = plateau,
       .formula = [](P) -> std::string { return "tanh(x)^2 + y^2/4"; },
       .minima = {{0, 0}}},
      {.id = "formula", .parameters = {}, .view = {-5, 5, -5, 5}, .start = {-5, -2}, .rate = 0.1},
      // a line through points: x is its slope, y its height at 0
      {.id = "line",
       .parameters = {{"count", 20, 1, 1000, true}, {"noise", 0.3, 0, 10}, {"seed", 1, 0, 9007199254740991.0, true}},
       .view = {-3, 4, -3, 5},
       .start = {-2, -2},
       .rate = 0.1,
       .losses = {{"mse", "nn.functional.mse_loss(w * x + b, t)", line_mse, -1e6, 1e6}},
       .points = points_near_a_line},
      // one sigmoid unit: x is its weight, y its bias. Usual is the one point (1, 0): Nielsen 2015, chapter 3
      {.id = "neuron",
       .parameters = {},
       .view = {-4, 4, -4, 4},
       .start = {2, 2},
       .rate = 0.075,
       .losses = {{"mse", "nn.functional.mse_loss(torch.sigmoid(w * x + b), t)", neuron_mse, 0, 1, 6},
                  {"cross_entropy", "nn.functional.binary_cross_entropy_with_logits(w * x + b, t)", neuron_cross_entropy, 0, 1, 6}},
       .points = [](P) -> std::vector<Point> { return {{1, 0}}; }},
      // logistic regression on two classes of images, each image told by its coordinates along two directions: x and y are the
      // weights of these. All of the quick data pack has 200 images of a class
      {.id = "logistic",
       .parameters = {{"classes/0", 0, 0, 9, true}, {"classes/1", 6, 0, 9, true}, {"count", 200, 10, 400, true}},
       .view = {-4, 6, -5, 5},
       .start = {-3, 3},
       .rate = 1,
       .losses = {{"cross_entropy", "nn.functional.binary_cross_entropy_with_logits(w * x + b * y, t)", neuron_cross_entropy, 0, 1, 6},
                  {"mse", "nn.functional.mse_loss(torch.sigmoid(w * x + b * y), t)", neuron_mse, 0, 1, 6}},
       .images = true},
  };
  return table;
}

std::size_t point_count(const SurfaceSettings& settings) {
  return needs_images(settings) ? static_cast<std::size_t>(settings.surface.values.back()) : settings.points.size();
}

std::string formula_of(const SurfaceSettings& settings) {
  const SurfaceEntry& entry = entry_of(surfaces(), settings.surface.name);
  return entry.formula ? entry.formula(settings.surface.values) : settings.formula;
}

std::shared_ptr<const Surface> make_surface(const SurfaceSettings& settings) {
  const SurfaceEntry& entry = entry_of(surfaces(), settings.surface.name);
  if (entry.at) return std::make_shared<FunctionSurface>(entry, settings.surface.values);
  assert(!needs_images(settings) && "points are drawn before they are walked on");
  if (entry.over_points()) return std::make_shared<PointSurface>(entry_of(entry.losses, settings.loss), settings.points);
  return std::make_shared<FormulaSurface>(*Formula::read(settings.formula));
}

} // namespace downhill
