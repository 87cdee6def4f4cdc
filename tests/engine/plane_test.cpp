#include "fixtures.hpp"
#include "inspect/course.hpp"
#include "inspect/landscape.hpp"
#include "inspect/plane.hpp"
#include "inspect/principal.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace downhill;
using namespace fixtures;

namespace {

// Where a run was after each of its steps, every `every`th.
Course course_of(const LaneSettings& settings, const std::shared_ptr<const Subset>& data, std::int64_t every = 1) {
  Trainer trainer(settings, data);
  Course course;
  std::int64_t noted = -1;
  do {
    if (!trainer.between_steps() || trainer.step() == noted || trainer.step() % every != 0) continue;
    noted = trainer.step();
    course.steps.push_back(noted);
    const auto weights = trainer.network().parameters();
    course.weights.insert(course.weights.end(), weights.begin(), weights.end());
  } while (trainer.advance() != Trainer::Piece::end);
  return course;
}

Plane plane_through(PlaneKind kind, const std::vector<Course>& courses, std::vector<std::size_t> corners, const Trainer& trainer, double aspect = 1) {
  PlaneSearch search(kind, courses, std::move(corners), std::as_const(trainer).network(), trainer.settings().seed, aspect);
  while (search.advance()) {
  }
  return search.take();
}

double distance(std::span<const float> a, const Plane& plane, double x, double y) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double at = static_cast<double>(plane.centre[i]) + x * static_cast<double>(plane.first[i]) + y * static_cast<double>(plane.second[i]);
    squares += (static_cast<double>(a[i]) - at) * (static_cast<double>(a[i]) - at);
  }
  return std::sqrt(squares);
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

// Three runs that begin alike.
struct Three {
  std::shared_ptr<const Subset> data = bars(100, 40);
  std::vector<LaneSettings> settings = {lane(Json::object()), lane({{"optimizer", {{"name", "adam"}, {"lr", 0.01}}}}),
                                        lane({{"optimizer", {{"name", "momentum"}, {"lr", 0.02}}}})};
  std::vector<Course> courses;
  Trainer trainer{settings[0], data};
  Three() {
    for (const LaneSettings& each : settings) courses.push_back(course_of(each, data, 3));
  }
};

} // namespace

TEST_CASE("a course has the weights that the run had at these steps: from the start, from checkpoints, where it stands; the run goes on as it was") {
  const auto data = bars(200, 40);
  for (const Json& patch : {Json::object(), Json{{"optimizer", "adam"}, {"network", {{"hidden", {{{"units", 12}, {"dropout", 0.3}}}}}}},
                            Json{{"batch", "full"}}, Json{{"batch", 1}, {"epochs", 1}}})
    for (const std::int64_t at : {0, 1, 5, 64, 150}) {
      CAPTURE(patch.dump());
      CAPTURE(at);
      Json all = {{"epochs", 14}, {"evaluate", {{"every", 1}}}};
      all.merge_patch(patch);
      const LaneSettings settings = lane(all);
      Trainer trainer(settings, data);
      History history;
      const std::int64_t step = std::min(at, trainer.steps());
      while (!at_rest_at(trainer, step)) {
        trainer.advance();
        history.note(trainer);
      }
      const std::uint64_t hash = trainer.hash();
      for (const std::size_t most : {2U, 5U, 40U}) {
        CourseSearch search(trainer, history, most);
        while (search.advance()) {
        }
        CHECK(search.done() == search.total());
        const Course course = search.take();
        CHECK(course.size() <= most);
        CHECK(course.steps.front() == 0);
        CHECK(course.steps.back() == trainer.step());
        CHECK(std::is_sorted(course.steps.begin(), course.steps.end()));
        if (most == 40 && step >= 64) CHECK(std::find(course.steps.begin(), course.steps.end(), 64) != course.steps.end());
        if (most == 40 && step >= 5) CHECK(std::find(course.steps.begin(), course.steps.end(), 4) != course.steps.end());
        Trainer again(settings, data);
        for (std::size_t k = 0; k < course.size(); ++k) {
          while (!at_rest_at(again, course.steps[k])) again.advance();
          CHECK(std::ranges::equal(course.at(k), std::as_const(again).network().parameters()));
        }
      }
      CHECK(trainer.hash() == hash);
    }
}

TEST_CASE("planes: every point lies where the plane says, at its distance, whatever the kind") {
  const Three three;
  const struct {
    PlaneKind kind;
    std::vector<std::size_t> corners;
  } kinds[] = {{PlaneKind::principal, {}}, {PlaneKind::ends, {0, 1, 2}}, {PlaneKind::random, {1}}, {PlaneKind::line, {2, 0}}};
  for (const auto& [kind, corners] : kinds) {
    CAPTURE(static_cast<int>(kind));
    const Plane plane = plane_through(kind, three.courses, corners, three.trainer);
    REQUIRE(plane.places.size() == 3);
    double all = 0, off = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      REQUIRE(plane.places[c].size() == three.courses[c].size());
      for (std::size_t k = 0; k < three.courses[c].size(); ++k) {
        const PlanePlace& at = plane.places[c][k];
        const auto weights = three.courses[c].at(k);
        const double away = distance(weights, plane, at.x, at.y), scale = 1e-4 + 1e-4 * distance(weights, plane, 0, 0);
        CHECK(std::fabs(away - at.distance) < scale);
        // there is no nearer place
        for (const double dx : {-0.05, 0.05}) CHECK(distance(weights, plane, at.x + dx, at.y) > away - scale);
        if (kind != PlaneKind::line)
          for (const double dy : {-0.05, 0.05}) CHECK(distance(weights, plane, at.x, at.y + dy) > away - scale);
        all += distance(weights, plane, 0, 0) * distance(weights, plane, 0, 0), off += away * away;
        if (kind == PlaneKind::principal || kind == PlaneKind::ends) {
          CHECK((at.x > plane.view.x_least && at.x < plane.view.x_most && at.y > plane.view.y_least && at.y < plane.view.y_most));
        }
      }
    }
    if (kind == PlaneKind::principal || kind == PlaneKind::ends) {
      CHECK(dot(plane.first, plane.first) == doctest::Approx(1).epsilon(1e-5));
      CHECK(dot(plane.second, plane.second) == doctest::Approx(1).epsilon(1e-5));
      CHECK(std::fabs(dot(plane.first, plane.second)) < 1e-5);
      CHECK(plane.first_share + plane.second_share == doctest::Approx(1 - off / all).epsilon(1e-4));
    }
  }
  // corners
  const Plane ends = plane_through(PlaneKind::ends, three.courses, {0, 1, 2}, three.trainer);
  for (std::size_t c = 0; c < 3; ++c) CHECK(ends.places[c].back().distance < 1e-4);
  CHECK(std::fabs(ends.places[0].back().x) < 1e-6);
  CHECK(std::fabs(ends.places[1].back().y) < 1e-5);
  const Plane line = plane_through(PlaneKind::line, three.courses, {2, 0}, three.trainer);
  CHECK(line.places[2].back().x == doctest::Approx(0));
  CHECK(line.places[0].back().x == doctest::Approx(1));
  CHECK(line.view == Extent{-0.5, 1.5, 0, 0});
}

TEST_CASE("planes: the principal one is nearest to all points: no other through their mean holds more of them") {
  const Three three;
  const Plane plane = plane_through(PlaneKind::principal, three.courses, {}, three.trainer, 2);
  CHECK(plane.first_share > plane.second_share);
  CHECK(plane.view.width() == doctest::Approx(2 * plane.view.height()));
  CHECK(plane.places[0].front().x < plane.places[0].back().x); // from left to right
  CHECK(plane.places[0].front().y > plane.places[0].back().y); // and down
  const double share = plane.first_share + plane.second_share;
  CHECK(share > 0.5);
  // of random planes each holds less
  for (std::uint32_t number = 0; number < 20; ++number) {
    Vector u = random_direction(std::as_const(three.trainer).network(), 7, 2 * number);
    double all = 0, seen = 0;
    const double uu = dot(u, u);
    for (const Course& course : three.courses)
      for (std::size_t k = 0; k < course.size(); ++k) {
        Vector away(course.at(k).begin(), course.at(k).end());
        for (std::size_t i = 0; i < away.size(); ++i) away[i] -= plane.centre[i];
        all += dot(away, away), seen += dot(away, u) * dot(away, u) / uu;
      }
    CHECK(seen / all < plane.first_share);
  }
  // points of a plane lie on it
  std::vector<Course> flat(2);
  const std::size_t parameters = std::as_const(three.trainer).network().parameters().size();
  const Vector u = random_direction(std::as_const(three.trainer).network(), 1, 0), v = random_direction(std::as_const(three.trainer).network(), 1, 1);
  for (int k = 0; k < 8; ++k) {
    Course& course = flat[static_cast<std::size_t>(k % 2)];
    course.steps.push_back(k);
    for (std::size_t i = 0; i < parameters; ++i) course.weights.push_back(static_cast<float>(k) * u[i] + static_cast<float>(k * k % 5) * v[i]);
  }
  const Plane own = plane_through(PlaneKind::principal, flat, {}, three.trainer);
  CHECK(own.first_share + own.second_share == doctest::Approx(1).epsilon(1e-6));
  for (const auto& places : own.places)
    for (const PlanePlace& at : places) CHECK(at.distance < 1e-3);
}

TEST_CASE("planes: points that are all one, or on a line, make no noise") {
  const auto data = bars(100, 40);
  const Trainer trainer(lane(Json::object()), data);
  const auto start = std::as_const(trainer).network().parameters();
  std::vector<Course> still(2, Course{{0}, {start.begin(), start.end()}});
  for (const auto& [kind, corners] : std::vector<std::pair<PlaneKind, std::vector<std::size_t>>>{{PlaneKind::principal, {}}, {PlaneKind::line, {0, 1}}}) {
    const Plane plane = plane_through(kind, still, corners, trainer);
    CHECK(plane.first_share == 0);
    CHECK(plane.second_share == 0);
    for (const auto& places : plane.places)
      for (const PlanePlace& at : places) CHECK((at.x == 0 && at.y == 0 && at.distance < 1e-6));
    CHECK(plane.view.width() > 0);
    for (const float x : plane.first) REQUIRE(x == 0);
  }
}

// Every activation and loss, of one layer, two and three: what the fast way says is what a network says that has these weights.
TEST_CASE("the loss over a plane is that of the network with these weights, for every activation") {
  const auto data = bars(152, 72);
  std::vector<Json> networks = {Json::array(),
                                Json::array({{{"units", 12}, {"activation", "relu"}}, {{"units", 7}, {"activation", "tanh"}, {"dropout", 0.5}}})};
  for (const ActivationEntry& entry : activations())
    networks.push_back(Json::array({{{"units", 9}, {"activation", entry.id}}, {{"units", 6}, {"activation", entry.id}}}));
  for (const Json& hidden : networks) {
    CAPTURE(hidden.dump());
    const LaneSettings settings = lane({{"network", {{"hidden", hidden}}}});
    const std::vector<Course> courses{course_of(settings, data, 4)};
    Trainer trainer(settings, data);
    const Plane plane = plane_through(PlaneKind::principal, courses, {}, trainer);
    LossPlane losses(settings, data, plane, courses, true, 1000, 9, 7);
    CHECK(losses.examples() == 152);
    while (losses.advance()) {
    }
    std::copy(plane.centre.begin(), plane.centre.end(), trainer.network().parameters().begin());
    LossProbe probe(trainer, 152);
    for (int row = 0; row < 7; ++row)
      for (int column = 0; column < 9; ++column) {
        const double x = LossPlane::at(plane.view.x_least, plane.view.x_most, column, 9), y = LossPlane::at(plane.view.y_least, plane.view.y_most, row, 7);
        CHECK(static_cast<double>(*losses.cells().at(column, row)) == doctest::Approx(probe.at({{x, &plane.first}, {y, &plane.second}})).epsilon(2e-4));
      }
    // and at the points themselves
    REQUIRE(losses.course_losses().size() == courses[0].size());
    for (std::size_t k = 0; k < courses[0].size(); ++k) {
      std::copy(courses[0].at(k).begin(), courses[0].at(k).end(), trainer.network().parameters().begin());
      CHECK(static_cast<double>(losses.course_losses()[k]) == doctest::Approx(LossProbe(trainer, 152).at({})).epsilon(1e-6));
    }
  }
}

// Without hidden layers and with squared errors the loss is a quadratic function of the weights: so is its plane, to the formula.
TEST_CASE("the loss over a plane of a quadratic loss equals the formula") {
  LaneSettings settings = lane({{"network", {{"hidden", Json::array()}}}, {"loss", "mse"}});
  const auto data = bars(60, 20);
  const std::vector<Course> courses{course_of(settings, data, 2)};
  const Trainer trainer(settings, data);
  const Plane plane = plane_through(PlaneKind::principal, courses, {}, trainer);
  for (const bool train : {true, false}) {
    LossPlane losses(settings, data, plane, courses, train, 1000, 11, 11);
    while (losses.advance()) {
    }
    // ½-free mean over rows and outputs of (w·x + b − t)², written out in float64
    const auto shape = std::as_const(trainer).network().shape(0);
    const Part& part = data->part(train);
    std::vector<std::uint32_t> which(static_cast<std::size_t>(part.size()));
    for (std::uint32_t i = 0; i < which.size(); ++i) which[i] = i;
    Matrix inputs(part.size(), data->features());
    Gathered gathered;
    gather(*data, train, which, inputs, gathered);
    for (int row = 0; row < 11; row += 5)
      for (int column = 0; column < 11; column += 5) {
        const double x = LossPlane::at(plane.view.x_least, plane.view.x_most, column, 11), y = LossPlane::at(plane.view.y_least, plane.view.y_most, row, 11);
        const auto weight = [&](std::size_t i) {
          return static_cast<double>(plane.centre[i]) + x * static_cast<double>(plane.first[i]) + y * static_cast<double>(plane.second[i]);
        };
        double sum = 0;
        for (Index r = 0; r < part.size(); ++r)
          for (Index o = 0; o < shape.outputs; ++o) {
            double z = weight(shape.bias + static_cast<std::size_t>(o));
            for (Index i = 0; i < shape.inputs; ++i)
              z += static_cast<double>(inputs(r, i)) * weight(shape.weight + static_cast<std::size_t>(i * shape.outputs + o));
            const double error = z - (gathered.labels[static_cast<std::size_t>(r)] == o ? 1.0 : 0.0);
            sum += error * error;
          }
        CHECK(static_cast<double>(*losses.cells().at(column, row)) == doctest::Approx(sum / static_cast<double>(part.size() * shape.outputs)).epsilon(1e-5));
      }
  }
}

TEST_CASE("the loss over a plane comes coarse first, then the points' own") {
  const auto data = bars(100, 40);
  const LaneSettings settings = lane(Json::object());
  const std::vector<Course> courses{course_of(settings, data, 5)};
  const Trainer trainer(settings, data);
  LossPlane losses(settings, data, plane_through(PlaneKind::principal, courses, {}, trainer), courses, false, 30, 41, 41);
  CHECK(losses.examples() == 30);
  while (losses.cells().done() == 0) REQUIRE(losses.advance());
  CHECK(losses.cells().done() == losses.cells().coarsest());
  CHECK(losses.course_losses().empty());
  const std::int64_t coarsest = losses.cells().done();
  while (losses.cells().done() == coarsest) REQUIRE(losses.advance());
  CHECK(losses.course_losses().size() == courses[0].size());
  CHECK(losses.cells().done() == 36); // every 8th of 41 × 41
  while (losses.advance()) {
  }
  CHECK(losses.done() == losses.total());
  CHECK(losses.total() == 41 * 41 + static_cast<std::int64_t>(courses[0].size()));
}

TEST_CASE("planes by ends: where the first two are one, the third still lies on the plane; the share of the work grows to 1") {
  const Three three;
  std::vector<Course> courses = {three.courses[0], three.courses[0], three.courses[2]};
  const Plane plane = plane_through(PlaneKind::ends, courses, {0, 1, 2}, three.trainer);
  CHECK(plane.places[2].back().distance < 1e-4);
  CHECK(std::hypot(plane.places[2].back().x, plane.places[2].back().y) > 0.1);
  CHECK(plane.second_share > 0);
  LossPlane losses(three.settings[0], three.data, plane, courses, true, 100, 17, 17);
  double share = 0;
  int grew = 0;
  while (losses.advance()) {
    CHECK(losses.share() >= share);
    grew += losses.share() > share;
    share = losses.share();
  }
  CHECK(losses.share() == 1);
  CHECK(grew > 5);
}

namespace {
std::vector<std::int64_t> every(std::int64_t steps) {
  std::vector<std::int64_t> all;
  for (std::int64_t step = 0; step < steps; ++step) all.push_back(step);
  return all;
}
} // namespace

TEST_CASE("random walks: a long one has 6/π² of itself in its first principal direction") {
  const RandomWalks one = random_walks(std::vector<std::vector<std::int64_t>>(1, every(300)));
  CHECK(one.first_share == doctest::Approx(0.6079).epsilon(0.003));
  CHECK(one.second_share == doctest::Approx(0.6079 / 4).epsilon(0.003));
  CHECK(random_walks(std::vector<std::vector<std::int64_t>>(1, every(8))).first_share > one.first_share);
  // several share what they show
  const RandomWalks nine = random_walks(std::vector<std::vector<std::int64_t>>(9, every(12)));
  CHECK(nine.first_share < 0.3);
  CHECK(nine.places.size() == 9);
  CHECK(nine.places[8].size() == 12);
  CHECK(random_walks(std::vector<std::vector<std::int64_t>>(1, every(1))).first_share == 0);
  CHECK(random_walks({}).places.empty());
  // seen more often near the start, a walk has more of itself in its first direction: its far end stands out
  CHECK(random_walks(std::vector<std::vector<std::int64_t>>{{0, 1, 2, 4, 8, 16, 32, 64, 100}}).first_share > one.first_share);
}

TEST_CASE("principal directions: of matrices whose values and vectors are known, also where some are equal or there is nothing") {
  PhiloxStream stream({5, 5});
  for (const std::vector<double>& values : {std::vector<double>{9, 4, 1, 0.1, 0}, {3, 2.9, 2.8, 1}, {1, 0, 0}, {5, 5, 5, 5, 5, 1}, {7}, {0, 0, 0}, {2, 1}}) {
    const std::size_t n = values.size();
    // columns of random numbers, made upright on each other
    std::vector<std::vector<double>> vectors;
    for (std::size_t k = 0; k < n; ++k) {
      std::vector<double> v(n);
      for (double& x : v) x = stream.next_uniform() - 0.5;
      for (int twice = 0; twice < 2; ++twice)
        for (const auto& other : vectors) {
          double along = 0;
          for (std::size_t i = 0; i < n; ++i) along += v[i] * other[i];
          for (std::size_t i = 0; i < n; ++i) v[i] -= along * other[i];
        }
      double squares = 0;
      for (const double x : v) squares += x * x;
      for (double& x : v) x /= std::sqrt(squares);
      vectors.push_back(v);
    }
    std::vector<double> products(n * n);
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) products[i * n + j] += values[k] * vectors[k][i] * vectors[k][j];
    const Principal found = principal_of(products);
    double all = 0;
    for (const double value : values) all += value;
    CHECK(found.all == doctest::Approx(all));
    for (std::size_t d = 0; d < 2; ++d) {
      const double expected = d < n ? values[d] : 0;
      CHECK(found.values[d] == doctest::Approx(expected).epsilon(1e-6));
      double off = 0; // of A·v − value·v
      for (std::size_t i = 0; i < n; ++i) {
        double image = 0;
        for (std::size_t j = 0; j < n; ++j) image += products[i * n + j] * found.vectors[d][j];
        off += std::fabs(image - found.values[d] * found.vectors[d][i]);
      }
      CHECK(off < 1e-3);
    }
  }
}
