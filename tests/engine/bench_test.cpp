#include "bench/bench.hpp"
#include "optimizers/list.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace downhill;

TEST_CASE("the benchmark reports the peak, each rule, each batch and the evaluation, by the clock it is given") {
  double clock_s = 0;
  std::vector<BenchRow> rows;
  run_bench([&] { return clock_s += 0.25; }, [&](const BenchRow& row) { rows.push_back(row); });
  REQUIRE(rows.size() == 1 + 6 + (optimizers().size() - 1) + 1);
  const auto holds = [&](std::string_view text) {
    return std::ranges::any_of(rows, [&](const BenchRow& row) { return row.work.find(text) != std::string::npos; });
  };
  for (const OptimizerEntry& rule : optimizers()) CHECK(holds("10 " + std::string(rule.id) + " batch 64"));
  for (const char* work : {"784-256-128-10 adam batch full", "784-128-10 sgd batch 1", "evaluate 10,000"}) CHECK(holds(work));
  CHECK(rows[0].gigaflops == doctest::Approx(12 * 8 * 4e6 / 0.25 / 1e9));
  for (const BenchRow& row : rows) {
    CHECK(row.gigaflops > 0);
    CHECK(row.share == doctest::Approx(row.gigaflops / rows[0].gigaflops));
    CHECK(nlohmann::json::parse(bench_json(row))["work"] == row.work);
    CHECK(bench_line(row).starts_with(row.work));
  }
  // two readings of the clock make 0.5 s: one batch of 64 between them
  CHECK(rows[1].gigaflops * 0.5e9 == doctest::Approx(64 * (4.0 * 784 * 128 + 6.0 * 128 * 10)));
}
