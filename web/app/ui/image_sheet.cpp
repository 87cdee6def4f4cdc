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
int largest_texture = 0;   // px; asked for once a context

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

ImageSheet::~ImageSheet() {
  if (it_.texture && it_.context == context) glDeleteTextures(1, &it_.texture);
}

void ImageSheet::use_program(const ImDrawList*, const ImDrawCmd* command) {
  const State& it = static_cast<const ImageSheet*>(command->UserCallbackData)->it_;
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const float projection[16] = {2 / size.x, 0, 0, 0, 0, -2 / size.y, 0, 0, 0, 0, -1, 0, -1, 1, 0, 1};
  const Program& p = program_for(it.numbers);
  glUseProgram(p.program);
  glUniformMatrix4fv(p.projection, 1, GL_FALSE, projection);
  for (int i = 0; i < (it.numbers ? 3 : 2); ++i) glUniform3fv(p.colors[i], 1, it.colors[i]);
  if (it.numbers) glUniform1f(p.scale, it.scale);
}

void ImageSheet::forget_graphics() {
  ++context;
  largest_texture = 0;
  for (Program& p : programs) p = {};
}

void ImageSheet::set_pixels(std::span<const std::uint8_t> pixels, std::size_t count, int width, int height, std::uint64_t version) {
  if (pixels.size() == count * static_cast<std::size_t>(width * height)) upload(pixels.data(), false, count, width, height, version);
}

void ImageSheet::set_numbers(std::span<const float> values, std::size_t count, int width, int height, std::uint64_t version, float full) {
  if ((version == it_.version && context == it_.context) || values.size() != count * static_cast<std::size_t>(width * height)) return;
  float most = full;
  for (std::size_t i = 0; full == 0 && i < values.size(); ++i) most = std::max(most, std::fabs(values[i]));
  it_.scale = most > 0 && std::isfinite(most) ? 1 / most : 1;
  upload(values.data(), true, count, width, height, version);
}

void ImageSheet::upload(const void* data, bool numbers, std::size_t count, int width, int height, std::uint64_t version) {
  if ((version == it_.version && context == it_.context) || count == 0 || width <= 0 || height <= 0) return;
  if (context != it_.context) it_.texture = 0, it_.context = context;
  if (largest_texture == 0) glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest_texture);
  const auto [columns, rows] = it_.layout = sheet_layout(count, width, height, largest_texture);
  it_.version = version;
  it_.count = std::min(count, columns * rows);
  it_.width = width;
  it_.height = height;
  it_.numbers = numbers;
  if (!it_.texture) glGenTextures(1, &it_.texture);
  glBindTexture(GL_TEXTURE_2D, it_.texture);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  const auto kind = static_cast<unsigned>(numbers ? GL_FLOAT : GL_UNSIGNED_BYTE);
  const std::size_t bytes = static_cast<std::size_t>(width * height) * (numbers ? sizeof(float) : 1);
  glTexImage2D(GL_TEXTURE_2D, 0, numbers ? GL_R32F : GL_R8, width * static_cast<int>(columns), height * static_cast<int>(rows), 0, GL_RED, kind,
               columns == 1 ? data : nullptr);
  // the images of a column are below each other, as they lie in memory
  for (std::size_t c = 0; columns > 1 && c * rows < it_.count; ++c)
    glTexSubImage2D(GL_TEXTURE_2D, 0, width * static_cast<int>(c), 0, width, height * static_cast<int>(std::min(rows, it_.count - c * rows)), GL_RED, kind,
                    static_cast<const std::uint8_t*>(data) + c * rows * bytes);
  const int filter = numbers ? GL_NEAREST : GL_LINEAR;
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindTexture(GL_TEXTURE_2D, 0); // ImGui binds its own before each use; asking for the old one would wait for the graphics process
}

ImageSheet::Shades ImageSheet::shades(const Ui& ui) {
  const bool dark = ui.theme->id == "dark";
  return {dark ? 0xffffffff : ui.theme->panel, dark ? 0xff101010 : 0xff151515};
}

void ImageSheet::begin(const Ui& ui) {
  if (it_.numbers) {
    unpack(ui.theme->panel, it_.colors[0]);
    unpack(ui.theme->positive, it_.colors[1]);
    unpack(ui.theme->negative, it_.colors[2]);
  } else {
    const Shades both = shades(ui);
    unpack(both.paper, it_.colors[0]);
    unpack(both.ink, it_.colors[1]);
  }
  if (it_.count > 0) ui.draw()->AddCallback(use_program, this);
}

void ImageSheet::draw(const Ui& ui, std::size_t i, Rect box) {
  if (i >= it_.count) return;
  const auto [columns, rows] = it_.layout;
  const float w = 1.0F / static_cast<float>(columns), h = 1.0F / static_cast<float>(rows);
  // no neighbour shines in
  const float inset_x = it_.numbers || columns == 1 ? 0 : 0.5F * w / static_cast<float>(it_.width);
  const float inset_y = it_.numbers ? 0 : 0.5F * h / static_cast<float>(it_.height);
  const float u = w * static_cast<float>(i / rows), v = h * static_cast<float>(i % rows);
  ui.draw()->AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(it_.texture)), box.min(), box.max(), {u + inset_x, v + inset_y},
                      {u + w - inset_x, v + h - inset_y});
}

void ImageSheet::end(const Ui& ui) {
  if (it_.count > 0) ui.draw()->AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

} // namespace downhill::ui
