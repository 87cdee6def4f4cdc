// The cells of a grid in the order in which they are worked out: few first and then the rest between them, so that a picture can be
// shown, and given up, at any time.
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace downhill {

template <class Cell> class CoarseFirst {
public:
  CoarseFirst(int columns, int rows) : columns_(columns), rows_(rows), number_(static_cast<std::size_t>(total()), -1) {
    in_order_.reserve(number_.size()); // who was given a cell keeps it
  }
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  std::int64_t done() const { return static_cast<std::int64_t>(in_order_.size()); }
  std::int64_t total() const { return static_cast<std::int64_t>(columns_) * rows_; }
  /// The cells of the first, coarsest picture.
  std::int64_t coarsest() const { return known_after(kCoarsest); }
  /// How many are known once the picture that is under way, each twice as fine as the one before, is complete.
  std::int64_t level_end() const { return known_after(stride_); }
  /// Column and row of the one that comes next; while done() < total().
  std::pair<int, int> next() const { return {column_, row_}; }
  /// What became of it.
  void add(const Cell& cell) {
    number_[index(column_, row_)] = static_cast<std::int32_t>(in_order_.size());
    in_order_.push_back(cell);
    while (done() < total() && number_[index(column_, row_)] >= 0) {
      column_ += stride_;
      if (column_ >= columns_) column_ = 0, row_ += stride_;
      if (row_ >= rows_) row_ = 0, stride_ /= 2;
    }
  }
  /// The cell, or, as long as it is not known, the nearest coarser one to its left and below; null: none yet.
  const Cell* at(int column, int row) const {
    for (int stride = 1; stride <= kCoarsest; stride *= 2)
      if (const std::int32_t n = number_[index(column - column % stride, row - row % stride)]; n >= 0) return &in_order_[static_cast<std::size_t>(n)];
    return nullptr;
  }
  /// What was added, in that order.
  std::span<const Cell> in_order() const { return in_order_; }

private:
  static constexpr int kCoarsest = 16;
  std::size_t index(int column, int row) const { return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column); }
  std::int64_t known_after(int stride) const { return static_cast<std::int64_t>((columns_ + stride - 1) / stride) * ((rows_ + stride - 1) / stride); }

  int columns_, rows_, stride_ = kCoarsest, column_ = 0, row_ = 0; // the last three: what is next
  std::vector<Cell> in_order_;
  std::vector<std::int32_t> number_; // of each cell in that order, −1: not known
};

} // namespace downhill
