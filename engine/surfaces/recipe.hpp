// What each update rule does to a number, line by line in formulas that can be filled in (core/worked_text.hpp).
#pragma once
#include "core/parameters.hpp"

namespace downhill {

struct RecipeLine {
  std::string_view id, target, text;
};
/// What a rule does after g ← ∇f(θ) and before its last line, θ ← `from` − η·`direction`. Lines with the id of a state work it out.
struct Recipe {
  std::vector<RecipeLine> lines;
  std::string_view direction;
  std::string_view velocity = ""; ///< the id of the line
  std::string_view from = "θ";
};
/// Of a row of optimizers().
Recipe recipe_of(const Choice& optimizer);
bool has_recipe(std::string_view rule);

/// Of a parameter that stands in formulas, by PyTorch's name, lr aside; empty: it stands in none.
std::string_view letter_of(std::string_view parameter);

} // namespace downhill
