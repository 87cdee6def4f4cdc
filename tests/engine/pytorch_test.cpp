// Batch losses against those of PyTorch, which ran the exported scripts (golden/make_golden.py). Every entry of every table.
#include "engine/fixtures.hpp"
#include "golden_runs.hpp"

#include "cli/files.hpp"

#include <cmath>
#include <map>
#include <sstream>

using namespace downhill;
using namespace downhill::fixtures;

TEST_CASE("losses are PyTorch's: every activation, loss, initialiser, rule, schedule and toy") {
  const auto bytes = read_file(std::string(DOWNHILL_TESTS_DIR) + "/golden/pytorch.txt", 1U << 20);
  REQUIRE(bytes.ok());
  std::istringstream lines(std::string(bytes->begin(), bytes->end()));
  std::map<std::string, std::vector<double>> golden;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with("#") || tab == std::string::npos) continue;
    std::istringstream numbers(line.substr(tab + 1));
    for (double value = 0; numbers >> value;) golden[line.substr(0, tab)].push_back(value);
  }
  double worst = 0;
  for (const auto& [name, json] : golden_runs()) {
    CAPTURE(name);
    REQUIRE(golden.contains(name)); // a new entry needs `./dev bless`
    const auto experiment = experiment_from_json(json);
    REQUIRE(experiment.ok());
    const LaneSettings& settings = experiment->lanes[0].settings;
    Trainer trainer(settings, std::make_shared<Subset>(*draw_subset(nullptr, settings.data)));
    std::size_t step = 0;
    const std::vector<double>& expected = golden[name];
    for (auto piece = trainer.advance(); piece != Trainer::Piece::end; piece = trainer.advance()) {
      if (piece != Trainer::Piece::step) continue;
      REQUIRE(step < expected.size());
      // losses below 0.01 count as 0.01: PyTorch's own rounding shows there
      const double off = std::fabs(trainer.batch_loss() - expected[step]) / std::max(expected[step], 0.01);
      CHECK(off < (step < 10 ? 2e-6 : 1e-4));
      worst = std::max(worst, off);
      ++step;
    }
    CHECK(step == expected.size());
  }
  CHECK(worst > 0); // something was compared
  MESSAGE("worst relative difference from PyTorch: " << worst);
}
