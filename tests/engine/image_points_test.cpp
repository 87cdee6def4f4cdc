// Images as points of the plane: which ones, where they lie, and that it is the same wherever they come from.
#include "cli/files.hpp"
#include "core/hash.hpp"
#include "data/pack.hpp"
#include "engine/fixtures.hpp"
#include "engine/pinned_hashes.hpp"
#include "surfaces/image_points.hpp"
#include "surfaces/map.hpp"
#include "surfaces/surface_document.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace downhill;
using namespace downhill::fixtures;

namespace {

// Ten classes of images of 6 × 6: a bar of its class's row in noise, one light for all of an image. Some of the noise is the same in
// neighbouring pixels, so that there are directions along which images differ most.
std::shared_ptr<const Source> images(int count = 600) {
  auto source = std::make_shared<Source>();
  source->classes = 10;
  source->train.features = 36;
  PhiloxStream stream({27, 1});
  const auto up_to = [&](int most) { return static_cast<int>(stream.next_word() % static_cast<std::uint64_t>(most)); };
  for (int i = 0; i < count; ++i) {
    const int label = i * 7 % 10, light = up_to(60), left = up_to(50);
    source->train.labels.push_back(static_cast<std::uint8_t>(label));
    for (int f = 0; f < 36; ++f)
      source->train.pixels.push_back(static_cast<std::uint8_t>(light + (f % 6 < 3 ? left : 0) + (f / 6 == label % 6 ? 20 : 0) + up_to(50)));
  }
  return source;
}

SurfaceSettings settings(const Json& surface) {
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"lanes", {Json::object()}}, {"surface", {{"name", "logistic"}}}};
  json["surface"].update(surface);
  const auto document = surface_document_from_json(json);
  REQUIRE(document.ok());
  REQUIRE(needs_images(document->surface));
  return document->surface;
}
std::vector<Point> points_of(const std::shared_ptr<const Source>& source, const Json& surface) {
  const auto points = image_points(source, settings(surface));
  if (!points) MESSAGE(points.error().sentence(Language::en));
  REQUIRE(points.ok());
  return *points;
}

double mean(const std::vector<Point>& points, float Point::* a, float Point::* b = nullptr) {
  double sum = 0;
  for (const Point& p : points) sum += static_cast<double>(p.*a) * (b ? static_cast<double>(p.*b) : 1);
  return sum / static_cast<double>(points.size());
}
double mean_of_class(const std::vector<Point>& points, float Point::* a, float t) {
  double sum = 0, count = 0;
  for (const Point& p : points)
    if (p.t == t) sum += static_cast<double>(p.*a), ++count;
  return sum / count;
}

} // namespace

TEST_CASE("images of two classes in turn, each direction with mean 0 and deviation 1, the bias 1") {
  const auto source = images();
  for (const DirectionEntry& x : directions())
    for (const DirectionEntry& y : directions()) {
      if (x.id == y.id) continue;
      CAPTURE(std::string(x.id));
      CAPTURE(std::string(y.id));
      const auto points = points_of(source, {{"classes", {4, 2}}, {"count", 61}, {"along", {x.id, y.id}}});
      REQUIRE(points.size() == 61);
      for (std::size_t i = 0; i < points.size(); ++i) CHECK(points[i].t == (i % 2 == 0 ? 0.0F : 1.0F));
      for (const auto& [direction, number] : {std::pair(&x, &Point::x), {&y, &Point::y}}) {
        if (!direction->standardised) {
          for (const Point& p : points) CHECK(p.*number == 1.0F);
          continue;
        }
        CHECK(std::fabs(mean(points, number)) < 1e-6);
        CHECK(mean(points, number, number) == doctest::Approx(1));
        if (direction->id != "brightness") CHECK(mean_of_class(points, number, 1) >= mean_of_class(points, number, 0));
      }
      if (x.id.starts_with("principal") && y.id.starts_with("principal"))
        CHECK(std::fabs(mean(points, &Point::x, &Point::y)) < 1e-6); // they stand upright on each other
    }
}

TEST_CASE("each direction is what it is said to be") {
  // four images of two pixels, in an order where the draw does not matter: two of each class and all of a class alike
  auto source = std::make_shared<Source>();
  source->classes = 10;
  source->train.features = 2;
  for (int i = 0; i < 20; ++i) {
    source->train.labels.push_back(static_cast<std::uint8_t>(i % 2));
    for (const int pixel : {i % 2 == 0 ? 10 : 40, i % 2 == 0 ? 200 : 160}) source->train.pixels.push_back(static_cast<std::uint8_t>(pixel));
  }
  // all that differs is the class: along the means and the principal direction the first class lies at −1 and the second at 1, and
  // there is no second principal direction; the second class is darker
  for (const auto& [along, second] : {std::pair("means", 1.0F), {"principal", 1.0F}, {"principal_2", 0.0F}, {"brightness", -1.0F}})
    for (const Point& p : points_of(source, {{"classes", {0, 1}}, {"count", 20}, {"along", {along, "bias"}}}))
      CHECK(p.x == doctest::Approx(p.t == 1.0F ? second : -second));
  // classes the other way round: so are the means
  for (const Point& p : points_of(source, {{"classes", {1, 0}}, {"count", 20}, {"along", {"bias", "means"}}}))
    CHECK(p.y == doctest::Approx(p.t == 1.0F ? 1.0F : -1.0F));
  // images that are all the same have no directions, and nothing is divided by 0
  std::fill(source->train.pixels.begin(), source->train.pixels.end(), std::uint8_t{77});
  for (const char* along : {"means", "principal", "principal_2", "brightness"})
    for (const Point& p : points_of(source, {{"classes", {0, 1}}, {"count", 20}, {"along", {along, "bias"}}})) CHECK(p.x == 0.0F);
}

TEST_CASE("the first principal direction has the most variance, the second the most that is left") {
  // without standardising it is told by what the coordinates have in common with the pixels: PCA by another way, on 36 × 36
  const auto source = images();
  const Json wanted = {{"classes", {3, 5}}, {"count", 80}, {"along", {"principal", "principal_2"}}};
  const auto points = points_of(source, wanted);
  const int classes[] = {3, 5};
  const auto part = draw_part(*source, true, 1, classes, 80);
  REQUIRE(part.ok());
  std::vector<std::vector<double>> pixels(80, std::vector<double>(36));
  std::vector<double> centre(36);
  for (std::size_t i = 0; i < 80; ++i)
    for (std::size_t f = 0; f < 36; ++f) centre[f] += (pixels[i][f] = source->train.pixels[part->rows[i] * 36 + f] / 255.0) / 80;
  for (auto& image : pixels)
    for (std::size_t f = 0; f < 36; ++f) image[f] -= centre[f];
  double before = 0;
  for (float Point::* number : {&Point::x, &Point::y}) {
    // C v = λ v, with v the pixels' share in the coordinate
    std::vector<double> v(36), cv(36);
    for (std::size_t i = 0; i < 80; ++i)
      for (std::size_t f = 0; f < 36; ++f) v[f] += pixels[i][f] * static_cast<double>(points[i].*number);
    double length = 0, along = 0, off = 0, most = 0;
    for (const double each : v) length += each * each;
    for (double& each : v) each /= std::sqrt(length);
    for (std::size_t i = 0; i < 80; ++i) {
      double score = 0, size = 0;
      for (std::size_t f = 0; f < 36; ++f) score += pixels[i][f] * v[f], size += pixels[i][f] * pixels[i][f];
      for (std::size_t f = 0; f < 36; ++f) cv[f] += score * pixels[i][f];
      most += size;
    }
    for (std::size_t f = 0; f < 36; ++f) along += cv[f] * v[f];
    for (std::size_t f = 0; f < 36; ++f) off = std::max(off, std::fabs(cv[f] - along * v[f]));
    CHECK(off < 1e-5 * along);
    if (number == &Point::x) {
      CHECK(along > most / 10);
      before = along;
    } else {
      CHECK(along < before);
      CHECK(along > (most - before) / 35); // more than the mean of the rest
    }
  }
}

TEST_CASE("a pack that holds the beginning of the draw gives the same points as all the data") {
  const auto whole = images(4000);
  auto quick = std::make_shared<Source>();
  quick->classes = 10;
  quick->drawn_seed = 1;
  quick->train.features = 36;
  const std::vector<int> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto part = draw_part(*whole, true, 1, all, 2000); // as make_packs draws it: 200 of each class
  REQUIRE(part.ok());
  for (const std::uint32_t row : part->rows) {
    quick->train.labels.push_back(whole->train.labels[row]);
    const auto image = whole->train.pixels.begin() + 36 * static_cast<std::ptrdiff_t>(row);
    quick->train.pixels.insert(quick->train.pixels.end(), image, image + 36);
  }
  for (const int count : {10, 200, 400}) {
    const Json wanted = {{"classes", {9, 4}}, {"count", count}, {"along", {"principal_2", "brightness"}}};
    CHECK(points_of(whole, wanted) == points_of(quick, wanted));
  }
  // smaller draws are beginnings of larger ones: the same images, otherwise centred
  CHECK(points_of(whole, {{"count", 40}}).size() == 40);
  quick->drawn_seed = 2;
  CHECK(image_points(quick, settings(Json::object())).error().code == "needs_larger_pack");
  CHECK(image_points(nullptr, settings(Json::object())).error().code == "needs_images");
  const auto few = image_points(images(100), settings(Json::object()));
  CHECK(few.error().code + few.error().place == "too_many_examples/surface/count");
  auto four = std::make_shared<Source>(*images());
  four->classes = 4;
  CHECK(image_points(four, settings({{"classes", {1, 4}}})).error().code == "no_such_class");
}

TEST_CASE("points and paths over images have the pinned hash; batches go other ways") {
  Hash points;
  const auto source = images();
  for (const DirectionEntry& direction : directions())
    if (direction.id != "bias")
      for (const Point& p : points_of(source, {{"classes", {0, 6}}, {"count", 100}, {"along", {direction.id, "bias"}}})) points.add_floats({{p.x, p.y, p.t}});
  CHECK(hex16(points.value()) == pinned_hash("points of images", points.value()));

  Json json = {{"downhill", 1},
               {"lab", "surface"},
               {"surface", {{"name", "logistic"}, {"along", {"means", "bias"}}, {"count", 100}}},
               {"lanes", {Json::object(), {{"batch", 1}}, {{"batch", 16}}}}};
  auto document = surface_document_from_json(json);
  REQUIRE(document.ok());
  document->surface.points = *image_points(source, document->surface);
  const auto surface = make_surface(document->surface);
  std::vector<std::vector<Stand>> paths;
  for (const SurfaceLane& lane : document->lanes) paths.push_back(whole_path(Walk(surface, lane.settings)));
  Hash hash;
  for (const auto& path : paths) hash.add_floats(path.back().place);
  CHECK(hex16(hash.value()) == pinned_hash("paths over images", hash.value()));
  // all of them to the bottom and there to rest; one at a time ever on, a handful in between
  const auto wandered = [](const std::vector<Stand>& path) {
    double way = 0;
    for (std::size_t i = 150; i < path.size(); ++i)
      way += std::hypot(static_cast<double>(path[i].place[0] - path[i - 1].place[0]), static_cast<double>(path[i].place[1] - path[i - 1].place[1]));
    return way;
  };
  CHECK(wandered(paths[0]) < 0.5);
  CHECK(wandered(paths[2]) > 2 * wandered(paths[0]));
  CHECK(wandered(paths[1]) > 2 * wandered(paths[2]));
}
