// All update rules: a rule is its file and its line here.
#pragma once
#include "optimizers/optimizer.hpp"

namespace downhill {

OptimizerEntry sgd();
OptimizerEntry momentum();
OptimizerEntry nesterov();
OptimizerEntry adagrad();
OptimizerEntry adadelta();
OptimizerEntry rmsprop();
OptimizerEntry adam();
OptimizerEntry adamw();

inline const std::vector<OptimizerEntry>& optimizers() {
  static const std::vector<OptimizerEntry> table{sgd(), momentum(), nesterov(), adagrad(), adadelta(), rmsprop(), adam(), adamw()};
  return table;
}

} // namespace downhill
