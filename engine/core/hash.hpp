// FNV-1a, 64 bits: names weights and data packs. Not for secrets.
#pragma once
#include <bit>
#include <cstdint>
#include <span>
#include <string>

namespace downhill {

class Hash {
public:
  void add_bytes(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) state_ = (state_ ^ byte) * 0x100000001b3U;
  }
  /// float32 values, little-endian; every NaN counts as the same one, since engines choose its payload freely.
  void add_floats(std::span<const float> values) {
    for (const float value : values) {
      const std::uint32_t bits = value != value ? 0x7fc00000U : std::bit_cast<std::uint32_t>(value);
      for (int shift = 0; shift < 32; shift += 8) state_ = (state_ ^ ((bits >> shift) & 0xffU)) * 0x100000001b3U;
    }
  }
  /// The same for float64 values.
  void add_doubles(std::span<const double> values) {
    for (const double value : values) {
      const std::uint64_t bits = value != value ? 0x7ff8000000000000U : std::bit_cast<std::uint64_t>(value);
      for (int shift = 0; shift < 64; shift += 8) state_ = (state_ ^ ((bits >> shift) & 0xffU)) * 0x100000001b3U;
    }
  }
  std::uint64_t value() const { return state_; }

private:
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

/// 16 lower-case hex digits.
inline std::string hex16(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15U];
  return out;
}

} // namespace downhill
