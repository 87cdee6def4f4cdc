// libFuzzer's entry: DOWNHILL_FUZZ names the target. `./dev fuzz` builds and runs it.
#include "fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const downhill::fuzz::Target* const target = [] {
    const char* name = std::getenv("DOWNHILL_FUZZ");
    for (const auto& t : downhill::fuzz::targets())
      if (name && t.name == name) return &t;
    std::fputs("set DOWNHILL_FUZZ to the name of a target\n", stderr);
    std::exit(2);
  }();
  target->run({data, size});
  return 0;
}
