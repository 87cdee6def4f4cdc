// Pictures of people's own, as small grey squares. The decoders are stb_image and libwebp, in every build the same sources without SIMD:
// they reckon in whole numbers, so a picture comes to the same bytes everywhere, which browsers' own decoders don't promise. stb_image
// reports by return values; libpng and libjpeg would by longjmp, which our modules do without.
#pragma once
#include "core/user_error.hpp"

#include <cstdint>
#include <span>

namespace downhill {

inline constexpr std::int64_t kPictureSideMost = 16384;
inline constexpr std::int64_t kPicturePixelsMost = 50'000'000;
inline constexpr std::int64_t kPictureScannedMost = 1'250'000'000; ///< pixels of a JPEG, counted once for each of its scans
inline constexpr std::size_t kPictureBytesMost = 64U << 20;        ///< of a picture's file

/// Upright, grey, row by row.
struct GreyPicture {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> grey; ///< height×width
};

/// PNG, JPEG or WebP by its first bytes, whatever the file is called.
bool is_picture(std::span<const std::uint8_t> bytes);

/// Decodes a picture; of several frames none is chosen, but an animated PNG's first one. What is transparent lies over white. Grey is Pillow's
/// `convert("L")`: (19595·R + 38470·G + 7471·B + 32768) >> 16. The orientation that a camera noted (Exif) is followed.
/// Checked beforehand: size, a PNG's checksums, a JPEG's markers to its end. Of a PNG no more is unpacked than its size asks for. What a
/// damaged file leaves open is the same every time, never what was in memory.
/// Errors: own_not_picture, own_picture_cut, own_picture_large, own_picture_scans, own_picture_kind, own_picture_moving, own_picture_memory,
/// too_large.
Result<GreyPicture> read_picture(std::span<const std::uint8_t> bytes);

/// How a picture becomes a square.
struct SquareLook {
  int side = 28;       ///< 28 or 32
  bool fit = false;    ///< the whole picture, on white; otherwise the square in its middle
  bool invert = false; ///< 255 − v: dark on white becomes light on black, as Fashion-MNIST is
};
/// Every pixel is the mean of the area that it covers, rounded once: a sum of whole numbers over a whole number.
std::vector<std::uint8_t> grey_square(const GreyPicture& picture, const SquareLook& look);

} // namespace downhill
