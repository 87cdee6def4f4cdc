// Surfaces, the way of every rule down each of them, and the document of the lab.
#include "cli/files.hpp"
#include "core/philox.hpp"
#include "engine/fixtures.hpp"
#include "engine/pinned_hashes.hpp"
#include "surface_runs.hpp"
#include "surfaces/image_points.hpp"
#include "surfaces/map.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <sstream>

using namespace downhill;
using namespace downhill::fixtures;

namespace {

Json document(const Json& patch) {
  Json json = {{"downhill", 1}, {"lab", "surface"}, {"lanes", Json::array({Json::object()})}};
  json.merge_patch(patch);
  return json;
}
// Images of four classes, bright bars in noise of all sizes (so that classes overlap): 400 of each, 10 × 10 pixels.
std::shared_ptr<const Source> noisy_bars() {
  static const auto source = [] {
    auto made = std::make_shared<Source>();
    made->classes = 10;
    made->train.features = 100;
    PhiloxStream stream({3, 14});
    for (int i = 0; i < 4000; ++i) {
      const int light = static_cast<int>(stream.next_word() % 120);
      made->train.labels.push_back(static_cast<std::uint8_t>(i % 10));
      for (int f = 0; f < 100; ++f)
        made->train.pixels.push_back(static_cast<std::uint8_t>((f / 10 == i % 10 ? 30 : 0) + light / 2 + static_cast<int>(stream.next_word() % 100)));
    }
    return made;
  }();
  return source;
}
SurfaceDocument read(const Json& patch) {
  auto read = surface_document_from_json(document(patch));
  if (!read) MESSAGE(read.error().sentence(Language::en));
  REQUIRE(read.ok());
  if (needs_images(read->surface)) {
    auto points = image_points(noisy_bars(), read->surface);
    REQUIRE(points.ok());
    read->surface.points = *points;
  }
  return *read;
}
std::string refusal(const Json& patch) {
  const auto read = surface_document_from_json(document(patch));
  if (read) return "taken";
  for (const Language language : {Language::zh, Language::en}) CHECK(!read.error().sentence(language).empty()); // asserts that all gaps are filled
  return read.error().code + " " + read.error().place;
}
std::vector<Stand> path(const Json& patch, std::size_t lane = 0) {
  const SurfaceDocument document = read(patch);
  return whole_path(Walk(make_surface(document.surface), document.lanes[lane].settings));
}

// Every surface with its usual numbers, and bowls of other shapes.
std::vector<Json> all_surfaces() {
  std::vector<Json> all;
  for (const SurfaceEntry& entry : surfaces()) all.push_back({{"name", entry.id}});
  for (const double angle : {-30.0, 45.0, 90.0}) all.push_back({{"name", "bowl"}, {"kappa", 100}, {"angle", angle}});
  all.push_back({{"name", "neuron"}, {"loss", "cross_entropy"}, {"points", {{1, 0}, {-0.5, 1}, {2, 0.5}}}});
  all.push_back({{"name", "neuron"}, {"points", {{1, 0}, {-0.5, 1}, {2, 0.5}}}});
  for (const char* loss : {"cross_entropy", "mse"}) {
    all.push_back({{"name", "logistic"}, {"loss", loss}, {"points", clouds(30, 2)}});
    all.push_back({{"name", "logistic"}, {"loss", loss}, {"classes", {3, 1}}, {"along", {"bias", "brightness"}}, {"count", 50}});
  }
  return all;
}

void near(const Stand& stand, double x, double y, double within) {
  CHECK(std::fabs(static_cast<double>(stand.place[0]) - x) < within);
  CHECK(std::fabs(static_cast<double>(stand.place[1]) - y) < within);
}

} // namespace

TEST_CASE("every surface's gradient is that of differences at 1,000 points, and its formula is the function") {
  for (const Json& json : all_surfaces()) {
    CAPTURE(json.dump());
    const SurfaceDocument document = read({{"surface", json}});
    const SurfaceEntry& entry = entry_of(surfaces(), document.surface.surface.name);
    const auto surface = make_surface(document.surface);
    const std::string text = formula_of(document.surface);
    const auto formula = text.empty() ? Result<Formula>(UserError{}) : Formula::read(text);
    CHECK(formula.ok() == !entry.over_points());
    PhiloxStream stream({5, 1});
    int wrong = 0, wrong_formula = 0;
    for (int i = 0; i < 1000; ++i) {
      const double x = entry.view.x_least + entry.view.width() * stream.next_uniform(), y = entry.view.y_least + entry.view.height() * stream.next_uniform();
      const Slope at = surface->at(x, y);
      const double step = 1e-5;
      const double by_x = (surface->at(x + step, y).f - surface->at(x - step, y).f) / (2 * step);
      const double by_y = (surface->at(x, y + step).f - surface->at(x, y - step).f) / (2 * step);
      const double size = 1e-3 + std::fabs(by_x) + std::fabs(by_y) + std::fabs(at.f) / 100;
      wrong += !(std::fabs(by_x - at.dx) < 1e-6 * size && std::fabs(by_y - at.dy) < 1e-6 * size);
      if (!formula) continue;
      const Slope typed = formula->at(x, y);
      const double tiny = 1e-11 * (1 + std::fabs(at.f) + std::fabs(at.dx) + std::fabs(at.dy));
      wrong_formula += !(std::fabs(typed.f - at.f) < tiny && std::fabs(typed.dx - at.dx) < tiny && std::fabs(typed.dy - at.dy) < tiny);
    }
    CHECK(wrong == 0);
    CHECK(wrong_formula == 0);
  }
}

TEST_CASE("minima and saddles are where the table says, and as high") {
  struct Known {
    const char* id;
    double lowest, highest; // of the minima
  };
  const Known kKnown[] = {{"bowl", 0, 0},
                          {"beale", 0, 0},
                          {"rosenbrock", 0, 0},
                          {"booth", 0, 0},
                          {"himmelblau", 0, 0},
                          {"rastrigin", 0, 50},
                          {"three_hump_camel", 0, 0.29864},
                          {"styblinski_tang", -78.33233, -50.05889},
                          {"saddle", -1, -1},
                          {"plateau", 0, 0}};
  for (const SurfaceEntry& entry : surfaces()) {
    CAPTURE(std::string(entry.id));
    CHECK((entry.start.x >= entry.view.x_least && entry.start.x <= entry.view.x_most && entry.start.y >= entry.view.y_least &&
           entry.start.y <= entry.view.y_most));
    if (!entry.at) continue;
    const Known* known = nullptr;
    for (const Known& k : kKnown)
      if (entry.id == k.id) known = &k;
    REQUIRE(known); // a new function needs its row
    REQUIRE(!entry.minima.empty());
    const ParameterValues values = standard_values(entry);
    const auto f = [&](Place at) { return entry.at(at.x, at.y, values).f; };
    CHECK(f(entry.minima.front()) == doctest::Approx(known->lowest).epsilon(1e-6));
    double highest = known->lowest;
    for (const Place at : entry.minima) highest = std::max(highest, f(at));
    CHECK(highest == doctest::Approx(known->highest).epsilon(0.02));
    const auto around = [&](Place at, bool& lower, bool& higher) {
      lower = higher = false;
      for (int i = 0; i < 64; ++i) {
        const double there = f({at.x + 0.01 * std::cos(i * 0.0981747704), at.y + 0.01 * std::sin(i * 0.0981747704)});
        lower = lower || there < f(at);
        higher = higher || there > f(at);
      }
    };
    for (const bool saddle : {false, true})
      for (const Place at : saddle ? entry.saddles : entry.minima) {
        const Slope slope = entry.at(at.x, at.y, values);
        CHECK(std::fabs(slope.dx) + std::fabs(slope.dy) < 1e-12);
        bool lower = false, higher = false;
        around(at, lower, higher);
        CHECK(higher);
        CHECK(lower == saddle);
      }
  }
  CHECK(entry_of(surfaces(), "beale").at(0, 1, {}).f == 14.203125);
}

TEST_CASE("golden paths of f = 0.1x² + 2y² from (−5, −2), 20 steps") {
  const auto end = [](const Json& optimizer) {
    const auto stands =
        path({{"surface", {{"name", "formula"}, {"formula", "0.1*x^2 + 2*y^2"}}}, {"start", {-5, -2}}, {"steps", 20}, {"optimizer", optimizer}});
    REQUIRE(stands.size() == 21);
    return stands.back();
  };
  near(end({{"name", "sgd"}, {"lr", 0.4}}), -0.943467, -0.000073, 1e-6);
  near(end({{"name", "sgd"}, {"lr", 0.6}}), -0.387814, -1673.365109, 5e-3); // 2e−6 of it: every step multiplies float32's roundings, too
  // with a constant rate η inside or outside of the velocity is the same path
  near(end({{"name", "momentum"}, {"lr", 0.6}, {"momentum", 0.5}}), 0.007188, 0.002553, 1e-6);
  // these were made with ε = 1e−6 inside the root, ours stands outside: at gradients of order 1 no digit shown tells them apart
  near(end({{"name", "adagrad"}, {"lr", 0.4}}), -2.382563, -0.158591, 2e-6);
  near(end({{"name", "adagrad"}, {"lr", 2}}), -0.002295, 0, 2e-6);
}

TEST_CASE("every rule gets lower on every surface, in pieces as at once, to the pinned hash") {
  std::map<std::string, Hash> hashes;
  for (const auto& [name, json] : surface_runs()) {
    CAPTURE(name);
    const SurfaceDocument document = read(json);
    const Walk walk(make_surface(document.surface), document.lanes[0].settings);
    const auto at_once = whole_path(walk);
    REQUIRE(at_once.size() == 201);
    const bool lower = at_once.back().f < at_once.front().f;
    CHECK(lower);
    Walk pieces = walk;
    for (int i = 0; i < 77; ++i) pieces.advance();
    Walk rest = pieces;
    while (rest.advance()) {
    }
    CHECK(pieces.step() == 77);
    CHECK(pieces.here().place == at_once[77].place);
    CHECK(rest.here().place == at_once.back().place);
    CHECK(rest.here().state1 == at_once.back().state1);
    for (const Stand& stand : at_once) {
      Hash& hash = hashes[document.surface.surface.name];
      hash.add_floats(stand.place);
      hash.add_floats({&stand.f, 1});
    }
  }
  CHECK(hashes.size() == surfaces().size());
  for (const auto& [surface, hash] : hashes) CHECK(hex16(hash.value()) == pinned_hash("surface " + surface, hash.value()));
}

TEST_CASE("every rule's path down every surface is PyTorch's") {
  const auto bytes = read_file(std::string(DOWNHILL_TESTS_DIR) + "/golden/surfaces.txt", 1U << 20);
  REQUIRE(bytes.ok());
  std::istringstream lines(std::string(bytes->begin(), bytes->end()));
  std::map<std::string, std::vector<double>> golden; // step, x, y, f; step, …
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with("#") || tab == std::string::npos) continue;
    std::istringstream numbers(line.substr(tab + 1));
    for (double value = 0; numbers >> value;) golden[line.substr(0, tab)].push_back(value);
  }
  // PyTorch works the surface out in float32. Where a rule has arrived, and divides what roundings leave of the gradient by its
  // own size, that shows: from these steps on it is only compared with the surface in float64 (tests/node/pytorch.test.ts).
  const std::map<std::string, int> kSensitiveFrom{
      {"beale adadelta", 200}, {"beale rmsprop", 150}, {"rastrigin adadelta", 200}, {"saddle adadelta", 200}, {"saddle rmsprop", 150}};
  double worst = 0;
  for (const auto& [name, json] : surface_runs()) {
    CAPTURE(name);
    REQUIRE(golden.contains(name)); // a new surface or rule needs `./dev bless`
    const std::vector<double>& expected = golden[name];
    REQUIRE(expected.size() == 36);
    const auto stands = path(json);
    double size = 0.1;
    for (const Stand& stand : stands) size = std::max({size, std::fabs(static_cast<double>(stand.place[0])), std::fabs(static_cast<double>(stand.place[1]))});
    for (std::size_t i = 0; i < expected.size(); i += 4) {
      const auto step = static_cast<std::size_t>(expected[i]);
      CAPTURE(step);
      const auto sensitive = kSensitiveFrom.find(name);
      if (sensitive != kSensitiveFrom.end() && static_cast<int>(step) >= sensitive->second) break;
      const Stand& stand = stands[step];
      const double off =
          std::max(std::fabs(static_cast<double>(stand.place[0]) - expected[i + 1]), std::fabs(static_cast<double>(stand.place[1]) - expected[i + 2])) / size;
      CHECK(off < 1e-5);
      worst = std::max(worst, off);
    }
  }
  CHECK(worst > 0); // something was compared
  MESSAGE("worst difference from PyTorch, of the path's size: " << worst);
}

TEST_CASE("arrivals: after which step a walk stays within reach of a minimum") {
  const auto arrive = [](const Json& patch) {
    const SurfaceDocument document = read(patch);
    const Extent& view = entry_of(surfaces(), document.surface.surface.name).view;
    return arrival_of(Walk(make_surface(document.surface), document.lanes[0].settings), minima_of(document.surface, view), reach_in(view));
  };
  // κ 1, η 0.5: half the distance with each step; from 5 away to 0.1 takes 6
  const Json round = {{"surface", {{"name", "bowl"}, {"kappa", 1}}}, {"start", {-5, 0}}, {"steps", 20}, {"optimizer", {{"name", "sgd"}, {"lr", 0.5}}}};
  CHECK(arrive(round).steps == 6);
  CHECK(arrive(round).minimum == 0);
  Json swings = round; // past it and back: not the first time counts but the last
  swings["optimizer"] = {{"name", "momentum"}, {"lr", 0.1}, {"momentum", 0.9}};
  swings["steps"] = 200;
  const auto stands = path(swings);
  std::size_t first = 0, last = 0;
  for (std::size_t i = stands.size(); i-- > 0;) {
    if (std::fabs(stands[i].place[0]) <= 0.1F) first = i;
    if (last == 0 && std::fabs(stands[i].place[0]) > 0.1F) last = i + 1;
  }
  CHECK(first < last);
  CHECK(arrive(swings).steps == static_cast<int>(last));
  Json slow = round;
  slow["optimizer"]["lr"] = 0.001;
  CHECK((arrive(slow).steps == -1 && arrive(slow).minimum == -1 && !arrive(slow).diverged));
  Json fast = round;
  fast["optimizer"]["lr"] = 100;
  CHECK((arrive(fast).steps == -1 && arrive(fast).diverged));
  // Himmelblau: each minimum is arrived at from near it
  const SurfaceEntry& four = entry_of(surfaces(), "himmelblau");
  for (std::size_t i = 0; i < four.minima.size(); ++i)
    CHECK(arrive({{"surface", "himmelblau"}, {"start", {four.minima[i].x + 0.3, four.minima[i].y - 0.3}}}).minimum == static_cast<int>(i));
}

TEST_CASE("minima are found where the table says they are") {
  for (const SurfaceEntry& entry : surfaces()) {
    if (!entry.at) continue;
    CAPTURE(std::string(entry.id));
    SurfaceSettings typed{{"formula", {}}, entry.formula(standard_values(entry)), {}, ""};
    const auto found = minima_of(typed, entry.view);
    CHECK(found.size() == entry.minima.size());
    for (const Place at : found)
      CHECK(std::any_of(entry.minima.begin(), entry.minima.end(), [&](Place known) { return std::fabs(known.x - at.x) + std::fabs(known.y - at.y) < 1e-5; }));
  }
  const SurfaceDocument line = read({{"surface", "line"}});
  const auto found = minima_of(line.surface, entry_of(surfaces(), "line").view);
  REQUIRE(found.size() == 1);
  const Slope there = make_surface(line.surface)->at(found[0].x, found[0].y);
  CHECK(std::fabs(there.dx) + std::fabs(there.dy) < 1e-8);
  CHECK(minima_of(read({{"surface", "neuron"}}).surface, {-4, 4, -4, 4}).empty()); // it falls for ever
}

TEST_CASE("a map is coarse first and the same in the end: each cell is the walk of its numbers") {
  const SurfaceDocument document = read({{"surface", "himmelblau"}, {"steps", 40}, {"optimizer", "momentum"}});
  const WalkSettings& lane = document.lanes[0].settings;
  const auto surface = make_surface(document.surface);
  const SurfaceEntry& entry = entry_of(surfaces(), "himmelblau");
  const ParameterSpec* second = second_parameter(entry_of(optimizers(), "momentum"));
  REQUIRE(second->name == "momentum");
  CHECK(second_parameter(entry_of(optimizers(), "sgd")) == nullptr);
  CHECK(second_parameter(entry_of(optimizers(), "adam"))->name == "betas/1");
  for (const bool starts : {false, true}) {
    const MapAxis across = starts ? MapAxis{"x", -5, 5} : rate_axis(lane), up = starts ? MapAxis{"y", -5, 5} : parameter_axis(*second);
    Map map(surface, lane, across, up, 37, 21, entry.minima, reach_in(entry.view));
    CHECK(map.at(0, 0) == nullptr);
    REQUIRE(map.advance());
    CHECK(map.at(15, 15) == map.at(0, 0)); // stands for all that are not known yet
    CHECK(map.at(16, 0) == nullptr);
    for (int i = 1; i < 6; ++i) REQUIRE(map.advance());
    CHECK(map.at(36, 20) != nullptr); // six of 16 × 16
    CHECK(map.done() == 6);
    while (map.advance()) {
    }
    CHECK(map.done() == map.total());
    CHECK(map.total() == 37 * 21);
    for (const auto& [column, row] : {std::pair{0, 0}, {36, 20}, {5, 17}, {16, 3}}) {
      WalkSettings walk = lane;
      if (starts)
        walk.start = {across.at(column, 37), up.at(row, 21)};
      else
        walk.optimizer.values = {across.at(column, 37), up.at(row, 21)};
      const Arrival alone = arrival_of(Walk(surface, walk), entry.minima, reach_in(entry.view)), &cell = *map.at(column, row);
      CHECK((alone.steps == cell.steps && alone.minimum == cell.minimum && alone.diverged == cell.diverged));
    }
  }
  // in pieces of few steps, and told in its order to somebody else who fills the cells
  const auto [across, up] = map_axes(MapKind::rates, lane, entry.view);
  Map whole(surface, lane, across, up, 20, 18, entry.minima, reach_in(entry.view)),
      pieces(surface, lane, across, up, 20, 18, entry.minima, reach_in(entry.view));
  while (whole.advance()) {
  }
  MapCells told(20, 18);
  CHECK(told.coarsest() == 4);
  for (std::int64_t calls = 0; pieces.advance(7); ++calls) CHECK(pieces.done() <= calls);
  for (const Arrival& arrival : pieces.cells().in_order()) told.add(arrival);
  CHECK(told.done() == told.total());
  for (int row = 0; row < 18; ++row)
    for (int column = 0; column < 20; ++column)
      for (const Arrival* cell : {pieces.at(column, row), told.at(column, row)}) {
        const Arrival& expected = *whole.at(column, row);
        CHECK((cell->steps == expected.steps && cell->minimum == expected.minimum && cell->diverged == expected.diverged && cell->f == expected.f));
      }
  CHECK(map_axes(MapKind::rates, read({{"surface", "bowl"}}).lanes[0].settings, entry.view).up.name.empty()); // sgd has its rate alone
  CHECK(parameter_axis(*second).at(0, 1) == doctest::Approx(0.99)); // the middle of 1, 0.1, 0.01, 0.001, 0.0001 below 1
  CHECK(rate_axis(lane).at(0, 1) == doctest::Approx(0.001));
}

TEST_CASE("a lane diverges at the first place, height or gradient that is no finite float") {
  const auto steep = path({{"optimizer", {{"name", "sgd"}, {"lr", 0.2}}}, {"surface", {{"name", "bowl"}, {"kappa", 20}}}, {"steps", 10000}});
  REQUIRE(steep.size() < 200); // |1 − 0.2·20| = 3 times as far with each step
  CHECK(!std::isfinite(steep.back().f));
  CHECK(std::isfinite(steep[steep.size() - 2].f));
  CHECK(steep.size() == 40); // y = ±2·3ⁿ, and 10y² is beyond 3.4e38 from n = 39 on
  const Json root = {{"surface", {{"name", "formula"}, {"formula", "log(x) + y^2"}}}, {"start", {0.15, 1}}, {"optimizer", {{"name", "sgd"}, {"lr", 0.1}}}};
  const auto past = path(root);
  CHECK(past.size() == 2); // 0.15 − 0.1/0.15 < 0
  CHECK(std::isnan(past.back().f));
  const auto nowhere = path({{"surface", {{"name", "formula"}, {"formula", "sqrt(x)"}}}, {"start", {-1, 0}}});
  CHECK(nowhere.size() == 1);
  Walk walk(make_surface(read(root).surface), read(root).lanes[0].settings);
  CHECK(walk.advance());
  CHECK(walk.diverged());
  CHECK(!walk.advance());
  CHECK(walk.step() == 1);
}

TEST_CASE("schedules: a step is an epoch on a function; on points an epoch is all batches") {
  const Json schedule = {{"name", "step"}, {"step_size", 2}, {"gamma", 0.5}};
  const auto rates = [](const std::vector<Stand>& stands) {
    std::vector<double> out;
    for (const Stand& stand : stands) out.push_back(stand.lr);
    return out;
  };
  CHECK(rates(path({{"optimizer", {{"lr", 0.08}, {"name", "sgd"}}}, {"schedule", schedule}, {"steps", 5}})) ==
        std::vector<double>{0.08, 0.08, 0.04, 0.04, 0.02, 0.02});
  // 20 points in batches of 8 are 3 steps
  const Json line = {
      {"surface", "line"}, {"batch", 8}, {"optimizer", {{"lr", 0.08}, {"name", "sgd"}}}, {"schedule", {{"name", "exponential"}, {"gamma", 0.5}}}, {"steps", 7}};
  CHECK(rates(path(line)) == std::vector<double>{0.08, 0.08, 0.08, 0.04, 0.04, 0.04, 0.02, 0.02});
  Json cosine = line;
  cosine["schedule"] = "cosine"; // 3 epochs in all
  CHECK(path(cosine)[6].lr == doctest::Approx(0.08 * 0.25));
}

TEST_CASE("points: an epoch's batches make up the whole gradient, one at a time or together") {
  for (const std::int64_t batch : {1, 7, 20}) {
    CAPTURE(batch);
    const auto stands = path({{"surface", "line"}, {"batch", batch}, {"steps", 60}, {"seed", 3}, {"optimizer", {{"name", "sgd"}, {"lr", 0}}}});
    const auto whole = path({{"surface", "line"}, {"steps", 1}, {"optimizer", {{"name", "sgd"}, {"lr", 0}}}});
    const std::int64_t an_epoch = (20 + batch - 1) / batch;
    std::vector<float> seen[2];
    for (const std::int64_t epoch : {0, 1}) {
      double sum[2] = {};
      for (std::int64_t i = 0; i < an_epoch; ++i) {
        const Stand& stand = stands[static_cast<std::size_t>(epoch * an_epoch + i)];
        const auto share = static_cast<double>(std::min(batch, 20 - i * batch)) / 20.0;
        for (const std::size_t c : {0U, 1U}) sum[c] += share * static_cast<double>(stand.gradient[c]);
        CHECK(stand.f == whole[0].f); // the height is over all points
        seen[epoch].push_back(stand.gradient[0]);
      }
      for (const std::size_t c : {0U, 1U}) CHECK(sum[c] == doctest::Approx(whole[0].gradient[c]).epsilon(1e-5));
    }
    CHECK((seen[0] != seen[1]) == (batch < 20)); // another order
  }
}

TEST_CASE("the line's lowest place is that of least squares") {
  const SurfaceDocument document = read({{"surface", {{"name", "line"}, {"count", 50}, {"seed", 9}}}, {"steps", 2000}});
  REQUIRE(document.surface.points.size() == 50);
  double n = 50, sx = 0, st = 0, sxx = 0, sxt = 0;
  for (const Point p : document.surface.points) {
    const double x = static_cast<double>(p.x), t = static_cast<double>(p.t);
    sx += x, st += t, sxx += x * x, sxt += x * t;
    CHECK((x >= 0 && x < 3));
  }
  const double slope = (n * sxt - sx * st) / (n * sxx - sx * sx);
  near(whole_path(Walk(make_surface(document.surface), document.lanes[0].settings)).back(), slope, (st - slope * sx) / n, 1e-4);
  CHECK(slope == doctest::Approx(0.5).epsilon(0.3));
  const auto points_of = [](const Json& surface) { return read({{"surface", surface}}).surface.points; };
  const auto same = [](const std::vector<Point>& a, const std::vector<Point>& b, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (a[i].x != b[i].x || a[i].t != b[i].t) return false;
    return true;
  };
  const auto twenty = points_of({{"name", "line"}, {"seed", 9}});
  CHECK(same(twenty, document.surface.points, 20));
  CHECK(!same(twenty, points_of({{"name", "line"}}), 20));
}

TEST_CASE("one sigmoid unit learns slowly from far off with squared error, not with cross-entropy") {
  // x = 1, y = 0; books have half the square and the rate 0.15, so ours is half of that
  const auto output = [](const Stand& at) { return 1 / (1 + std::exp(-static_cast<double>(at.place[0]) - static_cast<double>(at.place[1]))); };
  const auto from = [](double w, double b, const char* loss) {
    return path({{"surface", {{"name", "neuron"}, {"loss", loss}}}, {"start", {w, b}}, {"steps", 300}, {"optimizer", {{"name", "sgd"}, {"lr", 0.075}}}});
  };
  const auto good = from(0.6, 0.9, "mse"), bad = from(2, 2, "mse"), entropy = from(2, 2, "cross_entropy");
  CHECK(output(good.front()) == doctest::Approx(0.82).epsilon(0.005));
  CHECK(output(good.back()) == doctest::Approx(0.09).epsilon(0.05));
  CHECK(output(bad.front()) == doctest::Approx(0.98).epsilon(0.005));
  CHECK(output(bad[150]) > 0.9);
  CHECK(entropy.front().gradient[0] == doctest::Approx(0.98201));
  CHECK(output(entropy[150]) < 0.3);
}

TEST_CASE("the document: defaults hang on the surface, and it is read back as it is written") {
  for (const SurfaceEntry& entry : surfaces()) {
    CAPTURE(std::string(entry.id));
    const SurfaceDocument document = read({{"surface", entry.id}});
    const WalkSettings& lane = document.lanes[0].settings;
    CHECK((lane.start.x == entry.start.x && lane.start.y == entry.start.y));
    CHECK(lane.optimizer.name == "sgd");
    CHECK(lane.optimizer.values == ParameterValues{entry.rate});
    CHECK((lane.steps == 200 && lane.seed == 1 && lane.batch == 0));
    const Json written = document.json();
    CHECK(surface_document_from_json(written)->json() == written);
  }
  const SurfaceDocument two =
      read({{"surface", {{"name", "rosenbrock"}}},
            {"start", {-1.2, 1}},
            {"optimizer", {{"name", "sgd"}, {"lr", 0.001}}},
            {"lanes", {{{"label", "GD"}}, {{"label", "Adam"}, {"optimizer", {{"name", "adam"}, {"lr", 0.05}}}, {"start", {0, 1}}}, {{"start", nullptr}}}}});
  CHECK(two.lanes[1].settings.start.x == 0);
  CHECK(two.lanes[1].settings.optimizer.name == "adam");
  CHECK(two.lanes[2].settings.start.x == -1.2);
  CHECK(two.lanes[0].settings.optimizer.values == ParameterValues{0.001});
  CHECK(surface_document_from_json(two.json())->json() == two.json());
}

TEST_CASE("the document is refused with the place") {
  CHECK(refusal({{"surface", "hill"}}) == "not_a_choice /surface/name");
  CHECK(refusal({{"surface", 3}}) == "wrong_type /surface");
  CHECK(refusal({{"surface", {{"kappa", 3}}}}) == "missing /surface");
  CHECK(refusal({{"surface", {{"name", "bowl"}, {"kappa", 0.5}}}}) == "out_of_range /surface/kappa");
  CHECK(refusal({{"surface", {{"name", "booth"}, {"kappa", 5}}}}) == "unknown_key /surface");
  CHECK(refusal({{"surface", {{"name", "booth"}, {"formula", "x"}}}}) == "unknown_key /surface");
  CHECK(refusal({{"surface", {{"name", "formula"}, {"formula", "x + 2y"}}}}) == "formula_operator /surface/formula");
  CHECK(refusal({{"surface", {{"name", "formula"}, {"formula", 3}}}}) == "wrong_type /surface/formula");
  CHECK(refusal({{"surface", {{"name", "formula"}, {"formula", "x\ny"}}}}) == "not_a_line /surface/formula");
  CHECK(refusal({{"surface", {{"name", "formula"}, {"formula", std::string(10000, 'x')}}}}) == "too_long /surface/formula");
  CHECK(refusal({{"surface", {{"name", "line"}, {"points", {{1, 2}}}, {"count", 3}}}}) == "points_or_drawn /surface/points");
  CHECK(refusal({{"surface", {{"name", "line"}, {"points", {{1, 2}}}}}}) == "taken");
  CHECK(refusal({{"surface", {{"name", "line"}, {"points", Json::array()}}}}) == "out_of_range /surface/points");
  CHECK(refusal({{"surface", {{"name", "line"}, {"points", {{1, 2}, {3}}}}}}) == "wrong_type /surface/points/1");
  CHECK(refusal({{"surface", {{"name", "line"}, {"points", {{1, 2}, {1e7, 0}}}}}}) == "out_of_range /surface/points/1/0");
  CHECK(refusal({{"surface", {{"name", "neuron"}, {"points", {{1, 2}}}}}}) == "out_of_range /surface/points/0/1");
  CHECK(refusal({{"surface", {{"name", "neuron"}, {"loss", "mae"}}}}) == "not_a_choice /surface/loss");
  const auto logistic = [](Json surface) { return surface["name"] = "logistic", refusal({{"surface", surface}}); };
  CHECK(logistic({{"classes", {0, 6}}, {"along", {"bias", "means"}}, {"count", 400}, {"loss", "mse"}}) == "taken");
  CHECK(logistic({{"points", {{1, -2, 0}, {0.5, 3, 1}}}, {"loss", "mse"}}) == "taken");
  CHECK(logistic({{"classes", {6, 6}}}) == "duplicate_class /surface/classes");
  CHECK(logistic({{"classes", {0, 10}}}) == "out_of_range /surface/classes/1");
  CHECK(logistic({{"classes", {-1, 1}}}) == "out_of_range /surface/classes/0");
  CHECK(logistic({{"classes", {0, 1.5}}}) == "wrong_type /surface/classes/1");
  CHECK(logistic({{"classes", {0}}}) == "wrong_type /surface/classes");
  CHECK(logistic({{"classes", {0, 1, 2}}}) == "wrong_type /surface/classes");
  CHECK(logistic({{"along", {"means", "up"}}}) == "not_a_choice /surface/along/1");
  CHECK(logistic({{"along", {"means", 2}}}) == "wrong_type /surface/along/1");
  CHECK(logistic({{"along", "means"}}) == "wrong_type /surface/along");
  CHECK(logistic({{"along", {"means"}}}) == "wrong_type /surface/along");
  CHECK(logistic({{"along", {"bias", "bias"}}}) == "duplicate_direction /surface/along");
  CHECK(logistic({{"count", 0}}) == "out_of_range /surface/count");
  CHECK(logistic({{"count", 401}}) == "out_of_range /surface/count");
  CHECK(logistic({{"points", {{1, 0}}}}) == "wrong_type /surface/points/0");
  CHECK(logistic({{"points", {{1, 2, 0}, {1, 2, 0, 0}}}}) == "wrong_type /surface/points/1");
  CHECK(logistic({{"points", {{1, 2, 1.5}}}}) == "out_of_range /surface/points/0/2");
  CHECK(logistic({{"points", {{1, 1e7, 1}}}}) == "out_of_range /surface/points/0/1");
  CHECK(logistic({{"points", {{1, 2, 1}}}, {"classes", {0, 6}}}) == "points_or_drawn /surface/points");
  CHECK(logistic({{"points", {{1, 2, 1}}}, {"along", {"means", "bias"}}}) == "points_or_drawn /surface/points");
  CHECK(logistic({{"points", {{1, 2, 1}}}, {"count", 20}}) == "points_or_drawn /surface/points");
  CHECK(logistic({{"loss", "mae"}}) == "not_a_choice /surface/loss");
  CHECK(refusal({{"surface", {{"name", "neuron"}, {"along", {"means", "bias"}}}}}) == "unknown_key /surface");
  CHECK(refusal({{"surface", "logistic"}, {"batch", 201}}) == "batch_above_train /batch");
  CHECK(refusal({{"surface", "logistic"}, {"batch", 200}}) == "taken");
  CHECK(refusal({{"surface", {{"name", "line"}, {"count", 1001}}}}) == "out_of_range /surface/count");
  CHECK(refusal({{"batch", 1}}) == "batch_needs_points /batch");
  CHECK(refusal({{"surface", "line"}, {"batch", 21}}) == "batch_above_train /batch");
  CHECK(refusal({{"surface", "line"}, {"lanes", {{{"batch", 21}}}}}) == "batch_above_train /lanes/0/batch");
  CHECK(refusal({{"start", {1, 2, 3}}}) == "wrong_type /start");
  CHECK(refusal({{"steps", 0}}) == "out_of_range /steps");
  CHECK(refusal({{"lanes", {{{"surface", "booth"}}}}}) == "lane_may_not /lanes/0/surface");
  CHECK(refusal({{"lanes", {{{"steps", 5}}}}}) == "lane_may_not /lanes/0/steps");
  CHECK(refusal({{"lanes", Json::array()}}) == "no_lanes /lanes");
  CHECK(refusal({{"lab", "race"}}) == "other_lab /lab");
  CHECK(refusal({{"network", 1}}) == "unknown_key ");
}
