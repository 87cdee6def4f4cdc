// Which classes of a user's own file can be used, by the engine's rule.
#pragma once
#include "data/source.hpp"
#include "protocol/messages.hpp"

namespace downhill {

/// `validates`: validation examples are wanted of it, too, if it has any, as the lab Cases wants them.
inline std::vector<int> usable_classes(const protocol::OwnFacts& facts, bool validates) {
  using Counts = std::span<const std::uint32_t>;
  return facts.classes.empty() ? std::vector<int>() : usable_classes(facts.train, facts.test, validates ? Counts(facts.validation) : Counts());
}
/// The names of the others.
inline std::vector<std::string> left_out_classes(const protocol::OwnFacts& facts, bool validates) {
  std::vector<std::string> names = facts.classes;
  const std::vector<int> usable = usable_classes(facts, validates);
  for (auto label = usable.rbegin(); label != usable.rend(); ++label) names.erase(names.begin() + *label);
  return names;
}

} // namespace downhill
