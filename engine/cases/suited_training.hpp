// With which rate, and for how long, a model of a user's own scores gets there.
#pragma once
#include "data/source.hpp"

namespace downhill {

struct SuitedTraining {
  double lr = 0; ///< of Adam
  std::int64_t epochs = 0;
  bool far = false; ///< the answers are so large that no rate that may be set gets there
};

/// For `train` examples in batches of `batch`, of so many features (of about 0 to 1 each) and answers up to `largest` (in size; what is below
/// 1 counts as 1, the size of the first outputs): some 400 steps, each of which moves the output by about lr·(1 + 0.4·features), Adam's step
/// being lr for every weight and the bias, and in all eight times as far as the largest answer. At least the 0.001 and 10 epochs of other
/// scores, at most 100 and 200, what a document may say.
SuitedTraining suited_training(std::int64_t train, std::int64_t batch, std::int64_t features, double largest);
/// The largest of the answers, in size; 0 of classes.
double largest_answer(const Examples& examples);

} // namespace downhill
