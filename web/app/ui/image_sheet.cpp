#include "app/ui/image_sheet.hpp"

#include "shaders.hpp"

#include <GLES3/gl3.h>

#include <cmath>
#include <cstdio>

namespace downhill::ui {
namespace {

// Places of uniforms are asked for once: in a browser each question is a wait for the graphics process.
struct Program {
  unsigned program = 0;
  int projection = 0, scale = 0, colors[3] = {};
};
Program programs[2];       // bytes, numbers
std::uint32_t context = 0; // counts the graphics contexts there have been

void unpack(std::uint32_t color, float* out) {
  for (int i = 0; i < 3; ++i) out[i] = static_cast<float>((color >> (8 * i)) & 0xffU) / 255;
}

unsigned compile(unsigned kind, const char* source) {
  const unsigned shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  int good = 0;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
  if (!good) {
    char log[400] = "";
    glGetShaderInfoLog(shader, sizeof log, nullptr, log);
    std::fprintf(stderr, "shader: %s\n", log);
  }
  return shader;
}

const Program& program_for(bool numbers) {
  Program& p = programs[numbers ? 1 : 0];
  if (p.program) return p;
  // The vertex array is ImGui's; its program's attribute places are ours to match.
  p.program = glCreateProgram();
  glAttachShader(p.program, compile(GL_VERTEX_SHADER, k_image_vert));
  glAttachShader(p.program, compile(GL_FRAGMENT_SHADER, numbers ? k_signed_frag : k_image_frag));
  glBindAttribLocation(p.program, 0, "Position");
  glBindAttribLocation(p.program, 1, "UV");
  glBindAttribLocation(p.program, 2, "Color");
  glLinkProgram(p.program);
  p.projection = glGetUniformLocation(p.program, "projection");
  p.scale = glGetUniformLocation(p.program, "scale");
  static constexpr const char* kNames[2][3] = {{"paper", "ink", ""}, {"zero", "positive", "negative"}};
  for (int i = 0; i < 3; ++i) p.colors[i] = glGetUniformLocation(p.program, kNames[numbers ? 1 : 0][i]);
  return p;
}

} // namespace

void ImageSheet::use_program(const ImDrawList*, const ImDrawCmd* command) {
  const auto& sheet = *static_cast<const ImageSheet*>(command->UserCallbackData);
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const float projection[16] = {2 / size.x, 0, 0, 0, 0, -2 / size.y, 0, 0, 0, 0, -1, 0, -1, 1, 0, 1};
  const Program& p = program_for(sheet.numbers_);
  glUseProgram(p.program);
  glUniformMatrix4fv(p.projection, 1, GL_FALSE, projection);
  for (int i = 0; i < (sheet.numbers_ ? 3 : 2); ++i) glUniform3fv(p.colors[i], 1, sheet.colors_[i]);
  if (sheet.numbers_) glUniform1f(p.scale, sheet.scale_);
}

void ImageSheet::forget_graphics() {
  ++context;
  for (Program& p : programs) p = {};
}

void ImageSheet::set_pixels(std::span<const std::uint8_t> pixels, std::size_t count, int width, int height, std::uint64_t version) {
  if (pixels.size() == count * static_cast<std::size_t>(width * height)) upload(pixels.data(), false, count, width, height, version);
}

void ImageSheet::set_numbers(std::span<const float> values, std::size_t count, int width, int height, std::uint64_t version, float full) {
  if ((version == version_ && context == context_) || values.size() != count * static_cast<std::size_t>(width * height)) return;
  float most = full;
  for (std::size_t i = 0; full == 0 && i < values.size(); ++i) most = std::max(most, std::fabs(values[i]));
  scale_ = most > 0 && std::isfinite(most) ? 1 / most : 1;
  upload(values.data(), true, count, width, height, version);
}

void ImageSheet::upload(const void* data, bool numbers, std::size_t count, int width, int height, std::uint64_t version) {
  if ((version == version_ && context == context_) || count == 0) return;
  if (context != context_) texture_ = 0, context_ = context;
  version_ = version;
  count_ = count;
  height_ = height;
  numbers_ = numbers;
  if (!texture_) glGenTextures(1, &texture_);
  glBindTexture(GL_TEXTURE_2D, texture_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  // images below each other, as they lie in memory
  glTexImage2D(GL_TEXTURE_2D, 0, numbers ? GL_R32F : GL_R8, width, height * static_cast<int>(count), 0, GL_RED, numbers ? GL_FLOAT : GL_UNSIGNED_BYTE, data);
  const int filter = numbers ? GL_NEAREST : GL_LINEAR;
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindTexture(GL_TEXTURE_2D, 0); // ImGui binds its own before each use; asking for the old one would wait for the graphics process
}

void ImageSheet::begin(const Ui& ui) {
  const bool dark = ui.theme->id == "dark";
  if (numbers_) {
    unpack(ui.theme->panel, colors_[0]);
    unpack(ui.theme->positive, colors_[1]);
    unpack(ui.theme->negative, colors_[2]);
  } else {
    unpack(dark ? 0xffffffff : ui.theme->panel, colors_[0]);
    unpack(dark ? 0xff101010 : 0xff151515, colors_[1]);
  }
  if (count_ > 0) ui.draw()->AddCallback(use_program, this);
}

void ImageSheet::draw(const Ui& ui, std::size_t i, Rect box) {
  if (i >= count_) return;
  const float height = 1.0F / static_cast<float>(count_), inset = numbers_ ? 0 : 0.5F * height / static_cast<float>(height_); // no neighbour shines in
  ui.draw()->AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture_)), box.min(), box.max(), {0, height * static_cast<float>(i) + inset},
                      {1, height * static_cast<float>(i + 1) - inset});
}

void ImageSheet::end(const Ui& ui) {
  if (count_ > 0) ui.draw()->AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

} // namespace downhill::ui
