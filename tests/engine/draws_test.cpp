#include "inspect/draws.hpp"

#include "data/source.hpp"
#include "data/toys.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace downhill;

TEST_CASE("disagreement, worked by hand") {
  // three runs, four examples: all right; one of three wrong; two wrong, alike; three say three things
  const std::vector<std::uint8_t> labels{0, 1, 2, 0};
  const std::vector<std::vector<std::uint8_t>> said{{0, 1, 2, 0}, {0, 1, 1, 2}, {0, 2, 1, 1}};
  const Disagreement d = disagreement_of(labels, said, 3);
  CHECK(d.errors == std::vector<double>{0, 0.5, 0.75});
  CHECK(d.mean_error == 5.0 / 12);
  CHECK(d.deviation == doctest::Approx(std::sqrt((std::pow(5.0 / 12, 2) + std::pow(1.0 / 12, 2) + std::pow(4.0 / 12, 2)) / 2)).epsilon(1e-14));
  CHECK(d.disagreement == 7.0 / 12);                      // pairs that differ: 0, 2, 2, 3 of 3 each
  CHECK(d.said == std::vector<std::uint8_t>{0, 1, 1, 0}); // of equals the first
  CHECK(d.votes == std::vector<std::uint8_t>{3, 2, 2, 1});
  CHECK(d.wrong == std::vector<std::uint8_t>{0, 1, 2, 2});
  CHECK(d.majority_error == 0.25);
  const Disagreement one = disagreement_of(labels, std::span(said).subspan(1, 1), 3);
  CHECK(one.mean_error == 0.5);
  CHECK(one.majority_error == 0.5);
  CHECK(one.disagreement == 0);
  CHECK(one.deviation == 0);
}

namespace {
std::shared_ptr<Source> images() {
  auto source = std::make_shared<Source>();
  source->classes = 3;
  for (Examples* part : {&source->train, &source->test}) {
    part->features = 1;
    for (int i = 0; i < 90; ++i) part->labels.push_back(static_cast<std::uint8_t>(i % 3)), part->pixels.push_back(static_cast<std::uint8_t>(i));
  }
  return source;
}
} // namespace

TEST_CASE("draws are pieces of one longer draw: none in common, with its label noise, and the test examples are the same") {
  const auto source = images();
  DataSettings data{.source = "fashion-mnist", .file = {}, .seed = 4, .train = 20, .test = 30, .classes = {0, 1, 2}, .label_noise = 0.4};
  DataSettings whole = data;
  whole.train = 80;
  const Subset all = *draw_subset(source, whole);
  std::set<std::uint32_t> seen;
  for (int draw = 0; draw < 4; ++draw) {
    data.draw = draw;
    const Subset piece = *draw_subset(source, data);
    CHECK(piece.test.rows == all.test.rows);
    REQUIRE(piece.train.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) {
      const std::size_t at = static_cast<std::size_t>(draw) * 20 + i;
      CHECK(piece.train.rows[i] == all.train.rows[at]);
      CHECK(piece.train.labels[i] == all.train.labels[at]);
      CHECK(piece.train.true_labels[i] == all.train.true_labels[at]);
      seen.insert(piece.train.rows[i]);
    }
  }
  CHECK(seen.size() == 80);
  data.draw = 4;
  CHECK(draw_subset(source, data).error().code == "too_many_examples");
}

TEST_CASE("draws of generated points are pieces of one longer draw, too") {
  for (const ToyEntry& toy : toys()) {
    CAPTURE(toy.id);
    DataSettings data{.source = std::string(toy.id), .file = {}, .seed = 2, .train = 15, .test = 10, .classes = {}, .label_noise = 0, .noise = 0.2};
    if (toy.classes == 2) data.classes = {0, 1};
    DataSettings whole = data;
    whole.train = 45;
    const Subset all = *draw_subset(nullptr, whole);
    data.draw = 2;
    const Subset piece = *draw_subset(nullptr, data);
    const auto values = [&](const Subset& subset, bool train, std::size_t i) {
      const auto d = static_cast<std::ptrdiff_t>(subset.features());
      const Vector& all_values = (train ? subset.source->train : subset.source->test).values;
      const auto from = all_values.begin() + static_cast<std::ptrdiff_t>(subset.part(train).rows[i]) * d;
      return Vector(from, from + d);
    };
    for (std::size_t i = 0; i < 15; ++i) {
      CHECK(values(piece, true, i) == values(all, true, 30 + i));
      if (toy.classes == 0) CHECK(piece.train.targets[i] == all.train.targets[30 + i]);
      if (toy.classes == 2) CHECK(piece.train.labels[i] == all.train.labels[30 + i]);
    }
    for (std::size_t i = 0; i < 10; ++i) CHECK(values(piece, false, i) == values(all, false, i));
  }
}

TEST_CASE("the target of a regression toy is what its points are without noise") {
  for (const ToyEntry& toy : toys()) {
    if (toy.classes != 0) continue;
    CAPTURE(toy.id);
    const Subset subset = *draw_subset(nullptr, {.source = std::string(toy.id), .file = {}, .seed = 3, .train = 50, .test = 10, .classes = {}});
    for (std::size_t i = 0; i < 50; ++i) {
      const auto x = static_cast<double>(subset.source->train.values[subset.train.rows[i]]);
      if (toy.id == "steps" && std::fabs(std::remainder(5 * (x + 1) / 2, 1)) < 1e-5) continue; // x is rounded
      CHECK(static_cast<double>(subset.train.targets[i]) == doctest::Approx(toy_target(toy, x)).epsilon(1e-5));
    }
  }
}
