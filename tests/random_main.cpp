// Prints random experiment N, which may use Fashion-MNIST: downhill_random N
#include "random_experiment.hpp"

#include <cstdio>
#include <cstdlib>

int main(int count, char** words) {
  if (count != 2) return 2;
  std::puts(downhill::RandomExperiment(std::strtoull(words[1], nullptr, 10), true).make().dump(2).c_str());
  return 0;
}
