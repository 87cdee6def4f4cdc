// What stb_image gets memory from. It decodes damaged pictures as far as it can and then shows what it never wrote, so all of it is zeros
// at first; and it unpacks whatever a PNG holds, so there is a ceiling.
#pragma once
#include <cstddef>

namespace downhill {

struct StbMemory {
  std::size_t block_most = 0; ///< no block is larger
  bool ran_out = false;       ///< there was no memory for a block below that
};
extern thread_local StbMemory stb_memory;

} // namespace downhill
