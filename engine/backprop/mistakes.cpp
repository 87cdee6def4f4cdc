#include "backprop/mistakes.hpp"

namespace downhill {

const std::vector<MistakeEntry>& known_mistakes() {
  static const std::vector<MistakeEntry> table;
  return table;
}

} // namespace downhill
