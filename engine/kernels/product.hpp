// Matrix products, the place where training spends its time. One formula, two ways to it:
// product_reference, which is read, and product, which is fast; equal to the bit, and tested so.
#pragma once
#include "core/matrix.hpp"

#include <vector>

namespace downhill {

/// Memory that product() packs its operands into; one a trainer, grows as needed.
struct ProductScratch {
  std::vector<float> a, b;
};

/// C = A·B, or C += A·B when `accumulate`. A is M×K, B is K×N, C is M×N.
/// Each element is a float32 sum over k in ascending order, started from 0 (or from C), one rounding a product and one
/// a sum. Vectors run over n and never over k, so the vector's width can't change a bit.
void product_reference(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate);

/// The same, by packed panels and a 4×8 register tile.
void product(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch);

/// float32 operations of one product: a multiplication and an addition a term.
constexpr double product_flops(Index m, Index k, Index n) { return 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n); }

} // namespace downhill
