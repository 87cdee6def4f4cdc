// A picture of 28×28 that a student draws, or drops there from outside, as an example the networks have never seen.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace downhill {

class Pad {
public:
  static constexpr int kSide = 28;
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }
  bool used() const { return used_; }
  /// Grows with every change: for textures.
  std::uint64_t version() const { return version_; }

  /// A round pen of about two pixels, from one place to another; pixels are 1 wide, the first begins at 0.
  void stroke(std::array<float, 2> from, std::array<float, 2> to) {
    const int dots = 1 + static_cast<int>(std::hypot(to[0] - from[0], to[1] - from[1]) * 2);
    for (int k = 0; k <= dots; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(dots);
      dot(from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t);
    }
    used_ = true, ++version_;
  }
  /// A picture from outside; what it lacks is black.
  void put(std::span<const std::uint8_t> pixels) {
    clear();
    std::copy_n(pixels.begin(), std::min(pixels.size(), pixels_.size()), pixels_.begin());
    used_ = true;
  }
  void clear() {
    std::fill(pixels_.begin(), pixels_.end(), std::uint8_t{0});
    used_ = false, ++version_;
  }

private:
  void dot(float x, float y) {
    for (int row = 0; row < kSide; ++row)
      for (int column = 0; column < kSide; ++column) {
        const float d = std::hypot(static_cast<float>(column) + 0.5F - x, static_cast<float>(row) + 0.5F - y);
        std::uint8_t& pixel = pixels_[static_cast<std::size_t>(row * kSide + column)];
        pixel = std::max(pixel, static_cast<std::uint8_t>(255 * std::clamp(1.8F - d, 0.0F, 1.0F)));
      }
  }
  std::vector<std::uint8_t> pixels_ = std::vector<std::uint8_t>(kSide * kSide);
  bool used_ = false;
  std::uint64_t version_ = 1;
};

} // namespace downhill
