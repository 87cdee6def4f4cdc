// The matrix type: Eigen's, row-major float32. Built with EIGEN_DONT_VECTORIZE, so that no result
// hangs on the width of Eigen's packets; products in the training path are kernels/product.hpp's.
#pragma once
#include <Eigen/Core>

#include <cmath>
#include <span>
#include <vector>

namespace downhill {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = std::vector<float>;
using Index = Eigen::Index;

/// A strided look at floats owned elsewhere: element (r, c) is data[r·row_step + c·column_step].
/// A transpose is the same memory with the steps exchanged.
struct ConstMatrixView {
  const float* data;
  Index rows, columns, row_step, column_step;

  ConstMatrixView transposed() const { return {data, columns, rows, column_step, row_step}; }
};

/// A row-major block to write to.
struct MatrixView {
  float* data;
  Index rows, columns, row_step;
};

/// Euclidean norm, summed in float64 in ascending order.
inline double norm(std::span<const float> values) {
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares);
}

inline ConstMatrixView to_read(const Matrix& m, Index rows) { return {m.data(), rows, m.cols(), m.cols(), 1}; }
inline MatrixView to_write(Matrix& m, Index rows) { return {m.data(), rows, m.cols(), m.cols()}; }

} // namespace downhill
