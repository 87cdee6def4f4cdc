// Prints experiments for comparison with PyTorch, as JSON:
//   downhill_random N        random experiment N, which may use Fashion-MNIST
//   downhill_random golden   one line each of tests/golden_runs.hpp: name, tab, experiment
//   downhill_random surfaces, downhill_random surface N   the same of tests/surface_runs.hpp
//   downhill_random backprop N   random small network N of tests/random_backprop.hpp
#include "golden_runs.hpp"
#include "random_backprop.hpp"
#include "random_experiment.hpp"
#include "surface_runs.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int count, char** words) {
  if (count == 3 && std::strcmp(words[1], "surface") == 0) return std::puts(downhill::random_surface(std::strtoull(words[2], nullptr, 10)).dump(2).c_str()), 0;
  if (count == 3 && std::strcmp(words[1], "backprop") == 0)
    return std::puts(downhill::random_backprop(std::strtoull(words[2], nullptr, 10)).dump(2).c_str()), 0;
  if (count != 2) return 2;
  const bool golden = std::strcmp(words[1], "golden") == 0;
  if (golden || std::strcmp(words[1], "surfaces") == 0) {
    for (const auto& [name, json] : golden ? downhill::golden_runs() : downhill::surface_runs()) std::printf("%s\t%s\n", name.c_str(), json.dump().c_str());
    return 0;
  }
  std::puts(downhill::RandomExperiment(std::strtoull(words[1], nullptr, 10), true).make().dump(2).c_str());
  return 0;
}
