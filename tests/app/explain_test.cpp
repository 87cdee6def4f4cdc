#include "app/core/explain.hpp"

#include <doctest/doctest.h>

using namespace downhill;

TEST_CASE("what the two boundaries say of dropout follows their numbers") {
  const auto run = [](double train, double test) {
    Evaluation row;
    row.train_accuracy = train, row.test_accuracy = test;
    return row;
  };
  CHECK(boundary_verdict(run(0.99, 0.84), run(0.92, 0.88)) == "drop.boundary_better");
  CHECK(boundary_verdict(run(0.90, 0.88), run(0.86, 0.85)) == "drop.boundary_worse");
  CHECK(boundary_verdict(run(0.90, 0.85), run(0.95, 0.88)).empty()); // better, but not by learning less by heart
  CHECK(boundary_verdict(run(0.90, 0.88), run(0.88, 0.88)).empty());
}
