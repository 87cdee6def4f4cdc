// Numbers too small to matter count as 0. Floats below 2^−126 are subnormal: many processors take tens of times as long
// over them, and WebAssembly can't switch them off. They come about where small numbers are multiplied again and again: in
// running means of what is rarely met, in tails of e^−x. So whatever is multiplied later is kept either 0 or so large that the product of
// two is no subnormal. Comparison and mask, no branch: a loop over it stays one over vectors, and gives the same bits in every build.
#pragma once
#include <cmath>

namespace downhill {

/// 2^−60, about 8.7e−19: what numbers of size 1 and below (activations, their slopes, errors, gradients, weights) are held against.
inline constexpr float kTiny = 0x1p-60F;
/// 2^−120, about 7.5e−37: the same for products and squares of such numbers.
inline constexpr float kTinyProduct = kTiny * kTiny;

namespace detail {
template <class Number> Number zero_below(Number least, Number x) { return std::fabs(x) < least ? Number{0} : x; }
} // namespace detail

/// 0 if |x| < kTiny, else x; NaN stays NaN. float or double.
template <class Number> Number flush(Number x) { return detail::zero_below(static_cast<Number>(kTiny), x); }
/// 0 if |x| < kTinyProduct, else x; NaN stays NaN.
template <class Number> Number flush_product(Number x) { return detail::zero_below(static_cast<Number>(kTinyProduct), x); }

} // namespace downhill
