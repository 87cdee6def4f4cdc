#include "app/core/fit_darts.hpp"

#include "fit/fit_document.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

using namespace downhill;

namespace {

FitDocument darts_document(const Json& patch) {
  Json json = {{"downhill", 1}, {"lab", "fit"}, {"part", "sets"}, {"points", 20}, {"noise", 0.3}, {"sets", 50}};
  json.merge_patch(patch);
  auto read = fit_document_from_json(json);
  REQUIRE(read);
  return *read;
}
FitSets fitted_sets(const FitSettings& settings) {
  FitSets sets(settings);
  while (sets.advance()) {
  }
  return sets;
}

} // namespace

TEST_CASE("darts are the fits' errors at two places; bias² and variance are theirs to rounding") {
  const FitDocument d = darts_document(Json::object());
  const FitSets sets = fitted_sets(d.settings);
  const Decomposition all = sets.decomposition();
  for (const double x : {-5.0, -3.2, 0.0, 1.237, 5.0, 77.0}) {
    CAPTURE(x);
    const FitDarts darts = darts_at(all, sets.fits(), x);
    CHECK(std::fabs(darts.x - std::clamp(x, -5.0, 5.0)) <= 0.025 + 1e-9);
    CHECK(std::fabs(std::fabs(darts.other_x - darts.x) - 2.5) < 1e-9);
    REQUIRE(darts.darts.size() == 50);
    double mean[2] = {}, spread = 0;
    for (std::size_t k = 0; k < 50; ++k)
      for (const std::size_t axis : {0U, 1U}) {
        const std::size_t place = nearest_place(all.x, axis == 0 ? darts.x : darts.other_x);
        CHECK(darts.darts[k][axis] == sets.fits()[k].predictions[place] - all.f[place]);
        mean[axis] += darts.darts[k][axis] / 50;
      }
    for (const auto& dart : darts.darts) spread += ((dart[0] - mean[0]) * (dart[0] - mean[0]) + (dart[1] - mean[1]) * (dart[1] - mean[1])) / 50;
    CHECK(darts.mean[0] == doctest::Approx(mean[0]).epsilon(1e-9));
    CHECK(darts.bias2 == doctest::Approx(mean[0] * mean[0] + mean[1] * mean[1]).epsilon(1e-9));
    CHECK(darts.variance == doctest::Approx(spread).epsilon(1e-9));
    const FitDarts* one[] = {&darts};
    const double reach = darts_reach(one);
    int within = 0;
    for (const auto& dart : darts.darts) within += std::hypot(dart[0], dart[1]) <= reach;
    CHECK(within >= 47);
  }
  CHECK(darts_reach({}) > 0);
  // fits that ran away are no darts
  std::vector<SetFit> some(sets.fits().begin(), sets.fits().begin() + 5);
  some[2].diverged = true;
  some[2].predictions.assign(some[2].predictions.size(), std::nan(""));
  CHECK(darts_at(decompose(d.settings, sets.target(), some), some, 0).darts.size() == 4);
}

TEST_CASE("places at two of them: the ends see each other") {
  const FitDocument d = darts_document({{"at", 2}, {"sets", 3}});
  const FitSets sets = fitted_sets(d.settings);
  const Decomposition all = sets.decomposition();
  CHECK(darts_at(all, sets.fits(), -5).other_x == 5);
  CHECK(darts_at(all, sets.fits(), 5).other_x == -5);
}

TEST_CASE("the four settings are documents, and lie apart where they should, over five seeds; on a straight line without noise they do not") {
  const auto apart_of = [](const FitDocument& d) {
    std::array<FitDarts, 4> darts;
    for (std::size_t i = 0; i < 4; ++i) {
      Json json = quarter_document(d.complete, kFitQuarters[i]);
      json["downhill"] = 1, json["lab"] = "fit";
      const auto read = fit_document_from_json(json);
      REQUIRE(read);
      CHECK(read->settings.points == kFitQuarters[i].points);
      CHECK(read->settings.model.degree == kFitQuarters[i].degree);
      CHECK(!read->settings.model.network);
      CHECK(read->settings.noise == d.settings.noise);
      const FitSets sets = fitted_sets(read->settings);
      darts[i] = darts_at(sets.decomposition(), sets.fits(), d.settings.place);
    }
    return quarters_apart({&darts[0], &darts[1], &darts[2], &darts[3]});
  };
  for (int seed = 1; seed <= 5; ++seed) {
    const QuartersApart apart = apart_of(darts_document({{"seed", seed}, {"model", {{"name", "network"}}}}));
    CHECK(apart.bias);
    CHECK(apart.variance);
  }
  const QuartersApart none = apart_of(darts_document({{"target", {{"formula", "x"}}}, {"noise", 0}}));
  CHECK(!none.variance);
}

TEST_CASE("a sum is written so that it adds up") {
  const double parts[] = {0.09, 0.01428, 0.04281};
  const WrittenSum written = written_sum(parts);
  CHECK(written.exact);
  CHECK(written.parts == std::vector<std::string>{"0.0900", "0.0143", "0.0428"});
  CHECK(written.sum == "0.1471");
  int exact = 0;
  unsigned word = 1;
  for (int i = 0; i < 1000; ++i) {
    double random[3];
    for (double& each : random) word = word * 1664525U + 1013904223U, each = static_cast<double>(word >> 8) / (1 << 24);
    const WrittenSum it = written_sum(random);
    exact += it.exact;
    double sum = 0;
    for (const std::string& part : it.parts) sum += std::strtod(part.c_str(), nullptr);
    if (it.exact) CHECK(std::fabs(sum - std::strtod(it.sum.c_str(), nullptr)) < 1e-9);
  }
  CHECK(exact > 950);
  const double nothing[] = {0.09, std::nan("")};
  CHECK(!written_sum(nothing).exact);
}
