#include "surfaces/working.hpp"

#include "core/elementary.hpp"
#include "optimizers/list.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace downhill {
namespace {

using P = const ParameterValues&;

// ---- the rules ----

struct RecipeLine {
  std::string_view id, target, text;
};
// What a rule does after g ← ∇f(θ) and before its last line, θ ← `from` − η·`direction`. Lines with the id of a state work it out.
struct Recipe {
  std::vector<RecipeLine> lines;
  std::string_view direction;
  std::string_view velocity = ""; // the id of the line
  std::string_view from = "θ";
};

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
      {"momentum", [](P) -> Recipe { return {.lines = {{"momentum_buffer", "v", "μ·v + g"}}, .direction = "v", .velocity = "momentum_buffer"}; }},
      {"nesterov", [](P) -> Recipe { return {.lines = {{"momentum_buffer", "v", "μ·v + g"}}, .direction = "(g + μ·v)", .velocity = "momentum_buffer"}; }},
      {"adagrad", [](P) -> Recipe { return {.lines = {{"sum", "s", "s + g²"}}, .direction = "g/(√s + ε)"}; }},
      {"adadelta",
       [](P p) -> Recipe {
         if (p[3] < 1.5) return {.lines = {{"square_avg", "s", "ρ·s + (1 − ρ)·g²"}}, .direction = "g/(√s + ε)"};
         return {.lines = {{"square_avg", "s", "ρ·s + (1 − ρ)·g²"}, {"delta", "Δ", "√(u + ε)/√(s + ε)·g"}, {"acc_delta", "u", "ρ·u + (1 − ρ)·Δ²"}},
                 .direction = "Δ"};
       }},
      {"rmsprop", [](P) -> Recipe { return {.lines = {{"square_avg", "s", "α·s + (1 − α)·g²"}}, .direction = "g/(√s + ε)"}; }},
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

// Of the parameters that stand in formulas, lr aside.
struct Symbol {
  std::string_view id, symbol;
};
const std::vector<Symbol>& symbols() {
  static const std::vector<Symbol> table{{"momentum", "μ"}, {"eps", "ε"},      {"rho", "ρ"},         {"alpha", "α"},
                                         {"betas/0", "β1"}, {"betas/1", "β2"}, {"weight_decay", "λ"}};
  return table;
}

// ---- numbers as they are written ----

struct Number {
  std::string text;
  double value = 0; // what the text says
};

// In so many significant digits, zeros at the end left out: 0.05, −11.5358, 1.2e−5, 1.5e7.
Number number(double value, int digits) {
  if (value != value) return {"NaN", value};
  if (std::isinf(value)) return {value < 0 ? "−∞" : "∞", value};
  char written[40];
  std::snprintf(written, sizeof written, "%.*e", digits - 1, std::fabs(value));
  const double told = std::strtod(written, nullptr); // both are correctly rounded in every C library here
  std::string figures;
  const char* c = written;
  for (; *c != 'e'; ++c)
    if (*c != '.') figures += *c;
  const auto exponent = static_cast<int>(std::strtol(c + 1, nullptr, 10));
  while (figures.size() > 1 && figures.back() == '0') figures.pop_back();
  if (figures == "0") return {"0", 0};

  std::string text = value < 0 ? "−" : "";
  if (exponent < -4 || exponent >= std::max(digits, kWorkingDigits)) {
    text += figures.substr(0, 1) + (figures.size() > 1 ? "." + figures.substr(1) : "");
    text += std::string("e") + (exponent < 0 ? "−" : "") + std::to_string(std::abs(exponent));
  } else if (exponent < 0)
    text += "0." + std::string(static_cast<std::size_t>(-1 - exponent), '0') + figures;
  else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (figures.size() < whole) figures.resize(whole, '0');
    text += figures.substr(0, whole) + (figures.size() > whole ? "." + figures.substr(whole) : "");
  }
  return {text, value < 0 ? -told : told};
}

// In as few digits as tell it from all others.
Number exact_number(double value) {
  Number shown = number(value, 1);
  for (int digits = 2; digits <= 17 && shown.value != value; ++digits) shown = number(value, digits);
  return shown;
}

// ---- formulas as text ----

constexpr std::string_view kSigns[] = {" ", "+", "−", "·", "/", "(", ")", "√", "²", "^"};

// Signs, spaces among them, and what stands between them: names, and 1.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  const char* name = nullptr; // where the name began that goes on
  while (!text.empty()) {
    const auto* sign = std::find_if(std::begin(kSigns), std::end(kSigns), [&](std::string_view s) { return text.starts_with(s); });
    const std::size_t size = sign == std::end(kSigns) ? 1 : sign->size();
    if (sign != std::end(kSigns)) {
      words.push_back(text.substr(0, size));
      name = nullptr;
    } else if (name)
      words.back() = {name, words.back().size() + 1};
    else {
      words.push_back(text.substr(0, 1));
      name = text.data();
    }
    text.remove_prefix(size);
  }
  return words;
}
bool is_name(std::string_view word) { return word != "1" && std::find(std::begin(kSigns), std::end(kSigns), word) == std::end(kSigns); }

// A name's number as the engine has it, and as it is written here.
struct Quantity {
  std::string_view name;
  double truth;
  Number shown;
};
class Quantities {
public:
  void set(std::string_view name, double truth, Number shown) {
    std::erase_if(all_, [&](const Quantity& q) { return q.name == name; });
    all_.push_back({name, truth, std::move(shown)});
  }
  const Quantity& of(std::string_view name) const {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Quantity& q) { return q.name == name; });
    assert(found != all_.end() && "a recipe uses what has been worked out before, parameters that symbols() knows, η, θ and t");
    return *found;
  }

private:
  std::vector<Quantity> all_;
};

// Works a formula out in float64, as it is read: roots and powers, products from left to right, sums from left to right.
class Evaluation {
public:
  Evaluation(std::string_view text, const Quantities& quantities, bool truth) : words_(words_of(text)), quantities_(quantities), truth_(truth) {
    std::erase(words_, " ");
  }
  double result() { return sum(); }

private:
  bool take(std::string_view sign) {
    if (at_ == words_.size() || words_[at_] != sign) return false;
    ++at_;
    return true;
  }
  double sum() {
    double value = product();
    for (;;) {
      if (take("+"))
        value += product();
      else if (take("−"))
        value -= product();
      else
        return value;
    }
  }
  double product() {
    double value = power();
    for (;;) {
      if (take("·"))
        value *= power();
      else if (take("/"))
        value /= power();
      else
        return value;
    }
  }
  double power() {
    const double base = operand();
    if (take("²")) return base * base;
    return take("^") ? exact::power(base, static_cast<std::int64_t>(operand())) : base;
  }
  double operand() {
    if (take("√")) return std::sqrt(operand());
    if (take("(")) {
      const double value = sum();
      take(")");
      return value;
    }
    const std::string_view word = words_[at_++];
    if (!is_name(word)) return 1;
    const Quantity& quantity = quantities_.of(word);
    return truth_ ? quantity.truth : quantity.shown.value;
  }

  std::vector<std::string_view> words_;
  const Quantities& quantities_;
  bool truth_;
  std::size_t at_ = 0;
};

// The formula with its names' numbers. A negative one stands in brackets but at the beginning, and whatever is no plain figure
// where it is raised to a power.
std::string filled_in(std::string_view text, const Quantities& quantities) {
  const std::vector<std::string_view> words = words_of(text);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_name(words[i])) {
      out += words[i];
      continue;
    }
    const std::string& shown = quantities.of(words[i]).shown.text;
    const bool negative = shown.starts_with("−"), first = i == 0 || words[i - 1] == "(";
    const bool raised = i + 1 < words.size() && (words[i + 1] == "²" || words[i + 1] == "^");
    const bool brackets = (negative && !first) || (raised && (negative || shown.find('e') != std::string::npos));
    out += brackets ? "(" + shown + ")" : shown;
  }
  return out;
}

// ---- a coordinate ----

// A result in as many digits, up to `most`, as the engine's number and the one from the numbers shown have in common.
Filled result_of(std::string formula, double truth, double evaluated, int most) {
  if (!std::isfinite(truth)) return {std::move(formula), number(truth, 1).text, truth, most};
  for (int digits = most; digits > 0; --digits) {
    const Number engine = number(truth, digits), by_hand = number(evaluated, digits);
    if (engine.text == by_hand.text) return {std::move(formula), engine.text, engine.value, digits};
  }
  return {std::move(formula), "0", 0, 0};
}

struct Column {
  std::vector<Filled> lines;
  double direction = 0;
};

// What one coordinate has to do with a step.
class Coordinate {
public:
  Coordinate(const Working& working, const Choice& optimizer, const Recipe& recipe, std::size_t axis)
      : working_(working), optimizer_(optimizer), recipe_(recipe), axis_(axis) {}

  // With numbers of so many digits, the last line's result with at most `wanted`.
  Column column(int digits, int wanted) const {
    Column out;
    Quantities known = given(digits);
    for (const WorkingLine& line : working_.lines) {
      const bool gradient = &line == &working_.lines.front(), place = &line == &working_.lines.back();
      if (place) out.direction = Evaluation(recipe_.direction, known, true).result();
      const double truth = truth_of(line, known, gradient, place);
      if (gradient) {
        const Number g = number(truth, digits);
        out.lines.push_back({g.text, g.text, g.value, digits});
      } else
        out.lines.push_back(
            result_of(filled_in(line.formula, known), truth, Evaluation(line.formula, known, false).result(), place ? std::min(digits, wanted) : digits));
      known.set(line.target, truth, {out.lines.back().result, out.lines.back().value});
    }
    return out;
  }

private:
  Quantities given(int digits) const {
    Quantities known;
    const auto set = [&](std::string_view name, double value) { known.set(name, value, number(value, digits)); };
    set("θ", static_cast<double>(working_.place[axis_]));
    set("η", working_.lr);
    for (const Accumulator& state : working_.accumulators) set(state.symbol, static_cast<double>(state.before[axis_]));
    const auto set_exactly = [&](std::string_view name, double value) { known.set(name, value, exact_number(value)); };
    set_exactly("t", static_cast<double>(working_.step));
    const auto& parameters = entry_of(optimizers(), optimizer_.name).parameters;
    for (std::size_t i = 1; i < parameters.size(); ++i)
      if (const Symbol* letter = find_entry(symbols(), parameters[i].name)) set_exactly(letter->symbol, optimizer_.values[i]);
    return known;
  }

  // The engine's own number where it keeps one.
  double truth_of(const WorkingLine& line, const Quantities& known, bool gradient, bool place) const {
    if (place) return static_cast<double>(working_.next[axis_]);
    for (const Accumulator& state : working_.accumulators)
      if (state.name == line.id) return static_cast<double>(state.after[axis_]);
    const double value = gradient ? static_cast<double>(working_.gradient[axis_]) : Evaluation(line.formula, known, true).result();
    return squared(line.target) ? flush(value) : value;
  }
  // Rules flush what they square.
  bool squared(const std::string& name) const {
    return std::any_of(recipe_.lines.begin(), recipe_.lines.end(), [&](const RecipeLine& f) { return f.text.find(name + "²") != std::string_view::npos; });
  }

  const Working& working_;
  const Choice& optimizer_;
  const Recipe& recipe_;
  std::size_t axis_;
};

// How well a column does: the last line's digits come first, then those of the others, where one less than wanted is enough.
std::pair<int, int> worth(const Column& column, int wanted) {
  int others = 0;
  for (std::size_t i = 0; i + 1 < column.lines.size(); ++i) others += std::min(column.lines[i].digits, wanted - 1);
  return {column.lines.back().digits, others};
}

Column best_column(const Coordinate& coordinate, int wanted) {
  Column best = coordinate.column(wanted, wanted);
  const std::pair<int, int> enough{wanted, (wanted - 1) * static_cast<int>(best.lines.size() - 1)};
  for (int digits = wanted + 1; digits <= kWorkingDigitsMost && worth(best, wanted) < enough; ++digits) {
    Column more = coordinate.column(digits, wanted);
    if (worth(best, wanted) < worth(more, wanted)) best = std::move(more);
  }
  return best;
}

} // namespace

bool has_working(std::string_view rule) { return find_entry(recipes(), rule) != nullptr; }

Working working_between(const Stand& before, const Stand& after, std::int64_t step, const Choice& optimizer, int digits) {
  const OptimizerEntry& entry = entry_of(optimizers(), optimizer.name);
  const Recipe recipe = entry_of(recipes(), optimizer.name).recipe(optimizer.values);
  Working out;
  out.step = step, out.lr = before.lr;
  out.place = before.place, out.next = after.place, out.gradient = before.gradient;
  for (std::size_t axis = 0; axis < 2; ++axis) out.step_taken[axis] = static_cast<double>(out.next[axis]) - static_cast<double>(out.place[axis]);

  out.lines.push_back({"gradient", "g", "∇f(θ)", {}});
  for (const RecipeLine& line : recipe.lines) {
    out.lines.push_back({std::string(line.id), std::string(line.target), std::string(line.text), {}});
    const auto state = std::find(entry.state.begin(), entry.state.end(), line.id);
    if (state == entry.state.end()) continue;
    const bool first = state == entry.state.begin();
    out.accumulators.push_back({std::string(line.id), std::string(line.target), first ? before.state0 : before.state1, first ? after.state0 : after.state1});
    if (line.id == recipe.velocity) out.velocity = out.accumulators.back().after;
  }
  out.lines.push_back({"place", "θ", std::string(recipe.from) + " − η·" + std::string(recipe.direction), {}});

  if (entry.effective_rate) {
    std::array<float, 2> state0 = after.state0, state1 = after.state1, rates{};
    entry.effective_rate({{}, before.gradient, state0, state1, step, before.lr}, optimizer.values, rates);
    out.rates = rates;
  }
  for (std::size_t axis = 0; axis < 2; ++axis) {
    Column column = best_column({out, optimizer, recipe, axis}, std::clamp(digits, kWorkingDigitsLeast, kWorkingDigitsMost));
    out.direction[axis] = column.direction;
    for (std::size_t i = 0; i < out.lines.size(); ++i) out.lines[i].filled[axis] = std::move(column.lines[i]);
  }
  return out;
}

std::optional<Working> next_working(Walk walk, int digits) {
  const Stand before = walk.here();
  if (!walk.advance()) return std::nullopt;
  return working_between(before, walk.here(), walk.step(), walk.settings().optimizer, digits);
}

} // namespace downhill
