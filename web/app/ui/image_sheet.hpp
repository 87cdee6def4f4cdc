// Pictures of raw numbers: one texture of many equal images, coloured by a shader: bytes by shaders/image.frag in the
// theme's paper and ink, numbers of either sign by shaders/signed.frag. A sheet owns its texture: it can be moved, not copied.
#pragma once
#include "app/ui/ui.hpp"

#include <span>

namespace downhill::ui {

/// How many images stand beside and below each other in a texture: one column, or as many as keep it no higher than `most` px,
/// the GPU's limit. Images beyond what `most` × `most` px hold are left out.
struct SheetLayout {
  std::size_t columns = 1, rows = 0;
};
inline SheetLayout sheet_layout(std::size_t count, int width, int height, int most) {
  const auto down = static_cast<std::size_t>(std::max(1, most / height)), across = static_cast<std::size_t>(std::max(1, most / width));
  const std::size_t rows = std::min(count, down);
  return {rows == 0 ? 1 : std::min(across, (count + rows - 1) / rows), rows};
}

class ImageSheet {
public:
  ImageSheet() = default;
  ImageSheet(ImageSheet&& other) noexcept { *this = std::move(other); }
  ImageSheet& operator=(ImageSheet&& other) noexcept {
    std::swap(it_, other.it_); // what was here goes with the other
    return *this;
  }
  ~ImageSheet();
  /// Uploads `count` images of width × height if they are not those of the last call (told by `version`).
  void set_pixels(std::span<const std::uint8_t> pixels, std::size_t count, int width, int height, std::uint64_t version);
  /// The same for numbers; magnitude `full` gets the full colour, or the largest there is.
  void set_numbers(std::span<const float> values, std::size_t count, int width, int height, std::uint64_t version, float full = 0);
  /// The graphics context is new: textures and programs of before are no more, and are made again when they are used.
  static void forget_graphics();
  /// What 0 and 255 are drawn as: pictures are dark on light in every theme.
  struct Shades {
    std::uint32_t paper, ink;
  };
  static Shades shades(const Ui& ui);
  /// Images are drawn between begin() and end(): switching the program once a sheet, not once an image.
  void begin(const Ui& ui);
  void draw(const Ui& ui, std::size_t i, Rect box);
  void end(const Ui& ui);

private:
  void upload(const void* data, bool numbers, std::size_t count, int width, int height, std::uint64_t version);
  static void use_program(const ImDrawList* list, const ImDrawCmd* command);
  struct State {
    std::uint64_t version = 0;
    std::uint32_t context = 0; ///< the context that the texture is of
    std::size_t count = 0;
    SheetLayout layout;
    int width = 1, height = 1; ///< of an image
    unsigned texture = 0;
    bool numbers = false;
    float scale = 1;
    float colors[3][3] = {};
  };
  State it_;
};

} // namespace downhill::ui
