// The table of losses.
#pragma once
#include "core/matrix.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace downhill {

/// A loss over a block of R rows of network outputs (R×O) and their labels.
struct LossEntry {
  std::string_view id;
  std::string_view torch;
  /// Sums each row's loss into `sum` (float64, rows in ascending order) and counts the rows whose label is predicted
  /// (the largest output; the first of equals).
  void (*evaluate)(const Matrix& output, std::span<const std::uint8_t> labels, double& sum, std::int64_t& correct);
  /// The same, and turns `output` into the gradient of the batch's mean loss: each row's gradient times `scale`, which is
  /// 1 / (rows of the whole batch).
  void (*differentiate)(Matrix& output, std::span<const std::uint8_t> labels, float scale, double& sum, std::int64_t& correct);
};

const std::vector<LossEntry>& losses();

} // namespace downhill
