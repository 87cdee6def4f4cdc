#include "surfaces/working.hpp"

#include "core/worked_text.hpp"
#include "optimizers/list.hpp"
#include "surfaces/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace downhill {
namespace {

// A result in as many digits, up to `most`, as the engine's number and the one from the numbers shown have in common.
Filled result_of(std::string formula, double truth, double evaluated, int most) {
  if (!std::isfinite(truth)) return {std::move(formula), written_number(truth, 1).text, truth, most};
  for (int digits = most; digits > 0; --digits) {
    const WrittenNumber engine = written_number(truth, digits), by_hand = written_number(evaluated, digits);
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
    NamedNumbers known = given(digits);
    for (const WorkingLine& line : working_.lines) {
      const bool gradient = &line == &working_.lines.front(), place = &line == &working_.lines.back();
      if (place) out.direction = worked(recipe_.direction, known, NamesAre::true_numbers).value;
      const double truth = truth_of(line, known, gradient, place);
      if (gradient) {
        const WrittenNumber g = written_number(truth, digits);
        out.lines.push_back({g.text, g.text, g.value, digits});
      } else
        out.lines.push_back(
            result_of(filled_in(line.formula, known), truth, worked(line.formula, known, NamesAre::shown).value, place ? std::min(digits, wanted) : digits));
      known.set({line.target, line.target, truth, {out.lines.back().result, out.lines.back().value}});
    }
    return out;
  }

private:
  NamedNumbers given(int digits) const {
    NamedNumbers known;
    const auto set = [&](const std::string& name, double value) { known.set({name, name, value, written_number(value, digits)}); };
    set("θ", static_cast<double>(working_.place[axis_]));
    set("η", working_.lr);
    for (const Accumulator& state : working_.accumulators) set(state.symbol, static_cast<double>(state.before[axis_]));
    const auto set_exactly = [&](const std::string& name, double value) { known.set({name, name, value, exact_number(value)}); };
    set_exactly("t", static_cast<double>(working_.step));
    const auto& parameters = entry_of(optimizers(), optimizer_.name).parameters;
    for (std::size_t i = 1; i < parameters.size(); ++i)
      if (const std::string_view letter = letter_of(parameters[i].name); !letter.empty()) set_exactly(std::string(letter), optimizer_.values[i]);
    return known;
  }

  // The engine's own number where it keeps one.
  double truth_of(const WorkingLine& line, const NamedNumbers& known, bool gradient, bool place) const {
    if (place) return static_cast<double>(working_.next[axis_]);
    for (const Accumulator& state : working_.accumulators)
      if (state.name == line.id) return static_cast<double>(state.after[axis_]);
    const double value = gradient ? static_cast<double>(working_.gradient[axis_]) : worked(line.formula, known, NamesAre::true_numbers).value;
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

bool has_working(std::string_view rule) { return has_recipe(rule); }

Working working_between(const Stand& before, const Stand& after, std::int64_t step, const Choice& optimizer, int digits) {
  const OptimizerEntry& entry = entry_of(optimizers(), optimizer.name);
  const Recipe recipe = recipe_of(optimizer);
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
