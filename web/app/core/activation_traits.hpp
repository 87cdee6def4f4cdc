// What speaks for an activation function and against it.
#pragma once
#include <span>
#include <string_view>

namespace downhill {

/// What of a function's picture shows a trait.
enum class Highlight { none, range, saturation, steepest, zero, mean, kink };

struct Trait {
  bool good;
  Highlight at;
};
/// Those of a function, in the order in which they are told: the words are trait.<id>.<place from 1>.
std::span<const Trait> traits_of(std::string_view activation);

} // namespace downhill
