#include "kernels/factors.hpp"

#include "kernels/float4.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace downhill {
namespace {

// Eight accumulators of four columns hide the latency of an addition. They and eight loaded vectors just about fit the
// registers that browsers have; turns of the loop taken together don't (V8 loads everything first, and then spills).
constexpr Index kVectorsMost = 8;
// As many rows of a panel (24 KB) stay in the first-level cache while all rows of A go over them.
constexpr Index kSlice = 192;

// B's columns in panels of vectors, as evenly wide as can be.
struct Panels {
  Index vectors, count; // in all
  explicit Panels(Index columns) : vectors((columns + 3) / 4), count((vectors + kVectorsMost - 1) / kVectorsMost) {}
  Index begin(Index p) const { return p * (vectors / count) + std::min(p, vectors % count); } // first vector of a panel
};

// Panel after panel, each row by row, filled up with 0. Returns whether all of B is finite.
bool pack_panels(ConstMatrixView b, std::vector<float>& packed) {
  const Panels panels(b.columns);
  packed.resize(static_cast<std::size_t>(panels.vectors * 4 * b.rows));
  Float4 check = splat4(0.0F);
  for (Index p = 0; p < panels.count; ++p) {
    float* const panel = packed.data() + panels.begin(p) * 4 * b.rows;
    const Index first = panels.begin(p) * 4, width = panels.begin(p + 1) * 4 - first, columns = std::min(width, b.columns - first);
    const float* from = b.data + first * b.column_step;
    if (b.column_step == 1 && columns == width) {
      for (Index k = 0; k < b.rows; ++k)
        for (Index n = 0; n < width; n += 4) store4(panel + k * width + n, load4(from + k * b.row_step + n));
    } else {
      // a transpose: its columns lie in memory one after the other
      for (Index n = 0; n < width; ++n)
        for (Index k = 0; k < b.rows; ++k) panel[k * width + n] = n < columns ? from[k * b.row_step + n * b.column_step] : 0.0F;
    }
    // x·0 is 0 unless x is infinite or NaN
    for (Index i = 0; i < b.rows * width; i += 4) check += load4(panel + i) * splat4(0.0F);
  }
  return check[0] == 0 && check[1] == 0 && check[2] == 0 && check[3] == 0;
}

// Four columns a vector of one row: sum += Σ value·panel row, k ascending
template <int vectors> void add_factors(const float* values, const std::uint16_t* places, std::uint32_t count, const float* panel, float* out) {
  Float4 sum[vectors];
  for (int v = 0; v < vectors; ++v) sum[v] = load4(out + 4 * v);
  for (std::uint32_t j = 0; j < count; ++j) {
    const Float4 value = splat4(values[j]);
    const float* row = panel + static_cast<std::size_t>(places[j]) * (4 * vectors);
    for (int v = 0; v < vectors; ++v) sum[v] += value * load4(row + 4 * v);
  }
  for (int v = 0; v < vectors; ++v) store4(out + 4 * v, sum[v]);
}

// By the number of vectors, less one; as functions of their own, so that each has the registers to itself.
using AddFactors = void (*)(const float*, const std::uint16_t*, std::uint32_t, const float*, float*);
constexpr AddFactors kAddFactors[kVectorsMost] = {add_factors<1>, add_factors<2>, add_factors<3>, add_factors<4>,
                                                  add_factors<5>, add_factors<6>, add_factors<7>, add_factors<8>};

} // namespace

void Factors::resize(Index rows, Index columns) {
  assert(columns <= 0xffff);
  rows_ = rows;
  columns_ = columns;
  slices_ = (columns + kSlice - 1) / kSlice;
  const auto room = static_cast<std::size_t>(rows * columns + 1);
  if (values_.size() < room) {
    values_.resize(room);
    places_.resize(room);
  }
  ends_.resize(static_cast<std::size_t>(rows * slices_));
}

void Factors::list(ConstMatrixView a) {
  assert(a.column_step == 1);
  resize(a.rows, a.columns);
  for (Index r = 0; r < rows_; ++r) {
    auto n = static_cast<std::uint32_t>(r * columns_);
    const float* from = a.data + r * a.row_step;
    // a 0 is written, and then written over: no branch
    const auto take = [&](Index k) {
      values_[n] = from[k];
      places_[n] = static_cast<std::uint16_t>(k);
      n += from[k] != 0.0F;
    };
    for (Index s = 0; s < slices_; ++s) {
      const Index end = std::min(columns_, (s + 1) * kSlice);
      Index k = s * kSlice;
      for (; k + 4 <= end; k += 4) {
        std::uint64_t four[2];
        std::memcpy(four, from + k, sizeof four);
        if ((four[0] | four[1]) == 0) continue; // dark corners come in runs
        take(k);
        take(k + 1);
        take(k + 2);
        take(k + 3);
      }
      for (; k < end; ++k) take(k);
      ends_[static_cast<std::size_t>(r * slices_ + s)] = n;
    }
  }
}

void Factors::transpose(const Factors& a) {
  resize(a.columns_, a.rows_);
  for (Index r = 0; r < rows_; ++r) ends_[static_cast<std::size_t>(r * slices_)] = static_cast<std::uint32_t>(r * columns_);
  for (Index s = 0; s < slices_; ++s) {
    if (s > 0)
      for (Index r = 0; r < rows_; ++r) ends_[static_cast<std::size_t>(r * slices_ + s)] = ends_[static_cast<std::size_t>(r * slices_ + s - 1)];
    const Index end = std::min(columns_, (s + 1) * kSlice);
    for (Index k = s * kSlice; k < end; ++k) {
      const std::uint32_t last = a.ends_[static_cast<std::size_t>((k + 1) * a.slices_ - 1)];
      for (auto j = static_cast<std::uint32_t>(k * a.columns_); j < last; ++j) {
        std::uint32_t& n = ends_[static_cast<std::size_t>(a.places_[j] * slices_ + s)];
        values_[n] = a.values_[j];
        places_[n] = static_cast<std::uint16_t>(k);
        ++n;
      }
    }
  }
}

bool product(const Factors& a, ConstMatrixView b, MatrixView c, bool accumulate, ProductScratch& scratch) {
  assert(a.rows() == c.rows && b.columns == c.columns && a.columns() == b.rows);
  if (!pack_panels(b, scratch.b)) return false;
  const Panels panels(c.columns);
  for (Index p = 0; p < panels.count; ++p) {
    const Index column = panels.begin(p) * 4, width = panels.begin(p + 1) * 4 - column, columns = std::min(width, c.columns - column);
    const float* panel = scratch.b.data() + column * b.rows;
    const AddFactors add = kAddFactors[width / 4 - 1];
    for (Index s = 0; s < a.slices_; ++s)
      for (Index r = 0; r < c.rows; ++r) {
        const auto end = a.ends_[static_cast<std::size_t>(r * a.slices_ + s)];
        const auto begin = s == 0 ? static_cast<std::uint32_t>(r * a.columns_) : a.ends_[static_cast<std::size_t>(r * a.slices_ + s - 1)];
        const float* values = a.values_.data() + begin;
        const std::uint16_t* places = a.places_.data() + begin;
        float* out = c.data + r * c.row_step + column;
        const bool fresh = s == 0 && !accumulate;
        if (columns == width) {
          if (fresh) std::fill_n(out, width, 0.0F);
          add(values, places, end - begin, panel, out);
          continue;
        }
        float corner[4 * kVectorsMost] = {};
        if (!fresh) std::copy_n(out, columns, corner);
        add(values, places, end - begin, panel, corner);
        std::copy_n(corner, columns, out);
      }
  }
  return true;
}

} // namespace downhill
