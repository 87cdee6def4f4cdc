#include "inspect/plane.hpp"

#include "inspect/landscape.hpp"
#include "inspect/principal.hpp"
#include "network/initializer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace downhill {

namespace {

constexpr double kMargin = 0.18;        // about the points, of the longer side
constexpr std::int64_t kBlockRows = 64; // examples of a piece
constexpr double kPieceFlops = 6e6;     // a few milliseconds at the speed of a phone

double dot(std::span<const double> a, std::span<const double> b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

} // namespace

bool same_network(const LaneSettings& a, const LaneSettings& b) {
  const auto same_layer = [](const HiddenLayer& x, const HiddenLayer& y) {
    return x.units == y.units && x.activation.name == y.activation.name && x.activation.values == y.activation.values;
  };
  const auto &one = a.network.hidden, &other = b.network.hidden;
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), same_layer) && a.data.classes == b.data.classes &&
         entry_of(losses(), a.loss.name).one_logit == entry_of(losses(), b.loss.name).one_logit;
}

// ---- the plane ----

PlaneSearch::PlaneSearch(PlaneKind kind, std::span<const Course> courses, std::vector<std::size_t> corners, const Network& network, std::uint64_t seed,
                         double aspect)
    : kind_(kind), network_(network), seed_(seed), aspect_(aspect) {
  assert(corners.size() == corners_of(kind) && !courses.empty());
  std::vector<std::size_t> ends;
  for (const Course& course : courses) {
    assert(course.size() > 0 && course.at(0).size() == network.parameters().size());
    counts_.push_back(course.size());
    for (std::size_t point = 0; point < course.size(); ++point) points_.push_back(course.at(point));
    ends.push_back(points_.size() - 1);
  }
  for (const std::size_t corner : corners) corners_.push_back(ends[corner]);
  const std::size_t parameters = network.parameters().size(), count = points_.size();
  piece_ = std::clamp<std::size_t>(static_cast<std::size_t>(kPieceFlops) / (2 * count * count), 64, 4096);
  plane_.centre.assign(parameters, 0.0F);
  plane_.first.assign(parameters, 0.0F);
  plane_.second.assign(parameters, 0.0F);
  dots_.assign(count, {});
  if (kind == PlaneKind::principal)
    products_.assign(count * count, 0.0);
  else
    phase_ = Phase::directions;
}

bool PlaneSearch::advance() {
  switch (phase_) {
  case Phase::products: add_products(); break;
  case Phase::directions: direct(); break;
  case Phase::places: place(); break;
  case Phase::done: return false;
  }
  return phase_ != Phase::done;
}

// Products of the points about their mean, some parameters at a time: in float32 within a piece, whose sums are short, in float64 over
// the pieces.
void PlaneSearch::add_products() {
  const auto count = static_cast<Index>(points_.size());
  const std::size_t end = piece_end(), width = end - next_;
  Matrix away(count, static_cast<Index>(width));
  for (std::size_t i = 0; i < width; ++i) {
    double mean = 0;
    for (const auto& point : points_) mean += static_cast<double>(point[next_ + i]);
    mean /= static_cast<double>(count);
    plane_.centre[next_ + i] = static_cast<float>(mean);
    for (Index k = 0; k < count; ++k)
      away(k, static_cast<Index>(i)) = static_cast<float>(static_cast<double>(points_[static_cast<std::size_t>(k)][next_ + i]) - mean);
  }
  Matrix piece(count, count);
  product(to_read(away, count), to_read(away, count).transposed(), to_write(piece, count), false, scratch_);
  for (Index k = 0; k < count * count; ++k) products_[static_cast<std::size_t>(k)] += static_cast<double>(piece.data()[k]);
  next_ = end;
  if (next_ < size()) return;
  weigh();
  next_ = 0;
  phase_ = Phase::directions;
}

// What each point adds to each direction. The first course begins left of its end, and above it.
void PlaneSearch::weigh() {
  Principal principal = principal_of(products_);
  products_.clear();
  for (int d = 0; d < 2; ++d) {
    std::vector<double>& weights = along_[d] = std::move(principal.vectors[d]);
    if (principal.values[d] == 0) continue;
    const double turn = (weights[0] > weights[counts_[0] - 1]) == (d == 0) ? -1 : 1;
    for (double& w : weights) w *= turn / std::sqrt(principal.values[d]);
  }
}

void PlaneSearch::direct() {
  if (kind_ == PlaneKind::random)
    direct_at_random();
  else if (kind_ != PlaneKind::principal)
    direct_to_ends();
  else {
    const std::size_t end = piece_end();
    for (; next_ < end; ++next_) {
      const auto mean = static_cast<double>(plane_.centre[next_]);
      double sum[2] = {0, 0};
      for (std::size_t k = 0; k < points_.size(); ++k)
        for (int d = 0; d < 2; ++d) sum[d] += along_[d][k] * (static_cast<double>(points_[k][next_]) - mean);
      plane_.first[next_] = static_cast<float>(sum[0]);
      plane_.second[next_] = static_cast<float>(sum[1]);
    }
    if (next_ < size()) return;
  }
  next_ = 0;
  phase_ = Phase::places;
}

void PlaneSearch::direct_to_ends() {
  const auto from = points_[corners_[0]], to = points_[corners_[1]];
  std::vector<double> first(size()), second(size());
  for (std::size_t i = 0; i < size(); ++i) first[i] = static_cast<double>(to[i]) - static_cast<double>(from[i]);
  if (kind_ == PlaneKind::ends) {
    const auto upright = [](std::vector<double>& v) {
      const double length = std::sqrt(dot(v, v));
      for (double& x : v) x = length > 0 ? x / length : 0;
    };
    upright(first);
    const auto third = points_[corners_[2]];
    for (std::size_t i = 0; i < size(); ++i) second[i] = static_cast<double>(third[i]) - static_cast<double>(from[i]);
    const double along = dot(first, second), before = dot(second, second);
    for (std::size_t i = 0; i < size(); ++i) second[i] -= along * first[i];
    if (dot(second, second) > 1e-10 * before)
      upright(second);
    else
      second.assign(size(), 0.0); // all three on a line
  }
  for (std::size_t i = 0; i < size(); ++i) {
    plane_.centre[i] = from[i];
    plane_.first[i] = static_cast<float>(first[i]), plane_.second[i] = static_cast<float>(second[i]);
  }
}

void PlaneSearch::direct_at_random() {
  plane_.centre.assign(points_[corners_[0]].begin(), points_[corners_[0]].end());
  std::copy(plane_.centre.begin(), plane_.centre.end(), network_.parameters().begin());
  plane_.first = random_direction(network_, seed_, 0);
  plane_.second = random_direction(network_, seed_, 1);
}

// Where the points lie: the least squares of what is left, as directions need not be upright on each other.
void PlaneSearch::place() {
  const std::size_t end = piece_end();
  for (std::size_t i = next_; i < end; ++i) {
    const auto u = static_cast<double>(plane_.first[i]), v = static_cast<double>(plane_.second[i]);
    norm_[0] += u * u, norm_[1] += v * v, norm_cross_ += u * v;
  }
  for (std::size_t k = 0; k < points_.size(); ++k) {
    auto& [with_first, with_second, with_itself] = dots_[k];
    for (std::size_t i = next_; i < end; ++i) {
      const double away = static_cast<double>(points_[k][i]) - static_cast<double>(plane_.centre[i]);
      with_first += away * static_cast<double>(plane_.first[i]), with_second += away * static_cast<double>(plane_.second[i]);
      with_itself += away * away;
    }
  }
  next_ = end;
  if (next_ < size()) return;
  const double uu = norm_[0], vv = norm_[1], uv = norm_cross_, det = uu * vv - uv * uv;
  std::size_t k = 0;
  double all = 0, shown[2] = {0, 0};
  for (const std::size_t count : counts_) {
    auto& places = plane_.places.emplace_back();
    for (std::size_t point = 0; point < count; ++point, ++k) {
      const auto& [a, b, whole] = dots_[k];
      PlanePlace at;
      if (det > 1e-12 * uu * vv && det > 0)
        at.x = (a * vv - b * uv) / det, at.y = (b * uu - a * uv) / det;
      else if (uu > 0)
        at.x = a / uu;
      else if (vv > 0) // the first two ends are one
        at.y = b / vv;
      const double seen = at.x * at.x * uu + 2 * at.x * at.y * uv + at.y * at.y * vv;
      at.distance = std::sqrt(std::max(0.0, whole - seen));
      all += whole, shown[0] += at.x * at.x * uu, shown[1] += at.y * at.y * vv;
      places.push_back(at);
    }
  }
  if (all > 0) plane_.first_share = shown[0] / all, plane_.second_share = shown[1] / all;
  view();
  phase_ = Phase::done;
}

void PlaneSearch::view() {
  Extent& v = plane_.view;
  if (kind_ == PlaneKind::line) {
    v = {-0.5, 1.5, 0, 0};
    return;
  }
  if (kind_ == PlaneKind::random)
    v = {-1, 1, -1, 1};
  else {
    v = {0, 0, 0, 0};
    for (const auto& places : plane_.places)
      for (const PlanePlace& at : places) {
        v.x_least = std::min(v.x_least, at.x), v.x_most = std::max(v.x_most, at.x);
        v.y_least = std::min(v.y_least, at.y), v.y_most = std::max(v.y_most, at.y);
      }
    double margin = kMargin * std::max(v.width(), v.height());
    if (!(margin > 0)) margin = 1; // all points are one
    v = {v.x_least - margin, v.x_most + margin, v.y_least - margin, v.y_most + margin};
  }
  const double more_x = std::max(0.0, aspect_ * v.height() - v.width()) / 2, more_y = std::max(0.0, v.width() / aspect_ - v.height()) / 2;
  v = {v.x_least - more_x, v.x_most + more_x, v.y_least - more_y, v.y_most + more_y};
}

// ---- random walks ----

// In ever more directions steps of a walk become upright on each other: the product of its places after i and j steps, about the
// start, is min(i, j).
RandomWalks random_walks(std::span<const std::vector<std::int64_t>> steps) {
  std::vector<std::pair<std::size_t, double>> points; // walk and steps taken
  for (std::size_t walk = 0; walk < steps.size(); ++walk)
    for (const std::int64_t step : steps[walk]) points.emplace_back(walk, static_cast<double>(step));
  const std::size_t n = points.size();
  RandomWalks out;
  if (n == 0) return out;
  std::vector<double> products(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) products[i * n + j] = points[i].first == points[j].first ? std::min(points[i].second, points[j].second) : 0;
  // about their mean
  std::vector<double> means(n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    means[i] = std::accumulate(products.begin() + static_cast<std::ptrdiff_t>(i * n), products.begin() + static_cast<std::ptrdiff_t>((i + 1) * n), 0.0) /
               static_cast<double>(n);
  const double mean = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) products[i * n + j] += mean - means[i] - means[j];
  const Principal principal = principal_of(products);
  if (principal.all > 0) out.first_share = principal.values[0] / principal.all, out.second_share = principal.values[1] / principal.all;
  std::size_t i = 0;
  for (const auto& walk : steps) {
    auto& places = out.places.emplace_back();
    for (std::size_t point = 0; point < walk.size(); ++point, ++i)
      places.push_back({principal.vectors[0][i] * std::sqrt(principal.values[0]), principal.vectors[1][i] * std::sqrt(principal.values[1])});
  }
  return out;
}

// ---- the loss over it ----

namespace {

NetworkSettings blank(NetworkSettings settings) {
  settings.init = {"constant", standard_values(entry_of(initializers(), "constant"))};
  return settings;
}
NetworkSettings without_first(const NetworkSettings& settings) {
  NetworkSettings rest = blank(settings);
  if (!rest.hidden.empty()) rest.hidden.erase(rest.hidden.begin());
  return rest;
}

} // namespace

Network blank_network(const LaneSettings& settings, const Subset& data) {
  return Network(blank(settings.network), static_cast<Index>(data.features()), outputs_for(entry_of(losses(), settings.loss.name), data.classes), settings.seed,
                 data.zeros());
}

double LossPlane::share() const {
  const double of_block = of_level_.empty() ? 0 : static_cast<double>(cell_) / static_cast<double>(of_level_.size());
  const double of_level =
      of_level_.empty() ? 0 : (static_cast<double>(block_) + static_cast<double>(block_rows_) * (block_ready_ ? of_block : 0)) / static_cast<double>(examples_);
  return (static_cast<double>(cells_.done()) + of_level * static_cast<double>(of_level_.size())) / static_cast<double>(cells_.total());
}

LossPlane::LossPlane(const LaneSettings& settings, std::shared_ptr<const Subset> data, const Plane& plane, std::vector<Course> courses, bool train,
                     std::int64_t examples, int columns, int rows)
    : data_(std::move(data)), loss_(entry_of(losses(), settings.loss.name)), loss_values_(settings.loss.values), train_(train),
      examples_(std::min(examples, data_->part(train).size())), view_(plane.view), whole_(blank_network(settings, *data_)), courses_(std::move(courses)),
      cells_(columns, rows), level_(columns, rows) {
  const Vector* parts[] = {&plane.centre, &plane.first, &plane.second};
  const auto first = whole_.shape(0);
  const std::size_t split = first.bias + static_cast<std::size_t>(first.outputs);
  for (int i = 0; i < 3; ++i) {
    const auto middle = parts[i]->begin() + static_cast<std::ptrdiff_t>(split);
    first_layer_[i].assign(parts[i]->begin(), middle);
    rest_of_[i].assign(middle, parts[i]->end());
  }
  double cell_flops = static_cast<double>(kBlockRows * first.outputs * 6);
  if (whole_.layer_count() > 1) {
    rest_.emplace(without_first(settings.network), first.given, outputs_for(loss_, data_->classes), settings.seed,
                  first.activation->gives_zeros ? Zeros::many : Zeros::few);
    assert(rest_->parameters().size() == rest_of_[0].size());
    cell_flops += static_cast<double>(kBlockRows) * rest_->flops_per_row() + 4 * static_cast<double>(rest_of_[0].size());
  }
  cells_a_piece_ = static_cast<std::size_t>(std::max(1.0, kPieceFlops / cell_flops));
  for (const Course& course : courses_) points_ += course.size();
}

bool LossPlane::advance() {
  if (done() == total() || examples_ == 0) return false;
  const bool coarsest_known = cells_.done() > 0;
  if (coarsest_known && course_ < courses_.size())
    add_point();
  else if (block_ready_)
    add_cells();
  else
    next_block();
  return done() < total();
}

// The next examples, and what the first layer makes of them at the centre and along both directions.
void LossPlane::next_block() {
  if (of_level_.empty()) { // the next picture begins
    for (const std::int64_t end = level_.level_end(); level_.done() < end; level_.add(0.0F)) of_level_.push_back(level_.next());
    sums_.assign(of_level_.size(), {});
    block_ = 0;
  }
  const auto first = whole_.shape(0);
  block_rows_ = std::min(kBlockRows, examples_ - block_);
  std::vector<std::uint32_t> which(static_cast<std::size_t>(block_rows_));
  std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(block_));
  input_.resize(block_rows_, data_->features());
  gather(*data_, train_, which, input_, gathered_);
  for (int i = 0; i < 3; ++i) {
    given_[i].resize(block_rows_, first.outputs);
    product(to_read(input_, block_rows_), {first_layer_[i].data(), first.inputs, first.outputs, first.outputs, 1}, to_write(given_[i], block_rows_), false,
            scratch_, data_->zeros());
    const float* bias = first_layer_[i].data() + first.bias;
    for (Index r = 0; r < block_rows_; ++r)
      for (Index o = 0; o < first.outputs; ++o) given_[i](r, o) += bias[o];
  }
  cell_ = 0;
  block_ready_ = true;
}

void LossPlane::set_rest(double x, double y) {
  const auto along = static_cast<float>(x), up = static_cast<float>(y);
  const std::span<float> weights = rest_->parameters();
  const float *centre = rest_of_[0].data(), *first = rest_of_[1].data(), *second = rest_of_[2].data();
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = centre[i] + along * first[i] + up * second[i];
}

// Some of the picture's cells, for this block.
void LossPlane::add_cells() {
  const auto first = whole_.shape(0);
  z_.resize(block_rows_, first.outputs);
  y_.resize(block_rows_, first.given);
  for (std::size_t piece = 0; piece < cells_a_piece_ && cell_ < of_level_.size(); ++piece, ++cell_) {
    const auto [column, row] = of_level_[cell_];
    const double x = at(view_.x_least, view_.x_most, column, cells_.columns()), y = at(view_.y_least, view_.y_most, row, cells_.rows());
    const auto along = static_cast<float>(x), up = static_cast<float>(y);
    const float *centre = given_[0].data(), *one = given_[1].data(), *other = given_[2].data();
    float* z = z_.data();
    const auto count = static_cast<std::size_t>(z_.size());
    for (std::size_t i = 0; i < count; ++i) z[i] = centre[i] + along * one[i] + up * other[i];
    if (!rest_) {
      loss_.evaluate(z_, gathered_.answers(), loss_values_, sums_[cell_]);
      continue;
    }
    const auto units = static_cast<std::size_t>(first.outputs), wide = static_cast<std::size_t>(first.given);
    for (std::size_t r = 0; r < static_cast<std::size_t>(block_rows_); ++r)
      first.activation->forward({z + r * units, units}, {y_.data() + r * wide, wide}, whole_.activation_values(0));
    set_rest(x, y);
    loss_.evaluate(rest_->evaluate(y_, block_rows_), gathered_.answers(), loss_values_, sums_[cell_]);
  }
  if (cell_ < of_level_.size()) return;
  block_ready_ = false;
  block_ += block_rows_;
  if (block_ < examples_) return;
  for (const LossSum& sum : sums_) cells_.add(static_cast<float>(sum.loss / static_cast<double>(examples_)));
  of_level_.clear();
  block_ = 0;
}

// A block of examples at a point where a course truly was.
void LossPlane::add_point() {
  if (block_ == 0) {
    const auto weights = courses_[course_].at(point_);
    std::copy(weights.begin(), weights.end(), whole_.parameters().begin());
    sum_ = {};
  }
  block_rows_ = std::min(kBlockRows, examples_ - block_);
  std::vector<std::uint32_t> which(static_cast<std::size_t>(block_rows_));
  std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(block_));
  input_.resize(block_rows_, data_->features());
  gather(*data_, train_, which, input_, gathered_);
  loss_.evaluate(whole_.evaluate(input_, block_rows_), gathered_.answers(), loss_values_, sum_);
  block_ += block_rows_;
  if (block_ < examples_) return;
  block_ = 0;
  course_losses_.push_back(static_cast<float>(sum_.loss / static_cast<double>(examples_)));
  if (++point_ < courses_[course_].size()) return;
  courses_[course_].weights = {}; // no longer needed
  ++course_, point_ = 0;
}

} // namespace downhill
