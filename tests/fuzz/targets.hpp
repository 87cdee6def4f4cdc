// What is fuzzed: every reader of bytes that come from outside. Each takes any bytes and must neither crash, hang nor read
// where it may not; what it accepts must be usable. libFuzzer drives them (fuzz_main.cpp), and the tests replay the corpus.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace downhill::fuzz {

struct Target {
  std::string_view name; ///< also the folder of its corpus
  void (*run)(std::span<const std::uint8_t> bytes);
};
const std::vector<Target>& targets();

} // namespace downhill::fuzz
