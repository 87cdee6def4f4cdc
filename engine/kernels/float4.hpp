// Four floats by the compiler's vector extensions: SSE natively, simd128 in WebAssembly, four
// scalars where there is neither. Operations are element by element, hence the same bits everywhere.
#pragma once
#include "core/flush.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace downhill {

using Float4 = float __attribute__((vector_size(16)));

/// Whether an operation on four is one instruction; else four at once are nothing but more code, which the page fetches.
#if defined(__wasm__) && !defined(__wasm_simd128__)
inline constexpr bool kFourAtOnce = false;
#else
inline constexpr bool kFourAtOnce = true;
#endif

inline Float4 load4(const float* p) {
  Float4 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store4(float* p, Float4 v) { std::memcpy(p, &v, sizeof v); }
inline Float4 splat4(float x) { return Float4{x, x, x, x}; }
using Int4 = std::int32_t __attribute__((vector_size(16)));
inline Int4 bits4(Float4 v) {
  Int4 bits;
  std::memcpy(&bits, &v, sizeof v);
  return bits;
}

/// What formulas written for one number or four are made of: N is float or Float4.
template <class N> N load(const float* p) {
  N v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class N> void store(float* p, N v) { std::memcpy(p, &v, sizeof v); }
inline float root(float x) { return std::sqrt(x); }
inline Float4 root(Float4 v) {
#if __has_builtin(__builtin_elementwise_sqrt)
  return __builtin_elementwise_sqrt(v);
#else
  return Float4{std::sqrt(v[0]), std::sqrt(v[1]), std::sqrt(v[2]), std::sqrt(v[3])};
#endif
}
inline Float4 flush(Float4 v) {
  const Int4 size = bits4(v) & 0x7fffffff, small = size < std::bit_cast<std::int32_t>(kTiny),
             kept = bits4(v) & ~small; // as whole numbers sizes keep their order
  Float4 flushed;
  std::memcpy(&flushed, &kept, sizeof v);
  return flushed;
}

} // namespace downhill
