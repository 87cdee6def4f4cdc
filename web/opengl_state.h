// For ImGui's OpenGL backend alone (CMakeLists.txt): before each frame it asks for the state of the graphics, to give it back
// afterwards. In a browser each such question waits until the graphics process has drawn all that came before it. Nobody else
// draws on this canvas, so the answer is known: the state that WebGL begins with, which then is what each frame leaves.
#pragma once
#include <GLES3/gl3.h>

static inline void state_between_frames(GLenum name, GLint* value) {
  switch (name) {
  case GL_ACTIVE_TEXTURE: *value = GL_TEXTURE0; return;
  case GL_BLEND_SRC_RGB:
  case GL_BLEND_SRC_ALPHA: *value = GL_ONE; return;
  case GL_BLEND_EQUATION_RGB:
  case GL_BLEND_EQUATION_ALPHA: *value = GL_FUNC_ADD; return;
  case GL_VIEWPORT: // App::draw sets it before anything is drawn
  case GL_SCISSOR_BOX: value[0] = value[1] = value[2] = value[3] = 0; return;
  case GL_BLEND_DST_RGB:
  case GL_BLEND_DST_ALPHA:
  case GL_CURRENT_PROGRAM:
  case GL_TEXTURE_BINDING_2D:
  case GL_SAMPLER_BINDING:
  case GL_ARRAY_BUFFER_BINDING:
  case GL_VERTEX_ARRAY_BINDING: *value = 0; return;
  default: glGetIntegerv(name, value); // versions and extensions, once
  }
}
static inline GLboolean enabled_between_frames(GLenum) { return GL_FALSE; }

#define glGetIntegerv state_between_frames
#define glIsEnabled enabled_between_frames
