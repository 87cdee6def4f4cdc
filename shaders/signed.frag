#version 300 es
// Raw numbers of either sign: zero is the panel, positive goes to one colour, negative to the other.
precision highp float;
uniform sampler2D pixels;
uniform vec3 zero, positive, negative;
uniform float scale;
in vec2 uv;
out vec4 color;
void main() {
  float v = clamp(texture(pixels, uv).r * scale, -1.0, 1.0);
  color = vec4(mix(zero, v < 0.0 ? negative : positive, sqrt(abs(v))), 1.0);
}
