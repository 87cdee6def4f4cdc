#include "core/philox.hpp"

#include "core/elementary.hpp"

#include <cmath>

namespace downhill {
namespace {

struct Product {
  std::uint64_t high, low;
};

// 64×64 → 128 bits from 32-bit halves: WebAssembly has no wide product, and one form everywhere is simpler to trust.
constexpr Product multiply(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a0 = a & 0xffffffffU, a1 = a >> 32, b0 = b & 0xffffffffU, b1 = b >> 32;
  const std::uint64_t low = a0 * b0, mid1 = a1 * b0 + (low >> 32), mid2 = a0 * b1 + (mid1 & 0xffffffffU);
  return {a1 * b1 + (mid1 >> 32) + (mid2 >> 32), a * b};
}

} // namespace

std::array<std::uint64_t, 4> philox_block(PhiloxKey key, PhiloxCounter counter) {
  // NumPy counts up before it draws, with carry into the next word.
  std::array<std::uint64_t, 4> c{counter.block + 1, counter.c1, counter.c2, 0};
  if (c[0] == 0 && ++c[1] == 0 && ++c[2] == 0) ++c[3];
  for (int round = 0; round < 10; ++round) {
    const Product p0 = multiply(0xD2E7470EE14C6C93U, c[0]);
    const Product p1 = multiply(0xCA5A826395121157U, c[2]);
    c = {p1.high ^ c[1] ^ key.k0, p1.low, p0.high ^ c[3] ^ key.k1, p0.low};
    key.k0 += 0x9E3779B97F4A7C15U;
    key.k1 += 0xBB67AE8584CAA73BU;
  }
  return c;
}

void fill_normal(PhiloxStream& stream, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); i += 2) {
    const double u = stream.next_uniform(), v = stream.next_uniform();
    const double r = std::sqrt(-2.0 * exact::log(1.0 - u));
    out[i] = r * exact::cos_turns(v);
    if (i + 1 < out.size()) out[i + 1] = r * exact::sin_turns(v);
  }
}

} // namespace downhill
