// What is measured of a run at a step, and the one table of its columns: messages, results, CSV files and presets' claims follow it.
#pragma once
#include <cstdint>
#include <string_view>

namespace downhill {

/// One row of curves.csv. Losses and accuracies are of eval mode (no dropout): train over at most the first 2,000
/// training examples, test over the whole test part. Accuracies are NaN for regression.
struct Evaluation {
  std::int64_t step = 0, examples = 0;
  double epoch = 0, seconds = 0, lr = 0;
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
  /// Euclidean norms over all parameters at the step just taken (0 before the first): of the gradient as the rule got it,
  /// of what the rule changed, and of the weights after it.
  double gradient_norm = 0, update_norm = 0, weight_norm = 0;
  void fields(auto& a) { a(step, examples, epoch, seconds, lr, train_loss, train_accuracy, test_loss, test_accuracy, gradient_norm, update_norm, weight_norm); }
};

/// A column: a whole number or a number.
struct EvaluationColumn {
  std::string_view id;
  std::int64_t Evaluation::* whole;
  double Evaluation::* number;
  bool of_step = false; ///< of the step just taken; not in the command line's files
};

/// In the order of tables.
inline constexpr EvaluationColumn kEvaluationColumns[] = {{"step", &Evaluation::step, nullptr},
                                                          {"epoch", nullptr, &Evaluation::epoch},
                                                          {"examples", &Evaluation::examples, nullptr},
                                                          {"seconds", nullptr, &Evaluation::seconds},
                                                          {"lr", nullptr, &Evaluation::lr},
                                                          {"train_loss", nullptr, &Evaluation::train_loss},
                                                          {"train_accuracy", nullptr, &Evaluation::train_accuracy},
                                                          {"test_loss", nullptr, &Evaluation::test_loss},
                                                          {"test_accuracy", nullptr, &Evaluation::test_accuracy},
                                                          {"gradient_norm", nullptr, &Evaluation::gradient_norm, true},
                                                          {"update_norm", nullptr, &Evaluation::update_norm, true},
                                                          {"weight_norm", nullptr, &Evaluation::weight_norm, true}};

} // namespace downhill
