// Prints experiments for comparison with PyTorch, as JSON:
//   downhill_random N        random experiment N, which may use Fashion-MNIST
//   downhill_random golden   one line each of tests/golden_runs.hpp: name, tab, experiment
#include "golden_runs.hpp"
#include "random_experiment.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int count, char** words) {
  if (count != 2) return 2;
  if (std::strcmp(words[1], "golden") == 0) {
    for (const auto& [name, json] : downhill::golden_runs()) std::printf("%s\t%s\n", name.c_str(), json.dump().c_str());
    return 0;
  }
  std::puts(downhill::RandomExperiment(std::strtoull(words[1], nullptr, 10), true).make().dump(2).c_str());
  return 0;
}
