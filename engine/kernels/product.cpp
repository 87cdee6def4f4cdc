#include "kernels/product.hpp"

#include "kernels/float4.hpp"

#include <algorithm>
#include <cassert>

namespace downhill {
namespace {

// A tile of 2 rows × 16 columns keeps 8 accumulators of 4 floats, four loads of B and two splats of A in
// 16 registers. 4×8 costs the same, but fewer k have four zeros than two (measured 4 to 10 % slower); 6×8 spills in
// WebAssembly (28 against 48 GF/s).
constexpr Index kTileRows = 2;
constexpr Index kTileColumns = 16;
constexpr Index kVectors = kTileColumns / 4;
// A panel of B (16 columns × kDepth) fits a first-level cache of 32 KiB beside one of A (2 × kDepth); 784 pixels are two halves.
constexpr Index kDepth = 400;

// 2 rows of A, k by k: a[2k + r]; a row beyond the matrix is 0 and its results are dropped
void pack_rows(ConstMatrixView a, Index row, Index k_begin, Index depth, float* out) {
  const float* first = a.data + row * a.row_step + k_begin * a.column_step;
  if (row + 1 == a.rows) {
    for (Index k = 0; k < depth; ++k) {
      out[2 * k] = first[k * a.column_step];
      out[2 * k + 1] = 0.0F;
    }
    return;
  }
  const float* second = first + a.row_step;
  Index k = 0;
  if (a.column_step == 1) {
    for (; k + 4 <= depth; k += 4) {
      const Float4 p = load4(first + k), q = load4(second + k);
      store4(out + 2 * k, __builtin_shufflevector(p, q, 0, 4, 1, 5));
      store4(out + 2 * k + 4, __builtin_shufflevector(p, q, 2, 6, 3, 7));
    }
  }
  for (; k < depth; ++k) {
    out[2 * k] = first[k * a.column_step];
    out[2 * k + 1] = second[k * a.column_step];
  }
}

// 16 columns of B, k by k: b[16k + n]
void pack_columns(ConstMatrixView b, Index column, Index k_begin, Index depth, float* out) {
  const Index columns = std::min(kTileColumns, b.columns - column);
  const float* from = b.data + column * b.column_step + k_begin * b.row_step;
  if (columns == kTileColumns && b.column_step == 1) {
    for (Index k = 0; k < depth; ++k)
      for (Index v = 0; v < kVectors; ++v) store4(out + kTileColumns * k + 4 * v, load4(from + k * b.row_step + 4 * v));
  } else {
    for (Index k = 0; k < depth; ++k)
      for (Index n = 0; n < kTileColumns; ++n) out[kTileColumns * k + n] = n < columns ? from[n * b.column_step + k * b.row_step] : 0.0F;
  }
}

// pack_rows without the k where both rows are 0; `places` gets the k that are left, and their number is returned.
Index pack_nonzero_rows(ConstMatrixView a, Index row, Index k_begin, Index depth, float* out, std::uint32_t* places) {
  pack_rows(a, row, k_begin, depth, out);
  Index kept = 0;
  for (Index k = 0; k < depth; ++k) {
    std::uint64_t both;
    std::memcpy(&both, out + 2 * k, sizeof both);
    std::memcpy(out + 2 * kept, &both, sizeof both); // written over if it was 0: no branch
    places[kept] = static_cast<std::uint32_t>(k);
    kept += both != 0;
  }
  return kept;
}

struct Tile {
  Float4 sum[kTileRows][kVectors];
};

// sum[r][·] += Σ_k a[2k + r] · b[16·places[k] + ·], or b[16k + ·] where `places` is null, k ascending
template <bool at_places> inline void multiply_tile(const float* a, const float* panel, const std::uint32_t* places, Index depth, Tile& tile) {
  Float4 s00 = tile.sum[0][0], s01 = tile.sum[0][1], s02 = tile.sum[0][2], s03 = tile.sum[0][3];
  Float4 s10 = tile.sum[1][0], s11 = tile.sum[1][1], s12 = tile.sum[1][2], s13 = tile.sum[1][3];
  for (Index k = 0; k < depth; ++k, a += kTileRows) {
    const float* b = panel + kTileColumns * (at_places ? static_cast<Index>(places[k]) : k);
    const Float4 b0 = load4(b), b1 = load4(b + 4), b2 = load4(b + 8), b3 = load4(b + 12);
    const Float4 a0 = splat4(a[0]), a1 = splat4(a[1]);
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  tile = {{{s00, s01, s02, s03}, {s10, s11, s12, s13}}};
}

void load_tile(MatrixView c, Index row, Index column, Tile& tile) {
  float corner[kTileRows][kTileColumns] = {};
  const Index rows = std::min(kTileRows, c.rows - row), columns = std::min(kTileColumns, c.columns - column);
  for (Index r = 0; r < rows; ++r)
    for (Index n = 0; n < columns; ++n) corner[r][n] = c.data[(row + r) * c.row_step + column + n];
  std::memcpy(&tile, corner, sizeof tile);
}

void store_tile(MatrixView c, Index row, Index column, const Tile& tile) {
  const Index rows = std::min(kTileRows, c.rows - row), columns = std::min(kTileColumns, c.columns - column);
  float* to = c.data + row * c.row_step + column;
  if (rows == kTileRows && columns == kTileColumns) {
    for (Index r = 0; r < kTileRows; ++r) {
      for (Index v = 0; v < kVectors; ++v) store4(to + r * c.row_step + 4 * v, tile.sum[r][v]);
    }
    return;
  }
  float corner[kTileRows][kTileColumns];
  std::memcpy(corner, &tile, sizeof tile);
  for (Index r = 0; r < rows; ++r)
    for (Index n = 0; n < columns; ++n) to[r * c.row_step + n] = corner[r][n];
}

// A vector that shrinks is filled with zeros again when it grows: layers of different widths would do that at every turn.
template <class Item> void grow(std::vector<Item>& items, Index size) {
  if (items.size() < static_cast<std::size_t>(size)) items.resize(static_cast<std::size_t>(size));
}

// Columns n to n + 4·V of one row: V sums of four in registers, over all rows of B that count.
template <Index V> void multiply_row(std::span<const float> factors, const std::uint32_t* places, ConstMatrixView b, float* out, bool accumulate, Index n) {
  Float4 sum[V];
  for (Index v = 0; v < V; ++v) sum[v] = accumulate ? load4(out + n + 4 * v) : splat4(0.0F);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Float4 factor = splat4(factors[i]);
    const float* from = b.data + static_cast<Index>(places[i]) * b.row_step + n;
    for (Index v = 0; v < V; ++v) sum[v] += factor * load4(from + 4 * v);
  }
  for (Index v = 0; v < V; ++v) store4(out + n + 4 * v, sum[v]);
}

// One row: packing would cost more than it saves. Rows of B whose factor is 0 are left out if they are known to be finite.
void product_one_row(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch, bool skip) {
  grow(scratch.a, a.columns);
  grow(scratch.places, a.columns);
  std::size_t kept = 0;
  for (Index k = 0; k < a.columns; ++k) {
    const float factor = a.data[k * a.column_step];
    scratch.a[kept] = factor; // written over if it is left out: no branch
    scratch.places[kept] = static_cast<std::uint32_t>(k);
    kept += !skip || factor != 0;
  }
  const std::span<const float> factors = std::span(scratch.a).first(kept);
  const std::uint32_t* places = scratch.places.data();
  constexpr Index kMost = 4; // vectors of sums
  Index n = 0;
  for (; n + 4 * kMost <= c.columns; n += 4 * kMost) multiply_row<kMost>(factors, places, b, c.data, accumulate, n);
  for (; n + 4 <= c.columns; n += 4) multiply_row<1>(factors, places, b, c.data, accumulate, n);
  for (; n < c.columns; ++n) {
    float sum = accumulate ? c.data[n] : 0.0F;
    for (std::size_t i = 0; i < kept; ++i) sum += factors[i] * b.data[static_cast<Index>(places[i]) * b.row_step + n];
    c.data[n] = sum;
  }
}

// One row by a transposed matrix, whose columns lie in one piece each: back through a layer at batch 1. Each element is a
// sum in order, so vectors run over sixteen columns, four times four of them turned about.
void product_one_row_transposed(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate) {
  constexpr Index kGroups = 4, kColumns = 4 * kGroups;
  Index n = 0;
  for (; n + kColumns <= c.columns; n += kColumns) {
    Float4 sum[kGroups];
    for (Index g = 0; g < kGroups; ++g) sum[g] = accumulate ? load4(c.data + n + 4 * g) : splat4(0.0F);
    Index k = 0;
    for (; k + 4 <= a.columns; k += 4) {
      const Float4 a0 = splat4(a.data[k * a.column_step]), a1 = splat4(a.data[(k + 1) * a.column_step]);
      const Float4 a2 = splat4(a.data[(k + 2) * a.column_step]), a3 = splat4(a.data[(k + 3) * a.column_step]);
      for (Index g = 0; g < kGroups; ++g) {
        const float* from = b.data + (n + 4 * g) * b.column_step + k;
        const Float4 p = load4(from), q = load4(from + b.column_step), r = load4(from + 2 * b.column_step), s = load4(from + 3 * b.column_step);
        const Float4 pq0 = __builtin_shufflevector(p, q, 0, 4, 1, 5), pq1 = __builtin_shufflevector(p, q, 2, 6, 3, 7);
        const Float4 rs0 = __builtin_shufflevector(r, s, 0, 4, 1, 5), rs1 = __builtin_shufflevector(r, s, 2, 6, 3, 7);
        sum[g] += a0 * __builtin_shufflevector(pq0, rs0, 0, 1, 4, 5);
        sum[g] += a1 * __builtin_shufflevector(pq0, rs0, 2, 3, 6, 7);
        sum[g] += a2 * __builtin_shufflevector(pq1, rs1, 0, 1, 4, 5);
        sum[g] += a3 * __builtin_shufflevector(pq1, rs1, 2, 3, 6, 7);
      }
    }
    for (; k < a.columns; ++k)
      for (Index g = 0; g < kGroups; ++g)
        for (Index i = 0; i < 4; ++i) sum[g][i] += a.data[k * a.column_step] * b.data[(n + 4 * g + i) * b.column_step + k];
    for (Index g = 0; g < kGroups; ++g) store4(c.data + n + 4 * g, sum[g]);
  }
  for (; n < c.columns; ++n) {
    float sum = accumulate ? c.data[n] : 0.0F;
    for (Index k = 0; k < a.columns; ++k) sum += a.data[k * a.column_step] * b.data[n * b.column_step + k];
    c.data[n] = sum;
  }
}

// The gradient of the weights at batch 1: one term a sum.
void product_outer(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate) {
  for (Index m = 0; m < c.rows; ++m) {
    const float scale = a.data[m * a.row_step];
    const Float4 scale4 = splat4(scale);
    float* out = c.data + m * c.row_step;
    Index n = 0;
    for (; n + 4 <= c.columns; n += 4) {
      // 0 + x·y, as every other way adds to a start of 0: it turns −0 into +0
      const Float4 start = accumulate ? load4(out + n) : splat4(0.0F);
      store4(out + n, start + scale4 * load4(b.data + n));
    }
    for (; n < c.columns; ++n) out[n] = (accumulate ? out[n] : 0.0F) + scale * b.data[n];
  }
}

} // namespace

// x·0 is 0 unless x is infinite or NaN
bool all_finite(std::span<const float> values) {
  Float4 check = splat4(0.0F);
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) check += load4(values.data() + i) * splat4(0.0F);
  for (; i < values.size(); ++i) check[0] += values[i] * 0.0F;
  return check[0] == 0 && check[1] == 0 && check[2] == 0 && check[3] == 0;
}

void product_reference(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate) {
  assert(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows);
  for (Index m = 0; m < c.rows; ++m)
    for (Index n = 0; n < c.columns; ++n) {
      float sum = accumulate ? c.data[m * c.row_step + n] : 0.0F;
      for (Index k = 0; k < a.columns; ++k) sum += a.data[m * a.row_step + k * a.column_step] * b.data[k * b.row_step + n * b.column_step];
      c.data[m * c.row_step + n] = sum;
    }
}

void product(ConstMatrixView a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch, Zeros zeros_in_a) {
  assert(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows);
  const Index depth_all = a.columns;
  if (b.column_step == 1 && depth_all == 1) return product_outer(a, b, c, accumulate);
  if (c.rows == 1 && b.column_step == 1) return product_one_row(a, b, c, accumulate, scratch, zeros_in_a == Zeros::many_by_finite);
  if (c.rows == 1 && b.row_step == 1) return product_one_row_transposed(a, b, c, accumulate);

  const Index row_tiles = (c.rows + kTileRows - 1) / kTileRows, column_tiles = (c.columns + kTileColumns - 1) / kTileColumns;
  const Index depth_most = std::min(depth_all, kDepth);
  grow(scratch.b, column_tiles * kTileColumns * depth_most);
  grow(scratch.a, kTileRows * depth_most);
  grow(scratch.places, depth_most);
  for (Index k = 0; k < depth_all; k += kDepth) {
    const Index depth = std::min(kDepth, depth_all - k);
    for (Index t = 0; t < column_tiles; ++t) pack_columns(b, t * kTileColumns, k, depth, scratch.b.data() + t * kTileColumns * depth);
    const bool skip = zeros_in_a == Zeros::many_by_finite ||
                      (zeros_in_a == Zeros::many && all_finite(std::span(scratch.b).first(static_cast<std::size_t>(column_tiles * kTileColumns * depth))));
    for (Index r = 0; r < row_tiles; ++r) {
      Index kept = depth;
      if (skip)
        kept = pack_nonzero_rows(a, r * kTileRows, k, depth, scratch.a.data(), scratch.places.data());
      else
        pack_rows(a, r * kTileRows, k, depth, scratch.a.data());
      for (Index t = 0; t < column_tiles; ++t) {
        Tile tile{};
        // a later slice of k goes on from what the earlier ones left, so slicing changes no sum
        if (accumulate || k > 0) load_tile(c, r * kTileRows, t * kTileColumns, tile);
        const float* panel = scratch.b.data() + t * kTileColumns * depth;
        if (skip)
          multiply_tile<true>(scratch.a.data(), panel, scratch.places.data(), kept, tile);
        else
          multiply_tile<false>(scratch.a.data(), panel, nullptr, depth, tile);
        store_tile(c, r * kTileRows, t * kTileColumns, tile);
      }
    }
  }
}

} // namespace downhill
