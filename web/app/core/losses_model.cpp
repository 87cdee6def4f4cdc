#include "app/core/losses_model.hpp"

#include "app/core/typed_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

constexpr double kRun_s = 6; // a whole run takes no longer
constexpr double kStep_s = 0.2;
constexpr std::array<double, 2> kUsualReach{3, 6}; // of what is shown of x, by axis
constexpr double kRoomX = 0.15, kRoomY = 0.3;      // about the points, as a share of what they span
constexpr double kOutlierFar = 1.5;                // below the lowest, as a share of what they span
constexpr double kMapLeast = 4;                    // a map of weights shows so much at least: ± this
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double to_grain(double value, double grain) {
  const double parts = std::floor(1 / grain + 0.5); // a division gives the number as people write it, a product needn't
  return grain >= 1 ? std::floor(value / grain + 0.5) * grain : std::floor(value * parts + 0.5) / parts;
}

double within(double value, double most) { return std::clamp(value, -most, most); }

Json json_of(const std::vector<LinePoint>& points) {
  Json out = Json::array();
  for (const LinePoint& p : points) out.push_back(Json::array({p.x, p.y}));
  return out;
}

Result<Json> numbers_in(const std::string& typed) {
  FieldInfo list;
  list.kind = FieldKind::numbers;
  return typed_value(list, typed, {});
}

struct Span {
  double low = 1e300, high = -1e300;
  void take(double v) { low = std::min(low, v), high = std::max(high, v); }
  double size() const { return high - low; }
};

} // namespace

void LossesModel::follow() {
  if (followed_ == document_.version()) return;
  followed_ = document_.version();
  const bool ended = transport() == Transport::finished; // what has been gone through to its end stays so: it can be watched while settings change
  const LossesPart before = part();
  settings_ = losses_settings(document_.now());
  if (!std::exchange(own_change_, false)) before_.reset(), held_move_ = false;
  switch (part()) { // the others need no numbers while nobody sees them
  case LossesPart::curves: draw_curves(); break;
  case LossesPart::softmax: {
    SoftmaxSettings one = settings_.softmax;
    softmax_ = softmax_stand(one);
    one.twice = false;
    once_ = softmax_stand(one);
    break;
  }
  case LossesPart::line: lines_ = fit_lines(settings_.line); break;
  case LossesPart::neuron:
    for (const SigmoidLoss loss : {SigmoidLoss::squared, SigmoidLoss::cross_entropy}) {
      paths_[static_cast<std::size_t>(loss)] = sigmoid_path(neuron(), loss);
      surfaces_[static_cast<std::size_t>(loss)] = sigmoid_surface(neuron(), loss);
    }
  }
  renew(ended && before == part());
}

std::optional<UserError> LossesModel::put(const Values& values, bool held) {
  auto error = document_.set_all(values, held);
  follow();
  return error;
}

// ---- curves ----

void LossesModel::draw_curves() {
  const CurveSettings& s = settings_.curves;
  std::vector<double> places;
  for (int i = 0; i <= kCurvePieces; ++i) places.push_back(s.from + (s.to - s.from) * i / kCurvePieces);
  // the cursor, kinks and ends, so that they stand where they are, and a jump of a slope upright
  const double beside = (s.to - s.from) * 1e-5;
  for (const double x : {s.at, s.target - beside, s.target, s.target + beside, s.target - s.delta, s.target + s.delta, 0.0, 1.0})
    if (x > s.from && x < s.to) places.push_back(x);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  curves_.clear();
  for (const std::string_view id : s.shown) {
    DrawnCurve curve;
    curve.of = &loss_curve(id, s.axis);
    curve.x = places;
    for (const double x : places) {
      const auto at = curve.of->at(x, s);
      curve.value.push_back(at ? at->value : kNone), curve.slope.push_back(at ? at->slope : kNone);
    }
    curve.here = curve.of->at(s.at, s);
    curves_.push_back(std::move(curve));
  }
}

std::optional<UserError> LossesModel::turn_loss(std::string_view id) {
  const auto& shown = settings_.curves.shown;
  const bool now = std::find(shown.begin(), shown.end(), id) != shown.end();
  return put({{"/curves/show/" + std::string(id), !now}});
}

std::optional<UserError> LossesModel::choose_axis(LossAxis axis) {
  const CurveSettings& s = settings_.curves;
  if (axis == s.axis) return {};
  const double usual = kUsualReach[static_cast<std::size_t>(s.axis)], other = kUsualReach[static_cast<std::size_t>(axis)];
  Values values{{"/curves/axis", axis_id(axis)}};
  if (s.from == -usual && s.to == usual) values.push_back({"/curves/from", -other}), values.push_back({"/curves/to", other});
  return put(values);
}

double LossesModel::grain() const {
  const double span = settings_.curves.to - settings_.curves.from;
  return std::pow(10.0, std::floor(std::log10(span / 300) + 1e-9));
}

std::optional<UserError> LossesModel::move_cursor(double x, bool held) {
  const CurveSettings& s = settings_.curves;
  return put({{"/curves/at", std::clamp(to_grain(x, grain()), s.from, s.to)}}, held);
}

// ---- softmax ----

std::optional<UserError> LossesModel::set_logit(std::size_t which, double value, bool held) {
  std::vector<double> logits = settings_.softmax.logits;
  if (which >= logits.size()) return UserError{"no_such_class", "/softmax/logits", {std::to_string(which), std::to_string(logits.size())}};
  logits[which] = value;
  return put({{"/softmax/logits", logits}}, held);
}

std::optional<UserError> LossesModel::set_logits(const std::string& typed) {
  auto list = numbers_in(typed);
  if (!list) return list.error();
  Values values{{"/softmax/logits", *list}};
  if (!list->empty() && settings_.softmax.label >= list->size()) values.push_back({"/softmax/label", list->size() - 1});
  return put(values);
}

std::optional<UserError> LossesModel::add_class() {
  std::vector<double> logits = settings_.softmax.logits;
  logits.push_back(0);
  return put({{"/softmax/logits", logits}});
}

std::optional<UserError> LossesModel::remove_class() {
  std::vector<double> logits = settings_.softmax.logits;
  logits.pop_back();
  Values values{{"/softmax/logits", logits}};
  if (!logits.empty() && settings_.softmax.label >= logits.size()) values.push_back({"/softmax/label", logits.size() - 1});
  return put(values);
}

std::optional<UserError> LossesModel::choose_label(std::size_t label) { return put({{"/softmax/label", label}}); }

std::optional<UserError> LossesModel::descend(int steps) {
  SoftmaxSettings s = settings_.softmax;
  for (int i = 0; i < steps; ++i) {
    const SoftmaxStand now = softmax_stand(s);
    for (std::size_t k = 0; k < s.logits.size(); ++k) s.logits[k] = within(s.logits[k] - now.gradient[k], kLogitMost);
  }
  return put({{"/softmax/logits", s.logits}});
}

// ---- line ----

std::optional<UserError> LossesModel::put_points(const std::vector<LinePoint>& points, bool held) {
  const auto lines = before_ && held_move_ ? *before_ : lines_;
  auto error = document_.set_all({{"/line/points", json_of(points)}}, held);
  if (!error && followed_ != document_.version()) {
    before_ = lines, own_change_ = true;
    follow(); // which forgets nothing of what was before
    held_move_ = held;
  }
  return error;
}

Extent LossesModel::extent() const {
  Span x, y;
  for (const LinePoint& p : points()) x.take(p.x), y.take(p.y);
  const double wide = std::max(x.size(), 1e-3 * std::max(1.0, std::fabs(x.high))), high = std::max(y.size(), 1e-3 * std::max(1.0, std::fabs(y.high)));
  const double room_x = wide < 0.5 ? 1 : wide * kRoomX, room_y = high < 0.5 ? 1 : high * kRoomY;
  return {x.low - room_x, x.high + room_x, y.low - room_y, y.high + room_y};
}

std::optional<LinePiece> LossesModel::piece_in(const FittedLine& line, const Extent& extent) {
  double from = extent.x_least, to = extent.x_most;
  if (line.a == 0) {
    if (line.b < extent.y_least || line.b > extent.y_most) return {};
  } else {
    const double low = (extent.y_least - line.b) / line.a, high = (extent.y_most - line.b) / line.a;
    from = std::max(from, std::min(low, high)), to = std::min(to, std::max(low, high));
  }
  if (!(from < to)) return {};
  const auto at = [&](double x) { return Place{x, std::clamp(line.a * x + line.b, extent.y_least, extent.y_most)}; };
  return LinePiece{at(from), at(to)};
}

std::optional<UserError> LossesModel::move_point(std::size_t which, LinePoint to, bool held) {
  std::vector<LinePoint> moved = points();
  if (which >= moved.size()) return {};
  moved[which] = {within(to.x, kLinePlaceMost), within(to.y, kLinePlaceMost)};
  return put_points(moved, held);
}

std::optional<UserError> LossesModel::add_point(LinePoint at) {
  std::vector<LinePoint> more = points();
  more.push_back({within(at.x, kLinePlaceMost), within(at.y, kLinePlaceMost)});
  return put_points(more);
}

std::optional<UserError> LossesModel::remove_point(std::size_t which) {
  std::vector<LinePoint> fewer = points();
  if (which >= fewer.size()) return {};
  fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(which));
  return put_points(fewer);
}

std::optional<UserError> LossesModel::add_outlier() {
  Span x, y;
  for (const LinePoint& p : points()) x.take(p.x), y.take(p.y);
  return add_point({x.high, to_grain(y.low - kOutlierFar * std::max(1.0, y.size()), 0.1)});
}

std::optional<UserError> LossesModel::set_points(const std::string& typed) {
  const auto list = numbers_in(typed);
  if (!list) return list.error();
  if (list->size() % 2 != 0) return UserError{"wrong_type", "/line/points", {"x y; x y; …"}};
  std::vector<LinePoint> all;
  for (std::size_t i = 0; i < list->size(); i += 2) all.push_back({(*list)[i].get<double>(), (*list)[i + 1].get<double>()});
  return put_points(all);
}

std::string LossesModel::points_text() const {
  std::string out;
  for (const LinePoint& p : points()) out += (out.empty() ? "" : "; ") + shortest_text(p.x) + " " + shortest_text(p.y);
  return out;
}

// ---- neuron ----

Extent LossesModel::weights_extent() const {
  Span w, b;
  for (const double least : {-kMapLeast, kMapLeast}) w.take(least), b.take(least);
  for (const auto& path : paths_)
    for (const SigmoidStand& stand : path)
      if (std::fabs(stand.w) < 4 * kSigmoidWeightMost && std::fabs(stand.b) < 4 * kSigmoidWeightMost) w.take(1.1 * stand.w), b.take(1.1 * stand.b);
  return {w.low, w.high, b.low, b.high};
}

std::optional<UserError> LossesModel::move_start(Place to, bool held) {
  const auto placed = [](double v) { return within(to_grain(v, 0.05), kSigmoidWeightMost); };
  return put({{"/neuron/w", placed(to.x)}, {"/neuron/b", placed(to.y)}}, held);
}

// ---- what runs ----

double LossesModel::step_s() const { return std::min(kStep_s, kRun_s / steps()); }

} // namespace downhill
