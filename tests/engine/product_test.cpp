#include "core/philox.hpp"
#include "kernels/product.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

using namespace downhill;

namespace {

Matrix random_matrix(Index rows, Index columns, std::uint64_t seed) {
  PhiloxStream stream({seed, 1});
  Matrix m(rows, columns);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(stream.next_uniform() * 2 - 1);
  return m;
}

bool same_bits(const Matrix& a, const Matrix& b) { return std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0; }

} // namespace

// Sizes equal to, below and above the tile (2×16) and the depth of a panel (400), and those of the default network.
TEST_CASE("the fast product is the reference, to the bit") {
  const Index sizes[][3] = {{1, 1, 1},      {1, 784, 128}, {2, 5, 3},    {3, 9, 8},    {4, 8, 8},      {5, 7, 9},      {8, 1, 16},
                            {7, 1, 5},      {12, 399, 16}, {2, 400, 15}, {9, 401, 17}, {64, 784, 128}, {784, 64, 128}, {64, 128, 10},
                            {33, 1100, 13}, {128, 10, 64}, {1, 10, 35},  {1, 131, 50}, {1, 8, 16},     {1, 3, 3}};
  ProductScratch scratch;
  std::uint64_t seed = 1;
  for (const auto& [m, k, n] : sizes)
    for (const bool accumulate : {false, true})
      for (int layout = 0; layout < 4; ++layout) {
        CAPTURE(m);
        CAPTURE(k);
        CAPTURE(n);
        CAPTURE(layout);
        const bool a_flipped = layout & 1, b_flipped = layout & 2;
        const Matrix a = a_flipped ? random_matrix(k, m, ++seed) : random_matrix(m, k, ++seed);
        const Matrix b = b_flipped ? random_matrix(n, k, ++seed) : random_matrix(k, n, ++seed);
        const ConstMatrixView av = a_flipped ? to_read(a, a.rows()).transposed() : to_read(a, a.rows());
        const ConstMatrixView bv = b_flipped ? to_read(b, b.rows()).transposed() : to_read(b, b.rows());
        Matrix fast = random_matrix(m, n, 99), reference = fast;
        product_reference(av, bv, to_write(reference, m), accumulate);
        product(av, bv, to_write(fast, m), accumulate, scratch);
        CHECK(same_bits(fast, reference));
      }
}

TEST_CASE("blocks of k and of rows go on where the last ended") {
  const Matrix a = random_matrix(10, 700, 3), b = random_matrix(700, 12, 4);
  Matrix whole(10, 12), parts(10, 12);
  ProductScratch scratch;
  product(to_read(a, 10), to_read(b, 700), to_write(whole, 10), false, scratch);
  for (Index k = 0; k < 700; k += 100) {
    const ConstMatrixView slice_a{a.data() + k, 10, 100, 700, 1}, slice_b{b.data() + k * 12, 100, 12, 12, 1};
    product(slice_a, slice_b, to_write(parts, 10), k > 0, scratch);
  }
  CHECK(same_bits(whole, parts));
}

TEST_CASE("what products are packed into is kept from layer to layer") {
  ProductScratch scratch;
  const auto run = [&](Index k, Index n) {
    const Matrix a = Matrix::Ones(8, k), b = Matrix::Ones(k, n);
    Matrix c(8, n);
    product(to_read(a, 8), to_read(b, k), to_write(c, 8), false, scratch);
    CHECK(c(7, n - 1) == static_cast<float>(k));
  };
  run(300, 64);
  const auto sizes = [&] { return std::tuple(scratch.a.size(), scratch.b.size(), scratch.places.size()); };
  const auto largest = sizes();
  run(64, 10); // to shrink here would fill the rest with zeros again in the next product
  CHECK(sizes() == largest);
  run(300, 64);
  CHECK(sizes() == largest);
}

TEST_CASE("leaving out zeros changes no bit, at every size and share of zeros, and nothing is left out of what is not finite") {
  PhiloxStream stream({5, 6});
  ProductScratch scratch;
  const auto fill = [&](Matrix& m, double zeros) {
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = stream.next_uniform() < zeros ? 0.0F : static_cast<float>(stream.next_uniform() * 2 - 1);
  };
  for (const Index m : {1, 3, 4, 7, 64})
    for (const Index k : {1, 2, 5, 399, 400, 401})
      for (const Index n : {1, 3, 16, 17, 33}) {
        Matrix a(m, k), b(k, n), start(m, n);
        fill(a, 0.5 + stream.next_uniform() / 2);
        fill(b, 0.1);
        fill(start, 0);
        a.data()[0] = -0.0F;
        for (const float planted : {0.5F, INFINITY, NAN})
          for (const bool accumulate : {false, true}) {
            b(k - 1, n - 1) = planted;
            Matrix expected = start, actual = start;
            product_reference(to_read(a, m), to_read(b, k), to_write(expected, m), accumulate);
            std::vector<Zeros> known{Zeros::many};
            if (all_finite({b.data(), static_cast<std::size_t>(b.size())})) known.push_back(Zeros::many_by_finite);
            CHECK((known.size() == 2) == std::isfinite(planted));
            for (const Zeros zeros : known) {
              actual = start;
              product(to_read(a, m), to_read(b, k), to_write(actual, m), accumulate, scratch, zeros);
              for (Index i = 0; i < expected.size(); ++i) {
                const float x = expected.data()[i], y = actual.data()[i];
                CHECK((std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (std::isnan(x) && std::isnan(y))));
              }
            }
          }
      }
}
