// Pictures of raw numbers: one texture of many equal images, drawn by shaders/image.* in the theme's paper and ink.
#pragma once
#include "app/ui/ui.hpp"
#include "protocol/messages.hpp"

namespace downhill::ui {

class ImageSheet {
public:
  /// Uploads the images if they are not those of the last call (told by `version`).
  void set(const protocol::Images& images, std::uint64_t version);
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  /// Images are drawn between begin() and end(): switching the program once a frame, not once an image.
  void begin(const Ui& ui);
  void draw(const Ui& ui, std::size_t i, Rect box);
  void end(const Ui& ui);

private:
  void make_program();
  std::uint64_t version_ = 0;
  std::size_t count_ = 0;
  unsigned texture_ = 0, program_ = 0;
};

} // namespace downhill::ui
