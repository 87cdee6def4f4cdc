// Random numbers by counter: any word of any stream can be had without drawing those before it.
// Only raw words and their exact maps to uniforms and normals; what is drawn from which stream
// is said in core/streams.hpp.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace downhill {

/// Key of a stream: two words, as `numpy.random.Philox(key=[k0, k1])` takes them.
struct PhiloxKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

/// Where in a stream to start: NumPy's `counter=[block, c1, c2, 0]`.
struct PhiloxCounter {
  std::uint64_t block = 0;
  std::uint64_t c1 = 0;
  std::uint64_t c2 = 0;
};

/// The four words of one block: Philox4x64-10 (Salmon et al. 2011, "Parallel random numbers: as
/// easy as 1, 2, 3"), bit-compatible with NumPy, which counts up before it draws: the first four words of
/// `Philox(key=[k0,k1], counter=[b,c1,c2,0]).random_raw(4)` are `philox_block(key, {b,c1,c2})`.
std::array<std::uint64_t, 4> philox_block(PhiloxKey key, PhiloxCounter counter);

/// Reads a stream word by word from a start, in NumPy's order.
class PhiloxStream {
public:
  explicit PhiloxStream(PhiloxKey key, PhiloxCounter start = {}) : key_(key), counter_(start) {}

  std::uint64_t next_word() {
    if (used_ == 4) {
      block_ = philox_block(key_, counter_);
      if (++counter_.block == 0 && ++counter_.c1 == 0) ++counter_.c2;
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in [0, 1): the word's upper 53 bits times 2^-53, as NumPy's `random()`.
  double next_uniform() { return static_cast<double>(next_word() >> 11) * 0x1p-53; }

private:
  PhiloxKey key_;
  PhiloxCounter counter_;
  std::array<std::uint64_t, 4> block_{};
  unsigned used_ = 4;
};

/// Fills `out` with normals of mean 0 and deviation 1 by Box and Muller: of each pair of uniforms
/// (u, v) the values r·cos(2πv) and r·sin(2πv) with r = √(−2·log(1 − u)); an odd last value drops its twin.
void fill_normal(PhiloxStream& stream, std::span<double> out);

} // namespace downhill
