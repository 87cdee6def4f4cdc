#version 300 es
// Raw pixel values (one channel, 0 to 1) from paper to ink.
precision mediump float;
uniform sampler2D pixels;
uniform vec3 paper, ink;
in vec2 uv;
out vec4 color;
void main() {
  color = vec4(mix(paper, ink, texture(pixels, uv).r), 1.0);
}
