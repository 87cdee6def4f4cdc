// Pictures of raw numbers: one texture of many equal images, coloured by a shader: bytes by shaders/image.frag in the
// theme's paper and ink, numbers of either sign by shaders/signed.frag.
#pragma once
#include "app/ui/ui.hpp"

#include <span>

namespace downhill::ui {

class ImageSheet {
public:
  /// Uploads `count` images of width × height if they are not those of the last call (told by `version`).
  void set_pixels(std::span<const std::uint8_t> pixels, std::size_t count, int width, int height, std::uint64_t version);
  /// The same for numbers; magnitude `full` gets the full colour, or the largest there is.
  void set_numbers(std::span<const float> values, std::size_t count, int width, int height, std::uint64_t version, float full = 0);
  /// The graphics context is new: textures and programs of before are no more, and are made again when they are used.
  static void forget_graphics();
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  /// Images are drawn between begin() and end(): switching the program once a sheet, not once an image.
  void begin(const Ui& ui);
  void draw(const Ui& ui, std::size_t i, Rect box);
  void end(const Ui& ui);

private:
  void upload(const void* data, bool numbers, std::size_t count, int width, int height, std::uint64_t version);
  static void use_program(const ImDrawList* list, const ImDrawCmd* command);
  std::uint64_t version_ = 0;
  std::uint32_t context_ = 0; ///< the context that the texture is of
  std::size_t count_ = 0;
  int height_ = 1;
  unsigned texture_ = 0;
  bool numbers_ = false;
  float scale_ = 1;
  float colors_[3][3] = {};
};

} // namespace downhill::ui
