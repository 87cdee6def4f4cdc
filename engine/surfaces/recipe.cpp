#include "surfaces/recipe.hpp"

namespace downhill {
namespace {

using P = const ParameterValues&;

Recipe adam_recipe() {
  return {.lines = {{"exp_avg", "m", "β1·m + (1 − β1)·g"},
                    {"exp_avg_sq", "v", "β2·v + (1 − β2)·g²"},
                    {"first_unbiased", "m̂", "m/(1 − β1^t)"},
                    {"second_unbiased", "v̂", "v/(1 − β2^t)"}},
          .direction = "m̂/(√v̂ + ε)",
          .velocity = "exp_avg"};
}

struct RuleRecipe {
  std::string_view id;
  Recipe (*recipe)(P p);
};
// In the order and the terms of PyTorch's pages, which each rule's file in optimizers/ names; letters as in assets/formulas.json.
const std::vector<RuleRecipe>& recipes() {
  static const std::vector<RuleRecipe> table{
      {"sgd", [](P) -> Recipe { return {.lines = {}, .direction = "g"}; }},
      {"momentum",
       [](P) -> Recipe {
         return {.lines = {{"momentum_buffer", "v", "μ·v + g"}}, .direction = "v", .velocity = "momentum_buffer"};
       }},
      {"nesterov",
       [](P) -> Recipe {
         return {.lines = {{"momentum_buffer", "v", "μ·v + g"}}, .direction = "(g + μ·v)", .velocity = "momentum_buffer"};
       }},
      {"adagrad",
       [](P) -> Recipe {
         return {.lines = {{"sum", "s", "s + g²"}}, .direction = "g/(√s + ε)"};
       }},
      {"adadelta",
       [](P p) -> Recipe {
         if (p[3] < 1.5) return {.lines = {{"square_avg", "s", "ρ·s + (1 − ρ)·g²"}}, .direction = "g/(√s + ε)"};
         return {.lines = {{"square_avg", "s", "ρ·s + (1 − ρ)·g²"}, {"delta", "Δ", "√(u + ε)/√(s + ε)·g"}, {"acc_delta", "u", "ρ·u + (1 − ρ)·Δ²"}},
                 .direction = "Δ"};
       }},
      {"rmsprop",
       [](P) -> Recipe {
         return {.lines = {{"square_avg", "s", "α·s + (1 − α)·g²"}}, .direction = "g/(√s + ε)"};
       }},
      {"adam", [](P) -> Recipe { return adam_recipe(); }},
      {"adamw",
       [](P p) -> Recipe {
         Recipe recipe = adam_recipe();
         if (p[4] == 0) return recipe;
         recipe.lines.insert(recipe.lines.begin(), {"decayed", "θ′", "θ − η·λ·θ"});
         recipe.from = "θ′";
         return recipe;
       }},
  };
  return table;
}

struct Symbol {
  std::string_view id, symbol;
};
const std::vector<Symbol>& symbols() {
  static const std::vector<Symbol> table{{"momentum", "μ"}, {"eps", "ε"},      {"rho", "ρ"},         {"alpha", "α"},
                                         {"betas/0", "β1"}, {"betas/1", "β2"}, {"weight_decay", "λ"}};
  return table;
}

} // namespace

Recipe recipe_of(const Choice& optimizer) { return entry_of(recipes(), optimizer.name).recipe(optimizer.values); }
bool has_recipe(std::string_view rule) { return find_entry(recipes(), rule) != nullptr; }

std::string_view letter_of(std::string_view parameter) {
  const Symbol* letter = find_entry(symbols(), parameter);
  return letter ? letter->symbol : "";
}

} // namespace downhill
