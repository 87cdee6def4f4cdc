// Products whose left matrix is full of zeros: images, outputs of relu, gradients that came back through it, dropout.
// Only the factors that are not 0 are multiplied, which halves the work on Fashion-MNIST and changes no bit.
#pragma once
#include "kernels/product.hpp"

#include <cstdint>

namespace downhill {

/// What the maker of a matrix knows of it.
enum class Zeros { few, many };

/// A matrix as lists: for each row its factors that are not 0, k ascending. Grows as needed, so keep it.
class Factors {
public:
  /// From a matrix whose rows lie in memory as they are (column_step 1), at most 65,535 columns.
  void list(ConstMatrixView a);
  /// From another one, transposed.
  void transpose(const Factors& a);

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }

private:
  friend bool product(const Factors& a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch);
  void resize(Index rows, Index columns);

  Index rows_ = 0, columns_ = 0, slices_ = 0;
  std::vector<float> values_;         // room for a whole row each
  std::vector<std::uint16_t> places_; // their k
  std::vector<std::uint32_t> ends_;   // of row r's factors with k below (s + 1) slices, at [r·slices + s]
};

/// C = A·B, or C += A·B when `accumulate`: the same to the bit as product_reference, since what is left out would add 0 to
/// a sum. That holds while B is finite (0·∞ is NaN) and C has no −0 (a sum of floats that began at 0 never is −0).
/// False, and nothing done, if B is not finite: then take product().
[[nodiscard]] bool product(const Factors& a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch);

} // namespace downhill
