// Matrix products, the place where training spends its time. One formula, two ways to it:
// product_reference, which is read, and product, which is fast; equal to the bit, and tested so.
#pragma once
#include "core/matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace downhill {

/// Memory that product() packs its operands into; one a network, grows as needed and never shrinks.
struct ProductScratch {
  std::vector<float> a, b;
  std::vector<std::uint32_t> places;
};

/// What the caller knows of A: images, outputs of relu and gradients that came back through it, and dropout are full of zeros.
/// many_by_finite: and of B, that it is finite.
enum class Zeros { few, many, many_by_finite };

/// C = A·B, or C += A·B when `accumulate`. A is M×K, B is K×N, C is M×N.
/// Each element is a float32 sum over k in ascending order, started from 0 (or from C), one rounding a product and one
/// a sum. Vectors run over n and never over k, so the vector's width can't change a bit.
void product_reference(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate);

/// The same, by packed panels and a 2×16 register tile. With Zeros::many a term is left out where both rows of a tile
/// have a 0 in A, which changes no bit: it would add 0 to a sum. (Where B is not finite, 0·b would be NaN: then none is left
/// out; for one row it is too dear to find out. C must hold no −0 to begin with, which a sum of floats that began at 0 never is.)
void product(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch, Zeros zeros_in_a = Zeros::few);

/// Whether none of them is infinite or NaN.
bool all_finite(std::span<const float> values);

/// float32 operations of one product: a multiplication and an addition a term.
constexpr double product_flops(Index m, Index k, Index n) { return 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n); }

} // namespace downhill
