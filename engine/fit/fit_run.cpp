#include "fit/fit_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace downhill {
namespace {

float scaled_input(const FitSettings& settings, double x) {
  return static_cast<float>(kInputMost * (2 * x - settings.low - settings.high) / (settings.high - settings.low));
}

// The training part are the points, the test part the function itself, so that the test loss is the expected error but for σ².
std::shared_ptr<const Subset> subset_of(const FitSettings& settings, const Target& target, std::span<const FitPoint> points) {
  auto source = std::make_shared<Source>();
  Subset subset;
  const auto add = [&](Examples& examples, Part& part, double x, double y) {
    examples.features = 1;
    examples.values.push_back(scaled_input(settings, x));
    examples.targets.push_back(static_cast<float>(y));
    part.rows.push_back(static_cast<std::uint32_t>(part.rows.size()));
    part.targets.push_back(examples.targets.back());
  };
  for (const FitPoint& point : points) add(source->train, subset.train, point.x, point.y);
  for (const double x : middles(settings, kFitFine)) add(source->test, subset.test, x, target.at(x));
  subset.source = std::move(source);
  return std::make_shared<Subset>(std::move(subset));
}

Matrix inputs_of(const FitSettings& settings, std::span<const double> x) {
  Matrix inputs(static_cast<Index>(x.size()), 1);
  for (std::size_t i = 0; i < x.size(); ++i) inputs.data()[i] = scaled_input(settings, x[i]);
  return inputs;
}

} // namespace

std::vector<std::size_t> Contributions::largest(std::size_t count) const {
  std::vector<double> sizes;
  for (const auto& unit : units) {
    double sum = 0;
    for (const double each : unit) sum += std::fabs(each);
    sizes.push_back(std::isfinite(sum) ? sum : std::numeric_limits<double>::infinity());
  }
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  order.resize(std::min(count, order.size()));
  std::sort(order.begin(), order.end());
  return order;
}

LaneSettings lane_of_fit(const FitSettings& settings, std::size_t points, std::int64_t evaluations) {
  const FitModel& model = settings.model;
  LaneSettings lane;
  lane.network = {model.hidden, {"pytorch", {}}};
  lane.loss = {"mse", {}};
  lane.optimizer = model.optimizer;
  lane.schedule = {"constant", standard_values(entry_of(schedules(), "constant"))};
  lane.l2 = model.weight_decay;
  lane.batch = model.batch;
  lane.epochs = model.epochs;
  lane.seed = settings.seed;
  const auto count = static_cast<std::int64_t>(points), batch = model.batch == 0 ? count : model.batch;
  const std::int64_t steps = (count + batch - 1) / batch * model.epochs;
  lane.evaluate = {Interval::Unit::steps, std::max<std::int64_t>(1, (steps + evaluations - 1) / evaluations)};
  return lane;
}

FitRun::FitRun(const FitSettings& settings, std::shared_ptr<const Target> target, std::vector<FitPoint> points, std::int64_t evaluations)
    : settings_(settings), target_(std::move(target)), points_(std::move(points)) {
  if (settings_.model.network)
    trainer_ = std::make_unique<Trainer>(lane_of_fit(settings_, points_.size(), evaluations), subset_of(settings_, *target_, points_));
}

bool FitRun::advance() {
  if (ended_) return false;
  if (!trainer_) {
    polynomial_ = fit_polynomial(points_, settings_.low, settings_.high, settings_.model.degree, settings_.model.weight_decay);
    stands_.push_back(stand_of_polynomial());
    diverged_ = !std::isfinite(stands_.back().expected_error);
    ended_ = true;
    return false;
  }
  switch (trainer_->advance()) {
  case Trainer::Piece::evaluation: {
    const Evaluation& e = trainer_->last_evaluation();
    stands_.push_back({e.epoch, e.train_loss, settings_.noise * settings_.noise + e.test_loss});
    break;
  }
  case Trainer::Piece::end: ended_ = true; break;
  default: break;
  }
  diverged_ = trainer_->verdict() == Verdict::diverged;
  ended_ = ended_ || trainer_->verdict() != Verdict::running;
  return !ended_;
}

double FitRun::progress() const {
  if (ended_ || !trainer_) return ended_ ? 1 : 0;
  return static_cast<double>(trainer_->step()) / static_cast<double>(trainer_->steps());
}

FitStand FitRun::stand_of_polynomial() const {
  const std::vector<double> places = middles(settings_, kFitFine);
  double sum = 0;
  for (const double x : places) {
    const double off = target_->at(x) - polynomial_->at(x);
    sum += off * off;
  }
  return {1, error_on(points_), settings_.noise * settings_.noise + sum / static_cast<double>(places.size())};
}

std::vector<double> FitRun::predict(std::span<const double> x) const {
  std::vector<double> out;
  out.reserve(x.size());
  if (!trainer_) {
    for (const double at : x) out.push_back(polynomial_ ? polynomial_->at(at) : std::numeric_limits<double>::quiet_NaN());
    return out;
  }
  Network network = trainer_->network(); // a copy: passes leave their marks in a network
  const Matrix inputs = inputs_of(settings_, x);
  const Matrix& outputs = network.evaluate(inputs, inputs.rows());
  for (Index i = 0; i < inputs.rows(); ++i) out.push_back(static_cast<double>(outputs(i, 0)));
  return out;
}

double FitRun::error_on(std::span<const FitPoint> points) const {
  std::vector<double> x;
  for (const FitPoint& point : points) x.push_back(point.x);
  const std::vector<double> predictions = predict(x);
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) sum += (points[i].y - predictions[i]) * (points[i].y - predictions[i]);
  return sum / static_cast<double>(points.size());
}

std::optional<Contributions> FitRun::contributions(std::span<const double> x) const {
  if (!trainer_ || trainer_->network().layer_count() != 2) return {};
  Network network = trainer_->network();
  const Matrix inputs = inputs_of(settings_, x);
  network.evaluate(inputs, inputs.rows());
  const Network::LayerShape hidden = network.shape(0);
  const std::vector<float> last = network.torch_parameters(1); // a weight for each that is given, then the bias
  Contributions out;
  out.bias = static_cast<double>(last.back());
  out.units.assign(static_cast<std::size_t>(hidden.outputs), std::vector<double>(x.size()));
  const Matrix& given = network.output(0);
  for (Index r = 0; r < inputs.rows(); ++r)
    for (Index g = 0; g < hidden.given; ++g) // a unit of crelu gives two
      out.units[static_cast<std::size_t>(g % hidden.outputs)][static_cast<std::size_t>(r)] +=
          static_cast<double>(last[static_cast<std::size_t>(g)]) * static_cast<double>(given.data()[r * hidden.given + g]);
  return out;
}

} // namespace downhill
