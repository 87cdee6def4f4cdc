#version 300 es
// A textured quad in ImGui's vertex layout.
precision highp float;
uniform mat4 projection;
in vec2 Position;
in vec2 UV;
in vec4 Color;
out vec2 uv;
void main() {
  uv = UV;
  gl_Position = projection * vec4(Position, 0.0, 1.0);
}
