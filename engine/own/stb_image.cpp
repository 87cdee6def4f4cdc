// stb_image, compiled. What it reads and how is set by the definitions of the library own_data in CMakeLists.txt.
#include "own/stb_memory.hpp"

#include <cstdlib>
#include <cstring>

namespace downhill {

thread_local StbMemory stb_memory;

namespace {

void* counted(void* block, bool wanted) {
  if (!block && wanted) stb_memory.ran_out = true;
  return block;
}
void* zeros(std::size_t size) {
  const bool wanted = size <= stb_memory.block_most;
  return counted(wanted ? std::calloc(size, 1) : nullptr, wanted);
}
void* grown(void* block, std::size_t old_size, std::size_t size) {
  const bool wanted = size <= stb_memory.block_most;
  auto* larger = static_cast<unsigned char*>(wanted ? std::realloc(block, size) : nullptr);
  if (larger && size > old_size) std::memset(larger + (block ? old_size : 0), 0, size - (block ? old_size : 0));
  return counted(larger, wanted);
}

} // namespace
} // namespace downhill

#define STBI_MALLOC(size) downhill::zeros(size)
#define STBI_REALLOC_SIZED(block, old_size, size) downhill::grown(block, old_size, size)
#define STBI_FREE(block) std::free(block)
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
