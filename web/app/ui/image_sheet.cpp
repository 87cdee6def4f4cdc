#include "app/ui/image_sheet.hpp"

#include "shaders.hpp"

#include <GLES3/gl3.h>

#include <cstdio>

namespace downhill::ui {
namespace {

// What the draw callback needs; one is enough, since a frame draws all images in one theme. Places of uniforms are asked for
// once: in a browser each question is a wait for the graphics process.
struct Look {
  unsigned program;
  int projection, paper_place, ink_place;
  float paper[3], ink[3];
} look;

void unpack(std::uint32_t color, float* out) {
  for (int i = 0; i < 3; ++i) out[i] = static_cast<float>((color >> (8 * i)) & 0xffU) / 255;
}

void use_program(const ImDrawList*, const ImDrawCmd*) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const float projection[16] = {2 / size.x, 0, 0, 0, 0, -2 / size.y, 0, 0, 0, 0, -1, 0, -1, 1, 0, 1};
  glUseProgram(look.program);
  glUniformMatrix4fv(look.projection, 1, GL_FALSE, projection);
  glUniform3fv(look.paper_place, 1, look.paper);
  glUniform3fv(look.ink_place, 1, look.ink);
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

} // namespace

void ImageSheet::make_program() {
  // The vertex array is ImGui's; its program's attribute places are ours to match.
  program_ = glCreateProgram();
  glAttachShader(program_, compile(GL_VERTEX_SHADER, k_image_vert));
  glAttachShader(program_, compile(GL_FRAGMENT_SHADER, k_image_frag));
  glBindAttribLocation(program_, 0, "Position");
  glBindAttribLocation(program_, 1, "UV");
  glBindAttribLocation(program_, 2, "Color");
  glLinkProgram(program_);
  look.program = program_;
  look.projection = glGetUniformLocation(program_, "projection");
  look.paper_place = glGetUniformLocation(program_, "paper");
  look.ink_place = glGetUniformLocation(program_, "ink");
}

void ImageSheet::set(const protocol::Images& images, std::uint64_t version) {
  if (version == version_ || images.labels.empty()) return;
  version_ = version;
  count_ = images.labels.size();
  if (!program_) make_program();
  if (!texture_) glGenTextures(1, &texture_);
  int bound = 0;
  glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
  glBindTexture(GL_TEXTURE_2D, texture_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  // images below each other, as they lie in memory
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, static_cast<int>(images.width), static_cast<int>(images.height * count_), 0, GL_RED, GL_UNSIGNED_BYTE,
               images.pixels.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(bound));
}

void ImageSheet::begin(const Ui& ui) {
  const bool dark = ui.theme->id == "dark";
  unpack(dark ? 0xffffffff : ui.theme->panel, look.paper);
  unpack(dark ? 0xff101010 : 0xff151515, look.ink);
  if (count_ > 0) ui.draw()->AddCallback(use_program, nullptr);
}

void ImageSheet::draw(const Ui& ui, std::size_t i, Rect box) {
  if (i >= count_) return;
  const float height = 1.0F / static_cast<float>(count_), inset = 0.5F * height / 28; // no neighbour shines in
  ui.draw()->AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture_)), box.min(), box.max(), {0, height * static_cast<float>(i) + inset},
                      {1, height * static_cast<float>(i + 1) - inset});
}

void ImageSheet::end(const Ui& ui) {
  if (count_ > 0) ui.draw()->AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

} // namespace downhill::ui
