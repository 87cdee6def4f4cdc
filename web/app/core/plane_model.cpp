#include "app/core/plane_model.hpp"

#include "app/core/fresh_number.hpp"
#include "app/core/race.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

constexpr std::size_t kPointsMost = 24, kPointsLeast = 3; // of a lane
constexpr std::size_t kPointsOfAll = 200;                 // all pairs of them are multiplied
constexpr float kFarthest = 1e12F;                        // a weight beyond is as good as diverged
constexpr int kCells = 40;                                // of a square picture's side

// They bound memory.
std::uint64_t parameters_of(const Race& race, std::size_t lane) {
  const LaneSettings& settings = race.experiment().lanes[lane].settings;
  std::uint64_t inputs = static_cast<std::uint64_t>(race.inputs()), all = 0;
  for (const HiddenLayer& layer : settings.network.hidden) {
    all += (inputs + 1) * static_cast<std::uint64_t>(layer.units);
    inputs = static_cast<std::uint64_t>(layer.units) * static_cast<std::uint64_t>(entry_of(activations(), layer.activation.name).width);
  }
  return all + (inputs + 1) * static_cast<std::uint64_t>(race.outputs(lane));
}

// Whether lane `i` can be in the picture of lane `chosen`.
bool fits(const Race& race, std::size_t i, std::size_t chosen) {
  const LaneState& lane = race.lanes()[i];
  const auto& settings = race.experiment().lanes;
  return (!lane.hidden || i == chosen) && lane.started && !lane.lost && !lane.problem && lane.status != LaneStatus::diverged &&
         same_network(settings[i].settings, settings[chosen].settings);
}

} // namespace

// ---- heights ----

GridSurface::GridSurface(const Extent& view, const CoarseFirst<float>& cells) : view_(view) {
  const auto known = [&](int step) {
    return static_cast<std::int64_t>((cells.columns() + step - 1) / step) * ((cells.rows() + step - 1) / step) <= cells.done();
  };
  while (!known(stride_)) stride_ *= 2;
  const int stride = stride_;
  columns_ = (cells.columns() + stride - 1) / stride, rows_ = (cells.rows() + stride - 1) / stride;
  across_ = static_cast<double>(std::max(1, cells.columns() - 1)) / stride, up_ = static_cast<double>(std::max(1, cells.rows() - 1)) / stride;
  for (int row = 0; row < rows_; ++row)
    for (int column = 0; column < columns_; ++column) values_.push_back(*cells.at(column * stride, row * stride));
}

Slope GridSurface::at(double x, double y) const {
  constexpr double kEdge = 1e-6;
  const double u = (x - view_.x_least) / view_.width(), v = view_.height() > 0 ? (y - view_.y_least) / view_.height() : 0;
  if (!(u >= -kEdge && u <= 1 + kEdge && v >= -kEdge && v <= 1 + kEdge)) return {INFINITY, 0, 0};
  const double c = std::clamp(u * across_, 0.0, static_cast<double>(columns_ - 1)), r = std::clamp(v * up_, 0.0, static_cast<double>(rows_ - 1));
  const int column = std::min(static_cast<int>(c), std::max(0, columns_ - 2)), row = std::min(static_cast<int>(r), std::max(0, rows_ - 2));
  const double s = c - column, t = r - row;
  const auto value = [&](int right, int above) {
    const int i = std::min(column + right, columns_ - 1), j = std::min(row + above, rows_ - 1);
    return static_cast<double>(values_[static_cast<std::size_t>(j) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(i)]);
  };
  const auto part = [](double share, double height) { return share > 0 ? share * height : 0; }; // nothing of an infinite one is nothing
  return {part((1 - t) * (1 - s), value(0, 0)) + part((1 - t) * s, value(1, 0)) + part(t * (1 - s), value(0, 1)) + part(t * s, value(1, 1)), 0, 0};
}

// ---- asking ----

PlaneModel::PlaneModel() : slot_(fresh_request()) {}

void PlaneModel::drop() {
  if (std::exchange(waiting_, false)) post_(DropPlane{slot_});
}

void PlaneModel::cancel() {
  const bool under_way = waiting_ || std::exchange(collecting_, false);
  drop();
  if (under_way) asked_.clear(), shown_ = 0;
}

void PlaneModel::begin(Race& race, const PlaneWish& wish, double aspect) {
  drop();
  if (!(wish == wish_)) losses_ = 0;
  wish_ = wish;
  chosen_ = race.lanes()[wish.lane].key;
  share_ = 0;
  aspect_ = std::clamp(aspect, 0.25, 4.0);
  collecting_ = false;
  begun_.reset();
  problem_.reset();
  asked_.clear();
  other_networks_ = diverged_ = 0;
  const auto& settings = race.experiment().lanes;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) {
    const LaneState& lane = race.lanes()[i];
    const bool same = same_network(settings[i].settings, settings[wish.lane].settings);
    if (fits(race, i, wish.lane))
      asked_.push_back({i, lane.key, lane.step, {}, {}, {}});
    else if (!lane.hidden && lane.started && !lane.problem && !same)
      ++other_networks_;
    else if (!lane.hidden && lane.status == LaneStatus::diverged)
      ++diverged_;
  }
  shown_ = asked_.size();
  // the chosen lane is the first corner; the others as they are wanted, or else the next that there are
  const std::size_t corners = corners_of(wish.kind);
  corners_.clear();
  const auto add = [&](std::size_t lane) {
    const auto at = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& it) { return it.lane == lane; });
    const auto number = static_cast<std::uint32_t>(at - asked_.begin());
    if (at != asked_.end() && corners_.size() < corners && std::find(corners_.begin(), corners_.end(), number) == corners_.end()) corners_.push_back(number);
  };
  add(wish.lane);
  for (const std::size_t lane : wish.others) add(lane);
  for (const Asked& it : asked_) add(it.lane);
  const std::size_t least = std::max<std::size_t>(1, corners);
  if (asked_.size() < least || corners_.size() < corners) {
    problem_ = UserError{"plane_few_lanes", "", {std::to_string(least), std::to_string(asked_.size())}};
    return;
  }
  const std::uint64_t each = parameters_of(race, wish.lane) * sizeof(float) * asked_.size();
  points_ = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(std::min<std::uint64_t>(points_bytes_most / each, kPointsOfAll / asked_.size()), kPointsLeast, kPointsMost));
  if (points_ * each > 4 * points_bytes_most) {
    problem_ = UserError{"plane_too_large", "", {std::to_string(asked_.size())}};
    return;
  }
  collecting_ = true;
}

void PlaneModel::go_on(Race& race) {
  if (!collecting_ && !waiting_) return;
  const auto still = [&](std::size_t lane, const LaneKey& key) { return lane < race.lanes().size() && race.lanes()[lane].key == key; };
  if (!still(wish_.lane, chosen_) || !std::all_of(asked_.begin(), asked_.end(), [&](const Asked& it) { return still(it.lane, it.key); }))
    return cancel(); // one began again, or is no more
  if (!collecting_) return;
  bool all = true;
  for (Asked& it : asked_) {
    if (it.course) continue;
    if (const CourseLook* look = it.look.want(race, it.lane, {points_})) {
      it.course = look->course;
      it.step = look->head.step;
      it.look = {}; // its place is free, and its memory
    } else if (it.look.failed()) {
      problem_ = UserError{"memory", "", {}};
      collecting_ = false;
      for (Asked& each : asked_) each.look = {}, each.course.reset();
      return;
    }
    all = all && it.course;
  }
  if (!all) return;
  // one whose weights have run away is left out as one that is known to have diverged; what it is a corner of can't be drawn
  const auto ran_away = [](const Asked& it) {
    return std::any_of(it.course->weights.begin(), it.course->weights.end(), [](float w) { return !(std::fabs(w) < kFarthest); });
  };
  for (const Asked& it : asked_)
    if (ran_away(it)) {
      problem_ = UserError{"plane_diverged", "", {std::to_string(it.lane + 1)}};
      collecting_ = false;
      for (Asked& each : asked_) each.course.reset();
      return;
    }
  ask_plane(race);
}

void PlaneModel::ask_plane(Race& race) {
  collecting_ = false;
  const auto side = [&](double share) { return static_cast<std::uint32_t>(std::max(2L, std::lround(kCells / 8 * share)) * 8 + 1); };
  ask_ = {slot_,
          fresh_request(),
          single_lane(race.experiment(), wish_.lane),
          wish_.kind,
          {},
          corners_,
          wish_.train,
          wish_.examples,
          side(std::sqrt(aspect_)),
          side(1 / std::sqrt(aspect_)),
          aspect_};
  if (wish_.kind == PlaneKind::line) ask_.columns = 101, ask_.rows = 1;
  for (Asked& it : asked_) it.steps = it.course->steps, ask_.courses.push_back(std::move(*it.course)), it.course.reset();
  worker_ = race.lanes()[wish_.lane].worker;
  post_ = race.to_worker(worker_);
  waiting_ = true;
  post_(ask_);
  ask_.courses = {};
}

void PlaneModel::worker_lost() {
  if (!waiting_) return;
  drop(); // it may be another one that died
  if (++losses_ < 2)
    asked_.clear(), shown_ = 0;
  else
    problem_ = UserError{"memory", "", {}}; // it would die again
}

std::optional<std::size_t> PlaneModel::Member::lane_in(const Race& race) const {
  const auto& lanes = race.lanes();
  const auto at = std::find_if(lanes.begin(), lanes.end(), [&](const LaneState& lane) { return lane.key == key; });
  return at == lanes.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - lanes.begin()));
}

// ---- answers ----

bool PlaneModel::take(const ToApp& message) {
  const auto its_own = [&](const auto& m) { return waiting_ && m.slot == slot_ && m.request == ask_.request; };
  if (const auto* begun = std::get_if<PlaneBegun>(&message)) return its_own(*begun) && begin_picture(*begun);
  if (const auto* piece = std::get_if<PlanePiece>(&message)) return its_own(*piece) && add(*piece);
  const auto* problem = std::get_if<PlaneProblem>(&message);
  if (!problem || !its_own(*problem)) return false;
  problem_ = UserError{problem->code, problem->place, problem->with};
  waiting_ = false;
  return true;
}

bool PlaneModel::begin_picture(const PlaneBegun& m) {
  if (m.columns != ask_.columns || m.rows != ask_.rows || m.places.size() != asked_.size() || m.walks.size() != asked_.size()) return false;
  const bool flat = wish_.kind == PlaneKind::line;
  if (!(m.view.width() > 0) || !(flat ? m.view.height() == 0 : m.view.height() > 0)) return false; // also NaN
  for (std::size_t i = 0; i < asked_.size(); ++i)
    if (m.places[i].size() != asked_[i].steps.size() || m.walks[i].size() != m.places[i].size()) return false;
  Picture picture{wish_,
                  m.view,
                  m.first_share,
                  m.second_share,
                  m.walks_first_share,
                  m.walks_second_share,
                  m.examples,
                  {},
                  {corners_.begin(), corners_.end()},
                  {static_cast<int>(m.columns), static_cast<int>(m.rows)},
                  nullptr,
                  0,
                  ask_.request};
  for (std::size_t i = 0; i < asked_.size(); ++i) picture.members.push_back({asked_[i].key, asked_[i].steps, m.places[i], {}, m.walks[i]});
  begun_.emplace(std::move(picture));
  return true;
}

bool PlaneModel::add(const PlanePiece& m) {
  Picture* picture = begun_ ? &*begun_ : picture_request_ == ask_.request && picture_ ? &*picture_ : nullptr;
  if (!picture || m.from != picture->cells.done() ||
      (m.from == 0 && !m.losses.empty() && static_cast<std::int64_t>(m.losses.size()) < picture->cells.coarsest()) ||
      picture->cells.done() + static_cast<std::int64_t>(m.losses.size()) > picture->cells.total())
    return false;
  std::size_t known = 0, all = 0;
  for (const Member& member : picture->members) known += member.losses.size(), all += member.places.size();
  if (m.points_from != known || known + m.point_losses.size() > all) return false;
  share_ = std::clamp(m.share, share_, 1.0); // false for NaN
  for (const float loss : m.losses) picture->cells.add(loss);
  auto member = picture->members.begin();
  for (const float loss : m.point_losses) {
    while (member->losses.size() == member->places.size()) ++member;
    member->losses.push_back(loss);
  }
  if (picture->cells.done() > 0 && !m.losses.empty()) {
    picture->surface = std::make_shared<const GridSurface>(picture->view, picture->cells);
    picture->version = fresh_number();
    if (begun_) {
      picture_ = std::move(begun_);
      begun_.reset();
      picture_request_ = ask_.request;
      picture = &*picture_;
    }
  }
  known += m.point_losses.size();
  if (picture->cells.done() == picture->cells.total() && known == all) waiting_ = false, losses_ = 0;
  return true;
}

bool PlaneModel::stale(const Race& race, const PlaneWish& wish) const {
  if (!(wish == wish_)) return true;
  if (problem_ && problem_->code == "memory") return false;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < race.lanes().size(); ++i) shown += fits(race, i, wish.lane);
  if (shown != shown_) return true;
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& it) {
    return it.lane >= race.lanes().size() || race.lanes()[it.lane].key != it.key || race.lanes()[it.lane].step != it.step;
  });
}

double PlaneModel::progress() const {
  if (collecting_) {
    double share = 0;
    for (const Asked& it : asked_) share += it.course ? 1 : std::max(0.0, it.look.progress());
    return 0.3 * share / static_cast<double>(std::max<std::size_t>(1, asked_.size()));
  }
  if (!waiting_) return -1;
  if (begun_ || picture_request_ != ask_.request || !picture_) return 0.3;
  return 0.3 + 0.7 * share_;
}

} // namespace downhill
