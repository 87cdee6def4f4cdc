// Four floats by the compiler's vector extensions: SSE natively, simd128 in WebAssembly, four
// scalars where there is neither. Operations are element by element, hence the same bits everywhere.
#pragma once
#include <cstring>

namespace downhill {

using Float4 = float __attribute__((vector_size(16)));

inline Float4 load4(const float* p) {
  Float4 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store4(float* p, Float4 v) { std::memcpy(p, &v, sizeof v); }
inline Float4 splat4(float x) { return Float4{x, x, x, x}; }

} // namespace downhill
